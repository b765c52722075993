"""Notebooks as documents: what Jupyter stores, and notebooks that are written as Markdown, to the Markdown of a post.

`notebook` reads a file's JSON, `transcript` writes it as Markdown and remembers from where each line came, `places` leads
what is found in that Markdown back to the file. `written` reads those that are Markdown already. Nothing is loaded without one.
"""
