"""No word is lost in silence: each word of a post is on its page, or a problem says near its line why it is not.

Generated posts are made of words and of marks in any order. Real ones are tried where PROOFPRESS_CORPORA names a folder
of blogs: none are kept here. Both are read here by plain patterns, so that parser and test can't share an error.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter, Source
from proofpress.paths import SourcePath
from proofpress.rules.texts import faults_in

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = 2
"""Within how many lines a problem is taken to tell of a word."""

UNSEEN = {"script", "style", "template", "noscript", "iframe", "title", "select"}
MEANT_UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|template|noscript|iframe|title|select)\b[^>]*>.*?</\1\s*>|^\[(?://|comment)\]:.*$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)

MARKS = [
    *("*", "**", "_", "`", "```", "```\n", "[", "](", "](x.md)", "]", "![", "{", "}", "{:", "{.a}", "~~", "==", "^", "[[", "]]"),
    *(":::", ":::note ", "> ", "> [!NOTE] ", "- ", "1. ", "# ", "## ", "| ", "\n|---|---|\n", ": ", "    ", "\t", "  \n"),
    *("\n", "\n\n", "\n---\n", "\n===\n", "+++", "[^1]", "[^1]:", "[x]: ", "]: ", "&amp;", "\\", "{%", "%}", "{{", "}}", "'", '"'),
    *("$", "$$", "\\(", "\\[", "<https://", "http://", "@x.org", '```py title="', "<", "</", "<?", "<!X", "<!--", "-->"),
    *("<div>", "</div>", "<b>", "</b>", "<x-y>", "<T>", "<details>", "<summary>", "</summary>", "</details>", "<table>", "<svg>"),
    *("<script>", "</script>", "<style>", "<textarea>", "<title>", "<iframe>", "<select>", "<math>", "<noscript>", "<template>"),
    *('<a href="', '">', '<img alt="', "<p hidden>"),
]  # fmt: skip

RENDERER = Renderer(MarkdownOptions(anchors=False), HighlightOptions())


class Page(HTMLParser):
    """What a page shows, and what its attributes say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.said: list[str] = []
        self.hidden = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in UNSEEN
        self.said += [tag, *(f"{name} {value or ''}" for name, value in attrs)]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in UNSEEN and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.shown.append(data)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def page_and_told(document: Document) -> tuple[str, set[int], int]:
    """Return the letters of a document's page, the lines that problems tell of, and from which on all are told of."""
    text = RENDERER.parse(document)
    body = RENDERER.write(text)
    page = Page(body.html)
    parts = ("".join(page.shown), *page.said, repr(body.references), text.title or "")
    problems = [*body.problems, *faults_in(text, document.path)]
    told = {line for found in problems for line in range(found.line - NEAR, found.line + NEAR + 1)}
    open_from = min((found.line for found in problems if found.rule == "unclosed-element"), default=10**9)
    return "\n".join(letters(part) for part in parts), told, open_from


@given(st.lists(st.one_of(st.just("word"), st.sampled_from(MARKS), st.just(" ")), min_size=2, max_size=24))
@example(["<?", "word", " "])
@example(["word", "<!X", " ", "word", ">", "word"])
@example(["[x]: ", "word", "\n", "[x]: ", "word"])
@example(["<div>", "</", " ", "word", ">", "</div>"])
def test_no_word_of_a_generated_post_is_lost_in_silence(pieces: list[str]) -> None:
    text = "".join(f"zq{number}v" if piece == "word" else piece for number, piece in enumerate(pieces)) + "\n"
    page, told, open_from = page_and_told(
        Document(path=SourcePath("a.md"), front=FrontMatter(title="t"), text=text, first_line=1)
    )
    read_here = MEANT_UNSEEN.sub(lambda found: "\n" * found[0].count("\n"), text)
    lost = [
        (line, word)
        for line, words in enumerate(read_here.split("\n"), 1)
        for word in re.findall(r"zq\d+v", words)
        if word not in page and line not in told and line < open_from
    ]
    assert not lost, text


CORPORA = os.environ.get("PROOFPRESS_CORPORA")

CONSUMED = re.compile(
    r"\\(?:begin|end|textcolor|color|label|hspace|vspace)\*?\{[^}]*\}|\\[A-Za-z]+|\]\[[^\]]*\]|^[\s>]*\[[^\]]+\]:|\btitle=|\[\^[^\]]+\]"
)
"""What is taken for what it does: commands of TeX, labels of links and footnotes, the name of an option."""
FENCED = re.compile(r"^[ \t>]*(?:[-*+] +)?`{3,}[\w+-]*", re.MULTILINE)


def posts() -> Iterator[Path]:
    return (path for path in sorted(Path(CORPORA or "").rglob("*")) if path.suffix in {".md", ".markdown"})


@pytest.mark.skipif(not CORPORA, reason="PROOFPRESS_CORPORA names no folder of blogs")
def test_no_word_of_a_real_post_is_lost_in_silence() -> None:
    tried, lost = 0, []
    for path in posts():
        source = Source(SourcePath("content/posts/a.md"), path.read_bytes())
        document = read(source, zone=dt.UTC, taxonomies=(), authors=())
        tried += 1
        page, told, open_from = page_and_told(document)
        text = MEANT_UNSEEN.sub(lambda found: "\n" * found[0].count("\n"), FENCED.sub("", document.text))
        unused = any(found.rule == "unused-reference" for found in faults_in(RENDERER.parse(document), source.path))
        for number, line in enumerate(text.split("\n"), document.first_line):
            if number in told or number >= open_from or (unused and re.match(r"[\s>]*\[[^\]]+\]:", line)):
                continue
            words = re.findall(r"[^\W\d_]{4,}", unescape(CONSUMED.sub(" ", line)))
            lost += [f"{path}:{number}: {word}" for word in words if letters(word) not in page]
    assert tried
    assert not lost, "\n".join(lost)
