"""Laws of reading: any bytes give a document; line ends and the computer's time zone make no difference."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.documents import read
from proofpress.content.nodes import UNFIT
from proofpress.model import Document, Source
from proofpress.paths import SourcePath

PIECES = [
    "---\n", "+++\n", "...\n", "\n", "title: ", "date: ", "tags: ", "url: ", "extra:\n", "  a: ", "draft: ", "aliases:\n", "- ", "authors: ",
    "[", "]", "{", "}", ", ", '"', "'", "&a ", "*a", "!!str ", "<<: ", "|\n", ">\n", "# ", ": ", "= ", "title = ", "[taxonomies]\n", "[[x]]\n",
    '"""', "'''", "\\ud800", "\\u0000", "2024-02-30", "2024-01-05", "0000-01-01", "9" * 30, "1e999", "true", "no", "~", "javascript:x", "/../x", "é",
    "\t", "\x00", "\x0c", "\x1b", "\u2028", "\ufeff", "\x85", "text", "%", "?", "`", "@",
]  # fmt: skip
FRONT = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
ANY = (
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | FRONT.map(str.encode)
    | FRONT.map(lambda head: f"---\n{head}\n---\ntext\n".encode())
    | FRONT.map(lambda head: f"+++\n{head}\n+++\ntext\n".encode())
    | FRONT.map(lambda head: f"---\ntitle: A\n{head}\n---\ntext\n".encode() + b"\xff")
)


def load(data: bytes) -> Document:
    return read(Source(SourcePath("content/a.md"), data), zone=dt.UTC, taxonomies=("tags", "series"), authors=())


@given(ANY)
def test_any_bytes_give_a_document_and_problems_in_the_file(data: bytes) -> None:
    document = load(data)
    lines = max(1, data.count(b"\n") + data.count(b"\r") + 1)
    for problem in document.problems:
        assert problem.path == "content/a.md"
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.length >= 1
    for place in document.places.values():
        assert 1 <= place.line <= lines
    assert list(document.problems) == sorted(set(document.problems))


@given(ANY)
def test_a_document_holds_nothing_that_a_page_or_a_store_could_not(data: bytes) -> None:
    document = load(data)
    stored = msgspec.msgpack.encode(document)
    assert msgspec.msgpack.decode(stored, type=Document) == document
    assert UNFIT.search(document.text) is None
    assert UNFIT.search(json.dumps(msgspec.to_builtins(document.front), ensure_ascii=False)) is None


@given(ANY.filter(lambda data: b"\r" not in data and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))))
def test_line_ends_and_a_byte_order_mark_make_no_difference(data: bytes) -> None:
    plain = load(data)
    assert load(data.replace(b"\n", b"\r\n")) == plain
    assert load(b"\xef\xbb\xbf" + data) == plain
    assert load(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")) == plain


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=60))
def test_a_quoted_title_is_read_as_written(title: str) -> None:
    written = json.dumps(title, ensure_ascii=False)
    document = load(f"---\ntitle: {written}\n---\n".encode())
    front = load(f"+++\ntitle = {written}\n+++\n".encode()).front
    assert document.problems == ()
    assert document.front == front


@given(st.text(max_size=300).filter(lambda text: not text.startswith(("---", "+++", "\ufeff"))))
def test_a_file_without_front_matter_is_all_text(text: str) -> None:
    document = load(text.encode("utf-8", "replace"))
    assert document.first_line == 1
    assert len(document.text) <= len(text)
    assert document.front == load(b"").front


def test_the_computers_time_zone_makes_no_difference() -> None:
    code = (
        "import msgspec, sys, zoneinfo\n"
        "from proofpress.content.documents import read\n"
        "from proofpress.model import Source\n"
        "text = b'---\\ndate: 2024-01-05\\nupdated: 2024-03-31 02:30\\n---\\n'\n"
        "for zone in ('UTC', 'Pacific/Auckland', 'Europe/Berlin'):\n"
        "    document = read(Source('content/2024-01-05-a.md', text), zone=zoneinfo.ZoneInfo(zone), taxonomies=(), authors=())\n"
        "    sys.stdout.buffer.write(msgspec.json.encode(document))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "TZ": zone}, capture_output=True, check=True
        ).stdout
        for zone in ("UTC", "Pacific/Auckland", "Pacific/Honolulu")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"2024-01-05T00:00:00") == 3
