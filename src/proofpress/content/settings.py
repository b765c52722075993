"""What single settings accept: each check takes what was written and returns the value, or why it is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import posixpath
import re
import string
import zoneinfo
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from proofpress.content import addresses, globs, leftovers
from proofpress.content.keys import KEYS
from proofpress.paths import WINDOWS_DEVICES, SitePath, identity, output_path, slug
from proofpress.patterns import lazy
from proofpress.problems import did_you_mean
from proofpress.urls import WEB, read

PERMALINK_FIELDS: Final = ("year", "month", "day", "slug", "name", "folder")
_PART_OF_FOLDER: Final = lazy(r"folder\[(?:-?[0-9]|-?[0-9]?:-?[0-9]?)\]")
"""`{folder[0]}` is its first part, `{folder[-1]}` its last, `{folder[1:]}` all but the first."""
_HOST: Final = lazy(r"[^\s/\\@?#%\"'<>^`{|}:\[\]\x00-\x20\x7f]+")
_ZONE: Final = lazy(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_MACHINE_ZONES: Final = frozenset({"localtime", "posixrules", "posix", "right"})  # these differ from machine to machine
# RFC 5646, section 2.1, in form: a language of 2 to 8 letters and its subtags, or private use
_LANGUAGE: Final = lazy(r"(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*|[xX](?:-[A-Za-z0-9]{1,8})+)")
# no marks that mean more than themselves in a header, to nginx or to Caddy
_SOURCE: Final = lazy(
    r"(?:https?|wss?)://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/%-]*)?"
)
_EXAMPLES: Final = frozenset({"example.com", "example.net", "example.org"})
_OWN_FOLDERS: Final = ("content", "templates", "static", "data", "words", "plugins")


_COMMAND: Final = lazy(r"[A-Za-z]{1,100}")


class Refusal(NamedTuple):
    """Why a value is refused, completing `'<setting>' …`, and what to write."""

    message: str
    hint: str = ""


def base_url(text: str) -> str | Refusal:
    """Check the address of the site; return it with a slash at its end, scheme and host in lower case."""
    example = "write it as https://example.org/"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return Refusal("is not a URL", example)
    scheme = read(text).scheme
    if scheme not in WEB:
        return Refusal(
            "begins with neither https:// nor http://",
            f"write https://{text.lstrip('/')}" if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text) else example,
        )
    if "@" in parts.netloc:
        return Refusal("holds a user name or a password", example)
    host = (parts.hostname or "").lower()
    if not (_HOST.fullmatch(host) or re.fullmatch(r"[0-9a-f:.]+", host)):
        return Refusal("has no host that could exist", example)
    if "?" in text or "#" in text:
        return Refusal("has a '?' or a '#'", "write the address of the site's root alone")
    if (
        "\\" in text
        or any(part in (".", "..") for part in unquote(parts.path).split("/"))
        or re.search(r"[\x00-\x20\x7f]", unquote(text))
    ):
        return Refusal("has a path that no site is at", example)
    path = re.sub("/{2,}", "/", quote(unquote(parts.path), safe="/~!$&'()*+,;=:@-._"))
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{'' if port is None else f':{port}'}{path.rstrip('/')}/"


def is_example(url: str) -> bool:
    """Return whether a site's address is one that documentation writes and nobody can have (RFC 2606, section 3)."""
    host = urlsplit(url).hostname or ""
    return host.removeprefix("www.") in _EXAMPLES


def time_zone(name: str) -> dt.tzinfo | Refusal:
    """Return the time zone of a name of the IANA database, such as Europe/Berlin."""
    if name == "UTC":
        return dt.UTC
    refusal = "is not a time zone of the IANA database"
    # the form is checked first, so that the name is never a path to some other file
    if not _ZONE.fullmatch(name) or name.partition("/")[0] in _MACHINE_ZONES:
        return Refusal(refusal, "write a name such as Europe/Berlin")
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        places = zoneinfo.available_timezones() - _MACHINE_ZONES
        by_city = {place.rpartition("/")[2].casefold(): place for place in sorted(places, reverse=True)}
        city = by_city.get(name.rpartition("/")[2].replace(" ", "_").casefold())
        hint = f"did you mean '{city}'?" if city else did_you_mean(name, places)
        return Refusal(refusal, hint or "write a name such as Europe/Berlin")


def zone_name(name: str) -> str | Refusal:
    """Check the name of a time zone."""
    found = time_zone(name)
    return found if isinstance(found, Refusal) else name


def zone_rules(name: str) -> bytes:
    """Return the bytes that a time zone's rules are read from: those of the system, which it brings up to date itself.

    Empty where it has none: for UTC, and where the package tzdata has them.
    """
    if _ZONE.fullmatch(name) and name.partition("/")[0] not in _MACHINE_ZONES:
        for folder in zoneinfo.TZPATH:
            with contextlib.suppress(OSError):
                return Path(folder, name).read_bytes()
    return b""


def language(text: str) -> str | Refusal:
    """Check the form of a language tag (BCP 47)."""
    if _LANGUAGE.fullmatch(text):
        return text
    if _LANGUAGE.fullmatch(text.replace("_", "-")):
        return Refusal("is not a language tag", f"write '{text.replace('_', '-')}'")
    return Refusal("is not a language tag", "write one such as en, de or pt-BR")


def permalink(pattern: str) -> str | Refusal:
    """Check a pattern for posts' URLs."""
    fields = ", ".join(f"{{{field}}}" for field in PERMALINK_FIELDS)
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        return Refusal("has a brace without its other", f"the fields are {fields}")
    named = [field for _, field, _, _ in parts if field is not None]
    for _, field, form, conversion in parts:
        known = field is None or field in PERMALINK_FIELDS or _PART_OF_FOLDER.fullmatch(field)
        if field is not None and (not known or form or conversion):
            return Refusal(
                f"has the field '{{{field}}}'", did_you_mean(field, PERMALINK_FIELDS) or f"the fields are {fields}"
            )
    if "slug" not in named and "name" not in named:
        return Refusal("gives every post the same URL", "put {slug} or {name} into it")
    if re.search(r"[\\?#%\x00-\x20\x7f]|//", pattern) or any(part in (".", "..") for part in pattern.split("/")):
        return Refusal("is not a path", "write one such as /{year}/{slug}/")
    return pattern


def pattern(glob: str) -> str | Refusal:
    """Check a pattern for files below content/."""
    wrong = globs.complaint(glob)
    return glob if wrong is None else Refusal(wrong)


def ignored(pattern: str) -> str | Refusal:
    """Check a pattern of what is left out, or after a `!` is not."""
    wrong = leftovers.complaint(pattern)
    return pattern if wrong is None else Refusal(wrong)


def address_pattern(pattern: str) -> str | Refusal:
    """Check a pattern of addresses of other sites."""
    if not pattern.startswith(("http://", "https://", "*")):
        return Refusal("begins with neither https:// nor *", f"write 'https://{pattern}', or '*{pattern}'")
    return pattern


def font_file(path: str) -> str | Refusal:
    """Check the path of a font: a file of the site, below a folder whose files are looked at by every build."""
    parts = path.split("/")
    if parts[0] not in ("data", "static") or len(parts) < 2 or any(part in ("", ".", "..") for part in parts):
        return Refusal("is no file below data/ or static/", "put it into data/, whose files are not published")
    return path


def source_folder(path: str) -> str | Refusal:
    """Check the path of a folder whose files may be included, as seen from the site's, and give it without turns."""
    if path.startswith(("/", "~")) or "\\" in path or ":" in path.split("/", maxsplit=1)[0]:
        return Refusal("is no path as seen from the site's folder", "write one such as ../src, with forward slashes")
    plain = posixpath.normpath(path) if path.strip() else "."
    if plain == ".":
        return Refusal("is the site's folder, whose files may be included anyway", "take it out")
    return plain


def policy_source(text: str) -> str | Refusal:
    """Check a source of a Content-Security-Policy (w3.org/TR/CSP3, section 2.3.1): a host, with a path or without, or the site."""
    if text in ("self", "'self'"):
        return "'self'"
    if _SOURCE.fullmatch(text):
        return text
    if text.strip("'").startswith(("unsafe-", "*", "nonce-", "strict-dynamic")) or text.endswith(":"):
        return Refusal("would let any code run", "write the address that it comes from, such as https://stats.example")
    if _SOURCE.fullmatch(f"https://{text.removeprefix('//')}"):
        return Refusal("begins without https://", f"write 'https://{text.removeprefix('//')}'")
    return Refusal("is no address that a policy can hold", "write one such as https://stats.example, or 'self'")


def taxonomy(name: str) -> str | Refusal:
    """Check the name of a taxonomy: it is a key of front matter and a part of URLs."""
    if name in KEYS or name == "taxonomies":
        return Refusal("is a key of front matter already", "choose another name")
    if not name or slug(name) != name:
        return Refusal(
            "cannot be part of a URL as it is",
            f"write '{slug(name)}'" if slug(name) else "use small letters and dashes",
        )
    return name


def feed_path(text: str, endings: tuple[str, ...]) -> str | Refusal:
    """Check where a feed is: the path of a file, from the site's root, whose name ends as its kind of feed does."""
    path = addresses.site_path(text)
    if isinstance(path, addresses.Refusal):
        return Refusal(path.message, f"write the path alone, such as /feed{endings[0]}")
    if not text.startswith("/"):
        return Refusal("does not begin at the site's root", f"write '/{text}'")
    if path.endswith("/"):
        return Refusal("names no file", f"write '{path}index{endings[0]}'")
    if not path.endswith(endings):
        either = ", ".join(endings[:-1]) + " or " + endings[-1] if len(endings) > 1 else endings[0]
        name = path.rpartition("/")[2].partition(".")[0]
        return Refusal(
            f"does not end in {either}, by which hosts know what a feed is",
            f"write '{path.rpartition('/')[0]}/{name}{endings[0]}'",
        )
    return path


def same_file(one: str, other: str) -> bool:
    """Tell whether two paths of the site are one file to some disk."""
    return identity(output_path(SitePath(one))) == identity(output_path(SitePath(other)))


def output(text: str) -> str | Refusal:
    """Check the folder to publish into: below the site's folder, and not one that holds the site itself."""
    example = "write the name of a folder of its own, such as public"
    parts = [part for part in text.rstrip("/").split("/") if part != "."]
    if text.startswith(("/", "~")) or "\\" in text or ":" in text or ".." in parts:
        return Refusal("is not inside the site's folder", f"{example}; --output takes any other folder")
    if not parts:
        return Refusal("is the site's own folder", example)
    if any(
        part == ""
        or part.startswith(".")
        or part[-1] in ". "
        or re.search(r'[<>"|?*\x00-\x1f]', part)
        or part.partition(".")[0].lower() in WINDOWS_DEVICES
        for part in parts
    ):
        return Refusal("is hidden, or has a name that not every system can hold", example)
    if parts[0].casefold() in _OWN_FOLDERS:
        return Refusal("holds what the site is made from", example)
    return "/".join(parts)


def is_command(name: str) -> bool:
    """Tell whether TeX can have a command of this name, given without its backslash."""
    return _COMMAND.fullmatch(name) is not None
