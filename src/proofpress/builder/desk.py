"""What a build works with beside the site: what remembers, what runs, and where the pages go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from proofpress.engine.blobs import Nothing
from proofpress.engine.executors import Processes
from proofpress.engine.volatile import VolatileStore
from proofpress.output.pictures import Shelf
from proofpress.paths import OutputPath, SitePath, SourcePath

FILLED: Final = "filled"
"""The name of the traces of pages that are published."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What a build works with. Left as it is, everything is made, in memory and in this process."""

    traces: Any = msgspec.field(default_factory=lambda: VolatileStore({}, {}))
    """engine.loop.Traces: keeps traces and values from one build to the next."""
    blobs: Any = Nothing()
    """engine.blobs.Blobs: where the bodies are that were rendered by an earlier build."""
    lasting: bool = False
    """Whether the blobs of what is put into `traces` can be read from `blobs`; else they are kept at hand."""
    executor: Any = Processes()
    """engine.executors.Executor: where the steps run."""
    shared: Any = None
    """engine.sharing.Shared: what other machines made of documents; None where there is no such cache."""
    staging: Path | None = None
    """A folder for pages on their way to the output; None keeps them in memory."""
    wanted: bool = True
    """Whether the bytes of what is filled are wanted; else their digests do."""
    kept: Callable[[OutputPath, str], bool] = lambda _path, _digest: False
    """Whether a file with bytes of this digest is there already, so that it need not be filled to be had."""
    searches: bool = True
    """Whether the files of the site's search are wanted too, where it has one."""
    shelf: Shelf | None = None
    """Where lighter pictures are kept; None keeps them in memory."""
    named: Mapping[str, SitePath] = MappingProxyType({})
    """Where files of the theme are published whatever they hold, by their names; all others are named after their content."""
    first: Callable[[Any, frozenset[SourcePath]], bool] | None = None
    """Whether a target, a builder.targets.TargetStep, is filled now, where these documents changed, and does not wait; None fills all of them."""
    code: Any = None
    """pages.templates.Code | None: what this process worked out of templates, which may be used again; None keeps nothing."""
    filled: str = FILLED
    """The name of the traces of filled targets: a preview shows drafts, and has its own."""
