"""What can be wrong with raw HTML: names that are no elements, what is opened and not closed, Markdown that is not read in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from proofpress.patterns import lazy
from proofpress.rules.rule import Fault, TextRule, once_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofpress.model import Place
    from proofpress.rules.prose import Paired, Text
    from proofpress.rules.rule import Found

_VOID: Final = frozenset(
    "area base basefont br col embed frame hr image img input link meta param source track wbr".split()  # noqa: SIM905 - a table of words
)
_ENDS_ITSELF: Final = frozenset(
    "p li dt dd tr td th thead tbody tfoot caption colgroup option optgroup rb rt rtc rp html body head".split()  # noqa: SIM905 - a table of words
)
"""Elements whose end HTML lets out."""
_FOREIGN: Final = frozenset({"svg", "math"})
_OWN_ELEMENT: Final = lazy(r"</[A-Za-z][A-Za-z0-9.:_]*-")


class _UnknownElement(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of the tags that are text."""
        if not text.has_unread_tags:
            return ()
        fault = self.says(
            "no element of HTML has this name, so it is shown as text", "put it in backticks, as code is written"
        )
        return once_each((fault, tag.place) for tag in text.tags if not tag.known)


class _UndefinedElement(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each element of one's own, `<my-element>`, of a text that brings no script."""
        if not _OWN_ELEMENT.search(text.source) or "<script" in text.source:
            return ()
        tags = text.tags
        closed = {tag.name for tag in tags if tag.closing}
        return once_each(
            (
                self.says(
                    f"nothing in this text says what '<{tag.name}>' is, so a browser shows what stands in it as plain words",
                    "write what it stands for; where a script of the theme defines it, switch this rule off",
                ),
                tag.place,
            )
            for tag in tags
            if "-" in tag.name and not tag.closing and tag.name in closed
        )


_Paired = TypeVar("_Paired", bound="Paired")


def unpaired(tags: Iterable[_Paired]) -> Iterator[_Paired]:
    """Give the tags that open an element which is never closed, and those that close none that is open."""
    opened: list[_Paired] = []
    for tag in tags:
        name = tag.name
        if not tag.known or name in _VOID or (tag.empty and name in _FOREIGN):
            continue
        if tag.empty and any(one.name in _FOREIGN for one in opened):
            continue  # in a drawing or a formula a slash ends an element
        if not tag.closing:
            opened.append(tag)
        elif opened and opened[-1].name == name:
            opened.pop()
        elif any(one.name == name for one in reversed(opened)):
            while (top := opened.pop()).name != name:
                if top.name not in _ENDS_ITSELF:
                    yield top
        elif name not in _ENDS_ITSELF:
            yield tag
    yield from (tag for tag in opened if tag.name not in _ENDS_ITSELF)


class _UnclosedElement(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give what is opened and never closed, and what is closed and was not open."""
        if "<" not in text.source or not text.passes_html:
            return ()
        return once_each(self._all(text))

    def _all(self, text: Text) -> Iterator[tuple[Fault, Place]]:
        if "<!--" in text.source:
            for markup in text.html:
                begin = markup.html.rfind("<!--") if markup.block else -1
                if begin >= 0 and "-->" not in markup.html[begin:]:
                    yield UNCLOSED_ELEMENT.comment(), markup.place(begin, 4)
        if text.nests:
            return
        for tag in unpaired(text.tags):
            if tag.closing:
                yield UNCLOSED_ELEMENT.stray(tag.name), tag.place
            elif tag.empty:
                yield UNCLOSED_ELEMENT.empty(tag.name), tag.place
            else:
                yield UNCLOSED_ELEMENT.never(tag.name), tag.place

    def comment(self) -> Fault:
        return self.says("this comment is never closed, so nothing that follows is shown", "close it with '-->'")

    def never(self, name: str) -> Fault:
        mend = f"write '</{name}>' where it ends"
        if "-" in name or len(name) < 3:
            mend += "; if it is meant as text, put it in backticks"
        return self.says(f"'<{name}>' is never closed, so what follows stands inside it", mend)

    def empty(self, name: str) -> Fault:
        return self.says(
            f"'<{name} />' closes nothing: to a browser it is '<{name}>', and what follows stands inside it",
            f"write '<{name}></{name}>'",
        )

    def stray(self, name: str) -> Fault:
        return self.says(f"'</{name}>' closes nothing that is open here", "take it out, or open it where it begins")


_MARKDOWN: Final[tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]] = tuple(
    (shown, needles, lazy(pattern, re.MULTILINE))
    for shown, needles, pattern in (
        ("##", ("# ", "#\t"), r"\n[ \t]*#{1,6}[ \t]+(?=\S)"),
        ("```", ("```", "~~~"), r"\n[ \t]*(?:`{3,}|~{3,})"),
        ("**", ("**", "__"), r"(?<![*\w])(\*\*|__)(?=[^\s*_])[^*\n]*[^\s*]\1"),
        ("*", ("*",), r"(?<![*\w\\])\*(?=[^\s*])[^*\n]*(?<=[^\s*])\*(?![*\w])"),
        ("[…](…)", ("](",), r"!?\[[^\]\n]*\]\((?=\S)[^)\n]*\)"),
        ("`", ("`",), r"(?<!`)`[^`\n]+`(?!`)"),
        ("|", ("|",), r"\n[ \t]*\|[^\n]*\|[ \t]*$"),
        ("- ", ("- ", "-\t", "* ", "*\t", "+ ", "+\t", ". ", ".\t", ") ", ")\t"), r"\n[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t]+(?=\S)"),
        ("[^…]", ("[^",), r"\[\^[^\]\s]+\]"),
        ("$", ("$",), r"\$\$|(?<![\w\\$])\$(?=[^\s$])[^$\n]*[\\_^][^$\n]*\$"),
        (":::", (":::",), r"\n[ \t]*:{3,}"),
        ("<…>", ("<http",), r"<https?://[^<>\s]+>"),
    )
)  # fmt: skip
"""What Markdown would read: how it is called in a message, what is in every text that holds it, and how it is found."""
_MAY_BE_HTML: Final = lazy(r"<[A-Za-z/!?]")
_MARKDOWN_ATTRIBUTE: Final = lazy(r"(?<![\w-])markdown\s*=|(?<![\w-])markdown\Z|\smarkdown(?=\s)", re.IGNORECASE)


def _any(needles: tuple[str, ...], words: str) -> bool:
    return any(needle in words for needle in needles)


class _MarkdownInHtml(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of each kind of mark that Markdown would read, in the running words of blocks of HTML."""
        if "<" not in text.source or not text.passes_html:
            return ()
        return once_each(self._all(text))

    def _all(self, text: Text) -> Iterator[tuple[Fault, Place]]:
        blocks = [markup for markup in text.html if markup.block]
        everything = "\n".join([markup.html for markup in blocks])
        possible = [one for one in _MARKDOWN if _any(one[1], everything)]
        for markup in blocks:
            here = [one for one in possible if _any(one[1], markup.html)]
            words = "\n" + markup.words if here else ""  # so that each line begins with its end
            for shown, needles, pattern in here:
                for found in pattern.finditer(words) if _any(needles, words) else ():
                    begin = found.start() + len(found[0]) - len(found[0].lstrip()) - 1
                    yield MARKDOWN_IN_HTML.mark(shown), markup.place(begin, max(1, len(found[0].strip())))
        if "markdown" in text.source:
            for tag in text.tags:
                if tag.known and _MARKDOWN_ATTRIBUTE.search(tag.attributes):
                    yield MARKDOWN_IN_HTML.attribute(), tag.place

    def mark(self, shown: str) -> Fault:
        return self.says(
            f"'{shown}' stands in a block of HTML, which goes on up to the next blank line, and is shown as it is written",
            "put a blank line between the tags and what is Markdown, or write HTML",
        )

    def attribute(self) -> Fault:
        return self.says(
            "the attribute 'markdown' has no effect", "take it out: what stands behind a blank line is read as Markdown"
        )


_TAG: Final = lazy(
    r"</?(?:a|b|i|u|em|strong|div|p|img|span|figure|figcaption|br|hr|table|thead|tbody|tr|td|th|video|audio|source|iframe"
    r"|details|summary|center|ul|ol|li|sup|sub|small|pre|code|kbd|h[1-6]|font|blockquote|section)"
    r"(?:\s+[\w:-]+\s*=|\s*/?>)"
)


class _MalformedTag(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of what was meant as a tag and is none."""
        if "<" not in text.source or not text.passes_html:
            return ()
        fault = self.says(
            "this tag is not written as HTML has it, so it is shown as text",
            "look at its quotation marks: an attribute is 'name=\"value\"', one blank before each",
        )
        return once_each(
            (fault, run.place(found.start(), len(found[0])))
            for run in (text.runs if "<" in text.plain else ())
            if "<" in run.plain
            for found in _TAG.finditer(run.text)
        )


class _HiddenMarkup(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of the declarations and processing instructions, of which a browser shows nothing."""
        if not text.passes_html or not ("<!" in text.source or "<?" in text.source or "</" in text.source):
            return ()
        fault = self.says(
            "a browser takes this for a note to itself and shows none of its words",
            "put it in backticks, as code is written; a comment is written '<!-- … -->'",
        )
        return once_each(
            (fault, markup.place(begin, len(markup.html[begin:end].partition("\n")[0])))
            for markup in text.html
            for begin, end in markup.unseen
        )


UNKNOWN_ELEMENT: Final = _UnknownElement("unknown-element", "warning", "text", precision=(3, 3))
UNDEFINED_ELEMENT: Final = _UndefinedElement("undefined-element", "warning", "text", precision=(25, 25))
UNCLOSED_ELEMENT: Final = _UnclosedElement("unclosed-element", "warning", "text", precision=(8, 8))
MALFORMED_TAG: Final = _MalformedTag("malformed-tag", "warning", "text", precision=(5, 5))
HIDDEN_MARKUP: Final = _HiddenMarkup("hidden-markup", "warning", "text")
MARKDOWN_IN_HTML: Final = _MarkdownInHtml("markdown-in-html", "warning", "text", precision=(25, 25))
