"""Posts whose listings are run: their texts with what the lock beside them has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.listings.running import says_of_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.markdown.text import Text
    from proofpress.problems import Problem


def with_runs(text: Text) -> tuple[Text, Sequence[Problem]]:
    """Return a text with what its listings gave when they ran, and what is wrong with that."""
    document = text.document
    gave = any(one.kind != "code" for one in document.beside)
    if not (gave or document.front.run or says_of_runs(text.source) or "output=" in text.source):
        return text, ()
    from proofpress.markdown.outputs import with_outputs  # noqa: PLC0415 - most posts run nothing
    from proofpress.recorded.reading import PICTURES, recorded  # noqa: PLC0415

    found = recorded(text, document.front, document.beside)
    if not found.shown:
        return text, found.problems
    name = document.path.rpartition("/")[2].rpartition(".")[0]
    return with_outputs(text, found.shown, f"{name}{PICTURES}"), found.problems
