"""The blog's promise: a listing runs as it stands, and the output shown below it is the one that it printed.

`proofpress run` keeps what listings give beside their posts; a build holds the posts to that, on any machine. Here the
posts are run anew whose packages are installed, in the sessions that their fences name, and what they give is what is kept.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proofpress.builder.running import posts_that_run
from proofpress.recorded.values import Printed

if TYPE_CHECKING:
    from proofpress.builder.running import Running
    from proofpress.recorded.listings import Part

REPOSITORY: Final = Path(__file__).parents[1]
POSTS: Final = posts_that_run(REPOSITORY).posts
RUNNABLE: Final = [
    post for post in POSTS if all(importlib.util.find_spec(name) for name in post.text.document.front.requirements)
]
LISTING: Final = re.compile(r"^```python\b", re.MULTILINE)


def said_of(post: Running, part: Part) -> str:
    return f"{post.path}:{part.runnable.place.line}"


def test_every_listing_of_the_blog_is_run_and_its_post_names_what_it_needs() -> None:
    found = {path.relative_to(REPOSITORY).as_posix(): path for path in (REPOSITORY / "content/posts").rglob("*.md")}
    written = {path: len(LISTING.findall(file.read_text("utf-8"))) for path, file in found.items()}
    assert {post.path: len(post.runs.parts) for post in POSTS} == {
        path: number for path, number in written.items() if number
    }
    assert sum(written.values()) > 40
    for post in POSTS:
        made = {Path(part.runnable.title).stem for part in post.runs.parts}
        imported = {name for part in post.runs.parts for name in imports(part.runnable.code)}
        lacking = imported - made - sys.stdlib_module_names - set(post.text.document.front.requirements)
        assert lacking == set(), post.path


def imports(code: str) -> set[str]:
    """Return the top-level modules that the code imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_a_listing_uses_no_name_of_another_so_that_its_file_runs_alone(tmp_path: Path) -> None:
    for number, post in enumerate(POSTS):
        for part in post.runs.parts:
            (tmp_path / f"{number}_{part.runnable.title}").write_text(part.runnable.code, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F821", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_what_is_kept_of_every_post_is_of_its_listings_as_they_are_and_its_claims_are_true() -> None:
    for post in POSTS:
        assert post.lock is not None, post.path
        assert post.stands, post.path
        assert post.claims(post.lock) == [], post.path
        printed = [one for ran in post.lock.listings for one in ran.outputs if isinstance(one, Printed)]
        assert {one.stream for one in printed} == {"stdout"}, post.path  # no library's remarks on the machine


def test_posts_whose_packages_are_installed_give_what_is_kept(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(REPOSITORY / "content", root / "content")
    shutil.copy(REPOSITORY / "site.yaml", root)
    named = [str(root / post.path) for post in RUNNABLE]
    done = subprocess.run(
        [sys.executable, "-m", "proofpress", "run", "--check", "--timeout", "300", "--format", "json", *named],
        cwd=root,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # threads of a busy machine wait for each other
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr
    assert f"Running {sum(len(post.runs.parts) for post in RUNNABLE)} listings" in done.stderr


def test_every_listing_that_prints_is_followed_by_what_it_printed() -> None:
    silent = [
        said_of(post, part)
        for post in POSTS
        for part in post.runs.parts
        if part.claim is None
        and any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(ast.parse(part.runnable.code)))
    ]
    assert silent == []


def test_the_titles_of_a_posts_listings_are_distinct_file_names() -> None:
    for post in POSTS:
        titles = [part.runnable.title for part in post.runs.parts]
        assert len(titles) == len(set(titles)), post.path
        assert all(re.fullmatch(r"[a-z_0-9]+\.py", title) for title in titles), post.path


def test_the_blog_has_listings_that_run_with_numpy_alone() -> None:
    assert any(post.text.document.front.requirements == ("numpy",) for post in RUNNABLE)
