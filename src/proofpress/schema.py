"""JSON Schema (2020-12) of site.yaml and of front matter, so that an editor completes and checks while one writes.

All of it is made from the tables that the files are read by: `config.SETTINGS` and `content.keys.TABLE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from proofpress.config import SETTINGS, Config
from proofpress.content import shapes
from proofpress.content.keys import TABLE
from proofpress.problems import Judgement
from proofpress.rules.registry import registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.config.setting import Setting

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def site_schema() -> Schema:
    """Return the schema of site.yaml. Each key has a description and examples; unknown keys are refused."""
    defaults: dict[str, Any] = msgspec.to_builtins(Config()) | {
        "rules": {name: "off" if rule.optional else rule.severity for name, rule in registry().items()}
    }
    return {
        "$schema": _DIALECT,
        "title": "site.yaml",
        "description": "The settings of a Proofpress site.",
        **_mapping(SETTINGS, defaults),
    }


def front_matter_schema(taxonomies: Sequence[str]) -> Schema:
    """Return the schema of front matter on a site with these taxonomies."""
    properties: Schema = {
        key.name: {
            "description": f"{key.description} Left out: {key.otherwise}." if key.otherwise else key.description,
            **key.shape,
            "examples": list(key.examples),
        }
        for key in TABLE
    }
    for name in taxonomies:
        examples = ["Compilers from scratch"] if name == "series" else [["gpu", "python"], "gpu, python"]
        properties[name] = {
            "description": f"The {name} of this page: a list of words, or one.",
            **shapes.WORDS,
            "examples": examples,
        }
    properties["taxonomies"] = {
        "description": "The same as the keys above, in a table of their own (as Zola has it).",
        "type": "object",
        "properties": dict.fromkeys(taxonomies, shapes.WORDS),
        "additionalProperties": False,
        "examples": [{name: ["gpu"] for name in list(taxonomies)[:1]}],
    }
    return {
        "$schema": _DIALECT,
        "title": "Front matter",
        "description": "What a page of a Proofpress site says of itself.",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def _mapping(settings: Sequence[Setting], defaults: Mapping[str, Any]) -> Schema:
    """Return the schema of a mapping whose keys are settings."""
    return {
        "type": ["object", "null"],
        "properties": {setting.name: _setting(setting, defaults[setting.name]) for setting in settings},
        "additionalProperties": False,
    }


def _setting(setting: Setting, default: Any) -> Schema:
    """Return the schema of a setting; one with parts takes their mapping, and what its reader takes beside it."""
    shape = setting.reader.shape
    parts = setting.parts()
    if parts:
        whole = _mapping(parts, default)
        if setting.name == "rules":  # and by patterns of files
            whole["additionalProperties"] = {
                "type": ["object", "null"],
                "additionalProperties": {"enum": list(get_args(Judgement))},
            }
        shape = {"anyOf": [whole, shape]} if shape else whole
    told = {} if default in (None, {}, "") or setting.name == "rules" else {"default": default}
    left_out = f" Left out: {setting.otherwise}." if setting.otherwise else ""
    return {
        "description": setting.description + left_out,
        **shape,
        **told,
        "examples": list(setting.examples) or [default],
    }
