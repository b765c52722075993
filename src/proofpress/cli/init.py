"""`proofpress init`: a new site that builds at once, with the job that publishes it."""

from __future__ import annotations

import getpass
import json
import re
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from proofpress import __version__
from proofpress.cli.origin import Origin, git, origin
from proofpress.cli.say import say
from proofpress.cli.site import now, quoted
from proofpress.engine.disk import naming
from proofpress.site.cards import humanise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

WORKFLOWS = {
    "github": ".github/workflows/publish.yml",
    "gitlab": ".gitlab-ci.yml",
    "forgejo": ".forgejo/workflows/publish.yml",
}
"""Where each service of continuous integration looks for its jobs."""
IGNORED = ".gitignore"


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--ci",
    type=click.Choice([*WORKFLOWS, "none"]),
    default="github",
    show_default=True,
    help="For whom to write the job that builds and publishes the site.",
)
@click.option(
    "--install",
    default="",
    metavar="WHAT",
    help="What pip installs in that job (default: this Proofpress, from where it was installed).",
)
def command(folder: Path, ci: str, install: str) -> None:
    """Make a new site in DIR (default: this folder): settings, a first post, a page, and a job that publishes it.

    No file is overwritten; to a .gitignore that is there, the lines are added that it lacks.
    """
    files = dict(skeleton(folder.resolve().name, author_of(folder), now()))
    came_from = origin()
    if ci != "none":
        files[WORKFLOWS[ci]] = workflow(ci, came_from, install)
    taken = sorted(path for path in files if (folder / path).exists() and path != IGNORED)
    if taken:
        mend = "leave the job out with --ci none" if taken == [WORKFLOWS.get(ci)] else "name a new folder"
        raise click.UsageError(f"'{folder / taken[0]}' is there already, so nothing was written; {mend}")
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with naming(target):
            if not target.exists():
                target.write_text(text, "utf-8", newline="\n")
            elif path == IGNORED:
                target.write_bytes(with_lines(target.read_bytes(), text.split()))
    go = "" if str(folder) == "." else f"cd {quoted(str(folder))} && "
    say(f"A new site is in {folder}/. Set its url in site.yaml, then: {go}proofpress build")
    if ci != "none" and not install:
        if not came_from.sure:
            say(
                f"The job installs proofpress {__version__} from the package index, where it may not be yet, and from where "
                f"else is not known here: then write into {WORKFLOWS[ci]}, as PROOFPRESS, git+https://… of its repository, "
                "or give it as --install."
            )
        elif came_from.address:
            commit = f", commit {came_from.commit[:12]}" if came_from.commit else ""
            say(f"The job installs Proofpress from where this one came: {came_from.address}{commit}.")
    repository = _repository_around(folder.resolve())
    if ci != "none" and repository is not None:
        say(
            f"{repository} is a repository, and jobs are looked for at its root alone: docs/publishing.md tells how to "
            f"publish a site in a folder, and {WORKFLOWS[ci]} does nothing where it is now."
        )


def with_lines(text: bytes, wanted: Iterable[str]) -> bytes:
    """Return a .gitignore with those of the wanted lines that it lacks at its end; `public` and `/public/` are one."""
    known = {line.strip().strip(b"/") for line in text.splitlines()}
    end = b"\r\n" if b"\r\n" in text else b"\n"
    lacking = [line.encode() for line in wanted if line.strip("/").encode() not in known]
    if not lacking:
        return text
    return text + (end if text and not text.endswith(b"\n") else b"") + b"".join(line + end for line in lacking)


def skeleton(name: str, author: str, at: dt.datetime) -> Iterator[tuple[str, str]]:
    """Give the files of a new site, filled in, by their paths."""
    values = {
        # JSON's strings are YAML's, so a title with quotes or colons stays what it is.
        "title": json.dumps(humanise(name), ensure_ascii=False),
        "author": json.dumps(author, ensure_ascii=False),
        "date": f"{at:%Y-%m-%d}",
    }
    for path, file in _walk(resources.files("proofpress.cli") / "skeleton", ""):
        text = file.read_text("utf-8")
        yield path.replace("gitignore", ".gitignore"), Template(text).substitute(values)


def workflow(ci: str, came_from: Origin = Origin(), install: str = "") -> str:  # noqa: B008 - a frozen value
    """Return the file by which a service of continuous integration, one of WORKFLOWS, builds and publishes a site.

    Its job installs `install`, if that is given, else what Proofpress `came_from`.
    """
    text = (resources.files("proofpress.cli") / "workflows" / f"{ci}.yml").read_text("utf-8")
    pinned = re.compile(r"proofpress(?:\[(\w+)\])?==@VERSION@(  # what pip installs)")

    def said(found: re.Match[str]) -> str:
        what = install or came_from.requirement(found[1] or "")
        until = "" if install or came_from.sure else "; before it is on an index, git+https://… of its repository"
        return (json.dumps(what) if install else what) + found[2] + until

    text = pinned.sub(said, text)
    if install or came_from.address:
        # The keys of GitLab's caches can't have a slash; and its image has no git.
        text = text.replace("key: $PROOFPRESS-python", f"key: proofpress-{came_from.commit[:12] or __version__}-python")
        text = text.replace(
            '    - python -m pip install --quiet "$PROOFPRESS"\n',
            "    - apt-get update -qq && apt-get install -y -qq --no-install-recommends git\n"
            '    - python -m pip install --quiet "$PROOFPRESS"\n',
        )
    return text


def _repository_around(folder: Path) -> Path | None:
    """Return the git repository that a folder lies in without being its root."""
    if (folder / ".git").exists():
        return None
    return next((parent for parent in folder.parents if (parent / ".git").exists()), None)


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _walk(item, f"{path}{item.name}/")
        else:
            yield path + item.name, item


def author_of(folder: Path) -> str:
    """Return the name of whoever is at the keyboard: as git would sign there, else as the system knows them."""
    there = next(place for place in (folder.resolve(), *folder.resolve().parents) if place.is_dir())
    if name := git("config", "user.name", cwd=there):
        return " ".join(name.split())
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        return "The author"
