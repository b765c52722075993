"""Reading catalogues: those that come with Proofpress, and the files below words/ that a site writes over or beside them.

A site's file is checked against English, which has every key: a form for a plural that its language does not have, a
place for a value that nobody fills, and a list of eleven months are told at their places.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from proofpress.content import yaml_nodes
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged
from proofpress.content.text import decode
from proofpress.content.typed import wrong
from proofpress.problems import did_you_mean
from proofpress.rules.words import WORDS_ERROR
from proofpress.words.catalogue import Entry, placeholders
from proofpress.words.plurals import plurals_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.model import Place
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

FOLDER: Final = "words"
FULL: Final = "en"
"""The language whose catalogue has every key, and which speaks where no other does."""
_ENDINGS: Final = (".yaml", ".yml")
_DATES: Final = {
    "long_date": frozenset({"day", "month", "number", "year"}),
    "short_date": frozenset({"day", "month", "number", "year"}),
}
_MONTHS: Final = 12
_SHIPPED: Final = Path(__file__).parent


def shipped_languages() -> tuple[str, ...]:
    """Return the languages whose catalogues come with Proofpress."""
    return tuple(sorted(file.stem for file in _SHIPPED.glob("*.yaml")))


@functools.cache
def is_shipped(language: str) -> bool:
    """Return whether a catalogue comes with Proofpress for just this tag, without reading it."""
    return _place(language).is_file()


@functools.cache
def shipped(language: str) -> dict[str, Entry] | None:
    """Return the catalogue that comes with Proofpress for just this tag; None where there is none."""
    if not is_shipped(language):
        return None
    file = _place(language)
    findings = Findings(file.name)
    root = yaml_nodes.compose(file.read_text("utf-8"), findings, syntax=WORDS_ERROR.name)
    assert isinstance(root, MappingNode), file.name
    found = {key.text: _entry(node) for key, node in root.entries}
    return {key: entry for key, entry in found.items() if entry is not None}


def _place(language: str) -> Path:
    return _SHIPPED / f"{language}.yaml"


class Written:
    """A file of a site's own words: what it says, and where each key stands."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, Place] = {}


def read_words(path: SourcePath, data: bytes) -> tuple[Written, tuple[Problem, ...]]:
    """Return what a file below words/ says, and what is wrong with it; what is wrong is left out."""
    findings = Findings(path)
    name = path.removeprefix(f"{FOLDER}/")
    language = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), "")
    written = Written(language.lower())
    if not language or "/" in language:
        findings.tell(WORDS_ERROR.misnamed(), WORDS_ERROR.whole)
        return written, tuple(findings.problems)
    root = yaml_nodes.compose(decode(data, findings), findings, syntax=WORDS_ERROR.name)
    if root is not None and not isinstance(root, MappingNode):
        wrong(root, path, "lines of 'key: text'", findings)
    model = shipped(FULL) or {}
    for key, node in root.entries if isinstance(root, MappingNode) else ():
        written.places[key.text] = key.place
        entry = _checked(key.text, node, model.get(key.text), written.language, findings)
        if entry is not None:
            written.entries[key.text] = entry
    return written, tuple(sorted(findings.problems))


def _entry(node: Node) -> Entry | None:
    """Return what a node says; None where it is nothing that a catalogue holds."""
    match node:
        case ScalarNode():
            return None if node.absent else node.text
        case ListNode():
            items = [item.text for item in node.items if isinstance(item, ScalarNode)]
            return items if len(items) == len(node.items) else None
        case MappingNode():
            forms = {key.text: form.text for key, form in node.entries if isinstance(form, ScalarNode)}
            return forms if len(forms) == len(node.entries) else None


def _checked(key: str, node: Node, model: Entry | None, language: str, findings: Findings) -> Entry | None:
    """Return an entry where it is of the form that the key has in English, or, of a key of the site's own, of any."""
    entry = _entry(node)
    if isinstance(node, ScalarNode) and node.absent:
        return None
    name = abridged(key)
    if isinstance(model, list) and not (isinstance(entry, list) and len(entry) == _MONTHS):
        wrong(node, name, "a list of the twelve months", findings)
        return None
    if isinstance(model, str) and not isinstance(entry, str):
        wrong(node, name, "text", findings, hint="put text that begins with '[' or '{' in quotes")
        return None
    if entry is None or (isinstance(entry, list) and not isinstance(model, list)):
        wrong(node, name, "text, or a text for each category of plural", findings)
        return None
    whole = not isinstance(node, MappingNode) or _counts(name, node, language, findings)
    known = _DATES.get(key) or (placeholders(model) if model is not None else None)
    if known is not None:
        whole = _filled(name, node, known, findings) and whole
    return entry if whole else None


def _filled(key: str, node: Node, known: frozenset[str], findings: Findings) -> bool:
    """Return whether nothing stands in braces but what is filled in."""
    whole = True
    texts = [form for _, form in node.entries] if isinstance(node, MappingNode) else [node]
    for text in texts:
        for name in sorted(placeholders(text.text)) if isinstance(text, ScalarNode) else ():
            if name not in known:
                findings.tell(WORDS_ERROR.unfilled(key, name, sorted(known), did_you_mean(name, known)), text.place)
                whole = False
    return whole


def _counts(key: str, node: MappingNode, language: str, findings: Findings) -> bool:
    """Return whether a plural's forms are of its language's categories, and the one is among them that all may fall to."""
    categories = plurals_of(language).categories
    whole = True
    for category, _ in node.entries:
        if category.text not in categories:
            findings.tell(WORDS_ERROR.no_category(abridged(category.text), language, categories), category.place)
            whole = False
    if "other" not in {category.text for category, _ in node.entries}:
        findings.tell(WORDS_ERROR.without_other(key), node.place)
        whole = False
    return whole


def known_keys(entries: Mapping[str, Entry]) -> frozenset[str]:
    """Return the keys of English and of other entries."""
    return frozenset(shipped(FULL) or ()).union(entries)
