"""Filling: a target, its body and the site become a page's bytes. Also the little files for machines.

A page is filled from its own body and from answers of the site's view; no other page's HTML is in reach.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup, escape

from proofpress.model import Body, Card, Heading, Output, PageTarget, Place, Reference
from proofpress.pages.templates import TemplateError, Templates
from proofpress.paths import Base, SitePath, output_path
from proofpress.rules.links import BROKEN_LINK
from proofpress.rules.rule import replacing
from proofpress.site import questions
from proofpress.site.cards import humanise
from proofpress.site.dates import iso_date
from proofpress.site.links import free_reference, own_fragment
from proofpress.site.machine_files import UNLISTED_KINDS
from proofpress.site.values import OutlineItem, Page, feeds_of
from proofpress.site.view import SiteView
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.config import Config
    from proofpress.problems import Problem
    from proofpress.site.links import Resolved
    from proofpress.site.questions import AskSite

EMPTY = Body(html="")
PLAIN_TITLES = {"archive": "Archive", "not-found": "Page not found", "alias": "This page has moved"}


def settle(body: Body, card: Card, ask: AskSite, *, absolute: bool = False) -> tuple[str, list[Problem]]:
    """Put URLs in place of a body's references; absolute ones for a feed. Returns HTML and the problems of its links.

    An image that is a file of the site gets its size, so that the page doesn't jump while it loads.
    """
    pieces = body.html.split("\0")
    problems: list[Problem] = []
    for at in range(1, len(pieces), 2):
        reference = body.references[int(pieces[at])]
        if reference.href.startswith("#"):
            found = own_fragment(reference, card, body.anchors)
        else:
            found = ask(questions.Link(_asker(reference, card), reference.href, reference.kind, reference.raw))
        if found.problem is not None:
            problems.append(placed(found.problem, card, reference))
        url = str(escape(found.absolute if absolute else found.url))
        pieces[at] = f'src="{url}"{_size(found)}' if reference.kind == "image" else url
    return "".join(pieces), problems


def _asker(reference: Reference, card: Card) -> str:
    """Return the page on whose behalf a link is asked for: none for a link from the root, the same on every page."""
    return "" if reference.href.startswith("/") else card.path


def placed(found: Problem, card: Card, reference: Reference) -> Problem:
    """Return a link's problem at its place, and its edits, where the link stands there as it is meant.

    One that is written with escapes or entities is longer; what is written as raw HTML may be meant for others.
    """
    as_meant = reference.length == len(reference.href) and not reference.raw
    edits = tuple(
        replacing(
            card.path, Place(reference.line, reference.column + edit.column - 1), edit.old, edit.text, safe=edit.safe
        )
        for edit in found.edits
        if as_meant
    )
    return msgspec.structs.replace(
        found, path=card.path, line=reference.line, column=reference.column, length=reference.length, edits=edits
    )


def _size(found: Resolved) -> str:
    file = found.file
    return f' width="{file.width}" height="{file.height}"' if file is not None and file.width and file.height else ""


def fill(
    target: PageTarget,
    *,
    body: Body | None,
    card: Card | None,
    ask: AskSite,
    config: Config,
    templates: Templates,
    image_place: Place | None = None,
) -> tuple[Output | None, list[Problem]]:
    """Make one page. Returns None instead of an output where the template fails; the problems say why."""
    problems: list[Problem] = []
    content = ""
    if body is not None and card is not None and target.kind != "alias" and target.number == 1:
        content, problems = settle(body, card, ask)
    image, image_problem = _image(card, ask, image_place) if target.kind != "alias" else (None, None)
    if image_problem is not None:
        problems.append(image_problem)
    page = make_page(target, body or EMPTY, card, ask, config, image)
    context = {"page": page, "content": Markup(content), "site": SiteView(ask, config)}  # noqa: S704 - the renderer's own HTML
    try:
        text = templates.render(target.template, target.source or target.origin, context)
    except TemplateError as error:
        return None, [*problems, error.problem]
    return Output(output_path(target.site_path), text.encode("utf-8")), problems


def make_page(
    target: PageTarget, body: Body, card: Card | None, ask: AskSite, config: Config, image: str | None
) -> Page:
    """Return what a template sees as `page`."""
    site_path, kind, base = target.site_path, target.kind, Base.of(config.url)
    feeds = feeds_of(config, SitePath("/"), config.title)
    page = Page(
        kind=kind,
        title=(card.title if card else "") or PLAIN_TITLES.get(kind, config.title),
        url=base.href(site_path),
        permalink=base.absolute(site_path),
        description=card.description if card else "",
        image=image,
        feeds=feeds,
        path=target.source,
    )
    more: dict[str, Any] = {}
    if card is not None and kind != "alias":
        authors = card.authors or config.authors
        more |= {
            "date": card.date,
            "date_has_time": card.date_has_time,
            "updated": card.updated,
            "updated_has_time": card.updated_has_time,
            "authors": list(authors) if kind in ("post", "page") else [],
            "terms": ask(questions.TermsOf(card.path)),
            "draft": card.draft,
            "extra": card.extra,
        }
        if target.number == 1:
            more |= {
                "has_math": "<math" in body.html,
                "outline": nest(body.outline),
                "toc": card.toc if card.toc is not None else len(body.outline) >= 3,
                "words": body.words,
                "minutes": card.minutes,
            }
    if kind == "home":
        more["description"] = page.description or config.description
    if kind in ("home", "list", "term"):
        shown = ask(questions.List(kind, target.folder or target.taxonomy, target.term, target.number))
        more |= {"posts": shown.posts, "pager": shown.pager}
    if kind == "list" and card is None:
        more["title"] = _folder_title(target.folder)
    if kind == "term":
        term = ask(questions.Term(target.taxonomy, target.term))
        more |= {"term": term, "title": term.name, "feeds": [*term.feeds, *feeds], "taxonomy": target.taxonomy}
    if kind == "taxonomy":
        more |= {"taxonomy": target.taxonomy, "title": _folder_title(target.taxonomy)}
        more["all_terms"] = ask(questions.Terms(target.taxonomy))
    if kind == "archive":
        more["years"] = ask(questions.Years())
    if kind == "alias":
        more["target"] = base.href(target.to)
        more["permalink"] = base.absolute(target.to)
    page = msgspec.structs.replace(page, **more)
    if kind in UNLISTED_KINDS:
        return page
    return msgspec.structs.replace(page, structured_data=structured_data(page, config))


def structured_data(page: Page, config: Config) -> Markup:
    """Return a page's JSON-LD (schema.org), with every character escaped that could end a script element."""
    about: dict[str, Any] = {"@context": "https://schema.org"}
    if page.kind == "post":
        about |= {"@type": "BlogPosting", "headline": page.title, "mainEntityOfPage": page.permalink}
        if page.date is not None:
            about["datePublished"] = iso_date(page.date, page.date_has_time)
            changed, has_time = page.updated or page.date, page.updated_has_time if page.updated else page.date_has_time
            about["dateModified"] = iso_date(changed, has_time)
        if page.authors:
            about["author"] = [
                {"@type": "Person", "name": author.name} | ({"url": author.url} if author.url else {})
                for author in page.authors
            ]
        keywords = [term.name for term in page.terms.get("tags", [])]
        if keywords:
            about["keywords"] = keywords
        about["wordCount"] = page.words
    elif page.kind == "home":
        about |= {"@type": "WebSite", "name": config.title}
    else:
        about |= {"@type": "WebPage" if page.kind == "page" else "CollectionPage", "name": page.title}
    about |= {"url": page.permalink, "inLanguage": config.language}
    if page.description:
        about["description"] = page.description
    if page.image:
        about["image"] = page.image
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - just escaped


def nest(headings: Sequence[Heading]) -> list[OutlineItem]:
    """Return a flat outline as a tree: a heading's children are those of a deeper level that follow it."""
    root: list[OutlineItem] = []
    open_items: list[OutlineItem] = []
    for heading in headings:
        item = OutlineItem(heading.level, heading.id, Markup(heading.html), heading.text, [])  # noqa: S704 - rendered
        while open_items and open_items[-1].level >= heading.level:
            open_items.pop()
        (open_items[-1].children if open_items else root).append(item)
        open_items.append(item)
    return root


def _image(card: Card | None, ask: AskSite, place: Place | None) -> tuple[str | None, Problem | None]:
    """Return the full URL of a page's image. Only one that the front matter names can be a problem."""
    if card is None or not card.image:
        return None, None
    if not read(card.image).local:
        return card.image, None
    reference = free_reference(card.image, place)
    found = ask(questions.Link(_asker(reference, card), reference.href, reference.kind))
    failed = found.problem
    if failed is None or place is None:
        return (found.absolute if failed is None else None), None
    return None, BROKEN_LINK.says(failed.message, failed.hint).at(card.path, place)


def _folder_title(folder: str) -> str:
    return humanise(folder.rpartition("/")[2])
