"""`proofpress init`: a new site that builds at once, with the job that publishes it."""

from __future__ import annotations

import getpass
import json
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from proofpress import __version__
from proofpress.cli.say import say
from proofpress.cli.site import now
from proofpress.engine.disk import naming
from proofpress.site.cards import humanise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

WORKFLOWS = {
    "github": ".github/workflows/publish.yml",
    "gitlab": ".gitlab-ci.yml",
    "forgejo": ".forgejo/workflows/publish.yml",
}
"""Where each service of continuous integration looks for its jobs."""


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--ci",
    type=click.Choice([*WORKFLOWS, "none"]),
    default="github",
    show_default=True,
    help="For whom to write the job that builds and publishes the site.",
)
def command(folder: Path, ci: str) -> None:
    """Make a new site in DIR (default: this folder): settings, a first post, a page, and a job that publishes it.

    No file is overwritten.
    """
    files = dict(skeleton(folder.resolve().name, now()))
    if ci != "none":
        files[WORKFLOWS[ci]] = workflow(ci)
    taken = sorted(path for path in files if (folder / path).exists() and path != ".gitignore")
    if taken:
        mend = "leave the job out with --ci none" if taken == [WORKFLOWS.get(ci)] else "name a new folder"
        raise click.UsageError(f"'{folder / taken[0]}' is there already, so nothing was written; {mend}")
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with naming(target):
                target.write_text(text, "utf-8", newline="\n")
    go = "" if str(folder) == "." else f"cd {folder} && "
    say(f"A new site is in {folder}/. Set its url in site.yaml, then: {go}proofpress build")
    repository = _repository_around(folder.resolve())
    if ci != "none" and repository is not None:
        say(
            f"{repository} is a repository, and jobs are looked for at its root alone: docs/publishing.md tells how to "
            f"publish a site in a folder, and {WORKFLOWS[ci]} does nothing where it is now."
        )


def skeleton(name: str, at: dt.datetime) -> Iterator[tuple[str, str]]:
    """Give the files of a new site, filled in, by their paths."""
    values = {
        # JSON's strings are YAML's, so a title with quotes or colons stays what it is.
        "title": json.dumps(humanise(name), ensure_ascii=False),
        "author": json.dumps(_author(), ensure_ascii=False),
        "date": f"{at:%Y-%m-%d}",
    }
    for path, file in _walk(resources.files("proofpress.cli") / "skeleton", ""):
        text = file.read_text("utf-8")
        yield path.replace("gitignore", ".gitignore"), Template(text).substitute(values)


def workflow(ci: str) -> str:
    """Return the file by which a service of continuous integration, one of WORKFLOWS, builds and publishes a site."""
    text = (resources.files("proofpress.cli") / "workflows" / f"{ci}.yml").read_text("utf-8")
    return text.replace("@VERSION@", __version__)


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


def _author() -> str:
    """Return the name of whoever is at the keyboard, for the author of the first post."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user database
        return "The author"
