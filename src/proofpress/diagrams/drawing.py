"""The one door to what draws diagrams: a fence's language and its text to a drawing, or to what is wrong with it.

Mermaid is drawn by merman, a library, and DOT by graphviz-pure, a program of one file in its wheel; both measure text by
tables of their own, read nothing and know no clock, so that one version draws the same everywhere.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import subprocess
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import msgspec

from proofpress.diagrams.svg import Drawing, ours

if TYPE_CHECKING:
    from collections.abc import Callable

INSTALL: Final = "pip install 'proofpress[diagrams]'"
SECONDS: Final = 20
"""After which a program that draws is given up; the largest graphs of blogs take a tenth of one."""
MAX_SOURCE: Final = 100_000
"""Characters of a diagram."""


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong with a diagram, and where in its text: line and column count from 1."""

    message: str
    line: int = 1
    column: int = 1
    length: int = 1

    def offset(self, source: str) -> int:
        """Return where it stands in the diagram's text, from 0; what stands behind its end, at its last character."""
        lines = source.split("\n")
        row = min(max(self.line, 1), len(lines)) - 1
        before = sum(len(line) + 1 for line in lines[:row])
        return min(before + max(self.column, 1) - 1, max(0, len(source) - 1))


def can_draw(kind: str) -> bool:
    """Tell whether what draws a language is installed."""
    try:
        return find_spec("merman") is not None if kind == "mermaid" else _program() is not None
    except ValueError:  # its place in sys.modules was taken
        return False


def draw(kind: str, source: str, before: int = 0) -> Drawing | Flaw:
    """Draw a diagram in one of the languages KINDS; `before` is how often the same one stands above it on its page."""
    if len(source) > MAX_SOURCE:
        return Flaw(f"the diagram has more than {MAX_SOURCE:,} characters")
    if not source.strip():
        return Flaw("the diagram is empty")
    prefix = f"d{hashlib.sha256(source.encode('utf-8', 'replace')).hexdigest()[:8]}{f'-{before}' if before else ''}-"
    try:
        return _KINDS[kind](source, prefix)
    except (ET.ParseError, RecursionError):
        return Flaw("the diagram gives no picture that can be read")


# ---------------------------------------------------------------- Mermaid

_PALETTE: Final = ("#f8d9d2", "#cfe2f3", "#d8ead3", "#fbe9b7", "#e2d9f3", "#cdebe8", "#f5d5e5", "#e4e7ea")
"""Grounds on which ink can be read."""
_STRONG: Final = ("#b3311d", "#2f6fa8", "#3f7d35", "#9a6b00", "#6a4fb0", "#1f7f78", "#a53b77", "#5a6169")
_LOOK: Final[dict[str, Any]] = {
    "background": "#ffffff",
    "fontFamily": "sans-serif",
    "fontSize": "15px",
    "primaryColor": "#f4f5f6",
    "primaryTextColor": "#1b1e22",
    "primaryBorderColor": "#7b838c",
    "secondaryColor": "#cfe2f3",
    "secondaryTextColor": "#1b1e22",
    "secondaryBorderColor": "#7b838c",
    "tertiaryColor": "#fafbfc",
    "tertiaryTextColor": "#1b1e22",
    "tertiaryBorderColor": "#c3c8ce",
    "lineColor": "#5a6169",
    "textColor": "#1b1e22",
    "titleColor": "#1b1e22",
    "edgeLabelBackground": "#ffffff",
    "clusterBkg": "#fafbfc",
    "clusterBorder": "#c3c8ce",
    "noteBkgColor": "#fbe9b7",
    "noteBorderColor": "#9a6b00",
    "noteTextColor": "#1b1e22",
    "pieStrokeColor": "#7b838c",
    "pieOuterStrokeColor": "#7b838c",
    "pieStrokeWidth": "1px",
    "pieOuterStrokeWidth": "1px",
    "pieOpacity": "1",
    "taskBkgColor": "#cfe2f3",
    "taskBorderColor": "#2f6fa8",
    "taskTextColor": "#1b1e22",
    "taskTextDarkColor": "#1b1e22",
    "taskTextLightColor": "#1b1e22",
    "taskTextOutsideColor": "#1b1e22",
    "activeTaskBkgColor": "#fbe9b7",
    "activeTaskBorderColor": "#9a6b00",
    "doneTaskBkgColor": "#e4e7ea",
    "doneTaskBorderColor": "#7b838c",
    "critBkgColor": "#f8d9d2",
    "critBorderColor": "#b3311d",
    "sectionBkgColor": "#fafbfc",
    "altSectionBkgColor": "#ffffff",
    "gridColor": "#c3c8ce",
    "xyChart": {"plotColorPalette": ",".join(_STRONG)},
    **{f"pie{number}": _PALETTE[(number - 1) % 8] for number in range(1, 13)},
    **{f"cScale{number}": _PALETTE[number % 8] for number in range(12)},
    **{f"cScaleLabel{number}": "#1b1e22" for number in range(12)},
    **{f"fillType{number}": _PALETTE[number % 8] for number in range(8)},
    **{f"git{number}": _STRONG[number] for number in range(8)},
    **{f"gitBranchLabel{number}": "#ffffff" for number in range(8)},
}
_OPTIONS: Final = json.dumps(
    {
        "svg": {"pipeline": "resvg-safe", "diagram_id": "d"},
        "site_config": {
            "theme": "base",
            "look": "classic",
            "gantt": {"axisFormat": "%d %b"},
            "themeVariables": _LOOK,
        },
    }
)


def _mermaid(source: str, prefix: str) -> Drawing | Flaw:
    import merman  # noqa: PLC0415 - an extra, loaded where a diagram is drawn

    client = merman.Merman()
    try:
        return ours(client.render_svg(source, _OPTIONS), prefix)
    except merman.MermanError:
        return _mermaid_flaw(client.analyze_json(source, _OPTIONS))


def _mermaid_flaw(analysis: str) -> Flaw:
    """Return the first error of what merman says of a text that it does not draw."""
    for one in json.loads(analysis).get("diagnostics", ()):
        span = one.get("span") or {}
        if one.get("severity") == "error":
            same = span.get("end_line") == span.get("line")
            length = max(1, span.get("end_column", 2) - span.get("column", 1)) if same else 1
            return Flaw(_sentence(one.get("message", "")), span.get("line", 1), span.get("column", 1), length)
    return Flaw("this kind of diagram is not drawn")


def _sentence(message: str) -> str:
    first = " ".join(message.split())[:200].rstrip(".")
    return first[:1].lower() + first[1:] or "it can't be read"


# ---------------------------------------------------------------- DOT

_DOT_ERROR: Final = re.compile(r"Error: <stdin>: (?P<what>.*?) in line (?P<line>\d+)(?P<near> near '.*')?")
_POINTS: Final = re.compile(r'(<svg width=")[\d.]+pt(" height=")[\d.]+pt(")')


@functools.cache
def _program() -> str | None:
    """Return where the program is that its wheel brought."""
    try:
        files = metadata.files("graphviz-pure") or ()
    except metadata.PackageNotFoundError:
        return None
    names = ("graphviz-pure", "graphviz-pure.exe")
    return next((str(file.locate()) for file in files if file.name in names and "dist-info" not in str(file)), None)


def _dot(source: str, prefix: str) -> Drawing | Flaw:
    program = _program()
    assert program is not None, "asked of can_draw"
    settings = ["-Gfontname=Helvetica", "-Nfontname=Helvetica", "-Efontname=Helvetica"]
    try:
        run = subprocess.run(  # noqa: S603 - of our own extra, and the text is no argument
            [program, "-Tsvg", *settings],
            input=source.encode("utf-8"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except (OSError, subprocess.TimeoutExpired):
        return Flaw(f"the graph was not drawn within {SECONDS} seconds")
    told = run.stderr.decode("utf-8", "replace")
    found = _DOT_ERROR.search(told)
    if found is not None:
        return Flaw(f"{found['what']}{found['near'] or ''}", int(found["line"]))
    if run.returncode or b"<svg" not in run.stdout:
        return Flaw(_sentence(told.removeprefix("Error: ").partition("\n")[0]))
    drawn = run.stdout.decode("utf-8", "replace")
    return msgspec.structs.replace(ours(drawn[drawn.index("<svg") :], prefix, paper="white"), title="")


_KINDS: Final[dict[str, Callable[[str, str], Drawing | Flaw]]] = {"mermaid": _mermaid, "dot": _dot}
KINDS: Final = frozenset(_KINDS)
"""The languages of fences that are drawn."""
