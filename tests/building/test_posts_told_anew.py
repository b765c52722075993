"""Where a save changes what posts are called and nothing else, the world of the build before stands: the plan is not made again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pytest

from proofpress.builder.build import Built, build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import Looked, Options, read_inputs

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SETTINGS: Final = "title: Site\nurl: https://me.test\ntwins: true\nlanguages: {de: {title: Seite}}\nsections: {notes: {order: newest}}\n"
FILES: Final = {
    "site.yaml": SETTINGS,
    "content/posts/a.md": "---\ntitle: First\ndate: 2026-01-01\ntags: [one, two]\n---\nText of a.\n\n## Part\n\n[gone](nowhere.md)\n",
    "content/posts/b.md": "---\ntitle: Second\ndate: 2026-01-02\ntags: [two]\n---\n[a](a.md#part)\n\n![](lost.png)\n",
    "content/posts/b.de.md": "---\ntitle: Zweiter\ndate: 2026-01-02\ntags: [zwei]\n---\n[a](a.md)\n",
    "content/notes/c.md": "---\ntitle: Third\ndate: 2026-01-03\n---\nText of c.\n",
    "content/about.md": "---\ntitle: About\n---\nWho we are.\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def built_again(site: Path, saves: dict[str, tuple[str, str]], settings: str = SETTINGS) -> tuple[Built, Built, Built]:
    """Build a site, save files, and return what was built before, after, and from nothing."""
    options = Options(root=site, now=NOW)
    (site / "site.yaml").write_text(settings, "utf-8")
    before = build(options, Desk(), read_inputs(site, "", Looked(), 0))
    for name, (old, new) in saves.items():
        path = site / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    after = build(options, Desk(blobs=before.filled.filling.blobs), read_inputs(site, "", Looked(), 0), before)
    return before, after, build(options)


def assert_same(after: Built, clean: Built) -> None:
    assert after.world.site == clean.world.site
    assert after.world.links == clean.world.links
    assert after.world.plan == clean.world.plan
    assert (after.world.digest, after.world.problems) == (clean.world.digest, clean.world.problems)
    assert after.problems == clean.problems
    assert after.outputs == clean.outputs


@pytest.mark.parametrize(
    "saves",
    [
        {"content/posts/a.md": ("title: First", "title: A new title")},
        {"content/posts/a.md": ("title: First", "title: A new title"), "content/posts/b.md": ("Second", "Other")},
        {"content/posts/b.de.md": ("title: Zweiter", "title: Der zweite")},
        {"content/notes/c.md": ("title: Third", "title: Third\ndescription: What it is about.")},
        {"content/posts/a.md": ("Text of a.", "Another summary.")},
        {"content/posts/a.md": ("## Part", "## Another part")},
    ],
)
def test_the_plan_stands_where_posts_are_told_otherwise(site: Path, saves: dict[str, tuple[str, str]]) -> None:
    before, after, clean = built_again(site, saves)
    assert after.world is not before.world
    assert_same(after, clean)
    if "description" not in str(saves):  # a line more in the front matter: what stands below it is elsewhere
        assert after.world.plan is before.world.plan


@pytest.mark.parametrize(
    ("save", "settings"),
    [
        (("content/about.md", "title: About", "title: Zebra"), SETTINGS),
        (("content/posts/a.md", "date: 2026-01-01", "date: 2026-02-01"), SETTINGS),
        (("content/posts/a.md", "tags: [one, two]", "tags: [one]"), SETTINGS),
        (("content/posts/a.md", "title: First", "title: First\nslug: other"), SETTINGS),
        (("content/notes/c.md", "title: Third", "title: Aardvark"), SETTINGS.replace("newest", "title")),
    ],
)
def test_the_plan_is_made_anew_where_lists_or_addresses_may_be_others(
    site: Path, save: tuple[str, str, str], settings: str
) -> None:
    name, old, new = save
    before, after, clean = built_again(site, {name: (old, new)}, settings)
    assert after.world.plan is not before.world.plan
    assert_same(after, clean)
