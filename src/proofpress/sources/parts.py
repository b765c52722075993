"""A part of a file, as a listing shows it: a definition, a region, lines or all of it; or why it can't be had."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.problems import did_you_mean
from proofpress.sources.definitions import Span, UnreadError
from proofpress.sources.places import Language, language_of
from proofpress.sources.regions import Regions, regions_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from proofpress.listings.fences import Include
    from proofpress.sources.definitions import Definition

_LINES: Final = re.compile(r"\s*(?:(\d{1,9})\s*(-)\s*(\d{1,9})?|-\s*(\d{1,9})|(\d{1,9}))\s*")
_NAMED: Final = 6
"""How many names of a file are proposed where none is near."""
_MARKS_ARE_CODE: Final = frozenset({"markdown", "rst"})
"""Languages whose files may show how marks of regions are written."""


class Part(NamedTuple):
    """What a listing shows of a file."""

    code: str
    """Without the indentation that all of it has, with a line end."""
    first: int
    """The number of its first line in the file."""
    last: int
    whole: bool
    """Whether all lines between them are shown, so that numbers beside them can be those of the file."""


class _Found(NamedTuple):
    """The pieces of what is wanted, each by its first and its last line; and lines in them that are not."""

    pieces: Sequence[tuple[int, int]]
    hidden: frozenset[int] = frozenset()


class Lost(NamedTuple):
    """Why there is no such part: the end of a message that begins with the file's name, and what to do."""

    message: str
    hint: str
    of_part: bool = True
    """Whether the name of the part is at fault, not that of the file."""


def part_of(path: str, data: bytes, wanted: Include) -> Part | Lost:
    """Find what a fence wants of a file, whose name tells its language."""
    text = _decoded(data)
    if isinstance(text, Lost):
        return text
    lines = text.split("\n")
    if lines[-1] == "":
        del lines[-1]
    if not text.strip():
        return Lost("is empty", "include another file", of_part=False)
    language = language_of(path)
    regions = regions_of(lines) if "region" in text.lower() or "--8<--" in text or "ANCHOR" in text else Regions()
    try:
        found = _wanted(text, lines, language, regions, wanted)
        if isinstance(found, Lost):
            return found
        shown = {number: lines[number - 1] for number in sorted(_lines_in(found.pieces))}
        marks = regions.marks if language.name not in _MARKS_ARE_CODE else frozenset()
        if not wanted.comments:
            shown = _without(shown, _comments(text, language))
    except UnreadError as error:
        name = {"python": "Python"}.get(language.name, language.grammar)
        return Lost(f"can't be read as {name}: {error}", "mark the part with a region, or mend the file")
    shown = {number: line for number, line in shown.items() if number not in found.hidden | marks}
    return _put_together(shown, lines, found.pieces, wanted.part)


def _decoded(data: bytes) -> str | Lost:
    if b"\0" in data:
        return Lost("is no text", "include a file of code", of_part=False)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Lost(f"is not in UTF-8: line {line:,} holds other bytes", "save it as UTF-8", of_part=False)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _wanted(text: str, lines: Sequence[str], language: Language, regions: Regions, wanted: Include) -> _Found | Lost:
    """Find what is wanted among the lines of a file."""
    match wanted.part:
        case "symbol":
            return _symbol(text, language, wanted)
        case "region":
            return _region(regions, wanted.name)
        case "lines":
            return _numbered(len(lines), wanted.name)
        case _:
            return _Found([(1, len(lines))])


def _symbol(text: str, language: Language, wanted: Include) -> _Found | Lost:
    from proofpress.sources.grammars import plain_name  # noqa: PLC0415 - most includes are of Python, or name no symbol

    known = _definitions(text, language)
    if known is None:
        return Lost("is in a language whose definitions are not known here", "mark the part with a region instead")
    name = plain_name(wanted.name)
    found = known.get(name, [])
    if not found:
        last = name.rpartition(".")[2]
        moved = [each for each in known if each.rpartition(".")[2] == last]
        near = f"did you mean '{moved[0]}'?" if len(moved) == 1 else did_you_mean(name, known)
        return Lost(f"defines no '{name[:80]}'", near or _those("it defines", known) or "it defines nothing")
    if len({each.home for each in found}) > 1 or sum(not each.again for each in found) > 1:
        at = ", ".join(f"{each.first:,}" for each in found)
        return Lost(
            f"defines '{name[:80]}' {len(found)} times, at lines {at}", "mark the one that is meant with a region"
        )
    decorated = [span for each in found if not wanted.decorators for span in each.decorated]
    return _Found(sorted((each.first, each.last) for each in found), _lines_in(decorated))


def _lines_in(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(number for first, last in spans for number in range(first, last + 1))


@lru_cache(maxsize=16)
def _definitions(text: str, language: Language) -> Mapping[str, list[Definition]] | None:
    """Return what a file defines; None where its language is not known well enough. Raises UnreadError.

    A post may show many parts of one file, which is read once for them.
    """
    if language.name == "python":
        from proofpress.sources.python import definitions  # noqa: PLC0415 - as above

        return definitions(text)
    if not language.grammar:
        return None
    from proofpress.sources.grammars import definitions as by_grammar  # noqa: PLC0415 - as above

    return by_grammar(language.grammar, text)


def _comments(text: str, language: Language) -> Sequence[Span]:
    if language.name == "python":
        from proofpress.sources.python import comments  # noqa: PLC0415 - as above

        return comments(text)
    if not language.grammar:
        return ()
    from proofpress.sources.grammars import comments as by_grammar  # noqa: PLC0415 - as above

    return by_grammar(language.grammar, text)


def _region(regions: Regions, name: str) -> _Found | Lost:
    found = [each for each in regions.closed if each.name == name]
    never = [line for each, line in regions.open if each == name]
    if len(found) == 1 and not never:
        return _Found([(found[0].first + 1, found[0].last - 1)])
    if found:
        at = ", ".join(f"{line:,}" for line in sorted([each.first for each in found] + never))
        return Lost(f"has more than one region '{name[:80]}', at lines {at}", "give each a name of its own")
    if never:
        others = [f"'{each[:40]}' at line {line:,}" for each, line in regions.open if each != name and line > never[0]]
        hint = f"; neither is {others[0]}" if others else ""
        return Lost(f"has a region '{name[:80]}' at line {never[0]:,} that never ends", f"end it with its mark{hint}")
    known = {each.name for each in regions.closed}
    hint = did_you_mean(name, known) or _those("its regions are", known)
    return Lost(f"has no region '{name[:80]}'", hint or "mark it there: # region NAME, and # endregion")


def _those(words: str, names: Collection[str]) -> str:
    """Return a hint that names some of what there is; empty where there is nothing."""
    some = sorted(names)[:_NAMED]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{words} {', '.join(some)}{more}" if some else ""


def _numbered(count: int, written: str) -> _Found | Lost:
    match = _LINES.fullmatch(written)
    if match is None:
        return Lost(f"has no lines '{written[:40]}'", 'name them by their numbers: lines="10-20"')
    begin, dash, end, until, single = match.groups()
    first = int(begin or single or 1)
    last = int(end or until or (count if dash else first))
    held = f"has {count:,} line{'' if count == 1 else 's'}"
    if first > count or last > count:
        return Lost(f"{held}, so there is no line {max(first, last):,}", f"name lines from 1 to {count:,}")
    if not 1 <= first <= last:
        return Lost(f"{held}, and none from {first:,} to {last:,}", 'write the smaller number first: lines="10-20"')
    return _Found([(first, last)])


def _without(lines: Mapping[int, str], comments: Sequence[Span]) -> dict[int, str]:
    """Return lines by their numbers without comments; one that was nothing else is gone."""
    cuts: dict[int, list[tuple[int, int]]] = {}
    for comment in comments:
        for number in range(comment.line, comment.end_line + 1):
            begin = comment.column if number == comment.line else 0
            end = comment.end_column if number == comment.end_line else len(lines.get(number, ""))
            cuts.setdefault(number, []).append((begin, end))
    kept: dict[int, str] = {}
    for number, line in lines.items():
        left = line
        for begin, end in sorted(cuts.get(number, ()), reverse=True):
            left = left[:begin] + left[end:]
        if left.strip() or not line.strip():
            kept[number] = left.rstrip() if left != line else line
    return kept


def _put_together(
    shown: Mapping[int, str], lines: Sequence[str], pieces: Sequence[tuple[int, int]], part: str
) -> Part | Lost:
    """Return the lines that are shown as one text. Between pieces stands what does in the file, where that is blank, or a line."""
    between = dict(shown)
    for (_, end), (begin, _) in pairwise(pieces):
        if not any(line.strip() for line in lines[end : begin - 1]):
            between |= dict.fromkeys(range(end + 1, begin), "")
    shown = between
    numbers = sorted(shown)
    if part != "lines":
        while numbers and not shown[numbers[0]].strip():
            del numbers[0]
        while numbers and not shown[numbers[-1]].strip():
            del numbers[-1]
    if not any(shown[number].strip() for number in numbers):
        return Lost("has nothing to show there", "name another part of it", of_part=bool(part))
    begins = {first for first, _ in pieces[1:]}
    code: list[str] = []
    for number in numbers:
        if number in begins and code and number - 1 not in shown:
            code.append("")
        code.append(shown[number])
    whole = numbers[-1] - numbers[0] + 1 == len(numbers) == len(code)
    return Part(_dedented(code, by_head=part == "symbol"), numbers[0], numbers[-1], whole)


def _dedented(lines: Sequence[str], *, by_head: bool) -> str:
    """Return lines as a text without the indentation that they share.

    Of a definition that is its head's: within a string of many lines there may be less.
    """
    full = [line for line in lines if line.strip()]
    margin = _indent(full[0])
    for line in full if not by_head else ():
        while not line.startswith(margin):
            margin = margin[:-1]
    cut = len(margin)
    return "".join(f"{line[cut:] if line.startswith(margin) else line if line.strip() else ''}\n" for line in lines)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
