"""What blocks and words are read from: made in another way than markdown-it makes it, and the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from proofpress.markdown.blocks import BlockText
from proofpress.markdown.dialect import Markdown
from proofpress.markdown.tokens import QuickToken

LINES = ("bMarks", "eMarks", "tShift", "sCount", "bsCount", "lineMax", "line")
TEXTS = st.lists(st.sampled_from(["a", " ", "\t", "\n", "  ", "> ", "- ", "\n\n", "\x0b", "é"]), min_size=1).map(
    "".join
)
MD = MarkdownIt()


@given(TEXTS, st.data())
def test_the_lines_of_a_text_are_those_of_markdown_it(text: str, data: st.DataObject) -> None:
    theirs, ours = StateBlock(text, MD, {}, []), BlockText(text, MD, {}, [])
    assert {name: getattr(ours, name) for name in LINES} == {name: getattr(theirs, name) for name in LINES}
    if ours.lineMax:
        begin = data.draw(st.integers(0, ours.lineMax - 1))
        cut = (
            begin,
            data.draw(st.integers(begin, ours.lineMax)),
            data.draw(st.integers(0, 4)),
            data.draw(st.booleans()),
        )
        assert ours.getLines(*cut) == theirs.getLines(*cut)


def test_a_token_made_quickly_is_like_any_other() -> None:
    given: dict[str, Any] = {
        "attrs": [["a", "b"]],
        "map": [1, 2],
        "level": 1,
        "children": [],
        "content": "c",
        "markup": "d",
    }
    given |= {"info": "e", "meta": {"f": 1}, "block": True, "hidden": True}
    assert QuickToken("x", "y", 1).as_dict() == Token("x", "y", 1).as_dict()
    assert QuickToken("x", "y", 1, **given).as_dict() == Token("x", "y", 1, **given).as_dict()
    assert QuickToken("x", "y", 1).copy(content="z").content == "z"
    assert QuickToken("x", "y", 1).meta is not QuickToken("x", "y", 1).meta


DEFINITIONS = st.lists(
    st.sampled_from(["[a]: b", "[A  c]:/d ", "[a]:", "[", "]", ":", " ", "    ", "\n", "\n\n", "'t'", '"u"', "(v)", "<w>", "&amp;", "\\", "> ", "- ", "é", "x"]),
    min_size=1,
).map("".join)  # fmt: skip


@given(DEFINITIONS)
def test_the_definitions_of_a_text_are_those_of_markdown_it(text: str) -> None:
    theirs: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    plain = MarkdownIt("commonmark").disable("inline")
    plain.parse(text, theirs)
    extended = Markdown(frozenset(), html=True)
    extended.block.parse(text, extended, ours, [])
    destinations = {label: plain.normalizeLink(each["href"]) for label, each in ours.get("references", {}).items()}
    assert destinations == {label: each["href"] for label, each in theirs.get("references", {}).items()}
    for name in ("title", "map"):
        assert [each[name] for each in ours.get("references", {}).values()] == [
            each[name] for each in theirs.get("references", {}).values()
        ]
    assert [each["map"] for each in ours.get("duplicate_refs", ())] == [
        each["map"] for each in theirs.get("duplicate_refs", ())
    ]
