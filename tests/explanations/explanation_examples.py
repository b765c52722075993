"""The examples on a rule's page: how they are written down, and what Proofpress says of them.

A page has two sections, Wrong and Right. In each, a fence whose info string has `file="…"` is a file of the site:

- `escapes` after it: `\\xNN` stands for one byte and `\\uNNNN` for one character, for what no text can hold;
- `times="N"` after it: the file holds the fence's text N times over;
- `before` after it: the file was there when the site was built the last time, and is gone.

A fence `answers` holds lines `address state words [new address]`, each what a host says when `check --external` asks.
A fence `links` holds lines `path -> target`, each a symbolic link. The fence `report` in Wrong is what Proofpress
prints. A site without a site.yaml of its own gets the smallest one that is right.

When a message is worded anew, `python tests/explanations/explanation_examples.py [RULE…]` writes the new reports into
the pages of the source tree. Read the difference before it is committed: what stands there is what people get.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple
from unittest import mock

import click
import msgspec
from click.testing import CliRunner

from proofpress.builder.build import build
from proofpress.builder.finished import outside_of
from proofpress.builder.inputs import Options
from proofpress.cli.commands import proofpress
from proofpress.cli.report import text
from proofpress.rules.explanation import explanation
from proofpress.rules.registry import registry
from proofpress.web.asking import Answer
from proofpress.web.links import problems_of

RULES = registry()
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SETTINGS = "title: Notes on kernels\nurl: https://me.example/\n"
PUBLISHING = frozenset({"foreign-file", "lost-id", "lost-url", "no-content", "unsafe-output"})
"""Rules that only the command finds, when it is about to write."""
RUN = {
    "cannot-run": [],
    "changed-output": ["--check"],
    "failed-listing": [],
    "left-running": [],
    "reads-outside": [],
}
"""Rules that only `proofpress run` asks, and with which options."""

WITHOUT = {"missing-extra": "resvg_py"}
"""What is not installed for what example."""

Section = Literal["Wrong", "Right"]

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^(?P=fence)$\n", re.MULTILINE | re.DOTALL)
REPORT = re.compile(r"(?<=^```text report\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
FILE = re.compile(r'\w+ file="(?P<path>[^"]+)"(?P<escapes> escapes)?(?P<before> before)?(?: times="(?P<times>\d+)")?')
ESCAPE = re.compile(rb"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})")


class Example(NamedTuple):
    """One section of a page: the files and links of a site, and what is said of it."""

    files: dict[str, bytes]
    links: dict[str, str]
    report: str
    answers: dict[str, Answer]
    """What hosts say of addresses."""
    before: dict[str, bytes]
    """Files that were there when the site was built the last time."""


def example(rule: str, section: Section) -> Example:
    """Return an example of a rule's page."""
    _before, wrong, right = re.split(r"^## (?:Wrong|Right)$", explanation(RULES[rule]).text, flags=re.MULTILINE)
    files: dict[str, bytes] = {}
    links: dict[str, str] = {}
    answers: dict[str, Answer] = {}
    before: dict[str, bytes] = {}
    report = ""
    for fence in FENCE.finditer(wrong if section == "Wrong" else right):
        found = FILE.fullmatch(fence["info"])
        if found:
            data = fence["text"].encode()
            data = ESCAPE.sub(_unescaped, data) if found["escapes"] else data
            (before if found["before"] else files)[found["path"]] = data * int(found["times"] or 1)
        elif fence["info"] == "text links":
            links |= dict(line.split(" -> ") for line in fence["text"].splitlines())
        elif fence["info"] == "text answers":
            answers |= dict(_answer(line) for line in fence["text"].splitlines())
        elif fence["info"] == "text report":
            report = fence["text"]
        else:
            raise AssertionError(f"{rule}: what is a fence '{fence['info']}'?")
    return Example(files, links, report, answers, before)


def _answer(line: str) -> tuple[str, Answer]:
    url, state, said = line.split(" ", 2)
    if state == "moved":
        said, _, to = said.rpartition(" ")
        return url, Answer("moved", said, to)
    assert state == "dead", line
    return url, Answer("dead", said)


def lay_out(rule: str, section: Section, folder: Path) -> Path:
    """Write an example's site below a folder and return its root. What is 'as before' in Right is taken from Wrong."""
    root = folder / "site"
    shown = example(rule, section)
    files = {"site.yaml": SETTINGS.encode()} | shown.files
    if section == "Right" and "as before" in explanation(RULES[rule]).text:
        files = example(rule, "Wrong").files | files
    if rule != "no-content":
        (root / "content").mkdir(parents=True)
    if shown.before:
        _write(root, {"site.yaml": SETTINGS.encode()} | shown.before)
        _printed(root)
        for path in shown.before:
            (root / path).unlink()
    _write(root, files)
    if rule != "no-content":
        (root / "content").mkdir(exist_ok=True)
    for path, leads_to in shown.links.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(leads_to)
    return root


def _write(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def reported(rule: str, root: Path) -> str:
    """Return all that Proofpress prints about a site's problems, without colours."""
    if rule in PUBLISHING:
        return _printed(root)
    if rule in RUN:
        return _printed_by_run(root, RUN[rule])
    hidden = {WITHOUT[rule]: None} if rule in WITHOUT else {}
    with mock.patch.dict(sys.modules, hidden):
        built = build(Options(root=root, now=NOW, checks=RULES[rule].checked))
    problems = list(built.problems)
    answers = example(rule, "Wrong").answers
    if answers:
        links = [
            msgspec.structs.replace(link, year=NOW.year)
            for link in outside_of(
                built.inputs, built.filled.steps, built.filled.values, built.preparation.prepared, frozenset()
            ).links
        ]
        problems += problems_of(links, answers)
    return "".join(click.unstyle(text(found)) + "\n" for found in problems)


def _printed_by_run(root: Path, arguments: list[str]) -> str:
    """Return what `proofpress run` prints of problems before its closing line, without another Python for it."""
    with contextlib.chdir(root):
        done = CliRunner().invoke(proofpress, ["run", *arguments], catch_exceptions=False)
    assert done.exit_code in {0, 1}, done.stderr
    *problems, _closing = done.stderr.splitlines(keepends=True)
    return "".join(problems)


def _printed(root: Path) -> str:
    """Return what the command prints before its closing line."""
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "build"],
        cwd=root,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(int(NOW.timestamp())), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    *problems, _closing = run.stderr.splitlines(keepends=True)
    return "".join(problems)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else chr(int(found[2], 16)).encode()


def renew(rule: str) -> None:
    """Write what Proofpress says of a rule's wrong example into its page."""
    page = Path(__file__).parents[2] / "src" / "proofpress" / "rules" / "explained" / f"{rule}.md"
    with tempfile.TemporaryDirectory() as folder:
        report = reported(rule, lay_out(rule, "Wrong", Path(folder)))
    page.write_text(REPORT.sub(lambda _: report, page.read_text("utf-8"), count=1), "utf-8", newline="\n")


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(RULES):
        renew(name)
