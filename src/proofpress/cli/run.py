"""`proofpress run`: the listings of posts are run, and what they gave is kept beside each post."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from proofpress.cli.report import show, summary
from proofpress.cli.say import say
from proofpress.cli.site import now, place_from_here, prefix_of, require_site, site_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.builder.running import Asking, Running
    from proofpress.problems import Problem
    from proofpress.recorded.values import Lock
    from proofpress.run.posts import Gave, How, Post

_TURN = 0.2
_NAMED = 20
"""How many posts the list of what is run names."""


@click.command("run")
@site_option
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "every", is_flag=True, help="Run all anew, also what is kept and still stands.")
@click.option("--check", is_flag=True, help="Run, keep nothing, and tell what gives something else than is kept.")
@click.option("--fix", is_flag=True, help="Write into posts what their listings print, where they say otherwise.")
@click.option("--dry-run", is_flag=True, help="List what would be run, and run nothing.")
@click.option("--isolated", is_flag=True, help="Run each post in an environment made of its `requirements:`.")
@click.option("--python", metavar="FILE", default=None, help="The Python that runs listings (default: this one).")
@click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Of a listing (default: 60).")
@click.option("--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="Posts at once (default: 1).")
@click.option("--format", "form", type=click.Choice(["text", "github", "json"]), default="text", help="Of problems.")
def command(
    root: Path | None,
    paths: tuple[Path, ...],
    every: bool,
    check: bool,
    fix: bool,
    dry_run: bool,
    isolated: bool,
    python: str | None,
    timeout: float | None,
    jobs: int,
    form: Literal["text", "github", "json"],
) -> None:
    """Run the listings of posts, and keep what they print and draw beside each post.

    PATH is a post, or a folder of posts. Without one, the posts are run whose listings changed since they ran.

    This runs the code of posts, with your rights: run what you trust. It is listed before it is run.
    """
    if check and fix:
        raise click.UsageError("--check writes nothing, and --fix rewrites posts: take one of them")
    root = require_site(root)
    asked = _asked_for(root, paths, every=every or check, claims=fix)
    how = _how(root, python, timeout, isolated=isolated)
    _say_what(asked.posts, how, prefix_of(root), err=form != "text")
    if dry_run:
        return
    done = _Done(root, asked, check=check, err=form != "text")
    stopped = threading.Event()
    with _stoppable(stopped):
        _run_all(asked.posts, how, jobs, stopped, done)
        if fix and not stopped.is_set():
            _run_all(_mended(root, done, err=form != "text"), how, jobs, stopped, done)
    problems = done.told()
    show(problems, form, root)
    if form != "json":
        say(done.closing(problems, stopped=stopped.is_set()), err=True)
    if stopped.is_set():
        raise SystemExit(130)
    if any(found.severity == "error" for found in problems):
        raise SystemExit(1)


# ---------------------------------------------------------------- what is run


def _asked_for(root: Path, paths: Sequence[Path], *, every: bool, claims: bool) -> Asking:
    """Return what is to be run: of the posts that were named, all; else those whose listings are not as they ran.

    With `claims` also those that say otherwise than is kept.
    """
    found = _read(root)
    if any(one.path == "site.yaml" for one in found.problems):
        return found._replace(posts=())
    if not paths:
        return found._replace(
            posts=tuple(
                one
                for one in found.posts
                if every or not _stands(root, one) or (claims and one.lock is not None and one.claims(one.lock))
            )
        )
    chosen: set[str] = set()
    known = {*(one.path for one in found.posts), *(one.path for one in found.problems)}
    for path in paths:
        named = _below(root, path)
        under = {one for one in known if named in ("", one) or one.startswith(f"{named}/")}
        chosen |= under
        if under:
            continue
        if named in found.paths:
            raise click.UsageError(
                f"nothing of '{path}' is run: write `run` on the fence of a listing, or `run: true` in its front matter"
            )
        if not path.exists():
            raise click.UsageError(f"there is no '{path}'")
        raise click.UsageError(f"'{path}' is no post of this site, and no folder with one whose listings are run")
    return found._replace(
        posts=tuple(one for one in found.posts if one.path in chosen),
        problems=tuple(one for one in found.problems if one.path in chosen or one.severity == "error"),
    )


def _read(root: Path) -> Asking:
    from proofpress.builder.running import posts_that_run

    return posts_that_run(root)


def _stands(root: Path, post: Running) -> bool:
    """Tell whether what is kept of a post is what it would give now, as far as that is known without running it."""
    from proofpress.recorded.values import Drawn
    from proofpress.run.keeping import has_pictures

    if not post.stands or post.lock is None:
        return False
    drawn = {output.file for ran in post.lock.listings for output in ran.outputs if isinstance(output, Drawn)}
    return has_pictures(root, post.path, drawn)


def _below(root: Path, path: Path) -> str:
    """Return a path as the site knows it, or as it is where it leads elsewhere."""
    top, named = os.path.realpath(root), os.path.realpath(path)
    inside = named == top or named.startswith(top + os.sep)
    below = os.path.relpath(named, top).replace(os.sep, "/") if inside else str(path)
    return "" if below == os.curdir else below


def _how(root: Path, python: str | None, timeout: float | None, *, isolated: bool) -> How:
    import shutil

    from proofpress.engine.disk import own_folder
    from proofpress.output.cache import RUNS, cache_folder
    from proofpress.run.posts import CACHES, ENVIRONMENTS, How
    from proofpress.run.values import TIMEOUT, Limits

    program = sys.executable
    if python is not None:
        found = shutil.which(python)
        if found is None:
            raise click.UsageError(f"--python: there is no program '{python}'")
        program = str(Path(found).absolute())
    kept = cache_folder(root) / RUNS
    for folder in (kept, kept / CACHES, kept / ENVIRONMENTS):
        own_folder(folder)
    limits = Limits(seconds=timeout or TIMEOUT)
    return How(root=root, kept=kept, python=program, isolated=isolated, limits=limits)


def _say_what(posts: Sequence[Running], how: How, prefix: str, *, err: bool) -> None:
    """Say what is about to be run, and where."""
    if not posts:
        return
    count = sum(len(one.runs.parts) for one in posts)
    where = "environments of their own" if how.isolated else how.python
    say(f"Running {_counted(count, 'listing')} of {_counted(len(posts), 'post')}, Python in {where}:", err=err)
    for one in posts[:_NAMED]:
        languages = Counter(part.runnable.language for part in one.runs.parts)
        named = ", ".join(f"{number:,} in {language}" for language, number in sorted(languages.items()))
        say(f"  {place_from_here(one.path, prefix)}: {named}", err=err)
    if len(posts) > _NAMED:
        say(f"  and {_counted(len(posts) - _NAMED, 'more post', 'more posts')}", err=err)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# ---------------------------------------------------------------- the run


@contextmanager
def _stoppable(stopped: threading.Event) -> Iterator[None]:
    """Have Ctrl-C, and what else asks a program to end, end the run in good order."""
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run_all(posts: Sequence[Running], how: How, jobs: int, stopped: threading.Event, done: _Done) -> None:
    """Run posts, several at once; what came of each is handed on when it is done."""
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

    from proofpress.run.posts import run_post
    from proofpress.run.processes import all_ours
    from proofpress.run.values import StoppedError

    with all_ours(), ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = {pool.submit(run_post, _post(one), how, stopped, dict(os.environ)): one for one in posts}
        try:
            while waiting:
                ended, _ = wait(waiting, timeout=_TURN, return_when=FIRST_COMPLETED)
                for one in ended:
                    post = waiting.pop(one)
                    try:
                        gave = one.result()
                    except StoppedError:
                        continue
                    done.take(post, gave)
                if stopped.is_set():
                    waiting = {one: post for one, post in waiting.items() if not one.cancel()}
        finally:
            if waiting:
                stopped.set()
                for one in waiting:
                    one.cancel()


def _mended(root: Path, done: _Done, *, err: bool) -> list[Running]:
    """Write into posts what their listings print; return those that are to run again, since a remark is part of their code."""
    from proofpress.builder.mending import mends, write
    from proofpress.builder.reporting import with_excerpts

    claims = [one for found in done.claims.values() for one in found]
    made = mends(with_excerpts(claims, {}, root), root, unsafe=True)
    if not made:
        return []
    write(made, root)
    for mend in made:
        say(f"{place_from_here(mend.path, prefix_of(root))}: {mend.faults:,} mended", err=err)
    mended = {mend.path for mend in made}
    again = []
    for post in _read(root).posts:
        if post.path in mended and post.lock is not None and _stands(root, post):
            done.claims[post.path] = post.claims(post.lock)
        elif post.path in mended:
            again.append(post)
    return again


def _post(one: Running) -> Post:
    from proofpress.run.posts import Post

    document = one.text.document
    front = document.front
    return Post(one.path, one.lines, one.runs.runnables, front.requirements, front.reads, one.said, document.places)


class _Done:
    """What came of each post, kept or compared as it comes."""

    def __init__(self, root: Path, asked: Asking, *, check: bool, err: bool) -> None:
        self.claims: dict[str, list[Problem]] = {}
        """What posts say that their listings print, and what is not so, by their files."""
        self._became: dict[str, str] = {}
        self._root = root
        self._asked = asked
        self._check = check
        self._err = err
        self._problems = [*asked.problems, *(fault for one in asked.posts for fault in one.faults)]

    def take(self, post: Running, gave: Gave) -> None:
        """Take in what a post gave."""
        from proofpress.run.comparing import changes, settled
        from proofpress.run.keeping import lock_after

        self._problems += gave.problems
        if gave.failed:
            self._became[post.path] = "failed"
            return
        gave = settled(post.runs, post.lock, gave)
        lock = lock_after(gave, post.lock, f"{now():%Y-%m-%d}")
        self.claims[post.path] = post.claims(lock)
        if self._check:
            found = changes(post.path, post.runs, post.lock, gave)
            self._problems += found
            self._became[post.path] = "not as kept" if found else "as before"
        else:
            self._became[post.path] = self._kept(post, gave, lock)

    def _kept(self, post: Running, gave: Gave, lock: Lock) -> str:
        from proofpress.cli.faults import in_words
        from proofpress.rules.running import CANNOT_RUN
        from proofpress.run.keeping import keep, lock_of

        try:
            wrote = keep(self._root, gave, lock)
        except OSError as error:
            self._problems.append(CANNOT_RUN.not_kept(in_words(error)).at(post.path))
            return "failed"
        if wrote:
            say(f"{place_from_here(lock_of(post.path), prefix_of(self._root))}: written", err=self._err)
        return "written" if wrote else "as before"

    def told(self) -> list[Problem]:
        """Return what is wrong, as it is shown."""
        from proofpress.builder.reporting import with_excerpts
        from proofpress.problems import judge
        from proofpress.site.weighing import weigher

        found = [*self._problems, *(one for claims in self.claims.values() for one in claims)]
        judged = judge(found, weigher(self._asked.config.rules), strict=False)
        return with_excerpts(judged, {}, self._root)

    def closing(self, problems: Sequence[Problem], *, stopped: bool) -> str:
        """Return what is said at the end."""
        counts = Counter(self._became.values())
        counts["not run"] = len(self._asked.posts) - len(self._became)
        order = ("written", "as before", "not as kept", "failed", "not run")
        parts = [f"{counts[what]:,} {what}" for what in order if counts[what]]
        told = f"{'Stopped. ' if stopped else ''}{summary(problems)}"
        if not parts:
            return told or "Nothing to run: what listings gave is kept, and stands."
        return f"{told}{': ' if problems else ''}{_counted(len(self._asked.posts), 'post')}, {', '.join(parts)}."
