"""No process holds the texts of a whole site; and whoever saves one while a build is at work gets what he saved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

from proofpress.builder import on_disk
from proofpress.builder.inputs import Options
from proofpress.builder.on_disk import ChangedMeanwhileError, OnDisk
from proofpress.content.scan import read_markdown
from proofpress.engine.digests import digest_of_bytes
from proofpress.paths import SourcePath
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from proofpress.problems import Problem

LATER = dt.datetime(2100, 6, 1, tzinfo=dt.UTC)
"""So far from the files' own times that a build trusts what the file system says of them."""


def options(site: SmallSite, jobs: int = 1) -> Options:
    return Options(root=site.root, now=LATER, jobs=jobs)


def page(site: SmallSite, name: str) -> str:
    return (site.root / f"public/posts/{name}/index.html").read_text("utf-8")


def when_posts_are_read(act: Callable[[], object]) -> Callable[[str, int, int], None]:
    """Return what is told of a build's progress, and does something once, when the first post has been read."""
    todo = [act]

    def told(step: str, _done: int, _of: int) -> None:
        if step == "Reading posts" and todo:
            todo.pop()()

    return told


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_post_that_is_saved_while_others_are_read_is_published_as_it_was_saved(site: SmallSite, jobs: int) -> None:
    posts = {f"content/posts/p{n:02}.md": post(f"Post {n}", text="Before.") for n in range(90 if jobs > 1 else 3)}
    site.write(posts)
    last = max(posts)
    save = when_posts_are_read(lambda: site.write({last: post("Saved", text="Saved meanwhile.")}))
    outcome = update(options(site, jobs), progress=save)
    assert outcome.published is not None
    assert "Saved meanwhile." in page(site, last[14:17])
    assert [one for one in site.root.rglob("index.html") if "Before." in one.read_text("utf-8")]
    assert update(options(site, jobs)).reasons == {}


def test_a_post_that_is_deleted_while_others_are_read_has_no_page(site: SmallSite) -> None:
    site.write({f"content/posts/{name}.md": post(name) for name in "abc"})
    outcome = update(options(site), progress=when_posts_are_read((site.root / "content/posts/c.md").unlink))
    assert outcome.published is not None
    assert outcome.documents == 2
    assert not (site.root / "public/posts/c").exists()


@pytest.fixture(name="read")
def _read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that are read to be known, in order."""
    read: list[str] = []

    def noted(path: SourcePath, place: str, problems: list[Problem]) -> bytes | None:
        read.append(path)
        return read_markdown(path, place, problems)

    monkeypatch.setattr(on_disk, "read_markdown", noted)
    return read


def test_after_an_edit_no_other_post_is_read(site: SmallSite, read: list[str]) -> None:
    site.write({f"content/posts/{name}.md": post(name) for name in "abc"})
    update(options(site))
    read.clear()
    site.write({"content/posts/b.md": post("b", text="Another text.")})
    assert update(options(site)).reasons.keys() >= {"content/posts/b.md"}
    assert read == ["content/posts/b.md"]


def test_a_post_that_was_saved_moments_before_a_build_is_read_again_by_the_next(
    site: SmallSite, read: list[str]
) -> None:
    site.write({"content/posts/a.md": post("a")})
    moments = Options(root=site.root, now=dt.datetime.now(dt.UTC))
    update(moments)
    update(moments)
    assert read == ["content/posts/a.md"] * 2


def test_bytes_that_are_not_those_that_were_meant_are_never_given(tmp_path: Path) -> None:
    place = tmp_path / "a.md"
    place.write_bytes(b"one")
    source = OnDisk(SourcePath("content/a.md"), str(place), digest_of_bytes(b"one"))
    assert source.data == b"one"
    place.write_bytes(b"two")
    with pytest.raises(ChangedMeanwhileError, match=r"content/a\.md"):
        _ = source.data
    place.unlink()
    with pytest.raises(ChangedMeanwhileError, match=r"content/a\.md"):
        _ = source.data
