"""Files below data/: YAML, TOML, JSON or CSV, as the plain values that JSON knows, or problems at their places."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

from proofpress.content import toml_nodes, yaml_nodes
from proofpress.content.nodes import MAX_DEPTH, Findings, abridged, plain, unfit_character
from proofpress.content.text import MAX_PROBLEMS, decode
from proofpress.model import Place
from proofpress.rules.files import CONTROL_CHARACTER
from proofpress.rules.front_matter import DUPLICATE_KEY

if TYPE_CHECKING:
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

_JSON_LEXEME: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,"]')
_RULE: Final = "data-error"


def read_data(path: SourcePath, data: bytes) -> tuple[object, tuple[Problem, ...]]:
    """Return a data file's value and what is wrong with it; the value is None where nothing could be read.

    A CSV file is a list of one dict a row, keyed by its first row, every value a string.
    """
    findings = Findings(path)
    extension = path.rpartition(".")[2].lower()
    text = decode(data, findings)
    value: object = None
    match extension:
        case "yaml" | "yml":
            node = yaml_nodes.compose(text, findings, syntax=_RULE)
            value = None if node is None else plain(node, findings)
        case "toml":
            node = toml_nodes.compose(text, findings, syntax=_RULE)
            value = None if node is None else plain(node, findings)
        case "json":
            value = _json(text, findings)
        case "csv":
            value = _csv(text, findings)
        case _:
            findings.note(
                _RULE,
                Place(0, 1),
                "a data file is .yaml, .toml, .json or .csv",
                hint="rename it or move it out of data/",
            )
    return value, tuple(sorted(findings.problems))


def _json(text: str, findings: Findings) -> object:
    if _json_too_deep(text, findings):
        return None
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_int)
    except json.JSONDecodeError as error:
        findings.note(
            _RULE,
            Place(error.lineno, error.colno),
            f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}",
            hint="JSON has no comments, and no comma after the last item",
        )
        return None
    except ValueError as error:
        findings.note(
            _RULE,
            _first(text, str(error)),
            f"the number {abridged(str(error))} is not one that JSON can hold",
            hint="put it in quotes to keep it as text",
        )
        return None
    unfit = _unfit(value)
    if unfit is not None:
        findings.tell(CONTROL_CHARACTER.escaped(unfit, "a value"), Place(0, 1))
        return None
    return value


def _json_too_deep(text: str, findings: Findings) -> bool:
    """Note duplicate keys; tell whether the nesting is too deep for a parser that descends by recursion."""
    seen: list[dict[str, int] | None] = []
    key: re.Match[str] | None = None
    for found in _JSON_LEXEME.finditer(text):
        mark = found[0]
        if mark == '"':  # a string that never closes, which is where the parser stops
            return False
        if mark in ("{", "["):
            seen.append({} if mark == "{" else None)
            if len(seen) > MAX_DEPTH:
                findings.note(
                    _RULE,
                    _place(text, found.start()),
                    f"lists and objects stand more than {MAX_DEPTH} deep in one another",
                    hint="flatten them",
                )
                return True
        elif mark in ("}", "]"):
            if seen:
                seen.pop()
        elif mark == ":" and key is not None and seen and (names := seen[-1]) is not None:
            if key[0] in names:
                first = _place(text, names[key[0]]).line
                place = _place(text, key.start(), len(key[0]))
                findings.tell(DUPLICATE_KEY.again(f"the key {abridged(key[0])}", first), place)
                if len(findings.problems) >= MAX_PROBLEMS:
                    return True
            names.setdefault(key[0], key.start())
        key = found if mark[0] == '"' else None
    return False


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _int(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**64:
        raise ValueError(text)
    return int(text)


def _first(text: str, word: str) -> Place:
    return _place(text, max(0, text.find(word)), len(word))


def _place(text: str, offset: int, length: int = 1) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), length)


def _unfit(value: object) -> str | None:
    """Return the first character in any string that no page can hold."""
    match value:
        case str():
            return unfit_character(value)
        case list():
            return next((found for item in value if (found := _unfit(item))), None)
        case dict():
            return next((found for pair in value.items() for item in pair if (found := _unfit(item))), None)
        case _:
            return None


def _csv(text: str, findings: Findings) -> list[dict[str, Any]]:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # splitlines() would also break at U+2028
    reader = csv.reader(lines, strict=True)
    rows: list[dict[str, Any]] = []
    header: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            if header is None:
                header = [name.strip() for name in row]
                if "" in header or len(set(header)) < len(header):
                    findings.note(
                        _RULE,
                        Place(reader.line_num, 1),
                        "the first row names the columns, each once",
                        hint="give every column a name of its own",
                    )
            elif len(row) != len(header):
                findings.note(
                    _RULE,
                    Place(reader.line_num, 1),
                    f"this row has {len(row)} fields, the first row {len(header)}",
                    hint="put a field that holds a comma in double quotes",
                )
                if len(findings.problems) >= MAX_PROBLEMS:
                    break
            else:
                rows.append(dict(zip(header, row, strict=True)))
    except csv.Error as error:
        findings.note(
            _RULE,
            Place(max(1, reader.line_num), 1),
            f"this is not CSV: {error}",
            hint="put a field that holds quotes in double quotes, and write each of them twice",
        )
    return rows
