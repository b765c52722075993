"""Where in a template something stands of which Jinja tells the line alone.

A template is taken apart by Jinja's own lexer, whose pieces are looked up in the text in their order, since it leaves
blanks out. Lines and columns count from 1, as in every problem.
"""

from __future__ import annotations

import ast
import contextlib
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OPENING: Final = ("variable_begin", "block_begin")
_CLOSING: Final = ("variable_end", "block_end")
_BLANK: Final = ("whitespace", "comment", "comment_begin", "comment_end")
_SILENT: Final = (*_BLANK, "raw_begin", "raw_end")  # what the parser is not handed
_BLOCKS: Final = frozenset({"autoescape", "block", "call", "filter", "for", "if", "macro", "with"})
"""What ends with a tag of its own in any case."""
_TITLES: Final = {
    "end of print statement": "variable_end",
    "begin of print statement": "variable_begin",
    "end of statement block": "block_end",
    "begin of statement block": "block_begin",
}
"""What Jinja calls a piece in a message."""


class Piece(NamedTuple):
    """A piece of a template: what kind it is to the lexer, its text, and where it stands."""

    kind: str
    text: str
    line: int
    column: int
    end: int
    """Where in the template's text it ends."""

    @property
    def place(self) -> Place:
        """Its place, as far as its first line goes."""
        return Place(self.line, self.column, max(1, len(self.text.split("\n", maxsplit=1)[0])))


def pieces(text: str, lexed: Iterable[tuple[int, str, str]], faults: type[Exception]) -> list[Piece]:
    """Return the pieces of a template, as far as the lexer comes before it raises one of `faults`."""
    text = _lines(text)
    found: list[Piece] = []
    at, line, begins = 0, 1, 0
    with contextlib.suppress(faults):
        for _, kind, value in lexed:
            if kind == "whitespace":
                continue
            if not value.strip():  # blanks between tags, of which the lexer may have left some out
                found.append(Piece(kind, value, line, 1, at))
                continue
            start = text.find(value, at)
            if start < 0:
                break
            line += text.count("\n", at, start)
            begins = text.rfind("\n", 0, start) + 1
            at = start + len(value)
            found.append(Piece(kind, value, line, start - begins + 1, at))
            line += value.count("\n")
    return found


def after(text: str, found: Sequence[Piece]) -> Place:
    """Return where the first piece would stand of which the lexer could make nothing; of what never ends, its beginning."""
    if found and found[-1].kind in ("comment_begin", "raw_begin"):
        return found[-1].place
    text = _lines(text)
    at = found[-1].end if found else 0
    while at < len(text) and text[at].isspace():
        at += 1
    begins = text.rfind("\n", 0, at) + 1
    return Place(text.count("\n", 0, at) + 1, at - begins + 1)


def of_parser(found: Sequence[Piece], left: int, line: int) -> Place:
    """Return where a parser stopped that had `left` of the pieces before it and blames a line.

    At the end of the template that is where the last begins that is not closed: a tag, or else a block.
    """
    read = [piece for piece in found if piece.kind not in _SILENT]
    if left and read[-left].line == line:
        return read[-left].place
    return of_line(found, line) if left else _last_open(read)


def _last_open(read: Sequence[Piece]) -> Place:
    tag: Piece | None = None
    blocks: list[Piece] = []
    for before, piece in zip((None, *read), read, strict=False):
        if piece.kind in _OPENING or piece.kind in _CLOSING:
            tag = piece if piece.kind in _OPENING else None
        elif before is not None and before.kind == "block_begin" and piece.kind == "name":
            if piece.text in _BLOCKS:
                blocks.append(piece)
            while piece.text.startswith("end") and blocks and blocks.pop().text != piece.text[3:]:
                continue
    last = tag or (blocks[-1] if blocks else None)
    return last.place if last else Place(1, 1)


def of_name(found: Sequence[Piece], line: int, name: str, owner: str | None = None) -> Place:
    """Return where a name or string stands that is used in an expression which begins on a line.

    `owner` is what it belongs to, `page` or `site`; empty for a name alone, None for any other. Where it could be one
    of several that are written otherwise, the first expression on the line is meant.
    """
    used: dict[str, Piece] = {}
    for number, piece in enumerate(found):
        if piece.line > line and piece.kind in _OPENING:
            break
        if piece.line >= line and _names(piece, name):
            used.setdefault(_chain(found, number), piece)
    likely = {chain: piece for chain, piece in used.items() if _belongs(chain, name, owner)}
    places = {piece.place for piece in (likely or used).values()}
    return places.pop() if len(places) == 1 else of_line(found, line)


def _belongs(chain: str, name: str, owner: str | None) -> bool:
    if owner is None:
        return chain not in (f"page.{name}", f"site.{name}")
    return chain.startswith((f"{owner}.", f"{owner}[")) if owner else chain == name


def of_line(found: Sequence[Piece], line: int) -> Place:
    """Return where the first expression or statement on a line begins; the line's beginning where there is none."""
    inside = False
    for piece in found:
        if piece.line == line and inside and piece.kind not in _BLANK and piece.kind not in _CLOSING:
            return piece.place
        inside = piece.kind in _OPENING or (inside and piece.kind not in _CLOSING)
    return Place(line, 1)


def named(message: str) -> list[str]:
    """Return what a message of Jinja's puts in quotes, by the kinds of pieces where it means one."""
    return [_TITLES.get(word, word) for word in re.findall(r"'([^']+)'", message)]


def _names(piece: Piece, name: str) -> bool:
    if piece.kind == "name":
        return piece.text == name
    if piece.kind != "string":
        return False
    try:
        return bool(ast.literal_eval(piece.text) == name)
    except (SyntaxError, ValueError):
        return piece.text[1:-1] == name


def _chain(found: Sequence[Piece], number: int) -> str:
    """Return an expression of dots and brackets up to one of its names: `page.extra.titel`."""
    first = number
    while first > 1 and found[first - 1].text in (".", "[") and found[first - 2].kind in ("name", "operator"):
        if found[first - 2].kind == "operator" and found[first - 2].text not in ("]", ")"):
            break
        first -= 2
    return "".join(piece.text for piece in found[first : number + 1])


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
