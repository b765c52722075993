"""What a site's front matter has of its own: which values the keys below `extra:` take, and which posts need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from proofpress.config.readers import TRUTH, choice
from proofpress.config.setting import Reader, Setting, absent, read_mapping
from proofpress.config.values import Field, Takes
from proofpress.content import shapes, typed
from proofpress.content.nodes import Findings, MappingNode, Node, abridged, plain

if TYPE_CHECKING:
    from typing import Any


def _values(node: Node, key: str, findings: Findings) -> tuple[str, ...] | None:
    """Read the values that a field takes, each as it is compared: as text."""
    if absent(node):
        return None
    found: list[Any] = plain(node, findings)
    if not isinstance(found, list) or not found or any(isinstance(one, list | dict) or one is None for one in found):
        typed.wrong(node, key, "a list of words or numbers", findings, hint="write 'one_of: [easy, hard]'")
        return None
    return tuple(as_text(one) for one in found)


def as_text(value: str | float | bool) -> str:
    """Return a value of front matter as it is written in YAML: `true`, `3`, `easy`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


FIELD: Final = (
    Setting(name="takes", reader=choice(*get_args(Takes)), description="Of which kind its value is."),
    Setting(
        name="one_of",
        reader=Reader(_values, {"type": ["array", "null"], "items": shapes.TEXT}),
        description="The values that it takes; of a list, those of its entries.",
    ),
    Setting(name="required", reader=TRUTH, description="Whether each post needs it."),
)


def _fields(node: Node, above: str, findings: Findings) -> dict[str, Field] | None:
    if not isinstance(node, MappingNode):
        if not absent(node):
            takes = "a mapping from keys below 'extra:' to what they take"
            typed.wrong(node, above, takes, findings, hint="write 'level: {one_of: [easy, hard]}'")
        return None
    return {
        key.text: Field(**read_mapping(value, f"{above}: {abridged(key.text)}: ", FIELD, findings))
        for key, value in node.entries
    }


FIELDS: Final = Reader(
    _fields,
    {
        "type": ["object", "null"],
        "additionalProperties": {
            "type": ["object", "null"],
            "properties": {part.name: {"description": part.description, **part.reader.shape} for part in FIELD},
            "additionalProperties": False,
        },
    },
)
