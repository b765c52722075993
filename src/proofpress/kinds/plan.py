"""The plan: everything that will be published, as Targets, before anything is made.

Two that claim one place on disk, also where only case or Unicode form tells them apart (Windows and macOS can't hold
both), are a problem that names both; so are a file and a folder of one name. No kind is known here by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.kinds.registry import KINDS
from proofpress.kinds.target import SETTINGS, FilledTarget, PlainTarget, Target
from proofpress.paths import folders_of, identity, output_path, unportable
from proofpress.problems import Problem
from proofpress.rules.files import UNPORTABLE_NAME
from proofpress.rules.site import URL_COLLISION
from proofpress.site.claims import Complaint, judge
from proofpress.site.lists import home_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    if any(target.yields for target in wanted):
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
    homes = {home_of(language).strip("/") for language in planning.site.others}
    for target in wanted:
        complaint = judge(output_path(target.claim), target.who, homes)
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
    dropped = _files_for_folders(first, planning, problems)
    kept = [target for key, target in first.items() if key not in dropped]
    return tuple(sorted(kept, key=lambda target: target.site_path)), problems


def _files_for_folders(first: Mapping[str, Target], planning: Planning, problems: list[Problem]) -> set[str]:
    """Return the claims that would need a folder where another makes a file, and tell of each once.

    None of them is made: no disk holds both. What stands in the folder of a page that goes, goes with it without a word.
    """
    dropped: dict[str, Target] = {}
    if folders_of(first).isdisjoint(first):
        return set()
    for key, target in sorted(first.items(), key=lambda found: (found[1].travels, found[1].follows, found[0])):
        for folder in _above(key):
            if folder not in first or folder in dropped or key in dropped:
                continue
            blamed = _blamed(first[folder], target, planning)
            gone = tuple(other.site_path for other in dropped.values())
            dropped[key if blamed is target else folder] = blamed
            if not ((target.travels or target.follows) and gone and target.site_path.startswith(gone)):
                problems.append(_collision(first[folder], target, planning))
    return set(dropped)


def _above(key: str) -> Iterator[str]:
    while "/" in key:
        key = key.rpartition("/")[0]
        yield key


def _blamed(holder: Target, target: Target, planning: Planning) -> Target:
    """Return which of two claims gives way: what the settings ask for, else the later one.

    But where only the other has a source file to be mended, it is that one.
    """
    if holder.is_set(planning) or target.is_set(planning):
        return target if target.is_set(planning) else holder
    return holder if target.source is None and holder.source is not None else target


def _collision(holder: Target, target: Target, planning: Planning) -> Problem:
    """Blame the claim that a person can move: at the key, of the settings or of its file, that asks for the URL."""
    blamed = _blamed(holder, target, planning)
    other = holder if blamed is target else target
    place = blamed.place(planning)
    written = "setting" if blamed.is_set(planning) else "file" if blamed.source else ""
    fault = URL_COLLISION.both_make(blamed.origin, other.origin, holder.site_path, target.site_path, written)
    return fault.at(blamed.source or SETTINGS, place)


def _unportable(target: Target, planning: Planning) -> Problem | None:
    """Report a page whose file Windows can't hold, where a person can move it. Copied files are the scanner's."""
    part = unportable(output_path(target.site_path))
    blame = target.movable(planning) if part is not None else None
    if part is None or blame is None:
        return None
    return UNPORTABLE_NAME.published(part, target.site_path, blame.mend).at(blame.path, blame.place)
