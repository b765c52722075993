"""Code of other files put into the listings that ask for it: `include="../src/train.py" symbol="Trainer.step"`.

What a fence holds itself is a copy of it, or nothing: with a copy, a reader of the Markdown sees the code as well.
"""

from __future__ import annotations

import posixpath
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.fences import Include, Info, read_info
from proofpress.rules.includes import LOST_INCLUDE, STALE_INCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.token import Token

    from proofpress.config import Repository
    from proofpress.findings import Findings
    from proofpress.markdown.places import SourceLines
    from proofpress.model import Companion
    from proofpress.sources.parts import Part

MARK: Final = "include="
"""What a text without includes lacks."""


class Included(NamedTuple):
    """What a listing shows of a file, `token.meta["included"]`."""

    path: str
    """From the site's folder."""
    language: str
    """By its name; empty where that says none."""
    part: Part
    copy: str
    """What the fence itself holds."""
    include: Include

    @property
    def is_copied(self) -> bool:
        """Whether the fence holds the same. Blanks at the ends of lines are no difference: editors take them away."""
        return _bare(self.copy) == _bare(self.part.code)


class Origin(NamedTuple):
    """Where what a listing shows is kept, for its readers: an address, and what it is called."""

    url: str
    name: str


def put_in(tokens: Sequence[Token], files: Sequence[Companion], lines: SourceLines, findings: Findings) -> None:
    """Put the code of files into the listings that ask for it; note what can't be had, and copies that differ."""
    beside: dict[str, Companion] = {companion.path: companion for companion in files}
    for token in tokens:
        if token.type == "fence" and MARK in token.info and (include := read_info(token.info).include):
            _put_into(token, include, beside, lines, findings)


def _put_into(
    token: Token, include: Include, beside: Mapping[str, Companion], lines: SourceLines, findings: Findings
) -> None:
    from proofpress.sources.parts import Lost, part_of  # noqa: PLC0415 - most texts include nothing
    from proofpress.sources.places import language_of, resolved  # noqa: PLC0415

    path = resolved(findings.path, include.path)
    place = lines.in_info(token, include.at, include.length)
    companion = beside.get(path)
    if companion is None:
        findings.tell(LOST_INCLUDE.not_read(include.path), place)
        return
    if companion.data is None:
        findings.tell(LOST_INCLUDE.told(path, companion.why, companion.mend), place)
        return
    found = part_of(path, companion.data, include)
    if isinstance(found, Lost):
        if found.of_part and include.part:
            place = lines.in_info(token, include.part_at, include.part_length)
        findings.tell(LOST_INCLUDE.told(path, found.message, found.hint), place)
        return
    own = Included(path, language_of(path).name, found, token.content, include)
    if own.copy.strip() and not own.is_copied:
        _tell_stale(token, own, lines, findings)
    if not own.is_copied:
        token.meta["apart"] = include.at, include.length
    token.content = found.code
    token.meta["included"] = own


def _tell_stale(token: Token, own: Included, lines: SourceLines, findings: Findings) -> None:
    shown, there = _bare(own.copy), _bare(own.part.code)
    number, here, other = next(
        (number, here, other)
        for number, (here, other) in enumerate(zip_longest(shown, there, fillvalue=""), 1)
        if here != other or number > min(len(shown), len(there))
    )
    token.meta["line"] = 1  # where its content begins, counted from its first line
    if number <= len(shown):
        at = sum(len(line) + 1 for line in own.copy.split("\n")[: number - 1])
        place = lines.place(token, at + len(here) - len(here.lstrip()), max(1, len(here.strip())))
    else:
        place = lines.in_info(token, own.include.at, own.include.length)
    findings.tell(STALE_INCLUDE.differs(own.path, number, here, other), place)


def _bare(code: str) -> list[str]:
    """Return the lines of code without blanks at their ends."""
    lines = [line.rstrip() for line in code.split("\n")]
    while lines and not lines[-1]:
        del lines[-1]
    return lines


def info_of(token: Token) -> Info:
    """Return what a fence's info string says, with what the file says that it includes: its language, its lines' numbers."""
    info = read_info(token.info)
    own: Included | None = token.meta.get("included")
    if own is None:  # of code that can't be had it is told once what is wrong
        return info if info.include is None else info._replace(lines=(), words=())
    if not info.language:
        info = info._replace(language=own.language)
    if own.part.whole and not own.include.starts:
        info = info._replace(start=own.part.first)
    return info


def origin_of(token: Token, repository: Repository) -> Origin | None:
    """Return where what a listing includes is seen in the repository that the settings name; None where it is in none."""
    own: Included | None = token.meta.get("included")
    if own is None or not repository.url:
        return None
    path = posixpath.normpath(f"{repository.path.strip('/')}/{own.path}".lstrip("/"))
    if path.startswith("../"):
        return None
    lines = (own.part.first, own.part.last) if own.include.part else None
    return Origin(repository.file_url(path, lines), path)


def rewritten(lines: Sequence[str], token: Token) -> Iterator[str]:
    """Give ways to write a fence, whose `lines` these are, with the code in it that it shows.

    What stands before a line in quotes and lists is what its closing fence has; where nothing closes it, what the fence
    itself has, marks of lists as blanks. Whoever writes looks which of these reads as it is meant. There is none where a
    fence is never closed and holds something: it may be all that was written behind it.
    """
    own: Included = token.meta["included"]
    info, sign = token.info.strip(), token.markup[0]
    at = lines[0].rfind(token.markup, 0, lines[0].rfind(info))
    before, after = lines[0][:at], lines[0][at + len(token.markup) :]
    prefixes = ["".join(each if each in "> \t" else " " for each in before), " " * 4]
    last = lines[-1].rstrip()
    if len(lines) > 1 and last.endswith(token.markup) and not last.strip(f"> \t{sign}"):
        prefixes.insert(0, last.rstrip(sign))
    elif own.copy.strip():
        return
    fence = _long_enough(token.markup, own.part.code)
    for prefix in dict.fromkeys(prefixes):
        code = [f"{prefix}{line}" if line else prefix.rstrip() for line in own.part.code.split("\n")[:-1]]
        yield "\n".join([f"{before}{fence}{after}", *code, f"{prefix}{fence}"])


def filled(text: str, tokens: Sequence[Token]) -> tuple[tuple[int, int, str], ...]:
    """Return the fences of a text that show code and hold none of it: their lines, and how they are written with it."""
    lines = text.split("\n")
    found = []
    for token in tokens:
        own: Included | None = token.meta.get("included")
        if own is not None and not own.is_copied and token.map:
            first, end = token.map
            written = next(rewritten(lines[first:end], token), None)
            found += [(first, end, written)] if written is not None else []
    return tuple(sorted(found))


def _long_enough(markup: str, code: str) -> str:
    """Return a fence that no line of the code ends."""
    sign = markup[0]
    runs = (len(line.lstrip()) - len(line.lstrip().lstrip(sign)) for line in code.split("\n"))
    return sign * max(len(markup), *(run + 1 for run in runs))
