r"""Commands of TeX that math-core lacks or sets in the wrong place, as boxes that `drawing` knows.

`\smash{x}` becomes `\boxed{…x}`, whose first word is a note in characters of the private use area: math-core sets the
box, and `drawing` makes of it what the note says. So the converter does its work with every letter within, and an error
there is told where it was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.markdown.drawing import NOTE_CLOSES, NOTE_OPENS
from proofpress.markdown.wording import Edit, marks
from proofpress.patterns import lazy
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

UNITS: Final = {
    "em": 1.0, "ex": 0.431, "pt": 0.1, "pc": 1.2, "bp": 0.100375, "px": 0.1, "mu": 1 / 18, "cm": 2.845, "mm": 0.2845,
    "in": 7.227, "\\jot": 0.3, "\\baselineskip": 1.2, "\\normalbaselineskip": 1.2,
}  # fmt: skip
"""Lengths of TeX in em, at its ten points."""

COLOURS: Final[Mapping[str, str]] = {
    "aquamarine": "127,255,212", "brown": "165,42,42", "chocolate": "210,105,30", "coral": "255,127,80",
    "cornflowerblue": "100,149,237", "crimson": "220,20,60", "darkblue": "0,0,139", "darkcyan": "0,139,139",
    "darkgreen": "0,100,0", "darkmagenta": "139,0,139", "darkorange": "255,140,0", "darkorchid": "153,50,204",
    "darkred": "139,0,0", "darkviolet": "148,0,211", "deeppink": "255,20,147", "deepskyblue": "0,191,255",
    "dodgerblue": "30,144,255", "firebrick": "178,34,34", "forestgreen": "34,139,34", "gold": "255,215,0",
    "goldenrod": "218,165,32", "grey": "128,128,128", "hotpink": "255,105,180", "indianred": "205,92,92",
    "indigo": "75,0,130", "lightblue": "173,216,230", "lightgreen": "144,238,144", "limegreen": "50,205,50",
    "maroon": "128,0,0", "mediumblue": "0,0,205", "mediumorchid": "186,85,211", "mediumpurple": "147,112,219",
    "mediumseagreen": "60,179,113", "midnightblue": "25,25,112", "navy": "0,0,128", "olive": "128,128,0",
    "orange": "255,165,0", "orangered": "255,69,0", "orchid": "218,112,214", "pink": "255,192,203",
    "plum": "221,160,221", "purple": "128,0,128", "royalblue": "65,105,225", "salmon": "250,128,114",
    "seagreen": "46,139,87", "sienna": "160,82,45", "skyblue": "135,206,235", "slateblue": "106,90,205",
    "steelblue": "70,130,180", "teal": "0,128,128", "tomato": "255,99,71", "turquoise": "64,224,208",
    "violet": "238,130,238",
}  # fmt: skip
"""CSS Color Module Level 4, section 6.1: those that TeX's own few do not include and that formulas are seen to use."""

PLAIN_COLOURS: Final[Mapping[str, str]] = {
    "black": "0,0,0", "blue": "0,0,255", "cyan": "0,255,255", "darkgray": "64,64,64", "gray": "128,128,128",
    "green": "0,255,0", "lightgray": "191,191,191", "lime": "191,255,0", "magenta": "255,0,255", "red": "255,0,0",
    "white": "255,255,255", "yellow": "255,255,0",
}  # fmt: skip
"""TeX's own few, of the package xcolor, which math-core knows."""

_HEX: Final = lazy(r"#?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})\Z")
_BLANK: Final = lazy(r"\s*")
_TOKEN: Final = lazy(r"\\[A-Za-z]+|\\.|[^\s{}\\&]")
_BOXED: Final = lazy(
    r"\\(?:(smash|sout)(?![A-Za-z])(?:(?<=smash)\s*\[([tb])\])?|(?:math)?([lr]lap|clap)(?![A-Za-z])"
    r"|colorbox\s*\{([^{}]*)\}|href\s*\{([^{}]*)\})"
)
_TAKES_MORE: Final = lazy(r"\\(?:(?:nice|s)frac(?![A-Za-z])|cancelto(?![A-Za-z])|[A-Za-z]+\s*[{\[])")
_LENGTH: Final = r"\s*(-?(?:\d+\.?\d*|\.\d+))\s*(em|ex|pt|pc|bp|px|mu|cm|mm|in)\s*"
_RULE: Final = lazy(rf"\\rule\s*(?:\[{_LENGTH}\])?\s*\{{{_LENGTH}\}}\s*\{{{_LENGTH}\}}")
_NICE: Final = lazy(r"\\(?:nicefrac|sfrac)(?![A-Za-z])")
_CANCELTO: Final = lazy(r"\\cancelto(?![A-Za-z])")
_MATHOP: Final = lazy(r"\\mathop\s*(?=\{)")
_NAMED: Final = lazy(r"\{\s*\\(?:mathrm|rm|text|operatorname)\b\s*\{?[A-Za-z ]+\}?\s*\}")
_LIMITS: Final = lazy(r"\s*\\((?:no)?limits)(?![A-Za-z])|\s*(?=[_^])")
_ARRAY: Final = lazy(r"\\begin\{array\}\s*\{")
_BETWEEN: Final = lazy(r"@\s*\{(?:[\s{}~]|\\[,;:! ])*\}")
_COLUMN: Final = lazy(r"[lcrLCR]|[pmb]\s*\{[^{}]*\}")
_LAST_LINE: Final = lazy(r"\\\\\s*(?:\[[^\[\]]*\]\s*)?\\hline\s*(?=\\end\s*\{)")
_LINES: Final = lazy(r"\s*(?:\\h(?:dash)?line\s*)*")
_PARAMETER: Final = lazy(r"#[1-9]\Z")
_BRACKET: Final = lazy(r"\s*\[")
_FLUSH: Final = lazy(r"\\begin\{flalign\*?\}")
SAFE_SCHEMES: Final = ("http:", "https:", "mailto:")


class Argument(NamedTuple):
    """What a command takes: where it begins and ends, with its braces, and whether it has any."""

    start: int
    end: int
    braces: bool


def noted(kind: str, said: str = "") -> str:
    """Return the word by which `drawing` knows what a box, a cell or a table is."""
    return rf"\text{{{NOTE_OPENS}{kind}{':' if said else ''}{said.encode().hex()}{NOTE_CLOSES}}}"


def rgb(name: str) -> tuple[int, int, int] | None:
    """Return a colour of xcolor's or CSS's by its name, or one in hexadecimal."""
    value = PLAIN_COLOURS.get(name) or COLOURS.get(name.lower())
    if value is not None:
        red, green, blue = map(int, value.split(","))
        return red, green, blue
    digits = _HEX.match(re.sub(r"\A#(.)(.)(.)\Z", r"#\1\1\2\2\3\3", name))
    return (int(digits[1], 16), int(digits[2], 16), int(digits[3], 16)) if digits else None


def safe_link(address: str) -> bool:
    """Tell whether a formula may lead to an address: a place on this page, or a full address that runs nothing."""
    if address.startswith("#"):
        return len(address) > 1 and _PARAMETER.match(address) is None
    reading = read(address)
    return not reading.local and reading.is_safe() and reading.text.lower().startswith(SAFE_SCHEMES)


def braces(tex: str) -> dict[int, int]:
    """Return where each group ends that begins at an offset, past its brace."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for mark in marks(tex):
        if mark.text == "{":
            opened.append(mark.start)
        elif mark.text == "}" and opened:
            found[opened.pop()] = mark.end
    return found


def argument(tex: str, at: int, pairs: Mapping[int, int]) -> Argument | None:
    """Return the argument that a command has behind it: a group, or a single token."""
    blank = _BLANK.match(tex, at)
    start = blank.end() if blank else at
    if start in pairs:
        return Argument(start, pairs[start], True)
    token = _TOKEN.match(tex, start)
    if token is not None and (_BOXED.match(tex, start) or _TAKES_MORE.match(tex, start)):
        return None  # TeX, too, has no word for what is meant by a command alone that takes something
    return None if token is None else Argument(start, token.end(), False)


def _around(command: int, given: Argument, before: str, after: str) -> Iterator[Edit]:
    """Put words in place of a command, in front of its argument, and behind it; its braces go."""
    yield Edit(command, given.start + given.braces, before)
    yield Edit(given.end - given.braces, given.end, after)


def boxes(tex: str) -> list[Edit]:
    r"""Write `\smash`, `\mathllap`, `\href`, `\colorbox` and their like as boxes with a note."""
    if not any(name in tex for name in (r"\smash", r"\sout", "lap", r"\href", r"\colorbox")):
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    for found in _BOXED.finditer(tex):
        given = argument(tex, found.end(), pairs)
        word = _note_of(found)
        if given is None or not word:
            continue
        in_text = found[4] is not None or found[1] == "sout" or found[0].startswith((r"\llap", r"\rlap", r"\clap"))
        before, after = (r"\text{", "}") if in_text else ("", "")
        edits += _around(found.start(), given, rf"\boxed{{{word}{before}", after + "}")
    return edits


def _note_of(found: re.Match[str]) -> str:
    """Return the note for a command with its options; empty where it is none that can be drawn."""
    if found[1]:
        return noted(f"{found[1]}{found[2] or ''}")
    if found[3]:
        return noted(found[3])
    if found[4] is not None:
        colour = rgb(found[4].strip())
        return noted("shade", "#{:02X}{:02X}{:02X}".format(*colour)) if colour else ""
    address = re.sub(r"\\([%#_&~{}])", r"\1", found[5].strip())
    return noted("link", address) if safe_link(address) else ""


def rules(tex: str) -> list[Edit]:
    r"""Write `\rule[0.2em]{1em}{2pt}` as an empty box with its measures."""
    edits = []
    for found in _RULE.finditer(tex) if r"\rule" in tex else ():
        rise, width, height = (
            float(found[number]) * UNITS[found[number + 1]] if found[number] else 0.0 for number in (1, 3, 5)
        )
        measures = (max(0.0, min(99.0, one)) for one in (width, height + rise, -rise))
        edits.append(
            Edit(
                found.start(),
                found.end(),
                rf"\boxed{{{noted('rule', ' '.join(f'{one:.4g}' for one in measures))}}}",
            )
        )
    return edits


def nice_fractions(tex: str) -> list[Edit]:
    r"""Write `\nicefrac{1}{2}` as a raised numerator, a stroke and a lowered denominator."""
    if "frac" not in tex or _NICE.search(tex) is None:
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    for found in _NICE.finditer(tex):
        over = argument(tex, found.end(), pairs)
        under = argument(tex, over.end, pairs) if over else None
        if over is None or under is None:
            continue
        edits += _around(found.start(), over, "{{}^{", r"}\mkern-2mu/\mkern-1mu")
        edits += _around(over.end, under, "{}_{", "}}")
    return edits


def struck_limits(tex: str) -> list[Edit]:
    r"""Write `\cancelto{0}{x}` as what is struck out, with what it comes to as its exponent."""
    if r"\cancelto" not in tex:
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    done = 0
    for found in _CANCELTO.finditer(tex):
        value = argument(tex, found.end(), pairs)
        struck = argument(tex, value.end, pairs) if value else None
        if value is None or struck is None or found.start() < done:
            continue
        inside = tex[value.start + value.braces : value.end - value.braces]
        edits += _around(found.start(), struck, r"{\cancel{", f"}}}}^{{{inside}}}")
        done = value.end
    return edits


_TABLES: Final = {
    "matrix": "matrix", "pmatrix": "pmatrix", "cases": "cases", "eqalign": "aligned", "displaylines": "gathered",
}  # fmt: skip
"""Commands of plain TeX that hold the rows of a table, and the environments of today."""

_TABLE: Final = lazy(r"\\(" + "|".join(_TABLES) + r")\s*(?=\{)")


def plain_tables(tex: str) -> list[Edit]:
    r"""Write `\pmatrix{a & b \cr c & d}` as an environment."""
    pairs = braces(tex) if _TABLE.search(tex) else {}
    edits: list[Edit] = []
    for found in _TABLE.finditer(tex) if pairs else ():
        given = argument(tex, found.end(), pairs)
        if given is not None and given.braces:
            name = _TABLES[found[1]]
            edits += _around(found.start(), given, rf"\begin{{{name}}}", rf"\end{{{name}}}")
    return edits


def operators(tex: str) -> list[Edit]:
    r"""Have the limits of `\mathop{…}` above and below it; one of letters alone is an operator's name to math-core."""
    if r"\mathop" not in tex:
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    for found in _MATHOP.finditer(tex):
        end = pairs.get(found.end())
        if end is None or _NAMED.fullmatch(tex, found.end(), end):
            continue
        limits = _LIMITS.match(tex, end)
        if limits is None:
            continue
        if limits[1] != "nolimits":
            edits.append(Edit(found.end() + 1, found.end() + 1, rf"\boxed{{{noted(limits[1] or 'operator')} "))
            edits.append(Edit(end - 1, end - 1, "}"))
        edits.append(Edit(end, limits.end(), ""))
    return edits


def tight_columns(tex: str) -> list[Edit]:
    """Take the room beside the columns of an array where `@{}` stands."""
    if "@" not in tex:
        return []
    pairs = braces(tex)
    edits: list[Edit] = []
    for found in _ARRAY.finditer(tex):
        start, end = found.end(), pairs.get(found.end() - 1, 0) - 1
        given = tex[start:end] if end > start else ""
        sides: list[str] = []
        column = at = 0
        while at < len(given):
            between, one = _BETWEEN.match(given, at), _COLUMN.match(given, at)
            if between:
                sides += ([f"{column - 1}r"] if column else []) + [f"{column}l"]
                edits.append(Edit(start + at, start + between.end(), ""))
            column += one is not None
            known = between or one
            at = known.end() if known else at + 1
        if sides:
            lines = _LINES.match(tex, end + 1)
            at = lines.end() if lines else end + 1
            edits.append(Edit(at, at, noted("tight", " ".join(sides))))
    return edits


def last_lines(tex: str) -> list[Edit]:
    r"""Have the line of a last `\\ \hline` below the last row, where it would have an empty row below itself."""
    if r"\hline" not in tex:
        return []
    return [Edit(found.start(), found.end(), noted("bottom")) for found in _LAST_LINE.finditer(tex)]


def flush_equations(tex: str) -> list[Edit]:
    r"""Have the equations of `flalign` begin at the text's edge."""
    if "flalign" not in tex:
        return []
    return [Edit(found.end(), found.end(), noted("flush")) for found in _FLUSH.finditer(tex)]


_OPTIONAL: Final = lazy(
    r"\\(?:new|renew|provide)command\*?\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))\s*(\[\s*[1-9]\s*\])\s*\["
)
_DEFINED: Final = lazy(r"\\(?:new|renew|provide)command\*?\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))")
MAX_DEFAULT: Final = 200
"""How long a default may be."""


def optional_arguments(tex: str, known: Mapping[str, str]) -> Mapping[str, str]:
    r"""Return the commands with an optional argument, `\newcommand{\f}[2][x]{…}`, and what it is where none is given.

    `known` are those before the formula; what it defines anew is no longer among them.
    """
    if "command" not in tex or (not known and _OPTIONAL.search(tex) is None):
        return known
    found = dict(known)
    for defined in _DEFINED.finditer(tex):
        name = defined[1] or defined[2]
        match = _OPTIONAL.match(tex, defined.start())
        end = _bracket(tex, match.end() - 1) if match else 0
        found.pop(name, None)
        if match and end:
            found[name] = tex[match.end() : end - 1]
    return found


def with_defaults(defaults: Mapping[str, str]) -> Callable[[str], list[Edit]]:
    """Return the mend that gives such commands their argument in braces, everywhere, and takes the default from its definition."""
    names = "|".join(re.escape(name) for name in sorted(defaults, key=len, reverse=True))
    used = lazy(rf"(?:{names})(?![A-Za-z])")

    def edits(tex: str) -> list[Edit]:
        found: list[Edit] = []
        definitions: list[tuple[int, int]] = []
        for match in _OPTIONAL.finditer(tex):
            end = _bracket(tex, match.end() - 1)
            if end:
                found.append(Edit(match.end() - 1, end, ""))
                definitions.append((match.start(), end))
        for match in used.finditer(tex):
            if any(start <= match.start() < end for start, end in definitions):
                continue
            opens = _BRACKET.match(tex, match.end())
            end = _bracket(tex, opens.end() - 1) if opens else 0
            if opens and end:
                found.append(Edit(match.end(), opens.end(), "{"))
                found.append(Edit(end - 1, end, "}"))
            else:
                found.append(Edit(match.end(), match.end(), f"{{{defaults[match[0]]}}}"))
        return found

    return edits


def _bracket(tex: str, at: int) -> int:
    """Return where the bracket ends that begins at an offset, past it; 0 where it does not."""
    depth = 0
    for place in range(at, min(len(tex), at + MAX_DEFAULT + 2)):
        depth += {"{": 1, "}": -1}.get(tex[place], 0)
        if depth < 0:
            return 0
        if tex[place] == "]" and not depth:
            return place + 1
    return 0
