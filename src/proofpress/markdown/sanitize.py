"""Sanitised HTML (`markdown: {html: sanitize}`): raw HTML is cleaned by nh3, in its place in the finished page.

The finished HTML is cleaned as a whole, because a tag may open in one piece of raw HTML and close in another, and only
a browser's parser knows what that makes. What the renderer wrote itself is among what is allowed, but for two things,
which are taken out before and put back after: the marks of references, since no parser keeps a NUL, and formulas,
since MathML inside HTML is where sanitisers have been deceived before. The stand-ins hold a digest of the page, so
that no page can contain its own.

A stand-in may have come into another place than it was written for, where raw HTML is malformed: into a title, or
the middle of an address. It is put back only where it is the whole address of an attribute that takes one, or, of a
formula, in text; elsewhere plain text stands for it. Every other address passes by the judge of URLs.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from proofpress.listings.spans import escape
from proofpress.markdown.summary import plain
from proofpress.patterns import lazy
from proofpress.problems import MissingExtra
from proofpress.urls import candidates, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Reference

_MARK: Final = lazy(r"\0(m?)(\d+)\0")
_STAND_IN: Final = r"pp[0-9a-f]{32}-([a-z])(\d+)-"
_LINK: Final = lazy(_STAND_IN.replace("[a-z]", "l"))
_IMAGE: Final = lazy(_STAND_IN.replace("[a-z]", "i"))
_ANY: Final = lazy(_STAND_IN)
_IN_PLAIN_TEXT: Final = {"l": "t", "i": "t", "m": "f"}
"""What becomes of a stand-in in an attribute that takes no address: the text of a reference, or of a formula."""
_ADDRESSES: Final = frozenset(
    {
        "action", "archive", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction", "href", "icon",
        "longdesc", "lowsrc", "manifest", "ping", "poster", "profile", "src", "usemap", "xlink:href",
    }
)  # fmt: skip
"""Attributes that hold an address, those as well which do not pass today."""
_MORE_TAGS: Final = frozenset(
    {"audio", "button", "figcaption", "figure", "input", "picture", "section", "source", "track", "video"}
)
_EVERYWHERE: Final = frozenset({"class", "dir", "id", "lang", "role", "style", "tabindex", "title", "translate"})
_MORE_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"download", "href", "hreflang", "name", "rel", "target"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "button": {"popovertarget", "type"},
    "details": {"open"},
    "img": {"alt", "decoding", "fetchpriority", "height", "loading", "src", "srcset", "width"},
    "input": {"checked", "disabled", "type"},
    "li": {"popover", "value"},
    "ol": {"reversed", "start", "type"},
    "source": {"height", "media", "sizes", "src", "srcset", "type", "width"},
    "track": {"default", "kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"},
}


class Sanitizer:
    """Cleans finished HTML. Raises MissingExtra, when made, if nh3 is not installed."""

    def __init__(self) -> None:
        try:
            import nh3  # noqa: PLC0415 - an extra, needed only where a site asks for it
        except ImportError:
            raise MissingExtra(
                "settings have 'html: sanitize', which needs nh3; install it with: pip install 'proofpress[sanitize]'"
            ) from None
        attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
        for tag, names in _MORE_ATTRIBUTES.items():
            attributes.setdefault(tag, set()).update(names)
        attributes["*"] = set(_EVERYWHERE)
        self._cleaner = nh3.Cleaner(
            tags=set(nh3.ALLOWED_TAGS) | _MORE_TAGS,
            attributes=attributes,
            attribute_filter=_filter,
            generic_attribute_prefixes={"aria-", "data-"},
            filter_style_properties={"--indent", "height", "text-align", "width"},
            link_rel=None,
            url_schemes=set(nh3.ALLOWED_URL_SCHEMES) | {"data"},
        )

    def clean(self, html: str, references: Sequence[Reference], formulas: Sequence[str]) -> str:
        r"""Return HTML without what could run code, load a frame or restyle the page.

        A mark ``\0n\0`` stands for reference n, ``\0mn\0`` for formula n; the first remains, the second is filled in.
        """
        stand_in = "pp" + hashlib.sha256(html.encode("utf-8", "surrogatepass")).hexdigest()[:32]

        def out(match: re.Match[str]) -> str:
            if match[1]:
                return f"{stand_in}-m{match[2]}-"
            if references[int(match[2])].kind == "image":
                return f'src="{stand_in}-i{match[2]}-"'
            return f"{stand_in}-l{match[2]}-"

        def back(match: re.Match[str]) -> str:
            number = int(match[3])
            whole = match[1] is not None
            match match[2]:
                case "i" if whole:
                    return f"\0{number}\0"
                case "l":
                    found = f"\0{number}\0"
                case "m":
                    found = formulas[number]
                case "f":
                    found = escape(plain(formulas[number]))
                case _:
                    found = escape(references[number].href)
            return f'src="{found}"' if whole else found

        cleaned = self._cleaner.clean(_MARK.sub(out, html))
        return re.sub(rf'(src=")?{stand_in}-([a-z])(\d+)-((?(1)"|))', back, cleaned)


def _filter(tag: str, name: str, value: str) -> str | None:
    """Judge an attribute of an allowed element: return its value, or None to leave it out."""
    if name == "srcset":
        sources = list(candidates(value))
        if not all(_passes(source.href, image=tag == "img") for source in sources):
            return None
        return ", ".join(f"{read(source.href).text} {source.descriptor}".rstrip() for source in sources)
    if name in _ADDRESSES:
        if tag == "img" and name == "src" and _IMAGE.fullmatch(value):
            return value
        return read(value).text if _passes(value, image=tag == "img") else None
    if "pp" not in value:
        return value
    return _ANY.sub(lambda found: found[0].replace(f"-{found[1]}", f"-{_IN_PLAIN_TEXT.get(found[1], found[1])}"), value)


def _passes(address: str, *, image: bool) -> bool:
    """Tell whether an address may stand in a sanitised page: a stand-in by itself, or what the judge calls safe."""
    if _ANY.search(address):
        return _LINK.fullmatch(address) is not None
    return read(address).is_safe(image=image)
