"""One post: its listings run one after the other, in sessions of their own, and what came of it.

Nothing is written but into the folder of the run, which is gone at the end. What the listings gave is returned; whether
it is kept, who called decides.
"""

from __future__ import annotations

import ast
import contextlib
import posixpath
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.engine.disk import write_file
from proofpress.model import Place
from proofpress.problems import MissingExtra, Problem
from proofpress.recorded.listings import digest, digests
from proofpress.recorded.values import Drawn, Output, Printed, Raised, Ran, Runnable
from proofpress.rules.running import CANNOT_RUN, FAILED_LISTING, LEFT_RUNNING, READS_OUTSIDE
from proofpress.run.environment import (
    EnvironmentFailedError,
    folder_for,
    isolated,
    look,
    names,
    refused,
)
from proofpress.run.kernel import Kernel, kernel_for, let_go, python_kernel
from proofpress.run.processes import MARK
from proofpress.run.shell import Shell
from proofpress.run.values import Answer, Limits, Picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import Event

    from proofpress.rules.rule import Fault
    from proofpress.run.values import Folder, Session

ENVIRONMENTS: Final = "environments"
CACHES: Final = "caches"
PACKAGES: Final = {
    "PIL": "pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python", "dateutil": "python-dateutil", "git": "GitPython",
    "skimage": "scikit-image", "sklearn": "scikit-learn", "yaml": "PyYAML",
}  # fmt: skip
"""Packages that pip knows by another name than Python, by that of the module."""
_WORDS: Final = 120
"""Characters of what a script said last that a message shows."""
_OF_BASH: Final = re.compile(r"\A\S*bash: (?:line \d+: )?")


class Post(NamedTuple):
    """A post whose listings are run, as the builder has read it."""

    path: str
    lines: tuple[str, ...]
    """Of its file."""
    runnables: tuple[Runnable, ...]
    requirements: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    """Files that the run may read, as the front matter names them."""
    said: tuple[str, ...] = ()
    """For each of them what the post itself says that it prints: the text of its output, or the session with its answers."""
    places: Mapping[str, Place] = {}
    """Of values of the front matter: `requirements.0`."""


class How(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for on the command line and in the settings."""

    root: Path
    kept: Path
    """The folder in which environments and caches are kept."""
    python: str
    isolated: bool = False
    limits: Limits = Limits()


class Gave(msgspec.Struct, frozen=True):
    """What came of a post. Where one of the problems is an error, there is nothing to be kept."""

    path: str
    listings: tuple[Ran, ...] = ()
    pictures: dict[str, bytes] = {}
    """By the names that the outputs have for them."""
    versions: dict[str, str] = {}
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is nothing to be kept."""
        return any(found.severity == "error" for found in self.problems)


def run_post(post: Post, how: How, stopped: Event, given: Mapping[str, str]) -> Gave:
    """Run the listings of a post; `given` is our own environment. Raises StoppedError where the run is to end."""
    problems: list[Problem] = []
    files = _files(post, how.root, problems)
    python = _python(post, how, problems)
    if problems or python is None:
        return Gave(post.path, problems=tuple(problems))
    with tempfile.TemporaryDirectory(prefix="proofpress-run-", ignore_cleanup_errors=True) as name:
        caches = how.kept / CACHES
        caches.mkdir(parents=True, exist_ok=True)
        folder = folder_for(Path(name).resolve(), post.path, python, caches.resolve(), given)
        for path, data in files.items():
            place = folder.work / path
            place.parent.mkdir(parents=True, exist_ok=True)
            write_file(place, data)
            place.chmod(0o444)
        running = _Running(post, how, folder, python, stopped, files)
        try:
            return running.run()
        finally:
            running.close()


def needs_of(post: Post) -> tuple[str, ...]:
    """Return the packages without which a post is not run: those of its listings, and its requirements."""
    return tuple(dict.fromkeys([*(name for one in post.runnables for name in one.needs), *names(post.requirements)]))


def _files(post: Post, root: Path, problems: list[Problem]) -> dict[str, bytes]:
    """Read what the run may read: by its path as seen from the post's folder."""
    folder = posixpath.dirname(post.path)
    found = {}
    for number, written in enumerate(post.reads):
        path = posixpath.normpath(posixpath.join(folder, written)) if not written.startswith("/") else written[1:]
        why = ""
        try:
            found[posixpath.relpath(path, folder)] = read_inside(root, path)
        except OutsideSiteError:
            why = "it is not in the site's folder"
        except FileNotFoundError:
            why = "there is no such file"
        except OSError as error:
            why = "it is not a file" if error.errno is None else error.strerror or str(error)
        if why:
            problems.append(CANNOT_RUN.unread(written, why).at(post.path, _place(post, "reads", number)))
    return found


def _place(post: Post, key: str, number: int) -> Place:
    return post.places.get(f"{key}.{number}") or post.places.get(key) or Place(1, 1)


def _python(post: Post, how: How, problems: list[Problem]) -> str | None:
    """Return the Python that runs the post's listings, where it has all that they need."""
    wrong = refused(post.requirements)
    if wrong is not None:
        place = _place(post, "requirements", post.requirements.index(wrong))
        problems.append(CANNOT_RUN.requirement(wrong).at(post.path, place))
        return None
    python = how.python
    if how.isolated and post.requirements:
        try:
            python = isolated(post.requirements, how.python, how.kept / ENVIRONMENTS)
        except (EnvironmentFailedError, OSError) as error:
            problems.append(CANNOT_RUN.environment(str(error)).at(post.path, _place(post, "requirements", 0)))
            return None
    speaks = any(one.language == "python" for one in post.runnables)
    needs = needs_of(post)
    if not speaks and not needs:
        return python
    first = next((one.place for one in post.runnables if one.language == "python"), post.runnables[0].place)
    try:
        found = look(python, needs)
    except (OSError, subprocess.SubprocessError) as error:
        why = error.strerror or str(error) if isinstance(error, OSError) else "it is no Python that runs"
        problems.append(CANNOT_RUN.no_start("python", f"'{python}': {why}").at(post.path, first))
        return None
    if speaks and not found.kernel:
        problems.append(CANNOT_RUN.no_python_kernel(python).at(post.path, first))
    problems += [
        CANNOT_RUN.missing(lacking).at(post.path, one.place)
        for one in post.runnables
        if (lacking := [name for name in one.needs if name in found.missing])
    ]
    for number, name in enumerate(names(post.requirements)):
        if name in found.missing:
            problems.append(CANNOT_RUN.missing([name]).at(post.path, _place(post, "requirements", number)))
    return python


class _Running:
    """A run of a post: its sessions, and what they gave so far."""

    def __init__(
        self, post: Post, how: How, folder: Folder, python: str, stopped: Event, files: Mapping[str, bytes]
    ) -> None:
        self._post = post
        self._how = how
        self._folder = folder
        self._python = python
        self._stopped = stopped
        self._files = files
        self._sessions: dict[tuple[str, str], Session] = {}
        self._ended: dict[tuple[str, str], int] = {}
        """Sessions that came to an end, and the line of the listing with which they did."""
        self._pictures: dict[str, bytes] = {}
        self._modules: tuple[str, ...] = ()
        self._problems: list[Problem] = []

    def run(self) -> Gave:
        """Run all listings; after one that fails, those of its session still run, for what else is wrong."""
        listings = []
        runnables = self._post.runnables
        said = self._post.said or [""] * len(runnables)
        for one, claim, (code, after) in zip(runnables, said, digests(runnables), strict=True):
            answer = self._answer(one)
            if answer is None:
                continue
            outputs = self._outputs(answer, meant=_is_meant(one, answer.error, claim))
            self._judge(one, answer, claim)
            listings.append(Ran(code=code, after=after, read=self._read(one, answer), outputs=outputs))
        versions = self._versions()
        self.close()
        return Gave(self._post.path, tuple(listings), self._pictures, versions, tuple(self._problems))

    def close(self) -> None:
        """End all sessions; tell of what they left running."""
        left: set[str] = set()
        kernels = any(isinstance(session, Kernel) for session in self._sessions.values())
        while self._sessions:
            _, session = self._sessions.popitem()
            left.update(session.close())
        if kernels:
            let_go()
        if left:
            self._tell(LEFT_RUNNING.left(sorted(left)), self._post.runnables[-1].place)

    def _answer(self, one: Runnable) -> Answer | None:
        """Make the files of a listing and run it; None where that can't be."""
        key = (one.language, one.session)
        if key in self._ended:
            self._tell(FAILED_LISTING.after(self._ended[key]), one.place)
            return None
        try:
            for made in one.files:
                self._make(made.path, made.text)
            if one.title:
                self._make(one.title, one.code)
            session = self._session(key)
        except (_CannotStartError, OSError) as error:
            fault = (
                error.fault if isinstance(error, _CannotStartError) else CANNOT_RUN.no_start(one.language, str(error))
            )
            self._tell(fault, one.place)
            self._ended[key] = one.place.line
            return None
        limits = self._how.limits
        if one.timeout is not None:
            limits = msgspec.structs.replace(limits, seconds=one.timeout)
        answer = session.run(one.code, limits, console=one.console)
        if answer.ending:
            self._ended[key] = one.place.line
        return answer

    def _session(self, key: tuple[str, str]) -> Session:
        if key not in self._sessions:
            language = key[0]
            try:
                self._sessions[key] = self._started(language, f"{len(self._sessions)}")
            except MissingExtra as error:
                raise _CannotStartError(CANNOT_RUN.no_extra(str(error))) from None
            except OSError as error:
                if language == "bash" and isinstance(error, FileNotFoundError):
                    raise _CannotStartError(CANNOT_RUN.no_program("bash")) from None
                raise _CannotStartError(CANNOT_RUN.no_start(language, str(error))) from None
        return self._sessions[key]

    def _started(self, language: str, name: str) -> Session:
        mark = f"{self._folder.mark}-{name}"
        environment = self._folder.environment | {MARK: mark}
        folder = msgspec.structs.replace(self._folder, mark=mark, environment=environment)
        if language == "bash":
            return Shell(folder, self._stopped)
        spec = python_kernel(self._python) if language == "python" else kernel_for(language)
        if spec is None:
            raise _CannotStartError(CANNOT_RUN.no_kernel(language))
        return Kernel(spec, folder, self._stopped, name)

    def _make(self, path: str, text: str) -> None:
        """Write the file that a listing makes, into the folder of the run and through no link that a listing put there."""
        place = self._folder.work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.parent.resolve().is_relative_to(self._folder.site):
            raise OSError(f"'{path}' leads out of the folder of the run")
        if place.is_symlink():
            place.unlink()
        write_file(place, text.encode("utf-8", "surrogatepass"))

    def _outputs(self, answer: Answer, *, meant: bool) -> tuple[Output, ...]:
        found: list[Output] = []
        for shown in answer.shown:
            if isinstance(shown, Picture):
                name = f"{digest(shown.data)}.{shown.ending}"
                self._pictures[name] = shown.data
                found.append(Drawn(name))
            else:
                found.append(shown)
        if answer.error is not None and meant:
            found.append(answer.error)
        return tuple(found)

    def _read(self, one: Runnable, answer: Answer) -> dict[str, str]:
        """Return the digests of the files that a listing read, of those that the front matter names.

        Where it can't be seen what it read, that is all of them; what its code names counts as read, too.
        """
        seen = answer.seen
        if seen is None:
            read = set(self._files)
        else:
            folder = posixpath.dirname(self._post.path)
            read = {posixpath.relpath(path, folder) for path in seen.read}
            read |= {path for path in self._files if posixpath.basename(path) in one.code}
        return {path: digest(self._files[path]) for path in sorted(read & self._files.keys())}

    # ------------------------------------------------------------ what is wrong

    def _judge(self, one: Runnable, answer: Answer, claim: str) -> None:
        """Tell of what went wrong with a listing; what the post itself says of it may be that."""
        seconds = self._how.limits.seconds if one.timeout is None else one.timeout
        match answer.ending:
            case "slow":
                self._tell(FAILED_LISTING.slow(seconds), self._line(one, answer.line))
            case "flood":
                self._tell(FAILED_LISTING.flood(self._how.limits.output), one.place)
            case "died" if answer.status < 0 or one.language != "bash":
                self._tell(FAILED_LISTING.died(answer.status), self._line(one, answer.line))
            case _ if one.console:
                errors = [shown for shown in answer.shown if isinstance(shown, Raised)]
                for error in [*errors, *([answer.error] if answer.error else [])]:
                    self._judge_error(one, error, meant=_is_shown(one, error, claim))
            case _ if answer.error is not None and answer.error.name == "exit":
                error = msgspec.structs.replace(answer.error, message=answer.error.message + _last_words(answer))
                self._judge_error(one, error, meant=_is_meant(one, error, claim))
            case _:
                self._judge_error(one, answer.error, meant=_is_meant(one, answer.error, claim))
        seen = answer.seen
        if seen is None:
            return
        self._modules = (*self._modules, *seen.modules)
        if seen.outside:
            self._tell(READS_OUTSIDE.read(seen.outside), one.place)
        if seen.refused and answer.error is None:
            self._tell(READS_OUTSIDE.wrote(seen.refused), one.place)

    def _judge_error(self, one: Runnable, error: Raised | None, *, meant: bool) -> None:
        if error is None or (error.name == "SystemExit" and error.message in ("", "0", "None")):
            if one.raises:
                self._tell(FAILED_LISTING.nothing_raised(one.raises), one.place)
            return
        place = self._line(one, error.line)
        first = next(iter(error.message.strip().splitlines()), "")
        if meant:
            return
        if one.raises:
            self._tell(FAILED_LISTING.other(one.raises, error.name, first), place)
        elif error.name == "exit":
            self._tell(FAILED_LISTING.status(first, _hint_of_status(first)), place)
        else:
            self._tell(FAILED_LISTING.raised(error.name, first, self._hint(error)), place)

    def _hint(self, error: Raised) -> str:
        """Return what to do about an error that has to do with how it is run."""
        if error.name == "ModuleNotFoundError":
            module = error.message.rpartition("named ")[2].strip("'\"").split(".")[0]
            package = PACKAGES.get(module, module)
            return f'install it (pip install {package}), and write needs="{package}" or name it in `requirements:`'
        if error.name == "NameError":
            return "a listing before it, in the same session, is to define that; a part of a program says run=false"
        if error.name in ("SyntaxError", "IndentationError"):
            return "a part of a program says run=false"
        if error.name == "FileNotFoundError" and re.search(r"'[^']*[/.][^']*'\Z", error.message):
            return "a run sees what `reads:` in the front matter names, and the files that listings with a title make"
        return ""

    def _line(self, one: Runnable, line: int) -> Place:
        """Return the place in the post of a line of a listing, from 1; that of its fence for line 0."""
        code = one.code.split("\n")
        if not 0 < line <= len(code):
            return one.place
        number = one.lines[line - 1] if line <= len(one.lines) else one.first_line + line - 1
        text = code[line - 1].strip()
        written = self._post.lines[number - 1] if number <= len(self._post.lines) else ""
        at = written.find(text) if text else -1
        return Place(number, at + 1, len(text)) if at >= 0 else Place(number, 1)

    def _tell(self, fault: Fault, place: Place) -> None:
        self._problems.append(fault.at(self._post.path, place))

    def _versions(self) -> dict[str, str]:
        """Return the versions of the languages, and of the packages that the listings import by name."""
        imported: set[str] = set()
        for one in self._post.runnables:
            if one.language == "python":
                imported |= _imported(one.code)
        modules = tuple(sorted(imported & set(self._modules)))
        found: dict[str, str] = {}
        for (language, _), session in self._sessions.items():
            if (language, _) not in self._ended:
                found |= session.versions(modules if language == "python" else ())
        return dict(sorted(found.items()))


class _CannotStartError(Exception):
    """A session can't be had."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _is_meant(one: Runnable, error: Raised | None, claim: str) -> bool:
    """Tell whether a listing is to end with an error: its fence names that, or what the post says that it prints."""
    if error is None:
        return False
    if one.raises:
        return _bare(error.name) == _bare(one.raises)
    return re.search(rf"\b{re.escape(_bare(error.name))}\b", claim) is not None


def _is_shown(one: Runnable, error: Raised, claim: str) -> bool:
    """Tell whether an error is what a session of the post shows: by its name, as a traceback, or as a shell says it."""
    return bool(claim) and (error.name == "exit" or "Traceback (" in claim or _is_meant(one, error, claim))


def _last_words(answer: Answer) -> str:
    """Return what a script said last on its standard error, as it goes on after its status."""
    said = "".join(shown.text for shown in answer.shown if isinstance(shown, Printed) and shown.stream == "stderr")
    lines = [_OF_BASH.sub("", line.rpartition("\r")[2]).strip() for line in said.strip().split("\n")]
    absent = [line for line in lines if line.endswith(": command not found")] if _is_absent(answer) else []
    last = (absent or lines)[-1]
    return f": {last if len(last) <= _WORDS else last[: _WORDS - 1] + '…'}" if last else ""


def _is_absent(answer: Answer) -> bool:
    """Tell whether a script ended with the status of a command that is not there."""
    return answer.error is not None and answer.error.message == "status 127"


def _bare(name: str) -> str:
    """Return the name of an error without its module."""
    return name.rpartition(".")[2]


def _hint_of_status(said: str) -> str:
    return "it is the status of a command that is not there" if said.startswith("status 127") else ""


def _imported(code: str) -> set[str]:
    """Return the names of the modules that code imports, by their first part; none where Python can't read it."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        tree = ast.parse(code)
        direct = {
            name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
        }
        below = {
            (node.module or "").split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and not node.level
        }
        return (direct | below) - {""}
    return set()
