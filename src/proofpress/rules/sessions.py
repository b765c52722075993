"""A listing that is a session as a terminal shows it, parted: what was typed, and what was answered.

Python's prompts are `>>> ` and `... `. A shell's is `$ `, with whatever a machine writes before it; a command goes on in
the next line where it ends in a backslash, or until its here-document is at its end. Rules read the commands of a session,
and who runs listings runs them.
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
    column: int = 0
    """Where the text begins in the line as it is written, from 0."""


def parted(code: str, language: str) -> tuple[Line, ...]:
    """Return the lines of a session; none where there is no prompt, so that it is a program."""
    return _python(code) if language == "python" else _shell(code)


def commands(code: str) -> str:
    """Return the commands of a shell's session, each where it stands, blanks for all else; a program as it is."""
    lines = _shell(code) if "$ " in code else ()
    if not lines:
        return code
    written = code.split("\n")
    shown = [" " * line.column + line.text if line.typed else " " * len(written[line.at]) for line in lines]
    return "\n".join([*shown, *written[len(lines) :]])


def _python(code: str) -> tuple[Line, ...]:
    lines = []
    within = False
    for index, written in enumerate(code.removesuffix("\n").split("\n")):
        found = _PYTHON.match(written) or (_GOES_ON.match(written) if within else None)
        within = found is not None
        begin = found.start(1) if found is not None and found[1] is not None else len(written)
        lines.append(Line(index, written if found is None else found[1] or "", within, begin if within else 0))
    return tuple(lines) if any(line.typed for line in lines) else ()


def _shell(code: str) -> tuple[Line, ...]:
    lines = []
    goes_on = False
    ends: list[str] = []
    for index, written in enumerate(code.removesuffix("\n").split("\n")):
        found = None if ends else _SHELL.match(written)
        typed = found is not None or goes_on or bool(ends)
        column = found.start(1) if found is not None else 0
        if typed and found is None and written.startswith("> "):  # what a shell asks for more with
            column = 2
        text = written[column:]
        lines.append(Line(index, text, typed, column))
        if ends and text.strip() == ends[0]:
            del ends[0]
        elif typed and not ends:
            ends = [end for _, end in _HERE.findall(text)]
        goes_on = typed and text.endswith("\\")
    return tuple(lines) if any(line.typed for line in lines) else ()
