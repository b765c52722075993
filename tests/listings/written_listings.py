"""Listings as they are written into a page, and read back from it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.problems import Problem

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())
CODE = "a = 1\nb = 2\nc = 3\nd = 4\n"


def render(text: str) -> Body:
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))


def listing(info: str, code: str = CODE) -> Body:
    return render(f"```{info}\n{code}```\n")


def lines(html: str) -> list[tuple[str, str, str]]:
    """Give each line's element, its classes beside `line`, and its text."""
    found = re.findall(r'<(span|ins|del) class="line ?([^"]*)"[^>]*>(.*?)\n</\1>', html, re.DOTALL)
    return [(element, classes, text_of(inside)) for element, classes, inside in found]


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def pointed_at(problem: Problem, text: str) -> str:
    return text.split("\n")[problem.line - 1][problem.column - 1 :][: problem.length]
