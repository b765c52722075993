"""Pictures that notebooks hold, beside the pages of these, under names that change with their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.kinds.target import Held, Kind, PlainTarget, Planning, Published
from proofpress.paths import SitePath, SourcePath

if TYPE_CHECKING:
    from collections.abc import Iterator


class HeldTarget(PlainTarget, frozen=True, kw_only=True):
    """A picture in a notebook."""

    who = "page"
    travels = True
    keeps_its_name = False

    file: SourcePath
    page: SitePath

    @property
    def shows(self) -> SourcePath | None:
        """Return the file that it has the name of."""
        return self.file

    @property
    def claim(self) -> SitePath:
        """Return the page's."""
        return self.page

    @property
    def follows(self) -> bool:
        """Say yes: it goes with its page."""
        return True

    def write(self, published: Published) -> Held:
        """Return which it is."""
        return Held(self.file)


def plan(planning: Planning) -> Iterator[HeldTarget]:
    """Give each picture of each notebook that is published."""
    for file in planning.site.files.values():
        if file.within is not None:
            yield HeldTarget(
                site_path=file.site_path,
                origin=f"a picture in {file.within}",
                source=file.within,
                file=file.path,
                page=planning.site.by_path[file.within].site_path,
            )


KIND = Kind(plan=plan)
