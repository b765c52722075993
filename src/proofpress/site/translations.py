"""Which documents say the same in different languages: by their names, or since the original names the others."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from proofpress.model import Card, Place
from proofpress.paths import SourcePath, join
from proofpress.problems import did_you_mean
from proofpress.rules.links import BROKEN_LINK
from proofpress.rules.words import SAME_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from proofpress.problems import Problem


def originals(
    by_path: Mapping[SourcePath, Card],
    hidden: Collection[SourcePath],
    places: Mapping[SourcePath, Mapping[str, Place]],
) -> tuple[dict[SourcePath, SourcePath], list[Problem]]:
    """Return what each translation translates, where that is shown too, and what is wrong with those that are named."""
    found = {path: card.original for path, card in by_path.items() if card.original in by_path and card.original}
    problems: list[Problem] = []
    for path, card in by_path.items():
        for number, written in enumerate(card.translations):
            named = SourcePath(join(posixpath.dirname(path), unquote(written)) or "")
            place = places.get(path, {}).get(f"translations.{number}", Place(1, 1))
            other = by_path.get(named)
            if other is None:
                if named not in hidden:
                    near = did_you_mean(written, [posixpath.relpath(one, posixpath.dirname(path)) for one in by_path])
                    problems.append(BROKEN_LINK.no_page(written, near).at(path, place))
            elif other.language == card.language:
                problems.append(SAME_LANGUAGE.of_both(written).at(path, place))
            else:
                found.setdefault(named, path)
    firsts = {path: _first(path, found) for path in found}
    return {path: first for path, first in firsts.items() if first != path}, problems


def forms(
    by_path: Mapping[SourcePath, Card], translates: Mapping[SourcePath, SourcePath], others: Iterable[Card]
) -> dict[SourcePath, tuple[Card, ...]]:
    """Return all that says the same as each document that is not the only one to say it, the original first.

    `others` are translations whose original is left out; they know each other all the same.
    """
    groups: dict[SourcePath, dict[SourcePath, Card]] = defaultdict(dict)
    for path, original in sorted(translates.items()):
        groups[original].setdefault(original, by_path[original])
        groups[original][path] = by_path[path]
    for card in others:
        if card.original is not None:
            groups[card.original][card.path] = card
    found: dict[SourcePath, tuple[Card, ...]] = {}
    for group in groups.values():
        if len(group) > 1:
            found.update(dict.fromkeys(group, tuple(group.values())))
    return found


def _first(path: SourcePath, translates: Mapping[SourcePath, SourcePath]) -> SourcePath:
    """Return the original of an original, and so on; of those that name each other in a circle the first by its path."""
    seen = [path]
    while (above := translates.get(seen[-1])) is not None and above not in seen:
        seen.append(above)
    return seen[-1] if above is None else min(seen[seen.index(above) :])
