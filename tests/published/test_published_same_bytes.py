"""The same input gives the same bytes: under any time zone, locale, hash seed, umask, and order of files on disk."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.conftest import Build, Proofpress, PublishedSite

ONE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1", "LANG": "C", "COLUMNS": "40"}
OTHER = {"TZ": "Pacific/Honolulu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242", "LANG": "tr_TR.UTF-8"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copied(source: Path, to: Path, order: Callable[[Iterable[Path]], list[Path]]) -> Path:
    """Copy a site's sources, one file after another in a given order, without what was built from them."""
    for path in order(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_file() and inside.parts[0] not in ("public", ".proofpress"):
            (to / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / inside)
    return to


def test_two_machines_that_differ_in_everything_else_publish_the_same_bytes(
    site: PublishedSite, build: Build, tmp_path: Path
) -> None:
    first = copied(site.root, tmp_path / "first", sorted)
    second = copied(site.root, tmp_path / "a deeper" / "folder é", lambda paths: sorted(paths, reverse=True))
    one = build(first, site.origin, site.prefix, env=ONE, umask=0o022)
    other = build(second, site.origin, site.prefix, env=OTHER, umask=0o077)
    assert contents(one.output) == contents(other.output)
    assert contents(one.output) == contents(site.output)


DRAWN = """\
---
title: Drawn
date: 2026-05-01
---

![A photo](photo.jpg) and ![a plot](plot.png)

```mermaid
flowchart LR
  a --> b
```

```dot
digraph { a -> b }
```
"""


def test_they_make_the_same_pictures_diagrams_and_cards(proofpress: Proofpress, tmp_path: Path) -> None:
    grain = Image.frombytes("RGB", (300, 200), bytes(at * at // 7 % 251 for at in range(180_000)))
    sources = tmp_path / "sources"
    (sources / "content" / "posts").mkdir(parents=True)
    (sources / "site.yaml").write_text(
        "title: S\nurl: https://me.example/\ncards: true\nimages: {formats: [avif, webp], widths: [80, 160]}\n"
    )
    (sources / "content" / "posts" / "drawn.md").write_text(DRAWN)
    for name, form in (("photo.jpg", "JPEG"), ("plot.png", "PNG")):
        grain.save(out := io.BytesIO(), form)
        (sources / "content" / "posts" / name).write_bytes(out.getvalue())
    (elsewhere := tmp_path / "temporary").mkdir()
    first = copied(sources, tmp_path / "first", sorted)
    second = copied(sources, tmp_path / "a deeper" / "folder é", lambda paths: sorted(paths, reverse=True))
    proofpress("build", "--jobs", "1", cwd=first, env=ONE, umask=0o022)
    proofpress("build", "--jobs", "2", cwd=second, env=OTHER | {"TMPDIR": str(elsewhere)}, umask=0o077)
    made = contents(first / "public")
    assert made == contents(second / "public")
    assert {"posts/drawn/card.png", "posts/drawn/index.html"} <= made.keys()
    assert sum(path.endswith((".avif", ".webp")) for path in made) >= 4


def test_a_second_build_writes_nothing(site: PublishedSite, build: Build, tmp_path: Path) -> None:
    root = copied(site.root, tmp_path / "site", sorted)
    output = build(root, site.origin, site.prefix).output
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
    build(root, site.origin, site.prefix)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"], ids=["crlf", "cr"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_line_ends_and_a_byte_order_mark_leave_no_trace(
    rich_site: PublishedSite, build: Build, tmp_path: Path, ending: bytes, mark: bytes
) -> None:
    root = copied(rich_site.root, tmp_path / "site", sorted)
    for path in (root / "content").rglob("*.md"):
        path.write_bytes(mark + path.read_bytes().replace(b"\n", ending))
    assert contents(build(root, rich_site.origin, rich_site.prefix).output) == contents(rich_site.output)
