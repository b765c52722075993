"""Which language a listing is in that names none: by strong evidence, or not at all.

Evidence is a first line with `#!`, a prompt, or code that reads without an error as a whole in one language, where it
stands with words that only that one begins lines with. What could be two languages is none.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import Final

from proofpress.rules.languages import grammars
from proofpress.rules.languages.python import program

_PROGRAMS: Final = {
    "python": "python", "python3": "python", "bash": "bash", "sh": "sh", "zsh": "zsh", "node": "javascript", "ruby": "ruby",
    "perl": "perl", "lua": "lua", "php": "php",
}  # fmt: skip
_SHEBANG: Final = re.compile(r"#!\s*\S*?/(?:env\s+(?:-S\s+)?)?(\w++)[\d.]*+(?:[^\S\n][^\n]*+)?\n")


def language_of(code: str) -> str:
    """Return the name of the language that a listing is in by strong evidence, as a fence gives it; else nothing."""
    lines = [line for line in code.split("\n") if line.strip()]
    if not lines:
        return ""
    shebang = _SHEBANG.match(code)
    if shebang:
        return _PROGRAMS.get(shebang[1].rstrip("0123456789."), "") if len(lines) > 1 else ""
    if lines[0].startswith("$ "):
        return "console"
    if lines[0].startswith(">>> "):
        return "pycon" if program(code).tree is not None else ""
    if code.lstrip()[:1] in "{[" and len(code) > 20 and _is_json(code):
        return "json"
    if is_python(code):
        return "python"
    if len(lines) < _FEWEST or len(code) > _LONGEST or _OTHER_FORMS.search(code):
        return ""
    return "toml" if _is_toml(code) else _by_grammar(code)


_FEWEST: Final = 3
"""Lines of a listing that a grammar may name; fewer read in many languages."""
_LONGEST: Final = 20_000


_OTHER_FORMS: Final = re.compile(r"^[-+][ \t]|=\{|\{\.\.\.|\bclassName=|\{\{|\{%|^```|^~~~", re.MULTILINE)
"""What a diff, JSX, a template and Markdown are written with."""


def _is_json(code: str) -> bool:
    try:
        return isinstance(json.loads(code), dict | list) and '"' in code
    except (json.JSONDecodeError, RecursionError):
        return False


_OTHERS: Final = re.compile(
    r";[ \t]*$|\bprintln\(|\bfunction\s*\w*\(|\bvar \w|\blet \w|\bconst \w|=>|^[^\S\n]*+end[^\S\n]*+$", re.MULTILINE
)


def is_python(code: str) -> bool:
    """Tell whether a listing is Python and nothing else."""
    read = program(code)
    tree = read.tree
    if tree is None or read.shift or len(tree.body) < 2 or _OTHERS.search(code):
        return False
    imports = any(isinstance(each, ast.Import) for each in tree.body)
    for each in ast.walk(tree):
        match each:
            case ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                return True
            case ast.Import(names=names) if any(name.asname for name in names):
                return True
            case ast.Assign() | ast.With() | ast.For() if imports:
                return True
    return False


_TABLE: Final = re.compile(r"\A(?:#[^\n]*+\n|[^\S\n]*+\n)*+\[{1,2}[\w.\"'-]+\]{1,2}[ \t]*(?:#[^\n]*)?\n", re.MULTILINE)


def _is_toml(code: str) -> bool:
    if not _TABLE.match(code) or not re.search(r"=[ \t]*[\"\[{]", code):
        return False
    try:
        tomllib.loads(code)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


_MARKS: Final = (
    (
        "rust",
        "Rust",
        r"^[^\S\n]*+(?:pub(?:\([a-z]+\))? )?(?:unsafe )?(?:fn \w+[<(]|impl\b[^;\n]*\{)|^use \w+::|^[^\S\n]*+let mut \w",
    ),
    ("go", "Go", r"^package \w+$|^func (?:\(\w+ \*?\w+\) )?\w+\(\w[\w, ]* [\w*\[\].]+\)[^\n]*\{$"),
    ("cpp", "C++", r"^#include <\w+>$|\bstd::(?:vector|string|map|cout|unique_ptr|shared_ptr|move)\b"),
    ("java", "Java", r"^import java[\w.]*;|^[^\S\n]*+public (?:static |final |abstract )*class \w+"),
    (
        "javascript",
        "JavaScript",
        r"^(?:const|let|var) [\w{}\[\], ]+ = |^(?:async )?function \w+\(|^import [^\n]* from ['\"]",
    ),
    ("typescript", "TypeScript", r"^(?:export )?interface \w+ \{$|^(?:const|let) \w+: \w+"),
    ("sql", "SQL", r"\A\s*(?i:select|insert into|create (?:table|view|index)|delete from|with \w+ as \()\b"),
    (
        "css",
        "CSS",
        r"^[^\S\n]*+(?:color|background|margin|padding|display|font|width|height|border|position)[\w-]*:[^{}\n]*;",
    ),
    ("html", "HTML", r"\A\s*<(?i:!doctype html|html|head|body|div|table|form|ul|section|article)\b"),
)
"""The name on a fence, the grammar, and what lines begin with in this language."""
_COMPILED: Final = tuple((name, grammar, re.compile(mark, re.MULTILINE)) for name, grammar, mark in _MARKS)
_ALIKE: Final = {"JavaScript": "TypeScript"}
"""A language, and one that reads all of it: the first is meant where both read a listing, and only its marks are there."""


def _by_grammar(code: str) -> str:
    """Return the one language whose marks a listing has and whose grammar reads all of it."""
    found = [
        (name, grammar) for name, grammar, mark in _COMPILED if mark.search(code) and grammars.reads(grammar, code)
    ]
    names = {grammar for _, grammar in found}
    found = [(name, grammar) for name, grammar in found if not any(_ALIKE.get(one) == grammar for one in names)]
    return found[0][0] if len(found) == 1 else ""
