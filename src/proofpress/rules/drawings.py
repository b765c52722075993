"""What can be wrong with what is drawn: diagrams, social cards, and the programs that draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.rules.rule import Fault, Rule, TextRule

if TYPE_CHECKING:
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Found


class _MissingExtra(Rule, frozen=True):
    def cards(self, install: str) -> Fault:
        return self.says(
            "the settings have 'cards: true', which needs resvg: no card is drawn, and pages keep the theme's picture",
            f"install it with: {install}",
        )

    def diagram(self, kind: str, install: str) -> Fault:
        return self.says(
            f"what draws '{kind}' is not installed, so the diagram is shown as its text",
            f"install it with: {install}; or write 'diagrams: false' below 'markdown:' in site.yaml",
        )


class _BrokenDiagram(TextRule, frozen=True):
    def of(self, kind: str, why: str) -> Fault:
        called = {"mermaid": "Mermaid", "dot": "Graphviz", "d2": "D2"}.get(kind, kind)
        return self.says(f"{called} can't draw this: {why}", "the diagram is shown as its text until it is mended")

    def check(self, text: Text) -> Found:
        """Give each diagram that can't be drawn, on a site that shows diagrams as their text."""
        if "mermaid" not in text.source and "dot" not in text.source:
            return
        from proofpress.diagrams import drawing  # noqa: PLC0415 - most texts have no diagrams

        for listing in text.listings:
            kind = listing.options.language.lower()
            if kind not in drawing.KINDS or not listing.options.checked or not drawing.can_draw(kind):
                continue
            found = drawing.draw(kind, listing.code)
            if isinstance(found, drawing.Flaw):
                place = (
                    listing.place(found.offset(listing.code), found.length) if listing.code else listing.info_place()
                )
                yield msgspec.structs.replace(self.of(kind, found.message), hint="mend it, or call it 'text'"), place


class _CardLetters(Rule, frozen=True):
    def none_of(self, letters: str) -> Fault:
        """Tell of letters that no font has, each once."""
        few = letters if len(letters) <= 12 else f"{letters[:12]}…"
        return self.says(
            f"no font of the social card has '{few}', so no card is drawn of this page",
            "put a font that has them into data/, and name it in site.yaml: 'card_fonts: [data/….ttf]'",
        )


class _CardFont(Rule, frozen=True):
    def not_there(self, path: str) -> Fault:
        return self.says(f"there is no file '{path}', so no card is set in it", "put the font there, or mend the path")

    def unread(self, path: str, why: str) -> Fault:
        return self.says(f"'{path}' can't be used for cards: {why}", "name a .ttf or .otf file")


MISSING_EXTRA: Final = _MissingExtra("missing-extra", "warning", "site")
BROKEN_DIAGRAM: Final = _BrokenDiagram("broken-diagram", "warning", "text")
CARD_LETTERS: Final = _CardLetters("card-letters", "warning", "site")
CARD_FONT: Final = _CardFont("card-font", "warning", "site")
