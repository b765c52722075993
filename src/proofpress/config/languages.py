"""The languages of a site: a list of tags, or a mapping from tags to what the site is called in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.config.readers import MENU, WORDING
from proofpress.config.setting import Reader, Setting, absent, read_mapping
from proofpress.config.values import Language
from proofpress.content import settings as accepts
from proofpress.content import shapes, typed
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, abridged
from proofpress.content.settings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGE: Final = (
    Setting(name="title", reader=WORDING, description="What the site is called on pages of this language."),
    Setting(name="description", reader=WORDING, description="What it is about, in this language."),
    Setting(name="menu", reader=MENU, description="The entries of the menu on pages of this language."),
)


class Named(msgspec.Struct, frozen=True):
    """The languages as they are written, to be told apart once the site's own is known."""

    languages: tuple[Language, ...]
    in_order: bool
    """Whether they are a list, whose first is the site's own where nothing else says."""


def with_languages(values: dict[str, Any]) -> dict[str, Any]:
    """Return settings with the site's own language told apart from the others. What is said of the own is the site's."""
    named: Named | None = values.get("languages")
    if named is None:
        return values
    values = dict(values)
    if "language" not in values and named.in_order and named.languages:
        values["language"] = named.languages[0].tag
    own = str(values.get("language", "en")).lower()
    for language in (one for one in named.languages if one.tag.lower() == own):
        said = {"title": language.title, "description": language.description, "menu": language.menu}
        values |= {name: value for name, value in said.items() if value}
    values["languages"] = tuple(language for language in named.languages if language.tag.lower() != own)
    return values


def _written(node: Node, above: str, findings: Findings) -> Iterator[tuple[str, Node, dict[str, Any]]]:
    """Give each language that is written, the node to point at, and what is said of it."""
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            said = read_mapping(value, f"{above}: {abridged(key.text)}: ", LANGUAGE, findings)
            yield key.text, key, said
    else:
        for word, item in typed.words(node, above, findings, split=False):
            yield word, item, {}


def _languages(node: Node, above: str, findings: Findings) -> Named | None:
    if absent(node):
        return None
    found: dict[str, Language] = {}
    for word, at, said in _written(node, above, findings):
        tag = accepts.language(word)
        if isinstance(tag, Refusal):
            findings.note("wrong-type", at.place, f"'{above}': '{abridged(word)}' {tag.message}", hint=tag.hint)
        elif tag.lower() in found:
            findings.note("wrong-type", at.place, f"'{above}': the language '{tag}' stands here twice")
        else:
            found[tag.lower()] = Language(tag=tag, place=at.place, **said)
    return Named(tuple(found.values()), isinstance(node, ListNode))


LANGUAGES: Final = Reader(
    _languages,
    {
        "anyOf": [
            shapes.WORDS,
            {
                "type": ["object", "null"],
                "additionalProperties": {
                    "type": ["object", "null"],
                    "properties": {
                        part.name: {"description": part.description, **part.reader.shape} for part in LANGUAGE
                    },
                    "additionalProperties": False,
                },
            },
        ]
    },
)
"""Gives them as they are written: `with_languages` tells the site's own apart once the other settings are known."""
