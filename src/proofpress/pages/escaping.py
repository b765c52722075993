"""What templates write of a value. Compiled templates import it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape


def shown(value: Any) -> str:
    """Return a value as HTML, as markupsafe's `escape` has it.

    What is written is joined and no more, so that text without a special character need not become Markup, nor Markup
    another: on a page that is all but a few of a hundred values.
    """
    kind = type(value)
    if kind is str:
        text: str = value
        if not ("&" in text or "<" in text or ">" in text or "'" in text or '"' in text):
            return text
    elif kind is Markup:
        html: Markup = value
        return html
    return escape(value)
