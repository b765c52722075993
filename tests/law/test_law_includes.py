"""The law over code that posts include: whatever becomes of a file, pages show what it has, and no others are made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest
from law_site import LawSite

from proofpress.builder.companions import source_digest, with_companions
from proofpress.config import Config
from proofpress.content.scan import scan
from proofpress.paths import OutputPath
from proofpress.preview.session import Session
from proofpress.rules.includes import LOST_INCLUDE

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.update import Outcome

SETTINGS: Final = "title: Law\nurl: https://me.example/\nsources: [../src]\n"
SOURCE: Final = '"""Trains."""\n\n\ndef step(x):\n    # one step\n    return x - 1\n\n\nRATE = 1\n'
FILES: Final = {
    "site.yaml": SETTINGS,
    "content/posts/a.md": '---\ntitle: A\ndate: 2026-01-01\n---\n\n```include="/../src/train.py" symbol="step"\n```\n',
    "content/posts/b.md": '---\ntitle: B\ndate: 2026-01-02\n---\n\n```include="/code/own.js" symbol="f"\n```\n',
    "content/posts/c.md": "---\ntitle: C\ndate: 2026-01-03\n---\n\nText.\n",
    "code/own.js": "function f() {\n  return 1;\n}\n",
    "../src/train.py": SOURCE,
}


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """A site that shows code beside it, published. To be copied only."""
    site = LawSite(tmp_path_factory.mktemp("includes") / "site").write(FILES)
    assert site.check().problems == []
    return site


@pytest.fixture
def site(published_once: LawSite, tmp_path: Path) -> LawSite:
    shutil.copytree(published_once.root.parent, tmp_path, dirs_exist_ok=True)
    return LawSite(tmp_path / "site")


def rules(outcome: Outcome) -> list[str]:
    return [found.rule for found in outcome.problems]


def test_an_edit_of_a_file_makes_those_pages_anew_that_show_it_and_a_change_beside_what_they_show_no_page(
    site: LawSite,
) -> None:
    before = site.public()
    site.swap("../src/train.py", "one step", "a step")
    reasons = site.update().reasons
    assert {path for path in reasons if path.startswith(("content/", "/posts/"))} == {"content/posts/a.md", "/posts/a/"}
    site.check()
    assert b"a step" in site.public()["posts/a/index.html"]
    site.swap("../src/train.py", "RATE = 1", "RATE = 2")
    assert [*site.update().reasons] == ["content/posts/a.md"]
    site.check()
    site.swap("code/own.js", "return 1", "return 2")
    assert "/posts/b/" in site.update().reasons
    site.check()
    site.write({"../src/train.py": SOURCE, "code/own.js": str(FILES["code/own.js"])})
    site.check()
    assert site.public() == before


def test_a_file_that_goes_is_renamed_or_becomes_a_link_is_found_by_the_next_build(site: LawSite) -> None:
    before = site.public()
    file = site.root.parent / "src" / "train.py"
    site.move("../src/train.py", "../src/trainer.py")
    assert rules(site.check()) == [LOST_INCLUDE.name]
    file.symlink_to(file.with_name("trainer.py"))  # to a place that may be read
    assert rules(site.check()) == []
    assert site.stamped() is None, "what a link leads to can change unseen"
    (site.root.parent / "elsewhere.py").write_text(SOURCE, "utf-8")
    file.unlink()
    file.symlink_to(site.root.parent / "elsewhere.py")
    assert rules(site.check()) == [LOST_INCLUDE.name]
    file.unlink()
    site.move("../src/trainer.py", "../src/train.py")
    site.check()
    assert site.public() == before


def test_a_stamp_vouches_for_files_outside_the_site_too(site: LawSite) -> None:
    site.update()
    assert site.stamped() is not None
    site.swap("../src/train.py", "one step", "two steps")
    assert site.stamped() is None
    site.check()


def test_a_page_depends_on_a_grammar_only_where_it_shows_what_only_that_knows(site: LawSite) -> None:
    tree, config = scan(site.root), Config(sources=("../src",))

    def digests(grammars: bytes) -> dict[str, bytes]:
        found = with_companions(site.root, tree, config, grammars)
        return {source.path: source_digest(source) for source in found.documents}

    one, other = digests(b"1"), digests(b"2")
    assert [path for path in one if one[path] != other[path]] == ["content/posts/b.md"]


def test_a_folder_that_the_settings_open_no_more_is_not_read_any_more(site: LawSite) -> None:
    site.write({"site.yaml": SETTINGS.replace("../src", "../other")})
    assert rules(site.check()) == [LOST_INCLUDE.name]
    site.write({"site.yaml": SETTINGS})
    assert rules(site.check()) == []


def test_a_preview_shows_what_is_edited_outside_the_site_and_knows_which_files_to_watch(site: LawSite) -> None:
    session = Session(site.options, lambda: site.now)
    session.start()
    try:
        assert session.included == {"../src/train.py", "code/own.js"}
        site.swap("../src/train.py", "one step", "a quick step")
        shown = session.rebuild(frozenset({"../src/train.py"}))
        made = {str(path): data for path, data in site.clean().outputs.items()}
        while session.waiting:
            shown = session.look_on()
        pages = {path: data for path, data in made.items() if path.endswith(".html")}
        assert {path: shown.read(OutputPath(path)) for path in pages} == pages
        (site.root.parent / "src" / "train.py").unlink()
        assert [found.rule for found in session.rebuild(frozenset({"../src/train.py"})).problems] == ["lost-include"]
        site.write({"../src/train.py": SOURCE})
        assert session.rebuild(frozenset({"../src/train.py"})).problems == ()
    finally:
        session.close()
