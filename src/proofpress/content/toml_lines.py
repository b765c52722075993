"""The TOML that nearly all posts have, one `key = "value"` a line, read several times as fast as all of TOML is.

What is not of this form at first sight is left to `toml_nodes`; a law in the tests holds the two equal, places included.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from proofpress.content.nodes import ListNode, MappingNode, Node, ScalarNode
from proofpress.model import Place

_TEXT: Final = r"\"[^\"\\\n]*\"|'[^'\n]*'"
_LINE: Final = re.compile(
    rf"[ \t]*(?:(?P<key>[A-Za-z0-9_-]+)[ \t]*=[ \t]*(?P<value>(?P<text>{_TEXT})|(?P<word>true|false)"
    rf"|(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})|(?P<list>\[[ \t]*(?:(?:{_TEXT})(?:[ \t]*,[ \t]*(?:{_TEXT}))*[ \t]*,?)?[ \t]*\]))"
    r"|\[(?P<table>[A-Za-z0-9_-]+)\])?[ \t]*(?:\#[^\n]*)?"
)
_ITEM: Final = re.compile(_TEXT)


def compose(text: str, first_line: int) -> MappingNode | None:
    """Return a TOML text of simple lines as nodes; None where it is of another form, or wrong.

    `text` has LF line ends and no control characters.
    """
    root: dict[str, tuple[ScalarNode, Node]] = {}
    tables: list[tuple[ScalarNode, dict[str, tuple[ScalarNode, Node]]]] = []
    current = root
    for number, line in enumerate(text.split("\n"), first_line):
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        name = found["key"]
        if name is not None:
            value = _value(found, number)
            if value is None or name in current:
                return None
            current[name] = (ScalarNode(name, Place(number, found.start("key") + 1, len(name))), value)
        elif (table := found["table"]) is not None:
            if table in root or any(key.text == table for key, _ in tables):
                return None
            current = {}
            tables.append((ScalarNode(table, Place(number, found.start("table") + 1, len(table))), current))
    entries = [*root.values(), *((key, MappingNode(tuple(inner.values()), key.place)) for key, inner in tables)]
    return MappingNode(tuple(entries), Place(first_line, 1))


def _value(found: re.Match[str], line: int) -> Node | None:
    start, end = found.span("value")
    place = Place(line, start + 1, end - start)
    written = found["value"]
    if found["text"] is not None:
        return ScalarNode(written[1:-1], place)
    if found["list"] is not None:
        items = _ITEM.finditer(written)
        return ListNode(
            tuple(ScalarNode(item[0][1:-1], Place(line, start + item.start() + 1, len(item[0]))) for item in items),
            place,
        )
    if found["date"] is not None:
        try:
            dt.date.fromisoformat(written)
        except ValueError:
            return None
    return ScalarNode(written, place, "typed")
