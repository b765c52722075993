"""Copied files that a browser would run, in a site that sanitises its posts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
SCRIPT = b"<script>alert(1)</script>"
DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def site(root: Path, files: dict[str, bytes], html: str = "sanitize", more: str = "") -> Built:
    files = {
        "site.yaml": f"title: t\nurl: https://me.example/\nmarkdown: {{html: {html}}}\n{more}".encode(),
        "content/posts/a/index.md": b"---\ntitle: A\ndate: 2026-01-01\n---\n\nText.\n",
        **files,
    }
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return build(Options(root=root, now=NOW))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("demo.html", SCRIPT),
        ("demo.HTM", SCRIPT),
        ("demo.xhtml", SCRIPT),
        ("fig.svg", DRAWING),
        ("fig.svg.gz", b"\x1f\x8b"),
        ("fig.SVGZ", b"\x1f\x8b"),
        ("demo.html.en", SCRIPT),
        ("notes.xml", b"<a/>"),
        ("sheet.xsl", b"<a/>"),
        ("demo.php", b"<?php"),
        ("LICENSE", b" \n<!DOCTYPE html>"),
        ("demo.unknown", b"\xef\xbb\xbf<SCRIPT >alert(1)"),
        ("demo.unknown", "<html>".encode("utf-16")),
        ("notes.txt", SCRIPT),
        ("app.config", b'<?xml version="1.0"?>'),
    ],
)
@pytest.mark.parametrize("folder", ["content/posts/a/", "content/", "content/files/"])
def test_a_file_that_runs_is_refused_where_posts_are_sanitised(
    tmp_path: Path, folder: str, name: str, data: bytes
) -> None:
    built = site(tmp_path, {folder + name: data}, more="rules: {unportable-name: 'off'}\n")
    assert [(one.rule, one.path, one.severity) for one in built.problems] == [("active-file", folder + name, "error")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("fig.png", b"GIF89a"),
        ("demo.py", b"import html\n"),
        ("data.csv", b"a,b\n"),
        ("notes.txt", b"Write <script> like this."),
        ("notes.json", SCRIPT),
        ("LICENSE", b"Do what you like."),
        ("Makefile", b"all:\n\techo '<script>'\n"),
        ("kernel.cu", b"#include <a>\n"),
        ("big.bin", b"\0" * 5000 + SCRIPT),
    ],
)
def test_a_file_in_which_nothing_runs_is_copied(tmp_path: Path, name: str, data: bytes) -> None:
    built = site(tmp_path, {f"content/posts/a/{name}": data}, more="rules: {unreadable-image: 'off'}\n")
    assert built.problems == []
    assert built.outputs[f"posts/a/{name}"] == data  # type: ignore[index]


def test_the_owners_own_files_are_copied(tmp_path: Path) -> None:
    built = site(tmp_path, {"static/demo.html": SCRIPT, "static/fig.svg": DRAWING})
    assert built.problems == []
    assert built.outputs["demo.html"] == SCRIPT  # type: ignore[index]


@pytest.mark.parametrize("html", ["allow", "escape"])
def test_where_posts_are_not_sanitised_every_file_is_copied(tmp_path: Path, html: str) -> None:
    built = site(tmp_path, {"content/demo.html": SCRIPT}, html)
    assert built.problems == []
    assert built.outputs["demo.html"] == SCRIPT  # type: ignore[index]


def test_what_lies_beside_a_draft_is_not_published_and_not_refused(tmp_path: Path) -> None:
    draft = b"---\ntitle: B\ndate: 2026-01-01\ndraft: true\n---\n\nText.\n"
    built = site(tmp_path, {"content/posts/b/index.md": draft, "content/posts/b/demo.html": SCRIPT})
    assert built.problems == []
    assert "posts/b/demo.html" not in built.outputs


def test_no_setting_lets_a_file_that_runs_pass(tmp_path: Path) -> None:
    built = site(tmp_path, {"content/demo.html": SCRIPT}, more="rules: {active-file: 'off'}\n")
    assert [one.rule for one in built.problems if one.path == "content/demo.html"] == ["active-file"]
    assert built.failed
