"""The rules that find their faults themselves in a parsed text: one loop over all of them, when a document is prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.headings import REPEATED_TITLE, SECOND_TITLE
from proofpress.rules.html import (
    HIDDEN_MARKUP,
    MALFORMED_TAG,
    MARKDOWN_IN_HTML,
    UNCLOSED_ELEMENT,
    UNDEFINED_ELEMENT,
    UNKNOWN_ELEMENT,
)
from proofpress.rules.links import LOST_LINK, UNUSED_REFERENCE
from proofpress.rules.marks import FOREIGN_SYNTAX
from proofpress.rules.rule import apart
from proofpress.rules.tables import TORN_TABLE, UNDRAWN_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.problems import Problem
    from proofpress.rules.prose import Text
    from proofpress.rules.rule import TextRule

TEXT_RULES: Final[Sequence[TextRule]] = (
    TORN_TABLE,
    UNDRAWN_TABLE,
    FOREIGN_SYNTAX,
    UNKNOWN_ELEMENT,
    UNDEFINED_ELEMENT,
    UNCLOSED_ELEMENT,
    MALFORMED_TAG,
    MARKDOWN_IN_HTML,
    HIDDEN_MARKUP,
    UNUSED_REFERENCE,
    LOST_LINK,
    REPEATED_TITLE,
    SECOND_TITLE,
)


def faults_in(text: Text, path: str, rules: Sequence[TextRule] = TEXT_RULES) -> Iterator[Problem]:
    """Give what the rules of texts find in one."""
    for rule in rules:
        found = rule.check(text)
        for fault, place in apart(found, text.allowances) if text.allowances else found:
            yield fault.at(path, place)
