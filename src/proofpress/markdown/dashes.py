"""Dashes and ellipses: `--` becomes an en dash, `---` an em dash and `...` an ellipsis, where prose means them.

In technical writing the same marks mean what they say: an option (`--flag`), an arrow (`-->`), a decrement (`i--`), the
bare `--` before more options, `...args`, `0...9`, `./...`. Those stay, as do longer runs. A backslash keeps any of them.
"""

# ruff: noqa: RUF001 - look-alike marks are what this module is about

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.markdown.prose import neighbour, prose, set_text
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_RUN: Final = lazy(r"-{2,}|\.{3,}")
_IDENTIFIER: Final = lazy(r"[/\\#_=@<>{}|~$%&*+^`]")
_WORD_BEFORE: Final = lazy(r"(?:\w\w|[)\]\"'’”.,;:!?»…%])\Z")
_OPENS: Final = frozenset("([{\"'“‘«¡¿")
_FAR: Final = 100
"""Characters on either side that are looked at for what an identifier has in it."""
_SET: Final = {"--": "–", "---": "—", "...": "…"}


def set_dashes(tokens: Sequence[Token]) -> None:
    """Set the dashes and ellipses in the prose of one block."""
    for index in prose(tokens):
        token = tokens[index]
        text = token.content
        if "--" not in text and "..." not in text:
            continue
        parts = []
        done = 0
        for match in _RUN.finditer(text):
            run = match[0]
            if run not in _SET:
                continue
            start, end = match.span()
            before = text[start - 1] if start else neighbour(tokens, index, -1)
            after = text[end] if end < len(text) else neighbour(tokens, index, 1)
            means = _ellipsis if run == "..." else _dash
            if means(text, start, end, before, after):
                parts += [text[done:start], _SET[run]]
                done = end
        if parts:
            parts.append(text[done:])
            set_text(token, "".join(parts))


def _dash(text: str, start: int, end: int, before: str, after: str) -> bool:
    if before in "-<!" or after in "->":
        return False
    opens = before in _OPENS and not (before in "'\"" and start > 1 and not text[start - 2].isspace())
    blank_before, blank_after = before.isspace() or opens, after.isspace()
    if before.isspace() and blank_after and start == 0 and end == len(text):
        return False  # alone on its line, it parts what is above from what is below
    if blank_before:
        # `--flag` is an option, and `git checkout -- -f` ends the options
        return blank_after and text[end : end + 2].lstrip(" \t")[:1] != "-"
    if blank_after or not after.isalnum():  # `i--` counts down, `done-- and` does not
        return end - start == 3 or start == 0 or _WORD_BEFORE.search(text[max(0, start - 2) : start]) is not None
    if before.isdigit() and after.isdigit():
        return True
    if end - start == 2 and before.isalnum():  # words, and neither part of a path nor `-rw-r--r--`
        whole = (start < 2 or text[start - 2].isalnum()) and (end + 1 >= len(text) or text[end + 1].isalnum())
        return whole and not _is_identifier(text, start, end)
    return not _is_identifier(text, start, end)


def _ellipsis(text: str, start: int, _: int, before: str, after: str) -> bool:
    if before in "./\\=" or after in "./\\=":
        return False
    if after.isalnum() or after == "_":
        if text.endswith("for", 0, start) and after in "oi":  # JavaScript's `for...of`
            return False
        return before.isalpha() or before in ",;:!?)"  # `...args` is code, and `0...9` a range
    # what stands in `f(...)`, and in brackets after a name, is code; `(...)` after a blank is left out
    return not (before in "([{" and after in ")]}" and start >= 2 and not text[start - 2].isspace())


def _is_identifier(text: str, start: int, end: int) -> bool:
    """Tell whether a run stands in what has marks of a path, an address or code in it."""
    before, after = text[max(0, start - _FAR) : start], text[end : end + _FAR]
    word = (before.split() or [""])[-1] if not before[-1:].isspace() else ""
    rest = (after.split() or [""])[0] if not after[:1].isspace() else ""
    return _IDENTIFIER.search(word + rest) is not None
