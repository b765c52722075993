"""The writer of one body: what every form of a block or an inline piece writes to, and the way through the tokens.

How each kind of token is written is told by two tables of forms, by the token's type (`block_forms`, `inline_forms`);
a token without a form is written as its tag. Nothing here changes a token, so a text can be written again.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from proofpress.findings import Findings
from proofpress.listings.spans import escape
from proofpress.model import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markdown_it.token import Token

    from proofpress.config import Repository
    from proofpress.listings.html import Listings
    from proofpress.markdown.text import Text
    from proofpress.model import Heading, Place
    from proofpress.words.catalogue import Catalogue

    BlockForm = Callable[["Writer", Sequence[Token], int], int]
    """Writes the block that begins at an index among tokens; returns the index behind what it wrote."""
    InlineForm = Callable[["Writer", Sequence[Token], int], None]
    """Writes the token at an index among the children of `Writer.holder`."""


class Manner(NamedTuple):
    """How a site has its texts written."""

    listings: Listings
    anchors: bool
    """Whether a heading has a link to itself."""
    figures: bool
    diagrams: bool
    """whether fences of Mermaid, DOT and D2 are drawn."""
    sanitized: bool
    """Whether what is written is cleaned afterwards."""
    strict: bool
    """CommonMark to the letter: no ids, no colours."""
    repository: Repository
    """Where code that listings include is seen."""
    labels: Catalogue
    """What is written beside the author's words, in the language of the text."""


class Forms(NamedTuple):
    """How tokens are written, by their types."""

    blocks: dict[str, BlockForm]
    inline: dict[str, InlineForm]
    other: BlockForm | None = None
    """Of blocks that have none there; None for their tag."""


class Writer:
    """Writes one text. Made for it, used once."""

    def __init__(self, text: Text, manner: Manner, forms: Forms, formulas: Mapping[int, str]) -> None:
        self.text = text
        self.manner = manner
        self.labels = manner.labels
        self.isolates = manner.labels.direction == "rtl"
        """Whether code and formulas need be told that they run from left to right."""
        self.formulas = formulas
        """Each formula's HTML, by the identity of its token."""
        self.diagrams: Counter[str] = Counter()
        """How often each was drawn, by its text."""
        self.drawn: list[str] = []
        """Diagrams that stand apart until the rest is cleaned; their marks go on where those of formulas end."""
        self.undrawn: list[tuple[str, Place]] = []
        """Fences of diagrams that nothing here can draw: the language, and where it is named."""
        self.findings = Findings(text.document.path)
        self.out: list[str] = []
        self.words: list[str] = []
        """What is to be read, for counting."""
        self.references: list[Reference] = []
        self.outline: list[Heading] = []
        self.anchors: list[str] = []
        self.first_image: str | None = None
        self.paragraph: tuple[int, int] | None = None
        """Where in `out` the first paragraph with words begins and ends."""
        self.more: int | None = None
        """Where in `out` a mark ends the summary."""
        self.raw = False
        """Whether raw HTML was written."""
        self.certain = True
        """Whether what was written depends on the document and the options alone."""
        self.holder: Token | None = None
        """The token whose children are being written."""
        self.links = 0
        """How many links are open."""
        self.kept = 0
        """How much of the text that comes next stands with the formula before it already."""
        self._forms = forms

    def blocks(self, tokens: Sequence[Token]) -> None:
        """Write block tokens."""
        forms, other = self._forms.blocks, self._forms.other or tag
        index, end = 0, len(tokens)
        while index < end:
            index = forms.get(tokens[index].type, other)(self, tokens, index)

    def inline(self, holder: Token) -> None:
        """Write the words of one block."""
        tokens = holder.children
        if not tokens:
            return
        self.holder = holder
        self.links = 0
        out, words, forms = self.out, self.words, self._forms.inline
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "text":
                content = token.content
                if content:
                    words.append(content)
                    if self.kept:
                        content, self.kept = content[self.kept :], 0
                    out.append(escape(content))
            elif kind == "softbreak":
                words.append("\n")
                out.append("\n")
            elif (form := forms.get(kind)) is not None:
                form(self, tokens, index)
            elif token.nesting < 0:
                out.append(f"</{token.tag}>" if token.tag else "")
            elif token.content or not token.tag:  # what a plugin read and has no form for
                words.append(token.content)
                name, given = token.tag, self.attributes(token.attrs)
                out.append(f"<{name}{given}>{escape(token.content)}</{name}>" if name else escape(token.content))
            else:
                out.append(f"<{token.tag}{self.attributes(token.attrs)}>" if token.attrs else f"<{token.tag}>")

    def attributes(self, attrs: Mapping[str, str | int | float]) -> str:
        """Return attributes as they stand in a tag; an id among them can be led to."""
        written = ""
        for name, value in attrs.items():
            text = str(value)
            if name == "id":
                self.anchors.append(text)
            written += f' {name}="{escape(text)}"'
        return written

    def refer(self, token: Token, href: str, *, image: bool) -> str:
        """Return the mark of a reference to a destination on this site, which a link's or an image's token gives."""
        assert self.holder is not None
        return self.reference(href, self.text.destination(self.holder, token, href), image=image)

    def reference(self, href: str, place: Place, *, image: bool, raw: bool = False) -> str:
        """Return the mark of a reference to a destination on this site."""
        number = len(self.references)
        self.references.append(
            Reference(href, "image" if image else "link", place.line, place.column, place.length, raw)
        )
        if image and self.first_image is None:
            self.first_image = href
        return f"\0{number}\0"


def tag(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    """Write a block token as its tag, with line ends as CommonMark's examples have them."""
    token = tokens[index]
    if token.hidden:
        return index + 1
    nesting = token.nesting
    out = writer.out
    if nesting < 0:
        out.append(f"</{token.tag}>\n")
        return index + 1
    after_hidden(writer, tokens, index)
    given = writer.attributes(token.attrs) if token.attrs else ""
    ends_line = True
    if nesting > 0 and index + 1 < len(tokens):
        following = tokens[index + 1]
        ends_line = not (
            following.type == "inline"
            or following.hidden
            or (following.nesting < 0 and following.tag == token.tag != "blockquote")
        )
    out.append(f"<{token.tag}{given}>\n" if ends_line else f"<{token.tag}{given}>")
    return index + 1


def after_hidden(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    """Begin a line where a paragraph without a tag, as tight lists have them, stands before a block."""
    if index and tokens[index - 1].hidden:
        writer.out.append("\n")
