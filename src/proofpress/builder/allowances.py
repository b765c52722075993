"""What writers allow in their texts: problems that are silent there, and allowances that silence nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.problems import did_you_mean
from proofpress.rules.text import UNUSED_ALLOWANCE

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from proofpress.model import Allowance
    from proofpress.problems import Problem
    from proofpress.rules.rule import Rule


def silenced(
    problems: Iterable[Problem],
    allowances: Mapping[str, Sequence[Allowance]],
    rules: Mapping[str, Rule],
    *,
    told: bool,
    unasked: Container[str] = (),
) -> list[Problem]:
    """Return problems without those that an allowance speaks of; where they are to be `told`, with those of allowances.

    Rules that keep a site whole (`Rule.fixed`) are never silent. Of those that were not asked, or not of all, nobody can
    say that an allowance is of no use.
    """
    kept = []
    used: set[tuple[str, int, str]] = set()
    for found in problems:
        own = [
            allowance
            for allowance in allowances.get(found.path, ())
            if allowance.reaches(found.line) and any(name == found.rule for name, _ in allowance.names)
        ]
        rule = rules.get(found.rule)
        if not own or rule is None or rule.fixed:
            kept.append(found)
        else:
            used.update((found.path, allowance.place.line, found.rule) for allowance in own)
    if told:
        for path, several in allowances.items():
            for allowance in several:
                kept += [one for name, one in _void(path, allowance, rules, used) if name not in unasked]
    return kept


def _void(
    path: str, allowance: Allowance, rules: Mapping[str, Rule], used: set[tuple[str, int, str]]
) -> Iterator[tuple[str, Problem]]:
    """Give a problem for each name of an allowance that silences nothing, with the name."""
    if not allowance.names:
        yield "", UNUSED_ALLOWANCE.nameless().at(path, allowance.place)
    for name, place in allowance.names:
        if name not in rules:
            yield name, UNUSED_ALLOWANCE.no_rule(name, did_you_mean(name, rules)).at(path, place)
        elif rules[name].fixed:
            yield name, UNUSED_ALLOWANCE.never(name).at(path, place)
        elif (path, allowance.place.line, name) not in used:
            yield name, UNUSED_ALLOWANCE.silences_nothing(name).at(path, place)


def allowed_at(path: str, line: int, allowances: Mapping[str, Sequence[Allowance]]) -> tuple[str, ...]:
    """Return the names of the rules that are allowed in a line of a file."""
    return tuple(name for each in allowances.get(path, ()) if each.reaches(line) for name, _ in each.names)
