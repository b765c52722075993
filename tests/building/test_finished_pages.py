"""Finished pages, as `check` reads them: what leads nowhere is told once, at the place where it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_site import NOW, SmallSite, post

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import Options
from proofpress.builder.mending import mends
from proofpress.engine.volatile import VolatileStore
from proofpress.paths import Base
from proofpress.rules.html_page import Page, Tag
from proofpress.site.finished import Web, facts_of, outside
from proofpress.site.suggestions import Suggestions

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "site.yaml": "title: Notes\nurl: https://me.example/blog/\n",
    "content/posts/one.md": post(
        "One",
        more="aliases: [/old/]\n",
        text=(
            "See [two](two.md#far), [two](https://me.example/blog/posts/two/#far), [none](https://me.example/blog/none/)\n"
            "and [its old name](https://me.example/blog/old/#heading), [plain](http://me.example/blog/posts/two/).\n\n"
            "## Heading\n\n"
            '<p id="twice">A</p>\n\n<p id="twice">B</p>\n\n'
            '<iframe src="https://film.example/1"></iframe>\n'
            '<iframe src="https://film.example/2" title="A press"></iframe>\n'
            '<iframe src="https://film.example/3" aria-hidden="true"></iframe>\n\n'
            '<img src="https://me.example/blog/no.png" alt="No" srcset="https://me.example/blog/no-2.png 2x">\n\n'
            "[tags](/tags/#none), [moved](/old/#none), [moved](/old/#heading).\n\n"
            "[the host's own](https://me.example/shop/) [out](https://other.example/a?b=1&c=2#d)\n"
        ),
    ),
    "content/posts/two.md": post(
        "Two", text="## Near\n\n[broken](/nowhere/) and [far](https://me.example/blog/posts/one/#head)"
    ),
    "content/posts/three.md": post("Three", more="tags: [ink]\n"),
    "content/about.md": "# About\n\nThe text.\n",
    "templates/partials/footer.html": (
        '<p><a href="/about/">Above</a> <a href="/blog/about/#me">Me</a>\n<a href="/blog/lost/">Lost</a>'
        ' <a href="#_main">Up</a> <a href=" "></a> <a href="/blog/about">About</a> <a href="mailto:a@b.example">Write</a></p>\n'
    ),
}
TOLD = [
    ("content/posts/one.md", 7, 11, "broken-anchor", "'content/posts/two.md' has no heading or id 'far'"),
    ("content/posts/one.md", 7, 30, "broken-anchor", "'/posts/two/' has no heading or id 'far'"),
    ("content/posts/one.md", 7, 78, "unknown-url", "no page or file of this site is at '/none/'"),
    ("content/posts/one.md", 8, 67, "insecure-link", "'http://me.example/blog/posts/two/' asks for this site without encryption"),
    ("content/posts/one.md", 14, 1, "duplicate-id", "2 elements of the page have the id 'twice'; a link to it leads to the first"),
    ("content/posts/one.md", 16, 1, "nameless-frame", "this frame has no title, so who does not see it can't tell what it shows"),
    ("content/posts/one.md", 20, 11, "missing-image", "no image is at '/no.png'"),
    ("content/posts/one.md", 20, 60, "missing-image", "no image is at '/no-2.png'"),
    ("content/posts/one.md", 22, 8, "broken-anchor", "'/tags/' has no heading or id 'none'"),
    ("content/posts/one.md", 22, 30, "broken-anchor", "'/old/' has no heading or id 'none'"),
    ("content/posts/two.md", 8, 10, "unknown-url", "no page or file of this site is at '/nowhere/'"),
    ("content/posts/two.md", 8, 31, "broken-anchor", "'/posts/one/' has no heading or id 'head'"),
    ("templates/partials/footer.html", 1, 13, "leaves-site", "'/about/' leads out of the site, which begins at '/blog/'"),
    ("templates/partials/footer.html", 1, 41, "broken-anchor", "'/about/' has no heading or id 'me'"),
    ("templates/partials/footer.html", 2, 10, "unknown-url", "no page or file of this site is at '/lost/'"),
]  # fmt: skip
ASKED = {rule for *_, rule, _ in TOLD}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    return SmallSite(tmp_path_factory.mktemp("broken")).write(FILES)


def told(site: SmallSite, *, checks: bool = False) -> list[tuple[str, int, int, str, str]]:
    found = [one for one in site.problems(checks=checks) if one.rule in ASKED]
    return [(one.path, one.line, one.column, one.rule, one.message) for one in found]


def test_each_fault_of_a_page_is_told_once_where_it_was_written(broken: SmallSite) -> None:
    assert told(broken, checks=True) == TOLD


def test_a_build_looks_at_no_page(broken: SmallSite) -> None:
    assert [rule for *_, rule, _ in told(broken)] == ["broken-anchor", "unknown-url"]


def test_what_a_template_has_on_every_page_is_told_with_their_number(broken: SmallSite) -> None:
    (found,) = broken.problems("leaves-site", checks=True)
    pages = len([path for path in broken.build().outputs if path.endswith(".html")]) - 1  # an alias has no footer
    assert found.hint == f"write '/blog/about/' (on / and {pages - 1} more pages)"
    assert found.excerpt.startswith('<p><a href="/about/">')


def test_a_link_without_encryption_is_mended(broken: SmallSite) -> None:
    (mend,) = list(mends(broken.problems("insecure-link", checks=True), broken.root, unsafe=False))
    assert mend.after == mend.before.replace("http:", "https:")


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ("<p><a href=x>y</a>", [("p", {}), ("a", {"href": "x"})]),
        ('<a title="a > b" href=\'c"d\'>', [("a", {"title": "a > b", "href": 'c"d'})]),
        ("<!-- <a href=x> --><b>", [("b", {})]),
        ("<script>'<a href=x>'</script><i>", [("script", {}), ("i", {})]),
        ('<script src="a.js" defer></script>', [("script", {"src": "a.js", "defer": ""})]),
        ("<textarea><a></textarea>1 < 2 <A HREF='?a&amp;b'>", [("textarea", {}), ("a", {"href": "?a&b"})]),
        ("<a\nhref=x\n>", [("a", {"href": "x"})]),
        ("<titled a=b><title><b></title>", [("titled", {"a": "b"}), ("title", {})]),
        ("<a href='x", []),
        ("<img src=a.png/><br/>", [("img", {"src": "a.png/"}), ("br", {})]),
    ],
)  # fmt: skip
def test_tags_are_read_as_a_browser_reads_them(html: str, tags: list[tuple[str, dict[str, str]]]) -> None:
    page = Page("https://me.example/", html, "", {})
    assert [(tag.name, tag.attributes) for tag in page.tags] == tags


PIECES = ["<a ", "<img ", "<base ", "<meta http-equiv=refresh ", "href=", "srcset=", "content=", "id=", '"', "'", ">", " ", "/", "#",
          "?", "//", "http://", "https://me.example", "[", "]", ":", "99999", "%", "%zz", "&amp;", "&#0;", "\0", ",", " 2x", "0;url=", "x",
          "é", "\\", "<!--", "-->", "<script>", "</script>", "\ud800"]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(written=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_stands_on_a_page_is_read_and_judged(written: str) -> None:
    facts = facts_of(Page("https://me.example/blog/p/", written, "", {}))
    base = Base.of("https://me.example/blog/")
    web = Web(base, {"/p/": None}, {"/p/": facts}, Suggestions(["/p/"]))
    assert [broken.page for broken in web.broken(facts)] == [facts] * len(list(web.broken(facts)))
    assert all(url.startswith(("http:", "https:")) and "#" not in url for url, _ in outside(facts, base))


def test_reading_tags_takes_no_longer_than_the_text_is_long() -> None:
    for text in (
        "<a x='" * 50_001,
        "<script>" * 50_000,
        "<a " * 50_000,
        "<a '" * 50_000,
        '<a x="' + "'\"" * 50_000,
        "<!--" * 50_000,
        "<script " * 20_000,
    ):
        assert all(isinstance(tag, Tag) for tag in Page("https://me.example/", text, "", {}).tags)


def test_the_look_of_a_check_is_no_part_of_what_a_build_keeps(broken: SmallSite) -> None:
    desk = Desk(traces=VolatileStore({}, {}))
    build(Options(root=broken.root, now=NOW), desk)
    values = [entry.value for entry in desk.traces.entries(desk.filled).values()]
    assert values
    assert all("look" not in msgspec.json.decode(value) for value in values)


def test_a_page_that_no_other_leads_to_is_told_where_that_is_asked(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": (
                "title: Notes\nurl: https://me.example/blog/\nrules: {lone-page: warning}\n"
                "menu: [{title: Menu, url: menu.md}]\n"
            ),
            "content/menu.md": "# Menu\n",
            "content/posts/one.md": post("One", text="[a](../linked.md) [b](https://me.example/blog/whole/#b)"),
            "content/linked.md": "# Linked\n",
            "content/whole.md": "# Whole\n\n## B\n",
            "content/itself.md": "# Itself\n\n[me](https://me.example/blog/itself/)\n",
            "content/forgotten.md": "# Forgotten\n",
            "content/secret.md": "---\nlisted: false\n---\n\n# Secret\n",
        }
    )
    found = [one.path for one in site.problems(checks=True) if one.rule == "lone-page"]
    assert found == ["content/forgotten.md", "content/itself.md"]
