"""A page as the search knows it: its title and text as HTML, with the ids that results lead to, and code parted into names.

Pagefind takes what stands between two blanks for a word, and knows its parts besides: of `self.train_step(x)` it knows
`train` and `step`, not `train_step`. So each name in code begins a word of its own, after a mark (U+2060) and a blank,
which the theme's script takes out where it shows the line. A number stays whole: 1.31 is no two names. C++ and C# are names as they stand, so that a
name which a # leads, #include, begins a word, too; #131072 is a word, and no beginning of it 1.31.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from markupsafe import escape

PART: Final = "\u2060 "
"""Parts names in code; no reader sees it."""

_CODE: Final = re.compile(r"(<code\b[^>]*>)(.*?)</code>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_LEADING: Final = re.compile(r"""(?<![\w&"'/=])#(?=[^\W\d])""")
"""A # before a name; one in an attribute that is taken for it changes nothing, for no attribute but ids is read."""
_BEFORE_NAME: Final = re.compile(r"(?!(?<=\d)\.\d)(&\w+;|&#\w+;|[^\w\s&])(?=\w)")


class Record(msgspec.Struct, frozen=True):
    """One page."""

    url: str
    """As an href says it, the site's prefix included."""
    html: str


def record(url: str, title: str, language: str, body: str) -> Record:
    """Return the record of a page. `body` is a Body's HTML, in which references are still open: none of them is a word."""
    text = "".join(body.split("\0")[::2])
    if "<code" in text:
        text = _CODE.sub(_parted, text)
    text = _LEADING.sub(_marked, text)
    return Record(url, f'<html lang="{escape(language)}"><body><h1>{escape(title)}</h1>\n{text}</body></html>')


def _parted(code: re.Match[str]) -> str:
    text = _TAG.sub("", code[2])
    return f"{code[1]}{_BEFORE_NAME.sub(_marked, text)}</code>"


def _marked(before: re.Match[str]) -> str:
    return before[0] + PART
