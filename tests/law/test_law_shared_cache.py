"""A cache that machines share: a clean machine builds the same bytes from it and renders nothing; what is wrong there is made."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from law_site import FILES, LawSite

from proofpress.update import update

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sum(path.startswith("content/") and path.endswith(".md") for path in FILES)
ALL = f"{DOCUMENTS} of {DOCUMENTS} posts came from the cache at "


def settings(cache: Any) -> str:
    return str(FILES["site.yaml"]) + f"\ncache: {cache}\n"


def machine(to: Path, cache: Any) -> LawSite:
    """Return a site as a fresh checkout has it, with the cache of this name."""
    return LawSite(to).write({**FILES, "site.yaml": settings(cache)})


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


@pytest.mark.parametrize("write", [True, False])
def test_a_cache_that_can_not_be_used_is_told_once_and_built_without(
    filled: tuple[Path, LawSite], tmp_path: Path, write: bool
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    site = machine(tmp_path / "site", {"url": "../file", "write": write})
    outcome = site.update()
    said = ["the cache at ../file can't be read (Not a directory)"]
    if write:
        said.append("the cache at ../file can't be written (Not a directory)")
    assert outcome.notice.replace("File exists", "Not a directory") == "; ".join(said)
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
