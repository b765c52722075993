"""What can be wrong with the owner's templates and the data that they read."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Rule

TEMPLATE_ERROR: Final = Rule("template-error", "error", "page", fixed=True)
DATA_ERROR: Final = Rule("data-error", "error", "source")
UNUSED_TEMPLATE: Final = Rule("unused-template", "warning", "site")
