"""From the text of site.yaml to a Config, by the table of settings.

`read_config` never raises for what a person wrote: it returns a Config and the problems, each at its line and column.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from proofpress.config.folders import read_defaults
from proofpress.config.languages import with_languages
from proofpress.config.setting import absent, read_mapping
from proofpress.config.table import ELSEWHERE, SETTINGS, settings_with
from proofpress.config.values import Config
from proofpress.content import settings, yaml_nodes
from proofpress.content.nodes import Findings, MappingNode, shown
from proofpress.content.text import decode
from proofpress.model import Place
from proofpress.rules.rule import WHOLE_FILE
from proofpress.rules.settings import NO_URL, SETTINGS_SYNTAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.content.nodes import Node
    from proofpress.problems import Problem


def zone(config: Config) -> dt.tzinfo:
    """Return the site's time zone; UTC where its name is none (which `read_config` reports)."""
    found = settings.time_zone(config.timezone)
    return dt.UTC if isinstance(found, settings.Refusal) else found


def read_config(data: bytes, path: str = "site.yaml", rules: Sequence[str] = ()) -> tuple[Config, tuple[Problem, ...]]:
    """Read the settings of a site: what could be read (the defaults for the rest), and every fault at its place.

    `rules` are names of others' rules that may be weighed.
    """
    findings = Findings(path)
    root = _compose(data, findings)
    values: dict[str, Any] = {}
    if isinstance(root, MappingNode):
        values = read_mapping(root, "", settings_with(rules) if rules else SETTINGS, findings, ELSEWHERE)
        values = with_languages(values)
        patterns = values.pop("defaults", None)
        if patterns is not None:
            known = Config(**values)
            values["defaults"] = read_defaults(patterns, known, zone(known), findings)
    elif root is not None and not absent(root):
        findings.tell(SETTINGS_SYNTAX.no_mapping(shown(root)), root.place)
    _say_where_it_is(root, values.get("url", ""), findings)
    return Config(**values), tuple(sorted(findings.problems))


def place_of(data: bytes, *keys: str, at_key: bool = False) -> Place:
    """Return where a setting's value, or its key, stands in site.yaml, by its key and those above it; else line 0.

    For what only a later step can find wrong, so that no place need be kept, and digested, with every value.
    """
    node = _compose(data, Findings(""))
    place = Place(0, 1)
    for key in keys:
        entries = node.entries if isinstance(node, MappingNode) else ()
        name, node = next((entry for entry in entries if entry[0].text == key), (None, None))
        if name is None or node is None:
            return Place(0, 1)
        place = name.place if at_key else node.place
    return place


def _compose(data: bytes, findings: Findings) -> Node | None:
    return yaml_nodes.compose(decode(data, findings), findings, syntax="settings-syntax")


def _say_where_it_is(root: Node | None, url: str, findings: Findings) -> None:
    """Note that the site's address is missing, or is still the one of an example."""
    written = {key.text: node for key, node in root.entries} if isinstance(root, MappingNode) else {}
    place = written.get("url")
    if place is None or absent(place):
        findings.tell(NO_URL.missing(), WHOLE_FILE)
    elif settings.is_example(url):
        findings.tell(NO_URL.example(url), place.place)
