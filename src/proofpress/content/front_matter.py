"""Front matter: where it ends, and what each of its keys means.

YAML stands between `---` lines, TOML between `+++` lines, and only at the very beginning of a file.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from proofpress.content import typed, yaml_nodes
from proofpress.content.keys import HINTS, KEYS
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged, plain, shown
from proofpress.content.text import MAX_PROBLEMS
from proofpress.model import FrontMatter, Place
from proofpress.problems import nearest, one_slip_apart

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from proofpress.model import Author

MAX_LENGTH: Final = 65_536
"""Characters of front matter; the longest of 1,600 real posts is shorter than a tenth of that."""

_OPENS: Final = re.compile(r"(---|\+\+\+)[ \t]*(?:\n|\Z)")
_YAML_ENDS: Final = re.compile(r"^(?:-{3,}|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_TOML_ENDS: Final = re.compile(r"^\+{3,}[ \t]*(?:\n|\Z)", re.MULTILINE)
_YAML_LOOKS: Final = re.compile(r"(?:[ \t]*#[^\n]*\n)*[ \t]*[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*:(?:[ \t]|\n|\Z)")
_TOML_LOOKS: Final = re.compile(r"(?:[ \t]*#[^\n]*\n)*[ \t]*(?:\[|[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*=)")
_BLANK: Final = re.compile(r"^[ \t]*$\n?", re.MULTILINE)
_TEMPLATE: Final = re.compile(r"[^\\:*?\"<>|/]+(?:/[^\\:*?\"<>|/]+)*")


class Parts(NamedTuple):
    """A file's text in two: the head between its fences (None without one) and the Markdown after it."""

    head: str | None
    is_toml: bool
    text: str
    first_line: int
    whole: bool = True
    """False where the head never closes and its end was guessed."""


def split(text: str, findings: Findings) -> Parts:
    """Divide a file's text into front matter and Markdown.

    A first line `---` that nothing closes opens front matter only if a `key:` follows on the next; otherwise it is a rule across
    the page, as Markdown has it.
    """
    opened = _OPENS.match(text)
    if opened is None:
        return Parts(None, False, text, 1)
    is_toml = opened[1] == "+++"
    closed = (_TOML_ENDS if is_toml else _YAML_ENDS).search(text, opened.end())
    if closed is not None:
        fence = closed[0].rstrip()
        line = text.count("\n", 0, closed.start()) + 1
        if len(fence) > 3:
            place = Place(line, 1, len(fence))
            findings.add(
                "front-matter-not-closed",
                place,
                f"this line has {len(fence)} {'plus signs' if is_toml else 'dashes'}; front matter is closed by exactly three",
                hint=f"write '{opened[1]}'",
            )
        return Parts(text[opened.end() : closed.start()], is_toml, text[closed.end() :], line + 1)
    looks = (_TOML_LOOKS if is_toml else _YAML_LOOKS).match(text, opened.end())
    if looks is None:
        return Parts(None, False, text, 1)
    findings.add(
        "front-matter-not-closed",
        Place(1, 1, 3),
        "front matter begins here and never ends",
        hint=f"write a line '{opened[1]}' after its last key",
    )
    blank = _BLANK.search(text, looks.end())
    end = blank.start() if blank and blank.start() < len(text) else len(text)
    return Parts(text[opened.end() : end], is_toml, text[end:], text.count("\n", 0, end) + 1, whole=False)


def read(
    parts: Parts, findings: Findings, *, zone: dt.tzinfo, taxonomies: Sequence[str], authors: Sequence[Author]
) -> tuple[FrontMatter, dict[str, Place]]:
    """Return the typed front matter of a file and where the value of each key stands."""
    if parts.head is None or not parts.head.strip():
        return FrontMatter(), {}
    # where the end was guessed, only the missing fence is reported, not what the guess brought along
    heard = findings if parts.whole else Findings(findings.path)
    if len(parts.head) > MAX_LENGTH:
        heard.add(
            "front-matter-syntax",
            Place(1, 1, 3),
            f"front matter has {len(parts.head):,} characters, more than {MAX_LENGTH:,}",
            hint="move the text below it",
        )
        return FrontMatter(), {}
    compose = yaml_nodes.compose
    if parts.is_toml:
        from proofpress.content.toml_nodes import compose  # noqa: PLC0415 - few sites write TOML
    root = compose(parts.head, heard, first_line=2)
    if root is None:
        return FrontMatter(), {}
    if not isinstance(root, MappingNode):
        if not (isinstance(root, ScalarNode) and root.absent):
            heard.add(
                "front-matter-syntax",
                root.place,
                f"front matter is lines of 'key: value', not {shown(root)}",
                hint="for a rule across the page write '***' on the first line",
            )
        return FrontMatter(), {}
    return _Reading(heard, zone, taxonomies, authors).front_matter(root)


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
            case "toc":
                self.values[name] = self.toc(node)
            case "slug":
                self.values[name] = self.slug(node)
            case "url":
                self.values[name] = typed.site_path(node, name, found)
            case "aliases":
                self.values[name] = self.aliases(node)
            case "template":
                self.values[name] = self.template(node)
            case "image":
                self.values[name] = typed.address(node, name, found)
            case _:
                if isinstance(node, MappingNode):
                    own.update(typed.free(node, name, found))
                elif not (isinstance(node, ScalarNode) and node.absent):
                    typed.wrong(node, name, "a mapping", found)

    def taxonomy(self, name: str, node: Node) -> None:
        # a series is named like a book, and the names of books have commas
        terms = tuple(word for word, _ in typed.words(node, name, self.findings, split=name != "series"))
        if terms:
            self.terms[name] = terms

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
        if name == "published" and value is False:
            self.values["draft"] = (
                True  # other generators hide such a post, and it must not come to light by moving here
            )
        told = HINTS.get(name) or HINTS.get(name.casefold())
        slip = None if told else self.slip(name)
        if slip is not None:
            said_no = isinstance(node, ScalarNode) and (node.absent or node.text.casefold() in ("false", "no", "off"))
            if slip == "draft" and not said_no:
                self.values["draft"] = True  # however settings weigh the fault, it was meant to stay unseen
            hint = f"did you mean '{slip}'? If not, put it under 'extra:'"
            self.findings.add("misspelt-key", key.place, f"there is no key '{abridged(name)}'", hint=hint)
            return
        hint = told or self.likely(name) or "put what is your own under 'extra:'"
        self.findings.add("unknown-key", key.place, f"there is no key '{abridged(name)}'", hint=hint)

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
        message = "'toc' takes true or false; the outline is made from the headings themselves"
        self.findings.add("unknown-key", node.place, message, hint="write 'toc: true'")
        return True

    def slug(self, node: Node) -> str | None:
        slug = typed.text(node, "slug", self.findings, takes="one part of a URL")
        if slug is None:
            return None
        if slug.strip(".") == "" or any(mark in slug for mark in "/\\?#%:") or any(ord(mark) < 32 for mark in slug):
            self.findings.add(
                "unsafe-url",
                node.place,
                f"the slug '{abridged(slug)}' is not one part of a URL",
                hint="write words with dashes between; for a whole path use 'url'",
            )
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
            self.findings.add(
                "outside-site",
                node.place,
                f"the template '{abridged(name)}' is not a name below templates/",
                hint="write its name alone, such as post.html",
            )
            return None
        if not _TEMPLATE.fullmatch(name) or any(ord(mark) < 32 for mark in name):
            typed.wrong(node, "template", "the name of a file below templates/", self.findings)
            return None
        return name
