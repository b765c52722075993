"""Asking the web whether the addresses that a site leads to are still there."""
