"""Steps that ask questions, in a cache that machines share: many in a bundle, each with its trace.

What such a step makes depends on answers, which are not known before it runs: so it has no name of its own there, as what
was made of inputs alone has. A bundle has one, which the steps in it share by a digest of their keys, and it holds what was
left there last. Of that is taken what holds today, by the same look at each trace as in the cache beside the site; the rest
is made, and goes into the bundle in its place. Two that write one bundle leave one of the two: both are right for whoever
finds their traces to hold.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.engine.executors import WORTH_A_PROCESS
from proofpress.engine.loop import Outcome
from proofpress.engine.steps import AnswerDigests, Trace, why_stale

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from proofpress.engine.executors import Executor
    from proofpress.engine.loop import Kind
    from proofpress.engine.sharing import Shared

FORMAT: Final = 1
AT_ONCE: Final = 16
"""Bundles that are read, or written, at once: of a site of 100,000 pages one has three megabytes, of which it makes fourteen."""
MOST: Final = 1 << 28
"""Bytes of a bundle that are unpacked."""
LEVEL: Final = 1
"""Of zlib: pages become a sixth of their size, in a tenth of the time that it takes to fill them."""


class Work(Protocol):
    """What the steps of a bundle share: `engine.loop.Work`, that can land what others made (`engine.executors.Travels`)."""

    @property
    def digest(self) -> bytes:
        """The digest of all in it but what is known."""

    @property
    def known(self) -> Any:
        """What the steps' questions are answered from."""

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers."""

    def could_be(self, step: Any, value: bytes, data: bytes, /) -> bool:
        """Tell whether these can be what a step made. May raise msgspec.MsgspecError where they can't even be read."""

    def landed(self, result: Any, /) -> Any:
        """Return what a step made elsewhere as it would be had it been made here."""

    def bytes_of(self, outcome: Outcome, /) -> bytes:
        """Return the bytes that a step made here, or that landed."""


class _Made(msgspec.Struct, frozen=True, array_like=True):
    """What a step left in a bundle."""

    trace: msgspec.Raw
    value: bytes
    data: bytes


_decode: Final = msgspec.msgpack.Decoder(dict[str, _Made]).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def _decoder(questions: Any) -> Callable[[msgspec.Raw], Trace[Any]]:
    return msgspec.msgpack.Decoder(Trace[questions]).decode


class Bundled:
    """Runs steps of a kind by another executor, but for those that hold in a bundle of a shared cache."""

    def __init__(self, shared: Shared, executor: Executor, kind: Kind, every: AbstractSet[str]) -> None:
        """`every` are the keys of all steps that there are: what bundles hold of others is let go."""
        self._shared = shared
        self._executor = executor
        self._kind = kind
        self._every = every
        self._trace = _decoder(kind.questions)

    def run(
        self,
        state: Any,
        make: Callable[[Any], Callable[[Any], Any]],
        tasks: Sequence[Any],
        progress: Callable[[int], None],
    ) -> Iterator[Any]:
        """Give each step's trace and outcome, in order. What is little is made: a bundle holds more than is wanted."""
        if len(tasks) < WORTH_A_PROCESS:
            yield from self._executor.run(state, make, tasks, progress)
            return
        bundles: dict[str, list[Any]] = {}
        for step in tasks:
            bundles.setdefault(self._name(state, step.key), []).append(step)
        found = self._found(state, bundles)
        self._shared.count("pages", len(tasks), len(found))
        rest = [step for step in tasks if step.key not in found]
        made = iter(self._executor.run(state, make, rest, lambda done: progress(len(found) + done)))
        fresh: dict[str, tuple[Trace[Any], Outcome]] = {}
        for step in tasks:
            own = found.get(step.key)
            if own is None:
                own = fresh[step.key] = next(made)
            yield own
        for _ in made:  # let it end: what it opened is closed
            raise AssertionError("more results than steps")
        self._leave(state, bundles, found, fresh)

    def _name(self, state: Work, key: str) -> str:
        part = digest_of_bytes(key.encode())[0]
        return digest_of([FORMAT, "bundle", self._kind.name, state.digest, part, *self._shared.seal.apart]).hex()

    def _read(self, names: Collection[str]) -> Iterator[tuple[str, dict[str, _Made]]]:
        """Give the bundles that are there and whole, a few at once."""
        for name, packed in self._shared.each(names, AT_ONCE):
            unpacking = zlib.decompressobj()
            try:
                data = unpacking.decompress(packed, MOST)
                if unpacking.eof:
                    yield name, _decode(data)
            except (zlib.error, msgspec.MsgspecError):
                continue  # it will be made, and take this one's place

    def _found(self, state: Work, bundles: Mapping[str, list[Any]]) -> dict[str, tuple[Trace[Any], Outcome]]:
        """Return what holds today, by the steps' keys: it has landed here."""
        today: AnswerDigests[Any] = AnswerDigests(state.known, digest=state.digest_of())
        shared = state.digest
        found: dict[str, tuple[Trace[Any], Outcome]] = {}
        for name, bundle in self._read(bundles.keys()):
            for step in bundles[name]:
                own = bundle.get(step.key)
                if own is None:
                    continue
                try:
                    trace = self._trace(own.trace)
                    if why_stale(shared + step.digests, trace, today) or not state.could_be(step, own.value, own.data):
                        continue
                except msgspec.MsgspecError:
                    continue
                found[step.key] = state.landed((trace, Outcome(own.value, data=own.data)))
        return found

    def _leave(
        self,
        state: Work,
        bundles: Mapping[str, list[Any]],
        found: Mapping[str, tuple[Trace[Any], Outcome]],
        fresh: Mapping[str, tuple[Trace[Any], Outcome]],
    ) -> None:
        """Put what was made into its bundles, beside what they hold of steps that did not run."""
        if not self._shared.writes:
            return
        changed = {name: steps for name, steps in bundles.items() if any(step.key in fresh for step in steps)}
        standing = self._every - found.keys() - fresh.keys()
        others = {self._name(state, key) for key in standing} & changed.keys()
        kept = {
            name: {key: own for key, own in bundle.items() if key in standing} for name, bundle in self._read(others)
        }
        names = list(changed)
        for begin in range(0, len(names), AT_ONCE):
            entries = {}
            for name in names[begin : begin + AT_ONCE]:
                bundle = kept.get(name, {})
                for step in changed[name]:
                    trace, outcome = found.get(step.key) or fresh[step.key]
                    if outcome.kept:
                        bundle[step.key] = _Made(msgspec.Raw(_encode(trace)), outcome.value, state.bytes_of(outcome))
                entries[name] = zlib.compress(_encode(dict(sorted(bundle.items()))), LEVEL)
            self._shared.write(entries)
