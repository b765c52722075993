"""What can be wrong with the owner's templates and the data that they read."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _UnusedTemplate(Rule, frozen=True):
    def makes_nothing(self, name: str, mend: str) -> Fault:
        return self.says(
            "no page is made from this template, and none that makes one extends, includes or imports it",
            mend or f"name it by 'template: {name}' in a page's front matter, include it, or delete it",
        )


TEMPLATE_ERROR: Final = Rule("template-error", "error", "page", fixed=True)
DATA_ERROR: Final = Rule("data-error", "error", "source")
UNUSED_TEMPLATE: Final = _UnusedTemplate("unused-template", "warning", "site")
