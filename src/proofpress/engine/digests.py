"""Digests of values, canonical and typed.

Equal values have equal digests in every process, and values of different types never share one. A type that is not
known is an error, not a guess.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import sys
import types
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE: Final = 16
"""Bytes of a digest: by the birthday bound, 2**64 values before two are likely to share one."""


class Parts(list[bytes]):
    """What a value is written as; values of one class may be written as digests that are known."""

    digester: Digester | None = None


_encode = msgspec.json.Encoder(order="deterministic").encode


def digest_of(value: object) -> bytes:
    """Return the digest of a plain value or a struct. Raises TypeError for anything else, however deep it stands.

    Type counts: True, 1, 1.0 and "1" are four values, and so are a list and a tuple. So does all that can be seen of a
    value: -0.0 is not 0.0, and one moment written with two offsets is two values. Of a time zone only the offset counts.

    A struct counts with its class and its fields. A field holds what its class declares; one that may hold anything
    counts by what it does hold.
    """
    parts = Parts()
    _write(value, parts)
    return digest_of_bytes(b"".join(parts))


def digest_of_all(structs: Sequence[msgspec.Struct]) -> bytes:
    """Return the digest of many structs in their order, as good as that of a list: those of a class are written at once."""
    by_class: dict[type[msgspec.Struct], tuple[list[int], list[msgspec.Struct]]] = {}
    for place, struct in enumerate(structs):
        places, members = by_class.setdefault(type(struct), ([], []))
        places.append(place)
        members.append(struct)
    parts = Parts()
    for kind, (places, members) in by_class.items():
        shape = _shape(kind)
        _framed(b"A", shape.name, parts)
        _framed(b"j", _encode(places), parts)
        if shape.closed is not None and not shape.open:
            try:
                _framed(b"j", _encode([shape.closed(member) for member in members]), parts)
                continue
            except UnicodeEncodeError:  # as in `_write_struct`
                pass
        for member in members:
            _write(member, parts)
    return digest_of_bytes(b"".join(parts))


class Digester:
    """Digests of values in which the same structs of one class come again and again: each of these is read once.

    Its digests are not those of `digest_of`, but they are as good: equal values have equal ones.
    """

    def __init__(self, again: type[msgspec.Struct]) -> None:
        self.again = again
        self._known: dict[int, tuple[msgspec.Struct, bytes]] = {}

    def __call__(self, value: object) -> bytes:
        """Return the digest of a value."""
        parts = Parts()
        parts.digester = self
        _write(value, parts)
        return digest_of_bytes(b"".join(parts))

    def of(self, struct: msgspec.Struct) -> bytes:
        """Return the digest of a struct of the class. The struct is kept, so that its id stays its own."""
        found = self._known.get(id(struct))
        if found is None:
            found = self._known[id(struct)] = struct, digest_of(struct)
        return found[1]


def digest_of_bytes(data: bytes) -> bytes:
    """Return the digest of a file's bytes."""
    return hashlib.blake2b(data, digest_size=SIZE).digest()


# ---------------------------------------------------------------- one form for each type, with its length


def _write(value: Any, parts: Parts) -> None:
    """Write a value so that no two values are written alike."""
    write = _FORMS.get(type(value))
    if write is not None:
        write(value, parts)
    elif isinstance(value, msgspec.Struct):
        digester = parts.digester
        if digester is not None and type(value) is digester.again:
            parts += (b"R", digester.of(value))
        else:
            _write_struct(value, parts)
    else:
        kind = type(value)
        raise TypeError(f"a value of type {kind.__module__}.{kind.__qualname__} has no digest")


def _framed(mark: bytes, data: bytes, parts: Parts) -> None:
    parts.append(b"%s%d:" % (mark, len(data)))
    parts.append(data)


def _write_items(mark: bytes, items: tuple[Any, ...] | list[Any], parts: Parts) -> None:
    parts.append(b"%s%d:" % (mark, len(items)))
    for item in items:
        _write(item, parts)


def _write_dict(value: dict[Any, Any], parts: Parts) -> None:
    entries = sorted([(digest_of(key), key) for key in value], key=lambda entry: entry[0])
    parts.append(b"m%d:" % len(entries))
    for digest, key in entries:
        parts.append(digest)
        _write(value[key], parts)


def _write_frozenset(value: frozenset[Any], parts: Parts) -> None:
    parts.append(b"z%d:" % len(value))
    parts.extend(sorted(digest_of(item) for item in value))


_FORMS: Final[Mapping[type, Callable[[Any, Parts], None]]] = {
    type(None): lambda _value, parts: parts.append(b"n"),
    bool: lambda value, parts: parts.append(b"T" if value else b"F"),
    int: lambda value, parts: _framed(b"i", b"%x" % value, parts),  # decimal would refuse what has 5,000 digits
    float: lambda value, parts: _framed(b"f", value.hex().encode(), parts),
    str: lambda value, parts: _framed(b"s", value.encode("utf-8", "surrogatepass"), parts),
    bytes: lambda value, parts: _framed(b"b", value, parts),
    dt.datetime: lambda value, parts: _framed(b"d", value.isoformat().encode(), parts),
    dt.date: lambda value, parts: _framed(b"D", value.isoformat().encode(), parts),
    dt.time: lambda value, parts: _framed(b"c", value.isoformat().encode(), parts),
    tuple: lambda value, parts: _write_items(b"t", value, parts),
    list: lambda value, parts: _write_items(b"l", value, parts),
    dict: _write_dict,
    frozenset: _write_frozenset,
}


# ---------------------------------------------------------------- structs

_PLAIN: Final = frozenset(
    {None, bool, int, str, bytes, dt.datetime, dt.date, types.NoneType, "None", "bool", "int", "str", "bytes"}
)
"""Types that are closed by themselves, and the names that all modules know them by."""
_ROWS: Final = frozenset({list, tuple, frozenset, Sequence})
_MAPPINGS: Final = frozenset({dict, Mapping})


class _Shape(NamedTuple):
    """How a class of structs is written: the fields whose declared types leave nothing open at once, the rest singly."""

    name: bytes
    closed: Callable[[Any], Any] | None
    open: tuple[str, ...]


def _write_struct(value: msgspec.Struct, parts: Parts) -> None:
    shape = _shape(type(value))
    _framed(b"S", shape.name, parts)
    if shape.closed is not None:
        try:
            _framed(b"j", _encode(shape.closed(value)), parts)
        except UnicodeEncodeError:  # a lone surrogate, which JSON can't hold
            for name in value.__struct_fields__:
                _write(getattr(value, name), parts)
            return
    for name in shape.open:
        _write(getattr(value, name), parts)


@functools.cache
def _shape(kind: type[msgspec.Struct]) -> _Shape:
    closed = [name for name, is_closed in _fields(kind).items() if is_closed]
    return _Shape(
        name=f"{kind.__module__}.{kind.__qualname__}".encode(),
        closed=attrgetter(*closed) if closed else None,
        open=tuple(name for name in kind.__struct_fields__ if name not in closed),
    )


def _fields(kind: type[msgspec.Struct], within: frozenset[Any] = frozenset()) -> dict[str, bool]:
    """Tell of each field of a class whether its declared type is closed.

    `msgspec.inspect` tells the same, but a build asks of a hundred classes, and that would be a twentieth of an edit.
    """
    declared: dict[str, tuple[Any, str]] = {}
    for each in reversed(kind.__mro__):
        declared |= {
            name: (written, each.__module__) for name, written in vars(each).get("__annotations__", {}).items()
        }
    return {name: _is_closed(*declared[name], within) for name in kind.__struct_fields__}


def _is_closed(declared: Any, module: str, within: frozenset[Any]) -> bool:
    """Tell whether no two values of a type have one JSON text: then C code may write them, four times as fast.

    The type stands as it is written in a module, or as what that means. `within` are the structs that it is a part of.
    """
    if declared in _PLAIN:
        return True
    if isinstance(declared, str):
        declared = eval(declared, vars(sys.modules[module]))  # noqa: S307 - an annotation of ours, as `typing.get_type_hints` does
    if (declared := getattr(declared, "__supertype__", declared)) in _PLAIN:
        return True
    if isinstance(declared, type) and issubclass(declared, msgspec.Struct):
        return declared in within or all(_fields(declared, within | {declared}).values())
    origin, items = get_origin(declared), get_args(declared)
    if origin is Literal:
        return all(type(item) is type(items[0]) for item in items)
    if origin in (Union, types.UnionType):
        others = [item for item in items if item is not types.NoneType]
        return len(others) == 1 and _is_closed(others[0], module, within)
    if origin in _MAPPINGS:
        key, item = items
        return getattr(key, "__supertype__", key) is str and _is_closed(item, module, within)
    return origin in _ROWS and all(item is ... or _is_closed(item, module, within) for item in items)
