"""The command `proofpress`: one module a command, and the only place that prints.

A command begins and ends here. Nothing is imported before it is needed: a build that has nothing to do says so before any
library is loaded.
"""

from __future__ import annotations

import os
import sys
import time

from proofpress.cli.streams import end_unheard, let_any_text_through
from proofpress.standing import holds, site_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def run() -> NoReturn:
    """Run the command line, and leave at once: taking apart all that a build held takes longer than one of one page.

    Where another thread still works, a profiler looks on, or what was said can't be written, Python ends as always.
    """
    status = 0
    try:
        if not _said_again(sys.argv[1:]):
            from proofpress.cli.commands import main

            main()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        status = end.code or 0
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(status)
    threading = sys.modules.get("threading")
    if (threading is not None and threading.active_count() > 1) or sys.getprofile() or sys.gettrace():
        sys.exit(status)
    os._exit(status)


def _said_again(arguments: Sequence[str]) -> bool:
    """Say what a build says that has nothing to do, if this is one."""
    start = time.perf_counter()
    root = site_folder(arguments) if arguments[:1] == ["build"] else None
    said = holds(root, arguments, time.time_ns()) if root is not None else None
    if said is None:
        return False
    let_any_text_through()
    try:
        sys.stdout.write(said.out)
        sys.stderr.write(f"{said.before}{time.perf_counter() - start:.2f}{said.after}" if said.after else said.before)
        sys.stdout.flush()
    except BrokenPipeError:
        end_unheard()
    return True
