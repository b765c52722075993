"""What can be wrong with links: where they lead, and where in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.rule import Fault, Rule, TextRule, once_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.model import Place
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Found


class _BrokenLink(Rule, frozen=True):
    def no_page(self, path: str, mend: str) -> Fault:
        return self.says(f"no page is made from '{path}'", mend)

    def no_file(self, path: str, mend: str) -> Fault:
        return self.says(f"no file is at '{path}'", mend)

    def template(self, path: str) -> Fault:
        """Tell of a link that asks for another generator's template language."""
        return self.no_page(path, "posts are not templates here: write the path of the file")


class _BrokenAnchor(Rule, frozen=True):
    def no_id(self, where: str, name: str, mend: str) -> Fault:
        return self.says(f"{where} has no heading or id '{name}'", mend)


_DRAWN: Final = ".run/"
"""In the path of a picture that a listing drew when it was run."""


class _MissingImage(Rule, frozen=True):
    def no_image(self, path: str, mend: str) -> Fault:
        if not mend and _DRAWN in path:
            mend = "run the post that drew it: 'proofpress run'"
        return self.says(f"no image is at '{path}'", mend or PUT_IMAGE)


class _UnknownUrl(Rule, frozen=True):
    def nothing_at(self, path: str, mend: str) -> Fault:
        return self.says(f"no page or file of this site is at '{path}'", mend)


class _DraftLink(Rule, frozen=True):
    def left_out(self, path: str) -> Fault:
        return self.says(
            f"'{path}' is a draft or a post of the future, which this build leaves out",
            "publish it as well, or build with --drafts or --future",
        )


class _UnusedReference(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first definition that nothing refers to, and the first that an earlier one of its label hides."""
        return once_each(self._all(text)) if text.has_unused_definitions else ()

    def _all(self, text: Text) -> Iterator[tuple[Fault, Place]]:
        unused = self.says(
            "nothing refers to this definition of a link, so nothing of it is on the page",
            "take it out, or write its label in brackets where the link should stand",
        )
        second = self.says(
            "a definition before this one has the same label, and counts", "give one of them a label of its own"
        )
        for each in text.references:
            if each.again:
                yield second, each.place
            elif not each.used and each.href not in _COMMENTS and each.label not in _COMMENT_LABELS:
                yield unused, each.place


_COMMENTS: Final = frozenset({"", "#", "/"})
_COMMENT_LABELS: Final = frozenset({"//", "COMMENT", "#", "_"})
"""Where a comment is written as a definition that leads nowhere: `[//]: # (text)`, `[comment]: <> (text)`."""


class _LostLink(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each link and image in what is plain text on the page."""
        if text.title is None and "![" not in text.source:
            return ()
        fault = self.says(
            "this stands in the title or in the text of an image, which are plain text: it leads nowhere and shows nothing",
            "put it in a paragraph of its own",
        )
        return [(fault, link.place) for link in text.lost_links]


_SCHEME: Final = lazy(r"[A-Za-z][\w+.-]*:|[/\\]{2}|[#?]")


class _GithubLink(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each link and image whose address is one of the site's and no file's."""
        for link in text.links:
            path = link.href.partition("#")[0].partition("?")[0]
            if not path or _SCHEME.match(link.href):
                continue
            if path.startswith("/") or ("." not in path.rpartition("/")[2] and path.strip("./")):
                what = "image" if link.image else "link"
                fault = self.says(
                    f"this {what} is by an address of the site, so that it leads nowhere where GitHub shows the file",
                    "write the path of the file from this one, such as '../notes/linkers.md'; pages lead to its page",
                )
                yield fault, link.place


PUT_IMAGE: Final = "put the image there, or write the path of one that exists"

BROKEN_LINK: Final = _BrokenLink("broken-link", "error", "site", precision=(25, 25))
BROKEN_ANCHOR: Final = _BrokenAnchor("broken-anchor", "warning", "site", precision=(25, 25))
MISSING_IMAGE: Final = _MissingImage("missing-image", "warning", "site", precision=(25, 25))
UNKNOWN_URL: Final = _UnknownUrl("unknown-url", "warning", "site", precision=(25, 25))
LOST_LINK: Final = _LostLink("lost-link", "warning", "text", precision=(13, 13))
UNUSED_REFERENCE: Final = _UnusedReference("unused-reference", "warning", "text", precision=(25, 25))
GITHUB_LINK: Final = _GithubLink("github-link", "warning", "text", checked=True, optional=True, precision=(25, 25))
DRAFT_LINK: Final = _DraftLink("draft-link", "error", "site")
