"""One Markdown file, read: bytes in, a Document and its problems out, whatever the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.content import dates, front_matter, names
from proofpress.content.nodes import Findings
from proofpress.content.text import decode
from proofpress.model import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from proofpress.content.defaults import Defaults
    from proofpress.model import Author, Source


def read(
    source: Source,
    *,
    zone: dt.tzinfo,
    taxonomies: Sequence[str],
    authors: Sequence[Author],
    defaults: Defaults | None = None,
) -> Document:
    """Read a Markdown file. Never raises for what is in it; a date in the file's name counts where no key gives one."""
    findings = Findings(source.path)
    parts = front_matter.split(decode(source.data, findings), findings)
    front, places = front_matter.read(parts, findings, zone=zone, taxonomies=taxonomies, authors=authors)
    if front.date is None and "date" not in places:
        day = names.split(source.path).date
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
    )
