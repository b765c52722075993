"""Markdown twins: each post's text beside its page, with links that work elsewhere, and the list of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from small_site import SmallSite, post

from proofpress.paths import OutputPath
from proofpress.preview.answer import media_type
from proofpress.preview.session import Session

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "title: Small *site*\nurl: https://me.example/blog/\ndescription: Of <one>.\ntwins: true\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f000001050101"
    "27cde3660000000049454e44ae426082"
)


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "content/about.md": "# About\n\n## Who\n\nA team.\n",
            "content/posts/b.md": post("Beta", "2026-01-02"),
            "content/posts/dot (1).png": PNG,
        }
    )


def twin(site: SmallSite, text: str, more: str = "", path: str = "posts/a/index.md") -> str:
    site.write({"content/posts/a.md": post("Alpha", text=text, more=more)})
    built = site.build()
    assert not built.failed, built.problems
    return built.outputs[OutputPath(path)].decode("utf-8")


def test_a_twin_begins_with_title_dates_and_address_and_is_else_what_was_written(site: SmallSite) -> None:
    text = 'Some *text*, {{ as }} is.\n\n```python title="a.py"\n[x](b.md)\n```\n\n<!-- more -->\n\n| a |\n|---|\n| 1 |'
    assert twin(site, text, more="updated: 2026-02-01 10:00\n") == (
        "# Alpha\n\nPublished: 2026-01-01  \nUpdated: 2026-02-01T10:00:00+00:00  \n"
        f"Page: <https://me.example/blog/posts/a/>\n\n{text}\n"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[b](b.md)", "[b](https://me.example/blog/posts/b/)"),
        ("[b](<b.md> 'Beta')", "[b](<https://me.example/blog/posts/b/> 'Beta')"),
        ("> - see [who](../about.md#who) and [b](b.md)", "> - see [who](https://me.example/blog/about/#who) and [b](https://me.example/blog/posts/b/)"),
        ("[b][ref]\n\n[ref]: b.md", "[b][ref]\n\n[ref]: https://me.example/blog/posts/b/"),
        ("[b]\n\n> [b]: <b.md> 'Beta'", "[b]\n\n> [b]: <https://me.example/blog/posts/b/> 'Beta'"),
        ("![dot](<dot (1).png>)", "![dot](<https://me.example/blog/posts/dot%20%281%29.png>)"),
        ("![dot](dot%20\\(1\\).png)", "![dot](https://me.example/blog/posts/dot%20%281%29.png)"),
        ('<a href="b.md">b</a>', '<a href="https://me.example/blog/posts/b/">b</a>'),
        ("[self](#part)\n\n## Part", "[self](https://me.example/blog/posts/a/#part)\n\n## Part"),
        ("[b](b.md?x=1&amp;y=2)", "[b](https://me.example/blog/posts/b/?x=1&amp;y=2)"),
        ("| [b](b.md) | a\\|b [b](b.md) |\n|---|---|", "| [b](https://me.example/blog/posts/b/) | a\\|b [b](https://me.example/blog/posts/b/) |\n|---|---|"),
        ("[b](b.md) [out](https://else.example/b.md) `[b](b.md)`", "[b](https://me.example/blog/posts/b/) [out](https://else.example/b.md) `[b](b.md)`"),
        ("[a b](b.md\n'Two lines')", "[a b](https://me.example/blog/posts/b/\n'Two lines')"),
        ("Text[^1]\n\n[^1]: See [b](b.md).", "Text[^1]\n\n[^1]: See [b](https://me.example/blog/posts/b/)."),
    ],
)  # fmt: skip
def test_every_link_of_a_twin_is_absolute_and_nothing_else_of_it_changes(
    site: SmallSite, written: str, meant: str
) -> None:
    found = twin(site, written)
    assert found.split("posts/a/>\n\n", 1)[1] == meant + "\n"


@pytest.mark.parametrize("heading", ["# Alpha *one*", "\n\nAlpha *one*\n==="])
def test_a_heading_that_gives_the_title_stands_there_once(site: SmallSite, heading: str) -> None:
    site.write({"content/posts/a.md": f"---\ndate: 2026-01-01\n---\n{heading}\n\nText.\n"})
    text = site.build().outputs[OutputPath("posts/a/index.md")].decode("utf-8")
    assert text == "# Alpha one\n\nPublished: 2026-01-01  \nPage: <https://me.example/blog/posts/a/>\n\nText.\n"


@pytest.mark.parametrize(
    "title", ["*not* _emphasis_", "[a](b) <b> &amp; `c` \\ d", "C# and # more #", "1 | 2 ~~3~~ $x$"]
)
def test_a_title_is_plain_text_in_the_twin_and_in_the_list(site: SmallSite, title: str) -> None:
    site.write({"content/posts/a.md": f"---\ntitle: '{title}'\ndate: 2026-01-01\nslug: a\n---\n\nText.\n"})
    outputs = site.build().outputs
    for path in ("posts/a/index.md", "llms.txt"):
        html = MarkdownIt().render(outputs[OutputPath(path)].decode("utf-8"))
        shown = re.sub(r"<[^>]+>", "", html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert title in shown


def test_a_page_names_its_twin_and_the_list_names_them_all(site: SmallSite) -> None:
    twin(site, "Text (*of* a post).")
    built = site.build()
    page = built.outputs[OutputPath("posts/a/index.html")].decode("utf-8")
    link = '<link rel="alternate" type="text/markdown" title="Markdown" href="/blog/posts/a/index.md">'
    assert link in page
    assert "text/markdown" not in built.outputs[OutputPath("about/index.html")].decode("utf-8")
    assert built.outputs[OutputPath("llms.txt")].decode("utf-8") == (
        "# Small \\*site\\*\n\n> Of \\<one\\>.\n\n## Posts\n\n"
        "- [Beta](https://me.example/blog/posts/b/index.md): Text.\n"
        "- [Alpha](https://me.example/blog/posts/a/index.md): Text (of a post).\n"
    )


def test_a_site_that_does_not_ask_for_twins_has_none(site: SmallSite) -> None:
    site.write({"site.yaml": "title: Small\nurl: https://me.example/\n"})
    outputs = site.build().outputs
    assert not [path for path in outputs if path.endswith(".md") or path == "llms.txt"]
    assert b"text/markdown" not in outputs[OutputPath("posts/b/index.html")]


def test_drafts_have_no_twin_and_a_list_of_ones_own_comes_before_ours(site: SmallSite) -> None:
    site.write({"static/llms.txt": "mine", "content/posts/d.md": post("Delta", more="draft: true\n")})
    built = site.build()
    assert not built.failed
    assert built.made[OutputPath("llms.txt")].read() == b"mine"
    assert OutputPath("posts/d/index.md") not in built.made


def test_a_twin_has_the_code_that_a_listing_includes(site: SmallSite) -> None:
    site.write({"src/a.py": "def f():\n    return 1\n\n\nB = 2\n"})
    text = '[b](b.md)\n\n```py include="/src/a.py" symbol="f"\n```\n\n- ```py include="/src/a.py" symbol="B"\n  ```\n\n[b](b.md)'
    link = "[b](https://me.example/blog/posts/b/)"
    wanted = (
        text.replace("[b](b.md)", link)
        .replace('"f"\n', '"f"\ndef f():\n    return 1\n')
        .replace('"B"\n', '"B"\n  B = 2\n')
    )
    assert wanted in twin(site, text)


def test_a_twin_stands_beside_a_page_that_is_a_file(site: SmallSite) -> None:
    site.write({"site.yaml": SETTINGS + "permalink: /{slug}.html\n"})
    assert "# Alpha" in twin(site, "Text.", path="a.md")


def test_a_page_that_may_not_be_takes_its_twin_along_without_a_word(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("Alpha", more="url: /.git/a/\n")})
    (refused,) = site.problems("reserved-path")
    assert refused.path == "content/posts/a.md"


def test_the_preview_serves_a_twin_as_markdown_in_utf_8(site: SmallSite) -> None:
    from small_site import NOW  # noqa: PLC0415

    from proofpress.builder.inputs import Options  # noqa: PLC0415

    twin(site, "Crème [b](b.md).")
    session = Session(Options(root=site.root, now=NOW, drafts=True), lambda: NOW)
    try:
        shown = session.start()
        path = OutputPath("posts/a/index.md")
        assert shown.read(path).decode("utf-8").endswith("Crème [b](https://me.example/blog/posts/b/).\n")
        assert media_type(path) == "text/markdown; charset=utf-8"
        assert {page.kind for page in shown.pages} >= {"post", "page", "home", "not-found"}
        source = site.root / "content/posts/a.md"
        source.write_text(source.read_text("utf-8").replace("Crème", "Café"), "utf-8")
        again = session.rebuild(frozenset({"content/posts/a.md"}))
        assert "Café" in again.read(path).decode("utf-8")
        assert again.digests[path] != shown.digests[path]
        assert b"Alpha" in again.read(OutputPath("llms.txt"))
    finally:
        session.close()
