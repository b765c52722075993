# ruff: noqa: PTH110, PTH116, PTH117, PTH118, PTH123, PTH206, PTH208 - pathlib makes an object for each of 10,000 names
"""The files of a site: which there are, and the bytes of each Markdown file. Nothing outside the site's folder is read.

A link inside the folder (symbolic link, or a junction on Windows) is followed where it leads to a place inside, and is
a problem where it leads out, or to a hidden file: a checkout's `.git/config` may hold a token.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content import gate, leftovers, unread
from proofpress.model import Source
from proofpress.paths import MAX_PARTS, SourcePath, unportable
from proofpress.problems import Problem, problem, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_MARKDOWN: Final = 16 * 2**20
"""Bytes of one Markdown file. A 16 MB text is a mistake: no reader's browser would show it."""

_MAX_LINKS: Final = 4  # links within linked folders; folders that link to each other would else give n! paths
_MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkd")
_BY_ENDING: Final = frozenset({"a backup copy", "a file that a program was still writing"})
_BESIDE: Final = ".meta"
"""What Nikola keeps of a post beside it: nothing by itself, and of this post's files where there is one."""
_LONG: Final = 250  # characters of a path that every system can name; of a longer one the system is asked
_REPARSE_POINT: Final = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT, winnt.h


class OutsideSiteError(Exception):
    """A path leads out of the site's folder, or to a hidden file by way of a link."""


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a site's folder. Every list is sorted by path."""

    documents: tuple[Source, ...] = ()
    """Every Markdown file below content/, read."""
    files: tuple[SourcePath, ...] = ()
    """Every other file below content/, to be copied."""
    static: tuple[SourcePath, ...] = ()
    """Every file below static/, to be copied to the site's root."""
    data: tuple[SourcePath, ...] = ()
    """Every file below data/."""
    problems: tuple[Problem, ...] = ()


def scan(root: Path, ignore: Sequence[str] = ()) -> Tree:
    """Find the files of a site and read its Markdown. Hidden files are left out, but for `static/.well-known/`.

    So is what editors and systems leave behind; `ignore`, the setting, adds to that and takes away.
    """
    walk = _Walk(root, ignore)
    documents: dict[SourcePath, Source] = {}
    files: dict[SourcePath, str] = {}
    beside: dict[SourcePath, str] = {}
    for path, real in walk.files("content"):
        if path.lower().endswith(_MARKDOWN):
            if walk.new(path, documents):
                data = walk.read(path, real)
                if data is not None:
                    documents[path] = Source(path, data)
        elif path.endswith(_BESIDE):
            beside[path] = real
        elif walk.is_copied(path, real) and walk.new(path, files):
            files[path] = real
    for path, real in beside.items():
        post = next(
            (post for end in _MARKDOWN if (post := SourcePath(path.removesuffix(_BESIDE) + end)) in documents), None
        )
        if post is None:
            files[path] = real
        elif not walk.is_copied(path, real) and walk.says_draft(path, real):
            del documents[post]
    static = [path for path, _ in walk.files("static")]
    data_files = [path for path, _ in walk.files("data")]
    for path in (*files, *static):
        walk.check_name(path)
    walk.name_left_out()
    return Tree(
        documents=tuple(documents[path] for path in sorted(documents)),
        files=tuple(sorted(files)),
        static=tuple(sorted(set(static))),
        data=tuple(sorted(set(data_files))),
        problems=tuple(sorted(set(walk.problems))),
    )


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
    real = os.path.realpath(_on_disk(top, own))
    named = os.path.normpath(os.path.join(top, own))
    if not _within(top, real, linked=os.path.normcase(real) != os.path.normcase(named)):
        raise OutsideSiteError(path)
    if not stat.S_ISREG(os.stat(real).st_mode):
        raise OSError(f"{path} is not a file")
    return real


def too_deep(path: str) -> Problem:
    """Return the problem of a file or folder that is not read, since it lies too deep; named after where that begins."""
    return problem(
        "path-too-long",
        visible("/".join(path.split("/")[:2])),
        0,
        1,
        f"its folders lie too deep within each other, or have too long names: {MAX_PARTS} folders are read, as far as "
        "the system can name them; what is below is left out",
        hint="move it further up, or give the folders shorter names",
    )


class _Walk:
    """Walks through the folders of one site, noting problems."""

    def __init__(self, root: Path, ignore: Sequence[str]) -> None:
        self.root = os.path.realpath(root)
        self.problems: list[Problem] = []
        self.judge = leftovers.judge(ignore)
        self.asked_for = leftovers.asked_for(ignore)
        self.left_out: dict[str, list[str]] = {}

    def note(self, rule: str, path: str, message: str, hint: str = "") -> None:
        plain = path if _is_utf_8(path) else visible(path)
        self.problems.append(problem(rule, plain, 0, 1, message, hint=hint))

    def unread(self, path: str, error: OSError, what: str) -> None:
        """Note that a file or folder can't be read."""
        if error.errno == errno.ENAMETOOLONG:
            self.problems.append(too_deep(path))
        else:
            self.note("unreadable-file", path, f"this {what} cannot be read: {error.strerror or error}")

    def files(self, top: str) -> Iterator[tuple[SourcePath, str]]:
        """Yield every file below a top folder: its path in NFC, and where it is on disk."""
        start = os.path.join(self.root, top)
        if not os.path.lexists(start):
            return
        real = os.path.realpath(start)
        if not self.permitted(top, real, linked=os.path.normcase(real) != os.path.normcase(start)):
            return
        yield from self.folder(top, real, top, (real,), 0)

    def folder(
        self, name: str, real: str, top: str, above: tuple[str, ...], links: int
    ) -> Iterator[tuple[SourcePath, str]]:
        """Walk one folder. `above` are the real folders that lead here: a link to one of them would never end."""
        if name.count("/") >= MAX_PARTS:
            self.problems.append(too_deep(name))
            return
        try:
            with os.scandir(real) as found:
                entries = sorted(
                    found, key=lambda entry: (not unicodedata.is_normalized("NFC", entry.name), entry.name)
                )
        except OSError as error:
            self.unread(name, error, "folder")
            return
        for entry in entries:
            if entry.name.startswith(".") and not (name == "static" and entry.name == ".well-known"):
                continue
            raw = f"{name}/{entry.name}"
            if not entry.name.isascii():
                if not _is_utf_8(entry.name):
                    self.note("unreadable-file", raw, "the name of this file is not UTF-8", "rename it")
                    continue
                raw = unicodedata.normalize("NFC", raw)
            path = SourcePath(raw)
            if self.is_left_out(path, top):
                continue
            try:
                if len(entry.path) > _LONG:
                    os.lstat(entry.path)
                linked = _is_link(entry)
                target = os.path.realpath(entry.path) if linked else entry.path
                if linked and not self.permitted(path, target, linked=True):
                    continue
                if entry.is_dir():
                    if linked and (links == _MAX_LINKS or any(_same_or_below(target, folder) for folder in above)):
                        continue
                    yield from self.folder(path, target, top, (*above, target), links + linked)
                elif entry.is_file():
                    yield path, target
                elif linked and not os.path.exists(target):
                    self.note("unreadable-file", path, "this link leads nowhere", "mend it or delete it")
                else:
                    self.note("unreadable-file", path, "this is neither a file nor a folder", "delete it")
            except OSError as error:
                self.unread(path, error, "file")

    def is_left_out(self, path: str, top: str) -> bool:
        """Tell whether a file or folder is something left behind, and keep in mind what a person may have meant."""
        verdict = self.judge(path)
        if verdict is not None and verdict.kind and top != "data":  # data is not published anyway
            self.left_out.setdefault(verdict.kind, []).append(path)
        return verdict is not None

    def name_left_out(self) -> None:
        """Note what was left out, once for each kind."""
        for kind, paths in self.left_out.items():
            first = min(paths)
            more = f" (and {len(paths) - 1:,} more)" if len(paths) > 1 else ""
            name = first.rpartition("/")[2]
            ending = f"*.{name.rpartition('.')[2]}" if kind in _BY_ENDING and "." in name else name
            hint = (
                f"delete it; to have it published all the same, write 'ignore: [\"!{visible(ending)}\"]' in site.yaml"
            )
            self.note("left-over", first, f"by its name this is {kind}, which is not published{more}", hint)

    def is_copied(self, path: str, real: str) -> bool:
        """Tell whether a file that is no Markdown is copied as it is: any but a post in a form that is not read."""
        if self.asked_for(path):
            return True
        found = unread.by_name(path)
        if found is None and unread.is_worth_a_look(path):
            try:
                with open(real, "rb", buffering=0) as file:
                    found = unread.by_beginning(file.read(unread.BEGINNING))
            except OSError:  # told where it is copied
                return True
        if found is not None:
            self.note("unread-post", path, found.message, f"{found.hint}, or {_left_to_the_owner(path)}")
        return found is None

    def says_draft(self, path: str, real: str) -> bool:
        """Tell whether what lies beside a post says that it is a draft; what can't be read may say so."""
        data = self.read(path, real)
        return data is None or gate.scanned(data.decode("utf-8", "replace"), tags=True) == "draft"

    def permitted(self, path: str, real: str, *, linked: bool) -> bool:
        if _within(self.root, real, linked=linked):
            return True
        self.note(
            "outside-site",
            path,
            "this link leads out of the site's folder or to a hidden file; it is not followed",
            "put a copy of the file in its place",
        )
        return False

    def new(self, path: SourcePath, taken: dict[SourcePath, Source] | dict[SourcePath, str]) -> bool:
        if path not in taken:
            return True
        self.note(
            "url-collision",
            path,
            "two files have this name and differ only in how its accents are encoded (Unicode NFC and NFD)",
            "rename one of them",
        )
        return False

    def read(self, path: str, real: str) -> bytes | None:
        try:
            with open(real, "rb", buffering=0) as file:
                large = os.fstat(file.fileno()).st_size > MAX_MARKDOWN
                data = b"" if large else file.readall()
        except OSError as error:
            self.unread(path, error, "file")
            return None
        if large:
            self.note(
                "file-too-large",
                path,
                f"a Markdown file may have {MAX_MARKDOWN // 2**20} MB",
                "split it into several posts",
            )
            return None
        return data

    def check_name(self, path: str) -> None:
        part = unportable(path)
        if part is not None:
            self.note("unportable-name", path, f"Windows cannot hold a file called '{part}'", "rename it")


def _left_to_the_owner(path: str) -> str:
    """Return how the settings leave a file out without a word, or have it copied as it is."""
    name = path.rpartition("/")[2]
    pattern = visible(f"*.{name.rpartition('.')[2]}" if "." in name else name)
    return f"leave it out by 'ignore: [\"{pattern}\"]' in site.yaml ('!{pattern}' copies it as it is)"


def _is_utf_8(name: str) -> bool:
    """Tell whether a name is text, and not bytes that `os.fsdecode` could make no text of."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry leads elsewhere.

    Python 3.11 does not count a Windows junction among symbolic links, but
    its attributes say that it is a reparse point; resolving one that leads nowhere else (a file kept in a cloud) is
    harmless.
    """
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _REPARSE_POINT)


def _same_or_below(folder: str, path: str) -> bool:
    """Tell whether `path` is `folder` or lies below it."""
    folder, path = os.path.normcase(folder), os.path.normcase(path)
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _within(root: str, real: str, *, linked: bool) -> bool:
    """Tell whether a real path is inside the site, and where a link led there, that nothing on its way is hidden."""
    if not _same_or_below(root, real):
        return False
    return not linked or not any(
        part.startswith(".") for part in os.path.relpath(real, root).split(os.sep) if part != "."
    )


def _on_disk(top: str, path: str) -> str:
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
