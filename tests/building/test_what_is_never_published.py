"""What a site's folder holds and no reader sees: left-overs, posts in other forms, drafts, and what is not listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.builder.build import Built

SETTINGS = "title: Notes\nurl: https://me.example/\n"
DRAFT = "---\ntitle: Later\ndate: 2024-03-05\ndraft: true\n---\nSecret words\n"


def site(root: Path, files: dict[str, str], more: str = "") -> SmallSite:
    return SmallSite(root).write({"site.yaml": SETTINGS + more, "content/posts/a.md": post("A"), **files})


def holds(built: Built, text: str) -> list[str]:
    return [path for path, data in built.outputs.items() if text.encode() in data]


LEFT_BEHIND = [
    "a.md~", "#a.md#", "a.md.~1~", "a.md.swp", "a.md.swo", "a.md.bak", "a.md.bak2", "a.bak.1", "a.md.orig", "a.md.rej", "a.md.old", "a.md.save",
    "a.md.save.1", "a.md.tmp", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", "4913", "~$talk.docx", "a.md.kate-swp", "x.sublime-workspace",
    "a (Ada's conflicted copy 2024-03-05).md", "a (conflicted copy 2024-03-05 101112).md", "a.sync-conflict-20240305-101112-ABCDEFG.md",
    "a_BACKUP_123.md", "a.md.mine", "__pycache__/a.pyc", "node_modules/x/index.js", ".DS_Store", "._a.md", ".a.md.swp", ".ipynb_checkpoints/a.md",
    "video.mp4.part",
]  # fmt: skip


@pytest.mark.parametrize("top", ["content/posts", "content/posts/bundle", "static"])
def test_what_editors_and_systems_leave_behind_is_never_published(tmp_path: Path, top: str) -> None:
    files = {f"{top}/{name}": DRAFT for name in LEFT_BEHIND}
    built = site(tmp_path, {**files, "content/posts/bundle/index.md": post("Bundle")}).build()
    assert not built.failed
    assert holds(built, "Secret words") == []


def test_what_a_person_may_have_meant_is_named_once_for_each_kind(tmp_path: Path) -> None:
    files = dict.fromkeys(
        ("content/notes.bak", "content/posts/b.bak", "static/c.old", "content/x.md~", "static/4913"), "x"
    )
    found = site(tmp_path, files).problems("left-over")
    assert [(one.path, one.severity) for one in found] == [("content/notes.bak", "warning")]
    assert "(and 2 more)" in found[0].message
    assert "!*.bak" in found[0].hint


def test_the_settings_ignore_more_and_take_away(tmp_path: Path) -> None:
    files = dict.fromkeys(
        ("static/a.bak", "static/b.psd", "content/raw/c.txt", "content/posts/raw/d.md", "static/keep/e.psd"), "Words\n"
    )
    built = site(tmp_path, files, 'ignore: ["!*.bak", "*.psd", "raw", "!static/keep/*.psd"]\n').build()
    assert sorted(holds(built, "Words")) == ["a.bak", "keep/e.psd"]
    assert [one.rule for one in built.problems] == []


def test_a_pattern_that_cannot_be_is_told_at_its_place(tmp_path: Path) -> None:
    (found,) = site(tmp_path, {}, 'ignore: ["../x"]\n').problems("wrong-type")
    assert (found.path, found.line) == ("site.yaml", 3)


@pytest.mark.parametrize(
    "name",
    [
        "b.mdx",
        "b.Rmd",
        "b.qmd",
        "b.rst",
        "b.org",
        "b.adoc",
        "b.html",
        "b.htm",
        "b.txt",
        "b.njk",
        "b.mdwn",
        "b",
    ],
)
@pytest.mark.parametrize("more", ["", "rules: {unread-post: warning}\n", "rules: {unread-post: off}\n"])
def test_a_post_in_a_form_that_is_not_read_is_an_error_and_never_a_copy(tmp_path: Path, name: str, more: str) -> None:
    built = site(tmp_path, {f"content/posts/{name}": DRAFT}, more).build()
    assert holds(built, "Secret words") == []
    assert built.failed == (not more)
    found = [one for one in built.problems if one.rule == "unread-post"]
    assert [one.path for one in found] == ([] if "off" in more else [f"content/posts/{name}"])


def test_such_a_file_is_copied_where_the_settings_ask_for_it(tmp_path: Path) -> None:
    built = site(tmp_path, {"content/posts/b.ipynb": "{}"}, 'ignore: ["!*.ipynb"]\n').build()
    assert not built.failed
    assert "posts/b.ipynb" in built.outputs


def test_html_yaml_and_notes_without_front_matter_are_copied(tmp_path: Path) -> None:
    files = {
        "content/demo/index.html": "<!doctype html><title>Demo</title>",
        "content/k8s.yaml": "---\ntitle: x\ndate: y\n---\n",
        "content/robots.txt": "User-agent: *\n",
    }
    built = site(tmp_path, files).build()
    assert not built.failed
    assert {"demo/index.html", "k8s.yaml", "robots.txt"} <= built.outputs.keys()


@pytest.mark.parametrize("ending", [".md", ".markdown", ".mdown", ".mkd", ".MD"])
def test_markdown_is_read_by_each_of_its_endings(tmp_path: Path, ending: str) -> None:
    assert "posts/b/index.html" in site(tmp_path, {f"content/posts/b{ending}": post("B")}).build().outputs


def test_what_nikola_keeps_beside_a_post_counts(tmp_path: Path) -> None:
    meta = ".. title: Later\n.. status: draft\n"
    built = site(
        tmp_path,
        {"content/posts/b.md": "Secret words\n", "content/posts/b.meta": meta},
        "rules: {unread-post: warning}\n",
    ).build()
    assert holds(built, "Secret words") == []
    assert [one.path for one in built.problems if one.rule == "unread-post"] == ["content/posts/b.meta"]


@pytest.mark.parametrize(
    "rule", ["foreign-front-matter", "misplaced-front-matter", "duplicate-key", "front-matter-syntax"]
)
@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Later", "draft": true}\nSecret words\n',
        "\n---\ntitle: Later\ndraft: true\n---\nSecret words\n",
        "---\ndraft: false\ndraft: true\n---\nSecret words\n",
        "---\ntitle: a: b\ndraft: true\n---\nSecret words\n",
    ],
)
def test_a_draft_stays_one_however_little_its_faults_weigh(tmp_path: Path, text: str, rule: str) -> None:
    built = site(tmp_path, {"content/posts/b.md": text}, f"rules: {{{rule}: off}}\n").build()
    assert holds(built, "Secret words") == []


def test_a_folder_of_drafts_is_left_out_with_its_files_and_shown_with_drafts(tmp_path: Path) -> None:
    files = {
        "content/posts/_drafts/b.md": post("B", text="Secret words ![p](p.svg)"),
        "content/posts/_drafts/p.svg": "<svg/>",
    }
    small = site(tmp_path, files)
    assert not any("_drafts" in path or path.endswith("p.svg") for path in small.build().outputs)
    assert {"posts/b/index.html", "posts/p.svg"} <= small.build(drafts=True).outputs.keys()


FAULTY = "---\ntitle: Later\ndraft: true\nslug: a/b\n---\nSo $\\frac{$ and [x](todo.md)\n"


def test_a_drafts_faults_are_warnings_until_it_is_published(tmp_path: Path) -> None:
    small = site(tmp_path, {"content/posts/b.md": FAULTY})
    assert not small.build().failed
    assert {one.severity for one in small.build().problems} == {"warning"}
    assert small.build(drafts=True).failed
    assert not small.build(drafts=True, publishes=False).failed
    assert site(tmp_path, {"content/posts/b.md": FAULTY}, "rules: {math-error: error}\n").build().failed is False
    assert small.build(strict=True).failed


def test_nobody_is_told_that_a_draft_without_a_date_is_listed_last(tmp_path: Path) -> None:
    assert site(tmp_path, {"content/posts/b.md": "---\ntitle: B\ndraft: true\n---\nText\n"}).problems("no-date") == []


def test_what_is_not_listed_is_at_its_url_and_nowhere_else(tmp_path: Path) -> None:
    hidden = post("Unseen", "2026-02-02", more="listed: false\ntags: [one, rare]\nseries: Deep\n")
    small = site(
        tmp_path,
        {
            "content/posts/a.md": post("A", more="tags: [one]\nseries: Deep\n"),
            "content/posts/unseen.md": hidden,
            "content/about.md": "---\ntitle: Unseen page\nlisted: false\n---\nText, and [a](posts/unseen.md).\n",
        },
    )
    built = small.build()
    assert not built.failed
    assert holds(built, "Unseen page") == ["about/index.html"]
    assert sorted(holds(built, "/posts/unseen/")) == ["about/index.html", "posts/unseen/index.html"]
    assert "tags/rare/index.html" not in built.outputs
    assert [one.rule for one in built.problems] == []
