"""Sanitised HTML (`markdown: {html: sanitize}`): raw HTML is cleaned by nh3, in its place in the finished page.

The finished HTML is cleaned as a whole, because a tag may open in one piece of raw HTML and close in another, and only
a browser's parser knows what that makes. What the renderer wrote itself is among what is allowed, but for two things,
which are taken out before and put back after: the marks of references, since no parser keeps a NUL, and formulas,
since MathML inside HTML is where sanitisers have been deceived before. The stand-ins hold a digest of the page, so
that no page can contain its own.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from proofpress.problems import MissingExtra
from proofpress.render.urls import is_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Reference

_MARK: Final = re.compile(r"\0(m?)(\d+)\0")
_MORE_TAGS: Final = frozenset(
    {"audio", "figcaption", "figure", "input", "picture", "section", "source", "track", "video"}
)
_EVERYWHERE: Final = frozenset({"aria-label", "class", "dir", "id", "lang", "role", "style", "tabindex", "title"})
_MORE_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"href", "hreflang", "name"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "img": {"alt", "decoding", "height", "loading", "src", "srcset", "width"},
    "input": {"checked", "disabled", "type"},
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
            generic_attribute_prefixes={"data-"},
            filter_style_properties={"text-align"},
            link_rel=None,
            url_schemes=set(nh3.ALLOWED_URL_SCHEMES) | {"data"},
        )

    def clean(self, html: str, references: Sequence[Reference], formulas: Sequence[str]) -> str:
        r"""Return HTML without what could run code, load a frame or restyle the page.

        A mark ``\0n\0`` stands for reference n, ``\0mn\0`` for formula n; the first remains, the second is filled in.
        """
        stand_in = "pp" + hashlib.sha256(html.encode("utf-8", "surrogatepass")).hexdigest()[:32]

        def out(match: re.Match[str]) -> str:
            name = f"{stand_in}-{match[1]}{match[2]}-"
            image = not match[1] and references[int(match[2])].kind == "image"
            return f'src="{name}"' if image else name

        def back(match: re.Match[str]) -> str:
            number = int(match[3])
            if match[2]:
                return formulas[number]
            if match[1] and references[number].kind == "image":
                return f"\0{number}\0"
            return f"{match[1] or ''}\0{number}\0{match[4] or ''}"

        cleaned = self._cleaner.clean(_MARK.sub(out, html))
        return re.sub(rf'(src=")?{stand_in}-(m?)(\d+)-((?(1)"|))', back, cleaned)


def _filter(tag: str, name: str, value: str) -> str | None:
    if name in {"href", "src", "poster"}:
        return value if is_safe(value, image=tag == "img") else None
    return value
