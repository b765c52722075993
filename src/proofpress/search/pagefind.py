"""Pagefind, spoken to: records in, the files of an index out.

`pagefind --service` reads requests from its standard input and answers each, as JSON in base64 with a comma behind
(pagefind.app/docs/py-api; the package `pagefind` speaks so too, and waits a tenth of a second for each answer). The bytes
that it makes follow from the records and their order, but for the order of languages, which is put right here.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import os
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from proofpress.search.records import Record

PACKAGES: Final = ("pagefind_bin_extended", "pagefind_bin")
"""Who brings the program, the first that is there; the first of them parts the words of Chinese, Japanese and Thai as well."""

_IGNORED: Final = ("math", "svg", "style", "script", ".anchor", ".footnote-ref", ".footnote-backref")
_LETTERS: Final = "+#"
"""What belongs to a word beside letters, digits and the underscore: C++, C#."""
_ENTRY: Final = "pagefind-entry.json"
_WANTED: Final = ("pagefind.js", "pagefind-worker.js", _ENTRY)
_WANTED_ENDINGS: Final = (".pf_fragment", ".pf_index", ".pf_meta", ".pf_filter", ".pagefind")
"""All but the pages of Pagefind's own, whose place the theme's dialog takes."""
_PIECE: Final = 1 << 16


class PagefindError(Exception):
    """Pagefind made no index; the message says why."""


def index_files(records: Sequence[Record]) -> dict[str, bytes]:
    """Return the files of the index of these records, by their names, in order. Raises PagefindError."""
    config = {"exclude_selectors": list(_IGNORED), "include_characters": _LETTERS}
    requests: list[dict[str, Any]] = [
        {"type": "NewIndex", "config": config},
        *({"type": "AddFile", "index_id": 0, "url": one.url, "file_contents": one.html} for one in records),
        {"type": "GetFiles", "index_id": 0},
    ]
    answers = _answers(requests)
    refused = next((one for one in answers if one["type"] == "Error"), None)
    if refused is not None:
        raise PagefindError(str(refused.get("message", "it does not say why")))
    files = {one["path"]: base64.b64decode(one["content"]) for one in answers[-1]["files"]}
    # The one file that lists something, the languages, does so in another order each time.
    files[_ENTRY] = msgspec.json.encode(msgspec.json.decode(files[_ENTRY]), order="sorted")
    wanted = (name for name in sorted(files) if name in _WANTED or name.endswith(_WANTED_ENDINGS))
    return {name.replace("\\", "/"): files[name] for name in wanted}


def merged_entries(entries: Sequence[bytes]) -> bytes:
    """Return the file that lists the languages of several indexes, each of languages of its own: as if they were one."""
    first, *others = (msgspec.json.decode(entry) for entry in entries)
    for one in others:
        first["languages"] |= one["languages"]
    return msgspec.json.encode(first, order="sorted")


def _answers(requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put all requests, and return the answers in their order."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that the extra brought
            [_program(), "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise PagefindError(f"it can't be run: {error}") from error
    assert process.stdin is not None, "asked for"
    assert process.stdout is not None, "asked for"
    with process:
        # What it answers is read while it is asked: a pipe that nobody empties would hold up both.
        asking = threading.Thread(target=_ask, args=(process.stdin, requests), daemon=True)
        asking.start()
        found = dict(_read(process.stdout, len(requests)))
        asking.join()
        with contextlib.suppress(OSError):
            process.stdin.close()
    if len(found) < len(requests):
        raise PagefindError(f"it ended before its work was done, with code {process.returncode}")
    return [found[number] for number in range(len(requests))]


def _ask(pipe: IO[bytes], requests: Sequence[dict[str, Any]]) -> None:
    with contextlib.suppress(OSError):  # it ended early, which its answers tell
        for number, payload in enumerate(requests):
            pipe.write(base64.b64encode(msgspec.json.encode({"message_id": number, "payload": payload})) + b",")
        pipe.flush()


def _read(pipe: IO[bytes], wanted: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each answer with the number of its request, until there are as many as are wanted or no more come."""
    pieces: list[bytes] = []
    while wanted and (piece := os.read(pipe.fileno(), _PIECE)):
        *ended, rest = piece.split(b",")
        for one in ended:
            answer = msgspec.json.decode(base64.b64decode(b"".join([*pieces, one])))
            pieces.clear()
            wanted -= 1
            yield answer.get("message_id") or 0, answer["payload"]
        pieces.append(rest)


def _program() -> str:
    """Return where the program is. Raises PagefindError where no package brings it."""
    for name in PACKAGES:
        with contextlib.suppress(ImportError, FileNotFoundError):
            return str(importlib.import_module(name).get_executable())
    raise PagefindError("it is not installed")
