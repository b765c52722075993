"""What a cell gave, as Markdown: text as the output of its listing, pictures as images, tables as tables, TeX as formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.content.nodes import UNFIT
from proofpress.content.notebooks.html_tables import escaped, tables_in
from proofpress.content.notebooks.pictures import TYPES, drawing
from proofpress.rules.notebooks import UNSHOWN_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.content.notebooks.notebook import Output
    from proofpress.content.notebooks.options import Manner
    from proofpress.model import Drawing
    from proofpress.rules.rule import Fault

LONGEST: Final = 200_000
"""Characters of an output that are shown."""
_OTHER_ESCAPES: Final = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b(?!\[)[()#]?.?")
_COLOUR: Final = re.compile(r"\x1b\[")
_CURSOR: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-ln-~]")
"""Sequences that move the cursor or clear the screen, which a page has none of."""
_TICKS: Final = re.compile(r"`{3,}")
_OBJECT: Final = re.compile(
    r"<[A-Za-z_][\w.]*(?:\.[\w.]+|[ ]object)?(?:[ ][^<>\n]*)?>|[A-Z]\w*\(\s*(?:children|value|description|layout|config|\{).*\)",
    re.DOTALL,
)
_HTML: Final = "text/html"
_DOLLARS: Final = re.compile(
    r"\$\$(?P<two>[^$]+)\$\$|\$(?:\\displaystyle[ ]?)?(?P<one>[^$]+)\$|\\\[(?P<bracket>.+)\\\]", re.DOTALL
)
_ENVIRONMENT: Final = re.compile(
    r"\\begin\{(?:equation|align|gather|multline|eqnarray|split|cases|[bpvBV]?matrix|array)\*?\}.*", re.DOTALL
)


class Piece(NamedTuple):
    """A part of what a cell gave: lines of Markdown, which output it is of, and the pictures in it."""

    lines: list[str]
    output: Output
    number: int
    is_text: bool
    drawings: tuple[Drawing, ...] = ()
    faults: tuple[Fault, ...] = ()


class Figures:
    """How the pictures of a cell are written: the words for each, in their order."""

    def __init__(self, manner: Manner, notebook: str, path: str) -> None:
        """`notebook` is its name as a link writes it."""
        self._manner = manner
        self._notebook = notebook
        self._path = path
        self._count = 0

    def write(self, kind: str, output: Output) -> tuple[list[str], Drawing] | None:
        """Return a picture as an image; None for what is none."""
        found = drawing(kind, output.data[kind], self._path)
        if found is None:
            return None
        number, self._count = self._count, self._count + 1
        manner = self._manner
        own = output.metadata.get(kind)
        own = own if isinstance(own, dict) else {}
        words = next((one for one in (own.get("alt"), output.metadata.get("alt")) if isinstance(one, str)), "")
        words = words or _nth(manner.alternatives, number)
        given = []
        if number == 0 and manner.label and not re.search(r"[\s{}#\"'<>=]", manner.label):
            given.append(f"#{manner.label}")
        for name in ("width", "height"):
            size = own.get(name)
            if isinstance(size, int | float) and not isinstance(size, bool) and 1 <= size < 10_000:
                given.append(f"{name}={size:.0f}")
        caption = _nth(manner.captions, number)
        title = ' "{}"'.format(caption.replace("\\", "\\\\").replace('"', '\\"')) if caption else ""
        braces = f"{{{' '.join(given)}}}" if given else ""
        return [f"![{escaped(' '.join(words.split()))}](<{self._notebook}/{found.name}>{title}){braces}"], found


def _nth(words: Sequence[str], number: int) -> str:
    return words[number] if number < len(words) else ""


def pieces(outputs: Sequence[Output], manner: Manner, figures: Figures) -> Iterator[Piece]:
    """Give what a cell gave, in its order; texts of one stream that follow each other are one."""
    waiting: list[tuple[int, Output]] = []
    for number, output in enumerate(outputs, 1):
        if output.kind == "stream":
            if waiting and waiting[0][1].name != output.name:
                yield from _stream(waiting, manner)
                waiting = []
            waiting.append((number, output))
            continue
        if waiting:
            yield from _stream(waiting, manner)
            waiting = []
        if output.kind == "error":
            text = output.traceback or ": ".join(filter(None, (output.name, output.text)))
            yield _printed(text, "output", output, number, manner)
        else:
            yield _best(output, number, manner, figures)
    if waiting:
        yield from _stream(waiting, manner)


def _stream(waiting: Sequence[tuple[int, Output]], manner: Manner) -> Iterator[Piece]:
    number, first = waiting[0]
    text = "".join(output.text for _, output in waiting)
    shown = manner.shows_stderr if first.name == "stderr" else manner.shows_stdout
    if shown and text.strip():
        if manner.as_markdown and first.name == "stdout":
            yield Piece(_plain(text).strip("\n").split("\n"), first, number, is_text=False)
        else:
            yield _printed(text, "stderr" if first.name == "stderr" else "output", first, number, manner)


def _best(output: Output, number: int, manner: Manner, figures: Figures) -> Piece:
    """Return the best of an output's types."""
    data = output.data
    if _HTML in data and (table := tables_in(data[_HTML].text)) is not None:
        if manner.table_caption:
            table = [f"**{escaped(manner.table_caption)}**", "", *table]
        return Piece(table, output, number, is_text=False)
    if "text/latex" in data and (formula := _formula(data["text/latex"].text)) is not None:
        return Piece(formula, output, number, is_text=False)
    if "text/markdown" in data and data["text/markdown"].text.strip():
        lines = _plain(data["text/markdown"].text).strip("\n").split("\n")
        return Piece(lines, output, number, is_text=False)
    for kind in TYPES:
        if kind in data and (written := figures.write(kind, output)) is not None:
            return Piece(written[0], output, number, is_text=False, drawings=(written[1],))
    plain = data["text/plain"].text if "text/plain" in data else ""
    others = sorted(kind for kind in data if kind != "text/plain")
    pictures = [kind for kind in others if kind in TYPES]
    if plain.strip():
        bare = plain.strip()
        faults: tuple[Fault, ...] = ()
        if others and _OBJECT.fullmatch(bare):
            faults = (UNSHOWN_OUTPUT.damaged(pictures[0]) if pictures else UNSHOWN_OUTPUT.object_only(bare[:60]),)
        return _printed(plain, "output", output, number, manner, faults)
    if not data and output.kind in ("display_data", "execute_result"):
        return Piece([], output, number, is_text=True)
    fault = UNSHOWN_OUTPUT.damaged(pictures[0]) if pictures else UNSHOWN_OUTPUT.no_type(" and ".join(others[:3]))
    return Piece([], output, number, is_text=True, faults=(fault,))


def _printed(
    text: str, name: str, output: Output, number: int, manner: Manner, faults: tuple[Fault, ...] = ()
) -> Piece:
    """Return text as the output of a listing."""
    text = _plain(text)
    if len(text) > LONGEST:
        faults = (*faults, UNSHOWN_OUTPUT.cut(len(text), LONGEST))
        text = text[:LONGEST]
    info = name
    if "\N{SYMBOL FOR ESCAPE}[" in text:
        info = 'ansi frame=code class="output"'
    if manner.folds_output:
        info += " collapse"
    lines = text.strip("\n").split("\n")
    return Piece(fenced(info, [line.rstrip() for line in lines]), output, number, is_text=True, faults=faults)


def fenced(info: str, lines: Sequence[str]) -> list[str]:
    """Return lines within a fence that none of them closes."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=2)
    marks = "`" * max(3, longest + 1)
    return [marks + info, *lines, marks]


def _plain(text: str) -> str:
    r"""Return what a terminal shows of text once it is written: of a line that began anew (`\r`), what is left of it."""
    text = text.replace("\r\n", "\n")
    if "\x1b" in text:
        text = _CURSOR.sub("", _OTHER_ESCAPES.sub("", text))
        text = _COLOUR.sub("\N{SYMBOL FOR ESCAPE}[", text)
    if "\b" in text:
        kept: list[str] = []
        for character in text:
            if character != "\b":
                kept.append(character)
            elif kept and kept[-1] != "\n":
                kept.pop()
        text = "".join(kept)
    if "\r" in text:
        text = "\n".join(_overwritten(line) for line in text.split("\n"))
    text = text.replace("\f", " ").replace("\v", "\n")
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def _overwritten(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        if part:
            shown = part + shown[len(part) :]
    return shown


def _formula(text: str) -> list[str] | None:
    """Return TeX as a formula of its own; None for what is a text with formulas in it, or none."""
    text = text.strip()
    found = _DOLLARS.fullmatch(text)
    inner = next(filter(None, found.groups()), "").strip() if found else text if _ENVIRONMENT.fullmatch(text) else ""
    if not inner:
        return None
    return ["$$", *[line for line in _plain(inner).split("\n") if line.strip()], "$$"]
