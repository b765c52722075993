"""`<!-- proofpress: allow RULE -->`: its rules are silent in the next block and nowhere else, and nothing of it is seen."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.renderer import Renderer
from proofpress.model import Source
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from proofpress.builder.build import Built

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
POST = "content/posts/2026-03-02-tiling.md"
VAGUE = "Click [here](https://example.org/a)."


def built(root: Path, *texts: str, checks: bool = True) -> Built:
    """Build a site with these posts, `content/posts/0.md` and so on."""
    posts = root / "content/posts"
    posts.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (posts / f"{number}.md").write_text(f"---\ntitle: Tiling\ndate: 2026-03-02\n---\n\n{text}\n", "utf-8")
    (root / "site.yaml").write_text("title: Notes\nurl: https://me.example.net/\n", "utf-8")
    return build(Options(root=root, now=NOW, checks=checks))


def told(built: Built, number: int = 0) -> list[tuple[int, str]]:
    """Return the lines below front matter, from 1, and the rules of what is told of a post."""
    return [(found.line - 5, found.rule) for found in built.problems if found.path == f"content/posts/{number}.md"]


SILENT = {
    "a paragraph directly below": f"<!-- proofpress: allow vague-link -->\n{VAGUE}",
    "a paragraph behind a blank line": f"<!-- proofpress: allow vague-link -->\n\n{VAGUE}",
    "several rules": f"<!-- proofpress: allow no-alternative, vague-link -->\n{VAGUE} ![](https://example.org/a.svg)",
    "without blanks": f"<!--proofpress:allow vague-link-->\n{VAGUE}",
    "two comments": (
        "<!-- proofpress: allow no-alternative -->\n<!-- proofpress: allow vague-link -->\n"
        f"{VAGUE} ![](https://example.org/a.svg)"
    ),
    "the whole of a list": f"<!-- proofpress: allow vague-link -->\n- One.\n- {VAGUE}\n\n  {VAGUE}",
    "within an item": f"- One.\n\n  <!-- proofpress: allow vague-link -->\n  {VAGUE}",
    "within a quote": f"> <!-- proofpress: allow vague-link -->\n> {VAGUE}",
    "a table": f"<!-- proofpress: allow vague-link -->\n| a |\n|---|\n| {VAGUE} |",
    "a listing": "<!-- proofpress: allow listing-syntax -->\n```python\nfor tile in tiles\n```",
    "a heading": "<!-- proofpress: allow skipped-level -->\n#### Deep",
    "a definition of a link": "<!-- proofpress: allow unused-reference -->\n[a]: https://example.org/a",
    "a link that only the site knows broken": "<!-- proofpress: allow broken-link -->\nSee [it](tilling.md).",
    "what is counted together": "<!-- proofpress: allow unused-attribute -->\nA `b`{#c} and `d`{onclick=e} and `f`{onclick=g}.",
}


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tmp_path_factory.mktemp("silent"), *SILENT.values())


@pytest.mark.parametrize("number", range(len(SILENT)), ids=SILENT)
def test_its_rules_are_silent_in_the_next_block(number: int, silent: Built) -> None:
    assert told(silent, number) == []


LOUD = {
    "another block": (f"<!-- proofpress: allow vague-link -->\n{VAGUE}\n\n{VAGUE}", [(4, "vague-link")]),
    "one before it": (f"{VAGUE}\n\n<!-- proofpress: allow vague-link -->\n{VAGUE}", [(1, "vague-link")]),
    "another rule": (
        f"<!-- proofpress: allow no-alternative -->\n{VAGUE}",
        [(1, "unused-allowance"), (2, "vague-link")],
    ),
    "what follows the list in whose item it stands": (
        f"- One.\n\n  <!-- proofpress: allow vague-link -->\n\n{VAGUE}",
        [(3, "unused-allowance"), (5, "vague-link")],
    ),
    "a name that is no rule": (
        f"<!-- proofpress: allow vague-links -->\n{VAGUE}",
        [(1, "unused-allowance"), (2, "vague-link")],
    ),
    "no name": (f"<!-- proofpress: allow -->\n{VAGUE}", [(1, "unused-allowance"), (2, "vague-link")]),
    "no block": ("A sentence.\n\n<!-- proofpress: allow vague-link -->", [(3, "unused-allowance")]),
    "an error that keeps the site whole": (
        "<!-- proofpress: allow outside-site -->\nA sentence.",
        [(1, "unused-allowance")],
    ),
    "among words": (
        f"Look: <!-- proofpress: allow vague-link --> {VAGUE}",
        [(1, "unused-allowance"), (1, "vague-link")],
    ),
    "another word": (
        f"<!-- proofpress: ignore vague-link -->\n\n{VAGUE}",
        [(1, "unused-allowance"), (3, "vague-link")],
    ),
    "in a listing": (f"```text\n<!-- proofpress: allow vague-link -->\n```\n\n{VAGUE}", [(5, "vague-link")]),
}


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(tmp_path_factory.mktemp("loud"), *(text for text, _ in LOUD.values()))


@pytest.mark.parametrize("number", range(len(LOUD)), ids=LOUD)
def test_what_it_does_not_speak_of_is_told_and_so_is_an_allowance_that_silences_nothing(
    number: int, loud: Built
) -> None:
    assert told(loud, number) == [*LOUD.values()][number][1]


def test_of_faults_that_are_told_together_those_elsewhere_are_counted(tmp_path: Path) -> None:
    others = "\n\n".join([VAGUE] * 3)
    (found,) = built(tmp_path, f"{VAGUE}\n\n<!-- proofpress: allow vague-link -->\n{others}").problems
    assert (found.line, found.hint.partition(" (")[2]) == (6, "and 2 more places in this file)")


def test_a_build_is_silent_too_and_leaves_it_to_check_what_is_unused(tmp_path: Path) -> None:
    wrong = "<section>\nWords."
    allowed = "<!-- proofpress: allow unclosed-element -->\n"
    site = built(tmp_path, wrong, allowed + wrong, f"{allowed}A sentence.", checks=False)
    assert [told(site, number) for number in range(3)] == [[(1, "unclosed-element")], [], []]


def test_nothing_of_it_is_in_the_markdown_that_is_published(tmp_path: Path) -> None:
    text = f"<!-- proofpress: allow vague-link -->\n{VAGUE}\n\n```text\n<!-- proofpress: allow in-a-listing -->\n```"
    built(tmp_path, f"{text}\n\n> <!-- proofpress: allow vague-link -->\n> {VAGUE}")
    with (tmp_path / "site.yaml").open("a", encoding="utf-8") as settings:
        settings.write("twins: true\n")
    made = build(Options(root=tmp_path, now=NOW)).made
    (twin,) = [one.read().decode() for path, one in made.items() if path.startswith("posts/") and path.endswith(".md")]
    assert re.findall("proofpress: allow [a-z-]+", twin) == ["proofpress: allow in-a-listing"]
    assert VAGUE in twin
    assert f">\n> {VAGUE}" in twin


@pytest.mark.parametrize("html", ["allow", "escape", "sanitize"])
@pytest.mark.parametrize(
    "text",
    [
        "A line\n{}\nand another.",
        "# A title\n\n{}\n\n- a\n- b",
        "- a\n\n  {}\n- b",
        "{}\n[a]: https://example.org/\n\n[a]",
        "> a\n{}",
    ],
)
def test_nothing_of_it_is_on_the_page_and_lines_part_as_at_any_comment(
    text: str, html: Literal["allow", "escape", "sanitize"]
) -> None:
    def rendered(comment: str, html: Literal["allow", "escape", "sanitize"]) -> str:
        source = Source(SourcePath(POST), text.format(comment).encode())
        own = read(source, zone=dt.UTC, taxonomies=(), authors=())
        return Renderer(MarkdownOptions(html=html), HighlightOptions()).render(own).html

    allowed = rendered("<!-- proofpress: allow vague-link -->", html)
    assert "proofpress" not in allowed
    plain = rendered("<!-- another -->", "allow").replace("<!-- another -->", "")
    assert allowed.split() == plain.split()
