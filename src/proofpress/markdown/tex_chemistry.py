r"""Chemistry as mhchem writes it, `\ce{2H2 + O2 -> 2H2O}`, in words of TeX's own.

The simple and usual part: formulas with their numbers and charges, states, isotopes, bonds, arrows with words above and
below, and formulas between dollars. What is not understood is left as it was written, and refused with its command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.markdown.tex_boxes import braces
from proofpress.markdown.wording import Edit
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND: Final = lazy(r"\\ce\s*(?=\{)")
_ARROWS: Final[Mapping[str, str]] = {
    "<=>": r"\xrightleftharpoons", "<->": r"\xleftrightarrow", "->": r"\xrightarrow", "<-": r"\xleftarrow",
}  # fmt: skip
_GROUP: Final = r"\{[^{}]*\}"
_PIECE: Final = lazy(
    rf"(?P<arrow><=>|<->|->|<-)\s*(?:\[(?P<over>[^\[\]]*)\])?(?:\[(?P<under>[^\[\]]*)\])?"
    r"|(?P<math>\$[^$]+\$)"
    r"|(?P<state>\((?:aq|s|l|g|cr)\))"
    rf"|\^(?P<raised>{_GROUP}|\d*[+-]|\d+)"
    rf"|_(?P<lowered>{_GROUP}|\d+|[a-z])"
    r"|(?<=\s)(?P<escapes>[v^])(?=\s|\Z)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?<=[A-Za-z)\]])(?P<count>\d+)"
    r"|(?P<number>\d+(?:/\d+|\.\d+)?)"
    r"|(?P<command>\\[A-Za-z]+)\s*"
    r"|(?P<sign>[+-](?=\s|\Z|[)\]]))"
    r"|(?P<bond>[-=#])"
    r"|(?P<dot>[.*])"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<mark>,)"
    r"|(?P<blank>\s+)"
)
_BONDS: Final[Mapping[str, str]] = {"-": "{-}", "=": "{=}", "#": r"{\equiv}"}
_ENDS: Final = frozenset({"letters", "bracket", "lowered", "raised", "count", "command"})
"""What a charge or a number may belong to, where it stands right behind it."""


def chemistry(tex: str) -> list[Edit]:
    r"""Write each `\ce{…}` that is understood in TeX's own words."""
    if r"\ce" not in tex:
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    for found in _COMMAND.finditer(tex):
        end = pairs.get(found.end())
        written = reaction(tex[found.end() + 1 : end - 1]) if end else None
        if written is not None and end:
            edits.append(Edit(found.start(), end, f"{{{written}}}"))
    return edits


def reaction(text: str) -> str | None:
    """Return what a formula or a reaction says in TeX; None where a part of it is not understood."""
    out: list[str] = []
    at, before = 0, "blank"
    while at < len(text):
        piece = _PIECE.match(text, at)
        words = _in_tex(piece, text, before) if piece else None
        if piece is None or words is None:
            return None
        out.append(words)
        before = str(_kind(piece))
        at = piece.end()
    return "".join(out)


def _kind(piece: re.Match[str]) -> str | None:
    return "arrow" if piece["arrow"] else piece.lastgroup


def _in_tex(piece: re.Match[str], text: str, before: str) -> str | None:
    """Return one piece in TeX, by what it is and what stands right before it."""
    match _kind(piece):
        case "arrow":
            over, under = (reaction(piece[name] or "") for name in ("over", "under"))
            below = f"[{under}]" if under else ""
            return None if over is None or under is None else rf"\,{_ARROWS[piece['arrow']]}{below}{{{over or '{}'}}}\,"
        case "math":
            return f"{{{piece[0][1:-1]}}}"
        case "state":
            return rf"\,\mathrm{{{piece[0]}}}"
        case "raised" | "lowered" as side:
            inside = piece[side].strip("{}")
            base = "" if before in _ENDS else "{}"
            return f"{base}{'^' if side == 'raised' else '_'}{{{_script(inside)}}}"
        case "letters":
            return rf"\mathrm{{{piece[0]}}}"
        case "count":
            return f"_{{{piece[0]}}}"
        case "number":
            over, _, under = piece[0].partition("/")
            return (rf"\tfrac{{{over}}}{{{under}}}" if under else piece[0]) + r"\,"
        case "escapes":
            return r"\,{\downarrow}" if piece[0] == "v" else r"\,{\uparrow}"
        case "command":
            return piece[0]
        case "sign":
            return _signed(piece, text, before)
        case "bond":
            return _BONDS[piece[0]] if before in _ENDS else None
        case "dot":
            return r"\cdot "
        case "bracket":
            return piece[0]
        case "mark":
            return ","
    return ""


def _script(inside: str) -> str:
    """Return what stands above or below: letters upright, and signs."""
    if len(inside) == 1 and inside.islower():
        return inside  # a variable
    return re.sub(r"[A-Za-z]+", lambda word: rf"\mathrm{{{word[0]}}}", inside) if "\\" not in inside else inside


def _signed(piece: re.Match[str], text: str, before: str) -> str:
    """Return a sign: of a charge, where it stands behind what has one; else between two sides."""
    if before in _ENDS:
        return f"^{{{piece[0]}}}"
    return f" {piece[0]} " if text[: piece.start()].strip() else piece[0]
