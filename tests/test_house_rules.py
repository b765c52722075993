"""The rules of the house that docs/architecture.md states, read from the imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import proofpress

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(proofpress.__file__).parent
FOUNDATIONS = {"model", "paths", "problems"}
INNER_ROOMS = {"content", "render", "site"}
OUTER_ROOMS = {"engine", "output", "preview", "cli", "builder", "update", "stages", "remote"}
OWNERS = {
    "yaml": ("content/", "config.py"),
    "markdown_it": ("render/",),
    "mdit_py_plugins": ("render/",),
    "pygments": ("render/",),
    "math_core": ("render/",),
    "nh3": ("render/",),
    "jinja2": ("render/templates.py",),
    "imagesize": ("content/images.py",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "starlette": ("preview/",),
    "uvicorn": ("preview/",),
    "watchdog": ("preview/",),
    "sqlite3": ("engine/",),
    "ghp_import": ("remote/",),
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Give the full name of each module that a file imports, also inside functions and for types."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "proofpress":
                yield from (f"proofpress.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_used(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("proofpress.")}


def test_the_foundations_import_only_each_other() -> None:
    for name in FOUNDATIONS:
        assert rooms_used(PACKAGE / f"{name}.py") <= FOUNDATIONS, name


def test_the_inner_rooms_never_import_the_outer_ones() -> None:
    for path in modules():
        if room(path) in INNER_ROOMS:
            assert not rooms_used(path) & OUTER_ROOMS, path


def test_what_sends_a_site_knows_only_what_was_published() -> None:
    known = FOUNDATIONS | {"output", "remote"}
    assert {used for path in modules() if room(path) == "remote" for used in rooms_used(path)} <= known


def test_only_what_starts_a_build_knows_the_builder() -> None:
    assert {room(path) for path in modules() if "builder" in rooms_used(path)} <= {"cli", "preview", "update"}


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_one_owner(library: str) -> None:
    for path in modules():
        if library in {name.split(".")[0] for name in imports(path)}:
            assert path.relative_to(PACKAGE).as_posix().startswith(OWNERS[library]), path


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
