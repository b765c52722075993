"""Markdown to structure to HTML: a Document to a Body."""
