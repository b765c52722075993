"""Markdown twins: each post's text as it was written, beside its page, for programs that read; and /llms.txt, their list.

A twin begins with the title, the dates and the address of its page. Its links are absolute, since it is read elsewhere,
and listings hold the code that they include; else it is the author's Markdown to the letter. `/llms.txt` follows
llmstxt.org.
"""

from __future__ import annotations

from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING, Final

from proofpress.kinds.target import FilledTarget, Kind, PlainTarget, Planning, Published, Target
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.patterns import lazy
from proofpress.site import questions
from proofpress.site.dates import iso_date
from proofpress.site.values import Alternate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.kinds.making import Making
    from proofpress.model import Body, Card, Reference
    from proofpress.problems import Problem

MEDIA_TYPE: Final = "text/markdown"
LLMS: Final = SitePath("/llms.txt")

_MARKS: Final = lazy(r"([\\`*_\[\]<>#&|~$])")
_ESCAPE: Final = lazy(r"\\([!-/:-@\[-`{-~])")
_FIRST_HEADING: Final = lazy(r"(?:[ \t]*\n)*(?: {0,3}#[ \t][^\n]*|[^\n]*\S[^\n]*\n {0,3}=+[ \t]*)(?:\n|\Z)")


class TwinTarget(FilledTarget, frozen=True, kw_only=True):
    """A post's Markdown."""

    travels = True
    carries = False

    @property
    def text_of(self) -> SourcePath | None:
        """Return the post."""
        return self.source

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Write it. What is wrong with its links is told of the page."""
        card, body = making.card, making.text()
        assert card is not None, "a twin is one of a post"
        assert body is not None, "and shows its text"
        text = with_absolute_links(body, absolute_links(body, card, making))
        heading = _FIRST_HEADING.match(text) if body.title is not None else None
        text = text[heading.end() :] if heading else text
        return f"{head(card)}\n{text.strip(chr(10))}\n".encode(), []


class LlmsTarget(PlainTarget, frozen=True, kw_only=True):
    """The list of all twins."""

    yields = True
    names_posts = True

    def write(self, published: Published) -> bytes:
        """Return it, newest posts first."""
        config, base = published.config, Base.of(published.config.url)
        there = {target.site_path for target in published.targets}
        lines = [f"# {_plain(config.title)}", ""]
        lines += [f"> {_plain(config.description)}", ""] if config.description else []
        lines += ["## Posts", ""]
        for card in published.site.all_posts:
            if (path := twin_path(card.site_path)) in there:
                about = f": {_plain(card.description)}" if card.description else ""
                lines.append(f"- [{_plain(card.title)}]({_destination(base.absolute(path))}){about}")
        return ("\n".join(lines).rstrip("\n") + "\n").encode()


def twin_path(page: SitePath) -> SitePath:
    """Return where a page's twin stands: `/posts/a/index.md`, `/a.md` of `/a.html`."""
    return SitePath(f"{page}index.md" if page.endswith("/") else f"{page.removesuffix('.html')}.md")


def head(card: Card) -> str:
    """Return what a twin begins with."""
    lines = [f"# {_plain(card.title)}", ""]
    if card.date is not None:
        lines.append(f"Published: {iso_date(card.date, card.date_has_time)}  ")
    if card.updated is not None:
        lines.append(f"Updated: {iso_date(card.updated, card.updated_has_time)}  ")
    return "\n".join([*lines, f"Page: <{card.permalink}>", ""])


def absolute_links(body: Body, card: Card, making: Making) -> list[tuple[Reference, str]]:
    """Return the references of a text, each with the full URL that it leads to."""
    return [
        (reference, questions.led_to(reference, card, body.anchors, making.ask).absolute)
        for reference in body.references
    ]


def with_absolute_links(body: Body, links: list[tuple[Reference, str]]) -> str:
    """Return a text with its links made absolute, each where it stands; of a reference, where it is defined.

    Listings that show code of other files have it in them.
    """
    lines = body.markdown.split("\n")
    edits: defaultdict[int, dict[int, tuple[int, str]]] = defaultdict(dict)
    for reference, url in links:
        row, begin = reference.line - body.first_line, reference.column - 1
        written = lines[row][begin : begin + reference.length] if 0 <= row < len(lines) else ""
        if _meant(written) == reference.href:
            edits[row][begin] = (begin + reference.length, _destination(url))
    for row, pieces in edits.items():
        for begin, (end, url) in sorted(pieces.items(), reverse=True):
            lines[row] = lines[row][:begin] + url + lines[row][end:]
    for first, end, listing in reversed(body.copies):
        lines[first:end] = [listing]
    return "\n".join(lines)


def _meant(written: str) -> str:
    """Return a destination as it is meant, escapes and entities undone."""
    return unescape(_ESCAPE.sub(r"\1", written)).strip()


def _destination(url: str) -> str:
    """Return a URL so that it is one destination in Markdown and in HTML."""
    for mark, code in (
        ("(", "%28"),
        (")", "%29"),
        ("|", "%7C"),
        ("<", "%3C"),
        (">", "%3E"),
        (" ", "%20"),
        ('"', "%22"),
    ):
        url = url.replace(mark, code)
    return url.replace("&", "&amp;")


def _plain(text: str) -> str:
    """Return plain text so that Markdown takes it for that."""
    return _MARKS.sub(r"\\\1", text)


def plan(planning: Planning) -> Iterator[Target]:
    """Give a twin for each post, and the list of them."""
    if not planning.config.twins:
        return
    for card in planning.site.all_posts:
        yield TwinTarget(
            site_path=twin_path(card.site_path), origin=f"the Markdown twin of {card.path}", source=card.path
        )
    yield LlmsTarget(site_path=LLMS, origin="the list of Markdown twins")


def alternates(card: Card, config: Config) -> Iterator[Alternate]:
    """Give a post's twin."""
    if config.twins and card.is_post:
        yield Alternate("Markdown", Base.of(config.url).href(twin_path(card.site_path)), MEDIA_TYPE)


KIND = Kind(plan=plan, alternates=alternates, reads_source=lambda config: config.twins)
