"""A build as far as it goes: where a page could not be made, its last good state; and where pages moved to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from proofpress.paths import Base, OutputPath, SitePath, output_path

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from proofpress.paths import SourcePath
    from proofpress.preview.demand import Pages
    from proofpress.preview.views import View


class Over:
    """A view over what its pages were when they could be made."""

    def __init__(self, view: View, whole: View | None, pages: Pages) -> None:
        """Look at what a view has. What can't be made there is as it was last shown, or else as in `whole`, if it was there."""
        self._view = view
        self._whole = whole
        self._pages = pages
        self.digests = Digests(self)

    def __contains__(self, path: OutputPath) -> bool:
        """Return whether there is such a file; one that nobody has looked at yet is taken to be there."""
        return self._view.plans(path) and (not self._view.failed(path) or self._beneath(path) is not None)

    def __iter__(self) -> Iterator[OutputPath]:
        """Give every file."""
        yield from self._view.built.plain
        yield from (path for path in self._view.targets if path in self)

    def digest(self, path: OutputPath) -> str:
        """Return the digest of a file's bytes, which may be filled now. Raises KeyError where there is none."""
        try:
            return self._view.digest(path)
        except KeyError:
            found = self._beneath(path) if self._view.plans(path) else None
            if found is None:
                raise
            return found

    def known(self, path: OutputPath) -> str | None:
        """Return the same as far as it is known; None where it is not, or where there is no such file."""
        return self._beneath(path) if self._view.failed(path) else self._view.known(path)

    def read(self, path: OutputPath) -> bytes:
        """Return a file's bytes, as `View.read` does."""
        try:
            return self._view.read(path)
        except KeyError:
            digest = self._beneath(path) if self._view.plans(path) else None
            data = self._pages.get(digest) if digest is not None else None
            if data is not None:
                return data
            if digest is None or self._whole is None:
                raise
            return self._whole.read(path)

    def place(self, path: OutputPath) -> str | None:
        """Return where on disk a file is, as `View.place` does."""
        return self._view.place(path)

    def _beneath(self, path: OutputPath) -> str | None:
        """Return the digest of a page as it was when it could be made."""
        last = self._pages.last(path)
        if last is not None or self._whole is None:
            return last
        return self._whole.known(path)


class Digests(Mapping["OutputPath", str]):
    """Every file with the digest of its bytes: of a page that nobody has looked at, found when it is asked for."""

    def __init__(self, over: Over) -> None:
        self._over = over

    def __getitem__(self, path: OutputPath) -> str:
        return self._over.digest(path)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and OutputPath(path) in self._over

    def __iter__(self) -> Iterator[OutputPath]:
        return iter(self._over)

    def __len__(self) -> int:
        return sum(1 for _ in self._over)


class Addresses:
    """Where documents were shown since the preview began, so that a browser is led on from an address that is left."""

    def __init__(self) -> None:
        self._seen: dict[SitePath, SourcePath] = {}

    def moved(self, view: View, digests: Container[OutputPath]) -> dict[SitePath, str]:
        """Return each address at which nothing is any more, with the href that its document has now."""
        base = Base.of(view.built.inputs.config.url)
        cards = view.built.world.site.by_path
        self._seen |= {card.site_path: path for path, card in cards.items()}
        return {
            site_path: base.href(cards[path].site_path)
            for site_path, path in self._seen.items()
            if path in cards and cards[path].site_path != site_path and output_path(site_path) not in digests
        }
