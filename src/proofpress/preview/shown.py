"""What the preview shows: the contract between who builds (`session`), who serves (`app`), and who tells the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from proofpress.paths import Base, OutputPath, SitePath, SourcePath
from proofpress.problems import Problem

PREFIX = "/_proofpress/"
"""Where the preview's own pages are; no site can publish there."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An HTML page of the site, for the list of what was built and for the mark of what is not public yet."""

    path: OutputPath
    url: str
    """As an href on this server, the site's sub-path included."""
    title: str
    kind: str
    source: SourcePath | None = None
    state: Literal["public", "draft", "future"] = "public"


class Ran(msgspec.Struct, frozen=True):
    """A step that ran: what it made, why, and for how long (0 where it ran beside others and was not timed)."""

    key: str
    why: str
    seconds: float = 0.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the last build did."""

    seconds: float
    phases: tuple[tuple[str, float], ...]
    """Name and seconds of each phase, in their order."""
    ran: tuple[Ran, ...]
    kept: int
    """Pages and feeds that were not made again, as far as anybody has looked."""


def nowhere(_path: OutputPath) -> str | None:
    """Say of any file that it does not lie on disk as it is published."""
    return None


def no_search(_path: OutputPath) -> bytes | None:
    """Say of any file that it is none of a search."""
    return None


def seen(_path: OutputPath) -> bool:
    """Say of any page that somebody looked at it."""
    return False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A site as the server shows it: what could be built of it, and what is wrong by now."""

    revision: int
    """Grows with every build that changed something: files, or problems."""
    root: Path
    """The site's folder, for links that open an editor."""
    title: str
    base: Base
    digests: Mapping[OutputPath, str]
    """Every file of the site, with the digest of its bytes. Looking one up may fill the page, and raises KeyError where it fails."""
    read: Callable[[OutputPath], bytes]
    """Returns a file's bytes; raises KeyError for a path that is not in `digests`. May fill the page now."""
    place: Callable[[OutputPath], str | None] = nowhere
    """Returns where on disk a file is that is copied as it is; None for one that `read` alone gives. Raises as `read`."""
    search: Callable[[OutputPath], bytes | None] = no_search
    """Returns a file of the site's search, which may be made now; None for one that there is not."""
    redirects: Mapping[SitePath, str]
    """Aliases, and addresses that pages have left since the preview began: the site path, and the href that it leads to."""
    pages: Sequence[Page]
    page: Callable[[OutputPath], Page | None]
    """Returns one of `pages` by its file."""
    problems: tuple[Problem, ...]
    """With their excerpts, in the order of their places."""
    failed: bool
    """Whether one of them is an error."""
    stale: bool = False
    """Whether the files are those of an earlier build, because the settings can't be read."""
    changed: frozenset[OutputPath] | None
    """The files that are known not to be as in the revision before; None where any may be."""
    unseen: Callable[[OutputPath], bool] = seen
    """Tells of a page whether nobody had looked at it when the revision began, so that it may have changed as well."""
    waiting: int = 0
    """How many pages and feeds nobody has looked at by now, so that problems may be missing."""
    follow: str
    """The URL of the page that shows the file saved last; empty where there is none, or several were saved."""
    report: Report
