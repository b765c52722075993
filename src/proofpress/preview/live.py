"""What is shown at this moment, and who waits for the next of it.

There is one site and any number of listeners. A listener is handed the newest revision that it has not had; those that
it was too slow for are skipped. So nothing is queued, and one that goes leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.preview.shown import Shown


class Live:
    """The site that is shown. All of it runs in the thread of the event loop; nothing here is locked."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._before: int | None = None
        self._open: list[str] = []
        self._news = asyncio.Event()
        self._ended = False

    @property
    def shown(self) -> Shown:
        """The newest revision."""
        return self._shown

    def show(self, shown: Shown) -> None:
        """Make a site the one that is shown, and wake every listener. One that is shown already is no news.

        Of that there may be known more by now.
        """
        if shown.revision == self._shown.revision:
            self._shown = shown
            return
        self._before, self._shown = self._shown.revision, shown
        self._wake()

    @contextlib.contextmanager
    def opened(self, path: str) -> Iterator[None]:
        """Take note that a listener shows the page at a path, while inside."""
        self._open = [*self._open, path]
        try:
            yield
        finally:
            at = self._open.index(path)
            self._open = [*self._open[:at], *self._open[at + 1 :]]

    @property
    def open(self) -> list[str]:
        """The paths that listeners show, those that came last first. May be read by any thread."""
        return list(dict.fromkeys(reversed(self._open)))

    def end(self) -> None:
        """End every listener's wait: the server stops."""
        self._ended = True
        self._wake()

    async def newer(self, than: int | None) -> Shown | None:
        """Wait for a revision other than the one that a listener has had, and return it; None when the server stops.

        `than` is None for a listener that has had none: it gets what is shown, at once, and is not told to follow
        anything. For it, and for one that missed a revision, `changed` is None, as any file may have.
        """
        while not self._ended:
            news = self._news  # the next revision's; nothing comes between this line and the wait
            if than != self._shown.revision:
                break
            await news.wait()
        if self._ended:
            return None
        if than is None:
            return replace(self._shown, changed=None, follow="")
        return self._shown if than == self._before else replace(self._shown, changed=None)

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
