"""The rules of the house that docs/architecture.md states, read from the imports."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import proofpress

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = Path(proofpress.__file__).parent
FOUNDATIONS = {"model", "paths", "patterns", "problems", "urls"}
STARTERS = {"cli", "preview", "update"}
"""What may start a build, and so know the builder."""
ARROWS: dict[str, set[str]] = {
    "paths": set(),
    "patterns": set(),
    "urls": set(),
    "problems": set(),
    "model": {"paths", "problems"},
    "findings": {"rules", "model", "problems"},
    "content": FOUNDATIONS | {"engine", "findings", "rules"},
    "words": {"rules", "content", "model", "paths", "problems"},
    "config": {"rules", "content", "model", "problems"},
    "run": {"rules", "content", "engine", "model", "problems", "recorded"},
    "schema": {"rules", "config", "content", "problems"},
    "rules": {"diagrams", "model", "patterns", "problems"},
    "theme": FOUNDATIONS | {"rules", "content", "theme_sheets"},
    "theme_sheets": set(),
    "theme_options": {"content", "model", "problems", "theme_look"},
    "theme_look": {"listings"},
    "site": FOUNDATIONS | {"rules", "config", "content", "engine"},
    "listings": {"findings", "model", "patterns", "problems"},
    "pictures": set(),
    "recorded": {"rules", "content", "listings", "model", "problems"},
    "drawings": set(),
    "sources": {"listings", "problems", "rules"},
    "diagrams": {"urls"},
    "markdown": FOUNDATIONS - {"paths"} | {"config", "diagrams", "findings", "listings", "recorded", "rules", "sources", "words"},
    "pages": FOUNDATIONS | {"rules", "config", "site", "theme", "words"},
    "social": set(),
    "kinds": FOUNDATIONS - {"urls"} | {"rules", "config", "engine", "pages", "site", "social", "theme_look", "words"},
    "plugins": {"rules", "kinds", "markdown", "model", "paths", "problems", "site"},
    "search": set(),
    "standing": set(),
    "output": {"rules", "content", "engine", "model", "paths", "problems", "site", "standing"},
    "remote": {"engine", "output", "paths", "problems"},
    "engine": set(),
    "builder": FOUNDATIONS - {"urls"}
    | {"rules", "config", "content", "drawings", "engine", "kinds", "listings", "markdown", "output", "pages", "pictures", "plugins", "recorded", "search", "site", "sources", "standing", "theme", "theme_look", "theme_options", "theme_sheets", "words", "__version__"},
    "web": {"rules", "model", "problems", "site"},
    "outside": {"engine", "output", "problems", "site", "web", "__version__"},
    "update": {"rules", "builder", "engine", "model", "output", "paths", "problems", "site", "standing", "theme"},
    "preview": FOUNDATIONS | {"rules", "builder", "content", "engine", "kinds", "output", "search", "site"},
    "cli": {
        "builder", "content", "urls", "config", "engine", "model", "output", "paths", "preview", "problems", "outside", "recorded", "remote", "rules", "run", "schema",
        "site", "standing", "update", "web", "__version__",
    },
    "__main__": {"cli"},
    "__init__": set(),
}  # fmt: skip
"""Every room, and all that it may know: an arrow that is not here is a change of the design, which is made here first."""
KNOWN_CIRCLES: list[set[str]] = []
"""Files that know each other, though no two should; each one is to be undone."""
OF_ANY_KIND = {"html", "making", "plan", "question", "registry", "target"}
"""Modules of kinds/ that tell of no one kind; all others are a kind each."""
OWNERS = {
    "yaml": (
        "content/",
        "rules/languages/data.py",
    ),  # front matter and data; and a listing, which is read as YAML reads it
    "tree_sitter": ("rules/languages/grammars.py", "sources/grammars.py"),  # one opens it, the other reads its trees
    "markdown_it": ("markdown/",),
    "mdit_py_plugins": ("markdown/",),
    "pygments": ("listings/",),
    "math_core": ("markdown/",),
    "nh3": ("markdown/",),
    "PIL": ("pictures.py",),
    "merman": ("diagrams/",),
    "resvg_py": ("social/",),
    "jinja2": ("pages/templates.py",),
    "imagesize": ("content/images.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "starlette": ("preview/",),
    "uvicorn": ("preview/",),
    "watchdog": ("preview/",),
    "sqlite3": ("engine/",),
    "jupyter_client": ("run/kernel.py",),
    "distributed": ("engine/cluster.py",),
    "fsspec": ("engine/sharing.py",),
    "ghp_import": ("remote/",),
}


MOST_LINES, MOST_PARAMETERS = 60, 7
WIDER = {
    "cli/build.py command": "a parameter is an option of the command line, as click hands them over",
    "cli/check.py command": "the same",
    "cli/publish.py command": "the same",
    "cli/run.py command": "the same",
    "cli/serve.py command": "the same",
    "engine/loop.py bring_up_to_date": "six are keywords with a default, each a way in which kinds of step differ",
    "markdown/tokens.py __init__": "the fields of markdown-it's token, in its order",
}
"""Functions that may have more parameters, and why."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Give the full name of each module that a file imports, also inside functions and for types.

    Of `from a.b import c` that is `a.b.c` where there is such a module, else `a.b`.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(PACKAGE.parent).parts[: -node.level] if node.level else ()
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{origin}.{alias.name}"
                found.add(name if origin == "proofpress" or file_of(name) else origin)
    return frozenset(found)


def file_of(name: str) -> Path | None:
    """Return the file of a module of this package by its full name; None where there is none."""
    if name.split(".", maxsplit=1)[0] != "proofpress":
        return None
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_used(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("proofpress.")}


def circles(arrows: Mapping[Path, set[Path]]) -> list[set[Path]]:
    """Return the groups of files each of which knows all the others, by whatever way."""

    def reached(start: Path) -> set[Path]:
        found: set[Path] = set()
        ahead = [start]
        while ahead:
            new = arrows[ahead.pop()] - found
            found |= new
            ahead += new
        return found

    below = {path: reached(path) for path in arrows}
    groups = {frozenset(other for other in below[path] if path in below[other]) for path in arrows}
    return sorted((set(group) for group in groups if group), key=min)


def test_no_room_knows_more_than_the_table_says() -> None:
    for path in modules():
        assert room(path) in ARROWS, f"{path} is in no room of the table"
        more = rooms_used(path) - {room(path)} - ARROWS[room(path)]
        assert not more, f"{path.relative_to(PACKAGE)} imports {sorted(more)}"


def test_the_table_says_no_more_than_what_the_rooms_know() -> None:
    used: dict[str, set[str]] = {name: set() for name in ARROWS}
    for path in modules():
        used[room(path)] |= rooms_used(path)
    assert {name: known - used[name] for name, known in ARROWS.items() if known - used[name] - FOUNDATIONS} == {}


def test_the_engine_knows_nothing_of_the_blog() -> None:
    assert ARROWS["engine"] == set()


def test_the_table_has_no_circle() -> None:
    rooms = {Path(name): {Path(other) for other in known if other in ARROWS} for name, known in ARROWS.items()}
    assert circles(rooms) == []


def test_no_files_know_each_other_but_those_that_wait_to_be_parted() -> None:
    files = {path: {file for name in imports(path) if (file := file_of(name))} - {path} for path in modules()}
    found = [{path.relative_to(PACKAGE).as_posix() for path in circle} for circle in circles(files)]
    assert found == KNOWN_CIRCLES


def test_the_foundations_import_only_each_other() -> None:
    for name in FOUNDATIONS:
        assert ARROWS[name] <= FOUNDATIONS, name


def test_only_what_starts_a_build_knows_the_builder() -> None:
    assert {name for name, known in ARROWS.items() if "builder" in known} == STARTERS


def test_only_the_command_line_can_run_what_a_post_has() -> None:
    assert {name for name, known in ARROWS.items() if "run" in known} == {"cli"}
    users = {path.name for path in modules() if room(path) == "cli" and "run" in rooms_used(path)}
    assert users == {"run.py"}


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_one_owner(library: str) -> None:
    for path in modules():
        if library in {name.split(".")[0] for name in imports(path)}:
            assert path.relative_to(PACKAGE).as_posix().startswith(OWNERS[library]), path


def test_only_the_judge_of_urls_knows_which_schemes_run() -> None:
    for path in modules():
        if path.name == "urls.py" and path.parent == PACKAGE:
            continue
        strings = [
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        told = [one for one in strings if one.lower() in {"vbscript", "vbscript:", "data:", "file:", "blob:"}]
        told += [one for one in strings if one.lower() == "javascript:" or "[A-Za-z0-9+.-]*:" in one]
        assert not told, path


def test_no_kind_of_output_is_known_by_name_outside_its_room() -> None:
    """The plan, the filling, the sitemap and the preview put questions to a target, and never ask which kind it is of."""
    kinds = "|".join(path.stem for path in modules() if room(path) == "kinds" and path.stem in OF_ANY_KIND)
    for path in modules():
        text = path.read_text("utf-8")
        if room(path) != "kinds":
            assert not re.findall(r"isinstance\([^)]*Target\b|\btarget\.kind ==|\bpage\.kind ==", text), path
            known = re.findall(rf"proofpress\.kinds(?:\.(?!(?:{kinds})\b)\w+| import)", text)
            assert not known, f"{path} knows {known}"
        elif path.stem in OF_ANY_KIND - {"registry"}:
            assert not re.findall(r"proofpress\.kinds\.(?!registry|target|making|html|question)\w+", text), path


def test_a_function_is_seen_at_once_and_asks_for_few_things() -> None:
    long, wide = [], set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{path.relative_to(PACKAGE).as_posix()} {node.name}"
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if (node.end_lineno or 0) - node.lineno >= MOST_LINES:
                    long.append(name)
                if len([one for one in arguments if one.arg not in ("self", "cls")]) > MOST_PARAMETERS:
                    wide.add(name)
    assert long == []
    assert wide == set(WIDER)


def test_importing_the_package_loads_none_of_the_libraries() -> None:
    code = f"import sys, proofpress; print(sorted(set(sys.modules) & {set(OWNERS)!r}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_only_the_command_line_prints() -> None:
    for path in modules():
        if room(path) != "cli":
            calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"], path


def test_a_command_prints_by_way_of_say_but_for_texts_of_our_own() -> None:
    """`report.py` and `say.py` make what they print inert; the others named here print what is written in this package."""
    own = {"report.py", "say.py", "explain.py", "completion.py", "schema.py", "serve.py"}
    printing = {path.name for path in modules() if room(path) == "cli" and "click.echo(" in path.read_text("utf-8")}
    assert printing <= own


def test_every_module_opens_by_saying_what_story_it_tells() -> None:
    assert not [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
