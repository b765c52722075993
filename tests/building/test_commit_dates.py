"""`updated: git`: a page that does not say when it was changed has the time of its last commit, where git can tell."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

from proofpress.builder.inputs import Looked, read_inputs
from proofpress.content import commits as reading
from proofpress.content.commits import Commits, last_commits

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "title: Small\nurl: https://me.example/\nupdated: git\ntimezone: Europe/Berlin\n"
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)


def git(folder: Path, *words: str, when: str = "2026-03-01T10:00:00+00:00") -> None:
    who = {
        f"GIT_{role}_{what}": f"a{'@' if what == 'EMAIL' else ''}b"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **who, **dates})


def commit(folder: Path, when: str = "2026-03-01T10:00:00+00:00") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", when=when)


@pytest.fixture
def kept(tmp_path: Path) -> SmallSite:
    """A site in a folder of its repository, each of whose posts was committed later than it is dated."""
    site = SmallSite(tmp_path / "repository" / "blog")
    site.write(
        {
            "site.yaml": SETTINGS,
            "content/posts/a.md": post("A", "2026-01-01"),
            "content/posts/ü b.md": post("B", "2026-03-01"),
            "content/posts/said.md": post("Said", "2026-01-01", more="updated: 2026-02-02\n"),
            "content/about.md": "# About\n\nText.\n",
        }
    )
    git(site.root.parent, "init", "-q")
    commit(site.root.parent, when="2026-03-01T22:30:00+00:00")
    return site


def updated(site: SmallSite) -> dict[str, str]:
    cards = site.build().world.site.by_path.values()
    return {card.title: card.updated.isoformat() for card in cards if card.updated is not None}


def test_a_page_has_the_time_of_its_last_commit_where_that_is_of_a_later_day_and_it_says_none(kept: SmallSite) -> None:
    first = "2026-03-01T23:30:00+01:00"
    assert updated(kept) == {"A": first, "About": first, "Said": "2026-02-02T00:00:00+01:00"}
    kept.write({"content/posts/ü b.md": post("B", "2026-03-01", "Other text.")})
    assert "B" not in updated(kept), "what is not committed has not changed"
    commit(kept.root, "2026-04-01T10:00:00+00:00")
    assert updated(kept) == {
        "A": first,
        "About": first,
        "Said": "2026-02-02T00:00:00+01:00",
        "B": "2026-04-01T12:00:00+02:00",
    }
    pages = kept.pages()
    assert '<time datetime="2026-03-01T23:30:00+01:00">1 March 2026</time>' in pages["posts/a/index.html"]
    assert "<updated>2026-04-01T12:00:00+02:00</updated>" in pages["feed.xml"]
    assert "<loc>https://me.example/about/</loc><lastmod>2026-03-01" in pages["sitemap.xml"]
    assert kept.problems() == []


def test_git_is_asked_for_the_history_once_for_all_posts_and_not_again_while_it_ends_in_the_same_commit(
    kept: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = reading._git

    def noted(root: Path, *words: str) -> object:
        asked.append(words[0])
        return run(root, *words)

    monkeypatch.setattr(reading, "_git", noted)
    first, _ = last_commits(kept.root, Commits())
    assert (asked, len(first.seconds)) == (["rev-parse", "log"], 4)
    assert last_commits(kept.root, first) == (first, None)
    assert asked == ["rev-parse", "log", "rev-parse"]
    commit_free = read_inputs(kept.root, "", Looked(), 0)
    assert commit_free.looked.commits == first


def test_a_commit_of_the_future_does_not_count_until_its_time_has_come(kept: SmallSite) -> None:
    kept.write({"content/posts/a.md": post("A", "2026-01-01", "Other text.")})
    commit(kept.root, "2099-04-01T10:00:00+00:00")
    built = kept.build()
    assert [(p.rule, p.path, p.line) for p in built.problems] == [("commit-dates", "content/posts/a.md", 0)]
    assert "2099-04-01" in built.problems[0].message
    assert "A" not in updated(kept)
    assert built.until == dt.datetime(2099, 4, 1, 10, tzinfo=dt.UTC)
    later = kept.build(now=dt.datetime(2099, 4, 2, tzinfo=dt.UTC))
    assert later.problems == []


def test_where_git_cannot_tell_one_problem_says_why(
    kept: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(site: SmallSite) -> str:
        (found,) = site.build().problems
        assert (found.rule, found.path, found.line, found.column) == ("commit-dates", "site.yaml", 3, 10)
        return found.message

    for n in range(2):
        kept.write({"content/posts/a.md": post("A", "2026-01-01", f"Text {n}.")})
        commit(kept.root)
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{kept.root.parent}", tmp_path / "shallow"], check=True)
    assert said(SmallSite(tmp_path / "shallow" / "blog")).startswith("the repository has the end of its history alone")
    alone = SmallSite(tmp_path / "alone").write({"site.yaml": SETTINGS, "content/posts/a.md": post("A")})
    assert said(alone).startswith("the site lies in no git repository")
    git(alone.root, "init", "-q")
    assert said(alone).startswith("nothing of the site is committed yet")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert said(kept).startswith("git is not installed")


def test_without_the_setting_git_is_not_asked(kept: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    kept.write({"site.yaml": SETTINGS.replace("updated: git\n", "")})
    assert kept.problems() == []
    assert re.search(r"datetime=\"2026-02-02\"", kept.pages()["posts/said/index.html"])
