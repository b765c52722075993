"""A session as a terminal shows it, parted: what was typed, and what was answered.

Python's prompts are `>>> ` and `... `. A shell's is `$ `, with whatever a machine writes before it; a command goes on in
the next line where it ends in a backslash, or until its here-document is at its end.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_PYTHON: Final = re.compile(r"[ \t]*>>>(?: (.*)|$)")
_GOES_ON: Final = re.compile(r"[ \t]*\.\.\.(?: (.*)|$)")
_SHELL: Final = re.compile(r"[ \t]*(?:\([^()\s]+\) )?(?:[\w.-]+@[\w.-]+(?::[^\s$]*)?)?\$ (.*)")
_HERE: Final = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


class Line(NamedTuple):
    """A line of a session."""

    at: int
    """Which of the lines of the listing, from 0."""
    text: str
    """Without its prompt."""
    typed: bool


def parted(code: str, language: str) -> tuple[Line, ...]:
    """Return the lines of a session; none where there is no prompt, so that it is a program."""
    return _python(code) if language == "python" else _shell(code)


def _python(code: str) -> tuple[Line, ...]:
    lines = []
    within = False
    for index, written in enumerate(code.removesuffix("\n").split("\n")):
        found = _PYTHON.match(written) or (_GOES_ON.match(written) if within else None)
        within = found is not None
        lines.append(Line(index, written if found is None else found[1] or "", typed=within))
    return tuple(lines) if any(line.typed for line in lines) else ()


def _shell(code: str) -> tuple[Line, ...]:
    lines = []
    goes_on = False
    ends: list[str] = []
    for index, written in enumerate(code.removesuffix("\n").split("\n")):
        found = None if ends else _SHELL.match(written)
        typed = found is not None or goes_on or bool(ends)
        text = written if found is None else found[1]
        if typed and found is None and text.startswith("> "):  # what a shell asks for more with
            text = text[2:]
        lines.append(Line(index, text, typed))
        if ends and text.strip() == ends[0]:
            del ends[0]
        elif typed and not ends:
            ends = [end for _, end in _HERE.findall(text)]
        goes_on = typed and text.endswith("\\")
    return tuple(lines) if any(line.typed for line in lines) else ()
