"""A block of code as HTML, coloured (docs/templates.md, the last table)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.ansi import ansi_html
from proofpress.listings.highlight import BrokenPluginError, Highlighter, SlowListing
from proofpress.listings.languages import IPYTHON, OUTPUTS, PLAIN, PROMPTED, SESSIONS, SHELLS, canonical, known_names
from proofpress.listings.layout import MAX_INDENT
from proofpress.listings.marks import show
from proofpress.listings.spans import escape
from proofpress.listings.words import Stretch, literal, put_in, text_in, why_no_pattern
from proofpress.patterns import lazy
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from proofpress.findings import Note
    from proofpress.listings.fences import Info
    from proofpress.model import Place

    PlaceOf = Callable[[int, int], Place]
    """The place of an offset in an info string, and of a length."""
    Says = Callable[[str, Mapping[str, object]], str]
    """Gives a text of the page's language by its key, with values in its places."""
    """How many lines are folded, in words."""

_SPAN: Final = lazy(r'<span class="([^"]*)">|</span>')
_INDENT: Final = lazy(r'(?:[ \t]|<span class="[^"]*">|</span>)*')
_SEEN: Final = ("marked", "inserted", "deleted", "output")
"""Kinds of lines that have a class of their name."""
_ELEMENTS: Final = {"inserted": "ins", "deleted": "del"}
_FRAMES: Final = {"terminal": ("terminal",), "none": ("frameless",)}
"""The classes of frames."""
_ESCAPED: Final = "\N{SYMBOL FOR ESCAPE}["
"""What colours begin with in what a program printed."""
_PROMPT: Final = '<span class="gp">'

_ALIKE: Final = 0.75
"""Of a thousand names of languages one is somewhat like any word."""


class Written(NamedTuple):
    """A listing's HTML, whether the same listing always looks so, and the ids of its lines."""

    html: str
    certain: bool
    anchors: tuple[str, ...] = ()


class Company(NamedTuple):
    """What is known of a listing beside its code and its info string."""

    attributes: Mapping[str, str]
    says: Says
    notes: Mapping[int, str] = {}
    """The ids of the notes on its lines, by their numbers."""
    taken: Container[str] = ()
    """Ids of the page that its lines can't have."""
    new: frozenset[int] = frozenset()
    """The numbers of lines that are new in a step."""
    origin: tuple[str, str] | None = None
    """Of code that is included: where it is kept, and what it is called there."""


class Manner(NamedTuple):
    """How the lines of a listing are shown."""

    numbered: bool
    start: int
    wrap: bool
    says: Says
    session: bool
    id: str = ""
    """That of the listing, where each number is a link to its line."""
    taken: Container[str] = ()

    def anchor(self, number: int) -> str:
        """Return the id of a line; empty where it has none."""
        anchor = f"{self.id}-{number}" if self.id and self.numbered else ""
        return "" if anchor in self.taken else anchor


class Listings:
    """Writes blocks of code as HTML. To be closed."""

    def __init__(self, *, line_numbers: bool) -> None:
        self._highlighter = Highlighter()
        self._line_numbers = line_numbers

    def close(self) -> None:
        """Let go of what colouring holds."""
        self._highlighter.close()

    def write(self, code: str, info: Info, company: Company, place: PlaceOf, note: Note) -> Written:
        """Return a listing's HTML, and note what is wrong with it at the `place` of its info string."""
        shown = show(info, code, company.notes)
        code = shown.code
        name, at = (info.over, info.over_at) if info.over else (info.language, info.language_at)
        language = canonical(name)
        if language in PROMPTED and code.startswith("$ "):
            name = "console"
        coloured, certain = self._coloured(code, name, at, place, note) if language else (None, True)
        if info.language.lower() == "ansi" or (_ESCAPED in code and _is_output(info)):
            coloured = ansi_html(code)
        body = escape(code) if coloured is None else coloured
        if body.endswith("\n</span>"):  # the end of the last line is no line
            body = f"{body[:-8]}</span>\n"
        if info.words:
            body, found = self._with_words(body, info, place, note)
            certain = certain and found
        kinds = shown.lines
        if company.new:
            kinds = {**kinds, "inserted": kinds.get("inserted", set()) | company.new}
        session = canonical(name) in SESSIONS and _PROMPT in body
        if session and (output := _output(body)):
            kinds = {**kinds, "output": output}
        if shown.notes:
            body = _with_notes(body, shown.notes, company)
        if shown.labels:
            body = _with_labels(body, shown.labels)
        manner = Manner(
            numbered=self._line_numbers if info.numbered is None else info.numbered,
            wrap=info.wrap,
            session=session,
            start=info.start,
            says=company.says,
            id=company.attributes.get("id", ""),
            taken=company.taken,
        )
        label = escape(language or info.language.lower()) or "text"
        pres = _pres(body, label, manner, kinds, everything=info.folded)
        anchors: tuple[str, ...] = ()
        if manner.numbered and manner.id:
            count = body.count("\n") + (not body.endswith("\n"))
            anchors = tuple(filter(None, map(manner.anchor, range(manner.start, manner.start + count))))
        return Written(_framed(pres, info, label, company, code), certain, anchors)

    def _with_words(self, body: str, info: Info, place: PlaceOf, note: Note) -> tuple[str, bool]:
        """Put the elements of words that stand out into a listing's HTML; tell whether it always will be so."""
        text = text_in(body)
        stretches: list[Stretch] = []
        certain = True
        for words in info.words:
            if not words.pattern:
                spans = literal(words.text, text)
            elif why := why_no_pattern(words.text):
                message = f"'/{words.text[:40]}/' is no regular expression that can be tried: {why}"
                note(
                    "listing-options",
                    place(words.at, words.length),
                    message,
                    'mend it, or write the word in quotes: "text"',
                )
                continue
            else:
                try:
                    spans = self._highlighter.search(words.text, text)
                except SlowListing as slow:
                    note("slow-listing", place(words.at, words.length), str(slow), "write a simpler pattern")
                    certain = False
                    continue
            if not spans:
                what = "matches nothing" if words.pattern else "stands nowhere"
                message = f"'{words.text[:60]}' {what} in this listing, so nothing is marked"
                note("listing-options", place(words.at, words.length), message, "write it as it stands in the code")
            stretches += [Stretch(begin, end, words.element) for begin, end in spans]
        return put_in(body, stretches), certain

    def _coloured(self, code: str, name: str, at: int, place: PlaceOf, note: Note) -> tuple[str | None, bool]:
        """Return the code with the colours of a language, None where it has none, and whether it always will be so.

        The language's name stands at an offset in the info string.
        """
        lexer, why, certain = None, "", True
        try:
            lexer = self._highlighter.lexer(name.lower() if name.lower() in IPYTHON else canonical(name))
        except BrokenPluginError as broken:
            certain = False
            why = f", and {broken}"
        if lexer is None:
            note(
                "unknown-language",
                place(at, len(name)),
                f"no language is called '{name[:60]}'{why}, so this listing is shown without colour",
                did_you_mean(name, known_names(), alike=_ALIKE) or "write 'text' for plain text",
            )
            return None, certain
        try:
            return self._highlighter.colour(code, lexer), certain
        except SlowListing as slow:
            note("slow-listing", place(at, len(name)), str(slow), "shorten the listing, or call it 'text'")
            return None, certain and slow.certain


def _with_notes(body: str, notes: Mapping[int, tuple[int, ...]], company: Company) -> str:
    """Put the marks of notes at the ends of their lines: each opens its note."""
    lines = body.split("\n")
    for line, numbers in notes.items():
        lines[line - 1] += "".join(
            f'<button type="button" class="note" popovertarget="{escape(company.notes[number])}" '
            f'aria-label="{escape(company.says("note_number", {"n": number}))}">'
            f"{number}</button>"
            for number in numbers
        )
    return "\n".join(lines)


def _with_labels(body: str, labels: Mapping[int, str]) -> str:
    """Put labels at the ends of the first lines that have them: drawn by the style sheet, so that nobody copies them."""
    lines = body.split("\n")
    for line, label in labels.items():
        lines[line - 1] += f'<small class="label" data-label="{escape(label)}"></small>'
    return "\n".join(lines)


def _output(body: str) -> set[int]:
    """Return the numbers of a session's lines that answer: those without a prompt, which continue no command.

    Where commands stand behind `$ `, `# ` is no prompt, but a remark.
    """
    found: set[int] = set()
    remarks = f"{_PROMPT}$ " in body
    continued = False
    for number, line in enumerate(body.removesuffix("\n").split("\n"), 1):
        text = text_in(line)
        command = _PROMPT in line and not (remarks and text.startswith("# "))
        if not (command or continued):
            found.add(number)
        continued = (command or continued) and text.endswith("\\")
    return found


def _frame(info: Info, code: str) -> str:
    """Return a listing's frame: a terminal's for a shell, unless its title or its first line says that it is a file."""
    if info.frame or (info.over or info.language).lower() not in SHELLS:
        return info.frame
    return "code" if code.startswith("#!") or "." in info.title else "terminal"


def _is_output(info: Info) -> bool:
    """Tell whether a listing is what a program printed, and so belongs to the listing before it, if there is one."""
    language = info.language.lower()
    return language in OUTPUTS or (language in PLAIN and info.title.lower() == "output")


def _framed(pres: str, info: Info, name: str, company: Company, code: str) -> str:
    """Put code that is written into what holds a listing of a language."""
    attributes = company.attributes
    own = [name for name, holds in (("output", _is_output(info)), ("no-copy", not info.copies)) if holds]
    classes = " ".join(["listing", *_FRAMES.get(_frame(info, code), ()), *own, *map(escape, info.classes)])
    more = "".join(f' {escape(key)}="{escape(value)}"' for key, value in attributes.items() if key != "class")
    if "class" in attributes:
        classes += " " + escape(attributes["class"])
    title = escape(info.title)
    if company.origin is not None:
        url, called = company.origin
        title = f'<a href="{escape(url)}">{title or escape(called)}</a>'
    if title:
        return (
            f'<figure class="{classes}" data-language="{name}"{more}><figcaption>{title}</figcaption>{pres}</figure>\n'
        )
    return f'<div class="{classes}" data-language="{name}"{more}>{pres}</div>\n'


def _pres(body: str, name: str, manner: Manner, kinds: Mapping[str, set[int]], *, everything: bool) -> str:
    """Return the code in one `pre`, or, where lines of it are folded, in several, those folded in `details`."""
    classes = [
        word
        for word, asked in (("numbered", manner.numbered), ("session", manner.session), ("wrap", manner.wrap))
        if asked
    ]
    opening = f'<pre class="{" ".join(classes)}" tabindex="0">' if classes else '<pre tabindex="0">'
    opening += f'<code class="language-{name}">'
    closing = "</code></pre>"
    if not (classes or kinds or everything):
        return f"{opening}{body}{closing}"
    lines = _lines(body, manner, kinds)
    folded = kinds.get("folded", set())
    if not (folded or everything):
        return f"{opening}{''.join(lines)}{closing}"
    parts: list[str] = []
    begin = 0
    for end in range(1, len(lines) + 1):
        fold = everything or begin + 1 in folded
        if end == len(lines) or (everything or end + 1 in folded) != fold:
            code = f"{opening}{''.join(lines[begin:end])}{closing}"
            summary = f"<summary>{escape(manner.says('lines', {'n': end - begin}))}</summary>" if fold else ""
            parts.append(f"<details>{summary}{code}</details>" if fold else code)
            begin = end
    return "".join(parts)


def _lines(body: str, manner: Manner, kinds: Mapping[str, set[int]]) -> list[str]:
    """Wrap each line of coloured code; a token that runs over lines is closed and opened again at each line's end."""
    written = []
    reopened = ""
    focused = kinds.get("focused", set())
    for number, line in enumerate(body.removesuffix("\n").split("\n"), 1):
        text = reopened + line
        opened = ""
        for match in _SPAN.finditer(text):
            opened = "" if match[0] == "</span>" else match[0]
        if opened:
            text += "</span>"
        reopened = opened
        classes = ["line", *(kind for kind in _SEEN if kind in kinds and number in kinds[kind])]
        if focused and number not in focused:
            classes.append("receding")
        if manner.wrap and (indent := _indent(line)):
            classes.append(f"indent-{indent}")
        element = next((_ELEMENTS[kind] for kind in classes if kind in _ELEMENTS), "span")
        label = f' class="{" ".join(classes)}"'
        if manner.numbered:
            shown = manner.start + number - 1
            if anchor := manner.anchor(shown):
                label += f' id="{escape(anchor)}"'
                said = escape(manner.says("line_number", {"n": shown}))
                text = f'<a class="number" href="#{escape(anchor)}" aria-label="{said}" data-line="{shown}"></a>{text}'
            else:
                label += f' data-line="{shown}"'
        written.append(f"<{element}{label}>{text}\n</{element}>")
    return written


def _indent(line: str) -> int:
    """Return the columns that a line of code is indented by, as it is written as HTML; a tab has four."""
    blank = _INDENT.match(line)
    assert blank is not None
    return min(MAX_INDENT, sum(4 if character == "\t" else 1 for character in _SPAN.sub("", blank[0])))
