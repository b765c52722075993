# ruff: noqa: PTH116, PTH120 - watchdog and the snapshots give paths as text
"""Watches a site's folder while it is previewed, and tells what may have changed.

Events make it quick, looks make it sure. The system's events say within milliseconds that a file was saved; but events
are lost when a queue overflows, when a folder is replaced under its watch, when the system is out of watches, and on
folders that another machine writes. So the watcher also looks at the whole folder now and then (`snapshot`), as seldom
as makes it cost next to nothing, and tells what no event told of. Where it sees that events do not come, it sets the
watches up again, and if that is no mend, it looks once a second instead and says so in `notice`. That is polling.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import queue
import stat
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import msgspec
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from proofpress.content.files import nfc
from proofpress.preview.snapshot import difference, marks_of, take

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from watchdog.events import FileSystemEvent

    from proofpress.preview.snapshot import Snapshot

MOST_PATHS: Final = 500
"""More changed paths than these are told as None."""

_ACTED_ON: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""What watchdog is asked for.

Opening and closing are what our own build does to every file. That a folder was modified says nothing that a file's
event does not say: Windows tells it of each file's parent, macOS (FSEvents) where it merged events.
"""

_DISTRUST: Final = 1.0  # seconds; watchdog holds half of a move back for 0.5 s, to find the other half
_SETTLES: Final = 5  # looks in a row, while setting up a watch finds folders that change meanwhile
_GIVE_UP: Final = 3  # times that the watches were set up again and still told nothing

_OUT_OF_WATCHES: Final = (
    "The system has no more watches for folders, so Proofpress looks for changes once a second. To be told at once "
    "again, raise fs.inotify.max_user_watches (sudo sysctl fs.inotify.max_user_watches=524288) and start anew."
)
_OUT_OF_INSTANCES: Final = (
    "Too many programs of yours watch folders, or too many files are open, so Proofpress looks for changes once a "
    "second. To be told at once again, raise fs.inotify.max_user_instances (sudo sysctl "
    "fs.inotify.max_user_instances=1024) or the limit of open files (ulimit -n), and start anew."
)
_NOT_TOLD: Final = (
    "The system does not tell of changes in this folder (is it a network's or a container's?), so Proofpress looks for "
    "them once a second, as with --poll."
)


class _Note(NamedTuple):
    """A word from watchdog: something happened to a path, or, with no path, events may be lost."""

    path: str
    folder: bool


class Watcher:
    """Watches a site's folder and tells what may have changed.

    Watched are content/, templates/, static/ and data/ with all below them, whether or not they exist yet, and
    site.yaml. So are the places that links in them lead to, where the scanner of the content follows these: inside the
    site, and not hidden. Not watched is a link to the site's folder itself, because what a build writes would count as
    a change to what it reads. A site.yaml that is a link out of the site is looked at now and then, so a change to it
    is told a few seconds late.

    So are the files that posts include from elsewhere: `included` gives their names as the last build has them, and is
    asked with each look.

    `told` is called in one thread of the watcher, never twice at once, with the site-relative paths (forward slashes,
    NFC) of files that may have changed since the call before: both ends of a move, and every name of a file that links
    give several. None means that anything may have changed: a folder or a link came, went or was moved, watches were
    set up again, events were lost, or there are more than `MOST_PATHS`. Each call comes after `quiet` seconds without
    an event, but at most `patience` seconds after the first one. An exception in `told` is logged and ends nothing.

    What changes after `start` has returned is told, so start the watcher before the first build reads the files.
    With `poll`, no events are asked for, and the folder is looked at every `interval` seconds; with events, every two
    intervals. Where a look takes so long that this would cost more than 5 % of the time (with events 0.5 %), it is done
    more seldom. `start` raises nothing for a folder that isn't there: it waits for it.
    """

    def __init__(
        self,
        root: Path,
        told: Callable[[frozenset[str] | None], None],
        *,
        poll: bool = False,
        quiet: float = 0.005,
        patience: float = 0.2,
        interval: float = 1.0,
        included: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._included = included
        self._root = os.path.realpath(root)
        self._told = told
        self._poll = poll
        self._quiet = quiet
        self._patience = patience
        self._interval = interval
        self._notice = ""
        self._inbox: queue.SimpleQueue[_Note | None] = queue.SimpleQueue()  # None ends the thread
        self._thread: threading.Thread | None = None
        self._watches: _Watches | None = None
        self._snapshot: Snapshot
        self._due = 0.0  # when to look next, as time.monotonic()
        self._took = 0.0  # seconds of the last look; the shorter of two counts, for one may have met a busy machine
        self._unheard: frozenset[str] = frozenset()  # changes that were seen and not (yet) told by an event
        self._patient_until = 0.0  # until then their events may come
        self._mended = 0

    @property
    def notice(self) -> str:
        """A sentence for the terminal where changes are told late, and what mends it; it may appear after the start."""
        return self._notice

    def start(self) -> None:
        """Begin to watch; every change after this call has returned is told."""
        if self._thread is not None:
            return
        self._inbox, self._notice, self._unheard, self._mended = queue.SimpleQueue(), "", frozenset(), 0
        try:
            if not self._poll:
                self._open()
            self._look()
            self._thread = threading.Thread(target=self._run, name="proofpress-watcher", daemon=True)
            self._thread.start()
        except BaseException:
            self._thread = None
            self._close()
            raise

    def stop(self) -> None:
        """End watching, and wait for its threads unless `told` itself calls this. Nothing is told afterwards."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._inbox.put(None)
        if thread is not threading.current_thread():
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # From here on all runs in the watcher's thread, but for what `start` calls before there is one.

    def _run(self) -> None:
        try:
            while True:
                try:
                    note = self._inbox.get(timeout=max(0.0, self._due - time.monotonic()))
                except queue.Empty:
                    self._look_for_untold()
                    continue
                if note is None or not self._answer(note):
                    return
                if time.monotonic() >= self._due:
                    self._look_for_untold()
        finally:
            self._close()

    def _answer(self, note: _Note) -> bool:
        """Wait for quiet, then tell of a note and those that follow it. Return whether to go on."""
        latest = time.monotonic() + self._patience
        quiet = 0.0
        paths: dict[str, list[str]] = {}
        anything = heard = False
        while True:
            names = self._snapshot.names(note.path)
            if names or note.path in ("", self._root):
                heard = True
                quiet = time.monotonic() + self._quiet
                paths[note.path] = names
                anything = anything or note.folder or not names
            wait = min(quiet, latest) - time.monotonic()
            if (wait <= 0 and self._inbox.empty()) or time.monotonic() >= latest:
                break
            try:
                following = self._inbox.get(timeout=max(0.0, wait))
            except queue.Empty:
                break
            if following is None:
                return False
            note = following
        if heard:
            self._tell_heard(paths, anything=anything)
        return True

    def _tell_heard(self, paths: Mapping[str, list[str]], *, anything: bool) -> None:
        """Tell of paths on disk, and what they are called in the site, that events named."""
        self._mended = 0
        told: set[str] = set()
        for path, names in paths.items():
            told.update(names)
            anything = anything or len(told) > MOST_PATHS or self._more_than_a_file(path, names)
            if anything:
                break
        if anything:
            self._unheard = frozenset()
            self._look(probe=True)
            self._say(None)
        else:
            self._unheard -= told
            self._say(frozenset(map(nfc, told)))

    def _more_than_a_file(self, path: str, names: list[str]) -> bool:
        """Tell whether a path is or was a folder or a link; note a file's marks.

        They are taken before its name is told, so that the next look finds whatever is changed after, event or not.
        Windows does not say whether what was deleted was a folder; the snapshot remembers.
        """
        if not self._snapshot.folders.isdisjoint(names):
            return True
        try:
            info = os.lstat(path)
        except OSError:
            for name in names:
                self._snapshot.files.pop(name, None)
            return False
        if not stat.S_ISREG(info.st_mode):
            return True
        for name in names:
            self._snapshot.files[name] = marks_of(info)
        return False

    def _look_for_untold(self) -> None:
        """Look at the folder, and tell what no event told of."""
        if self._unheard and time.monotonic() >= self._patient_until:
            self._mend()
            return
        before = self._snapshot
        renewed = self._look()
        found = difference(before, self._snapshot)
        if self._watches is not None and found.surely:
            if not self._unheard:
                self._patient_until = time.monotonic() + _DISTRUST
            self._unheard |= found.surely
        if self._unheard:
            self._due = min(self._due, self._patient_until)
        if renewed or found.folders or len(found.paths) > MOST_PATHS:
            self._say(None)
        elif found.paths:
            self._say(frozenset(map(nfc, found.paths)))

    def _mend(self) -> None:
        """Set all watches up again: files changed and no event came. After some times, poll."""
        self._unheard = frozenset()
        self._mended += 1
        self._close()
        if self._mended < _GIVE_UP:
            self._open()
        else:
            self._notice = _NOT_TOLD
        self._look(probe=True)
        self._say(None)

    def _look(self, *, probe: bool = False) -> bool:
        """Take a snapshot, the watches that the tree needs being set up before. Return whether any had to be.

        With `probe`, make sure that the system had enough watches for new folders too.
        """
        renewed = False
        for _ in range(_SETTLES):
            began = time.monotonic()
            self._snapshot = take(self._root, careful=self._watches is None, included=self._included())
            took = time.monotonic() - began
            if self._watches is None:
                break
            try:
                if not self._watches.set_up(self._snapshot.watched, probe=probe):
                    break
            except (OSError, RuntimeError) as error:
                self._poll_because(error)
            renewed = True
        self._due = time.monotonic() + self._pause(min(took, self._took))
        self._took = took
        return renewed

    def _pause(self, took: float) -> float:
        """Return the seconds until the next look: at most 5 % of the time is spent looking, with events 0.5 %."""
        if not self._snapshot.there:
            return min(0.25, self._interval)  # nothing to watch, and next to nothing to look at
        if self._watches is None:
            return max(self._interval, 20 * took)
        return max(2 * self._interval, min(200 * took, 30.0))

    def _open(self) -> None:
        try:
            self._watches = _Watches(self._inbox, os.path.dirname(self._root))
        except (OSError, RuntimeError) as error:
            self._poll_because(error)

    def _close(self) -> None:
        if self._watches is not None:
            self._watches.close()
            self._watches = None

    def _poll_because(self, error: OSError | RuntimeError) -> None:
        self._close()
        out_of = {errno.ENOSPC: _OUT_OF_WATCHES, errno.EMFILE: _OUT_OF_INSTANCES, errno.ENFILE: _OUT_OF_INSTANCES}
        self._notice = out_of.get(getattr(error, "errno", None) or 0, _NOT_TOLD)

    def _say(self, paths: frozenset[str] | None) -> None:
        if self._thread is None:
            return
        try:
            self._told(paths)
        except Exception:
            logging.getLogger(__name__).exception("what was told of a change failed")


class _Watch(msgspec.Struct, frozen=True):
    """A folder that watchdog watches for us, and which one it was when the watch was set up."""

    asked: ObservedWatch
    below: bool
    folder: tuple[int, int]


class _Watches(FileSystemEventHandler):
    """The system's watches on some folders, by way of watchdog. Puts a note into the inbox for each event.

    Raises OSError where the system has no watches or descriptors to give, RuntimeError where it has no threads.
    """

    def __init__(self, inbox: queue.SimpleQueue[_Note | None], beside: str) -> None:
        self._inbox = inbox
        self._beside = beside
        self._held: dict[str, _Watch] = {}
        # watchdog 7.1 warns when it meets a new folder twice, first from above and then by its own event, as it does
        # with `mkdir -p a/b`. It then does the right thing; the person at the terminal need not hear of it.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning, "watchdog")
        self._observer = Observer()
        try:
            self._observer.start()
        except BaseException:
            self._observer.stop()
            raise
        self._warnings = _Warnings(inbox)
        logging.getLogger("watchdog").addHandler(self._warnings)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note both ends of a move."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._inbox.put(_Note(os.fsdecode(path), event.is_directory))

    def set_up(self, wanted: Mapping[str, bool], *, probe: bool) -> bool:
        """Watch these folders (with all below them, if so said) and no others. Return whether a watch had to be set up.

        A watch whose folder was deleted is dead while its observer lives on (inotify), and one whose folder was
        replaced by another of the same name watches the old one, wherever that is now. Windows holds a deleted folder
        until its watch is dropped, and lets nobody make another of the name before.
        """
        alive = {emitter.watch for emitter in self._observer.emitters if emitter.is_alive()}
        changed = False
        for folder, watch in list(self._held.items()):
            if wanted.get(folder) != watch.below or watch.asked not in alive or _identity(folder) != watch.folder:
                del self._held[folder]
                self._observer.unschedule(watch.asked)
                changed = True
        for folder, below in wanted.items():
            identity = _identity(folder)
            if folder in self._held or identity is None:
                continue
            try:
                asked = self._observer.schedule(self, folder, recursive=below, event_filter=_ACTED_ON)
            except (FileNotFoundError, NotADirectoryError):  # it went in this moment; the next look finds out
                continue
            self._held[folder] = _Watch(asked, below, identity)
            changed = True
        if (changed or probe) and sys.platform == "linux":
            self._probe()
        return changed

    def _probe(self) -> None:
        """Make sure that a watch is left: where none is, watchdog leaves folders below a watched one out in silence.

        A second watch on a folder costs the system none, so for a moment one that has none is watched, `beside`.
        """
        with contextlib.suppress(FileNotFoundError):
            asked = self._observer.schedule(FileSystemEventHandler(), self._beside, event_filter=[DirMovedEvent])
            self._observer.unschedule(asked)

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()
        logging.getLogger("watchdog").removeHandler(self._warnings)


class _Warnings(logging.Handler):
    """Takes watchdog's warnings as a note that events may be lost: it tells of a queue's overflow in no other way."""

    def __init__(self, inbox: queue.SimpleQueue[_Note | None]) -> None:
        super().__init__(logging.WARNING)
        self._inbox = inbox
        self._last = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Put a note into the inbox, at most one each second."""
        del record
        if time.monotonic() - self._last > 1:
            self._last = time.monotonic()
            self._inbox.put(_Note("", folder=True))


def _identity(folder: str) -> tuple[int, int] | None:
    """Return which folder this is, whatever its name; None where there is none."""
    try:
        info = os.stat(folder)
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if stat.S_ISDIR(info.st_mode) else None
