"""The law in one process: after any changes, what the preview shows is to the byte what a build from nothing gives."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from law_site import FILES, NOW, LawSite, each_fourth, shown
from test_law_incremental_equals_clean import CHANGES

from proofpress.builder.build import Built, build
from proofpress.builder.desk import Desk
from proofpress.paths import OutputPath, SitePath
from proofpress.preview.session import Session
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from proofpress.preview.shown import Shown

FLAGS: Final = {
    "build with drafts", "build the future", "build strictly", "build for another address", "let time pass",
    "take another version of the code",
}  # fmt: skip
"""What a running preview is not asked for."""
WRITTEN: Final = sorted(CHANGES.keys() - FLAGS)
C: Final = "content/posts/2026-01-03-c.md"
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

    def look(self, *, hinted: bool = True, opened: Collection[str] = ()) -> Shown:
        """Build again, with what a watcher would tell, and pages that browsers show; all others wait."""
        before, self.files = self.files, self.sources()
        hints = {path for path in before.keys() | self.files.keys() if before.get(path) != self.files.get(path)}
        self.shown = self.session.rebuild(frozenset(hints) if hinted else None, {OutputPath(path) for path in opened})
        return self.shown

    def finish(self) -> Shown:
        """Have all pages looked at, as a preview does in quiet."""
        while self.session.waiting:
            self.shown = self.session.look_on()
        return self.shown

    def clean(self) -> Built:
        """Build it from nothing, with the style sheets where the preview has them."""
        return build(msgspec.structs.replace(self.options, jobs=1), Desk(named=self.session.sheets))

    def begin_anew(self) -> None:
        """Take all changes back, where there are any."""
        if self.sources() != {path: text if isinstance(text, bytes) else text.encode() for path, text in FILES.items()}:
            for name in ("content", "templates", "static", "data"):
                shutil.rmtree(self.site.root / name, ignore_errors=True)
            self.site.write(FILES)
            self.look(hinted=False)

    def read(self) -> dict[str, bytes]:
        """Return every file; beside an error, all but those that are copied: they are as they are on disk."""
        self.finish()
        copied = (".png", ".txt", ".csv", "thing") if self.shown.failed else ()
        return {str(path): self.shown.read(path) for path in self.shown.digests if not path.endswith(copied)}

    def check(self) -> None:
        """Hold what is shown against a clean build, and what could not be made against its last good state.

        Half of the pages are asked for at once, while they wait; the rest when all were looked at in quiet.
        """
        clean = self.clean()
        made = {str(path): data for path, data in clean.outputs.items()}
        if self.shown.stale:
            wanted = self.good
        else:  # what could not be made is as it was when it could
            wanted = {path: self.good[path] for path in self.shown.digests if path in self.good and clean.failed} | made
        asked = [
            path for path in sorted(wanted)[::2] if path.endswith((".html", ".xml")) and path in self.shown.digests
        ]
        assert [path for path in asked if self.shown.read(OutputPath(path)) != wanted[path]] == []
        self.finish()
        assert shown(list(self.shown.problems)) == shown(clean.problems)
        assert self.shown.failed == clean.failed
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
    lasting.look(opened=["index.html", "posts/a/index.html"])
    lasting.check()
    CHANGES[change](lasting.site)
    lasting.look()
    assert not lasting.finish().problems
    assert lasting.read() == before


@pytest.mark.parametrize("changes", [25, pytest.param(200, marks=pytest.mark.thorough)])
def test_after_random_changes_the_preview_equals_a_clean_build(previewed: Previewed, changes: int) -> None:
    dice = random.Random(20261121)
    checked = 0
    for number in range(1, changes + 1):
        for _ in range(dice.choice([1, 1, 1, 3])):
            CHANGES[dice.choice(WRITTEN)](previewed.site)
        # An error that was made stays until it is taken back: begin anew.
        if number % 25 == 0 or (number % 10 == 0 and previewed.shown.failed):
            previewed.begin_anew()
        previewed.look(hinted=dice.random() < 0.8, opened=dice.sample(sorted(previewed.shown.digests), 3))
        if dice.random() < 0.5:
            previewed.finish()
        if number % 5 == 0 and not previewed.finish().failed:
            previewed.check()
            checked += 1
    assert checked >= changes // 20
    assert not previewed.finish().problems


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
    previewed.look()
    assert previewed.finish().failed
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
    previewed.finish()
    previewed.session.close()
    again = Previewed(previewed.site)
    assert again.shown.report.ran == ()


def test_a_cache_that_is_lost_while_the_preview_runs_costs_time_alone(previewed: Previewed) -> None:
    previewed.site.store.unlink()
    previewed.site.swap(D, "title: Delta", "title: Dealt")
    previewed.look()
    previewed.check()
    previewed.session.close()


def test_a_style_sheet_keeps_its_name_so_that_no_page_changes_with_it(previewed: Previewed) -> None:
    sheets, pages = previewed.session.sheets, previewed.read()
    previewed.site.swap("templates/static/own.css", "body", "main")
    now = previewed.look(opened=["index.html"])
    path = OutputPath(sheets["own.css"].removeprefix("/"))
    assert now.changed == frozenset({path})
    assert now.read(path).startswith(b"main {")
    assert now.report.ran == ()
    assert {name: data for name, data in previewed.read().items() if name != path} == {
        name: data for name, data in pages.items() if name != path
    }
    previewed.check()
    again = Previewed(previewed.site)  # a new session names it after what it holds
    assert again.session.sheets["own.css"] != sheets["own.css"]


def test_pages_that_browsers_show_are_filled_at_once_and_the_others_wait(previewed: Previewed) -> None:
    shown_page, other = OutputPath("posts/b/index.html"), OutputPath("archive/index.html")
    previewed.site.swap(C, "title: Gamma", "title: Gamma ray")
    now = previewed.look(opened=[shown_page])
    assert now.changed == frozenset({shown_page, OutputPath("posts/c/index.html")})
    assert {ran.key for ran in now.report.ran} == {C, "/posts/b/", "/posts/c/"}
    assert (now.unseen(shown_page), now.unseen(other)) == (False, True)
    waiting = previewed.session.waiting
    assert b"Gamma ray" in now.read(other)
    assert previewed.session.waiting == waiting - 1
    assert now.unseen(other), "what was asked for since may still have changed with this revision"
    done = previewed.finish()
    assert (done.waiting, done.revision, previewed.session.waiting) == (0, now.revision, 0)
    assert {"/posts/b/", "/archive/"} <= {ran.key for ran in done.report.ran}
    previewed.check()


def test_an_error_on_a_page_that_nobody_shows_is_told_when_it_is_looked_at(previewed: Previewed) -> None:
    previewed.site.swap("templates/partials/talks.html", "talk.title", "talk.nothing")
    now = previewed.look(opened=["index.html"])
    assert not now.failed
    assert now.waiting
    done = previewed.finish()
    assert [found.path for found in done.problems] == ["templates/partials/talks.html"]
    assert (done.revision > now.revision, done.changed, done.failed) == (True, frozenset(), True)
    previewed.site.swap("content/about.md", "A team.", "A large team.")
    assert previewed.look().failed, "nothing that its page is made from is another"
    previewed.site.swap("templates/partials/talks.html", "talk.nothing", "talk.title")
    assert not previewed.look().failed, "it is made from other templates now"
    previewed.check()


def test_what_is_asked_of_a_revision_before_leaves_nothing_to_the_next(previewed: Previewed) -> None:
    previewed.site.swap(C, "title: Gamma", "title: Gamma ray")
    old = previewed.look()
    previewed.site.swap(C, "title: Gamma ray", "title: Gamma")
    previewed.look()
    assert b"Gamma ray" in old.read(OutputPath("archive/index.html"))
    previewed.finish()
    previewed.site.swap("content/about.md", "A team.", "A large team.")
    previewed.look()
    previewed.check()


def test_a_page_that_was_never_looked_at_again_is_shown_as_it_last_was_when_it_fails(previewed: Previewed) -> None:
    talks = OutputPath("talks/index.html")
    previewed.site.swap("templates/partials/talks.html", "<p>", "<p class=talk>")
    assert b"<p class=talk>" in previewed.look(opened=[talks]).read(talks)  # the others wait, so that no view is whole
    previewed.site.swap("templates/partials/talks.html", "talk.title", "talk.nothing")
    assert b"<p class=talk>First talk" in previewed.look(opened=[talks]).read(talks)
    assert previewed.shown.failed
    previewed.site.swap("site.yaml", "title: Law", "title: [Law")
    assert b"<p class=talk>First talk" in previewed.look().read(talks)
