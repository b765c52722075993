"""All rules by name: those of the families here, and any that others bring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.rules import (
    access,
    code,
    drawings,
    files,
    front_matter,
    headings,
    html,
    includes,
    links,
    listings,
    marks,
    mathematics,
    notebooks,
    output,
    pages,
    posts,
    remains,
    running,
    runs,
    settings,
    site,
    structure,
    tables,
    templates,
    text,
    web,
    words,
)
from proofpress.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FAMILIES: Final = (
    files, front_matter, settings, templates, text, marks, html, headings, links, listings, includes, notebooks, mathematics, tables, remains, structure, code, runs, running, access, posts, site, drawings, pages, web, output, words,
)  # fmt: skip

BUILT_IN: Final[tuple[Rule, ...]] = tuple(
    value for family in FAMILIES for value in vars(family).values() if isinstance(value, Rule)
)
"""Every rule of Proofpress itself: a family's are the values of its module."""

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def registry(rules: Iterable[Rule] = BUILT_IN, more: Iterable[Rule] = ()) -> dict[str, Rule]:
    """Return rules by name, those of others (`more`) after our own.

    Raises ValueError for a name that is taken, or is not words in kebab-case, which `rules:` could not name.
    """
    found: dict[str, Rule] = {}
    for rule in (*rules, *more):
        if not _NAME.fullmatch(rule.name):
            raise ValueError(f"'{rule.name}' is no name for a rule: write two words or more, with dashes between")
        if rule.name in found:
            raise ValueError(f"there are two rules called '{rule.name}'")
        found[rule.name] = rule
    return found


def weighable(rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Return the names of the rules that settings may weigh, in the order of the registry."""
    return tuple(name for name, rule in rules.items() if not rule.fixed)


_BY_NAME: Final = registry()


def named(rule: str) -> Rule:
    """Return a built-in rule by its name, for who notes a fault in words of its own."""
    return _BY_NAME[rule]
