"""What a session wrote, as text: as a terminal would show it, without the names of folders that are gone after the run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from proofpress.run.values import Folder

STANDS_FOR_SITE: Final = "/site"
"""How the folder of the run is named in outputs: its own name is another one each time."""
_MOVES: Final = re.compile(r"[^\n]*[\r\b][^\n]*")


def settled(text: str, folder: Folder) -> str:
    r"""Return a text with ``\n`` line ends, what was written over as it was last, and the folder by a name that stays."""
    text = text.replace("\r\n", "\n")
    if "\r" in text or "\b" in text:
        text = _MOVES.sub(lambda found: _overwritten(found[0]), text)
    text = text.replace("\0", "�")
    return text.replace(str(folder.site), STANDS_FOR_SITE).replace(str(folder.top), STANDS_FOR_SITE)


def _overwritten(line: str) -> str:
    """Return a line as a terminal shows it after its carriage returns and backspaces."""
    cells: list[str] = []
    at = 0
    for letter in line:
        if letter == "\r":
            at = 0
        elif letter == "\b":
            at = max(0, at - 1)
        else:
            cells[at : at + 1] = [letter]
            at += 1
    return "".join(cells)
