"""Every kind of output. A new one is a module here beside the others, and its `KIND` in this list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.kinds import (
    aliases,
    archive,
    assets,
    copies,
    feeds,
    hosts,
    lists,
    machine,
    notebooks,
    notfound,
    pictures,
    posts,
    social,
    terms,
    twins,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofpress.config import Config
    from proofpress.kinds.target import Kind
    from proofpress.model import Card
    from proofpress.site.values import Alternate

KINDS: Final[tuple[Kind, ...]] = (
    posts.KIND,
    lists.KIND,
    archive.KIND,
    terms.KIND,
    feeds.KIND,
    aliases.KIND,
    copies.KIND,
    notebooks.KIND,
    pictures.KIND,
    assets.KIND,
    twins.KIND,
    social.KIND,
    notfound.KIND,
    machine.KIND,
    hosts.KIND,
)
"""In the order in which they claim URLs: of two claims the first is kept, and the problem blames what can be moved."""


def alternates(card: Card, config: Config, more: Iterable[Kind] = ()) -> Iterator[Alternate]:
    """Give every other form in which a document is published; `more` are kinds of others."""
    for kind in (*KINDS, *more):
        yield from kind.alternates(card, config)


def reads_source(config: Config, more: Iterable[Kind] = ()) -> bool:
    """Tell whether any kind wants the Markdown of documents."""
    return any(kind.reads_source(config) for kind in (*KINDS, *more))
