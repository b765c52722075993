"""A site on which all sorts of links lead nowhere: `check` and linkinator find the same ones."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import NpmFile, Proofpress, Serve

POST = """\
---
title: One
date: 2026-01-03
aliases: [/old/]
---

A page: [far](two.md#far), [none](/none/), [itself](#nowhere), <ADDRESS/lost/>, [good](ADDRESS/posts/two/#near),
[gone](ADDRESS/posts/two/#gone), [the old name](/old/), ![a picture](/picture.png).

<img src="raw.png" srcset="raw-2.png 2x" alt="Raw"> <a href="raw.html">raw</a>
<video src="film.mp4" poster="poster.png"></video>
<iframe src="frame.html" title="A frame"></iframe>

<object data="drawing.svg"></object> <audio src="sound.ogg"></audio>
"""
FOOTER = (
    '<p><a href="PREFIX/imprint/">Imprint</a> <a href="/above/">Above</a> <a href="PREFIX/about/#team">Team</a></p>'
)


@pytest.mark.linkinator
def test_check_finds_the_dead_links_that_linkinator_finds(
    tmp_path: Path, proofpress: Proofpress, serve: Serve, npm_file: NpmFile
) -> None:
    served = tmp_path / "served"
    served.mkdir()
    origin = serve(served).rstrip("/")
    address = f"{origin}/blog"
    files = {
        "site.yaml": f"title: Broken\nurl: {address}/\nmenu: [{{title: About, url: about.md}}]\n",
        "content/posts/one.md": POST.replace("ADDRESS", address),
        "content/posts/two.md": "---\ntitle: Two\ndate: 2026-01-02\n---\n\n## Near\n\n[one](one.md)\n",
        "content/about.md": "# About\n\nThe text.\n",
        "templates/partials/footer.html": FOOTER.replace("PREFIX", "/blog"),
    }
    root = tmp_path / "site"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    assert proofpress("build", "--output", str(served / "blog"), cwd=root).returncode == 0
    # One after the other, first the page that leads to all: linkinator looks for the fragments alone that it knows of
    # when it comes to a page.
    command = [
        "node",
        str(npm_file("linkinator/build/src/cli.js")),
        f"{address}/posts/one/",
        f"{address}/",
        "--recurse",
        "--check-fragments",
        "--concurrency",
        "1",
    ]
    done = subprocess.run(
        [*command, "--skip", f"^https?://(?!{re.escape(origin.partition('//')[2])})", "--format", "json"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    theirs = {unquote(link["url"]) for link in json.loads(done.stdout)["links"] if link["state"] == "BROKEN"}
    problems = json.loads(proofpress("check", "--format", "json", cwd=root).stdout)
    ours = set()
    for one in problems:
        written = one["excerpt"][one["column"] - 1 :][: one["length"]].replace("two.md", "../two/")
        ours.add(urljoin(f"{address}/posts/one/", written))
    assert ours == theirs
    assert len(problems) == len(ours) == 17
