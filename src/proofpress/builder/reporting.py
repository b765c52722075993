"""Problems made ready to be shown: each fault once, with the line of source that it points at."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.names import is_notebook
from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.rules.edits import stands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from proofpress.model import SourceFile
    from proofpress.problems import Problem


LINE_END = re.compile(r"\r\n|\n|\r")


def faults_once(problems: Sequence[Problem]) -> list[Problem]:
    """Report a fault of a template or a plugin once, not for every page that it has a part in."""
    found: dict[tuple[str, int, str], list[Problem]] = {}
    others = []
    for one in problems:
        if one.rule in ("template-error", "plugin-error"):
            found.setdefault((one.path, one.line, one.message), []).append(one)
        else:
            others.append(one)
    for alike in found.values():
        more = len({one.hint for one in alike}) - 1
        first = min(alike)
        others.append(msgspec.structs.replace(first, hint=f"{first.hint} and {more:,} more") if more else first)
    return others


def with_excerpts(problems: Sequence[Problem], texts: Mapping[str, SourceFile], root: Path) -> list[Problem]:
    """Put beside each problem the line of source that it points at; of its edits stay those that fit the file.

    What is found in a notebook comes at the lines of its transcript, and goes out at those of its file, without edits.
    One file is in memory at a time, since problems come in the order of their files.
    """
    notebooks = {one.path for one in problems if is_notebook(one.path) and one.path in texts}
    if notebooks:
        from proofpress.content.notebooks.places import placed  # noqa: PLC0415 - most sites have none

        plain = [one for one in problems if one.path not in notebooks]
        own = [
            each
            for path in notebooks
            for each in placed([one for one in problems if one.path == path], texts[path].data)
        ]
        return sorted([*with_excerpts(plain, texts, root), *own])
    last = {one.path: 0 for one in problems if one.line}
    """How many lines of each file are wanted."""
    for one in problems:
        if one.path in last:
            last[one.path] = max(last[one.path], one.line, *(edit.end_line for edit in one.edits))
    found = []
    path = ""
    known = _Lines(b"", 0)
    for one in problems:
        if one.path != path:
            path = one.path
            known = _Lines(_data(path, texts, root), last[path]) if path in last else _Lines(b"", 0)
        at = one.line - 1
        fitting = one.edits if not one.edits or all(stands(edit, known.all) for edit in one.edits) else ()
        excerpt = known[at] if 0 <= at < len(known) else one.excerpt
        if excerpt != one.excerpt or fitting is not one.edits:
            one = msgspec.structs.replace(one, excerpt=excerpt, edits=fitting)  # noqa: PLW2901 - the same problem
        found.append(one)
    return found


class _Lines:
    """The first lines of a file, as an editor shows them: `count` at the most, and that many where there are."""

    def __init__(self, data: bytes, count: int) -> None:
        plain = b"\r" not in data  # nearly all: what comes after them is not read
        self._parts = data.split(b"\n", count)[:count] if plain else []
        self._texts = [] if plain else LINE_END.split(data.decode("utf-8-sig", "replace"))

    def __len__(self) -> int:
        return len(self._parts) or len(self._texts)

    def __getitem__(self, at: int) -> str:
        if self._texts:
            return self._texts[at]
        return self._parts[at].decode("utf-8" if at else "utf-8-sig", "replace")

    @cached_property
    def all(self) -> list[str]:
        """Each of them."""
        return self._texts or [self[at] for at in range(len(self))]


def _data(path: str, texts: Mapping[str, SourceFile], root: Path) -> bytes:
    """Return a file's bytes; none for what can't be read."""
    try:
        return texts[path].data if path in texts else read_inside(root, path)
    except (OSError, OutsideSiteError):
        return b""
