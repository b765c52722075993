"""Marks that stand in the code itself, and what they and the info string make of its lines.

`// [!code ++]` at a line's end is Shiki's; `# highlight-next-line` and the pair `highlight-start`, `highlight-end` on
lines of their own are Docusaurus'; `# (1)!` at a line's end is Material's, and leads to a note below the listing; the
lines of a diff begin with their mark. A mark that is understood is no part of
the code that is shown. Lines are counted as they are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.fences import Slip
from proofpress.patterns import lazy
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    import re
    from collections.abc import Container, Iterator, Mapping, Sequence

    from proofpress.listings.fences import Info, Lines

_OPENING: Final = r"(?:\{/\*+|/\*+|<!--|//+|#+|--(?:\[\[)?|;+|%+|\(\*|'|\b[Rr][Ee][Mm]\b)"
_CLOSING: Final = r"(?:\*+/\}?|-->|\]\]|\*\))?"
_MARK: Final = lazy(
    rf"{_OPENING}[ \t]*(?:\[!code[ \t]+(?P<code>[^\[\]\n]+)\]|(?P<word>highlight-(?:line|next-line|start|end)))"
    rf"[ \t]*{_CLOSING}[ \t]*\Z"
)
_SHIKI: Final = lazy(r"(\+\+|--|[a-z]+)(?::(\d{1,6}))?")
_KINDS: Final = {"++": "inserted", "--": "deleted", "highlight": "marked", "hl": "marked", "focus": "focused"}
_LEFT_OVER: Final = lazy(r"\[!code\b[^\]\n]*\]?")
_PROSE: Final = frozenset({"markdown", "md", "mdx"})
"""Languages whose listings show how a post is written, marks of listings too."""
_NOTES: Final = lazy(rf"[ \t]*{_OPENING}[ \t]*(?P<notes>(?:\(\d{{1,3}}\)![ \t]*)+){_CLOSING}[ \t]*\Z")
_TAIL: Final = 200
"""Characters at a line's end among which its notes are looked for: all of a long line would take time."""
_NUMBER: Final = lazy(r"\((\d+)\)!")
_HEADER: Final = lazy(r"@@(?: |\Z)|\\ No newline|diff --git |index [0-9a-f]+\.\.")


class Shown(NamedTuple):
    """A listing's code as it is shown, what its lines are, and what has no effect."""

    code: str
    lines: Mapping[str, set[int]]
    """By kind, the numbers of its lines, from 1."""
    notes: Mapping[int, tuple[int, ...]] = {}
    """By the numbers of its lines, those of the notes that they lead to."""
    in_info: tuple[Slip, ...] = ()
    """Slips whose offsets are those of the info string."""
    in_code: tuple[Slip, ...] = ()
    """Slips whose offsets are those of the code as it is written."""
    labels: Mapping[int, str] = {}
    """By the number of the first of some lines, what is written beside it."""
    rows: tuple[int, ...] = ()
    """By line, from 0, which of the lines as they are written it is; none where each is its own."""


def noted(code: str) -> set[int]:
    """Return the numbers of the notes that the lines of a listing lead to."""
    return {int(number) for _, _, match in _note_marks(code) for number in _NUMBER.findall(match["notes"])}


def _note_marks(code: str) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Give the marks of notes at the ends of lines, each with the index of its line and where that begins."""
    begin = 0
    for index, line in enumerate(code.split("\n")):
        if ")!" in line and (match := _NOTES.search(line, max(0, len(line) - _TAIL))):
            yield index, begin, match
        begin += len(line) + 1


def show(info: Info, code: str, notes: Container[int] = ()) -> Shown:
    """Return a listing's code without its marks, and its lines by what they are; `notes` are those that it has."""
    marks = ("[!code" in code or "highlight-" in code) and info.language.lower() not in _PROSE
    with_notes = ")!" in code and info.language.lower() not in _PROSE
    if not (marks or with_notes or info.over or info.lines):
        return Shown(code, {})
    found = _Found()
    if with_notes:
        _check_notes(code, notes, found)
    if info.over:
        code = _read_diff(code, found)
    rows: tuple[int, ...] = ()
    if marks:
        code, rows = _read_marks(code, found)
    if with_notes:
        code = _take_notes(code, notes, found)
    count = code.count("\n") + (not code.endswith("\n") and bool(code))
    in_info = []
    labels: dict[int, str] = {}
    for lines in info.lines:
        if lines.label and lines.first <= count:
            labels[lines.first] = f"{labels[lines.first]}, {lines.label}" if lines.first in labels else lines.label
        found.add(lines.kind, lines.first, min(lines.last, count))
        if lines.last > count:
            in_info.append(_beyond(lines, count))
    return Shown(code, found.lines, found.notes, tuple(in_info), tuple(found.slips), labels, rows)


def _check_notes(code: str, notes: Container[int], found: _Found) -> None:
    """Note marks of notes that there are not."""
    for _, begin, match in _note_marks(code):
        for number in _NUMBER.finditer(match["notes"]):
            if int(number[1]) not in notes:
                at = begin + match.start("notes") + number.start()
                message = f"this listing has no note {int(number[1])}, so this mark leads nowhere"
                hint = "write the notes as a numbered list right behind the listing"
                found.slips.append(Slip(at, len(number[0]), message, hint))


def _take_notes(code: str, notes: Container[int], found: _Found) -> str:
    """Take the marks of notes off the lines, each with its comment."""
    lines = code.split("\n")
    for index, _, match in _note_marks(code):
        led = tuple(int(number) for number in _NUMBER.findall(match["notes"]) if int(number) in notes)
        if led:
            found.notes[index + 1] = led
            lines[index] = lines[index][: match.start()]
    return "\n".join(lines)


def _beyond(lines: Lines, count: int) -> Slip:
    first = max(lines.first, count + 1)
    named = f"line {first:,}" if first == lines.last else f"lines {first:,} to {lines.last:,}"
    held = "1 line" if count == 1 else f"{count:,} lines"
    hint = "lines are counted from 1 as they are shown, whatever numbers stand beside them"
    return Slip(lines.at, lines.length, f"this listing has {held}, so there is no {named}", hint)


class _Found:
    """The lines and the slips that are found in a listing's code."""

    def __init__(self) -> None:
        self.lines: dict[str, set[int]] = {}
        self.notes: dict[int, tuple[int, ...]] = {}
        self.slips: list[Slip] = []

    def add(self, kind: str, first: int, last: int) -> None:
        if first <= last:
            self.lines.setdefault(kind, set()).update(range(first, last + 1))


def headers(lines: Sequence[str]) -> list[bool]:
    """Tell of each line of a diff whether it speaks of the lines, and is none."""
    return [
        _HEADER.match(line) is not None
        or (line.startswith("--- ") and index + 1 < len(lines) and lines[index + 1].startswith("+++ "))
        or (line.startswith("+++ ") and index > 0 and lines[index - 1].startswith("--- "))
        for index, line in enumerate(lines)
    ]


def _read_diff(code: str, found: _Found) -> str:
    """Take the marks of a diff off its lines: the blank too, where each line that says something begins with a mark."""
    lines = code.split("\n")
    header = headers(lines)
    blank = all(not line.strip() or line[0] in "+- " or of_file for line, of_file in zip(lines, header, strict=True))
    for index, line in enumerate(lines):
        if header[index] or not line:
            continue
        if line[0] in "+-":
            found.add("inserted" if line[0] == "+" else "deleted", index + 1, index + 1)
            lines[index] = line[1:]
        elif blank and line[0] == " ":
            lines[index] = line[1:]
    return "\n".join(lines)


def _read_marks(code: str, found: _Found) -> tuple[str, tuple[int, ...]]:
    """Take marks off the lines; return the code, and which of the lines as they were each of its lines is."""
    reading = _Marks(found)
    offset = 0
    end = "\n" if code.endswith("\n") else ""
    rows: list[int] = []
    for row, line in enumerate(code.removesuffix("\n").split("\n")):
        reading.take(line, offset)
        offset += len(line) + 1
        if len(reading.kept) > len(rows):
            rows.append(row)
    reading.end()
    return "\n".join(reading.kept) + end, tuple(rows)


class _Marks:
    """The marks of a listing, as far as it is read."""

    def __init__(self, found: _Found) -> None:
        self.kept: list[str] = []
        self._found = found
        self._next: list[tuple[str, int, int, int]] = []
        """Marks of what follows: the kind, how many lines, and where the mark stands with its length."""
        self._open: list[tuple[int, int]] = []

    def take(self, line: str, offset: int) -> None:
        """Take the next line."""
        text, marks = line, []
        while match := _MARK.search(text):
            alone = not text[: match.start()].strip()
            if match["word"] not in {None, "highlight-line"} and not alone:
                break
            if match["code"] is not None and not self._is_known(match["code"], offset + match.start(), match):
                break
            marks.append(match)
            text = text[: match.start()].rstrip(" \t")
        if marks and not text:
            for mark in marks:
                self._take_alone(mark, offset)
            return
        self.kept.append(text)
        number = len(self.kept)
        for kind, _, _, _ in self._next:
            self._found.add(kind, number, number)
        self._next = [(kind, count - 1, at, length) for kind, count, at, length in self._next if count > 1]
        if self._open:
            self._found.add("marked", number, number)
        for mark in marks:
            kind, count = _meaning(mark)
            self._found.add(kind, number, number)
            if count > 1:
                self._next.append((kind, count - 1, offset + mark.start(), len(mark[0])))
        if not marks and "[!code" in text and (left := _LEFT_OVER.search(text)) and not _MARK.search(text):
            self._slip(
                offset + left.start(),
                left[0],
                f"'{left[0][:60]}' is not read, since it does not stand at the line's end in a comment of its own",
                "write it behind the code: x = 1  # [!code highlight]",
            )

    def end(self) -> None:
        """Note what lacks its lines."""
        for _, _, at, length in self._next:
            self._slip(at, "x" * length, "this mark speaks of lines that do not follow", "put it before its lines")
        for at, length in self._open:
            hint = "write 'highlight-end' in a comment behind its last line"
            self._slip(at, "x" * length, "this 'highlight-start' has no end, so all that follows is marked", hint)

    def _take_alone(self, mark: re.Match[str], offset: int) -> None:
        """Take a mark that has a line for itself: it speaks of what follows."""
        at, written, word = offset + mark.start(), mark[0].rstrip(), mark["word"]
        if word == "highlight-start":
            self._open.append((at, len(written)))
        elif word == "highlight-end":
            if self._open:
                self._open.pop()
            else:
                self._slip(at, written, "nothing is open that this 'highlight-end' could end", "take it out")
        else:
            self._next.append((*_meaning(mark), at, len(written)))

    def _is_known(self, said: str, at: int, mark: re.Match[str]) -> bool:
        """Tell whether the inside of `[!code …]` means something here; note it where not."""
        read = _SHIKI.fullmatch(said.strip())
        if read is not None and read[1] in _KINDS:
            return True
        written = mark[0].rstrip()
        if said.strip().startswith("word:"):
            hint = f'write the word behind the language: "{said.strip()[5:].partition(":")[0]}"'
        else:
            hint = did_you_mean(said.strip(), _KINDS) or "a mark is one of ++, --, highlight and focus"
        self._slip(at, written, f"a listing has no mark '[!code {said.strip()[:40]}]', so this stays as it is", hint)
        return False

    def _slip(self, at: int, written: str, message: str, hint: str) -> None:
        self._found.slips.append(Slip(at, len(written), message, hint))


def _meaning(mark: re.Match[str]) -> tuple[str, int]:
    """Return what a mark makes of its lines, and of how many."""
    if mark["code"] is None:
        return "marked", 1
    read = _SHIKI.fullmatch(mark["code"].strip())
    assert read is not None
    return _KINDS[read[1]], max(1, int(read[2] or 1))
