"""The scripts of Chinese, Japanese and Korean, whose words stand beside marks and each other without a blank."""

from __future__ import annotations

from typing import Final

from proofpress.patterns import lazy

_LETTERS: Final = (
    "\u1100-\u11ff\u2e80-\u2fff\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3041-\u312f\u3131-\u318f\u31a0-\u31bf"
    "\u31c0-\u31ef\u31f0-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff"
)
_PUNCTUATION: Final = (
    "\u3000-\u3004\u3008-\u3020\u302a-\u3030\u303d-\u303f\ufe10-\ufe1f\ufe30-\ufe4f\uff01-\uff65\uffe0-\uffee"
)

CJK: Final = lazy(f"[{_LETTERS}{_PUNCTUATION}]")
"""A letter or a mark of these scripts."""

SOME: Final = lazy("[\u2e80-\uffef]")
"""A character that a text in these scripts has, and hardly another: one range, since most texts are searched in vain."""

LETTER: Final = lazy(f"[{_LETTERS}]")

STOP: Final = lazy(f"[{_PUNCTUATION}]")
"""A mark of these scripts, blanks and brackets included: nothing that an address would hold as it is."""

SYLLABLE: Final = lazy("[\u3041-\u309f\uac00-\ud7a3]")
"""Hiragana and Hangul, in which endings and particles are written."""


def joins(character: str) -> bool:
    """Tell whether a character makes one word with a letter beside it: letters and digits do, but those of CJK."""
    return character.isalnum() and (character < "\u1100" or CJK.match(character) is None)
