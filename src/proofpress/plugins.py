"""What a plugin says: the values of which a site's `plugins.py`, or an installed package, brings some (docs/plugins.md).

Four values, each what Proofpress has of its own: a piece of Markdown, a filter of templates, a rule, a kind of output.
Everything that a plugin needs can be imported from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from proofpress.kinds.html import HtmlTarget
from proofpress.kinds.making import Making
from proofpress.kinds.question import Question
from proofpress.kinds.target import FilledTarget, Kind, PlainTarget, Planning, Published
from proofpress.markdown.plugin import Markdown
from proofpress.markdown.text import Text
from proofpress.model import Place
from proofpress.paths import SitePath
from proofpress.problems import Problem
from proofpress.rules.html_page import Page, Tag
from proofpress.rules.rule import Rule
from proofpress.site.index import Site

__all__ = [
    "FilledTarget",
    "Filter",
    "HtmlTarget",
    "Kind",
    "Making",
    "Markdown",
    "Page",
    "PageRule",
    "Place",
    "PlainTarget",
    "Planning",
    "Plugin",
    "Problem",
    "Published",
    "Question",
    "Rule",
    "Site",
    "SitePath",
    "Tag",
    "Tell",
    "TellOfTag",
    "Text",
    "TextRule",
]  # fmt: skip


class Tell(Protocol):
    """Takes note of a fault."""

    def __call__(self, place: Place, message: str, hint: str = "") -> None:
        """Note what is wrong at a place, and what to do."""


class TextRule(msgspec.Struct, frozen=True):
    """A rule, and the function that finds what breaks it in what a post's Markdown says."""

    rule: Rule
    find: Callable[[Text, Tell], None]
    """A pure function of the text."""


class TellOfTag(Protocol):
    """Takes note of a fault on a finished page."""

    def __call__(self, tag: Tag, message: str, hint: str = "") -> None:
        """Note what is wrong with a tag, and what to do. Where it was written is found by Proofpress."""


class PageRule(msgspec.Struct, frozen=True):
    """A rule, and the function that finds what breaks it on a finished page. `check` alone asks it."""

    rule: Rule
    find: Callable[[Page, TellOfTag], None]
    """A pure function of the page."""


class Filter(msgspec.Struct, frozen=True):
    """A filter that templates know by its name."""

    name: str
    function: Callable[..., object]
    """A pure function of what it is handed."""


Plugin = Markdown | Filter | TextRule | PageRule | Kind
"""What may stand in the list `plugins`."""
