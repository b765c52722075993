"""What listings give now beside what they gave: for `run --check`, which keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.recorded.pairing import paired
from proofpress.recorded.values import Drawn, Printed, Raised, Table, Value
from proofpress.recorded.vary import normalised
from proofpress.rules.running import CHANGED_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from proofpress.problems import Problem
    from proofpress.recorded.listings import Runs
    from proofpress.recorded.values import Lock, Output
    from proofpress.run.posts import Gave

_SHOWN: Final = 60
"""Characters of a line that a message shows."""


def settled(runs: Runs, before: Lock | None, gave: Gave) -> Gave:
    """Return what a post gave with what it gave before, for each listing where only that is other which may vary."""
    if before is None:
        return gave
    listings = tuple(
        msgspec.structs.replace(ran, outputs=pair.ran.outputs)
        if pair.ran is not None
        and pair.same_code
        and pair.same_before
        and _are_alike(pair.ran.outputs, ran.outputs, pair.part.runnable.vary)
        else ran
        for pair, ran in zip(paired(runs, before).pairs, gave.listings, strict=True)
    )
    return msgspec.structs.replace(gave, listings=listings)


def _are_alike(before: Sequence[Output], now: Sequence[Output], rules: Sequence[str]) -> bool:
    """Tell whether outputs are the same, but for what a listing may print otherwise each time."""
    if not rules or [type(one) for one in before] != [type(one) for one in now]:
        return False
    return normalised(_lines(before), rules) == normalised(_lines(now), rules)


def changes(path: str, runs: Runs, before: Lock | None, gave: Gave) -> list[Problem]:
    """Return a problem for each listing of a post that gives something else than is kept of it."""
    if before is None:
        return [CHANGED_OUTPUT.not_kept().at(path, runs.parts[0].runnable.place)]
    found = []
    versions = _other_versions(before.versions, gave.versions)
    for pair, ran in zip(paired(runs, before).pairs, gave.listings, strict=True):
        place = pair.part.runnable.place
        if pair.ran is None or not (pair.same_code and pair.same_before):
            found.append(CHANGED_OUTPUT.not_kept().at(path, place))
        elif pair.ran.outputs != ran.outputs:
            then, now = _first_difference(pair.ran.outputs, ran.outputs)
            found.append(CHANGED_OUTPUT.printed(then, now, versions).at(path, place))
    return found


def _other_versions(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what has another version than then, in words: it may be why a listing gives something else."""
    return [
        f"{name} is {now[name]}, and was {version}"
        for name, version in sorted(before.items())
        if now.get(name, version) != version
    ]


def _first_difference(before: Sequence[Output], now: Sequence[Output]) -> tuple[str, str]:
    """Return the first lines that are not the same, as far as a message shows them."""
    then, since = list(_lines(before)), list(_lines(now))
    at = next(
        (at for at, (one, other) in enumerate(zip(then, since, strict=False)) if one != other),
        min(len(then), len(since)),
    )
    return _line(then, at), _line(since, at)


def _line(lines: Sequence[str], at: int) -> str:
    line = lines[at] if at < len(lines) else ""
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _lines(outputs: Sequence[Output]) -> Iterator[str]:
    for one in outputs:
        match one:
            case Printed(text=text) | Value(text=text):
                yield from text.removesuffix("\n").split("\n")
            case Table():
                yield from (" | ".join(row) for row in (one.header, *one.rows))
            case Drawn():
                yield one.file
            case Raised():
                yield f"{one.name}: {one.message}"
