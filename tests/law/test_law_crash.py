"""Old or new, never broken: a build that ends at any instant leaves files that are each whole, and the next finishes."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from law_site import LawSite, copied, shown

from proofpress.output.record import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.conftest import Proofpress

DRIVER: Final = Path(__file__).with_name("crashing_builds.py")
KILLS: Final = 100

SMALL: Final[Mapping[str, str]] = {
    "site.yaml": "title: Small\nurl: https://me.example/\nfeeds: {json: false}\ntaxonomies: []\n",
    "templates/base.html": "<title>{{ page.title }}</title>{% block main %}{{ content }}{% endblock %}\n",
    "templates/home.html": '{% extends "base.html" %}{% block main %}{% for p in page.posts %}{{ p.title }}{% endfor %}{% endblock %}\n',
    "content/posts/one.md": "---\ntitle: One\ndate: 2026-01-01\n---\n\nFirst.\n",
    "content/posts/two/index.md": "---\ntitle: Two\ndate: 2026-01-02\n---\n\nSecond.\n",
    "content/posts/two/file.txt": "a file",
    "static/thing": "a file that becomes a folder",
}


def nothing(site: LawSite) -> None:
    """Leave the site as it is: the first build is what crashes."""


def edit(site: LawSite) -> None:
    site.swap("content/posts/one.md", "title: One", "title: Uno")
    site.swap("content/posts/two/file.txt", "a file", "another file")


def delete(site: LawSite) -> None:
    """Delete a bundle, and make a folder of a file: what is in the way goes before its successor comes."""
    folder, thing = site.root / "content/posts/two", site.root / "static/thing"
    if folder.is_dir():
        shutil.rmtree(folder)
        thing.unlink()
        site.write({"static/thing/inner.txt": "inner"})
    else:
        shutil.rmtree(thing)
        site.write(SMALL)


class Crasher:
    """The driver, spoken to line by line."""

    def __init__(self, warm: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, DRIVER, warm], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, *words: object) -> int:
        """Have a build started, and return how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def crasher(tmp_path: Path) -> Iterator[Crasher]:
    warm = LawSite(tmp_path / "warm").write(SMALL)
    with contextlib.closing(Crasher(warm.root)) as found:
        yield found


def whole(site: LawSite, *states: Mapping[str, bytes]) -> None:
    """Every published file is one of the states', to the byte; what was being written bears a name of its own."""
    for path, data in site.public().items():
        if not path.endswith(TEMPORARY):
            assert data in [state[path] for state in states if path in state], path


def outputs(site: LawSite) -> dict[str, bytes]:
    clean = site.clean()
    assert shown(clean.problems) == []
    return {str(path): data for path, data in clean.outputs.items()}


@pytest.mark.parametrize("change", [nothing, edit, delete], ids=["a first build", "an edit", "a deletion"])
@pytest.mark.parametrize(
    "step", [pytest.param(1, id="every operation", marks=pytest.mark.thorough), pytest.param(9, id="every ninth")]
)
def test_a_build_that_leaves_at_any_file_operation_leaves_whole_files_and_the_next_one_finishes(
    tmp_path: Path, crasher: Crasher, change: Callable[[LawSite], None], step: int
) -> None:
    template = LawSite(tmp_path / "template").write(SMALL)
    old = outputs(template)
    if change is not nothing:
        template.update()
        assert template.public() == old
    change(template)
    new = outputs(template)
    for at in itertools.count(1, step):
        site = copied(template, tmp_path / "crashed")
        status = crasher("crash", site.root, at)
        assert status in (0, 9), f"at operation {at}"
        whole(site, old, new)
        returned = copied(site, tmp_path / "returned")
        assert shown(site.update().problems) == []
        assert site.public() == new, f"after leaving at operation {at}"
        if change is not nothing:
            change(returned)
            assert shown(returned.update().problems) == []
            assert returned.public() == old, f"taken back after leaving at operation {at}"
        shutil.rmtree(site.root)
        shutil.rmtree(returned.root)
        if status == 0:
            break
    assert at > 20, "a build is many file operations"


def many_posts(number: int, state: str) -> dict[str, str]:
    """Return the posts of one of two states: some differ, some are in one alone."""
    return {
        f"content/posts/p{n}.md": (
            f"---\ntitle: Post {n}{' ' + state if n % 3 == 0 else ''}\ndate: 2026-01-{n % 28 + 1:02}\n"
            f"tags: [t{n % 7}]\n---\n\nText of {n}{state if n % 2 else ''}.\n\n```python\nprint({n})\n```\n"
        )
        for n in range(number)
        if n % 10 != (3 if state == "a" else 4)
    }


@pytest.mark.thorough
def test_builds_that_are_killed_at_random_leave_whole_files_and_the_next_one_finishes(
    tmp_path: Path, crasher: Crasher
) -> None:
    site = LawSite(tmp_path / "site").write({"site.yaml": "title: Large\nurl: https://me.example/\n"})

    def turn_to(state: str) -> None:
        shutil.rmtree(site.root / "content", ignore_errors=True)
        site.write(many_posts(100, state))

    states = {}
    for state in ("b", "a"):
        turn_to(state)
        states[state] = outputs(site)
    dice = random.Random(2026)
    ends = []
    longest = 0.8
    for number in range(KILLS):
        turn_to("ab"[number % 2])
        ends.append(crasher("kill", site.root, dice.uniform(0, longest), 1 + number % 2))
        assert ends[-1] in (0, 9)
        whole(site, *states.values())
        # However quick the machine is, about half of the builds are killed, at any part of them.
        longest *= 0.8 if ends[-1] == 0 else 1.2
    assert ends.count(9) > KILLS // 4
    for state, files in states.items():
        turn_to(state)
        assert site.update().published is not None
        assert site.public() == files


def test_two_builds_at_once_end_well_and_give_what_one_gives(tmp_path: Path) -> None:
    site = LawSite(tmp_path / "site").write({"site.yaml": "title: Twice\nurl: https://me.example/\n"})
    site.write(many_posts(60, "a"))
    command = [sys.executable, "-m", "proofpress", "build", "--jobs", "1"]
    for options in ([], ["--clean"]):
        site.swap("content/posts/p1.md", "Text of 1", "A text of 1")
        both = [
            subprocess.Popen([*command, *options], cwd=site.root, stderr=subprocess.PIPE, text=True) for _ in range(2)
        ]
        ends = [(process.communicate()[1], process.returncode) for process in both]
        assert [code for _, code in ends] == [0, 0], ends
        assert site.public() == outputs(site)


# ---------------------------------------------------------------- a disk that refuses


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], check=True, capture_output=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.mounts
def test_on_a_full_disk_the_build_says_so_and_the_old_site_stays_whole(full_disk: Path, proofpress: Proofpress) -> None:
    site = LawSite(full_disk / "site").write(SMALL)
    assert proofpress("build", cwd=site.root).returncode == 0
    old = site.public()
    room = os.statvfs(full_disk)
    (full_disk / "filler").write_bytes(bytes((room.f_bavail - 8) * room.f_frsize))
    for number in range(40):
        site.write({f"content/posts/n{number}.md": f"---\ntitle: N{number}\ndate: 2026-02-01\n---\n\nText.\n"})
        if proofpress("build", cwd=site.root).returncode:
            break
    done = proofpress("build", cwd=site.root)
    assert done.returncode == 1
    assert re.search(r"proofpress: '[^']+': the disk is full; make room, and run it again", done.stderr), done.stderr
    (full_disk / "filler").unlink()
    new = outputs(site)
    whole(site, old, new)
    assert proofpress("build", cwd=site.root).returncode == 0
    assert site.public() == new


def test_a_folder_in_a_page_s_place_is_named_and_the_rest_of_the_old_site_stays(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    site = LawSite(tmp_path / "site").write(SMALL)
    assert proofpress("build", cwd=site.root).returncode == 0
    page = site.root / "public/posts/one/index.html"
    page.unlink()
    (page / "mine").mkdir(parents=True)
    (page / "mine/notes.txt").write_text("mine")
    old = site.public()
    edit(site)
    done = proofpress("build", cwd=site.root)
    assert done.returncode == 1
    assert "posts/one/index.html" in done.stderr
    assert (page / "mine/notes.txt").read_text() == "mine"
    whole(site, old, outputs(site))
    shutil.rmtree(page)
    assert proofpress("build", cwd=site.root).returncode == 0
    assert site.public() == outputs(site)


def test_a_cache_that_can_t_be_made_is_named_and_nothing_is_published(tmp_path: Path, proofpress: Proofpress) -> None:
    site = LawSite(tmp_path / "site").write(SMALL)
    (site.root / ".proofpress").write_text("a file where a folder belongs")
    done = proofpress("build", cwd=site.root)
    assert done.returncode == 1
    assert ".proofpress" in done.stderr
    assert not (site.root / "public").exists()


@pytest.mark.immutable
@pytest.mark.parametrize("unwritable", ["public/posts/one/index.html", "public/posts/one", ".proofpress"])
def test_what_can_t_be_written_is_named_and_the_old_site_stays_whole(
    tmp_path: Path, proofpress: Proofpress, unwritable: str
) -> None:
    site = LawSite(tmp_path / "site").write(SMALL)
    assert proofpress("build", cwd=site.root).returncode == 0
    old = site.public()
    edit(site)
    place = site.root / unwritable
    subprocess.run(["chattr", "+i", place], check=True)
    try:
        done = proofpress("build", cwd=site.root)
    finally:
        subprocess.run(["chattr", "-i", place], check=True)
    assert done.returncode == 1
    assert unwritable in done.stderr
    whole(site, old, outputs(site))
    assert proofpress("build", cwd=site.root).returncode == 0
    assert site.public() == outputs(site)


@pytest.mark.immutable
@pytest.mark.parametrize("unwritable", ["public", "."])
def test_an_output_folder_that_can_t_be_written_to_is_told_as_such_before_anything_is_done(
    tmp_path: Path, proofpress: Proofpress, unwritable: str
) -> None:
    site = LawSite(tmp_path / "site").write(SMALL)
    (site.root / ".proofpress").mkdir()
    if unwritable == "public":
        (site.root / "public").mkdir()
    place = site.root / unwritable
    subprocess.run(["chattr", "+i", place], check=True)
    try:
        done = proofpress("build", "--format", "json", cwd=site.root)
        said = proofpress("build", cwd=site.root)
    finally:
        subprocess.run(["chattr", "-i", place], check=True)
    (found,) = json.loads(done.stdout)
    assert (done.returncode, found["rule"], found["path"]) == (1, "unsafe-output", "site.yaml")
    assert f"may not write into '{place.resolve()}'" in found["message"]
    assert "error unsafe-output" in said.stderr
    assert "Permission denied" not in said.stderr
    assert site.public() == {}
    assert proofpress("build", cwd=site.root).returncode == 0
