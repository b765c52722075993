"""Mends a site's files: the edits that problems bring, as far as they do not cross each other."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.rules.edits import edited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from proofpress.problems import Edit, Problem


class Mend(msgspec.Struct, frozen=True):
    """A file before and after its mend, and how many faults are gone."""

    path: str
    before: str
    after: str
    faults: int


def mends(
    problems: Sequence[Problem], root: Path, *, unsafe: bool, texts: Mapping[str, bytes] = MappingProxyType({})
) -> list[Mend]:
    """Return what the edits of problems make of the files that they name; with `unsafe` also those that guess.

    `texts` are files that are not read from disk, by their paths.

    A problem's edits are made together or not at all. Of two that change the same place the first is made: who looks
    again finds what is left. A file that changed since, that is no UTF-8 or not of this site stays as it is.
    """
    chosen: dict[str, list[tuple[Edit, ...]]] = {}
    for found in sorted(problems):
        edits = found.edits
        if not edits or not (unsafe or all(edit.safe for edit in edits)) or len({edit.path for edit in edits}) > 1:
            continue
        taken = chosen.setdefault(edits[0].path, [])
        if not any(_cross(edit, other) for edit in edits for others in taken for other in others):
            taken.append(edits)
    made = []
    for path, groups in sorted(chosen.items()):
        try:
            before = (texts[path] if path in texts else read_inside(root, path)).decode("utf-8")
            after = edited(before, [edit for group in groups for edit in group])
        except (OSError, OutsideSiteError, ValueError):
            continue
        if after != before:
            made.append(Mend(path, before, after, len(groups)))
    return made


def _cross(one: Edit, other: Edit) -> bool:
    """Tell whether two edits change the same place; the same edit twice is one."""
    if one == other:
        return False
    first, second = sorted([one, other], key=lambda edit: (edit.line, edit.column))
    return (second.line, second.column) < (first.end_line, first.end_column) or (
        (one.line, one.column) == (other.line, other.column)
    )


def write(made: Iterable[Mend], root: Path) -> None:
    """Write mended files, each whole or not at all, with the rights that it has."""
    for mend in made:
        path = (root / mend.path).resolve()
        temporary = path.with_name(f".{path.name}.mending")
        temporary.write_bytes(mend.after.encode("utf-8"))
        temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
