"""Front matter: what each of its keys means. Where it begins and ends is decided by the `gate` before."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from proofpress import urls
from proofpress.content import gate, settings, typed, yaml_nodes
from proofpress.content.gate import MAX_LENGTH, Parts
from proofpress.content.keys import HINTS, KEYS, NOTEBOOK_KEYS
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged, plain, shown
from proofpress.content.text import MAX_PROBLEMS
from proofpress.model import FrontMatter, Place
from proofpress.patterns import lazy
from proofpress.problems import nearest, one_slip_apart
from proofpress.rules.files import OUTSIDE_SITE
from proofpress.rules.front_matter import FRONT_MATTER_SYNTAX, MISSPELT_KEY, UNKNOWN_KEY, UNSAFE_URL, WRONG_TYPE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from proofpress.model import Author

_TEMPLATE: Final = lazy(r"[^\\:*?\"<>|/]+(?:/[^\\:*?\"<>|/]+)*")


def read(
    parts: Parts, findings: Findings, *, zone: dt.tzinfo, taxonomies: Sequence[str], authors: Sequence[Author]
) -> tuple[FrontMatter, dict[str, Place]]:
    """Return the typed front matter of a file and where the value of each key stands."""
    if parts.head is None or not parts.head.strip():
        return FrontMatter(), {}
    # where the end was guessed, only the missing fence is reported, not what the guess brought along
    heard = findings if parts.whole else Findings(findings.path)
    if len(parts.head) > MAX_LENGTH:
        heard.tell(FRONT_MATTER_SYNTAX.too_long(len(parts.head), MAX_LENGTH), Place(parts.head_line - 1, 1, 3))
        return FrontMatter(), {}
    if parts.is_toml:
        from proofpress.content import toml_nodes  # noqa: PLC0415 - few sites write TOML

        root = toml_nodes.compose(parts.head, heard, first_line=parts.head_line)
    else:
        root = yaml_nodes.compose(parts.head, heard, first_line=parts.head_line)
    if root is None:
        return FrontMatter(), {}
    if not isinstance(root, MappingNode):
        if not (isinstance(root, ScalarNode) and root.absent):
            heard.tell(FRONT_MATTER_SYNTAX.no_mapping(shown(root)), root.place)
        return FrontMatter(), {}
    return read_keys(root, heard, zone=zone, taxonomies=taxonomies, authors=authors)


def read_keys(
    root: MappingNode, findings: Findings, *, zone: dt.tzinfo, taxonomies: Sequence[str], authors: Sequence[Author]
) -> tuple[FrontMatter, dict[str, Place]]:
    """Return the front matter that a mapping holds, wherever it stands, and where the value of each key stands."""
    return _Reading(findings, zone, taxonomies, authors).front_matter(root)


_NOT_OF_AN_ID: Final = lazy(r"[\s<>\"{}|\\^`]")
"""What no IRI can hold (RFC 3987)."""

_PYTHON: Final = lazy(r"3\.\d{1,2}")


class _Reading:
    """Reads one file's keys."""

    def __init__(
        self, findings: Findings, zone: dt.tzinfo, taxonomies: Sequence[str], authors: Sequence[Author]
    ) -> None:
        self.findings = findings
        self.zone = zone
        self.taxonomies = taxonomies
        self.known = authors
        self.values: dict[str, Any] = {}
        self.terms: dict[str, tuple[str, ...]] = {}
        self.extra: dict[str, Any] = {}
        self.places: dict[str, Place] = {}

    def front_matter(self, root: MappingNode) -> tuple[FrontMatter, dict[str, Place]]:
        own: dict[str, Any] = {}
        for key, node in root.entries:
            name = key.text
            self.places[name] = node.place
            if isinstance(node, ListNode):
                self.places.update({f"{name}.{number}": item.place for number, item in enumerate(node.items)})
            if name in self.taxonomies:
                self.taxonomy(name, node)
            elif name in KEYS:
                self.key(name, node, own)
            elif name == "taxonomies" and isinstance(node, MappingNode):
                self.taxonomy_table(node)
            else:
                self.unknown(key, node)
        extra = {**self.extra, **own}
        values = {name: value for name, value in self.values.items() if value is not None}
        return FrontMatter(terms=self.terms, extra=extra, **values), self.places

    def key(self, name: str, node: Node, own: dict[str, Any]) -> None:
        found = self.findings
        match name:
            case "title" | "description":
                self.values[name] = typed.line(node, name, found)
            case "date" | "updated":
                moment = typed.moment(node, name, self.zone, found)
                if moment is not None:
                    self.values[name] = moment.value
                    self.values[f"{name}_has_time"] = moment.has_time
            case "authors":
                self.values[name] = typed.authors(node, name, self.known, found)
            case "draft":
                before = len(found.problems)
                draft = typed.boolean(node, name, found)
                # what cannot be read may have been meant to stay unseen
                self.values[name] = True if len(found.problems) > before else draft
            case "listed" | "run":
                self.values[name] = typed.boolean(node, name, found)
            case "requirements" | "reads" | "translations" | "vary":
                self.values[name] = self.words(name, node)
            case "toc":
                self.values[name] = self.toc(node)
            case "slug":
                if isinstance(node, ScalarNode) and node.text.startswith("/"):  # the whole path, as some tools have it
                    self.values.setdefault("url", typed.site_path(node, name, found))
                else:
                    self.values[name] = self.slug(node)
            case "url":
                self.values[name] = typed.site_path(node, name, found)
            case "aliases":
                self.values[name] = self.aliases(node)
            case "template":
                self.values[name] = self.template(node)
            case "id":
                self.values[name] = self.entry_id(node)
            case "language":
                self.values[name] = self.language(node)
            case "image":
                self.values[name] = typed.address(node, name, found)
            case "python":
                self.values[name] = self.python(node)
            case _:
                if isinstance(node, MappingNode):
                    own.update(typed.free(node, name, found))
                    self.places.update({f"{name}.{key.text}": value.place for key, value in node.entries})
                elif not (isinstance(node, ScalarNode) and node.absent):
                    typed.wrong(node, name, "a mapping", found)

    def python(self, node: Node) -> str | None:
        """Read a version of Python: as it is written, since `3.10` is no number."""
        words = typed.text(node, "python", self.findings)
        if words is None or _PYTHON.fullmatch(words):
            return words
        message = f"'python': '{abridged(words)}' is no version of Python 3"
        self.findings.note("wrong-type", node.place, message, "write it as '3.10'", severity="warning")
        return None

    def entry_id(self, node: Node) -> str | None:
        """Read the id of a feed's entry: an address or a name with a scheme, as Atom asks for (RFC 4287, section 4.2.6)."""
        words = typed.text(node, "id", self.findings)
        if words is None:
            return None
        if not urls.read(words).scheme or _NOT_OF_AN_ID.search(words):
            hint = "write 'tag:me.example,2026:a-name', a 'urn:uuid:…' or the address that the post had at first"
            self.findings.note(
                "wrong-type",
                node.place,
                f"'id': '{abridged(words)}' is no id that a feed can hold",
                hint,
                severity="warning",
            )
            return None
        return words

    def words(self, name: str, node: Node) -> tuple[str, ...]:
        """Read a word or a list of some, each with its place: files that translate this one, packages, files that it reads."""
        words = typed.words(node, name, self.findings, split=False)
        self.places.update({f"{name}.{number}": own.place for number, (_, own) in enumerate(words)})
        return tuple(word for word, _ in words)

    def language(self, node: Node) -> str | None:
        """Read a language tag."""
        tag = typed.text(node, "language", self.findings, takes="a language tag")
        if tag is None:
            return None
        checked = settings.language(tag)
        if isinstance(checked, settings.Refusal):
            message = f"'language': '{abridged(tag)}' {checked.message}"
            self.findings.tell(WRONG_TYPE.says(message, checked.hint), node.place)
            return None
        return checked

    def taxonomy(self, name: str, node: Node) -> None:
        # a series is named like a book, and the names of books have commas
        words = typed.words(node, name, self.findings, split=name != "series")
        self.places.update({f"{name}.{number}": own.place for number, (_, own) in enumerate(words)})
        if words:
            self.terms[name] = tuple(word for word, _ in words)

    def taxonomy_table(self, table: MappingNode) -> None:
        """Read Zola's table of taxonomies."""
        for key, node in table.entries:
            if key.text in self.taxonomies:
                self.places.setdefault(key.text, node.place)
                self.taxonomy(key.text, node)
            else:
                self.unknown(key, node)

    def unknown(self, key: ScalarNode, node: Node) -> None:
        name = key.text
        value = typed.free(node, name, self.findings)
        self.extra[name] = value
        if name in NOTEBOOK_KEYS and isinstance(node, MappingNode):
            return
        # what other tools hide must not come to light by moving here
        said = gate.strictest([gate.verdict(name, word) for word in _words_of(node)])
        told = HINTS.get(name) or HINTS.get(name.casefold())
        slip = None if told else self.slip(name)
        if said == "draft" and slip != "draft":
            self.values["draft"] = True
            self.findings.tell(UNKNOWN_KEY.taken_for_draft(f"{abridged(name)}: {_words_of(node)[0]}"), key.place)
            return
        if said == "unlisted":
            self.values["listed"] = False
            self.findings.tell(UNKNOWN_KEY.taken_for_unlisted(f"{abridged(name)}: {_words_of(node)[0]}"), key.place)
            return
        if slip is not None:
            said_no = isinstance(node, ScalarNode) and (node.absent or node.text.casefold() in ("false", "no", "off"))
            if slip == "draft" and not said_no:
                self.values["draft"] = True  # however settings weigh the fault, it was meant to stay unseen
            self.findings.tell(MISSPELT_KEY.nearly(abridged(name), slip), key.place)
            return
        self.findings.tell(UNKNOWN_KEY.no_key(abridged(name), told or self.likely(name)), key.place)

    def slip(self, name: str) -> str | None:
        """Return the key that this one is a slip of the pen of, one letter away."""
        # of a word of two letters, any other is one letter away
        known = (known for known in (*KEYS, *self.taxonomies) if len(known) > 2)
        return next((known for known in known if one_slip_apart(name, known)), None)

    def likely(self, name: str) -> str:
        """Return a hint where a key is a slip of the pen; a word of its own (`citation`) is not `description`."""
        if len(self.findings.problems) >= MAX_PROBLEMS:  # a search for each of thousands of keys would take long
            return ""
        meant = nearest(name, [*KEYS, *self.taxonomies])
        close = meant is not None and difflib.SequenceMatcher(None, name.casefold(), meant).ratio() > 0.72
        return f"did you mean '{meant}'?" if close else ""

    def toc(self, node: Node) -> bool | None:
        """Read whether the outline is shown. al-folio lists the headings by hand: that asks for an outline."""
        if isinstance(node, ScalarNode):
            return typed.boolean(node, "toc", self.findings)
        self.extra["toc"] = plain(node, self.findings)
        self.findings.tell(UNKNOWN_KEY.outline(), node.place)
        return True

    def slug(self, node: Node) -> str | None:
        slug = typed.text(node, "slug", self.findings, takes="one part of a URL")
        if slug is None:
            return None
        if slug.strip(".") == "" or any(mark in slug for mark in "/\\?#%:") or any(ord(mark) < 32 for mark in slug):
            self.findings.tell(UNSAFE_URL.slug(abridged(slug)), node.place)
            return None
        return slug

    def aliases(self, node: Node) -> tuple[str, ...]:
        if isinstance(node, MappingNode):
            typed.wrong(node, "aliases", "a list of paths", self.findings)
            return ()
        nodes = node.items if isinstance(node, ListNode) else (node,)
        paths: dict[str, None] = {}
        for item in nodes:
            if isinstance(item, ScalarNode) and item.absent:
                continue
            path = typed.site_path(item, "aliases", self.findings)
            if path is not None and path not in paths:
                paths[path] = None
                self.places[f"aliases.{path}"] = item.place
        return tuple(paths)

    def template(self, node: Node) -> str | None:
        name = typed.text(node, "template", self.findings, takes="the name of a template")
        if name is None:
            return None
        if name.startswith("/") or any(part in ("", ".", "..") for part in name.split("/")):
            self.findings.tell(OUTSIDE_SITE.template_name(abridged(name)), node.place)
            return None
        if not _TEMPLATE.fullmatch(name) or any(ord(mark) < 32 for mark in name):
            typed.wrong(node, "template", "the name of a file below templates/", self.findings)
            return None
        return name


def _words_of(node: Node) -> list[str]:
    """Return the words of a value that is one, or a list of some."""
    nodes = node.items if isinstance(node, ListNode) else (node,)
    return [abridged(one.text) for one in nodes if isinstance(one, ScalarNode)]
