"""Raw HTML: passed, shown as text, or sanitised."""

from __future__ import annotations

import sys

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.problems import MissingExtra
from proofpress.render.markdown import Renderer

SANITIZE = Renderer(MarkdownOptions(html="sanitize"), HighlightOptions())
ESCAPE = Renderer(MarkdownOptions(html="escape"), HighlightOptions())
ALLOW = Renderer(MarkdownOptions(), HighlightOptions())


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
