"""Posts whose listings are run, as the tests of this room make them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from proofpress.config import MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.parsing import Parser
from proofpress.model import Companion, Source
from proofpress.paths import SourcePath
from proofpress.recorded.listings import Runs, digests, runnables
from proofpress.recorded.lock import written
from proofpress.recorded.values import Lock, Ran

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.markdown.text import Text
    from proofpress.recorded.values import Output

PARSER = Parser(MarkdownOptions(), "en", strict=False)


def parsed(markdown: str, *beside: Companion) -> Text:
    source = Source(SourcePath("content/posts/hello.md"), markdown.encode(), beside)
    return PARSER.parse(read(source, zone=UTC, taxonomies=("tags",), authors=()))


def runs_of(markdown: str) -> Runs:
    text = parsed(markdown)
    return runnables(text, text.document.front)


def lock_of(markdown: str, *outputs: Sequence[Output]) -> bytes:
    """Return the lock of a post whose listings gave these, in order."""
    made = digests(runs_of(markdown).runnables)
    listings = tuple(
        Ran(code=code, after=after, outputs=tuple(gave)) for (code, after), gave in zip(made, outputs, strict=True)
    )
    return written(Lock(when="2026-05-01", platform="Linux", versions={}, listings=listings)).encode()
