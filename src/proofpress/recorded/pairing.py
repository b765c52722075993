"""Which part of a lock belongs to which listing of the post as it stands now.

A listing is known again by its code wherever it went. Between those that are known, others pair in their order: what was
edited shows what it printed before until it runs again, and is told as stale.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from proofpress.recorded.listings import digests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.recorded.listings import Part, Runs
    from proofpress.recorded.values import Lock, Ran


class Pair(NamedTuple):
    """A listing that is run, and what the lock has of it."""

    part: Part
    ran: Ran | None
    """None where it never ran."""
    same_code: bool = True
    same_before: bool = True
    """Whether what ran before it, and the files that listings made, are as they were."""


class Paired(NamedTuple):
    """The listings of a post with what they gave, and what none of them gave."""

    pairs: tuple[Pair, ...]
    spare: tuple[int, ...] = ()
    """Which of `lock.listings` are of no listing."""


def paired(runs: Runs, lock: Lock | None) -> Paired:
    """Return for each listing that is run what the lock has of it."""
    now = digests(runs.runnables)
    pairs = [Pair(part, None) for part in runs.parts]
    if lock is None:
        return Paired(tuple(pairs))
    spare: list[int] = []
    then = [(ran.code, ran.after) for ran in lock.listings]
    if now == tuple(then):
        steps: Sequence[tuple[str, int, int, int, int]] = [("equal", 0, len(then), 0, len(now))]
    else:
        codes = [code for code, _ in then], [code for code, _ in now]
        steps = SequenceMatcher(None, *codes, autojunk=False).get_opcodes()
    for kind, first, last, begin, end in steps:
        for old, new in zip(range(first, last), range(begin, end), strict=False):
            pairs[new] = Pair(
                runs.parts[new], lock.listings[old], same_code=kind == "equal", same_before=then[old][1] == now[new][1]
            )
        spare += range(first + (end - begin), last)
    return Paired(tuple(pairs), tuple(spare))
