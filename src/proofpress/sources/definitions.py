"""A definition in a file, whatever its language: the lines that it takes, and what stands at its head."""

from __future__ import annotations

from typing import NamedTuple


class Definition(NamedTuple):
    """One definition of a name. Lines count from 1."""

    first: int
    """Of all that belongs to it: comments right above it, decorators."""
    last: int
    home: int
    """Which block it stands in: two of one name in the same are one thing said in several steps, such as overloads."""
    decorated: tuple[tuple[int, int], ...] = ()
    """The lines of its decorators, annotations or attributes, where these have lines of their own."""
    again: bool = False
    """Whether it may stand beside others of its name: an overload, a setter."""


class Span(NamedTuple):
    """A comment, from a line and column up to another; lines count from 1, columns from 0 in characters."""

    line: int
    column: int
    end_line: int
    end_column: int


class UnreadError(Exception):
    """A file that its language does not read, with the reason as the end of `can't be read as Python: …`."""
