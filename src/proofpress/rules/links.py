"""What can be wrong with links: where they lead, and where in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, Rule, TextRule, once_each

if TYPE_CHECKING:
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


class _MissingImage(Rule, frozen=True):
    def no_image(self, path: str, mend: str) -> Fault:
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


_HIDDEN: Final = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\u3164\ufeff]"
)
"""Blanks that are none of ASCII's, marks that have no width, and those that turn the direction of writing."""


class _HiddenInLink(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the links whose address holds what nobody sees."""
        if text.source.isascii() or not _HIDDEN.search(text.source):
            return ()
        return once_each(
            (HIDDEN_IN_LINK.holds(found[0]), link.place) for link in text.links if (found := _HIDDEN.search(link.href))
        )

    def holds(self, character: str) -> Fault:
        return self.says(
            f"the address of this link holds the character U+{ord(character):04X}, which nobody sees",
            "delete it, or write the address anew",
        )


PUT_IMAGE: Final = "put the image there, or write the path of one that exists"

BROKEN_LINK: Final = _BrokenLink("broken-link", "error", "site")
BROKEN_ANCHOR: Final = _BrokenAnchor("broken-anchor", "warning", "site")
MISSING_IMAGE: Final = _MissingImage("missing-image", "warning", "site")
UNKNOWN_URL: Final = _UnknownUrl("unknown-url", "warning", "site")
DRAFT_LINK: Final = _DraftLink("draft-link", "error", "site")
HIDDEN_IN_LINK: Final = _HiddenInLink("hidden-in-link", "warning", "text")
