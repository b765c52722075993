"""What can be wrong with listings as programs: what their language can't read, a language that is not named, names from nowhere."""

from __future__ import annotations

import ast
import builtins
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.problems import Edit
from proofpress.rules.rule import Fault, TextRule, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.rules.languages.python import Program
    from proofpress.rules.prose import Listing, Text
    from proofpress.rules.rule import Found


class _ListingSyntax(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each listing that its language can't read."""
        from proofpress.rules import languages  # noqa: PLC0415 - a build doesn't load them

        for listing in text.programs:
            if not listing.options.checked:
                continue
            found = languages.read(listing.options.language, listing.code)
            if found is not None:
                name, slip = found
                fault = self._fault(name, slip.reason)
                if slip.mend is not None:
                    at, old, new = slip.mend
                    place = listing.place(at, max(1, len(old)))
                    fault = fault.mended(replacing(text.document.path, place, old, new, safe=False))
                yield fault, listing.place(slip.at, slip.length)

    def _fault(self, name: str, reason: str) -> Fault:
        old = name == "Python" and reason.startswith("Missing parentheses in call to 'print'")
        other = "name its language: python2" if old else "name another language, such as 'text'"
        return self.says(f"{name} can't read this: {reason}", f"mend it, or {other}")


def unread_languages(text: Text) -> tuple[str, ...]:
    """Return the languages of a text's listings that are read with the extra `check`, and are not without it."""
    from proofpress.rules import languages  # noqa: PLC0415 - a build doesn't load them

    named = {listing.options.language for listing in text.programs if listing.options.checked}
    return tuple(sorted({name for each in named if (name := languages.unread(each))}))


_FENCE: Final = lazy(r"(.*?)(`{3,}|~{3,})[ \t]*")


class _UnnamedListing(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each fence without a language whose code shows which it is."""
        from proofpress.rules.languages.guessing import language_of  # noqa: PLC0415 - a build doesn't load them

        for listing in text.listings:
            if not listing.fenced or listing.info.strip():
                continue
            language = language_of(listing.code)
            if not language:
                continue
            place = listing.info_place()
            line = text.line(place.line)
            fence = _FENCE.fullmatch(line)
            fault = self.says(f"this listing is {_NAMES[language]}, and says so nowhere", f"write '```{language}'")
            if fence is not None:
                end = len(line.rstrip()) + 1
                edit = Edit(
                    path=text.document.path,
                    line=place.line,
                    column=end,
                    end_line=place.line,
                    end_column=len(line) + 1,
                    old=line[end - 1 :],
                    text=language,
                    safe=True,
                )
                fault, place = fault.mended(edit), Place(place.line, len(fence[1]) + 1, len(fence[2]))
            yield fault, place


_NAMES: Final = {
    "python": "Python", "console": "a session of a shell", "pycon": "a session of Python", "json": "JSON", "bash": "Bash",
    "sh": "for a shell", "zsh": "for Zsh", "javascript": "JavaScript", "ruby": "Ruby", "perl": "Perl", "lua": "Lua", "php": "PHP", "toml": "TOML", "rust": "Rust", "go": "Go", "cpp": "C++",
    "java": "Java", "typescript": "TypeScript", "sql": "SQL", "css": "CSS", "html": "HTML",
}  # fmt: skip

_GIVEN: Final = frozenset(dir(builtins)) | {
    "__file__",
    "__name__",
    "display",
    "get_ipython",
    "reveal_type",
    "self",
    "cls",
    "_",
}


_WHOLE: Final = 5
"""Statements from which on a listing is taken for a program; in a shorter one a name may stand for anything."""
_MODULES: Final = sys.stdlib_module_names | {
    "np",
    "pd",
    "plt",
    "tf",
    "nn",
    "httpx",
    "requests",
    "torch",
    "numpy",
    "pandas",
}
"""Names that are imported wherever they are used."""


class _Part(NamedTuple):
    """A listing in Python, and what Python has read of it."""

    listing: Listing
    program: Program
    tree: ast.Module

    def place(self, node: ast.expr, length: int) -> Place:
        """Return the place of what a node begins with."""
        return self.place_of(ast.unparse(node).partition("(")[0], node.lineno, node.col_offset, length)

    def place_of(self, word: str, at: int, byte: int, length: int = 0) -> Place:
        """Return the place of a word that begins in a line at a byte."""
        line = self.program.code.split("\n")[at - 1]
        column = len(line.encode()[:byte].decode("utf-8", "ignore"))  # ast counts bytes
        if not line.startswith(word, column):  # the program was read without its indent
            column = max(0, line.find(word))
        return self.listing.place(self.program.offset(self.listing.code, at, column + 1), length or len(word))


def _parts(text: Text) -> list[_Part] | None:
    """Return a post's Python, which its readers take for one program; None where a part of it can't be read."""
    from proofpress.rules import languages  # noqa: PLC0415 - a build doesn't load them
    from proofpress.rules.languages.guessing import is_python  # noqa: PLC0415 - a build doesn't load them
    from proofpress.rules.languages.python import program  # noqa: PLC0415 - a build doesn't load them

    parts = []
    for listing in text.programs:
        language = listing.options.language.lower()
        if not listing.options.checked:
            if language in languages.PYTHON:
                return None
        elif language in languages.PYTHON or (not language and listing.fenced and is_python(listing.code)):
            read = program(listing.code)
            if read.tree is None:
                return None
            parts.append(_Part(listing, read, read.tree))
    return parts


class _UndefinedName(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each name that a listing with imports of its own uses, and that none of the post's listings defines."""
        from proofpress.rules.languages.python import LEFT_OPEN  # noqa: PLC0415 - a build doesn't load them

        if "import " not in text.source:
            return
        parts = _parts(text) or []
        known = set(_GIVEN)
        for part in parts:
            for name in _defined(part.tree):
                if name == "*":
                    return
                known.add(name)
        for part in parts:
            body = part.tree.body
            if not any(isinstance(each, ast.Import | ast.ImportFrom) for each in body) or LEFT_OPEN.search(
                part.program.code
            ):
                continue
            for each in ast.walk(part.tree):
                if not isinstance(each, ast.Name) or not isinstance(each.ctx, ast.Load) or each.id in known:
                    continue
                if len(body) >= _WHOLE or each.id in _MODULES:
                    known.add(each.id)
                    yield self._fault(each.id), part.place(each, len(each.id))

    def _fault(self, name: str) -> Fault:
        return self.says(
            f"'{name}' is used here, and nothing in this post's Python defines or imports it",
            "define it, or say in the listing where it comes from",
        )


class _NewerSyntax(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first of each thing in a post's Python that came after the version which the post names."""
        from proofpress.rules import languages  # noqa: PLC0415 - a build doesn't load them
        from proofpress.rules.languages.python import program  # noqa: PLC0415
        from proofpress.rules.languages.python_versions import later  # noqa: PLC0415

        named = text.document.front.python
        if not named:
            return
        minor = int(named.partition(".")[2])
        told: set[str] = set()
        for listing in text.listings:
            if not listing.options.checked or listing.options.language.lower() not in languages.PYTHON:
                continue
            read = program(listing.code)
            if read.tree is None:
                continue
            part = _Part(listing, read, read.tree)
            for one in later(read.tree, read.code, minor):
                if one.name not in told:
                    told.add(one.name)
                    yield self._fault(one.name, one.minor, named), part.place_of(one.word, one.line, one.byte)

    def _fault(self, name: str, minor: int, named: str) -> Fault:
        return self.says(
            f"{name} came with Python 3.{minor}, and this post says that it is for {named}",
            f"write it in another way, or name the version in the front matter: python: '3.{minor}'",
        )


class _Signature(NamedTuple):
    """What a function takes."""

    most: int
    """Arguments by their order; the object itself is not counted."""
    names: frozenset[str] | None
    """Those that may be named; None where any may be."""


class _TooManyArguments(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each call of one of the post's own functions that hands it more than it takes."""
        if "def " not in text.source:
            return
        parts = _parts(text) or []
        times = Counter(name for part in parts for name in _defined(part.tree))
        if times["*"]:
            return
        known = {name: taken for part in parts for name, taken in _signatures(part.tree) if times[name] == 1}
        if not known:
            return
        for part in parts:
            for each in ast.walk(part.tree):
                if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in known:
                    fault = self._fault(each, each.func.id, known[each.func.id])
                    if fault is not None:
                        yield fault, part.place(each.func, len(each.func.id))

    def _fault(self, call: ast.Call, name: str, taken: _Signature) -> Fault | None:
        hint = "mend the call, or the function"
        given = len(call.args)
        if given > taken.most and not any(isinstance(one, ast.Starred) for one in call.args):
            takes = f"{taken.most or 'no'} argument{'' if taken.most == 1 else 's'}"
            return self.says(f"'{name}' takes {takes}, and is called with {given}", hint)
        for one in call.keywords:
            if one.arg is not None and taken.names is not None and one.arg not in taken.names:
                return self.says(f"'{name}' has no parameter '{one.arg}'", hint)
        return None


_PLAIN_BASES: Final = frozenset({"object", "Module", "nn.Module", "torch.nn.Module", "Exception"})
"""Classes whose heirs are made as their `__init__` says."""


def _signatures(tree: ast.Module) -> Iterator[tuple[str, _Signature]]:
    """Give the functions and classes that a program defines at its top level, each with what it takes when it is called."""
    for each in tree.body:
        match each:
            case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
                yield each.name, _signature(each.args, own=0)
            case ast.ClassDef(decorator_list=[], keywords=[]) if {
                ast.unparse(one) for one in each.bases
            } <= _PLAIN_BASES:
                methods = {one.name: one for one in each.body if isinstance(one, ast.FunctionDef)}
                made = methods.get("__init__")
                if made is not None and "__new__" not in methods and not made.decorator_list:
                    yield each.name, _signature(made.args, own=1)


def _signature(taken: ast.arguments, own: int) -> _Signature:
    most = len(taken.posonlyargs) + len(taken.args) - own if taken.vararg is None else sys.maxsize
    names = frozenset(one.arg for one in (*taken.args, *taken.kwonlyargs))
    return _Signature(most, names if taken.kwarg is None else None)


def _defined(tree: ast.Module) -> Iterator[str]:
    """Give the names that a program defines anywhere: scopes are let be, since readers take a post's listings as one."""
    for each in ast.walk(tree):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for one in names:
                    yield one.asname or one.name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


class _MissingRequirement(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each import that the requirements which the post itself states do not bring."""
        from proofpress.rules.languages import requirements  # noqa: PLC0415 - a build doesn't load them

        source = text.source
        if "# /// script" not in source and "requirements.txt" not in source:
            return
        files = [one for one in text.programs if one.options.title.rpartition("/")[2] == "requirements.txt"]
        common = requirements.of_file("\n".join(one.code for one in files)) if files else None
        own = {one.options.title.rpartition("/")[2].removesuffix(".py") for one in text.programs}
        for part in _parts(text) or []:
            asked = requirements.of_script(part.listing.code)
            asked = common if asked is None else asked
            if asked is None:
                continue
            found = [one for one in requirements.imported(part.tree) if one[0] not in own]
            missing = requirements.missing({name for name, _, _ in found}, asked)
            for name, line, column in found:
                if name in missing:
                    missing.discard(name)
                    yield self._fault(name), part.place_of(name, line, column)

    def _fault(self, name: str) -> Fault:
        return self.says(
            f"'{name}' is imported, and the requirements that are stated for this listing do not name it",
            "add it to them",
        )


LISTING_SYNTAX: Final = _ListingSyntax("listing-syntax", "warning", "text", checked=True, precision=(32, 32))
UNNAMED_LISTING: Final = _UnnamedListing("unnamed-listing", "warning", "text", checked=True, precision=(42, 42))
TOO_MANY_ARGUMENTS: Final = _TooManyArguments("too-many-arguments", "warning", "text", checked=True, precision=(1, 1))
MISSING_REQUIREMENT: Final = _MissingRequirement("missing-requirement", "warning", "text", checked=True)
NEWER_SYNTAX: Final = _NewerSyntax("newer-syntax", "warning", "text", checked=True)
UNDEFINED_NAME: Final = _UndefinedName("undefined-name", "warning", "text", checked=True, precision=(26, 26))
