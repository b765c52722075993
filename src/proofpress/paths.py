"""Names of things: paths below the site's folder, paths below the output folder, URLs and slugs.

All paths here are strings with forward slashes, relative, in Unicode NFC, so that a site built on Windows or macOS has
the same names as one built on Linux (macOS hands out NFD names, Windows back-slashes; the scanner converts once).
A site path, such as `/posts/hello/`, is a URL's path below the site's root, percent-encoded; where the site lives under
a sub-path (`https://me.example/blog/`), `Base` puts that prefix in front.
"""

from __future__ import annotations

import functools
import posixpath
import re
import unicodedata
from typing import TYPE_CHECKING, NewType
from urllib.parse import quote, unquote, urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

SourcePath = NewType("SourcePath", str)
"""Relative to the site's folder: `content/posts/hello.md`."""

OutputPath = NewType("OutputPath", str)
"""Relative to the output folder: `posts/hello/index.html`."""

SitePath = NewType("SitePath", str)
"""A URL's path below the site's root, percent-encoded, beginning with `/`: `/posts/hello/`."""

MAX_NAME = 255
"""Bytes of one name in UTF-8: what Linux's file systems hold. macOS and Windows count 255 UTF-16 units, never fewer."""

MAX_PARTS = 64
"""Folders within each other, and the file in them: no site needs more, and much walks through folders by recursion."""

MAX_PATH = 900
"""Bytes of an output path: macOS holds 1,024 with the folders above the site, S3 a key of 1,024 with its prefix."""

WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_UNPORTABLE = frozenset('<>:"|?*\\')
_MAY_BE_UNPORTABLE = re.compile(
    r"""[<>:"|?*\\\x00-\x1f]|[. ](?:/|\Z)|(?:\A|/)(?:con|prn|aux|nul|com[1-9]|lpt[1-9])\s*(?:[./]|\Z)""", re.IGNORECASE
)
"""What every path has that Windows can't hold, and hardly any other."""
_SAFE = "/~!$&'()*+,;=:@-._"  # RFC 3986, pchar and the slash
_ODD_RUN = re.compile(r"[^\w.~-]+|_+")
_DASHES = re.compile(r"-{2,}")


class Base(msgspec.Struct, frozen=True):
    """Where the site is published: `origin` is `https://me.example`, `prefix` is `` or `/blog` (no slash at its end)."""

    origin: str
    prefix: str

    @classmethod
    def of(cls, url: str) -> Base:
        """Split a site's URL, such as `https://me.example/blog/`."""
        parts = urlsplit(url)
        return cls(f"{parts.scheme}://{parts.netloc}", quote(unquote(parts.path), safe=_SAFE).rstrip("/"))

    def href(self, path: str) -> str:
        """Return what a page's `href` says for a site path: `/blog/posts/hello/`."""
        return self.prefix + path

    def absolute(self, path: str) -> str:
        """Return a site path's full URL: `https://me.example/blog/posts/hello/`."""
        return self.origin + self.prefix + path


@functools.lru_cache(maxsize=4096)  # a term is asked for wherever it is shown
def slug(text: str) -> str:
    """Return text as one segment of a URL: lower case, words joined by dashes, letters of every script kept.

    `C`, `C++` and `C#` stay apart (`c`, `c-plus-plus`, `c-sharp`). The result may be empty (for an emoji alone).
    """
    text = unicodedata.normalize("NFC", text).strip()
    text = re.sub(r"\++", lambda found: "-plus" * len(found[0]) + "-", text)
    text = re.sub(r"(?<=\w)#", "-sharp-", text)
    text = re.sub(r"^\.(?=\w)", "dot-", text)
    text = re.sub(r"['\N{RIGHT SINGLE QUOTATION MARK}]", "", text)
    text = _DASHES.sub("-", _ODD_RUN.sub("-", text.lower()))
    return unicodedata.normalize("NFC", text.strip("-."))


def encode(path: str) -> str:
    """Percent-encode a path of plain characters as RFC 3986 asks, slashes kept."""
    return quote(unicodedata.normalize("NFC", path), safe=_SAFE)


def output_path(path: SitePath) -> OutputPath:
    """Return the file that holds a site path: `/posts/hello/` is `posts/hello/index.html`."""
    plain = unquote(path).lstrip("/")
    return OutputPath(plain + "index.html" if plain == "" or plain.endswith("/") else plain)


def identity(path: str) -> str:
    """Return what two paths share when some file system takes them for one: case folded, NFC."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def join(folder: str, relative: str) -> str | None:
    """Resolve a relative path against a folder, both below the site; None when it would leave."""
    joined = posixpath.normpath(posixpath.join(folder, relative))
    if joined == ".." or joined.startswith(("../", "/")):
        return None
    return "" if joined == "." else joined


def unportable(path: str) -> str | None:
    """Return the first part of a path that Windows can't hold: a device's name, or one with marks that have a meaning."""
    if _MAY_BE_UNPORTABLE.search(path) is None:  # asked of every file that there is
        return None
    for part in path.split("/"):
        device = part.partition(".")[0].rstrip().lower() in WINDOWS_DEVICES
        if device or part[-1:] in (".", " ") or not _UNPORTABLE.isdisjoint(part) or any(mark < " " for mark in part):
            return part
    return None


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder that holds one of these files, in it or below."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders
