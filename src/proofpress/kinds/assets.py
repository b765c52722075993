"""Files of the theme, under names that change with their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.kinds.target import Kind, PlainTarget, Planning, Published, refusal
from proofpress.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint


class AssetTarget(PlainTarget, frozen=True, kw_only=True):
    """A file of the theme."""

    keeps_its_name = False

    name: str

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one at the file by which a site would bring it."""
        asks = "this file, whose name its digest is added to,"
        yield refusal(complaint, f"templates/static/{self.name}", Place(0, 1), asks, "rename it")

    def write(self, published: Published) -> bytes:
        """Return the file."""
        return published.assets[self.name]


def plan(planning: Planning) -> Iterator[AssetTarget]:
    """Give each file of the theme."""
    for name, path in planning.assets.items():
        yield AssetTarget(site_path=path, origin=f"the theme's {name}", name=name)


KIND = Kind(plan=plan)
