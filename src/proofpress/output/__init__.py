"""Where outputs go: to disk."""
