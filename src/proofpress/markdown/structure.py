"""What blocks mean beyond CommonMark: alerts, tasks, and cells, found in the tokens before their text is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markdown_it.token import Token

from proofpress.patterns import lazy
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.findings import Note
    from proofpress.markdown.places import SourceLines

ALERTS: Final = ("note", "tip", "important", "warning", "caution")

KINDS: Final[Mapping[str, str]] = {
    **{kind: kind for kind in ALERTS},
    "info": "note",
    "hint": "tip",
    "attention": "warning",
    "danger": "caution",
    "error": "caution",
}
"""The words that make an alert, and which of the five it is: others are common elsewhere, and keep their own title."""

_ALERT: Final = lazy(r"\[!([A-Za-z][\w-]*)\]([-+]?)(?:[ \t]+([^\n]*))?(?:\n|\Z)")
_TASK: Final = lazy(r"\[([ xX])\][ \t\n]+(?=\S)")


def find_alerts(tokens: list[Token], lines: SourceLines, note: Note) -> list[Token]:
    """Turn quotes that begin with `[!NOTE]` into alerts; report a kind that is none.

    A title of one's own follows on the line, and `-` or `+` behind the bracket folds the alert, shut or open.
    """
    result: list[Token] = []
    alerts: list[tuple[int, str]] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        result.append(token)
        index += 1
        if token.type == "blockquote_close" and alerts and alerts[-1][0] == token.level:
            token.type, token.tag = "alert_close", alerts.pop()[1]
        if token.type != "blockquote_open" or index + 1 >= len(tokens) or tokens[index].type != "paragraph_open":
            continue
        inline = tokens[index + 1]
        match = _ALERT.match(inline.content)
        if match is None:
            continue
        kind = KINDS.get(match[1].lower())
        if kind is None:
            hint = (
                did_you_mean(match[1].lower(), KINDS) or "an alert is one of NOTE, TIP, IMPORTANT, WARNING and CAUTION"
            )
            note(
                "unknown-alert",
                lines.place(inline, 0, len(match[1]) + 3),
                f"no alert is called '{match[1]}', so this is shown as a quote",
                re.sub(r"'(\w+)'", lambda found: f"'{found[1].upper()}'", hint),
            )
            continue
        token.type, token.tag, token.info = "alert_open", "details" if match[2] else "div", kind
        alerts.append((token.level, token.tag))
        if match[2] == "+":
            token.attrs["open"] = ""
        title = (match[3] or "").strip()
        if title:
            result += _title(tokens[index], inline, title)
        else:
            token.meta["title"] = match[1].capitalize()
        rest = inline.content[match.end() :].lstrip(" \t")
        if rest:
            inline.content = rest
            if inline.map:
                inline.map = [inline.map[0] + 1, inline.map[1]]
        else:
            index += 3
    return result


def _title(paragraph: Token, inline: Token, title: str) -> list[Token]:
    """Return the tokens of an alert's own title, which stands on the first line of a paragraph."""
    first = [inline.map[0], inline.map[0] + 1] if inline.map else None
    level = paragraph.level
    return [
        Token("alert_title_open", "p", 1, map=first, level=level, block=True),
        Token("inline", "", 0, map=first, level=level + 1, content=title, children=[], block=True),
        Token("alert_title_close", "p", -1, level=level, block=True),
    ]


def find_tasks(tokens: list[Token]) -> None:
    """Mark list items that begin with `[ ]` or `[x]`, and the lists that hold them."""
    lists: list[Token] = []
    for index, token in enumerate(tokens):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(token)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif (
            token.type == "list_item_open"
            and index + 2 < len(tokens)
            and tokens[index + 1].type == "paragraph_open"
            and (match := _TASK.match(tokens[index + 2].content))
        ):
            inline = tokens[index + 2]
            if "\n" in match[0] and inline.map:
                inline.map = [inline.map[0] + match[0].count("\n"), inline.map[1]]
            inline.content = inline.content[match.end() :]
            inline.meta["task"] = match[1] != " "
            token.attrs["class"] = "task"
            lists[-1].attrs["class"] = "tasks"


def number_cells(tokens: list[Token]) -> None:
    """Give a number to the cells of each table's row, so that a place in one can be told."""
    cell = 0
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            cell = 0
        elif token.type in {"td_open", "th_open"}:
            tokens[index + 1].meta["cell"] = cell
            cell += 1
