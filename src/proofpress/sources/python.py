"""Definitions and comments of Python, as Python reads them."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from typing import TYPE_CHECKING, NamedTuple

from proofpress.sources.definitions import Definition, Span, UnreadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Scope(NamedTuple):
    """The statements of one block, and the names that stand before theirs."""

    body: Sequence[ast.stmt]
    names: tuple[str, ...]
    in_function: bool


def definitions(text: str) -> dict[str, list[Definition]]:
    """Return the functions, classes, methods and assigned names of a file, each by its dotted name.

    Names that a function assigns within itself are left out. Raises UnreadError for what Python can't read.
    """
    lines = text.split("\n")
    found: dict[str, list[Definition]] = {}
    scopes = [_Scope(_parsed(text).body, (), in_function=False)]
    while scopes:
        scope = scopes.pop(0)
        for node in scope.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names = (*scope.names, node.name)
                found.setdefault(".".join(names), []).append(_definition(node, scope, lines))
                scopes.append(_Scope(node.body, names, not isinstance(node, ast.ClassDef)))
                continue
            if not scope.in_function:
                for name in _assigned(node):
                    found.setdefault(".".join((*scope.names, name)), []).append(_assignment(node, scope, lines))
            scopes += [_Scope(body, scope.names, scope.in_function) for body in _blocks(node)]
    return found


def comments(text: str) -> list[Span]:
    """Return the comments of a file. Raises UnreadError for what Python can't read."""
    try:
        return [
            Span(*token.start, *token.end)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError) as error:
        raise UnreadError(str(error.args[0])) from None


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python says of its escapes is nothing for who shows it
            return ast.parse(text)
    except SyntaxError as error:
        raise UnreadError(f"line {error.lineno or 1}, {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadError(str(error) or "it is nested too deeply") from None


def _definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: _Scope, lines: Sequence[str]
) -> Definition:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    decorated = ((first, node.lineno - 1),) if first < node.lineno else ()
    return Definition(
        first=_with_comments(first, lines),
        last=node.end_lineno or node.lineno,
        home=id(scope.body),
        decorated=decorated,
        again=bool(decorated),
    )


def _assignment(node: ast.stmt, scope: _Scope, lines: Sequence[str]) -> Definition:
    return Definition(_with_comments(node.lineno, lines), node.end_lineno or node.lineno, id(scope.body))


def _with_comments(line: int, lines: Sequence[str]) -> int:
    """Return the first of the comments that stand right above a line, indented as it is."""
    own = lines[line - 1]
    indent = own[: len(own) - len(own.lstrip())]
    while line > 1 and lines[line - 2].startswith(f"{indent}#") and not lines[line - 2].startswith("#!"):
        line -= 1
    return line


def _assigned(node: ast.stmt) -> Iterator[str]:
    """Give the names that a statement assigns."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    elif type(node).__name__ == "TypeAlias":  # since Python 3.12
        targets = [node.name]  # type: ignore[attr-defined]
    while targets:
        target = targets.pop(0)
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            targets += target.elts
        elif isinstance(target, ast.Starred):
            targets.append(target.value)


def _blocks(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Give the blocks of a statement that open no scope: those of `if`, `try`, `with` and the like."""
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body
