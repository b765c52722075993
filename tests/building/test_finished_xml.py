"""Feeds and other XML that templates and plugins write, as `check` reads them: what no program can read, and what begins nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

from proofpress.rules.xml_file import relatives, unreadable

if TYPE_CHECKING:
    from pathlib import Path

PLUGINS = """\
from proofpress.plugins import FilledTarget, Kind, Markdown, PlainTarget, SitePath


class Roll(PlainTarget, frozen=True, kw_only=True):
    def write(self, published):
        return b"<opml><body>A & B</body></opml>"


class Drawing(FilledTarget, frozen=True, kw_only=True):
    def make(self, making):
        return b"<svg><g></svg>", []


def plan(planning):
    yield Roll(site_path=SitePath("/roll.opml"), origin="the roll")
    yield Drawing(site_path=SitePath("/mark.svg"), origin="the mark")


def quoted(writer, tokens, index):
    writer.out.append('<a href="cite/">\\u201c</a>')
    return index + 1


def hooked(md):
    pass


plugins = [Kind(plan=plan), Markdown(hooked, blocks={"hr": quoted})]
"""
FILES = {
    "site.yaml": "title: Notes\nurl: https://me.example/blog/\nfeeds: {atom: true, rss: true}\n",
    "content/posts/one.md": post("One", text="First.\n\n---\n\nLast."),
    "content/posts/two.md": post(
        "Two", date="2026-01-02", text="[One](one.md) and <img src='/blog/posts/one/' alt=''>."
    ),
    "content/cast.md": "---\ntitle: Cast\nurl: /cast.xml\ntemplate: cast.xml\n---\n",
    "content/all.md": "---\ntitle: All & more\nurl: /all.xml\ntemplate: all.xml\n---\n[One](posts/one.md)\n",
    "content/whole.md": "---\ntitle: Whole\nurl: /whole.atom\ntemplate: whole.xml\n---\n",
    "templates/cast.xml": "<rss><channel>\n  <title>{{ page.title }}</title>\n  <p>A<br>B</p>\n</channel></rss>\n",
    "templates/all.xml": (
        '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>{{ page.title }}</title>\n<link>/blog/</link>\n'
        "{% for post in site.posts() %}<item><link>{{ post.url }}</link></item>{% endfor %}\n"
        "<description>{{ content | forceescape }}</description>\n</channel></rss>\n"
    ),
    "templates/whole.xml": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{{ site.permalink }}"><link href="posts/"/></feed>'
    ),
    "plugins.py": PLUGINS,
}
ASKED = {"malformed-xml", "relative-address"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, int, str, str]]:
    site = SmallSite(tmp_path_factory.mktemp("xml")).write(FILES)
    found = [one for one in site.problems(checks=True) if one.rule in ASKED]
    assert [one for one in site.problems() if one.rule in ASKED] == []
    return [(one.path, one.line, one.column, one.message, one.hint.rpartition("(")[2]) for one in found]


def test_what_no_program_can_read_is_told_with_its_line_at_the_template_or_the_plugin(
    told: list[tuple[str, int, int, str, str]],
) -> None:
    assert [one[:4] for one in told if "can't be read" in one[3]] == [
        ("plugins.py", 0, 1, "line 1 of '/mark.svg' can't be read as XML at '</svg>': an element ends that is not the one opened last"),
        ("plugins.py", 0, 1, "line 1 of '/roll.opml' can't be read as XML at '& B</body></opml>': a mark stands there that must not, such as '&' or '<' by itself"),
        ("templates/cast.xml", 3, 12, "line 3 of '/cast.xml' can't be read as XML at '</p>': an element ends that is not the one opened last"),
    ]  # fmt: skip


def test_addresses_that_begin_nowhere_are_told_where_they_were_written_whoever_wrote_them(
    told: list[tuple[str, int, int, str, str]],
) -> None:
    found = [(path, line, message.split("'")[1], where) for path, line, _, message, where in told if "rel" in message]
    assert found == [
        ("content/posts/one.md", 0, "cite/", "in /feed.xml and 1 more file)"),
        ("templates/all.xml", 0, "/blog/posts/one/", "in /all.xml)"),
        ("templates/all.xml", 0, "/blog/posts/two/", "in /all.xml)"),
        ("templates/all.xml", 3, "/blog/", "in /all.xml)"),
    ]


@pytest.mark.parametrize(
    ("xml", "hrefs"),
    [
        ("<feed><entry><link href='a'/><id>urn:x</id><content type='html'>&lt;img src=\"b.png\"></content></entry></feed>", ["a", "b.png"]),
        ("<feed><entry><content type='xhtml'><div><a href='#c'>C</a></div></content></entry></feed>", ["#c"]),
        ("<rss><channel><item><guid>g</guid><guid isPermaLink='false'>h</guid><enclosure url='i.mp3'/></item></channel></rss>", ["g", "i.mp3"]),
        ("<rss><channel><item><description><![CDATA[<a href='j'>J</a>]]></description></item></channel></rss>", ["j"]),
        ("<urlset><url><loc>/k</loc></url><url><loc>https://me.example/l</loc></url></urlset>", ["/k"]),
        ("<svg><a href='m'><text>M</text></a></svg>", []),
        ("<rss><channel><link>//n.example</link><docs>o</docs><item><link>mailto:p</link></item></channel></rss>", []),
        ("<feed><entry><summary>&lt;svg>&lt;use href='#s'/>&lt;/svg>&lt;a href='#t'></summary></entry></feed>", ["#t"]),
        ("<feed xml:base='https://me.example/'><link href='q'/></feed>", []),
        ("<rss><channel><item><title>&lt;a href='r'></title></item></channel></rss>", []),
    ],
)  # fmt: skip
def test_an_address_of_a_feed_or_a_sitemap_is_whole(xml: str, hrefs: list[str]) -> None:
    assert unreadable(xml.encode()) is None
    assert [one.href for one in relatives(xml.encode())] == hrefs


@pytest.mark.parametrize(
    ("xml", "line", "reason"),
    [
        ("<a>\n<b></a>", 2, "mismatched tag"),
        ("<a>&nbsp;</a>", 1, "undefined entity"),
        ("\n<?xml version='1.0'?><a/>", 2, "XML or text declaration not at start of entity"),
        ("<a>\n", 2, "no element found"),
        ("<a/><a/>", 1, "junk after document element"),
        ("<a><b:c/></a>", 1, "unbound prefix"),
        ("<a b='1' b='2'/>", 1, "duplicate attribute"),
        ("<a><b", 1, "unclosed token"),
        ("", 1, "no element found"),
        ("<?xml version='1.0' encoding='none'?><a/>", 1, "unknown encoding: none"),
    ],
)
def test_a_file_that_is_no_xml_says_where_and_why(xml: str, line: int, reason: str) -> None:
    found = unreadable(xml.encode())
    assert found is not None
    assert (found.line, found.reason) == (line, reason)


def test_the_own_feeds_and_sitemap_of_a_site_are_read_by_any_program(tmp_path: Path) -> None:
    text = 'A \x0b mark, an &nbsp; entity, ]]> and <b title="x & y">bold</b>, `</content>`.'
    text += '\n\n<svg><image href="../../plot.svg"/><image xlink:href="/plot.svg"/><use href="#a"/></svg>'
    built = SmallSite(tmp_path).write(
        {
            "site.yaml": FILES["site.yaml"],
            "content/posts/one.md": post("O<n>e & \x0b", text=text),
            "static/plot.svg": "<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        }
    )
    made = built.build()
    outputs: dict[str, bytes] = {str(path): data for path, data in made.outputs.items()}
    assert [one.message for one in made.problems if "plot" in one.message] == []
    assert outputs["posts/one/index.html"].count(b'href="/blog/plot.svg"') == 2
    files = {path: data for path, data in outputs.items() if path.endswith((".xml", ".svg"))}
    assert {"feed.xml", "rss.xml", "sitemap.xml"} <= files.keys()
    assert {path: unreadable(data) for path, data in files.items()} == dict.fromkeys(files)
    assert [one for path in files for one in relatives(files[path])] == []
