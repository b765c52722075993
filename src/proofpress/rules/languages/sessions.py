"""Sessions of a shell: what was typed in, without what was answered."""

from __future__ import annotations

import re
from typing import Final

_PROMPT: Final = re.compile(r"[ \t]*\$ (.*)")


def commands(code: str) -> str:
    """Return the commands of a session, each where it stands, blanks for all else; a program without prompts as it is.

    A command goes on in the next line where it ends in a backslash.
    """
    if "$ " not in code or not any(_PROMPT.match(line) for line in code.split("\n")):
        return code
    lines = []
    goes_on = False
    for line in code.split("\n"):
        typed = _PROMPT.match(line)
        if typed is None and not goes_on:
            lines.append(" " * len(line))
            continue
        lines.append(" " * typed.start(1) + typed[1] if typed else line)
        goes_on = line.endswith("\\")
    return "\n".join(lines)
