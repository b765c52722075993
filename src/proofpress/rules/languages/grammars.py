"""Programs, as the grammars of tree-sitter read them: told is what one small mend makes whole, and nothing else.

A grammar knows one version of its language, and blogs show others: proposals, dialects, parts of programs. That it finds an
error proves little, then. So a listing is tried as a whole and as a part (a method, an expression, what goes on below, what
began above). Where none of these is free of errors, the brackets, quotes, commas and words that may be at fault are mended
one by one, and the one is told whose mend leaves no error at all.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.rules.languages.slip import Mend, Slip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node, Parser, Tree


class Grammar(NamedTuple):
    """A grammar: the package that brings it, and how parts of programs are made whole for it."""

    name: str
    """The language, as reports name it."""
    package: str
    parts: tuple[tuple[str, str], ...] = ()
    """What stands before and after a part that is no program of its own."""
    words: str = ""
    """Its key words that are long enough to be misspelt, with blanks between."""
    function: str = "language"
    """What the package calls it."""
    begins: str = ""
    """What all programs begin with, as a pattern, where brackets over many lines are the rule; else any may be one."""
    strings_go_on: bool = False
    """Whether a string in common quotes may be of several lines."""
    signs: tuple[tuple[str, str], ...] = ()
    """What stands before a part, and a pattern of what each such part has: quicker to see than that a parser finds none."""


_C_WORDS: Final = "return while switch struct const static void break continue typedef unsigned double float char else"
_JS_PARTS: Final = (
    ("class A {\n", "\n}"),
    ("a = {\n", "\n}"),
    ("a = ", ""),
    ("async function* f() {\n", "\n}"),
    ("switch (a) {\n", "\n}"),
)
_JS_WORDS: Final = "function return const class import export from while switch case break continue async await else"
_TS_WORDS: Final = _JS_WORDS + " interface type extends implements readonly namespace"
_C_PARTS: Final = (
    ("void f() {\n", "\n}"),
    ("void f() {\n", ";\n}"),
    ("", ";"),
    ("struct A {\n", "\n};"),
    ("int a = ", ";"),
    ("int a[] = {\n", "\n};"),
)
_JAVA_PARTS: Final = (
    ("class A {\n", "\n}"),
    ("class A { void f() {\n", "\n}}"),
    ("class A { void f() {\n", ";\n}}"),
    ("interface A {\n", ";\n}"),
)
_JAVA_WORDS: Final = "class public private protected static final return void import package while switch interface extends implements else"

GRAMMARS: Final = (
    Grammar("JavaScript", "tree_sitter_javascript", _JS_PARTS, _JS_WORDS),
    Grammar("TypeScript", "tree_sitter_typescript", _JS_PARTS, _TS_WORDS, "language_typescript"),
    Grammar("TSX", "tree_sitter_typescript", _JS_PARTS, _TS_WORDS, "language_tsx"),
    Grammar("Bash", "tree_sitter_bash", words="then done while function case esac else elif", strings_go_on=True),
    Grammar(
        "Rust",
        "tree_sitter_rust",
        (
            ("fn f() {\n", "\n}"),
            ("impl A {\n", "\n}"),
            ("trait A {\n", "\n}"),
            ("fn f() { match a {\n", "\n}}"),
            ("struct A {\n", "\n}"),
            ("fn f() { a = ", ";}"),
            ("fn f() { a ", ";}"),
            ("", "{}"),
            ("", ";"),
            ("type A = ", ";"),
            ("fn f() { A {\n", "\n}; }"),
        ),
        "struct enum impl trait return match while where const static unsafe async await else",
        strings_go_on=True,
        signs=(
            ("impl A {\n", r"\b(?:fn|const|type)\b|!"),
            ("trait A {\n", r"\b(?:fn|const|type)\b|!"),
            ("fn f() { match a {\n", "=>"),
            ("struct A {\n", ":"),
            ("fn f() { a ", r"\A\s*(?:\W|as\b)"),
        ),
    ),
    Grammar(
        "Go",
        "tree_sitter_go",
        (
            ("func f() {\n", "\n}"),
            ("type A struct {\n", "\n}"),
            ("type A interface {\n", "\n}"),
            ("var a = ", ""),
            ("func f() { switch a {\n", "\n}}"),
        ),
        "func return package import struct interface switch case defer range type const else",
    ),
    Grammar("C", "tree_sitter_c", _C_PARTS, _C_WORDS),
    Grammar(
        "C++",
        "tree_sitter_cpp",
        (*_C_PARTS, ("class A {\n", "\n};")),
        _C_WORDS + " class public private protected template typename namespace using virtual override",
    ),
    Grammar("Java", "tree_sitter_java", _JAVA_PARTS, _JAVA_WORDS),
    Grammar(
        "Ruby",
        "tree_sitter_ruby",
        (("def f\n", "\nend"), ("a = ", "")),
        "class module return require while unless until begin rescue ensure yield else elsif",
        strings_go_on=True,
    ),
    Grammar("HTML", "tree_sitter_html", strings_go_on=True),
    Grammar("CSS", "tree_sitter_css", (("a {\n", "\n}"), ("a { b: ", "}"))),
    Grammar(
        "SQL",
        "tree_sitter_sql",
        (("select ", ""), ("select a from b ", ""), ("create table a (\n", "\n)")),
        "select from where group order having limit insert into values update delete create table join union left inner"
        " with case when then else window intersect except natural cross outer qualify",
        begins=r"(?i:select|insert|create|with|update|delete)\b",
        strings_go_on=True,
    ),
    Grammar(
        "Kotlin",
        "tree_sitter_kotlin",
        (("class A {\n", "\n}"), ("fun f() {\n", "\n}"), ("val a = ", "")),
        "class return import package while when interface object override private else",
    ),
    Grammar(
        "Swift",
        "tree_sitter_swift",
        (("class A {\n", "\n}"), ("func f() {\n", "\n}"), ("protocol A {\n", "\n}"), ("let a = ", "")),
        "func return import struct class enum guard while switch case protocol extension private else",
    ),
    Grammar(
        "PHP",
        "tree_sitter_php",
        (("class A {\n", "\n}"), ("a(", ");"), ("$a = ", ";")),
        "function return class public private protected static foreach while switch echo namespace else",
        "language_php_only",
        strings_go_on=True,
    ),
    Grammar(
        "Haskell",
        "tree_sitter_haskell",
        (("a = ", ""), ("a = do\n", "")),
        "where module import data newtype class instance case then else deriving",
    ),
    Grammar(
        "Scala",
        "tree_sitter_scala",
        (("object A {\n", "\n}"), ("def f = {\n", "\n}"), ("val a = ", "")),
        "class object trait import package extends override case match while yield else",
    ),
    Grammar(
        "Julia",
        "tree_sitter_julia",
        (("function f()\n", "\nend"), ("a = ", "")),
        "function return struct module using import while begin else elseif",
        strings_go_on=True,
    ),
)  # fmt: skip
_PHP_PAGE: Final = Grammar("PHP", "tree_sitter_php", function="language_php", strings_go_on=True)
"""PHP within the tags that it opens in a page."""
_BY_NAME: Final = {grammar.name: grammar for grammar in GRAMMARS}
_LONGEST: Final = 20_000
"""Characters of a listing that is read; what is longer is data, or was made."""
_DEEPEST: Final = 100
"""Brackets that are open at once; at the end of what leaves many open a parser takes a step that no one can stop, and that is
four times as long for twice as many."""
_EFFORT: Final = 40_000
_TRIES: Final = 40
"""Characters that are parsed for one listing, all mends together, and how often its own beside them: what takes more has
more than one fault."""
_STEPS: Final = 4_000
"""Hundreds of steps of parsers for one listing, all mends together, half a second's worth at most. A listing without errors
takes 25 for 1,000 characters, the worst of real blogs 1,700 with all its mends; a parser that looks for what may be meant in
many errors takes four times as many for twice the length, and longer than anybody waits."""
_NEAREST: Final = 3
"""As how many kinds of a part a listing is read again with a comma or a word mended."""
_POINTS: Final = 60
"""Places at which a mend is tried; beyond, no one could say where the fault is."""


def is_there(name: str) -> bool:
    """Tell whether a language's grammar is installed."""
    return _is_installed("tree_sitter") and _is_installed(_BY_NAME[name].package)


@cache
def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


@cache
def _parser(grammar: Grammar) -> Parser:
    from tree_sitter import Language, Parser  # noqa: PLC0415 - an extra, and loaded only where a listing is to be read

    return Parser(Language(getattr(import_module(grammar.package), grammar.function)()))


_LEFT_OUT: Final = re.compile(
    r"^[ \t]*+(?:(?://|#|--|\*|/\*)[ \t]*+)?[\[(<{]?[ \t]*+(?:\.{3,}+|\N{HORIZONTAL ELLIPSIS}|\[snip\])[ \t]*+[\])>}]?[ \t]*+(?:\*/)?[ \t]*+[,;]?[ \t]*+$",
    re.MULTILINE,
)
"""A line that stands for others: `...`, `// ...`, `[...]`."""


def read(name: str, code: str) -> Slip | None:
    """Return what is wrong with a listing for sure; None where nothing is, or nothing is sure."""
    if not _is_readable(code) or not is_there(name):
        return None
    grammar = _PHP_PAGE if name == "PHP" and "<?" in code else _BY_NAME[name]
    return _Reading(grammar, _LEFT_OUT.sub(lambda found: " " * len(found[0]), code)).slip()


def reads(name: str, code: str) -> bool:
    """Tell whether a grammar is installed and reads code as a whole, without an error and without what stands for more."""
    if not _is_readable(code) or not is_there(name):
        return False
    try:
        return _Steps().reads(_parser(_BY_NAME[name]), code.encode("utf-8", "replace"))
    except _StepsExhaustedError:
        return False


def _is_readable(code: str) -> bool:
    """Tell whether a listing is neither longer nor deeper than a parser reads in no time."""
    if len(code) > _LONGEST:
        return False
    if sum(code.count(sign) for sign in "([{") <= _DEEPEST:  # as most have
        return True
    deep = 0
    for sign in re.findall(r"[()[\]{}]", code):
        deep = deep + 1 if sign in "([{" else max(0, deep - 1)
        if deep > _DEEPEST:
            return False
    return True


def tree_of(name: str, code: str) -> Tree:
    """Return a file's tree, errors and all; whoever asks has seen that its grammar `is_there`."""
    return _parser(_PHP_PAGE if name == "PHP" else _BY_NAME[name]).parse(code.encode("utf-8", "replace"))


class _StepsExhaustedError(Exception):
    """A listing takes more steps than it may."""


class _Steps:
    """The steps that parsers may still take for a listing: counted, not timed, so that a slow machine tells the same."""

    def __init__(self) -> None:
        self._left = _STEPS

    def tree(self, parser: Parser, data: bytes) -> Tree:
        """Return the tree of a program."""
        tree = self._parsed(parser, data, errors=True)
        if tree is None:
            raise _StepsExhaustedError
        return tree

    def reads(self, parser: Parser, data: bytes) -> bool:
        """Tell whether a program is free of errors; it is not parsed further than to where it can't be."""
        tree = self._parsed(parser, data, errors=False)
        if tree is None and self._left < 0:
            raise _StepsExhaustedError
        return tree is not None and not tree.root_node.has_error

    def _parsed(self, parser: Parser, data: bytes, *, errors: bool) -> Tree | None:
        """Return a program's tree, None where the steps did not suffice, or there are errors and none may be.

        tree-sitter asks after each hundred steps whether to stop.
        """

        def stops(_at: int, has_error: bool) -> bool:
            self._left -= 1
            return self._left < 0 or (has_error and not errors)

        try:
            return parser.parse(lambda at, _point: data[at:], progress_callback=stops)
        except ValueError:  # what it says where it was stopped
            parser.reset()
            return None


class _Bracket(NamedTuple):
    """A bracket in the code, as a program reads it: not in a string, nor in a comment."""

    at: int
    sign: str


_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_BRACKETS: Final = frozenset("()[]{}")
_OPENS: Final = re.compile(r"[\"'`]|/\*|<<|\{-|--\[|=begin|#\||\(\*")
"""What a token of any length may begin with: a string, a comment, a document in place."""
_OPENERS: Final = re.compile(r"[$#<>\\@!?=|.]*([(\[{]{1,2})")


class _Reading:
    """A listing that is read by a grammar. Offsets are of characters."""

    def __init__(self, grammar: Grammar, code: str) -> None:
        self._grammar = grammar
        self._parser = _parser(grammar)
        self._steps = _Steps()
        self._left = _EFFORT + _TRIES * len(code)
        self._parts = (("", ""), *grammar.parts)
        self._trees: dict[tuple[str, str], Tree] = {}
        self._reaches: dict[str, int] = {}
        self._signs = dict(grammar.signs)
        self._data = code.encode("utf-8", "replace")
        self.code = code

    def _program(self, code: str, part: tuple[str, str]) -> bytes:
        """Return code as a part of a program."""
        self._left -= len(code) + 1
        return f"{part[0]}{code}{part[1]}".encode("utf-8", "replace")

    def _tree(self, part: tuple[str, str]) -> Tree:
        """Return the tree of the listing as a part, parsed once."""
        if part not in self._trees:
            self._trees[part] = self._steps.tree(self._parser, self._program(self.code, part))
        return self._trees[part]

    def _is_whole(self) -> bool:
        """Tell whether the listing is free of errors, as a program or as a part of one."""
        end = len(self.code.rstrip())
        return any(
            not self._tree(part).root_node.has_error
            for part in self._parts
            if self._may_be(part, self.code) and (part[0] not in self._reaches or self._reach(part) >= end)
        )

    def _may_be(self, part: tuple[str, str], code: str) -> bool:
        """Tell by its signs whether code may be such a part."""
        sign = self._signs.get(part[0])
        return sign is None or re.search(sign, code) is not None

    def _reach(self, part: tuple[str, str]) -> int:
        """Return the offset behind which no change takes the listing's first error away, whatever the part ends with.

        A parser goes on from token to token until none can follow on what it has read, so that all up to there and no more
        decides. Its error ends before the token that it met, or holds it; a line more is for what looks ahead. Where a
        string or a comment may begin, whose end decides, nothing is known.
        """
        before = part[0]
        if before not in self._reaches:
            error = _first_error(self._tree(part).root_node)
            self._reaches[before] = len(self.code) if error is None else self._decided(error, len(before.encode()))
        return self._reaches[before]

    def _decided(self, error: Node, before: int) -> int:
        start, end = (self._at(max(0, byte - before)) for byte in (error.start_byte, error.end_byte))
        token = end + len(self.code[end:]) - len(self.code[end:].lstrip())
        line = self._line(self._line(token)[1] + 1)[1]
        return len(self.code) if _OPENS.search(self.code, self._line(start)[0], line) else line

    def _is_mended(self, at: int, code: str, parts: Sequence[tuple[str, str]] = ()) -> bool:
        """Tell whether code that is the listing up to an offset, and another from there on, is free of errors."""
        for part in parts or self._parts:
            if self._left < 0:
                return False
            if not self._may_be(part, code) or at > self._reach(part):
                continue
            if self._steps.reads(self._parser, self._program(code, part)):
                return True
        return False

    def _nearly(self) -> Sequence[tuple[str, str]]:
        """Return the parts as which the listing is nearly whole: enough for a mend that moves no other token."""
        return sorted(self._parts, key=lambda part: _wrong(self._tree(part).root_node))[:_NEAREST]

    def slip(self) -> Slip | None:
        """Return the fault whose mend makes the code whole; None where none does, or that takes too many steps."""
        try:
            return None if self._is_whole() else self._slip()
        except _StepsExhaustedError:
            return None

    def _slip(self) -> Slip | None:
        tree = self._tree(self._parts[0])
        leaves = list(_leaves(tree.root_node))
        brackets = [one for leaf in leaves for one in self._brackets(leaf)]
        slip = self._quote(_first_error(tree.root_node)) or self._bracket(brackets)
        if slip is not None or not self._is_balanced(brackets):
            return slip
        return self._comma(tree.root_node, leaves) or self._word(leaves)

    def _at(self, byte: int) -> int:
        """Return the offset of a byte."""
        return byte if len(self._data) == len(self.code) else len(self._data[:byte].decode("utf-8", "ignore"))

    def _text(self, leaf: Node) -> str:
        return self._data[leaf.start_byte : leaf.end_byte].decode("utf-8", "replace")

    def _brackets(self, leaf: Node) -> Iterator[_Bracket]:
        kind = leaf.type
        if kind in _BRACKETS:
            if leaf.end_byte > leaf.start_byte:  # else it is missing, and the parser's guess
                yield _Bracket(self._at(leaf.start_byte), kind)
        elif opener := _OPENERS.fullmatch(kind):
            start = self._at(leaf.end_byte) - len(opener[1])
            for n, sign in enumerate(opener[1]):
                yield _Bracket(start + n, sign)

    @staticmethod
    def _is_balanced(brackets: Sequence[_Bracket]) -> bool:
        opened, stray = _unmatched(brackets)
        return not opened and stray is None

    # ------------------------------------------------------------ brackets

    def _bracket(self, brackets: Sequence[_Bracket]) -> Slip | None:
        opened, stray = _unmatched(brackets)
        if stray is None:
            return self._never_closed(opened, brackets) if opened else None
        nothing = Slip(stray.at, f"'{stray.sign}' closes nothing")
        deleted = nothing._replace(mend=Mend(stray.at, stray.sign, ""))
        without = _changed(self.code, stray.at, 1, "")
        if not opened:
            head = self._head(stray) if stray.sign == "}" else None
            if head is not None:
                return Slip(head - 1, "a '{' is missing after this", mend=Mend(head, "", " {"))
            if self._is_from_above(stray.at) or (
                self._grammar.begins and not re.match(self._grammar.begins, self.code)
            ):
                return None
            if self._is_mended(stray.at, without):
                return deleted
            return nothing if self._opens_before(stray) else None
        last = opened[-1]
        closer = _CLOSING[last.sign]
        if self._is_mended(stray.at, _changed(self.code, stray.at, 1, closer)):
            reason = f"'{stray.sign}' closes '{last.sign}', which '{closer}' is to close"
            return Slip(stray.at, reason, mend=Mend(stray.at, stray.sign, closer))
        for point in self._points(last.at, stray.at):
            if self._is_mended(point, _changed(self.code, point, 0, closer)):
                return Slip(last.at, f"'{last.sign}' is never closed")
        if self._is_mended(stray.at, without):
            return deleted
        return nothing if self._opens_before(stray) else None

    def _head(self, stray: _Bracket) -> int | None:
        """Return where a line ends that is to open the block which a bracket closes: as far left, the last of those."""
        start = self._line(stray.at)[0]
        if self.code[start : stray.at].strip():
            return None
        place = 0
        heads = []
        for line in self.code[:start].split("\n"):
            if line.strip() and _indent(line) == self._indent(stray.at):
                heads.append(place + len(line.rstrip()))
            place += len(line) + 1
        if (
            heads
            and self.code[heads[-1] - 1] != ":"
            and self.code[heads[-1] : start].strip()
            and self._is_mended(heads[-1], _changed(self.code, heads[-1], 0, " {"))
        ):
            return heads[-1]
        return None

    def _opens_before(self, stray: _Bracket) -> bool:
        """Tell whether a bracket before it, in its own line, makes the code whole."""
        start = self._line(stray.at)[0]
        if not self.code[:start].strip() or stray.sign == "}":
            return False
        opener = "(" if stray.sign == ")" else "["
        words = re.finditer(r"(?<=\w)(?=\W)|(?<=\W)(?=\w)", self.code[start : stray.at])
        points = [start + one.start() for one in words][-_POINTS:]
        return any(self._is_mended(point, _changed(self.code, point, 0, opener)) for point in reversed(points))

    def _never_closed(self, opened: Sequence[_Bracket], brackets: Sequence[_Bracket]) -> Slip | None:
        """Return the bracket that is never closed, but for those that a listing leaves open at its end.

        Where a block ends by its indent and nothing closes it, a bracket that is meant for another one has done so.
        """
        rest = "\n" + "".join(_CLOSING[one.sign] for one in reversed(opened))
        blocks = [one for one in brackets if one.sign == "{"]
        late = next((one for one in reversed(blocks) if self._ends_before(one.at) is not None), None)
        code = self.code.rstrip()
        if late is None and (code[-1] in ",([{+-*/&|=\\" or self._is_mended(len(code), code + rest)):
            return None
        last = late or opened[-1]
        others = [one for one in opened if one is not last] if last in opened else opened[:-1]
        rest = "\n" + "".join(_CLOSING[one.sign] for one in reversed(others)) if others else ""
        end = self._ends_before(last.at)
        line = self._line(last.at)[1]
        if last.sign == "{" and self.code[last.at + 1 : line].strip():
            points: Sequence[int] = self._points(last.at, line)
        elif last.sign == "{":
            points = () if end is None else (end,)
        else:
            points = self._points(last.at, len(self.code.rstrip()))
        for point in points:
            if self._is_mended(point, _changed(self.code, point, 0, _CLOSING[last.sign]).rstrip() + rest):
                return Slip(last.at, f"'{last.sign}' is never closed")
        return None

    def _line(self, at: int) -> tuple[int, int]:
        """Return where the line of an offset begins and ends."""
        end = self.code.find("\n", at)
        return self.code.rfind("\n", 0, at) + 1, len(self.code) if end < 0 else end

    def _indent(self, at: int) -> int:
        start, end = self._line(at)
        return _indent(self.code[start:end])

    def _is_from_above(self, at: int) -> bool:
        """Tell whether a bracket closes what began above the listing: in a first line that hangs, or by its indent."""
        start = self._line(at)[0]
        lines = [line for line in self.code.split("\n") if line.strip()]
        before = [line for line in self.code[:start].split("\n") if line.strip()]
        if self.code[start:at].strip(" \t)]};,"):
            return not before and any(_indent(line) < self._indent(at) for line in lines)
        return not before or _indent(before[0]) != self._indent(at) or before[-1].strip() not in {"}", "};"}

    def _ends_before(self, at: int) -> int | None:
        """Return where a bracket's block ends by its indent, though it is not closed; None where it may go on."""
        own = self._indent(at)
        start = self._line(at)[1]
        if self.code[at + 1 : start].strip():
            return None
        place = start + 1
        deeper = False
        for line in self.code[start + 1 :].split("\n"):
            words = line.strip()
            indent = _indent(line)
            if words and not words.startswith(("//", "#", "/*", "*", "--")):
                if indent <= own:
                    return place - 1 if deeper and words[0] not in ")]}" and not words.endswith(":") else None
                deeper = True
            place += len(line) + 1
        return None

    def _points(self, start: int, stop: int) -> list[int]:
        """Return where a bracket may be missing: in its line after each word, then before what ends a statement or a line."""
        end = min(self._line(start)[1], stop)
        words = re.finditer(r"(?<=[\w\"'`)\]}])(?!\w)|(?<=\S)(?=[ \t]*(?:[;,{)\]}<]|\Z))", self.code[start + 1 : end])
        later = re.finditer(r"(?<=\S)(?=[ \t]*[;,{)\]}<]|[ \t]*(?:\n|\Z))|(?<=\S)(?= [{=])", self.code[end:stop])
        found = [start + 1 + one.start() for one in words] + [end + one.start() for one in later]
        return [*found[: _POINTS - 1], stop]

    # ------------------------------------------------------------ quotes, commas, words

    def _quote(self, error: Node | None) -> Slip | None:
        """Return a string that never ends, or begins nowhere: its line has one quote too few."""
        if error is None:
            return None
        last = self._line(self._at(error.start_byte))[1]
        place = 0
        for line in self.code[:last].split("\n"):
            for quote in "\"'":
                there = [one.start() for one in re.finditer(rf"(?<!\\){quote}", line)]
                if not len(there) & 1 or re.search(rf"\w{quote}\w", line):
                    continue
                if self._grammar.strings_go_on and (self._may_go_on(place + there[-1]) or not self._is_odd(quote)):
                    continue
                slip = self._missing_quote(quote, place, line, there)
                if slip is not None:
                    return slip
            place += len(line) + 1
        return None

    def _is_odd(self, quote: str) -> bool:
        return bool(len(re.findall(rf"(?<!\\){quote}", self.code)) & 1)

    def _missing_quote(self, quote: str, place: int, line: str, there: Sequence[int]) -> Slip | None:
        """Return the string that one more quote in a line ends or begins; `there` are the quotes that it has."""
        ends = [one.start() for one in re.finditer(r"(?=[\s;,)\]}>]*\Z)", line) if one.start() > there[-1] + 1]
        words = [one.start() for one in re.finditer(r"\b", line)] if self._grammar.name != "Bash" else []
        for point in [*ends, *reversed(words[-_POINTS:])]:
            if (
                point - 1 not in there
                and point not in there
                and self._is_mended(place + point, _changed(self.code, place + point, 0, quote))
            ):
                other = sorted([*there, point])[sorted([*there, point]).index(point) ^ 1]
                fault = "begins is never closed" if other < point else "ends begins nowhere"
                return Slip(place + other, f"the string that {quote} {fault}")
        return None

    def _may_go_on(self, at: int) -> bool:
        """Tell whether a quote in a language of strings over several lines may end one from above, or begin one for below."""
        end = self._line(at)[1]
        after = self.code[at + 1 : end].rstrip()
        if (
            not re.search(r"\w", self.code[:at])
            or self.code[at - 1] not in " \t\n=([{,:"
            or not re.match(r"[^),;]*\w", after)
            or after[-1] in "{[(|\\,"
        ):
            return True
        return "{" in after and not self.code[end:].strip()

    def _comma(self, root: Node, leaves: Sequence[Node]) -> Slip | None:
        """Return where a comma is missing between two lines."""
        error = _first_error(root)
        if error is None:
            return None
        near: Sequence[tuple[str, str]] = ()
        for before, after in pairwise(leaves):
            if after.start_byte < error.start_byte or after.start_point[0] == before.end_point[0]:
                continue
            if before.end_point[0] > error.end_point[0]:
                break
            at = self._at(before.end_byte)
            follows = self._text(after).lower()
            if before.type in {",", ";", "comment", "(", "[", "{"} or follows in self._grammar.words.split():
                continue
            near = near or self._nearly()
            if self._is_mended(at, _changed(self.code, at, 0, ","), near):
                return Slip(max(0, at - 1), "a ',' is missing after this", mend=Mend(at, "", ","))
        return None

    def _word(self, leaves: Sequence[Node]) -> Slip | None:
        """Return a key word that is misspelt: two letters changed places, or one is missing, doubled or too many."""
        known = self._grammar.words.split()
        tried = 0
        near: Sequence[tuple[str, str]] = ()
        for leaf in leaves:
            word = self._text(leaf)
            if not 4 <= len(word) <= 12 or not word.isascii() or not word.isalpha() or word in known:
                continue
            for meant in known:
                if tried < _POINTS and _is_slip_of(word, meant):
                    tried += 1
                    at = self._at(leaf.start_byte)
                    near = near or self._nearly()
                    if self._is_mended(at, _changed(self.code, at, len(word), meant), near):
                        reason = f"'{word}' is no word of it; did you mean '{meant}'?"
                        return Slip(at, reason, len(word), Mend(at, word, meant))
        return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _changed(code: str, at: int, length: int, text: str) -> str:
    return code[:at] + text + code[at + length :]


def _leaves(root: Node) -> Iterator[Node]:
    """Give the tokens of a tree in their order."""
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if node.child_count:
            ahead.extend(reversed(node.children))
        else:
            yield node


def _wrong(root: Node) -> int:
    """Return how many bytes of a tree are errors; a token that it lacks counts as one."""
    found = 0
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if node.is_error or node.is_missing:
            found += max(1, node.end_byte - node.start_byte)
        elif node.has_error:
            ahead.extend(node.children)
    return found


def _first_error(root: Node) -> Node | None:
    """Return the first error of a tree, or the first token that it lacks."""
    found: Node | None = None
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if node.is_error or node.is_missing:
            if found is None or node.start_byte < found.start_byte:
                found = node
        elif node.has_error:
            ahead.extend(node.children)
    return found


def _unmatched(brackets: Sequence[_Bracket]) -> tuple[list[_Bracket], _Bracket | None]:
    """Return the brackets that are open where the first one closes what it does not fit, or at the end; and that one."""
    opened: list[_Bracket] = []
    for one in brackets:
        if one.sign in _CLOSING:
            opened.append(one)
        elif opened and _CLOSING[opened[-1].sign] == one.sign:
            opened.pop()
        else:
            return opened, one
    return opened, None


def _is_slip_of(word: str, meant: str) -> bool:
    """Tell whether one slip of the finger makes a word of another."""
    if len(word) == len(meant):
        differ = [n for n, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
        if len(differ) != 2 or differ[1] != differ[0] + 1:
            return False
        return word[differ[0]] == meant[differ[1]] and word[differ[1]] == meant[differ[0]]
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))
