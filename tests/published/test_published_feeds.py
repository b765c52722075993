"""Feeds and the sitemap as other people's programs read them: feedparser, the rules of JSON Feed, the sitemap's schema."""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import json
import re
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser
import pytest
import xmlschema
from published_pages import parse

if TYPE_CHECKING:
    from published_pages import Output
    from tests.conftest import NpmFile

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def feeds(output: Output, extension: str) -> dict[str, bytes]:
    found = {name: path.read_bytes() for name, path in output.files.items() if name.endswith(f"feed.{extension}")}
    assert f"feed.{extension}" in found
    return found


def relative(text: str) -> list[str]:
    """Return the URLs of an entry that mean nothing outside the page where they were written."""
    return [f"{where} {url}" for where, url in parse(text).references if not urlsplit(url).scheme]


def test_feedparser_reads_every_atom_feed_without_complaint(output: Output) -> None:
    for name, data in feeds(output, "xml").items():
        read = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)  # what it tells is the same
        assert not read.bozo, (name, read.get("bozo_exception"))
        assert read.version == "atom10", name
        assert read.feed.title, name
        assert urlsplit(read.feed.link).scheme == "https", name
        assert read.entries, name


def test_an_atom_feed_has_what_rfc_4287_asks_for(output: Output) -> None:
    for name, data in feeds(output, "xml").items():
        root = ET.fromstring(data)
        assert root.tag == f"{ATOM}feed", name
        authored = root.find(f"{ATOM}author/{ATOM}name") is not None
        [own] = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
        assert own == output.url(name), name
        ids = [root.findtext(f"{ATOM}id", "")]
        for entry in root.findall(f"{ATOM}entry"):
            assert entry.findtext(f"{ATOM}title"), name
            assert RFC_3339.fullmatch(entry.findtext(f"{ATOM}published", "")), name
            assert RFC_3339.fullmatch(entry.findtext(f"{ATOM}updated", "")), name
            assert authored or entry.find(f"{ATOM}author/{ATOM}name") is not None, name
            [content] = entry.findall(f"{ATOM}content")
            assert content.get("type") == "html", name
            ids.append(entry.findtext(f"{ATOM}id", ""))
        assert all(urlsplit(one).scheme == "https" for one in ids), name
        assert len(set(ids[1:])) == len(ids) - 1, name


def test_an_atom_feed_was_updated_when_its_newest_post_was(output: Output) -> None:
    for name, data in feeds(output, "xml").items():
        root = ET.fromstring(data)
        moments = [dt.datetime.fromisoformat(e.findtext(f"{ATOM}updated", "")) for e in root.findall(f"{ATOM}entry")]
        assert dt.datetime.fromisoformat(root.findtext(f"{ATOM}updated", "")) == max(moments), name


def test_no_url_in_a_feed_is_relative(output: Output) -> None:
    for name, data in feeds(output, "xml").items():
        for entry in ET.fromstring(data).findall(f"{ATOM}entry"):
            assert relative(entry.findtext(f"{ATOM}content", "")) == [], name
            assert all(urlsplit(link.get("href", "")).scheme for link in entry.findall(f"{ATOM}link")), name
    for name, data in feeds(output, "json").items():
        for item in json.loads(data)["items"]:
            assert relative(item["content_html"]) == [], name


def test_every_url_of_this_site_in_a_feed_leads_somewhere(output: Output) -> None:
    for name, data in feeds(output, "json").items():
        for item in json.loads(data)["items"]:
            for where, url in parse(item["content_html"]).references:
                if output.of_this_site(url):
                    target = output.file(url.partition("#")[0])
                    assert target is not None, (name, where, url)


def test_a_feed_carries_each_posts_full_text(output: Output) -> None:
    for item in json.loads(output.files["feed.json"].read_bytes())["items"]:
        page = output.file(item["url"])
        assert page is not None, item["url"]
        assert parse(item["content_html"]).content == output.pages[page].content, page


def test_both_formats_of_a_feed_say_the_same(output: Output) -> None:
    for name, data in feeds(output, "xml").items():
        entries = ET.fromstring(data).findall(f"{ATOM}entry")
        items = json.loads(output.files[name.removesuffix("xml") + "json"].read_bytes())["items"]
        assert [
            (e.findtext(f"{ATOM}id"), e.findtext(f"{ATOM}title"), e.findtext(f"{ATOM}content")) for e in entries
        ] == [(i["id"], i["title"], i["content_html"]) for i in items], name


# ---------------------------------------------------------------- RSS


CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}"
RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d [+-]\d{4}"
)
CHANNEL = {
    "title", "link", "description", "language", "managingEditor", "lastBuildDate", "generator", f"{ATOM}link", "item",
}  # fmt: skip
ITEM = {"title", "link", "guid", "pubDate", f"{DC}creator", f"{DC}language", "category", "description", CONTENT}
REPEATED = {"item", "category", f"{DC}creator"}


def rss_feeds(output: Output) -> dict[str, bytes]:
    found = {name: path.read_bytes() for name, path in output.files.items() if name.endswith("index.xml")}
    assert "index.xml" in found
    return found


def rss_faults(data: bytes) -> list[str]:
    """Return what breaks the specification of RSS 2.0 or the best practices profile (rssboard.org)."""
    faults = []

    def check(held: object, fault: str) -> None:
        if not held:
            faults.append(fault)

    def children(of: ET.Element, known: set[str]) -> dict[str, str]:
        names = [child.tag for child in of]
        check(not set(names) - known, f"{of.tag} holds {sorted(set(names) - known)}")
        check(all(names.count(name) == 1 for name in names if name not in REPEATED), f"{of.tag} holds one twice")
        check(
            all(len(child) or (child.text or "").strip() or child.attrib for child in of), f"{of.tag} has an empty one"
        )
        return {child.tag: child.text or "" for child in of}

    def moment(text: str) -> None:
        check(RFC_822.fullmatch(text), f"{text} is no date of RFC 822")
        with contextlib.suppress(ValueError):
            told = parsedate_to_datetime(text)
            check(text.startswith(told.strftime("%a, %d ")), f"{text} is another day of the week")

    root = ET.fromstring(data)
    check((root.tag, root.get("version"), len(root)) == ("rss", "2.0", 1), "no rss 2.0 with one channel")
    channel = children(root[0], CHANNEL)
    check({"title", "link", "description"} <= set(channel), "channel lacks what it must have")
    check(re.fullmatch(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*", channel.get("language", "en")), "language is no tag")
    check(re.fullmatch(r"\S+@\S+ \(.+\)", channel.get("managingEditor", "a@b (c)")), "managingEditor is no address")
    moments = [channel["lastBuildDate"]] if "lastBuildDate" in channel else []
    links, ids = [channel.get("link", "")], []
    for item in root[0].findall("item"):
        said = children(item, ITEM)
        check("title" in said or "description" in said, "an item with neither title nor description")
        order = [child.tag for child in item]
        check(
            CONTENT in said and "description" not in order[order.index(CONTENT) :],
            "no content, or the description behind it",
        )
        links.append(said.get("link", ""))
        ids.append(said.get("guid", ""))
        if item.find("guid[@isPermaLink='false']") is None:
            links.append(said.get("guid", ""))
        moments.append(said.get("pubDate", ""))
    for one in moments:
        moment(one)
    check(all(urlsplit(one).scheme in ("http", "https") for one in links), "a link is no URL")
    check(len(set(ids)) == len(ids), "two items with one guid")
    return faults


def test_every_rss_feed_keeps_the_specification_and_feedparser_reads_it_without_complaint(rich_output: Output) -> None:
    for name, data in rss_feeds(rich_output).items():
        assert rss_faults(data) == [], name
        read = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
        assert (read.bozo, read.version, read.feed.language) == (False, "rss20", "en"), name
        assert [link.href for link in read.feed.links if link.rel == "self"] == [rich_output.url(name)]
        assert read.entries, name


def test_the_specification_of_rss_finds_a_broken_feed() -> None:
    item = "<item><guid>/a/</guid><pubDate>Mon, 05 Jan 2025 00:00:00 +0000</pubDate><category></category></item>"
    assert rss_faults(
        f"<rss version='2.0'><channel><title>A</title><link>/a/</link>{item}{item}</channel></rss>".encode()
    ) == [
        "channel lacks what it must have",
        *[
            "item has an empty one",
            "an item with neither title nor description",
            "no content, or the description behind it",
        ]
        * 2,
        *["Mon, 05 Jan 2025 00:00:00 +0000 is another day of the week"] * 2,
        "a link is no URL",
        "two items with one guid",
    ]


def test_an_rss_feed_says_the_same_as_the_atom_feed_beside_it(rich_output: Output) -> None:
    for name, data in rss_feeds(rich_output).items():
        items = ET.fromstring(data).findall("channel/item")
        beside = rich_output.files[name.removesuffix("index.xml") + "feed.xml"].read_bytes()
        entries = ET.fromstring(beside).findall(f"{ATOM}entry")
        assert [
            (
                i.findtext("guid"),
                i.findtext("title"),
                i.findtext(CONTENT),
                parsedate_to_datetime(i.findtext("pubDate", "")),
                [category.text for category in i.findall("category")],
                html.unescape(i.findtext("description", "")),
            )
            for i in items
        ] == [
            (
                e.findtext(f"{ATOM}id"),
                e.findtext(f"{ATOM}title"),
                e.findtext(f"{ATOM}content"),
                dt.datetime.fromisoformat(e.findtext(f"{ATOM}published", "")),
                [category.get("term") for category in e.findall(f"{ATOM}category")],
                e.findtext(f"{ATOM}summary", ""),
            )
            for e in entries
        ], name


def test_a_feed_holds_no_script(output: Output) -> None:
    for data in feeds(output, "json").values():
        for item in json.loads(data)["items"]:
            page = parse(item["content_html"])
            assert page.scripts == []
            assert page.handlers == []


KNOWN = {
    "feed": "version title home_page_url feed_url description user_comment next_url icon favicon authors author "
    "language expired hubs items",
    "item": "id url external_url title content_html content_text summary image banner_image date_published "
    "date_modified authors author tags language attachments",
    "author": "name url avatar",
}


def json_feed_faults(feed: Any) -> list[str]:
    """Return what breaks the rules of JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    faults = []

    def check(held: bool, fault: str) -> None:
        if not held:
            faults.append(fault)

    def known(kind: str, value: dict[str, Any]) -> None:
        for key in value:
            check(key.startswith("_") or key in KNOWN[kind].split(), f"{kind} has the unknown key {key}")

    def text(value: dict[str, Any], *keys: str) -> None:
        for key in keys:
            check(isinstance(value.get(key, ""), str), f"{key} is no string")

    def url(value: dict[str, Any], *keys: str) -> None:
        for key in keys:
            check(urlsplit(value.get(key, "https:")).scheme in ("http", "https"), f"{key} is no URL")

    def authors(value: dict[str, Any]) -> None:
        for author in value.get("authors", []):
            known("author", author)
            text(author, "name")
            url(author, "url", "avatar")
            check(bool(author), "an author without anything")

    known("feed", feed)
    check(feed.get("version") == "https://jsonfeed.org/version/1.1", "version")
    check(isinstance(feed.get("title"), str), "title")
    url(feed, "home_page_url", "feed_url", "icon", "favicon")
    authors(feed)
    for item in feed["items"]:
        known("item", item)
        check(isinstance(item.get("id"), str) and item["id"] != "", "id")
        check("content_html" in item or "content_text" in item, "neither content_html nor content_text")
        text(item, "title", "content_html", "content_text", "summary", "language")
        url(item, "url", "external_url", "image", "banner_image")
        authors(item)
        for key in ("date_published", "date_modified"):
            check(RFC_3339.fullmatch(item.get(key, "2000-01-01T00:00:00Z")) is not None, f"{key} {item.get(key)}")
        check(all(isinstance(tag, str) for tag in item.get("tags", [])), "tags")
    ids = [item.get("id") for item in feed["items"]]
    check(len(set(ids)) == len(ids), "two items with one id")
    return faults


def test_every_json_feed_keeps_the_rules_of_json_feed(output: Output) -> None:
    for name, data in feeds(output, "json").items():
        feed = json.loads(data)
        assert json_feed_faults(feed) == [], name
        assert feed["feed_url"] == output.url(name), name


def test_the_rules_of_json_feed_find_a_broken_feed() -> None:
    item = {"id": 1, "url": "/a/", "date_published": "2024-01-05", "tags": [1], "body": "", "authors": [{}]}
    assert json_feed_faults({"version": "1", "items": [item], "feed_url": "feed.json"}) == [
        "version",
        "title",
        "feed_url is no URL",
        "item has the unknown key body",
        "id",
        "neither content_html nor content_text",
        "url is no URL",
        "an author without anything",
        "date_published 2024-01-05",
        "tags",
    ]


def test_feeds_are_announced_where_they_belong(output: Output) -> None:
    for name, page in output.documents():
        announced = page.links.get("alternate", [])
        assert announced, name
        for url in announced:
            assert output.file(output.url("").removesuffix(urlsplit(output.base).path) + url), (name, url)


def test_a_title_that_attacks_is_text_in_a_feed(rich_output: Output) -> None:
    [entry] = [
        entry
        for entry in ET.fromstring(rich_output.files["feed.xml"].read_bytes()).findall(f"{ATOM}entry")
        if entry.findtext(f"{ATOM}id", "").endswith("/posts/attack/")
    ]
    title = entry.find(f"{ATOM}title")
    assert title is not None
    assert title.text == "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    assert title.get("type", "text") == "text"
    assert "<script>alert(3)</script>" in [category.get("term") for category in entry.findall(f"{ATOM}category")]


# ---------------------------------------------------------------- the sitemap


def addresses(output: Output) -> list[str]:
    root = ET.fromstring(output.files["sitemap.xml"].read_bytes())
    return [url.findtext(f"{SITEMAP}loc", "") for url in root]


@pytest.mark.sitemap_schema
def test_the_sitemap_is_valid_against_its_schema(output: Output, npm_file: NpmFile) -> None:
    schema = xmlschema.XMLSchema(str(npm_file("sitemap/schema/sitemap.xsd")))
    assert [str(fault) for fault in schema.iter_errors(str(output.files["sitemap.xml"]))] == []


def test_the_sitemap_lists_every_page_once_and_nothing_else(output: Output) -> None:
    listed = addresses(output)
    assert len(set(listed)) == len(listed)
    assert sorted(str(output.file(url)) for url in listed) == sorted(name for name, _ in output.documents())


def test_the_sitemap_says_the_same_addresses_as_the_pages_themselves(output: Output) -> None:
    assert sorted(addresses(output)) == sorted(page.links["canonical"][0] for _, page in output.documents())


def test_robots_txt_names_the_sitemap(output: Output) -> None:
    assert f"Sitemap: {output.base}sitemap.xml" in output.files["robots.txt"].read_text("utf-8").splitlines()
