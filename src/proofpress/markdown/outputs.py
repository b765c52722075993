"""What listings gave when they ran, as blocks below them: written by the forms that write what authors write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
from markdown_it.token import Token

from proofpress.recorded.values import Drawn, Printed, Raised, Table, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from proofpress.markdown.text import Text
    from proofpress.recorded.values import Output

_NUMBER: Final = re.compile(r"[-+\N{MINUS SIGN}]?(?:\d[\d,_ ]*)?\.?\d+(?:[eE][-+]?\d+)?\s?%?|nan|NaN|[-+]?inf|")


def with_outputs(text: Text, shown: Mapping[int, Sequence[Output]], folder: str) -> Text:
    """Return a text whose page shows below its listings what they gave: by the listing, as `text.listings` counts them.

    `folder` is the name of the folder beside the post that holds the pictures.
    """
    outputs: dict[int, Sequence[Token]] = {}
    for number, several in shown.items():
        token = text.listings[number].token
        alt = text.listings[number].options.alt
        outputs[id(token)] = [made for output in several for made in _tokens(output, token, folder, alt)]
    return msgspec.structs.replace(text, outputs=outputs)


def _tokens(output: Output, of: Token, folder: str, alt: str) -> Iterator[Token]:
    """Give what an output is written as; it stands where its listing does."""
    match output:
        case Printed():
            yield _listing(output.text, "stderr" if output.stream == "stderr" else "output", of)
        case Value():
            yield _listing(output.text, "output", of)
        case Raised():
            yield _listing(f"{output.name}: {output.message}" if output.message else output.name, "error", of)
        case Drawn():
            yield from _picture(f"{quote(folder)}/{output.file}", alt, of)
        case Table():
            yield from _table(output, of)


def _listing(text: str, kind: str, of: Token) -> Token:
    return Token("fence", "code", 0, content=f"{text.rstrip()}\n", info=kind, markup="```", map=of.map, block=True)


def _picture(href: str, alt: str, of: Token) -> Iterator[Token]:
    words = [Token("text", "", 0, content=alt)] if alt else []
    image = Token("image", "img", 0, attrs={"src": href, "alt": ""}, children=words, content=alt)
    info = of.info.strip()  # where it is told what is wrong with the picture
    image.meta = {"at": 0, "length": max(1, len(info))}
    yield Token("paragraph_open", "p", 1, attrs={"class": "from-listing"}, map=of.map, level=1, block=True)
    yield Token("inline", "", 0, content=info, children=[image], map=of.map, level=2, block=True)
    yield Token("paragraph_close", "p", -1, level=1, block=True)


def _table(table: Table, of: Token) -> Iterator[Token]:
    """Give a table's tokens; a column of numbers is aligned at their ends."""
    columns = zip(*table.rows, strict=False)
    numbers = [all(map(_NUMBER.fullmatch, column)) and any(column) for column in columns]
    yield Token("table_open", "table", 1, attrs={"class": "from-listing"}, map=of.map, block=True)
    if any(table.header):
        yield from (Token("thead_open", "thead", 1, block=True), *_row(table.header, "th", numbers, of))
        yield Token("thead_close", "thead", -1, block=True)
    if table.rows:
        yield Token("tbody_open", "tbody", 1, block=True)
        for row in table.rows:
            yield from _row(row, "td", numbers, of)
        yield Token("tbody_close", "tbody", -1, block=True)
    yield Token("table_close", "table", -1, block=True)


def _row(cells: Sequence[str], name: str, numbers: Sequence[bool], of: Token) -> Iterator[Token]:
    yield Token("tr_open", "tr", 1, block=True)
    for index, cell in enumerate(cells):
        aligned = index < len(numbers) and numbers[index]
        attrs: dict[str, str | int | float] = {"style": "text-align:right"} if aligned else {}
        yield Token(f"{name}_open", name, 1, attrs=attrs, block=True)
        yield Token(
            "inline", "", 0, content=cell, children=[Token("text", "", 0, content=cell)], map=of.map, block=True
        )
        yield Token(f"{name}_close", name, -1, block=True)
    yield Token("tr_close", "tr", -1, block=True)
