"""What only a later step can find wrong with a setting stands at its line too; what an option said is not the settings' fault."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from proofpress.builder.build import build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Proofpress

    from proofpress.problems import Problem

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
SETTINGS = "title: Notes\nurl: https://me.example/\n"
POST = "---\ntitle: A\ndate: 2026-01-01\n---\nText.\n"


def site(root: Path, settings: str, files: dict[str, str] | None = None) -> Path:
    for path, text in {
        "site.yaml": SETTINGS + settings,
        "content/posts/a.md": POST,
        **(files or {}),
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def problems(root: Path, settings: str, files: dict[str, str] | None = None) -> list[Problem]:
    return build(Options(root=site(root, settings, files), now=NOW)).problems


def test_each_style_that_there_is_not_stands_at_its_place_with_the_one_that_was_meant(tmp_path: Path) -> None:
    light, dark = problems(tmp_path, "highlight:\n  dark: monokia\n  light: tangoo\n")
    assert (light.path, light.line, light.column, light.rule) == ("site.yaml", 4, 9, "wrong-type")
    assert light.excerpt == "  dark: monokia"
    assert "did you mean 'monokai'?" in light.hint
    assert (dark.line, "did you mean 'tango'?" in dark.hint) == (5, True)


def test_what_the_host_cannot_hold_stands_at_the_hosts_name(tmp_path: Path) -> None:
    aliases = ", ".join(f"/old/{number}/" for number in range(2_001))
    post = f"---\ntitle: A\ndate: 2026-01-01\naliases: [{aliases}]\n---\nText.\n"
    (found,) = problems(tmp_path, "hosting: cloudflare\n", {"content/posts/a.md": post})
    assert (found.rule, found.line, found.column) == ("missing-redirects", 3, 10)


def test_an_output_folder_that_only_the_disk_tells_of_stands_at_its_line(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    site(tmp_path, "output: taken\n", {"taken": "a file"})
    done = proofpress("build", cwd=tmp_path)
    assert done.returncode == 1
    assert "site.yaml:3:9: error unsafe-output" in done.stderr
    assert "3 | output: taken" in done.stderr


@pytest.mark.parametrize("command", [("build",), ("clean",), ("publish", "--to", "git")])
def test_an_output_folder_that_an_option_gave_is_the_options_fault(
    tmp_path: Path, proofpress: Proofpress, command: tuple[str, ...]
) -> None:
    done = proofpress(*command, "--output", "content", cwd=site(tmp_path, ""))
    assert done.returncode == 2
    assert "--output" in done.stderr
    assert "site.yaml" not in done.stderr
