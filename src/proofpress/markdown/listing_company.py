"""What stands beside a listing and belongs to it: the other tabs of its group, and the notes on its lines.

Tabs are fences that follow each other, `tab="pip"`, `tab="uv"`; a label that is there already begins another group.
So are those in VitePress' `::: code-group`, whose titles are their labels.
Notes are the items of the numbered list right behind a listing whose lines say `# (1)!`.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from proofpress.listings.fences import read_info
from proofpress.listings.marks import noted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it.token import Token

NOTE_MARK: Final = ")!"
"""What a text without notes on lines lacks."""


def find_tabs(tokens: Sequence[Token]) -> None:
    """Tell each listing of a group of tabs where it stands in it: `meta["tab"]` is `alone`, `first`, `within` or `last`."""
    for group in _groups(tokens):
        for token in group:
            token.meta["tab"] = "within"
        group[-1].meta["tab"] = "last"
        group[0].meta["tab"] = "first" if len(group) > 1 else "alone"


def find_code_groups(tokens: Sequence[Token]) -> None:
    """Make a group of tabs of each `::: code-group` whose listings all have titles: `meta["label"]`."""
    for index, token in enumerate(tokens):
        if token.type != "container_open" or token.info != "code-group":
            continue
        inside = list(takewhile(_deeper_than(token), tokens[index + 1 :]))
        if inside and all(one.type == "fence" and read_info(one.info).title for one in inside):
            token.attrs["class"] = str(token.attrs["class"]).replace("code-group", "tabs", 1)
            for one in inside:
                one.meta |= {"label": read_info(one.info).title, "tab": "within"}


def _deeper_than(opening: Token) -> Callable[[Token], bool]:
    return lambda token: token.level > opening.level


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    labels: set[str] = set()
    for token in tokens:
        label = read_info(token.info).tab if token.type == "fence" and "math" not in token.meta else ""
        if group and (not label or label in labels):
            yield group
            group, labels = [], set()
        if label:
            group.append(token)
            labels.add(label)
    if group:
        yield group


def find_notes(tokens: Sequence[Token]) -> None:
    """Give each listing with marks of notes the items that they lead to: `meta["notes"]`, by their numbers.

    An item that is led to opens where its mark is: it is a popover, and has an id.
    """
    listings = 0
    for index, token in enumerate(tokens[:-1]):
        if token.type != "fence" or NOTE_MARK not in token.content or "math" in token.meta:
            continue
        wanted = noted(token.content)
        following = tokens[index + 1]
        if not wanted or following.type != "ordered_list_open":
            continue
        listings += 1
        notes: dict[int, Token] = {}
        for number, item in enumerate(_items(tokens, index + 1), int(following.attrs.get("start", 1))):
            if number in wanted:
                notes[number] = item
                item.attrs = {"id": f"note-{listings}-{number}", **item.attrs, "popover": ""}
            else:
                item.attrs["value"] = number  # what is not shown is not counted
        token.meta["notes"] = notes
        following.attrs["class"] = f"notes {following.attrs.get('class', '')}".strip()


def _items(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    """Give the items of the list that begins at an index."""
    level = tokens[start].level
    for token in tokens[start + 1 :]:
        if token.level == level and token.nesting < 0:
            return
        if token.type == "list_item_open" and token.level == level + 1:
            yield token
