"""What lies in `.proofpress/`, and the manifest in the output, is input: refused in words, and nothing outside touched."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import marshal
import os
import shutil
import socket
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from proofpress.builder.inputs import Options
from proofpress.engine.store import Entry, Store
from proofpress.output.cache import CACHE, STORE
from proofpress.output.publish import clean
from proofpress.output.record import MANIFEST, VERSION, digest_of_output, mark, read_record, record_path
from proofpress.site.questions import ANY
from proofpress.update import Outcome, update

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Proofpress

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
POST = "---\ntitle: {0}\ndate: 2026-01-01\n---\n\nText of {0}.\n"
PAGE = "public/posts/one/index.html"

FILES = {
    "site.yaml": "title: Small\nurl: https://me.example/\nfeeds: {json: false}\ntaxonomies: []\n",
    "templates/base.html": "<title>{{ page.title }}</title>{% block main %}{{ content }}{% endblock %}\n",
    "templates/home.html": '{% extends "base.html" %}{% block main %}{% for p in page.posts %}{{ p.title }}{% endfor %}{% endblock %}\n',
    "content/posts/one.md": POST.format("One"),
    "content/posts/two.md": POST.format("Two"),
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def build(site: Path) -> Outcome:
    return update(Options(root=site, now=NOW))


def edit(site: Path) -> None:
    write(site, {"content/posts/one.md": POST.format("Uno")})


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def record_of(site: Path) -> Path:
    return record_path(site, "public")


def rewritten(site: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the record as somebody who knows how it is written."""
    found = json.loads(record_of(site).read_bytes())
    change(found["files"])
    record_of(site).write_text(json.dumps(found))


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two posts, published, beside a folder of somebody's work. To be copied only."""
    folder = tmp_path_factory.mktemp("once") / "a"
    write(folder / "site", FILES)
    write(folder, {"precious.txt": "years of work", "elsewhere/posts/one/index.html": "years of work"})
    assert build(folder / "site").published is not None
    return folder


@pytest.fixture
def site(published_once: Path, tmp_path: Path) -> Path:
    """A site of one's own, published."""
    return shutil.copytree(published_once, tmp_path / "a") / "site"


@pytest.fixture
def outside(site: Path) -> Callable[[], dict[str, bytes]]:
    """Return all that lies beside the site."""
    return lambda: {path: data for path, data in tree(site.parent).items() if not path.startswith("site/")}


# ---------------------------------------------------------------- a record that leads astray

ASTRAY = ["../../precious.txt", "../precious.txt", "posts/../../../precious.txt", "./../../precious.txt", "{a}/precious.txt",
          "//precious.txt", "", "posts//one", "a\0b", "posts/", "\ud800"]  # fmt: skip


@pytest.mark.parametrize("path", ASTRAY)
@pytest.mark.parametrize("command", ["build", "clean"])
def test_a_record_that_names_what_is_not_below_the_output_is_not_believed(
    site: Path, outside: Callable[[], dict[str, bytes]], path: str, command: str
) -> None:
    path = path.replace("{a}", str(site.parent))
    digest = digest_of_output(b"years of work")
    rewritten(site, lambda files: files.update({path: [digest, -1, -1, -1], f"{path}x": ["", -1, -1, -1]}))
    before = outside()
    edit(site)
    if command == "build":
        outcome = build(site)
        assert outcome.published is not None
        if path != "\ud800":  # which no JSON has
            assert "is not believed" in outcome.notice
        assert "Uno" in (site / PAGE).read_text("utf-8")
    else:
        clean(site, site / "public")
        assert not (site / "public").exists(), "the manifest knew what was written"
    assert outside() == before


def test_the_commands_say_that_a_record_is_not_believed(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress
) -> None:
    before = outside()
    for command in ("build", "clean"):
        rewritten(site, lambda files: files.update({"../../precious.txt": [digest_of_output(b"years of work")]}))
        edit(site)
        done = proofpress(command, cwd=site)
        assert done.returncode == 0, done.stderr
        assert "'../../precious.txt', which can't be a file of the output folder; it is not believed" in done.stderr
        assert outside() == before


@pytest.mark.parametrize("command", ["build", "clean"])
def test_what_a_record_names_is_never_reached_through_a_link(
    site: Path, outside: Callable[[], dict[str, bytes]], command: str
) -> None:
    """Also where the bytes there are those that were written."""
    other = site.parent / "elsewhere"
    shutil.rmtree(other)
    (site / "public/posts").rename(other)
    (site / "public/posts").symlink_to(other)
    (site / "content/posts/one.md").unlink()
    before = outside()
    if command == "build":
        build(site)
    else:
        clean(site, site / "public")
    assert outside() == before


@pytest.mark.parametrize("digest", ["", "00" * 16])
@pytest.mark.parametrize("command", ["build", "clean"])
def test_a_record_that_names_somebody_s_file_has_it_deleted_by_no_command(
    site: Path, proofpress: Proofpress, command: str, digest: str
) -> None:
    write(site, {"public/thesis.tex": "years"})
    rewritten(site, lambda files: files.update({"thesis.tex": [digest, -1, -1, -1]}))
    edit(site)
    done = proofpress(command, cwd=site)
    assert (site / "public/thesis.tex").read_text() == "years"
    if command == "build":
        assert done.returncode == 1
        assert "error foreign-file: 'public/thesis.tex'" in done.stderr


def test_a_page_that_was_changed_by_hand_is_made_again_and_deleted_only_by_hand(
    site: Path, proofpress: Proofpress
) -> None:
    made = (site / PAGE).read_bytes()
    (site / PAGE).write_text("by hand")
    assert proofpress("build", cwd=site).returncode == 0
    assert (site / PAGE).read_bytes() == made
    (site / PAGE).write_text("by hand")
    (site / "content/posts/one.md").unlink()
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "'public/posts/one/index.html'" in done.stderr
    assert "not as Proofpress wrote it" in done.stderr
    assert (site / PAGE).read_text() == "by hand"
    (site / PAGE).unlink()
    assert proofpress("build", cwd=site).returncode == 0
    assert not (site / "public/posts/one").exists()


# ---------------------------------------------------------------- parts of another type

PARTS = ["", "/staging", f"/{STORE}", f"/{STORE}-journal", f"/{STORE}-wal", f"/{STORE}-shm", f"/{STORE}-lock",
         f"/{STORE}-lock-journal", "/{record}", "/{record}.proofpress-tmp"]  # fmt: skip
FOLDERS = ("", "/staging")


def lay(place: Path, kind: str, elsewhere: Path) -> None:
    """Put something into a part's place."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    match kind:
        case "link to a folder":
            place.symlink_to(elsewhere)
        case "link to a file":
            place.symlink_to(elsewhere.parent / "precious.txt")
        case "link to nothing":
            place.symlink_to(elsewhere / "new")
        case "pipe":
            os.mkfifo(place)
        case "socket":
            with contextlib.chdir(place.parent), socket.socket(socket.AF_UNIX) as bound:
                bound.bind(place.name)  # whose length is limited
        case "folder":
            place.mkdir()
            (place / "mine.txt").write_text("mine")
        case "file":
            place.write_text("mine")


@pytest.mark.posix
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", ["link to a folder", "link to a file", "link to nothing", "pipe", "socket", "other"])
def test_a_part_of_the_cache_of_another_type_is_named_and_nothing_is_touched(
    site: Path, outside: Callable[[], dict[str, bytes]], part: str, kind: str
) -> None:
    part = part.replace("{record}", record_of(site).name)
    place = site / f"{CACHE}{part}"
    lay(place, {"other": "file" if part in FOLDERS else "folder"}.get(kind, kind), site.parent / "elsewhere")
    before, public = outside(), tree(site / "public")
    edit(site)
    with pytest.raises(OSError, match=r"it is .*; move or delete it") as refusal:
        build(site)
    assert refusal.value.filename == f"{site}/{CACHE}{part}"
    assert outside() == before
    assert tree(site / "public") == public
    with contextlib.suppress(OSError):
        clean(site, site / "public")
    assert outside() == before
    assert os.path.lexists(place)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()
    assert build(site).published is not None
    assert "Uno" in (site / PAGE).read_text("utf-8")


@pytest.mark.posix
@pytest.mark.parametrize("command", ["build", "serve", "clean"])
def test_every_command_says_in_words_that_the_cache_is_no_folder(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress, command: str
) -> None:
    lay(site / CACHE, "link to a folder", site.parent / "elsewhere")
    before = outside()
    done = proofpress(command, cwd=site)
    assert done.returncode == 1
    assert ".proofpress': it is a link, where Proofpress keeps a folder of its own; move or delete it" in done.stderr
    assert outside() == before


def journal_naming(path: Path, store: Path) -> bytes:
    """Return a journal of SQLite that is to be rolled back, and that speaks of another file (its file format, 3)."""
    magic = bytes.fromhex("d9d505f920a163d7")
    page = struct.unpack(">H", store.read_bytes()[16:18])[0]
    header = magic + struct.pack(">IIIII", 0, 1, store.stat().st_size // page, 512, page)
    name = str(path).encode()
    locking = 0x40000000 // page + 1
    ends = struct.pack(">I", locking) + name + struct.pack(">II", len(name), sum(name)) + magic
    return header.ljust(512, b"\0") + ends


@pytest.mark.parametrize("of", [STORE, f"{STORE}-lock"])
def test_a_journal_that_names_another_file_has_it_deleted_by_nobody(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress, of: str
) -> None:
    store = site / CACHE / STORE
    journal = journal_naming(site.parent / "precious.txt", store)
    (site / CACHE / of).write_bytes(store.read_bytes())
    (site / CACHE / f"{of}-journal").write_bytes(journal)
    before = outside()
    edit(site)
    done = proofpress("build", cwd=site)
    assert outside() == before
    assert done.returncode == 0, done.stderr
    assert "Uno" in (site / PAGE).read_text("utf-8")


@pytest.mark.parametrize("part", [STORE, f"{STORE}-lock", "record"])
def test_a_second_name_of_somebody_s_file_is_not_written_through(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress, part: str
) -> None:
    place = record_of(site) if part == "record" else site / CACHE / part
    precious = site.parent / "precious.txt"
    precious.write_bytes(place.read_bytes())
    place.unlink()
    place.hardlink_to(precious)
    before = outside()
    edit(site)
    assert proofpress("build", cwd=site).returncode == 0
    assert outside() == before


# ---------------------------------------------------------------- a cache that can't be written


UPDATE = """
import datetime as dt, sys
from pathlib import Path
from proofpress.builder.inputs import Options
from proofpress.update import update

outcome = update(Options(root=Path(sys.argv[1]), now=dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)))
print(outcome.notice, outcome.published)
"""
AS_ROOT = ["setpriv", "--bounding-set=-dac_override"]
"""For the superuser, who else writes what is not to be written."""


@pytest.mark.posix
def test_a_cache_that_can_t_be_written_costs_time_and_is_said(site: Path) -> None:
    before = AS_ROOT if os.getuid() == 0 else []
    if before and shutil.which(before[0]) is None:
        pytest.skip("the superuser writes everything, and here is no setpriv to take that away")
    assert build(site).published is not None
    (site / CACHE / STORE).chmod(0o400)
    edit(site)
    command = [*before, sys.executable, "-c", UPDATE, str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "can't be written" in done.stdout
    assert "Uno" in (site / PAGE).read_text("utf-8")


# ---------------------------------------------------------------- one's own output, known without the record


def forget_all(site: Path) -> None:
    shutil.rmtree(site / CACHE)


def an_older_record(site: Path) -> None:
    record_of(site).write_text(json.dumps({"version": 2, "output": "public", "files": ["index.html"]}))


def a_damaged_record(site: Path) -> None:
    record_of(site).write_bytes(record_of(site).read_bytes()[:-100])


def a_record_of_an_earlier_time(site: Path) -> None:
    """As a cache has that was restored beside a newer site."""
    record_of(site).write_text(json.dumps({"version": VERSION, "output": "public", "files": {"x": ["", -1, -1, -1]}}))


@pytest.mark.parametrize("loss", [forget_all, an_older_record, a_damaged_record, a_record_of_an_earlier_time])
def test_without_its_record_a_site_that_was_edited_is_built_and_published(
    site: Path, tmp_path: Path, proofpress: Proofpress, loss: Callable[[Path], None]
) -> None:
    write(site, {"public/mine.txt": "mine", "public/posts/two/mine.txt": "mine"})
    loss(site)
    edit(site)
    (site / "content/posts/two.md").unlink()
    done = proofpress("build", cwd=site)
    assert done.returncode == 0, done.stderr
    write(tmp_path / "anew", FILES | {"content/posts/one.md": POST.format("Uno")})
    (tmp_path / "anew/content/posts/two.md").unlink()
    assert proofpress("build", cwd=tmp_path / "anew").returncode == 0
    mine = {"mine.txt": b"mine", "posts/two/mine.txt": b"mine"}
    assert tree(site / "public") == tree(tmp_path / "anew/public") | mine
    assert proofpress("clean", cwd=site).returncode == 0
    assert tree(site / "public") == mine


def test_without_its_record_a_site_that_stands_is_not_filled_again(site: Path) -> None:
    record_of(site).unlink()
    assert build(site).reasons == {}
    assert len(read_record(site, site / "public").files) == len(tree(site / "public"))
    edit(site)
    whole = shutil.copytree(site, site.with_name("whole"))
    record_of(site).unlink()
    assert build(site).reasons.keys() == build(whole).reasons.keys()


def test_without_its_record_a_page_that_was_changed_by_hand_is_somebody_s_work(
    site: Path, proofpress: Proofpress
) -> None:
    forget_all(site)
    (site / PAGE).write_text("by hand")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "'public/posts/one/index.html' is in the way" in done.stderr
    assert (site / PAGE).read_text() == "by hand"


def test_without_a_record_or_a_manifest_a_site_that_was_edited_is_refused(site: Path, proofpress: Proofpress) -> None:
    forget_all(site)
    (site / "public" / MANIFEST).unlink()
    before = tree(site / "public")
    edit(site)
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "error foreign-file" in done.stderr
    assert tree(site / "public") == before


def test_a_manifest_names_no_page_and_is_the_same_however_the_site_came_about(
    site: Path, proofpress: Proofpress
) -> None:
    edit(site)
    assert proofpress("build", cwd=site).returncode == 0
    data = (site / "public" / MANIFEST).read_bytes()
    assert b"posts" not in data
    assert proofpress("build", "--output", "other", cwd=site).returncode == 0
    assert (site / "other" / MANIFEST).read_bytes() == data
    assert mark("posts/one/index.html", digest_of_output((site / PAGE).read_bytes())).encode() in data


@pytest.mark.posix
@pytest.mark.parametrize("kind", ["link to a file", "link to nothing", "pipe", "folder"])
def test_something_else_in_the_manifest_s_place_is_in_the_way(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress, kind: str
) -> None:
    lay(site / "public" / MANIFEST, kind, site.parent / "elsewhere")
    before = outside()
    edit(site)
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert f"'public/{MANIFEST}' is in the way" in done.stderr
    assert outside() == before


# ---------------------------------------------------------------- what lies where a page belongs


@pytest.mark.posix
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("kind", ["link to a folder", "link to a file", "link to nothing", "pipe", "socket", "folder"])
def test_what_is_no_file_in_a_page_s_place_is_named_and_left_alone(
    site: Path, outside: Callable[[], dict[str, bytes]], proofpress: Proofpress, kind: str, *, known: bool
) -> None:
    if not known:
        forget_all(site)
    lay(site / PAGE, kind, site.parent / "elsewhere")
    before = outside()
    edit(site)
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert f"'{PAGE}' is in the way" in done.stderr
    assert os.path.lexists(site / PAGE)
    assert outside() == before


def test_an_empty_folder_in_a_page_s_place_is_named_with_a_mend(site: Path, proofpress: Proofpress) -> None:
    (site / PAGE).unlink()
    (site / PAGE).mkdir()
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert (
        f"error foreign-file: '{PAGE}' is an empty folder, where a file of the site belongs; delete it" in done.stderr
    )
    (site / PAGE).rmdir()
    assert proofpress("build", cwd=site).returncode == 0
    assert "One" in (site / PAGE).read_text("utf-8")


# ---------------------------------------------------------------- any bytes

NAMES = st.sampled_from(
    ["index.html", "posts/one/index.html", "mine.txt", "posts/mine.txt", "../precious.txt", "../../precious.txt", "posts",
     "elsewhere/x", "posts/one", "link/precious.txt", MANIFEST, "a/b/c", "/etc/hostname"]
) | st.text(max_size=12)  # fmt: skip
DIGESTS = st.sampled_from(["", digest_of_output(b"mine"), digest_of_output(b""), "00" * 16]) | st.text(max_size=4)
NUMBERS = st.integers() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
WRITTENS = st.tuples(DIGESTS) | st.tuples(DIGESTS, NUMBERS, NUMBERS, NUMBERS, st.lists(DIGESTS, max_size=3)) | NUMBERS
JSONS = st.recursive(NUMBERS | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
RECORDS = st.fixed_dictionaries(
    {"version": st.just(VERSION), "output": st.just("public"), "files": st.dictionaries(NAMES, WRITTENS, max_size=6)}
)
MANIFESTS = st.fixed_dictionaries({"version": st.just(1), "files": st.lists(st.text(max_size=24), max_size=6)})


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=st.none() | st.binary() | (RECORDS | JSONS).map(encoded),
    manifest=st.none() | st.binary() | (MANIFESTS | JSONS).map(encoded),
    cleaning=st.booleans(),
)
@example(record=encoded({"version": 3, "output": "public", "files": {"mine.txt": [""]}}), manifest=None, cleaning=True)
@example(record=encoded({"version": 3, "output": "public", "files": {"mine.txt": [""]}}), manifest=None, cleaning=False)
def test_whatever_a_record_and_a_manifest_hold_nothing_of_somebody_else_is_touched(
    published_once: Path, tmp_path: Path, record: bytes | None, manifest: bytes | None, *, cleaning: bool
) -> None:
    shutil.rmtree(tmp_path / "a", ignore_errors=True)
    site = shutil.copytree(published_once, tmp_path / "a") / "site"
    public = site / "public"
    mine = {"mine.txt": "my own", "posts/mine.txt": "my own", "a/b/c": "my own"}
    write(public, mine)
    (public / "link").symlink_to(site.parent)
    for place, data in ((record_of(site), record), (public / MANIFEST, manifest)):
        if data is None:
            place.unlink()
        else:
            place.write_bytes(data)
    edit(site)

    def others() -> dict[str, bytes]:
        own = ("site/public/", f"site/{CACHE}/")
        return {path: data for path, data in tree(site.parent).items() if not path.startswith(own)}

    before = others()
    if cleaning:
        clean(site, public)
    else:
        build(site)
    assert others() == before
    assert {path: (public / path).read_text() for path in mine} == mine
    assert (public / "link").is_symlink()


def test_values_of_the_cache_that_are_none_of_ours_cost_a_build(site: Path, proofpress: Proofpress) -> None:
    """Well kept, with checksums and all: only what they say is nonsense."""
    with Store(site / CACHE / STORE) as store:
        for kind in ("document", "filled"):
            known = store.entries(kind, ANY)
            assert known
            store.put(kind, {key: Entry(entry.trace, b"\x93\x01", b"\xc1") for key, entry in known.items()})
        for fact in ("files", "last", "templates", "highlight"):
            found = store.fact(fact)
            if found is not None:
                store.put_fact(fact, found[:20] + b"\xc1" + found[21:])
    edit(site)
    done = proofpress("build", cwd=site)
    assert done.returncode == 0, done.stderr
    assert "built anew" in done.stderr
    assert "Uno" in (site / PAGE).read_text("utf-8")


def test_code_that_lies_in_the_cache_is_not_run(site: Path) -> None:
    """Whoever may write a cache, as a job that shares one, would else write what the next build does."""
    with Store(site / CACHE / STORE) as store:
        known = msgspec.msgpack.decode(store.fact("templates") or b"")
        assert known["digests"]
        touch = compile(f"open({str(site / 'ran')!r}, 'w').close()", "<template>", "exec")
        known["code"] = dict.fromkeys(known["digests"], marshal.dumps(touch))
        store.put_fact("templates", msgspec.msgpack.encode(known))
    edit(site)
    assert build(site).published is not None
    assert not (site / "ran").exists()
    assert "Uno" in (site / PAGE).read_text("utf-8")


@pytest.mark.parametrize("where", [f"{CACHE}/staging", "public"])
def test_folders_that_are_thousands_deep_end_no_build(site: Path, where: str) -> None:
    (site / where).mkdir(exist_ok=True)
    with contextlib.chdir(site / where):
        for _ in range(2000):
            os.mkdir("d")  # noqa: PTH102 - a name beside this process, which no path is long enough for
            os.chdir("d")
    edit(site)
    try:
        assert build(site).published is not None
        clean(site, site / "public")
        assert not (site / "public/index.html").exists()
    finally:
        subprocess.run(["rm", "-r", site / where], check=True)


def test_the_record_s_name_is_known(site: Path) -> None:
    assert record_of(site).name == f"published-{hashlib.sha256(b'public').hexdigest()[:12]}.json"
    assert msgspec.json.decode(record_of(site).read_bytes())["version"] == VERSION
