"""Notebooks for tests, as Jupyter writes them."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

FRONT = "---\ntitle: A notebook\ndate: 2026-05-01\n---"


def png(width: int = 6, height: int = 4, shade: int = 90) -> bytes:
    """Return a picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([shade]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def raw(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": metadata, "source": source.splitlines(keepends=True)}


def prose(source: str, attachments: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    cell = {"cell_type": "markdown", "metadata": metadata, "source": source.splitlines(keepends=True)}
    return {**cell, "attachments": attachments} if attachments else cell


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source.splitlines(keepends=True),
    }


def shown(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": metadata, "data": data}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any], language: str = "python", **metadata: Any) -> str:
    """Return a notebook's file."""
    whole = {
        "cells": list(cells),
        "metadata": {"language_info": {"name": language}, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
