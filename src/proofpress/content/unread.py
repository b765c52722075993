"""Posts in a form that is not read: what a file's name, or its first lines, say that it is.

Copied as it is such a file would be published raw, with its front matter, and with a draft in it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from proofpress.content import gate
from proofpress.patterns import lazy

BEGINNING: Final = 4096
"""Bytes of a file that are looked at."""


class Unread(NamedTuple):
    """Why a file is no page, and what to do."""

    why: str
    mend: str


_PANDOC = "write it as Markdown; `pandoc -t gfm` does most of it"
_KNIT = "knit it, and put the Markdown that comes out here"
_RENAME = "rename it to end with '.md'"
_FORMS: Final = {
    ".mdx": ("MDX is not read", "rename it to end with '.md', and write HTML where its components stand"),
    ".rmd": ("R Markdown is not read", _KNIT),
    ".rmarkdown": ("R Markdown is not read", _KNIT),
    ".qmd": ("a Quarto document is not read", "render it with `quarto render --to gfm`, and put the Markdown here"),
    ".rst": ("reStructuredText is not read", _PANDOC),
    ".org": ("Org is not read", _PANDOC),
    ".adoc": ("AsciiDoc is not read", _PANDOC),
    ".asciidoc": ("AsciiDoc is not read", _PANDOC),
    ".textile": ("Textile is not read", _PANDOC),
    ".lr": ("a page of Lektor is not read", _RENAME),
    ".meta": ("what Nikola keeps beside a post is not read", "write it between two lines '---' at the beginning of the post, and delete this file"),
    **dict.fromkeys((".mkdn", ".mkdown", ".mdwn", ".mdtxt", ".mdtext", ".markdn", ".mdn", ".ronn"), ("Markdown by this ending is not read", _RENAME)),
}  # fmt: skip

_NEVER_POSTS: Final = lazy(
    r".*\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|tiff?|heic|woff2?|[ot]tf|eot|mp[34]|webm|ogg|og[av]|wav|flac|m4[av]|mov|avi"
    r"|pdf|zip|gz|tgz|bz2|xz|zst|7z|tar|jar|wasm|exe|dll|so|css|m?js|map|json|csv|tsv|parquet|np[yz]|pkl|ya?ml|toml|xml"
    r"|c|h|cc|cpp|hpp|rs|go|py|rb|java|kt|ts|tsx|jsx|sh|sql|lua|zig|scala)",
    re.IGNORECASE | re.DOTALL,
)
"""Pictures, data and code: no tool takes one for a post, and YAML files begin with `---` by right."""
_PELICAN_DRAFT: Final = lazy(
    r"<meta\b[^>]*\bname=[\"']?status\b[^>]*\bcontent=[\"']?(?:draft|hidden|skip)", re.IGNORECASE
)


def by_name(path: str) -> Unread | None:
    """Tell what a file is by the end of its name; None where that says nothing."""
    name = path.rpartition("/")[2].lower()
    form = _FORMS.get("." + name.rpartition(".")[2]) if "." in name else None
    return None if form is None else Unread(*form)


def is_worth_a_look(path: str) -> bool:
    """Tell whether a file that is copied may be a post, so that its beginning has to be looked at."""
    return _NEVER_POSTS.fullmatch(path) is None


def by_beginning(data: bytes) -> Unread | None:
    """Tell whether a file's first bytes are those of a post."""
    if b"\0" in data:
        return None
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if not (gate.begins(text) or _PELICAN_DRAFT.search(text)):
        return None
    return Unread("this file begins with front matter, and is no Markdown", "write it as a '.md' file")
