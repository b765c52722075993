"""Files of the site that are copied as they are: those beside posts, and those of static/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.kinds.target import Kept, Kind, PlainTarget, Planning, Published, refusal
from proofpress.model import Place
from proofpress.rules.site import RESERVED_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.paths import SourcePath
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint

CONTENT = "content/"


class CopyTarget(PlainTarget, frozen=True, kw_only=True):
    """A file of the owner's, from static/."""

    travels = True

    @property
    def shows(self) -> SourcePath | None:
        """Return the file."""
        return self.source

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one that the file is."""
        yield refusal(complaint, self.source or "", Place(1, 1), "this file", self._mend(complaint))

    def _mend(self, _complaint: Complaint) -> str:
        return "rename it"

    def write(self, published: Published) -> SourcePath | Kept:
        """Return the file."""
        assert self.source is not None, "a copy is one of a file"
        return self.source


class FileTarget(CopyTarget, frozen=True, kw_only=True):
    """A file of a writer's, from content/."""

    who = "file"

    cleaned: bytes = b""
    """Of a drawing from which something was taken out, the digest of what is left."""

    def _mend(self, complaint: Complaint) -> str:
        if complaint.rule is RESERVED_PATH:
            return "rename it, or move it to static/, where the site's owner keeps such files"
        return "rename it"

    def write(self, published: Published) -> SourcePath | Kept:
        """Return the file, or what is left of it."""
        return Kept(self.cleaned) if self.cleaned else super().write(published)


def plan(planning: Planning) -> Iterator[CopyTarget]:
    """Give each file that is copied."""
    for file in planning.site.files.values():
        if file.within is not None:  # a kind of its own
            continue
        if not file.path.startswith(CONTENT):
            yield CopyTarget(site_path=file.site_path, origin=file.path, source=file.path)
            continue
        cleaned = file.picture.cleaned if file.picture is not None else None
        yield FileTarget(
            site_path=file.site_path, origin=file.path, source=file.path, cleaned=cleaned[0] if cleaned else b""
        )


KIND = Kind(plan=plan)
