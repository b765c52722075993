"""A small site on disk that has one of everything, brought up to date by the real `update`, beside a clean build of it.

Files are changed by swapping: the same call once more takes a change back. So changes can follow each other in any
order, and a test can go there and back.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest

from proofpress import standing
from proofpress.builder import inputs
from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options
from proofpress.builder.versions import Code
from proofpress.engine.digests import digest_of
from proofpress.output.cache import CACHE, STAMP, STORE
from proofpress.output.record import MANIFEST
from proofpress.update import Outcome, update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOW: Final = dt.datetime(2100, 6, 1, 12, 0, tzinfo=dt.UTC)
"""Far from the files' own times, so that a build trusts what the file system says of a file, and reads it once."""
LATER: Final = NOW + dt.timedelta(days=400)


def png(width: int, height: int) -> bytes:
    """Return a black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(width)) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SETTINGS: Final = """\
title: Law
url: https://me.example/blog/
description: A site with one of everything.
paginate: 2
menu:
  - title: About
    url: about.md
theme:
  footer: Set by hand.
  stylesheets: [own.css]
feeds:
  entries: 3
highlight:
  light: lovelace
"""

FILES: Final[Mapping[str, str | bytes]] = {
    "site.yaml": SETTINGS,
    "data/talks.yaml": "- title: First talk\n",
    "static/robot.txt": "beep",
    "static/thing": "a file without an extension",
    "templates/talks.html": (
        '{% extends "page.html" %}\n{% block main %}{{ super() }}{% include "partials/talks.html" %}{% endblock %}\n'
    ),
    "templates/partials/talks.html": (
        '{% for talk in site.data("talks.yaml") %}<p>{{ talk.title }}</p>{% endfor %}'
        '{% include "partials/talk_note.html" %}\n'
    ),
    "templates/partials/talk_note.html": "<p>Slides on request.</p>\n",
    "templates/static/own.css": 'body { background: url("dot.svg"); }\n',
    "templates/static/dot.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "content/index.md": "Welcome. [Who?](about.md#who)\n",
    "content/about.md": "# About\n\n## Who\n\nA team.\n",
    "content/talks.md": "---\ntitle: Talks\ntemplate: talks.html\n---\n\nWhere we spoke.\n",
    "content/posts/a.md": (
        "---\ntitle: Alpha\ndate: 2026-01-05\ndescription: The first.\ntags: [GPU, Python]\n---\n\n"
        "Opening words.\n\nSee [who](../about.md#who) and [beta](b.md).\n\n```python\nprint(1)\n```\n"
    ),
    "content/posts/b.md": (
        "---\ntitle: Beta\ndate: 2026-01-04\ntags: [GPU]\nseries: Deep\ndraft: false\n---\n\n"
        "With a picture.\n\n![A picture](picture.png)\n"
    ),
    "content/posts/2026-01-03-c.md": "---\ntitle: Gamma\ntags: [GPU]\nseries: Deep\n---\n\nText of gamma.\n",
    "content/posts/d.md": (
        "---\ntitle: Delta\ndate: 2026-01-02\nslug: dee\naliases: [/old/d/]\ndraft: false\n---\n\nText of delta.\n"
    ),
    "content/posts/e.md": (
        "---\ntitle: Epsilon\ndate: 2026-01-01\ntags: [Once]\nauthors: [Ada]\n---\n\nWith $x^2$ in it.\n\n- [ ] to do\n"
    ),
    "content/posts/bundle/index.md": (
        "---\ntitle: Bundle\ndate: 2025-12-01\ndraft: false\n---\n\nA parcel.\n\n![Inside](inside.png)\n\n"
        "[Numbers](numbers.csv)\n"
    ),
    "content/posts/bundle/inside.png": png(2, 2),
    "content/posts/bundle/numbers.csv": "n\n1\n",
    "content/posts/picture.png": png(4, 3),
    "content/posts/notes.txt": "notes",
    "content/posts/waiting.md": "---\ntitle: Waiting\ndate: 2101-01-01\n---\n\nNot yet.\n",
    "content/posts/unfinished.md": "---\ntitle: Unfinished\ndate: 2026-01-06\ndraft: true\n---\n\nStill a draft.\n",
}


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class LawSite(msgspec.Struct):
    """A site's folder with the flags that it is built with."""

    root: Path
    now: dt.datetime = NOW
    version: str = ""
    """Stands for the versions of the code and its libraries where it isn't empty."""
    drafts: bool = False
    future: bool = False
    strict: bool = False
    base_url: str = ""
    jobs: int = 1

    # ------------------------------------------------------------ changing it

    def write(self, files: Mapping[str, str | bytes]) -> LawSite:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self

    def text(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def swap(self, path: str, one: str, other: str) -> None:
        """Put one text in another's place, or back; nothing where neither stands."""
        file = self.root / path
        if not file.is_file():
            return
        text = file.read_text("utf-8")
        # Where one is a part of the other, the longer one tells which stands there.
        for old, new in sorted([(one, other), (other, one)], key=lambda pair: -len(pair[0])):
            if old in text:
                file.write_text(text.replace(old, new, 1), "utf-8")
                return

    def toggle(self, path: str, content: str | bytes | None = None) -> None:
        """Delete a file, or write it where it is missing: what it was at first, if nothing else is said."""
        file = self.root / path
        if file.is_file():
            file.unlink()
        else:
            self.write({path: FILES[path] if content is None else content})

    def move(self, one: str, other: str) -> None:
        """Rename a file or folder, or back; nothing where neither or both are there."""
        here, there = self.root / one, self.root / other
        if here.exists() and not there.exists():
            here.rename(there)
        elif there.exists() and not here.exists():
            there.rename(here)

    def keeping_its_time(self, path: str, one: str, other: str, shift: int = 0) -> None:
        """Swap texts, and set the file's time to what it was, or to so many seconds from that."""
        file = self.root / path
        if file.is_file():
            before = file.stat().st_mtime_ns
            self.swap(path, one, other)
            os.utime(file, ns=(before, before + shift * 1_000_000_000))

    @property
    def store(self) -> Path:
        return self.root / CACHE / STORE

    # ------------------------------------------------------------ building it

    @property
    def options(self) -> Options:
        return Options(
            root=self.root,
            now=self.now,
            drafts=self.drafts,
            future=self.future,
            strict=self.strict,
            base_url=self.base_url,
            jobs=self.jobs,
        )

    def _as_of_version(self, patch: pytest.MonkeyPatch) -> None:
        if self.version:
            digest = digest_of(self.version)
            patch.setattr(inputs, "code_version", lambda: Code(digest))

    def update(self, *, anew: bool = False) -> Outcome:
        """Bring the published site up to date. Where the stamp of the build before holds, there is nothing to do."""
        with pytest.MonkeyPatch.context() as patch:
            self._as_of_version(patch)
            patch.setattr("proofpress.update.SETTLED", 0)  # between two changes is a build, so their times differ
            said = None if anew else self.stamped()
            outcome = update(self.options, anew=anew)
        if said is not None:
            assert outcome.published is not None
            assert (outcome.published.written, outcome.published.deleted, outcome.reasons) == (0, 0, {})
            assert said.out == "\n".join(shown(outcome.problems))
        if outcome.standing is not None:
            told = standing.Said("\n".join(shown(outcome.problems)), "", "")
            data = standing.stamp(outcome.standing, self.asked, told)
            if data is not None:  # else the code was touched just now, by whoever works on it
                (self.root / CACHE / STAMP).write_bytes(data)
        return outcome

    @property
    def asked(self) -> list[str]:
        """What tells one build from another beside files and time, as the arguments of a command do."""
        return [self.version, str((self.drafts, self.future, self.strict, self.base_url, self.jobs))]

    def stamped(self) -> standing.Said | None:
        """Return what the build before says would be said now if nothing changed; None where that is to be found out."""
        return standing.holds(str(self.root), self.asked, int(self.now.timestamp() * 1e9))

    def clean(self) -> Built:
        """Build it from nothing, in memory."""
        return build(msgspec.structs.replace(self.options, jobs=1))

    def public(self, name: str = "public") -> dict[str, bytes]:
        """Return what is published. What lies there for the next build alone is no part of it."""
        return {path: data for path, data in tree(self.root / name).items() if path != MANIFEST}

    def check(self) -> Outcome:
        """Bring the site up to date, and hold it against a clean build: the law."""
        outputs = [folder for folder in self.root.iterdir() if folder.name in ("public", "printed")]
        before = {folder.name: self.public(folder.name) for folder in outputs}
        outcome, clean = self.update(), self.clean()
        assert shown(outcome.problems) == shown(clean.problems)
        name = outcome.output.name
        if clean.failed:
            assert outcome.published is None
            assert {folder: self.public(folder) for folder in before} == before
        else:
            assert outcome.published is not None
            found, wanted = self.public(name), {str(path): data for path, data in clean.outputs.items()}
            assert sorted(found) == sorted(wanted)
            assert [path for path in wanted if found[path] != wanted[path]] == []
            assert (outcome.documents, outcome.pages, outcome.hidden) == (clean.documents, clean.pages, clean.hidden)
        return outcome


def each_fourth(cases: Iterable[str]) -> list[Any]:
    """Return cases to be tried: each fourth every time, the others with the thorough tests."""
    return [
        case if number % 4 == 0 else pytest.param(case, marks=pytest.mark.thorough) for number, case in enumerate(cases)
    ]


def shown(problems: list[Any]) -> list[str]:
    """Return problems as lines that a failed test shows well."""
    return [
        f"{p.path}:{p.line}:{p.column}: {p.severity} {p.rule}: {p.message}; {p.hint} | {p.excerpt}" for p in problems
    ]


def copied(site: LawSite, to: Path) -> LawSite:
    """Return a copy of a site, its cache and what it published, with the files' times."""
    shutil.copytree(site.root, to, dirs_exist_ok=True)
    return LawSite(to)
