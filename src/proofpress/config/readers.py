"""The readers that settings are made of: each a way to read a value, with its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.config.setting import Parts, Reader, Setting, absent, read_mapping
from proofpress.config.values import Cache, Feeds, Images, MenuItem
from proofpress.content import globs, shapes, typed
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged
from proofpress.content.settings import Refusal, feed_path, is_command, same_file

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[str], str | Refusal]
    """Takes what was written and returns the value, or why it is refused."""


def checked(check: Check, *, rule: str = "wrong-type") -> Reader:
    """Return a reader of text that `check` accepts; what it refuses is noted under `rule`."""

    def read(node: Node, key: str, findings: Findings) -> str | None:
        written = typed.text(node, key, findings)
        return None if written is None else _accepted(written, node, key, findings, check, rule)

    return Reader(read, shapes.PLAIN)


def words(check: Check) -> Reader:
    """Return a reader of a list of words, each of which `check` accepts. An empty list is a value too."""

    def read(node: Node, key: str, findings: Findings) -> tuple[str, ...] | None:
        if absent(node):
            return None
        found = (
            _accepted(word, at, key, findings, check) for word, at in typed.words(node, key, findings, split=False)
        )
        return tuple(word for word in found if word is not None)

    return Reader(read, shapes.WORDS)


def number(*, least: int, most: int) -> Reader:
    """Return a reader of a whole number within bounds."""
    return Reader(
        lambda node, key, findings: typed.integer(node, key, findings, least=least, most=most),
        {"type": ["integer", "null"], "minimum": least, "maximum": most},
    )


def choice(*words: str) -> Reader:
    """Return a reader of one of a few words."""
    return Reader(lambda node, key, findings: typed.choice(node, key, words, findings), shapes.one_of(words))


def parts(of: type[msgspec.Struct], settings: Parts) -> Reader:
    """Return a reader of a mapping whose keys are settings themselves, into a struct."""
    return Reader(lambda node, key, findings: of(**read_mapping(node, f"{key}: ", settings(), findings)))


def judgements(settings: Parts) -> Reader:
    """Return a reader of a mapping whose keys are settings themselves, and patterns of files with such a mapping each."""

    def read(node: Node, key: str, findings: Findings) -> dict[str, Any]:
        if not isinstance(node, MappingNode):
            return read_mapping(node, f"{key}: ", settings(), findings)
        known = settings()
        names = {setting.name for setting in known}
        patterns = [
            entry
            for entry in node.entries
            if entry[0].text not in names and (isinstance(entry[1], MappingNode) or "/" in entry[0].text)
        ]
        plain = tuple(entry for entry in node.entries if entry not in patterns)
        weights = read_mapping(MappingNode(plain, node.place), f"{key}: ", known, findings)
        for pattern, below in patterns:
            wrong = globs.complaint(pattern.text)
            if wrong is None:
                weights[pattern.text] = read_mapping(below, f"{key}: {abridged(pattern.text)}: ", known, findings)
            else:
                message = f"'{key}': the pattern '{abridged(pattern.text)}' {wrong}"
                findings.note("wrong-type", pattern.place, message, hint=_PATTERN_HINT)
        return weights

    return Reader(read)


_PATTERN_HINT: Final = "write 'notes/**:' and the rules below it"


XML: Final = (".xml", ".rss", ".atom")
"""How the names of files end that hosts serve as XML."""
JSON: Final = (".json",)


def feed(usual: str, endings: tuple[str, ...]) -> Reader:
    """Return the reader of where a feed is: a path, `true` for the usual one, or `false`, which is read as no path."""

    def read(node: Node, key: str, findings: Findings) -> str | None:
        if isinstance(node, ScalarNode) and any(mark in node.text for mark in "/."):
            written = typed.text(node, key, findings)
            return written and _accepted(written, node, key, findings, lambda path: feed_path(path, endings))
        on = typed.boolean(node, key, findings, takes=f"true, false or a path such as {usual}")
        return None if on is None else usual if on else ""

    ends = "|".join(ending[1:] for ending in endings)
    return Reader(read, {"anyOf": [shapes.TRUTH, {"type": "string", "pattern": rf"^/.*\.({ends})$"}]})


_FEEDS: Final = {"atom": "Atom feed", "rss": "RSS feed", "json": "JSON Feed"}


def feeds(settings: Parts) -> Reader:
    """Return the reader of which feeds are written, and where; `feeds: false` turns all of them off."""

    def read(node: Node, key: str, findings: Findings) -> Feeds | None:
        if isinstance(node, ScalarNode):
            on = typed.boolean(node, key, findings)
            return None if on is None else Feeds() if on else Feeds(atom="", json="")
        found = Feeds(**read_mapping(node, f"{key}: ", settings(), findings))
        return _apart(found, node, key, findings) if isinstance(node, MappingNode) else found

    return Reader(read, shapes.TRUTH)


def _apart(found: Feeds, node: MappingNode, key: str, findings: Findings) -> Feeds:
    """Return the feeds without one whose file another of them is, and note it where it is written."""
    written = {name.text: value for name, value in node.entries if name.text in _FEEDS}
    taken: dict[str, str] = {}
    for form in (*(form for form in _FEEDS if form not in written), *written):
        path = getattr(found, form)
        other = next((one for one, place in taken.items() if path and same_file(place, path)), None)
        if other is None:
            taken[form] = path
            continue
        message = f"'{key}: {form}': '{path}' is where the {_FEEDS[other]} is"
        findings.note("wrong-type", written[form].place, message, hint=f"write another path, or '{other}: false'")
        found = msgspec.structs.replace(found, **{form: ""})
    return found


def cache(settings: Parts) -> Reader:
    """Return the reader of where the shared cache is; `cache: PLACE` is the short form."""

    def read(node: Node, key: str, findings: Findings) -> Cache | None:
        if isinstance(node, ScalarNode):
            url = typed.text(node, key, findings)
            return None if url is None else Cache(url=url)
        return Cache(**read_mapping(node, f"{key}: ", settings(), findings))

    return Reader(read, shapes.TEXT)


def _accepted(
    written: str, node: Node, key: str, findings: Findings, check: Check, rule: str = "wrong-type"
) -> str | None:
    found = check(written)
    if isinstance(found, Refusal):
        findings.note(rule, node.place, f"'{key}': '{abridged(written)}' {found.message}", hint=found.hint)
        return None
    return found


def _free(node: Node, key: str, findings: Findings) -> dict[str, Any] | None:
    if isinstance(node, MappingNode):
        read: dict[str, Any] = typed.free(node, key, findings)
        return read
    if not absent(node):
        typed.wrong(node, key, "a mapping", findings)
    return None


_SCHEMES: Final = frozenset({"http", "https", "mailto"})


def _entry_title(node: Node, key: str, findings: Findings) -> str | None:
    return typed.text(node, key, findings)


def _entry_url(node: Node, key: str, findings: Findings) -> str | None:
    return typed.address(node, key, findings, schemes=_SCHEMES)


_ENTRY: Final = (
    Setting(name="title", reader=Reader(_entry_title), description="What the entry says."),
    Setting(name="url", reader=Reader(_entry_url), description="Where it leads."),
)


def _menu(node: Node, key: str, findings: Findings) -> tuple[MenuItem, ...] | None:
    """Read the menu: a list of `{title, url}`, or in short `Title: url` lines, with or without dashes."""
    if isinstance(node, ScalarNode):
        if not node.absent:
            typed.wrong(node, key, "a list of entries with 'title' and 'url'", findings)
        return None
    items: list[MenuItem] = []
    for entry in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(entry, MappingNode):
            items += _entries(entry, key, findings)
        else:
            typed.wrong(entry, key, "entries with 'title' and 'url'", findings)
    return tuple(items)


def _entries(entry: MappingNode, key: str, findings: Findings) -> list[MenuItem]:
    """Read one mapping of the menu: an entry, or several in short."""
    written = {name.text: value for name, value in entry.entries}
    wanted = [setting.name for setting in _ENTRY]
    if written and not written.keys() & set(wanted):
        read = {name: _entry_url(value, f"{key}: {abridged(name)}", findings) for name, value in written.items()}
        return [MenuItem(name, url, written[name].place) for name, url in read.items() if url is not None]
    said = read_mapping(entry, f"{key}: ", _ENTRY, findings)
    if len(said) == len(wanted):
        return [MenuItem(**said, place=written["url"].place)]
    missing = next((name for name in wanted if name not in written), None)
    if missing is not None:
        mend = "write 'title: About' and 'url: about.md'"
        findings.note("wrong-type", entry.place, f"an entry of the menu has no '{missing}'", hint=mend)
    return []


def images(settings: Parts) -> Reader:
    """Return the reader of what pictures are made into: `true` for WebP, `false` for nothing, or a mapping."""

    def read(node: Node, key: str, findings: Findings) -> Images | None:
        if isinstance(node, ScalarNode):
            on = typed.boolean(node, key, findings)
            return None if on is None else Images(formats=("webp",) if on else ())
        return Images(**({"formats": ("webp",)} | read_mapping(node, f"{key}: ", settings(), findings)))

    return Reader(read, shapes.TRUTH)


def choices(*known: str) -> Reader:
    """Return a reader of a list of a few words. An empty list is a value too."""

    def read(node: Node, key: str, findings: Findings) -> tuple[str, ...] | None:
        if absent(node):
            return None
        items = node.items if isinstance(node, ListNode) else (node,)
        found = [typed.choice(item, key, known, findings) for item in items]
        return tuple(dict.fromkeys(word for word in found if word is not None))

    one = {"enum": list(known)}
    return Reader(read, {"anyOf": [{"type": "array", "items": one}, {"enum": [*known, None]}]})


def numbers(*, least: int, most: int, longest: int) -> Reader:
    """Return a reader of a list of whole numbers within bounds, which are put in order; of one as of many."""

    def read(node: Node, key: str, findings: Findings) -> tuple[int, ...] | None:
        items = node.items if isinstance(node, ListNode) else (node,)
        if len(items) > longest:
            typed.wrong(node, key, f"at most {longest} numbers", findings)
            return None
        found = [typed.integer(item, key, findings, least=least, most=most) for item in items]
        return tuple(sorted({number for number in found if number is not None})) or None

    one = {"type": "integer", "minimum": least, "maximum": most}
    many = {"type": "array", "items": one, "maxItems": longest}
    return Reader(read, {"anyOf": [many, one, {"type": "null"}]})


WORDING: Final = Reader(typed.line, shapes.TEXT)
"""Text on one line."""
NAME: Final = Reader(typed.text, shapes.TEXT)
TRUTH: Final = Reader(typed.boolean, shapes.TRUTH)
AUTHORS: Final = Reader(lambda node, key, findings: typed.authors(node, key, (), findings), shapes.AUTHORS)
MENU: Final = Reader(_menu, shapes.MENU)
FREE: Final = Reader(_free, shapes.MAPPING)
"""Anything, by keys that are the owner's."""


def _macros(node: Node, key: str, findings: Findings) -> dict[str, str] | None:
    r"""Read commands for formulas: lines of `\R: \mathbb{R}`, with or without the backslash before the name."""
    if not isinstance(node, MappingNode):
        if not absent(node):
            typed.wrong(node, key, "a mapping", findings, hint=_MACRO_HINT)
        return None
    macros: dict[str, str] = {}
    for name, value in node.entries:
        command = name.text.removeprefix("\\")
        if not is_command(command):
            findings.note(
                "wrong-type",
                name.place,
                f"'{key}': '{abridged(name.text)}' is no name of a command, which is of the letters A to Z",
                _MACRO_HINT,
            )
            continue
        words = typed.text(value, f"{key}: {abridged(name.text)}", findings)
        if words is not None:
            macros[command] = words
    return macros


_MACRO_HINT: Final = r"write '\R: \mathbb{R}' on a line of its own, with #1 to #9 for what follows the command"
MACROS: Final = Reader(_macros, {"type": ["object", "null"], "additionalProperties": shapes.TEXT})
"""Commands for formulas."""
