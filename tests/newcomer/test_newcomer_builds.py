"""`proofpress build` and `clean` at the command line: what is published, what is refused, and what is left alone."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Proofpress

POST = "---\ntitle: {title}\ndate: {date}\n{more}---\n\n{text}\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and ".proofpress" not in path.parts  # the cache keeps the good work of a build that is refused
    }


def post(title: str, date: str = "2020-01-01", text: str = "Text.", more: str = "") -> str:
    return POST.format(title=title, date=date, text=text, more=more)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site with a draft and a post that is to come."""
    root = tmp_path / "site"
    files = {
        "site.yaml": "title: Small\nurl: https://me.example/\n",
        "content/posts/first.md": post("First"),
        "content/posts/second.md": post("Second", text="See [the first](first.md)."),
        "content/posts/draft.md": post("Draft", more="draft: true\n"),
        "content/posts/later.md": post("Later", date="2030-01-01"),
        "content/about.md": "# About\n\nText.\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


BEFORE_2030 = {"SOURCE_DATE_EPOCH": "1767225600"}
AFTER_2030 = {"SOURCE_DATE_EPOCH": "1900000000"}


def posts(site: Path) -> set[str]:
    return {path.parent.name for path in (site / "public/posts").glob("*/index.html")}


@pytest.mark.parametrize(
    ("options", "env", "published"),
    [
        ([], BEFORE_2030, {"first", "second"}),
        (["--drafts"], BEFORE_2030, {"first", "second", "draft"}),
        (["--future"], BEFORE_2030, {"first", "second", "later"}),
        (["--drafts", "--future"], BEFORE_2030, {"first", "second", "draft", "later"}),
        ([], AFTER_2030, {"first", "second", "later"}),
    ],
)
def test_drafts_and_posts_to_come_are_published_when_asked_for(
    site: Path, proofpress: Proofpress, options: list[str], env: dict[str, str], published: set[str]
) -> None:
    assert proofpress("build", *options, cwd=site, env=env).returncode == 0
    assert posts(site) == published


def test_a_post_that_is_withdrawn_leaves_the_output(site: Path, proofpress: Proofpress) -> None:
    proofpress("build", "--drafts", cwd=site)
    assert "draft" in posts(site)
    done = proofpress("build", cwd=site)
    assert "draft" not in posts(site)
    assert "deleted" in done.stderr


def test_base_url_takes_the_place_of_the_settings_url(site: Path, proofpress: Proofpress) -> None:
    assert proofpress("build", "--base-url", "https://other.example/sub", cwd=site).returncode == 0
    page = (site / "public/posts/second/index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://other.example/sub/posts/second/">' in page
    assert 'href="/sub/posts/first/"' in page
    assert not [name for name, data in contents(site / "public").items() if b"me.example" in data]


def test_strict_takes_warnings_for_errors(site: Path, proofpress: Proofpress) -> None:
    (site / "content/posts/undated.md").write_text("# Undated\n\nText.\n", "utf-8")
    assert proofpress("build", cwd=site).returncode == 0
    before = contents(site / "public")
    (site / "content/posts/first.md").write_text(post("First", text="Changed."), "utf-8")
    done = proofpress("build", "--strict", cwd=site)
    assert done.returncode == 1
    assert "error no-date" in done.stderr
    assert contents(site / "public") == before


BROKEN = "---\ntitle: Broken\ndate: 2020-02-30\n---\n\nSee [it](nowhere.md).\n"


def test_nothing_is_published_when_there_is_an_error_and_the_old_output_stays(
    site: Path, proofpress: Proofpress
) -> None:
    assert proofpress("build", cwd=site).returncode == 0
    before = contents(site / "public")
    (site / "content/posts/broken.md").write_text(BROKEN, "utf-8")
    (site / "content/posts/second.md").unlink()
    (site / "content/posts/first.md").write_text(post("Changed"), "utf-8")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "Nothing was published" in done.stderr
    assert contents(site / "public") == before


def test_all_problems_are_told_at_once_with_their_lines(site: Path, proofpress: Proofpress) -> None:
    (site / "content/posts/broken.md").write_text(BROKEN, "utf-8")
    (site / "content/posts/worse.md").write_bytes(b"---\ntitle: W\n---\n\ncaf\xe9\n")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "content/posts/broken.md:3:7: error impossible-date" in done.stderr
    assert "content/posts/broken.md:6:10: error broken-link" in done.stderr
    assert "content/posts/worse.md:5:4: error not-utf-8" in done.stderr
    assert "    6 | See [it](nowhere.md).\n      |          ^^^^^^^^^^\n" in done.stderr


def test_json_holds_every_problem_with_its_place(site: Path, proofpress: Proofpress) -> None:
    (site / "content/posts/broken.md").write_text(BROKEN, "utf-8")
    done = proofpress("build", "--format", "json", cwd=site)
    assert done.returncode == 1
    assert done.stderr == ""
    found = {problem["rule"]: problem for problem in json.loads(done.stdout)}
    assert set(found) == {"impossible-date", "broken-link"}
    link = found["broken-link"]
    assert (link["path"], link["line"], link["column"], link["length"], link["severity"]) == (
        "content/posts/broken.md",
        6,
        10,
        10,
        "error",
    )
    assert link["excerpt"] == "See [it](nowhere.md)."


def test_github_gets_a_workflow_command_for_each_problem(site: Path, proofpress: Proofpress) -> None:
    (site / "content/posts/broken, 100%.md").write_text(BROKEN, "utf-8")
    done = proofpress("build", "--format", "github", cwd=site)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.fullmatch(
            r"::error file=content/posts/broken%2C 100%25\.md,line=\d+,col=\d+,endColumn=\d+,title=[a-z-]+::.+", line
        ), line
    assert "line=6,col=10,endColumn=20,title=broken-link::" in lines[1]


def test_a_clean_build_says_nothing_on_standard_output(site: Path, proofpress: Proofpress) -> None:
    for form, expected in (("text", ""), ("github", ""), ("json", "[]\n")):
        assert proofpress("build", "--format", form, cwd=site).stdout == expected


@pytest.mark.posix
def test_a_file_that_cannot_be_read_is_a_problem(site: Path, proofpress: Proofpress) -> None:
    """A link to nothing, and a pipe, which would hold up whoever reads it for ever."""
    (site / "content/posts/gone.md").symlink_to("nowhere.md")
    os.mkfifo(site / "content/posts/pipe.md")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "content/posts/gone.md: error unreadable-file" in done.stderr
    assert "content/posts/pipe.md: error unreadable-file" in done.stderr


@pytest.mark.posix
def test_a_link_out_of_the_site_is_refused(site: Path, proofpress: Proofpress) -> None:
    (site.parent / "secret.md").write_text("# SECRETWORD\n", "utf-8")
    (site / "content/posts/secret.md").symlink_to(site.parent / "secret.md")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "content/posts/secret.md: error outside-site" in done.stderr
    assert "SECRETWORD" not in done.stderr


# ---------------------------------------------------------------- the output folder


@pytest.mark.parametrize("output", [".", "/", "~", "content", "../x"])
def test_settings_cannot_name_a_dangerous_output(site: Path, proofpress: Proofpress, output: str) -> None:
    (site / "site.yaml").write_text(f"title: S\nurl: https://me.example/\noutput: {output}\n", "utf-8")
    before = contents(site.parent)
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "site.yaml:3:9: error unsafe-output" in done.stderr
    assert contents(site.parent) == before


@pytest.mark.parametrize("output", [".", "/", "~", "content/x", "site.yaml", ".proofpress"])
def test_the_command_line_cannot_name_a_dangerous_output(site: Path, proofpress: Proofpress, output: str) -> None:
    before = contents(site.parent)
    place = str(Path(output).expanduser())
    for command in ("build", "clean"):
        done = proofpress(command, "--output", place, cwd=site)
        assert done.returncode != 0, done.stderr
        assert "can't be the output folder" in done.stderr
        assert contents(site.parent) == before


def test_an_output_elsewhere_is_taken_when_it_is_new(site: Path, proofpress: Proofpress) -> None:
    """The settings stay inside the site's folder; a person at the command line may name any folder of its own."""
    assert proofpress("build", "--output", "../x", cwd=site).returncode == 0
    assert (site.parent / "x/index.html").is_file()
    assert not (site / "public").exists()


@pytest.mark.parametrize("output", ["public", "../work"])
def test_an_output_with_foreign_files_is_refused_and_left_alone(
    site: Path, proofpress: Proofpress, output: str
) -> None:
    (site / output).mkdir()
    (site / output / "thesis.txt").write_text("Years of work.", "utf-8")
    done = proofpress("build", "--output", output, cwd=site)
    assert done.returncode == 1
    assert "error foreign-file" in done.stderr
    assert "thesis.txt" in done.stderr
    assert contents(site / output) == {"thesis.txt": b"Years of work."}


def test_a_foreign_file_where_a_page_would_go_is_not_overwritten(site: Path, proofpress: Proofpress) -> None:
    assert proofpress("build", cwd=site).returncode == 0
    (site / "public/posts/third").mkdir()
    (site / "public/posts/third/index.html").write_text("Mine.", "utf-8")
    before = contents(site / "public")
    (site / "content/posts/third.md").write_text(post("Third"), "utf-8")
    done = proofpress("build", cwd=site)
    assert done.returncode == 1
    assert "public/posts/third/index.html" in done.stderr
    assert contents(site / "public") == before


def test_clean_deletes_what_was_written_and_leaves_foreign_files(site: Path, proofpress: Proofpress) -> None:
    sources = contents(site)
    assert proofpress("build", cwd=site).returncode == 0
    (site / "public/CNAME").write_text("me.example", "utf-8")
    (site / "public/posts/mine.txt").write_text("Mine.", "utf-8")
    assert proofpress("build", cwd=site).returncode == 0
    done = proofpress("clean", cwd=site)
    assert done.returncode == 0
    assert "2 other files" in done.stdout
    assert contents(site) == sources | {"public/CNAME": b"me.example", "public/posts/mine.txt": b"Mine."}
    assert proofpress("clean", cwd=site).returncode == 0


def test_clean_leaves_no_trace_of_a_build(site: Path, proofpress: Proofpress) -> None:
    before = sorted(site.rglob("*"))
    assert proofpress("build", cwd=site).returncode == 0
    assert proofpress("clean", cwd=site).returncode == 0
    assert sorted(site.rglob("*")) == before


def test_two_outputs_of_one_site_are_both_known(site: Path, proofpress: Proofpress) -> None:
    """A preview into another folder does not make the first output a stranger."""
    assert proofpress("build", cwd=site).returncode == 0
    assert proofpress("build", "--output", "../preview", "--drafts", cwd=site).returncode == 0
    (site / "content/posts/first.md").write_text(post("Changed"), "utf-8")
    done = proofpress("build", cwd=site)
    assert done.returncode == 0, done.stderr
    done = proofpress("build", "--output", "../preview", cwd=site)
    assert done.returncode == 0, done.stderr
    assert contents(site / "public") == contents(site.parent / "preview")


# ---------------------------------------------------------------- crashes

KILLER = """
import os, signal, sys
count = 0
def watch(event, arguments):
    global count
    if event not in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        return
    if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")):
        return
    if not os.path.abspath(os.fsdecode(arguments[0])).startswith(os.environ["WATCHED"]):
        return
    count += 1
    if count == int(os.environ["KILL_AT"]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""
"""Before the n-th change that a process makes on disk below a folder, the kernel ends it (PEP 578 tells of each)."""


def killed(site: Path, hooks: Path, at: int) -> int:
    """Build a site and end it before its change number `at`; returns the exit status."""
    path = os.pathsep.join([str(hooks), *filter(None, [os.environ.get("PYTHONPATH")])])
    watched = {"PYTHONPATH": path, "WATCHED": str(site), "KILL_AT": str(at), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "proofpress", "build", "--drafts"]
    return subprocess.run(
        command, cwd=site, env=os.environ | watched, capture_output=True, check=False, timeout=60
    ).returncode


@pytest.mark.posix
def test_a_killed_build_leaves_whole_files_and_the_next_one_finishes(
    site: Path, proofpress: Proofpress, tmp_path: Path
) -> None:
    """Whatever the build was about to do on disk: record, write, rename, delete."""
    assert proofpress("build", "--drafts", cwd=site).returncode == 0
    old = contents(site / "public")
    (site / "content/posts/first.md").write_text(post("Changed", more="tags: [new]\n"), "utf-8")
    (site / "content/posts/second.md").unlink()
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks/sitecustomize.py").write_text(KILLER, "utf-8")

    whole = tmp_path / "whole"
    shutil.copytree(site, whole)
    assert proofpress("build", "--drafts", cwd=whole).returncode == 0
    new = contents(whole / "public")
    assert old.keys() - new.keys(), "something has to be deleted"

    for at in itertools.count(1, 9):
        broken = tmp_path / f"killed{at}"
        shutil.copytree(site, broken)
        if killed(broken, tmp_path / "hooks", at) == 0:
            break
        for name, data in contents(broken / "public").items():
            if not name.endswith((".proofpress-tmp", "proofpress-manifest.json")):  # which tells of old and new
                assert data in (old.get(name), new.get(name)), (at, name)
        done = proofpress("build", "--drafts", cwd=broken)
        assert done.returncode == 0, (at, done.stderr)
        assert contents(broken / "public") == new, at
    assert at > 40
