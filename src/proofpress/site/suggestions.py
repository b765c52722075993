"""What a person most likely meant, among many paths.

A path is known by its last part: a moved file keeps its name, a misspelt one nearly so. The letter triples that two names
share pick the few worth comparing, since comparing with every name of a large site takes seconds a link. Names are looked
through one by one for the first few links, of which an edited post has no more; then an index of triples pays.
"""

from __future__ import annotations

import difflib
import heapq
import posixpath
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from proofpress.paths import identity
from proofpress.problems import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CANDIDATES = 12
FEW = 8
"""How many names are looked up without an index, which costs about as much as ten of them."""
ELSEWHERE = 0.75
"""How much alike two names must be (difflib's ratio) where their folders differ, too."""


class Suggestions:
    """Paths that a wrong one can be looked up among."""

    def __init__(self, paths: Iterable[str], also: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take the paths, each known by its last part; `also` gives other names for some of them."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(paths):
            by_name[_name(path)].append(path)
        for name, others in (also or {}).items():
            by_name[identity(name)].extend(others)
        self._by_name = dict(by_name)
        self._names = sorted(by_name)
        self._found: dict[str, str | None] = {}
        self._asked = 0

    @cached_property
    def _holders(self) -> dict[str, list[int]]:
        """The numbers of the names that hold a triple, by the triple."""
        holders: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            for triple in _triples(name):
                holders[triple].append(number)
        return holders

    def nearest(self, path: str) -> str | None:
        """Return the path that most likely was meant, with the same ending as the wrong one; None if none is close."""
        if path not in self._found:
            name = _name(path)
            same = name if name in self._by_name else self._near(name)
            found = self._best(path, self._by_name[same]) if same is not None else None
            if found is not None and same is not None and posixpath.dirname(found) != posixpath.dirname(path):
                alike = difflib.SequenceMatcher(None, name, same, autojunk=False).ratio()
                found = found if alike >= ELSEWHERE else None
            self._found[path] = found
        return self._found[path]

    def _near(self, name: str) -> str | None:
        self._asked += 1
        shared = self._looked_through(name) if self._asked <= FEW else self._looked_up(name)
        best = heapq.nsmallest(
            CANDIDATES, shared, key=lambda number: (-shared[number], len(self._names[number]), number)
        )
        return nearest(name, [self._names[number] for number in best])

    def _looked_up(self, name: str) -> Mapping[int, int]:
        """Return how many triples each name shares with a wrong one, by number; those that share none are left out."""
        shared: Counter[int] = Counter()
        for triple in _triples(name):
            shared.update(self._holders.get(triple, ()))
        return shared

    def _looked_through(self, name: str) -> Mapping[int, int]:
        """Return the same, without the index."""
        triples = _triples(name)
        shared = {}
        for number, other in enumerate(self._names):
            padded = f"  {other} "
            if count := sum([triple in padded for triple in triples]):
                shared[number] = count
        return shared

    @staticmethod
    def _best(path: str, paths: Sequence[str]) -> str | None:
        ending = _ending(path)
        fitting = [other for other in paths if ending in ("", _ending(other))]
        same = identity(path)
        return min(
            fitting,
            key=lambda other: (
                identity(other) != same,
                -len(posixpath.commonprefix([other, path])),
                len(other),
                other,
            ),
            default=None,
        )


def _ending(path: str) -> str:
    """Return what kind of file a name speaks of: `.png` for `.PNG`, and one name for JPEG's two."""
    ending = posixpath.splitext(path)[1].lower()
    return ".jpg" if ending == ".jpeg" else ending


def _name(path: str) -> str:
    return identity(posixpath.basename(path.rstrip("/")))


def _triples(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
