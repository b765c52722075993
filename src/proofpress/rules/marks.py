r"""What can be wrong with marks: those of other dialects and tools, and those of Markdown itself that were read as text.

A mark is told of where it stayed text, so that a dialect which learns to read one needs no change here. In raw HTML
what is not Markdown stays as it is as well; there templates' tags are looked for alone (`html` tells of the rest).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.patterns import lazy
from proofpress.rules.prose import GAP
from proofpress.rules.rule import Fault, TextRule, once_each
from proofpress.rules.tables import rows_told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.model import Place
    from proofpress.rules.prose import Run, Text
    from proofpress.rules.rule import Found


class Mark(msgspec.Struct, frozen=True):
    """A mark that should not be seen. `{}` in its words is the pattern's group, or what was found."""

    needles: tuple[str, ...]
    """One of them is in every text that holds the mark."""
    pattern: re.Pattern[str]
    says: str
    mend: str
    in_html: bool = False
    """Whether it is looked for in raw HTML, too."""

    def is_near(self, words: str) -> bool:
        """Tell whether words, with the end of the line before them, hold one of the needles."""
        return any(needle in words for needle in self.needles)

    def may_be_in(self, plain: str) -> bool:
        """Tell whether what all runs show, with one of the needles, can hold it. Where a gap counts, a bare address may be one."""
        return GAP in self.pattern.pattern or self.pattern.search(plain) is not None

    def fault(self, found: re.Match[str]) -> Fault:
        """Return the fault that a place of the mark is."""
        name = next((group for group in found.groups() if group), "") if self.pattern.groups else found[0]
        shown = " ".join(name.split())
        shown = shown if len(shown) <= 30 else shown[:29] + "…"
        return FOREIGN_SYNTAX.says(self.says.replace("{}", shown), self.mend)


_TEMPLATES: Final = "posts are no templates: write what it stands for; in backticks it is shown as code"
_AS_TEXT: Final = "so it is shown as it is written"


def _mark(needles: str | tuple[str, ...], pattern: str, says: str, mend: str, *, in_html: bool = False) -> Mark:
    needles = tuple(needles.split()) if isinstance(needles, str) else needles
    return Mark(needles, lazy(pattern, re.MULTILINE), says, mend, in_html)


MARKS: Final[tuple[Mark, ...]] = (
    _mark("{%", r"\{%-?\s*(\w+)?", "the Liquid tag '{% {} %}' is shown as it is written", _TEMPLATES, in_html=True),
    _mark("{{<", r"\{\{<\s*(/?\s*[\w-]*)", "the shortcode '{{< {} >}}' of Hugo is shown as it is written", _TEMPLATES, in_html=True),
    _mark("{{%", r"\{\{%\s*(/?\s*[\w-]*)", "the shortcode '{{% {} %}}' of Hugo is shown as it is written", _TEMPLATES, in_html=True),
    _mark("{{", r"\{\{(?![<%])[^\n]", "'{{', by which templates put in a value, is shown as it is written", _TEMPLATES, in_html=True),
    _mark("{:toc {::", r"\{:(?:toc|:)[^}\n]*\}", "'{}' is an order to kramdown, " + _AS_TEXT, "take it out; 'toc: true' in front matter shows the outline"),
    _mark("{:", r"\{:(?!toc|:)[^}\n]*\}", "attributes of kramdown, '{: … }', stand here after nothing that takes them, " + _AS_TEXT, "put them on the line after a block, or write '{.class}' at its end"),
    _mark("{# {.", r"\{[#.][A-Za-z][\w-]*(?:\s[^{}\n]*)?\}", "the attributes '{}' stand after nothing that takes them, " + _AS_TEXT, "put them directly behind a word in marks, a link, an image, or at the end of a heading"),
    _mark("::: ;;;", r"^[ \t]*:{3,}[^\n]*", "':::' begins or ends a container of another dialect, " + _AS_TEXT, "write an alert, '> [!NOTE]', or a '<div>' with blank lines inside"),
    _mark("!!! ???", r"^[ \t]*(!!!|\?\?\?)\+? ?[a-z][^\n]*", "an admonition of MkDocs, '{}', " + "is shown as it is written", "write an alert: '> [!NOTE]' and its text in the quote"),
    _mark("===", r"^[ \t]*===[+!]? [\"“'][^\n]*", "a tab of MkDocs, '===', is shown as it is written", "write ':::tab' with its label, to ':::', for each, all of them between ':::tabs' and ':::'"),
    _mark("TOC] toc] TOC_] toc_] {toc}", r"\[\[?_?(?:TOC|toc)_?\]\]?|\$\{toc\}|^@\[toc\]", "'{}' is no mark for the outline here, " + _AS_TEXT, "take it out; 'toc: true' in front matter shows the outline"),
    _mark("$$", r"\$\$", "'$$' is shown as it is written: it begins or ends no formula here", "put '$$' on lines of their own around the formula, with none of them left over"),
    _mark("\\", r"\\(?:frac|dfrac|tfrac|math\w+|sum|prod|int|left|right|text|begin|end|cdot|times|leq?|geq?|sqrt|partial|nabla|infty|[lc]?dots|quad|qquad|tag|label|eqref|cite|operatorname|alpha|beta|gamma|delta|epsilon|theta|lambda|mu|pi|sigma|phi|omega|pagebreak|newpage)(?![A-Za-z])", "TeX outside of a formula is shown as it is written", "put it between dollars, '$…$', or in backticks"),
    _mark("[[", r"!?\[\[(?!_?(?:TOC|toc)_?\]\])[^\W\d_][^\[\]\n]*\]\]", "a link of a wiki, '[[…]]', is shown as it is written", "write '[words](file.md)', and '![words](picture.png)' for a picture"),
    _mark("[@ [-@", r"(?<![\w\]])\[-?@[A-Za-z][\w:.-]*[^\[\]\n]*\](?!\()", "'{}' is neither a link nor a citation here, " + _AS_TEXT, "write a footnote, '[^name]', or the link's address behind it"),
    _mark("[!", r"^\[!\w+\][+-]?", "'{}' makes an alert on the first line of a quote alone, " + _AS_TEXT, "write '> [!NOTE]' on a line of its own, and the text on the quote's next lines"),
    _mark("^[", r"\^\[[^\[\]\n]+\]", "a footnote within the text, '^[…]', is shown as it is written", "write '[^name]', and '[^name]: its text' on a line of its own"),
    _mark("**", r"(?<!\*)\*\*(?![\s*])[^*]{1,300}(?<!\s)\*\*(?!\*)", "these stars make nothing bold, " + _AS_TEXT, "a pair stands directly at its words: no blank inside, and no punctuation between it and the letters outside"),
    _mark("**", r"^\*\*(?=\w)[^*]{1,400}(?:\Z|(?<=\s)\*\*)", "'**' begins bold text that is never ended, " + _AS_TEXT, "end it with '**', directly behind its last word"),
    _mark("~~", r"(?<![\w~])~~(?=\w)[^~]{1,400}", "'~~' begins words to be struck out and never ends them, " + _AS_TEXT, "end them with '~~', directly behind the last one"),
    _mark("*", r"(?<=[^\W\d_])\*(?=[^\s\w*])[^*\n]{1,200}[^\s*]\*(?!\*)|(?<!\*)\*(?=[^\s*])[^*\n]{1,200}[^\s\w*]\*(?=[^\W\d_])", "these stars emphasise nothing, " + _AS_TEXT, "a star stands directly at its words: no punctuation between it and the letters outside"),
    _mark("==", r"(?<![=\w])==[^\s=][^=\n]*==(?![=\w])", "highlighting, '==…==', is shown as it is written", "write '<mark>…</mark>'"),
    _mark("![", r"!\[[^\]\n]*\]\((?!\s*\{[{%])", "this is written as an image and is none, since its address is not read as one", "write an address with blanks or brackets between '<' and '>'"),
    _mark("](", r"(?:(?<!\!)\[[^\[\]]{0,300}|(?<![^\s\[\]])[^\s\[\]]+)?\]\((?!\s*\{[{%])(?=\S)", "'](' is shown as it is written: the address of this link is not read as one", "write an address with blanks or brackets between '<' and '>', and close the bracket"),
    _mark("][", r"(?<![\w\])}'\"`" + GAP + r"])!?\[(?![\^!@ \]]|(?:[xX]|\d+)\])([^\[\]\n]+)\]\[[^\[\]\n]*\]", "no reference of this name is defined, so '[{}]…' is shown as it is written", "write '[name]: address' on a line of its own, or the address directly: '[words](address)'"),
    _mark("] (", r"!?\[[^\[\]\n]+\] +\(" + GAP + r"\)|!\[[^\[\]\n]*\] +\([^()\s]+\)", "a blank stands between the words and the address of this link, " + _AS_TEXT, "take the blank out: '[words](address)'"),
    _mark(")[", r"\([^()\n]+\)\[(?:" + GAP + r"|[./#][^\[\]\s]*)\]", "the brackets of this link are the wrong way round, " + _AS_TEXT, "write '[words](address)'"),
    _mark("]:", r"^[ ]{0,3}\[[^\[\]\n^]+\]:[ \t]+(?:" + GAP + r"|[./#<])", "a reference is defined within a paragraph, where it is not read", "put a blank line before it"),
    _mark("``", r"`{3,}", "a fence is shown as it is written: it stands not at the beginning of its line, or has backticks behind it", "put it on a line of its own"),
    _mark("`", r"(?<![`" + GAP + r"])`{1,2}(?![`" + GAP + r"])[^`\n]*", "'`' begins code that is never ended, " + _AS_TEXT, r"end it with as many, or write '\`' for the character"),
    _mark(("\nimport", "\nexport"), r"^(?:(import)\s[^\n]*\sfrom\s[\"']|(import) ['\"]|(export)\s+(?:const|let|default|function)\s)", "the line of MDX that begins with '{}' is shown as it is written", "take it out: posts run no JavaScript"),
    _mark((".. ",), r"^[ \t]*\.\. [\w-]+:", "a directive of reStructuredText, '.. name::', is shown as it is written", "write it in Markdown"),
    _mark("|", r"^[ \t]*\|[^\n]*\|[ \t]*$|\|[ \t]*:?-{3,}", "a table is shown with its bars: its header and the row of dashes under it do not fit", "give both as many cells, with '|' between them, and a blank line before"),
    _mark("<!--", r"<!--[^\n]*", "a comment that begins within a paragraph ends with it, so what was to be hidden is shown", "take the blank lines out of it, or begin it on a line of its own"),
    _mark("*[", r"^[ \t]*\*\[[^\[\]\n]+\]:[ \t]", "what an abbreviation stands for, '*[…]:', is shown as it is written", "write '<abbr title=\"…\">' where it stands first"),
    _mark("• ‣ ▪ ◦ ● ○", r"^[ \t]*[•‣▪◦●○][ \t]*\w[^\n]*", "a bullet is shown as it is written, and makes no list", "begin each item with '- '"),
    _mark(("\n-",), r"^[ \t]*-[^\W\d_][^\n]*\n[ \t]*-[^\W\d_]", "these lines begin with '-' and are no list", "write a blank after each '-', and a blank line before the first"),
    _mark(("\n1.", "\n1)"), r"^[ \t]*1[.)][^\W\d_][^\n]*\n[ \t]*2[.)][^\W\d_]", "these lines begin with numbers and are no list", "write a blank after each number, and a blank line before the first"),
    _mark(("\n[x]", "\n[X]", "\n[ ]", "\n[] "), r"^\[(?:[xX ]\]\w|\] \w)[^\n]*", "the box of a task is shown as it is written", "write '- [ ] ' or '- [x] ', with the blanks"),
    _mark("##", r"^[ \t]*#{2,}(?: \S|[^\W\d_])[^\n]*", "a heading is shown as it is written", "write a blank after its '#', and a blank line before it"),
    _mark("{! --8<--", r"^[ \t]*(?:\{![^\n]*!\}|-+8<-+[^\n]*)", "a line that takes in another file is shown as it is written", 'copy the words in, or have a listing show the code: include="../src/a.py"'),
)  # fmt: skip
"""The marks, in the order in which they are looked for."""


def _rarest(needle: str) -> str:
    """Return the character of a needle that texts hold least; the needle where all of its are common."""
    return next((character for character in "{}[]|^`*#$\\=<" if character in needle), needle)


_NEEDLES: Final = {
    rare: {
        needle: tuple(number for number, mark in enumerate(MARKS) if needle in mark.needles)
        for needle in sorted({needle for mark in MARKS for needle in mark.needles if _rarest(needle) == rare})
    }
    for rare in sorted({_rarest(needle) for mark in MARKS for needle in mark.needles})
}
"""The marks by what is in every text that holds them, as numbers; that by its rarest character, which most texts lack."""
_EMOJI: Final = lazy(r":[a-z][a-z_]*[a-z0-9]:(?![\w:/])")
_ROLE: Final = lazy(r":(?:[a-z]+:)?[a-z]+:" + GAP)
_BEFORE: Final = lazy(r"[\w:/.]")
_BRACKETED: Final = lazy(r"\\\\?\((?:(?!\n\s*\n).)+?\\\\?\)|\\\\?\[(?:(?!\n\s*\n).)+?\\\\?\]|\\\\[(\[]", re.DOTALL)
_MATHEMATICAL: Final = lazy(r"\\[A-Za-z]|[_^=+<>]|^\W*[A-Za-wyz]\W*$")
_CODE_SPAN: Final = lazy(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_IN_ATTRIBUTE: Final = lazy(r"([\w:-]+)\s*=\s*(?:[\"']?[^\"'\s]*?(\{%|\{\{)|(\{))")
_ADDRESSES: Final = frozenset({"href", "src", "srcset", "poster", "data"})
_JSX: Final = lazy(r"<[A-Z][\w.]*(?:\s[^<>]*?)?\s[\w-]+=\{|<[A-Z]\w*\.\w|<>|</>")


_TOLD: Final = frozenset({"unknown-alert", "unsafe-url", "lost-cells"})
"""What tells why the marks of a line show."""


class _ForeignSyntax(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each kind of mark once, with how often the file holds it."""
        return once_each(self._all(text))

    def _all(self, text: Text) -> Iterator[tuple[Fault, Place]]:
        source, plain = text.source, text.plain
        lines = "\n" + plain
        near = [needles for rare, needles in _NEEDLES.items() if rare in lines]
        numbers = {number for needles in near for needle in needles if needle in lines for number in needles[needle]}
        marks = [mark for mark in map(MARKS.__getitem__, sorted(numbers)) if mark.may_be_in(plain)]
        told = {one.line for one in text.findings if one.rule in _TOLD}
        if any("|" in mark.needles for mark in marks):
            told |= rows_told(text)
        if marks:
            for fault, place in _in_runs(text, marks):
                if place.line not in told:
                    yield fault, place
        if _EMOJI.search(plain) or ("<" in source and _EMOJI.search(source)):
            yield from _names_between_colons(text)
        if "\\(" in source or "\\[" in source:
            yield from _formulas_in_brackets(text)
        if "<" in source:
            yield from _in_html(text, [mark for mark in MARKS if mark.in_html and mark.needles[0] in source])


def _in_runs(text: Text, marks: list[Mark]) -> Iterator[tuple[Fault, Place]]:
    unread = [one.line for one in text.findings if one.rule == "too-many-marks"]
    for run in text.runs:
        written = run.written
        here = [mark for mark in marks if mark.is_near("\n" + written)]
        if not here or (unread and _holds(run, unread)):
            continue
        plain = "\n" + run.plain
        here = [mark for mark in here if mark.is_near(plain)]
        told: list[tuple[int, int]] = []
        for mark in here:
            for found in mark.pattern.finditer(run.text):
                begin, end = found.span()
                if any(begin < other and first < end for first, other in told):
                    continue  # a mark before it in the table has told this place
                told.append((begin, end))
                length = len(found[0].partition("\n")[0].rstrip())
                yield mark.fault(found), run.place(begin, max(1, length))


def _holds(run: Run, lines: list[int]) -> bool:
    """Tell whether one of these lines is among those of a run."""
    first = run.written_place(0, 1).line
    return any(first <= line <= first + run.written.count("\n") for line in lines)


def _names_between_colons(text: Text) -> Iterator[tuple[Fault, Place]]:
    """Give emoji by name, `:tada:`, and roles of reStructuredText, ``:func:`sum` ``."""
    for run in text.runs:
        if ":" not in run.written or not _EMOJI.search(run.plain):
            continue
        words = run.text
        for found in _EMOJI.finditer(words):
            if found.start() and _BEFORE.match(words, found.start() - 1):
                continue
            role = _ROLE.match(words, found.start())
            if role is not None:
                fault = FOREIGN_SYNTAX.says(
                    f"the role '{found[0]}' of reStructuredText is shown as it is written",
                    "take it out, or write a link",
                )
            else:
                fault = _emoji()
            yield fault, run.place(found.start(), len(found[0]))
    for markup in text.html:
        if markup.block and _EMOJI.search(markup.html):
            words = markup.words
            for found in _EMOJI.finditer(words):
                if not found.start() or not _BEFORE.match(words, found.start() - 1):
                    yield _emoji(), markup.place(found.start(), len(found[0]))


def _emoji() -> Fault:
    return FOREIGN_SYNTAX.says(
        "the name of an emoji between colons is shown as it is written", "write the character itself"
    )


def _formulas_in_brackets(text: Text) -> Iterator[tuple[Fault, Place]]:
    r"""Give what is a formula to LaTeX and MathJax, `\(x\)` and `\[x\]`: to Markdown these are escaped brackets."""
    for run in text.runs:
        written = run.written
        if "\\(" not in written and "\\[" not in written:
            continue
        bare = _CODE_SPAN.sub(lambda code: " " * len(code[0]), written)
        for found in _BRACKETED.finditer(bare):
            if _MATHEMATICAL.search(found[0][2:-2].strip("\\")) or found[0].startswith("\\\\"):
                opening = "\\(" if "(" in found[0][:3] else "\\["
                closing, own = ("\\)", "$…$") if opening == "\\(" else ("\\]", "$$…$$")
                fault = FOREIGN_SYNTAX.says(
                    f"a formula between '{opening}' and '{closing}' is shown as it is written", f"write it as '{own}'"
                )
                yield fault, run.written_place(found.start(), 3 if found[0].startswith("\\\\") else 2)


def _in_html(text: Text, marks: list[Mark]) -> Iterator[tuple[Fault, Place]]:
    source = text.source
    if marks:
        for markup in text.html:
            if not markup.block:
                continue
            words = markup.words
            for mark in marks:
                for found in mark.pattern.finditer(words):
                    yield mark.fault(found), markup.place(found.start(), len(found[0]))
    if "={" in source or "{{" in source or "{%" in source:
        for tag in text.tags:
            if "{" not in tag.attributes or "-" in tag.name:
                continue
            odd = _IN_ATTRIBUTE.search(tag.attributes)
            if odd is None or odd[1].lower() in _ADDRESSES or odd[1].startswith(("on", "data-", "x-", ":")):
                continue
            if odd[3] or odd[2] == "{{":
                said = f"the attribute '{odd[1]}={{…}}' is written as in JSX, and a browser makes nothing of it"
                yield FOREIGN_SYNTAX.says(said, "write it as HTML: 'style=\"color: red\"'"), tag.place
            else:
                yield FOREIGN_SYNTAX.says("a tag of templates stands in an attribute as it is", _TEMPLATES), tag.place
        for run in text.runs:
            if "={" in run.written:
                for found in _JSX.finditer(run.text):
                    said = "a component of JSX is shown as it is written"
                    yield FOREIGN_SYNTAX.says(said, "write it as HTML"), run.place(found.start(), len(found[0]))


FOREIGN_SYNTAX: Final = _ForeignSyntax("foreign-syntax", "warning", "text", precision=(25, 25))
