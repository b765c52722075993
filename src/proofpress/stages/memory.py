"""What a build remembers by, and how many processes its work is worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from proofpress.engine.store import Store
from proofpress.output.publish import Record
from proofpress.paths import OutputPath

WORTH_A_PROCESS = 40
"""Steps that take about as long as starting another process."""


class Memory(msgspec.Struct, frozen=True):
    """What a build remembers by: the store, what is published, and a folder for pages on their way there."""

    store: Store
    path: Path
    record: Record
    intact: Callable[[OutputPath], bool]
    """Whether a published file is as it was written."""
    staging: Path


def processes(jobs: int, steps: int) -> int:
    """Return how many processes so many steps are worth, `jobs` at most."""
    return max(1, min(jobs, steps // WORTH_A_PROCESS))


def chunk(jobs: int, steps: int) -> int:
    """Return how many steps are handed out at once: enough to be quick, few enough to end together."""
    return max(1, min(25, steps // (jobs * 4) or 1))
