"""What was left behind in a text: an order to a language model, a mark of its end, a sentence that stops, a note to oneself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.problems import Edit
from proofpress.rules.prose import GAP
from proofpress.rules.rule import TextRule, replacing

if TYPE_CHECKING:
    from proofpress.rules.prose import Run, Text
    from proofpress.rules.rule import Fault, Found

_ORDER: Final = lazy(
    r"\s*(?:please\s+)?(?:write|create|generate|compose|produce|draft)\s+(?:me\s+)?(?:a|an|the|\d+)\s[^.\n]{0,80}?"
    r"\b(?:blog\s?post|article|essay|tutorial|post|guide|report|story|summary|README)\b[^\n]*",
    re.IGNORECASE,
)


_ORDERS: Final = lazy(r"\n[ \t]*(?:please|write|create|generate|compose|produce|draft)\s", re.IGNORECASE)
"""A line that begins so. What begins with a line's end is looked for far more quickly than what `^` begins."""


class _EchoedInstruction(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give a first paragraph that orders this very text."""
        if not _ORDERS.search("\n" + text.source):
            return ()
        first = next((block for block in text.blocks if block.kind == "paragraph"), None)
        if first is None or first.within or (text.headings and text.headings[0].place.line < first.first):
            return ()
        written = "\n".join(text.line(number) for number in range(first.first, first.last + 1))
        if not _ORDER.fullmatch(written):
            return ()
        last = first.last
        while not text.line(last + 1).strip() and last - text.document.first_line < text.source.count("\n"):
            last += 1
        old = "".join(text.line(number) + "\n" for number in range(first.first, last + 1))
        edit = Edit(
            path=text.document.path, line=first.first, column=1, end_line=last + 1, end_column=1, old=old, text=""
        )
        fault = self.says("this reads as the order that the text was written to, not as a part of it", "take it out")
        indent = len(written) - len(written.lstrip())
        whole = [fault.mended(edit)] if last + 1 <= text.document.first_line + text.source.count("\n") else [fault]
        return [(whole[0], Place(first.first, indent + 1, len(written.split("\n")[0].strip())))]


_ANSWER: Final = lazy(
    r"\s*(?:(?:certainly|sure|of course|absolutely)[!,.:]\s+(?:here(?:'s|\N{RIGHT SINGLE QUOTATION MARK}s| is| are)|below is|i(?:'ll|\N{RIGHT SINGLE QUOTATION MARK}ll| will| can))\b"
    r"|here(?:'s|\N{RIGHT SINGLE QUOTATION MARK}s| is)\s+(?:a|an|the|your)\s+(?:\w+\s+){0,4}(?:blog\s?post|article|tutorial|draft|rewrite|revised version)\b[^.\n]{0,80}:\s*\Z)",
    re.IGNORECASE,
)
_CLOSING: Final = lazy(
    r"\s*(?:i hope this helps|let me know if you(?:'d|\N{RIGHT SINGLE QUOTATION MARK}d| would| want| need| have)[^.!?\n]{0,120}(?:changes?|adjust\w*|expand\w*|revis\w*|tweak\w*|rewrit\w*|sections?)|would you like me to)\b",
    re.IGNORECASE,
)


_CLOSES: Final = ("i hope this helps", "let me know if you", "would you like me to")


class _EchoedAnswer(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give a first paragraph that announces the text, and a last one that asks how it was liked, as a program does."""
        paragraphs = [run for run in text.runs if run.kind == "paragraph" and not run.within]
        if not paragraphs:
            return
        closes = any(mark in text.folded for mark in _CLOSES) and any(_CLOSING.match(run.text) for run in paragraphs)
        last = max(paragraphs, key=_begins) if closes else None
        for run, pattern in ((paragraphs[0], _ANSWER), (last, _CLOSING)):
            found = pattern.match(run.text) if run is not None else None
            if run is not None and found:
                begin = len(found[0]) - len(found[0].lstrip())
                fault = self.says(
                    "this is how a program speaks that was asked for the text, no part of it", "take it out"
                )
                yield fault, run.place(begin, len(found[0].strip().partition("\n")[0]))


_END: Final = lazy(
    r"\[end of (?:the )?(?:text|document|post|article|file|transcript|response|output)\]"
    r"|<\|[a-z_]{3,30}\|>|\[(?:EOS|/?INST)\]",
    re.IGNORECASE,
)


_ENDS: Final = ("[end of ", "<|", "eos]", "inst]")


class _EndMarker(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each mark by which a program says that its text ends."""
        if not any(mark in text.folded for mark in _ENDS):
            return
        for run in text.runs:
            for found in _END.finditer(run.text):
                place = run.place(found.start(), len(found[0]))
                line = text.line(place.line)
                begin, end = place.column - 1, place.column - 1 + len(found[0])
                fault = self.says(f"'{found[0]}' is how a program ends its text", "take it out")
                if line[begin:end] == found[0]:
                    begin = len(line[:begin].rstrip())
                    fault = fault.mended(
                        Edit(
                            path=text.document.path,
                            line=place.line,
                            column=begin + 1,
                            end_line=place.line,
                            end_column=end + 1,
                            old=line[begin:end],
                            text="",
                        )
                    )
                yield fault, place


_SENTENCE: Final = lazy(r"[.!?]['\")\]\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]*\s")
_GOES_ON: Final = lazy(r"[^\W\d_]\Z|[,;(\N{EN DASH}\N{EM DASH}-]\Z")
_DONE: Final = (".", "!", "?", ":", "`", "|", "~")
"""What no text is cut off behind."""
_LEADS_ON: Final = frozenset({"and", "or", "but", "the", "a", "an", "of", "with", "which", "from", "because", "than"})
"""Words that end no sentence."""
_FEW: Final = 12


class _CutOff(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the end of a text that stops in the middle of a sentence."""
        end = text.source.rstrip()
        if end.endswith(_DONE) and not end[end.rfind("\n") + 1 :].lstrip().startswith(("[", "{", "<")):
            return ()
        outer = [block for block in text.blocks if not block.within and block.kind != "footnote_reference"]
        last = max(outer, key=lambda block: block.last, default=None)
        if last is None or last.kind != "paragraph":
            return ()
        run = next((run for run in reversed(text.runs) if run.kind == "paragraph" and _begins(run) == last.first), None)
        if run is None or not run.text.replace(GAP, "").isascii():  # other scripts end their sentences in other ways
            return ()
        words = run.text.rstrip()
        if not _GOES_ON.search(words) or words.endswith(GAP) or not _GOES_ON.search(run.written.rstrip()):
            return ()
        enough = _SENTENCE.search(words) or len(words.split()) > 2 * _FEW or words.split()[-1] in _LEADS_ON
        if len(words.split()) < _FEW or not enough:
            return ()
        if words.split()[-1][0].isupper():  # a list of names
            return ()
        length = len(words.split()[-1])
        return [
            (
                self.says("the text stops in the middle of a sentence", "write its end"),
                run.place(len(words) - length, length),
            )
        ]


def _begins(run: Run) -> int:
    return run.written_place(0).line


_NOTE: Final = lazy(
    r"(?P<note>\b(?:TODO|FIXME|TBD)\b(?=:|\s*\())|^(?P<alone>TODO|FIXME|TBD)\b"
    r"|(?P<filler>\blorem ipsum dolor\b)|(?P<model>\bas an AI(?: language)? model\b)"
    r"|(?P<gap>\[(?:insert|add your|your) [^\[\]\n]{1,60}\])",
    re.IGNORECASE | re.MULTILINE,
)


_QUOTE: Final = lazy('["\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]')


_PLACEHOLDERS: Final = ("todo", "fixme", "tbd", "lorem ipsum", "as an ai", "[insert", "[add", "[your")


class _Placeholder(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each note to oneself, filler, and phrase of a language model about itself."""
        if not any(mark in text.folded for mark in _PLACEHOLDERS):
            return
        for run in text.runs:
            for found in _NOTE.finditer(run.text):
                kind = found.lastgroup
                if kind in {"note", "alone"} and not found[0].isupper():
                    continue
                if (
                    kind == "gap" and len(_QUOTE.findall(run.text, 0, found.start())) % 2
                ):  # what somebody else is to fill in
                    continue
                said = {
                    "filler": "this is filler, not text",
                    "model": "this is what a language model says of itself",
                    "gap": f"'{found[0]}' stands for something that was to be written",
                }.get(kind or "", f"'{found[0]}' is a note to oneself")
                yield self.says(said, "write what is meant, or take it out"), run.place(found.start(), len(found[0]))


_PHRASES: Final[tuple[tuple[str, str], ...]] = (
    ("in this ", r"in this (?:(?:blog |short |quick )?(?:post|article|tutorial|guide)|blog),? (?:we|i)(?:'ll| will|(?:'re|'m| are| am) going to)\b(?! (?:only|not)\b)"),
    ("dive", r"(?:so,? |now,? )?let(?:'s| us) dive (?:right )?in(?:to)?\b"),
    ("delve", r"(?:so,? |now,? )?let(?:'s| us) delve into\b"),
    ("get started", r"(?:so,? |now,? )?let(?:'s| us) get started\b"),
    ("further ado", r"(?:so,? |and )?without (?:any )?further ado\b"),
    ("conclu", r"(?:in conclusion|to conclude),"),
    ("in today", r"in today's (?:[\w-]+,? ){0,3}(?:world|age|era|landscape)\b"),
    ("in the ", r"in the (?:ever|rapidly|fast)[ -](?:\w+ ){1,3}(?:world|landscape|field) of\b"),
    ("to note that", r"it(?:'s| is) (?:important|crucial|essential) to note that\b"),
    ("noting that", r"it(?:'s| is) worth noting that\b"),
    ("whether you", r"whether you(?:'re| are) an? (?:seasoned|experienced)\b"),
    ("look no further", r"look no further\b"),
    ("happy ", r"happy (?:coding|hacking|learning)!"),
    ("i hope ", r"i hope (?:that )?(?:you (?:found|find|enjoyed) this|this (?:(?:blog )?(?:post|article|tutorial|guide) )?(?:was |has been )?(?:helpful|useful))\b"),
)  # fmt: skip
"""Ready-made phrases of English with which sentences begin, each with what is in every text that has it."""
_STOCK: Final = lazy(
    r"(?:\A|[.!?:]['\")\N{RIGHT DOUBLE QUOTATION MARK}]*\s+)("
    + "|".join(phrase.replace("'", "['\N{RIGHT SINGLE QUOTATION MARK}]").replace(" ", r"\s") for _, phrase in _PHRASES)
    + ")",
    re.IGNORECASE,
)


class _StockPhrase(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each ready-made phrase that a sentence begins with."""
        low = text.plain.lower()
        if not any(mark in low for mark, _ in _PHRASES):
            return
        for run in text.runs:
            if run.kind != "paragraph" or "quote" in run.within:
                continue
            for found in _STOCK.finditer(run.text):
                fault = self.says(
                    f"'{' '.join(found[1].split())}' stands ready for any text, and says nothing of this one",
                    "begin with what comes behind it",
                )
                yield fault, run.place(found.start(1), len(found[1].partition("\n")[0]))


_EXAMPLE: Final = lazy(r"(?<![\w.-])(?:[\w-]+\.)*example\.(?:com|net|org)(?![\w-]|\.\w)", re.IGNORECASE)
_HOST: Final = lazy(r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]+)|mailto:[^@]*@([^?]+)", re.IGNORECASE)
_RESERVED: Final = (".example", ".test", ".invalid")
"""Domains under which no host is (RFC 2606, section 2)."""
_MARKS: Final = ("example.", *_RESERVED)


class _ExampleAddress(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each address of a host that is kept free for examples: of links and images, and among the words."""
        low = text.source.lower()
        if not any(mark in low for mark in _MARKS):
            return
        linked = set()
        for link in text.links:
            found = _HOST.match(link.href)
            host = (found[1] or found[2]).lower() if found else ""
            if host.endswith(_RESERVED) or _EXAMPLE.fullmatch(host):
                linked.add(link.place.line)
                yield self._fault(host), link.place
        for run in text.runs:
            for found in _EXAMPLE.finditer(run.text) if "example." in run.text.lower() else ():
                place = run.place(found.start(), len(found[0]))
                if place.line not in linked:
                    yield self._fault(found[0]), place

    def _fault(self, host: str) -> Fault:
        return self.says(
            f"'{host}' is kept free for examples, and has nothing that a reader looks for",
            "write the address that is meant; as an example it stands in backticks",
        )


_REMARK: Final = lazy(
    r"(?P<aside>\{>>[^\n]*?<<\})|(?P<change>\{\+\+(?=\S)[^\n]*?\+\+\}|\{--(?=\S)[^\n]*?--\})"
    r"|(?P<hidden>^[ \t]*%%(?=[ \w])[^%\n]*%%[ \t]*$)"
    r"|(?P<said>\[(?:note to (?:self|(?:the )?(?:editor|author|reviewer))|(?:reviewer|proofreader|copy[ -]?editor)(?:['\N{RIGHT SINGLE QUOTATION MARK}]s (?:note|comment))?):[^\[\]\n]*\](?!\())",
    re.IGNORECASE | re.MULTILINE,
)
_REMARKS: Final = {
    "aside": "this is a comment of who edited the text",
    "change": "this is how an editor proposes a change (CriticMarkup), which was neither taken nor refused",
    "hidden": "this is a comment as Obsidian hides it, and is shown as it is written",
    "said": "this was said to who wrote the text, not to its readers",
}


_REMARK_MARKS: Final = ("{>>", "{++", "{--", "%%", "[note to ", "[reviewer", "[proofreader", "[copy")


class _EditorComment(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each remark of an editor, and each change that one proposes."""
        low = text.plain.lower()
        if not any(mark in low for mark in _REMARK_MARKS):
            return
        for run in text.runs:
            for found in _REMARK.finditer(run.text):
                kind = found.lastgroup or ""
                begin = found.start() + len(found[0]) - len(found[0].lstrip())
                words = found[0].strip()
                place = run.place(begin, len(words))
                fault = self.says(_REMARKS[kind], "heed it, and take it out")
                line, at = text.line(place.line), place.column - 1
                if kind == "aside" and line.startswith(words, at):
                    blank = line[at - 1 : at] == " " and not line[at + len(words) :][:1].isalnum()
                    from_here = Place(place.line, place.column - blank)
                    old = line[at - blank : at + len(words)]
                    fault = fault.mended(replacing(text.document.path, from_here, old, "", safe=False))
                yield fault, place


class _MergeMark(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each line that git leaves where two versions did not agree."""
        if "<<<<<<< " not in text.source and ">>>>>>> " not in text.source:
            return
        held = {n for block in text.blocks if block.kind == "listing" for n in range(block.first, block.last + 1)}
        first = text.document.first_line
        for number, line in enumerate(text.source.split("\n"), first):
            if line.startswith(("<<<<<<< ", ">>>>>>> ")) and number not in held:
                fault = self.says(
                    "git left this line where two versions did not agree",
                    "keep one version, and take the three lines of marks out",
                )
                yield fault, Place(number, 1, len(line))


ECHOED_INSTRUCTION: Final = _EchoedInstruction("echoed-instruction", "warning", "text", checked=True)
END_MARKER: Final = _EndMarker("end-marker", "warning", "text", checked=True)
CUT_OFF: Final = _CutOff("cut-off", "warning", "text", checked=True)
PLACEHOLDER_TEXT: Final = _Placeholder("placeholder-text", "warning", "text", checked=True, precision=(1, 1))
MERGE_MARK: Final = _MergeMark("merge-mark", "error", "text", checked=True)
ECHOED_ANSWER: Final = _EchoedAnswer("echoed-answer", "warning", "text", checked=True)
STOCK_PHRASE: Final = _StockPhrase("stock-phrase", "warning", "text", checked=True, optional=True, precision=(25, 25))
EXAMPLE_ADDRESS: Final = _ExampleAddress("example-address", "warning", "text", checked=True, optional=True)
EDITOR_COMMENT: Final = _EditorComment("editor-comment", "warning", "text", checked=True)
