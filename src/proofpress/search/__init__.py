"""The search of a published site: pages as records, and their index, which Pagefind makes.

Pagefind (pagefind.app) is a program; the extra `search` brings it. A browser loads of the index what a query needs.
"""
