"""The theme's colours, read from its style sheet: every text keeps WCAG's contrast in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofpress.listings.stylesheet import contrast

STYLE = (Path(__file__).parents[2] / "templates" / "static" / "style.css").read_text("utf-8")
TEXTS = ("ink", "muted", "link", "accent", "note", "tip", "important", "warning", "caution")


def properties(css: str) -> dict[str, str]:
    """Return the custom properties of the first :root rule of a style sheet."""
    block = css.partition(":root {")[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


LIGHT = properties(STYLE)
DARK = LIGHT | properties(STYLE.partition("(prefers-color-scheme: dark)")[2])


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


def test_dark_gives_every_colour_again_so_that_none_is_left_from_light() -> None:
    dark = properties(STYLE.partition("(prefers-color-scheme: dark)")[2])
    assert colours(dark).keys() == colours(LIGHT).keys()
    assert set(TEXTS) | {"paper", "shade", "rule", "edge", "marker"} == colours(LIGHT).keys()


def test_every_colour_below_the_names_is_one_of_them() -> None:
    below = STYLE.partition("/* ---- the page ---- */")[2].partition("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(", below) == []


def test_every_name_that_is_used_is_given_and_every_name_that_is_given_is_used() -> None:
    used = set(re.findall(r"var\(--([\w-]+)", STYLE))
    given = set(re.findall(r"--([\w-]+):", STYLE))
    assert used - given == set()
    assert given - used == set()


def test_the_style_sheet_stays_small() -> None:
    assert len(STYLE.encode()) < 20_000
