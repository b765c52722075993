"""Python, as `ast` reads it: programs, parts of them, what Jupyter adds, and sessions with their output."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
import warnings
from functools import lru_cache
from typing import Final, NamedTuple

from proofpress.rules.languages.slip import Slip, goes_on, offset

_LONGEST: Final = 200_000
"""Characters of a listing that is parsed; what is longer is data."""
_SESSION: Final = re.compile(r"^[ \t]*>>> ", re.MULTILINE)
_PROMPT: Final = re.compile(r"^[ \t]*(?:In \[\d*\]:|\$ )", re.MULTILINE)
LEFT_OPEN: Final = re.compile(
    r"\{\{|\{%|<[A-Za-z_][\w -]*>(?!=)|<class '|<[\w.]+ [^<>\n]*\b0x[0-9a-f]+>|^[ \t]*[+-]{1}[ \t]?(?=[A-Za-z@#])|^[ \t]*\.\.\.[ \t]*\S|\.\.\.[ \t]*$|\(\.\.\.|\[\.\.\.|,[ ]?\.\.\."
    r"|\N{HORIZONTAL ELLIPSIS}",
    re.MULTILINE,
)
"""What says that a listing is not meant to be whole: templates, `<placeholders>`, diffs, what was left out."""
_MAGIC: Final = re.compile(r"^([ \t]*+(?:[\w, ]++=[ \t]*+)?)[%!?][^\n]*|^[ \t]*+[\w.]++\?{1,2}[ \t]*+$", re.MULTILINE)
"""What Jupyter reads and Python does not: `%timeit f()`, `files = !ls`, `f?`."""
_GOES_ON: Final = re.compile(r"(?:elif|else|except|finally|case)\b")


class Program(NamedTuple):
    """A listing as Python has read it: its tree, or why there is none; neither where it is no program as a whole."""

    code: str
    """As it was read: of a session what was typed in, each line where it stood."""
    shift: tuple[int, ...] = ()
    """By line, how many characters a prompt took before it."""
    tree: ast.Module | None = None
    error: SyntaxError | None = None

    def offset(self, code: str, line: int, column: int) -> int:
        """Return the offset in the listing of a line, from 1, and a column, from 1, of what was read."""
        moved = self.shift[line - 1] if 0 < line <= len(self.shift) else 0
        return offset(code, line, column + moved)


@lru_cache(maxsize=64)
def program(code: str) -> Program:
    """Read a listing."""
    if len(code) > _LONGEST or "\0" in code or _PROMPT.search(code):
        return Program(code)
    shift: tuple[int, ...] = ()
    plain = code
    if ">>>" in code and _SESSION.search(code):
        plain, shift = _typed(code)
    if "%" in plain or "!" in plain or "?" in plain:
        plain = _MAGIC.sub(lambda found: (found[1] or "") + "...", plain)
    first: SyntaxError | None = None
    for tried in (
        plain,
        textwrap.dedent(plain),
        textwrap.dedent(plain).rstrip() + "\n    pass\n",
        _under_decorator(plain),
    ):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes that Python knows not: a listing's affair
                return Program(plain, shift, tree=ast.parse(tried))
        except SyntaxError as error:
            first = first or error
        except (ValueError, RecursionError, MemoryError):
            return Program(plain, shift)
    return Program(plain, shift, error=first)


def _under_decorator(code: str) -> str:
    """Return code that ends in a decorator with something for it to stand on."""
    return textwrap.dedent(code).rstrip() + "\ndef _(): ..." if "@" in code else code


_TYPED: Final = re.compile(r"([ \t]*(?:>>>|\.\.\.)(?: |$))(.*)")


def _typed(code: str) -> tuple[str, tuple[int, ...]]:
    """Return what was typed into a session, its lines where they stand, and what the prompts before them took."""
    lines: list[str] = []
    shift: list[int] = []
    typing = False
    for line in code.split("\n"):
        found = _TYPED.match(line)
        typing = found is not None and (typing or ">>>" in found[1])
        if found is not None and typing:
            lines.append(found[2])
            shift.append(len(found[1]))
        else:
            lines.append("")
            shift.append(0)
    return "\n".join(lines), tuple(shift)


_OPAQUE: Final = re.compile(r"'{3}.*?'{3}|\"{3}.*?\"{3}|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*", re.DOTALL)
_ONLY_COMMENT: Final = re.compile(r":[ \t]*(?:#[^\n]*)?\n(?:[ \t]*#[^\n]*\n)+")
"""A block in which a comment says what is to stand there."""


_LATER: Final = (
    (
        (3, 12),
        re.compile(
            r"^[ \t]*(?:type[ \t]+\w+(?:\[.*\])?[ \t]*=|(?:(?:async[ \t]+)?def|class)[ \t]+\w+\[)"
            r"|\b[fF][rR]?([\"'])[^\"'\n{]*\{(?=[^{}\n]*+\})(?:(?!\1)[^{}\n])*+\1",
            re.MULTILINE,
        ),
    ),
    ((3, 14), re.compile(r"\b[tT][rR]?([\"'])[^\"'\n]*\1")),
)
"""What the Python that reads a listing can't read where it is older than the listing."""


def python_slip(code: str) -> Slip | None:
    """Return why Python can't read a listing."""
    read = program(code)
    error = read.error
    if error is None or error.lineno is None:
        return None
    if LEFT_OPEN.search(read.code) or _GOES_ON.match(read.code.lstrip()) or "unexpected indent" in error.msg:
        return None
    if "never closed" in error.msg or "unexpected EOF" in error.msg:
        whole = program(goes_on(read.code, _OPAQUE))
        if whole.tree is not None:
            return None  # it goes on below
    if "expected an indented block" in error.msg and _ONLY_COMMENT.search(read.code):
        return None
    if any(sys.version_info < version and pattern.search(read.code) for version, pattern in _LATER):
        return None
    at = read.offset(code, error.lineno, error.offset or 1)
    return Slip(min(at, max(0, len(code) - 1)), error.msg)
