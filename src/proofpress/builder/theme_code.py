"""The shipped theme's compiled code, kept where Python keeps that of modules.

Code that lies in a site's cache may have been written by anybody, and is not run. What lies beside this package's own
modules, in `__pycache__`, is as good as they are: who may write there may change Proofpress itself. So the code of the
theme that Proofpress brings, and of no other, is kept there once it was made, as far as Python keeps anything there (with
`PYTHONDONTWRITEBYTECODE`, or in a folder that may not be written, nothing is), and is believed only for the very texts
and the very program that it was made by.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.engine.digests import digest_of_bytes
from proofpress.model import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.model import TemplateSource

OF: Final = Path(__file__)
"""The module beside whose own code it lies."""


class Shipped(msgspec.Struct, frozen=True, array_like=True):
    """What `templates.read_all` makes of the shipped theme."""

    made_from: bytes
    """The digest of the theme's texts and of the program."""
    reads: dict[str, tuple[str, ...]]
    code: dict[str, bytes]


def is_shipped(texts: Mapping[str, TemplateSource]) -> bool:
    """Tell whether a site's templates are those that Proofpress brings, and no others."""
    return all(source.path.startswith(SHIPPED) for source in texts.values())


def recall(made_from: bytes) -> Shipped | None:
    """Return what was kept; None where that is nothing, or was made from something else."""
    try:
        data = _place().read_bytes()
        if data[: len(made_from)] != digest_of_bytes(data[len(made_from) :]):
            return None
        found = msgspec.msgpack.decode(data[len(made_from) :], type=Shipped)
    except (OSError, NotImplementedError, msgspec.MsgspecError):
        return None
    return found if found.made_from == made_from else None


def keep(shipped: Shipped) -> None:
    """Keep it for the next process, whole or not at all, where Python would keep the code of a module."""
    if sys.dont_write_bytecode:
        return
    data = msgspec.msgpack.encode(shipped)
    with contextlib.suppress(OSError, NotImplementedError):
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(digest_of_bytes(data) + data)
            Path(temporary).chmod(OF.stat().st_mode & 0o666)
            Path(temporary).replace(place)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def _place() -> Path:
    """Return where the code lies. Raises NotImplementedError where this Python keeps none."""
    return Path(cache_from_source(str(OF), optimization="theme"))
