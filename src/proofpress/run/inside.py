"""What is loaded into a Python kernel before a post's listings: it sees which files they read, and where an error stands.

This runs in the Python of the post, whichever that is, and is handed over as text: it imports nothing of Proofpress.
An audit hook (PEP 578) can't be taken out again, but is no prison: it sees what goes through Python, not what a library
written in C opens by itself, nor what another program does.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import sys
import warnings
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {
    "os.chmod": ((0, 2),), "os.chown": ((0, 3),), "os.link": ((1, 3),), "os.mkdir": ((0, 2),), "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)), "os.rmdir": ((0, 1),), "os.symlink": ((1, 2),), "os.truncate": ((0, -1),), "os.utime": ((0, 3),),
    "shutil.rmtree": ((0, 1),),
}  # fmt: skip
"""The events that change a file: which of their arguments name one, and which the open folder that the name is seen from."""
LISTING = ("os.listdir", "os.scandir")
IMPORTING = "<frozen importlib."
SYSTEM = ("/usr/", "/lib", "/proc/", "/sys/", "/dev/", "/opt/", "/nix/", "/System/", "/Library/")
"""What belongs to the system, where libraries find their own data."""
SYSTEM_FILES = ("/etc/mime.types", "/etc/ssl/", "/etc/localtime", "/etc/fonts/", "/etc/hosts", "/etc/resolv.conf")


class Watch:
    """Sees what the listings do with files."""

    def __init__(self, shell: Any, folder: str, work: str, caches: list[str]) -> None:
        self.shell = shell
        self.loop: Any = None
        self.work = os.path.realpath(work) + os.sep
        self.own = (*(os.path.realpath(one) + os.sep for one in (folder, *caches)), "/dev/")
        self.names = shell.user_ns
        self.of_python = tuple(
            os.path.realpath(one) + os.sep
            for one in {sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path}
            if one and os.path.isabs(one)  # noqa: PTH117 - no more is imported than is needed
        )
        self.read: set[str] = set()
        self.outside: set[str] = set()
        self.refused: set[str] = set()
        self.line = 0
        self.error = ""

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Take note of one event; a change of a file outside is refused."""
        if event == "open":
            path, _mode, flags = args
            self.see(path, writes=bool(isinstance(flags, int) and flags & WRITING))
        elif event in CHANGING:
            for number, beside in CHANGING[event]:
                folder = args[beside] if 0 <= beside < len(args) else None
                self.see(seen_from(folder, args[number]), writes=True)
        elif event == "sqlite3.connect" and args[0] not in ("", b"", ":memory:"):
            self.see(args[0], writes=True)
            self.see(args[0], writes=False)
        elif event in LISTING:
            self.see(args[0], writes=False)

    def see(self, path: Any, *, writes: bool) -> None:
        """Take note of one file."""
        if not isinstance(path, str | bytes | os.PathLike):
            return
        place = os.path.realpath(os.fsdecode(path))
        if (place + os.sep).startswith(self.own):
            if not writes and place.startswith(self.work):
                self.read.add(place[len(self.work) :].replace(os.sep, "/"))
        elif writes:
            if self.asked():
                self.refused.add(place)
            raise PermissionError(f"a run may write into the folder of its post alone, not to '{place}'")
        elif not place.startswith((*self.of_python, *SYSTEM, *SYSTEM_FILES)) and self.asked():
            self.outside.add(place)

    def asked(self) -> bool:
        """Tell whether it is a listing that does it, not Python for itself, nor a library while it is imported."""
        frame: Any = sys._getframe(2)  # noqa: SLF001 - the one way to see who asks
        while frame is not None:
            if frame.f_code.co_filename.startswith(IMPORTING):
                return False
            if frame.f_globals is self.names:
                return True
            frame = frame.f_back
        return False

    def begins(self, info: Any) -> None:
        """Let a listing that awaits nothing run a loop of its own (`asyncio.run`), as it could anywhere but in a kernel."""
        self.loop = None
        if not awaits(self.shell.transform_cell(info.raw_cell)):
            self.loop = asyncio._get_running_loop()  # noqa: SLF001 - the one way to put it aside
            asyncio._set_running_loop(None)  # noqa: SLF001

    def ended(self, result: Any) -> None:
        """Take note of where the error of a listing stands in it: at the innermost of its own lines."""
        if self.loop is not None:
            asyncio._set_running_loop(self.loop)  # noqa: SLF001
        error = result.error_in_exec or result.error_before_exec
        self.line = 0
        self.error = named(error)
        if isinstance(error, SyntaxError):
            self.line = error.lineno or 0
            return
        step = getattr(error, "__traceback__", None)
        name = None
        while step is not None:
            if name is None and step.tb_frame.f_globals is self.names:
                name = step.tb_frame.f_code.co_filename
            if step.tb_frame.f_code.co_filename == name:
                self.line = step.tb_lineno
            step = step.tb_next

    def report(self) -> str:
        """Return what was seen since it was last asked, as JSON."""
        seen = {
            "line": self.line,
            "error": self.error,
            "read": sorted(self.read),
            "outside": sorted(self.outside),
            "refused": sorted(self.refused),
            "modules": sorted(name for name in list(sys.modules) if "." not in name),
        }
        self.read.clear()
        self.outside.clear()
        self.refused.clear()
        self.line = 0
        self.error = ""
        return json.dumps(seen)


def seen_from(folder: Any, path: Any) -> Any:
    """Return a path that is seen from an open folder as it is from everywhere, where the system tells which folder that is."""
    if isinstance(folder, int) and folder >= 0 and isinstance(path, str):
        try:
            return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)  # noqa: PTH115, PTH118 - as above
        except OSError:
            return path
    return path


def named(error: Any) -> str:
    """Return the name of an error as Python's own tracebacks have it: with its module, where that is not Python's own."""
    if error is None:
        return ""
    kind = type(error)
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"


def awaits(code: str) -> bool:
    """Tell whether code awaits something outside of a function, so that the kernel's own loop runs it."""
    try:
        flags = compile(code, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT).co_flags
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
        return False
    return bool(flags & inspect.CO_COROUTINE)


def versions(modules: list[str]) -> str:
    """Return the versions of the packages that these modules belong to, by the packages' names, as JSON."""
    from importlib import metadata  # noqa: PLC0415 - when it is asked

    owners = metadata.packages_distributions()
    names = sorted({name for module in modules for name in owners.get(module, ())})
    return json.dumps({name: metadata.version(name) for name in names})


def start(shell: Any, folder: str, work: str, caches: list[str]) -> None:
    """Begin to watch, and have values shown as Python itself shows them."""
    watch = Watch(shell, folder, work, caches)
    shell.events.register("pre_run_cell", watch.begins)
    shell.events.register("post_run_cell", watch.ended)
    sys.argv[:] = [""]  # those of the kernel are none of the listings'
    warnings.filterwarnings("ignore", message="To exit: use")
    shell.display_formatter.formatters["text/plain"].pprint = False
    sys.modules["_proofpress"] = watch  # type: ignore[assignment]
    watch.versions = versions  # type: ignore[attr-defined]
    shell.config.InlineBackend.figure_formats = {"svg", "retina"}
    shell.config.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
    sys.addaudithook(watch.hook)
