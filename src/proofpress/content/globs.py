"""Patterns for paths below content/: `posts/**`, `notes/*.md`.

`**` as a whole part stands for any number of folders (at the end: for everything below), `*` and `?` for any text and
any one character within a part, `[a-z]` and `[!a-z]` for one character of a set. Upper and lower case differ.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a test for paths below content/ (`posts/hello.md`): whether any pattern matches the whole path."""
    if not patterns:
        return lambda _path: False
    found = re.compile("|".join(_translate(pattern) for pattern in patterns), re.DOTALL)
    return lambda path: found.fullmatch(path) is not None


def complaint(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    if not pattern:
        return "is empty"
    if pattern.startswith("/") or any(part in ("", ".", "..") for part in pattern.split("/")):
        return "is not a path below content/, such as posts/**"
    if "\\" in pattern:
        return "has backslashes; write forward slashes"
    if pattern.startswith("!"):
        return "begins with '!', and patterns cannot exclude; list what to include"
    if "{" in pattern or "}" in pattern:
        return "has braces; write one pattern for each case"
    return None


def _translate(pattern: str) -> str:
    parts = pattern.split("/")
    regex = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            if last:
                regex += ".+"
            elif parts[number + 1] != "**":
                regex += "(?:[^/]+/)*"
        else:
            regex += _part(part) + ("" if last else "/")
    return regex


def _part(part: str) -> str:
    regex = ""
    at = 0
    while at < len(part):
        mark = part[at]
        at += 1
        if mark == "*":
            if not regex.endswith("[^/]*"):
                regex += "[^/]*"
        elif mark == "?":
            regex += "[^/]"
        elif mark == "[":
            # a ']' right after the bracket (or after its '!') is one of the set
            close = part.find("]", at + (2 if part[at : at + 1] in ("!", "^") else 1))
            if close < 0:
                regex += r"\["
                continue
            regex += _set(part[at:close])
            at = close + 1
        else:
            regex += re.escape(mark)
    return regex


def _set(inside: str) -> str:
    negated = inside[0] in "!^"
    body = inside[1:] if negated else inside
    ranges = ""
    at = 0
    while at < len(body):
        if at + 2 < len(body) and body[at + 1] == "-":
            low, high = body[at], body[at + 2]
            if low <= high:
                ranges += f"{re.escape(low)}-{re.escape(high)}"
            at += 3
        else:
            ranges += re.escape(body[at])
            at += 1
    if not ranges:
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{ranges}]"
