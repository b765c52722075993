"""A block of code as HTML, coloured (docs/templates.md, the last table)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.highlight import BrokenPluginError, Highlighter, SlowListing
from proofpress.listings.languages import canonical, known_names
from proofpress.listings.spans import escape
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proofpress.findings import Note
    from proofpress.listings.fences import Info
    from proofpress.model import Place

    PlaceOf = Callable[[int, int], Place]
    """The place of an offset in an info string, and of a length."""

_SPAN: Final = re.compile(r'<span class="([^"]*)">|</span>')


class Written(NamedTuple):
    """A listing's HTML, and whether the same listing always looks so."""

    html: str
    certain: bool


class Listings:
    """Writes blocks of code as HTML. To be closed."""

    def __init__(self, *, line_numbers: bool) -> None:
        self._highlighter = Highlighter()
        self._line_numbers = line_numbers

    def close(self) -> None:
        """Let go of what colouring holds."""
        self._highlighter.close()

    def write(self, code: str, info: Info, attributes: Mapping[str, str], place: PlaceOf, note: Note) -> Written:
        """Return a listing's HTML, and note what is wrong with it at the `place` of its info string."""
        language = canonical(info.language)
        coloured, certain = self._coloured(code, info, language, place, note) if language else (None, True)
        body = escape(code) if coloured is None else coloured
        numbered = self._line_numbers if info.numbered is None else info.numbered
        if numbered or info.marked:
            body = _lines(body, info, numbered=numbered)
        return Written(_framed(body, info, language, attributes, numbered=numbered), certain)

    def _coloured(self, code: str, info: Info, language: str, place: PlaceOf, note: Note) -> tuple[str | None, bool]:
        """Return the code with its colours, None where it has none, and whether it always will be so."""
        lexer, why, certain = None, "", True
        try:
            lexer = self._highlighter.lexer(language)
        except BrokenPluginError as broken:
            certain = False
            why = f", and {broken}"
        if lexer is None:
            note(
                "unknown-language",
                place(info.language_at, len(info.language)),
                f"no language is called '{info.language[:60]}'{why}, so this listing is shown without colour",
                did_you_mean(info.language, known_names()) or "write 'text' for plain text",
            )
            return None, certain
        try:
            return self._highlighter.colour(code, lexer), certain
        except SlowListing as slow:
            note("slow-listing", place(0, len(info.language)), str(slow), "shorten the listing, or call it 'text'")
            return None, certain and slow.certain


def _framed(body: str, info: Info, language: str, attributes: Mapping[str, str], *, numbered: bool) -> str:
    """Put code that is written into what holds a listing."""
    name = escape(language or info.language.lower()) or "text"
    classes = " ".join(["listing", *map(escape, info.classes)])
    more = "".join(f' {escape(key)}="{escape(value)}"' for key, value in attributes.items() if key != "class")
    if "class" in attributes:
        classes += " " + escape(attributes["class"])
    pre = '<pre class="numbered" tabindex="0">' if numbered else '<pre tabindex="0">'
    pre += f'<code class="language-{name}">{body}</code></pre>'
    if info.title:
        return (
            f'<figure class="{classes}" data-language="{name}"{more}>'
            f"<figcaption>{escape(info.title)}</figcaption>{pre}</figure>\n"
        )
    return f'<div class="{classes}" data-language="{name}"{more}>{pre}</div>\n'


def _lines(body: str, info: Info, *, numbered: bool) -> str:
    """Wrap each line of coloured code; a token that runs over lines is closed and opened again at each line's end."""
    lines = body.removesuffix("\n").split("\n")
    marked: set[int] = set()
    for first, last in info.marked:
        marked.update(range(max(1, first), min(last, len(lines)) + 1))
    written = []
    reopened = ""
    for number, line in enumerate(lines, 1):
        text = reopened + line
        opened = ""
        for match in _SPAN.finditer(text):
            opened = "" if match[0] == "</span>" else match[0]
        if opened:
            text += "</span>"
        reopened = opened
        label = ' class="line marked"' if number in marked else ' class="line"'
        if numbered:
            label += f' data-line="{info.start + number - 1}"'
        written.append(f"<span{label}>{text}\n</span>")
    return "".join(written)
