"""Diagrams in posts: drawn where they are written, once, and the law over them."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import pytest
from law_site import LawSite, copied

from proofpress.builder.versions import code_version
from proofpress.diagrams import drawing

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.diagrams.svg import Drawing

pytest.importorskip("merman", reason="merman has no wheel for this machine")

SETTINGS: Final = "title: Diagrams\nurl: https://me.example/\nhosting: netlify\n"
GRAPH: Final = 'digraph {\n  a -> b [color="#f00"]\n}\n'
POST: Final = f"""\
---
title: Drawn
date: 2026-01-01
---

Words.

```mermaid title="The *way*" alt="From one to two"
flowchart LR
  a[One] --> b[Two]
```
{{: #way .mine }}

- In a list

  ```dot
  digraph {{
    a -> -> b
  }}
  ```

```dot
{GRAPH}```
"""
FILES: Final = {
    "site.yaml": SETTINGS,
    "content/posts/drawn.md": POST,
    "content/posts/other.md": "---\ntitle: Other\ndate: 2026-01-02\n---\n\nWords.\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    site = LawSite(tmp_path_factory.mktemp("diagrams")).write(FILES)
    site.check()
    return site


@pytest.fixture
def site(made: LawSite, tmp_path: Path) -> LawSite:
    return copied(made, tmp_path / "site")


def page(site: LawSite) -> str:
    return site.text("public/posts/drawn/index.html")


def test_a_diagram_is_a_figure_with_its_title_and_its_words(made: LawSite) -> None:
    html = page(made)
    figure = re.search(r'<figure class="diagram mine" id="way">(.*?)</figure>', html, re.DOTALL)
    assert figure
    assert '<svg role="img" aria-label="From one to two" viewBox=' in figure[1]
    assert "<figcaption>The *way*</figcaption>" in figure[1]
    assert html.count('<figure class="diagram') == 2
    assert "flowchart LR" not in html
    assert 'style="' not in html
    assert "style-src" not in made.text("public/_headers")


def test_an_error_is_told_at_its_line_of_the_post_and_the_text_is_shown(made: LawSite) -> None:
    found = made.clean().problems
    assert [(p.rule, p.line, p.excerpt.strip()) for p in found] == [("broken-diagram", 18, "a -> -> b")]
    assert 'data-language="dot"' in page(made)


def test_readers_of_feeds_get_one_colour_each(made: LawSite) -> None:
    feed = made.text("public/feed.xml")
    assert "viewBox" in feed
    assert "light-dark" not in feed
    assert "#ff0000" in feed


def test_a_diagram_is_drawn_once_and_again_when_its_post_changes(
    site: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    count: list[str] = []
    whole = drawing.draw

    def counted(kind: str, source: str, before: int) -> Drawing | drawing.Flaw:
        count.append(kind)
        return whole(kind, source, before)

    monkeypatch.setattr(drawing, "draw", counted)
    site.update()
    site.swap("content/posts/other.md", "Words.", "Other words.")
    site.update()
    assert count == []
    site.swap("content/posts/drawn.md", "Words.", "Other words.")
    site.update()
    assert count == ["mermaid", "dot", "dot"]


def test_another_version_of_what_draws_is_another_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_version().digest
    (tmp_path / "merman-99.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert code_version().digest != before


def test_without_the_extra_the_text_is_shown_and_the_fence_says_what_is_missing(
    site: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "merman", None)
    built = site.clean()
    found = [(p.rule, p.line) for p in built.problems]
    assert found == [("missing-extra", 8), ("broken-diagram", 18)]
    assert built.problems[0].column == len("```") + 1
    assert "pip install 'proofpress[diagrams]'" in built.problems[0].hint
    (html,) = (data.decode() for path, data in built.outputs.items() if path == "posts/drawn/index.html")
    assert "flowchart LR" in html


def test_what_is_missing_is_told_once_a_page_with_how_many_more_fences_lack_it(
    site: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "merman", None)
    fences = "\n".join(["```mermaid\npie\n```\n"] * 3)
    allowed = f"<!-- proofpress: allow missing-extra -->\n{fences}"
    site.write({"content/posts/other.md": f"# Other\n\n{fences}", "content/posts/third.md": f"# Third\n\n{allowed}"})
    found = [(p.path, p.line, p.hint[-34:]) for p in site.clean().problems if p.rule == "missing-extra"]
    assert found[1:] == [
        ("content/posts/other.md", 3, "yaml (and 2 more places in this file)"[-34:]),
        ("content/posts/third.md", 8, "yaml (and 1 more place in this file)"[-34:]),
    ]


def test_with_diagrams_off_the_text_is_shown_and_where_html_is_cleaned_they_are_drawn_all_the_same(
    site: LawSite,
) -> None:
    site.write({"site.yaml": SETTINGS + "markdown: {diagrams: false}\n"})
    assert site.update().problems == []
    assert "flowchart" in page(site)
    site.write({"site.yaml": SETTINGS + "markdown: {html: sanitize}\n"})
    site.update()
    assert page(site).count("<svg ") >= 2
    assert "From one to two" in page(site)
