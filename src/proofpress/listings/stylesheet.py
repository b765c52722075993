"""The style sheet of listings: two Pygments styles, made readable, as one text of CSS.

Most of Pygments' styles have tokens that few people can read: grey comments on white, dark red on black. Here each
colour that falls short of WCAG's contrast is moved in lightness, and in nothing else, by the least amount that helps.
The story runs from names to text: a Pygments style is read into a palette (`_palette`, where colours are mended), a
palette becomes declarations for each kind of token (`_rules`), and equal declarations share a selector (`_css`).

The style sheet colours these parts, and leaves every measure to the theme and to `layout`: `.listing` and the lines
`.marked`, `.inserted` and `.deleted` in it (text, background, and the border if the theme gives it a width), the line that
an address leads to, the words `mark`, `ins` and `del` likewise, `.receding` lines (text), `.listing figcaption` and `.listing summary` (their border),
`.listing [data-line]::before` (line numbers), the label of output, `.listing .ansi-red` and so on for what a terminal
printed, and `.listing .k` and so on for tokens.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final, NamedTuple

from pygments.styles import get_all_styles, get_style_by_name
from pygments.token import STANDARD_TYPES, Token

from proofpress.listings.ansi import COLOURS
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pygments.style import Style

ENOUGH: Final = 4.5
"""WCAG 2.2, success criterion 1.4.3 (AA): the contrast that text of any size needs."""
SEEN: Final = 3.0
"""WCAG 2.2, success criterion 1.4.11 (AA): the contrast of what is seen but not read, such as a bar beside a line."""
MARK: Final = 1.3
"""How far the background of a marked line may stand off from that of the listing."""
TINT: Final = 1.15
"""How far the background of an inserted or deleted line may; a bar and a sign stand beside it."""
ROOM: Final = 7.0
"""The contrast that black or white keeps on a marked line, so that colours find a lightness there."""

WHITE: Final = "#ffffff"
SHADE: Final = "#f6f7f8"
"""The ground of a listing whose style is made for white, which is the page's own: it is seen where code begins."""

_TERMINAL: Final = ".ansi-"
GREEN: Final = "#2ea043"
RED: Final = "#e5484d"

Rgb = tuple[int, int, int]


class UnknownStyleError(ValueError):
    """No Pygments style has this name. `hint` tells the nearest one, and where all of them can be seen."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Sheet(NamedTuple):
    """The style sheet of listings in two parts: the second has what few listings need, and goes behind the first."""

    plain: str
    more: str

    @property
    def whole(self) -> str:
        """Both as one."""
        return self.plain + self.more


def stylesheet(light: str, dark: str) -> Sheet:
    """Return the style sheet of listings in two Pygments styles, `dark` where a screen's reader prefers dark colours.

    What the page says of itself, `data-theme` on `html`, counts before what the system says. The colours of a terminal
    are its second part.

    Every token, text without a token, and line numbers have a contrast of at least 4.5:1 on their own background, also
    on a marked line. The same names give the same text, whatever else differs. Raises UnknownStyleError.
    """
    day, night = _rules(_palette(_style(light))), _rules(_palette(_style(dark)))
    over = _over(night, day)
    return Sheet(*(_schemes(_part(day, terminal=part), _part(over, terminal=part)) for part in (False, True)))


def _part(rules: Rules, *, terminal: bool) -> Rules:
    """Return those rules that colour what a terminal printed, or the others."""
    return {selector: said for selector, said in rules.items() if (_TERMINAL in selector) == terminal}


def _schemes(day: Rules, over: Rules) -> str:
    """Return rules as CSS, and behind them those that a dark scheme lays over them."""
    dark_rules = _css(over)
    return (
        f"{_css(day)}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{\n{dark_rules}\n}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{\n{dark_rules}\n}}}}\n"
    )


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours `#rrggbb`, from 1 to 21 (WCAG 2.2, definition of "contrast ratio")."""
    return _ratio(_luminance(a), _luminance(b))


def _ratio(first: float, second: float) -> float:
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def readable(color: str, grounds: tuple[str, ...]) -> str:
    """Return a colour `#rrggbb`, moved in lightness by the least amount that gives text in it 4.5:1 on every ground."""
    return _readable(color, grounds)


# ---------------------------------------------------------------- reading a style


class _Look(NamedTuple):
    """How a kind of token is drawn. Empty: as the text around it."""

    color: str = ""
    background: str = ""
    outline: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False


class _Palette(NamedTuple):
    """A style whose colours can be read. Colours are `#rrggbb`; `tokens` is by Pygments' short class names."""

    paper: str
    ink: str
    faint: str
    rule: str
    marked: str
    bar: str
    inserted: str
    inserted_bar: str
    deleted: str
    deleted_bar: str
    tokens: Mapping[str, _Look]
    terminal: Mapping[str, str]
    """The colours of a terminal, by their names."""


def _style(name: str) -> type[Style]:
    known = []
    try:
        for each in get_all_styles():  # Pygments' own first, so that a plugin is loaded only where it is needed
            if each == name:
                return get_style_by_name(name)
            known.append(each)
    except Exception as error:
        message = f"there is no Pygments style '{name}', and a plugin of it can't be loaded"
        raise UnknownStyleError(f"{message} ({type(error).__name__}: {error})") from error
    else:
        guess = did_you_mean(name, known)
        hint = f"{guess}{' ' if guess else ''}https://pygments.org/styles/ shows all of them"
        raise UnknownStyleError(f"there is no Pygments style '{name}'", hint)


def _palette(style: type[Style]) -> _Palette:
    paper = _full(style.background_color) or WHITE
    paper = SHADE if paper == WHITE else paper
    pole = max("#000000", "#ffffff", key=lambda end: contrast(end, paper))
    marked = _marked(paper, _full(style.highlight_color) or pole, pole)
    inserted, deleted = _tinted(paper, GREEN, pole), _tinted(paper, RED, pole)
    grounds = (paper, marked, inserted, deleted)
    ink = _readable(_full(style.style_for_token(Token.Text)["color"]) or pole, grounds)
    faint = _readable(_full(style.line_number_color) or _mix(ink, paper, 0.45), grounds)
    mend = functools.cache(_readable)  # a style names few colours, many times
    tokens: dict[str, _Look] = {}
    for kind, name in STANDARD_TYPES.items():
        token = style.style_for_token(kind)
        background = _full(token["bgcolor"])
        wish = _full(token["color"])
        color = mend(wish or ink, (background,) if background else grounds)
        tokens[name] = _Look(
            color="" if color == ink else color,
            background="" if background == paper else background,
            outline=_full(token["border"]),
            bold=token["bold"],
            italic=token["italic"],
            underline=token["underline"] and kind is not Token.Literal.String.Interpol,  # as if it were misspelt
        )
    del tokens[""]
    return _Palette(
        paper=paper,
        ink=ink,
        faint=faint,
        rule=_mix(ink, paper, 0.12),
        marked=marked,
        bar=_readable(_full(style.highlight_color) or ink, grounds, SEEN),
        inserted=inserted,
        inserted_bar=_readable(GREEN, grounds, SEEN),
        deleted=deleted,
        deleted_bar=_readable(RED, grounds, SEEN),
        tokens=tokens,
        terminal={name: _readable(_hex(rgb), grounds) for name, rgb in COLOURS.items()},
    )


def _marked(paper: str, wish: str, pole: str) -> str:
    """Return the background of marked lines: as near to the style's own as leaves text on it readable.

    Many styles inherit a pale yellow, on black as on white; blended with the paper it becomes a tint of it.
    """
    for percent in range(100, 0, -2):
        blend = _mix(wish, paper, percent / 100)
        if contrast(blend, paper) <= MARK and contrast(blend, pole) >= min(ROOM, contrast(paper, pole)):
            return blend
    return paper


def _tinted(paper: str, hue: str, pole: str) -> str:
    """Return the background of inserted or deleted lines: the paper, with as much of a hue as leaves text readable."""
    for percent in range(40, 0, -1):
        blend = _mix(hue, paper, percent / 100)
        if contrast(blend, paper) <= TINT and contrast(blend, pole) >= min(ROOM, contrast(paper, pole)):
            return blend
    return paper


# ---------------------------------------------------------------- colours


def _full(color: str | None) -> str:
    """Return a colour as `#rrggbb` in lower case, or an empty string for none (also `inherit`, `transparent`)."""
    digits = (color or "").removeprefix("#").lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}" if len(digits) == 6 and set(digits) <= set("0123456789abcdef") else ""


def _hex(color: Rgb) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in color)


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@functools.cache
def _linear(channel: int) -> float:
    """Undo sRGB's transfer curve (IEC 61966-2-1)."""
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> int:
    value = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * value)


def _luminance(color: str) -> float:
    """Relative luminance, from 0 for black to 1 for white (WCAG 2.2, definition of "relative luminance")."""
    red, green, blue = map(_linear, _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(a: str, b: str, share: float) -> str:
    """Return `share` of `a` and the rest of `b`, blended as a browser lays one over the other."""
    return "#" + "".join(f"{round(share * x + (1 - share) * y):02x}" for x, y in zip(_rgb(a), _rgb(b), strict=True))


def _readable(color: str, grounds: tuple[str, ...], enough: float = ENOUGH) -> str:
    """Return the colour, moved in lightness by the least amount that gives it enough contrast on every ground.

    Lightness is OKLab's (B. Ottosson, "A perceptual color space for image processing", 2020); hue is kept, and chroma
    as far as sRGB has it at that lightness. Where no lightness is enough, black or white is returned, the better one.
    """
    lights = [_luminance(ground) for ground in grounds]

    def worst(candidate: str) -> float:
        light = _luminance(candidate)
        return min([_ratio(light, ground) for ground in lights])

    if worst(color) >= enough:
        return color
    lightness, a, b = _oklab(_rgb(color))
    for step in range(1, 201):
        for moved in (lightness - step / 200, lightness + step / 200):
            if 0 <= moved <= 1:
                candidate = _in_gamut(moved, a, b)
                if worst(candidate) >= enough:
                    return candidate
    return max("#000000", "#ffffff", key=worst)


def _oklab(color: Rgb) -> tuple[float, float, float]:
    red, green, blue = map(_linear, color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _in_gamut(lightness: float, a: float, b: float) -> str:
    """Return an OKLab colour as `#rrggbb`, its chroma lowered as far as sRGB needs."""
    for percent in range(100, -1, -2):
        channels = _linear_rgb(lightness, a * percent / 100, b * percent / 100)
        if all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
    return "#" + "".join(f"{_encoded(min(1.0, max(0.0, channel))):02x}" for channel in channels)


def _linear_rgb(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


# ---------------------------------------------------------------- writing CSS

Rules = dict[str, dict[str, str]]
"""Selector to declarations, in the order in which they are written."""

PLAIN: Final[Mapping[str, str]] = {
    "background": "none",
    "font-style": "normal",
    "font-weight": "normal",
    "outline": "none",
    "text-decoration": "none",
}
"""What a token looks like of whom nothing is said; its colour is then the listing's."""


def _rules(palette: _Palette) -> Rules:
    rules: Rules = {
        ".listing": {"background": palette.paper, "color": palette.ink, "border-color": palette.rule},
        ".listing figcaption": {"border-color": palette.rule},
        ".listing summary": {"border-color": palette.rule},
        ".listing .marked": {"background": palette.marked, "border-color": palette.bar},
        ".listing .line:target": {"background": palette.marked, "border-color": palette.bar},
        ".listing mark": {"background": palette.marked, "border-color": palette.bar},
        ".listing .inserted": {"background": palette.inserted, "border-color": palette.inserted_bar},
        ".listing ins": {"background": palette.inserted, "border-color": palette.inserted_bar},
        ".listing .deleted": {"background": palette.deleted, "border-color": palette.deleted_bar},
        ".listing del": {"background": palette.deleted, "border-color": palette.deleted_bar},
        ".listing .receding": {"color": palette.faint},
        ".listing .receding span": {"color": palette.faint, "background": "none"},
        ".listing [data-line]::before": {"color": palette.faint},
        ".listing + .output::before": {"color": palette.faint},
        ".listing + .output > figcaption": {"color": palette.faint},
        '.listing + .output[data-language="stderr"] code': {"color": palette.faint},
        '.listing + .output[data-language="error"] > pre': {"border-color": palette.deleted_bar},
        ".listing .ansi-dim": {"color": palette.faint},
    }
    for name, color in palette.terminal.items():
        rules[f".listing .ansi-{name}"] = {"color": color}
    for name, color in [*palette.terminal.items(), ("inverse", palette.ink)]:  # behind those of text, which give way
        selector = f".listing .ansi-on-{name}" if name in palette.terminal else ".listing .ansi-inverse"
        rules[selector] = {"background": color, "color": palette.paper}
    for name, look in sorted(palette.tokens.items()):
        rules[f".{name}"] = {
            key: value
            for key, value, wanted in (
                ("color", look.color, look.color),
                ("background", look.background, look.background),
                ("font-style", "italic", look.italic),
                ("font-weight", "bold", look.bold),
                ("outline", f"1px solid {look.outline}", look.outline),
                ("text-decoration", "underline", look.underline),
            )
            if wanted
        }
    return rules


def _over(rules: Rules, below: Rules) -> Rules:
    """Return what `rules` must say where those of `below` already hold: what differs, and what is to be undone."""
    return {
        selector: {
            key: value
            for key, value in (
                {key: PLAIN.get(key, "inherit") for key in below.get(selector, {})} | rules.get(selector, {})
            ).items()
            if below.get(selector, {}).get(key) != value
        }
        for selector in rules | below
    }


def _css(rules: Rules) -> str:
    """Return rules as text, one a line; tokens of equal looks share one rule."""
    merged: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for selector, declarations in rules.items():
        if declarations:
            merged.setdefault(tuple(declarations.items()), []).append(selector)
    return "\n".join(f"{_selector(names)}{{{_declarations(said)}}}" for said, names in merged.items())


def _selector(names: list[str]) -> str:
    whole = [name for name in names if name.startswith(".listing")]
    tokens = [name for name in names if not name.startswith(".listing")]
    if tokens:
        whole.append(f".listing {tokens[0]}" if len(tokens) == 1 else f".listing :is({','.join(tokens)})")
    return ",".join(whole)


def _declarations(said: Iterable[tuple[str, str]]) -> str:
    return ";".join(f"{key}:{value}" for key, value in said)
