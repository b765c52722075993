"""What `check` finds among a site's posts, beyond each one's text: the rules of `rules/posts.py`, over cards and files."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from proofpress.content.images import IMAGES
from proofpress.model import Place
from proofpress.paths import slug
from proofpress.rules.posts import (
    DOUBTFUL_DATE,
    FIRST_YEAR,
    HEAVIEST,
    HEAVY_IMAGE,
    LONE_TERM,
    LONG_TITLE,
    LONGEST_TITLE,
    NO_DESCRIPTION,
    PLURAL_TERM,
    SERIES_GAP,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

_AHEAD: Final = dt.timedelta(days=366)
_SHORT: Final = 3
"""Letters of a word that is no plural: gas, css, aws."""
_NO_PLURALS: Final = frozenset({"news", "windows", "graphics", "physics", "ethics", "keras", "pandas", "rails"})
"""Words that would pass for the plural of another that may be a term, too."""
_NUMBER: Final = re.compile(r"\b(?:part|teil|partie|parte|deel|del|episode|chapter)\.?\s+#?(\d{1,2})\b", re.IGNORECASE)
"""The number of a part in a title."""


def survey(
    prepared: Mapping[SourcePath, Prepared], sizes: Mapping[SourcePath, int], now: dt.datetime
) -> Iterator[Problem]:
    """Give what is wrong with posts among each other, and with the files beside them, of which `sizes` are the bytes."""
    posts = {path: own for path, own in prepared.items() if own.card.is_post}
    for path, own in posts.items():
        yield from _alone(path, own, now)
    for taxonomy in sorted({taxonomy for own in posts.values() for taxonomy in own.card.terms}):
        yield from _terms(posts, taxonomy)
    yield from _series(posts)
    for path, size in sizes.items():
        if size > HEAVIEST and path.lower().endswith(IMAGES):
            yield HEAVY_IMAGE.weighs(size / 1e6).at(path)


def _alone(path: SourcePath, own: Prepared, now: dt.datetime) -> Iterator[Problem]:
    """Give what is wrong with what one post says of itself."""
    card, places = own.card, own.places
    if "description" not in places:  # a card without one has its first words
        yield NO_DESCRIPTION.missing().at(path, places.get("title", _TOP))
    if len(card.title) > LONGEST_TITLE:
        yield LONG_TITLE.of(len(card.title)).at(path, places.get("title", _TOP))
    if card.date is not None and card.date.year < FIRST_YEAR:
        yield DOUBTFUL_DATE.before(card.date.year).at(path, places.get("date", _TOP))
    elif card.date is not None and card.date > now + _AHEAD:
        yield DOUBTFUL_DATE.far_ahead(f"{card.date:%Y-%m-%d}").at(path, places.get("date", _TOP))


_TOP: Final = Place(1, 1)


def _terms(posts: Mapping[SourcePath, Prepared], taxonomy: str) -> Iterator[Problem]:
    """Give the terms of a taxonomy that are another's plural or singular, at each post, and those of one post alone."""
    carried: dict[str, list[tuple[SourcePath, Place]]] = {}
    for path, own in posts.items():
        for number, name in enumerate(own.card.terms.get(taxonomy, ())):
            place = own.places.get(f"{taxonomy}.{number}", own.places.get(taxonomy, _TOP))
            carried.setdefault(name, []).append((path, place))
    singular = {name.casefold(): name for name in carried}
    less: dict[str, str] = {}
    for name in sorted(carried):
        other = next((singular[one] for one in _singulars(name.casefold()) if one in singular), None)
        if other is not None:
            fewer, more = sorted((name, other), key=lambda one: (len(carried[one]), one))
            less[fewer] = more
    same = Counter(slug(name) for name in carried)
    for name, where in carried.items():
        if name in less:
            fault = PLURAL_TERM.beside(name, less[name], len(carried[less[name]]), taxonomy)
            for path, place in where:
                yield fault.at(path, place)
        elif len(where) == 1 and same[slug(name)] == 1 and taxonomy != "series":
            ((path, place),) = where
            yield LONE_TERM.alone(name, taxonomy).at(path, place)


def _singulars(word: str) -> Iterator[str]:
    """Give what an English word may be the plural of."""
    if len(word) > _SHORT and word.endswith("s") and not word.endswith("ss") and word not in _NO_PLURALS:
        yield word[:-1]
        if word.endswith("ies"):
            yield f"{word[:-3]}y"
        if word.endswith(("ches", "shes", "xes", "sses")):
            yield word[:-2]


def _series(posts: Mapping[SourcePath, Prepared]) -> Iterator[Problem]:
    """Give the first post of each series that comes after a part which is missing, by the numbers in titles."""
    parts: dict[str, dict[int, SourcePath]] = {}
    for path, own in posts.items():
        found = _NUMBER.search(own.card.title)
        for name in own.card.terms.get("series", ()) if found else ():
            assert found is not None
            parts.setdefault(name, {}).setdefault(int(found[1]), path)
    for name, numbered in parts.items():
        if len(numbered) < 2:
            continue
        last = max(numbered)
        missing = [number for number in range(1, last) if number not in numbered]
        if missing:
            number = next(number for number in sorted(numbered) if number > missing[0])
            below = [each for each in missing if each < number]
            path = numbered[number]
            yield SERIES_GAP.missing(name, below, number).at(path, posts[path].places.get("title", _TOP))
