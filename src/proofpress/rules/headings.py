"""What can be wrong with headings: a page has one title, and shows it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, TextRule, once_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.model import Place
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Found


class _RepeatedTitle(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first heading of a text where it says what the title says already."""
        title = text.document.front.title
        if title is None or not text.has_first_level or not text.headings:
            return
        first = text.headings[0]
        if first.level == 1 and _plain(first.text) == _plain(title):
            yield REPEATED_TITLE.again(), first.place

    def again(self) -> Fault:
        return self.says(
            "this heading repeats the title, which the page shows above its text",
            "take the heading out, or 'title:' out of the front matter",
        )


class _SecondTitle(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of the level-1 headings beside the title."""
        return once_each(self._all(text))

    def _all(self, text: Text) -> Iterator[tuple[Fault, Place]]:
        title = text.document.front.title
        if not text.has_first_level:
            return
        for number, heading in enumerate(text.headings):
            repeats = number == 0 and title is not None and _plain(heading.text) == _plain(title)
            if heading.level == 1 and not heading.title and not repeats:
                yield SECOND_TITLE.beside(), heading.place

    def beside(self) -> Fault:
        return self.says(
            "this is a heading of the first level, which is that of the page's title", "write it with two '#', '## …'"
        )


def _plain(words: str) -> str:
    return "".join(character for character in words.casefold() if character.isalnum())


REPEATED_TITLE: Final = _RepeatedTitle("repeated-title", "warning", "text", precision=(25, 25))
SECOND_TITLE: Final = _SecondTitle("second-title", "warning", "text", precision=(25, 25))
