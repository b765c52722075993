"""Which pictures documents show, and which of them say where they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.builder.preparing import copies
from proofpress.content.images import holds_location
from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.model import File, Place, Reference
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
HEAD: Final = 1 << 18
"""How far into a picture it is looked for where it was taken: metadata stands before pixels, but for odd ones."""


class Use(msgspec.Struct, frozen=True):
    """A picture on a page."""

    page: SourcePath
    reference: Reference
    file: SourcePath


def uses_of(inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Iterator[Use]:
    """Give each picture that a document shows, hidden ones too: a file that may have pixels, or a writer's drawing."""
    return (use for use in _all_uses(inputs, prepared) if use.file.lower().endswith(RASTER) or is_drawing(use.file))


def is_drawing(path: SourcePath) -> bool:
    """Tell whether a file is a drawing of a writer's; those in static/ are the owner's, who may have them run."""
    return path.startswith("content/") and path.lower().endswith(DRAWING)


def _all_uses(inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Iterator[Use]:
    files: dict[SourcePath, File] = {
        file.path: file for file in copies(inputs, prepared, frozenset()) if file.within is None
    }
    urls: dict[SitePath, SourcePath | None] = {file.site_path: path for path, file in files.items()}
    table = link_table(Base.of(inputs.config.url), {}, files, frozenset(), {}, urls)
    for path, own in prepared.items():
        for reference in own.pictures:
            file = table.file_at(reference.href, own.card)
            if file is not None:
                yield Use(path, reference, file)


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
    found = [file.path for file in files if file.path.lower().endswith(RASTER) and _is_located(inputs, file.path)]
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
            yield LOCATION_DATA.holds(path).at(path)


def _is_located(inputs: Inputs, path: SourcePath) -> bool:
    try:
        return holds_location(read_inside(inputs.root, path, HEAD))
    except (OSError, OutsideSiteError):  # gone meanwhile
        return False
