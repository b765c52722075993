"""Where things stand in the source file: an offset in a block's text back to line and column.

A block's text is cut from its lines: each line of it is the tail of a source line, without what quotes, lists and
indents put before it, and without blanks at its end. So a line is found again as the tail of its source line. A
table's cell is found between its row's bars.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it.token import Token

_BAR: Final = re.compile(r"(?<!\\)\|")


class SourceLines:
    """The lines of a document's text, numbered as in its file."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._lines: list[str] | None = None
        self._first = first_line

    def text_of(self, line: int) -> str:
        """Return a line of the text by its number from 0; empty beyond the end."""
        if self._lines is None:
            self._lines = self._text.split("\n")
        return self._lines[line] if 0 <= line < len(self._lines) else ""

    def number(self, line: int) -> int:
        """Return a line's number in the file, from its number from 0 in the text."""
        return line + self._first

    def place(self, token: Token, offset: int) -> tuple[int, int]:
        """Return the file's line and column for an offset in a token's content."""
        content = token.content
        start = token.map[0] if token.map else 0
        line = start + token.meta.get("line", 0) + content.count("\n", 0, offset)
        begin = content.rfind("\n", 0, offset) + 1
        end = content.find("\n", offset)
        piece = content[begin : end if end >= 0 else len(content)]
        bare = piece.strip()
        inside = max(0, offset - begin - (len(piece) - len(piece.lstrip())))
        source = self.text_of(line)
        if "cell" in token.meta:
            return self.number(line), self._cell_column(source, bare, inside, token.meta["cell"])
        at = source.rfind(bare)
        if at < 0:
            at = len(source) - len(source.lstrip(" \t>"))
            inside = 0
        return self.number(line), at + inside + 1

    def _cell_column(self, source: str, content: str, inside: int, index: int) -> int:
        begin = 0
        for number, bar in enumerate([*(match.start() for match in _BAR.finditer(source)), len(source)]):
            cell = source[begin:bar].rstrip()
            plain = cell.strip().replace("\\|", "|")
            if number >= index and (plain == content or (number == 0 and content and plain.endswith(content))):
                written = content.replace("|", "\\|")
                at = begin + max(0, cell.rfind(written))
                return at + inside + content.count("|", 0, inside) + 1
            begin = bar + 1
        return max(0, source.find(content)) + inside + 1

    def first_of(self, line: int) -> int:
        """Return the column where a line's text begins, after its indent."""
        source = self.text_of(line)
        return len(source) - len(source.lstrip()) + 1
