"""Which elements of raw HTML there are, and where its tags stand: what a browser would make of a name between angle brackets.

CommonMark takes any name for a tag, so that `Vec<String>` loses a word. In the dialect a name that HTML, SVG and
MathML do not know, and that has no dash as one's own elements do, is text. Those of SVG and MathML count where a text
holds such a drawing or formula; elsewhere `<path>` draws nothing and is a word as well.

Sources: the HTML Standard ("Index of elements", and the obsolete ones of section 16 that browsers still know), SVG 2,
MathML Core with what MathML 3 has beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

HTML: Final = frozenset(
    """a abbr acronym address area article aside audio b base basefont bdi bdo big blink blockquote body br button
    canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
    figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input
    ins kbd label legend li link main map mark marquee menu meta meter nav nobr noembed noframes noscript object ol
    optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp script search section
    select slot small source span strike strong style sub summary sup table tbody td template textarea tfoot th thead
    time title tr track tt u ul var video wbr xmp svg math image""".split()  # noqa: SIM905 - a table of words
)
_SVG: Final = frozenset(
    """animate animatemotion animatetransform circle clippath defs desc discard ellipse feblend fecolormatrix
    fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow
    feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset
    fepointlight fespecularlighting fespotlight fetile feturbulence filter foreignobject g line lineargradient marker
    mask metadata mpath path pattern polygon polyline radialgradient rect set stop switch symbol text textpath tspan use
    view""".split()  # noqa: SIM905 - a table of words
)
_MATHML: Final = frozenset(
    """annotation maction maligngroup malignmark menclose merror mfenced mfrac mglyph mi mlabeledtr mlongdiv
    mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt
    msrow mstack mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics""".split()  # noqa: SIM905 - a table of words
)
VOID: Final = frozenset(
    "area base basefont br col embed frame hr image img input link meta param source track wbr".split()  # noqa: SIM905 - a table of words
)
"""Elements without an end."""

_NAME: Final = lazy(r"</?([A-Za-z][A-Za-z0-9]*)(?=[\s/>]|\Z)")
_OPAQUE: Final = (
    r"!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:\]\]>|\Z)|\?.*?(?:\?>|\Z)|![A-Za-z][^>]*(?:>|\Z)|/(?![A-Za-z])[^>]*(?:>|\Z)"
    r"|(?P<hidden>script|style|textarea|xmp|title|iframe|noembed|noframes)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>.*?"
    r"(?:</(?P=hidden)\s*>|\Z)"
)
_TAG: Final = lazy(
    r"<(?:"
    + _OPAQUE
    + r"|(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:._-]*)"
    + r"(?P<attributes>(?:\s[^\"'<>]*+(?:(?:\"[^\"]*\"|'[^']*')[^\"'<>]*+)*+)?)(?P<empty>/?)>)",
    re.DOTALL | re.IGNORECASE,
)
_MAY_BE_UNSEEN: Final = lazy(r"<(?:\?|!(?!--)|/(?![A-Za-z]))")
_SAYS_NOTHING: Final = lazy(r"<!--|<\?xml\s|<!DOCTYPE\b|</>", re.IGNORECASE)
"""What is no tag and no running words, and is meant not to be seen: comments, and what begins a file of XML or HTML."""
_END: Final = lazy(r"</\w+\s*>\Z")
_CODE: Final = lazy(r"<(pre|code|kbd|samp|tt|svg|math)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


class Tag(NamedTuple):
    """A tag in a piece of raw HTML."""

    name: str
    """In small letters."""
    closing: bool
    empty: bool
    """Whether it ends in a slash, `<br/>`."""
    attributes: str
    """As they are written."""
    begin: int
    end: int


def known_in(source: str) -> frozenset[str]:
    """Return the elements that a text can have, in small letters."""
    known = HTML
    if "<svg" in source or "<SVG" in source:
        known |= _SVG
    if "<math" in source:
        known |= _MATHML
    return known


def is_unknown(source: str, at: int, known: frozenset[str]) -> bool:
    """Tell whether the tag at an offset is of an element that no browser knows, and that is none of one's own."""
    name = _NAME.match(source, at)
    return name is not None and name[1].lower() not in known


def tags_in(html: str) -> Iterator[Tag]:
    """Give the tags of raw HTML; what stands inside an element whose inside is no HTML, such as `script`, holds none."""
    for found in _TAG.finditer(html):
        hidden, close, name, attributes, empty = found.groups()
        begin, end = found.span()
        if name:
            if attributes.endswith("/"):
                attributes, empty = attributes[:-1], "/"
            yield Tag(name.lower(), bool(close), bool(empty), attributes, begin, end)
        elif hidden:
            name = hidden.lower()
            yield Tag(name, False, False, "", begin, begin + 1 + len(name))
            if _END.search(html, begin, end):
                yield Tag(name, True, False, "", end - 1, end)


def nest(pieces: Iterable[str]) -> bool:
    """Tell whether every element that pieces of raw HTML open is closed in its turn: quick, and only then True."""
    opened: list[str] = []
    for html in pieces:
        for found in _TAG.finditer(html):
            hidden, close, name, attributes, empty = found.groups()
            if name is None:
                if hidden and not _END.search(html, *found.span()):
                    return False
                continue
            name = name.lower()
            if name in VOID:
                continue
            if not close:
                if empty or attributes.endswith("/"):
                    return False
                opened.append(name)
            elif not opened or opened.pop() != name:
                return False
    return not opened


def unseen_in(html: str) -> Iterator[tuple[int, int]]:
    """Give where declarations, processing instructions and the like begin and end: a browser shows no word of them."""
    if not _MAY_BE_UNSEEN.search(html):
        return
    foreign = "<svg" in html or "<math" in html  # where CDATA is text
    for found in _TAG.finditer(html):
        tag = found["name"] is not None or found["hidden"] is not None
        if not (tag or _SAYS_NOTHING.match(found[0]) or (foreign and found[0].startswith("<!["))):
            yield found.span()


def words_of(html: str) -> str:
    """Return raw HTML with blanks for all that is no running words: tags, comments, scripts, code, drawings, formulas."""
    if "<" not in html:
        return html
    return _TAG.sub(_blanked, _CODE.sub(_blanked, html))


def _blanked(found: re.Match[str]) -> str:
    text = found[0]
    return "\n".join([" " * len(line) for line in text.split("\n")]) if "\n" in text else " " * len(text)


def unknown_in(html: str, known: frozenset[str]) -> list[tuple[int, int]]:
    """Return where the tags of elements that nobody knows begin and end, those inside a drawing or formula left out."""
    if known.issuperset([name.lower() for name in _NAME.findall(html)]):
        return []
    found = []
    foreign = 0
    for tag in tags_in(html):
        if tag.name in {"svg", "math"} and not tag.empty:
            foreign = max(0, foreign - 1) if tag.closing else foreign + 1
        elif not foreign and is_unknown(html, tag.begin, known):
            found.append((tag.begin, tag.end))
    return found


def is_text(state: StateInline, at: int, silent: bool) -> bool:
    """Tell whether the tag that a rule has just found, from an offset up to `state.pos`, is to be read as text; note it so."""
    known = state.env.get("elements")
    if known is None or not is_unknown(state.src, at, known):
        return False
    inline = state.env.get("inline")
    if not silent and inline is not None and state.src is inline.content:  # not in the text of an image
        inline.meta.setdefault("unread", []).append((at, state.pos))
        state.env["raw"] = state.env["unread"] = True
    return True


def begins_with_text(state: StateBlock, line: int) -> bool:
    """Tell whether a line begins with what looks like a tag and is text."""
    known = state.env.get("elements")
    return known is not None and is_unknown(state.src, state.bMarks[line] + state.tShift[line], known)
