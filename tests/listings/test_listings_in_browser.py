"""Listings as a reader has them: in a real browser, under a policy that allows no inline script and no inline style."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from proofpress.builder.build import build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route
    from tests.conftest import NpmFile

pytestmark = pytest.mark.chromium

URL = "https://me.example/"
NOW = dt.datetime(2026, 2, 10, tzinfo=dt.UTC)
POLICY = "default-src 'self'"
AXE = "axe.run({resultTypes: ['violations']})"
ROWS = """selector => {
  const rows = new Map(), range = document.createRange();
  const walk = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    for (let at = 0; at < walk.currentNode.length; at += 1) {
      range.setStart(walk.currentNode, at);
      range.setEnd(walk.currentNode, at + 1);
      const box = range.getBoundingClientRect(), top = Math.round(box.top);
      if (range.toString().trim() && !rows.has(top)) rows.set(top, Math.round(box.left));
    }
  }
  return [...rows];
}"""
"""Where each row begins in which a line of code is drawn: its top, and the left edge of its first letter."""
POST = """---
title: Listings
date: 2026-01-05
---

Some words.

```python title="train.py" linenos {2}
import torch
x = f"{torch.e!r:>{8}}"
```

```console
$ pip install proofpress
Collecting proofpress
# a remark
$ for name in a b; do \\
  echo $name; done
a
b
```

```pycon
>>> def f(x):
...     return x
...
>>> f(1)
1
```

```bash
$ ls
content  site.yaml
```

```python del={2} ins={3}
def f(x):
    return x
    return x + 1
```

```diff lang="python"
 def g(x):
-    return x
+    return x + 1
```

```python wrap collapse={3-4}
def f():
    return {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13}
a = 1
b = 2
c = 3
```

```text nocopy
Nobody needs this.
```
"""
COMPANY = """---
title: Company
date: 2026-01-06
---

See [the model](#train-11).

```python title="train.py" linenos start=10 {#train}
import torch
model = torch.nn.Linear(2, 3)  # (1)!
print(model)  # (2)! (1)!
```

1. Two inputs, *three* outputs.
2. Its shape.

```sh tab="pip"
pip install proofpress
```

```sh tab="uv" {#uv} linenos
uv add proofpress
```

:::tabs
:::tab pip
Words about pip.
:::
:::tab uv
Words about uv.
:::
:::tab conda
Words about conda.
:::
:::

```python focus={2} "print" /x\\d/ {1}
x1 = 2
print(x1)
```

```output
2
```

```diff lang="python"
-print(1)
+print(2)
```

```ansi
\x1b[32mpassed\x1b[0m and \x1b[41mfailed\x1b[0m
```

```python step of="loss.py"
def loss(x):
    return x
```

```diff lang="python" step of="loss.py"
 def loss(x):
-    return x
+    return x * x
```

The end.
"""

MANY = (
    "---\ntitle: Many\ndate: 2026-01-07\n---\n"
    + "".join(
        f"""
Words about step {number}.

```python title="step_{number}.py" {{2}} linenos
import numpy as np
rng = np.random.default_rng({number})
x_{number} = rng.normal(size=({number}, 3))
print(f"{{x_{number}.shape}} {{x_{number}.mean():.3f}}")
```
"""
        for number in range(1, 21)
    )
    + """
:::tabs
:::tab one
The first of them.
:::
:::tab one
The second of them.
:::
:::
"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("listings")
    (root / "content" / "posts").mkdir(parents=True)
    (root / "site.yaml").write_text(f"title: Me\nurl: {URL}\n", "utf-8")
    (root / "content" / "about.md").write_text("# About\n\nWithout a listing, with `code`.\n", "utf-8")
    (root / "content" / "posts" / "listings.md").write_text(POST, "utf-8")
    (root / "content" / "posts" / "company.md").write_text(COMPANY, "utf-8")
    (root / "content" / "posts" / "many.md").write_text(MANY, "utf-8")
    made = build(Options(root=root, now=NOW))
    assert [f"{one.line}:{one.column} {one.message}" for one in made.problems] == []
    return {str(path): data for path, data in made.outputs.items()}


@pytest.fixture
def opened(browser: Browser, site: dict[str, bytes]) -> Iterator[Callable[..., Page]]:
    """Open a page of the site. What the browser complains of, or the site doesn't hold, fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def answer(route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path).removeprefix("/")
        path += "index.html" if path.endswith("/") or not path else ""
        if not route.request.url.startswith(URL) or path not in site:
            wrong.append(route.request.url)
            route.abort()
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Security-Policy": POLICY}
        route.fulfill(body=site[path], headers=headers)

    def open_page(path: str = "posts/listings/", width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.route("**/*", answer)
        page.goto(URL + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def copied(page: Page, number: int) -> str:
    """Press the button of a listing, and return what a paste would give."""
    page.locator(".listing").nth(number).locator(".copy").click()
    page.locator("[role=status]").get_by_text("Copied").wait_for(state="attached")
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, 'import torch\nx = f"{torch.e!r:>{8}}"'),
        (1, "pip install proofpress\nfor name in a b; do \\\n  echo $name; done"),
        (2, "def f(x):\n    return x\n\nf(1)"),
        (3, "ls"),
        (4, "def f(x):\n    return x + 1"),
        (5, "def g(x):\n    return x + 1"),
    ],
)
def test_the_button_copies_code_without_prompts_output_numbers_and_deleted_lines(
    opened: Callable[..., Page], number: int, code: str
) -> None:
    assert copied(opened(), number) == code


def test_the_button_copies_folded_lines_too_and_a_listing_may_do_without_it(opened: Callable[..., Page]) -> None:
    page = opened()
    assert copied(page, 6).endswith("\na = 1\nb = 2\nc = 3")
    assert page.locator(".listing").count() == 8
    assert page.locator(".copy").count() == 7


def test_the_whole_file_that_steps_build_is_copied_while_it_is_folded(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/")
    whole = page.locator(".listing", has_text="The whole file: loss.py")
    assert whole.locator("details").evaluate("one => one.open") is False
    number = page.locator(".listing").evaluate_all("(all, one) => all.indexOf(one)", whole.element_handle())
    assert copied(page, number) == "def loss(x):\n    return x * x"


def test_the_button_is_reached_by_the_keyboard_has_a_name_and_says_when_it_is_done(
    opened: Callable[..., Page],
) -> None:
    page = opened()
    page.locator(".listing pre").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.listing:first-of-type > button.copy')")
    page.get_by_role("button", name="Copy: train.py").wait_for()
    assert page.get_by_role("status").inner_text() == ""
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Copied").wait_for(state="attached")
    assert page.evaluate("document.activeElement.classList.contains('done')")


def test_without_a_script_there_is_no_button_and_nothing_is_missing(opened: Callable[..., Page]) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator(".copy").count() == 0
    assert page.locator("pre").count() == 10
    page.locator("summary").click()
    page.get_by_text("b = 2").wait_for()


def test_a_page_without_a_listing_does_not_load_the_script_of_listings(site: dict[str, bytes]) -> None:
    assert b"/assets/listings." not in site["about/index.html"]
    assert site["posts/listings/index.html"].count(b"/assets/listings.") == 1


def test_a_post_with_twenty_listings_is_a_small_download(site: dict[str, bytes]) -> None:
    page = site["posts/many/index.html"]
    loaded = {path: data for path, data in site.items() if path.startswith("assets/") and path.encode() in page}
    files = [data for path, data in loaded.items() if path.endswith((".css", ".js"))]
    assert page.count(b'<figure class="listing"') == 20
    assert len(files) > 2
    assert sum(len(gzip.compress(data, 6)) for data in [page, *files]) < 25_000
    assert len(next(data for path, data in loaded.items() if path.startswith("assets/listings."))) <= 6_000


def test_what_a_session_answers_is_not_selected_and_its_prompts_neither(opened: Callable[..., Page]) -> None:
    page = opened()
    selected = page.evaluate(
        "(() => { getSelection().selectAllChildren(document.querySelectorAll('.listing pre')[1]);"
        " return getSelection().toString(); })()"
    )
    assert selected.split("\n") == ["pip install proofpress", "for name in a b; do \\", "  echo $name; done"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_button_lies_over_no_word_and_is_as_large_as_a_pointer_needs(
    opened: Callable[..., Page], width: int, scheme: str
) -> None:
    page = opened(width=width, color_scheme=scheme)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.copy')].map(button => { const b = button.getBoundingClientRect();"
        " const texts = [...button.parentElement.querySelectorAll('pre, summary')].map(e => e.getBoundingClientRect());"
        " return [b.width, b.height, texts.every(t => b.bottom <= t.top + 3), b.right <= innerWidth]; })"
    )
    assert len(boxes) == 7
    assert all(width >= 24 and height >= 24 and clear and inside for width, height, clear, inside in boxes)


def test_a_listing_stands_on_a_ground_of_its_own(opened: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        listing, paper = page.evaluate(
            "[document.querySelector('.listing'), document.documentElement].map(e => getComputedStyle(e).backgroundColor)"
        )
        assert listing != paper


def test_a_line_that_wraps_goes_on_at_its_own_indent(opened: Callable[..., Page]) -> None:
    page = opened(width=360)
    rows = page.evaluate(ROWS, ".wrap .line:nth-child(2)")
    assert len(rows) > 2
    assert {row[1] for row in rows} == {rows[0][1]}


@pytest.mark.parametrize("width", [360, 1280])
def test_the_mark_of_a_note_opens_it_beside_its_line_without_a_script(opened: Callable[..., Page], width: int) -> None:
    page = opened("posts/company/", width, java_script_enabled=False)
    assert page.locator(".notes li:visible").count() == 0
    mark = page.get_by_role("button", name="Note 1").first
    mark.focus()
    page.keyboard.press("Enter")
    note = page.get_by_text("Two inputs, three outputs.")
    note.wait_for()
    here, there = mark.bounding_box(), note.bounding_box()
    assert here is not None
    assert there is not None
    assert 0 <= there["y"] - here["y"] - here["height"] < 24
    assert there["x"] >= 0
    assert there["x"] + there["width"] <= width
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")


def test_notes_are_a_numbered_list_on_paper(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/")
    page.emulate_media(media="print")
    assert page.locator(".notes li:visible").all_inner_texts() == ["Two inputs, three outputs.", "Its shape."]
    assert page.locator(".notes").evaluate("e => getComputedStyle(e.children[0]).listStyleType") == "decimal"


def test_a_number_leads_to_its_line_which_is_then_seen(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/", java_script_enabled=False)
    plain = page.locator("#train-12").evaluate("e => getComputedStyle(e).backgroundColor")
    assert page.locator("#train-11").evaluate("e => getComputedStyle(e).backgroundColor") == plain
    page.get_by_role("link", name="Line 11").click()
    assert page.url.endswith("#train-11")
    assert page.locator("#train-11").evaluate("e => getComputedStyle(e).backgroundColor") != plain
    drawn = page.locator("#train-11 .number").evaluate("e => getComputedStyle(e, '::before').content")
    assert drawn in ('"11"', "attr(data-line)")


def test_a_listing_with_links_and_notes_is_copied_as_code(opened: Callable[..., Page]) -> None:
    assert copied(opened("posts/company/"), 0) == "import torch\nmodel = torch.nn.Linear(2, 3)\nprint(model)"


def test_without_a_script_tabs_follow_each_other_below_their_labels(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/", java_script_enabled=False)
    assert page.locator(".tab > .title:visible").all_inner_texts() == ["pip", "uv", "pip", "uv", "conda"]
    assert page.locator(".tab:visible").count() == 5
    assert page.get_by_role("tab").count() == 0


def test_equal_labels_move_together_and_the_choice_is_remembered(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/")

    def shown() -> list[str]:
        return page.get_by_role("tab", selected=True).all_inner_texts()

    assert shown() == ["pip", "pip"]
    assert page.locator(".tab:visible").count() == 2
    tab = page.get_by_role("tab", name="uv").nth(1)
    before = tab.bounding_box()
    tab.click()
    assert tab.bounding_box() == before, "what was pressed stays below the pointer"
    assert shown() == ["uv", "uv"]
    assert page.get_by_text("Words about uv.").is_visible()
    page.get_by_role("tab", name="conda").click()
    assert shown() == ["uv", "conda"]
    page.reload()
    assert shown() == ["uv", "conda"]


def test_tabs_are_walked_with_the_arrow_keys_and_are_one_stop_of_the_tab_key(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/")
    first = page.get_by_role("tablist").nth(1)
    first.get_by_role("tab", name="pip").focus()
    for key, label in (
        ("ArrowRight", "uv"), ("ArrowRight", "conda"), ("ArrowRight", "pip"), ("ArrowLeft", "conda"), ("Home", "pip"), ("End", "conda"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == label
        assert first.get_by_role("tab", selected=True).inner_text() == label
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.role") != "tab"
    panel = page.get_by_role("tabpanel", name="conda")
    assert panel.inner_text() == "Words about conda."


def test_an_address_opens_the_tab_that_holds_what_it_names(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/#uv-1")
    page.locator("#uv-1").wait_for(state="visible")
    assert page.get_by_role("tab", selected=True).first.inner_text() == "uv"


def test_what_others_keep_and_addresses_that_name_nothing_do_no_harm(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/#%")
    for kept in ('{"pip": 1}', "7", "uv", '["nothing", 3]'):
        page.evaluate("kept => localStorage.setItem('proofpress:tabs', kept)", kept)
        page.reload()
        assert page.get_by_role("tab", selected=True).all_inner_texts() == ["pip", "pip"]
    page.get_by_role("tab", name="uv").first.click()
    assert page.get_by_role("tab", selected=True).all_inner_texts() == ["uv", "uv"]


def test_tabs_of_one_label_stay_a_sequence_so_that_none_is_out_of_reach(opened: Callable[..., Page]) -> None:
    page = opened("posts/many/")
    assert page.get_by_text("The first of them.").is_visible()
    assert page.get_by_text("The second of them.").is_visible()


def test_output_is_joined_to_its_listing_and_is_not_copied(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/")
    above, below = page.locator(".listing:has(+ .output)").bounding_box(), page.locator(".output").bounding_box()
    assert above is not None
    assert below is not None
    assert abs(above["y"] + above["height"] - below["y"]) < 1
    assert page.locator(".output .copy").count() == 0


def test_lines_and_words_stand_out_and_lines_beside_the_focus_recede(opened: Callable[..., Page]) -> None:
    page = opened("posts/company/", java_script_enabled=False)
    listing = page.locator(".listing:has(+ .output)")

    def ground(selector: str) -> str:
        return str(listing.locator(selector).first.evaluate("e => getComputedStyle(e).backgroundColor"))

    assert ground(".marked") != ground("code")
    assert listing.locator("mark").all_inner_texts() == ["x1", "print", "x1"]
    assert ground(".line:not(.receding) mark") == ground(".marked")
    receding, near = (
        listing.locator(selector).evaluate("e => getComputedStyle(e).color")
        for selector in (".receding", ".line:not(.receding)")
    )
    assert receding != near


def test_what_a_terminal_printed_has_its_colours(opened: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        page = opened("posts/company/", java_script_enabled=False, color_scheme=scheme)
        listing = page.locator(".terminal", has_text="passed and failed")
        assert listing.inner_text().strip() == "passed and failed"
        plain = listing.locator("code").evaluate("e => getComputedStyle(e).color")
        assert page.get_by_text("passed", exact=True).evaluate("e => getComputedStyle(e).color") != plain
        ground = page.get_by_text("failed", exact=True).evaluate("e => getComputedStyle(e).backgroundColor")
        assert ground not in ("rgba(0, 0, 0, 0)", plain)


def test_a_feed_has_listings_without_buttons_links_of_lines_and_tabs(site: dict[str, bytes]) -> None:
    feed = json.loads(site["feed.json"])
    html = next(item["content_html"] for item in feed["items"] if item["title"] == "Company")
    assert "<button" not in html
    assert "popover" not in html
    assert 'class="number"' not in html
    assert " (1)" in html
    assert '<ol class="notes">' in html


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["posts/listings/", "posts/company/"])
def test_axe_finds_nothing(opened: Callable[..., Page], npm_file: NpmFile, path: str, scheme: str) -> None:
    page = opened(path, color_scheme=scheme)
    for mark in page.locator(".note").all()[:1]:
        mark.click()
    page.evaluate(npm_file("axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate(AXE)["violations"]
    assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
