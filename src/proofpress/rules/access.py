"""What keeps readers out: images that say nothing to who does not see them, links whose words tell nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import TextRule, once_each

if TYPE_CHECKING:
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Found

_FILE: Final = re.compile(r"[\w .()-]+\.(?:png|jpe?g|gif|svg|webp|avif|bmp)", re.IGNORECASE)
_SAYS_NOTHING: Final = frozenset(
    {"image", "img", "picture", "photo", "screenshot", "alt text", "alt", "figure", "untitled"}
)


class _NoAlternative(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first image without words for it, and the first with a file's name in their place."""
        if "![" not in text.source:
            return ()
        missing = self.says(
            "this image has no words for who does not see it", "write between the brackets what it shows: '![…](…)'"
        )
        empty = self.says(
            "the words of this image say nothing of what it shows",
            "write between the brackets what it shows: '![…](…)'",
        )
        images = [link for link in text.links if link.image]
        return once_each(
            (missing if not link.text.strip() else empty, link.place)
            for link in images
            if not link.text.strip()
            or _FILE.fullmatch(link.text.strip())
            or link.text.strip().casefold() in _SAYS_NOTHING
        )


_VAGUE: Final = frozenset({"here", "click here", "this link", "link", "read more", "more", "click", "this page"})


class _VagueLink(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first link whose words do not tell where it leads."""
        if "](" not in text.source and "][" not in text.source:
            return ()
        fault = self.says(
            "out of its sentence, as a list of links shows it, this link does not tell where it leads",
            "make the link of the words that name what is there",
        )
        return once_each(
            (fault, link.place)
            for link in text.links
            if not link.image
            and (words := link.text.strip(" .").casefold()) in _VAGUE
            and f"/{words}." not in link.href
        )


NO_ALTERNATIVE: Final = _NoAlternative("no-alternative", "warning", "text", checked=True, precision=(25, 25))
VAGUE_LINK: Final = _VagueLink("vague-link", "warning", "text", checked=True, precision=(25, 25))
