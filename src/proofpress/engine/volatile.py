"""A store that lives as long as its process: for a preview, which must not keep other builds from theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from proofpress.engine.store import Entry


class VolatileStore:
    """Traces and values by kind of step and key, in memory. Big values are not kept: who made them has them."""

    def __init__(self, entries: Mapping[str, Mapping[str, Entry]], facts: Mapping[str, bytes]) -> None:
        """Begin with what another store holds."""
        self._entries = {kind: dict(found) for kind, found in entries.items()}
        self._facts = dict(facts)
        self.fresh: dict[str, set[str]] = {}
        """What was put since the beginning: keys by kind."""

    def entries(
        self,
        kind: str,
        questions: Any = None,  # noqa: ARG002 - nothing is read back
        only: Sequence[str] | None = None,  # noqa: ARG002 - as above
    ) -> Mapping[str, Entry]:
        """Return every entry of a kind."""
        return self._entries.get(kind, {})

    def fact(self, name: str) -> bytes | None:
        """Return a fact about the build before."""
        return self._facts.get(name)

    def put(self, kind: str, entries: Mapping[str, Entry]) -> None:
        """Keep what steps left."""
        kept = self._entries.setdefault(kind, {})
        for key, entry in entries.items():
            kept[key] = entry if entry.big is None else msgspec.structs.replace(entry, big=None)
        self.fresh.setdefault(kind, set()).update(entries)

    def put_fact(self, name: str, data: bytes) -> None:
        """Keep a fact for the next build."""
        self._facts[name] = data

    def sweep(self, kind: str, used: AbstractSet[str]) -> None:
        """Drop what is not in use."""
        kept = self._entries.get(kind, {})
        for key in kept.keys() - used:
            del kept[key]
        self.fresh.get(kind, set()).intersection_update(used)

    def commit(self) -> None:
        """Do nothing: what was put is there."""
