"""From a file's bytes to text: UTF-8, LF line ends, no byte-order mark, no character that a page cannot hold.

Whatever is wrong is noted at its exact line and column, and the rest is read all the same.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from proofpress.content.nodes import UNFIT, Findings
from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.rules.files import CONTROL_CHARACTER, NOT_UTF_8

MAX_PROBLEMS: Final = 100
"""Of one kind in one file; beyond that it is a binary file by mistake, and what follows says nothing new."""


_ANSI: Final = lazy(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*(?:\{[ \t]*\.)?ansi\b(?!-)[^\n]*\n.*?(?:^[ \t>]*(?P=fence)|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""A listing of what a terminal shows, which needs the escape character: its visible sign stands for it from here on."""


def decode(data: bytes, findings: Findings) -> str:
    """Return a file's text. The first byte that is no UTF-8 is a problem; so is each line with a control character."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        text = _recover(data, error, findings)
    return fitting(text, findings)


def fitting(text: str, findings: Findings) -> str:
    """Return text as a page can hold it; each line with a control character is a problem."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\f" in text:
        # old source code has form feeds between its sections; to HTML and Markdown they are white space
        text = text.replace("\f", " ")
    if "\x1b[" in text and "ansi" in text:
        text = _ANSI.sub(lambda found: found[0].replace("\x1b[", "\N{SYMBOL FOR ESCAPE}["), text)
    if _may_be_unfit(text) and UNFIT.search(text):
        text = _mend(text, findings)
    return text


_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t\n"})
_UNFIT_LEADS: Final = (b"\xc2", b"\xed", b"\xef")
"""How the others begin in UTF-8: the C1 controls, half characters, the non-characters."""


def _may_be_unfit(text: str) -> bool:
    """Tell quickly whether a text may hold what is unfit: bytes are looked through ten times as fast as a pattern is."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _CONTROLS)) < len(data) or any(lead in data for lead in _UNFIT_LEADS)


def _recover(data: bytes, error: UnicodeDecodeError, findings: Findings) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.tell(NOT_UTF_8.utf_16(), Place(1, 1))
        return data.decode("utf-16", "replace")
    before = data[: error.start].decode().replace("\r\n", "\n").replace("\r", "\n")
    place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
    text = data.decode("utf-8", "replace")
    findings.tell(NOT_UTF_8.byte(data[error.start]), place)
    return text


def _mend(text: str, findings: Findings) -> str:
    """Put U+FFFD in place of each unfit character, so that columns stay true; note one problem a line."""
    found = UNFIT.search(text)
    while found is not None and len(findings.problems) < MAX_PROBLEMS:
        start = text.rfind("\n", 0, found.start()) + 1
        place = Place(text.count("\n", 0, start) + 1, found.start() - start + 1)
        findings.tell(CONTROL_CHARACTER.in_text(found[0]), place)
        end = text.find("\n", found.end())
        found = UNFIT.search(text, end) if end >= 0 else None
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
