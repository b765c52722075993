"""What `check --external` does: the addresses that a check found to lead out of a site, asked for on the web."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress import __version__
from proofpress.engine.store import DamagedError, Store
from proofpress.output.cache import CHECKED, LINKS, cache_folder
from proofpress.problems import Problem, judge
from proofpress.site.finished import Outside
from proofpress.site.weighing import weigher
from proofpress.web.asking import Answer, Manner, ask_all
from proofpress.web.links import notes_of, problems_of, still_good, wanted
from proofpress.web.reach import PUBLIC, Reach

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

NOTED: Final = 10
"""How many addresses without a clear answer are named."""
NO_NETWORK: Final = "No host could be reached, so no address of another site was checked: is there a network?"

_decode_outside = msgspec.msgpack.Decoder(Outside).decode
_decode_answers = msgspec.msgpack.Decoder(dict[str, Answer]).decode


class Asked(msgspec.Struct, frozen=True):
    """What the web said of a site's links."""

    problems: list[Problem]
    notes: list[str]
    """What is to be said beside them: of which addresses nobody knows."""
    answers: dict[str, Answer]


def ask_outside(
    root: Path,
    now: dt.datetime,
    *,
    strict: bool = False,
    known: Mapping[str, Answer] | None = None,
    reach: Reach = PUBLIC,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None,
) -> Asked:
    """Ask for all addresses that the last check of a site kept; those that were good this week are not asked again.

    `known` are answers that hold in any case. Raises OSError as the disk does, and BusyError while another check asks.
    """
    outside = _found(root)
    if outside is None:
        return Asked([], [], {})
    seconds = now.timestamp()
    manner = Manner(f"Proofpress/{__version__} (link check)", float(outside.timeout), reach)
    with Store(cache_folder(root) / LINKS) as store:
        answers = still_good(_remembered(store), seconds) | dict(known or {})
        asked = [url for url in wanted(outside.links, outside.ignore) if url not in answers]
        fresh = ask_all(asked, manner, lambda done, of: progress("Asking the web", done, of)) if asked else {}
        if fresh is None:
            return Asked([], [NO_NETWORK], dict(answers))
        answers |= {url: msgspec.structs.replace(answer, at=seconds) for url, answer in fresh.items()}
        store.put_fact("answers", msgspec.msgpack.encode(still_good(answers, seconds)))
    shown = {url: answers[url] for url in wanted(outside.links, outside.ignore) if url in answers}
    links = [link if link.year else msgspec.structs.replace(link, year=now.year) for link in outside.links]
    problems = judge(problems_of(links, shown), weigher(outside.rules), strict=strict, drafts=outside.drafts)
    return Asked(problems, _told(notes_of(links, shown)), answers)


def _found(root: Path) -> Outside | None:
    """Return what leads out, as the last check found that was asked to keep it."""
    with Store(cache_folder(root) / CHECKED) as store:
        data = store.fact("outside")
    return None if data is None else _decode_outside(data)


def _remembered(store: Store) -> dict[str, Answer]:
    """Return earlier answers; none where they can't be read, since they can be asked for again."""
    try:
        return _decode_answers(store.fact("answers") or b"\x80")
    except (DamagedError, msgspec.MsgspecError):
        return {}


def _told(notes: list[str]) -> list[str]:
    """Return the first of the notes, under a line that says what they are, and how many more there are."""
    if not notes:
        return []
    more = len(notes) - NOTED
    several = len(notes) > 1
    head = f"{len(notes):,} address{'es' if several else ''} gave no clear answer, and may be there:"
    return [head, *(f"  {note}" for note in notes[:NOTED]), *([f"  … and {more:,} more"] if more > 0 else [])]
