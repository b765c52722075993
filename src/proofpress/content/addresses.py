"""Addresses that a person writes into front matter and settings: what is allowed, and in which form it is kept.

An address is judged as a browser would read it (`urls`), entities and percent-encoding undone as well.
"""

from __future__ import annotations

import html
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from proofpress.paths import SitePath, encode
from proofpress.patterns import lazy
from proofpress.urls import WEB, read

_CONTROL: Final = lazy("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_HARMLESS: Final = lazy(r"/?(?:[A-Za-z0-9_.-]+/)*(?:[A-Za-z0-9_.-]+)?")  # most addresses; only for speed
_BAD_PERCENT: Final = lazy(r"%(?![0-9A-Fa-f]{2})")
_EXTENSION: Final = lazy(r"[^.]\.[A-Za-z][A-Za-z0-9]{0,7}$")


class Refusal(NamedTuple):
    """Why an address is refused, and what to write."""

    message: str
    hint: str


def web_address(text: str, *, schemes: frozenset[str] = WEB) -> str | Refusal:
    """Check an address that may be relative, a site path or a full URL; return it without white space around it."""
    text = text.strip()
    if _HARMLESS.fullmatch(text):
        return text
    if _CONTROL.search(text) or _CONTROL.search(html.unescape(text)):
        return Refusal("holds a character that cannot be seen", "take it out")
    for form in _forms(text):
        reading = read(form)
        if reading.scheme and reading.scheme not in schemes:
            return Refusal(
                f"begins with '{reading.scheme}:', which is not safe on a page", "use an https:// address or a path"
            )
        if reading.network:
            return Refusal(
                "begins with two slashes, which leads to another site", "write https:// in front, or one slash"
            )
    if "\\" in text:
        return Refusal("holds a backslash", "write forward slashes")
    if read(text).scheme in WEB:
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:
            return Refusal("is not a URL", "write it as https://example.org/path")
        if not parts.hostname:
            return Refusal("has no host", "write it as https://example.org/path")
    return text


def site_path(text: str) -> SitePath | Refusal:
    """Check a path of this site and return it percent-encoded, from the root, ending in `/` or a file extension.

    Without a slash in front it is taken from the root, as Hugo and Zola take theirs.
    """
    checked = web_address(text)
    if isinstance(checked, Refusal):
        return checked
    if not read(checked).local:
        return Refusal("is a full URL", "write the path alone, such as /2024/old-name/")
    if "?" in checked or "#" in checked:
        return Refusal("holds a '?' or a '#'", "write the path alone, such as /2024/old-name/")
    try:
        plain = unquote(_BAD_PERCENT.sub("%25", checked), errors="strict")
    except UnicodeDecodeError:
        return Refusal("holds percent-encoding that is not UTF-8", "write the characters themselves")
    if "\\" in plain:
        return Refusal("holds a backslash", "write forward slashes")
    if _CONTROL.search(plain):
        return Refusal("holds a character that cannot be seen", "take it out")
    parts = [part for part in plain.split("/") if part]
    if any(part.strip() in (".", "..") for part in parts):
        return Refusal("has '.' or '..' in it, which could lead out of the site", "write the path from the site's root")
    if not all(part.strip() for part in parts):
        return Refusal("has a part of spaces alone", "take it out")
    if not parts:
        return SitePath("/") if plain else Refusal("is empty", "write a path such as /2024/old-name/")
    ends = "" if _EXTENSION.search(parts[-1]) and not plain.endswith("/") else "/"
    return SitePath(encode("/" + "/".join(parts) + ends))


def _forms(text: str) -> list[str]:
    """Return the forms that an address could turn into on its way to a browser."""
    forms = [text]
    for undo in (html.unescape, unquote, html.unescape):
        forms.append(undo(forms[-1]))
    return forms
