"""Notebooks that are written as Markdown, MyST's and Jupytext's: their cells become listings, each line on its own line.

`{code-cell}` is a fence of MyST whose first lines may be options; Jupytext writes what a cell's metadata says behind the
language of its fence. What stood in the lines of options is done or told, and these are left blank, so that every other
line is the file's.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from proofpress.content.nodes import ListNode, MappingNode, Node, ScalarNode
from proofpress.content.notebooks.magics import tongue_of
from proofpress.content.notebooks.options import Manner, manner_of
from proofpress.content.notebooks.transcript import info_of
from proofpress.content.yaml_nodes import compose
from proofpress.model import Place
from proofpress.problems import did_you_mean
from proofpress.rules.notebooks import UNSHOWN_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.findings import Findings

_FENCE: Final = re.compile(r"(?P<indent> {0,3})(?P<marks>`{3,}|~{3,})(?P<info>.*)")
_CELL: Final = re.compile(r"[ ]?\{(?P<kind>code-cell|raw-cell)\}[ \t]*(?P<language>[^\s{}]*)[ \t]*")
_BREAK: Final = re.compile(r"\+\+\+(?:[ \t]+(?P<metadata>\{.*\}))?[ \t]*")
_REGION: Final = re.compile(r"<!-- #region\b[^{}]*(?P<metadata>\{.*\})[ \t]*-->[ \t]*")
_END_OF_REGION: Final = re.compile(r"<!-- #endregion -->[ \t]*")
_COLON: Final = re.compile(r":(?P<key>[A-Za-z][\w-]*):(?:[ \t]+(?P<value>.*))?")
_PLAIN: Final = re.compile(r"[ ]?(?P<language>[\w+#.-]+)[ \t]+(?P<rest>\S.*)")
_KEY: Final = re.compile(r"(?P<key>[A-Za-z][\w.-]*)=")
_SILENT: Final = frozenset(
    {
        "slideshow", "editable", "deletable", "scrolled", "trusted", "execution", "nbgrader", "pycharm", "papermill", "colab",
        "colab_type", "outputId", "ExecuteTime", "lines_to_next_cell", "jp-MarkdownHeadingCollapsed", "run_control", "hidden",
        "executionInfo", "user_expressions", "force", "mystnb", "class", "load", "figclass", "align", "id", "width", "height",
        "collapsed", "code_folding", "heading_collapsed", "cell_style", "eval", "active", "ein.tags", "autoscroll", "label-only",
    }
)  # fmt: skip
"""What speaks to the programs in which notebooks are written and run."""
_SHOWN: Final = ("tags", "caption", "name", "label", "number-lines", "lineno-start", "emphasize-lines", "filename")


def kernel_of(extra: Mapping[str, Any]) -> str | None:
    """Return the language of the kernel that front matter names, which may be empty; None where it names none."""
    holders = [extra, extra.get("jupyter")]
    for holder in holders:
        if isinstance(holder, dict) and isinstance(own := holder.get("kernelspec"), dict):
            return next((one for key in ("language", "name") if isinstance(one := own.get(key), str)), "")
    if any(isinstance(holder, dict) and isinstance(holder.get("jupytext"), dict) for holder in holders):
        return ""
    return None


def read_cells(text: str, first_line: int, kernel: str, findings: Findings) -> str:
    """Return a text with its cells as listings. What in them has no effect is told at its line."""
    reading = _Reading(text.split("\n"), first_line, kernel, findings)
    reading.read()
    return "\n".join(reading.lines)


class _Reading:
    """A text, line by line: those of options and of what is removed become blank."""

    def __init__(self, lines: list[str], first_line: int, kernel: str, findings: Findings) -> None:
        self.lines = lines
        self._first = first_line
        self._kernel = kernel
        self._findings = findings

    def read(self) -> None:
        """Read all cells."""
        at, removed, region = 0, False, False
        lines = self.lines
        while at < len(lines):
            fence = _FENCE.fullmatch(lines[at])
            if fence is not None and not (fence["marks"][0] == "`" and "`" in fence["info"]):
                end = self._end(at, fence["marks"])
                cell = _CELL.fullmatch(fence["info"])
                if cell is not None:
                    removed = False
                    self._cell(at, end, fence, cell)
                elif removed or region:
                    self._blank(at, end + 1)
                elif (plain := _PLAIN.fullmatch(fence["info"])) is not None:
                    self._plain(at, end, fence, plain)
                at = end + 1
                continue
            if (mark := _BREAK.fullmatch(lines[at])) is not None:
                removed = _removes(mark["metadata"])
                lines[at] = ""
            elif not region and "#region" in lines[at] and (mark := _REGION.fullmatch(lines[at])) is not None:
                region = _removes(mark["metadata"])
            elif region and _END_OF_REGION.fullmatch(lines[at]):
                region = False
            elif removed or region:
                lines[at] = ""
            at += 1

    def _end(self, at: int, marks: str) -> int:
        """Return the index of the line that closes a fence; of the last line where none does."""
        for index in range(at + 1, len(self.lines)):
            bare = self.lines[index].strip()
            if bare.startswith(marks) and not bare.strip(marks[0]):
                return index
        return len(self.lines) - 1

    def _blank(self, begin: int, end: int) -> None:
        self.lines[begin:end] = [""] * (end - begin)

    def _cell(self, at: int, end: int, fence: re.Match[str], cell: re.Match[str]) -> None:
        """Read a cell of MyST's, from the line of its fence to the one that closes it."""
        count, options = self._options(at + 1, end)
        kind = options.pop("raw_mimetype", None)
        body = self.lines[at + 1 + count : end]
        if cell["kind"] == "raw-cell":
            self._raw(at, end, count, kind.text if isinstance(kind, ScalarNode) else "")
            return
        manner, taken = manner_of(_words(options.pop("tags", None)), {}, body)
        extra = self._heed(manner, options)
        self._tell(manner, at + 1 + count)
        if manner.removed or not manner.shows_code:
            self._blank(at, end + 1)
            return
        tongue = tongue_of("\n".join(body[taken:]), cell["language"] or self._kernel or "python", {})
        opening = at + count + taken
        while opening + 1 < end and not self.lines[opening + 1].strip():
            opening += 1
        self._blank(at, opening)
        info = " ".join([info_of(tongue, manner, manner.label), *extra])
        self.lines[opening] = f"{fence['indent']}{fence['marks']}{info}"

    def _options(self, at: int, end: int) -> tuple[int, dict[str, Node]]:
        """Return how many lines of a cell are options, in either of MyST's forms, and what they say."""
        lines = self.lines
        if at < end and lines[at].strip() == "---":
            close = next((index for index in range(at + 1, end) if lines[index].strip() == "---"), None)
            if close is None:
                return 0, {}
            root = compose("\n".join(lines[at + 1 : close]) + "\n", self._findings, first_line=self._first + at + 1)
            found = {key.text: node for key, node in root.entries} if isinstance(root, MappingNode) else {}
            return close + 1 - at, found
        options: dict[str, Node] = {}
        count = 0
        while at + count < end and (option := _COLON.fullmatch(lines[at + count].strip())) is not None:
            place = Place(self._first + at + count, lines[at + count].index(":") + 2, len(option["key"]))
            value = option["value"] or ""
            node = (
                compose(value + "\n", self._findings, first_line=place.line)
                if value[:1] in ("[", "{", '"', "'")
                else None
            )
            options[option["key"]] = node or ScalarNode(value, place)
            if node is not None:
                options[option["key"]] = _moved(node, place)
            count += 1
        return count, options

    def _heed(self, manner: Manner, options: dict[str, Node]) -> list[str]:
        """Do as options say; return what more stands in the listing's info string."""
        extra: list[str] = []
        for key, node in options.items():
            value = node.text.strip() if isinstance(node, ScalarNode) else ""
            match key.lower().replace("_", "-"):
                case "caption" | "filename" if value:
                    manner.title = value
                case "name" | "label" if value:
                    manner.label = value
                case "number-lines" | "linenos":
                    manner.numbered = value.lower() != "false"
                case "lineno-start" if value.isdecimal():
                    extra.append(f"start={value}")
                case "emphasize-lines" if value:
                    extra.append(f"{{{value}}}")
                case "hide-input" | "hide_input":
                    manner.folds_code = value.lower() != "false"
                case _ if key not in _SILENT:
                    place = node.place
                    hint = did_you_mean(key, _SHOWN) or "take it out, or write one that is known"
                    self._findings.note("listing-options", place, f"a cell has no option '{key[:60]}'", hint)
        return extra

    def _tell(self, manner: Manner, at: int) -> None:
        """Tell of `#|` lines without an effect; the code begins at an index."""
        for slip in manner.slips:
            place = Place(self._first + at + slip.line, slip.column, len(slip.word))
            self._findings.note("listing-options", place, f"a cell has no option '{slip.word[:60]}'", slip.hint)

    def _raw(self, at: int, end: int, count: int, kind: str) -> None:
        """Leave the text of a raw cell as it is, without its fence, or leave it out where it is for another format."""
        if kind.strip().lower() in ("", "text/markdown", "text/html"):
            self._blank(at, at + 1 + count)
            self._blank(end, end + 1)
            return
        name = {"text/latex": "LaTeX", "text/restructuredtext": "reStructuredText"}.get(kind, f"'{kind[:40]}'")
        self._findings.tell(UNSHOWN_OUTPUT.raw(name), Place(self._first + at, 1, len(self.lines[at])))
        self._blank(at, end + 1)

    def _plain(self, at: int, end: int, fence: re.Match[str], plain: re.Match[str]) -> None:
        """Read what Jupytext writes behind the language of a cell's fence."""
        metadata, kept = _metadata(plain["rest"])
        if not metadata:
            return
        manner, _ = manner_of(_strings(metadata.get("tags")), metadata, ())
        if manner.removed or not manner.shows_code:
            self._blank(at, end + 1)
            return
        words = [plain["language"], *(["collapse"] if manner.folds_code else []), *([kept] if kept else [])]
        self.lines[at] = f"{fence['indent']}{fence['marks']}{' '.join(words)}"


def _metadata(rest: str) -> tuple[dict[str, Any], str]:
    """Part what Jupytext writes of a cell's metadata from what is an option of a listing."""
    found: dict[str, Any] = {}
    kept: list[str] = []
    at = 0
    decoder = json.JSONDecoder()
    while at < len(rest):
        if rest[at] in " \t":
            at += 1
            continue
        key = _KEY.match(rest, at)
        if key is not None and (key["key"] in _SILENT or key["key"] in ("tags", "jupyter", "hide_input")):
            try:
                found[key["key"]], at = decoder.raw_decode(rest, key.end())
                continue
            except (ValueError, RecursionError):
                pass
        end = min(position for position in (rest.find(" ", at), len(rest)) if position >= 0)
        word = rest[at:end]
        if word in (".noeval", ".active-ipynb"):
            found[word] = True
        else:
            kept.append(word)
        at = end
    return found, " ".join(kept)


def _removes(metadata: str | None) -> bool:
    """Tell whether the metadata of a cell of words says that it is left out."""
    try:
        found = json.loads(metadata) if metadata else {}
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and manner_of(_strings(found.get("tags")), {}, ())[0].removed


def _strings(value: Any) -> Sequence[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _words(node: Node | None) -> list[str]:
    """Return the words of a list, or of one value with commas or blanks between them."""
    if isinstance(node, ListNode):
        return [one.text for one in node.items if isinstance(one, ScalarNode)]
    return re.split(r"[\s,]+", node.text.strip()) if isinstance(node, ScalarNode) else []


def _moved(node: Node, place: Place) -> Node:
    """Return a value with the place of its option."""
    match node:
        case ListNode():
            return ListNode(node.items, place)
        case MappingNode():
            return MappingNode(node.entries, place)
        case _:
            return ScalarNode(node.text, place)
