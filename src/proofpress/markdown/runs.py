"""The words of a block as a reader sees them, and the way back: an offset in them to one in the block's text.

Inline tokens do not tell where they stand. Here a block's tokens are laid along its text again, in order, each after
the one before; that is done only for a block of which a place is asked.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from proofpress.markdown.attributes import BRACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

GAP: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a run for what is no running words: code, a formula, an image, a tag, an address, an escaped mark."""

PieceKind = Literal[
    "text", "escape", "entity", "address", "break", "code", "formula", "image", "html", "footnote", "other"
]

_KINDS: Final[dict[str, PieceKind]] = {
    "code_inline": "code",
    "math_inline": "formula",
    "image": "image",
    "html_inline": "html",
    "footnote_ref": "footnote",
}


class Piece(NamedTuple):
    """A piece of a run: what stands for it in the run's text, and how it is written where that is told by its token."""

    kind: PieceKind
    shown: str
    written: str


def pieces_of(tokens: Sequence[Token]) -> Iterator[tuple[Piece, Token]]:
    """Give the pieces that inline tokens show, with the token of each.

    Text is as it is written: before quotation marks are set. An escape or entity that shows a letter is that letter.
    """
    address = False
    for token in tokens:
        kind = token.type
        if kind == "text":
            written = token.markup or token.content
            if address:
                yield Piece("address", GAP, written), token
            elif written:
                yield Piece("text", written, written), token
        elif kind in {"softbreak", "hardbreak"}:
            yield Piece("break", "\n", "\n"), token
        elif kind == "text_special":
            yield _special(token), token
        elif token.nesting == 0:
            yield Piece(_KINDS.get(kind, "other"), GAP, token.content), token
        address = kind == "link_open" and token.markup == "autolink"


def plain_of(tokens: Sequence[Token]) -> str:
    """Return what inline tokens show, quickly and without the way back; bare addresses and escaped letters stand as they are."""
    shown = []
    for token in tokens:
        kind = token.type
        if kind == "text" or (kind == "text_special" and token.content == token.markup):
            shown.append(token.markup or token.content)
        elif kind in {"softbreak", "hardbreak"}:
            shown.append("\n")
        elif token.nesting == 0:
            shown.append(GAP)
    return "".join(shown)


def _special(token: Token) -> Piece:
    content, written = token.content, token.markup
    if not written:
        return Piece("address", GAP, content)
    if content == written:  # a backslash before what it does not escape
        return Piece("text", content, content)
    kind: PieceKind = "escape" if token.info == "escape" else "entity"
    return Piece(kind, content if content.isalnum() or content.isspace() else GAP, written)


class Origins:
    """Where the pieces of a block's run stand in the block's text."""

    def __init__(self, tokens: Sequence[Token], source: str) -> None:
        self._shown: list[int] = []
        self._source: list[int] = []
        self._exact: list[bool] = []
        self.where: dict[int, int] = {}
        """Where each token begins, by its identity."""
        at = 0
        cursor = _Cursor(source)
        pieces = {id(token): piece for piece, token in pieces_of(tokens)}
        for token in tokens:
            begin = self.where[id(token)] = cursor.over(token)
            piece = pieces.get(id(token))
            if piece is not None:
                self._shown.append(at)
                self._source.append(begin)
                self._exact.append(piece.shown == piece.written)
                at += len(piece.shown)

    def of(self, offset: int) -> int:
        """Return the offset in the block's text of an offset in its run."""
        if not self._shown:
            return 0
        index = max(0, bisect_right(self._shown, offset) - 1)
        inside = offset - self._shown[index] if self._exact[index] else 0
        return self._source[index] + inside


class _Cursor:
    """Goes along a block's text, a token at a time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._ends: list[int] = []  # of the links that are open; -1 for one between angle brackets, -2 for a bare one

    def over(self, token: Token) -> int:
        """Go past a token; return where it begins."""
        kind = token.type
        if kind in {"text", "text_special"}:
            return self._past(token.markup or token.content)
        if kind in {"softbreak", "hardbreak"}:
            begin = self._past("\n")
            while self._source[self._at : self._at + 1] in {" ", "\t"}:
                self._at += 1
            return begin
        if kind == "code_inline":
            return self._past_code(token)
        if kind == "math_inline":
            self._at = int(token.meta["at"])
            begin = self._at - len(token.markup)
            self._past(token.content)
            self._past(token.markup)
            return begin
        if kind == "html_inline":
            self._at = int(token.meta.get("at", self._at))
            return self._past(token.content)
        if kind == "footnote_ref":
            return self._past(f"[^{token.meta['written']}]")
        if kind == "image":
            begin = self._past("![")
            self._at = int(token.meta.get("end", self._at))
            return begin
        if kind == "link_open":
            return self._into_link(token)
        if kind == "link_close":
            return self._out_of_link()
        return self._past(token.markup)

    def _past(self, written: str) -> int:
        """Go to the end of what is written next, over braces of attributes if they come first; return its beginning."""
        source = self._source
        begin = self._at
        if not source.startswith(written, begin):
            braces = BRACES.match(source, begin)
            begin = source.find(written, braces.end() if braces else begin)
            if begin < 0:
                return self._at
        self._at = begin + len(written)
        return begin

    def _past_code(self, token: Token) -> int:
        mark = token.markup
        begin = self._past(mark)
        end = self._at + len(token.content)
        if not self._source.startswith(mark, end):  # a blank at either end is not shown
            end += 2
        self._at = end + len(mark)
        return begin

    def _into_link(self, token: Token) -> int:
        if "end" in token.meta:
            self._ends.append(int(token.meta["end"]))
            return self._past("[")
        self._ends.append(-1 if token.markup == "autolink" else -2)
        return self._past("<") if token.markup == "autolink" else self._at

    def _out_of_link(self) -> int:
        begin = self._at
        end = self._ends.pop() if self._ends else -2
        if end == -1:
            self._past(">")
        elif end >= 0:
            self._at = end
        return begin
