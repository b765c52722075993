"""What the rules of texts read of one: its runs of words, tags, raw HTML, headings and links (`markdown.text`, by its shape).

Rules know no parser. What they are handed answers to these names, and a rule is tried on anything that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from proofpress.model import Allowance, FrontMatter, Place
    from proofpress.problems import Problem

GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a run for what is no running words: code, a formula, an image, a tag, an address, an escaped mark."""


class Run(Protocol):
    """The words of one block."""

    @property
    def kind(self) -> str:
        """The kind of block."""

    @property
    def within(self) -> tuple[str, ...]:
        """The kinds of the blocks that hold it, the outermost first."""

    @property
    def language(self) -> str:
        """The language that it says it is in, or a block around it does; empty where none does."""

    @property
    def text(self) -> str:
        """What was read as text, with GAP for what was not."""

    @property
    def plain(self) -> str:
        """What was read as text, and nothing for what was not: quickly asked."""

    @property
    def written(self) -> str:
        """All of it, as it is written."""

    def place(self, offset: int, length: int = 1) -> Place:
        """Return the place of an offset in `text`."""

    def written_place(self, offset: int, length: int = 1) -> Place:
        """Return the place of an offset in `written`."""


class Markup(Protocol):
    """A piece of raw HTML."""

    @property
    def html(self) -> str:
        """It."""

    @property
    def block(self) -> bool:
        """Whether it is a block of lines."""

    @property
    def words(self) -> str:
        """Its running words where they stand, with blanks for all else."""

    @property
    def unseen(self) -> Sequence[tuple[int, int]]:
        """Where what a browser shows nothing of begins and ends in it, comments left out."""

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in it."""


class Paired(Protocol):
    """A tag, as far as it is asked whether another belongs to it."""

    @property
    def name(self) -> str:
        """In small letters."""

    @property
    def closing(self) -> bool:
        """Whether it ends its element."""

    @property
    def empty(self) -> bool:
        """Whether it ends in a slash."""

    @property
    def known(self) -> bool:
        """Whether there is such an element."""


class Tag(Paired, Protocol):
    """A tag of raw HTML; where no element has its name, it is not read as one."""

    @property
    def source(self) -> str:
        """As it is written."""

    @property
    def attributes(self) -> str:
        """As they are written."""

    @property
    def place(self) -> Place:
        """Where it stands."""


class Section(Protocol):
    """A heading."""

    @property
    def level(self) -> int:
        """From 1."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def place(self) -> Place:
        """Where it stands."""

    @property
    def title(self) -> bool:
        """Whether it became the page's title."""


class Link(Protocol):
    """A link or an image."""

    @property
    def href(self) -> str:
        """Where it leads."""

    @property
    def image(self) -> bool:
        """Whether it is an image."""

    @property
    def text(self) -> str:
        """The words of a link, or those that stand for an image."""

    @property
    def place(self) -> Place:
        """Where its destination stands."""

    @property
    def bare(self) -> bool:
        """Whether it is an address among words, with no marks around it."""


class Reference(Protocol):
    """A definition of where a link leads."""

    @property
    def label(self) -> str:
        """What it is referred to by."""

    @property
    def href(self) -> str:
        """Where it leads."""

    @property
    def place(self) -> Place:
        """Where it begins."""

    @property
    def used(self) -> bool:
        """Whether something refers to it."""

    @property
    def again(self) -> bool:
        """Whether another of its label came before, and counts."""


class Block(Protocol):
    """A block of a text."""

    @property
    def kind(self) -> str:
        """`paragraph`, `heading`, `list`, `item`, `listing` and so on."""

    @property
    def within(self) -> tuple[str, ...]:
        """The kinds of the blocks that hold it."""

    @property
    def first(self) -> int:
        """Its first line in the file."""

    @property
    def last(self) -> int:
        """Its last line."""


class Options(Protocol):
    """What an info string says."""

    @property
    def language(self) -> str:
        """The language; empty where none is named."""

    @property
    def title(self) -> str:
        """Its title, often the name of a file; empty where it has none."""

    @property
    def checked(self) -> bool:
        """Whether its code is to be read as its language reads it."""


class Quoted(Protocol):
    """A piece of code among words that says what a listing printed."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def output(self) -> str:
        """The id of the listing."""

    @property
    def place(self) -> Place:
        """Where it stands."""


class Listing(Protocol):
    """A block of code."""

    @property
    def id(self) -> str:
        """What it is led to by; empty where it has no id."""

    @property
    def code(self) -> str:
        """The code as it is written."""

    @property
    def info(self) -> str:
        """The info string as it is written."""

    @property
    def so_far(self) -> str:
        """Of a step of a file that applies, the file as it is after it; else nothing."""

    @property
    def options(self) -> Options:
        """What it says."""

    @property
    def fenced(self) -> bool:
        """Whether it stands between fences."""

    def info_place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the info string."""

    def place(self, offset: int = 0, length: int = 1) -> Place:
        """Return the place of an offset in the code."""


class Document(Protocol):
    """The file of a text."""

    @property
    def path(self) -> str:
        """Its path from the site's folder."""

    @property
    def first_line(self) -> int:
        """The line of the file that its Markdown begins with."""

    @property
    def front(self) -> FrontMatter:
        """Its front matter."""

    @property
    def places(self) -> Mapping[str, Place]:
        """Where the values of its front matter's keys stand."""


class Text(Protocol):
    """A document's structure."""

    @property
    def source(self) -> str:
        """Its Markdown: who looks for a mark asks here first whether it is there at all."""

    @property
    def document(self) -> Document:
        """The file."""

    @property
    def title(self) -> str | None:
        """The words of the heading that became the page's title, where front matter gives none."""

    @property
    def passes_html(self) -> bool:
        """Whether raw HTML is read as such."""

    @property
    def findings(self) -> tuple[Problem, ...]:
        """What was found wrong while it was parsed."""

    @property
    def plain(self) -> str:
        """What was read as text in all of its runs."""

    @property
    def folded(self) -> str:
        """The same in small letters, a question mark for each that is not of ASCII: quicker still."""

    @property
    def runs(self) -> Sequence[Run]:
        """The words of its blocks."""

    @property
    def html(self) -> Sequence[Markup]:
        """Its pieces of raw HTML."""

    @property
    def nests(self) -> bool:
        """Whether every element of raw HTML is closed in its turn, quickly asked."""

    @property
    def has_unread_tags(self) -> bool:
        """Whether any tag is of an unknown element, and text."""

    @property
    def has_unused_definitions(self) -> bool:
        """Whether there may be a definition that nothing refers to, or a second one of its label."""

    @property
    def has_first_level(self) -> bool:
        """Whether a heading of the first level is shown beside the title."""

    @property
    def tags(self) -> Sequence[Tag]:
        """The tags in them, and those that were read as text."""

    @property
    def headings(self) -> Sequence[Section]:
        """Its headings."""

    @property
    def links(self) -> Sequence[Link]:
        """Its links and images."""

    @property
    def blocks(self) -> Sequence[Block]:
        """Its blocks, those that hold others included."""

    @property
    def listings(self) -> Sequence[Listing]:
        """Its blocks of code."""

    @property
    def quoted(self) -> Sequence[Quoted]:
        """The pieces of code among its words that say what a listing printed."""

    @property
    def programs(self) -> Sequence[Listing]:
        """Its blocks of code, those that are steps of a file as the file that they build."""

    @property
    def allowances(self) -> Sequence[Allowance]:
        """What its writer allows in it."""

    def line(self, number: int) -> str:
        """Return a line by its number in the file; empty outside of the text."""

    @property
    def lost_links(self) -> Sequence[Link]:
        """The links and images in plain text, of which no page has more than the words: the title, texts of images."""

    @property
    def references(self) -> Sequence[Reference]:
        """Its definitions of where links lead."""
