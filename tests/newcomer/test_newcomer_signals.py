"""Ctrl-C: what tests send to a program reaches it in a background job too, and what a program makes of it is no bug."""

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


def test_an_interrupt_while_a_class_is_made_is_no_bug(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(
        "import click\n"
        "from proofpress.cli import commands\n\n"
        "class Pressed:\n"
        "    def __set_name__(self, owner, name):\n"
        "        raise KeyboardInterrupt\n\n"
        "@click.command()\n"
        "def command():\n"
        "    type('Late', (), {'key': Pressed()})\n\n"
        "commands.proofpress = command\n"
        "commands.main()\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", "Aborted!")
