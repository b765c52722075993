"""Code of other files: which part of a file a listing shows, found in its text. Nothing here reads a file."""
