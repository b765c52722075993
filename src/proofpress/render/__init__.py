"""The renderer: a post's Markdown to a Body, and a page's template to its HTML. Import the modules; this one is empty."""
