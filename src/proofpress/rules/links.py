"""What can be wrong with links: where they lead, and where in it."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


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


PUT_IMAGE: Final = "put the image there, or write the path of one that exists"

BROKEN_LINK: Final = _BrokenLink("broken-link", "error", "site")
BROKEN_ANCHOR: Final = _BrokenAnchor("broken-anchor", "warning", "site")
MISSING_IMAGE: Final = _MissingImage("missing-image", "warning", "site")
UNKNOWN_URL: Final = _UnknownUrl("unknown-url", "warning", "site")
DRAFT_LINK: Final = _DraftLink("draft-link", "error", "site")
