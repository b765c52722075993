"""The tree that YAML and TOML are both read into: scalars, lists and mappings, each with its place in the file.

Scalars stay text. What a scalar means is decided by the type of its key (`typed`), or for values that have no declared
type by `plain`, which follows the core schema of YAML 1.2.2 (section 10.3.2) and nothing else: `no`, `12:30` and
`2024-01-05` are strings.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from proofpress.findings import Findings as Findings  # noqa: PLC0414, TC001 - the readers find it here
from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.rules.front_matter import WRONG_TYPE

MAX_DEPTH: Final = 32
"""How deep lists and mappings may stand in one another; far beyond what a person writes, far below the stack."""

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_NUMBER: Final = lazy(
    r"(?P<int>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)

UNFIT: Final = lazy("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What no page or feed may hold: XML 1.0 (production 2) has no place for some of these characters, and HTML (13.2.3.5)
calls the others, the C1 controls and the non-characters, errors. Those beyond U+FFFF are left out: they would make the
search of every text many times slower, and nobody has them. A form feed is white space to HTML, and `text` makes
a space of it before anything is read."""


class ScalarNode(msgspec.Struct, frozen=True):
    """A piece of text. `style` is `typed` where TOML's own syntax said that it is no string (`text` is canonical)."""

    text: str
    place: Place
    style: Literal["plain", "quoted", "typed"] = "quoted"
    remark: Place | None = None
    """Where YAML's comment begins, on the line on which the value ends."""
    clinging: bool = False
    """Whether the comment's first letter clings to its mark: `#go`, and not `# go`."""

    @property
    def absent(self) -> bool:
        """Whether this is how a person leaves a value out: nothing at all, `~` or `null`, without quotes."""
        return self.style == "plain" and self.text in _NULL


class ListNode(msgspec.Struct, frozen=True):
    """A list, in order."""

    items: tuple[Node, ...]
    place: Place


class MappingNode(msgspec.Struct, frozen=True):
    """Keys and values, in order, no key twice."""

    entries: tuple[tuple[ScalarNode, Node], ...]
    place: Place


Node = ScalarNode | ListNode | MappingNode


def plain(node: Node, findings: Findings) -> Any:
    """Return a node as the values that JSON knows, numbers within 64 bits; a number beyond that is a problem."""
    match node:
        case MappingNode():
            return {key.text: plain(value, findings) for key, value in node.entries}
        case ListNode():
            return [plain(item, findings) for item in node.items]
        case ScalarNode(style="quoted"):
            return node.text
        case _:
            return _scalar(node, findings)


def _scalar(node: ScalarNode, findings: Findings) -> str | int | float | bool | None:
    text = node.text
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    # CPython refuses to convert more than 4,300 digits, and MessagePack holds 64 bits: both are far beyond 40 characters
    number: int | float = 0
    fits = len(text) <= 40
    if fits:
        if found["float"]:
            number = float(text)
            fits = number not in (float("inf"), float("-inf"))
        else:
            digits, base = (found["octal"], 8) if found["octal"] else (found["hex"], 16) if found["hex"] else (text, 10)
            number = int(digits, base)
            fits = -(2**63) <= number < 2**64
    elif found["float"]:
        number = float(text)
        fits = number not in (float("inf"), float("-inf"))
    if not fits:
        findings.tell(WRONG_TYPE.too_large(abridged(text)), node.place)
        return text
    return number


def unfit_character(text: str) -> str | None:
    """Return the first character that no page or feed can hold, or None."""
    found = UNFIT.search(text)
    return found[0] if found else None


def character_name(character: str) -> str:
    """Return a character that cannot be shown as people write it: `U+001B`."""
    return f"U+{ord(character):04X}"


def abridged(text: str, limit: int = 40) -> str:
    """Return text short enough for a message, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def shown(node: Node) -> str:
    """Return a node as a message names it: `'maybe'`, `a list`, `a mapping`."""
    match node:
        case ListNode():
            return "a list"
        case MappingNode():
            return "a mapping"
        case _:
            return f"'{abridged(node.text)}'"
