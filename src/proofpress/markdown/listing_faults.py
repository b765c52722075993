"""What is wrong with a listing where it is written: its info string, the marks in its code, characters not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.listings.languages import canonical
from proofpress.listings.marks import show
from proofpress.markdown.unseen import Unseen, unseen

if TYPE_CHECKING:
    from markdown_it.token import Token

    from proofpress.findings import Note
    from proofpress.listings.fences import Info
    from proofpress.markdown.places import SourceLines
    from proofpress.markdown.repeats import Repeats

TOLD: Final = 3
"""On how many lines of a listing one and the same character is told before the rest are counted."""


def note_slips(token: Token, info: Info, lines: SourceLines, repeats: Repeats, note: Note) -> None:
    """Note what has no effect in a fence's info string, and of the marks in its code."""
    shown = show(info, token.content, token.meta.get("notes", ()))
    for slip in (*info.slips, *shown.in_info):
        place = lines.in_info(token, slip.at, slip.length)
        if slip.foreign:
            repeats.add(("listing-options", slip.foreign), "listing-options", place, slip.message, slip.hint)
        else:
            note("listing-options", place, slip.message, slip.hint)
    for slip in shown.in_code:
        note("listing-options", lines.place(token, slip.at, slip.length), slip.message, slip.hint)


def note_unseen(token: Token, language: str, lines: SourceLines, note: Note) -> None:
    """Note characters of a listing that are not seen for what they are: each kind on its first lines, and how many."""
    code = token.content
    if code.isascii():
        return
    kinds: dict[str, dict[int, Unseen]] = {}
    for found in unseen(code, "code" if language and canonical(language) else "prose"):
        kinds.setdefault(code[found.at], {}).setdefault(code.count("\n", 0, found.at), found)
    for by_line in kinds.values():
        told = list(by_line.values())[:TOLD]
        more = len(by_line) - len(told)
        for found in told:
            rest = ""
            if more and found is told[-1]:
                rest = f" ({more:,} more line{'' if more == 1 else 's'} of this listing {'has' if more == 1 else 'have'} it)"
            note("invisible-character", lines.place(token, found.at), found.message, found.hint + rest)
