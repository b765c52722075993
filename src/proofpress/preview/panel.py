"""Problems as HTML: for the panel that a failed build puts over the page, and for the report.

The panel is a fragment that preview.js puts into a shadow root of its own, where the site's style sheets don't reach.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from proofpress.preview.editor import editor_url
from proofpress.preview.shown import PREFIX
from proofpress.problems import told_once, visible, window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from proofpress.preview.shown import Shown
    from proofpress.problems import Problem

EXPLAINED: Final = PREFIX + "explain/"
"""Below this, each rule has its explanation."""
MOST: Final = 100
"""Of errors, and of warnings, how many the panel shows; the report shows them all."""
LAST_GOOD: Final = (
    "This page is the last good one: the settings can't be read. It comes up to date when they are mended."
)
AS_FAR_AS_IT_GOES: Final = "What could be built is shown. The site is whole when the errors are mended."


def panel(shown: Shown, editor: str) -> str:
    """Return the panel's fragment; empty where nothing is wrong. `editor` is as `editor_template` returns it."""
    if not shown.problems:
        return ""
    said = summary(shown.problems)
    more = f'<p class="waiting">{still(shown)}</p>' if shown.waiting else ""
    state = LAST_GOOD if shown.stale else AS_FAR_AS_IT_GOES
    return (
        f'<section class="panel" aria-label="Problems that Proofpress found" data-summary="{said}"'
        + (f' data-failed data-said="The build failed: {said}. {state}"' if shown.failed else "")
        + f'><header><h2>{said}</h2><a class="all" href="{PREFIX}">What was built</a>'
        '<button class="close" type="button" aria-keyshortcuts="Escape">Close</button></header>'
        + (f'<p class="last-good">{state}</p>' if shown.failed else "")
        + problem_lists(shown.problems, shown.root, editor, most=MOST)
        + more
        + "</section>"
    )


def still(shown: Shown) -> str:
    """Return how many pages nobody has looked at, as a sentence."""
    return f"Still looking at {counted(shown.waiting, 'page')}: more problems may be there."


def problem_lists(problems: Sequence[Problem], root: Path, editor: str, *, most: int | None = None) -> str:
    """Return the errors as a list and the warnings, where there are errors too, as one that is folded."""
    told = told_once(problems)
    errors = [found for found in told if found.severity == "error"]
    warnings = [found for found in told if found.severity == "warning"]
    lists = _list(errors, root, editor, most)
    if warnings:
        listed = _list(warnings, root, editor, most)
        count = counted(sum(found.severity == "warning" for found in problems), "warning")
        opened = "" if errors else " open"
        lists += f'<details class="warnings"{opened}><summary>{count}</summary>{listed}</details>'
    return lists


def summary(problems: Sequence[Problem]) -> str:
    """Return `2 errors, 1 warning`."""
    errors = sum(found.severity == "error" for found in problems)
    counts = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(counted(count, name) for count, name in counts if count)


def counted(count: int, name: str) -> str:
    """Return `1 page`, `1,200 pages`."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _list(problems: Sequence[Problem], root: Path, editor: str, most: int | None) -> str:
    if not problems:
        return ""
    items = "".join(_item(found, root, editor) for found in problems[:most])
    more = len(problems) - len(problems[:most])
    rest = f'<li class="rest"><a href="{PREFIX}">and {more:,} more</a></li>' if more else ""
    return f'<ul class="problems" role="list">{items}{rest}</ul>'


def _item(found: Problem, root: Path, editor: str) -> str:
    shown = escape(visible(f"{found.path}:{found.line}:{found.column}" if found.line else found.path))
    url = editor_url(root, found.path, found.line, found.column, editor)
    place = f'<a class="place" href="{escape(url)}">{shown}</a>' if url else f'<span class="place">{shown}</span>'
    message = escape(visible(found.said))
    return (
        f'<li class="problem {found.severity}"><p class="where">{place} <span class="rule">'
        f'<b>{found.severity}</b> <a href="{EXPLAINED}{escape(found.rule)}">{escape(found.rule)}</a></span></p>'
        f'<p class="message">{message}</p>{_excerpt(found)}</li>'
    )


def _excerpt(found: Problem) -> str:
    """Return the line of source, the part that is meant marked, with carets under it.

    The carets stand after an unseen copy of what is before them, so that they are in place whatever the letters' width.
    """
    if not found.line or not found.excerpt.strip():
        return ""
    at, length = found.shown
    line, column = window(found.excerpt, at)
    end = column - 1 + length
    before, meant, after = visible(line[: column - 1]), visible(line[column - 1 : end]), visible(line[end:])
    number = f"{found.line:>5} | "
    return (
        f'<pre tabindex="0" role="group" aria-label="Line {found.line}"><span class="number" aria-hidden="true">{number}'
        f"</span>{escape(before)}<mark>{escape(meant)}</mark>{escape(after)}\n"
        f'<span class="carets" aria-hidden="true"><span class="unseen">{number}{escape(before)}</span>'
        f"{'^' * max(1, len(meant))}</span></pre>"
    )
