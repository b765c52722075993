"""A notebook as Jupyter stores it (nbformat 4): bytes to its cells, or to why it can't be read.

Nothing of a notebook is believed: each value is looked at before it is taken for what the format says that it is.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.content.notebooks.json_places import JSONFault, elements, members, root

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT: Final = 4
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Data(msgspec.Struct, frozen=True, gc=False):
    """What an output or an attachment is in one type: its text, and where that stands in the file."""

    text: str
    start: int
    end: int


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell gave: a stream's text, an error's, or one thing in several types, of which a page shows the best."""

    kind: str
    at: int
    """Where it begins in the file."""
    name: str = ""
    """The stream's, or the error's."""
    text: str = ""
    """Of a stream; of an error its message."""
    traceback: str = ""
    data: dict[str, Data] = {}
    metadata: dict[str, Any] = {}


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line of a cell, and where it stands: in which of the file's strings, and behind how many characters of that."""

    text: str
    at: int
    """Where the string begins, with its quotation mark."""
    before: int


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell."""

    number: int
    """From 1."""
    kind: str
    at: int
    lines: tuple[Line, ...]
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}
    attachments: dict[str, dict[str, Data]] = {}
    outputs: tuple[Output, ...] = ()

    @property
    def text(self) -> str:
        """Its lines."""
        return "\n".join(line.text for line in self.lines)


class Notebook(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook."""

    cells: tuple[Cell, ...]
    metadata: dict[str, Any]

    @property
    def language(self) -> str:
        """The language of its code, as its kernel calls it; Python where nothing says, as Jupyter has it."""
        for holder, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
            own = self.metadata.get(holder)
            if isinstance(own, dict) and isinstance(found := own.get(key), str) and found.strip():
                return found.strip()
        return "python"


def read_notebook(text: str) -> Notebook:
    """Return the notebook that a file holds. Raises JSONFault for what is none of the format."""
    whole = root(text)
    if not isinstance(whole.value, dict):
        raise JSONFault(whole.start, "this is no notebook: a notebook is an object with 'cells'")
    parts = {one.name: one for one in members(text, whole.start)}
    _check_format(whole.value, whole.start)
    cells = parts.get("cells")
    if cells is None or not isinstance(cells.value, list):
        raise JSONFault(cells.start if cells else whole.start, "this is no notebook: it has no list 'cells'")
    metadata = whole.value.get("metadata")
    if isinstance(metadata, dict):
        for one in members(text, parts["metadata"].start):  # a key that says two things may say that it is a draft
            if isinstance(one.value, dict):
                deque(members(text, one.start), maxlen=0)
    return Notebook(
        cells=tuple(
            _cell(text, number, value, start) for number, (value, start, _) in enumerate(elements(text, cells.start), 1)
        ),
        metadata=_clean(metadata) if isinstance(metadata, dict) else {},
    )


def _check_format(whole: dict[str, Any], at: int) -> None:
    written = whole.get("nbformat")
    if "worksheets" in whole or (isinstance(written, int | float) and written < FORMAT):
        raise JSONFault(
            at,
            "this notebook has the format of before 2015",
            "write it anew with 'jupyter nbconvert --to notebook --inplace' and its name",
        )
    if not isinstance(written, int) or isinstance(written, bool):
        raise JSONFault(at, "this is no notebook: 'nbformat' does not say which format it has")
    if written > FORMAT:
        raise JSONFault(at, f"the format {written} of notebooks is not known", "save it in the format 4")


def _cell(text: str, number: int, value: Any, start: int) -> Cell:
    """Return a cell. Raises JSONFault."""
    if not isinstance(value, dict):
        raise JSONFault(start, f"cell {number} is no object")
    parts = {one.name: one for one in members(text, start)}
    kind = value.get("cell_type")
    if kind not in ("markdown", "code", "raw"):
        raise JSONFault(start, f"cell {number} says of no kind that is known that it is one: 'cell_type'")
    if "source" not in parts:
        raise JSONFault(start, f"cell {number} has no 'source'")
    metadata = value.get("metadata")
    metadata = _clean(metadata) if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    outputs = parts.get("outputs")
    attachments = parts.get("attachments")
    return Cell(
        number=number,
        kind=kind,
        at=parts["source"].start,
        lines=tuple(_lines(text, parts["source"].start, parts["source"].value, number)),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        metadata=metadata,
        attachments=_attachments(text, attachments.start)
        if attachments and isinstance(attachments.value, dict)
        else {},
        outputs=tuple(_outputs(text, outputs.start, outputs.value, number)) if kind == "code" and outputs else (),
    )


def _lines(text: str, start: int, value: Any, number: int) -> Iterator[Line]:
    """Give the lines of a cell: its text is one string, or a list of such, most often one for a line."""
    if isinstance(value, str):
        strings = [(value, start)]
    elif isinstance(value, list):
        strings = []
        for one in elements(text, start):
            if not isinstance(one.value, str):
                raise JSONFault(one.start, f"the 'source' of cell {number} is to be text")
            strings.append((one.value, one.start))
    else:
        raise JSONFault(start, f"the 'source' of cell {number} is to be text")
    begun = Line("", start, 0)
    for string, at in strings:
        done = 0
        for end in _LINE_END.finditer(string):
            piece = string[done : end.start()]
            yield Line(fit(begun.text + piece), begun.at, begun.before) if begun.text else Line(fit(piece), at, done)
            begun = Line("", at, end.end())
            done = end.end()
        if rest := string[done:]:
            begun = Line(begun.text + rest, begun.at, begun.before) if begun.text else Line(rest, at, done)
    if begun.text:
        yield Line(fit(begun.text), begun.at, begun.before)


def _outputs(text: str, start: int, value: Any, number: int) -> Iterator[Output]:
    if not isinstance(value, list):
        raise JSONFault(start, f"the 'outputs' of cell {number} are to be a list")
    for one in elements(text, start):
        if not isinstance(one.value, dict):
            raise JSONFault(one.start, f"an output of cell {number} is no object")
        yield _output(text, one.value, one.start)


def _output(text: str, value: dict[str, Any], start: int) -> Output:
    kind = value.get("output_type")
    kind = kind if isinstance(kind, str) else ""
    if kind == "stream":
        name = value.get("name")
        return Output(
            kind=kind, at=start, name="stderr" if name == "stderr" else "stdout", text=_joined(value.get("text"))
        )
    if kind == "error":
        return Output(
            kind=kind,
            at=start,
            name=_joined(value.get("ename")),
            text=_joined(value.get("evalue")),
            traceback=_joined(value.get("traceback"), "\n"),
        )
    metadata = value.get("metadata")
    own = next((one for one in members(text, start) if one.name == "data"), None)
    return Output(
        kind=kind,
        at=start,
        data=_data(text, own.start) if own and isinstance(own.value, dict) else {},
        metadata=_clean(metadata) if isinstance(metadata, dict) else {},
    )


def _attachments(text: str, start: int) -> dict[str, dict[str, Data]]:
    return {one.name: _data(text, one.start) for one in members(text, start) if isinstance(one.value, dict)}


def _data(text: str, start: int) -> dict[str, Data]:
    """Return what is there in each type; of a type that is no text, such as a widget's, none."""
    return {one.name.strip().lower(): Data(_joined(one.value), one.start, one.end) for one in members(text, start)}


def _joined(value: Any, between: str = "") -> str:
    """Return text that is stored as one string or as a list of its lines; nothing for anything else."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, list):
        return fit(between.join(one for one in value if isinstance(one, str)))
    return ""


def _clean(value: Any) -> Any:
    """Return a value of metadata whose texts can be written as UTF-8."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {fit(key): _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def fit(text: str) -> str:
    """Return text without halves of characters, which cannot be written as UTF-8."""
    return text if text.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
