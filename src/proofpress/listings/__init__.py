"""Listings: what a fence asks for, its colours, and the style sheet of both."""
