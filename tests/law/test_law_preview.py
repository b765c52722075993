"""The law in one process: after any changes, what the preview shows is to the byte what a build from nothing gives."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from law_site import FILES, NOW, LawSite, each_fourth, shown
from test_law_incremental_equals_clean import CHANGES

from proofpress.builder.build import build
from proofpress.paths import SitePath
from proofpress.preview.session import Session
from proofpress.update import update

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.preview.shown import Shown

FLAGS: Final = {
    "build with drafts", "build the future", "build strictly", "build for another address", "let time pass",
    "take another version of the code",
}  # fmt: skip
"""What a running preview is not asked for."""
WRITTEN: Final = sorted(CHANGES.keys() - FLAGS)
D: Final = "content/posts/d.md"


class Previewed:
    """A site with a session that shows it, and what was shown when every page could be made."""

    def __init__(self, site: LawSite) -> None:
        self.site = site
        site.drafts = site.future = True
        self.options = site.options
        self.session = Session(self.options, lambda: NOW)
        self.shown = self.session.start()
        self.files = self.sources()
        self.good: dict[str, bytes] = {}
        self.check()

    def sources(self) -> dict[str, bytes]:
        """Return the files that a watcher looks at."""
        found = {}
        for name in ("content", "templates", "static", "data", "site.yaml"):
            top = self.site.root / name
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.is_file():
                    found[path.relative_to(self.site.root).as_posix()] = path.read_bytes()
        return found

    def look(self, *, hinted: bool = True) -> Shown:
        """Build again, with what a watcher would tell."""
        before, self.files = self.files, self.sources()
        hints = {path for path in before.keys() | self.files.keys() if before.get(path) != self.files.get(path)}
        self.shown = self.session.rebuild(frozenset(hints) if hinted else None)
        return self.shown

    def begin_anew(self) -> None:
        """Take all changes back, where there are any."""
        if self.sources() != {path: text if isinstance(text, bytes) else text.encode() for path, text in FILES.items()}:
            for name in ("content", "templates", "static", "data"):
                shutil.rmtree(self.site.root / name, ignore_errors=True)
            self.site.write(FILES)
            self.look(hinted=False)

    def read(self) -> dict[str, bytes]:
        """Return every file; beside an error, all but those that are copied: they are as they are on disk."""
        copied = (".png", ".txt", ".csv", "thing") if self.shown.failed else ()
        return {str(path): self.shown.read(path) for path in self.shown.digests if not path.endswith(copied)}

    def check(self) -> None:
        """Hold what is shown against a clean build, and what could not be made against its last good state."""
        clean = build(msgspec.structs.replace(self.options, jobs=1))
        assert shown(list(self.shown.problems)) == shown(clean.problems)
        assert self.shown.failed == clean.failed
        made = {str(path): data for path, data in clean.outputs.items()}
        if self.shown.stale:
            wanted = self.good
        else:  # what could not be made is as it was when it could
            wanted = {path: self.good[path] for path in self.shown.digests if path in self.good and clean.failed} | made
        assert sorted(self.shown.digests) == sorted(wanted)
        if len(clean.filled.made) == len(clean.filled.steps):
            self.good = wanted
        found = self.read()
        assert [path for path in wanted if path in found and found[path] != wanted[path]] == []


@pytest.fixture
def previewed(tmp_path: Path) -> Previewed:
    return Previewed(LawSite(tmp_path / "site").write(FILES))


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Previewed:
    """One session for many changes, as a writer has it."""
    return Previewed(LawSite(tmp_path_factory.mktemp("lasting") / "site").write(FILES))


@pytest.mark.parametrize("change", each_fourth(WRITTEN))
def test_after_each_change_and_after_taking_it_back_the_preview_equals_a_clean_build(
    lasting: Previewed, change: str
) -> None:
    lasting.begin_anew()
    before = lasting.good = lasting.read()
    CHANGES[change](lasting.site)
    lasting.look()
    lasting.check()
    CHANGES[change](lasting.site)
    assert not lasting.look().problems
    assert lasting.read() == before


@pytest.mark.parametrize("changes", [25, pytest.param(200, marks=pytest.mark.thorough)])
def test_after_random_changes_the_preview_equals_a_clean_build(previewed: Previewed, changes: int) -> None:
    dice = random.Random(20261121)
    checked = 0
    for number in range(1, changes + 1):
        for _ in range(dice.choice([1, 1, 1, 3])):
            CHANGES[dice.choice(WRITTEN)](previewed.site)
        if number % 25 == 0:  # an error that was made stays until it is taken back: begin anew
            previewed.begin_anew()
        previewed.look(hinted=dice.random() < 0.8)
        if not previewed.shown.failed and number % 5 == 0:
            previewed.check()
            checked += 1
    assert checked >= changes // 20
    assert not previewed.shown.problems


def test_a_save_of_a_text_makes_one_page_and_is_told_as_such(previewed: Previewed) -> None:
    previewed.site.swap(D, "Text of delta.", "Other text.")
    previewed.look()
    before = previewed.shown
    previewed.site.swap(D, "Other text.", "Other text.\n\nMore of it.")
    now = previewed.look()
    assert now.revision == before.revision + 1
    assert now.changed is not None
    assert {path for path in now.changed if path.endswith(".html")} == {"posts/dee/index.html"}
    assert now.follow == "/blog/posts/dee/"
    assert f"{D}: rendered because its text changed" in {f"{ran.key}: {ran.why}" for ran in now.report.ran}
    assert "/posts/dee/: filled because its text changed" in {f"{ran.key}: {ran.why}" for ran in now.report.ran}
    previewed.check()


def test_nothing_is_told_where_nothing_changed(previewed: Previewed) -> None:
    before = previewed.shown
    (previewed.site.root / D).write_bytes((previewed.site.root / D).read_bytes())
    assert previewed.session.rebuild(frozenset({D})) is before
    assert previewed.session.rebuild(frozenset({"content/posts/.d.md.swp"})) is before
    assert previewed.session.rebuild(None) is before


def test_what_no_hint_told_is_found_by_the_next_full_look(previewed: Previewed) -> None:
    previewed.site.swap(D, "Text of delta.", "Other text.")
    previewed.site.swap("content/about.md", "A team.", "A large team.")
    previewed.session.rebuild(frozenset({D}))
    previewed.look(hinted=False)
    previewed.check()


def test_with_an_error_anywhere_every_page_is_shown_as_it_was_saved(previewed: Previewed) -> None:
    previewed.site.swap(D, "Text of delta.", "Other text, [nothing](nowhere.md)")
    assert previewed.look().failed
    previewed.site.swap("content/about.md", "A team.", "A large team.")
    previewed.site.write({"content/posts/new.md": "---\ntitle: New\ndate: 2026-01-09\n---\n\nA new post.\n"})
    failed = previewed.look()
    assert failed.failed
    assert not failed.stale
    read = previewed.read()
    assert b"Other text, " in read["posts/dee/index.html"]
    assert b"A large team." in read["about/index.html"]
    assert b"A new post." in read["posts/new/index.html"]
    again = Session(previewed.options, lambda: NOW).start()
    assert again.digests == failed.digests, "a restart shows what the live preview does"
    previewed.check()


def test_a_page_that_can_not_be_made_is_shown_as_it_last_was(previewed: Previewed) -> None:
    good = previewed.read()
    previewed.site.write({"templates/talks.html": "{{ page.titel }}"})
    assert previewed.look().failed
    previewed.site.swap("content/about.md", "A team.", "A large team.")
    previewed.look()
    assert previewed.read()["talks/index.html"] == good["talks/index.html"]
    assert b"A large team." in previewed.read()["about/index.html"]
    previewed.check()


def test_while_the_settings_can_not_be_read_the_site_stays_as_it_was(previewed: Previewed) -> None:
    good = previewed.read()
    settings = previewed.site.text("site.yaml")
    previewed.site.write({"site.yaml": settings + "menu: [\n"})
    assert previewed.look().stale
    assert previewed.read().items() <= good.items()
    previewed.check()
    previewed.site.write({"site.yaml": settings})
    assert not previewed.look().problems
    assert previewed.read() == good


def test_a_page_whose_address_changed_is_found_from_the_one_before(previewed: Previewed) -> None:
    previewed.site.swap(D, "slug: dee", "slug: delta")
    moved = previewed.look()
    assert moved.redirects[SitePath("/posts/dee/")] == "/blog/posts/delta/"
    previewed.site.swap(D, "slug: delta", "slug: dee")
    assert SitePath("/posts/dee/") not in previewed.look().redirects


def test_a_site_that_begins_with_an_error_shows_what_could_be_made(tmp_path: Path) -> None:
    site = LawSite(tmp_path / "site").write({**FILES, D: "---\ntitle: D\n---\n\n[Nothing](nowhere.md)\n"})
    session = Session(site.options, lambda: NOW)
    first = session.start()
    assert first.failed
    assert not first.stale
    assert b"First" in first.read(next(path for path in first.digests if path == "talks/index.html"))


def test_another_build_may_use_the_cache_while_the_preview_runs(previewed: Previewed) -> None:
    outcome = update(msgspec.structs.replace(previewed.options, drafts=False, future=False))
    assert outcome.published is not None
    previewed.site.swap(D, "Text of delta.", "Other text.")
    previewed.look()
    previewed.check()


def test_what_the_preview_made_is_in_the_cache_for_the_next_one(previewed: Previewed) -> None:
    previewed.site.swap(D, "Text of delta.", "Other text.")
    previewed.look()
    previewed.session.close()
    again = Previewed(previewed.site)
    assert again.shown.report.ran == ()


def test_a_cache_that_is_lost_while_the_preview_runs_costs_time_alone(previewed: Previewed) -> None:
    previewed.site.store.unlink()
    previewed.site.swap(D, "title: Delta", "title: Dealt")
    previewed.look()
    previewed.check()
    previewed.session.close()
