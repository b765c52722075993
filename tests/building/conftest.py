"""The fixture that the tests of this room share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path).write({"site.yaml": "title: Small\nurl: https://me.example/\n"})
