"""TeX that other renderers of mathematics take, in the words that math-core knows.

MathJax and KaTeX accept commands of plain TeX and of old packages, and blogs use them. A formula that fails is put into
other words and tried once more, so a formula that is right as written is never touched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOURS: Final[Mapping[str, str]] = {
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

_COLOUR: Final = re.compile(r"\\(textcolor|color)\s*\{\s*(#?\w+)\s*\}(\s*\{)?")
_HEX: Final = re.compile(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})\Z")
_SIZE: Final = re.compile(
    r"\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])"
)
_TEXT: Final = re.compile(r"\\(?:textnormal|mbox|hbox)(?![A-Za-z])")
_IN_TEXT: Final = re.compile(r"(\\text(?:rm|bf|it|tt|sf)?\s*\{)([^{}$\\]*)\}")
_OPERATOR: Final = re.compile(
    r"\\mathop\s*\{\s*\\(?:mathrm|rm|text|operatorname)\s*\{?([A-Za-z ]+)\}\s*\}?(?:\s*\\limits)?"
)
_DECLARED: Final = re.compile(r"\\DeclareMathOperator(\*?)\s*\{?(\\[A-Za-z]+)\}?\s*\{([^{}]*)\}")
_GAP_BEFORE_RULE: Final = re.compile(r"\\\\\s*\[[^\]]*\]\s*(?=\\h(?:dash)?line)")
_NAMES: Final = {
    r"\begin{eqnarray}": r"\begin{array}{rcl}",
    r"\end{eqnarray}": r"\end{array}",
    r"\begin{eqnarray*}": r"\begin{array}{rcl}",
    r"\end{eqnarray*}": r"\end{array}",
    r"\begin{split}": r"\begin{aligned}",
    r"\end{split}": r"\end{aligned}",
}


def in_known_words(tex: str) -> str:
    """Return TeX that means the same, in commands that math-core is more likely to know."""
    for name, other in _NAMES.items():
        tex = tex.replace(name, other)
    tex = _SIZE.sub("", tex)
    tex = _TEXT.sub(r"\\text", tex)
    tex = _IN_TEXT.sub(lambda found: found[1] + found[2].replace("_", r"\_") + "}", tex)
    tex = _OPERATOR.sub(r"\\operatorname*{\1}", tex)
    tex = _DECLARED.sub(r"\\newcommand{\2}{\\operatorname\1{\3}}", tex)
    tex = _GAP_BEFORE_RULE.sub(r"\\\\ ", tex)
    tex = _substacks(tex)
    return _COLOUR.sub(_colour, tex)


def _colour(found: re.Match[str]) -> str:
    value = _COLOURS.get(found[2].lower())
    if value is None and (digits := _HEX.match(found[2])):
        value = ",".join(str(int(digits[part], 16)) for part in (1, 2, 3))
    if value is None:
        return found[0]
    if found[1] == "color":
        return rf"\color[RGB]{{{value}}}{found[3] or ''}"
    return rf"{{\color[RGB]{{{value}}}" if found[3] else found[0]


def _substacks(tex: str) -> str:
    r"""Write each `\substack{…}` as the environment behind it."""
    start = tex.rfind(r"\substack{")
    while start >= 0:
        depth, at = 1, start + 10
        while at < len(tex) and depth:
            depth += {"{": 1, "}": -1}.get(tex[at], 0)
            at += 1
        if depth:
            return tex
        inside = tex[start + 10 : at - 1]
        tex = rf"{tex[:start]}{{\begin{{subarray}}{{c}}{inside}\end{{subarray}}}}{tex[at:]}"
        start = tex.rfind(r"\substack{", 0, start)
    return tex
