"""Runs the listings of a post, in processes of their own, and tells what they gave. The only room that runs a post's code."""
