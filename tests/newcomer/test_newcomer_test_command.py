"""README's test command on a machine with nothing but Python and git: what can't run there is left out, and said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def collected(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Collect the tests of tests/published where no program is found and no npm package is installed."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "tests/published"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        | {"PATH": str(folder), "PROOFPRESS_NPM": str(folder), "PROOFPRESS_TEST_TOOLS": ""}
        | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_tests_whose_program_is_missing_are_left_out_and_named(tmp_path: Path) -> None:
    done = collected(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "test_every_reference_of_every_page_leads_to_a_file_and_an_id[own]" in done.stdout
    for left_out in ("nu_html_checker", "linkinator", "axe", "too_wide", "schema"):
        assert f"test_{left_out}" not in done.stdout
    assert "deselected" in done.stdout
    [header] = [line for line in done.stdout.splitlines() if line.startswith("tests left out: ")]
    for needed in ("chromium", "java", "npm vnu-jar below $PROOFPRESS_NPM", "npm axe-core below $PROOFPRESS_NPM"):
        assert needed in header


def test_where_the_programs_are_required_a_missing_one_is_an_error(tmp_path: Path) -> None:
    done = collected(tmp_path, PROOFPRESS_TEST_TOOLS="required")
    assert done.returncode != 0
    assert "chromium" in done.stderr
    assert "npm sitemap below $PROOFPRESS_NPM" in done.stderr
    assert "fish" not in done.stderr
