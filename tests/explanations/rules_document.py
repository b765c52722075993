"""Writes docs/rules.md from the rules: `python tests/explanations/rules_document.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from proofpress.rules.explanation import explanation, how_precise
from proofpress.rules.registry import FAMILIES
from proofpress.rules.rule import Rule

DOCUMENT: Final = Path(__file__).parents[2] / "docs/rules.md"

HEAD: Final = """\
# Rules

What can be wrong with a site, by where it is. `proofpress build` tells of all but those marked *check*, which
`proofpress check` asks as well. `proofpress explain NAME` has each with a wrong and a right example. What a rule weighs is
changed in `site.yaml`:

```yaml
rules:
  vague-link: off
  cut-off: error
```

Where it is said how many reports were true, a person read that many, drawn at random from what the rule says of real
blogs, and judged each in its post.

An error keeps a site from being published; a warning is told, and `--strict` takes it for an error. Rules without which a
part of a site would be missing or unsafe always are errors.

`proofpress check --fix` makes the mends that are certain and lose no word, `--fix --unsafe-fixes` those that are a guess, too;
`--diff` shows what either would do.
"""


def document() -> str:
    """Return the whole document."""
    parts = [HEAD]
    for family in FAMILIES:
        rules = [value for value in vars(family).values() if isinstance(value, Rule)]
        if not rules:
            continue
        name = family.__name__.rpartition(".")[2].replace("_", " ")
        parts.append(f"\n## {name.capitalize()}\n\n| rule | weighs | tells of |\n|---|---|---|\n")
        for rule in rules:
            weighs = f"{rule.severity}, always" if rule.fixed else rule.severity
            summary = explanation(rule).summary.replace("|", "\\|")
            told = " ".join(part for part in (summary, how_precise(rule)) if part)
            parts.append(f"| `{rule.name}` | {weighs}{', *check*' if rule.checked else ''} | {told} |\n")
    return "".join(parts)


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8", newline="\n")
