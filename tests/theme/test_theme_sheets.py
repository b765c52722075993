"""The theme's style sheets as they are served: what a page links, and that nothing is lost where they are made small."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from theme_site import SETTINGS, outputs

from proofpress.theme import default_theme
from proofpress.theme_sheets import joined, lean

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

STATIC = default_theme() / "static"
SHEETS = sorted(path.name for path in STATIC.glob("*.css"))
PLAIN = "```python\nprint(1)\n```\n"
FEW = {
    "the colours of a terminal": "```ansi\n\N{SYMBOL FOR ESCAPE}[31mred\N{SYMBOL FOR ESCAPE}[0m\n```\n",
    "numbers with addresses": "```python linenos {#a}\nprint(1)\n```\n",
    "a note": "```python\nprint(1)  # (1)!\n```\n\n1. A note.\n",
    "a label": '```python {"A label":1}\nprint(1)\n```\n',
    "tabs": '```sh tab="pip"\npip\n```\n\n```sh tab="uv"\nuv\n```\n',
    "lines that wrap": "```python wrap\nif 1:\n    print(1)\n```\n",
}


def built(tmp_path: Path, **files: str) -> dict[str, bytes]:
    post = "---\ntitle: A\ndate: 2026-01-01\n---\n\n"
    pages = {f"content/{name}.md": f"# Page\n\n{text}" for name, text in files.items() if "/" not in name}
    more = {name: text for name, text in files.items() if "/" in name or name == "site.yaml"}
    fixed = {"content/about.md": "# About\n", "content/posts/a.md": post, "content/posts/index.md": "Text."}
    return outputs(tmp_path, {"site.yaml": SETTINGS, **fixed, **pages, **more})


def linked(page: bytes) -> list[str]:
    """Return the style sheets that a page links, without what is added to their names."""
    found = re.findall(r'<link rel="stylesheet" href="[^"]*/([^"/]+)\.[0-9a-f]{10}\.css"', page.decode())
    assert len(found) == page.count(b'rel="stylesheet"')
    return found


@pytest.mark.chromium
@pytest.mark.parametrize("name", SHEETS)
def test_a_browser_reads_the_same_rules_in_a_sheet_that_was_made_small(browser: Browser, name: str) -> None:
    written = (STATIC / name).read_text("utf-8")
    small = lean(written)
    assert len(small) < 0.95 * len(written)
    page = browser.new_page()
    rules = """text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
      return [...sheet.cssRules].map(rule => rule.cssText.replace(/\\s+/g, ' ').replaceAll(/([,:]) /g, '$1')); }"""
    try:
        read: list[Any] = page.evaluate(rules, written)
        assert len(read) >= 3
        assert page.evaluate(rules, small) == read
    finally:
        page.close()


def test_a_page_links_of_the_sheets_of_listings_what_it_shows(tmp_path: Path) -> None:
    pages = {f"few-{at}": text for at, text in enumerate(FEW.values())}
    made = built(tmp_path, plain=PLAIN, prose="Words.\n", **pages)
    always = ["style-fonts"], ["wide", "print"]
    assert linked(made["prose/index.html"]) == [*always[0], *always[1]]
    assert linked(made["plain/index.html"]) == [*always[0], "highlight-plain", *always[1]]
    for at, what in enumerate(FEW):
        wanted = [*always[0], "highlight-plain", "highlight-more", *always[1]]
        assert linked(made[f"few-{at}/index.html"]) == wanted, what


def test_highlight_css_is_still_there_whole_for_templates_of_a_sites_own(tmp_path: Path) -> None:
    made = built(tmp_path)
    sheets = {re.sub(r"\.[0-9a-f]{10}", "", path): data for path, data in made.items() if path.endswith(".css")}
    parts = (sheets["assets/highlight-plain.css"], sheets["assets/highlight-more.css"])
    assert sheets["assets/highlight.css"] == b"".join(parts)
    assert min(map(len, parts)) > 1000


@pytest.mark.parametrize("own", ["style.css", "fonts.css"])
def test_a_site_with_either_sheet_of_its_own_has_that_one_as_it_was_written_and_the_other_with_it(
    tmp_path: Path, own: str
) -> None:
    text = "/* mine */\nbody  { color: red }\n"
    made = built(tmp_path, **{f"templates/static/{own}": text})
    (sheet,) = (data.decode() for path, data in made.items() if path.startswith("assets/style-fonts."))
    assert text in sheet
    other = "--prose-aspect:none" if own == "style.css" else "--paper:light-dark("
    assert other in sheet


def test_fonts_of_the_system_leave_the_sheet_of_fonts_out(tmp_path: Path) -> None:
    made = built(tmp_path, **{"site.yaml": SETTINGS + "theme: {fonts: system}\n"})
    assert linked(made["about/index.html"]) == ["style", "wide", "print"]
    assert not [path for path in made if "style-fonts" in path]


def test_what_a_sheet_of_fonts_imports_stands_before_all_rules() -> None:
    fonts = b'\xef\xbb\xbf@import url("https://fonts.example/a;b");\n@import "b.css" screen;\nbody { color: red }'
    sheet = joined({"style.css": b"a { color: blue }", "fonts.css": fonts})
    assert sheet == (
        b'@import url("https://fonts.example/a;b");\n@import "b.css" screen;\na { color: blue }\nbody { color: red }'
    )
