"""Links that open a file in the writer's editor, at the line and column of a problem.

Every editor has a URL scheme of its own, so the link is a template with places for path, line and column. VS Code's,
Zed's and TextMate's are as their makers document them, JetBrains' as far as the line; the others are those that other
programs use. Sublime Text registers no scheme (sublimehq/sublime_text#2514), so it has none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from proofpress.paths import join
from proofpress.urls import SCRIPTS, read

if TYPE_CHECKING:
    from pathlib import PurePath

EDITORS: Final = {
    "vscode": "vscode://file/{path}:{line}:{column}",
    "vscode-insiders": "vscode-insiders://file/{path}:{line}:{column}",
    "vscodium": "vscodium://file/{path}:{line}:{column}",
    "cursor": "cursor://file/{path}:{line}:{column}",
    "zed": "zed://file/{path}:{line}:{column}",
    "idea": "idea://open?file={path}&line={line}&column={column}",
    "pycharm": "pycharm://open?file={path}&line={line}&column={column}",
    "webstorm": "webstorm://open?file={path}&line={line}&column={column}",
    "textmate": "txmt://open?url=file://{path}&line={line}&column={column}",
}
"""What $PROOFPRESS_EDITOR may name instead of writing a template."""

DEFAULT: Final = EDITORS["vscode"]
_PLACE = re.compile(r"\{([^{}]*)\}")
_DRIVE = re.compile(r"[A-Za-z]:/")


class UnknownEditorError(ValueError):
    """The value of $PROOFPRESS_EDITOR names no editor and is no template; the message says what it may be."""


def editor_template(setting: str) -> str:
    """Return the template that a value of $PROOFPRESS_EDITOR means; the default one where it is empty.

    Raises UnknownEditorError, whose text is for the command line.
    """
    setting = setting.strip()
    if not setting:
        return DEFAULT
    if setting.lower() in EDITORS:
        return EDITORS[setting.lower()]
    said = f"PROOFPRESS_EDITOR is '{setting}': "
    scheme = read(setting).scheme
    if not scheme:
        raise UnknownEditorError(
            f"{said}no editor of that name is known; use one of {', '.join(EDITORS)}, or a URL such as {DEFAULT}"
        )
    if scheme in SCRIPTS:
        raise UnknownEditorError(f"{said}a {scheme}: URL opens no editor; use a URL such as {DEFAULT}")
    places = _PLACE.findall(setting)
    if "path" not in places:
        raise UnknownEditorError(f"{said}the URL must hold {{path}}, as {DEFAULT} does")
    for name in places:
        if name not in ("path", "line", "column"):
            raise UnknownEditorError(f"{said}{{{name}}} means nothing; {{path}}, {{line}} and {{column}} are filled in")
    return setting


def editor_url(root: PurePath, path: str, line: int, column: int, template: str) -> str:
    """Return the URL that opens a file of the site at a place; empty for a path that is no file below `root`.

    `path` is relative to the site's folder, with forward slashes, as in a Problem; line 0, the file as a whole, is
    line 1 for an editor. `template` is as `editor_template` returns it.
    """
    inside = join("", path)
    if not inside or inside != path or path.startswith("theme:"):
        return ""
    full = f"{root.as_posix().rstrip('/')}/{path}"
    drive = _DRIVE.match(full)
    plain = full[2:] if drive else full
    quoted = (full[:2] if drive else "") + quote(plain, errors="surrogateescape")
    before = template.partition("{path}")[0]
    if drive and before.endswith("://"):
        quoted = "/" + quoted  # file:///C:/site
    elif before.endswith("/") and not before.endswith("//") and not quoted.startswith("//"):
        quoted = quoted.removeprefix("/")  # the template's slash is the path's first
    filled = {"path": quoted, "line": str(max(1, line)), "column": str(max(1, column))}
    return _PLACE.sub(lambda found: filled[found[1]], template)
