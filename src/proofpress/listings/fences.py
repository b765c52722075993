"""What a fence's info string says: ```` ```python title="train.py" {3,5-7} linenos ````.

What other tools' blogs write is understood where it has one meaning: `python:file.py`, `{.python .numberLines}`,
`js{1,3}`, `hl_lines="3 5-7"`, `js {numberLines: true}`, `js/0,2`. What is left over has no effect, and is named: an
info string is read to its last character.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from proofpress.listings.languages import FOREIGN
from proofpress.listings.running import RUN_OPTIONS, RUNS, Refusal, Running, with_option
from proofpress.patterns import lazy
from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VALUE: Final = (
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\[[^\[\]]*\]|\{[^{}]*\}|/(?:[^/\\]|\\.)+/(?=[\s,]|\Z)|[^\s,\"'\[{]*"
)
_BETWEEN: Final = lazy(r"[\s,]+")
_OPTION: Final = lazy(rf"([^\s=,{{}}\[\]\"'/]+)=({_VALUE})")
_BRACES: Final = lazy(r"\{([^{}]*)\}")
_BRACKETS: Final = lazy(r"\[([^\[\]]*)\]")
_QUOTED: Final = lazy(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_PATTERN: Final = lazy(r"/((?:[^/\\]|\\.)+)/(?=[\s,]|\Z)")
_WORD: Final = lazy(r"[^\s,{]+")
_IN_BRACES: Final = lazy(rf"([.#]?)([A-Za-z_][\w+\-#.]*)(?:\s*[=:]\s*({_VALUE}))?(?=[\s,]|\Z)")
_OUT_OF_PLACE: Final = lazy(r"[^\s,]+")
_ONLY_LINES: Final = lazy(r"[\s\d,;.\-\N{EN DASH}]*\d[\s\d,;.\-\N{EN DASH}]*")
_LINES: Final = lazy(r"(\d+)(?:\s*-\s*(\d+))?(?=[\s,;\[\]{}\"']|\Z)|[^\s,;\[\]{}\"']+")
_LABELLED: Final = re.compile(
    r"(?:\"((?:[^\"\\{}]|\\.)+)\"|'((?:[^'\\{}]|\\.)+)')\s*:\s*(\d+)(?:\s*-\s*(\d+))?(?=[\s,;{}]|\Z)"
)
"""Expressive Code's labels: `{"A":3-4}`."""
_LANGUAGE: Final = lazy(r"[^\s{},:=]+")
_FROM_ZERO: Final = lazy(r"([^\s/]+)/(\d[\d,-]*)(?:/(\d[\d,-]*))?(?=\s|\Z)")
"""Eleventy's marks, whose lines count from 0: `js/0,2`, and `js/0/3-4` for inserted and deleted ones."""
_FILE: Final = lazy(r":\s?([^\s{},]*)")
_ESCAPE: Final = lazy(r"\\(.)")
_ERROR_CODE: Final = lazy(r"e\d{4}")

_TITLES: Final = frozenset({"title", "filename", "file", "name", "caption", "label"})
_KINDS: Final = {
    **dict.fromkeys(("hl_lines", "mark", "highlight", "emphasize-lines", "hl", "highlightlines"), "marked"),
    **dict.fromkeys(("ins", "add", "added", "insert", "inserted"), "inserted"),
    **dict.fromkeys(("del", "rem", "removed", "delete", "deleted"), "deleted"),
    "focus": "focused",
    **dict.fromkeys(("collapse", "fold", "folded"), "folded"),
}
"""Options that name lines, and what becomes of these."""
_OF_WORDS: Final = frozenset({"mark", "ins", "del"})
"""Options that name lines, or words in quotes or as a pattern."""
_ELEMENTS: Final = {"marked": "mark", "inserted": "ins", "deleted": "del"}
_STARTS: Final = frozenset(
    {"linenostart", "start", "startline", "firstline", "start-line", "startfrom", "startlinenumber", "firstnumber"}
)
_NUMBERS: Final = frozenset(
    {
        "linenos", "showlinenumbers", "linenumbers", "numbers", "line-numbers", "line_numbers", "lineno", "linenum",
        "linenums", "numberlines", "number-lines",
    }
)  # fmt: skip
_NO_NUMBERS: Final = frozenset({"nolinenos", "nolinenumbers", "nonumbers", "no-line-numbers"})
_NO_COPY: Final = frozenset({"nocopy", "no-copy"})
_YES: Final = frozenset({"", "true", "yes", "on", "table", "inline", "visible"})
_NO: Final = frozenset({"false", "no", "0", "none", "off"})
_PLACES: Final[Mapping[str, Literal["append", "after", "replace"]]] = {
    "append": "append",
    "after": "after",
    "replace": "replace",
}
_STEPPED: Final = frozenset({"step", "of", "after", "replace"})
"""Options of a step; what it is itself has no value."""
_YES_OR_NO: Final = _NO_COPY | {"copy", "check", "wrap"}
FRAMES: Final = ("code", "terminal", "none")
OPTIONS: Final = (
    "title", "linenos", "nolinenos", "hl_lines", "start", "startLineNumber", "showLineNumbers", "ins", "del", "focus",
    "collapse", "wrap", "frame", "lang", "tab", "nocopy", "check", "run", "timeout", "needs", "raises", "vary", "alt",
    "step", "of", "after", "replace", "append",
    "include", "symbol", "region", "lines", "decorators", "comments",
)  # fmt: skip
"""The options that are ours, for a hint."""
DRAWN: Final = frozenset({"mermaid", "dot", "d2"})
"""Languages whose text is a diagram."""
PARTS: Final = ("symbol", "region", "lines")
"""Options that name the part of a file that is included."""
_OF_INCLUDES: Final = ("decorators", "comments")
"""Options that say what is left out of it."""
_TRUTHS: Final = frozenset({"true", "false", "t", "f", "yes", "no", "on", "off", "0", "1"})
"""What `include=` has in R Markdown, where it hides a listing."""
_KNOWN: Final = (
    _TITLES
    | _NUMBERS
    | _STARTS
    | frozenset(_KINDS)
    | {"wrap", "frame", "lang", "tab", "check", "include", *PARTS, *RUN_OPTIONS}
)
MAX_LINE: Final = 1_000_000


class Lines(NamedTuple):
    """Lines that an option names, from 1; and where in the info string it does."""

    kind: str
    """`marked`, `inserted`, `deleted`, `focused` or `folded`."""
    first: int
    last: int
    at: int
    length: int
    label: str = ""
    """What is written beside the first of them."""


class Words(NamedTuple):
    """Words that are to stand out wherever they are in the code."""

    element: str
    """`mark`, `ins` or `del`."""
    text: str
    pattern: bool
    """Whether `text` is a regular expression."""
    at: int
    length: int


class Slip(NamedTuple):
    """A part of a listing that has no effect, with its offset, and what to do."""

    at: int
    length: int
    message: str
    hint: str
    foreign: str = ""
    """The word, where it is another tool's and so in many a listing: what is one slip in a text, and is told once."""


class Step(NamedTuple):
    """That a listing is a step of a file, which others of its text begin or go on with."""

    of: str
    """The file's name."""
    how: Literal["whole", "append", "after", "replace"]
    """Where its lines go: they are the file, or go to its end, behind a block or in place of one."""
    words: str
    """What the block begins with."""
    at: int
    length: int


class Include(NamedTuple):
    """Code of a file that a listing shows, and the part of it; offsets are those of the info string."""

    path: str
    """As it is written."""
    at: int
    length: int
    part: str = ""
    """By what the part is named: `symbol`, `region` or `lines`; empty for the whole file."""
    name: str = ""
    part_at: int = 0
    part_length: int = 0
    decorators: bool = True
    """Whether those of a symbol are shown."""
    comments: bool = True
    starts: bool = False
    """Whether the info string says from which number on its lines are numbered."""


class Info(NamedTuple):
    """What an info string says."""

    language: str = ""
    language_at: int = 0
    title: str = ""
    lines: tuple[Lines, ...] = ()
    words: tuple[Words, ...] = ()
    numbered: bool | None = None
    start: int = 1
    wrap: bool = False
    folded: bool = False
    """Whether the whole of it is."""
    frame: str = ""
    """`code`, `terminal` or `none`; empty where the listing leaves it to its language."""
    tab: str = ""
    """Its label, where it is a tab of a group."""
    copies: bool = True
    """Whether it has a button that copies it."""
    checked: bool = True
    """Whether `check` is to read its code as its language reads it."""
    over: str = ""
    """The language of the code, where `language` is diff."""
    over_at: int = 0
    classes: tuple[str, ...] = ()
    alt: str = ""
    """What a diagram, or the picture that the listing draws when it is run, shows, in words."""
    running: Running = Running()
    """What is said of its being run."""
    id: str = ""
    step: Step | None = None
    include: Include | None = None
    slips: tuple[Slip, ...] = ()

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The lines that are marked."""
        return tuple((lines.first, lines.last) for lines in self.lines if lines.kind == "marked")


@functools.lru_cache(maxsize=1000)
def read_info(text: str) -> Info:
    """Read a fence's info string. Never fails: what has no effect is among its slips."""
    at = len(text) - len(text.lstrip())
    reading = _Reading(text)
    pos = reading.take_language(at)
    while pos < len(text):
        pos = reading.take_next(pos)
    return reading.info(at)


def is_diff(info: Info) -> bool:
    """Tell whether a listing is a diff."""
    return info.language.lower() == "diff"


class Span(NamedTuple):
    """A piece of an info string: where it begins, and how it is written."""

    at: int
    text: str
    value_at: int
    """Where its value begins."""


class _Reading:
    """An info string, as far as it is read: each method takes one form of what may stand in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.language = self.title = self.id = self.over = ""
        self.frame = ""
        self.tab = self.alt = ""
        self.copies = True
        self.checked = True
        self.running = Running()
        self.lines: list[Lines] = []
        self.words: list[Words] = []
        self.numbered: bool | None = None
        self.start: int | None = None
        self.start_at = self.over_at = 0
        self.wrap = self.folded = False
        self.classes: list[str] = []
        self.step: dict[str, tuple[str, int, int]] = {}
        """What makes it a step: by the word, its value, and where it stands with its length."""
        self.slips: list[Slip] = []
        self.include: Include | None = None
        self.parts: dict[str, tuple[str, tuple[int, int], str]] = {}
        """What is said of an include beside its file: each value, where its option and it begin, and the option as it is written."""

    def info(self, language_at: int) -> Info:
        """Return what was read."""
        if self.start is not None:
            if self.numbered is False:
                message = "a listing without line numbers has no number to start from"
                self.slip(self.start_at, str(self.start), message, "take one of the two out")
            self.numbered = True if self.numbered is None else self.numbered
        if self.over and self.language.lower() != "diff":
            message = f"'lang' tells the language of a diff, and this listing is '{self.language}'"
            self.slip(self.over_at, self.over, message, f'write: diff lang="{self.language}"')
            self.over = ""
        include = self.included()
        if self.running.at and (why := self.why_not_run()):
            option, at = self.running.at[0]
            self.slip(at, option, *why)
            self.running = Running()
        step = self.step_asked() if self.step else None
        return Info(
            language=self.language,
            language_at=language_at,
            title=self.title or (step.of if step else ""),
            lines=tuple(self.lines),
            words=tuple(self.words),
            numbered=self.numbered,
            start=1 if self.start is None else self.start,
            wrap=self.wrap,
            folded=self.folded,
            frame=self.frame,
            tab=self.tab,
            alt=self.alt,
            running=self.running,
            copies=self.copies,
            checked=self.checked,
            over=self.over,
            over_at=self.over_at,
            classes=tuple(self.classes),
            id=self.id,
            step=step,
            include=include,
            slips=tuple(sorted(self.slips)),
        )

    def included(self) -> Include | None:
        """Return what the listing shows of a file, all that is said of it together."""
        include = self.include
        if include is None:
            for name, (_, (at, _), whole) in self.parts.items():
                message = f"'{name}' says what is shown of a file, and none is named"
                self.slip(at, whole, message, 'name it: include="../src/a.py"')
            return None
        for name, (value, (at, value_at), whole) in self.parts.items():
            if name == "decorators":
                include = include._replace(decorators=value.lower() in _YES)
            elif name == "comments":
                include = include._replace(comments=value.lower() in _YES)
            elif include.part:
                message = f"an include shows a symbol, a region or lines, and this one has '{include.part}' already"
                self.slip(at, whole, message, "take one of the two out")
            else:
                include = include._replace(part=name, name=value, part_at=value_at, part_length=len(value))
        if not include.decorators and include.part != "symbol":
            _, (at, _), whole = self.parts["decorators"]
            self.slip(at, whole, "decorators are left out of a symbol, and this include names none", "take it out")
        return include._replace(starts=self.start is not None)

    def why_not_run(self) -> tuple[str, str] | None:
        """Return why a listing that says how it is run can't be, and what to do; None where it can."""
        if self.running.asked is False and len(self.running.at) == 1:
            return None
        if self.language.lower() == "diff":
            return "a diff is never run", "take the option out"
        if "step" in self.step:
            return "a step is a part of its file, and is not run", "run the file behind it, in a listing that starts it"
        if self.language.lower() in RUNS:
            return None
        named = f"'{self.language[:40]}'" if self.language else "a listing that names no language"
        return f"{named} can't be run here", f"run is for {', '.join(sorted(set(RUNS.values())))} and their sessions"

    def take_running(self, key: str, value: str, at: int, whole: str) -> None:
        """Take an option of a listing that is run."""
        read = with_option(self.running, key, value, at)
        if isinstance(read, Refusal):
            self.slip(at, whole, read.message, read.hint)
        else:
            self.running = read

    def step_asked(self) -> Step | None:
        """Return the step that it is; note what makes none."""
        of, of_at, of_length = self.step.get("of", ("", 0, 0))
        placed = [name for name in self.step if name in _PLACES]
        if "step" not in self.step or not of:
            hint = 'write: step of="train.py"'
            for name, (_, begin, long) in self.step.items():
                if name == "step":
                    self.slip(begin, "x" * long, "this step does not say which file it is a step of", hint)
                else:
                    self.slip(begin, "x" * long, f"'{name}' speaks of a step, and this listing is none", hint)
            return None
        diff = self.language.lower() == "diff"
        for name in placed if diff else placed[1:]:
            _, begin, long = self.step[name]
            if diff:
                message, hint = "a diff tells by its lines where it goes", "take this out"
            else:
                message, hint = f"'{placed[0]}' says already where this step goes", "take one of them out"
            self.slip(begin, "x" * long, message, hint)
        if not placed or diff:
            return Step(of, "whole", "", of_at, of_length)
        words, begin, long = self.step[placed[0]]
        how: Literal["append", "after", "replace"] = _PLACES[placed[0]]
        return Step(of, how, words, begin, long)

    def slip(self, at: int, written: str, message: str, hint: str, foreign: str = "") -> None:
        """Note what has no effect."""
        self.slips.append(Slip(at, max(1, len(written)), message, hint, foreign))

    def unknown(self, word: str, at: int) -> None:
        """Note an option that nobody knows, or that is another tool's."""
        key = word.lower()
        why = FOREIGN.get(key) or ("tells rustdoc how to test a listing" if _ERROR_CODE.fullmatch(key) else "")
        if why:
            message = f"'{word[:60]}' is an option of other tools that {why}; it changes nothing here"
            self.slip(at, word, message, "take it out", foreign=key)
            return
        hint = did_you_mean(word, OPTIONS) or 'an info string reads: python title="train.py" {3,5-7} linenos'
        self.slip(at, word, f"a listing has no option '{word[:60]}'", hint)

    def take_language(self, at: int) -> int:
        """Read the word that an info string begins with, and what is written onto it; return where the options begin."""
        text = self.text
        if zero := _FROM_ZERO.match(text, at):
            self.language = zero[1]
            kinds = ("marked",) if zero[3] is None else ("inserted", "deleted")
            for group, kind in enumerate(kinds, 2):
                self.take_lines(zero[group], zero.start(group), kind, from_zero=True)
            return zero.end()
        match = _LANGUAGE.match(text, at)
        if match is None:
            return at
        language, pos = match[0].strip("\"'`"), match.end()
        if language.lower() == "step":
            return at  # a file without a language
        if text.startswith("=", pos) and language.lower() in _KNOWN:
            return at  # it is an option already
        if language.lower().startswith("diff-") and len(language) > 5:  # Prism's name for it
            self.language, self.over, self.over_at = "diff", language[5:], at + 5
        else:
            self.language = language
        if language and (file := _FILE.match(text, pos)):
            self.take_file(file[1], file.start(1))
            return file.end()
        if text.startswith("=", pos):
            self.slip(pos, "=", "the '=' after the language says nothing", "take it out")
            return pos + 1
        return pos

    def take_file(self, name: str, at: int) -> None:
        """Read what stands behind a language's colon: a file's name, or VitePress' word about line numbers."""
        word, _, value = name.partition("=")
        if word in {"line-numbers", "no-line-numbers"}:
            self.numbered = word == "line-numbers"
            if value:
                self.take_start(value, at + len(word) + 1)
        elif name:
            self.take_title(name, at)
        else:
            self.slip(at - 1, ":", "the ':' after the language names no file", "take it out")

    def take_next(self, pos: int) -> int:
        """Read what stands at an offset; return where it ends."""
        text = self.text
        if between := _BETWEEN.match(text, pos):
            return between.end()
        first = text[pos]
        if first == "{":
            if braces := _BRACES.match(text, pos):
                self.take_braces(braces[1], pos + 1)
                return braces.end()
            rest = text[pos:].rstrip()
            self.slip(pos, rest, f"'{rest[:60]}' begins with a brace that is never closed", "close it with '}'")
            return len(text)
        if (quoted := _QUOTED.match(text, pos)) or (quoted := _PATTERN.match(text, pos)):
            self.take_words(quoted[0], pos, "mark")
            return quoted.end()
        if first == "[" and (brackets := _BRACKETS.match(text, pos)):
            if _ONLY_LINES.fullmatch(brackets[1]):
                self.take_lines(brackets[1], pos + 1, "marked")
            else:
                self.take_title(brackets[1], pos + 1)
            return brackets.end()
        if option := _OPTION.match(text, pos):
            self.take_option(option[1], option[2], pos, option.start(2))
            return option.end()
        word = _WORD.match(text, pos)
        assert word is not None
        self.take_word(word[0], pos)
        return word.end()

    def take_option(self, name: str, written: str, at: int, value_at: int) -> None:
        """Read `name=value`, the value as it is written."""
        key = name.lower()
        quoted = _QUOTED.fullmatch(written)
        value = (quoted[1] if quoted[1] is not None else quoted[2]) if quoted else written
        inside_at = value_at + bool(quoted)
        whole = self.text[at : value_at + len(written)] or name
        if key in _TITLES:
            if value.strip():
                self.take_title(_ESCAPE.sub(r"\1", value) if quoted else value, inside_at)
            else:
                self.slip(at, whole, "this title is empty", "give the listing a title, or take the option out")
        elif key in _KINDS:
            kind = _KINDS[key]
            if key in _OF_WORDS and (_PATTERN.fullmatch(written) or (quoted and not _ONLY_LINES.fullmatch(value))):
                self.take_words(written, value_at, _ELEMENTS[kind])
            elif kind == "folded" and value.lower() in _YES | _NO:
                self.folded = value.lower() in _YES
            else:
                self.take_lines(value, inside_at, kind)
        elif key in _STARTS:
            self.take_start(value, inside_at)
        elif key in _NUMBERS:
            if value.isdecimal() and value.lower() not in _NO:
                self.numbered = True
                self.take_start(value, inside_at)
            elif value.lower() in _YES | _NO:
                self.numbered = value.lower() not in _NO
            else:
                self.slip(at, whole, f"'{name}' is true or false, not '{value[:40]}'", f"write '{name}' alone")
        elif key == "frame":
            if value.lower() in FRAMES:
                self.frame = value.lower()
            else:
                hint = did_you_mean(value, FRAMES) or "a frame is one of: code, terminal, none"
                self.slip(at, whole, f"a listing has no frame '{value[:40]}'", hint)
        elif key in RUN_OPTIONS:
            self.take_running(key, _ESCAPE.sub(r"\1", value) if quoted and key != "vary" else value, at, whole)
        elif key in {"lang", "language"} and value:
            if self.language:
                self.over, self.over_at = value, inside_at
            else:
                self.language = value
        elif key in _YES_OR_NO and value.lower() in _YES | _NO:
            self.take_choice(key, yes=value.lower() in _YES)
        else:
            plain = _ESCAPE.sub(r"\1", value) if quoted else value
            self.take_text(name, plain, Span(at, whole, inside_at))

    def take_choice(self, key: str, *, yes: bool) -> None:
        """Take what is so or not."""
        if key == "wrap":
            self.wrap = yes
        elif key == "check":
            self.checked = yes
        else:
            self.copies = yes == (key == "copy")

    def take_text(self, name: str, value: str, span: Span) -> None:
        """Take an option whose value is text; what has no effect is noted."""
        key = name.lower()
        if key == "alt" and self.language.lower() in DRAWN | RUNS.keys() and value.strip():
            self.alt = value
        elif key == "tab" and value.strip():
            self.tab = value.strip()
        elif key in _STEPPED and value.strip():
            self.take_step(key, value.strip(), span.at, len(span.text))
        elif key == "id" and value and not re.search(r"\s", value):
            self.id = value
        elif key == "class" and value:
            self.classes += value.split()
        elif not self.took_of_include(key, value, (span.at, span.value_at), span.text):
            self.unknown(name, span.at)

    def take_step(self, name: str, value: str, at: int, length: int) -> None:
        """Take a part of what makes a step; each stands once."""
        if name == "step" and value != "step":
            self.slip(at, "x" * length, "'step' has no value: 'of' names its file", f'write: step of="{value[:40]}"')
        elif name in self.step:
            self.slip(at, "x" * length, f"'{name}' stands here twice", "take one of them out")
        else:
            self.step[name] = value, at, length

    def took_of_include(self, key: str, value: str, at: tuple[int, int], whole: str) -> bool:
        """Take what names a file, or a part of it, and where that and its value begin; tell whether an option does so."""
        if key == "include" and value.strip() and value.lower() not in _TRUTHS:
            self.include = Include(value, at[1], len(value))
        elif (key in PARTS and value.strip()) or (key in _OF_INCLUDES and value.lower() in _YES | _NO):
            self.parts[key] = (value, at, whole)
        else:
            return False
        return True

    def take_title(self, title: str, at: int) -> None:
        """Take a title; a listing has one."""
        if not title.strip():
            self.slip(at, title, "this title is empty", "write the name of a file, or take the brackets out")
        elif self.title:
            message = f"a listing has one title, and this one is '{self.title[:40]}' already"
            self.slip(at, title, message, "take one of them out")
        else:
            self.title = title

    def take_start(self, value: str, at: int) -> None:
        """Take the number of the first line."""
        if value.isdecimal():
            self.start, self.start_at = min(int(value[:7]), MAX_LINE), at
        else:
            self.slip(at, value, f"line numbers start from a whole number, not from '{value[:40]}'", "write: start=40")

    def take_words(self, written: str, at: int, element: str) -> None:
        """Take words to stand out: `"text"` to the letter, `/text/` as a regular expression."""
        pattern = written[0] == "/"
        text = written[1:-1] if pattern else _ESCAPE.sub(r"\1", written[1:-1])
        if text.strip():
            self.words.append(Words(element, text, pattern, at, len(written)))
        else:
            self.slip(at, written, "there is no word in these quotes to be marked", "take them out")

    def take_word(self, word: str, at: int) -> None:
        """Read a word by itself."""
        key = word.lower()
        if key in _NUMBERS:
            self.numbered = True
        elif key in _NO_NUMBERS:
            self.numbered = False
        elif key in {"wrap", "nowrap"}:
            self.wrap = key == "wrap"
        elif key in {"step", "append"}:
            self.take_step(key, key, at, len(word))
        elif _KINDS.get(key) == "folded":
            self.folded = True
        elif key in _NO_COPY:
            self.copies = False
        elif key == "run":
            self.take_running(key, "", at, word)
        elif key == "diff" and self.language and not self.over:
            self.language, self.over, self.over_at = "diff", self.language, self.text.find(self.language)
        elif "." in key.strip(".") and key not in FOREIGN and not self.title:
            self.title = word.strip("\"'")
        else:
            self.unknown(word, at)

    def take_braces(self, inside: str, at: int) -> None:
        """Read lines to mark, `{3,5-7}`, or Pandoc's and R Markdown's braces: `{.python #id}`, `{r echo=FALSE}`."""
        if _ONLY_LINES.fullmatch(_LABELLED.sub("1", inside)):
            self.take_lines(inside, at, "marked")
            return
        pos = 0
        if not inside.strip(" \t,"):
            self.slip(at - 1, "{}", "these braces name no line", "take them out, or name lines: {3,5-7}")
        while pos < len(inside):
            if between := _BETWEEN.match(inside, pos):
                pos = between.end()
                continue
            item = _IN_BRACES.match(inside, pos)
            if item is None:
                other = _OUT_OF_PLACE.match(inside, pos)
                assert other is not None
                self.not_lines(other[0], at + pos)
                pos = other.end()
                continue
            self.take_item(item, inside, at)
            pos = item.end()

    def take_item(self, item: re.Match[str], inside: str, at: int) -> None:
        """Read one item of braces that do not name lines."""
        sign, word, written = item.groups()
        key, begin = word.lower(), at + item.start()
        if sign == "#":
            self.id = word
        elif written is not None and not sign:
            self.take_option(word, written, begin, at + item.start(3))
        elif key in _NUMBERS or key in _NO_COPY or (key in {"run", *FOREIGN} and self.language):
            self.take_word(word, begin)
        elif not self.language:
            self.language = word
        elif sign:
            self.classes.append(word)
        elif inside.strip() == word:
            self.not_lines(word, begin)
        else:
            self.take_word(word, begin)

    def not_lines(self, word: str, at: int) -> None:
        """Note what stands in braces and is neither a line nor an option."""
        self.slip(at, word, f"'{word[:60]}' names no line of this listing", "name lines by their numbers: {3,5-7}")

    def take_labelled(self, match: re.Match[str], at: int, kind: str) -> None:
        """Take lines with a label; of those that are folded none is seen that could have one."""
        label = _ESCAPE.sub(r"\1", match[1] or match[2]).strip()
        if kind == "folded" or not label:
            self.slip(at, match[0], "these lines have no label that could be seen", "write their numbers alone")
            label = ""
        numbers = [int(number[:7]) for number in (match[3], match[4]) if number]
        first, last = max(1, min(numbers)), min(max(numbers), MAX_LINE)
        if last and first <= last:
            self.lines.append(Lines(kind, first, last, at, len(match[0]), label))
        else:
            self.slip(at, match[0], "a listing has no line 0: its lines count from 1", "name them from 1")

    def take_lines(self, text: str, at: int, kind: str, *, from_zero: bool = False) -> None:
        """Read lines, `3,5-7`, which stand at an offset."""
        found = False
        for match in _lines_of(text):
            found = True
            begin, written = at + match.start(), match[0]
            if match.re is _LABELLED:
                self.take_labelled(match, begin, kind)
                continue
            if match[1] is None:
                self.not_lines(written, begin)
                continue
            first = min(int(match[1][:7]), MAX_LINE) + from_zero
            last = min(int(match[2][:7]), MAX_LINE) + from_zero if match[2] else first
            first, last = min(first, last), max(first, last)
            if first == 0:
                self.slip(begin, written, "a listing has no line 0: its lines count from 1", "name them from 1")
            if last:
                self.lines.append(Lines(kind, max(1, first), last, begin, len(written)))
        if not found:
            self.slip(at, text, "no line is named here", "name lines by their numbers: {3,5-7}")


def _lines_of(text: str) -> Iterator[re.Match[str]]:
    """Give the lines that are named, those with a label as a match of their own."""
    labelled = list(_LABELLED.finditer(text)) if ":" in text else []
    at = 0
    for match in labelled:
        yield from _LINES.finditer(text, at, match.start())
        yield match
        at = match.end()
    yield from _LINES.finditer(text, at)
