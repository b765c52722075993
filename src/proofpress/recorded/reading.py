"""A post and the lock beside it: what each listing shows, and what is wrong with what the lock has."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.model import Place
from proofpress.recorded import lock
from proofpress.recorded.claims import false_claims, false_words
from proofpress.recorded.listings import runnables
from proofpress.recorded.pairing import Paired, paired
from proofpress.recorded.shown import outputs_of
from proofpress.rules.runs import NOT_RUN, SPARE_OUTPUT, STALE_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from proofpress.model import Companion, FrontMatter
    from proofpress.problems import Problem
    from proofpress.recorded.pairing import Pair
    from proofpress.recorded.values import Output
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import Fault

PICTURES: Final = ".run"
"""How the name of the folder ends in which the pictures lie that listings drew."""
_ENTRY: Final = re.compile(r"^- code:", re.MULTILINE)


class Recorded(NamedTuple):
    """What a post's listings gave, as its page shows it, and what is wrong."""

    shown: Mapping[int, tuple[Output, ...]] = {}
    """By the listing, as `text.listings` counts them from 0."""
    problems: tuple[Problem, ...] = ()
    paired: Paired = Paired(())


def recorded(text: Text, front: FrontMatter, beside: Sequence[Companion]) -> Recorded:
    """Return what a post shows of what its listings gave, as the lock among its companions has it."""
    path = text.document.path
    runs = runnables(text, front)
    found = next((one for one in beside if one.kind == "lock"), None)
    kept, unread = (None, ()) if found is None or found.data is None else lock.read(found.path, found.data)
    problems = [fault.at(path, place) for fault, place in runs.faults]
    if unread:
        return Recorded(problems=(*problems, *unread))
    matched = paired(runs, kept)
    command = f"run 'proofpress run {path}'"
    files: dict[str, Companion] = {one.path: one for one in beside if one.kind == "read"}
    for pair in matched.pairs:
        problems += [fault.at(path, pair.part.runnable.place) for fault in _doubts(pair, path, files, command)]
    for pair in matched.pairs:
        if pair.ran is not None and pair.same_code and pair.same_before:
            problems += [fault.at(path, place) for fault, place in false_claims(pair, text)]
    problems += [fault.at(path, place) for fault, place in false_words(text.quoted, matched.pairs, text)]
    if matched.spare and found is not None and found.data is not None:
        places = _places_of(matched.spare, found.data.decode("utf-8", "replace"))
        problems += [SPARE_OUTPUT.no_listing(command).at(found.path, place) for place in places]
    shown = {}
    for pair in matched.pairs:
        if outputs := outputs_of(pair):
            shown[pair.part.at] = outputs
    return Recorded(shown, tuple(problems), matched)


def _places_of(numbers: Iterable[int], written: str) -> Iterator[Place]:
    """Give the places of listings in a lock's text, by their numbers from 0."""
    begins = [found.start() for found in _ENTRY.finditer(written)]
    for number in numbers:
        line = written.count("\n", 0, begins[number]) + 1 if number < len(begins) else 1
        yield Place(line, 1, len("- code:"))


def _doubts(pair: Pair, path: str, files: Mapping[str, Companion], command: str) -> Iterator[Fault]:
    """Give what makes it doubtful that a listing would give today what the lock has of it."""
    if pair.ran is None:
        yield NOT_RUN.never(command)
    elif not pair.same_code:
        yield STALE_OUTPUT.other_code(command)
    elif not pair.same_before:
        yield STALE_OUTPUT.changed_before(command)
    else:
        for name, known in pair.ran.read.items():
            file = files.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
            if file is not None and file.digest != known:
                yield STALE_OUTPUT.other_file(name, command, gone=not file.digest)
                return
