"""Words that stand out in a listing: where they are in its code, and their elements in its HTML."""

from __future__ import annotations

import html
import json
import re
import warnings
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_PATTERN: Final = 200
"""Characters of a regular expression that is tried."""

_PIECE: Final = lazy(r'<span class="[^"]*">|</span>|&[a-z]+;|[^<&]+')
_TAG: Final = lazy(r"<[^>]*>")


class Stretch(NamedTuple):
    """A part of a text, from an offset up to another, and the element that is to hold it."""

    begin: int
    end: int
    element: str


def text_in(body: str) -> str:
    """Return the text of code that is written as HTML."""
    return html.unescape(_TAG.sub("", body)) if "<" in body or "&" in body else body


def why_no_pattern(pattern: str) -> str:
    """Return what is wrong with a regular expression; empty where it can be tried."""
    if len(pattern) > MAX_PATTERN:
        return f"it has more than {MAX_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python will read otherwise one day
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return str(error)
    return ""


def matches(request: str) -> str:
    """Return where a regular expression matches, line by line, as JSON: of `[pattern, text]`, `[[begin, end], …]`.

    It may take as long as it likes: to be called within a limit, in this process or another.
    """
    pattern, text = json.loads(request)
    search = re.compile(pattern).finditer
    found = []
    begin = 0
    for line in text.split("\n"):
        found += [[begin + match.start(), begin + match.end()] for match in search(line) if match.end() > match.start()]
        begin += len(line) + 1
    return json.dumps(found)


def literal(word: str, text: str) -> list[tuple[int, int]]:
    """Return where a word stands in a text."""
    return [match.span() for match in re.finditer(re.escape(word), text)]


def put_in(body: str, stretches: Iterable[Stretch]) -> str:
    """Put elements around stretches of code that is written as HTML; offsets are those of its text.

    A token that reaches over the edge of one is closed and opened again. Of stretches that overlap, the first is whole.
    """
    edges = _edges(sorted(stretches))
    if not edges:
        return body
    out: list[str] = []
    opened = ""
    pos = following = 0
    edge, tag = edges[0]
    for match in _PIECE.finditer(body):
        piece = match[0]
        if piece[0] == "<":
            opened = "" if piece == "</span>" else piece
            out.append(piece)
            continue
        end = pos + (1 if piece[0] == "&" else len(piece))
        start = pos
        while edge < end:
            if edge > pos:
                out.append(piece[pos - start : edge - start])
                pos = edge
            if opened and out[-1] == opened:
                out[-1] = f"{tag}{opened}"
            else:
                out.append(f"</span>{tag}{opened}" if opened else tag)
            following += 1
            edge, tag = edges[following] if following < len(edges) else (len(body) + 1, "")
        out.append(piece if piece[0] == "&" else piece[pos - start :])
        pos = end
    out += [tag for _, tag in edges[following:]]
    return "".join(out)


def _edges(stretches: Sequence[Stretch]) -> list[tuple[int, str]]:
    edges = []
    done = 0
    for begin, end, element in stretches:
        if end > max(begin, done):
            edges += [(max(begin, done), f"<{element}>"), (end, f"</{element}>")]
            done = end
    return edges
