"""Problems as SARIF 2.1.0 (OASIS, 2020), which GitHub's code scanning and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress import __version__
from proofpress.paths import encode
from proofpress.problems import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.problems import Edit, Problem


def sarif(problems: Sequence[Problem], folder: str = "") -> dict[str, Any]:
    """Return a log of one run. `folder` is where the site lies in the repository."""
    from proofpress.rules.explanation import explanation
    from proofpress.rules.registry import registry

    rules = registry()
    names = sorted({found.rule for found in problems})
    described = [
        {
            "id": name,
            "shortDescription": {"text": explanation(rules[name]).summary},
            "defaultConfiguration": {"level": rules[name].severity},
        }
        if name in rules
        else {"id": name}
        for name in names
    ]
    driver = {"name": "Proofpress", "version": __version__, "rules": described}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(found, names.index(found.rule), folder) for found in problems],
            }
        ],
    }


def _result(found: Problem, rule: int, folder: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": encode(folder + found.path)}}
    if found.line:
        place["region"] = {
            "startLine": found.line,
            "startColumn": found.column,
            "endColumn": found.column + found.length,
        }
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": visible(found.said)},
        "locations": [{"physicalLocation": place}],
    }
    if found.edits:
        result["fixes"] = [{"artifactChanges": [_change(edit, folder) for edit in found.edits]}]
    return result


def _change(edit: Edit, folder: str) -> dict[str, Any]:
    region = {
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    }
    return {
        "artifactLocation": {"uri": encode(folder + edit.path)},
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": edit.text}}],
    }
