"""Pictures as a page offers them: what lighter ones were made of an original, beside it, by how wide it will be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import escape

from proofpress.pages.figures import CHARACTER, CHARACTERS, OUTSET
from proofpress.site.pictures import sources

if TYPE_CHECKING:
    from proofpress.site.links import Resolved

_REST: Final = re.compile(r"""(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE: Final = re.compile(r"""\s([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SHARE: Final = re.compile(r"width-([0-9]{1,3})")
_PICTURE: Final = re.compile(r"<(/?)picture\b", re.IGNORECASE)
_WINDOW: Final = 68
"""Rem: how wide a window of the theme is that has room beside the text."""
_MARGIN: Final = 2
"""Rem: what of a narrow window is no text, left and right together."""


def offered(pieces: list[str], at: int, found: Resolved, characters: object) -> None:
    """Put a `picture` around the image whose `src` is `pieces[at]`, in a text in pieces as `Body.html` has them.

    What says itself where else it can be had (`srcset`, a `picture` around it) stays as it is.
    """
    file = found.file
    if file is None or file.picture is None or file.picture.cleaned is not None:
        return
    before, behind = pieces[at - 1], _REST.match(pieces[at + 1])
    begin = before.rfind("<")
    if behind is None or begin < 0 or before[begin : begin + 4].lower() != "<img":
        return
    tag = before[begin:] + pieces[at] + behind[0]
    given = {name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(tag)}
    if "srcset" in given or _within(pieces, at - 1, begin):
        return
    classes = given.get("class", "").split()
    href = str(escape(found.url.partition("#")[0].partition("?")[0]))
    said = "".join(sources(file.picture, file.site_path, href, sizes(given.get("width", ""), classes, characters)))
    names = [f"tint-{file.picture.tint}"] if file.picture.tint else []
    names += ["wide"] if "wide" in classes else []
    around = f' class="{" ".join(names)}"' if names else ""
    pieces[at - 1] = f"{before[:begin]}<picture{around}>{said}{before[begin:]}"
    pieces[at + 1] = f"{behind[0]}</picture>{pieces[at + 1][behind.end() :]}"


def _within(pieces: list[str], at: int, end: int) -> bool:
    """Tell whether what stands at an offset of a piece is within a `picture`: the last tag of one before it opens one."""
    text = pieces[at][:end]
    while True:
        marks = _PICTURE.findall(text) if "icture" in text or "ICTURE" in text else []
        if marks:
            return bool(marks[-1] == "")
        at -= 1
        if at < 0:
            return False
        text = pieces[at]


def sizes(width: str, classes: list[str], characters: object = None) -> str:
    """Return how wide the theme shows an image, for a browser that knows the window and not yet the style sheet.

    `width` is what its tag says, in pixels; `characters` is how many a line of prose has.
    """
    measure = (characters if isinstance(characters, int) else CHARACTERS) * CHARACTER / 16
    share = next((int(one[1]) for name in classes if (one := _SHARE.fullmatch(name)) is not None), 0)
    if share:
        narrow = f"calc({share}vw - {_MARGIN * share / 100:g}rem)"
        return f"(min-width: {measure + _MARGIN:g}rem) {measure * share / 100:g}rem, {narrow}"
    narrow = f"calc(100vw - {_MARGIN}rem)"
    if "wide" in classes:
        wide = max(measure, CHARACTERS * CHARACTER / 16 + OUTSET / 16)
        narrow = f"(min-width: {measure + _MARGIN:g}rem) {measure:g}rem, {narrow}"
        return f"(min-width: {_WINDOW}rem) {wide:g}rem, {narrow}"
    if width.isdecimal() and int(width) < measure * 16:
        return f"(min-width: {int(width) + _MARGIN * 16}px) {int(width)}px, {narrow}"
    return f"(min-width: {measure + _MARGIN:g}rem) {measure:g}rem, {narrow}"
