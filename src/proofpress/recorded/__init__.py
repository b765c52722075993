"""What the listings of a post gave when they were run, as a file beside the post keeps it.

Nothing here runs anything: `run/` does, and hands over these values; a build reads them.
"""
