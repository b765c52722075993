"""Where lighter pictures are kept from one build to the next: a folder of the cache, in it a file for each, by its digest."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.engine.digests import digest_of_bytes
from proofpress.engine.disk import kind, own_folder
from proofpress.output.cache import CACHE, PICTURES, cache_folder
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from collections.abc import Collection


class Shelf(msgspec.Struct, frozen=True):
    """The folder, of one site. A picklable value: several processes put pictures on it."""

    root: Path

    def put(self, data: bytes) -> bytes:
        """Keep bytes, and return their digest. Raises OSError, in words, where the folder is none."""
        digest = digest_of_bytes(data)
        if not self.has(digest, len(data)):
            cache_folder(self.root)
            folder = self._folder
            own_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).replace(folder / digest.hex())  # whole, or not there: another process may be reading
        return digest

    def has(self, digest: bytes, size: int) -> bool:
        """Tell whether there is a file of this name and length; what is in it is read when it is published."""
        file = self._folder / digest.hex()
        return kind(file) == "file" and file.stat().st_size == size

    def place(self, digest: bytes) -> tuple[Path, SourcePath]:
        """Return where the bytes of a digest lie: the site's folder, and the path in it."""
        return self.root, SourcePath(f"{CACHE}/{PICTURES}/{digest.hex()}")

    def drop(self, digests: Collection[bytes]) -> None:
        """Let go of what is used no more."""
        for digest in digests:
            with contextlib.suppress(OSError):
                (self._folder / digest.hex()).unlink()

    @property
    def _folder(self) -> Path:
        return self.root / CACHE / PICTURES
