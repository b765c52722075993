"""The blog's promise: a listing runs as it stands, and the output shown below it is the one that it printed.

Every Python fence of content/ must compile. Those whose imports are installed here are also run, each in a fresh
process and an empty folder that holds only the titled listings which precede it in the same post. Training code for
the large frameworks runs wherever they are installed.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from markdown_it import MarkdownIt

CONTENT: Final = Path(__file__).parents[1] / "content"
INFO: Final = re.compile(r'(?P<language>\S+)(?:.*\btitle="(?P<title>[^"]*)")?')


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A Python fence: where it stands, its title, its code, the output shown and the files it may import."""

    post: Path
    line: int
    title: str
    code: str
    output: str | None
    beside: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.post.relative_to(CONTENT).as_posix()}:{self.line}"

    @property
    def tree(self) -> ast.Module:
        """The code, parsed; a SyntaxError names the post and the line in it."""
        padding = "\n" * self.line  # so that the line in the message is the post's
        return ast.parse(padding + self.code, str(self))

    @property
    def required(self) -> frozenset[str]:
        """What must be installed to run it: its imports, and those of the listings beside it that it imports."""
        beside = {Path(name).stem: code for name, code in self.beside}
        names: set[str] = set()
        left = imports(self.tree)
        while left - names:
            name = (left - names).pop()
            names.add(name)
            if name in beside:
                left |= imports(ast.parse(beside[name]))
        return frozenset(names - set(beside))


def imports(tree: ast.Module) -> set[str]:
    """Return the top-level modules that the code imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def listings_of(post: Path) -> list[Listing]:
    """Return the Python fences of a post, in order, each with the `output` fence that follows it, if one does."""
    text = post.read_text(encoding="utf-8")
    blocks = [token for token in MarkdownIt("commonmark").parse(text) if token.level == 0 or token.type == "fence"]
    found: list[Listing] = []
    beside: list[tuple[str, str]] = []
    for token, following in pairwise([*blocks, None]):
        if token is None or token.type != "fence" or token.map is None:
            continue
        info = INFO.match(token.info)
        if info is None or info["language"] not in {"python", "py"}:
            continue
        after = INFO.match(following.info) if following is not None and following.type == "fence" else None
        printed = after is not None and "output" in (after["title"], after["language"])
        shown = following.content if following is not None and printed else None
        title = info["title"] or ""
        found.append(
            Listing(
                post=post, line=token.map[0] + 1, title=title, code=token.content, output=shown, beside=tuple(beside)
            )
        )
        if title.endswith(".py"):
            beside.append((title, token.content))
    return found


LISTINGS: Final = [listing for post in sorted(CONTENT.rglob("*.md")) for listing in listings_of(post)]


def compiles(listing: Listing) -> bool:
    try:
        compile(listing.tree, str(listing), "exec")
    except SyntaxError:
        return False
    return True


def is_installed(listing: Listing) -> bool:
    return compiles(listing) and all(importlib.util.find_spec(name) is not None for name in listing.required)


RUNNABLE: Final = [listing for listing in LISTINGS if is_installed(listing)]


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_every_listing_compiles(listing: Listing) -> None:
    compile(listing.tree, str(listing), "exec")


@pytest.mark.parametrize("listing", RUNNABLE, ids=str)
def test_a_listing_prints_the_output_that_the_post_shows(listing: Listing, tmp_path: Path) -> None:
    for name, code in (*listing.beside, (listing.title or "listing.py", listing.code)):
        (tmp_path / name).write_text(code, encoding="utf-8")
    settings = {
        "KERAS_BACKEND": "tensorflow",
        "OMP_NUM_THREADS": "1",  # threads of a busy machine wait for each other
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "default",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    ran = subprocess.run(
        [sys.executable, listing.title or "listing.py"],
        cwd=tmp_path,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.rstrip() == (listing.output or "").rstrip()


def test_every_listing_that_prints_is_followed_by_what_it_printed() -> None:
    silent = [
        str(listing)
        for listing in LISTINGS
        if listing.output is None
        and any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(listing.tree))
    ]
    assert silent == []


def test_the_titles_of_a_posts_listings_are_distinct_file_names() -> None:
    for post in {listing.post for listing in LISTINGS}:
        titles = [listing.title for listing in LISTINGS if listing.post == post and listing.title]
        assert len(titles) == len(set(titles)), post
        assert all(re.fullmatch(r"[a-z_0-9]+\.py", title) for title in titles), post


def test_the_blog_has_listings_that_run_with_numpy_alone() -> None:
    assert any(listing.required == {"numpy"} for listing in RUNNABLE)
