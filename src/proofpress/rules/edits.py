"""What an edit does to a text: the meaning of `problems.Edit`, for all who mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from proofpress.problems import Edit

_LINE_END: Final = lazy(r"\r\n|\n|\r")


def stands(edit: Edit, lines: Sequence[str]) -> bool:
    """Tell whether a file's lines, without their ends, hold at an edit's place what it replaces."""
    if not 1 <= edit.line <= edit.end_line <= len(lines):
        return False
    first, last = lines[edit.line - 1], lines[edit.end_line - 1]
    if not (1 <= edit.column <= len(first) + 1 and 1 <= edit.end_column <= len(last) + 1):
        return False
    if edit.line == edit.end_line:
        return edit.column <= edit.end_column and first[edit.column - 1 : edit.end_column - 1] == edit.old
    between = lines[edit.line : edit.end_line - 1]
    return "\n".join([first[edit.column - 1 :], *between, last[: edit.end_column - 1]]) == edit.old


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a file's text with all edits made, the same one once; the path of each is this file's.

    Lines end as Markdown has it, in LF, CR LF or CR, and a byte-order mark is before the first column. New lines end as
    the file's first one does. Raises ValueError for an edit of what stands there no more, or of what another edit has
    changed: whoever mends many faults at once takes the first, and looks again.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    ends = list(_LINE_END.finditer(body))
    starts = [0, *(end.end() for end in ends)]
    lines = _LINE_END.split(body)
    newline = ends[0][0] if ends else "\n"
    made = [mark]
    done = 0
    for edit in sorted(set(edits)):
        if not stands(edit, lines):
            raise ValueError(f"line {edit.line} is not as it was when its fault was found")
        begin = starts[edit.line - 1] + edit.column - 1
        if begin < done:
            raise ValueError(f"two edits change line {edit.line}")
        made += [body[done:begin], edit.text.replace("\n", newline)]
        done = starts[edit.end_line - 1] + edit.end_column - 1
    return "".join([*made, body[done:]])
