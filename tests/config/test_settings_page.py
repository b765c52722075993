"""docs/settings.md tells of every setting and key what the code says of it."""

from __future__ import annotations

from settings_tables import BLOCK, PAGE, TABLES, with_tables


def test_the_tables_on_the_page_are_those_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert sorted(found[1] for found in BLOCK.findall(page)) == sorted(TABLES)
    assert page == with_tables(page), "run `python tests/config/settings_tables.py` and read what changed"
