"""What a request gets: a pure function from the site that is shown and one request to a status, headers and bytes.

No request can name a file of the machine. A path is decoded once, strictly, and looked up among the outputs of the
build; what is not among them is not there, whatever lies on the disk. What is odd about a path (dot segments, a
backslash, an encoded slash) is never put right: no page of a site has such an address.
"""

from __future__ import annotations

import contextlib
import html
import ipaddress
import re
from os import fstat
from pathlib import Path
from posixpath import splitext
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

import msgspec

from proofpress.paths import OutputPath, SitePath, encode
from proofpress.preview.inject import with_preview

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from proofpress.preview.shown import Shown

LONGEST: Final = 8192
"""Bytes of a request's target."""

HEAD_LIMIT: Final = 16 * 1024
"""Bytes of a request's first line and headers."""

TOO_LONG_ADDRESS: Final = f"The address is longer than {LONGEST} bytes."
TOO_LONG_HEAD: Final = (
    f"The head of this request is longer than {HEAD_LIMIT} bytes. "
    "Where cookies make it so, clear those of localhost: all servers on this machine share them."
)

UNKNOWN_TYPE: Final = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_XML = "application/xml; charset=utf-8"

TYPES: Final[Mapping[str, str]] = {
    "html": _HTML,
    "htm": _HTML,
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "xml": _XML,
    "xsl": _XML,
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "txt": _TEXT,
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    **dict.fromkeys(
        ("asc", "c", "cfg", "conf", "cpp", "diff", "go", "h", "ini", "ipynb", "java", "log", "patch", "py", "rb", "rs",
         "sh", "sql", "tex", "toml", "ts", "yaml", "yml"), _TEXT
    ),
    "svg": "image/svg+xml",
    "png": "image/png",
    "apng": "image/apng",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "bmp": "image/bmp",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "epub": "application/epub+zip",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
}  # fmt: skip
"""Media types by ending (IANA). Not the machine's own table: it differs, and Windows keeps it in the registry."""

_FIRST_LINE = len("GET  HTTP/1.1\r\n\r\n")
"""Bytes of a head beside the target and the headers."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\\\[\]@?#]+)(?::[0-9]{0,5})?")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ENCODED_SLASH = re.compile(rb"%2f", re.IGNORECASE)
_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*")
_ETAG = re.compile(r'(?:W/)?("[^"]*")')
_QUERY_MARKS = "!$&'()*+,;=:@/?%~[]|{}^`\""
"""What stands in a query as it was sent; a control character or a byte beyond ASCII is percent-encoded."""


class OnDisk(msgspec.Struct, frozen=True):
    """A file that is sent from where it lies, or a part of it: never more of it in memory than is on its way."""

    place: str
    state: tuple[int, int, int]
    """Size, mtime and inode when it was asked for; bytes of another state are of another file."""
    first: int
    length: int

    @classmethod
    def of(cls, place: str) -> OnDisk:
        """Return a whole file as it is now. Raises OSError."""
        state = _state(Path(place).stat())
        return cls(place, state, 0, state[0])

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, part: slice) -> OnDisk:
        first, end, _ = part.indices(self.length)
        return msgspec.structs.replace(self, first=self.first + first, length=max(0, end - first))

    def pieces(self, size: int) -> Iterator[bytes]:
        """Read piece by piece. No descriptor is held between two. Raises ChangedError where it is no longer that file."""
        at, end = self.first, self.first + self.length
        while at < end:
            try:
                with Path(self.place).open("rb") as file:
                    state = _state(fstat(file.fileno()))
                    file.seek(at)
                    piece = file.read(min(size, end - at))
            except OSError as error:
                raise ChangedError(self.place) from error
            if state != self.state or not piece:
                raise ChangedError(self.place)
            yield piece
            at += len(piece)


class ChangedError(Exception):
    """A file became another one while it was sent."""


class Reply(msgspec.Struct, frozen=True, weakref=True):
    """What is sent: the headers that are of this answer alone, and the bytes, also where HEAD will not send them."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | OnDisk = b""


def refuse(target: bytes, headers: Mapping[str, str], host: str) -> Reply | None:
    """Return the reply to a request that must not get further, whatever it asks for; None for one that may.

    `target` is as it stood in the request's first line, `host` the name or address that the server was told to bind.
    """
    if not is_own_host(headers.get("host", ""), host):
        return _text(
            403,
            "This preview answers to localhost, to addresses in numbers, and to the name given with --host; "
            "not to the name in this request.",
        )
    if len(target) > LONGEST:
        return _text(414, TOO_LONG_ADDRESS)
    if len(target) + sum(len(name) + len(value) + 4 for name, value in headers.items()) > HEAD_LIMIT - _FIRST_LINE:
        return _text(431, TOO_LONG_HEAD, ("connection", "close"))
    if _path(target) is None:
        return _text(400, "This is not an address of a page.")
    return None


def is_own_host(said: str, host: str) -> bool:
    """Tell whether a Host header names this server: localhost, an address in numbers, or what it was told to bind.

    Any other name may be a foreign page's own, which it has pointed at this machine to read the site (DNS rebinding).
    """
    found = _HOST.fullmatch(said)
    if found is None:
        return False
    name = found[1].lower()
    if name in ("localhost", host.lower()) or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return (":" in name) == name.startswith("[")


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Tell whether a request was made by a page of this server. Its Host is known to be right.

    Browsers send no Origin with an EventSource of the same origin, but tell of it in a header that no script can set.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return origin.lower() == f"http://{headers.get('host', '')}".lower()


def answer(shown: Shown, method: str, target: bytes, headers: Mapping[str, str]) -> Reply:
    """Return what a request gets of the site. `headers` are named in lower case. Raises what `shown.read` raises."""
    if method not in ("GET", "HEAD"):
        return _text(405, "A preview only shows: GET and HEAD.", ("allow", "GET, HEAD"))
    path = _path(target)
    if path is None or len(target) > LONGEST:
        return _text(400, "This is not an address of a page.")
    raw, mark, query = target.partition(b"?")
    kept = "?" + quote_from_bytes(query, safe=_QUERY_MARKS) if mark else ""
    if _ENCODED_SLASH.search(raw) or "\\" in path or "//" in path or not {".", ".."}.isdisjoint(path.split("/")):
        return _not_found(shown)

    prefix = unquote(shown.base.prefix)
    if prefix:
        if path in ("/", prefix):
            return _redirect(302, shown.base.href("/") + kept)
        if not path.startswith(prefix + "/"):
            return _not_found(shown)
        path = path.removeprefix(prefix)

    site_path = encode(path)
    alias = shown.redirects.get(SitePath(site_path))
    if alias is not None:
        return _redirect(302, alias)
    name = OutputPath(path[1:] + "index.html" if path.endswith("/") else path[1:])
    if name in shown.digests:
        with contextlib.suppress(KeyError):  # nobody knew that it can't be made
            return _file(shown, name, method, headers)
    if (found := shown.search(name)) is not None:
        return Reply(200, (("content-type", media_type(name)),), found)
    if f"{name}/index.html" in shown.digests or f"{site_path}/" in shown.redirects:
        return _redirect(301, shown.base.href(site_path + "/") + kept)
    return _not_found(shown, path)


def page_at(shown: Shown, path: str) -> OutputPath:
    """Return the page that a browser shows at a path of its own, as it is encoded there: that of what is missing for none."""
    plain = unquote(path).removeprefix(unquote(shown.base.prefix)).lstrip("/")
    name = OutputPath(plain + "index.html" if plain == "" or plain.endswith("/") else plain)
    return name if name in shown.digests else OutputPath("404.html")


def media_type(name: str) -> str:
    """Return the media type of a file by its ending."""
    return TYPES.get(splitext(name)[1][1:].lower(), UNKNOWN_TYPE)


def bug(shown: Shown, error: Exception) -> Reply:
    """Return the page that says that Proofpress itself failed. It goes away by itself with the next build."""
    said = html.escape(f"{type(error).__name__}: {error}")
    page = _page(
        "A bug in Proofpress",
        f"<p>This page could not be shown, and that is a bug in Proofpress, not in your site:</p><pre>{said}</pre>"
        "<p>The terminal tells where to find what a report needs. Every other page is still there, "
        "and this one is tried again when a file is saved.</p>",
    )
    with contextlib.suppress(Exception):  # it may be what failed; the page does without
        page = with_preview(page, shown, None)
    return Reply(500, (("content-type", _HTML),), page)


# ---------------------------------------------------------------- a file of the site


def _file(shown: Shown, name: OutputPath, method: str, headers: Mapping[str, str]) -> Reply:
    kind = media_type(name)
    if kind == _HTML:
        etag = f'"{shown.digests[name]}-{shown.revision}"'  # what is put into the page differs by revision
        if _has_it(headers, etag):
            return Reply(304, (("etag", etag),))
        return Reply(200, (("content-type", kind), ("etag", etag)), _dressed(shown, name))
    etag = f'"{shown.digests[name]}"'
    if _has_it(headers, etag):
        return Reply(304, (("etag", etag),))
    try:
        place = shown.place(name)
        body = shown.read(name) if place is None else OnDisk.of(place)
    except FileNotFoundError:  # a file that is copied, deleted since the last good build
        return _not_found(shown, f"/{name}")
    of_file = (("content-type", kind), ("etag", etag), ("accept-ranges", "bytes"))
    if method == "GET" and "range" in headers and headers.get("if-range", etag) == etag:
        return _part(body, headers["range"], of_file)
    return Reply(200, of_file, body)


def _dressed(shown: Shown, name: OutputPath) -> bytes:
    """Return a page as the preview sends it."""
    return with_preview(shown.read(name), shown, shown.page(name))


def _has_it(headers: Mapping[str, str], etag: str) -> bool:
    """Compare weakly with If-None-Match (RFC 9110, 13.1.2)."""
    said = headers.get("if-none-match", "").strip()
    return said == "*" or etag in _ETAG.findall(said)


def _state(info: os.stat_result) -> tuple[int, int, int]:
    return info.st_size, info.st_mtime_ns, info.st_ino


def _part(body: bytes | OnDisk, wanted: str, of_file: tuple[tuple[str, str], ...]) -> Reply:
    """Return the one range that was asked for (RFC 9110, 14.2); the whole file for several, or what is no range."""
    found = _ONE_RANGE.fullmatch(wanted)
    if found is None or found.groups() == ("", "") or len(wanted) > 100:
        return Reply(200, of_file, body)
    size = len(body)
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < first:
            return Reply(200, of_file, body)
    if first > last:
        return Reply(416, (("content-type", _TEXT), ("content-range", f"bytes */{size}")), b"No such part.\n")
    return Reply(206, (*of_file, ("content-range", f"bytes {first}-{last}/{size}")), body[first : last + 1])


# ---------------------------------------------------------------- everything else


def _path(target: bytes) -> str | None:
    """Return a target's path, decoded once; None where it is not a path, or holds what no path can."""
    raw = target.partition(b"?")[0]
    if not raw.startswith(b"/") or _BAD_ESCAPE.search(raw):
        return None
    try:
        path = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(path) else path


def _not_found(shown: Shown, path: str = "/") -> Reply:
    """Return what is shown for a path of the site: the 404 page of the language whose folder it is in, or the site's."""
    own = f"{path[1:].partition('/')[0]}/404.html"
    page = OutputPath(own if own in shown.digests else "404.html")
    if page in shown.digests:
        return Reply(404, (("content-type", _HTML),), _dressed(shown, page))
    if shown.failed:  # a browser waits here for the first build that has pages
        nothing = _page(shown.title, "<p>Nothing has been built yet: there are errors to mend first.</p>")
        return Reply(404, (("content-type", _HTML),), with_preview(nothing, shown, None))
    return _text(404, "There is nothing at this address. All pages are listed at /_proofpress/.")


def _redirect(status: int, href: str) -> Reply:
    """Redirect within this site: `href` begins with one slash, and holds nothing that could end a header."""
    safe = quote_from_bytes(href.encode("utf-8", "replace"), safe=_QUERY_MARKS + "#")
    return Reply(status, (("location", "/" + safe.lstrip("/")),))


def _text(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("content-type", _TEXT), *headers), text.encode() + b"\n")


def _page(title: str, text: str) -> bytes:
    """Return a page of the preview's own. `text` is HTML."""
    title = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<style>:root { color-scheme: light dark; font-family: system-ui, sans-serif } "
        "body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem } pre { white-space: pre-wrap }</style>\n"
        f"</head>\n<body>\n<h1>{title}</h1>\n{text}\n</body>\n</html>\n"
    ).encode()
