"""How memory grows with a site: the peak of a cold build, of one with nothing changed, and of an edit.

All processes of a build are counted together, pages that they share once. What counts is the last column: what a
thousand more posts take.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.compare import peaks, positive
from bench.corpus import read_corpus
from bench.processes import CommandError
from bench.report import megabytes, table, where_and_when
from bench.sites import make_site, proofpress


def measure(sizes: list[int], work: Path, jobs: int | None) -> str:
    """Build sites of these many posts and return the report, as Markdown. Raises CommandError."""
    corpus = read_corpus()
    tool = proofpress(jobs)
    rows = []
    before: tuple[int, float] | None = None
    for count in sorted(set(sizes)):
        cold, noop, edited = peaks(tool, make_site(tool.name, corpus, count, work / str(count)), count)
        slope = "" if before is None else megabytes((cold - before[1]) / (count - before[0]) * 1000)
        rows.append([f"{count:,}", megabytes(cold), megabytes(noop), megabytes(edited), slope])
        before = count, cold
    head = ("posts", "cold", "no-op", "edit", "cold, each 1,000 posts more")
    return f"proofpress {tool.version()}; {where_and_when()}\n\n{table(head, rows)}"


def main() -> int:
    """Measure the sizes that the command line asks for; 1 where a build failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    ask.add_argument("--posts", type=positive, nargs="+", default=[1000, 5000, 10_000], help="sizes (1000 5000 10000)")
    ask.add_argument("--jobs", type=positive, help="processes at most (every core)")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            print(measure(said.posts, Path(work), said.jobs))
        except CommandError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
