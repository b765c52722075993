"""`proofpress build`: content/ becomes public/, or every problem is printed and nothing is published."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from proofpress.cli.faults import in_words
from proofpress.cli.progress import Bar
from proofpress.cli.report import Format, left_out, reported, show, summary
from proofpress.cli.say import inert, say
from proofpress.cli.site import (
    SiteCommand,
    cache_key,
    checked_base_url,
    checked_output,
    from_here,
    now,
    place_from_here,
    prefix_of,
    require_site,
    site_option,
)
from proofpress.engine.disk import write_file
from proofpress.output.cache import STAMP, cache_folder
from proofpress.standing import Said, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.builder.inputs import Options
    from proofpress.engine.executors import Executor
    from proofpress.update import Outcome


_SECONDS = "{seconds}"
"""Where the seconds stand in what the next build is to say."""


@click.command("build", cls=SiteCommand)
@site_option
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to publish (default: public).")
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option("--future", is_flag=True, help="Publish posts whose date has not come.")
@click.option("--base-url", default="", metavar="URL", help="The site's address, in place of the settings' url.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at most (default: every core).")
@click.option(
    "--executor", "place", metavar="dask:ADDRESS", help="Work on a Dask cluster, such as dask:tcp://host:8786."
)
@click.option("--clean", "anew", is_flag=True, help="Forget what earlier builds remembered.")
@click.option(
    "--explain", is_flag=False, flag_value="*", metavar="[URL]", help="Say why each page was made, or the one at URL."
)
@click.option("--verify", is_flag=True, help="Compare what is published with a build from nothing.")
@click.option("--format", "form", type=click.Choice(["text", "github", "json"]), default="text", help="Of problems.")
def command(
    root: Path | None,
    output: Path | None,
    drafts: bool,
    future: bool,
    base_url: str,
    strict: bool,
    jobs: int | None,
    place: str | None,
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
    from proofpress.rules.output import UNSAFE_OUTPUT
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
        cache_key=cache_key(),
    )
    try:
        with Bar() as bar, _executor(place) as executor:
            outcome = update(options, output, anew=anew, executor=executor, progress=bar)
    except (MissingExtra, BusyError, WorkerDiedError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        if form != "json":
            raise
        show([UNSAFE_OUTPUT.stopped(in_words(error)).at("site.yaml")], form, root)  # who reads JSON gets a list, always
        raise SystemExit(1) from None
    if outcome.notice:
        say(f"proofpress: {outcome.notice}", err=True)
    pieces = show(outcome.told, form, root)
    if explain is not None:
        _explain(outcome, explain, root)
    if form != "json":
        for line in _closing(outcome, root, f"{time.perf_counter() - start:.2f}"):
            say(line, err=True)
    if outcome.published is None:
        raise SystemExit(1)
    if verify:
        _verify(options, outcome)
    elif explain is None and not anew:
        _remember(outcome, None if outcome.lost else pieces, form, root)


@contextlib.contextmanager
def _executor(place: str | None) -> Iterator[Executor | None]:
    """Give what runs the steps where somebody names it: `dask:` and the address of a scheduler."""
    if place is None:
        yield None
        return
    kind, _, address = place.partition(":")
    if kind != "dask" or not address:
        raise click.BadParameter(
            f"'{place}' is no place to work at; name a Dask scheduler, such as dask:tcp://127.0.0.1:8786",
            param_hint="--executor",
        )
    from proofpress.builder.versions import told_versions
    from proofpress.engine.cluster import Cluster, ClusterError, can_reach_clusters

    if not can_reach_clusters():
        raise click.ClickException(
            "a Dask cluster needs distributed; install it with: pip install 'proofpress[cluster]'"
        )
    try:
        with Cluster(address, told_versions) as cluster:
            yield cluster
    except ClusterError as error:
        raise click.ClickException(str(error)) from None


def _closing(outcome: Outcome, root: Path, seconds: str) -> Iterator[str]:
    """Give the last lines of a build: what became of it, and what was left out."""
    counted, done = summary(outcome.told), outcome.published
    if done is None:
        yield f"{counted}. Nothing was published. `proofpress explain RULE` tells what a problem means."
        return
    deleted = f", {done.deleted} deleted" if done.deleted else ""
    yield (
        f"{outcome.pages:,} pages from {outcome.documents:,} Markdown files in {seconds} s into {from_here(outcome.output)}/ "
        f"({done.written:,} files written, {done.unchanged:,} unchanged{deleted})" + (f"; {counted}" if counted else "")
    )
    if outcome.left_out:
        yield left_out(outcome.left_out, root)


def _remember(outcome: Outcome, pieces: list[str] | None, form: Format, root: Path) -> None:
    """Leave a stamp with what the next build says if it has nothing to do (`standing.py`).

    That are these pieces of a report, where all that this build told is told again.
    """
    done, standing = outcome.published, outcome.standing
    if standing is None or done is None:
        return
    idle = type(done)(0, done.written + done.unchanged, 0)
    outcome = msgspec.structs.replace(outcome, published=idle, lost=[])
    if pieces is None:
        pieces = list(reported(outcome.told, form, root))
    shown = "".join(f"{_as_printed(said, err=form == 'text')}\n" for said in pieces)
    closing = "" if form == "json" else "".join(f"{inert(line)}\n" for line in _closing(outcome, root, _SECONDS))
    before, _, after = closing.partition(_SECONDS)
    out, err = ("", shown) if form == "text" else (shown, "")
    data = stamp(standing, sys.argv[1:], Said(out, err + before, after))
    if data is not None:
        with contextlib.suppress(OSError):  # the next build looks for itself
            write_file(cache_folder(root) / STAMP, data)


def _as_printed(text: str, *, err: bool) -> str:
    """Return a text as click prints it: without colours where the stream is no terminal."""
    return text if (sys.stderr if err else sys.stdout).isatty() else click.unstyle(text)


def _explain(outcome: Outcome, asked: str, root: Path) -> None:
    """Say why each step ran: all of them, or those of one URL or file; of what is no page of the site, that it is none."""
    from proofpress.builder.reasons import reason_of

    prefix = prefix_of(root)
    names = _meant(asked, root)
    wanted = {key: why for key, why in outcome.reasons.items() if asked == "*" or key in names}
    for key, why in sorted(wanted.items()):
        shown = key if key.startswith("/") else place_from_here(key, prefix)
        say(f"{shown}: {reason_of(key, why, outcome.detail)}")
    left = _left_out(outcome, names, root)
    if asked == "*" and not wanted:
        say("nothing was made: nothing changed")
    elif left:
        say(f"{asked}: {left}")
    elif not wanted:
        say(f"{asked}: {_not_made(outcome, names, root)}")


def _meant(asked: str, root: Path) -> list[str]:
    """Return the names of steps that a URL or a file may stand for, in the order in which they are believed.

    A URL may be whole, without its last slash or its first, and plain where it is to be encoded; a file may be named
    from the site's folder or from here.
    """
    from urllib.parse import unquote, urlsplit

    from proofpress.paths import encode

    path = urlsplit(asked).path if "://" in asked else asked
    plain = encode(unquote(path))
    slashed = plain if plain.startswith("/") else f"/{plain}"
    names = [slashed, slashed + "/"] if not slashed.endswith("/") else [slashed]
    file = Path(asked)
    with contextlib.suppress(OSError, ValueError):
        names.append(file.resolve().relative_to(root.resolve()).as_posix())
    return [*names, file.as_posix()]


def _left_out(outcome: Outcome, names: list[str], root: Path) -> str:
    """Say why a URL or a file is not published; nothing of what is, or is not there."""
    for own in outcome.left_out:
        if own.path in names or own.site_path in names:
            option = "--future" if own.due else "--drafts"
            return f"not published: {place_from_here(own.path, prefix_of(root))} is {own.why}; {option} publishes it"
    return ""


def _not_made(outcome: Outcome, names: list[str], root: Path) -> str:
    """Say why a URL or a file was not made now: it stands, or there is no such thing."""
    from proofpress.paths import SitePath, output_path
    from proofpress.problems import did_you_mean

    pages = {output_path(SitePath(name)) for name in names if name.startswith("/")}
    if not pages.isdisjoint(outcome.files):
        return "not made again: nothing that it shows changed"
    if any(name.startswith("content/") and (root / name).is_file() for name in names):
        return "not rendered again: neither it nor the settings changed"
    if outcome.published is None:
        return "not made by this build, which has errors"
    urls = [f"/{file.removesuffix('index.html')}" for file in outcome.files]
    hint = did_you_mean(names[0], urls) or "`proofpress build --explain` lists what was made"
    return f"nothing is at this address: no page of the site has it, and no file; {hint}"


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
