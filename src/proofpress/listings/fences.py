"""What a fence's info string says: ```` ```python title="train.py" {3,5-7} linenos ````.

What other tools' blogs write is understood too: `python:file.py`, `rust,ignore`, `{.python}`, `js{1,3}`,
`hl_lines="3 5-7"`.
"""

from __future__ import annotations

import functools
import re
from typing import Final, NamedTuple

from proofpress.listings.languages import IGNORED_WORDS

_ITEM: Final = re.compile(
    r"""\{(?P<braces>[^{}]*)\}|(?P<name>[^\s=,{}"']+)=(?P<value>"[^"]*"|'[^']*'|\[[^\]]*\]|\{[^{}]*\}|[^\s,]*)"""
    r"""|(?P<word>[^\s{},]+)|,""",
)
_IN_BRACES: Final = re.compile(r"([.#]?)([\w+\-#]+)(?:=(\"[^\"]*\"|'[^']*'|[^\s,]+))?")
_RANGES: Final = re.compile(r"[\s\[\]{}]*\d+(?:\s*-\s*\d+)?(?:[\s,]+\d+(?:\s*-\s*\d+)?)*[\s,\[\]{}]*")
_RANGE: Final = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_LANGUAGE: Final = re.compile(r"[^\s{},:=]+")
_FILE: Final = re.compile(r":\s?([^\s{},]*)")
OPTIONS: Final = ("title", "linenos", "nolinenos", "hl_lines", "start")
"""The options that are ours, for a hint."""
_TITLES: Final = frozenset({"title", "filename", "file", "name", "caption", "label"})
_MARKS: Final = frozenset({"hl_lines", "mark", "highlight", "emphasize-lines", "hl"})
_STARTS: Final = frozenset({"linenostart", "start", "startline", "firstline", "start-line"})
_NUMBERS: Final = frozenset(
    {"linenos", "showlinenumbers", "linenumbers", "numbers", "line-numbers", "lineno", "linenum"}
)
_NO_NUMBERS: Final = frozenset({"nolinenos", "nolinenumbers", "nonumbers"})
_OF_OTHERS: Final = frozenset({"copy", "wrap", "ins", "del", "diff", "frame", "id", "class"})
_NO: Final = frozenset({"false", "no", "0", "none"})
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


@functools.lru_cache(maxsize=1000)
def read_info(text: str) -> Info:
    """Read a fence's info string. Never fails: what it does not know, it names."""
    at = len(text) - len(text.lstrip())
    reading = _Reading()
    pos = reading.take_language(text, at)
    for item in _ITEM.finditer(text, pos):
        if item["braces"] is not None:
            reading.take_braces(item["braces"])
        elif item["name"] is not None:
            reading.take_option(item["name"], item["value"].strip("\"'"), item.start())
        elif item["word"] is not None:
            reading.take_word(item["word"], item.start())
    return reading.info(at)


class _Reading:
    """An info string, as far as it is read: each method takes one form of what may stand in it."""

    def __init__(self) -> None:
        self.language = self.title = self.id = ""
        self.marked: list[tuple[int, int]] = []
        self.numbered: bool | None = None
        self.start = 1
        self.classes: list[str] = []
        self.unknown: list[tuple[int, str]] = []

    def info(self, language_at: int) -> Info:
        """Return what was read."""
        return Info(
            language=self.language,
            language_at=language_at,
            title=self.title,
            marked=tuple(self.marked),
            numbered=self.numbered,
            start=self.start,
            classes=tuple(self.classes),
            id=self.id,
            unknown=tuple(self.unknown),
        )

    def take_language(self, text: str, at: int) -> int:
        """Read the word that an info string begins with, and `:file.py` behind it; return where the options begin."""
        match = _LANGUAGE.match(text, at)
        if match is None:
            return at + text.startswith("=", at)
        language, pos = match[0].strip("\"'`"), match.end()
        if text.startswith("=", pos) and language.lower() in _TITLES | _MARKS | _NUMBERS | _STARTS:
            return at  # it is an option already
        self.language = language
        if language and (file := _FILE.match(text, pos)):
            self.title = file[1]
            return file.end()
        return pos + text.startswith("=", pos)

    def take_option(self, name: str, value: str, at: int) -> None:
        """Read `name=value`."""
        key = name.lower()
        if key in _TITLES:
            self.title = value
        elif key in _MARKS:
            self.marked += _ranges(value)
        elif key in _STARTS and value.isdecimal():
            self.start = min(int(value[:7]), MAX_LINE)
            self.numbered = True if self.numbered is None else self.numbered
        elif key in _NUMBERS:
            self.numbered = value.lower() not in _NO
            if value.isdecimal() and len(value) < 8:
                self.start = max(1, int(value))
        elif key not in _OF_OTHERS:
            self.unknown.append((at, name))

    def take_word(self, word: str, at: int) -> None:
        """Read a word by itself."""
        key = word.lower()
        if key in _NUMBERS:
            self.numbered = True
        elif key in _NO_NUMBERS:
            self.numbered = False
        elif key in IGNORED_WORDS or self.language.lower() in {"rust", "rs"}:
            return
        elif "." in key.strip(".") and not self.title:
            self.title = word.strip("\"'")
        else:
            self.unknown.append((at, word))

    def take_braces(self, inside: str) -> None:
        """Read lines to mark, `{3,5-7}`, or Pandoc's and R Markdown's braces: `{.python #id}`, `{r echo=FALSE}`."""
        if _RANGES.fullmatch(inside):
            self.marked += _ranges(inside)
            return
        title = ""
        marked: list[tuple[int, int]] = []
        for sign, word, written in _IN_BRACES.findall(inside):
            key, value = word.lower(), written.strip("\"'")
            if sign == "#":
                self.id = word
            elif written:
                if key in _TITLES:
                    title = value
                elif key in _MARKS:
                    marked = _ranges(value)
                elif key in _NUMBERS:
                    self.numbered = value.lower() not in _NO
            elif key == "numberlines" or key in _NUMBERS:
                self.numbered = True
            elif not self.language:
                self.language = word
            elif sign == ".":
                self.classes.append(word)
        self.title = title or self.title
        self.marked += marked


def _ranges(text: str) -> list[tuple[int, int]]:
    found = []
    for match in _RANGE.finditer(text):
        first = min(int(match[1][:7]), MAX_LINE)
        last = min(int(match[2][:7]), MAX_LINE) if match[2] else first
        found.append((min(first, last), max(first, last)))
    return found
