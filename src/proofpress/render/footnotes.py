"""Footnotes: `[^name]` in the text, `[^name]: …` anywhere. Numbered as they are met, shown at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it.token import Token

    from proofpress.render.links import InlineText

_MARK: Final = re.compile(r"\[\^([^\s\[\]]{1,200})\]")


def footnote_ref(state: InlineText, silent: bool) -> bool:
    """Read a footnote's mark. One whose footnote is nowhere stays text, and is noted in `env["undefined"]`."""
    match = _MARK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if ":" + match[1] not in state.env.get("footnotes", {}).get("refs", {}):
        if not silent and state.pos not in state.links:
            state.env.setdefault("undefined", []).append((state.env["inline"], state.pos, match[1]))
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.meta = {"label": match[1]}
    state.pos = match.end()
    return True


def take_footnotes(tokens: list[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Part the footnotes' own tokens, by label, from the rest. The first of two with one name counts."""
    rest: list[Token] = []
    notes: dict[str, list[Token]] = {}
    stack: list[list[Token]] = []
    current = rest
    for token in tokens:
        if token.type == "footnote_reference_open":
            stack.append(current)
            current = []
            if token.meta["label"] not in notes:
                notes[token.meta["label"]] = current
        elif token.type == "footnote_reference_close":
            current = stack.pop()
        else:
            current.append(token)
    return rest, notes
