"""Names and texts of others are text, whichever command tells of them: nothing of theirs acts on a terminal or a log.

The commands run as processes, on a site whose file names, keys, values and lines hold what acts: escape sequences, line
ends, commands to the runners of jobs, marks that turn the direction of writing, bytes that are not UTF-8.
"""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import unicodedata
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.cli.report import as_json, github, text
from proofpress.cli.say import inert
from proofpress.problems import Problem, visible

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

ACTS = "\x1b[31m\x9b2J\x07\r\n::error file=a::owned\N{RIGHT-TO-LEFT OVERRIDE}\u2066\u200b\u2028##[error]\x7f\udce9"
NAME = "e\x1b[2J\n::error::owned\N{RIGHT-TO-LEFT OVERRIDE}##[stop-commands]x\x9b"
ON_A_LINE = NAME.replace("\n", "")
"""The name as git's programs can be told it."""
YAML = json.dumps("v\N{RIGHT-TO-LEFT OVERRIDE}\u200b##[error]::error::\u2028")
"""A value that front matter may hold: YAML's own rules refuse the controls."""
POST = f"""---
title: {YAML}
date: 2026-01-01
{YAML}: 1
tags: [{YAML}, "V\u202e##[error]error"]
template: {YAML}
slug: {YAML}
draft: {YAML}
---

::error::owned [x](a\u202e##[error]\u200b.md) ![y](\x1b[31m.png) [^\u202e]

```py\u202e ##[error]
::error::in a listing
```

> [!\u202eNOTE]
"""
OURS = re.compile(r"\x1b\[(?:0|1|31|33)m")


def acting(said: str) -> list[str]:
    """Return the lines in which something acts, as a terminal or the runner of a job would take them."""
    return [
        line
        for line in said.split("\n")
        if not all(mark.isprintable() or unicodedata.category(mark) == "Zs" for mark in line)
        or line.lstrip().startswith("::")
        or re.search(r"##\w*\[", line)
    ]


def run(*arguments: str, cwd: Path, program: str = "") -> tuple[int, str, str]:
    """Run a command; return its status and both streams as they are, carriage returns included."""
    start = ("-c", program) if program else ("-m", "proofpress")
    done = subprocess.run(
        [sys.executable, *start, *map(os.fsencode, arguments)],
        cwd=cwd,
        capture_output=True,
        check=False,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1800000000", "PYTHONIOENCODING": "utf-8"},
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    files = {
        "site.yaml": "title: S\nurl: https://me.example/\n",
        f"content/posts/{NAME}.md": POST,
        f"content/{NAME}/{NAME}.png": "no image",
        f"static/{NAME}.txt": "x",
        "static/caf\udce9.txt": "x",
        "content/caf\udce9.md": "x",
        "data/caf\udce9.yaml": "x",
        f"data/{NAME}.json": "{",
        "templates/caf\udce9.html": "x",
        "templates/static/caf\udce9.css": "x",
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    return root


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A site with such names that can be built."""
    root = tmp_path / "sound"
    files = {
        "site.yaml": "title: S\nurl: https://me.example/\n",
        f"content/posts/{NAME}.md": f"---\ntitle: {YAML}\ndate: 2026-01-01\ntags: [{YAML}]\n---\n\nText.\n",
        f"static/{ON_A_LINE}.txt": "x",
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    return root


def test_every_problem_is_told_without_acting(site: Path) -> None:
    status, out, err = run("build", "--explain", cwd=site)
    assert status == 1
    assert acting(out + err) == []
    assert r"content/posts/e\x1b[2J\n::error::owned\u202e\x23#[stop-commands]x\x9b.md:4:1: " in err
    assert err.count("static/caf\\xe9.txt: error unreadable-file") == 1
    for folder in ("content", "data", "templates", "templates/static"):
        assert f"{folder}/caf\\xe9" in err


def test_every_problem_is_told_without_acting_to_a_job(site: Path) -> None:
    _, out, err = run("build", "--format", "github", cwd=site)
    commands = out.splitlines()
    assert len(commands) > 8
    assert all(
        re.match(r"::(error|warning) file=[^,:]+,line=\d+,col=\d+,endColumn=\d+,title=[a-z-]+::", c) for c in commands
    )
    assert acting(err + out.replace("\n::", "\n").removeprefix("::")) == []


def test_every_problem_is_told_without_acting_as_json(site: Path) -> None:
    _, out, err = run("build", "--format", "json", cwd=site)
    assert acting(out + err) == []
    paths = {found["path"] for found in json.loads(out)}
    assert f"content/posts/{NAME}.md" in paths  # machines get the name as it is


def test_a_terminal_gets_no_sequence_but_our_colours(site: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "proofpress", "build"],
        cwd=site,
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"TERM": "dumb"},  # no bar, should the build take long
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait() == 1
    shown = said.decode("utf-8").replace("\r\n", "\n")
    assert OURS.search(shown)
    assert acting(OURS.sub("", shown)) == []


def test_what_a_build_and_publishing_tell_does_not_act(sound: Path, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    for command in (["init", "-q", "--bare", str(remote)], ["init", "-q"], ["remote", "add", "origin", str(remote)]):
        subprocess.run(["git", *command], cwd=sound, check=True)
    status, out, err = run("build", "--explain", "--verify", cwd=sound)
    assert (status, acting(out + err)) == (0, [])
    assert r"e\x1b[2J\n" in out
    (sound / "public" / f"{NAME}.mine").write_text("mine", "utf-8")
    status, out, err = run("publish", "--to", "git", "--dry-run", cwd=sound)
    assert (status, acting(out + err)) == (0, [])
    assert r"new     e\x1b[2J::error::owned" in out
    assert r".mine in" in err
    status, out, err = run("clean", cwd=sound)
    assert (status, acting(out + err)) == (0, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--site", ACTS.replace("\udce9", "")],
        ["build", "--base-url", ACTS],
        ["build", f"--{ACTS}"],
        [ACTS],
        [f"--{ACTS}"],
        ["explain", ACTS],
        ["new", ACTS, "--folder", "../" + ACTS],
        ["new", "-" + ACTS + " x"],
        ["new", "a" * 300],
        ["new", "A", "--folder", "/".join("a" * 100)],
        ["publish", "--to", "rsync", ACTS],
        ["publish", "--to", "git", "--remote", ACTS],
        ["publish", "--to", "git", ACTS],
        ["build", "--explain", "::error::x"],
    ],
)
def test_what_a_command_says_of_its_arguments_does_not_act(sound: Path, arguments: list[str]) -> None:
    status, out, err = run(*arguments, cwd=sound)
    assert status in (0, 1, 2)
    assert acting(out + err) == []
    assert "File name too long" not in out + err


def test_a_new_sites_folder_is_told_without_acting(tmp_path: Path) -> None:
    status, out, err = run("init", NAME, cwd=tmp_path)
    assert (status, acting(out + err)) == (0, [])
    status, out, err = run("init", NAME, cwd=tmp_path)
    assert (status, acting(out + err)) == (2, [])
    assert r"e\x1b[2J\n" in err


def test_a_fault_of_our_own_is_told_and_kept_whatever_its_words(sound: Path, tmp_path: Path) -> None:
    program = (
        "import proofpress.cli.commands as cli, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        f"def broken(**_): raise ValueError({ACTS!r})\n"
        "cli.proofpress = broken\ncli.main()\n"
    )
    status, out, err = run(cwd=sound, program=program)
    assert (status, acting(out + err)) == (70, [])
    assert len(err.splitlines()) == 2
    (kept,) = tmp_path.glob("proofpress-bug-*.txt")
    assert r"\udce9" in kept.read_text("utf-8")


def test_the_previews_terminal_and_pages_tell_without_acting(sound: Path, tmp_path: Path) -> None:
    (sound / "content" / f"{NAME}.md").write_text("# A\n\n[x](gone\u202e.md)\n", "utf-8")
    said = tmp_path / "said"
    with said.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "proofpress", "serve", "--port", "0", "--jobs", "1"],
            cwd=sound,
            stdout=stream,
            stderr=stream,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        url = None
        while url is None:
            assert process.poll() is None
            time.sleep(0.1)
            url = re.search(r"http://127\.0\.0\.1:\d+/", said.read_text("utf-8"))
        with urlopen(f"{url[0]}_proofpress/") as answer:
            page = answer.read().decode("utf-8")
        (sound / "content" / f"{NAME}.md").write_text("# B\n\n[y](lost\u202e.md)\n", "utf-8")
        while "lost" not in said.read_text("utf-8"):
            assert process.poll() is None
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert acting(said.read_text("utf-8")) == []
    assert r"\u202e" in page
    told = re.sub(r"<bdi>.*?</bdi>", "", page)  # a title stands apart from what is around it
    assert "\u202e" not in told
    assert "\x1b" not in page


ANY = st.text(st.characters() | st.sampled_from(ACTS), max_size=60)


@given(ANY)
def test_any_text_is_shown_on_one_line_of_what_can_be_seen(words: str) -> None:
    assert acting(inert(words)) == []
    assert "\n" not in visible(words)
    assert visible(visible(words)) == visible(words)


@given(ANY)
def test_letters_and_blanks_of_every_script_stay_as_they_are(words: str) -> None:
    seen = "".join(mark for mark in words if mark.isprintable() or mark in "\xa0\u3000").replace("#", "")
    assert visible(seen) == seen


PROBLEMS = st.builds(
    Problem,
    path=ANY,
    line=st.integers(0, 9),
    column=st.integers(1, 80),
    rule=st.just("broken-link"),
    message=ANY,
    hint=ANY,
    length=st.integers(1, 80),
    excerpt=ANY | ANY.map(lambda words: words * 9),
)


@given(PROBLEMS)
def test_any_problem_is_told_in_lines_of_its_own(found: Problem) -> None:
    told = OURS.sub("", text(found))
    assert acting(told) == []
    assert told.count("\n") in (0, 2)
    command = github(found)
    assert "\n" not in command
    assert acting(command.removeprefix("::")) == []
    assert command.count("::") >= 2
    assert re.match(r"::error file=[^:,]*,line=\d+,col=\d+,endColumn=\d+,title=broken-link::", command)


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_is_told_without_acting_and_says_the_same(value: object) -> None:
    told = as_json(value, indent=1)
    assert acting(told) == []
    assert json.loads(told) == value
