"""What a million posts would take of one machine, from what thousands take: the parts that grow with the whole site.

Rendering and filling are spread over processes and machines, and each post costs the same in any company. What one process
does alone is measured here, without them: looking at files, reading back what was made of documents, the index, the plan, and
knowing which pages stand. Each size is a process of its own, whose posts differ in path, address, title, date and tags alone;
the cost of a post more is what lies between the two largest sizes, and a million is that cost, a million times.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bench.compare import positive
from bench.report import megabytes, table, where_and_when
from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.documents import decode_prepared
from proofpress.builder.filling import steps_of
from proofpress.builder.inputs import Looked, Options, read_inputs
from proofpress.builder.standing_pages import Group
from proofpress.builder.world import world_of
from proofpress.paths import SitePath, SourcePath

if TYPE_CHECKING:
    from proofpress.builder.documents import Prepared

MILLION = 1_000_000
NOW = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
"""Long after the files were written, so that what the file system says of them is trusted."""
PARTS = ("files", "documents", "index and plan", "pages")
SOME = 1000
"""How many are made up at once, before the clock runs."""
TAGS = ("python", "rust", "compilers", "gpu", "types")


class Cost(NamedTuple):
    """What one size took: seconds of the processor for each part, and the peak of memory, in MB."""

    posts: int
    seconds: tuple[float, ...]
    memory: float


def write_site(root: Path, count: int) -> None:
    """Write a site of many small posts, 1,000 to a folder: a folder with a million files is slow in itself."""
    (root / "site.yaml").write_text("title: Million\nurl: https://bench.example/\n", "utf-8")
    for number in range(count):
        path = root / path_of(number)
        if not number % 1000:
            path.parent.mkdir(parents=True)
        path.write_text(
            f"---\ntitle: Post {number}\ndate: {date_of(number):%Y-%m-%d}\ntags: [{TAGS[number % len(TAGS)]}]\n---\n\nA line.\n",
            "utf-8",
        )


def path_of(number: int) -> str:
    """Return where a post lies."""
    return f"content/posts/{number // 1000:04}/{number:07}.md"


def date_of(number: int) -> dt.date:
    """Return a post's day: ten posts a day."""
    return dt.date(1990, 1, 1) + dt.timedelta(days=number // 10 % 12_000)


def alike(first: Prepared, number: int) -> Prepared:
    """Return what would be made of another post with the same text."""
    card = msgspec.structs.replace(
        first.card,
        path=SourcePath(path_of(number)),
        site_path=SitePath(f"/posts/{number // 1000:04}/{number:07}/"),
        title=f"Post {number}",
        date=dt.datetime.combine(date_of(number), dt.time(), dt.UTC),
    )
    return msgspec.structs.replace(first, card=card, told=number.to_bytes(16, "big"))


def measure(root: Path, count: int) -> Cost:
    """Return what an edit on a site of so many posts takes of the one process that sees them all."""
    options = Options(root=root, now=NOW)
    now_ns = int(NOW.timestamp() * 1e9)
    with tempfile.TemporaryDirectory() as small:
        write_site(Path(small), 1)
        built = build(msgspec.structs.replace(options, root=Path(small)))
    (first,) = built.preparation.prepared.values()
    looked = read_inputs(root, "", Looked(), now_ns, holds=False).looked
    clock = time.process_time
    began = clock()
    inputs = read_inputs(root, "", looked, now_ns, holds=False)
    files, documents = clock() - began, 0.0
    prepared: dict[SourcePath, Prepared] = {}
    for start in range(0, count, SOME):
        stored = [msgspec.json.encode(alike(first, number)) for number in range(start, min(start + SOME, count))]
        began = clock()
        prepared |= {own.card.path: own for own in map(decode_prepared, stored)}
        documents += clock() - began
    began = clock()
    world = world_of(inputs, prepared, frozenset(), Desk())
    planned = clock()
    templates = built.filled.compiled.digests
    steps = steps_of(world, prepared, templates, inputs.plugins, None)
    Group.of(world, built.filled.filling, steps, templates)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(count, (files, documents, planned - began, clock() - planned), memory)


def in_a_process_of_its_own(count: int) -> Cost:
    """Return the same, measured where nothing else has been in memory."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder)
        write_site(root, count)
        command = [sys.executable, "-m", "bench.million", "--one", str(count), folder]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return msgspec.json.decode(said, type=Cost)


def simulated(costs: list[Cost]) -> list[list[str]]:
    """Return a row for each size, and one for a million, by what a post more took between the two largest."""
    rows = [[f"{own.posts:,}", *(f"{spent:.2f} s" for spent in own.seconds), megabytes(own.memory)] for own in costs]
    small, large = costs[-2:]
    more = (MILLION - large.posts) / (large.posts - small.posts)
    spent = [after + more * (after - before) for before, after in zip(small.seconds, large.seconds, strict=True)]
    memory = large.memory + more * (large.memory - small.memory)
    return [*rows, [f"{MILLION:,}, simulated", *(f"{seconds:.0f} s" for seconds in spent), megabytes(memory)]]


def main() -> int:
    """Measure the sizes that the command line asks for."""
    ask = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    ask.add_argument("--posts", type=positive, nargs="+", default=[5000, 10_000, 20_000], help="sizes, at least two")
    ask.add_argument("--one", nargs=2, metavar=("POSTS", "FOLDER"), help=argparse.SUPPRESS)
    said = ask.parse_args()
    if said.one:
        print(msgspec.json.encode(measure(Path(said.one[1]), int(said.one[0]))).decode())
        return 0
    sizes = sorted(set(said.posts))
    if len(sizes) < 2:
        ask.error("two sizes are needed to tell what a post more takes")
    rows = simulated([in_a_process_of_its_own(count) for count in sizes])
    print(f"{where_and_when()}\n\n{table(('posts', *PARTS, 'memory'), rows)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
