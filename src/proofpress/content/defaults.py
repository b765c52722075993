"""Front matter that the settings give to whole folders, beneath what each document says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content.globs import matcher
from proofpress.model import FrontMatter, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OWN: Final = frozenset({"title", "date", "updated", "slug", "url", "aliases"})
"""Keys that can only be a document's own."""

_SIMPLE: Final = ("description", "authors", "template", "image", "toc", "language")


class Default(msgspec.Struct, frozen=True, kw_only=True):
    """What the documents have that a pattern matches, where they don't say otherwise."""

    pattern: str
    """A glob below content/."""
    front: FrontMatter
    keys: tuple[str, ...]
    """Which keys of front matter it gives."""
    place: Place = Place(0, 1)
    """Where the pattern stands in site.yaml."""


class Defaults:
    """The defaults of a site, ready to be looked up."""

    def __init__(self, defaults: Sequence[Default]) -> None:
        self._defaults: list[tuple[Callable[[str], bool], Default]] = [
            (matcher([default.pattern]), default) for default in reversed(defaults)
        ]

    def beneath(self, path: str, front: FrontMatter, places: dict[str, Place]) -> tuple[FrontMatter, dict[str, Place]]:
        """Put the defaults of a document beneath what it says itself; of two defaults the later one counts.

        `path` is the document's below content/; `places` has each key that it gives. A default's image stands at the
        document's beginning, so that one which is not there is told.
        """
        given = set(places)
        for matches, default in self._defaults:
            if not matches(path):
                continue
            new = {key: getattr(default.front, key) for key in default.keys if key in _SIMPLE and key not in given}
            terms = {name: words for name, words in default.front.terms.items() if name not in given}
            front = msgspec.structs.replace(
                front,
                **new,
                # What says in any form that it is a draft stays one.
                draft=front.draft or ("draft" not in given and default.front.draft),
                terms=terms | front.terms,
                extra=default.front.extra | front.extra,
            )
            if "image" in new:
                places = places | {"image": Place(1, 1)}
            given.update(default.keys)
        return front, places
