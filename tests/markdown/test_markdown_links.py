"""Destinations: which become references, where each stands, and which are refused."""

from __future__ import annotations

import re

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter, Reference
from proofpress.paths import SourcePath

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


def pointed_at(text: str) -> list[str]:
    """Return what each reference points at in its source line."""
    lines = text.split("\n")
    found = []
    for reference in render(text).references:
        begin = reference.column - 1
        found.append(lines[reference.line - 1][begin : begin + reference.length])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "See [a](x.md).",
        "é [a](x.md)",
        "one\ntwo [a](x.md)",
        "  indented\n   more [a](x.md) ",
        "> > quoted [a](x.md)",
        "> quoted\nlazy [a](x.md)",
        "- item [a](x.md)",
        "1. item\n\n   - inner\n     [a](x.md)",
        "-\titem [a](x.md)",
        "# Heading [a](x.md) #",
        "Heading [a](x.md)\n===",
        "a | b\n--|--\n`x\\|y` \\| [a](x.md) | c",
        "> | a | b |\n> |--|--|\n> | 1 | [a](x.md) |",
        "*[**a**](x.md)*",
        "[a](<x.md>)",
        '[a]( x.md "title" )',
        "![a](x.md)",
        "[a]\n\n[a]: x.md",
        "[b][A]\n\n[a]:\n  <x.md> 'title'",
        'text <a href="x.md">a</a>',
        "<div>\n<img alt='' src='x.md'>\n</div>",
        "<video poster=x.md></video>",
        "text[^1]\n\n[^1]: note [a](x.md)",
        "term\n: definition [a](x.md)",
        "> [!NOTE]\n> text [a](x.md)",
        "- [ ] task [a](x.md)",
    ],
)
def test_a_reference_points_at_its_destination_in_the_source(text: str) -> None:
    assert pointed_at(text) == ["x.md"]


def test_lines_count_the_front_matter() -> None:
    assert render("text\n\n[a](b.md)", first_line=6).references[0] == Reference("b.md", "link", 8, 5, 4)


@pytest.mark.parametrize("href", ["https://a.example/", "//a.example/x", "mailto:a@b.example", "tel:+123"])
def test_an_external_destination_stays_in_the_html(href: str) -> None:
    body = render(f"[a]({href})")
    assert body.references == ()
    assert f'<a href="{href}">' in body.html


@pytest.mark.parametrize("href", ["#x", "/x", "x.md", "../x.md#y", "", "?q"])
def test_a_destination_on_this_site_becomes_a_reference(href: str) -> None:
    body = render(f"[a]({href})")
    assert [reference.href for reference in body.references] == [href]
    assert body.html == '<p><a href="\0' + '0\0">a</a></p>\n'


def test_entities_and_escapes_in_a_destination_are_resolved() -> None:
    assert [one.href for one in render(r"[a](x&amp;y\_z.md)").references] == ["x&y_z.md"]


def test_an_image_is_a_reference_in_place_of_its_whole_source_attribute() -> None:
    body = render("text ![cat](cat.png)")
    assert body.html == "<p>text <img \0" + '0\0 alt="cat"></p>\n'
    assert body.first_image == "cat.png"


def test_an_image_that_has_one_side_leaves_the_other_open_with_its_address() -> None:
    body = render('text ![cat](cat.png){width=30} <img src="dog.png" height="2">')
    assert [one.kind for one in body.references] == ["image", "image"]
    assert "<img \0" + '0\0 alt="cat" width="30"> <img \0' + '1\0 height="2">' in body.html


def test_every_address_of_a_source_set_is_a_reference() -> None:
    body = render('text <img src="a.png" srcset="a.png 1x, https://x.example/b.png 2x, c.png 3x">')
    assert sorted(one.href for one in body.references) == ["a.png", "a.png", "c.png"]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "&#9;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "data:image/svg+xml,x",
        "file:///etc/passwd",
    ],
)
def test_a_destination_that_could_run_code_is_refused_and_its_text_stays(href: str) -> None:
    body = render(f"See [a]({href}).")
    assert [(one.rule, one.line, one.column) for one in body.problems] == [("unsafe-url", 1, 9)]
    assert "<a" not in body.html
    assert "See [a](" in body.html


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[a]\n\n[a]: javascript:alert(1)", [(3, 6, 19)]),
        ("[a], [A][a] and [b][A]\n\n[a]:\n<javascript:alert(1)> 'title'", [(4, 2, 19)]),
        ("![a]\n\n> [a]: data:text/html,x", [(3, 8, 16)]),
        ("So <javascript:alert(1)>, <VBScript:x>", [(1, 5, 19), (1, 28, 10)]),
    ],
)
def test_an_unsafe_address_in_a_definition_or_between_brackets_links_nothing_and_is_reported(
    text: str, places: list[tuple[int, int, int]]
) -> None:
    body = render(text)
    assert not re.search(r"<(?:a|img)\b", body.html)
    assert [(one.rule, one.line, one.column, one.length) for one in body.problems] == [
        ("unsafe-url", *place) for place in places
    ]


def test_a_picture_of_data_may_be_defined_once_for_images_and_is_refused_as_a_link() -> None:
    definition = "\n\n[a]: data:image/svg+xml,x"
    assert render("text ![a]" + definition).problems == ()
    assert [one.rule for one in render("[a]" + definition).problems] == ["unsafe-url"]
    assert render(definition).problems == ()


def test_bare_addresses_are_links_and_bare_file_names_are_text() -> None:
    html = render(
        "www.a.example, https://b.example/c_d_e. (http://c.example/(x)) f@g.example setup.md example.com"
    ).html
    assert re.findall(r'href="([^"]*)"', html) == [
        "http://www.a.example",
        "https://b.example/c_d_e",
        "http://c.example/(x)",
        "mailto:f@g.example",
    ]


def test_a_nul_in_a_post_never_reaches_the_html() -> None:
    body = render("a\0" + "0\0b `c\0" + '1\0` <b title="\0' + '0\0">\n\n```\n\0' + "0\0\n```")
    assert "\0" not in body.html


def test_an_excerpt_holds_no_reference_that_nothing_will_settle() -> None:
    body = render('## A <track src="a.vtt"> heading\n\nA <track src="a.vtt"> summary <source srcset="b.png">.')
    assert "\0" not in body.summary
    assert "\0" not in body.outline[0].html


@pytest.mark.parametrize("href", ["/\\x.example", "/&#9;/x.example", "\\\\\\\\x.example", "&#10;/\\x.example"])
def test_a_path_that_leads_to_another_site_is_refused_and_its_text_stays(href: str) -> None:
    body = render(f"See [a](<{href}>).")
    assert [(one.rule, one.severity) for one in body.problems] == [("unsafe-url", "error")]
    assert "leads to another site" in body.problems[0].message
    assert "<a" not in body.html


def test_a_srcset_keeps_its_quotes_whatever_its_entities_hold() -> None:
    html = render("<p><img srcset='a.png 1x, https://x.example/&#39;onerror=alert(1) 2x'></p>").html
    assert "&#39;onerror" in html
    assert "'onerror" not in html
