"""The lock: what it is written as is read back, whatever listings gave, and whatever bytes lie there are told of."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proofpress.recorded.lock import read, renewed, written
from proofpress.recorded.values import Drawn, Lock, Printed, Raised, Ran, Table, Value

PATH = "content/posts/hello.run.yaml"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.lists(
    st.sampled_from(["", " ", "\t", "a", "---", "...", "# b", "- c", "\x1b[31mred\x1b[0m", "x" * 2000, "\r", "\tf", "d: e", "é\u00a0\u202e\ufdd0", "\\", '"', "|", "\ufeff"]),
    max_size=6,
).map("\n".join)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
DIGESTS = st.text("0123456789abcdef", max_size=16)
OUTPUTS = (
    st.builds(Printed, TEXTS, st.sampled_from(["stdout", "stderr"]))
    | st.builds(Value, TEXTS)
    | st.builds(Table, st.tuples(WORDS, TEXTS), st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple))
    | st.builds(Drawn, st.sampled_from(["3f2a.png", "0.svg"]))
    | st.builds(Raised, WORDS, TEXTS, st.integers(0, 10**6))
)
RAN = st.builds(
    Ran,
    code=DIGESTS,
    after=DIGESTS,
    read=st.dictionaries(WORDS, DIGESTS, max_size=2),
    outputs=st.lists(OUTPUTS, max_size=3).map(tuple),
)
LOCKS = st.builds(
    Lock,
    when=st.just("2026-05-01"),
    platform=WORDS,
    versions=st.dictionaries(WORDS, WORDS, max_size=2),
    listings=st.lists(RAN, max_size=3).map(tuple),
)
LOCK = Lock(
    when="2026-05-01",
    platform="Linux x86_64",
    versions={"numpy": "2.1.0", "python": "3.12.4"},
    listings=(
        Ran(code="3f2a", outputs=(Printed("one\ntwo\n"), Value("array([1, 2])"), Drawn("9c.png"))),
        Ran(code="77", after="3f2a", read={"data/times.csv": "0b"}, outputs=(Raised("ValueError", "no\nvalue", 2),)),
        Ran(code="78", outputs=(Table(("", "a, b"), (("x", "1.5"),)), Printed("\x1b[31mred\x1b[0m\n  end\n", "stderr"))),
        Ran(code="79"),
    ),
)  # fmt: skip


@given(LOCKS)
@settings(max_examples=40, deadline=None)
@example(LOCK)
@example(msgspec.structs.replace(LOCK, listings=(Ran(code="", outputs=(Printed("\t1\n"), Value("\n\t2\n 3"))),)))
def test_what_is_written_is_read_back(lock: Lock) -> None:
    assert read(PATH, written(lock).encode()) == (lock, ())


def test_a_lock_is_text_that_people_can_read_and_git_can_merge() -> None:
    _, _, body = written(LOCK).partition("\n")
    assert (
        body
        == r"""when: 2026-05-01
platform: Linux x86_64
versions:
  numpy: 2.1.0
  python: 3.12.4
listings:
- code: 3f2a
  outputs:
  - stdout: |
      one
      two
  - value: |-
      array([1, 2])
  - picture: 9c.png
- code: 77
  after: 3f2a
  read:
    data/times.csv: 0b
  outputs:
  - raised: ValueError
    line: 2
    message: |-
      no
      value
- code: 78
  outputs:
  - table:
    - ["", "a, b"]
    - [x, 1.5]
  - stderr: "\
      \e[31mred\e[0m\n\
      \  end\n"
- code: 79
"""
    )


def test_windows_line_ends_change_nothing() -> None:
    assert read(PATH, written(LOCK).replace("\n", "\r\n").encode())[0] == LOCK


def test_a_run_that_gives_the_same_leaves_the_lock_as_it_was() -> None:
    later = msgspec.structs.replace(LOCK, when="2027-01-01", platform="Darwin arm64", versions={"python": "3.13.0"})
    assert renewed(LOCK, later) == LOCK
    other = msgspec.structs.replace(later, listings=LOCK.listings[:1])
    assert renewed(LOCK, other) == other
    assert renewed(None, later) == later


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(b"\xff")
@example(b"a: &x [*x, *x]")
@example(b"[" * 5000)
@example(b"listings: !!python/object/apply:os.system [ls]")
def test_any_bytes_give_a_lock_or_a_problem_at_its_place(data: bytes) -> None:
    lock, problems = read(PATH, data)
    assert (lock is None) == bool(problems)
    assert all(found.path == PATH and found.line >= 1 and found.column >= 1 for found in problems)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("when: 2026-05-01\n", "", 2, "'when' is missing here"),
        ("- code: 77", "- kode: 77", 16, "a listing has no key 'kode'"),
        ("9c.png", "../../9c.png", 15, "a picture is the name of a PNG or SVG"),
        ("code: 77", "code: seven", 16, "'code' is a digest"),
        ("line: 2", "line: two", 22, "'line' is a number"),
        ("- stdout: |", "- line: |", 10, "an output is one of stdout, stderr, value, table, picture and raised"),
        ("value: |-", "value: []\n    stdout: |-", 13, "an output is one of stdout, stderr, value, table, picture and raised"),
        ("- code: 79", "<<<<<<< ours\n- code: 79", 34, "a merge left both sides of this lock"),
    ],
)  # fmt: skip
def test_what_is_not_as_run_writes_it_is_told_at_its_line(old: str, new: str, line: int, message: str) -> None:
    text = written(LOCK)
    assert text.count(old) == 1
    lock, (found,) = read(PATH, text.replace(old, new).encode())
    assert lock is None
    assert (found.rule, found.line, found.message) == ("unread-lock", line, message)
