"""A preview that runs: a small site on disk, built by the real builder, and served by the real application."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn
from msgspec.structs import replace
from shown_values import page as a_page
from shown_values import shown as a_shown

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.preview.app import create_app
from proofpress.preview.editor import DEFAULT
from proofpress.preview.live import Live

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from proofpress.preview.shown import Shown

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
LONG = "\n\n".join(f"Paragraph number {n}, which says what the one before did not." for n in range(80))
SITE = {
    "site.yaml": "title: My blog\nurl: https://me.example\nlanguage: en\n",
    "content/index.md": "---\ntitle: Home\n---\n\nWelcome.\n",
    "content/posts/long.md": f"---\ntitle: A long post\ndate: 2026-01-02\n---\n\nThe first sentence.\n\n{LONG}\n",
    "content/posts/other.md": "---\ntitle: Another post\ndate: 2026-01-01\n---\n\nSomething else.\n",
}


class Server:
    """An application that runs in a thread, on a port that it keeps over restarts."""

    def __init__(self, shown: Shown, *, follow: bool = False) -> None:
        self.follow = follow
        self.port = 0
        self.start(shown)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, shown: Shown) -> None:
        self.live = Live(shown)
        app = create_app(self.live, host="127.0.0.1", follow=self.follow, editor=DEFAULT)
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        settings = uvicorn.Config(app, lifespan="off", ws="none", http="h11", log_level="error")
        self._server = uvicorn.Server(settings)
        loops: list[asyncio.AbstractEventLoop] = []

        def run() -> None:
            with asyncio.Runner() as runner:
                loops.append(runner.get_loop())
                runner.run(self._server.serve(sockets=[listening]))
            listening.close()

        self._thread = threading.Thread(target=run)
        self._thread.start()
        until(lambda: self._server.started)
        self._loop = loops[0]

    def show(self, shown: Shown) -> None:
        self._loop.call_soon_threadsafe(self.live.show, shown)

    def stop(self) -> None:
        self._server.should_exit = True
        self._loop.call_soon_threadsafe(self.live.end)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self.stop()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so; it failing to become so is the test's failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this never became so"
        time.sleep(0.005)


class Site:
    """A site's folder, whose every save is a revision that is shown."""

    def __init__(self, root: Path, files: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.drafts: frozenset[str] = frozenset()
        self.shown = a_shown(revision=0)
        self.write(SITE | dict(files or {}))
        self.shown = self.built()

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            target = self.root / path
            if text is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")

    def built(self, follow: str = "") -> Shown:
        """Return the next revision: of a build with an error, what was built, and the rest as it was before."""
        done = build(Options(root=self.root, now=NOW, drafts=True))
        before = self.shown
        kept = {path: before.read(path) for path in before.digests} if done.failed else {}
        files = kept | done.outputs
        pages = [
            a_page(path, state="draft" if path in self.drafts else "public") for path in files if path.endswith(".html")
        ]
        made = a_shown(
            {str(path): data for path, data in files.items()},
            revision=before.revision + 1,
            root=self.root,
            pages=tuple(pages),
            problems=tuple(done.problems),
            stale=False,
            follow=follow,
        )
        paths = made.digests.keys() | before.digests.keys()
        changed = frozenset(path for path in paths if made.digests.get(path) != before.digests.get(path))
        return replace(made, changed=changed)
