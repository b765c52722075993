"""Footnotes beside the text: what a wide window shows at a footnote's mark instead of at the end of the page.

A text has its footnotes at the end. Here each that is short enough to stand in a margin is put behind its first mark as
well, `hidden`, with a link to it and one back; the theme's wide.css shows these, and hides the others, where a window has
room. So a reader, and whoever has the page read out, meets each footnote once, at every width and on paper.
"""

from __future__ import annotations

import re
from typing import Final

from proofpress.patterns import lazy

MARK: Final = 'class="footnote-ref"'
LONGEST: Final = 700
"""Characters of a footnote that stands in a margin: some thirty lines."""

_SECTION: Final = '<section class="footnotes"'
_NOTE: Final = lazy(r'<li id="fn(?P<number>\d+)"><p>(?P<text>.*?)</p>\n</li>\n', re.DOTALL)
_BACK: Final = lazy(r' <a class="footnote-backref" href="#fnref\d+" aria-label="(?P<label>[^"]*)">')
_REFERENCE: Final = lazy(
    r'<sup class="footnote-ref"><a href="#fn(?P<number>\d+)" id="fnref(?P=number)(?P<again>-\d+)?">(?P=number)</a></sup>'
)
_TAG: Final = lazy(r"<[^>]*>")
_NO_PLACE: Final = ("table", "figcaption", "summary", *(f"h{level}" for level in range(1, 7)))
"""Where no note can stand: its box would be cut, or be as large as a heading."""
_NO_COPY: Final = ("<p", "<li", "<img", MARK, " id=")
"""What a margin has no room for, and what may not be twice on a page."""


def with_sidenotes(html: str) -> str:
    """Return a text with those of its footnotes that fit into a margin at their first marks, too."""
    if MARK not in html:
        return html
    start = html.rfind(_SECTION)
    if start < 0:
        return html
    text, section = html[:start], html[start:]
    first = {found["number"]: found.start() for found in _REFERENCE.finditer(text) if not found["again"]}
    nested = {found["number"] for found in _REFERENCE.finditer(section)}
    notes = {
        found["number"]: found["text"]
        for found in _NOTE.finditer(section)
        if found["number"] in first.keys() - nested and _fits(found["text"]) and _has_room(text, first[found["number"]])
    }
    if not notes:
        return html
    return _REFERENCE.sub(lambda found: _marked(found, notes), text) + _shortened(section, notes)


def _fits(note: str) -> bool:
    return len(_TAG.sub("", note)) <= LONGEST and not any(one in note for one in _NO_COPY) and bool(_BACK.search(note))


def _has_room(text: str, at: int) -> bool:
    """Tell whether a mark stands where a note may stand beside it."""
    return all(text.rfind(f"<{name}", 0, at) <= text.rfind(f"</{name}>", 0, at) for name in _NO_PLACE)


def _marked(found: re.Match[str], notes: dict[str, str]) -> str:
    """Return a footnote's mark with a second link, to the note beside it, and at the first mark the note itself."""
    number, again = found["number"], found["again"] or ""
    note = notes.get(number)
    if note is None:
        return found[0]
    link = f'<a class="beside" href="#_note{number}" id="_ref{number}{again}" hidden>{number}</a>'
    mark = found[0].removesuffix("</sup>") + link + "</sup>"
    if again:
        return mark
    back = _BACK.search(note)
    assert back is not None  # or it would not fit
    return (
        f'{mark}<span class="sidenote" id="_note{number}" role="note" hidden><b>{number}</b> {note[: back.start()]}'
        f' <a class="footnote-backref" href="#_ref{number}" aria-label="{back["label"]}">↩</a></span>'
    )


def _shortened(section: str, notes: dict[str, str]) -> str:
    """Return the footnotes at the end, those that stand beside the text marked as such, the others with their numbers."""

    def named(found: re.Match[str]) -> str:
        kept = 'class="beside"' if found[1] in notes else f'value="{found[1]}"'
        return f'<li id="fn{found[1]}" {kept}>'

    marked = re.sub(r'<li id="fn(\d+)">', named, section)
    if 'value="' in marked:
        return marked
    return marked.replace(_SECTION, '<section class="footnotes beside"', 1)
