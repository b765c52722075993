"""Posts whose listings are run: their texts with what the lock beside them has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.listings.running import says_of_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from proofpress.markdown.text import Text
    from proofpress.problems import Problem
    from proofpress.recorded.values import Output


def with_runs(text: Text, *, checks: bool = False) -> tuple[Text, Sequence[Problem]]:
    """Return a text with what its listings gave when they ran, and what is wrong with that; `checks` as for `Reading`."""
    document = text.document
    gave = any(one.kind != "code" for one in document.beside)
    if not (gave or document.front.run or says_of_runs(text.source) or "output=" in text.source):
        return text, ()
    from proofpress.markdown.outputs import with_outputs  # noqa: PLC0415 - most posts run nothing
    from proofpress.recorded.reading import PICTURES, recorded  # noqa: PLC0415

    found = recorded(text, document.front, document.beside)
    if not found.shown:
        return text, found.problems
    problems = (*found.problems, *(_without_words(text, found.shown) if checks else ()))
    name = document.path.rpartition("/")[2].rpartition(".")[0]
    return with_outputs(text, found.shown, f"{name}{PICTURES}"), problems


def _without_words(text: Text, shown: Mapping[int, Sequence[Output]]) -> Iterator[Problem]:
    """Give the listings that draw a picture, and do not say what it shows."""
    from proofpress.recorded.values import Drawn  # noqa: PLC0415 - most posts run nothing
    from proofpress.rules.access import NO_ALTERNATIVE  # noqa: PLC0415

    for number, outputs in shown.items():
        listing = text.listings[number]
        if any(isinstance(output, Drawn) for output in outputs) and not listing.options.alt.strip():
            place = listing.info_place(0, len(listing.info.strip()) or 1)
            yield NO_ALTERNATIVE.of_listing().at(text.document.path, place)
