"""Listings as their languages read them: one door to Python, to data, and to the grammars of the extra `check`.

Who asks hands over the name that a fence gives and the code, and gets the fault that is sure, or nothing. A language without
a reader has no faults. Nothing here knows posts or reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.languages import grammars
from proofpress.rules.languages.data import json_slip, jsonc_slip, toml_slip, yaml_slip
from proofpress.rules.languages.diffs import diff_slip
from proofpress.rules.languages.python import python_slip
from proofpress.rules.sessions import commands

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.rules.languages.slip import Slip

PYTHON: Final = frozenset({"python", "py", "python3", "py3", "pycon", "python-console", "ipython", "ipython3"})
"""What Python is called, with its sessions."""
_LIBRARIES: Final[dict[str, tuple[str, Callable[[str], Slip | None]]]] = {
    **dict.fromkeys(PYTHON, ("Python", python_slip)),
    **dict.fromkeys(("json", "jsonld", "webmanifest", "jsonl", "ndjson"), ("JSON", json_slip)),
    "jsonc": ("JSON", jsonc_slip),
    **dict.fromkeys(("toml", "cargo"), ("TOML", toml_slip)),
    **dict.fromkeys(("yaml", "yml"), ("YAML", yaml_slip)),
    **dict.fromkeys(("diff", "udiff", "patch"), ("patch", diff_slip)),
}
_GRAMMARS: Final = {
    **dict.fromkeys(("javascript", "js", "jsx", "mjs", "cjs", "node"), "JavaScript"),
    **dict.fromkeys(("typescript", "ts", "mts", "cts"), "TypeScript"),
    "tsx": "TSX",
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "ksh"), "Bash"),
    **dict.fromkeys(("console", "shell-session", "sh-session", "bash-session", "terminal"), "Bash"),
    **dict.fromkeys(("rust", "rs"), "Rust"),
    **dict.fromkeys(("go", "golang"), "Go"),
    "c": "C",
    **dict.fromkeys(("cpp", "c++", "cc", "cxx"), "C++"),
    "java": "Java",
    **dict.fromkeys(("ruby", "rb"), "Ruby"),
    **dict.fromkeys(("html", "xhtml"), "HTML"),
    "css": "CSS",
    **dict.fromkeys(("sql", "sqlite", "postgresql", "postgres", "mysql"), "SQL"),
    **dict.fromkeys(("kotlin", "kt"), "Kotlin"),
    "swift": "Swift",
    "php": "PHP",
    **dict.fromkeys(("haskell", "hs"), "Haskell"),
    "scala": "Scala",
    **dict.fromkeys(("julia", "jl"), "Julia"),
}
"""By the name on a fence, the language whose grammar reads it."""


def read(language: str, code: str) -> tuple[str, Slip] | None:
    """Return the fault of a listing and the language that can't read it; None where there is none for sure.

    `language` is as a fence names it.
    """
    name = language.lower()
    if not code.strip():
        return None
    if library := _LIBRARIES.get(name):
        slip = library[1](code)
        return None if slip is None else (library[0], slip)
    reader = _GRAMMARS.get(name)
    if reader is None:
        return None
    slip = grammars.read(reader, commands(code) if reader == "Bash" else code)
    return None if slip is None else (reader, slip)


def unread(language: str) -> str:
    """Return the language that a listing is in where its grammar is not installed; else nothing."""
    reader = _GRAMMARS.get(language.lower())
    return reader if reader is not None and not grammars.is_there(reader) else ""
