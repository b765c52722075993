"""The fixtures that the tests of this room share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from law_site import FILES, LawSite, copied

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """The site with one of everything, published. To be copied only."""
    site = LawSite(tmp_path_factory.mktemp("law") / "site").write(FILES)
    outcome = site.update()
    assert outcome.published is not None
    assert outcome.problems == []
    return site


@pytest.fixture
def law(published_once: LawSite, tmp_path: Path) -> LawSite:
    """A site of one's own, published."""
    return copied(published_once, tmp_path / "site")
