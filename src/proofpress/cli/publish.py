"""`proofpress publish`: the site is built, and what changed is sent to where it is served; with an error, nothing is."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofpress.cli.progress import Bar
from proofpress.cli.report import left_out, show, summary
from proofpress.cli.say import say
from proofpress.cli.site import (
    cache_key,
    checked_base_url,
    checked_output,
    from_here,
    now,
    require_site,
    site_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.remote.sending import Changes, Site
    from proofpress.update import Outcome

KINDS = {"git": "", "rsync": "HOST:PATH", "s3": "BUCKET"}
"""Where a site can be sent, and what has to be named there."""
ONLY_GIT = {"remote": "--remote", "branch": "--branch", "history": "--history", "message": "--message"}
NAMED = 3
"""How many files that stay here a line names."""


@click.command("publish")
@site_option
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to build (default: public).")
@click.option("--to", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="How to send.")
@click.argument("place", required=False, metavar="[HOST:PATH|BUCKET[/PREFIX]]")
@click.option("--remote", default="origin", show_default=True, metavar="NAME", help="git: the remote to push to.")
@click.option("--branch", default="gh-pages", show_default=True, metavar="NAME", help="git: the branch of the site.")
@click.option("--history/--no-history", default=True, help="git: keep the branch's history (default), or one commit.")
@click.option("--message", default="", metavar="TEXT", help="git: the commit's message.")
@click.option(
    "--take-over", is_flag=True, help="Replace what others put there: a branch, or files that are in the way."
)
@click.option("--base-url", default="", metavar="URL", help="The site's address, in place of the settings' url.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--dry-run", is_flag=True, help="Build, then list what would be sent and deleted; send nothing.")
@click.pass_context
def command(
    ctx: click.Context,
    root: Path | None,
    output: Path | None,
    kinds: tuple[str, ...],
    place: str | None,
    remote: str,
    branch: str,
    history: bool,
    message: str,
    take_over: bool,
    base_url: str,
    strict: bool,
    dry_run: bool,
) -> None:
    """Build the site as `proofpress build` does, and send what changed. With an error in the site, nothing is sent.

    \b
      --to git                  as the tree of a branch of a remote, in one push
      --to rsync HOST:PATH      into a folder, through ssh
      --to s3 BUCKET[/PREFIX]   into a bucket

    Into a folder or a bucket, assets are sent first, then pages, then lists and feeds; last, what is gone is deleted,
    as far as Proofpress has sent it there. What others put there is not replaced, unless --take-over says so. Drafts are
    never sent. With --dry-run the site is built into the output folder as always and the target is looked at, but
    nothing there is changed.
    """  # noqa: D301 - \b is click's mark for lines that stay
    root = require_site(root)
    kind = _kind(ctx, kinds, place)
    base_url = checked_base_url(base_url)
    output = checked_output(root, output)
    with _failures_told(ctx):
        if kind == "git":
            from proofpress.remote import git

            target = git.find_target(root, remote, branch)
            where = f"the branch {branch} of {remote}"
            site = _built(root, output, base_url, strict=strict)
            send = partial(git.publish, history=history, message=message or git.default_message(target))
            changes = send(site, target, dry_run=dry_run, take_over=take_over, tell=_tell)
        elif kind == "rsync":
            from proofpress.remote import rsync

            folder = rsync.find_target(root, place or "")
            where = folder.place
            site = _built(root, output, base_url, strict=strict)
            changes = rsync.publish(site, folder, dry_run=dry_run, take_over=take_over, tell=_tell)
        else:
            from proofpress.remote import s3

            bucket = s3.find_target(place or "")
            where = bucket.place
            site = _built(root, output, base_url, strict=strict)
            changes = s3.publish(site, bucket, dry_run=dry_run, take_over=take_over, tell=_tell)
    _report(site, changes, where, dry_run=dry_run)


@contextmanager
def _failures_told(ctx: click.Context) -> Iterator[None]:
    """Tell what can go wrong where a site is sent to as the command line does, with the command that takes over."""
    from proofpress.problems import MissingExtra
    from proofpress.remote.programs import RemoteError, WrongTargetError
    from proofpress.remote.sending import ForeignFilesError

    try:
        yield
    except ForeignFilesError as error:
        raise click.UsageError(f"{error}:\n\n  {_again(ctx)} --take-over") from None
    except WrongTargetError as error:
        raise click.UsageError(str(error)) from None
    except (MissingExtra, RemoteError) as error:
        raise click.ClickException(str(error)) from None


def _again(ctx: click.Context) -> str:
    """Return the command that was given, without --dry-run."""
    given = ["proofpress", "publish"]
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if name == "dry_run" or ctx.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE:
            continue
        value = ctx.params[name]
        if isinstance(parameter, click.Option) and parameter.is_flag:
            given.append((parameter.opts if value else parameter.secondary_opts)[0])
            continue
        option = parameter.opts[:1] if isinstance(parameter, click.Option) else []
        for each in value if parameter.multiple else [value]:
            given += [*option, str(each)]
    return shlex.join(given)


def _kind(ctx: click.Context, kinds: tuple[str, ...], place: str | None) -> str:
    """Return how to send; a usage error with a mend where that isn't said, or said twice."""
    if not kinds:
        raise click.UsageError("say where to publish: --to git, --to rsync HOST:PATH or --to s3 BUCKET")
    if len(set(kinds)) > 1:
        raise click.UsageError(f"--to {' and --to '.join(kinds)}: a site is sent to one place at a time; run it twice")
    kind = kinds[0]
    if KINDS[kind] and not place:
        raise click.UsageError(f"--to {kind} needs a place: proofpress publish --to {kind} {KINDS[kind]}")
    if place and not KINDS[kind]:
        raise click.UsageError(
            f"--to {kind} takes no '{place}'; name the remote and its branch with --remote, --branch"
        )
    given = [
        option
        for name, option in ONLY_GIT.items()
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if given and kind != "git":
        raise click.UsageError(f"{given[0]} belongs to --to git; leave it out with --to {kind}")
    return kind


def _built(root: Path, output: Path | None, base_url: str, *, strict: bool) -> Site:
    """Build the site and return what there is to send; it ends here where there is an error."""
    from proofpress.builder.inputs import Options
    from proofpress.engine.parallel import WorkerDiedError, cores
    from proofpress.engine.store import BusyError
    from proofpress.problems import MissingExtra
    from proofpress.remote.sending import read_site
    from proofpress.update import update

    options = Options(root=root, now=now(), base_url=base_url, strict=strict, jobs=cores(), cache_key=cache_key())
    try:
        with Bar() as bar:
            outcome = update(options, output, progress=bar)
    except (MissingExtra, BusyError, WorkerDiedError) as error:
        raise click.ClickException(str(error)) from None
    if outcome.notice:
        say(f"proofpress: {outcome.notice}", err=True)
    show(outcome.told, "text", root)
    say(_closing(outcome), err=True)
    if outcome.left_out and outcome.published is not None:
        say(left_out(outcome.left_out, root), err=True)
    if outcome.published is None:
        raise SystemExit(1)
    if not outcome.documents:  # a checkout without its submodule has an empty folder
        raise click.ClickException(
            f"'{root / 'content'}' holds no Markdown file, and an empty site is not sent in place of the one that may be "
            "up; if you mean it, write content/index.md, the text of the home page"
        )
    site = read_site(root, outcome.output)
    if site.strangers:
        more = f" and {len(site.strangers) - NAMED:,} more" if len(site.strangers) > NAMED else ""
        say(
            f"proofpress: not sent, since the build did not make it: {', '.join(site.strangers[:NAMED])}{more} in "
            f"{from_here(outcome.output)}/; what lies in static/ is sent",
            err=True,
        )
    return site


def _closing(outcome: Outcome) -> str:
    counted = summary(outcome.told)
    if outcome.published is None:
        return f"{counted}. Nothing was published. `proofpress explain RULE` tells what a problem means."
    return f"{outcome.pages:,} pages in {from_here(outcome.output)}/" + (f"; {counted}" if counted else "")


def _tell(said: str) -> None:
    say(f"{said} …", err=True)


def _report(site: Site, changes: Changes, where: str, *, dry_run: bool) -> None:
    """List what would change, or count what did."""
    if changes.notice:
        say(f"proofpress: {changes.notice}", err=True)
    if dry_run:
        for kind, paths in (("new", changes.new), ("changed", changes.changed), ("deleted", changes.deleted)):
            for path in _in_order(paths):
                say(f"{kind:<8}{path}")
    counted = [
        f"{len(paths):,} {kind}"
        for kind, paths in (("new", changes.new), ("changed", changes.changed), ("deleted", changes.deleted))
        if paths
    ]
    total = f"{len(site.files):,} files"
    if not counted:
        say(f"{where} has the site already: {total}, nothing to do", err=True)
    elif dry_run:
        say(f"nothing was sent; {where} would get {', '.join(counted)}, {changes.unchanged:,} unchanged", err=True)
    else:
        say(f"{where} has the site: {', '.join(counted)}, {changes.unchanged:,} unchanged", err=True)


def _in_order(paths: Sequence[str]) -> Sequence[str]:
    from proofpress.output.publish import in_order
    from proofpress.paths import OutputPath

    return in_order([OutputPath(path) for path in paths])
