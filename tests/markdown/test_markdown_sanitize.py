"""Raw HTML: passed, shown as text, or sanitised."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Card, Document, FrontMatter
from proofpress.pages.filling import settle
from proofpress.paths import SitePath, SourcePath
from proofpress.problems import MissingExtra
from proofpress.site.links import Resolved
from proofpress.urls import read

SANITIZE = Renderer(MarkdownOptions(html="sanitize"), HighlightOptions())
ESCAPE = Renderer(MarkdownOptions(html="escape"), HighlightOptions())
ALLOW = Renderer(MarkdownOptions(), HighlightOptions())

PIECES = [
    "<div>", "\n\n", "<a ", "<a/ ", "<img/", "<img ", "href=", "src=", "srcset=", "title=", "poster=", "'", '"', ">", "</a>",
    "x onmouseover=alert(1) ", "javascript:alert(1)", "java&Tab;script:alert(1)", "/&#10;/evil.example", "$x$", "`",
    "![a](</x onclick=alert(1) b=>)", "[b](</y onclick=alert(1) b=>)", "<a href='javascript'>", "<img src='k.png 1x,'>",
    "<video ", "<q cite=", ":", " ", "\n", "<!--", "-->", "<textarea>", "<style>", "<svg>", "<math>", "</div>", "&#39;", "&quot;",
]  # fmt: skip
"""What a hostile post may be put together from."""


class Element:
    """A start tag of a page, as Python's parser of HTML reads it."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(Element(tag, {name: value or "" for name, value in attrs}))


def elements(written: str) -> list[Element]:
    parser = _Tags()
    parser.feed(written)
    parser.close()
    return parser.found


def html(renderer: Renderer, text: str) -> str:
    return renderer.render(Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text=text)).html


def test_raw_html_passes() -> None:
    assert html(ALLOW, "a <b>c</b>\n\n<div>\nd\n</div>") == "<p>a <b>c</b></p>\n<div>\nd\n</div>"


def test_escaped_html_is_text() -> None:
    assert html(ESCAPE, "a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<script>\n\ntext\n\nmore",
        "a <b onclick=alert(1)>b</b>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<iframe src=x onload=alert(1)></iframe>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        '<p style="background:url(javascript:alert(1))">x',
        "# <img src=x onerror=alert(1)>",
    ],
)
def test_sanitised_html_runs_nothing(text: str) -> None:
    body = SANITIZE.render(Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text=text))
    for written in (body.html, body.summary, *(heading.html for heading in body.outline)):
        assert not any(
            word in written for word in ("<script", "onclick", "onerror", "onload", "javascript:", "<iframe")
        )


@pytest.mark.parametrize(
    "text",
    [
        "```python {#t} linenos\nx = 1  # (1)!\n```\n\n1. A note.\n2. Another.",
        "```sh tab=a\nx\n```\n```sh tab=b\nx\n```",
        "# Heading\n\n[a](b.md) ![c](d.png) $x^2$",
        "$$\nx\n$$",
        "a | b\n--|-:\n1 | 2",
        "> [!NOTE]\n> x",
        "x[^1]\n\n[^1]: y",
        '```python title="a.py" {1} linenos\nx = 1\n```',
        '![c](d.png "title")',
        "Term\n: definition",
        "<div>\n\n**inside**\n\n</div>",
    ],
)
def test_sanitising_keeps_what_the_renderer_writes(text: str) -> None:
    assert html(SANITIZE, text).split() == html(ALLOW, text).replace("&quot;", '"').split()


def test_without_nh3_the_renderer_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nh3", None)
    with pytest.raises(MissingExtra, match=r"pip install 'proofpress\[sanitize\]'"):
        Renderer(MarkdownOptions(html="sanitize"), HighlightOptions())


def filled(text: str) -> str:
    """Return a sanitised text as it is published, each of its links leading nowhere."""
    body = SANITIZE.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))
    card = Card(
        path=SourcePath("content/a.md"),
        kind="page",
        site_path=SitePath("/a/"),
        url="/a/",
        permalink="https://me.example/a/",
        title="t",
    )

    def nowhere(question: Any) -> Any:
        return Resolved(question.href, question.href)

    return settle(body, card, nowhere)[0]


@pytest.mark.parametrize("mark", ["&Tab;", "&NewLine;", "&#10;", "&#13;", "&#x0a;", "\t", "\n", "&#10;&#9;"])
@pytest.mark.parametrize(
    "html",
    [
        '<a href="java{0}script:alert(1)">x</a>',
        '<area href="java{0}script:alert(1)">',
        '<img src="java{0}script:alert(1)">',
        '<video src="java{0}script:alert(1)"></video>',
        '<video poster="java{0}script:alert(1)"></video>',
        '<q cite="java{0}script:alert(1)">x</q>',
        '<a href="/{0}/evil.example/">x</a>',
        '<img src="/{0}/evil.example/x.png">',
        '<a href="\\{0}/evil.example/">x</a>',
    ],
)
def test_a_character_that_browsers_drop_deceives_nobody(html: str, mark: str) -> None:
    written = filled(f"<div>\n{html.format(mark)}\n</div>")
    assert "script" not in written
    assert "evil" not in written


@pytest.mark.parametrize(
    "text",
    [
        """<div><a/ title='<img src="x onmouseover=alert(1) x=">'>q</a></div>""",
        """<div><a/ title='<a href="x onmouseover=alert(1) x=">'>q</a></div>""",
        """<div><a/ title="<img src='x onmouseover=alert(1) x='>">q</a></div>""",
        """<div><a/ href='javascript:alert("<img src="x onmouseover=alert(1) x=">")'>q</a></div>""",
        """<div><img/ src='<img src="x onmouseover=alert(1) x=">'></div>""",
        """<div>\n<a/ title='\n\n![x](</x onmouseover=alert(1) x=>) [y](</y onmouseover=alert(1) y=>)\n\n'>q</a></div>""",
        """<div>\n<a/ title='\n\n$x$ `'>q</a>""",
    ],
)
def test_a_stand_in_that_came_into_another_place_is_text(text: str) -> None:
    written = filled(text)
    assert "\0" not in written
    for element in elements(written):
        assert not any(name.startswith("on") for name in element.attributes), written
        assert not element.attributes.get("href", "").startswith("javascript:")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_pieces_of_html_and_markdown_together_run_anything(text: str) -> None:
    written = filled(text)
    for element in elements(written):
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (text, written)
            if name in ("href", "src", "poster", "cite"):
                reading = read(value)
                assert reading.scheme != "javascript", (text, written)
                assert not reading.disguised, (text, written)
    assert "\0" not in written


def test_what_the_sanitiser_takes_out_of_raw_html_is_told() -> None:
    body = SANITIZE.render(
        Document(
            path=SourcePath("a.md"),
            front=FrontMatter(title="t"),
            text='A <a href="java&Tab;script:alert(1)">x</a>\n<img srcset="/a.png 1x, /\\b.example/c.png 2x">',
        )
    )
    assert [(one.rule, one.severity, one.line, one.column, one.length) for one in body.problems] == [
        ("unsafe-url", "warning", 1, 12, 24),
        ("unsafe-url", "warning", 2, 25, 17),
    ]


def test_raw_html_that_passes_is_told_of_only_where_it_leads_to_another_site_in_disguise() -> None:
    body = ALLOW.render(
        Document(
            path=SourcePath("a.md"),
            front=FrontMatter(title="t"),
            text='<a href="javascript:alert(1)">x</a> <a href="/\\evil.example">y</a>',
        )
    )
    assert [(one.rule, one.severity, one.column) for one in body.problems] == [("unsafe-url", "warning", 46)]
    assert "javascript:alert(1)" in body.html
