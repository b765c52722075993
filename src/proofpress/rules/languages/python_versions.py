"""What came to Python after a version: syntax, annotations that run, and modules, each with its place."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Later(NamedTuple):
    """Something that a version of Python brought."""

    minor: int
    """The version: of Python 3, what stands behind the point."""
    name: str
    """As a report names it."""
    word: str
    """What stands at its place."""
    line: int
    """From 1."""
    byte: int
    """From 0, as `ast` counts."""


_MODULES: Final = {"zoneinfo": 9, "graphlib": 9, "tomllib": 11, "annotationlib": 14}
_GENERIC: Final = frozenset({"list", "dict", "tuple", "set", "frozenset", "type"})


def later(tree: ast.Module, code: str, minor: int) -> Iterator[Later]:
    """Give what a program has that came after a version, in the order in which `ast` walks it."""
    for each in _all(tree, code):
        if each.minor > minor:
            yield each


def _all(tree: ast.Module, code: str) -> Iterator[Later]:
    lines = code.split("\n")
    postponed = any(
        isinstance(each, ast.ImportFrom)
        and each.module == "__future__"
        and any(n.name == "annotations" for n in each.names)
        for each in tree.body
    )
    for node in ast.walk(tree):
        match node:
            case ast.NamedExpr(target=target):
                yield _at(target, 8, "':='", target.id)
            case ast.Match():
                yield _at(node, 10, "'match'", "match")
            case ast.TryStar(handlers=[first, *_]):
                yield _at(first, 11, "'except*'", "except")
            case ast.Import(names=names):
                for one in names:
                    yield from _module(one.name, node, "import")
            case ast.ImportFrom(module=str(name), level=0):
                yield from _module(name, node, "from")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from _of_definition(node)
            case ast.JoinedStr():
                yield from _in_string(node, lines)
            case _ if type(node).__name__ == "TypeAlias":  # which 3.11 has not
                yield Later(12, "'type'", "type", node.lineno, node.col_offset)  # type: ignore[attr-defined]
        if not postponed:
            yield from _annotated(node)


def _at(node: ast.expr | ast.stmt | ast.excepthandler, minor: int, name: str, word: str) -> Later:
    return Later(minor, name, word, node.lineno, node.col_offset)


def _module(name: str, node: ast.stmt, word: str) -> Iterator[Later]:
    root = name.partition(".")[0]
    if root in _MODULES:
        yield _at(node, _MODULES[root], f"the module '{root}'", word)


def _of_definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Later]:
    word = "class" if isinstance(node, ast.ClassDef) else "def" if isinstance(node, ast.FunctionDef) else "async"
    if not isinstance(node, ast.ClassDef) and node.args.posonlyargs:
        yield _at(node, 8, "'/' among parameters", word)
    if getattr(node, "type_params", None):
        yield _at(node, 12, "parameters of types in brackets", word)


def _in_string(node: ast.JoinedStr, lines: list[str]) -> Iterator[Later]:
    """Give a string with values in it whose own quotes stand within one; before 3.12 `ast` reads none, and has no places."""
    if tuple(sys.version_info[:2]) < (3, 12) or node.lineno != node.end_lineno or node.lineno > len(lines):
        return
    data = lines[node.lineno - 1].encode()
    whole = data[node.col_offset : node.end_col_offset]
    quote = whole[-3:] if whole[-3:] in (b'"""', b"'''") else whole[-1:]
    for value in node.values:
        if isinstance(value, ast.FormattedValue) and value.value.lineno == node.lineno:
            inner = data[value.value.col_offset : value.value.end_col_offset]
            if quote in inner or b"\\" in inner:
                word = whole[: whole.find(b"{")].decode("utf-8", "replace")
                yield Later(
                    12, "a string's own quotes, or a backslash, within its braces", word, node.lineno, node.col_offset
                )
                return


def _annotated(node: ast.AST) -> Iterator[Later]:
    """Give what stands in an annotation, which runs when the definition does."""
    match node:
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            pass
        case ast.FunctionDef(returns=ast.expr() as annotation) | ast.AsyncFunctionDef(returns=ast.expr() as annotation):
            pass
        case _:
            return
    for each in ast.walk(annotation):
        match each:
            case ast.Subscript(value=ast.Name(id=name)) if name in _GENERIC:
                yield _at(each, 9, f"'{name}[…]' as a type", name)
            case ast.BinOp(op=ast.BitOr(), left=left):
                yield _at(each, 10, "'|' between types", ast.unparse(left).partition("[")[0])
