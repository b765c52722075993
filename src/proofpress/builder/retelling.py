"""A world in which posts are told otherwise, and nothing else is another: their titles, descriptions and summaries.

What is published, in which lists and in which order does not depend on these. So the world of the build before stands, with
the new cards in the place of the old ones; of ten thousand posts just those are looked at whose cards are new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.builder.world import digest_of_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.preparing import Preparation
    from proofpress.builder.world import World
    from proofpress.model import Card
    from proofpress.paths import SourcePath
    from proofpress.site.index import Edition

TOLD: Final = ("title", "description", "summary_html", "has_more", "minutes")
"""What a card says to those who read it, and to no list and no address."""
FEW: Final = 16
"""How many posts may be told otherwise; of more the world is made anew."""


def retold(
    before: World, known: Preparation, now: Preparation, hidden: frozenset[SourcePath], inputs: Inputs
) -> World | None:
    """Return the world of a build with today's cards, where nothing else that was read is another; None where more may be.

    A page of its own stands among others by its title, a text of a list names feeds, and a social card and a plugin's target
    may hold a title: where there are such, nobody can tell this without making the plan.
    """
    if (
        before.site.hidden != hidden
        or known.prepared.keys() != now.prepared.keys()
        or inputs.config.cards
        or inputs.plugins
        or any(section.order == "title" for section in inputs.config.sections.values())
    ):
        return None
    told = [path for path in now.changed if known.prepared[path].told != now.prepared[path].told]
    if len(told) > FEW or not all(_only_told(known.prepared[path], now.prepared[path]) for path in now.changed):
        return None
    cards = {path: now.prepared[path].card for path in told if path not in hidden}
    site = before.site
    by_path = site.by_path | cards
    translations = {path: _with(forms, cards) for path, forms in site.translations.items()}
    others = {tag: msgspec.structs.replace(own, **_lists(own, cards)) for tag, own in site.others.items()}
    site = msgspec.structs.replace(
        site, **_lists(site, cards), by_path=by_path, translations=translations, others=others
    )
    links = before.links.told_anew(by_path, {path: now.prepared[path].anchors for path in cards})
    digest = digest_of_world(inputs, now.prepared, site, before.asset_paths)
    return msgspec.structs.replace(before, site=site, links=links, digest=digest)


def _only_told(was: Prepared, now: Prepared) -> bool:
    """Tell whether nothing of a document is another but its text and what its card says to readers."""
    same = {name: getattr(was.card, name) for name in TOLD}
    return (
        was.told == now.told
        or (
            now.card.is_post
            and (was.folder, was.bundle) == (now.folder, now.bundle)
            and msgspec.structs.replace(now.card, **same) == was.card
        )
    ) and (
        {**was.places, "title": None} == {**now.places, "title": None}
        and was.pictures == now.pictures
        and was.drawings == now.drawings
    )


def _lists(edition: Edition, cards: Mapping[SourcePath, Card]) -> dict[str, Any]:
    """Return those fields of an edition that hold posts, with other cards."""
    return {
        "posts": _with(edition.posts, cards),
        "home": _with(edition.home, cards),
        "folders": {folder: _with(own, cards) for folder, own in edition.folders.items()},
        "taxonomies": {
            taxonomy: {key: msgspec.structs.replace(own, posts=_with(own.posts, cards)) for key, own in terms.items()}
            for taxonomy, terms in edition.taxonomies.items()
        },
    }


def _with(row: tuple[Card, ...], cards: Mapping[SourcePath, Card]) -> tuple[Card, ...]:
    return tuple([cards.get(card.path, card) for card in row])
