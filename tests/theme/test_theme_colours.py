"""The theme's colours, read from its style sheet: every text keeps WCAG's contrast in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofpress.listings.stylesheet import contrast
from proofpress.theme_sheets import lean

STATIC = Path(__file__).parents[2] / "templates" / "static"
STYLE = (STATIC / "style.css").read_text("utf-8")
SHEETS = {path.name: path.read_text("utf-8") for path in sorted(STATIC.glob("*.css"))}
TEXTS = ("ink", "muted", "link", "accent", "note", "tip", "important", "warning", "caution")


def properties(css: str, scheme: int) -> dict[str, str]:
    """Return the custom properties of the first :root rule of a style sheet, as they are in light (0) or in dark (1)."""
    block = css.partition(":root {")[2].partition("}")[0]
    given = re.findall(r"--([\w-]+):\s*(.+?);", block)
    pairs = {name: re.fullmatch(r"light-dark\((#\w{6}), (#\w{6})\)", value) for name, value in given}
    return {name: pair[1 + scheme] if (pair := pairs[name]) else value for name, value in given}


LIGHT = properties(STYLE, 0)
DARK = properties(STYLE, 1)


def colours(scheme: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in scheme.items() if value.startswith("#")}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_colour_of_text_can_be_read_on_every_ground(scheme: dict[str, str], ground: str, text: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_under_the_marker(scheme: dict[str, str]) -> None:
    for text in ("ink", "link", "muted"):
        assert contrast(scheme[text], scheme["marker"]) >= 4.5, text


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_must_be_seen_stands_off_from_the_paper(scheme: dict[str, str]) -> None:
    for what in ("edge", "link", "accent"):
        assert contrast(scheme[what], scheme["paper"]) >= 3, what


def test_every_colour_is_given_for_light_and_for_dark() -> None:
    assert colours(DARK).keys() == colours(LIGHT).keys()
    assert all(DARK[name] != value for name, value in colours(LIGHT).items())
    assert set(TEXTS) | {"paper", "shade", "rule", "edge", "marker"} == colours(LIGHT).keys()


def test_every_colour_below_the_names_is_one_of_them() -> None:
    below = STYLE.partition("/* ---- the page ---- */")[2] + SHEETS["wide.css"]
    assert len(below) > 10_000
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(", below) == []


def test_every_name_that_is_used_is_given_and_every_name_that_is_given_is_used() -> None:
    every = "".join(SHEETS.values())
    used = set(re.findall(r"var\(--([\w-]+)", every))
    given = set(re.findall(r"--([\w-]+):", every))
    assert used - given == set()
    assert given - used == set()


def test_nothing_but_what_is_called_left_or_right_knows_these_sides() -> None:
    assert re.search(r"\bmath \{ direction: ltr; \}", STYLE)  # formulas run from left to right in every language
    for name, css in SHEETS.items():
        if name == "math.css":
            assert all(
                "math" in line or "menclose" in line
                for line in css.splitlines()
                if re.search(r"[;{].*\b(left|right)\b", line)
            )
            continue
        rules = [line for line in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).splitlines() if ".align-" not in line]
        assert [line for line in rules if re.search(r"\b(left|right)\b", line)] == [], name


def test_the_style_sheet_stays_small() -> None:
    """As it is served, without comments and indents."""
    assert len(lean(STYLE).encode()) < 17_000
