"""Problems as text: for people, for GitHub's annotations, and as JSON."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

from proofpress.cli.say import inert
from proofpress.cli.site import place_from_here, prefix_of
from proofpress.problems import told_once, visible, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from proofpress.builder.preparing import LeftOut
    from proofpress.problems import Problem

Format = Literal["text", "github", "json", "sarif"]
FOLD = 12
"""Of one rule's warnings, how many are shown in full; the rest are counted. Errors are always shown."""
NAMED = 5
"""How many drafts and posts of the future a line names."""


def show(problems: Sequence[Problem], form: Format, root: Path = Path(), *, err: bool = False) -> list[str]:
    """Print a site's problems: for people and GitHub a report, for machines one JSON document, with each place of each.

    With `err` all of it goes where people's reports always go, since something else is printed. Returns what was printed.
    """
    pieces = list(reported(problems, form, root))
    for said in pieces:
        click.echo(said, err=err or form == "text")  # not through `say`: it has colours of ours, its parts are visible
    return pieces


def reported(problems: Sequence[Problem], form: Format, root: Path = Path()) -> Iterator[str]:
    """Give what `show` prints, piece by piece."""
    if form == "json":
        yield as_json([msgspec.to_builtins(found) for found in problems], indent=1)
    elif form == "sarif":
        from proofpress.cli.sarif import sarif

        yield as_json(sarif(problems, _in_workspace(root)), indent=1)
    elif form == "github":
        folder = _in_workspace(root)
        for found in told_once(problems):
            yield github(found, folder)
    else:
        yield from folded(told_once(problems), prefix_of(root))


def left_out(documents: Sequence[LeftOut], root: Path) -> str:
    """Return which documents are not published yet, and why: the first few, and how many more."""
    prefix = prefix_of(root)
    named = [f"{place_from_here(own.path, prefix)} is {own.why}" for own in documents[:NAMED]]
    more = len(documents) - NAMED
    return f"{len(documents):,} left out: {', '.join(named)}" + (f", and {more:,} more" if more > 0 else "")


def folded(problems: Iterable[Problem], prefix: str = "") -> Iterable[str]:
    """Give each problem's text, and of a rule's many warnings the first few and a count."""
    seen: Counter[str] = Counter()
    for found in problems:
        if found.severity == "warning":
            seen[found.rule] += 1
            if seen[found.rule] > FOLD:
                continue
        yield text(found, prefix)
    for rule, count in sorted(seen.items()):
        if count > FOLD:
            yield (
                f"… and {count - FOLD:,} more warnings of {rule} "
                f"(all with --format json; `rules: {{{rule}: off}}` in site.yaml silences them)"
            )


def text(found: Problem, prefix: str = "") -> str:
    """Return a problem with its line of source and a caret under the fault.

    `prefix` leads from where the person stands to the site's folder: what is printed can be opened from there.
    """
    path = visible(place_from_here(found.path, prefix))
    place = inert(f"{path}:{found.line}:{found.column}" if found.line else path)
    message = visible(found.said)
    colour = "red" if found.severity == "error" else "yellow"
    head = f"{click.style(place, bold=True)}: {click.style(found.severity, fg=colour)} {found.rule}: {message}"
    if not found.line or not found.excerpt.strip():
        return head
    at, length = found.shown
    line, column = window(found.excerpt, at)
    end = column - 1 + length
    before, meant, after = visible(line[: column - 1]), visible(line[column - 1 : end]), visible(line[end:])
    caret = click.style("^" * max(1, width(meant)), fg=colour)
    number = f"{found.line:>5}"
    return f"{head}\n{number} | {visible(before + meant + after)}\n{' ' * len(number)} | {' ' * width(before)}{caret}"


def width(text: str) -> int:
    """Return how many cells a text takes on a terminal (Unicode's East Asian Width; combining marks take none)."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def github(found: Problem, folder: str = "") -> str:
    """Return a problem as a workflow command of GitHub Actions, which shows it at its line.

    `folder` is where the site lies in the repository: GitHub knows files by their paths from there.
    """
    place = f"file={_property(folder + found.path)},line={max(1, found.line)},col={found.column},endColumn={found.column + found.length}"
    return f"::{found.severity} {place},title={_property(found.rule)}::{_data(found.said)}"


def as_json(value: Any, indent: int) -> str:
    """Return JSON with the letters of every script as they are, and as JSON's own escapes what would not be seen."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    if written.isascii() and "\x7f" not in written and "##" not in written:
        return written
    plain = "".join(c if c == "\n" or visible(c) == c else json.dumps(c)[1:-1] for c in written)
    return plain.replace("##", "\\u0023#")


def _in_workspace(root: Path) -> str:
    """Return where a site lies in the checked-out repository, such as `docs/`; nothing where it is not in one."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace or not root.resolve().is_relative_to(Path(workspace).resolve()):
        return ""
    folder = root.resolve().relative_to(Path(workspace).resolve()).as_posix()
    return "" if folder == "." else f"{folder}/"


def _data(value: str) -> str:
    return visible(value).replace("%", "%25")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def summary(problems: Sequence[Problem]) -> str:
    """Return `2 errors, 1 warning`."""
    counts = Counter(found.severity for found in problems)
    named = [
        f"{counts[weight]:,} {weight}{'' if counts[weight] == 1 else 's'}"
        for weight in ("error", "warning")
        if counts[weight]
    ]
    return ", ".join(named)
