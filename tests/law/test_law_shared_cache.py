"""A cache that machines share: a clean machine builds the same bytes from it and renders nothing; what is wrong there is made."""

from __future__ import annotations

import shutil
import threading
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner
from law_site import FILES, LawSite
from s3_server import Bucket, serving

from proofpress.cli.build import command
from proofpress.engine import sharing
from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.sharing import Seal, Shared
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from proofpress.builder.inputs import Options

DOCUMENTS = sum(path.startswith("content/") and path.endswith(".md") for path in FILES)
ALL = f"{DOCUMENTS} of {DOCUMENTS} posts came from the cache at "


def settings(cache: Any) -> str:
    return str(FILES["site.yaml"]) + f"\ncache: {cache}\n"


def machine(to: Path, cache: Any) -> LawSite:
    """Return a site as a fresh checkout has it, with the cache of this name."""
    return LawSite(to).write({**FILES, "site.yaml": settings(cache)})


KEY = "a key of CI, and of all who read"


def keyed(site: LawSite, key: str) -> Options:
    return msgspec.structs.replace(site.options, cache_key=key)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LawSite]:
    """A folder that one machine filled, and that machine. To be copied only."""
    folder = tmp_path_factory.mktemp("shared")
    site = machine(folder / "first", folder / "cache")
    outcome = site.update()
    assert outcome.published is not None
    assert outcome.notice == ""
    return folder / "cache", site


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_clean_machine_builds_the_same_bytes_and_renders_nothing(
    filled: tuple[Path, LawSite], tmp_path: Path
) -> None:
    whole, first = filled
    folder = shutil.copytree(whole, tmp_path / "cache")
    assert len(entries(folder)) == DOCUMENTS
    other = machine(tmp_path / "other", folder)
    outcome = other.update()
    assert outcome.notice == f"{ALL}{folder}"
    assert other.public() == first.public()
    other.check()  # equals a build from nothing, in which the cache has no part
    other.swap("content/posts/a.md", "Opening words", "First words")
    assert other.update().notice == "", "one post was looked up, and nobody has it"
    other.check()
    assert len(entries(folder)) == DOCUMENTS + 1, "and now it is there for others"
    assert {path.stat().st_mode & 0o777 for path in entries(folder)} == {0o644}


def test_what_is_damaged_or_lies_under_another_name_is_made(filled: tuple[Path, LawSite], tmp_path: Path) -> None:
    folder, first = filled
    shutil.copytree(folder, tmp_path / "cache")
    cut, one, two, *_ = entries(tmp_path / "cache")
    cut.write_bytes(cut.read_bytes()[:-1])
    one_data, two_data = one.read_bytes(), two.read_bytes()
    one.write_bytes(two_data)
    two.write_bytes(one_data)
    site = machine(tmp_path / "site", tmp_path / "cache")
    assert site.update().notice.startswith(f"{DOCUMENTS - 3} of {DOCUMENTS} posts came from")
    assert site.public() == first.public()
    whole = {path.name: path.read_bytes() for path in entries(folder)}
    assert {path.name: path.read_bytes() for path in (cut, one, two)} == {
        path.name: whole[path.name] for path in (cut, one, two)
    }, "and is mended there"


def test_a_cache_that_is_only_read_is_left_as_it_is(filled: tuple[Path, LawSite], tmp_path: Path) -> None:
    folder, _ = filled
    shutil.copytree(folder, tmp_path / "cache")
    site = machine(tmp_path / "site", {"url": str(tmp_path / "cache"), "write": False})
    site.swap("content/posts/a.md", "Opening words", "Other words")
    said = site.update().notice
    assert said == f"{DOCUMENTS - 1} of {DOCUMENTS} posts came from the cache at {tmp_path / 'cache'}"
    assert len(entries(tmp_path / "cache")) == len(entries(folder))


def test_a_build_anew_takes_nothing_from_it(filled: tuple[Path, LawSite], tmp_path: Path) -> None:
    site = machine(tmp_path / "site", shutil.copytree(filled[0], tmp_path / "cache"))
    assert update(site.options, anew=True).notice == ""


@pytest.mark.parametrize("anew", [True, False])
def test_a_cache_that_can_not_be_used_is_told_once_and_built_without(
    filled: tuple[Path, LawSite], tmp_path: Path, anew: bool
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    site = machine(tmp_path / "site", {"url": "../file"})
    outcome = update(site.options, anew=anew)
    said = f"the cache at ../file can't be {'written' if anew else 'read'} (Not a directory)"
    assert outcome.notice.replace("File exists", "Not a directory") == said
    assert site.public() == filled[1].public()


def test_an_entry_that_was_made_without_the_key_is_not_believed(filled: tuple[Path, LawSite], tmp_path: Path) -> None:
    folder, first = filled
    forged = shutil.copytree(folder, tmp_path / "cache")
    plain = {path.relative_to(forged) for path in entries(forged)}
    ours = keyed(machine(tmp_path / "ours", forged), KEY)
    assert update(ours).notice == "", "what has no seal is none of its entries"
    sealed = sorted({path.relative_to(forged) for path in entries(forged)} - plain)
    assert len(sealed) == DOCUMENTS
    assert update(keyed(machine(tmp_path / "reads", forged), KEY)).notice == f"{ALL}{forged}"
    assert Seal(KEY.encode()).apart != Seal(KEY.encode() + b"s").apart, "another key has its own"
    # Who may write there, and lacks the key, can copy entries, change them, and make such as need none.
    (forged / sealed[0]).write_bytes((forged / sealed[1]).read_bytes())
    changed = bytearray((forged / sealed[2]).read_bytes())
    changed[-1] ^= 1
    (forged / sealed[2]).write_bytes(changed)
    data = (forged / sealed[3]).read_bytes()[32:]
    (forged / sealed[3]).write_bytes(digest_of_bytes(data) + data)
    site = machine(tmp_path / "site", forged)
    assert update(keyed(site, KEY)).notice == (
        f"{DOCUMENTS - 3} of {DOCUMENTS} posts came from the cache at {forged}; "
        "3 of its entries are damaged, or of another key, and were made anew"
    )
    assert site.public() == first.public()


def test_the_key_is_taken_from_the_environment_and_one_that_can_be_guessed_is_none(
    filled: tuple[Path, LawSite], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = machine(tmp_path / "site", tmp_path / "cache")
    monkeypatch.setenv("PROOFPRESS_CACHE_KEY", "secret")
    done = CliRunner().invoke(command, ["--site", str(site.root), "--jobs", "1"])
    assert (
        f"the cache at {tmp_path / 'cache'} is not used: its key has 6 characters, and 16 are the least" in done.stderr
    )
    assert site.public() == filled[1].public()
    assert not (tmp_path / "cache").exists()


MANY = {
    f"content/posts/n{number}.md": f"---\ntitle: Number {number}\ndate: 2026-02-{number % 28 + 1:02}\n---\n\nText.\n"
    for number in range(40)
}


def test_a_clean_machine_fills_no_page_but_those_that_show_what_is_new(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = machine(tmp_path / "first", cache).write(MANY)
    made = first.update()
    pages = sum(key.startswith("/") for key in made.reasons)
    posts = DOCUMENTS + len(MANY)
    all_pages = f"{posts} of {posts} posts and {pages} of {pages} pages came from the cache at {cache}"
    other = machine(tmp_path / "other", cache).write(MANY)
    assert other.update().notice == all_pages
    assert other.public() == first.public()
    other.check()
    assert other.update().reasons == {}, "it remembers them as if it had made them"
    # Somebody else has another title: the pages that show it are made, and no other.
    third = machine(tmp_path / "third", cache).write(MANY)
    third.swap("content/posts/n7.md", "Number 7", "Seven")
    taken = int(third.update().notice.partition(" and ")[2].partition(" ")[0])
    assert pages // 2 < taken < pages
    third.check()


class Slow:
    """A place that answers when it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.answers = threading.Event()

    def read(self, _names: Iterable[str]) -> dict[str, bytes]:
        self.asked += 1
        self.answers.wait()
        return {}

    def write(self, _entries: Mapping[str, bytes]) -> None:
        self.asked += 1


def test_a_place_that_does_not_answer_in_time_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "PATIENCE", 0.01)
    place = Slow()
    shared = Shared(place, "there")
    try:
        assert shared.read([str(number) for number in range(1000)]) == {}
    finally:
        place.answers.set()
    shared.write({"1": b"made"})
    assert (place.asked, shared.notice) == (1, "the cache at there can't be read (no answer within 0 s)")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    pytest.importorskip("s3fs")
    with serving() as served, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", served.address)
        patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "unknown")
        yield served


@pytest.fixture
def emptied(bucket: Bucket) -> Bucket:
    """A bucket with nothing in it, and no fault."""
    bucket.objects, bucket.requests = {}, []
    bucket.denied, bucket.cut = frozenset(), False
    return bucket


def test_one_machine_fills_a_bucket_of_s3_and_another_reads_it_with_one_request_for_an_entry(
    filled: tuple[Path, LawSite], emptied: Bucket, tmp_path: Path
) -> None:
    address = "s3://builds/proofpress"
    assert machine(tmp_path / "one", address).update().notice == ""
    assert len(emptied.objects) == DOCUMENTS
    assert [asked.partition(" ")[0] for asked in emptied.requests] == ["GET"] * DOCUMENTS + ["PUT"] * DOCUMENTS
    emptied.requests.clear()
    emptied.denied = frozenset({"PUT"})
    other = machine(tmp_path / "other", address)
    assert other.update().notice == f"{ALL}{address}"
    assert other.public() == filled[1].public()
    assert [asked.partition(" ")[0] for asked in emptied.requests] == ["GET"] * DOCUMENTS
    # Who may only read, and has made something, says so once and goes on.
    other.swap("content/posts/a.md", "Opening words", "First words")
    assert other.update().notice == f"the cache at {address} can't be written (AccessDenied)"
    # What does not come whole is no entry; what can't be had is made.
    emptied.cut = True
    cut = machine(tmp_path / "cut", address)
    said = cut.update().notice
    assert said.startswith(f"the cache at {address} can't be read (")
    assert cut.public() == filled[1].public()


def test_a_bucket_that_may_not_be_read_or_does_not_answer_is_told_and_built_without(
    filled: tuple[Path, LawSite], emptied: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "s3://builds/elsewhere"
    emptied.denied = frozenset({"GET", "HEAD", "PUT"})
    site = machine(tmp_path / "denied", address)
    assert site.update().notice == f"the cache at {address} can't be read (AccessDenied)"
    assert site.public() == filled[1].public()
    monkeypatch.setattr(sharing, "PATIENCE", 0.3)
    emptied.hangs.set()
    site = machine(tmp_path / "hangs", address)
    assert site.update().notice == f"the cache at {address} can't be read (no answer within 0 s)"
    assert site.public() == filled[1].public()


def test_an_address_of_fsspec_is_a_cache_too(filled: tuple[Path, LawSite], tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    address = f"memory://{uuid.uuid4().hex}/folder"
    assert machine(tmp_path / "one", address).update().notice == ""
    other = machine(tmp_path / "other", address)
    assert other.update().notice == f"{ALL}{address}"
    assert other.public() == filled[1].public()
    unknown = machine(tmp_path / "unknown", "nosuch://folder").update()
    assert unknown.published is not None
    assert unknown.notice.startswith("the cache at nosuch://folder can't be read (Protocol not known: nosuch")
