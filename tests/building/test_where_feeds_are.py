"""Where feeds are: the site's where the settings say, all others by the same path below their own folders."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

import pytest
from small_site import SmallSite, post

from proofpress.output.publish import in_order
from proofpress.paths import OutputPath
from proofpress.site.dates import rfc_822

SITE = "title: Small\nurl: https://me.example/\n"
LANGUAGES = "languages: [en, de]\nsections: {notes: {feed: true}}\n"
FILES = {
    "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-05\ntags: [gpu]\nauthors: [Ada, Bob]\n---\n\nText of A.\n",
    "content/posts/b.md": "---\ntitle: B\ndate: 2020-02-24\nid: tag:me.example,2020:b\n---\n",
    "content/posts/c.de.md": "---\ntitle: C\ndate: 2026-05-05 10:30\ntags: [gpu]\n---\n\nText.\n",
    "content/notes/n.md": "---\ntitle: N\ndate: 2026-01-06\n---\n\nText.\n",
}


def with_feeds(site: SmallSite, feeds: str, more: str = "") -> SmallSite:
    return site.write(FILES | {"site.yaml": f"{SITE}feeds: {feeds}\n{more}"})


def test_feeds_of_terms_sections_and_languages_have_the_path_of_the_site_s_below_their_folders(site: SmallSite) -> None:
    path = "/feed/all.rss"
    built = with_feeds(site, f"{{rss: {path}, json: /all.json}}", LANGUAGES).build()
    assert not built.problems
    found = {f"/{name}" for name, data in built.outputs.items() if b"<rss " in data}
    assert found == {f"{folder}{path}" for folder in ("", "/tags/gpu", "/notes", "/de", "/de/tags/gpu")}
    for page, announced in {
        "posts/a/index.html": [path],
        "tags/gpu/index.html": [f"/tags/gpu{path}", path],
        "notes/index.html": [f"/notes{path}", path],
        "de/index.html": [f"/de{path}"],
    }.items():
        head = built.outputs[OutputPath(page)].decode().partition("</head>")[0]
        assert re.findall(r'type="application/rss\+xml"[^>]* href="([^"]*)"', head) == announced, page
    # Each kind is announced, and has its button.
    home = built.outputs[OutputPath("index.html")].decode()
    kinds = ["atom+xml", "rss+xml", "feed+json"]
    assert re.findall(r'<link rel="alternate" type="application/([^"]*)"', home) == kinds
    assert re.findall(r'<a class="feed" href="([^"]*)" type="application/([^"]*)">([^<]*)</a>', home) == [
        ("/feed.xml", "atom+xml", "Atom feed"),
        (path, "rss+xml", "RSS feed"),
        ("/all.json", "feed+json", "JSON Feed"),
    ]


def test_an_rss_feed_tells_of_its_posts_in_english_dates_and_with_ids_of_their_own(site: SmallSite) -> None:
    pages = with_feeds(site, "{rss: /index.xml}", "language: de\ntimezone: Europe/Paris\nauthors: [Cleo]\n").pages()
    channel = ET.fromstring(pages["index.xml"])[0]
    assert (channel.findtext("language"), channel.findtext("description")) == ("de", "Small")
    creator = "{http://purl.org/dc/elements/1.1/}creator"
    assert [
        (
            item.findtext("title"),
            item.findtext("pubDate"),
            item.findtext("guid"),
            [guid.attrib for guid in item.findall("guid")],
            [one.text for one in item.findall(creator)],
        )
        for item in channel.findall("item")
    ] == [
        ("C", "Tue, 05 May 2026 10:30:00 +0200", "https://me.example/posts/c.de/", [{"isPermaLink": "true"}], ["Cleo"]),
        (
            "A",
            "Mon, 05 Jan 2026 00:00:00 +0100",
            "https://me.example/posts/a/",
            [{"isPermaLink": "true"}],
            ["Ada", "Bob"],
        ),
        ("B", "Mon, 24 Feb 2020 00:00:00 +0100", "tag:me.example,2020:b", [{"isPermaLink": "false"}], ["Cleo"]),
    ]
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    assert [(item.findtext(content) or "").strip() for item in channel.findall("item")] == [
        "<p>Text.</p>",
        "<p>Text of A.</p>",
        "",
    ]
    assert all(child.text for item in channel.findall("item") for child in item), (
        "a post without a text has no empty one"
    )
    assert channel.findtext("lastBuildDate") == "Tue, 05 May 2026 10:30:00 +0200"


def test_an_offset_with_seconds_which_rfc_822_has_no_words_for_is_told_in_utc() -> None:
    zone = dt.timezone(dt.timedelta(minutes=9, seconds=21))
    assert rfc_822(dt.datetime(1850, 1, 5, tzinfo=zone)) == "Fri, 04 Jan 1850 23:50:39 +0000"
    assert rfc_822(dt.datetime(9, 12, 31, 23, 59, 59, tzinfo=dt.UTC)) == "Thu, 31 Dec 0009 23:59:59 +0000"


@pytest.mark.parametrize(
    ("files", "column", "says"),
    [
        ({"content/posts/d.md": post("D", more="url: /index.xml\n")}, 14, "content/posts/d.md"),
        ({"static/index.xml": "<a/>"}, 14, "static/index.xml"),
        ({"content/posts/d.md": post("D", text="Text.\n", more="url: /index.xml/d/\n")}, 14, "content/posts/d.md"),
    ],
    ids=["page", "file", "page below"],
)
def test_a_path_of_the_settings_that_another_has_is_told_there(
    site: SmallSite, files: dict[str, str], column: int, says: str
) -> None:
    (found,) = with_feeds(site.write(files), "{rss: /index.xml}").problems("url-collision")
    assert (found.path, found.line, found.column) == ("site.yaml", 3, column)
    assert says in found.message
    assert "the site's RSS feed" in found.message
    assert found.hint == "write another path here, or move the other"


def test_a_path_that_proofpress_keeps_for_itself_is_told_in_the_settings(site: SmallSite) -> None:
    (found,) = with_feeds(site, "{rss: /.proofpress/feed.xml}").problems("reserved-path")
    assert (found.path, found.line, found.column) == ("site.yaml", 3, 14)


def test_a_feed_is_sent_after_the_pages_that_it_speaks_of_whatever_its_name_ends_with() -> None:
    paths = [OutputPath(path) for path in ("all.atom", "all.rss", "index.xml", "index.html", "posts/a/index.html")]
    assert in_order(paths)[:2] == ["posts/a/index.html", "index.html"]
