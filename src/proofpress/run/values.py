"""What a session is handed and what it answers: the values that all kinds of sessions share."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from proofpress.recorded.values import Printed, Raised, Table, Value

TIMEOUT: Final = 60.0
"""Seconds that a listing may take, where neither it nor the settings say otherwise."""
MOST_OUTPUT: Final = 1_000_000
"""Characters that a listing may print: a lock is read by people, and travels in git."""
MOST_PICTURES: Final = 16 * 2**20
"""Bytes of all pictures that a listing draws."""


class StoppedError(Exception):
    """The person who started the run wants it to end."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing may take."""

    seconds: float = TIMEOUT
    output: int = MOST_OUTPUT


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """Where the sessions of a post run: a folder that is made for them and is gone after them."""

    top: Path
    """All of it; a listing may write anywhere in it."""
    site: Path
    """In it, what stands for the site's folder."""
    work: Path
    """In that, what stands for the folder of the post: where listings begin."""
    mark: str
    """What the environment of each process of a session has, so that none of them is lost sight of."""
    environment: dict[str, str]


class Picture(msgspec.Struct, frozen=True):
    """A picture as a session drew it."""

    data: bytes
    ending: Literal["png", "svg"]


Shown = Printed | Value | Table | Picture | Raised
Ending = Literal["", "slow", "flood", "died"]
"""How a session came to its end with a listing: it took too long, it printed too much, its process is gone."""


class Seen(msgspec.Struct, frozen=True):
    """What was seen of what a listing did."""

    read: tuple[str, ...] = ()
    """Files in the folder, by their paths below what stands for the site's."""
    outside: tuple[str, ...] = ()
    """Files that it read elsewhere."""
    refused: tuple[str, ...] = ()
    """Files elsewhere that it was not let change."""
    modules: tuple[str, ...] = ()
    """What is imported by now."""


class Answer(NamedTuple):
    """What a piece of code gave."""

    shown: tuple[Shown, ...] = ()
    error: Raised | None = None
    ending: Ending = ""
    status: int = 0
    """The exit status, where the process is gone."""
    line: int = 0
    """The line at which it was when its time was over, 0 where that is not known."""
    seen: Seen | None = None
    """None where a kind of session sees nothing of what is done in it."""


class Session(Protocol):
    """A process in which listings run one after the other, and share names."""

    def run(self, code: str, limits: Limits, *, console: bool) -> Answer:
        """Run a piece of code to its end; of a `console` each value is shown. Raises StoppedError where the run is to end."""

    def versions(self, modules: tuple[str, ...]) -> dict[str, str]:
        """Return the versions of the language, and of the packages to which modules belong."""

    def close(self) -> tuple[str, ...]:
        """End it and all that it started; return the programs that were still running."""
