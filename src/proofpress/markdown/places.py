"""Where things stand in the source file: an offset in a block's text back to line and column.

A block's text is cut from its lines: each line of it is the tail of a source line, without what quotes, lists and
indents put before it, and without blanks at its end. So a line is found again as the tail of its source line. A
table's cell is found between its row's bars.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from proofpress.markdown.tables import cells_of
from proofpress.model import Place
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

_LINE_END: Final = lazy(r"\n")
_DESTINATION: Final = lazy(r"\]:[ \t]*<?([^\s>]+)")
_DESTINATION_BELOW: Final = lazy(r"^[\s>]*<?([^\s>]+)")


class SourceLines:
    """The lines of a document's text, numbered as in its file. Places are looked for when they are asked."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._lines: list[str] | None = None
        self._first = first_line
        self._token: Token | None = None
        self._content = ""
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

    def place(self, token: Token, offset: int, length: int = 1) -> Place:
        """Return the place of an offset in a token's content; of what comes from another file, where that is named."""
        if "apart" in token.meta:
            return self.in_info(token, *token.meta["apart"])
        content = token.content
        if self._token is not token or self._content is not content:  # many places are asked of one token
            self._token, self._content = token, content
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(content))]
            self._found = {}
        row = bisect_right(self._starts, offset) - 1
        line = (token.map[0] if token.map else 0) + token.meta.get("line", 0) + row
        inside = offset - self._starts[row]
        if "cell" in token.meta:
            column = self._cell_column(self.text_of(line), content, inside, token.meta["cell"])
            return Place(self.number(line), column, max(1, length))
        shift = self._found.get(row)
        if shift is None:
            shift = self._found[row] = self._shift(content, row, self.text_of(line))
        return Place(self.number(line), max(1, inside + shift), max(1, length))

    def _shift(self, content: str, row: int, source: str) -> int:
        """Return what to add to an offset in a row of a block's text for its column in the source line."""
        begin = self._starts[row]
        end = content.find("\n", begin)
        piece = content[begin : end if end >= 0 else len(content)]
        bare = piece.strip()
        plain = source.rstrip()
        at = len(plain) - len(bare) if bare and plain.endswith(bare) else source.rfind(bare)
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

    def start_of(self, line: int, length: int = 1) -> Place:
        """Return the place where a line's text begins, after its indent; `line` counts from 0 in the text."""
        source = self.text_of(line)
        return Place(self.number(line), len(source) - len(source.lstrip()) + 1, max(1, length))

    def in_line(self, line: int, column: int, length: int = 1) -> Place:
        """Return a place in a line; line and column count from 0 in the text."""
        return Place(self.number(line), column + 1, max(1, length))

    def in_info(self, fence: Token, offset: int, length: int = 1) -> Place:
        """Return the place of an offset in a fence's info string."""
        line = fence.map[0] if fence.map else 0
        info = fence.info.strip()
        begin = max(0, self.text_of(line).find(info)) if info else 0
        lead = len(fence.info) - len(fence.info.lstrip())
        return self.in_line(line, begin + max(0, offset - lead), length)

    def end(self) -> Place:
        """Return where the text ends in the file: the column after the last line's last character."""
        last = self._text.count("\n")
        return Place(self.number(last), len(self.text_of(last)) + 1)

    def definition(self, definitions: Mapping[str, Mapping[str, Any]], label: str, href: str) -> Place:
        """Return where the destination of a reference definition stands."""
        first, last = definitions[label]["map"]
        for line in range(first, last):
            source = self.text_of(line)
            match = _DESTINATION.search(source) if line == first else _DESTINATION_BELOW.search(source)
            if match:
                return Place(self.number(line), match.start(1) + 1, max(1, len(match[1])))
        return self.start_of(first, len(href))
