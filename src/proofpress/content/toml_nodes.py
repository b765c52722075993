"""TOML, read into nodes: the standard library reads the values, a scan of the same text finds where each one stands.

The scan runs only over text that `tomllib` has accepted, so it can be simple (TOML 1.0.0, toml.io/en/v1.0.0).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from bisect import bisect_right
from typing import Any, Final

from proofpress.content import toml_lines
from proofpress.content.nodes import (
    MAX_DEPTH,
    Findings,
    ListNode,
    MappingNode,
    Node,
    ScalarNode,
    abridged,
    unfit_character,
)
from proofpress.model import Place
from proofpress.rules.files import CONTROL_CHARACTER
from proofpress.rules.front_matter import DUPLICATE_KEY, WRONG_TYPE

_STRING: Final = r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_LEXEME: Final = re.compile(rf"(?P<string>{_STRING})|(?P<comment>\#[^\n]*)|(?P<mark>[\[\]{{}},=\n])|(?P<bare>[^\s\[\]{{}},=\#\"']+(?:[ ]\d\d:[^\s,\]}}\#]+)?)|(?P<unclosed>[\"'])", re.DOTALL)  # fmt: skip
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?")
_KEY: Final = re.compile(r"[ \t]*(?P<key>[^=\n]*?)[ \t]*=")
_LONG_NUMBER: Final = re.compile(r"\d[\d_]{4000,}")
_ERROR: Final = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)
_MENDS: Final = (
    ("Invalid value", "this value is neither text in quotes, a number, a date, a list nor true or false", "put text in quotes"),
    ("Cannot declare", "this table stands here again", "keep one of the two"),
    ("Expected '=' after a key", "a key has no '=' after it", "write 'key = \"value\"'"),
    ("Expected newline or end of document", "something follows the value on its line", "put text in quotes, one key on a line"),
    ("Unterminated string", "a quotation mark is never closed", "close it on the same line"),
    ("Illegal character", "a quotation mark is never closed on its line", "close it, or use three for text of several lines"),
    ("Unclosed array", "a list is never closed", "close it with ']'"),
    ("Unescaped '\\'", "a backslash inside double quotes begins no known escape", "use single quotes, or write the backslash twice"),
    ("Invalid initial character", "a key cannot begin like this", "write 'key = \"value\"', the key in letters, digits, '-' and '_'"),
    ("Invalid statement", "this line is no 'key = value'", "write 'key = \"value\"'"),
)  # fmt: skip

Steps = tuple[str | int, ...]


def compose(text: str, findings: Findings, *, first_line: int = 1, syntax: str = "front-matter-syntax") -> Node | None:
    """Return a TOML text as nodes; None when it cannot be read.

    `text` has LF line ends. `first_line` is the line of the file that it begins on, and `syntax` the rule that
    faults of form are reported under.
    """
    simple = toml_lines.compose(text, first_line)
    return simple if simple is not None else compose_all(text, findings, first_line=first_line, syntax=syntax)


def compose_all(
    text: str, findings: Findings, *, first_line: int = 1, syntax: str = "front-matter-syntax"
) -> Node | None:
    """Do what `compose` does, for every form that TOML has."""
    lines = _Lines(text, first_line)
    if _too_deep(text, lines, findings, syntax):
        return None
    values = _load(text, lines, findings, syntax)
    if values is None:
        return None
    found = _Places(text, lines)
    keys, places = found.keys, found.values
    deepest = max((*keys, *places), key=len, default=())
    if len(deepest) > MAX_DEPTH:
        _note_depth(keys.get(deepest) or places[deepest], findings, syntax)
        return None
    return _node(values, (), keys, places, findings, Place(first_line, 1))


class _Lines:
    """Turns offsets in a text into places in its file."""

    def __init__(self, text: str, first_line: int) -> None:
        self.first_line = first_line
        self.starts = [0, *(found.end() for found in re.finditer("\n", text)), len(text) + 1]

    def place(self, start: int, end: int) -> Place:
        """Return where a stretch of the text stands; its length ends with its first line."""
        line = bisect_right(self.starts, start) - 1
        length = min(end, self.starts[line + 1] - 1) - start
        return Place(self.first_line + line, start - self.starts[line] + 1, max(1, length))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, counted from 1 within the text."""
        return self.starts[line - 1] + column - 1


def _too_deep(text: str, lines: _Lines, findings: Findings, syntax: str) -> bool:
    """Tell whether brackets stand too deep, before tomllib, which descends by recursion, sees them."""
    if text.count("[") + text.count("{") + text.count(".") <= MAX_DEPTH:
        return False
    depth = dots = 0
    for lexeme in _LEXEME.finditer(text):
        if lexeme["unclosed"]:  # a string without its end, which is where tomllib stops
            return False
        mark = lexeme["mark"]
        if mark in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                _note_depth(lines.place(lexeme.start(), lexeme.end()), findings, syntax)
                return True
        elif mark in ("]", "}"):
            depth = max(0, depth - 1)
        dots = 0 if mark else dots + (lexeme["bare"] or "").count(".")
        if dots > MAX_DEPTH:
            _note_depth(lines.place(lexeme.start(), lexeme.start() + 1), findings, syntax)
            return True
    return False


def _note_depth(place: Place, findings: Findings, syntax: str) -> None:
    message = f"lists and tables stand more than {MAX_DEPTH} deep in one another"
    findings.note(syntax, place, message, hint="flatten them")


def _load(text: str, lines: _Lines, findings: Findings, syntax: str) -> dict[str, Any] | None:
    """Return what tomllib reads. An impossible date is noted and blanked, so that the rest is read all the same."""
    for _ in range(20):
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = _ERROR.fullmatch(str(error))
            what = found["what"] if found else str(error)
            end = len(text.rstrip())
            start = (
                lines.offset(int(found["line"]), int(found["column"])) if found and found["line"] else max(0, end - 1)
            )
            date = _DATE.match(text, start)
            if date and "date" in what:
                findings.note(
                    "impossible-date",
                    lines.place(*date.span()),
                    f"there is no such day or time as {date[0]}",
                    hint="write a day that exists, such as 2024-02-29",
                )
                text = text[:start] + '""'.ljust(len(date[0])) + text[date.end() :]
                continue
            if what.startswith("Cannot overwrite a value"):
                again = _KEY.match(text, text.rfind("\n", 0, start) + 1)
                place = lines.place(*again.span("key")) if again else lines.place(start, start + 1)
                name = f"the key '{abridged(again['key'])}'" if again else "a key"
                findings.tell(DUPLICATE_KEY.again(name), place)
                return None
            message, hint = next(
                ((message, hint) for needle, message, hint in _MENDS if needle in what),
                (f"this is not TOML: {what}", "put text in quotes"),
            )
            findings.note(syntax, lines.place(start, start + 1), message, hint=hint)
            return None
        except ValueError:  # int() on more digits than sys.get_int_max_str_digits() allows
            number = _LONG_NUMBER.search(text)
            place = lines.place(*number.span()) if number else Place(lines.first_line, 1)
            findings.tell(WRONG_TYPE.too_large(), place)
            return None
    return None


class _Places:
    """Finds where each key and where each value of a valid TOML text stands, by the steps that lead to it."""

    def __init__(self, text: str, lines: _Lines) -> None:
        self.keys: dict[Steps, Place] = {}
        self.values: dict[Steps, Place] = {}
        self._lines = lines
        self._lexemes = [found for found in _LEXEME.finditer(text) if found.lastgroup != "comment"]
        self._counts: dict[Steps, int] = {}
        """How many tables of a list `[[so]]` there have been, less one."""
        at = 0
        table: Steps = ()
        while at < len(self._lexemes):
            if self._lexemes[at][0] == "\n":
                at += 1
            elif self._lexemes[at][0] == "[":
                at, table = self._table(at)
            else:
                at, steps = self._dotted(at, table)
                at = self._value(at + 1, steps)

    def _table(self, at: int) -> tuple[int, Steps]:
        """Read the head of a table; return the index of the lexeme after it, and the steps to the table."""
        first, second = self._lexemes[at], self._lexemes[at + 1]
        brackets = 2 if second[0] == "[" and second.start() == first.end() else 1
        end, table = self._dotted(at + brackets, ())
        if brackets == 2:
            bare = tuple(table[:-1]) if isinstance(table[-1], int) else table
            self._counts[bare] = self._counts.get(bare, -1) + 1
            table = (*bare, self._counts[bare])
        place = self._lines.place(self._lexemes[at + brackets].start(), self._lexemes[end - 1].end())
        self.keys.setdefault(table, place)
        self.values.setdefault(table, place)
        return end + brackets, table

    def _dotted(self, at: int, base: Steps) -> tuple[int, Steps]:
        """Read `a.b."c"` up to `=` or `]`; return the index of that, and the steps."""
        steps = base
        while self._lexemes[at][0] not in ("=", "]"):
            start = self._lexemes[at].start()
            for part, begin, end in _parts(self._lexemes[at]):
                steps = (*steps, part)
                steps = (*steps, self._counts[steps]) if steps in self._counts else steps
                self.keys.setdefault(steps, self._lines.place(start + begin, start + end))
            at += 1
        return at, steps

    def _value(self, at: int, steps: Steps) -> int:
        """Read one value; return the index of the lexeme after it."""
        first = self._lexemes[at]
        if first[0] in ("[", "{"):
            closing = "]" if first[0] == "[" else "}"
            at += 1
            number = 0
            while self._lexemes[at][0] != closing:
                if self._lexemes[at][0] in (",", "\n"):
                    at += 1
                elif closing == "]":
                    at = self._value(at, (*steps, number))
                    number += 1
                else:
                    at, inner = self._dotted(at, steps)
                    at = self._value(at + 1, inner)
        self.values[steps] = self._lines.place(first.start(), self._lexemes[at].end())
        return at + 1


def _parts(lexeme: re.Match[str]) -> list[tuple[str, int, int]]:
    """Return the parts of a dotted key that one lexeme holds: `a.b` holds two, a quoted key one, a lone dot none."""
    if lexeme["string"]:
        return [(str(tomllib.loads(f"k = {lexeme[0]}")["k"]), 0, len(lexeme[0]))]
    return [(part[0], part.start(), part.end()) for part in re.finditer(r"[^.]+", lexeme[0])]


def _node(
    value: object, steps: Steps, keys: dict[Steps, Place], places: dict[Steps, Place], findings: Findings, near: Place
) -> Node:
    place = places.get(steps) or keys.get(steps) or near
    match value:
        case dict():
            entries = []
            for name, inner in value.items():
                if (unfit := unfit_character(name)) is not None:
                    findings.tell(CONTROL_CHARACTER.escaped(unfit, "a key"), place)
                    continue
                within = (*steps, name)
                key_place = keys.get(within) or keys.get((*within, 0)) or place
                entries.append((ScalarNode(name, key_place), _node(inner, within, keys, places, findings, key_place)))
            return MappingNode(tuple(entries), place)
        case list():
            return ListNode(
                tuple(
                    _node(item, (*steps, number), keys, places, findings, place) for number, item in enumerate(value)
                ),
                place,
            )
        case str():
            unfit = unfit_character(value)
            if unfit is not None:
                findings.tell(CONTROL_CHARACTER.escaped(unfit, "this value"), place)
                value = value.replace(unfit, "")
            return ScalarNode(value, place)
        case bool():
            return ScalarNode("true" if value else "false", place, "typed")
        case dt.date() | dt.time():  # a datetime is a date
            return ScalarNode(value.isoformat(), place, "typed")
        case _:
            return ScalarNode(str(value), place, "typed")
