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
from proofpress.site.links import link_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.problems import Problem

RASTER: Final = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp")
"""Endings of what is looked at. A GIF is there because it moves; a drawing (SVG) has every width already."""
HEAD: Final = 1 << 18
"""How far into a picture it is looked for where it was taken: metadata stands before pixels, but for odd ones."""


class Use(msgspec.Struct, frozen=True):
    """A picture on a page."""

    page: SourcePath
    reference: Reference
    file: SourcePath


def uses_of(inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Iterator[Use]:
    """Give each picture that a document shows, hidden ones too, where it is a file that may have pixels."""
    files: dict[SourcePath, File] = {
        file.path: file for file in copies(inputs, prepared, frozenset()) if file.within is None
    }
    urls: dict[SitePath, SourcePath | None] = {file.site_path: path for path, file in files.items()}
    table = link_table(Base.of(inputs.config.url), {}, files, frozenset(), {}, urls)
    for path, own in prepared.items():
        for reference in own.pictures:
            file = table.file_at(reference.href, own.card)
            if file is not None and file.lower().endswith(RASTER):
                yield Use(path, reference, file)


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
