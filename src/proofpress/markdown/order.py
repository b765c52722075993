"""The order of a page: what depends on all that stands before it. Ids, each given once, and the numbers of footnotes.

Goes through a text as it is shown: its blocks, then the footnotes that are referred to, in the order of their numbers.
On the way it notes what is wrong with blocks that are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.markdown.headings import Identifiers, identifier
from proofpress.markdown.includes import info_of
from proofpress.markdown.listing_faults import note_slips, note_unseen
from proofpress.markdown.rawhtml import ids_in
from proofpress.markdown.tables import lost_cells
from proofpress.markdown.unseen import may_deceive, unseen
from proofpress.markdown.words import MORE, text_of
from proofpress.rules.listings import UNCLOSED_FENCE
from proofpress.rules.tables import LOST_CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.token import Token

    from proofpress.findings import Findings
    from proofpress.markdown.places import SourceLines
    from proofpress.markdown.repeats import Repeats


class Order:
    """Settles ids and numbers in the tokens of one text: `meta["id"]`, `attrs["id"]`, `meta["number"]`."""

    def __init__(
        self, features: frozenset[str], lines: SourceLines, findings: Findings, repeats: Repeats, *, strict: bool
    ) -> None:
        self.labels: list[str] = []
        """The footnotes that the text refers to, in the order of their numbers."""
        self.marks: dict[str, int] = {}
        """How often the text refers to each."""
        self.first_level = False
        """Whether a heading is of the first level."""
        self._numbers: dict[str, int] = {}
        self._attributes = "attributes" in features
        self._lines = lines
        self._findings = findings
        self._repeats = repeats
        self._strict = strict

    def settle(self, tokens: Sequence[Token], notes: Mapping[str, Sequence[Token]], text: str) -> None:
        """Go through a text's blocks, and through the notes that they refer to."""
        explicit, raw = _asked_for([tokens, *notes.values()], text, attributes=self._attributes)
        self._inline = bool(explicit or notes)
        self._suspect = may_deceive(text)
        self._explicit = explicit - raw
        self._ids = Identifiers(explicit | raw)
        self._blocks(tokens)
        for label in self.labels:  # which grows on the way: footnotes have footnotes
            self._blocks(notes[label])

    def _blocks(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                opened = tokens[index - 1]
                if self._inline:
                    self._words(opened, token)
                if self._suspect:
                    self._links(token)
                if opened.type == "heading_open":
                    self._heading(opened, token)
                continue
            if kind == "fence":
                token.meta["line"] = 1  # where its content begins, counted from its first line
                if not self._strict:
                    self._fence(token)
            elif kind == "code_block":
                if self._suspect:
                    note_unseen(token, "", self._lines, self._findings.note)
            elif kind == "table_open":
                self._table(token)
            if "id" in token.attrs and kind not in {"heading_open", "paragraph_open"}:
                token.attrs["id"] = self._claim(str(token.attrs["id"]))

    def _words(self, opened: Token, token: Token) -> None:
        paragraph = opened.type == "paragraph_open" and not opened.hidden
        if paragraph and "id" in opened.attrs and not MORE.fullmatch(token.content):
            opened.attrs["id"] = self._claim(str(opened.attrs["id"]))
        for child in token.children or ():
            if "id" in child.attrs:
                child.attrs["id"] = self._claim(str(child.attrs["id"]))
            if child.type == "footnote_ref":
                label = child.meta["label"]
                if label not in self._numbers:
                    self.labels.append(label)
                    self._numbers[label] = len(self.labels)
                self.marks[label] = self.marks.get(label, 0) + 1
                child.meta |= {"number": self._numbers[label], "mark": self.marks[label]}

    def _heading(self, opened: Token, token: Token) -> None:
        words = " ".join(text_of(token.children).split())
        opened.meta["text"] = words
        self.first_level = self.first_level or opened.tag == "h1"
        if not self._strict:  # CommonMark to the letter has no ids
            wanted = opened.attrs.pop("id", None)
            given = (
                self._ids.claim(identifier(_as_written(token, words))) if wanted is None else self._claim(str(wanted))
            )
            opened.meta["id"] = given

    def _claim(self, wanted: str) -> str:
        """Give out an id that the writer of the post asked for: as it is once, with a number when repeated."""
        if wanted in self._explicit:
            self._explicit.discard(wanted)
            return wanted
        return self._ids.claim(wanted)

    def _fence(self, token: Token) -> None:
        if "math" in token.meta:
            return
        info = info_of(token)
        if info.id:
            token.meta["id"] = self._claim(info.id)
            if info.numbered is not False:
                self._lines_of(token, info.start)
        if token.meta.get("tab") == "alone":
            message = f"the tab '{info.tab[:40]}' stands alone, so there is nothing to choose"
            place = self._lines.in_info(token, token.info.find("tab"), 3)
            self._findings.note("listing-options", place, message, "write the other tabs right behind it")
        note_slips(token, info, self._lines, self._repeats, self._findings.note)
        if self._suspect:
            note_unseen(token, info.over or info.language, self._lines, self._findings.note)
        if token.map and not self._closed(token):
            fence, place = token.markup, self._lines.start_of(token.map[0], len(token.markup))
            # Where nothing holds it, a line below all others closes it; in a quote or a note that would begin another.
            opened = self._lines.text_of(token.map[0])
            alone = token.level == 0 and place.column <= 4 and opened.startswith(fence, place.column - 1)
            end = self._lines.end() if alone else None
            self._findings.problems.append(UNCLOSED_FENCE.never_closes(self._findings.path, place, fence, end))

    def _lines_of(self, token: Token, start: int) -> None:
        """Keep the ids of a listing's lines for them, and tell which were given before: `meta["taken"]`."""
        count = token.content.count("\n")
        wanted = {f"{token.meta['id']}-{number}" for number in range(start, start + count)}
        token.meta["taken"] = frozenset(wanted & self._ids.taken)
        self._ids.taken |= wanted

    def _links(self, holder: Token) -> None:
        """Note characters that are not seen in links and in their destinations, each kind once a link."""
        told: set[str] | None = None
        for child in holder.children or ():
            if child.type in {"link_open", "image"}:
                told = set() if child.type == "link_open" else told
                address = str(child.attrs.get("href", child.attrs.get("src", "")))
                self._unseen(holder, address, child, set() if told is None else told)
            elif child.type == "link_close":
                told = None
            elif told is not None and child.content:
                self._unseen(holder, child.content, None, told)

    def _unseen(self, holder: Token, text: str, link: Token | None, told: set[str]) -> None:
        """Note characters of a link's text, or of its destination, where it is told which link."""
        for found in unseen(text, "prose" if link is None else "address"):
            character = text[found.at]
            if character in told:
                continue
            told.add(character)
            begin = link.meta.get("at", 0) if link is not None else 0
            at = holder.content.find(character, max(0, begin))
            self._findings.note("invisible-character", self._lines.place(holder, max(0, at)), found.message, found.hint)

    def _closed(self, token: Token) -> bool:
        assert token.map is not None
        first, end = token.map
        last = self._lines.text_of(end - 1).rstrip()
        return end - 1 > first and last.endswith(token.markup) and not last.strip(" \t>" + token.markup[0])

    def _table(self, token: Token) -> None:
        """Note rows with more cells than the table has columns: the rest of their text is shown nowhere."""
        start, end = token.map or (0, 0)
        for lost in lost_cells([self._lines.text_of(line) for line in range(start, end)]):
            place = self._lines.in_line(start + lost.row, lost.column, lost.length)
            self._findings.tell(LOST_CELLS.beyond(lost.cells, lost.columns), place)


def _as_written(token: Token, words: str) -> str:
    """Return the words of a heading that its id is made of: GitHub knows no dashes, which it would leave out."""
    if "--" not in token.content and "..." not in token.content:
        return words
    return " ".join(text_of(token.children, as_written=True).split())


def _asked_for(parts: Sequence[Sequence[Token]], text: str, *, attributes: bool) -> tuple[set[str], set[str]]:
    """Return the ids that attributes ask for, and those that stand in raw HTML. Headings' own ids keep clear of both."""
    explicit: set[str] = set()
    raw: set[str] = set()
    html = "<" in text and ("id" in text or "name" in text or "ID" in text)
    if not attributes and not html:
        return explicit, raw
    for part in parts:
        for token in part:
            if attributes and "id" in token.attrs:
                explicit.add(str(token.attrs["id"]))
            if html and token.type == "html_block":
                raw.update(ids_in(token.content))
            for child in token.children or ():
                if attributes and "id" in child.attrs:
                    explicit.add(str(child.attrs["id"]))
                if html and child.type == "html_inline":
                    raw.update(ids_in(child.content))
    return explicit, raw
