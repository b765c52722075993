"""An option of the theme that nothing reads is told at its place; whatever a template may read is taken."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.content import yaml_nodes
from proofpress.content.nodes import Findings, plain
from proofpress.listings.stylesheet import contrast
from proofpress.model import TemplateSource
from proofpress.paths import OutputPath
from proofpress.theme import default_theme
from proofpress.theme_look import DARK, LIGHT, ROOM, both, colour_of
from proofpress.theme_options import unknown_options

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.problems import Problem

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SETTINGS = "title: Notes\nurl: https://me.example/\n"


def problems(root: Path, settings: str, templates: dict[str, str] | None = None) -> list[Problem]:
    files = {"site.yaml": SETTINGS + settings, "content/about.md": "# About\n\nText.\n"}
    files |= {f"templates/{name}": text for name, text in (templates or {}).items()}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return [one for one in build(Options(root=root, now=NOW)).problems if one.rule != "unused-template"]


def test_a_misspelt_option_stands_at_its_key_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "theme:\n  footer: Set by hand.\n  stylesheet:\n    - mine.css\n")
    assert (found.path, found.line, found.column, found.length) == ("site.yaml", 5, 3, 10)
    assert (found.rule, found.severity) == ("unknown-option", "warning")
    assert found.hint == "did you mean 'stylesheets'?"
    assert found.excerpt == "  stylesheet:"


def test_an_option_like_no_other_is_told_which_there_are(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "theme: {gizmo: 3}\n")
    assert "footer, social, stylesheets" in found.hint
    assert "'extra:'" in found.hint


def test_a_site_names_its_own_options_in_its_own_theme_file(tmp_path: Path) -> None:
    own = {"theme.yaml": "options:\n  accent: The colour of links.\n"}
    assert problems(tmp_path, "theme: {accent: red, footer: Set by hand.}\n", own) == []
    (found,) = problems(tmp_path, "theme: {acent: red}\n", own)
    assert found.hint == "did you mean 'accent'?"


@pytest.mark.parametrize(
    "reading",
    [
        "{{ site.theme.accent }}",
        '{{ site.theme.get("accent", "red") }}',
        "{{ site.theme.get( 'accent' ) }}",
        "{{ site.theme['accent'] }}",
        '{% if "accent" in site.theme %}a{% endif %}',
        "{% if 'accent' not in site.theme %}a{% endif %}",
        "{% for name, value in site.theme.items() %}{{ name }}{% endfor %}",
        "{% set options = site.theme %}{{ options.accent }}",
        "{{ site.theme[page.extra.which] }}",
        "{{ site.theme.get(page.title) }}",
        "{% set s = site %}{{ s.theme.accent }}",
        "{{ site.theme | tojson }}",
    ],
)
def test_an_option_that_a_template_may_read_is_known(reading: str) -> None:
    templates = {"page.html": TemplateSource("templates/page.html", reading)}
    assert unknown_options(["accent"], templates) == ({}, [])


@pytest.mark.parametrize("text", ["<p class='a.theme-dark'>", "{{ site.theme.get('other') }}", "the theme.yaml", ""])
def test_what_reads_no_option_makes_none_known(text: str) -> None:
    unknown, _ = unknown_options(["accent"], {"page.html": TemplateSource("templates/page.html", text)})
    assert list(unknown) == ["accent"]


@pytest.mark.parametrize(
    ("option", "fault", "column"),
    [
        ("accent: red", "'theme: accent' takes a colour", 18),
        ("width: 20", "'theme: width' takes a number of characters from 45 to 90", 17),
        ("width: true", "'theme: width' takes a number of characters from 45 to 90", 17),
        ("fonts: mine", "'theme: fonts' takes 'own' or 'system'", 17),
        ("footer: [a]", "'theme: footer' takes the words at the foot of every page", 18),
        ("stylesheets: mine.css", "'theme: stylesheets' takes a list of names of files", 23),
        ("social: {Mastodon: 'javascript:a()'}", "'theme: social' takes a mapping of names to full URLs", 18),
    ],
)
def test_a_value_that_the_theme_does_not_take_is_told_at_its_place(
    tmp_path: Path, option: str, fault: str, column: int
) -> None:
    (found,) = problems(tmp_path, f"theme: {{ {option} }}\n")
    assert (found.rule, found.path, found.line, found.column) == ("wrong-type", "site.yaml", 3, column)
    assert found.message == fault
    assert found.hint


def test_values_that_the_theme_takes_are_no_problem(tmp_path: Path) -> None:
    options = "accent: '#fa0', width: 70, fonts: system, footer: Mine., social: {Code: 'https://code.example/me'}"
    assert problems(tmp_path, f"theme: {{ {options} }}\n") == []
    page = (build(Options(root=tmp_path, now=NOW))).outputs
    about = page[OutputPath("about/index.html")].decode()
    assert '<a href="https://code.example/me" rel="me">Code</a>' in about
    (sheet,) = (data.decode() for path, data in page.items() if "/options." in path)
    assert sheet.startswith(":root { --accent: light-dark(#")
    assert "--measure: 39.30rem; --outset: 12.20rem;" in sheet
    assert "/assets/options." in about


@given(st.from_regex(r"#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}", fullmatch=True))
def test_any_accent_can_be_read_on_every_ground_of_the_theme_in_light_and_in_dark(written: str) -> None:
    accent = colour_of(written)
    assert accent is not None
    for drawn, grounds in zip(both(accent), (LIGHT, DARK), strict=True):
        assert all(contrast(drawn, ground) >= 4.5 for ground in grounds)
        if all(contrast(accent, ground) >= 4.5 for ground in grounds):
            assert drawn == accent


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    style = (default_theme() / "static" / "style.css").read_text("utf-8")
    for at, name in enumerate(("paper", "shade", "marker")):
        assert f"--{name}: light-dark({LIGHT[at]}, {DARK[at]});" in style
    assert "--measure: 36.5rem;" in style
    assert "--outset: 15rem;" in style
    assert ROOM == 36.5 + 15


def test_a_fault_in_a_theme_file_is_told_at_its_place(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "", {"theme.yaml": "options:\n  accent: a: b\n"})
    assert (found.path, found.line, found.rule) == ("templates/theme.yaml", 2, "settings-syntax")


def test_the_shipped_theme_names_exactly_the_options_that_its_templates_read() -> None:
    folder = default_theme()
    node = yaml_nodes.compose((folder / "theme.yaml").read_text("utf-8"), Findings("theme.yaml"))
    assert node is not None
    declared = plain(node, Findings("theme.yaml"))["options"]
    html = {
        path.name: TemplateSource(path.name, path.read_text("utf-8"))
        for path in folder.rglob("*")
        if path.suffix in (".html", ".txt")
    }
    assert unknown_options([*declared, "no such"], html)[0].keys() == {"no such"}
    assert all(isinstance(told, str) and told.endswith(".") for told in declared.values())
