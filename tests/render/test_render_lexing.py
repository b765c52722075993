"""Lexing in another process: it is waited for, asked again where it was ended, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from pygments.lexers import get_lexer_by_name

from proofpress.listings.highlight import MAX_LENGTH, Highlighter, SlowListing
from proofpress.listings.lexing import LexerFailed, LexingProcess, NoAnswer
from proofpress.listings.limits import TimeUpError, seconds_for, within
from proofpress.listings.spans import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PYTHON = get_lexer_by_name("python")
SCALA = get_lexer_by_name("scala")
CODE = "print(1)\n"
COLOURED = to_html(PYTHON.get_tokens_unprocessed(CODE))


@pytest.fixture
def lexing() -> Iterator[LexingProcess]:
    with LexingProcess() as process:
        yield process


def number(lexing: LexingProcess) -> int:
    assert lexing._process is not None
    return lexing._process.pid


def test_a_process_that_is_stopped_for_seconds_is_waited_for(lexing: LexingProcess) -> None:
    assert lexing.colour(CODE, PYTHON, 1) == COLOURED
    os.kill(number(lexing), signal.SIGSTOP)
    going_on = threading.Timer(3, os.kill, (number(lexing), signal.SIGCONT))
    going_on.start()
    assert lexing.colour(CODE, PYTHON, 1) == COLOURED
    going_on.join()


def test_a_stopped_process_is_waited_for_also_where_the_listing_is_longer_than_a_pipe(lexing: LexingProcess) -> None:
    code = CODE * 20_000
    lexing.colour(CODE, PYTHON, 1)
    os.kill(number(lexing), signal.SIGSTOP)
    going_on = threading.Timer(1, os.kill, (number(lexing), signal.SIGCONT))
    going_on.start()
    assert lexing.colour(code, PYTHON, seconds_for(code)) == to_html(PYTHON.get_tokens_unprocessed(code))
    going_on.join()


def test_a_process_that_was_ended_is_started_again_and_nobody_sees_it(lexing: LexingProcess) -> None:
    lexing.colour(CODE, PYTHON, 1)
    first = number(lexing)
    os.kill(first, signal.SIGSTOP)
    ended = threading.Timer(1, os.kill, (first, signal.SIGKILL))
    ended.start()
    assert lexing.colour(CODE, PYTHON, 1) == COLOURED
    assert number(lexing) != first
    ended.join()


def test_a_lexer_that_takes_too_long_is_ended_and_its_process_lives_on(lexing: LexingProcess) -> None:
    lexing.colour(CODE, PYTHON, 1)
    first = number(lexing)
    with pytest.raises(NoAnswer):
        lexing.colour('"' + "\\" * 40, SCALA, 0.1)
    assert lexing.colour(CODE, PYTHON, 1) == COLOURED
    assert number(lexing) == first


def test_a_lexer_that_fails_says_how(lexing: LexingProcess) -> None:
    class Local(type(PYTHON)):  # type: ignore[misc]
        """The other process can't import what is in a function."""

    with pytest.raises(LexerFailed, match="AttributeError"):
        lexing.colour(CODE, Local(), 1)


PROGRAM = """\
import gc, os, signal, sys, threading
from pygments.lexers import get_lexer_by_name
from proofpress.listings.lexing import LexingProcess, NoAnswer

python, scala = get_lexer_by_name("python"), get_lexer_by_name("scala")
lexing = LexingProcess()
{steps}
print(len(os.listdir("/proc/self/fd")), threading.active_count())
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no process")
"""


@pytest.mark.parametrize(
    "steps",
    [
        "lexing.close()",
        "lexing.colour('x', python, 1); lexing.close(); lexing.close()",
        "lexing.colour('x', python, 1); lexing.close(); lexing.colour('x', python, 1); lexing.close()",
        "lexing.colour('x', python, 1); del lexing; gc.collect()",
        (
            "lexing.colour('x', python, 1); os.kill(lexing._process.pid, signal.SIGKILL); lexing._process.wait()\n"
            "lexing.colour('x', python, 1); lexing.close()"
        ),
        "sys.executable = '/bin/true'\ntry:\n    lexing.colour('x', python, 1)\nexcept NoAnswer:\n    del lexing",
        "sys.executable = '/nowhere'\ntry:\n    lexing.colour('x', python, 1)\nexcept NoAnswer:\n    pass",
        "with lexing:\n    try:\n        lexing.colour('\"' + chr(92) * 40, scala, 0.1)\n    except NoAnswer:\n        pass",
    ],
)
def test_nothing_is_left_open_or_running(steps: str) -> None:
    def run(steps: str) -> str:
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM.format(steps=steps)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert run(steps) == run("pass")
    assert "no process" in run(steps)


def test_a_process_that_nobody_closed_ends_with_its_owner_and_without_a_word() -> None:
    program = PROGRAM.format(steps="lexing.colour('x', python, 1)\nprint(lexing._process.pid)\nos.dup2(1, 1)")
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout.split()[0]), 0)


def test_what_lies_in_the_folder_is_not_imported_and_what_is_on_the_path_is(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the folder of the site')")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/own_lexer.py").write_text(
        "from pygments.lexers.python import PythonLexer\n\n\nclass Own(PythonLexer):\n    pass\n\n\nprint('loaded')\n"
    )
    program = (
        f"import sys; sys.path.append({str(tmp_path / 'lib')!r}); from own_lexer import Own\n"
        "from proofpress.listings.lexing import LexingProcess\n"
        "with LexingProcess() as lexing:\n    print(lexing.colour('x = 1', Own(), 1))\n"
    )
    command = [sys.executable, "-P", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    wanted = to_html(PYTHON.get_tokens_unprocessed("x = 1"))
    assert (done.returncode, done.stdout) == (0, f"loaded\n{wanted}\n"), done.stderr


def test_a_listing_is_plain_from_a_length_on_however_quick_the_machine() -> None:
    highlighter = Highlighter()
    with pytest.raises(SlowListing, match="up to 250,000 characters and this one has 250,001") as raised:
        highlighter.colour("x" * (MAX_LENGTH + 1), PYTHON)
    assert raised.value.certain
    assert highlighter.colour("x\n" * (MAX_LENGTH // 2), PYTHON).startswith('<span class="n">x</span>')


def test_a_timer_of_another_goes_on_and_what_passes_on_the_wall_is_no_time() -> None:
    handler = signal.signal(signal.SIGVTALRM, lambda *_: None)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 50, 20)
        assert within(0.3, lambda: threading.Event().wait(1)) is False
        left, interval = signal.getitimer(signal.ITIMER_VIRTUAL)
        assert interval == 20
        assert 40 < left < 51
        with pytest.raises(TimeUpError):
            within(0.1, lambda: SCALA.get_tokens('"' + "\\" * 40).__next__())
        assert 40 < signal.getitimer(signal.ITIMER_VIRTUAL)[0] < 51
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
