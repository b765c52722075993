"""Lighter pictures, beside their originals, under names that change with their bytes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from proofpress.kinds.target import Kept, Kind, PlainTarget, Planning, Published
from proofpress.model import Variant
from proofpress.paths import SitePath
from proofpress.site.pictures import variant_path

if TYPE_CHECKING:
    from collections.abc import Iterator


class PictureTarget(PlainTarget, frozen=True, kw_only=True):
    """A picture in one format and width."""

    travels = True
    keeps_its_name = False

    variant: Variant
    original: SitePath

    @property
    def claim(self) -> SitePath:
        """Return the original's."""
        return self.original

    @property
    def follows(self) -> bool:
        """Say yes: it goes with the original."""
        return True

    def write(self, published: Published) -> Kept:
        """Return what was made."""
        return Kept(self.variant.digest)


def plan(planning: Planning) -> Iterator[PictureTarget]:
    """Give each picture that was made of a file that is published."""
    for file in planning.site.files.values():
        if file.picture is not None:
            name = posixpath.basename(file.path)
            for variant in file.picture.variants:
                yield PictureTarget(
                    site_path=variant_path(file.site_path, variant),
                    origin=f"the picture '{name}', {variant.width} pixels wide,",
                    source=file.within or file.path,
                    variant=variant,
                    original=file.site_path,
                )


KIND = Kind(plan=plan)
