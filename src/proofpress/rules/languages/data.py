"""Data: JSON, with comments too, TOML and YAML, as their libraries read them."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Final

import yaml

from proofpress.rules.languages.slip import Mend, Slip, goes_on, offset

_LEFT_OUT: Final = re.compile(r"\.\.\.|\N{HORIZONTAL ELLIPSIS}|\{\{|\{%|<[\w -]+>", re.MULTILINE)
"""What says that data are not whole: something left out, templates, `<placeholders>`."""
_COMMENT: Final = re.compile(r"//|/\*|^[^\S\n]*+#", re.MULTILINE)


def json_slip(code: str) -> Slip | None:
    """Return why JSON can't read a listing. A log's lines, and what stands inside of an object or a list, are read too."""
    try:
        json.loads(code)
    except json.JSONDecodeError as error:
        if _LEFT_OUT.search(code) or _COMMENT.search(code) or _is_part_of_json(code):
            return None
        return _json_slip(code, error)
    except RecursionError:
        return None
    return None


def _json_slip(code: str, error: json.JSONDecodeError) -> Slip:
    """Return the slip of an error; a comma before the end of a list, which Pythons place apart, stands at the comma."""
    before = code[: error.pos + 1].rstrip().rstrip("]}").rstrip()
    after = code[len(before) :].lstrip()
    if before.endswith(",") and after[:1] in {"]", "}"}:
        at = len(before) - 1
        return Slip(at, f"a ',' stands before '{after[0]}'", mend=Mend(at, ",", ""))
    return Slip(min(error.pos, max(0, len(code) - 1)), error.msg)


_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def _is_part_of_json(code: str) -> bool:
    text = code.strip().removesuffix(",")
    for tried in (text, "{" + text + "}", "[" + text + "]", goes_on(text, _STRING), goes_on("{" + text, _STRING)):
        try:
            at = 0
            while at < len(tried):
                at = json.JSONDecoder().raw_decode(tried, at)[1]
                at += len(tried) - at - len(tried[at:].lstrip())
        except (json.JSONDecodeError, RecursionError):
            continue
        return True
    return False


_WITH_COMMENTS: Final = re.compile(
    r'("(?:[^"\\\n]|\\.)*+")|//[^\n]*+|/\*.*?\*/|(/\*.*+)|,(?=\s*+(?:(?://[^\n]*+|(?>/\*.*?\*/))\s*+)*+[}\]])',
    re.DOTALL,
)
"""A string; a comment; one that is never closed, up to the end; a comma at the end of a list."""


def jsonc_slip(code: str) -> Slip | None:
    """Return why JSON can't read a listing, comments and commas at the end of lists let be."""
    return json_slip(_WITH_COMMENTS.sub(lambda found: found[1] or found[2] or re.sub(r"[^\n]", " ", found[0]), code))


_TWICE: Final = re.compile(r"Cannot (?:overwrite|declare|mutate|redefine)")
"""A key or a table comes twice: what a listing shows of two files, or of two ways to say a thing."""
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


def toml_slip(code: str) -> Slip | None:
    """Return why TOML can't read a listing."""
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        if _LEFT_OUT.search(code) or _TWICE.match(str(error)):
            return None
        place = _AT.search(str(error))
        at = len(code)
        if place and place[1]:
            at = offset(code, int(place[1]), int(place[2]))
        return Slip(min(at, max(0, len(code) - 1)), _AT.sub("", str(error)))
    except RecursionError:
        return None
    return None


def yaml_slip(code: str) -> Slip | None:
    """Return why YAML can't read a listing; its tags are let be, and several documents are read each."""
    try:
        for _event in yaml.parse(code, Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        if mark is None or _LEFT_OUT.search(code) or "\t" in code.partition("#")[0]:
            return None
        reason = error.problem or "it is no YAML"
        at = offset(code, mark.line + 1, mark.column + 1)
        return Slip(min(at, max(0, len(code) - 1)), _worded(reason))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return None


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDED: Final = {
    "mapping values are not allowed here": "a second ': ' in one line; a value that holds one stands in quotes",
    "mapping values are not allowed in this context": "a second ': ' in one line; a value that holds one stands in quotes",
    "did not find expected key": "its indent fits no key above",
    "expected <block end>, but found '<block mapping start>'": "its indent fits no key above",
}
"""What libyaml says, in words of those who write."""


def _worded(reason: str) -> str:
    return _WORDED.get(reason, reason)
