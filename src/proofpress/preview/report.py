"""The page at /_proofpress/: what the last build did and how long it took, what is wrong, and every page of the site.

It stands in no theme of the site's, so that it is there when the theme is what is broken. Long lists are folded: a
browser lays out what is open.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, Final

from proofpress.preview.editor import editor_url
from proofpress.preview.panel import counted, problem_lists, still, summary
from proofpress.preview.shown import PREFIX
from proofpress.problems import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from proofpress.preview.shown import Page, Ran, Report, Shown

OPEN: Final = 20
"""How many rows of a list are seen before the rest is folded."""
KINDS: Final = {
    "home": "Home",
    "post": "Posts",
    "page": "Pages",
    "list": "Lists",
    "archive": "Archive",
    "taxonomy": "Taxonomies",
    "term": "Terms",
    "not-found": "Not found",
}
"""The kinds of pages, in the order in which they are listed, and what each is called. Others follow under their name."""
STATES: Final = {"draft": "Draft", "future": "Future"}


def report(shown: Shown, editor: str) -> str:
    """Return the whole page. `editor` is as `editor_template` returns it."""
    title = escape(shown.title) or "Site"
    head = (
        '<!doctype html>\n<html lang="en" class="report">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>What was built · {title}</title>\n"
        '<link rel="icon" href="data:,">\n'
        f'<link rel="stylesheet" href="{PREFIX}preview.css">\n'
        f'<script src="{PREFIX}preview.js" defer data-revision="{shown.revision}"></script>\n</head>\n<body>\n'
        f'<header class="top"><p class="brand">Proofpress</p><h1><a href="{escape(shown.base.href("/"))}">{title}</a></h1>'
        f"{_status(shown)}</header>\n<main>\n"
    )
    parts = [
        head,
        _problems(shown, editor),
        _build(shown.report),
        _ran(shown.report.ran),
        _hidden(shown.pages, shown.root, editor),
        _pages(shown.pages, shown.root, editor),
        "</main>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _status(shown: Shown) -> str:
    done = shown.report
    made = f"{counted(len(done.ran), 'step')} ran, {done.kept:,} of the pages and feeds stayed as they were"
    said = f"Revision {shown.revision:,}, built in {duration(done.seconds)}: {made}."
    if shown.failed:
        state = "What is shown is the last good site." if shown.stale else "What could be built is shown."
        return f'<p class="status failed"><b>The build failed.</b> {state} {said}</p>'
    return f'<p class="status">{said}</p>'


def _problems(shown: Shown, editor: str) -> str:
    more = f'<p class="waiting">{still(shown)}</p>\n' if shown.waiting else ""
    if not shown.problems:
        nothing = more or '<p class="none">Nothing is wrong.</p>\n'
        return _section("problems", "Problems", nothing)
    listed = problem_lists(shown.problems, shown.root, editor)
    return _section("problems", summary(shown.problems).capitalize(), more + listed)


def _section(name: str, title: str, inside: str) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>\n{inside}</section>\n'
    )


def _build(done: Report) -> str:
    longest = max((seconds for _, seconds in done.phases), default=0.0) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th> <td class="time">{duration(seconds)}</td> '
        f'<td class="bar"><span style="width:{100 * seconds / longest:.1f}%"></span></td></tr>\n'
        for name, seconds in done.phases
    )
    head = '<thead><tr><th scope="col">Phase</th><th scope="col">Time</th><td></td></tr></thead>\n'
    whole = f'<tfoot><tr><th scope="row">Whole build</th> <td class="time">{duration(done.seconds)}</td> <td></td></tr></tfoot>\n'
    return _section("time", "Where the time went", f"<table>{head}<tbody>\n{rows}</tbody>\n{whole}</table>\n")


def _ran(ran: Sequence[Ran]) -> str:
    if not ran:
        return _section("ran", "What ran, and why", '<p class="none">Nothing had to be made again.</p>\n')
    rows = [
        f"<li><code>{escape(visible(step.key))}</code> <span>{escape(visible(step.why))}</span>"
        + (f' <span class="time">{duration(step.seconds)}</span>' if step.seconds else "")
        + "</li>\n"
        for step in ran
    ]
    return _section("ran", "What ran, and why", _folded(rows, "step"))


def _hidden(pages: Sequence[Page], root: Path, editor: str) -> str:
    rows = [_row(page, root, editor) for page in pages if page.state != "public"]
    return _section("hidden", "Not public yet", _folded(rows, "page")) if rows else ""


def _pages(pages: Sequence[Page], root: Path, editor: str) -> str:
    kinds: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        kinds[page.kind].append(page)
    lists = []
    for kind in sorted(kinds, key=lambda kind: ([*KINDS, kind].index(kind), kind)):
        rows = [_row(page, root, editor) for page in kinds[kind]]
        opened = " open" if len(rows) <= OPEN else ""
        lists.append(
            f"<details{opened}><summary><h3>{escape(KINDS.get(kind, kind.capitalize()))}</h3> "
            f'<span class="count">{len(rows):,}</span></summary>\n<ul class="rows" role="list">\n{"".join(rows)}</ul></details>\n'
        )
    return _section(
        "all",
        counted(len(pages), "page").capitalize(),
        '<p class="filter"><label for="filter">Filter</label> '
        '<input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="Words of a title, URL or file"></p>\n'
        '<div id="found" hidden><p role="status"></p><ul class="rows" role="list"></ul></div>\n'
        f'<div id="pages">\n{"".join(lists)}</div>\n',
    )


def _row(page: Page, root: Path, editor: str) -> str:
    state = f' <span class="state">{STATES[page.state]}</span>' if page.state != "public" else ""
    source = ""
    if page.source is not None:
        url = editor_url(root, page.source, 1, 1, editor)
        file = f"<code>{escape(visible(page.source))}</code>"
        source = (
            f' <a class="source" href="{escape(url)}">{file}</a>' if url else f' <span class="source">{file}</span>'
        )
    url = escape(page.url)
    named = page.title not in ("", page.url)  # many a list has no title of its own
    said = (
        f'<a href="{url}"><bdi>{escape(page.title)}</bdi></a>{state} <span class="url">{url}</span>'
        if named
        else f'<a href="{url}">{url}</a>{state}'
    )
    return f"<li>{said}{source}</li>\n"


def _folded(rows: Sequence[str], name: str) -> str:
    """Return rows as a list, those beyond the first few folded."""
    listed = f'<ul class="rows" role="list">\n{"".join(rows[:OPEN])}</ul>\n'
    rest = rows[OPEN:]
    if not rest:
        return listed
    more = f"{len(rest):,} more {name}{'' if len(rest) == 1 else 's'}"
    return (
        f'{listed}<details><summary>{more}</summary>\n<ul class="rows" role="list">\n{"".join(rest)}</ul></details>\n'
    )


def duration(seconds: float) -> str:
    """Return `1.24 s`, `38 ms`, `0.4 ms`."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
