"""What one machine, or a cluster, does at each size: sites of small posts, built from nothing, again, and after an edit.

A small post has a few lines, a link to the one before and a listing, one tag of five; a thousand lie in a folder. Each build is
run twice: for its seconds and those of the processor, and for the most memory that all its processes had together, pages
that they share counted once. Where workers of a cluster do the work, what they take is not in it. What shows growth is the
last column: the seconds of the processor that a thousand posts more took of a build from nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bench.compare import JOBS, positive
from bench.million import TAGS, date_of, path_of
from bench.processes import CommandError, Used, peak_memory, run
from bench.report import megabytes, table, where_and_when
from bench.sites import forget, proofpress

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sites import Tool


T = TypeVar("T")


class Taken(NamedTuple):
    """What the three builds of one size took."""

    posts: int
    used: tuple[Used, ...]
    memory: tuple[float, ...]


def write_site(root: Path, count: int) -> None:
    """Write a site of many small posts."""
    root.mkdir(parents=True)
    (root / "site.yaml").write_text("title: Sizes\nurl: https://bench.example/\n", "utf-8")
    for number in range(count):
        path = root / path_of(number)
        if not number % 1000:
            path.parent.mkdir(parents=True)
        before = f"../{path_of(number - 1).partition('posts/')[2]}" if number else "https://bench.example/"
        path.write_text(
            f"---\ntitle: Post {number}\ndate: {date_of(number):%Y-%m-%d}\ntags: [{TAGS[number % len(TAGS)]}]\n---\n\n"
            f"What *number {number}* is about, after [the one before]({before}).\n\n"
            f"```python\ndef answer(question: str) -> int:\n    return len(question) + {number}\n```\n\n"
            "That is all of it.\n",
            "utf-8",
        )


def edit(root: Path, count: int, said: str) -> None:
    """Add a paragraph to the post in the middle."""
    path = root / path_of(count // 2)
    path.write_text(f"{path.read_text('utf-8')}\n{said}\n", "utf-8")


def three(build: Callable[[], T], tool: Tool, root: Path, count: int, said: str) -> tuple[T, T, T]:
    """Build from nothing, build again, and build after an edit."""
    forget(tool, root)
    cold = build()
    again = build()
    edit(root, count, said)
    return cold, again, build()


def measure(count: int, tool: Tool, work: Path) -> Taken:
    """Return what one size takes. Raises CommandError."""
    root = work / str(count)
    write_site(root, count)
    used = three(lambda: run(tool.command, root), tool, root, count, "One paragraph more.")
    memory = three(lambda: peak_memory(tool.command, root), tool, root, count, "And one for memory's sake.")
    return Taken(count, used, memory)


def rows(taken: list[Taken]) -> list[list[str]]:
    """Return the table's rows, three for each size."""
    found = []
    before: Taken | None = None
    for own in taken:
        for at, job in enumerate(JOBS):
            used, more = own.used[at], ""
            if before is not None and not at:
                more = f"{(used.cpu - before.used[0].cpu) / (own.posts - before.posts) * 1000:.2f} s"
            name = f"{own.posts:,}, {job}"
            found.append([name, f"{used.seconds:.2f} s", f"{used.cpu:.2f} s", megabytes(own.memory[at]), more])
        before = own
    return found


def main() -> int:
    """Measure the sizes that the command line asks for; 1 where a build failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__)
    ask.add_argument("--posts", type=positive, nargs="+", default=[1000, 10_000], help="sizes (1000 10000)")
    ask.add_argument("--jobs", type=positive, help="processes at most (every core)")
    ask.add_argument("--executor", metavar="dask:ADDRESS", help="work on a Dask cluster")
    said = ask.parse_args()
    tool = proofpress(said.jobs)
    if said.executor:
        tool = tool._replace(arguments=(*tool.arguments, "--executor", said.executor))
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            taken = [measure(count, tool, Path(work)) for count in sorted(set(said.posts))]
        except CommandError as error:
            print(error, file=sys.stderr)
            return 1
    head = ("posts, build", "seconds", "processor", "memory", "each 1,000 posts more")
    print(f"proofpress {tool.version()}; {where_and_when()}\n\n{table(head, rows(taken))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
