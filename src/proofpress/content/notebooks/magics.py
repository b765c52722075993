"""What IPython reads and Python does not: `%matplotlib inline`, `!pip install`, and cells in another language (`%%bash`)."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

PYTHON: Final = frozenset({"python", "python3", "ipython", "ipython3", "xpython", "py"})
_MAGIC: Final = re.compile(
    r"^[ \t]*(?:[\w, ]+=[ \t]*)?(?:%{1,2}[A-Za-z]|![^=])|^[ \t]*\?{1,2}[\w.]|^[ \t]*[\w.]+\?{1,2}[ \t]*$", re.MULTILINE
)
_CELL: Final = re.compile(r"%%(?P<name>[\w.]+)[ \t]*(?P<rest>[^\n]*)")
_LANGUAGES: Final = {
    "bash": "bash", "sh": "sh", "shell": "bash", "html": "html", "javascript": "javascript", "js": "javascript", "latex": "latex", "markdown": "markdown",
    "perl": "perl", "ruby": "ruby", "r": "r", "sql": "sql", "bigquery": "sql", "cython": "cython", "julia": "julia", "svg": "xml",
    "cpp": "cpp", "cu": "cuda", "cuda": "cuda", "octave": "octave", "rust": "rust", "fortran": "fortran", "pypy": "python",
}  # fmt: skip
_FILES: Final = frozenset({"writefile", "file"})
_ENDINGS: Final = {
    "py": "python", "sh": "bash", "c": "c", "cpp": "cpp", "cu": "cuda", "h": "c", "js": "javascript", "json": "json", "yaml": "yaml", "yml": "yaml",
    "toml": "toml", "md": "markdown", "html": "html", "css": "css", "sql": "sql", "rs": "rust", "go": "go", "r": "r",
}  # fmt: skip
_NAME: Final = re.compile(r"[\w+#.-]+")


class Tongue(NamedTuple):
    """The language of a cell's code."""

    name: str
    title: str = ""
    """The file that it is written to."""
    checked: bool = True
    """Whether its code is read as that language reads it: the line of a magic is none of it."""


def tongue_of(code: str, kernel: str, metadata: dict[str, Any]) -> Tongue:
    """Return the language of a cell, by its kernel's unless its metadata or a magic say another."""
    vscode = metadata.get("vscode")
    own = vscode.get("languageId") if isinstance(vscode, dict) else None
    language = (own if isinstance(own, str) and own else kernel).strip().lower()
    if not _NAME.fullmatch(language):
        language = language.replace(" ", "-") if _NAME.fullmatch(language.replace(" ", "-")) else ""
    if language and language not in PYTHON:
        return Tongue(language)
    cell = _CELL.match(code.lstrip())
    if cell is not None:
        name, words = cell["name"].lower(), cell["rest"].split()
        if name == "script" and words:
            name = words[0].rpartition("/")[2]
        if name in _FILES and words:
            file = words[-1].strip("'\"")
            ending = file.rpartition(".")[2].lower() if "." in file else ""
            return Tongue(_ENDINGS.get(ending, "text"), file, checked=False)
        if name in _LANGUAGES:
            return Tongue(_LANGUAGES[name], checked=False)
    if language and ("%" in code or "!" in code or "?" in code) and _MAGIC.search(code):
        return Tongue("ipython")
    return Tongue("python" if language else "")
