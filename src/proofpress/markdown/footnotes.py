"""Footnotes: `[^name]` in the text, `[^name]: …` anywhere. Numbered as they are met, shown at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mdit_py_plugins.footnote.index import footnote_def as plain_footnote_def

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

    from proofpress.markdown.links import InlineText

_MARK: Final = lazy(r"\[\^([^\s\[\]]{1,200})\]")


class Definition(NamedTuple):
    """Where a footnote's text begins: its label, and its line's number from 0. `again` where an earlier one has its name."""

    label: str
    written: str
    line: int
    again: bool


def _key(label: str) -> str:
    """Return what two labels of one footnote have in common: as on GitHub, and for links, their case is no matter."""
    return label.casefold()


def footnote_def(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    """Read a footnote's text, and note where it stands."""
    at = len(state.tokens)
    found = plain_footnote_def(state, startLine, endLine, silent)
    if found and not silent:
        opened = state.tokens[at]
        opened.map = [startLine, state.line]
        written = opened.meta["label"]
        opened.meta = {"label": _key(written), "written": written}
        refs = state.env["footnotes"]["refs"]
        refs[":" + _key(written)] = refs.pop(":" + written)
    return found


def footnote_ref(state: InlineText, silent: bool) -> bool:
    """Read a footnote's mark. One whose footnote is nowhere stays text, and is noted in `env["undefined"]`."""
    match = _MARK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    label = _key(match[1])
    if ":" + label not in state.env.get("footnotes", {}).get("refs", {}):
        if not silent and state.pos not in state.links:
            state.env.setdefault("undefined", []).append((state.env["inline"], state.pos, match[1]))
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.meta = {"label": label, "written": match[1]}
    state.pos = match.end()
    return True


def take_footnotes(tokens: list[Token]) -> tuple[list[Token], dict[str, list[Token]], list[Definition]]:
    """Part the footnotes' own tokens, by label, from the rest, and tell where each stood.

    The first of two with one name counts.
    """
    rest: list[Token] = []
    definitions: list[Definition] = []
    notes: dict[str, list[Token]] = {}
    stack: list[list[Token]] = []
    current = rest
    for token in tokens:
        if token.type == "footnote_reference_open":
            stack.append(current)
            current = []
            label = token.meta["label"]
            line = token.map[0] if token.map else 0
            definitions.append(Definition(label, token.meta["written"], line, label in notes))
            notes.setdefault(label, current)
        elif token.type == "footnote_reference_close":
            current = stack.pop()
        else:
            current.append(token)
    return rest, notes, definitions
