"""Why a step ran, as a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofpress.engine.steps import Stale

INPUT_NAMES = ("the settings or the program", "its address", "its template", "its front matter", "its text")
"""What a page's static inputs are, in their order."""

DOCUMENT_INPUT_NAMES = ("the settings or the program", "its text", "its kind")
"""What a document's static inputs are, in their order."""


def reason_of(key: str, why: Stale) -> str:
    """Return why a step ran, as a sentence's end."""
    is_page = key.startswith("/")
    did = "filled" if is_page else "rendered"
    match why.reason:
        case "new":
            return f"{did} because it is new"
        case "output":
            return f"{did} because the published file was changed or deleted"
        case "answer":
            assert why.question is not None, "an answer is one to a question"
            name, *arguments = why.question
            asked = ", ".join(repr(argument) for argument in arguments if argument)
            return f"{did} because the answer to {name}({asked}) changed"
        case _:
            names = INPUT_NAMES if is_page else DOCUMENT_INPUT_NAMES
            changed = [names[part] for part in why.parts if part < len(names)]
            return f"{did} because {' and '.join(changed) or 'what it is made from'} changed"
