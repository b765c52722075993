"""What tests of Markdown share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def math_css() -> str:
    """The theme's style sheet of mathematics."""
    return (Path(__file__).parents[2] / "templates" / "static" / "math.css").read_text("utf-8")
