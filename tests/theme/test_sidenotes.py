"""Footnotes: beside the text at their marks in a wide window, at the end of the page in a narrow one and on paper."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING, Any

import pytest
from theme_site import outputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SETTINGS = "title: Mine\nurl: https://me.example/\n"
LONG = "A long one that goes on. " * 20
CROWDED = f"""
First[^a], second[^b] and third[^c] in one paragraph, and the first once more[^a].

- An item with a note[^item].

![A square](square.svg){{.wide}}

A paragraph before a listing[^last].

```python
{"x = 1  # " + "y" * 60}
```

```output
1
```

A formula follows: $$ x = y $$

[^a]: {LONG}
[^b]: With *emphasis*, `code` and a [link](https://a.example/).
[^c]: {LONG}
[^item]: Short.
[^last]: {LONG}
"""
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"/>'
HERE = "(e) => e.checkVisibility()"


def page_of(root: Path, text: str, more: str = "") -> str:
    """Return the page that a text becomes."""
    files = {"site.yaml": SETTINGS + more, "content/a.md": f"# A\n\n{text}", "content/square.svg": SQUARE}
    return outputs(root, files)["a/index.html"].decode()


def test_a_short_footnote_stands_at_its_mark_hidden_and_at_the_end_as_ever(tmp_path: Path) -> None:
    html = page_of(tmp_path, "Text[^1], again[^1].\n\n[^1]: Why *so*.\n")
    assert html.count("Why <em>so</em>.") == 2
    assert '<a href="#fn1" id="fnref1">1</a><a class="beside" href="#_note1" id="_ref1" hidden>1</a></sup>' in html
    assert '<a class="beside" href="#_note1" id="_ref1-2" hidden>1</a></sup>.' in html
    assert (
        '<span class="sidenote" id="_note1" role="note" hidden><b>1</b> Why <em>so</em>.'
        ' <a class="footnote-backref" href="#_ref1" aria-label="Back to reference 1">↩</a></span>'
    ) in html
    assert '<section class="footnotes beside" aria-label="Footnotes"><ol>\n<li id="fn1" class="beside">' in html


NO_ROOM = {
    "paragraphs": "Text[^1].\n\n[^1]: One.\n\n    Two.\n",
    "listing": "Text[^1].\n\n[^1]: One:\n\n    ```\n    code\n    ```\n",
    "image": "Text[^1].\n\n[^1]: ![A square](square.svg) in it.\n",
    "long": f"Text[^1].\n\n[^1]: {'word ' * 150}\n",
    "id": "Text[^1].\n\n[^1]: With <b id=x>an id</b>.\n",
    "nested": "Text[^1].\n\n[^1]: As in[^2].\n\n[^2]: Nested.\n",
    "heading": "## Heading[^1]\n\n[^1]: One.\n",
    "table": "| a | b |\n|---|---|\n| x[^1] | y |\n\n[^1]: One.\n",
    "link": "[a link[^1]](https://a.example/)\n\n[^1]: One.\n",
    "none": "No note.\n",
}


def test_a_footnote_that_no_margin_has_room_for_stands_at_the_end_alone(tmp_path: Path) -> None:
    files = {f"content/{name}.md": f"# {name}\n\n{text}" for name, text in NO_ROOM.items()}
    site = outputs(tmp_path, {"site.yaml": SETTINGS, "content/square.svg": SQUARE, **files})
    for name, text in NO_ROOM.items():
        html = site[f"{name}/index.html"].decode()
        assert ("<li id=" in html) == ("[^1]: " in text), name
        assert "sidenote" not in html, name
        assert ' class="beside"' not in html, name


def test_where_some_stand_beside_the_text_the_others_keep_their_numbers(tmp_path: Path) -> None:
    html = page_of(tmp_path, "a[^1] b[^2] c[^3]\n\n[^1]: One.\n\n[^2]: Two.\n\n    More.\n\n[^3]: Three.\n")
    assert re.findall(r'<li id="fn\d" [^>]*>', html) == [
        '<li id="fn1" class="beside">',
        '<li id="fn2" value="2">',
        '<li id="fn3" class="beside">',
    ]
    assert 'class="footnotes"' in html


def test_feeds_and_summaries_have_each_footnote_once(tmp_path: Path) -> None:
    post = "---\ntitle: A\ndate: 2026-01-01\n---\n\nText[^1].\n\n[^1]: Once and no more.\n"
    site = outputs(tmp_path, {"site.yaml": SETTINGS, "content/posts/a.md": post, "content/posts/index.md": "All."})
    assert site["posts/a/index.html"].count(b"Once and no more.") == 2
    assert site["feed.xml"].count(b"Once and no more.") == 1
    assert b"Once and no more." not in site["index.html"]


@pytest.fixture(scope="module")
def crowded(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with many notes in a real browser."""
    files = {"site.yaml": SETTINGS, "content/a.md": f"# A\n{CROWDED}", "content/square.svg": SQUARE}
    site = outputs(tmp_path_factory.mktemp("crowded"), files)

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("https://me.example/")
        path += "index.html" if path.endswith("/") else ""
        route.fulfill(body=site[path], content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")

    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.route("**/*", answer)
    page.goto("https://me.example/a/")
    yield page
    page.close()


@pytest.mark.chromium
def test_in_a_wide_window_notes_stand_at_their_marks_and_nothing_overlaps(crowded: Page) -> None:
    crowded.set_viewport_size({"width": 1280, "height": 900})
    boxes = crowded.evaluate(
        "[...document.querySelectorAll('.sidenote, .content > :is(figure, .listing, .math)')].map((e) => {"
        " const { left, right, top, bottom } = e.getBoundingClientRect(); return [left, top, right, bottom, e.className]; })"
    )
    assert sum(box[4] == "sidenote" for box in boxes) == 5
    over = [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[:at]
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]
    assert over == []
    assert max(box[2] for box in boxes) <= 1280
    first, mark = (
        crowded.locator(".sidenote").first.bounding_box(),
        crowded.locator(".footnote-ref").first.bounding_box(),
    )
    assert first is not None
    assert mark is not None
    assert abs(first["y"] - mark["y"]) < 12
    assert crowded.locator(".footnotes").is_hidden()
    listing, output = (crowded.locator(one).bounding_box() for one in (".listing:not(.output)", ".output"))
    assert listing is not None
    assert output is not None
    assert listing["width"] == output["width"]


@pytest.mark.chromium
def test_the_way_there_and_back_leads_to_what_is_shown_at_any_width_and_on_paper(crowded: Page) -> None:
    for width, paper in ((1280, False), (1200, False), (360, False), (1280, True)):
        crowded.set_viewport_size({"width": width, "height": 900})
        crowded.emulate_media(media="print" if paper else "screen")
        shown = crowded.evaluate(
            "[...document.querySelectorAll('.footnote-ref a, .footnote-backref')].filter((e) => e.checkVisibility())"
            ".map((e) => [e.hash, document.querySelector(e.hash).checkVisibility()])"
        )
        assert len(shown) >= 6
        assert all(there for _, there in shown), (width, paper)
        beside = width == 1280 and not paper
        assert {hash_[:2] for hash_, _ in shown} == ({"#_"} if beside else {"#f"})
        assert crowded.locator(".sidenote:visible").count() == (5 if beside else 0)
    crowded.emulate_media(media="screen")
