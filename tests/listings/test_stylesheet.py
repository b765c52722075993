"""The style sheet of listings, read back as CSS and judged by arithmetic of its own."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.styles import get_all_styles, get_style_by_name
from pygments.token import STANDARD_TYPES

from proofpress.config import HighlightOptions
from proofpress.listings.ansi import COLOURS
from proofpress.listings.stylesheet import Sheet, UnknownStyleError, _readable, contrast, stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLES = sorted(get_all_styles())
TOKENS = sorted(set(STANDARD_TYPES.values()) - {""})
NOTHING_SAID = {"background": "none", "font-weight": "normal", "font-style": "normal", "outline": "none", "text-decoration": "none"}  # fmt: skip

styles = st.sampled_from(STYLES)
colors = st.integers(0, 0xFFFFFF).map("#{:06x}".format)

Declarations = dict[str, str]


class Scheme(NamedTuple):
    """What a browser computes in one colour scheme: declarations by selector (`.listing`, `.k` …)."""

    said: dict[str, Declarations]

    @property
    def paper(self) -> str:
        return self.said[".listing"]["background"]

    @property
    def ink(self) -> str:
        return self.said[".listing"]["color"]

    @property
    def marked(self) -> str:
        return self.said[".listing .marked"]["background"]

    @property
    def grounds(self) -> tuple[str, ...]:
        """What code stands on."""
        kinds = ("marked", "inserted", "deleted")
        return (self.paper, *(self.said[f".listing .{kind}"]["background"] for kind in kinds))

    def token(self, name: str) -> Declarations:
        """How a token looks in the end, with all that it inherits."""
        look = {"color": "inherit"} | NOTHING_SAID | self.said.get(f".{name}", {})
        return look | {"color": self.ink if look["color"] == "inherit" else look["color"]}


def rules(css: str) -> Iterator[tuple[str, Declarations]]:
    """Give each selector of a style sheet without at-rules, `.listing :is(.a,.b)` as `.a` and `.b`."""
    for selectors, block in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        declarations = dict(part.split(":", 1) for part in block.split(";"))
        opened = re.sub(r"\.listing :is\(([^)]*)\)", r"\1", selectors.strip())
        for selector in opened.split(","):
            yield re.sub(r"^\.listing (\.(?!marked|inserted|deleted|receding)\w+)$", r"\1", selector), declarations


def read(sheet: Sheet) -> tuple[Scheme, Scheme]:
    """Return what a style sheet says in light and in dark, where the system's choice and the page's own say the same."""
    said: dict[str, Declarations] = {}
    over: dict[str, Declarations] = {}
    for css in sheet:
        light, _, rest = css.partition("@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){\n")
        rest, _, chosen = rest.partition("\n}}\n@media screen{:root[data-theme=dark]{\n")
        assert chosen == rest + "\n}}\n"
        for schemes, part in (((said, over), light), ((over,), rest)):
            for selector, declarations in rules(part):
                for scheme in schemes:
                    scheme[selector] = scheme.get(selector, {}) | declarations
    return Scheme(said), Scheme(over)


def ratio(a: str, b: str) -> float:
    """WCAG 2.2's contrast, written again from its text."""

    def luminance(color: str) -> float:
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, bright = sorted((luminance(a), luminance(b)))
    return (bright + 0.05) / (dark + 0.05)


def too_faint(scheme: Scheme) -> list[str]:
    """Name every text whose contrast is below 4.5:1, and every bar below 3:1."""
    quiet = (".listing [data-line]::before", ".listing .receding", ".listing .receding span")
    texts = [
        ("text", scheme.ink, scheme.grounds),
        *((name, scheme.said[name]["color"], scheme.grounds) for name in quiet),
    ]
    for name in TOKENS:
        look = scheme.token(name)
        own = look["background"]
        texts.append((f".{name}", look["color"], scheme.grounds if own == "none" else (own,)))
    lines = [scheme.said[f".listing .{kind}"] for kind in ("marked", "inserted", "deleted")]
    bars = [(f"bar of {line}", line["border-color"], (scheme.paper, line["background"])) for line in lines]
    return [
        f"{what}: {color} on {ground}"
        for parts, enough in ((texts, 4.5), (bars, 3))
        for what, color, grounds in parts
        for ground in grounds
        if ratio(color, ground) < enough
    ]


@pytest.mark.parametrize("name", STYLES)
def test_every_token_of_every_style_can_be_read_in_light_and_in_dark(name: str) -> None:
    light, dark = read(stylesheet(name, name))
    assert too_faint(light) == []
    assert too_faint(dark) == []


@settings(max_examples=30, deadline=None)
@given(styles, styles)
def test_a_pair_of_styles_can_be_read_and_neither_shows_through_the_other(one: str, other: str) -> None:
    light, dark = read(stylesheet(one, other))
    assert too_faint(light) == []
    assert too_faint(dark) == []
    alone = read(stylesheet(other, one))[0]
    assert {name: dark.token(name) for name in TOKENS} == {name: alone.token(name) for name in TOKENS}
    assert {key: said for key, said in dark.said.items() if key.startswith(".listing")} == {
        key: said for key, said in alone.said.items() if key.startswith(".listing")
    }


@pytest.mark.parametrize("name", STYLES)
def test_what_could_be_read_already_looks_as_the_style_says(name: str) -> None:
    style = get_style_by_name(name)
    light, _ = read(stylesheet(name, name))
    paper = full(style.background_color)
    ground = "#f6f7f8" if paper == "#ffffff" else paper  # on white paper a listing has a ground of its own
    assert light.paper == ground
    for kind, short in STANDARD_TYPES.items():
        if not short:
            continue
        look, said = light.token(short), style.style_for_token(kind)
        assert (look["font-weight"] == "bold") == bool(said["bold"]), short
        assert (look["font-style"] == "italic") == bool(said["italic"]), short
        underlined = said["underline"] and short != "si"  # the braces of an f-string would look like a mistake
        assert (look["text-decoration"] == "underline") == bool(underlined), short
        assert (look["outline"] != "none") == bool(said["border"]), short
        grounds = (full(said["bgcolor"]),) if said["bgcolor"] else light.grounds
        if said["color"] and min(ratio(full(said["color"]), ground) for ground in grounds) >= 4.5:
            assert look["color"] == full(said["color"]), short


def full(color: str) -> str:
    digits = color.lstrip("#").lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


@settings(deadline=None)
@given(colors, colors)
def test_a_colour_is_moved_no_further_than_it_must_be(color: str, ground: str) -> None:
    moved = _readable(color, (ground,))
    assert ratio(moved, ground) >= 4.5
    assert _readable(moved, (ground,)) == moved
    if ratio(color, ground) >= 4.5:
        assert moved == color
    else:
        assert ratio(moved, ground) < 4.8


@pytest.mark.parametrize(
    ("color", "ground", "channel"),
    [("#ff6666", "#ffffff", 0), ("#66cc66", "#ffffff", 1), ("#8888ff", "#ffffff", 2), ("#aa0000", "#101010", 0)],
)
def test_a_colour_that_is_moved_keeps_its_hue(color: str, ground: str, channel: int) -> None:
    moved = _readable(color, (ground,))
    channels = [int(moved[at : at + 2], 16) for at in (1, 3, 5)]
    assert moved != color
    assert channels[channel] == max(channels)
    assert max(channels) - min(channels) > 60


@settings(deadline=None)
@given(colors, colors)
def test_contrast_is_that_of_wcag_whichever_colour_comes_first(a: str, b: str) -> None:
    assert contrast(a, b) == contrast(b, a)
    assert contrast(a, b) == pytest.approx(ratio(a, b), abs=0.01)
    assert 1 <= contrast(a, b) <= 21


@pytest.mark.parametrize(("a", "b", "known"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)])  # fmt: skip
def test_contrast_gives_the_figures_that_everybody_knows(a: str, b: str, known: float) -> None:
    assert contrast(a, b) == pytest.approx(known, abs=0.005)


@pytest.mark.parametrize("name", STYLES)
def test_a_marked_line_is_seen(name: str) -> None:
    light, _ = read(stylesheet(name, name))
    assert light.marked != light.paper
    assert ratio(light.marked, light.paper) < 1.5


def test_an_unknown_style_is_named_with_the_nearest_and_where_to_look() -> None:
    with pytest.raises(UnknownStyleError, match="'monokay'") as raised:
        stylesheet("monokay", "default")
    assert raised.value.hint == "did you mean 'monokai'? https://pygments.org/styles/ shows all of them"


@pytest.mark.parametrize("name", ["", "../x", "os.path", "Default ", "gpu" * 1000])
def test_a_name_that_no_style_has_is_refused_in_either_place(name: str) -> None:
    for pair in ((name, "default"), ("default", name)):
        with pytest.raises(UnknownStyleError, match="there is no Pygments style"):
            stylesheet(*pair)


def test_the_default_styles_exist_and_their_sheet_is_small() -> None:
    default = HighlightOptions()
    assert len(gzip.compress(stylesheet(default.light, default.dark).whole.encode(), 6)) < 1_500, "as it is served"


def test_what_colours_a_terminal_is_apart_from_what_every_listing_needs() -> None:
    sheet = stylesheet("tango", "nord")
    assert ".ansi-" not in sheet.plain
    assert {
        selector for selector, _ in rules(re.sub(r"@media.*\{\n|\n\}\}", "", sheet.more)) if ".ansi-" not in selector
    } == set()
    assert sheet.more.count(".ansi-red{") >= 2


def test_nothing_but_the_names_decides_the_text() -> None:
    program = "from proofpress.listings.stylesheet import stylesheet; print(stylesheet('tango', 'nord').whole, end='')"
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {stylesheet("tango", "nord").whole}


@pytest.mark.parametrize("name", STYLES)
def test_inserted_and_deleted_lines_have_bars_of_their_own_and_words_look_like_lines(
    name: str,
) -> None:
    for scheme in read(stylesheet(name, name)):
        for kind, element in (("marked", "mark"), ("inserted", "ins"), ("deleted", "del")):
            assert scheme.said[f".listing .{kind}"] == scheme.said[f".listing {element}"]
        assert scheme.said[".listing .inserted"]["border-color"] != scheme.said[".listing .deleted"]["border-color"]


@pytest.mark.parametrize("name", STYLES)
def test_colours_of_a_terminal_can_be_read_in_every_style_on_the_listing_and_below_text(name: str) -> None:
    for scheme in read(stylesheet(name, "monokai")):
        for colour in COLOURS:
            assert ratio(scheme.said[f".listing .ansi-{colour}"]["color"], scheme.paper) >= 4.5
            below = scheme.said[f".listing .ansi-on-{colour}"]
            assert ratio(below["color"], below["background"]) >= 4.5
