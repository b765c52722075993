"""A build with errors, as far as it goes: where a page could not be made, its last good state; and where pages moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.paths import Base, OutputPath, SitePath, output_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.paths import SourcePath
    from proofpress.preview.views import View


class Over:
    """A view over the last one in which every page could be made."""

    def __init__(self, view: View, whole: View | None) -> None:
        """Look at both. `whole` is None where there was none as yet: what can't be made is then not there."""
        filled = view.built.filled
        failed = (output_path(step.target.site_path) for key, step in filled.steps.items() if key not in filled.made)
        self._view = view
        self._beneath = {path: whole for path in failed if whole is not None and path in whole.digests}

    @property
    def digests(self) -> dict[OutputPath, str]:
        """Every file, with the digest of its bytes."""
        return self._view.digests | {path: whole.digests[path] for path, whole in self._beneath.items()}

    def read(self, path: OutputPath) -> bytes:
        """Return a file's bytes, as `View.read` does."""
        return self._beneath.get(path, self._view).read(path)

    def place(self, path: OutputPath) -> str | None:
        """Return where on disk a file is, as `View.place` does."""
        return self._beneath.get(path, self._view).place(path)


class Addresses:
    """Where documents were shown since the preview began, so that a browser is led on from an address that is left."""

    def __init__(self) -> None:
        self._seen: dict[SitePath, SourcePath] = {}

    def moved(self, view: View, digests: Mapping[OutputPath, str]) -> dict[SitePath, str]:
        """Return each address at which nothing is any more, with the href that its document has now."""
        base = Base.of(view.built.inputs.config.url)
        cards = view.built.world.site.by_path
        self._seen |= {card.site_path: path for path, card in cards.items()}
        return {
            site_path: base.href(cards[path].site_path)
            for site_path, path in self._seen.items()
            if path in cards and cards[path].site_path != site_path and output_path(site_path) not in digests
        }
