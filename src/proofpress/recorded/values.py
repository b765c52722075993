"""What is run of a post, and what it gave: the values that `run/` and the lock hand to each other."""

from __future__ import annotations

import msgspec

from proofpress.model import Place


class MadeFile(msgspec.Struct, frozen=True):
    """A file that a listing with a title makes, though it is not run: `config.toml`, `data/points.csv`."""

    path: str
    """Relative to where the post's listings run; never out of it."""
    text: str


class Runnable(msgspec.Struct, frozen=True, kw_only=True):
    """A listing of a post that is run, as its info string and the post's front matter ask for."""

    place: Place
    """Of its opening fence, where what goes wrong is told."""
    first_line: int
    """The number in the post's file of its first line of code."""
    language: str
    """The language by one name: `python`, `javascript`, `bash`."""
    code: str
    """What is run: of a console or doctest session the commands alone, without their prompts."""
    session: str = ""
    """What it shares names with: `run="name"`; the post's own session of its language where it names none."""
    console: bool = False
    """Whether it is a session as a terminal shows it, whose lines of output are claims."""
    lines: tuple[int, ...] = ()
    """Of such a session, the number in the post's file of each line of `code`, where answers stand between."""
    title: str = ""
    """A file's name: the listing makes that file too, and listings after it can read it."""
    files: tuple[MadeFile, ...] = ()
    """What the listings before it make that are not run themselves, since the one that ran before."""
    timeout: float | None = None
    """Seconds, where the listing says its own: `timeout=60`."""
    needs: tuple[str, ...] = ()
    """Packages without which it is not run: `needs="torch"`."""
    raises: str = ""
    """The error that is meant: `raises="ValueError"`."""
    alt: str = ""
    """What its picture shows, in words."""
    vary: tuple[str, ...] = ()
    """What it may print otherwise each time, as the listing and the post's front matter say."""


class Printed(msgspec.Struct, frozen=True, tag="printed"):
    r"""What it wrote on a stream, `stdout` or `stderr`, with ``\n`` line ends."""

    text: str
    stream: str = "stdout"


class Value(msgspec.Struct, frozen=True, tag="value"):
    """Its last value, as Python's `repr` and a notebook show it."""

    text: str


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Its last value, where that is a table: cells of plain text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Drawn(msgspec.Struct, frozen=True, tag="drawn"):
    """A picture, PNG or SVG. `file` is its name in the folder beside the post that holds what its listings drew."""

    file: str


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """The error that ended it. `line` counts from the listing's first, 0 where it is not known."""

    name: str
    message: str
    line: int = 0


Output = Printed | Value | Table | Drawn | Raised


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A listing that was run: of what, and what it gave."""

    code: str
    """The digest of its code, in hexadecimal digits."""
    after: str = ""
    """The digest of those that its session ran before it."""
    read: dict[str, str] = {}
    """The digests of the files that it read, by their paths as the post's folder has them."""
    outputs: tuple[Output, ...] = ()


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """All that a post's listings gave."""

    when: str
    """The day of the run that changed it last, `2026-05-01`."""
    platform: str
    """Such as `Linux x86_64`."""
    versions: dict[str, str]
    """Of the language and the packages that were imported: `{"python": "3.12.4", "numpy": "2.1.0"}`."""
    listings: tuple[Ran, ...]
    """In the order in which the post has them."""
