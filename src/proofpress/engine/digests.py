"""Digests of values, canonical and typed.

Equal values have equal digests in every process, and values of different types never share one. A type that is not
known is an error, not a guess.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

import msgspec

SIZE: Final = 16
"""Bytes of a digest: by the birthday bound, 2**64 values before two are likely to share one."""

_encode = msgspec.json.Encoder(order="deterministic").encode


def digest_of(value: object) -> bytes:
    """Return the digest of a plain value or a struct. Raises TypeError for anything else, however deep it stands.

    A struct counts with its class and its fields; its fields' types are its class's business, so a list in a field
    declared as a list is not told from a tuple.
    """
    parts: list[bytes] = []
    _write(value, parts)
    return hashlib.blake2b(b"".join(parts), digest_size=SIZE).digest()


def digest_of_bytes(data: bytes) -> bytes:
    """Return the digest of a file's bytes."""
    return hashlib.blake2b(data, digest_size=SIZE).digest()


def _write(value: object, parts: list[bytes]) -> None:
    """Write a value so that no two values are written alike: each with its type and its length."""
    kind = type(value)
    if value is None:
        parts.append(b"n")
    elif kind is str:
        _framed(b"s", value.encode("utf-8", "surrogatepass"), parts)  # type: ignore[attr-defined]
    elif kind is bytes:
        _framed(b"b", value, parts)  # type: ignore[arg-type]
    elif kind is bool:
        parts.append(b"T" if value else b"F")
    elif kind is int:
        _framed(b"i", str(value).encode(), parts)
    elif kind is float:
        _framed(b"f", value.hex().encode(), parts)  # type: ignore[attr-defined]
    elif kind is dt.datetime:
        _framed(b"d", value.isoformat().encode(), parts)  # type: ignore[attr-defined]
    elif kind is tuple or kind is list:
        parts.append(b"t%d:" % len(value) if kind is tuple else b"l%d:" % len(value))  # type: ignore[arg-type]
        for item in value:  # type: ignore[attr-defined]
            _write(item, parts)
    elif kind is dict:
        entries = sorted(((digest_of(key), item) for key, item in _pairs(value)), key=lambda entry: entry[0])
        parts.append(b"m%d:" % len(entries))
        for key, item in entries:
            parts.append(key)
            _write(item, parts)
    elif kind is frozenset:
        items = sorted(digest_of(item) for item in value)  # type: ignore[attr-defined]
        parts.append(b"z%d:" % len(items))
        parts.extend(items)
    elif isinstance(value, msgspec.Struct):
        _framed(b"S", f"{kind.__module__}.{kind.__qualname__}".encode(), parts)
        _framed(b"j", _encode(value), parts)
    else:
        raise TypeError(f"a value of type {kind.__module__}.{kind.__qualname__} has no digest")


def _pairs(value: object) -> list[tuple[object, object]]:
    assert isinstance(value, dict)
    return list(value.items())


def _framed(mark: bytes, data: bytes, parts: list[bytes]) -> None:
    parts.append(b"%s%d:" % (mark, len(data)))
    parts.append(data)
