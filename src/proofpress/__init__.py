"""Proofpress turns a folder of Markdown posts into a fast, accessible, provably correct static site.

Importing the package loads none of the libraries that do the work; see docs/architecture.md for the rooms.
"""

__version__ = "0.1.0"
