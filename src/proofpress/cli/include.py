"""`proofpress include`: the code that posts include, as a copy in the posts themselves; which copies differ, and new ones."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import click

from proofpress.cli.report import Format, show
from proofpress.cli.say import say
from proofpress.cli.site import place_from_here, prefix_of, require_site, site_option


@click.command("include")
@site_option
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--write", "writes", is_flag=True, help="Put the code into the posts, where it differs or is not there.")
@click.option("--check", "checks", is_flag=True, help="Tell which copies differ; so it is without --write.")
@click.option("--format", "form", type=click.Choice(["text", "github", "json"]), default="text", help="Of problems.")
def command(root: Path | None, paths: tuple[Path, ...], writes: bool, checks: bool, form: Format) -> None:
    """Tell which listings hold something else than the files that they include, or renew them.

    A page shows what the file has; the copy in the post is for those who read the Markdown. PATH is a post, or a folder
    of posts; without one, all are looked at. Each post is written whole or not at all.
    """
    from proofpress.builder.including import find_copies, in_files
    from proofpress.builder.mending import write

    if writes and checks:
        raise click.UsageError("--check tells what --write would change: take one of them")
    root = require_site(root)
    found = find_copies(root, in_files([_below(root, path) for path in paths]))
    problems = found.problems
    if writes:
        write(found.mends, root)
        renewed = {mend.path for mend in found.mends}
        problems = [one for one in problems if one.rule != "stale-include" or one.path not in renewed]
    show(problems, form, root)
    prefix = prefix_of(root)
    for path, line in found.unwritten:
        say(
            f"{place_from_here(path, prefix)}:{line}: no copy can be written here; close the listing, or leave it empty",
            err=True,
        )
    for mend in found.mends if writes else ():
        count = f"{mend.faults:,} listing{'' if mend.faults == 1 else 's'}"
        say(f"{place_from_here(mend.path, prefix)}: {count} written", err=True)
    if form in {"text", "github"} and not problems and not (writes and found.mends):
        say(_closing(found.listings, found.empty), err=True)
    if any(one.severity == "error" for one in problems) or (writes and found.unwritten):
        raise SystemExit(1)


def _closing(listings: int, empty: int) -> str:
    if not listings:
        return "No listing includes code."
    held = "1 listing includes" if listings == 1 else f"{listings:,} listings include"
    without = f" ({empty:,} without a copy)" if empty else ""
    return f"{held} code{without}, and none differs."


def _below(root: Path, path: Path) -> str:
    """Return a path as the site names it; a usage error for one outside the site."""
    place = Path(os.path.abspath(path))  # noqa: PTH100 - as it is named, links and all
    for base in (root.resolve(), Path(os.path.abspath(root))):  # noqa: PTH100
        if place.is_relative_to(base):
            return unicodedata.normalize("NFC", place.relative_to(base).as_posix())
    raise click.UsageError(f"'{path}' is not in the site's folder")
