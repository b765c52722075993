"""What values look like to an editor: parts of JSON Schema (2020-12) that the tables of keys and settings are made of.

What is text to Proofpress may look like a number or a truth to an editor's YAML: `title: 1984`.
"""

from __future__ import annotations

from typing import Any, Final

Shape = dict[str, Any]

TEXT: Final[Shape] = {"type": ["string", "number", "boolean", "null"]}
PLAIN: Final[Shape] = {"type": ["string", "null"]}
TRUTH: Final[Shape] = {"enum": [True, False, None, "yes", "no", "on", "off"]}
WORDS: Final[Shape] = {"anyOf": [{"type": "array", "items": TEXT}, TEXT]}
MAPPING: Final[Shape] = {"type": ["object", "null"]}
DATE: Final[Shape] = {
    "type": ["string", "null"],
    "pattern": r"^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t]+[0-9]{1,2}:[0-9]{2}.*)?\s*$",
}
_AUTHOR: Final[Shape] = {
    "anyOf": [
        TEXT,
        {
            "type": "object",
            "properties": {
                "name": {**TEXT, "description": "The name as it is shown."},
                "url": {**TEXT, "description": "A page about this person."},
                "email": {**TEXT, "description": "Shown in feeds."},
            },
            "required": ["name"],
        },
    ]
}
AUTHORS: Final[Shape] = {"anyOf": [*_AUTHOR["anyOf"], {"type": "array", "items": _AUTHOR}]}
_ENTRY: Final[Shape] = {
    "type": "object",
    "properties": {
        "title": {**TEXT, "description": "What the entry says."},
        "url": {**TEXT, "description": "A file below content/, a path of the site or a full URL."},
    },
    "required": ["title", "url"],
    "additionalProperties": False,
}
_SHORT_ENTRY: Final[Shape] = {
    "type": "object",
    "propertyNames": {"not": {"enum": ["title", "url"]}},
    "additionalProperties": TEXT,
}
MENU: Final[Shape] = {
    "anyOf": [
        {"type": "array", "items": {"anyOf": [_ENTRY, _SHORT_ENTRY]}},
        _ENTRY,
        _SHORT_ENTRY,
        {"type": "null"},
    ]
}


def one_of(choices: tuple[str, ...]) -> Shape:
    """Return the shape of one of a few words, or nothing."""
    return {"enum": [*choices, None]}
