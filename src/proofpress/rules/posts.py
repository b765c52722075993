"""What can be wrong with posts among each other: titles, dates, terms, series, images that weigh too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TITLE: Final = 100
"""Characters of a title; search engines and cards show some 60 of them, and titles of technical blogs seldom have more than 90."""
FIRST_YEAR: Final = 1990
"""Before it there was no page on the web."""
HEAVIEST: Final = 1_000_000
"""Bytes of an image: a phone on a good line takes a second for them."""


class _NoDescription(Rule, frozen=True):
    def missing(self) -> Fault:
        return self.says(
            "the post has no description, so search engines and cards show its first words",
            "write 'description:' and one sentence in its front matter",
        )


class _LongTitle(Rule, frozen=True):
    def of(self, characters: int) -> Fault:
        return self.says(
            f"the title has {characters} characters, and lists, tabs and search engines cut it off",
            f"say it in fewer than {LONGEST_TITLE}; the rest has a place in 'description:'",
        )


class _DoubtfulDate(Rule, frozen=True):
    def before(self, year: int) -> Fault:
        return self.says(f"the post is dated {year}, before there were pages on the web", "look at the year")

    def far_ahead(self, day: str) -> Fault:
        return self.says(
            f"the post is dated {day}, more than a year ahead, and is not published before", "look at the year"
        )


class _PluralTerm(Rule, frozen=True):
    def beside(self, name: str, other: str, posts: int, taxonomy: str) -> Fault:
        """`other` is carried by so many posts, at least as many as `name`."""
        several = f"{posts:,} post{'' if posts == 1 else 's'}"
        return self.says(
            f"'{name}' and '{other}' differ by number alone, and each has a list of its own",
            f"write '{other}', as {several} in {taxonomy} {'does' if posts == 1 else 'do'}",
        )


class _LoneTerm(Rule, frozen=True):
    def alone(self, name: str, taxonomy: str) -> Fault:
        return self.says(
            f"no other post has '{name}', so that its list in {taxonomy} has one entry", "use one that others have"
        )


class _SeriesGap(Rule, frozen=True):
    def missing(self, series: str, numbers: Sequence[int], number: int) -> Fault:
        """`numbers` are those that no post of the series has, below this post's own."""
        parts = f"part {numbers[0]}" if len(numbers) == 1 else f"parts {', '.join(map(str, numbers))}"
        return self.says(
            f"this is part {number} of '{series}', and no post of that series is {parts}",
            "look at the numbers in the titles, and whether each part names the series",
        )


class _HeavyImage(Rule, frozen=True):
    def weighs(self, megabytes: float) -> Fault:
        return self.says(
            f"the image has {megabytes:.1f} MB, which takes seconds on a phone",
            "make it smaller: as wide as it is shown twice over, as WebP, AVIF or a JPEG of lower quality",
        )


class _LocationData(Rule, frozen=True):
    def holds(self, path: str) -> Fault:
        return self.says(
            f"the picture '{path}' says where it was taken, and is published with that",
            "take it out: exiftool -gps:all= -xmp:all= FILE",
        )


class _UnfitField(Rule, frozen=True):
    def lacking(self, name: str) -> Fault:
        return self.says(
            f"the post has no '{name}', which 'fields' in site.yaml requires",
            f"write 'extra:' and below it '{name}: …'",
        )

    def of_another_kind(self, name: str, takes: str, shown: str) -> Fault:
        return self.says(f"'{name}' takes {takes} by 'fields' in site.yaml, not {shown}")

    def none_of(self, name: str, written: str, values: Sequence[str], mend: str) -> Fault:
        return self.says(
            f"'{written}' is none of the values that 'fields' in site.yaml gives '{name}'",
            mend or f"they are {', '.join(values)}",
        )


UNFIT_FIELD: Final = _UnfitField("unfit-field", "warning", "site")
NO_DESCRIPTION: Final = _NoDescription(
    "no-description", "warning", "site", checked=True, optional=True, precision=(25, 25)
)
LONG_TITLE: Final = _LongTitle("long-title", "warning", "site", checked=True, precision=(3, 3))
DOUBTFUL_DATE: Final = _DoubtfulDate("doubtful-date", "warning", "site", checked=True)
PLURAL_TERM: Final = _PluralTerm("plural-term", "warning", "site", checked=True, precision=(3, 3))
LONE_TERM: Final = _LoneTerm("lone-term", "warning", "site", checked=True, optional=True, precision=(25, 25))
SERIES_GAP: Final = _SeriesGap("series-gap", "warning", "site", checked=True)
LOCATION_DATA: Final = _LocationData("location-data", "warning", "site", checked=True)
HEAVY_IMAGE: Final = _HeavyImage("heavy-image", "warning", "site", checked=True)
