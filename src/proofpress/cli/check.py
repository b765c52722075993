"""`proofpress check`: every fault of a site, as a compiler would tell of it; `--fix` mends what can be mended."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING

import click

from proofpress.cli.progress import Bar
from proofpress.cli.report import Format, show, summary
from proofpress.cli.say import say
from proofpress.cli.site import SiteCommand, now, place_from_here, prefix_of, require_site, site_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from proofpress.builder.mending import Mend
    from proofpress.problems import Problem
    from proofpress.web.asking import Answer

ROUNDS = 10
"""How often a site is looked at again after mends, which may bring others within reach."""


@click.command("check", cls=SiteCommand)
@site_option
@click.option("--fix", is_flag=True, help="Mend what is certain and loses no word.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: mend what is a guess, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--external", is_flag=True, help="Ask the web whether the addresses of other sites are still there.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at most (default: every core).")
@click.option(
    "--format", "form", type=click.Choice(["text", "github", "json", "sarif"]), default="text", help="Of problems."
)
def command(
    root: Path | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    external: bool,
    strict: bool,
    jobs: int | None,
    form: Format,
) -> None:
    """Tell of every fault, drafts and posts of the future included. Nothing is published."""
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes says which mends are made: add --fix, or --diff to see them")
    if fix and diff:
        raise click.UsageError("--diff shows what --fix would do: take one of them")
    root = require_site(root)
    find = _Find(root, external=external, strict=strict, jobs=jobs)
    problems = find()
    if diff:
        _show_difference(_mends(problems, root, unsafe=unsafe_fixes), prefix_of(root))
        return
    if fix:
        problems = _mended(problems, find, unsafe=unsafe_fixes)
    show(problems, form, root)
    for note in find.notes:
        say(note, err=True)
    if form in {"text", "github"}:
        say(_closing(problems), err=True)
    if any(found.severity == "error" for found in problems):
        raise SystemExit(1)


class _Find:
    """Finds all that is wrong with a site, as often as it is mended; an address of the web is asked once."""

    def __init__(self, root: Path, *, external: bool, strict: bool, jobs: int | None) -> None:
        self.root = root
        self.notes: list[str] = []
        """What is to be said of the web beside problems."""
        self._external = external
        self._strict = strict
        self._jobs = jobs
        self._answers: dict[str, Answer] = {}

    def __call__(self) -> list[Problem]:
        """Return it."""
        problems = _problems(self.root, strict=self._strict, jobs=self._jobs)
        if not self._external:
            return problems
        from proofpress.engine.store import BusyError
        from proofpress.outside import ask_outside

        try:
            with Bar() as bar:
                asked = ask_outside(self.root, now(), strict=self._strict, known=self._answers, progress=bar)
        except BusyError as error:
            raise click.ClickException(str(error)) from None
        self.notes, self._answers = asked.notes, asked.answers
        return sorted([*problems, *asked.problems])


def _problems(root: Path, *, strict: bool, jobs: int | None) -> list[Problem]:
    """Return all that is wrong with a site, as far as it can be told without the web."""
    from proofpress.builder.inputs import Options
    from proofpress.engine.parallel import WorkerDiedError, cores
    from proofpress.engine.store import BusyError
    from proofpress.problems import MissingExtra
    from proofpress.update import check

    options = Options(root=root, now=now(), drafts=True, future=True, strict=strict, checks=True, jobs=jobs or cores())
    try:
        with Bar() as bar:
            return check(options, progress=bar)
    except (MissingExtra, BusyError, WorkerDiedError) as error:
        raise click.ClickException(str(error)) from None


def _mends(problems: Sequence[Problem], root: Path, *, unsafe: bool) -> list[Mend]:
    from proofpress.builder.mending import mends

    return mends(problems, root, unsafe=unsafe)


def _mended(problems: list[Problem], find: _Find, *, unsafe: bool) -> list[Problem]:
    """Mend until nothing is left that can be; return what is still wrong, and say what was done."""
    from proofpress.builder.mending import write

    faults: Counter[str] = Counter()
    for _ in range(ROUNDS):
        made = _mends(problems, find.root, unsafe=unsafe)
        if not made:
            break
        write(made, find.root)
        faults.update({mend.path: mend.faults for mend in made})
        problems = find()
    for path, count in sorted(faults.items()):
        say(f"{place_from_here(path, prefix_of(find.root))}: {count:,} mended", err=True)
    return problems


def _show_difference(made: Sequence[Mend], prefix: str) -> None:
    for mend in made:
        name = place_from_here(mend.path, prefix)
        before, after = mend.before.splitlines(), mend.after.splitlines()
        for line in difflib.unified_diff(before, after, name, name, lineterm=""):
            say(line)


def _closing(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Nothing is wrong."
    mendable = [found for found in problems if found.edits]
    safe = sum(all(edit.safe for edit in found.edits) for found in mendable)
    parts = [f"{summary(problems)}."]
    if safe:
        parts.append(f"`--fix` mends {safe:,} of them" + ("," if len(mendable) > safe else "."))
    if len(mendable) > safe:
        more = len(mendable) - safe
        parts.append(
            f"`--fix --unsafe-fixes` {more:,} more." if safe else f"`--fix --unsafe-fixes` mends {more:,} of them."
        )
    parts.append("`proofpress explain RULE` tells what a problem means.")
    return " ".join(parts)
