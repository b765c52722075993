"""The plan: everything that will be published, as Targets, before anything is made.

Two that claim one place on disk, also where only case or Unicode form tells them apart (Windows and macOS can't hold
both), are a problem that names both; so are a file and a folder of one name. No kind is known here by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.kinds.registry import KINDS
from proofpress.kinds.target import SETTINGS, FilledTarget, PlainTarget, Target
from proofpress.paths import identity, output_path, unportable
from proofpress.problems import Problem
from proofpress.rules.registry import problem
from proofpress.site.claims import Complaint, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from proofpress.kinds.target import Kind, Planning


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be published, in the order of the site paths."""

    targets: tuple[Target, ...]
    filled: tuple[FilledTarget, ...]
    """Those that are made by remembered steps."""
    plain: tuple[PlainTarget, ...]
    """The others."""
    problems: tuple[Problem, ...]


def plan(planning: Planning, more: Iterable[Kind] = ()) -> Plan:
    """Return every target of a site, and what is wrong with the others. `more` are kinds of others, after our own."""
    kinds = (*KINDS, *more)
    wanted = [target for kind in kinds for target in kind.plan(planning)]
    wanted, refused = _judged(wanted, planning)
    unheld = [found for target in wanted if (found := _unportable(target, planning)) is not None]
    taken = {output_path(target.site_path) for target in wanted if not target.yields}
    wanted = [target for target in wanted if not target.yields or output_path(target.site_path) not in taken]
    targets, collisions = _without_collisions(wanted, planning)
    checked = [found for kind in kinds for found in kind.check(planning, targets)]
    return Plan(
        targets=targets,
        filled=tuple(target for target in targets if isinstance(target, FilledTarget)),
        plain=tuple(target for target in targets if isinstance(target, PlainTarget)),
        problems=(*refused, *unheld, *collisions, *checked),
    )


def _judged(wanted: Sequence[Target], planning: Planning) -> tuple[list[Target], list[Problem]]:
    """Return the targets whose files may be claimed, and a problem for each claim that is refused.

    What follows from a claim (a list's later pages, a term's feed, the files of a bundle) goes with it without a word.
    """
    kept: list[Target] = []
    refused: list[tuple[Target, Complaint]] = []
    for target in wanted:
        complaint = judge(output_path(target.claim), target.who)
        if complaint is None:
            kept.append(target)
        else:
            refused.append((target, complaint))
    claims = tuple(target.site_path for target, _ in refused if not target.travels)
    problems: dict[Problem, None] = {}
    for target, complaint in refused:
        if not target.follows and not (target.travels and target.site_path.startswith(claims)):
            problems.update(dict.fromkeys(target.refusals(complaint, planning)))
    return kept, list(problems)


def _without_collisions(wanted: Sequence[Target], planning: Planning) -> tuple[tuple[Target, ...], list[Problem]]:
    """Keep the first claim to each file, in the order in which they were planned; the others are problems."""
    problems: list[Problem] = []
    first: dict[str, Target] = {}
    for target in wanted:
        key = identity(output_path(target.site_path))
        holder = first.setdefault(key, target)
        if holder is not target:
            problems.append(_collision(holder, target, planning))
    for key, target in first.items():
        folder = key.rpartition("/")[0]
        while folder:
            if folder in first:
                problems.append(_collision(first[folder], target, planning))
            folder = folder.rpartition("/")[0]
    return tuple(sorted(first.values(), key=lambda target: target.site_path)), problems


def _collision(holder: Target, target: Target, planning: Planning) -> Problem:
    """Blame the claim that a person can move: the one with a source file, at the key that asks for the URL."""
    blamed, other = target, holder
    if blamed.source is None and other.source is not None:
        blamed, other = other, blamed
    place = blamed.place(planning)
    same = (
        f"'{target.site_path}'"
        if target.site_path == holder.site_path
        else f"'{holder.site_path}' and '{target.site_path}', which one disk can't hold side by side"
    )
    return problem(
        "url-collision",
        blamed.source or SETTINGS,
        place.line,
        place.column,
        f"{blamed.origin} and {other.origin} both make {same}",
        hint="give one of them another 'slug:' or 'url:', or rename it" if blamed.source else "rename one of them",
        length=place.length,
    )


def _unportable(target: Target, planning: Planning) -> Problem | None:
    """Report a page whose file Windows can't hold, where a person can move it. Copied files are the scanner's."""
    part = unportable(output_path(target.site_path))
    blame = target.movable(planning) if part is not None else None
    if blame is None:
        return None
    message = f"Windows cannot hold a file or folder called '{part}', which is part of '{target.site_path}'"
    at = blame.place
    return problem("unportable-name", blame.path, at.line, at.column, message, hint=blame.mend, length=at.length)
