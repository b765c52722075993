"""A session of a Jupyter kernel: Python, or any other that is installed.

The kernel is started as a process like any other, and spoken to by jupyter-client, the extra `run`; on POSIX through
sockets in the folder of the run, so that no port of the machine is opened. What Python does with files is seen by
what `inside.py` puts into it.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import contextlib
import json
import os
import queue
import re
import time
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.problems import MissingExtra
from proofpress.recorded.values import Printed, Raised, Table, Value
from proofpress.run.processes import end, interrupt, kill, start
from proofpress.run.tables import table_in
from proofpress.run.texts import settled
from proofpress.run.values import MOST_PICTURES, Answer, Picture, Seen, StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from jupyter_client.blocking.client import BlockingKernelClient

    from proofpress.run.values import Ending, Folder, Limits, Shown

EXTRA: Final = "pip install 'proofpress[run]'"
PYTHON_OPTIONS: Final = ("--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor")
_LONGEST_START: Final = 60.0
"""Seconds that a kernel may take until it answers: a machine may be busy."""
_TURN: Final = 0.1
_AFTER_INTERRUPT: Final = 2.0
_MOST_SVG: Final = 300_000
"""Characters of a drawing; of one that is larger its pixels weigh less."""
_ACTS: Final = re.compile(r"<script|<foreignObject|\bon\w+\s*=|javascript:", re.IGNORECASE)
"""What in a drawing could run, or hold what runs."""
_OF_A_LIBRARY: Final = re.compile(r"<matplotlib\.|<Axes|<Figure|<BarContainer|^Text\(|^\(?array\(")
"""How values look that functions hand back which draw: nothing that a page would show beside the drawing."""

_OF_A_FILE: Final = re.compile(r" \(\S+\.py, line \d+\)\Z")
"""How Python names the place of a syntax error: in a file that a kernel makes up for each listing."""


class Spec(msgspec.Struct, frozen=True):
    """How a kernel is started."""

    language: str
    command: tuple[str, ...]
    """`{connection_file}` stands for the file with its sockets."""
    environment: dict[str, str] = {}


class _Report(msgspec.Struct):
    line: int = 0
    error: str = ""
    read: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


def python_kernel(python: str) -> Spec:
    """Return how the kernel of a Python is started."""
    return Spec("python", (python, "-m", "ipykernel_launcher", "-f", "{connection_file}", *PYTHON_OPTIONS))


def kernel_for(language: str) -> Spec | None:
    """Return the first installed kernel, by name, that runs a language; None where there is none. Raises MissingExtra."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra(f"listings in {language} are run by a kernel of Jupyter: {EXTRA}") from None
    found = KernelSpecManager(ensure_native_kernel=False).get_all_specs()
    for _name, one in sorted(found.items()):
        spec = one["spec"]
        if spec.get("language", "").lower() == language:
            command = tuple(part.replace("{resource_dir}", one["resource_dir"]) for part in spec["argv"])
            return Spec(language, command, dict(spec.get("env") or {}))
    return None


def let_go() -> None:
    """Close the loop that jupyter-client keeps for the kernels of a thread, when none of them is left."""
    with contextlib.suppress(ImportError):
        from jupyter_core.utils import ensure_event_loop  # noqa: PLC0415 - it comes with the extra

        loop = ensure_event_loop()
        if not loop.is_running():
            loop.close()
            asyncio.set_event_loop(None)


class Kernel:
    """One kernel, its process, and the client that speaks to it."""

    def __init__(self, spec: Spec, folder: Folder, stopped: Event, name: str) -> None:
        """Start it and wait until it answers. Raises MissingExtra, OSError, and StoppedError."""
        try:
            from jupyter_client.blocking.client import BlockingKernelClient  # noqa: PLC0415 - an extra
            from jupyter_client.connect import write_connection_file  # noqa: PLC0415
        except ImportError:
            raise MissingExtra(f"listings in {spec.language} are run by a kernel of Jupyter: {EXTRA}") from None
        self._folder = folder
        self._stopped = stopped
        self._language = spec.language
        self._console = False
        place = str(folder.top / f"kernel-{name}")
        local = os.name == "posix"
        where, way = (place, "ipc") if local else ("", "tcp")
        file, _ = write_connection_file(f"{place}.json", ip=where, transport=way)
        command = [file if part == "{connection_file}" else part for part in spec.command]
        self._process = start(command, folder.work, folder.environment | spec.environment, pipes=False)
        self._client: BlockingKernelClient = BlockingKernelClient(connection_file=file)
        try:
            self._client.load_connection_file()
            self._client.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
            if self._language == "python":
                self._watch()
        except BaseException:
            self._client.stop_channels()
            kill(self._process, folder.mark)
            raise

    def run(self, code: str, limits: Limits, *, console: bool) -> Answer:
        """Run code to its end."""
        until = time.monotonic() + limits.seconds
        if self._language != "python":
            return self._execute(code, until, limits)
        if console is not self._console:
            self._console = console
            mode = "all" if console else "last_expr"
            self._ask(f"get_ipython().ast_node_interactivity = {mode!r}")
        if not console:
            blank = len(code) - len(code.lstrip())  # the lines at its beginning that IPython takes out
            return self._with_report(self._execute(code, until, limits), code.count("\n", 0, blank))
        shown: list[Shown] = []
        answer = Answer(seen=Seen())
        for at, statement in _statements(code):
            answer = self._with_report(self._execute(statement, until, limits), at, answer.seen)
            shown += answer.shown
            if answer.error is not None:
                shown.append(answer.error)
            if answer.ending:
                break
        return answer._replace(shown=tuple(shown), error=None)

    def versions(self, modules: tuple[str, ...]) -> dict[str, str]:
        """Return the version of the language, and of packages."""
        info = self._info
        name, version = info.get("name"), info.get("version")
        found = {self._language: str(version)} if name and version else {}
        if self._language == "python" and modules:
            said = self._expression(f"__import__('sys').modules['_proofpress'].versions({list(modules)!r})")
            with contextlib.suppress(msgspec.MsgspecError):
                found |= msgspec.json.decode(said or "{}", type=dict[str, str])
        return found

    def close(self) -> tuple[str, ...]:
        """End it."""
        if self._process.poll() is None:
            self._client.shutdown()
        try:
            return end(self._process, self._folder.mark)
        finally:
            self._client.stop_channels()

    # ------------------------------------------------------------ what is said to it

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _LONGEST_START
        self._info: dict[str, Any] = {}
        heard = False
        while not (heard and self._info):
            self._client.kernel_info()
            with contextlib.suppress(queue.Empty):
                self._client.get_iopub_msg(timeout=_TURN)
                heard = True
            with contextlib.suppress(queue.Empty):
                self._info = self._client.get_shell_msg(timeout=_TURN)["content"].get("language_info", {})
            self._heed()
            if self._process.poll() is not None:
                raise OSError(f"it ended with status {self._process.returncode} before it answered")
            if time.monotonic() > until:
                raise OSError(f"it did not answer within {_LONGEST_START:.0f} s")

    def _watch(self) -> None:
        """Put what sees its files into a Python."""
        text = resources.files("proofpress.run").joinpath("inside.py").read_text("utf-8")
        folder = self._folder
        caches = [one for name, one in folder.environment.items() if name == "MPLCONFIGDIR"]
        arguments = f"{str(folder.top)!r}, {str(folder.site)!r}, {caches!r}"
        self._ask(
            "_proofpress = {'__name__': '_proofpress'}\n"
            f"exec(compile({text!r}, '<proofpress>', 'exec'), _proofpress)\n"
            f"_proofpress['start'](get_ipython(), {arguments})\n"
            "del _proofpress"
        )

    def _ask(self, code: str) -> None:
        """Run code of our own, which shows nothing. Raises OSError where it can't."""
        answer = self._finished(code, silent=True)
        if answer is None or answer.get("status") != "ok":
            raise OSError(f"it does not take what sees its files: {(answer or {}).get('evalue', 'no answer')}")

    def _expression(self, code: str) -> str | None:
        """Return what an expression of ours says, a string; None where it says nothing, or was tampered with."""
        answer = self._finished("", silent=True, expressions={"said": code})
        said = (answer or {}).get("user_expressions", {}).get("said", {})
        with contextlib.suppress(ValueError, SyntaxError, KeyError, RecursionError, MemoryError):
            value = ast.literal_eval(said["data"]["text/plain"])
            return value if isinstance(value, str) else None
        return None

    def _finished(self, code: str, *, silent: bool, expressions: dict[str, str] | None = None) -> dict[str, Any] | None:
        """Return the reply to code of our own; None where the kernel is gone or hangs."""
        ours = self._client.execute(code, silent=silent, user_expressions=expressions or {}, allow_stdin=False)
        until = time.monotonic() + _LONGEST_START
        while self._process.poll() is None and time.monotonic() < until:
            self._heed()
            with contextlib.suppress(queue.Empty):
                reply = self._client.get_shell_msg(timeout=_TURN)
                if reply["parent_header"].get("msg_id") == ours:
                    content: dict[str, Any] = reply["content"]
                    return content
        return None

    def _with_report(self, answer: Answer, at: int, before: Seen | None = None) -> Answer:
        """Add what was seen of a piece of code, whose first line is line `at` of the listing, from 0."""
        if answer.ending == "died":
            return answer._replace(seen=before or Seen())
        said = self._expression("__import__('sys').modules['_proofpress'].report()")
        report = _Report()
        with contextlib.suppress(msgspec.MsgspecError):
            report = msgspec.json.decode(said or "{}", type=_Report)
        line = report.line + at if report.line > 0 else 0
        old = before or Seen()
        seen = Seen(
            tuple(sorted({*old.read, *report.read})),
            tuple(sorted({*old.outside, *report.outside})),
            tuple(sorted({*old.refused, *report.refused})),
            report.modules,
        )
        error = answer.error
        if error is not None:
            error = msgspec.structs.replace(error, name=report.error or error.name, line=line)
        return answer._replace(error=error, seen=seen, line=line if answer.ending == "slow" else 0)

    # ------------------------------------------------------------ what it says

    def _execute(self, code: str, until: float, limits: Limits) -> Answer:
        """Run code, and gather what it shows until it is done, or has to be ended."""
        ours = self._client.execute(code, store_history=True, allow_stdin=False, stop_on_error=False)
        gathered = _Gathered(self._folder)
        ending: Ending = ""
        while not gathered.done and not ending:
            with contextlib.suppress(queue.Empty):
                gathered.take(self._client.get_iopub_msg(timeout=_TURN), ours)
                if gathered.amount <= limits.output and gathered.pixels <= MOST_PICTURES and time.monotonic() < until:
                    continue
            self._heed()
            if gathered.amount > limits.output or gathered.pixels > MOST_PICTURES:
                ending = "flood"
            elif self._process.poll() is not None:
                ending = "died"
            elif time.monotonic() > until and not gathered.done:
                ending = "slow"
        if ending == "slow":
            self._interrupted(gathered, ours)
        elif ending == "flood":
            kill(self._process, self._folder.mark)
            gathered.cut(limits.output)
        status = self._process.wait() if ending == "died" else 0
        return Answer(gathered.shown, gathered.error if not ending else None, ending, status)

    def _interrupted(self, gathered: _Gathered, ours: str) -> None:
        """Have it stop what it does: where it does so, it can still tell at which line it was."""
        interrupt(self._process)
        until = time.monotonic() + _AFTER_INTERRUPT
        while not gathered.done and time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(queue.Empty):
                gathered.take(self._client.get_iopub_msg(timeout=_TURN), ours)
        if not gathered.done:
            kill(self._process, self._folder.mark)

    def _heed(self) -> None:
        """Raise StoppedError where the run is to end."""
        if self._stopped.is_set():
            raise StoppedError


class _Gathered:
    """What a piece of code showed so far."""

    def __init__(self, folder: Folder) -> None:
        self.done = False
        self.error: Raised | None = None
        self.amount = 0
        """Characters."""
        self.pixels = 0
        """Bytes of pictures."""
        self._folder = folder
        self._all: list[tuple[str, Shown]] = []
        """With the id under which each may be shown anew."""
        self._cleared = False

    @property
    def shown(self) -> tuple[Shown, ...]:
        """All of it, in order: what was written on one stream in a row is one text."""
        merged: list[Shown] = []
        for _, one in self._all:
            last = merged[-1] if merged else None
            if isinstance(one, Printed) and isinstance(last, Printed) and last.stream == one.stream:
                merged[-1] = Printed(last.text + one.text, one.stream)
            else:
                merged.append(one)
        texts = [
            Printed(settled(one.text, self._folder), one.stream) if isinstance(one, Printed) else one for one in merged
        ]
        drew = any(isinstance(one, Picture) for one in texts)
        return tuple(one for one in texts if not (drew and isinstance(one, Value) and _OF_A_LIBRARY.search(one.text)))

    def cut(self, most: int) -> None:
        """Leave out what is too much."""
        self._all = [(name, one) for name, one in self._all if not isinstance(one, Printed) or len(one.text) <= most]

    def take(self, message: dict[str, Any], ours: str) -> None:
        """Take in one message of the kernel; only what answers ours is heeded."""
        if message["parent_header"].get("msg_id") != ours:
            return
        content = message["content"]
        match message["msg_type"]:
            case "status":
                self.done = content["execution_state"] == "idle"
            case "stream":
                self._add(Printed(content["text"], "stderr" if content["name"] == "stderr" else "stdout"))
            case "execute_result" | "display_data":
                self._add(_shown(content["data"], self._folder), _display_id(content))
            case "update_display_data":
                self._show_anew(_display_id(content), _shown(content["data"], self._folder))
            case "clear_output":
                self._cleared = True
                if not content.get("wait"):
                    self._all.clear()
            case "error":
                said = _OF_A_FILE.sub("", settled(str(content["evalue"]), self._folder))
                self.error = Raised(str(content["ename"]), said)
            case _:
                pass

    def _add(self, one: Shown, name: str = "") -> None:
        if self._cleared:
            self._all.clear()
            self._cleared = False
        self._all.append((name, one))
        self.amount += _amount(one)
        self.pixels += len(one.data) if isinstance(one, Picture) else 0

    def _show_anew(self, name: str, one: Shown) -> None:
        self._all = [(own, one if own and own == name else other) for own, other in self._all]


def _display_id(content: dict[str, Any]) -> str:
    return str((content.get("transient") or {}).get("display_id", ""))


def _amount(one: Shown) -> int:
    match one:
        case Printed(text=text) | Value(text=text):
            return len(text)
        case Table(rows=rows):
            return sum(len(cell) for row in rows for cell in row)
        case _:
            return 0


def _shown(data: dict[str, Any], folder: Folder) -> Shown:
    """Return what is kept of something that is shown in several forms: a drawing, pixels, a table, or its text."""
    svg = _text(data.get("image/svg+xml"))
    with contextlib.suppress(ValueError):
        pixels = base64.b64decode(_text(data.get("image/png")))
        if svg and not _ACTS.search(svg) and (len(svg) <= _MOST_SVG or not pixels):
            return Picture(svg.encode(), "svg")
        if pixels.startswith(b"\x89PNG\r\n"):
            return Picture(pixels, "png")
    html = _text(data.get("text/html"))
    table = table_in(html) if "<table" in html else None
    return table or Value(settled(_text(data.get("text/plain")), folder))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _statements(code: str) -> Iterator[tuple[int, str]]:
    """Give the statements of a session, each with the number of its first line, from 0; all at once where Python can't read it."""
    try:
        body: Sequence[ast.stmt] = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError):
        yield 0, code
        return
    lines = code.split("\n")
    starts = [min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1 for node in body]
    for number, first in enumerate(starts):
        after = starts[number + 1] if number + 1 < len(starts) else len(lines)
        if after > first:
            yield first, "\n".join(lines[first:after])
