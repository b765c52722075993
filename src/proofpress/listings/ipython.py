"""Colours of what IPython reads: Python with magics (`%matplotlib inline`), commands of a shell (`!pip install x`) and questions (`f?`)."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from pygments.lexer import bygroups, inherit, using
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer
from pygments.token import Name, Operator, String, Whitespace

NAME: Final = "ipython"
_parts: Final[Any] = bygroups
_using: Final[Any] = using
_LINE: Final = r"(?<![^\n])([ \t]*)"
"""Where a line begins; Python's own lexer reads a text as one line."""


class IPythonLexer(PythonLexer):
    """Python as a cell of a notebook has it."""

    name = "IPython"
    aliases: ClassVar[list[str]] = [NAME]
    filenames: ClassVar[list[str]] = []
    mimetypes: ClassVar[list[str]] = []
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (
                _LINE + r"(%{1,2}[A-Za-z][\w.]*)([ \t]*)([^\n]*)",
                _parts(Whitespace, Name.Decorator, Whitespace, String.Other),
            ),
            (_LINE + r"(!{1,2})(?!=)([^\n]*)", _parts(Whitespace, Operator, _using(BashLexer))),
            (r"(?<==)([ \t]*)(!)(?!=)([^\n]*)", _parts(Whitespace, Operator, _using(BashLexer))),
            (
                r"(?<==)([ \t]+)(%[A-Za-z][\w.]*)([ \t]*)([^\n]*)",
                _parts(Whitespace, Name.Decorator, Whitespace, String.Other),
            ),
            (_LINE + r"(\?{1,2})([\w.*]+)(?=[ \t]*(?:\n|\Z))", _parts(Whitespace, Operator, Name)),
            (_LINE + r"([\w.*]+)(\?{1,2})(?=[ \t]*(?:\n|\Z))", _parts(Whitespace, Name, Operator)),
            inherit,
        ]
    }
