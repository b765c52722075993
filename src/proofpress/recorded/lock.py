"""The lock: what a post's listings gave, as the text of the file beside it, `hello.run.yaml` of `hello.md`.

It is YAML with one block for each listing, so that a change of one is a change of its lines alone. What was printed
stands in it as it was seen, line for line; text that would not survive an editor, or acts on a terminal (blanks at
a line's end, control characters, marks that turn the direction of writing), stands in double quotes with escapes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from proofpress.content.nodes import Findings, ListNode, MappingNode, ScalarNode
from proofpress.content.text import decode
from proofpress.content.yaml_nodes import compose
from proofpress.model import Place
from proofpress.recorded.values import Drawn, Lock, Printed, Raised, Ran, Table, Value
from proofpress.rules.runs import UNREAD_LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.content.nodes import Node
    from proofpress.problems import Problem
    from proofpress.recorded.values import Output

_REMARK: Final = "# What the listings of this post gave. 'proofpress run' writes this file: keep it beside the post.\n"
_WORD: Final = re.compile(r"[A-Za-z0-9_](?:[\w.+/@ -]*[\w.+/@-])?", re.ASCII)
"""What needs no quotes, wherever it stands."""
_PICTURE: Final = re.compile(r"\w[\w-]*\.(?:png|svg)", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]*")
_MERGE: Final = re.compile(r"^<{7} ", re.MULTILINE)
_BLANK_AT_AN_END: Final = re.compile(r"[^\S\n](?:\n|\Z)")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\0": "\\0"}


def renewed(before: Lock | None, after: Lock) -> Lock:
    """Return the lock to be kept after a run: the one before, where all listings gave what they gave then."""
    return before if before is not None and before.listings == after.listings else after


# ---------------------------------------------------------------- writing


def written(lock: Lock) -> str:
    """Return a lock as the text of its file; equal locks give the same."""
    lines = [_REMARK, f"when: {_word(lock.when)}\n", f"platform: {_word(lock.platform)}\n"]
    lines.append("versions:\n" if lock.versions else "versions: {}\n")
    lines += [f"  {_word(name)}: {_word(version)}\n" for name, version in sorted(lock.versions.items())]
    lines.append("listings:\n" if lock.listings else "listings: []\n")
    for ran in lock.listings:
        lines.append(f"- code: {_word(ran.code)}\n")
        if ran.after:
            lines.append(f"  after: {_word(ran.after)}\n")
        if ran.read:
            lines.append("  read:\n")
            lines += [f"    {_word(path)}: {_word(known)}\n" for path, known in sorted(ran.read.items())]
        if ran.outputs:
            lines.append("  outputs:\n")
            for output in ran.outputs:
                lines += _output(output)
    return "".join(lines)


def _output(output: Output) -> Iterator[str]:
    match output:
        case Printed():
            yield f"  - {output.stream}: {_text(output.text)}"
        case Value():
            yield f"  - value: {_text(output.text)}"
        case Table():
            yield "  - table:\n"
            for row in (output.header, *output.rows):
                yield f"    - [{', '.join(_word(cell) for cell in row)}]\n"
        case Drawn():
            yield f"  - picture: {_word(output.file)}\n"
        case Raised():
            yield f"  - raised: {_word(output.name)}\n"
            if output.line:
                yield f"    line: {output.line}\n"
            if output.message:
                yield f"    message: {_text(output.message)}"


def _word(text: str) -> str:
    """Return a text as it stands on one line."""
    return text if _WORD.fullmatch(text) else f'"{_escaped(text)}"'


def _text(text: str) -> str:
    """Return a text behind its key: as it is, or in quotes where that would not hold it safely."""
    if "\n" not in text and _WORD.fullmatch(text):
        return f"{text}\n"
    seen = text.strip("\n") and not text.endswith("\n\n") and not _BLANK_AT_AN_END.search(text)
    if seen and all(map(_is_seen, set(text))):
        header = "|2" if text[0] in " \n\t" else "|"
        lines = text.removesuffix("\n").split("\n")
        kept = "" if text.endswith("\n") else "-"
        return f"{header}{kept}\n" + "".join(f"      {line}\n" if line else "\n" for line in lines)
    if "\n" not in text.rstrip("\n"):
        return f'"{_escaped(text)}"\n'
    lines = text.split("\n")
    ended = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return '"\\\n' + "\\\n".join(f"      {_line(line)}" for line in ended) + '"\n'


def _line(line: str) -> str:
    """Return a line of a text in quotes: the blank that it begins with would be taken for an indent."""
    return "\\" + _escaped(line) if line.startswith(" ") else _escaped(line)


def _is_seen(character: str) -> bool:
    return character in "\n\t" or character.isprintable() or unicodedata.category(character) == "Zs"


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable() and "\\" not in text and '"' not in text:
        return text
    return "".join(
        escape
        if (escape := _ESCAPES.get(character)) is not None
        else character
        if character.isprintable()
        else _number(ord(character))
        for character in text
    )


def _number(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    if 0xD800 <= code < 0xE000:  # half a character is none
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# ---------------------------------------------------------------- reading


class _NoLockError(Exception):
    """It is no lock; what is wrong is noted."""


def read(path: str, data: bytes) -> tuple[Lock | None, tuple[Problem, ...]]:
    """Return the lock that a file holds, or None and what is wrong with it, whatever its bytes."""
    findings = Findings(path)
    text = decode(data, findings)
    if found := _MERGE.search(text):
        findings.tell(UNREAD_LOCK.merge(), Place(text.count("\n", 0, found.start()) + 1, 1, 7))
        return None, tuple(findings.problems)
    node = compose(text, findings, syntax=UNREAD_LOCK.name, any_character=True)
    if not findings.problems:
        try:
            return _Reading(findings).lock(node), ()
        except _NoLockError:
            pass
    return None, tuple(sorted(findings.problems)[:1])


class _Reading:
    """Reads one lock from its nodes. What is not as `written` has it ends it."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def no(self, place: Place, why: str) -> _NoLockError:
        self._findings.tell(UNREAD_LOCK.says_no(why), place)
        return _NoLockError()

    def lock(self, node: Node | None) -> Lock:
        if node is None:
            raise self.no(Place(1, 1), "this lock is empty")
        found = self.mapping(node, "a lock", {"when", "platform", "versions", "listings"})
        return Lock(
            when=self.word(found, "when", node),
            platform=self.word(found, "platform", node),
            versions=self.words(found.get("versions")),
            listings=tuple(self.ran(one) for one in self.items(found.get("listings"), "listings")),
        )

    def ran(self, node: Node) -> Ran:
        found = self.mapping(node, "a listing", {"code", "after", "read", "outputs"})
        return Ran(
            code=self.digest(found, "code", node),
            after=self.digest(found, "after", node) if "after" in found else "",
            read=self.words(found.get("read")),
            outputs=tuple(self.output(one) for one in self.items(found.get("outputs"), "outputs")),
        )

    def output(self, node: Node) -> Output:
        known = {"stdout", "stderr", "value", "table", "picture", "raised", "line", "message"}
        found = self.mapping(node, "an output", known)
        kind = next(iter(found), "")
        match kind:
            case "raised":
                line = self.word(found, "line", node) if "line" in found else "0"
                if not (line.isascii() and line.isdecimal() and len(line) < 10):
                    raise self.no(found["line"].place, "'line' is a number")
                message = self.word(found, "message", node) if "message" in found else ""
                return Raised(self.word(found, kind, node), message, int(line))
            case _ if len(found) != 1 or kind in {"line", "message"}:
                raise self.no(node.place, "an output is one of stdout, stderr, value, table, picture and raised")
            case "table":
                rows = [self.row(row) for row in self.items(found[kind], kind)]
                if not rows:
                    raise self.no(node.place, "this table has no row")
                return Table(rows[0], tuple(rows[1:]))
            case "picture":
                file = self.word(found, kind, node)
                if not _PICTURE.fullmatch(file):
                    raise self.no(found[kind].place, "a picture is the name of a PNG or SVG")
                return Drawn(file)
            case "value":
                return Value(self.word(found, kind, node))
            case _:
                return Printed(self.word(found, kind, node), kind)

    def row(self, node: Node) -> tuple[str, ...]:
        return tuple(self.text(cell) for cell in self.items(node, "row"))

    def mapping(self, node: Node, what: str, known: set[str]) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            raise self.no(node.place, f"{what} is a mapping here")
        for key, _ in node.entries:
            if key.text not in known:
                raise self.no(key.place, f"{what} has no key '{key.text[:40]}'")
        return {key.text: value for key, value in node.entries}

    def items(self, node: Node | None, name: str) -> tuple[Node, ...]:
        if node is None:
            return ()
        if not isinstance(node, ListNode):
            raise self.no(node.place, f"'{name}' is a list")
        return node.items

    def words(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            raise self.no(node.place, "this is a mapping of words")
        return {key.text: self.text(value) for key, value in node.entries}

    def word(self, found: Mapping[str, Node], key: str, holder: Node) -> str:
        if key not in found:
            raise self.no(holder.place, f"'{key}' is missing here")
        return self.text(found[key])

    def digest(self, found: Mapping[str, Node], key: str, holder: Node) -> str:
        word = self.word(found, key, holder)
        if not _DIGEST.fullmatch(word):
            raise self.no(found[key].place, f"'{key}' is a digest")
        return word

    def text(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise self.no(node.place, "this is text")
        return node.text
