"""Which pictures documents show, where the bytes of each lie, and which of them say where they were taken."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.preparing import copies, held_pictures
from proofpress.content.images import holds_location
from proofpress.content.scan import OutsideSiteError, place_inside, read_inside
from proofpress.model import Drawing, File, Place, Reference
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.rules.posts import LOCATION_DATA
from proofpress.rules.text import UNUSED_ATTRIBUTE
from proofpress.site.links import link_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.problems import Problem

RASTER: Final = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".gif")
"""Endings of what has pixels; a drawing (SVG) has every width already."""
DRAWING: Final = ".svg"
END: Final = 1 << 18
"""How far into a picture it is looked for where it was taken, from both ends: metadata stands before pixels, or behind them."""


class Original(msgspec.Struct, frozen=True):
    """Where the bytes of a picture lie: in a file of their own, or in a notebook."""

    path: SourcePath
    """The file."""
    digest: bytes
    """Of the picture's bytes."""
    held: Drawing | None = None
    """What part of the notebook it is."""

    def read(self, root: Path, most: int) -> bytes:
        """Return its bytes, of a file no more than `most`; none where its notebook has changed meanwhile.

        Raises OSError and OutsideSiteError.
        """
        if self.held is None:
            return read_inside(root, self.path, most)
        from proofpress.content.notebooks.pictures import GoneError, taken_out  # noqa: PLC0415 - few sites have notebooks

        try:
            return taken_out(read_inside(root, self.path), self.held)
        except GoneError:
            return b""

    def ends(self, root: Path) -> tuple[bytes, bytes]:
        """Return its first and its last bytes, which may be all. Raises as `read` does."""
        if self.held is not None:
            data = self.read(root, -1)
            return data[:END], data[-END:]
        with Path(place_inside(root, self.path)).open("rb") as file:
            first = file.read(END)
            file.seek(max(0, os.fstat(file.fileno()).st_size - END))
            return first, file.read(END)


class Use(msgspec.Struct, frozen=True):
    """A picture on a page."""

    page: SourcePath
    reference: Reference
    file: SourcePath
    """Its path as a file of the site; of one that a notebook holds within the notebook's."""
    original: Original


def uses_of(inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Iterator[Use]:
    """Give each picture that a document shows, hidden ones too: one that may have pixels, or a writer's drawing.

    A drawing in a notebook is none of them: it was looked at when the notebook was read.
    """
    return (
        use
        for use in _all_uses(inputs, prepared)
        if use.file.lower().endswith(RASTER) or (is_drawing(use.file) and use.original.held is None)
    )


def is_drawing(path: SourcePath) -> bool:
    """Tell whether a file is a drawing of a writer's; those in static/ are the owner's, who may have them run.

    A notebook's are none: in them nothing runs, or they are not published.
    """
    return path.startswith("content/") and path.lower().endswith(DRAWING)


def _all_uses(inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Iterator[Use]:
    held = held_pictures(prepared)
    files: dict[SourcePath, File] = {file.path: file for file in copies(inputs, prepared, frozenset())}
    urls: dict[SitePath, SourcePath | None] = {file.site_path: path for path, file in files.items()}
    table = link_table(Base.of(inputs.config.url), {}, files, frozenset(), {}, urls)
    for path, own in prepared.items():
        for reference in own.pictures:
            file = table.file_at(reference.href, own.card)
            if file is not None:
                yield Use(path, reference, file, _original(file, inputs, held))


def _original(file: SourcePath, inputs: Inputs, held: Mapping[SourcePath, tuple[SourcePath, Drawing]]) -> Original:
    """Return where the bytes of a file of the site lie."""
    if file in held:
        notebook, own = held[file]
        return Original(notebook, bytes.fromhex(own.digest), own)
    return Original(file, inputs.files[file].digest)


def unheeded(
    inputs: Inputs, prepared: Mapping[SourcePath, Prepared], hidden: frozenset[SourcePath]
) -> Iterator[Problem]:
    """Give each image that asks for widths or a quality where no lighter one is made of it."""
    if not any(one.widths or one.quality for own in prepared.values() for one in own.pictures):
        return
    makes = bool(inputs.config.images.formats)
    for use in _all_uses(inputs, prepared):
        at = use.reference
        if not (at.widths or at.quality) or use.page in hidden or (makes and use.file.lower().endswith(RASTER)):
            continue
        fault = UNUSED_ATTRIBUTE.of_picture("widths" if at.widths else "quality", at.href, makes=makes)
        yield fault.at(use.page, Place(at.line, at.column, at.length))


def located(
    inputs: Inputs, prepared: Mapping[SourcePath, Prepared], hidden: frozenset[SourcePath], files: Iterable[File]
) -> Iterator[Problem]:
    """Give each published picture that says where it was taken, where it is shown; else at its own file."""
    held = held_pictures(prepared)
    pictures = {one.path: _original(one.path, inputs, held) for one in files if one.path.lower().endswith(RASTER)}
    found = [path for path, original in pictures.items() if _is_located(inputs.root, original)]
    if not found:
        return
    shown: dict[SourcePath, list[Use]] = {}
    for use in uses_of(inputs, prepared):
        if use.page not in hidden:
            shown.setdefault(use.file, []).append(use)
    for path in found:
        for use in shown.get(path, ()):
            at = use.reference
            yield LOCATION_DATA.holds(at.href).at(use.page, Place(at.line, at.column, at.length))
        if path not in shown:
            yield LOCATION_DATA.holds(path).at(pictures[path].path)


def _is_located(root: Path, original: Original) -> bool:
    try:
        return any(holds_location(data) for data in original.ends(root))
    except (OSError, OutsideSiteError):  # gone meanwhile
        return False
