"""From nodes to typed values: each reader takes a node and its key, and returns a value or notes why there is none.

None stands for a value that is absent (`title:` with nothing after it) as well as for one that could not be read.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from proofpress.content import addresses, dates
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged, plain, shown
from proofpress.model import Author
from proofpress.patterns import lazy
from proofpress.problems import did_you_mean, nearest
from proofpress.rules.front_matter import LOST_TO_COMMENT, UNKNOWN_AUTHOR, UNKNOWN_KEY, UNSAFE_URL, WRONG_TYPE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

_YES: Final = frozenset({"true", "yes", "on"})
_NO: Final = frozenset({"false", "no", "off"})
_EMAIL: Final = lazy(r"[^\s@<>\"'&?:/\\]+@[^\s@<>\"'&?:/\\]+")


def wrong(node: Node, key: str, takes: str, findings: Findings, *, hint: str = "") -> None:
    """Note that a key takes something else."""
    findings.tell(WRONG_TYPE.takes(key, takes, shown(node), hint), node.place)


def whole(node: Node, key: str, findings: Findings, *, prose: bool = False) -> None:
    """Note a value that YAML's comment cuts: `title: Intro to C #1` says `Intro to C`, and `tags: #go` nothing.

    A mark with a blank after it (`date: 2024-01-05  # moved`) is a remark that was meant, but within `prose`, where it
    may as well be text (`C # for all`), as long as something stands before it.
    """
    if not isinstance(node, ScalarNode) or node.remark is None:
        return
    if node.clinging or (prose and not node.absent):
        findings.tell(LOST_TO_COMMENT.cut(key, abridged(node.text)), node.remark)


def text(node: Node, key: str, findings: Findings, *, takes: str = "text", prose: bool = False) -> str | None:
    """Read text, without white space around it; in NFC, so that equal words are equal. `prose` is as for `whole`."""
    whole(node, key, findings, prose=prose)
    if not isinstance(node, ScalarNode):
        hint = "put text that begins with '[' or '{' in quotes"
        wrong(node, key, takes, findings, hint=hint)
        return None
    if node.style == "typed":
        wrong(node, key, takes, findings, hint="put it in quotes")
        return None
    return unicodedata.normalize("NFC", node.text.strip()) or None


def free(node: Node, key: str, findings: Findings) -> Any:
    """Read anything, as `nodes.plain` does, and note the values that a comment cuts; a number or a truth is whole."""
    value = plain(node, findings)
    _cuts(node, value, key, findings)
    return value


def _cuts(node: Node, value: Any, key: str, findings: Findings) -> None:
    match node:
        case MappingNode():
            for name, inner in node.entries:
                _cuts(inner, value[name.text], name.text, findings)
        case ListNode():
            for inner, part in zip(node.items, value, strict=True):
                _cuts(inner, part, key, findings)
        case _ if value is None or isinstance(value, str):
            whole(node, abridged(key), findings)


def line(node: Node, key: str, findings: Findings) -> str | None:
    """Read text on one line: runs of spaces and line ends become one space, a no-break space stays."""
    read = text(node, key, findings, prose=True)
    return None if read is None else re.sub("[ \t\n\u2028\u2029]+", " ", read)


def boolean(node: Node, key: str, findings: Findings, *, takes: str = "true or false") -> bool | None:
    """Read true or false (also yes, no, on, off: the key's type leaves no doubt)."""
    if isinstance(node, ScalarNode):
        if node.absent:
            return None
        word = node.text.strip().lower()
        if word in _YES:
            return True
        if word in _NO:
            return False
    wrong(node, key, takes, findings)
    return None


def integer(node: Node, key: str, findings: Findings, *, least: int, most: int) -> int | None:
    """Read a whole number within bounds."""
    if isinstance(node, ScalarNode):
        if node.absent:
            return None
        word = node.text.strip()
        if re.fullmatch(r"[0-9]{1,9}", word) and least <= int(word) <= most:
            return int(word)
    wrong(node, key, f"a whole number from {least} to {most}", findings)
    return None


def choice(node: Node, key: str, choices: Sequence[str], findings: Findings) -> str | None:
    """Read one of a few words."""
    if isinstance(node, ScalarNode):
        word = node.text.strip().lower()
        if word in choices:
            return word
        if node.absent:
            return None
        takes = ", ".join(choices[:-1]) + f" or {choices[-1]}"
        wrong(node, key, takes, findings, hint=did_you_mean(node.text, choices))
        return None
    wrong(node, key, ", ".join(choices[:-1]) + f" or {choices[-1]}", findings)
    return None


def moment(node: Node, key: str, zone: dt.tzinfo, findings: Findings) -> dates.Moment | None:
    """Read a day, or a day and a time."""
    if not isinstance(node, ScalarNode):
        wrong(node, key, "a date", findings, hint="write 2024-01-05 or 2024-01-05 09:30")
        return None
    if node.absent or not node.text.strip():
        return None
    read = dates.moment(node.text, zone)
    if isinstance(read, dates.Moment):
        return read
    findings.note(read.rule, node.place, f"'{abridged(node.text)}' {read.message}", hint=read.hint)
    return None


def words(node: Node, key: str, findings: Findings, *, split: bool) -> list[tuple[str, Node]]:
    """Read a list of words, or one string (with `split`, words with commas between); repeats and empty ones drop out."""
    found: dict[str, Node] = {}
    if isinstance(node, ListNode):
        for item in node.items:
            if isinstance(item, ScalarNode) and item.absent:
                whole(item, key, findings)
                continue
            word = text(item, key, findings, takes="a list of words", prose=True)
            if word:
                found.setdefault(" ".join(word.split()), item)
    elif isinstance(node, MappingNode):
        wrong(node, key, "a list of words", findings)
    elif node.absent:
        whole(node, key, findings)
    else:
        word = text(node, key, findings, takes="a list of words", prose=True)
        for part in (word or "").split(",") if split else [word or ""]:
            found.setdefault(" ".join(part.split()), node)
    found.pop("", None)
    return list(found.items())


def address(
    node: Node, key: str, findings: Findings, *, schemes: frozenset[str] = frozenset({"http", "https"})
) -> str | None:
    """Read an address that is safe on a page."""
    written = text(node, key, findings, takes="an address")
    if written is None:
        return None
    checked = addresses.web_address(written, schemes=schemes)
    if isinstance(checked, addresses.Refusal):
        findings.tell(UNSAFE_URL.address(abridged(written), checked.message, checked.hint), node.place)
        return None
    return checked


def site_path(node: Node, key: str, findings: Findings) -> str | None:
    """Read a path of this site."""
    written = text(node, key, findings, takes="a path of this site")
    if written is None:
        return None
    checked = addresses.site_path(written)
    if isinstance(checked, addresses.Refusal):
        findings.tell(UNSAFE_URL.path(key, abridged(written), checked.message, checked.hint), node.place)
        return None
    return checked


def authors(node: Node, key: str, known: Sequence[Author], findings: Findings) -> tuple[Author, ...]:
    """Read one author or several, each a name or a mapping with a name; names known to the site bring url and email."""
    by_name = {author.name: author for author in known}
    found: dict[str, Author] = {}
    for item in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(item, ScalarNode) and item.absent:
            whole(item, key, findings)
            continue
        read = _author(item, key, by_name, findings)
        if read is not None:
            found.setdefault(read.name, read)
    return tuple(found.values())


def _check_name(name: str, node: Node, known: Mapping[str, Author], findings: Findings) -> None:
    """Note a name that is nearly one of the settings' authors; any other belongs to a guest, who need not be listed."""
    meant = nearest(name, known) if known else None
    if meant is not None and difflib.SequenceMatcher(None, name.casefold(), meant.casefold()).ratio() > 0.8:
        findings.tell(UNKNOWN_AUTHOR.nearly(abridged(name), meant), node.place)


def _author(node: Node, key: str, known: Mapping[str, Author], findings: Findings) -> Author | None:
    if isinstance(node, ListNode):
        wrong(node, key, "a name, or a mapping with a name", findings)
        return None
    if isinstance(node, ScalarNode):
        name = text(node, key, findings, takes="a name", prose=True)
        if name is None:
            return None
        name = " ".join(name.split())
        if name not in known:
            _check_name(name, node, known, findings)
        return known.get(name, Author(name))
    said: dict[str, str] = {}
    for field, value in node.entries:
        if field.text == "name":
            name = text(value, f"{key}: name", findings)
            if name:
                said["name"] = " ".join(name.split())
        elif field.text == "url":
            url = address(value, f"{key}: url", findings)
            if url:
                said["url"] = url
        elif field.text == "email":
            email = text(value, f"{key}: email", findings)
            if email and _EMAIL.fullmatch(email):
                said["email"] = email
            elif email:
                wrong(value, f"{key}: email", "an address such as me@example.org", findings)
        elif nearest(
            field.text, ("name", "url", "email")
        ):  # other generators have more fields, and those say nothing here
            mend = did_you_mean(field.text, ("name", "url", "email"))
            findings.tell(UNKNOWN_KEY.of_an_author(abridged(field.text), mend), field.place)
    if "name" not in said:
        if not any(field.text == "name" for field, _ in node.entries):
            findings.tell(WRONG_TYPE.nameless_author(), node.place)
        return None
    if said["name"] not in known and len(said) == 1:
        _check_name(said["name"], node, known, findings)
    settled = known.get(said["name"])
    return Author(
        said["name"],
        said.get("url", settled.url if settled else ""),
        said.get("email", settled.email if settled else ""),
    )
