"""Containers: `:::name Title` to `:::`, as Docusaurus, VitePress and Pandoc have them.

A word that names an alert (`note`, `tip`, `info`, `danger`, …) makes one, with the title if there is one; `details`
makes a piece that can be unfolded, `figure` a figure whose title is its caption; any other word a `div` with that
class: so are `tabs`, with a `tab` for each label in it. Containers nest: a bare `:::` ends the innermost one, and longer rows of colons go together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from markdown_it.token import Token

from proofpress.markdown.attributes import BRACES, Unused, add, note, read
from proofpress.markdown.structure import KINDS
from proofpress.patterns import lazy

if TYPE_CHECKING:
    import re

    from markdown_it.rules_block import StateBlock

_OPENING: Final = lazy(
    r"(?P<colons>:{3,})[ \t]*(?:(?P<name>[A-Za-z][\w-]*)(?:\[(?P<label>[^\n\[\]]*)\])?(?=[\s{:]|\Z)[ \t]*)?"
    r"(?P<braces>" + BRACES.pattern + r")?(?P<title>.*)"
)
_CLOSING: Final = lazy(r"(:{3,})[ \t]*")
_FENCE: Final = lazy(r"(`{3,})[^`]*\Z|(~{3,})")


class _Extent(NamedTuple):
    """Where a container ends: the line of its closing colons, or that behind its last line, where none close it."""

    line: int
    closed: bool


def container(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    """Read a container, and the blocks in it. One that nothing closes runs to the end of what holds it, and is noted."""
    if state.is_code_block(startLine):
        return False
    text = _line(state, startLine)
    opening = _opening(text)
    if opening is None:
        return False
    if silent:
        return True
    extents: dict[int, _Extent] = state.env.setdefault("containers", {})
    extent = extents.get(startLine)
    if extent is None or extent.line > endLine:
        _measure(state, startLine, endLine, extents)
        extent = extents[startLine]
    name = opening["name"] or ""
    title = _title(opening)
    kind = KINDS.get(name.lower())
    form = "alert" if kind else name.lower() if name in {"details", "figure"} else "container"
    begin = len(state.tokens)
    opened = state.push(f"{form}_open", "div" if form in {"alert", "container"} else form, 1)
    opened.map = [startLine, extent.line + extent.closed]
    opened.info = kind or name
    opened.markup = opening["colons"]
    if form == "container" and name:
        opened.attrs["class"] = name
    if opening["braces"]:
        unused: list[Unused] = []
        add(opened, read(opening[5], "div", unused))
        holder = Token("inline", "", 0, content=text, map=[startLine, startLine + 1])
        note(state.env, holder, opening.start(5), unused)
    if not extent.closed:
        state.env.setdefault("open_containers", []).append((startLine, opening["colons"]))
    if title and form != "figure":
        _push_title(state, form, startLine, title)
    elif form == "alert":
        opened.meta["title"] = name.capitalize()
    parent, state.parentType = state.parentType, "container"
    last, state.lineMax = state.lineMax, extent.line
    tight = state.tight
    state.md.block.tokenize(state, startLine + 1, extent.line)
    state.tight, state.parentType, state.lineMax = tight, parent, last
    if form == "figure":
        for token in state.tokens[begin:]:
            if token.type == "paragraph_open" and token.level == opened.level + 1:
                token.meta["figure"] = True
    if title and form == "figure":  # a caption stands below
        _push_title(state, form, startLine, title)
    state.push(f"{form}_close", opened.tag, -1)
    state.line = extent.line + extent.closed
    return True


def _opening(text: str) -> re.Match[str] | None:
    """Return the match of a line that begins a container: its colons are followed by a name, or by braces."""
    match = _OPENING.match(text)
    return match if match is not None and (match["name"] or match["braces"]) else None


def _title(opening: re.Match[str]) -> str:
    """Return the title that a container is given, without the colons that some close its line with."""
    title = opening["title"].strip()
    bare = title.rstrip(":")
    if len(title) - len(bare) > 2 and (not bare or bare[-1].isspace()):
        title = bare.rstrip()
    return f"{opening['label']} {title}".strip() if opening["label"] else title


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _measure(state: StateBlock, first: int, end: int, extents: dict[int, _Extent]) -> None:
    """Find where a container ends, and on the way where those in it do, so that each line is looked at once."""
    opened: list[tuple[int, int]] = []
    fence = ""
    line = first
    while line < end:
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            break
        begin = state.bMarks[line] + state.tShift[line]
        mark = state.src[begin : begin + 3]
        if mark in {"```", "~~~"}:
            text = _line(state, line)
            found = _FENCE.match(text)
            if fence:
                if text.startswith(fence) and not text.strip(fence[0]):
                    fence = ""
            elif found is not None:
                fence = found[1] or found[2]
        elif mark == ":::" and not fence and not state.is_code_block(line):
            text = _line(state, line)
            closing = _CLOSING.fullmatch(text)
            if closing is not None:
                _close(opened, len(closing[1]), line, extents)
                if not opened:
                    return
            elif (opening := _opening(text)) is not None:
                opened.append((line, len(opening["colons"])))
        line += 1
    for start, _ in opened:
        extents[start] = _Extent(line, closed=False)


def _close(opened: list[tuple[int, int]], length: int, line: int, extents: dict[int, _Extent]) -> None:
    """End the innermost container whose colons are as many; else the innermost one, if it has no more of them."""
    alike = next((at for at in range(len(opened) - 1, -1, -1) if opened[at][1] == length), None)
    if alike is None:
        if opened[-1][1] > length:
            return
        alike = len(opened) - 1
    for start, _ in opened[alike + 1 :]:
        extents[start] = _Extent(line, closed=False)
    extents[opened[alike][0]] = _Extent(line, closed=True)
    del opened[alike:]


def _push_title(state: StateBlock, form: str, line: int, title: str) -> None:
    """Push the title's own tokens, in which its words are read as others are."""
    opened = state.push(f"{form}_title_open", "p", 1)
    opened.map = [line, line + 1]
    words = state.push("inline", "", 0)
    words.map = [line, line + 1]
    words.content = title
    words.children = []
    state.push(f"{form}_title_close", "p", -1)
