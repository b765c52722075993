"""CommonMark 0.31.2, example by example: to the letter with every extension off, and each difference with them on."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from markdown_it.common.normalize_url import normalizeLink

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.model import Body

EXAMPLES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("commonmark.json").read_text("utf-8"))
OFF = msgspec.convert(
    {name: False for name in MarkdownOptions.__struct_fields__ if name not in {"html", "macros"}}, MarkdownOptions
)
PLAIN = Renderer(OFF, HighlightOptions())
FULL = Renderer(MarkdownOptions(anchors=False), HighlightOptions())


def rendered(renderer: Renderer, text: str) -> str:
    """Render, put the references' destinations back, and drop the slash of void elements, which HTML does not need."""
    document = Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text)
    body = renderer.render(document)
    return re.sub(r" ?/>", ">", with_destinations(body, text))


def with_destinations(body: Body, text: str) -> str:
    starts = [0, *(match.end() for match in re.finditer(r"\n", text))]

    def destination(match: re.Match[str]) -> str:
        reference = body.references[int(match[1])]
        at = starts[reference.line - 1] + reference.column - 1
        raw = text[max(0, at - 2) : at] in {'="', "='"}  # of raw HTML, which CommonMark leaves as it is written
        url = text[at : at + reference.length] if raw else html.escape(normalizeLink(reference.href))
        return f'src="{url}"' if reference.kind == "image" else url

    return re.sub("\0(\\d+)\0", destination, body.html)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['example']}")
def test_every_example_renders_to_the_letter_with_the_extensions_off(example: dict[str, Any]) -> None:
    assert rendered(PLAIN, example["markdown"]) == re.sub(r" ?/>", ">", example["html"])


def test_the_specification_has_all_of_its_examples() -> None:
    assert len(EXAMPLES) == 652


def as_plain(text: str) -> str:
    """Undo what the dialect does everywhere: frames around listings, ids of headings, figures, curled quotes."""
    text = re.sub(
        r'<div class="listing" data-language="[^"]*"><pre tabindex="0"><code class="language-([^"]*)">',
        r"<pre><code \1>",
        text,
    )
    text = re.sub(r"</code></pre></div>", "</code></pre>", text)
    text = re.sub(r"<code (?:text|[^>]*)>|<code class=\"language-[^\"]*\">", "<code>", text)
    text = re.sub(r"</?span[^>]*>", "", text) if "<pre><code>" in text else text
    text = re.sub(r'(<h[1-6]) id="[^"]*"', r"\1", text)
    text = re.sub(
        r"<figure>(<img[^>]*?) loading=\"lazy\" decoding=\"async\">(?:<figcaption>[^<]*</figcaption>)?</figure>",
        r"<p>\1></p>",
        text,
    )
    text = re.sub(r"(<img[^>]*?) title=\"[^\"]*\"", r"\1", text)
    return re.sub("[“”]", "&quot;", re.sub("[‘’]", "'", text))


def test_with_the_extensions_on_exactly_these_examples_differ() -> None:
    differing = {
        example["example"]
        for example in EXAMPLES
        if as_plain(rendered(FULL, example["markdown"])) != as_plain(re.sub(r" ?/>", ">", example["html"]))
    }
    assert differing == set(DIFFERENCES)


DIFFERENCES: dict[int, str] = {
    55: "three hyphens behind a letter are a dash; a backslash keeps them",
    143: "the info string's startline=3 numbers the lines from 3",
    150: "an element that no browser knows, '<foo>', is text",
    163: "the same, '<Warning>'",
    201: "the same, '<bar>'",
    491: "the same, '<foo bar>' over two lines",
    517: "an image alone in its paragraph is a figure, also inside a link",
    524: "an element that no browser knows is text, and binds as tightly as a tag",
    531: "an image alone in its paragraph, by a reference",
    536: "an element that no browser knows is text, and binds as tightly as a tag",
    602: "an address that no angle brackets link is linked as a bare address",
    608: "the same",
    611: "a bare address is a link, as on GitHub",
    612: "a bare mail address is a link, as on GitHub",
    613: "elements that no browser knows, '<bab>' and '<c2c>', are text",
    614: "the same, '<b2/>'",
    615: "the same",
    623: "the same, '</foo >'",
}
"""Each example that the dialect means to render otherwise, with the reason."""
