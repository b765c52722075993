"""SVG files made harmless: what runs or loads something is taken out, and named. Pure: bytes in, bytes out.

As an image a drawing runs nothing, but its file has an address of its own, and whoever opens that has a page of the
site (HTML, section 4.8.4.4.6; SVG 2, section 2.7.1). The parser is expat, which loads nothing by itself; entities are
put in by it as long as they hold no others, so that they cannot multiply. A drawing in which nothing is found stays as
it is, to the byte.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES: Final = 16_000_000
"""Of a drawing that is read, and of what its entities may make of it."""
MOST_ENTITY: Final = 1000
"""Characters of an entity: what drawing programs write are addresses of namespaces."""
MOST_DEEP: Final = 500

_APART: Final = "\x1f"
"""Between a namespace and a name; no XML can hold it."""
_SVG: Final = "http://www.w3.org/2000/svg"
_HTML: Final = "http://www.w3.org/1999/xhtml"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_RUNS: Final = frozenset(
    [
        "script",
        "handler",
        "listener",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "audio",
        "video",
        "source",
        "track",
        "base",
        "link",
        "meta",
        "form",
        "input",
        "button",
        "textarea",
        "select",
        "portal",
        "fencedframe",
    ]
)
"""Elements that run, load or send something, in any namespace that browsers know."""
_MOVES: Final = frozenset({"set", "animate", "animateMotion", "animateTransform", "animateColor"})
"""What may change an attribute later."""
_WORDS: Final = frozenset(
    [
        "div",
        "span",
        "p",
        "br",
        "b",
        "i",
        "em",
        "strong",
        "code",
        "pre",
        "sub",
        "sup",
        "small",
        "u",
        "s",
        "ul",
        "ol",
        "li",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "font",
        "center",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "body",
        "section",
        "img",
        "a",
        "math",
    ]
)
"""Elements of HTML that a drawing may have for its words."""
_LEADS: Final = re.compile(r"(?:https?:|mailto:|[^:/?#]*(?:[/?#]|\Z))", re.IGNORECASE)
_PICTURE: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif);", re.IGNORECASE)
_FONT: Final = re.compile(r"data:(?:font/|application/(?:x-)?font|application/vnd\.ms-fontobject)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\x00-\x20]+")
_ADDRESSES: Final = frozenset({"href", "src", "srcset", "data", "action", "formaction", "poster", "background", "ping"})
_CSS_URL: Final = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)""", re.IGNORECASE)
_CSS_IMPORT: Final = re.compile(r"""@import\b(?:"[^"]*"|'[^']*'|[^;"'])*;?""", re.IGNORECASE)
_CSS_LOADS: Final = re.compile(
    r"@import|url\((?!#|none|[\"']?data:)|image-set\(|\bsrc\(|\bimage\(|expression\(|-moz-binding|behavior\s*:|javascript:",
    re.IGNORECASE,
)
_CSS_ESCAPE: Final = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


class Cleaned(NamedTuple):
    """A drawing, and what was taken out of it; without anything it is as it was."""

    data: bytes
    taken: tuple[str, ...] = ()
    """In words, each once: `<script>`, `onclick`, `href to https://…`."""


class UncleanError(Exception):
    """Why a drawing can't be read, in words that go on after `the drawing`."""


def clean(data: bytes) -> Cleaned:
    """Return a drawing without what runs or loads something. Raises UncleanError."""
    if len(data) > MOST_BYTES:
        raise UncleanError(f"has {len(data) / 1e6:,.0f} MB, of which {MOST_BYTES // 10**6} are read")
    reading = _Reading()
    try:
        reading.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UncleanError(
            f"is no XML that can be read (line {error.lineno}: {expat.ErrorString(error.code)})"
        ) from None
    except (UnicodeError, ValueError):
        raise UncleanError("is in an encoding that can't be read") from None
    if not reading.taken:
        return Cleaned(data)
    return Cleaned("".join(reading.out).encode(), tuple(reading.taken))


class _Reading:
    """A drawing, as far as it is read; what is kept of it is written at once."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.taken: dict[str, None] = {}
        self.size = 0
        self.open: list[str] = []
        """The names of the elements around, as they are written."""
        self.inside = 0
        """How deep within an element that is left out."""
        self.declared: list[str] = []
        """Namespaces that the next element declares."""
        self.sheet: list[str] | None = None
        """The text of the style sheet that is open."""
        self.parser = parser = expat.ParserCreate(namespace_separator=_APART)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.EntityDeclHandler = self._entity
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ProcessingInstructionHandler = self._instruction
        parser.SkippedEntityHandler = self._skipped

    def _write(self, text: str) -> None:
        self.size += len(text)
        if self.size > 2 * MOST_BYTES:
            raise UncleanError("grows without end by its entities")
        self.out.append(text)

    def _entity(self, name: str, parameter: bool, value: str | None, *_: object) -> None:
        if parameter or value is None:
            raise UncleanError(f"has the entity '{name[:40]}', which stands for another file")
        if len(value) > MOST_ENTITY or "&" in value or "%" in value or "<" in value:
            raise UncleanError(f"has the entity '{name[:40]}', which stands for more than a few words")

    def _skipped(self, name: str, _parameter: bool) -> None:
        raise UncleanError(f"has the entity '{name[:40]}', which it does not declare")

    def _instruction(self, target: str, _data: str) -> None:
        self.taken[f"<?{target[:40]}?>"] = None

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        self.declared.append(f' {name}="{escape(uri or "")}"')

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        declared, self.declared = self.declared, []
        if len(self.open) >= MOST_DEEP:
            raise UncleanError(f"is nested more than {MOST_DEEP} deep")
        uri, local, written = _parts(name)
        self.open.append(written)
        if self.inside or self._is_refused(uri, local, attributes):
            self.inside += 1
            return
        kept = "".join(self._attribute(key, value, local) for key, value in attributes.items())
        self._write(f"<{written}{''.join(declared)}{kept}>")
        if local.lower() == "style":
            self.sheet = []

    def _is_refused(self, uri: str, local: str, attributes: Mapping[str, str]) -> bool:
        """Tell whether an element is left out with all that it holds."""
        small = local.lower()
        known = uri in {_SVG, _HTML, ""}
        refused = small in _RUNS or (uri == _HTML and small not in _WORDS)
        if known and local in _MOVES:
            named = attributes.get("attributeName", "").rpartition(":")[2].strip().lower()
            refused = refused or named in _ADDRESSES or named.startswith("on") or named == "style"
        if refused:
            self.taken[f"<{local[:40]}>"] = None
        return refused

    def _attribute(self, name: str, value: str, element: str) -> str:
        """Return an attribute as it is written; nothing for one that is left out."""
        uri, local, written = _parts(name)
        small = local.lower()
        if small.startswith("on") or (uri == _XML and small == "base") or small in {"srcdoc", "srcset"}:
            self.taken[written[:40]] = None
            return ""
        if small in _ADDRESSES and not _is_harmless(value, links=element == "a"):
            self.taken[f"{small} to {' '.join(value.split())[:60]}"] = None
            return ""
        if "url" in value.lower() or "\\" in value or small == "style":
            value = self._css(value)
        return f' {written}="{escape(value)}"'

    def _end(self, _name: str) -> None:
        written = self.open.pop()
        if self.inside:
            self.inside -= 1
            return
        if self.sheet is not None:
            sheet, self.sheet = self._css("".join(self.sheet)), None
            self._write(escape(sheet, quote=False))
        self._write(f"</{written}>")

    def _text(self, text: str) -> None:
        if self.inside:
            return
        if self.sheet is not None:
            self.size += len(text)
            self.sheet.append(text)
            return
        self._write(escape(text, quote=False))

    def _css(self, text: str) -> str:
        """Return declarations or a sheet without what loads something; nothing of them where that can't be told apart."""

        def judged(found: re.Match[str]) -> str:
            address = next(part for part in (*found.groups(), "") if part is not None).strip()
            if address.startswith("#") or _PICTURE.match(address) or _FONT.match(address):
                return found[0]
            self.taken[f"url({address[:60]})"] = None
            return "none"

        def imported(_: re.Match[str]) -> str:
            self.taken["@import"] = None
            return ""

        if not _loads(text):
            return text
        text = _CSS_URL.sub(judged, _CSS_IMPORT.sub(imported, text))
        if not _loads(text):
            return text
        self.taken["a style that loads something"] = None
        return ""


def _loads(css: str) -> bool:
    """Tell whether declarations or a sheet may load or run something, whether what looks like a comment is one or not."""
    plain = _CSS_ESCAPE.sub(_unescaped, css) if "\\" in css else css
    return any(_CSS_LOADS.search(text) is not None for text in {plain, _CSS_COMMENT.sub("", plain)})


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number < 0x110000 else "?"


def _parts(name: str) -> tuple[str, str, str]:
    """Return of a name as expat gives it the namespace, the name in it, and how it is written."""
    match name.split(_APART):
        case [uri, local, prefix]:
            return uri, local, f"{prefix}:{local}"
        case [uri, local]:
            return uri, local, local
        case _:
            return "", name, name


def _is_harmless(value: str, *, links: bool) -> bool:
    """Tell whether an address is one within the drawing, a picture that it holds, or, of a link, one that is followed."""
    plain = _BLANKS.sub("", value)
    if plain.startswith("#") or not plain or _PICTURE.match(plain):
        return True
    return links and _LEADS.match(plain) is not None
