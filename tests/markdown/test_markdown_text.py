"""A text outlives its writing: what it holds, with places, for who knows nothing of markdown-it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.renderer import Renderer
from proofpress.markdown.runs import GAP
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.markdown.text import Text

CONTENT = Path(__file__).parents[2] / "content"
RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def document(text: str, *, title: str | None = "t", first_line: int = 1) -> Document:
    return Document(path=SourcePath("a.md"), front=FrontMatter(title=title), text=text, first_line=first_line)


def parsed(text: str, *, title: str | None = "t", first_line: int = 1) -> Text:
    return RENDERER.parse(document(text, title=title, first_line=first_line))


def misplaced(text: Text) -> list[tuple[str, int]]:
    """Give the characters of a text's runs that do not stand where their place says."""
    wrong = []
    for run in text.runs:
        for offset, character in enumerate(run.text):
            place = run.place(offset)
            if not character.isspace() and character != GAP:
                found = text.line(place.line)[place.column - 1 : place.column]
                if found != character:
                    wrong.append((run.text, offset))
    return wrong


@pytest.mark.parametrize("path", sorted(CONTENT.rglob("*.md")), ids=lambda path: path.stem)
def test_a_text_can_be_written_again_to_the_same_body(path: Path) -> None:
    text = parsed(path.read_text("utf-8"), title=None)
    assert RENDERER.write(text) == RENDERER.write(text)


def test_a_text_with_all_that_writing_settles_can_be_written_again() -> None:
    text = parsed(
        '# A {#x}\n\n## A\n\n[![p](a.png "T"){width=3}](b.md){#x}\n\nx[^n] y[^n] `c`{#x}\n\n[^n]: z[^m]\n\n[^m]: w\n\n'
        '```py {#x}\n1\n```\n\n$$\na\n$$\n\n"q" <a id="r" href="c.md">s</a>\n'
    )
    first = RENDERER.write(text)
    assert RENDERER.write(text) == first == RENDERER.render(document(text.source))
    assert len(set(first.anchors)) == len(first.anchors)


def test_what_is_wrong_with_the_structure_is_known_without_writing() -> None:
    text = parsed("a [^x]\n\n[^y]: b\n\n| a |\n|--|\n| 1 | 2 |\n\n> [!NOPE]\n> c\n\n[d](javascript:e)\n\n```py nope\nf")
    assert sorted(found.rule for found in text.findings) == [
        "listing-options", "lost-cells", "unclosed-fence", "undefined-footnote", "unknown-alert", "unsafe-url",
        "unused-footnote",
    ]  # fmt: skip


def test_a_run_shows_what_was_read_as_text_and_a_gap_for_all_else() -> None:
    (run,) = parsed('a **b** `**c**` $d^2$ \\*\\*e ![f](g.png) <b>h</b> <https://i.example/> "j" &lt;k **l').runs
    assert run.text == f'a b {GAP} {GAP} {GAP}{GAP}e {GAP} {GAP}h{GAP} {GAP} "j" {GAP}k **l'
    assert [piece.kind for piece in run.pieces if piece.shown == GAP] == [
        "code", "formula", "escape", "escape", "image", "html", "html", "address", "entity",
    ]  # fmt: skip


def test_a_run_knows_what_block_it_is_the_words_of_and_what_holds_it() -> None:
    runs = parsed("# T\n\n> - a\n\n| b |\n|--|\n\nc\n: d\n\ne[^1]\n\n[^1]: f", title=None).runs
    assert [(run.kind, run.within, run.text.strip(GAP)) for run in runs] == [
        ("heading", (), "T"),
        ("paragraph", ("quote", "list", "item"), "a"),
        ("cell", ("table", "thead", "tr"), "b"),
        ("term", ("definitions",), "c"),
        ("paragraph", ("definitions", "definition"), "d"),
        ("paragraph", (), "e"),
        ("paragraph", (), "f"),
    ]


@pytest.mark.parametrize("path", sorted(CONTENT.rglob("*.md")), ids=lambda path: path.stem)
def test_every_character_of_a_run_stands_at_its_place(path: Path) -> None:
    assert misplaced(parsed(path.read_text("utf-8"), title=None)) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "a", "bc", " ", " ", "\n", "*", "**", "`", "``", "[", "](", ")", "](u)", "](u){.c}", "![", "~~", "\\", "\\*",
                "<b>", "</b>", "<https://x.example>", "https://y.example", "'", '"', "{", "}", "$", "$x$", "m@n.example", "[^f]", "&",
            ]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_every_character_of_any_paragraph_stands_at_its_place(parts: list[str]) -> None:
    assert misplaced(parsed("z" + "".join(parts) + "\n\n[^f]: g", first_line=4)) == []


def test_links_tell_where_they_lead_and_where_that_is_written() -> None:
    text = parsed(
        '[a *b*](c.md "d") ![e](f.png) [g][h] <https://i.example/> www.j.example\n\n[h]: <k.md>\n', first_line=3
    )
    assert [(link.href, link.image, link.text, link.title) for link in text.links] == [
        ("c.md", False, "a b", "d"),
        ("f.png", True, "e", ""),
        ("k.md", False, "g", ""),
        ("https://i.example/", False, "https://i.example/", ""),
        ("http://www.j.example", False, "www.j.example", ""),
    ]
    written = [text.line(at.line)[at.column - 1 :][: at.length] for at in (link.place for link in text.links)]
    assert written == ["c.md", "f.png", "k.md", "https://i.example/", "www.j.example"]


def test_listings_tell_their_options_and_the_places_of_their_code() -> None:
    text = parsed('> ```py title="t.py" nope\n> a\n>   b\n> ```\n\n    c\n', first_line=5)
    fenced, indented = text.listings
    (slip,) = fenced.options.slips
    assert (fenced.options.title, fenced.code, indented.code) == ("t.py", "a\n  b\n", "c\n")
    assert (fenced.fenced, indented.fenced) == (True, False)
    for place, expected in [
        (fenced.info_place(slip.at), "nope"),
        (fenced.place(fenced.code.index("b")), "b"),
        (indented.place(), "c"),
    ]:
        assert text.line(place.line)[place.column - 1 :] == expected


def test_headings_tell_their_ids_and_which_became_the_title() -> None:
    text = parsed("# T\n\n## A\n\nA\n---\n\n# T {#u}\n", title=None)
    told = [(found.level, found.id, found.text, found.place.line, found.title) for found in text.headings]
    assert told == [(1, "", "T", 1, True), (2, "a", "A", 3, False), (2, "a-1", "A", 5, False), (1, "u", "T", 8, False)]


def test_raw_html_and_formulas_have_places() -> None:
    text = parsed("a <b>c</b>\n\n<div>\nd\n</div>\n\n$x$ and\n\n$$\ny\n$$\n")
    assert [(piece.html, piece.block, piece.place().line, piece.place().column) for piece in text.html] == [
        ("<b>", False, 1, 3),
        ("</b>", False, 1, 7),
        ("<div>\nd\n</div>\n", True, 3, 1),
    ]
    assert [(found.tex.strip(), found.display, found.place(0).line) for found in text.formulas][:1] == [("x", False, 7)]


def test_blocks_tell_their_lines() -> None:
    blocks = parsed("> a\n\n```py\nb\n```\n", first_line=2).blocks
    assert [(block.kind, block.within, block.first, block.last, block.info) for block in blocks] == [
        ("quote", (), 2, 2, ""),
        ("paragraph", ("quote",), 2, 2, ""),
        ("listing", (), 4, 6, "py"),
    ]
