"""The versions that pyproject.toml allows, and the files that say which of them are tried."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
CONSTRAINTS = REPOSITORY / "constraints"


def required() -> list[Requirement]:
    """Return what Proofpress, its extras and its tests ask for."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(each) for one in lists for each in one]


def versions(name: str) -> dict[str, Version]:
    """Return a file of constraints as versions by name; each line is a name and one version, and no address."""
    found = {}
    for line in (CONSTRAINTS / name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        package, _, version = line.partition("==")
        assert package == canonicalize_name(package), line
        assert package not in found, line
        found[package] = Version(version)
    return found


def test_the_lowest_versions_that_are_tried_are_those_that_are_allowed() -> None:
    allowed: dict[str, Version] = {}
    for each in required():
        bounds = [Version(one.version) for one in each.specifier if one.operator == ">="]
        name = canonicalize_name(each.name)
        if name.startswith("types-"):
            continue  # stubs are read by mypy alone, which runs with the newest
        assert len(bounds) == 1, f"{each} needs a lowest version"
        assert allowed.setdefault(name, bounds[0]) == bounds[0], f"{name} has two lowest versions"
    assert versions("lowest.txt") == allowed


@pytest.mark.parametrize("name", ["lowest.txt", "proven.txt"])
def test_what_is_tried_is_allowed(name: str) -> None:
    tried = versions(name)
    for each in required():
        version = tried.get(canonicalize_name(each.name))
        assert version is None or each.specifier.contains(version), each


def test_the_versions_that_were_proven_are_those_of_every_library() -> None:
    here = {canonicalize_name(each.name) for each in required() if each.marker is None or each.marker.evaluate()}
    assert here <= versions("proven.txt").keys()
