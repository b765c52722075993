"""What fills a page, whichever kind it is of: a body with its references settled, its image, outline and JSON-LD."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from markupsafe import Markup, escape

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.rules.links import BROKEN_LINK
from proofpress.rules.rule import replacing
from proofpress.site import questions
from proofpress.site.links import asker, free_reference
from proofpress.site.values import OutlineItem
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.model import Body, Card, Heading, Reference
    from proofpress.problems import Problem
    from proofpress.site.links import Resolved
    from proofpress.site.questions import AskSite


_EAGER: Final = lazy(r"<img(?=[\s/>])(?![^>]*\sloading\s*=)", re.IGNORECASE)
_IMAGE: Final = lazy(r"<img(?=[\s/>])[^>]*>", re.IGNORECASE)
_FOR_BOTH: Final = lazy(r'(?<==")light-dark\((#[0-9a-f]+), #[0-9a-f]+\)(?=")')
"""A colour of a diagram; who reads feeds has one ground, and often a program that is older than the function."""
_WAITS: Final = ' loading="lazy" decoding="async"'
"""What a figure's image says."""
_SAYS_ITSELF: Final = lazy(r"\s(?:loading|fetchpriority)\s*=", re.IGNORECASE)
_SMALL: Final = lazy(r"""\swidth\s*=\s*["']?1?[0-9]?[0-9](?![0-9])""", re.IGNORECASE)
"""A width of less than 200 pixels: of a badge, or a sign."""
_TAG: Final = lazy(r"<[^>]*>")
_NEAR: Final = 900
"""Characters of text that stand before an image which a phone shows at once; words of that many fill its screen."""
_FAR: Final = 4_000
"""Characters before one which no window shows at once: fifty lines of prose, and more of all else."""
_REST_OF_TAG: Final = lazy(r"""(?:[^>"']|"[^"]*"|'[^']*')*""")
_GIVEN: Final = lazy(r"""\s(width|height)\s*=\s*["']?\s*([^\s"'>]*)""", re.IGNORECASE)
_PIXELS: Final = lazy(r"([0-9]{1,6})(?:\.[0-9]+)?(?:px)?", re.IGNORECASE)


def settle(
    body: Body, card: Card, ask: AskSite, *, absolute: bool = False, characters: object = None
) -> tuple[str, list[Problem]]:
    """Put URLs in place of a body's references; absolute ones for a feed. Returns HTML and the problems of its links.

    An image that is a file of the site gets its size, so that the page doesn't jump while it loads; on a page, whose lines
    have so many `characters`, lighter ones that were made of it are offered as well.
    """
    pieces = body.html.split("\0")
    problems: list[Problem] = []
    for at in range(1, len(pieces), 2):
        reference = body.references[int(pieces[at])]
        found = questions.led_to(reference, card, body.anchors, ask)
        if found.problem is not None:
            problems.append(placed(found.problem, card, reference))
        url = str(escape(found.absolute if absolute else found.url))
        pieces[at] = f'src="{url}"{_size(found, pieces, at)}' if reference.kind == "image" else url
        if reference.kind == "image" and not absolute and found.file is not None and found.file.picture is not None:
            from proofpress.pages.pictures import offered  # noqa: PLC0415 - where a site asks for them

            offered(pieces, at, found, characters)
    html = "".join(pieces)
    if absolute and "light-dark(" in html:
        html = _FOR_BOTH.sub(r"\1", html)
    return (html if absolute else lazily(html)), problems


def lazily(html: str) -> str:
    """Have images wait until they are near, but for one that opens a text. Where code may write HTML, none is touched.

    That one stands where a reader looks first, and a browser that waits for the layout shows it late.
    """
    first = _IMAGE.search(html) if "<img" in html or "<IMG" in html else None
    if first is None or "<script" in html:
        return html
    begin, rest = html[: first.start()], html[first.end() :]
    begin += _first(first[0], len(_TAG.sub("", begin)) if first.start() > _NEAR else first.start())
    if rest.count("<img") + rest.count("<IMG") != rest.count(' loading="'):
        rest = _EAGER.sub(r"\g<0> loading=lazy decoding=async", rest)
    return begin + rest


def _first(tag: str, before: int) -> str:
    """Return the tag of a text's first image, with so many characters of text before it.

    One that is seen at once is asked for before all that the page loads besides style sheets.
    """
    own = tag.replace(_WAITS, "")
    if _SAYS_ITSELF.search(own):
        return own
    if before > _FAR:
        return _EAGER.sub(r"\g<0> loading=lazy decoding=async", own)
    return _EAGER.sub(r"\g<0> fetchpriority=high", own) if before <= _NEAR and not _SMALL.search(own) else own


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


def _size(found: Resolved, pieces: Sequence[str], at: int) -> str:
    """Return an image's size, as far as its tag around `pieces[at]` does not say it.

    Where one side is given in pixels, the other follows by the image's shape. Beside a share of the width stands nothing:
    no number of pixels belongs to it.
    """
    file = found.file
    if file is None or not file.width or not file.height:
        return ""
    given = dict(_GIVEN.findall(_tag(pieces, at).lower()))
    if not given:
        return f' width="{file.width}" height="{file.height}"'
    side, written = next(iter(given.items()))
    number = _PIXELS.fullmatch(written)
    if len(given) > 1 or number is None:
        return ""
    long, short = (file.height, file.width) if side == "width" else (file.width, file.height)
    return f' {"height" if side == "width" else "width"}="{max(1, round(int(number[1]) * long / short))}"'


def _tag(pieces: Sequence[str], at: int) -> str:
    """Return the tag around the piece at an odd number, without what stands at such: URLs."""
    begin, end = at - 1, at + 1
    before, behind = pieces[begin], pieces[end]
    while "<" not in before and begin > 0:
        begin -= 2
        before = pieces[begin] + before
    while ">" not in behind and end + 2 < len(pieces):
        end += 2
        behind += pieces[end]
    rest = _REST_OF_TAG.match(behind)
    return before[before.rfind("<") :] + (rest[0] if rest is not None else "")


def json_ld(about: Mapping[str, Any]) -> Markup:
    """Return a page's JSON-LD (schema.org), with every character escaped that could end a script element."""
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


def image_size(card: Card, ask: AskSite) -> tuple[int | None, int | None]:
    """Return width and height of a document's image, where it is a file of the site; None for what nobody knows."""
    if not card.image or not read(card.image).local:
        return None, None
    reference = free_reference(card.image, None)
    file = ask(questions.Link(asker(reference, card), reference.href, reference.kind)).file
    return (file.width, file.height) if file is not None else (None, None)


def image_of(card: Card, ask: AskSite, place: Place | None) -> tuple[str | None, Problem | None]:
    """Return the full URL of a document's image. Only one that the front matter names, at `place`, can be a problem."""
    if not card.image:
        return None, None
    if not read(card.image).local:
        return card.image, None
    reference = free_reference(card.image, place)
    found = ask(questions.Link(asker(reference, card), reference.href, reference.kind))
    failed = found.problem
    if failed is None or place is None:
        return (found.absolute if failed is None else None), None
    return None, BROKEN_LINK.says(failed.message, failed.hint).at(card.path, place)
