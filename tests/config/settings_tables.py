"""The tables of docs/settings.md, made from the tables that Proofpress reads by.

`python tests/config/settings_tables.py` writes them anew. Read the difference before it is committed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.config import SETTINGS, Config
from proofpress.content.keys import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "settings.md"
BLOCK: Final = re.compile(r"(<!-- table: ([a-z-]+), [^\n]*-->\n)(.*?)(?=<!-- end of table -->)", re.DOTALL)

Row = tuple[str, str, str]


def settings() -> Iterator[Row]:
    """Give each setting, what holds without it, and what it is for."""
    defaults = msgspec.to_builtins(Config())
    for setting in SETTINGS:
        yield f"`{setting.name}`", setting.otherwise or _value(defaults[setting.name]), setting.description


def parts() -> Iterator[Row]:
    """Give the parts of those settings that have parts, but for the rules, of which there is a page each."""
    defaults = msgspec.to_builtins(Config())
    for setting in SETTINGS:
        for part in setting.parts() if setting.name != "rules" else ():
            default = part.otherwise or _value(defaults[setting.name][part.name])
            yield f"`{setting.name}: {part.name}`", default, part.description


def keys() -> Iterator[Row]:
    """Give each key of front matter. The taxonomies stand after the description, where a reader looks for tags."""
    for key in TABLE:
        yield f"`{key.name}`", key.otherwise, key.description
        if key.name == "description":
            yield "`tags`, `series`, and each taxonomy of the settings", "", "A list of words, or one."


TABLES: Final = {"settings": settings, "parts": parts, "keys": keys}


def table(rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table."""
    lines = ["| key | left out | meaning |", "|---|---|---|"]
    lines += [f"| {key} | {otherwise} | {meaning} |".replace("|  |", "| |") for key, otherwise, meaning in rows]
    return "\n".join(lines) + "\n"


def with_tables(page: str) -> str:
    """Return the page with each of its tables as it is to be."""
    return BLOCK.sub(lambda found: found[1] + table(TABLES[found[2]]()), page)


def _value(default: Any) -> str:
    """Return a default as one writes it in YAML; nothing for what is empty."""
    return f"`{_yaml(default)}`" if default not in ("", {}, [], ()) else ""


def _yaml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_yaml(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_yaml(inner) for inner in value) + "]"
        case str() if "*" not in value:
            return value
        case _:
            return json.dumps(value)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8", newline="\n")
