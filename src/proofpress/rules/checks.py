"""The rules that `check` alone asks, beside those of a build: of texts, and of pages once they are finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.access import NO_ALTERNATIVE, UNSAID_LANGUAGE, VAGUE_LINK
from proofpress.rules.code import (
    LISTING_SYNTAX,
    MISSING_REQUIREMENT,
    NEWER_SYNTAX,
    TOO_MANY_ARGUMENTS,
    UNDEFINED_NAME,
    UNNAMED_LISTING,
)
from proofpress.rules.drawings import BROKEN_DIAGRAM
from proofpress.rules.links import GITHUB_LINK
from proofpress.rules.pages import DUPLICATE_ID, NAMELESS_FRAME, OVERSIZED_IMAGE
from proofpress.rules.remains import (
    CUT_OFF,
    ECHOED_ANSWER,
    ECHOED_INSTRUCTION,
    EDITOR_COMMENT,
    END_MARKER,
    EXAMPLE_ADDRESS,
    MERGE_MARK,
    PLACEHOLDER_TEXT,
    STOCK_PHRASE,
)
from proofpress.rules.structure import (
    BARE_URL,
    EMPTY_HEADING,
    LOST_HEADING,
    REPEATED_HEADING,
    REPEATED_PARAGRAPH,
    RESTARTED_LIST,
    SKIPPED_LEVEL,
    SWALLOWED_ITEM,
    UNDERLINED_PARAGRAPH,
)
from proofpress.rules.tables import NO_HEADER, SECOND_DELIMITER
from proofpress.rules.text import UNUSED_ALLOWANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.rules.html_page import PageRule
    from proofpress.rules.rule import TextRule

CHECKED_RULES: Final[Sequence[TextRule]] = (
    ECHOED_INSTRUCTION,
    END_MARKER,
    CUT_OFF,
    PLACEHOLDER_TEXT,
    EDITOR_COMMENT,
    STOCK_PHRASE,
    EXAMPLE_ADDRESS,
    MERGE_MARK,
    SKIPPED_LEVEL,
    EMPTY_HEADING,
    LOST_HEADING,
    REPEATED_PARAGRAPH,
    REPEATED_HEADING,
    RESTARTED_LIST,
    SWALLOWED_ITEM,
    UNDERLINED_PARAGRAPH,
    BARE_URL,
    ECHOED_ANSWER,
    SECOND_DELIMITER,
    NO_HEADER,
    LISTING_SYNTAX,
    UNNAMED_LISTING,
    UNDEFINED_NAME,
    TOO_MANY_ARGUMENTS,
    MISSING_REQUIREMENT,
    NEWER_SYNTAX,
    NO_ALTERNATIVE,
    VAGUE_LINK,
    UNSAID_LANGUAGE,
    GITHUB_LINK,
    UNUSED_ALLOWANCE,
)

UNDRAWN_RULES: Final[Sequence[TextRule]] = (BROKEN_DIAGRAM,)
"""Those that are asked where the site does not draw diagrams: where it does, who draws them tells."""

PAGE_RULES: Final[Sequence[PageRule]] = (DUPLICATE_ID, NAMELESS_FRAME, OVERSIZED_IMAGE)
"""Those that read a finished page by itself."""
