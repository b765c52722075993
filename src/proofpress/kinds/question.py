"""What a plugin's targets may ask of the site, beside the questions of `site.questions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from proofpress.site.index import Site

Answer = TypeVar("Answer")


class Question(msgspec.Struct, Generic[Answer], frozen=True):
    """A question about the site that a plugin's targets ask, named in its `Kind.questions`.

    Its fields are what it is about. Each target that asked is made again when the answer is another, and not before.
    """

    def answer(self, site: Site) -> Answer:
        """Return the answer: a plain value, a struct, or lists and the like of such; a pure function. LookupError is one too."""
        raise AssertionError(f"{type(self).__name__} does not say how it is answered")
