"""Which form of a word goes with a number: the rules of CLDR 48 for whole numbers, by language.

A page counts posts, minutes and lines and nothing broken, so the operands of CLDR but `n` have no part here. That is a
hundred lines less than a library, which every cold build would have to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.words.tags import bases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_MILLION: Final = 1_000_000


class Plurals(NamedTuple):
    """A language's categories, in CLDR's names and order, and the one that a whole number belongs to."""

    categories: tuple[str, ...]
    of: Callable[[int], str]


def _same(_n: int) -> str:
    return "other"


def _english(n: int) -> str:
    return "one" if n == 1 else "other"


def _hindi(n: int) -> str:
    return "one" if n in (0, 1) else "other"


def _french(n: int) -> str:
    return "one" if n in (0, 1) else "many" if n % _MILLION == 0 else "other"


def _spanish(n: int) -> str:
    return "one" if n == 1 else "many" if n and n % _MILLION == 0 else "other"


def _czech(n: int) -> str:
    return "one" if n == 1 else "few" if 2 <= n <= 4 else "other"


def _polish(n: int) -> str:
    return "one" if n == 1 else "few" if _ends_in_few(n) else "many"


def _russian(n: int) -> str:
    return "one" if _ends_in_one(n) else "few" if _ends_in_few(n) else "many"


def _croatian(n: int) -> str:
    return "one" if _ends_in_one(n) else "few" if _ends_in_few(n) else "other"


def _ends_in_one(n: int) -> bool:
    return n % 10 == 1 and n % 100 != 11


def _ends_in_few(n: int) -> bool:
    return 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14


def _hebrew(n: int) -> str:
    return "one" if n == 1 else "two" if n == 2 else "other"


def _arabic(n: int) -> str:
    if n <= 2:
        return ("zero", "one", "two")[n]
    return "few" if 3 <= n % 100 <= 10 else "many" if n % 100 >= 11 else "other"


def _table(*families: tuple[str, Plurals]) -> Mapping[str, Plurals]:
    def of_each() -> Iterable[tuple[str, Plurals]]:
        for names, plurals in families:
            for name in names.split():
                yield name, plurals

    return dict(of_each())


_ENGLISH: Final = Plurals(("one", "other"), _english)
_LANGUAGES: Final = _table(
    ("id ja ko lo ms my th vi yue zh", Plurals(("other",), _same)),
    ("am as bn fa gu hi kn pa zu", Plurals(("one", "other"), _hindi)),
    ("fr pt", Plurals(("one", "many", "other"), _french)),
    ("ca es it pt-pt", Plurals(("one", "many", "other"), _spanish)),
    ("cs sk", Plurals(("one", "few", "many", "other"), _czech)),
    ("pl", Plurals(("one", "few", "many", "other"), _polish)),
    ("be ru uk", Plurals(("one", "few", "many", "other"), _russian)),
    ("bs hr sr", Plurals(("one", "few", "other"), _croatian)),
    ("he iw", Plurals(("one", "two", "other"), _hebrew)),
    ("ar", Plurals(("zero", "one", "two", "few", "many", "other"), _arabic)),
)


def plurals_of(tag: str) -> Plurals:
    """Return the plurals of a language; those of English where they are not known."""
    return next((_LANGUAGES[base] for base in bases(tag) if base in _LANGUAGES), _ENGLISH)
