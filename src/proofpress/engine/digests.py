"""Digests of values, canonical and typed.

Equal values have equal digests in every process, and values of different types never share one. A type that is not
known is an error, not a guess.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from msgspec import inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    fields: dict[str, inspect.Type] = {}
    for field in inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        fields[field.name] = field.type
    closed = [name for name, declared in fields.items() if _is_closed(declared)]
    return _Shape(
        name=f"{kind.__module__}.{kind.__qualname__}".encode(),
        closed=attrgetter(*closed) if closed else None,
        open=tuple(name for name in fields if name not in closed),
    )


def _is_closed(declared: inspect.Type, within: frozenset[type] = frozenset()) -> bool:
    """Tell whether no two values of a declared type have one JSON text: then C code may write them, four times as fast."""
    match declared:
        case inspect.NoneType() | inspect.BoolType() | inspect.IntType() | inspect.StrType() | inspect.BytesType():
            return True
        case inspect.DateTimeType() | inspect.DateType():
            return True
        case inspect.LiteralType(values):
            return all(type(value) is type(values[0]) for value in values)
        case inspect.ListType(item) | inspect.VarTupleType(item) | inspect.FrozenSetType(item):
            return _is_closed(item, within)
        case inspect.TupleType(items):
            return all(_is_closed(item, within) for item in items)
        case inspect.DictType(key, item):
            return isinstance(key, inspect.StrType) and _is_closed(item, within)
        case inspect.UnionType(types):
            others = [one for one in types if not isinstance(one, inspect.NoneType)]
            return len(others) == 1 and _is_closed(others[0], within)
        case inspect.StructType(kind, fields):
            return kind in within or all(_is_closed(field.type, within | {kind}) for field in fields)
        case _:
            return False
