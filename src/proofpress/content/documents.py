"""One Markdown file or notebook, read: bytes in, a Document and its problems out, whatever the bytes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content import dates, front_matter, gate, names
from proofpress.content.keys import NOTEBOOK_KEYS
from proofpress.content.nodes import Findings
from proofpress.content.text import decode, fitting
from proofpress.model import Author, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.content.defaults import Defaults
    from proofpress.content.gate import Parts
    from proofpress.content.notebooks.transcript import Transcript
    from proofpress.model import FrontMatter, Place, SourceFile
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
    """Read a Markdown file, or a notebook. Never raises for what is in it; a date in the file's name counts where no key gives one.

    `language` is the one that its path says, and `plain` the path without that.
    """
    findings = Findings(source.path)
    notebook = None
    if names.is_notebook(source.path):
        from proofpress.content.notebooks.transcript import transcript_of  # noqa: PLC0415 - most sites have none

        notebook = transcript_of(source.data, source.path, findings)
        text = fitting(notebook.text, findings)
    else:
        text = decode(source.data, findings)
    parts = gate.divide(text, findings)
    front, places = front_matter.read(parts, findings, zone=zone, taxonomies=taxonomies, authors=authors)
    front = _kept_back(front, parts, findings, source.path)
    words = parts.text
    if notebook is None and not NOTEBOOK_KEYS.isdisjoint(front.extra):
        from proofpress.content.notebooks.written import kernel_of, read_cells  # noqa: PLC0415 - as above

        kernel = kernel_of(front.extra)
        words = words if kernel is None else read_cells(words, parts.first_line, kernel, findings)
    if notebook is not None:
        front = _with_metadata(front, notebook, authors, source.path)
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
        text=words,
        first_line=parts.first_line,
        places=places,
        problems=tuple(sorted(findings.problems)),
        language=front.language or language,
        beside=source.beside,
        drawings=notebook.drawings if notebook is not None else (),
    )


def _with_metadata(
    front: FrontMatter, notebook: Transcript, authors: Sequence[Author], path: SourcePath
) -> FrontMatter:
    """Return front matter with what a notebook's metadata says beneath it; one that can't be read is called as its file."""
    known = {one.name: one for one in authors}
    named = tuple(known.get(name, Author(name, url, email)) for name, url, email in notebook.authors)
    title = front.title or notebook.title or (names.split(path).stem if notebook.unread else None)
    return msgspec.structs.replace(
        front,
        title=title,
        authors=front.authors or named,
        draft=front.draft or notebook.says == "draft",
        listed=front.listed and notebook.says is None,
    )


def markdown_of(path: str, data: bytes) -> bytes:
    """Return a document's Markdown: of a notebook what it is read as, line by line as places count, of any other its bytes."""
    if not names.is_notebook(path):
        return data
    from proofpress.content.notebooks.transcript import transcript_of  # noqa: PLC0415 - most sites have none

    return transcript_of(data, path, Findings(path)).text.encode("utf-8", "replace")


def files_read_by(source: SourceFile) -> tuple[tuple[str, Place], ...]:
    """Return the files that a Markdown file's listings may read, as its front matter names them, with their places.

    What is wrong with that is told by `read`.
    """
    unheard = Findings(source.path)
    parts = gate.divide(decode(markdown_of(source.path, source.data), unheard), unheard)
    front, places = front_matter.read(parts, unheard, zone=dt.UTC, taxonomies=(), authors=())
    return tuple((name, places[f"reads.{number}"]) for number, name in enumerate(front.reads))


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
