"""What a build remembers by, and how many processes its work is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from proofpress.builder.documents import Prepared, Preparer, preparer
from proofpress.builder.outputs import Filler, filler
from proofpress.paths import OutputPath, SourcePath

if TYPE_CHECKING:
    from proofpress.engine.store import Entry

Prepareds = Mapping[SourcePath, Prepared]
Bodies = Mapping[SourcePath, bytes]

WORTH_A_PROCESS = 40
"""Steps that take about as long as starting another process."""


class Remembering(Protocol):
    """What keeps traces and values from one build to the next: `engine.store.Store`, or one that dies with its process."""

    def entries(self, kind: str, questions: Any = ...) -> Mapping[str, Entry]:
        """Return every entry of a kind, without its big value; `questions` is the type of what its steps ask."""

    def fact(self, name: str) -> bytes | None:
        """Return a fact about the build before."""

    def put(self, kind: str, entries: Mapping[str, Entry]) -> None:
        """Keep what steps left."""

    def put_fact(self, name: str, data: bytes) -> None:
        """Keep a fact for the next build."""

    def sweep(self, kind: str, used: AbstractSet[str]) -> None:
        """Let go of what is used no more."""

    def commit(self) -> None:
        """Make what was put last."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a build remembers by."""

    store: Remembering
    path: Path | None
    """The store's file, where processes can read bodies from it."""
    kept: Callable[[OutputPath, str], bool]
    """Whether a file with bytes of this digest is there already, so that it need not be filled to be had."""
    staging: Path | None
    """A folder for pages on their way to the output; None keeps them in memory."""
    kind: str = "filled"
    """Under which name the traces of filled targets are kept: a preview shows drafts, and has its own."""
    wanted: bool = True
    """Whether the bytes of what is filled are wanted; else their digests do."""
    preparer: Preparer = preparer
    filler: Filler = filler
    """How the functions that do the steps are made: who builds again and again keeps them, and times them."""
    bodies: Callable[[Prepareds, Bodies], Bodies] | None = None
    """Returns the bodies of documents, given those that were prepared now; None where the store's file has the others."""


def processes(jobs: int, steps: int) -> int:
    """Return how many processes so many steps are worth, `jobs` at most."""
    return max(1, min(jobs, steps // WORTH_A_PROCESS))


def chunk(jobs: int, steps: int) -> int:
    """Return how many steps are handed out at once: enough to be quick, few enough to end together."""
    return max(1, min(25, steps // (jobs * 4) or 1))
