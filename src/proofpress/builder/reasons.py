"""Why a step ran, as a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder import documents, targets
from proofpress.model import Card

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from proofpress.engine.steps import Question, Stale
    from proofpress.paths import SourcePath
    from proofpress.site.questions import Known


def reason_of(key: str, why: Stale, detail: Callable[[Any], str] = lambda _question: "") -> str:
    """Return why a step ran, as a sentence's end. `detail` tells what is new in the answer to a question."""
    is_page = key.startswith("/")
    did = "filled" if is_page else "rendered"
    match why.reason:
        case "new":
            return f"{did} because it is new"
        case "output":
            return f"{did} because the published file was changed or deleted"
        case "answer":
            assert why.question is not None, "an answer is one to a question"
            new = detail(why.question)
            return f"{did} because {why.question.words} changed" + (f": {new}" if new else "")
        case _:
            names = targets.INPUT_NAMES if is_page else documents.INPUT_NAMES
            changed = [names[part] for part in why.parts if part < len(names)]
            return f"{did} because {' and '.join(changed) or 'what it is made from'} changed"


SHOWN = 3
"""How many differences are named; the rest are counted."""


def difference(known: Known, question: Question[Known, Any], changes: Mapping[SourcePath, tuple[str, ...]]) -> str:
    """Return what is new in an answer, as far as it lies in cards: `next title`, or `title of content/posts/a.md`.

    `changes` are the fields that differ, by document. Empty where it is something else, such as a post that came.
    """
    try:
        answer = question.answer(known)
    except LookupError:
        return ""
    found = list(dict.fromkeys(_differences(answer, changes, "")))
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def _differences(answer: Any, changes: Mapping[SourcePath, tuple[str, ...]], name: str) -> Iterator[str]:
    if isinstance(answer, Card):
        for field in changes.get(answer.path, ()):
            yield f"{name} {field}" if name else f"{field} of {answer.path}"
    elif isinstance(answer, list | tuple):
        for each in answer:
            yield from _differences(each, changes, "")
    elif isinstance(answer, msgspec.Struct):
        for field in answer.__struct_fields__:
            yield from _differences(getattr(answer, field), changes, field)
