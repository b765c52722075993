"""YAML, read strictly: from text to nodes by way of the parser's events, so that nothing is expanded or constructed.

Aliases, anchors, tags, merge keys and a second document are refused, each at its place; nesting is capped. What stood
before a fault is kept. Events come from libyaml where PyYAML was built with it, else from PyYAML's own parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from proofpress.content.nodes import (
    MAX_DEPTH,
    Findings,
    ListNode,
    MappingNode,
    Node,
    ScalarNode,
    abridged,
    unfit_character,
)
from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.rules.files import CONTROL_CHARACTER
from proofpress.rules.front_matter import DUPLICATE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parser_version() -> str:
    """Return which parser gives the events, and its version: libyaml's own where PyYAML has it, else PyYAML's."""
    if hasattr(yaml, "CSafeLoader"):
        return f"libyaml {yaml._yaml.get_version_string()}"  # noqa: SLF001 - told nowhere else
    return f"PyYAML {yaml.__version__}"


# YAML 1.1 took the first two for line ends and YAML 1.2 does not; libyaml still does, and would cut a title in two. It
# also refuses a byte-order mark inside. While it reads, non-characters (which no text has: see `text`) stand in for them.
_BREAKS: Final = str.maketrans("\u2028\u2029\ufeff", "\ufdd0\ufdd1\ufdd2")
_BREAKS_BACK: Final = str.maketrans("\ufdd0\ufdd1\ufdd2", "\u2028\u2029\ufeff")
_HAS_BREAK: Final = lazy("[\u2028\u2029\ufeff]")

_REMARK: Final = lazy(r"[ \t]+#([^\n]?)")

_LIMIT_OF_THE_PARSER: Final = "exceeded maximum nesting depth"

_MISALIGNED: Final = ("this line does not line up with those before it", "indent the keys of one mapping alike")
_TRAILING: Final = ("something follows a value in quotes or brackets", "put the whole value in quotes")
_MENDS: Final = (
    # what the parser says; what a person is told; the mend; whether the fault is where the thing began
    ("mapping values are not allowed", "a value holds a colon followed by a space", "put the value in quotes", False),
    ("could not find expected ':'", "this line is no 'key: value'", "write a colon and a space after the key, or indent the line under the one before", True),
    ("tab character", "this line is indented with a tab", "indent with spaces", False),
    ("'\\t' that cannot start any token", "this line is indented with a tab", "indent with spaces", False),
    ("cannot start any token", "a value cannot begin with this character", "put the value in quotes", False),
    ("unexpected end of stream", "a quotation mark is never closed", "close it on the same line", True),
    ("expected ',' or ']'", "a list in brackets is never closed", "close it with ']', with commas between its items", True),
    ("expected ',' or '}'", "a mapping in braces is never closed", "close it with '}', with commas between its entries", True),
    ("block sequence entries are not allowed", "a list item cannot stand here", "begin the list on the line after its key", False),
    ("expected <block end>", *_MISALIGNED, False),
    ("did not find expected key", *_MISALIGNED, False),
    ("did not find expected '-' indicator", "this line does not line up with the list before it", "indent the items of one list alike", False),
    ("escape", "a backslash inside double quotes begins no known escape", "use single quotes, or write the backslash twice", False),
    ("expected alphabetic", "a value cannot begin with '*' or '&'", "put the value in quotes", True),
    ("comment or line break", "text after '|' or '>' begins on the next line", "put a value that begins with '|' or '>' in quotes", False),
    ("a comment or a line break", "text after '|' or '>' begins on the next line", "put a value that begins with '|' or '>' in quotes", False),
    ("expected the node content", "a value is missing or cannot begin like this", "put the value in quotes", False),
    ("did not find expected node content", "a value is missing or cannot begin like this", "put the value in quotes", False),
)  # fmt: skip


class _StopError(Exception):
    """Reading cannot go on; the problem is noted."""


def compose(
    text: str,
    findings: Findings,
    *,
    first_line: int = 1,
    syntax: str = "front-matter-syntax",
    any_character: bool = False,
) -> Node | None:
    """Return the one document of a YAML text as nodes; None when there is nothing that could be read.

    `text` has LF line ends and no control characters. `first_line` is the line of the file that it begins on, and
    `syntax` the rule that faults of form are reported under. With `any_character` escapes may stand for what no page can
    hold, and who reads the nodes sees to it.
    """
    known = len(findings.problems)
    composer = _Composer(findings, text, first_line, syntax, any_character=any_character)
    try:
        return composer.document()
    except _StopError:
        pass
    except yaml.YAMLError as error:
        before = text[: _beyond_the_parser(error)]
        if len(before) < len(text):
            # What stands before goes deep enough to be refused here, at the place where it goes too deep.
            del findings.problems[known:]
            return compose(before, findings, first_line=first_line, syntax=syntax, any_character=any_character)
        composer.explain(error)
    return composer.partial()


def _beyond_the_parser(error: yaml.YAMLError) -> int | None:
    """Return where nesting goes deeper than the parser itself goes, None where the fault is another.

    libyaml 0.2.6 looks ahead on a line and refuses its thousandth level before it has told of the first.
    """
    if _LIMIT_OF_THE_PARSER not in (getattr(error, "problem", None) or ""):
        return None
    mark = getattr(error, "problem_mark", None)
    return None if mark is None else int(mark.index)


class _Composer:
    """Builds nodes from one text's events."""

    def __init__(self, findings: Findings, text: str, first_line: int, syntax: str, *, any_character: bool) -> None:
        self.any_character = any_character
        self.hashes = "#" in text
        self.odd = _HAS_BREAK.search(text) is not None
        self.text = text.translate(_BREAKS) if self.odd else text
        self.findings = findings
        self.line = first_line
        self.syntax = syntax
        self.root: list[tuple[ScalarNode, Node]] | None = None
        self.aliased = False
        self.events: Iterator[Any] = yaml.parse(self.text, Loader=_Loader)

    def partial(self) -> Node | None:
        """Return what was read before the last fault; a value on its line may be cut off (`title: Rust: a language`)."""
        if self.root is None:
            return None
        fault = self.findings.problems[-1].line
        kept = [entry for entry in self.root if entry[0].place.line < fault]
        return MappingNode(tuple(kept), Place(self.line, 1))

    def fault(self, place: Place, message: str, hint: str) -> None:
        self.findings.note(self.syntax, place, message, hint=hint)

    def place(self, start: Any, end: Any = None) -> Place:
        if end is None or end.line != start.line:
            return Place(start.line + self.line, start.column + 1, 1)
        return Place(start.line + self.line, start.column + 1, max(1, end.column - start.column))

    def document(self) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in self.events:
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.fault(
                        self.place(event.start_mark, event.end_mark),
                        "a second YAML document begins here",
                        "keep one, and take the '---' out",
                    )
                    break
            elif kind in (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent):
                node = self.node(event, 1)
        return node

    def node(self, event: Any, depth: int) -> Node | None:
        kind = type(event)
        start = event.start_mark
        if event.anchor is not None:
            self.refuse_alias(event)
            if kind is yaml.AliasEvent:
                return None
        refused = event.tag is not None
        if refused:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fault(self.place(start), f"the YAML tag '{abridged(tag)}' has no meaning here", "take the tag out")
        if kind is yaml.ScalarEvent:
            value = event.value.translate(_BREAKS_BACK) if self.odd else event.value
            if event.style:
                scalar = ScalarNode(value, self.place(start, event.end_mark), "quoted")
            else:
                scalar = ScalarNode(value, self.place(start, event.end_mark), "plain", *self.remark(event.end_mark))
            return None if refused else self.checked(scalar)
        if depth > MAX_DEPTH:
            self.fault(
                self.place(start), f"lists and mappings stand more than {MAX_DEPTH} deep in one another", "flatten them"
            )
            raise _StopError
        if kind is yaml.SequenceStartEvent:
            items: list[Node] = []
            for inner in self.events:
                if type(inner) is yaml.SequenceEndEvent:
                    break
                item = self.node(inner, depth + 1)
                if item is not None:
                    items.append(item)
            return None if refused else ListNode(tuple(items), self.place(start, inner.end_mark))
        entries: list[tuple[ScalarNode, Node]] = []
        if self.root is None:
            self.root = entries
        end = self.fill(entries, depth)
        return None if refused else MappingNode(tuple(entries), self.place(start, end))

    def fill(self, entries: list[tuple[ScalarNode, Node]], depth: int) -> Any:
        seen: dict[str, int] = {}
        for inner in self.events:
            if type(inner) is yaml.MappingEndEvent:
                return inner.end_mark
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if key is None:
                continue
            if not isinstance(key, ScalarNode):
                self.fault(
                    key.place,
                    "a key is a word, not a list or a mapping",
                    "put a value that begins with '[' or '{' in quotes",
                )
            elif key.style == "plain" and key.text == "<<":
                self.fault(key.place, "merge keys ('<<') are not read", "write the keys out")
            elif key.text == "":
                self.fault(key.place, "a value without a key", "write the key before the colon")
            elif key.text in seen:
                self.findings.tell(DUPLICATE_KEY.again(f"the key '{abridged(key.text)}'", seen[key.text]), key.place)
            else:
                seen[key.text] = key.place.line
                if value is not None:
                    entries.append((key, value))
        raise AssertionError("a mapping's events always end")

    def remark(self, end: Any) -> tuple[Place | None, bool]:
        """Return where a comment begins after a plain value, and whether its first letter clings to the mark."""
        found = _REMARK.match(self.text, end.index) if self.hashes else None
        if found is None:
            return None, False
        column = end.column + found.start(1) - end.index
        length = len(self.text[found.start(1) - 1 :].partition("\n")[0].rstrip())
        return Place(end.line + self.line, column, length), bool(found[1].strip())

    def checked(self, scalar: ScalarNode) -> ScalarNode | None:
        unfit = None if self.any_character else unfit_character(scalar.text)
        if unfit is None:
            return scalar
        self.findings.tell(CONTROL_CHARACTER.escaped(unfit, "this value"), scalar.place)
        return None

    def refuse_alias(self, event: Any) -> None:
        if self.aliased:
            return
        self.aliased = True
        mark = "*" if type(event) is yaml.AliasEvent else "&"
        rule = "alias-in-front-matter" if self.syntax == "front-matter-syntax" else self.syntax
        self.findings.note(
            rule,
            self.place(event.start_mark, event.end_mark if type(event) is yaml.AliasEvent else None),
            f"YAML's anchors and aliases ('{mark}{abridged(event.anchor)}') are not read",
            hint="write the value out where it is used, or put it in quotes if it is text",
        )

    def explain(self, error: yaml.YAMLError) -> None:
        """Note a fault of form in the writer's words, where the writer went wrong rather than where the parser noticed."""
        noticed = getattr(error, "problem_mark", None)
        began = getattr(error, "context_mark", None)
        said = " ".join(
            str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part
        )
        for needle, message, hint, at_beginning in _MENDS:
            if needle in said:
                mark = (began if at_beginning else noticed) or noticed or began
                self.fault(self.within(mark), *self.on_line(mark).get(needle, (message, hint)))
                return
        hint = "put values that hold special characters in quotes"
        self.fault(self.within(noticed or began), f"this is not YAML: {said or error}", hint)

    def within(self, mark: Any) -> Place:
        """Return where a mark stands; the parser may see a fault only on the line after the last."""
        if mark is None:
            return Place(self.line, 1)
        lines = self.text.rstrip("\n").split("\n")
        if mark.line < len(lines):
            return self.place(mark)
        return Place(self.line + len(lines) - 1, max(1, len(lines[-1])))

    def on_line(self, mark: Any) -> dict[str, tuple[str, str]]:
        """Return what the text before a fault on its line says of its cause, by the parser's words."""
        lines = self.text.split("\n")
        before = lines[mark.line][: mark.column] if mark is not None and mark.line < len(lines) else ""
        if mark is not None and mark.line < len(lines) and lines[mark.line].startswith("\t", mark.column):
            return {"cannot start any token": ("this line is indented with a tab", "indent with spaces")}
        if re.fullmatch(r"\s+[\w-]+", before):
            return {"mapping values are not allowed": _MISALIGNED}
        if before.strip():
            return dict.fromkeys(("did not find expected key", "expected <block end>"), _TRAILING)
        return {}
