"""Which files of the published site may be claimed, and by whom: the one judge of output paths.

A host takes some files for its settings (`.htaccess`, `_redirects`), git and Proofpress some for their own. The owner
puts such files into static/, or has the build write them; a post, a tag or a file that lies beside a post gets none of
them, however its URL spells the name. And no path may be claimed that the disks of this world can't hold.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from proofpress.paths import MAX_NAME, MAX_PARTS, MAX_PATH, OutputPath, identity
from proofpress.patterns import lazy
from proofpress.rules.files import PATH_TOO_LONG
from proofpress.rules.site import RESERVED_PATH
from proofpress.site.hosting import PATHS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from proofpress.rules.rule import Rule

Who = Literal["owner", "file", "page", "alias"]
"""Who asks: the owner of the site (static/, the theme, settings), or a writer with a file of content/, a page, an alias."""

OWN: Final = (".proofpress",)
"""How names begin that are Proofpress's own wherever they stand, also among what is published or sent."""
OWN_ENDINGS: Final = (".proofpress-tmp",)
"""How names end that stand for a moment beside a file that is being written."""

ANYWHERE: Final[Mapping[str, str]] = {
    "git~1": "Windows takes it for '.git'",
    "web.config": "IIS takes its settings from it",
}
"""Names, as `identity` has them, that no folder of the site may give to a writer, and why."""

AT_THE_ROOT: Final[Mapping[str, str]] = {
    **{identity(path[1:]): "the host takes its settings from it" for path in PATHS.values()},
    "_routes.json": "Cloudflare takes its settings from it",
    "_worker.js": "Cloudflare runs it",
    "_config.yml": "GitHub Pages takes its settings from it",
    "firebase.json": "Firebase takes its settings from it",
    "netlify.toml": "Netlify takes its settings from it",
    "staticwebapp.config.json": "Azure takes its settings from it",
    "vercel.json": "Vercel takes its settings from it",
}
"""Names, as `identity` has them, that mean something where the site begins, and what: for files and for folders."""

MISSING: Final = "404.html"
"""What is shown for every address that is not there: at the root, and where the home page of a language is."""

FILES_AT_THE_ROOT: Final[Mapping[str, tuple[frozenset[Who], str]]] = {
    "cname": (frozenset({"file", "page", "alias"}), "GitHub Pages takes the site's domain from it"),
    "robots.txt": (frozenset({"page", "alias"}), "search engines are told by it what to read"),
    MISSING: (frozenset({"alias"}), "it is shown for every address that is not there"),
}
"""Names of files that mean something where the site begins: who can't have them, and what they mean."""

FILES: Final = frozenset({"index.html", MISSING})
"""Names of files that servers look for in folders: a folder of such a name hides them."""

_HARMLESS: Final = lazy(r"(?:[a-z0-9-]+/)*index\.html")  # most paths; only for speed


class Complaint(NamedTuple):
    """Why a path can't be claimed: the rule, and what is said of who asks."""

    rule: Rule
    message: str


def judge(path: OutputPath, who: Who, homes: Collection[str] = ()) -> Complaint | None:
    """Return why an output path can't be claimed, or None. `homes` are the folders of languages: each has a 404 page."""
    if len(path) <= MAX_PARTS and _HARMLESS.fullmatch(path):
        return None
    return too_long(path) or _reserved(path.split("/"), who, homes)


def too_long(path: str) -> Complaint | None:
    """Return why no disk or host would hold a path, or None."""
    parts = path.split("/")
    longest = max(parts, key=_size)
    if _size(longest) > MAX_NAME:
        return Complaint(
            PATH_TOO_LONG,
            f"needs a file or folder named '{_abridged(longest)}', whose name has {_size(longest):,} bytes; "
            f"disks hold names of {MAX_NAME}",
        )
    if len(parts) > MAX_PARTS:
        return Complaint(
            PATH_TOO_LONG,
            f"needs {len(parts):,} folders and files within each other; a published site has {MAX_PARTS} at most",
        )
    if _size(path) > MAX_PATH:
        return Complaint(
            PATH_TOO_LONG,
            f"makes a path of {_size(path):,} bytes, '{_abridged(path)}'; a published site has {MAX_PATH} at most",
        )
    return None


def _reserved(parts: list[str], who: Who, homes: Collection[str]) -> Complaint | None:
    for number, part in enumerate(parts):
        name = _as_disks_see(part)
        if name.startswith(OWN) or name.endswith(OWN_ENDINGS):
            return Complaint(RESERVED_PATH, f"claims '{part}', a name that Proofpress keeps for itself")
        if who == "owner":
            continue
        last = number == len(parts) - 1
        why = ANYWHERE.get(name) or (AT_THE_ROOT.get(name) if number == 0 else None)
        begins = number == 0 or (number == 1 and name == MISSING and parts[0] in homes)
        if begins and last and name in FILES_AT_THE_ROOT:
            whose, meaning = FILES_AT_THE_ROOT[name]
            why = meaning if who in whose else None
        if name.startswith(".") or part.lstrip().startswith("."):
            why = "names that begin with a dot are for servers and tools"
        elif name in FILES and not last:
            why = "it is a file that servers look for, and can't be a folder"
        if why:
            return Complaint(RESERVED_PATH, f"claims '{part}': {why}")
    return None


def _as_disks_see(name: str) -> str:
    """Return a name as the disk that is least exact takes it.

    Windows and macOS take capitals for small letters, Windows drops dots and blanks at the end, and macOS letters that
    have no width (CVE-2014-9390, in which git was led to a `.git` so spelt).
    """
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return identity(name).strip().rstrip(". ")


def _size(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _abridged(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
