"""One Markdown file, read: bytes in, a Document and its problems out, whatever the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content import dates, front_matter, gate, names
from proofpress.content.nodes import Findings
from proofpress.content.text import decode
from proofpress.model import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from proofpress.content.defaults import Defaults
    from proofpress.content.gate import Parts
    from proofpress.model import Author, FrontMatter, SourceFile
    from proofpress.paths import SourcePath

DRAFTS: Final = "_drafts"
"""A folder whose documents are drafts, as Jekyll and Hexo have it."""

_UNREAD: Final = frozenset(
    {
        "front-matter-syntax", "front-matter-not-closed", "duplicate-key", "alias-in-front-matter", "control-character",
        "not-utf-8",
    }
)  # fmt: skip
"""Faults that may have cost the key which says that a page is a draft."""


def read(
    source: SourceFile,
    *,
    zone: dt.tzinfo,
    taxonomies: Sequence[str],
    authors: Sequence[Author],
    defaults: Defaults | None = None,
    language: str = "",
    plain: SourcePath | None = None,
) -> Document:
    """Read a Markdown file. Never raises for what is in it; a date in the file's name counts where no key gives one.

    `language` is the one that its path says, and `plain` the path without that.
    """
    findings = Findings(source.path)
    parts = gate.divide(decode(source.data, findings), findings)
    front, places = front_matter.read(parts, findings, zone=zone, taxonomies=taxonomies, authors=authors)
    front = _kept_back(front, parts, findings, source.path)
    if front.date is None and "date" not in places:
        day = names.split(plain or source.path).date
        named = dates.moment(day.isoformat(), zone) if day is not None else None
        if isinstance(named, dates.Moment):
            front = msgspec.structs.replace(front, date=named.value)
    if defaults is not None:
        front, places = defaults.beneath(source.path.removeprefix(names.ROOT), front, places)
    return Document(
        path=source.path,
        front=front,
        text=parts.text,
        first_line=parts.first_line,
        places=places,
        problems=tuple(sorted(findings.problems)),
        language=front.language or language,
    )


def _kept_back(front: FrontMatter, parts: Parts, findings: Findings, path: str) -> FrontMatter:
    """Return front matter with what else says that a page is not to be seen: its folder, or keys that could not be read."""
    said: list[gate.Verdict | None] = [parts.says, "draft" if DRAFTS in path.split("/")[:-1] else None]
    if parts.head is not None and any(found.rule in _UNREAD for found in findings.problems):
        said.append(gate.scanned(parts.head))
    verdict = gate.strictest(said)
    if verdict is None:
        return front
    return msgspec.structs.replace(
        front, draft=front.draft or verdict == "draft", listed=front.listed and verdict == "draft"
    )
