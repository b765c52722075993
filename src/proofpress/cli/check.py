"""`proofpress check`: every fault of a site, as a compiler would tell of it; `--fix` mends what can be mended."""

from __future__ import annotations

import difflib
import os
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from proofpress.cli.progress import Bar
from proofpress.cli.report import Format, show, summary
from proofpress.cli.say import say
from proofpress.cli.site import SiteCommand, now, place_from_here, prefix_of, require_site, site_option, surplus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.builder.mending import Mend
    from proofpress.model import Source
    from proofpress.problems import Problem
    from proofpress.update import Checked
    from proofpress.web.asking import Answer

ROUNDS = 10
"""How often a site is looked at again after mends, which may bring others within reach."""


@click.command("check", cls=SiteCommand)
@site_option
@click.argument("source", metavar="[-]", required=False)
@click.option(
    "--stdin-path",
    metavar="FILE",
    help="With -: the file that the text on standard input is the text of, or is to be (default: content/posts/stdin.md).",
)
@click.option("--fix", is_flag=True, help="Mend what is certain and loses no word.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: mend what is a guess, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--external", is_flag=True, help="Ask the web whether the addresses of other sites are still there.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at most (default: every core).")
@click.option(
    "--format", "form", type=click.Choice(["text", "github", "json", "sarif"]), default="text", help="Of problems."
)
@click.pass_context
def command(
    ctx: click.Context,
    root: Path | None,
    source: str | None,
    stdin_path: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    external: bool,
    strict: bool,
    jobs: int | None,
    form: Format,
) -> None:
    """Tell of every fault, drafts and posts of the future included. Nothing is published.

    With `-` the text of one post is read from standard input, for editors: its own faults are told, and --fix prints
    it mended.
    """
    if source not in {None, "-"}:
        raise surplus(ctx, source or "")
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes says which mends are made: add --fix, or --diff to see them")
    if fix and diff:
        raise click.UsageError("--diff shows what --fix would do: take one of them")
    if stdin_path is not None and source is None:
        raise click.UsageError("--stdin-path is the place of what comes on standard input: write - as well")
    if external and source is not None:
        raise click.UsageError("--external asks for the links of the whole site: leave - out")
    root = require_site(root)
    text = _standard_input(root, stdin_path) if source else None
    find = _Find(root, external=external, strict=strict, jobs=jobs)
    problems = find(text)
    if diff:
        _show_difference(_mends(problems, root, text, unsafe=unsafe_fixes), prefix_of(root))
        return
    if fix and text is not None:
        text, problems = _mended_text(problems, find, text, unsafe=unsafe_fixes)
        sys.stdout.buffer.write(text.data)
    elif fix:
        problems = _mended(problems, find, unsafe=unsafe_fixes)
    show(problems, form, root, err=fix and text is not None)
    for note in find.notes:
        say(note, err=True)
    if form in {"text", "github"}:
        if find.unread:
            say(_unread(find.unread), err=True)
        say(_closing(problems), err=True)
    if any(found.severity == "error" for found in problems):
        raise SystemExit(1)


def _standard_input(root: Path, written: str | None) -> Source:
    """Return the text on standard input as that of a file of the site."""
    from proofpress.content.scan import MARKDOWN, MAX_MARKDOWN
    from proofpress.model import Source
    from proofpress.paths import SourcePath

    place = os.path.abspath(written) if written is not None else ""  # noqa: PTH100 - as it is named, links and all
    path = "content/posts/stdin.md"
    if place:
        bases = [root.resolve(), Path(os.path.abspath(root))]  # noqa: PTH100
        inside = [Path(place).relative_to(base).as_posix() for base in bases if Path(place).is_relative_to(base)]
        path = unicodedata.normalize("NFC", inside[0]) if inside else ""
    if not path.startswith("content/") or not path.lower().endswith(MARKDOWN):
        raise click.UsageError(
            f"--stdin-path: '{written}' is no Markdown file below content/; write such as content/posts/hello.md"
        )
    data = sys.stdin.buffer.read(MAX_MARKDOWN + 1)
    if len(data) > MAX_MARKDOWN:
        raise click.UsageError(f"a Markdown file may have {MAX_MARKDOWN // 2**20} MB")
    return Source(SourcePath(path), data)


class _Find:
    """Finds all that is wrong with a site, as often as it is mended; an address of the web is asked once."""

    def __init__(self, root: Path, *, external: bool, strict: bool, jobs: int | None) -> None:
        self.root = root
        self.notes: list[str] = []
        """What is to be said of the web beside problems."""
        self.unread: tuple[str, ...] = ()
        """The languages of listings that were not read, for want of a grammar."""
        self._external = external
        self._strict = strict
        self._jobs = jobs
        self._answers: dict[str, Answer] = {}

    def __call__(self, text: Source | None = None) -> list[Problem]:
        """Return it; with a text, which an editor has not saved yet, all that is wrong with this in its place there."""
        checked = self._checked(text)
        self.unread = checked.unread
        if not self._external:
            return checked.problems
        from proofpress.engine.store import BusyError
        from proofpress.outside import ask_outside

        try:
            with Bar() as bar:
                asked = ask_outside(self.root, now(), strict=self._strict, known=self._answers, progress=bar)
        except BusyError as error:
            raise click.ClickException(str(error)) from None
        self.notes, self._answers = asked.notes, asked.answers
        return sorted([*checked.problems, *asked.problems])

    def _checked(self, text: Source | None) -> Checked:
        """Return what can be told without the web."""
        from proofpress.builder.inputs import Options
        from proofpress.engine.parallel import WorkerDiedError, cores
        from proofpress.engine.store import BusyError
        from proofpress.problems import MissingExtra
        from proofpress.update import check

        jobs = self._jobs or cores()
        options = Options(
            root=self.root, now=now(), drafts=True, future=True, strict=self._strict, checks=True, jobs=jobs
        )
        try:
            with Bar() as bar:
                return check(options, text=text, outside=self._external, progress=bar)
        except (MissingExtra, BusyError, WorkerDiedError) as error:
            raise click.ClickException(str(error)) from None


def _mends(problems: Sequence[Problem], root: Path, text: Source | None = None, *, unsafe: bool) -> list[Mend]:
    from proofpress.builder.mending import mends

    return mends(problems, root, unsafe=unsafe, texts={} if text is None else {str(text.path): text.data})


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


def _mended_text(problems: list[Problem], find: _Find, text: Source, *, unsafe: bool) -> tuple[Source, list[Problem]]:
    """Mend a text until nothing is left that can be; return it with what is still wrong with it."""
    for _ in range(ROUNDS):
        made = [mend for mend in _mends(problems, find.root, text, unsafe=unsafe) if mend.path == text.path]
        if not made:
            break
        text = msgspec.structs.replace(text, data=made[0].after.encode("utf-8"))
        problems = find(text)
    return text, problems


def _show_difference(made: Sequence[Mend], prefix: str) -> None:
    for mend in made:
        name = place_from_here(mend.path, prefix)
        before, after = mend.before.splitlines(), mend.after.splitlines()
        for line in difflib.unified_diff(before, after, name, name, lineterm=""):
            say(line)


def _unread(languages: Sequence[str]) -> str:
    count = f"{len(languages):,} language{'' if len(languages) == 1 else 's'}"
    return f"Listings in {count} were not read ({', '.join(languages)}): pip install 'proofpress[check]' brings the grammars."


def _closing(problems: Sequence[Problem]) -> str:
    if not problems:
        return "Nothing is wrong."
    mendable = [found for found in problems if found.edits]
    safe = sum(all(edit.safe for edit in found.edits) for found in mendable)
    parts = [f"{summary(problems)}: {_by_family(problems)}."]
    if safe:
        parts.append(f"`--fix` mends {safe:,} of them" + ("," if len(mendable) > safe else "."))
    if len(mendable) > safe:
        more = len(mendable) - safe
        parts.append(
            f"`--fix --unsafe-fixes` {more:,} more." if safe else f"`--fix --unsafe-fixes` mends {more:,} of them."
        )
    parts.append("`proofpress explain RULE` tells what a problem means.")
    return " ".join(parts)


def _by_family(problems: Sequence[Problem]) -> str:
    """Return how many problems each family of rules tells of, the most first: `5 listings, 4 links`."""
    from proofpress.rules.registry import FAMILIES
    from proofpress.rules.rule import Rule

    families = {
        rule.name: family.__name__.rpartition(".")[2].replace("_", " ")
        for family in FAMILIES
        for rule in vars(family).values()
        if isinstance(rule, Rule)
    }
    counts = Counter(families.get(found.rule, "plugins") for found in problems)
    return ", ".join(
        f"{count:,} {family}" for family, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )
