"""Printing: the one way by which a command's words reach the terminal, where names and texts of others are in them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from proofpress.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND: Final = re.compile(r"^(\s*):(?=:)")
"""How a line begins that GitHub's runner takes for a command (`::error::`), on whichever stream it is printed."""
_PROGRAM_LINE: Final = "\n  "
"""What stands before each line that a program said, in the message about its failure."""
_WORDS: Final = ("message", "option_name", "param_hint", "ui_filename")
"""Where click's errors keep words that came from outside."""


def say(line: str, *, err: bool = False) -> None:
    """Print one line, of which any part may be a stranger's: it is shown as `visible` shows it, and is no command."""
    click.echo(inert(line), err=err)


def inert(line: str) -> str:
    """Return one line fit for a terminal and for the log of a job."""
    return _COMMAND.sub(r"\1\\x3a", visible(line))


@contextmanager
def errors_made_inert() -> Iterator[None]:
    """Make the errors that click prints itself fit to be printed."""
    try:
        yield
    except click.ClickException as error:
        for name in _WORDS:
            words = getattr(error, name, None)
            if isinstance(words, str):
                setattr(error, name, _PROGRAM_LINE.join(inert(line) for line in words.split(_PROGRAM_LINE)))
        raise
