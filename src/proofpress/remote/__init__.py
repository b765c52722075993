"""Sending a built site to where it is served: a branch of a git repository, a folder through rsync, a bucket of S3."""
