"""The fixtures that the tests of this room share."""

from __future__ import annotations

import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest
from law_site import FILES, LawSite, copied

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """The site with one of everything, published. To be copied only."""
    site = LawSite(tmp_path_factory.mktemp("law") / "site").write(FILES)
    outcome = site.update()
    assert outcome.published is not None
    assert outcome.problems == []
    return site


@pytest.fixture
def law(published_once: LawSite, tmp_path: Path) -> LawSite:
    """A site of one's own, published."""
    return copied(published_once, tmp_path / "site")


# ---------------------------------------------------------------- what only some machines allow

ALLOWED = {
    "mounts": (
        "mounting a small file system",
        ["sh", "-c", 'mount -t tmpfs -o size=1m none "$1" && umount "$1"', "sh"],
    ),
    "immutable": ("files that not even root can change", ["sh", "-c", 'chattr +i "$1" && chattr -i "$1"', "sh"]),
}
"""Markers: what each needs, and a command that tells, given a folder, whether this machine allows it."""


def pytest_configure(config: pytest.Config) -> None:
    for marker, (what, _) in ALLOWED.items():
        config.addinivalue_line("markers", f"{marker}: needs {what}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [
        marker for marker in ALLOWED if any(mark.name == marker for item in items for mark in item.iter_markers())
    ]
    lacking = {marker for marker in wanted if not allows(ALLOWED[marker][1])}
    left_out = [item for item in items if any(mark.name in lacking for mark in item.iter_markers())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def allows(command: list[str]) -> bool:
    """Return whether a command succeeds in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return subprocess.run([*command, folder], capture_output=True, check=False).returncode == 0
        except OSError:
            return False
