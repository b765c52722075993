"""What GitHub's own library makes of a text, and what is made here: each difference is of a class that is listed.

The texts are this repository's posts and documents, and the blogs in the folder that PROOFPRESS_CORPORA names.
Extensions that GitHub has not are off. Compared are tags, words and the attributes that carry meaning; not where links
lead, which the site decides later, and not what a listing's frame and colours are made of.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cmarkgfm
import msgspec
import pytest
from cmarkgfm.cmark import Options

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.elements import HTML
from proofpress.markdown.renderer import Renderer
from proofpress.model import Source
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REPOSITORY = Path(__file__).parents[2]
GITHUB_HAS = {"tables", "strikethrough", "task_lists", "autolinks"}
RENDERER = Renderer(
    msgspec.convert(
        {name: name in GITHUB_HAS for name in MarkdownOptions.__struct_fields__ if name not in {"html", "macros"}},
        MarkdownOptions,
    ),
    HighlightOptions(),
)
TELLING = {"title", "alt", "start", "type", "checked"}
SAME_ELEMENT = {"s": "del"}
FRAMES = {"div", "figure", "figcaption"}
EMPTY = {"br", "hr", "img", "input", "source"}


class Events(HTMLParser):
    """A page as tags and words, in order. Of a listing, only the code; the frames around it, around tables and tabs are none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.data = ""
        self.listing = False
        self.open: list[bool] = []  # of each figure, caption and div, whether it is a frame
        self.caption = 0
        self.feed(html)
        self.close()
        self._end_of_text()

    def _end_of_text(self) -> None:
        self.found += self.data.split()
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.listing:
            return
        self._end_of_text()
        if tag in FRAMES:
            kind = (dict(attrs).get("class") or "").partition(" ")[0]
            self.open.append(
                kind in {"listing", "table", "tab", "tabs"} or (tag == "figcaption" and self.open[-1:] == [True])
            )
            if self.open[-1]:
                self.caption = len(self.found)
                return
        self.listing = tag == "pre"
        tag = SAME_ELEMENT.get(tag, tag)
        told = sorted(f" {name}={' '.join((value or '').split())}" for name, value in attrs if name in TELLING)
        self.found.append(f"<{tag}{''.join(told)}>")

    def handle_endtag(self, tag: str) -> None:
        if self.listing and tag != "pre":
            return
        self._end_of_text()
        self.listing = False
        if tag in EMPTY or (tag in FRAMES and self.open and self._ends_frame(tag)):
            return
        self.found.append(f"</{SAME_ELEMENT.get(tag, tag)}>")

    def _ends_frame(self, tag: str) -> bool:
        if tag == "figcaption" and self.open[-1]:
            del self.found[self.caption :]
        return self.open.pop()

    def handle_data(self, data: str) -> None:
        self.data += data


class Difference(NamedTuple):
    """What stands only here, and only there, with the text."""

    ours: Sequence[str]
    theirs: Sequence[str]
    source: str


def unknown_element(found: Difference) -> bool:
    tags = [tag for tag in found.theirs if (name := re.match(r"</?([\w-]+)", tag)) and name[1] not in HTML]
    words = re.sub(r"[\s<>/]", "", "".join(found.ours))
    return bool(tags) and all(re.sub(r"\W", "", tag) in re.sub(r"\W", "", words.lower()) for tag in tags)


CLASSES: dict[str, Callable[[Difference], bool]] = {
    "a name that no element has is text here, since its words would be lost": unknown_element,
    "GitHub's pages draw boxes of tasks in quotes as well, which the library alone does not": lambda it: (
        it.ours in (["<input type=checkbox>"], ["<input checked= type=checkbox>"])
        and "".join(it.theirs).lower() in {"[]", "[x]"}
        and re.search(r"^ *>.*[-*+] \[[ xX]\]", it.source, re.MULTILINE) is not None
    ),
    "the library makes a link of an address inside a link": lambda it: (
        not it.ours
        and it.theirs in (["<a>"], ["</a>"])
        and re.search(r"<a [^>]*>(?:[^<]*\w@|https?:)|\[https?:", it.source) is not None
    ),
    "a tag behind a list's words goes on with them, as the specification since 0.30 has it of a lazy line": lambda it: (
        [*it.ours, *it.theirs] == ["<br>"] and re.search(r"^[ ]+<br>", it.source, re.MULTILINE) is not None
    ),
    "the mark of a note on a line is a button, which stands in no comment": lambda it: (
        len(it.theirs) > 2
        and re.fullmatch(r"\(\d+\)!", it.theirs[-1]) is not None
        and "".join(it.ours) == it.theirs[0] + it.theirs[-1][1:-2]
    ),
    "a listing that is a tab stands below its label": lambda it: (
        not it.theirs
        and it.ours[0] == "<p>"
        and it.ours[-1] == "</p>"
        and f'tab="{" ".join(it.ours[1:-1])}"' in it.source
    ),
    "behind the last of its steps a file stands as a whole": lambda it: (
        not it.theirs
        and list(it.ours[:2]) == ["<details>", "<summary>"]
        and list(it.ours[-2:]) == ["</pre>", "</details>"]
        and " step of=" in it.source
        and all(word in it.source for word in it.ours[it.ours.index("<pre>") + 1 : -2])
    ),
    "a no-break space between attributes is taken for a blank, as markdown-it has it": lambda it: (
        bool(it.ours) and it.ours[0].startswith("<") and re.search(r"<[\w-]+ [^>]*\xa0", it.source) is not None
    ),
}
"""What differs, by the reason."""


def differences(path: Path) -> Iterator[Difference]:
    source = Source(SourcePath("content/posts/a.md"), path.read_bytes())
    document = read(source, zone=dt.UTC, taxonomies=(), authors=())
    document = msgspec.structs.replace(document, front=msgspec.structs.replace(document.front, title="t"))
    ours = Events(re.sub("\0\\d+\0", "u", RENDERER.render(document).html)).found
    extensions = ["table", "strikethrough", "autolink", "tasklist"]
    html = cmarkgfm.markdown_to_html_with_extensions(document.text, Options.CMARK_OPT_UNSAFE, extensions)
    theirs = Events(html).found
    if ours != theirs:
        for kind, begin, end, there, until in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if kind != "equal":
                yield Difference(ours[begin:end], theirs[there:until], document.text)


def unlisted(path: Path) -> list[str]:
    return [
        f"{path}: {list(found.ours)} is {list(found.theirs)} there"
        for found in differences(path)
        if not any(belongs(found) for belongs in CLASSES.values())
    ]


@pytest.mark.parametrize("folder", ["content", "docs"])
def test_the_own_texts_are_read_as_github_reads_them(folder: str) -> None:
    texts = sorted((REPOSITORY / folder).rglob("*.md"))
    assert texts
    assert [told for path in texts for told in unlisted(path)] == []


CORPORA = os.environ.get("PROOFPRESS_CORPORA")


@pytest.mark.skipif(not CORPORA, reason="PROOFPRESS_CORPORA names no folder of blogs")
def test_real_posts_are_read_as_github_reads_them() -> None:
    texts = [path for path in sorted(Path(CORPORA or "").rglob("*")) if path.suffix in {".md", ".markdown"}]
    assert texts
    told = [line for path in texts for line in unlisted(path)]
    assert not told, "\n".join(told)
