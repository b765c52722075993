"""The judge of URLs: what a browser takes a reference for. Whoever asks where one leads, or if it is safe, asks here.

A reference is read once, as the basic URL parser of the URL standard does (section 4.4, url.spec.whatwg.org) on a page
that http or https brought: controls and blanks at its ends are trimmed, tabs and line ends dropped wherever they stand,
a scheme is read in any case, and a backslash counts as a slash. Entities and escapes of the language in which it was
written are undone before; percent-encoding is not, since browsers look for schemes and hosts without undoing it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WEB: Final = frozenset({"http", "https"})
SCRIPTS: Final = frozenset({"javascript", "vbscript", "data"})
"""Schemes that run what stands behind them; of data, a picture does not."""

_UNSAFE: Final = SCRIPTS | {"file", "blob", "filesystem"}
_TRIMMED: Final = "".join(map(chr, range(0x21)))
_DROPPED: Final = str.maketrans(dict.fromkeys("\t\n\r"))
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NETWORK: Final = re.compile(r"[/\\]{2}")
_PICTURE: Final = re.compile(r"data:image/(?:gif|png|jpe?g|webp|avif)[;,]", re.IGNORECASE)
_DRAWING: Final = re.compile(r"data:image/svg\+xml[;,]", re.IGNORECASE)


LINKS: Final[Mapping[str, tuple[str, ...]]] = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "link": ("href",),
    "object": ("data",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
"""The attributes of HTML that lead somewhere, by element: what a post's own HTML may hold, drawings among it."""
_SOURCE_OF_SET: Final = re.compile(r"[ \t\n\f\r,]*([^ \t\n\f\r,][^ \t\n\f\r]*)")
_DESCRIPTOR: Final = re.compile(r"(?:[^,(]+|\([^)]*\)?)*")


class Candidate(NamedTuple):
    """An address of a `srcset`: where it begins, the address, and the width or density behind it."""

    start: int
    href: str
    descriptor: str


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A reference as a browser reads it."""

    text: str
    """What is left of it once a browser has dropped what it drops. Read again, it is the same."""
    scheme: str
    """In lower case, without its colon; empty where it has none."""
    network: bool
    """Whether it has no scheme but a host, behind two slashes (`//host/path`), and so leads to another site."""
    disguised: bool
    """Whether it has a host that does not show: a backslash stands for a slash, or a dropped character between two."""

    @property
    def local(self) -> bool:
        """Whether it speaks of this site: a path, a query, a fragment or nothing, without scheme or host."""
        return not self.scheme and not self.network

    def is_safe(self, *, image: bool = False) -> bool:
        """Tell whether a browser that follows it stays clear of scripts and of the reader's own files.

        It must also go where it seems to go. A picture may be data; an image may be SVG, in which scripts do not run
        inside ``img``.
        """
        if self.scheme not in _UNSAFE:
            return not self.disguised
        return _PICTURE.match(self.text) is not None or (image and _DRAWING.match(self.text) is not None)


def read(reference: str) -> Reading:
    """Read a reference, entities and escapes undone. Every text has a reading; where it leads to may be nowhere."""
    trimmed = reference.strip(_TRIMMED)
    text = trimmed.translate(_DROPPED) if not trimmed.isprintable() else trimmed
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return Reading(text, scheme[1].lower(), network=False, disguised=False)
    network = _NETWORK.match(text) is not None
    return Reading(text, "", network=network, disguised=network and not trimmed.startswith("//"))


def candidates(value: str) -> Iterator[Candidate]:
    """Give the addresses of a `srcset`, entities undone (HTML, "Parsing a srcset attribute")."""
    at = 0
    while found := _SOURCE_OF_SET.match(value, at):
        href, at = found[1].rstrip(","), found.end()
        descriptor = ""
        if href == found[1]:
            behind = _DESCRIPTOR.match(value, at)
            assert behind is not None, "it matches nothing, too"
            descriptor, at = behind[0].strip(), behind.end()
        yield Candidate(found.start(1), href, descriptor)
