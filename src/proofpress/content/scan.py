# ruff: noqa: PTH116, PTH117, PTH118, PTH123, PTH208 - pathlib makes an object for each of 10,000 names
"""The loader: the files of a site with the bytes of its Markdown, and reading any other. Nothing outside is read.

Which files there are, `files` tells; what it refuses is a problem here.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content import gate, leftovers
from proofpress.content import unread as unread_posts
from proofpress.content.files import Faults, nfc, unread, walk, within
from proofpress.content.names import LOCK, NOTEBOOK, is_notebook
from proofpress.model import Source, SourceFile
from proofpress.paths import SourcePath, unportable
from proofpress.problems import Problem, visible
from proofpress.rules.files import FILE_TOO_LARGE, LEFT_OVER, UNPORTABLE_NAME, UNREAD_POST
from proofpress.rules.runs import SPARE_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path


MAX_MARKDOWN: Final = 16 * 2**20
"""Bytes of one Markdown file. A 16 MB text is a mistake: no reader's browser would show it."""

MAX_NOTEBOOK: Final = 64 * 2**20
"""Bytes of one notebook, which holds its pictures."""

MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkd")
_DOCUMENTS: Final = (*MARKDOWN, NOTEBOOK)
_BY_ENDING: Final = frozenset({"a backup copy", "a file that a program was still writing"})
_UNPUBLISHED: Final = ("data/", "words/")
_A_LOCK: Final = re.compile(rb"(?:#.*\n)*when: .*\nplatform: ")
"""How what `run` wrote begins; another file may end in the same name."""
_BESIDE: Final = ".meta"
"""What Nikola keeps of a post beside it: nothing by itself, and of this post's files where there is one."""


class OutsideSiteError(Exception):
    """A path leads out of the site's folder, or to a hidden file by way of a link."""


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a site's folder. Every list is sorted by path."""

    documents: tuple[SourceFile, ...] = ()
    """Every Markdown file and every notebook below content/."""
    files: tuple[SourcePath, ...] = ()
    """Every other file below content/, to be copied."""
    static: tuple[SourcePath, ...] = ()
    """Every file below static/, to be copied to the site's root."""
    data: tuple[SourcePath, ...] = ()
    """Every file below data/."""
    words: tuple[SourcePath, ...] = ()
    """Every file below words/."""
    locks: dict[SourcePath, SourcePath] = {}
    """The lock beside a document, by the document: a part of it, and no file to be copied."""
    problems: tuple[Problem, ...] = ()


Take = Callable[[SourcePath, str, list[Problem]], SourceFile | None]
"""Takes in a Markdown file by its path below the site's folder and its place on disk; gives None, and a problem, for none."""


def held(path: SourcePath, place: str, problems: list[Problem]) -> Source | None:
    """Take in a Markdown file with all of its bytes."""
    data = read_markdown(path, place, problems)
    return None if data is None else Source(path, data)


def scan(root: Path, ignore: Sequence[str] = (), take: Take = held) -> Tree:
    """Find the files of a site and `take` in its Markdown. Hidden files are left out, but for `static/.well-known/`.

    So is what editors and systems leave behind; `ignore`, the setting, adds to that and takes away.
    """
    top = os.path.realpath(root)
    faults = Faults()
    problems = faults.problems
    left = _LeftOut(ignore)
    copied = _Copied(ignore, problems)
    documents: dict[SourcePath, SourceFile] = {}
    files: list[SourcePath] = []
    beside: dict[SourcePath, str] = {}
    locks: dict[SourcePath, str] = {}
    for name, place, _ in walk(top, "content", faults, left):
        path = SourcePath(nfc(name))
        if path.lower().endswith(_DOCUMENTS) and not (is_notebook(path) and copied.is_asked_for(path)):
            if (source := take(path, place, problems)) is not None:
                documents[path] = source
        elif path.endswith(_BESIDE):
            beside[path] = place
        elif path.endswith(LOCK):
            locks[path] = place
        elif copied(path, place):
            files.append(path)
    locked = {post: path for path in locks if (post := _post_of(path, LOCK, documents)) is not None}
    files += [path for path in locks.keys() - locked.values() if not _is_spare_lock(path, locks[path], problems)]
    for path, place in beside.items():
        post = _post_of(path, _BESIDE, documents)
        if post is None:
            files.append(path)
        elif not copied(path, place) and _says_draft(path, place, problems):
            del documents[post]
    static = [SourcePath(nfc(name)) for name, _, _ in walk(top, "static", faults, left)]
    data_files = [SourcePath(nfc(name)) for name, _, _ in walk(top, "data", faults, left)]
    words = [SourcePath(nfc(name)) for name, _, _ in walk(top, "words", faults, left)]
    for path in (*files, *static):
        part = unportable(path)
        if part is not None:
            problems.append(UNPORTABLE_NAME.file(part).at(path))
    problems += left.told()
    return Tree(
        documents=tuple(documents[path] for path in sorted(documents)),
        files=tuple(sorted(files)),
        static=tuple(sorted(static)),
        data=tuple(sorted(data_files)),
        words=tuple(sorted(words)),
        locks=locked,
        problems=tuple(sorted(set(problems))),
    )


def _post_of(path: SourcePath, ending: str, documents: Collection[SourcePath]) -> SourcePath | None:
    """Return the document that a file lies beside, by its name without an ending."""
    stem = path.removesuffix(ending)
    return next((post for end in MARKDOWN if (post := SourcePath(stem + end)) in documents), None)


class _LeftOut:
    """Tells what was left behind in a folder, and keeps in mind what a person may have meant."""

    def __init__(self, ignore: Sequence[str]) -> None:
        self._judge = leftovers.judge(ignore)
        self._kinds: dict[str, list[str]] = {}

    def __call__(self, path: str) -> bool:
        verdict = self._judge(path)
        if verdict is not None and verdict.kind and not path.startswith(_UNPUBLISHED):
            self._kinds.setdefault(verdict.kind, []).append(path)
        return verdict is not None

    def told(self) -> Iterator[Problem]:
        """Give a problem for each kind of what was left out."""
        for kind, paths in self._kinds.items():
            first = min(paths)
            name = first.rpartition("/")[2]
            ending = f"*.{name.rpartition('.')[2]}" if kind in _BY_ENDING and "." in name else name
            yield LEFT_OVER.by_name(kind, len(paths) - 1, visible(ending)).at(first)


class _Copied:
    """Tells whether a file that is no Markdown is copied as it is: any but a post in a form that is not read."""

    def __init__(self, ignore: Sequence[str], problems: list[Problem]) -> None:
        self.is_asked_for = leftovers.asked_for(ignore)
        self._problems = problems

    def __call__(self, path: SourcePath, place: str) -> bool:
        if self.is_asked_for(path):
            return True
        found = unread_posts.by_name(path)
        if found is None and unread_posts.is_worth_a_look(path):
            try:
                with open(place, "rb", buffering=0) as file:
                    found = unread_posts.by_beginning(file.read(unread_posts.BEGINNING))
            except OSError:  # told where it is copied
                return True
        if found is not None:
            name = path.rpartition("/")[2]
            pattern = visible(f"*.{name.rpartition('.')[2]}" if "." in name else name)
            self._problems.append(UNREAD_POST.no_page(found.why, found.mend, pattern).at(path))
        return found is None


def _says_draft(path: SourcePath, place: str, problems: list[Problem]) -> bool:
    """Tell whether what lies beside a post says that it is a draft; what can't be read may say so."""
    data = read_markdown(path, place, problems)
    return data is None or gate.scanned(data.decode("utf-8", "replace"), tags=True) == "draft"


def _is_spare_lock(path: SourcePath, place: str, problems: list[Problem]) -> bool:
    """Tell whether `run` wrote a file, for a post that is no longer beside it; if so, it is told."""
    try:
        with open(place, "rb", buffering=0) as file:
            found = _A_LOCK.match(file.read(unread_posts.BEGINNING)) is not None
    except OSError:  # told where it is copied
        return False
    if found:
        problems.append(SPARE_OUTPUT.no_post(path.removesuffix(LOCK) + MARKDOWN[0]).at(path))
    return found


def read_inside(root: Path, path: str, most: int = -1) -> bytes:
    """Return the bytes of a file below the site's folder, by its name in NFC or as it is on disk: all, or the first `most`.

    Raises OutsideSiteError for a path that leads out (by `..`, by a link, or because it is absolute), OSError for a file
    that cannot be read.
    """
    with open(place_inside(root, path), "rb") as file:
        return file.read(most)


def place_inside(root: Path, path: str) -> str:
    """Return where on disk a file below the site's folder is. Raises as `read_inside` does."""
    plain = path.replace("\\", "/")  # judged as Windows reads it; elsewhere a file's name may hold a backslash
    if plain.startswith("/") or os.path.isabs(path) or ":" in plain.split("/")[0] or ".." in plain.split("/"):
        raise OutsideSiteError(path)
    top = os.path.realpath(root)
    own = plain if os.name == "nt" else path
    real = os.path.realpath(on_disk(top, own))
    named = os.path.normpath(os.path.join(top, own))
    if not within(top, real, linked=os.path.normcase(real) != os.path.normcase(named)):
        raise OutsideSiteError(path)
    if not stat.S_ISREG(os.stat(real).st_mode):
        raise OSError(f"{path} is not a file")
    return real


def read_markdown(path: SourcePath, place: str, problems: list[Problem]) -> bytes | None:
    """Return a Markdown file's bytes; None, with a problem, for one that can't be read or is no text of a person's."""
    most = MAX_NOTEBOOK if is_notebook(path) else MAX_MARKDOWN
    try:
        with open(place, "rb", buffering=0) as file:
            large = os.fstat(file.fileno()).st_size > most
            data = b"" if large else file.readall()
    except OSError as error:
        problems.append(unread(path, error, "file"))
        return None
    if large:
        fault = FILE_TOO_LARGE.notebook if is_notebook(path) else FILE_TOO_LARGE.markdown
        problems.append(fault(most // 2**20).at(path))
        return None
    return data


def on_disk(top: str, path: str) -> str:
    """Return a file's full name as the disk has it: as given, or else with the same letters in another Unicode form."""
    direct = os.path.join(top, *path.split("/"))
    if path.isascii() or os.path.lexists(direct):
        return direct
    here = top
    for part in path.split("/"):
        step = os.path.join(here, part)
        if not os.path.lexists(step):
            wanted = unicodedata.normalize("NFC", part)
            try:
                names = sorted(name for name in os.listdir(here) if unicodedata.normalize("NFC", name) == wanted)
            except OSError:
                return direct
            step = os.path.join(here, names[0]) if names else step
        here = step
    return here
