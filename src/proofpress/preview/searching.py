"""The search of a preview: an index of what is shown, drafts included, made when a browser first asks for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from proofpress.builder.searching import FOLDER, digest_of_search, index_of, searched
from proofpress.paths import OutputPath

if TYPE_CHECKING:
    from proofpress.builder.build import Built

BEGINNING: Final = OutputPath(f"{FOLDER}pagefind-entry.json")
"""What a browser asks for anew whenever it opens the search: it names the other files, which are named after their bytes."""


class Index:
    """The index of the newest build that a browser has searched. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = b""
        self._files: dict[OutputPath, bytes] = {}

    def file(self, built: Built, path: OutputPath) -> bytes | None:
        """Return a file of the search; None where there is none, or Pagefind failed."""
        if not built.inputs.config.search or not path.startswith(FOLDER):
            return None
        with self._lock:
            if path == BEGINNING or not self._files:
                self._renew(built)
            return self._files.get(path)

    def _renew(self, built: Built) -> None:
        from proofpress.search.pagefind import PagefindError  # noqa: PLC0415 - where somebody searches

        pages = searched(built.inputs, built.world, built.preparation.prepared)
        key = digest_of_search(built.inputs, pages)
        if key == self._key:
            return
        try:
            self._files = index_of(pages, built.filled.filling.blobs)
        except PagefindError:  # the browser's dialog says so
            self._files = {}
        self._key = key if self._files else b""
