"""`proofpress serve`: the site in the browser, built in memory and redrawn when a file is saved."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections import Counter
from typing import TYPE_CHECKING

import click

from proofpress.cli.commands import report_bug
from proofpress.cli.faults import in_words
from proofpress.cli.progress import Bar
from proofpress.cli.report import show, summary
from proofpress.cli.say import say
from proofpress.cli.site import SiteCommand, now, require_site, site_option
from proofpress.problems import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from proofpress.preview.shown import Shown
    from proofpress.problems import Problem

NAMED = 3
"""How many saved files a line names."""


FEW = 20
"""How many pages that wait to be looked at are not worth a word."""


@click.command("serve", cls=SiteCommand)
@site_option
@click.option("--host", default="127.0.0.1", metavar="HOST", help="Address to listen on (default: this machine alone).")
@click.option(
    "--port", default=8000, type=click.IntRange(0, 65535), metavar="N", help="Port, or the next free (default: 8000)."
)
@click.option("--open", "opens", is_flag=True, help="Open the site in the browser.")
@click.option("--follow", is_flag=True, help="Move the browser to the page that was saved.")
@click.option("--poll", is_flag=True, help="Look for changes once a second, where the system tells of none.")
@click.option("--no-drafts", is_flag=True, help="Show what would be published: no drafts, no future posts.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at most (default: every core).")
def command(
    root: Path | None, host: str, port: int, opens: bool, follow: bool, poll: bool, no_drafts: bool, jobs: int | None
) -> None:
    """Show the site at http://127.0.0.1:8000/, and redraw it when a file is saved. Ctrl-C ends it."""
    from proofpress.builder.inputs import Options
    from proofpress.engine.parallel import WorkerDiedError, cores
    from proofpress.engine.store import BusyError
    from proofpress.preview.editor import UnknownEditorError, editor_template
    from proofpress.preview.server import NoPortError, bind, serve
    from proofpress.preview.session import Session
    from proofpress.preview.watching import Watcher
    from proofpress.problems import MissingExtra

    site = require_site(root).resolve()
    options = Options(
        root=site,
        now=now(),
        drafts=not no_drafts,
        future=not no_drafts,
        publishes=False,
        jobs=jobs if jobs is not None else cores(),
    )
    try:
        editor = editor_template(os.environ.get("PROOFPRESS_EDITOR", ""))
    except UnknownEditorError as error:
        raise click.UsageError(str(error)) from None
    try:
        listening = bind(host, port)
    except NoPortError as error:
        raise click.ClickException(str(error)) from None
    terminal = Narration(site, host, port, listening.getsockname()[0], opens=opens)
    session = Session(options, now)
    try:
        serve(
            session,
            lambda told: Watcher(site, told, poll=poll, included=lambda: session.included),
            listening,
            host=host,
            follow=follow,
            editor=editor,
            terminal=terminal,
        )
    except (MissingExtra, BusyError, WorkerDiedError) as error:
        raise click.ClickException(str(error)) from None


class Narration:
    """What the terminal says while a site is served: each problem once while it lasts, and a line for each change."""

    def __init__(self, root: Path, host: str, wanted: int, address: str, *, opens: bool) -> None:
        self._root = root
        self._host = host
        self._wanted = wanted
        self._address = ipaddress.ip_address(address)
        self._opens = opens
        self._revision = -1
        self._failed = False
        self._told: Counter[tuple[str, str, str, str]] = Counter()

    def building(self) -> Bar:
        """Return the bar of the first build."""
        return Bar()

    def notice(self, text: str) -> None:
        """Pass on what the watcher has to say."""
        say(f"proofpress: {text}", err=True)

    def serving(self, shown: Shown, port: int) -> None:
        """Say what was built, what is wrong with it, and where it is."""
        self._problems(shown)
        self._revision, self._failed = shown.revision, shown.failed
        say(self._first_line(shown), err=True)
        if self._wanted not in (0, port):
            say(f"proofpress: port {self._wanted} is in use, so this is port {port}", err=True)
        if not self._address.is_loopback:
            say(
                f"proofpress: warning: whoever can reach this machine can read the site at port {port}, drafts "
                "included; without --host it is for this machine alone",
                err=True,
            )
        url = f"http://{_in_url(self._host, self._address)}:{port}{shown.base.href('/')}"
        click.echo(f"{click.style(visible(url), bold=True)}  (Ctrl-C ends it)")
        if self._opens:
            # A browser of the terminal takes it over until it ends, so it is not waited for.
            threading.Thread(target=_open, args=(url,), name="browser", daemon=True).start()

    def rebuilt(self, shown: Shown, hints: frozenset[str] | None) -> None:
        """Say what was saved and what came of it; nothing where nothing did."""
        if shown.revision == self._revision:
            return
        self._problems(shown)
        took = f"{shown.report.seconds * 1000:,.0f} ms"
        if shown.failed:
            outcome = f"{summary(shown.problems)}, {took}" + (
                "; the last good site stays up" if shown.stale else "; what could be built is shown"
            )
        elif shown.changed is None:
            outcome = f"the site was built anew, {took}"
        else:
            count = f"{len(shown.changed):,}" if shown.changed else "no"
            outcome = f"{count} file{'' if len(shown.changed) == 1 else 's'} changed, {took}"
        if shown.waiting > FEW:
            outcome += f"; {shown.waiting:,} pages and feeds are looked at meanwhile"
        elif self._failed and not shown.failed:
            outcome += "; mended: there is no error any more"
        self._revision = shown.revision
        self._failed = shown.failed or (self._failed and shown.waiting > FEW)
        say(f"{_saved(shown, hints)}: {outcome}", err=True)

    def looked(self, shown: Shown) -> None:
        """Show what is wrong with pages that nobody had looked at, and say when an error was the last."""
        self._problems(shown)
        self._revision = shown.revision
        if not shown.waiting:
            if self._failed and not shown.failed:
                say("all pages are looked at; mended: there is no error any more", err=True)
            self._failed = shown.failed

    def failed(self, error: Exception) -> None:
        """Say that something else than the site is wrong, and that the server goes on."""
        from proofpress.engine.parallel import WorkerDiedError
        from proofpress.problems import MissingExtra

        goes_on = "The last good site is still shown."
        if isinstance(error, OSError):
            say(f"proofpress: {in_words(error)}. {goes_on}", err=True)
        elif isinstance(error, MissingExtra | WorkerDiedError):
            say(f"proofpress: {error}. {goes_on}", err=True)
        else:
            report_bug(error, goes_on)

    def _problems(self, shown: Shown) -> None:
        """Show the problems that are new. One that only moved to another line is not."""
        seen: Counter[tuple[str, str, str, str]] = Counter()
        fresh: list[Problem] = []
        for found in shown.problems:
            kind = (found.path, found.rule, found.message, found.severity)
            seen[kind] += 1
            if seen[kind] > self._told[kind]:
                fresh.append(found)
        self._told = seen | self._told if shown.waiting else seen
        show(fresh, "text", self._root)

    def _first_line(self, shown: Shown) -> str:
        if shown.failed:
            return f"{summary(shown.problems)}. What could be built is shown; the browser follows as you mend them."
        states: Counter[str] = Counter(page.state for page in shown.pages)
        hidden = [
            f"{states[state]:,} {name}{'' if states[state] == 1 else 's'}"
            for state, name in (("draft", "draft"), ("future", "future post"))
            if states[state]
        ]
        among = f", {' and '.join(hidden)} among them" if hidden else ""
        counted = summary(shown.problems)
        return f"{len(shown.pages):,} pages in {shown.report.seconds:.2f} s{among}" + (
            f"; {counted}" if counted else ""
        )


def _saved(shown: Shown, hints: frozenset[str] | None) -> str:
    """Return the names of saved files, the first few; of a look at everything, those of the posts that it rendered."""
    names: Sequence[str] = sorted(hints or {ran.key for ran in shown.report.ran if not ran.key.startswith("/")})
    if not names:
        return "several files"
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _in_url(host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return a host as a URL on this machine has it."""
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return f"[{host}]" if ":" in host else host


def _open(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        say("proofpress: no browser was found to open", err=True)
