"""Feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, with each post's full text and nothing relative in it.

All are written from the same entries, and an entry has one id in each. A feed's `updated` is its newest post's, never the clock's.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.model import Author, Body, Card
from proofpress.pages.filling import settle
from proofpress.paths import Base, SitePath
from proofpress.site.dates import rfc_822, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from proofpress.config import Config
    from proofpress.site.lists import Format
    from proofpress.site.questions import AskSite
    from proofpress.site.values import FeedPosts

HEADING_ANCHOR = re.compile(r'<a class="anchor".*?</a>', re.DOTALL)
ALIGNED_CELL = re.compile(r'(<t[dh] )class="align-(left|center|right)"')
SHARE_OF_WIDTH = re.compile(r'(<(?:img|table)\b(?![^>]* width=)[^>]*\bclass="(?:[^"]* )?width-(\d+)(?: [^"]*)?")')
LINE_NUMBER = re.compile(r'<a class="number"[^>]*></a>')
NOTE_MARK = re.compile(r'<button type="button" class="note"[^>]*>(\d+)</button>')
LISTING = re.compile(r'(<pre\b[^>]*\btabindex="0"[^>]*><code\b[^>]*>)(.*?)(?=</code></pre>)', re.DOTALL)
LABEL = re.compile(r'<small class="label" data-label="([^"]*)"></small>')
SPAN = re.compile(r"</?span\b[^>]*>")
OWN_FRAGMENT = re.compile(r'(<a\b[^>]*\bhref=")(#[^"]*")')
_NAMESPACES: Final = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
NEVER = "1970-01-01T00:00:00+00:00"
"""The `updated` that Atom asks for, in a feed that has no entry yet."""


class Entry(msgspec.Struct, frozen=True):
    """A post in a feed: its card, and its text with every URL absolute."""

    card: Card
    html: str


def entry(card: Card, body: Body, ask: AskSite) -> Entry:
    """Return a post's entry. Heading anchors and the buttons of listings are left out, and fragments lead to the post's own page."""
    html, _ = settle(body, card, ask, absolute=True)
    if 'class="anchor"' in html:
        html = _without_anchors(html)
    html = _without_classes(html)
    if 'class="number"' in html:
        html = LINE_NUMBER.sub("", html)
    if 'class="note"' in html:
        html = NOTE_MARK.sub(r" (\1)", html).replace(' popover=""', "")
    if ' tabindex="0"' in html:  # half of a listing is classes, to which no reader has a style sheet
        if 'class="label"' in html:
            html = LABEL.sub(r" (\1)", html)
        html = LISTING.sub(lambda found: found[1] + SPAN.sub("", found[2]), html)
    if 'href="#' in html:
        html = OWN_FRAGMENT.sub(lambda found: f"{found[1]}{_text(card.permalink)}{found[2]}", html)
    return Entry(card, html)


def _without_anchors(html: str) -> str:
    """Take out the links of headings to themselves, and the blanks before each."""
    *before, rest = HEADING_ANCHOR.split(html)
    return "".join([*(piece.rstrip() for piece in before), rest])


def _without_classes(html: str) -> str:
    """Say in attributes of HTML what the theme's style sheets say of classes: readers of feeds have only those."""
    if 'class="align-' in html:
        html = ALIGNED_CELL.sub(r'\1align="\2"', html)
    return SHARE_OF_WIDTH.sub(r'\1 width="\2%"', html) if "width-" in html else html


def feed(form: Format, own: SitePath, about: FeedPosts, entries: Sequence[Entry], config: Config) -> bytes:
    """Return a feed's file; `own` is where it stands."""
    base = Base.of(config.url)
    return _WRITERS[form](about.title, base.absolute(about.home), base.absolute(own), entries, config).encode("utf-8")


def atom(title: str, home: str, own: str, entries: Sequence[Entry], config: Config) -> str:
    """Return an Atom feed."""
    updated = max((_changed(e.card) for e in entries), default=NEVER, key=_moment)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(config.language)}">',
        f"<title>{_text(title)}</title>",
        *([f"<subtitle>{_text(config.description)}</subtitle>"] if config.description else []),
        f'<link rel="self" type="application/atom+xml" href="{escape(own)}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(home)}"/>',
        f"<id>{_text(home)}</id>",
        f"<updated>{updated}</updated>",
        *(_atom_author(author) for author in config.authors or (Author(config.title),)),
        "<generator>Proofpress</generator>",
        *(_atom_entry(e) for e in entries),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _atom_entry(entry: Entry) -> str:
    card = entry.card
    assert card.date is not None, "feeds carry dated posts alone"
    lines = [
        f'<entry xml:lang="{escape(card.language)}">' if card.language else "<entry>",
        f"<title>{_text(card.title)}</title>",
        f'<link rel="alternate" type="text/html" href="{escape(card.permalink)}"/>',
        f"<id>{_text(card.id or card.permalink)}</id>",
        f"<published>{timestamp(card.date)}</published>",
        f"<updated>{_changed(card)}</updated>",
        *(_atom_author(author) for author in card.authors),
        *(f'<category term="{escape(name)}"/>' for name in card.terms.get("tags", ())),
        *([f"<summary>{_text(card.description)}</summary>"] if card.description else []),
        f'<content type="html">{_text(entry.html)}</content>',
        "</entry>",
    ]
    return "\n".join(lines)


def _atom_author(author: Author) -> str:
    url = f"<uri>{_text(author.url)}</uri>" if author.url else ""
    email = f"<email>{_text(author.email)}</email>" if author.email else ""
    return f"<author><name>{_text(author.name)}</name>{url}{email}</author>"


def rss(title: str, home: str, own: str, entries: Sequence[Entry], config: Config) -> str:
    """Return an RSS 2.0 feed (rssboard.org/rss-specification), the texts as `content:encoded`."""
    updated = max((_moment_of(e.card) for e in entries), default=None)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<rss version="2.0" {_NAMESPACES}>',
        "<channel>",
        f"<title>{_text(title)}</title>",
        f"<link>{_text(home)}</link>",
        f"<description>{_text(config.description or title)}</description>",
        f"<language>{_text(config.language)}</language>",
        *(f"<managingEditor>{_text(f'{a.email} ({a.name})')}</managingEditor>" for a in config.authors[:1] if a.email),
        *([f"<lastBuildDate>{rfc_822(updated)}</lastBuildDate>"] if updated else []),
        "<generator>Proofpress</generator>",
        f'<atom:link rel="self" type="application/rss+xml" href="{escape(own)}"/>',
        *(_rss_item(e, config) for e in entries),
        "</channel>",
        "</rss>",
    ]
    return "\n".join(lines) + "\n"


def _rss_item(entry: Entry, config: Config) -> str:
    """Return an item. Its description is HTML to readers, so plain text is escaped for that first; nothing in it is empty."""
    card = entry.card
    assert card.date is not None, "feeds carry dated posts alone"
    lines = [
        "<item>",
        f"<title>{_text(card.title)}</title>",
        f"<link>{_text(card.permalink)}</link>",
        f'<guid isPermaLink="{"false" if card.id else "true"}">{_text(card.id or card.permalink)}</guid>',
        f"<pubDate>{rfc_822(card.date)}</pubDate>",
        *(f"<dc:creator>{_text(author.name)}</dc:creator>" for author in card.authors or config.authors),
        *([f"<dc:language>{_text(card.language)}</dc:language>"] if card.language else []),
        *(f"<category>{_text(name)}</category>" for name in card.terms.get("tags", ())),
        *([f"<description>{_text(_text(card.description))}</description>"] if card.description else []),
        *([f"<content:encoded>{_text(entry.html)}</content:encoded>"] if entry.html.strip() else []),
        "</item>",
    ]
    return "\n".join(lines)


def json_feed(title: str, home: str, own: str, entries: Sequence[Entry], config: Config) -> str:
    """Return a JSON feed."""
    about: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": home,
        "feed_url": own,
        "language": config.language,
    }
    if config.description:
        about["description"] = config.description
    if config.authors:
        about["authors"] = [_json_author(author) for author in config.authors]
    about["items"] = [_json_item(e) for e in entries]
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _json_item(entry: Entry) -> dict[str, Any]:
    card = entry.card
    assert card.date is not None, "feeds carry dated posts alone"
    item: dict[str, Any] = {
        "id": card.id or card.permalink,
        "url": card.permalink,
        "title": card.title,
        "content_html": entry.html,
        "date_published": timestamp(card.date),
    }
    if card.language:
        item["language"] = card.language
    if card.updated is not None:
        item["date_modified"] = timestamp(card.updated)
    if card.description:
        item["summary"] = card.description
    if card.authors:
        item["authors"] = [_json_author(author) for author in card.authors]
    if card.terms.get("tags"):
        item["tags"] = list(card.terms["tags"])
    return item


def _json_author(author: Author) -> dict[str, str]:
    return {"name": author.name} | ({"url": author.url} if author.url else {})


def _moment_of(card: Card) -> dt.datetime:
    changed = card.updated or card.date
    assert changed is not None, "feeds carry dated posts alone"
    return changed


def _changed(card: Card) -> str:
    return timestamp(_moment_of(card))


def _moment(stamp: str) -> float:
    return dt.datetime.fromisoformat(stamp).timestamp()


def _text(text: str) -> str:
    """Escape text for XML, outside of attributes."""
    return escape(text, quote=False)


_WRITERS: Final[Mapping[Format, Callable[[str, str, str, Sequence[Entry], Config], str]]] = {
    "atom": atom,
    "rss": rss,
    "json": json_feed,
}
