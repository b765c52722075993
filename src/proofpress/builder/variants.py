"""What was made of the pictures that pages show, as far as a build that makes none has to know of it."""

from __future__ import annotations

from typing import Final

import msgspec

from proofpress.engine.loop import Kind
from proofpress.model import Picture
from proofpress.output.pictures import Shelf
from proofpress.output.publish import Made
from proofpress.paths import OutputPath, SourcePath
from proofpress.problems import Problem

PICTURES: Final = Kind("picture")
"""The kind of step that makes them."""


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of the pictures that pages show."""

    made: dict[SourcePath, Picture] = {}
    """By the original's file; of those of which nothing lighter came there is none."""
    problems: list[Problem] = []
    dropped: frozenset[bytes] = frozenset()
    """The digests of what the build before needed and this one doesn't."""
    data: dict[bytes, bytes] = {}
    """By their digests, those that are kept in memory."""
    shelf: Shelf | None = None

    def put(self, path: OutputPath, digest: bytes) -> Made:
        """Return one of them as a file to be published."""
        if self.shelf is None:
            return Made(path, digest.hex(), self.data[digest])
        return Made(path, digest.hex(), source=self.shelf.place(digest))


NONE: Final = Pictures()
