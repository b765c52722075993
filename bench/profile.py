"""Where a build's time goes: a cold build in one process and an edit, under Python's profiler, by library and room.

What a built-in function takes (`re.match`, `str.join`) is counted where it was called from; files and the
database are counted by themselves. The profiler makes every call dearer, so code of many small functions looks
worse than it is: read which line is at the top, and take seconds from `bench.compare`.
"""

from __future__ import annotations

import argparse
import pstats
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bench.compare import UnfairError, check_all_are_there, check_it_says, positive
from bench.corpus import read_corpus
from bench.processes import CommandError, run
from bench.report import table, where_and_when
from bench.sites import edit, make_site, proofpress

if TYPE_CHECKING:
    from collections.abc import Mapping

Function = tuple[str, int, str]
"""File, line and name, as the profiler keys its figures; a built-in's file is `~`."""

LIBRARIES = {
    "markdown_it": "markdown-it-py",
    "mdit_py_plugins": "markdown-it-py",
    "mdurl": "markdown-it-py",
    "pygments": "Pygments",
    "jinja2": "Jinja",
    "markupsafe": "Jinja",
    "yaml": "PyYAML",
    "msgspec": "msgspec",
    "math_core": "math-core",
    "click": "click",
}
OWN = re.compile(r"[/\\]proofpress[/\\](?P<room>\w+)")
INSTALLED = re.compile(r"[/\\]site-packages[/\\](?P<package>\w+)")
FILES = re.compile(r"built-in method (?:posix|nt|_?io)\.|'(?:_io\.|posix\.|nt\.)|'pathlib")
IMPORTS = re.compile(r"marshal\.loads|builtins\.__build_class__|_imp\.|builtins\.compile")
PATTERNS = re.compile(r"[/\\]re[/\\]_(?:compiler|parser|constants|casefix)\.py$|sre_\w+\.py$")
"""Python's compiler of regular expressions: Pygments compiles a language's when it first meets it."""
TOP = 20


def place_of(function: Function) -> str:
    """Return the library or room that a function's own time counts for; empty for a built-in of no place."""
    path, _, name = function
    if path == "~":
        if "sqlite3" in name:
            return "sqlite"
        if FILES.search(name):
            return "files"
        if IMPORTS.search(name):
            return "imports"
        module = re.search(r"method (\w+)\.", name)
        return LIBRARIES.get(module[1], "") if module else ""
    if path.startswith("<frozen importlib"):
        return "imports"
    if path == "<template>" or path.endswith((".html", ".jinja")):
        return "Jinja"
    if path.startswith("<frozen "):
        return "files" if re.search(r"posixpath|ntpath|genericpath|<frozen os>", path) else "standard library"
    if PATTERNS.search(path):
        return "patterns compiled"
    installed = INSTALLED.search(path)
    if installed and installed["package"] in LIBRARIES:
        return LIBRARIES[installed["package"]]
    own = OWN.search(path)
    if own:
        return f"proofpress.{own['room']}"
    return "standard library" if not installed else installed["package"]


def by_place(figures: Mapping[Function, tuple[int, int, float, float, Mapping[Function, Any]]]) -> dict[str, float]:
    """Return each place's seconds, built-ins counted where they were called from. The sum is the whole run's."""
    found: defaultdict[str, float] = defaultdict(float)
    for function, (_, _, own, _, callers) in figures.items():
        place = place_of(function)
        if place or not callers:
            found[place or "standard library"] += own
            continue
        for caller, (_, _, share, _) in callers.items():
            found[place_of(caller) or "standard library"] += share
    return dict(found)


def profile(site: Path, work: Path) -> dict[str, float]:
    """Build a site in one process under the profiler; return the seconds of each place. Raises CommandError."""
    stored = work / "profile"
    run([sys.executable, "-m", "cProfile", "-o", str(stored), "-m", *proofpress(jobs=1).command[2:]], site)
    return by_place(cast("Any", pstats.Stats(str(stored))).stats)


def lines(title: str, seconds: Mapping[str, float]) -> str:
    """Return the places that took most, as Markdown."""
    whole = sum(seconds.values())
    top = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    rows = [[place, f"{own:.2f} s", f"{own / whole:.0%}"] for place, own in top]
    return table((title, "seconds", "share"), [*rows, ["all", f"{whole:.2f} s", "100%"]])


def report(count: int, work: Path) -> str:
    """Profile a cold build and an edit of `count` posts and return both tables. Raises CommandError, UnfairError."""
    tool = proofpress(jobs=1)
    site = make_site(tool.name, read_corpus(), count, work / "site")
    cold = profile(site, work)
    # cProfile ends with 0 whatever the program that it runs ends with.
    check_all_are_there(tool, site, count)
    sentence = "One more paragraph."
    edit(site, count // 2, sentence)
    edited = profile(site, work)
    check_it_says(tool, site, count // 2, sentence)
    title = f"{count:,} posts, one process, under cProfile; proofpress {tool.version()}; {where_and_when()}"
    return "\n\n".join([title, lines("cold build", cold), lines("edit", edited)])


def main() -> int:
    """Profile as many posts as the command line asks for; 1 where a build failed."""
    ask = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    ask.add_argument("--posts", type=positive, default=300, help="how many posts (300)")
    said = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            print(report(said.posts, Path(work)))
        except (CommandError, UnfairError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
