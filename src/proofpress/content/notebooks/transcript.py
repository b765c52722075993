"""A notebook as the Markdown of a post: its cells in their order, code as listings, and what they gave beside it.

Each line of that Markdown knows from where in the notebook it is, so that what is found in it is told at the cell. Lines of a
cell stay as they are, each on a line of its own; only what leads to pictures within the notebook is written anew.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from proofpress.content import gate
from proofpress.content.gate import Verdict
from proofpress.content.notebooks.json_places import JSONFault, place_of
from proofpress.content.notebooks.magics import Tongue, tongue_of
from proofpress.content.notebooks.notebook import Cell, Notebook, read_notebook
from proofpress.content.notebooks.options import manner_of
from proofpress.content.notebooks.outputs import Figures, Piece, fenced, pieces
from proofpress.content.notebooks.pictures import TYPES, drawing
from proofpress.model import Drawing, Place
from proofpress.rules.front_matter import FOREIGN_FRONT_MATTER
from proofpress.rules.notebooks import NOTEBOOK_SYNTAX, UNSHOWN_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from proofpress.content.notebooks.options import Manner
    from proofpress.findings import Findings

_ATTACHMENT: Final = re.compile(r"attachment:([^\s()<>\"']+)")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_MARKDOWN: Final = frozenset({"", "text/markdown", "text/x-markdown", "markdown", "pdf"})
_HTML: Final = frozenset({"text/html", "html"})
_FORMATS: Final = {
    "text/latex": "LaTeX",
    "latex": "LaTeX",
    "text/restructuredtext": "reStructuredText",
    "text/x-python": "Python",
}
_ENVIRONMENT: Final = re.compile(r"[ ]{0,3}\\begin\{(?P<name>(?:equation|align|gather|multline|eqnarray)\*?)\}")
_TITLE: Final = re.compile(r" {0,3}#[ \t]+\S")
_KEYS_IN_A_LIST: Final = re.compile(
    r"\s*#[^\n]*\n(?:[ \t]*(?:>[^\n]*)?\n)*(?P<keys>(?:[-*][ \t]+[\w-]+:[^\n]*(?:\n|\Z))+)"
)
"""How fastpages and nbdev have it: a title, what it is about as a quote, and keys as a list."""
_NO_KEYS: Final = frozenset({"widgets", "kernelspec", "language_info"})
"""Parts of the metadata that say nothing of the post."""


class Origin(NamedTuple):
    """From where a line of the transcript is."""

    cell: int
    line: int
    """Of the cell, from 1; 0 for what is not a line of it."""
    output: int
    """Of the cell, from 1; 0 for what is none."""
    at: int
    """The offset in the file of the string that it stands in, or of what it stands for."""
    before: int = 0
    """How many characters of the string stand before it."""
    own: str | None = None
    """The cell's own line, where the transcript has another in its place."""


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook, written as Markdown."""

    text: str
    source: str
    """The file's text."""
    origins: tuple[Origin, ...] = ()
    """Of each line; none where the notebook can't be read, and places are those of the file."""
    drawings: tuple[Drawing, ...] = ()
    title: str = ""
    """As its metadata has it."""
    authors: tuple[tuple[str, str, str], ...] = ()
    """As its metadata has them: names, addresses on the web, and of mail."""
    says: Verdict | None = None
    """What its metadata says of being seen."""
    unread: bool = False


def transcript_of(data: bytes, path: str, findings: Findings) -> Transcript:
    """Write a notebook as Markdown; what is wrong with it is told at the line of that, or of the file where there is none."""
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        fault = NOTEBOOK_SYNTAX.unreadable(
            f"the byte 0x{data[error.start]:02X} is not UTF-8", "save it anew in Jupyter"
        )
        findings.tell(fault, Place(*place_of(before, len(before))))
        return Transcript(text="", source="", unread=True)
    try:
        notebook = read_notebook(source)
    except JSONFault as fault:
        findings.tell(NOTEBOOK_SYNTAX.unreadable(fault.reason, fault.mend), Place(*place_of(source, fault.at)))
        return Transcript(text="", source=source, unread=True)
    except RecursionError:
        findings.tell(NOTEBOOK_SYNTAX.unreadable("its metadata is nested deeper than can be read", ""), Place(1, 1))
        return Transcript(text="", source=source, unread=True)
    writing = _Writing(notebook, path, findings)
    writing.write()
    title = notebook.metadata.get("title")
    if any(_TITLE.match(line.text) for cell in notebook.cells if cell.kind == "markdown" for line in cell.lines):
        title = ""  # the text has its own
    return Transcript(
        text="\n".join(writing.lines) + "\n",
        source=source,
        origins=tuple(writing.origins),
        drawings=tuple(writing.drawings.values()),
        title=title.strip() if isinstance(title, str) else "",
        authors=tuple(_authors(notebook.metadata.get("authors"))),
        says=gate.strictest([_says(notebook.metadata), *writing.said]),
    )


class _Writing:
    """Writes a notebook, cell by cell."""

    def __init__(self, notebook: Notebook, path: str, findings: Findings) -> None:
        self.lines: list[str] = []
        self.origins: list[Origin] = []
        self.drawings: dict[str, Drawing] = {}
        self.said: list[Verdict | None] = []
        self._notebook = notebook
        self._path = path
        self._name = quote(posixpath.basename(path))
        self._findings = findings

    def write(self) -> None:
        """Write the front matter first, wherever it stands, and then all cells."""
        cells = list(self._notebook.cells)
        head = _front(cells)
        if head is not None:
            self._add_lines(head, head.text.split("\n"), 0)
        first = next((cell for cell in cells if cell.kind == "markdown"), None)
        for cell in cells:
            if cell is head:
                continue
            if cell is first and head is None and (listed := _KEYS_IN_A_LIST.match(cell.text)) is not None:
                self._keys_in_a_list(cell, listed)
            code = [line.text for line in cell.lines] if cell.kind == "code" else []
            manner, taken = manner_of(cell.tags, cell.metadata, code)
            if cell.kind == "raw" and gate.begins(cell.text):
                self.said.append(gate.scanned(cell.text))
            if manner.removed:
                continue
            if cell.kind == "code":
                self._code(cell, manner, taken)
            elif cell.kind == "markdown":
                self._markdown(cell)
            else:
                self._raw(cell)

    def _keys_in_a_list(self, cell: Cell, listed: re.Match[str]) -> None:
        """Heed keys that say of a notebook that it is not to be seen, and tell of them; a list that says no such thing is text."""
        number = cell.text.count("\n", 0, listed.start("keys"))
        for at, line in enumerate(listed["keys"].strip().split("\n"), number):
            key, _, value = line[1:].partition(":")
            said = gate.verdict(key.strip(), value.strip().strip("\"'"))
            if said is not None:
                self.said.append(said)
                self._gap(cell)
                self._add_lines(cell, [""], at)
                fault = FOREIGN_FRONT_MATTER.of_another_tool(
                    "in a list, as fastpages has it", key.strip(), value.strip()
                )
                self._findings.tell(fault, self._told())

    def _gap(self, cell: Cell) -> None:
        if self.lines and self.lines[-1]:
            self._add("", Origin(cell.number, 0, 0, cell.at))

    def _add(self, line: str, origin: Origin) -> None:
        self.lines.append(line)
        self.origins.append(origin)

    def _add_lines(self, cell: Cell, texts: Sequence[str], first: int) -> None:
        """Add lines of a cell, from its line of an index on."""
        for number, text in enumerate(texts, first):
            line = cell.lines[number]
            own = line.text if line.text != text else None
            self._add(text, Origin(cell.number, number + 1, 0, line.at, line.before, own))

    def _told(self) -> Place:
        return Place(len(self.lines), 1)

    def _markdown(self, cell: Cell) -> None:
        texts = [line.text for line in cell.lines]
        if not any(text.strip() for text in texts):
            return
        if "attachment:" in cell.text:
            texts = [_ATTACHMENT.sub(lambda found: self._attached(cell, found[1]), text) for text in texts]
        if "\\begin{" in cell.text:
            texts = _with_dollars(texts)
        self._gap(cell)
        self._add_lines(cell, texts, 0)
        if marks := _left_open(texts):
            self._add(marks, Origin(cell.number, 0, 0, cell.at))

    def _attached(self, cell: Cell, name: str) -> str:
        """Return where a picture leads that is attached to a cell; one that is not there leads nowhere, and is told as such."""
        from urllib.parse import unquote  # noqa: PLC0415 - few cells have one

        own = cell.attachments.get(name) or cell.attachments.get(unquote(name)) or {}
        for kind in TYPES:
            if kind in own and (found := drawing(kind, own[kind], self._path)) is not None:
                self.drawings[found.name] = found
                return f"{self._name}/{found.name}"
        return f"{self._name}/{name}"

    def _raw(self, cell: Cell) -> None:
        written = cell.metadata.get("raw_mimetype", cell.metadata.get("format", ""))
        kind = written.strip().lower() if isinstance(written, str) else ""
        if not cell.text.strip():
            return
        self._gap(cell)
        if kind in _MARKDOWN | _HTML:
            self._add_lines(cell, [line.text for line in cell.lines], 0)
            if marks := _left_open([line.text for line in cell.lines]):
                self._add(marks, Origin(cell.number, 0, 0, cell.at))
            return
        self._add("", Origin(cell.number, 1, 0, cell.lines[0].at, cell.lines[0].before))
        self._findings.tell(UNSHOWN_OUTPUT.raw(_FORMATS.get(kind, f"'{kind[:40]}'")), self._told())

    def _code(self, cell: Cell, manner: Manner, taken: int) -> None:
        """Write a cell's code as a listing, and what it gave behind it. Lines that are options become blank ones."""
        texts = [line.text for line in cell.lines]
        slips = {slip.line: slip for slip in manner.slips}
        self._gap(cell)
        for number in range(taken):
            self._add_lines(cell, [""], number)
            if (slip := slips.get(number)) is not None:
                place = Place(len(self.lines), slip.column, len(slip.word))
                message = f"a cell has no option '{slip.word[:60]}'"
                self._findings.note("listing-options", place, message, slip.hint)
        first, last = taken, len(texts)
        while first < last and not texts[first].strip():
            first += 1
        while last > first and not texts[last - 1].strip():
            last -= 1
        has_picture = any(kind in output.data for output in cell.outputs for kind in TYPES)
        if first < last and manner.shows_code:
            code = texts[first:last]
            tongue = tongue_of("\n".join(code), self._notebook.language, cell.metadata)
            label = "" if has_picture else manner.label
            begin, *_, end = fenced(info_of(tongue, manner, label), code)
            generated = Origin(cell.number, 0, 0, cell.at)
            self._add(begin, generated)
            self._add_lines(cell, code, first)
            self._add(end, generated)
        if manner.shows_output:
            figures = Figures(manner, self._name, self._path)
            for piece in pieces(cell.outputs, manner, figures):
                self._piece(cell, piece, folded=manner.folds_output)

    def _piece(self, cell: Cell, piece: Piece, *, folded: bool) -> None:
        """Write a part of what a cell gave."""
        origin = Origin(cell.number, 0, piece.number, piece.output.at)
        self._add("", origin)
        for fault in piece.faults:
            self._findings.tell(fault, self._told())
        hides = folded and piece.lines and not piece.is_text
        for line in [":::::: details", *piece.lines, "::::::"] if hides else piece.lines:
            self._add(line, origin)
        for own in piece.drawings:
            self.drawings[own.name] = own


def info_of(tongue: Tongue, manner: Manner, label: str) -> str:
    """Return the info string of a cell's listing."""
    parts = [tongue.name or "text"]
    if title := manner.title or tongue.title:
        parts.append('title="{}"'.format(title.replace("\\", "\\\\").replace('"', '\\"')))
    if manner.numbered:
        parts.append("linenos")
    if manner.folds_code:
        parts.append("collapse")
    if not tongue.checked:
        parts.append("check=no")
    if label and not re.search(r"[\s{}\"'<>=]", label):
        parts.append(f"id={label}")
    return " ".join(parts)


def _front(cells: Sequence[Cell]) -> Cell | None:
    """Return the cell that begins with front matter: the first that is no code, or else the first raw one that does."""
    first = next((cell for cell in cells if cell.kind != "code" and cell.text.strip()), None)
    if first is not None and gate.begins(first.text):
        return first
    return next((cell for cell in cells if cell.kind == "raw" and gate.begins(cell.text)), None)


def _left_open(texts: Sequence[str]) -> str:
    """Return the marks that close a fence which a cell leaves open: in Jupyter it ends with its cell."""
    marks = ""
    for text in texts:
        found = _FENCE.match(text)
        if found is None:
            continue
        if not marks:
            marks = found[1] if not (found[1][0] == "`" and "`" in found[2]) else ""
        elif found[1].startswith(marks) and not found[2].strip():
            marks = ""
    return marks


def _with_dollars(texts: Sequence[str]) -> list[str]:
    """Return lines with dollars around environments of TeX, which Jupyter reads as formulas without any."""
    made = list(texts)
    fence, inside, name = "", False, ""
    for number, text in enumerate(texts):
        if found := _FENCE.match(text):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        if fence:
            continue
        if not inside and not name and (begun := _ENVIRONMENT.match(text)):
            name, made[number] = begun["name"], "$$" + text.lstrip()
        if name:
            if (end := f"\\end{{{name}}}") in text and not text[text.index(end) + len(end) :].strip():
                made[number] = made[number].rstrip() + "$$"
                name = ""
        elif text.count("$$") % 2:
            inside = not inside
    return list(texts) if name else made


def _authors(written: Any) -> Iterable[tuple[str, str, str]]:
    """Give the authors that metadata names, in the forms of Jupyter and of Quarto."""
    for one in written if isinstance(written, list) else [written]:
        if isinstance(one, str) and one.strip():
            yield one.strip(), "", ""
        elif isinstance(one, dict) and isinstance(name := one.get("name"), str) and name.strip():
            url, email = one.get("url"), one.get("email")
            yield name.strip(), url if isinstance(url, str) else "", email if isinstance(email, str) else ""


def _says(metadata: dict[str, Any], *, within: bool = True) -> Verdict | None:
    """Tell what metadata says of being seen: keys of its own, or of what a blog's tool keeps there."""
    said: list[Verdict | None] = []
    for key, value in metadata.items():
        if key in _NO_KEYS:
            continue
        if isinstance(value, dict):
            said.append(_says(value, within=False) if within else None)
        elif isinstance(value, list):
            said += [gate.verdict(key, one) for one in value if isinstance(one, str)]
        elif isinstance(value, bool):
            said.append(gate.verdict(key, str(value).lower()))
        elif value is not None:
            said.append(gate.verdict(key, str(value)))
    return gate.strictest(said)
