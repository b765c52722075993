"""Files that a post's listings build on, step by step: ```` ```python step of="train.py" ````, and the whole file behind the last.

Each step's fence gets what is new in it, `meta["new"]`, and the file's lines after it, `meta["file"]`; a token of its own, `assembled`, stands where the whole file is
shown; and `env["files"]` holds the files for those who read them as programs.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from markdown_it.token import Token

from proofpress.listings.fences import Info, is_diff, read_info
from proofpress.listings.steps import Line, Misfit, apply, rows_of
from proofpress.markdown.includes import info_of
from proofpress.markdown.places import SourceLines
from proofpress.rules.listings import STEP_DOES_NOT_APPLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.findings import Findings
    from proofpress.listings.fences import Step
    from proofpress.model import Place
    from proofpress.rules.rule import Fault


class Assembled(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A file that steps built, as a listing is read: what is found in it stands where the step wrote it that brought it."""

    options: Info
    """Its language, and as its title its name."""
    content: tuple[Line, ...]
    listings: tuple[Token, ...]
    """The steps of all files, by the numbers that lines name."""
    lines: SourceLines
    fenced: bool = True
    info: str = "step"
    id: str = ""
    """It has none: steps have their own."""

    @property
    def code(self) -> str:
        """It as a whole."""
        return "".join(f"{line.text}\n" for line in self.content)

    @property
    def so_far(self) -> str:
        """The same."""
        return self.code

    def info_place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the info string of the step that it ends with."""
        return self.lines.in_info(self.listings[self.content[-1].listing], offset, length)

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the code."""
        starts = [0, *accumulate(len(line.text) + 1 for line in self.content)]
        at = min(bisect_right(starts, offset) - 1, len(self.content) - 1)
        line = self.content[at]
        token = self.listings[line.listing]
        begin = token.content.rfind("\n", 0, max(0, line.at)) + 1 if line.at > 0 else 0
        return self.lines.place(token, max(begin, line.at + offset - starts[at]), length)


class _File:
    """A file as far as its steps are read."""

    def __init__(self) -> None:
        self.lines: tuple[Line, ...] | None = None
        self.language = ""
        self.steps: list[Token] = []
        self.whole = False
        """Whether its last step shows all of it."""
        self.failed = False
        self.checked = True


class _Steps(NamedTuple):
    """What all steps of a text have in common."""

    lines: SourceLines
    findings: Findings
    listings: list[Token]

    def from_line(self, line: Line) -> tuple[str, int]:
        """Return a line's text, and the line of the post that it was written in."""
        return line.text, self.lines.place(self.listings[line.listing], max(0, line.at)).line


def find_steps(tokens: list[Token], lines: SourceLines, findings: Findings, env: dict[str, Any]) -> list[Token]:
    """Build the files whose steps are among a text's listings; return its tokens with the whole of each behind its last step."""
    steps = _Steps(lines, findings, [])
    files: dict[str, _File] = {}
    for token in tokens:
        step = read_info(token.info).step if token.type == "fence" and "step" in token.info else None
        if step is not None:
            token.meta["line"] = 1  # where its content begins, counted from its first line
            known = [name for name, file in files.items() if file.lines is not None]
            _take(step, token, files.setdefault(step.of, _File()), steps, known)
    done = {name: file for name, file in files.items() if file.lines and not file.failed}
    env["files"] = tuple(
        Assembled(
            options=Info(language=file.language, title=name, checked=file.checked),
            content=file.lines or (),
            listings=tuple(steps.listings),
            lines=lines,
        )
        for name, file in done.items()
    )
    behind = {
        _last_of(tokens, file.steps[-1]): _token(name, file, one.code)
        for (name, file), one in zip(done.items(), env["files"], strict=True)
        if len(file.steps) > 1 and not file.whole
    }
    if not behind:
        return tokens
    return [each for at, token in enumerate(tokens) for each in (token, behind.get(at)) if each is not None]


def _take(step: Step, token: Token, file: _File, steps: _Steps, known: Sequence[str]) -> None:
    """Have a file take a step; the first that can't be applied is told, and ends it."""
    info, notes = info_of(token), token.meta.get("notes", ())
    steps.listings.append(token)
    rows = rows_of(info, token.content, notes, len(steps.listings) - 1)
    file.steps.append(token)
    file.checked = file.checked and info.checked
    diff = is_diff(info)
    if file.failed:
        return
    file.language = file.language or (info.over if diff else info.language)
    applied = apply(step, rows, file.lines, diff=diff)
    if isinstance(applied, Misfit):
        file.failed = True
        fault = _fault(applied, step.of, [steps.from_line(line) for line in applied.near], known)
        steps.findings.tell(fault, _place(applied, token, steps.lines))
        return
    if applied.begins_anew:
        steps.findings.tell(STEP_DOES_NOT_APPLY.begins_anew(step.of), steps.lines.in_info(token, step.at, step.length))
    file.whole = step.how == "whole" and not diff
    file.lines = applied.lines
    token.meta |= {"new": applied.new, "file": applied.lines}


def _place(misfit: Misfit, token: Token, lines: SourceLines) -> Place:
    if misfit.in_info:
        return lines.in_info(token, misfit.at, misfit.length)
    return lines.place(token, misfit.at, misfit.length)


def _fault(misfit: Misfit, name: str, near: Sequence[tuple[str, int]], known: Sequence[str]) -> Fault:
    """Put into words why a step can't be applied."""
    match misfit.why:
        case "first":
            return STEP_DOES_NOT_APPLY.first(name, known)
        case "no line":
            return STEP_DOES_NOT_APPLY.no_line(name, misfit.words, near)
        case "lines":
            return STEP_DOES_NOT_APPLY.several(name, misfit.words, near)
        case "no end":
            return STEP_DOES_NOT_APPLY.no_end(name, misfit.words)
        case "no lines":
            return STEP_DOES_NOT_APPLY.no_such_lines(name, misfit.words, near)
        case "many":
            return STEP_DOES_NOT_APPLY.lines_stand(name, near)
        case "no context":
            return STEP_DOES_NOT_APPLY.no_context(name)
        case "no change":
            return STEP_DOES_NOT_APPLY.no_change()


def _token(name: str, file: _File, code: str) -> Token:
    last = file.steps[-1]
    meta = {"name": name, "last": last}
    return Token("assembled", "", 0, level=last.level, content=code, info=file.language, meta=meta, block=True)


def _last_of(tokens: Sequence[Token], step: Token) -> int:
    """Return where a listing ends with what belongs to it: the other tabs of its group, the notes on its lines."""
    at = next(index for index, token in enumerate(tokens) if token is step)
    while tokens[at].meta.get("tab") in {"first", "within"} and at + 1 < len(tokens):
        at += 1
    if "notes" in step.meta and at + 1 < len(tokens) and tokens[at + 1].type == "ordered_list_open":
        level = tokens[at + 1].level
        at = next(
            index for index in range(at + 2, len(tokens)) if tokens[index].level == level and tokens[index].nesting < 0
        )
    return at
