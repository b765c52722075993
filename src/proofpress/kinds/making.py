"""What a target is made with: settings, templates, documents, and whoever answers questions and takes note of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from proofpress.config import Config
    from proofpress.engine.steps import Question, Recorder
    from proofpress.model import Body, Card, Place
    from proofpress.pages.templates import Templates
    from proofpress.paths import SourcePath
    from proofpress.site.questions import Known
    from proofpress.site.values import Alternate

Answer = TypeVar("Answer")
Part = TypeVar("Part")


class Workshop(msgspec.Struct, kw_only=True):
    """What one process makes all its targets with."""

    config: Config
    templates: Templates
    cards: Mapping[SourcePath, Card]
    places: Mapping[SourcePath, Mapping[str, Place]]
    """By document: where the values of its front matter stand."""
    body: Callable[[SourcePath], Body]
    """Returns a document's text."""
    recorder: Callable[[], Recorder[Known]]
    """Makes who answers one target's questions and takes note of them."""
    alternates: Callable[[Card], Iterable[Alternate]]
    """Gives the other forms in which a document is published."""
    parts: dict[Hashable, tuple[Any, Recorder[Known]]] = {}
    """What several targets have in common, made once."""


class Making:
    """One target's making. A target may know of documents what it names in itself, and learns all else by asking."""

    def __init__(self, shop: Workshop) -> None:
        """Take note of what is asked from now on, in `asked`."""
        self._shop = shop
        self.config = shop.config
        self.templates = shop.templates
        self.asked = shop.recorder()

    def ask(self, question: Question[Known, Answer], /) -> Answer:
        """Return the answer to a question. Raises LookupError where there is none."""
        return self.asked.ask(question)

    def card(self, path: SourcePath | None) -> Card | None:
        """Return a document's card; only that of the target's own `source`, since nobody takes note of it."""
        return self._shop.cards.get(path) if path is not None else None

    def place(self, path: SourcePath, key: str) -> Place | None:
        """Return where a key of the target's own document stands; only of `image`, as with its card."""
        return self._shop.places.get(path, {}).get(key)

    def body(self, path: SourcePath) -> Body:
        """Return a document's text: that of `text_of`, or of one whose `questions.Body` is asked as well."""
        return self._shop.body(path)

    def alternates(self, card: Card) -> list[Alternate]:
        """Return the other forms in which a document is published."""
        return list(self._shop.alternates(card))

    def shared(self, key: Hashable, make: Callable[[Making], Part]) -> Part:
        """Return what `make` gives, made once in this process for all targets that name it by this key.

        What it asked is recorded for each of them.
        """
        found = self._shop.parts.get(key)
        if found is None:
            inner = Making(self._shop)
            found = self._shop.parts[key] = make(inner), inner.asked
        part, others = found
        self.asked.take(others)
        return part  # type: ignore[no-any-return]
