"""A style sheet's rules put onto the elements of an SVG, as far as renderers of diagrams write them.

Selectors are compounds of a type, classes, ids and attributes, of `:first-child`, `:first-of-type`, `:nth-of-type(n)` and
`:not(…)`, joined by blanks and `>` (Selectors 4). A rule with anything else is passed over: it is of a mouse, or of motion.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

_AT_RULE: Final = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^;{}]*;")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_DECLARATION: Final = re.compile(r"\s*([\w-]+)\s*:\s*((?:[^;\"'(]|\"[^\"]*\"|'[^']*'|\([^)]*\))*)(?:;|\Z)")
_PART: Final = re.compile(
    r"\*|(?P<type>[A-Za-z][\w-]*)|\.(?P<class>[\w-]+)|#(?P<id>[\w-]+)"
    r"|\[(?P<name>[\w:-]+)(?:(?P<how>[~^$*|]?=)[\"']?(?P<value>[^\]\"']*)[\"']?)?\]"
    r"|:not\((?P<not>[^()]*)\)|:nth-of-type\((?P<nth>\d+)\)|:(?P<first>first-child|first-of-type)"
)
_COMPOUND: Final = re.compile(r"\s*(>)?\s*((?:[^\s>+~,\[(]|\[[^\]]*\]|\([^)]*\))+)")


class _Simple(NamedTuple):
    kind: str
    value: str
    name: str = ""
    inner: tuple[_Simple, ...] = ()


class _Selector(NamedTuple):
    compounds: tuple[tuple[bool, tuple[_Simple, ...]], ...]
    """From the last to the first; whether each is the parent of the one before, not just above it."""
    weight: tuple[int, int, int]


class Node(NamedTuple):
    """An element among others: what a selector may ask of it."""

    element: Element
    classes: frozenset[str]
    tag: str
    place: int
    """Among its parent's children, from 1."""
    place_of_type: int


def declarations(text: str) -> Iterator[tuple[str, str, bool]]:
    """Give the properties of a rule or of a `style` attribute: name, value, and whether it is important."""
    for found in _DECLARATION.finditer(text):
        value = found[2].strip()
        important = value.endswith("!important")
        yield found[1].lower(), value.removesuffix("!important").strip(), important


def styled(root: Element, sheet: str) -> dict[Element, dict[str, str]]:
    """Return what holds of each element by a sheet and by its own `style`, by the order of the cascade."""
    rules = list(_rules(sheet))
    found: dict[Element, dict[str, str]] = {}

    def walk(above: tuple[Node, ...], element: Element, place: int, of_type: int) -> None:
        node = Node(element, frozenset(element.get("class", "").split()), _local(element), place, of_type)
        path = (*above, node)
        won: dict[str, tuple[tuple[bool, tuple[int, int, int], int], str]] = {}
        for order, (selector, said) in enumerate(rules):
            if _matches(selector.compounds, path):
                _put(won, said, selector.weight, order)
        _put(won, list(declarations(element.get("style", ""))), (9, 0, 0), len(rules))
        found[element] = {name: value for name, (_, value) in won.items()}
        seen: dict[str, int] = {}
        for at, child in enumerate(element, 1):
            name = _local(child)
            seen[name] = seen.get(name, 0) + 1
            walk(path, child, at, seen[name])

    walk((), root, 1, 1)
    return found


def _put(
    won: dict[str, tuple[tuple[bool, tuple[int, int, int], int], str]],
    said: Sequence[tuple[str, str, bool]],
    weight: tuple[int, int, int],
    order: int,
) -> None:
    for name, value, important in said:
        rank = (important, weight, order)
        if name not in won or won[name][0] <= rank:
            won[name] = rank, value


def _rules(sheet: str) -> Iterator[tuple[_Selector, list[tuple[str, str, bool]]]]:
    plain = _AT_RULE.sub("", _COMMENT.sub("", sheet))
    for found in _RULE.finditer(plain):
        said = list(declarations(found[2]))
        for written in re.split(r",(?![^\[(]*[\])])", found[1]):
            selector = _selector(written)
            if selector is not None and said:
                yield selector, said


def _selector(written: str) -> _Selector | None:
    compounds: list[tuple[bool, tuple[_Simple, ...]]] = []
    at, text = 0, written.strip()
    while at < len(text):
        found = _COMPOUND.match(text, at)
        parts = _simples(found[2]) if found else None
        if found is None or parts is None:
            return None
        compounds.append((found[1] is not None, parts))
        at = found.end()
    every = [part for _, parts in compounds for part in parts]
    every += [inner for part in every for inner in part.inner]
    weight = (
        sum(part.kind == "id" for part in every),
        sum(part.kind not in ("id", "type", "not", "any") for part in every),
        sum(part.kind == "type" for part in every),
    )
    # Each knows whether the one behind it is its child.
    return _Selector(tuple(reversed(compounds)), weight) if compounds else None


def _simples(text: str) -> tuple[_Simple, ...] | None:
    parts: list[_Simple] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            return None
        kind = found.lastgroup or "any"
        if kind in ("name", "value", "how"):
            if found["how"] not in (None, "="):
                return None
            parts.append(_Simple("attribute" if found["how"] else "has", found["value"] or "", found["name"]))
        elif kind == "not":
            inner = _simples(found["not"].strip())
            if inner is None:
                return None
            parts.append(_Simple("not", "", "", inner))
        else:
            parts.append(_Simple(kind, found[kind] if kind != "any" else ""))
        at = found.end()
    return tuple(parts)


def _matches(compounds: Sequence[tuple[bool, tuple[_Simple, ...]]], path: tuple[Node, ...]) -> bool:
    """Tell whether the last of `path` is meant; `compounds` run from the element upwards."""
    (child, parts), rest = compounds[0], compounds[1:]
    if not path or not all(_is(part, path[-1]) for part in parts):
        return False
    if not rest:
        return True
    if child:
        return _matches(rest, path[:-1])
    return any(_matches(rest, path[:end]) for end in range(len(path) - 1, 0, -1))


def _is(part: _Simple, node: Node) -> bool:
    match part.kind:
        case "type":
            return node.tag == part.value
        case "class":
            return part.value in node.classes
        case "id":
            return node.element.get("id") == part.value
        case "attribute":
            return node.element.get(part.name) == part.value
        case "has":
            return part.name in node.element.keys()  # noqa: SIM118 - an element is no mapping
        case "not":
            return not all(_is(inner, node) for inner in part.inner)
        case "nth":
            return node.place_of_type == int(part.value)
        case "first":
            return (node.place if part.value == "first-child" else node.place_of_type) == 1
        case _:
            return True


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
