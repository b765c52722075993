"""What can be wrong with how a text is built: levels of headings, headings that are none, what stands there twice."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.problems import Edit
from proofpress.rules.rule import TextRule, once_each, replacing

if TYPE_CHECKING:
    from proofpress.rules.prose import Run, Text
    from proofpress.rules.rule import Found


class _SkippedLevel(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each heading that is more than one level below the one before."""
        before = 1
        for heading in text.headings:
            if heading.level > before + 1:
                yield (
                    self.says(
                        f"this heading is of level {heading.level} and the one above it of level {before}, "
                        "so that an outline has a gap",
                        f"write it with '{'#' * (before + 1)}', or put what is missing above it",
                    ),
                    heading.place,
                )
            before = heading.level


class _EmptyHeading(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each heading without words."""
        for heading in text.headings:
            if not heading.text.strip():
                yield self.says("this heading has no words", "write them, or take it out"), heading.place


_BOLD: Final = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{2,60}?)(?<=[^\s.!?,;:])\1")
_NAMES: Final = frozenset(
    {
        "conclusion", "conclusions", "introduction", "summary", "overview", "background", "references", "prerequisites",
        "acknowledgements", "acknowledgments", "further reading", "abstract", "motivation", "final thoughts",
    }
)  # fmt: skip
"""Words that head a part of a text, and are seldom a paragraph of their own."""


class _LostHeading(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each paragraph that reads as a heading: one of its usual words alone, or a few words that are bold."""
        lines = [(run, words) for run in text.runs if (words := _heading(run))]
        if not lines:
            return
        outer = [block for block in text.blocks if not block.within]
        follows = {block.first: after.kind for block, after in pairwise(outer)}
        level = min((heading.level for heading in text.headings if heading.level > 1), default=2)
        for run, words in lines:
            bold = words != run.written
            named = words.strip(" :").casefold() in _NAMES
            place = run.written_place(0, len(run.written))
            if follows.get(place.line) not in _HEADED and not (named and follows.get(place.line) == "listing"):
                continue
            if _is_caption(text, place.line):
                continue
            heading = f"{'#' * level} {words.strip(' :')}"
            line = text.line(place.line)
            edit = Edit(
                path=text.document.path,
                line=place.line,
                column=1,
                end_line=place.line,
                end_column=len(line) + 1,
                old=line,
                text=heading,
            )
            how = "is bold and nothing else" if bold else "is one word that heads parts of a text"
            fault = self.says(
                f"this line {how}, and is no heading: no outline, link or screen reader finds it", f"write '{heading}'"
            )
            yield fault.mended(edit), place


def _heading(run: Run) -> str:
    """Return the words of a paragraph that reads as a heading, without their marks; nothing of others."""
    if run.kind != "paragraph" or run.within or "\n" in run.written:
        return ""
    bold = _BOLD.fullmatch(run.written)
    words = bold[2] if bold else run.written
    if words.strip(" :").casefold() in _NAMES or (bold and len(words.split()) <= 8 and words[0].isalnum()):
        return words
    return ""


_HEADED: Final = frozenset({"paragraph", "list", "table", "formula"})
"""What a bold line heads; above a listing it is the listing's title as often."""


def _is_caption(text: Text, number: int) -> bool:
    """Tell whether a line names what stands below it: an image, or what the words above it announce."""
    below, above = number + 1, number - 1
    last = text.document.first_line + text.source.count("\n")
    while below < last and not text.line(below).strip():
        below += 1
    while above > text.document.first_line and not text.line(above).strip():
        above -= 1
    return text.line(below).lstrip().startswith(("![", "<img", "<figure", "<video")) or text.line(
        above
    ).rstrip().endswith(":")


_NEAR: Final = 3
"""Blocks within which a paragraph that stands there again was copied by accident; further on it is most often a refrain."""
_LONG: Final = 80
"""Characters from which on a paragraph that stands there twice is no refrain."""


def _begin(run: Run) -> tuple[str, ...]:
    """Return the first words of a paragraph: two that differ in these are not alike."""
    return tuple(run.written.split(None, 4)[:4])


class _RepeatedParagraph(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first long paragraph that stood shortly before."""
        paragraphs = [run for run in text.runs if run.kind == "paragraph" and not run.within]
        begins = Counter(_begin(run) for run in paragraphs)
        long = [run for run in paragraphs if begins[_begin(run)] > 1 and len(run.text) >= _LONG]
        written = [" ".join(run.written.split()) for run in long]
        if len(set(written)) == len(written):
            return ()
        fault = self.says("this paragraph stands in this text already, shortly before", "take one of them out")
        order = {block.first: number for number, block in enumerate(block for block in text.blocks if not block.within)}
        seen: dict[str, int] = {}
        found = []
        for run, words in zip(long, written, strict=True):
            place = run.written_place(0, len(run.written.partition("\n")[0]))
            number = order.get(place.line)
            if number is None or run.text.lstrip().startswith("{%"):
                continue
            if words in seen and number - seen[words] <= _NEAR:
                found.append((fault, place))
            seen[words] = number
        return once_each(found)


class _RepeatedHeading(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first heading whose words head a part beside it already, below the same heading."""
        named = [heading.text.strip().casefold() for heading in text.headings]
        if len(set(named)) == len(named):
            return ()
        above: list[tuple[int, str]] = []
        seen: set[tuple[tuple[str, ...], str]] = set()
        fault = self.says(
            "another part of this text has the same heading, so that an outline does not tell them apart",
            "say what this part is about",
        )
        found = []
        quoted = {block.first for block in text.blocks if block.kind == "heading" and block.within}
        for heading in text.headings:
            if heading.place.line in quoted:
                continue
            words = heading.text.strip().casefold()
            while above and above[-1][0] >= heading.level:
                above.pop()
            key = (tuple(each for _, each in above), words)
            if words and key in seen:
                found.append((fault, heading.place))
            seen.add(key)
            above.append((heading.level, words))
        return once_each(found)


_FIRST: Final = lazy(r"[ \t]*1[.)][ \t]")


class _RestartedList(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first item of a numbered list that begins with 1 again, where a listing cut the one above off."""
        if text.source.count("1.") < 2:
            return
        outer = [block for block in text.blocks if not block.within]
        for before, between, block in zip(outer, outer[1:], outer[2:], strict=False):
            if before.kind != "list" or between.kind not in _CUTS or block.kind != "list":
                continue
            line = text.line(block.first)
            if not _FIRST.match(text.line(before.first)) or not _FIRST.match(line):
                continue
            if (
                sum(
                    each.kind == "item" and each.within == ("list",) and before.first <= each.first <= before.last
                    for each in text.blocks
                )
                > 1
            ):
                continue
            yield (
                self.says(
                    f"the {between.kind} above ends a list of one item, so that this one begins with 1 again",
                    f"indent the {between.kind} as far as the words of the item that it belongs to",
                ),
                Place(block.first, len(line) - len(line.lstrip()) + 1, 2),
            )


_CUTS: Final = frozenset({"listing", "table", "formula"})

_DASHES: Final = lazy(r"^[ \t>]*(-{2,})[ \t]*$", re.MULTILINE)
_NUMBERED: Final = lazy(r"^[ ]{0,3}(\d{1,9})([.)])[ \t]+\S", re.MULTILINE)
_SOME_NUMBERED: Final = lazy(r"\n {0,3}\d{1,9}[.)][ \t]")
"""What begins with a line's end is looked for far more quickly than what `^` begins."""
_ITEM: Final = lazy(r"^[ \t>]*(\d{1,9})[.)][ \t]", re.MULTILINE)
_ENDS: Final = (".", ":", "!", "?", ")", "`")


class _SwallowedItem(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each numbered item that a paragraph goes on with, since no item but the first begins without a blank line."""
        if not _SOME_NUMBERED.search("\n" + text.source):
            return
        items = {int(number) for number in _ITEM.findall(text.source)}
        for run in text.runs:
            if run.kind != "paragraph" or "\n" not in run.written:
                continue
            for found in _NUMBERED.finditer(run.written, run.written.index("\n")):
                number = int(found[1])
                above = run.written[: found.start()].rstrip()
                if number < 2 or number - 1 not in items or not above.endswith(_ENDS):
                    continue
                begin = found.start(1)
                place = run.written_place(begin, len(found[1]) + 1)
                fault = self.says(
                    f"this reads as item {number} of a list, and is shown as more of the paragraph above it",
                    "put a blank line above it",
                )
                if not run.within:
                    path, line = text.document.path, place.line
                    fault = fault.mended(replacing(path, Place(line, 1), "", "\n", safe=True))
                yield fault, place


class _UnderlinedParagraph(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each row of dashes that makes a heading of the sentences above it."""
        if not _DASHES.search(text.source):
            return
        lines = text.source.split("\n")
        for run in text.runs:
            if run.kind != "heading":
                continue
            written = run.written.rstrip()
            if "\n" not in written and not written.endswith((".", ";", ",")):
                continue
            below = run.written_place(len(written) - 1, 1).line + 1
            dashes = _DASHES.fullmatch(lines[below - text.document.first_line])
            if dashes is None:
                continue
            place = Place(below, dashes.start(1) + 1, len(dashes[1]))
            fault = self.says(
                "this row of dashes makes a heading of the text above it", "put a blank line between the two"
            )
            if not run.within:
                fault = fault.mended(replacing(text.document.path, Place(below, 1), "", "\n", safe=True))
            yield fault, place


_PLAIN_ADDRESS: Final = lazy(r"https?://[!-;=?-\[\]-~]+")
"""One that is the same link between angle brackets: letters of ASCII, none of which Markdown reads there as anything else."""
_OWN_MACHINE: Final = lazy(r"https?://(?:localhost|127\.|0\.0\.0\.0|\[)", re.IGNORECASE)
"""What a reader has running: no page that words could name."""


class _BareUrl(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each address of the web that is its own words; one between angle brackets is meant so."""
        if "://" not in text.source and "www." not in text.source:
            return
        for link in text.links:
            if not link.bare or link.href not in (link.text, f"http://{link.text}") or _OWN_MACHINE.match(link.href):
                continue
            fault = self.says(
                "this bare address does not say what is there",
                f"give it words, '[words]({link.href})', or put it between '<' and '>' where it is to be shown",
            )
            line, at = text.line(link.place.line), link.place.column - 1
            if line.startswith(link.href, at) and line[at - 1 : at] != "<" and _PLAIN_ADDRESS.fullmatch(link.href):
                path = text.document.path
                fault = fault.mended(replacing(path, link.place, link.href, f"<{link.href}>", safe=True))
            yield fault, link.place


SKIPPED_LEVEL: Final = _SkippedLevel("skipped-level", "warning", "text", checked=True, precision=(25, 25))
EMPTY_HEADING: Final = _EmptyHeading("empty-heading", "warning", "text", checked=True)
LOST_HEADING: Final = _LostHeading("lost-heading", "warning", "text", checked=True, precision=(36, 36))
REPEATED_PARAGRAPH: Final = _RepeatedParagraph("repeated-paragraph", "warning", "text", checked=True)
REPEATED_HEADING: Final = _RepeatedHeading("repeated-heading", "warning", "text", checked=True, precision=(1, 1))
UNDERLINED_PARAGRAPH: Final = _UnderlinedParagraph("underlined-paragraph", "warning", "text", checked=True)
SWALLOWED_ITEM: Final = _SwallowedItem("swallowed-item", "warning", "text", checked=True)
RESTARTED_LIST: Final = _RestartedList("restarted-list", "warning", "text", checked=True)
BARE_URL: Final = _BareUrl("bare-url", "warning", "text", checked=True, optional=True, precision=(25, 25))
