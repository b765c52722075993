"""The site as a whole: every page's card, the index over them, what a template may ask, and the questions about it."""
