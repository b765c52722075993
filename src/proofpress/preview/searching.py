"""The search of a preview: an index of what is shown, drafts included, made when a browser first asks for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from proofpress.builder.searching import ENTRY, FOLDER, index_of, searched

if TYPE_CHECKING:
    from proofpress.builder.build import Built
    from proofpress.paths import OutputPath


class Index:
    """The index of the newest build that a browser has searched. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, tuple[bytes, dict[OutputPath, bytes]]] = {}
        """The files of each language, with the digest of what they were made from."""
        self._files: dict[OutputPath, bytes] = {}

    def file(self, built: Built, path: OutputPath) -> bytes | None:
        """Return a file of the search; None where there is none, or Pagefind failed."""
        if not built.inputs.config.search or not path.startswith(FOLDER):
            return None
        with self._lock:
            if path == ENTRY or not self._files:
                self._renew(built)
            return self._files.get(path)

    def _renew(self, built: Built) -> None:
        from proofpress.search.pagefind import PagefindError, merged_entries  # noqa: PLC0415 - where somebody searches

        blobs, known = built.filled.filling.blobs, self._parts
        self._parts, self._files = {}, {}
        try:
            for language, (key, pages) in searched(built.inputs, built.world, built.preparation.prepared).items():
                part = known.get(language, (b"", {}))
                self._parts[language] = part if part[0] == key else (key, index_of(pages, blobs))
        except PagefindError:  # the browser's dialog says so
            return
        for _, files in self._parts.values():
            self._files |= files
        self._files[ENTRY] = merged_entries([files[ENTRY] for _, files in self._parts.values()])
