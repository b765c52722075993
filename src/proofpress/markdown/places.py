"""Where things stand in the source file: an offset in a block's text back to line and column.

A block's text is cut from its lines: each line of it is the tail of a source line, without what quotes, lists and
indents put before it, and without blanks at its end. So a line is found again as the tail of its source line. A
table's cell is found between its row's bars.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from proofpress.markdown.tables import cells_of
from proofpress.model import Place

if TYPE_CHECKING:
    from markdown_it.token import Token

_LINE_END: Final = re.compile(r"\n")


class SourceLines:
    """The lines of a document's text, numbered as in its file."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._lines: list[str] | None = None
        self._first = first_line
        self._token: Token | None = None
        self._starts: list[int] = []
        self._found: dict[int, int] = {}

    def text_of(self, line: int) -> str:
        """Return a line of the text by its number from 0; empty beyond the end."""
        if self._lines is None:
            self._lines = self._text.split("\n")
        return self._lines[line] if 0 <= line < len(self._lines) else ""

    def number(self, line: int) -> int:
        """Return a line's number in the file, from its number from 0 in the text."""
        return line + self._first

    def end(self) -> Place:
        """Return where the text ends in the file: the column after the last line's last character."""
        last = self._text.count("\n")
        return Place(self.number(last), len(self.text_of(last)) + 1)

    def place(self, token: Token, offset: int) -> tuple[int, int]:
        """Return the file's line and column for an offset in a token's content."""
        if self._token is not token:  # many places are asked of one token, and finding its lines takes a while
            self._token = token
            content = token.content
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(content))]
            self._found = {}
        row = bisect_right(self._starts, offset) - 1
        line = (token.map[0] if token.map else 0) + token.meta.get("line", 0) + row
        inside = offset - self._starts[row]
        if "cell" in token.meta:
            return self.number(line), self._cell_column(self.text_of(line), token.content, inside, token.meta["cell"])
        shift = self._found.get(row)
        if shift is None:
            shift = self._found[row] = self._shift(token.content, row, self.text_of(line))
        return self.number(line), max(1, inside + shift)

    def _shift(self, content: str, row: int, source: str) -> int:
        """Return what to add to an offset in a row of a block's text for its column in the source line."""
        begin = self._starts[row]
        end = content.find("\n", begin)
        piece = content[begin : end if end >= 0 else len(content)]
        bare = piece.strip()
        at = source.rfind(bare)
        if at < 0:
            at = len(source) - len(source.lstrip(" \t>"))
        return at + 1 - (len(piece) - len(piece.lstrip()))

    def _cell_column(self, source: str, content: str, inside: int, index: int) -> int:
        for begin, end in cells_of(source)[index:]:
            cell = source[begin:end].rstrip()
            plain = cell.strip().replace("\\|", "|")
            if plain == content or (index == 0 and content and plain.endswith(content)):
                written = content.replace("|", "\\|")
                at = begin + max(0, cell.rfind(written))
                return at + inside + content.count("|", 0, inside) + 1
        return max(0, source.find(content)) + inside + 1

    def first_of(self, line: int) -> int:
        """Return the column where a line's text begins, after its indent."""
        source = self.text_of(line)
        return len(source) - len(source.lstrip()) + 1
