"""Proofpress, Hugo, Pelican and Zensical on the same posts: cold, with nothing changed, and after an edit.

Each build is a whole process, as a person or a CI job starts it. The tools take turns, so that a slow minute of the
machine hits all of them, and the ratio to Hugo is taken turn by turn before its median: on a busy machine seconds drift,
ratios much less. Memory is measured in one more turn that is not timed, because looking at it costs time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.corpus import read_corpus
from bench.processes import CommandError, Used, peak_memory, run
from bench.report import megabytes, table, where_and_when
from bench.sites import MissingToolError, Tool, ToolName, edit, forget, make_site, pages, peer, proofpress, published

if TYPE_CHECKING:
    from collections.abc import Mapping

JOBS = ("cold", "no-op", "edit")


class UnfairError(Exception):
    """A tool did not do the work that the others did."""


class Turn(NamedTuple):
    """What one tool took in one turn."""

    cold: Used
    noop: Used
    edit: Used


def one_turn(tool: Tool, folder: Path, count: int, number: int) -> Turn:
    """Build from nothing, build again, edit a post and build. Raises CommandError, and UnfairError where a page lacks."""
    forget(tool, folder)
    cold = run(tool.command, folder)
    check_all_are_there(tool, folder, count)
    noop = run(tool.command, folder)
    check_all_are_there(tool, folder, count)
    sentence = f"One more paragraph, in turn {number}."
    edit(folder, count // 2, sentence, tool.name)
    edited = run(tool.command, folder)
    check_it_says(tool, folder, count // 2, sentence)
    return Turn(cold, noop, edited)


def check_all_are_there(tool: Tool, folder: Path, count: int) -> None:
    """Raise UnfairError where a post has no page."""
    missing = [number for number in range(count) if not published(tool, folder, number).is_file()]
    if missing:
        raise UnfairError(f"{tool.name} made no page of {len(missing)} posts; {published(tool, folder, missing[0])}")


def check_it_says(tool: Tool, folder: Path, number: int, sentence: str) -> None:
    """Raise UnfairError where a post's page lacks a sentence."""
    if sentence not in published(tool, folder, number).read_text("utf-8"):
        raise UnfairError(f"{tool.name} did not publish the edit of post {number}")


def peaks(tool: Tool, folder: Path, count: int) -> tuple[float, float, float]:
    """Return the peak memory of the same three builds, in MB."""
    forget(tool, folder)
    cold = peak_memory(tool.command, folder)
    noop = peak_memory(tool.command, folder)
    edit(folder, count // 2, "One more paragraph, for memory's sake.", tool.name)
    return cold, noop, peak_memory(tool.command, folder)


def rows(
    turns: Mapping[ToolName, list[Turn]], memory: Mapping[ToolName, tuple[float, float, float]]
) -> list[list[str]]:
    """Return the table's rows: medians of seconds and processor time, memory, and the median ratio to Hugo."""
    found = []
    for at, job in enumerate(JOBS):
        for name, taken in turns.items():
            used = [turn[at] for turn in taken]
            ratio = ""
            if "hugo" in turns:
                pairs = zip(used, (turn[at] for turn in turns["hugo"]), strict=True)
                ratio = f"{statistics.median(own.seconds / hugo.seconds for own, hugo in pairs):.2f}"
            seconds = statistics.median(one.seconds for one in used)
            cpu = statistics.median(one.cpu for one in used)
            found.append([f"{job}, {name}", f"{seconds:.2f} s", f"{cpu:.2f} s", megabytes(memory[name][at]), ratio])
    return found


def compare(tools: list[Tool], count: int, turns: int, work: Path) -> str:
    """Measure the tools on `count` posts and return the report, as Markdown. Raises CommandError, UnfairError."""
    corpus = read_corpus()
    folders = {tool.name: make_site(tool.name, corpus, count, work / tool.name) for tool in tools}
    taken: dict[ToolName, list[Turn]] = {tool.name: [] for tool in tools}
    for number in range(turns):
        for tool in tools:
            taken[tool.name].append(one_turn(tool, folders[tool.name], count, number))
    memory = {tool.name: peaks(tool, folders[tool.name], count) for tool in tools}
    versions = ", ".join(f"{tool.name} {tool.version()} ({pages(tool, folders[tool.name]):,} pages)" for tool in tools)
    head = ("build", "seconds", "processor", "memory", "time ÷ Hugo's")
    return f"{count:,} posts, median of {turns}; {versions}; {where_and_when()}\n\n{table(head, rows(taken, memory))}"


def positive(text: str) -> int:
    """Return a count that was written on the command line."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def main() -> int:
    """Run the comparison that the command line asks for; 1 where a tool failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    ask.add_argument("--posts", type=positive, default=1000, help="how many posts (1000)")
    ask.add_argument("--turns", type=positive, default=5, help="how often each build is timed (5)")
    ask.add_argument("--hugo", metavar="PROGRAM", help="where Hugo is ($HUGO, else on PATH)")
    ask.add_argument("--pelican", metavar="PROGRAM", help="where Pelican is ($PELICAN, else on PATH)")
    ask.add_argument("--zensical", metavar="PROGRAM", help="where Zensical is ($ZENSICAL, else on PATH)")
    ask.add_argument("--alone", action="store_true", help="Proofpress without its peers")
    said = ask.parse_args()
    peers: dict[ToolName, str | None] = {"hugo": said.hugo, "pelican": said.pelican, "zensical": said.zensical}
    tools = [proofpress()]
    if not said.alone:
        for name, given in peers.items():
            try:
                tools.append(peer(name, given))
            except MissingToolError as missing:
                print(missing, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            print(compare(tools, said.posts, said.turns, Path(work)))
        except (CommandError, UnfairError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
