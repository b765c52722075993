"""Language tags (BCP 47): which catalogues may serve one, and which way its text runs."""

from __future__ import annotations

from typing import Final

_RIGHT_TO_LEFT: Final = frozenset({
    "ar", "arc", "arz", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "khw", "lrc", "mzn", "nqo", "pnb", "ps", "sd", "skr", "syr",
    "ug", "ur", "yi",
})  # fmt: skip
"""Languages that are mostly written from right to left (CLDR, the scripts that are likely for each)."""
_SCRIPTS: Final = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
"""Scripts that run from right to left."""


def normal(tag: str) -> str:
    """Return a tag as tags are compared: in small letters, with hyphens."""
    return tag.lower().replace("_", "-")


def bases(tag: str) -> tuple[str, ...]:
    """Return a tag and what it is a form of, the most exact first: `zh-hant-tw`, `zh-hant`, `zh`."""
    parts = normal(tag).split("-")
    return tuple("-".join(parts[:end]) for end in range(len(parts), 0, -1))


def direction(tag: str) -> str:
    """Return the way in which a language's text runs, as HTML's `dir` names it: `ltr` or `rtl`.

    A script that the tag names decides: `az-Arab` runs from right to left, `ar-Latn` does not.
    """
    first, *more = normal(tag).split("-")
    script = next((part for part in more if len(part) == 4 and part.isalpha()), "")
    rtl = script in _SCRIPTS if script else first in _RIGHT_TO_LEFT
    return "rtl" if rtl else "ltr"
