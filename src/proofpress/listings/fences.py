"""Listings: what a fence's info string says, and the HTML of a block of code.

An info string is ```` ```python title="train.py" {3,5-7} linenos ````. What other tools' blogs write is understood
too: `python:file.py`, `rust,ignore`, `{.python}`, `js{1,3}`, `hl_lines="3 5-7"`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.highlight import BrokenPluginError, Highlighter, SlowListing
from proofpress.listings.languages import IGNORED_WORDS, canonical, known_names
from proofpress.listings.spans import escape
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

_ITEM: Final = re.compile(
    r"""\{(?P<braces>[^{}]*)\}|(?P<name>[^\s=,{}"']+)=(?P<value>"[^"]*"|'[^']*'|\[[^\]]*\]|\{[^{}]*\}|[^\s,]*)"""
    r"""|(?P<word>[^\s{},]+)|,""",
)
_RANGES: Final = re.compile(r"[\s\[\]{}]*\d+(?:\s*-\s*\d+)?(?:[\s,]+\d+(?:\s*-\s*\d+)?)*[\s,\[\]{}]*")
_RANGE: Final = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_LANGUAGE: Final = re.compile(r"[^\s{},:=]+")
_OPTIONS: Final = ("title", "linenos", "nolinenos", "hl_lines", "start")
_TITLES: Final = frozenset({"title", "filename", "file", "name", "caption", "label"})
_MARKS: Final = frozenset({"hl_lines", "mark", "highlight", "emphasize-lines", "hl"})
_STARTS: Final = frozenset({"linenostart", "start", "startline", "firstline", "start-line"})
_NUMBERS: Final = frozenset(
    {"linenos", "showlinenumbers", "linenumbers", "numbers", "line-numbers", "lineno", "linenum"}
)
_NO_NUMBERS: Final = frozenset({"nolinenos", "nolinenumbers", "nonumbers"})
MAX_LINE: Final = 1_000_000


class Info(NamedTuple):
    """What an info string says, and the words of it that mean nothing here, with their offsets."""

    language: str = ""
    language_at: int = 0
    title: str = ""
    marked: tuple[tuple[int, int], ...] = ()
    numbered: bool | None = None
    start: int = 1
    classes: tuple[str, ...] = ()
    id: str = ""
    unknown: tuple[tuple[int, str], ...] = ()


def read_info(text: str) -> Info:
    """Read a fence's info string. Never fails: what it does not know, it names."""
    at = len(text) - len(text.lstrip())
    language, pos = "", at
    match = _LANGUAGE.match(text, at)
    if match:
        language, pos = match[0].strip("\"'`"), match.end()
        rest = text[pos:]
        if rest.startswith("=") and language.lower() in _TITLES | _MARKS | _NUMBERS | _STARTS:
            language, pos = "", at
    info = {"title": "", "id": ""}
    marked: list[tuple[int, int]] = []
    numbered: bool | None = None
    start = 1
    classes: list[str] = []
    unknown: list[tuple[int, str]] = []
    if match and text.startswith(":", pos) and language:
        file = re.compile(r":\s?([^\s{},]*)").match(text, pos)
        assert file is not None
        info["title"], pos = file[1], file.end()
    elif text.startswith("=", pos):
        pos += 1
    for item in _ITEM.finditer(text, pos):
        if item["braces"] is not None:
            inside = item["braces"]
            if _RANGES.fullmatch(inside):
                marked += _ranges(inside)
            else:
                language, title, more, numbers = _in_braces(inside, language, classes, info)
                info["title"] = title or info["title"]
                marked += more
                numbered = numbers if numbers is not None else numbered
        elif item["name"] is not None:
            name, value = item["name"].lower(), item["value"].strip("\"'")
            if name in _TITLES:
                info["title"] = value
            elif name in _MARKS:
                marked += _ranges(value)
            elif name in _STARTS and value.isdecimal():
                start = min(int(value[:7]), MAX_LINE)
                numbered = True if numbered is None else numbered
            elif name in _NUMBERS:
                numbered = value.lower() not in {"false", "no", "0", "none"}
                if value.isdecimal() and len(value) < 8:
                    start = max(1, int(value))
            elif name not in {"copy", "wrap", "ins", "del", "diff", "frame", "id", "class"}:
                unknown.append((item.start(), item["name"]))
        elif item["word"] is not None:
            word = item["word"].lower()
            if word in _NUMBERS:
                numbered = True
            elif word in _NO_NUMBERS:
                numbered = False
            elif word in IGNORED_WORDS or language.lower() in {"rust", "rs"}:
                continue
            elif "." in word.strip(".") and not info["title"]:
                info["title"] = item["word"].strip("\"'")
            else:
                unknown.append((item.start(), item["word"]))
    return Info(language, at, info["title"], tuple(marked), numbered, start, tuple(classes), info["id"], tuple(unknown))


def _in_braces(
    inside: str, language: str, classes: list[str], info: dict[str, str]
) -> tuple[str, str, list[tuple[int, int]], bool | None]:
    """Read Pandoc's and R Markdown's braces: `{.python #id}`, `{python}`, `{r echo=FALSE}`."""
    title, marked, numbered = "", [], None
    for item in re.finditer(r"([.#]?)([\w+\-#]+)(?:=(\"[^\"]*\"|'[^']*'|[^\s,]+))?", inside):
        sign, word, value = item[1], item[2], (item[3] or "").strip("\"'")
        if sign == "#":
            info["id"] = word
        elif item[3] is not None:
            if word.lower() in _TITLES:
                title = value
            elif word.lower() in _MARKS:
                marked = _ranges(value)
            elif word.lower() in _NUMBERS:
                numbered = value.lower() not in {"false", "no", "0", "none"}
        elif word.lower() in {"numberlines", *_NUMBERS}:
            numbered = True
        elif not language:
            language = word
        elif sign == ".":
            classes.append(word)
    return language, title, marked, numbered


def _ranges(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _RANGE.finditer(text):
        first = min(int(match[1][:7]), MAX_LINE)
        last = min(int(match[2][:7]), MAX_LINE) if match[2] else first
        found.append((min(first, last), max(first, last)))
    return found


class Listings:
    """Writes blocks of code as HTML (docs/templates.md, the last table)."""

    def __init__(self, highlighter: Highlighter, *, line_numbers: bool) -> None:
        self._highlighter = highlighter
        self._line_numbers = line_numbers
        self._infos: dict[str, Info] = {}

    def info(self, text: str) -> Info:
        """Read an info string, once for each that occurs."""
        info = self._infos.get(text)
        if info is None:
            info = read_info(text)
            if len(self._infos) < 1000:
                self._infos[text] = info
        return info

    def close(self) -> None:
        """Let go of what colouring holds."""
        self._highlighter.close()

    def html(
        self,
        code: str,
        info: Info,
        report: Callable[[str, int, str, str, int], None],
        attributes: dict[str, str],
        doubt: Callable[[], None],
    ) -> str:
        """Return a listing's HTML. `report(rule, offset, message, hint, length)` takes what is wrong with it.

        `doubt` is called where the same listing may look otherwise another time.
        """
        language = canonical(info.language)
        for at, word in info.unknown:
            hint = did_you_mean(word, _OPTIONS) or 'an info string reads: python title="train.py" {3,5-7} linenos'
            report("listing-options", at, f"a listing has no option '{word[:60]}'", hint, len(word))
        coloured: str | None = None
        if language:
            lexer, why = None, ""
            try:
                lexer = self._highlighter.lexer(language)
            except BrokenPluginError as broken:
                doubt()
                why = f", and {broken}"
            if lexer is None:
                report(
                    "unknown-language",
                    info.language_at,
                    f"no language is called '{info.language[:60]}'{why}, so this listing is shown without colour",
                    did_you_mean(info.language, known_names()) or "write 'text' for plain text",
                    len(info.language),
                )
            else:
                try:
                    coloured = self._highlighter.colour(code, lexer)
                except SlowListing as slow:
                    if not slow.certain:
                        doubt()
                    report("slow-listing", 0, str(slow), "shorten the listing, or call it 'text'", len(info.language))
        body = escape(code) if coloured is None else coloured
        numbered = self._line_numbers if info.numbered is None else info.numbered
        if numbered or info.marked:
            body = _lines(body, info, numbered=numbered)
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


_SPAN: Final = re.compile(r'<span class="([^"]*)">|</span>')


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
