"""The guide to writing: what it shows is what is built, and the page of this site is the document of the repository."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
DOCUMENT = REPOSITORY / "docs/writing.md"
PAGE = REPOSITORY / "content/writing.md"
EXAMPLE = re.compile(r"^(`{3,})markdown\n(.*?)^\1\n\n(.*?)(?=^`{3,}markdown\n|\Z)", re.MULTILINE | re.DOTALL)


def test_the_page_of_this_site_is_the_document_of_the_repository() -> None:
    title = "# How a post is written\n"
    document = DOCUMENT.read_text("utf-8")
    assert document.startswith(title)
    assert PAGE.read_text("utf-8").partition("\n---\n")[2] == document.removeprefix(title)


def test_what_a_source_gives_stands_right_behind_it() -> None:
    examples = EXAMPLE.findall(DOCUMENT.read_text("utf-8"))
    assert len(examples) > 8
    for _, source, behind in examples:
        assert behind.startswith(source), source
