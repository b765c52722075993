"""The suite as a shell's background job: Ctrl-C is ignored there, and what tests send to a program still reaches it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.posix
def test_tests_of_ctrl_c_pass_in_a_shells_background_job(tmp_path: Path) -> None:
    tests = "tests/engine/test_engine_parallel.py::test_ctrl_c_ends_every_process_and_is_told_once"
    options = f"-q --numprocesses=0 -p no:cacheprovider --basetemp={tmp_path / 'inner'}"
    done = subprocess.run(
        ["sh", "-c", f"trap '' INT; exec \"$0\" -m pytest {options} {tests}", sys.executable],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
