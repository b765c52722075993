"""`proofpress build`: content/ becomes public/, or every problem is printed and nothing is published."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofpress.cli.progress import Bar
from proofpress.cli.report import Format, show, summary
from proofpress.cli.say import say
from proofpress.cli.site import checked_base_url, checked_output, now, require_site, site_option

if TYPE_CHECKING:
    from proofpress.builder.inputs import Options
    from proofpress.update import Outcome


@click.command("build")
@site_option
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to publish (default: public).")
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option("--future", is_flag=True, help="Publish posts whose date has not come.")
@click.option("--base-url", default="", metavar="URL", help="The site's address, in place of the settings' url.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at most (default: every core).")
@click.option("--clean", "anew", is_flag=True, help="Forget what earlier builds remembered.")
@click.option(
    "--explain", is_flag=False, flag_value="*", metavar="[URL]", help="Say why each page was made, or the one at URL."
)
@click.option("--verify", is_flag=True, help="Compare what is published with a build from nothing.")
@click.option("--format", "form", type=click.Choice(["text", "github", "json"]), default="text", help="Of problems.")
def command(
    root: Path,
    output: Path | None,
    drafts: bool,
    future: bool,
    base_url: str,
    strict: bool,
    jobs: int | None,
    anew: bool,
    explain: str | None,
    verify: bool,
    form: Format,
) -> None:
    """Build the site: all of it is published, or nothing."""
    from proofpress.builder.inputs import Options
    from proofpress.engine.parallel import WorkerDiedError, cores
    from proofpress.engine.store import BusyError
    from proofpress.problems import MissingExtra
    from proofpress.update import update

    start = time.perf_counter()
    root = require_site(root)
    base_url = checked_base_url(base_url)
    output = checked_output(root, output)
    options = Options(
        root=root,
        now=now(),
        drafts=drafts,
        future=future,
        base_url=base_url,
        strict=strict,
        jobs=jobs if jobs is not None else cores(),
    )
    try:
        with Bar() as bar:
            outcome = update(options, output, anew=anew, progress=bar)
    except (MissingExtra, BusyError, WorkerDiedError) as error:
        raise click.ClickException(str(error)) from None
    if outcome.notice:
        say(f"proofpress: {outcome.notice}", err=True)
    show(outcome.problems, form, root)
    if explain is not None:
        _explain(outcome, explain)
    if form != "json":
        say(_closing(outcome, time.perf_counter() - start), err=True)
    if outcome.published is None:
        raise SystemExit(1)
    if verify:
        _verify(options, outcome)


def _closing(outcome: Outcome, seconds: float) -> str:
    counted, done = summary(outcome.problems), outcome.published
    if done is None:
        return f"{counted}. Nothing was published. `proofpress explain RULE` tells what a problem means."
    left_out = f", {outcome.hidden} left out as drafts or future posts" if outcome.hidden else ""
    deleted = f", {done.deleted} deleted" if done.deleted else ""
    return (
        f"{outcome.pages:,} pages from {outcome.documents:,} Markdown files in {seconds:.2f} s into {outcome.output}/ "
        f"({done.written:,} files written, {done.unchanged:,} unchanged{deleted}{left_out})"
        + (f"; {counted}" if counted else "")
    )


def _explain(outcome: Outcome, url: str) -> None:
    """Say why each step ran: all of them, or those of one URL or file."""
    from proofpress.builder.reasons import reason_of

    wanted = {key: why for key, why in outcome.reasons.items() if url in ("*", key, key.rstrip("/"))}
    for key, why in sorted(wanted.items()):
        say(f"{key}: {reason_of(key, why, outcome.detail)}")
    if not wanted:
        say(
            "nothing was made: nothing changed"
            if url == "*"
            else f"{url}: not made again: nothing that it shows changed"
        )


def _verify(options: Options, outcome: Outcome) -> None:
    """Build once more from nothing, in memory, and name the first file that differs from what is published."""
    from proofpress.builder.build import build

    built = build(options)
    clean = built.outputs
    now, before = built.preparation.uncertain, outcome.uncertain
    accidents = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
    for path, data in sorted(clean.items()):
        there = outcome.output / path
        found = there.read_bytes() if there.is_file() else None
        if found != data:
            how = "is missing" if found is None else f"differs from byte {_first_difference(found, data)} on"
            if accidents:
                raise click.ClickException(
                    f"{path} {how}: a listing in {accidents[0]} took a lexer too long in only one of the two builds, "
                    "so this can't be verified; shorten the listing, or call it 'text'"
                )
            raise click.ClickException(
                f"{path} {how}: this build is not what a build from nothing gives, which is a bug in Proofpress; "
                "`proofpress build --clean` mends the site, and please report it"
            )
    say(f"verified: {len(clean):,} files are what a build from nothing gives", err=True)


def _first_difference(one: bytes, other: bytes) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
