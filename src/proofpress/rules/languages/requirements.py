"""What a post's Python asks for to be installed: a script's own block, or a `requirements.txt`; and what that brings."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_BLOCK: Final = re.compile(r"^# /// script[ \t]*\n((?:#(?: [^\n]*)?\n)*?)# ///[ \t]*$", re.MULTILINE)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def of_script(code: str) -> frozenset[str] | None:
    """Return the names of what a script's block asks for, as PEP 723 has it; None where it has none that can be read."""
    block = _BLOCK.search(code)
    if block is None:
        return None
    try:
        asked = tomllib.loads(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE)).get("dependencies")
    except tomllib.TOMLDecodeError:
        return None
    return _names(asked) if isinstance(asked, list) else None


def of_file(text: str) -> frozenset[str] | None:
    """Return the names in a `requirements.txt`; None where it includes others, or what has no name."""
    return _names([line for each in text.split("\n") if (line := each.partition("#")[0].strip())])


def _names(asked: Collection[object]) -> frozenset[str] | None:
    found = [_NAME.match(each) if isinstance(each, str) else None for each in asked]
    names = {one[0].lower().replace("-", "_").replace(".", "_") for one in found if one is not None}
    return frozenset(names) if all(found) and not names & {"git", "http", "https", "file"} else None


def imported(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Give the packages that a program imports and Python does not bring, each with its line and its column in bytes.

    What stands in a `try` may be missing, and is left out.
    """
    ahead: list[ast.AST] = [tree]
    while ahead:
        node = ahead.pop()
        match node:
            case ast.Try():
                continue
            case ast.Import(names=names):
                found = [(one.name, one.lineno, one.col_offset) for one in names]
            case ast.ImportFrom(module=str(module), level=0):
                found = [(module, node.lineno, node.col_offset + len("from "))]
            case _:
                found = []
        ahead.extend(ast.iter_child_nodes(node))
        for name, line, column in found:
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and package != "__future__":
                yield package, line, column


_BRINGS: Final = {
    "attrs": "attr attrs", "beautifulsoup4": "bs4", "django": "django", "faiss_cpu": "faiss", "faiss_gpu": "faiss",
    "gitpython": "git", "jupyter": "IPython", "matplotlib": "matplotlib mpl_toolkits pylab", "opencv_python": "cv2",
    "opencv_python_headless": "cv2", "pillow": "PIL", "protobuf": "google", "pycryptodome": "Crypto", "pyjwt": "jwt",
    "pyserial": "serial", "python_dateutil": "dateutil", "python_dotenv": "dotenv", "pyyaml": "yaml",
    "scikit_image": "skimage", "scikit_learn": "sklearn", "setuptools": "setuptools pkg_resources",
    "umap_learn": "umap", "websocket_client": "websocket",
}  # fmt: skip
"""Modules of packages that bear another name."""


_FAMILIES: Final = ("pyobjc", "types_", "google_", "azure_", "opentelemetry_")
"""What packages begin with that share their modules, or bring each other."""


def missing(packages: Collection[str], asked: Collection[str]) -> set[str]:
    """Return the imported packages that nothing asked for brings by its name.

    Empty where something was asked for that none of the others is named after: it may be what brings them.
    """
    brought = {package: {one for one in asked if _brings(one, package)} for package in packages}
    unexplained = set(asked) - set().union(*brought.values()) if brought else set()
    if any(one.startswith(_FAMILIES) for one in asked):
        return set()
    return set() if unexplained - _BRINGS.keys() else {package for package, by in brought.items() if not by}


def _brings(asked: str, package: str) -> bool:
    name = package.lower()
    if asked in _BRINGS:
        return package in _BRINGS[asked].split()
    short, long = sorted((asked.replace("_", ""), name.replace("_", "")), key=len)
    return short in long
