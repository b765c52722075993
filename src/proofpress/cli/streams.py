"""The two streams that people read: what they can't write, and what to do when nobody reads them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # without loading `typing`, for the build that has nothing to do
if TYPE_CHECKING:
    from typing import NoReturn


def let_any_text_through() -> None:
    """Have the streams write as an escape what a terminal's encoding can't: a post's text must not end a build."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def end_unheard() -> NoReturn:
    """End where nobody reads any more what is said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
