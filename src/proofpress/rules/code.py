"""What can be wrong with listings as programs: what their language can't read, a language that is not named, names from nowhere."""

from __future__ import annotations

import ast
import builtins
import json
import re
import sys
import textwrap
import tomllib
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.problems import Edit
from proofpress.rules.rule import Fault, TextRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.rules.prose import Listing, Text
    from proofpress.rules.rule import Found

_PYTHON: Final = frozenset({"python", "py", "python3", "py3"})
_LONGEST: Final = 200_000
"""Characters of a listing that is parsed; what is longer is data."""


class _Slip(NamedTuple):
    """Where and why a language can't read a listing: an offset in it, and the reason."""

    at: int
    reason: str


_PROMPT: Final = lazy(r"^[ \t]*(?:>>> |In \[\d*\]:|\$ )", re.MULTILINE)
_LEFT_OPEN: Final = lazy(
    r"\{\{|\{%|<[A-Za-z_][\w -]*>(?!=)|^[ \t]*[+-]{1}[ \t]?(?=[A-Za-z@#])|^[ \t]*\.\.\.[ \t]*\S|\.\.\.[ \t]*$|\(\.\.\.|\[\.\.\."
    r"|\N{HORIZONTAL ELLIPSIS}",
    re.MULTILINE,
)
"""What says that a listing is not meant to be whole: templates, `<placeholders>`, diffs, what was left out."""
_MAGIC: Final = lazy(r"^([ \t]*(?:[\w, ]+=[ \t]*)?)[%!][^\n]*", re.MULTILINE)
"""What Jupyter reads and Python does not: `%timeit f()`, `files = !ls`."""
_GOES_ON: Final = lazy(r"(?:elif|else|except|finally|case)\b")


@lru_cache(maxsize=64)
def _tree(code: str) -> ast.Module | SyntaxError | None:
    """Return a Python listing's tree, or why there is none; None where it is no program as a whole."""
    if len(code) > _LONGEST or "\0" in code or _PROMPT.search(code):
        return None
    plain = _MAGIC.sub(r"\1...", code) if "%" in code or "!" in code else code
    first: SyntaxError | None = None
    for tried in (plain, textwrap.dedent(plain), textwrap.dedent(plain).rstrip() + "\n    pass\n"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes that Python knows not: a listing's affair
                return ast.parse(tried)
        except SyntaxError as error:
            first = first or error
        except (ValueError, RecursionError, MemoryError):
            return None
    return first


def _python(code: str) -> _Slip | None:
    error = _tree(code)
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return None
    if _LEFT_OPEN.search(code) or _GOES_ON.match(code.lstrip()) or "unexpected indent" in error.msg:
        return None
    lines = code.split("\n")
    line = min(error.lineno, len(lines))
    column = max(0, min((error.offset or 1) - 1, len(lines[line - 1])))
    return _Slip(sum(len(one) + 1 for one in lines[: line - 1]) + column, error.msg)


def _json(code: str) -> _Slip | None:
    try:
        json.loads(code)
    except json.JSONDecodeError as error:
        if re.search(
            r"//|/\*|\.\.\.|\N{HORIZONTAL ELLIPSIS}|<\w+>|\{\{|^\s*#", code, re.MULTILINE
        ) or _is_each_line_json(code):
            return None
        return _Slip(min(error.pos, max(0, len(code) - 1)), error.msg)
    except RecursionError:
        return None
    return None


def _is_each_line_json(code: str) -> bool:
    """Tell whether a listing is a sequence of values, as in a log, or what stands inside of an object."""
    for tried in (code, "{" + code + "}", "[" + code + "]"):
        try:
            at, text = 0, tried.strip()
            while at < len(text):
                at = json.JSONDecoder().raw_decode(text, at)[1]
                at += len(text) - at - len(text[at:].lstrip())
        except (json.JSONDecodeError, RecursionError):
            continue
        return True
    return False


_AT: Final = lazy(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


def _toml(code: str) -> _Slip | None:
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        if re.search(r"\.\.\.|\N{HORIZONTAL ELLIPSIS}|\{\{|\{%|<\w+>", code):
            return None
        place = _AT.search(str(error))
        at = max(0, len(code) - 1)
        if place and place[1]:
            at = sum(len(one) + 1 for one in code.split("\n")[: int(place[1]) - 1]) + int(place[2]) - 1
        return _Slip(min(at, max(0, len(code) - 1)), _AT.sub("", str(error)))
    except RecursionError:
        return None
    return None


_READERS: Final = {**dict.fromkeys(_PYTHON, ("Python", _python)), "json": ("JSON", _json), "toml": ("TOML", _toml)}


class _ListingSyntax(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each listing that its language can't read."""
        for listing in text.listings:
            reader = _READERS.get(listing.options.language.lower())
            if reader is None or not listing.code.strip():
                continue
            name, read = reader
            slip = read(listing.code)
            if slip is not None:
                fault = self.says(
                    f"{name} can't read this: {slip.reason}", "mend it, or name another language, such as 'text'"
                )
                yield fault, listing.place(slip.at)


_PROGRAMS: Final = {
    "python": "python", "python3": "python", "bash": "bash", "sh": "sh", "zsh": "zsh", "node": "javascript", "ruby": "ruby",
    "perl": "perl", "lua": "lua", "php": "php",
}  # fmt: skip
_SHEBANG: Final = lazy(r"#!\s*\S*?/(?:env\s+(?:-S\s+)?)?(\w+)[\d.]*\s*(?:\s[^\n]*)?\n")


def language_of(code: str) -> str:
    """Return the language that a listing is in by strong evidence; empty where there is none."""
    lines = [line for line in code.split("\n") if line.strip()]
    if not lines:
        return ""
    shebang = _SHEBANG.match(code)
    if shebang:
        return _PROGRAMS.get(shebang[1].rstrip("0123456789."), "")
    if lines[0].startswith("$ "):
        return "console"
    if lines[0].startswith(">>> "):
        return "pycon"
    if code.lstrip()[:1] in "{[" and len(code) > 20 and _is_json(code):
        return "json"
    return "python" if _is_python(code) else ""


def _is_json(code: str) -> bool:
    try:
        return isinstance(json.loads(code), dict | list) and '"' in code
    except (json.JSONDecodeError, RecursionError):
        return False


_OTHERS: Final = lazy(
    r";[ \t]*$|\bprintln\(|\bfunction\s*\w*\(|\bvar \w|\blet \w|\bconst \w|=>|^\s*end\s*$", re.MULTILINE
)


def _is_python(code: str) -> bool:
    tree = _tree(code)
    if not isinstance(tree, ast.Module) or len(tree.body) < 2 or _OTHERS.search(code):
        return False
    imports = any(isinstance(each, ast.Import) for each in tree.body)
    for each in ast.walk(tree):
        match each:
            case ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                return True
            case ast.Import(names=names) if any(name.asname for name in names):
                return True
            case ast.Assign() | ast.With() | ast.For() if imports:
                return True
    return False


_FENCE: Final = lazy(r"(.*?)(`{3,}|~{3,})[ \t]*")


class _UnnamedListing(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each fence without a language whose code shows which it is."""
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
    "sh": "for a shell", "zsh": "for Zsh", "javascript": "JavaScript", "ruby": "Ruby", "perl": "Perl", "lua": "Lua", "php": "PHP",
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


class _UndefinedName(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each name that a listing with imports of its own uses, and that none of the post's listings defines."""
        programs = []
        for listing in text.listings:
            language = listing.options.language.lower()
            if language in _PYTHON or (not language and listing.fenced and _is_python(listing.code)):
                tree = _tree(listing.code)
                if not isinstance(tree, ast.Module):
                    return  # what it defines is not known
                programs.append((listing, tree))
        if not any(isinstance(each, ast.Import | ast.ImportFrom) for _, tree in programs for each in tree.body):
            return
        known = set(_GIVEN)
        for _, tree in programs:
            for name in _defined(tree):
                if name == "*":
                    return
                known.add(name)
        for listing, tree in programs:
            if not any(isinstance(each, ast.Import | ast.ImportFrom) for each in tree.body) or _LEFT_OPEN.search(
                listing.code
            ):
                continue
            for each in ast.walk(tree):
                if not isinstance(each, ast.Name) or not isinstance(each.ctx, ast.Load) or each.id in known:
                    continue
                if len(tree.body) >= _WHOLE or each.id in _MODULES:
                    known.add(each.id)
                    yield self._fault(each.id), _place(listing, each)

    def _fault(self, name: str) -> Fault:
        return self.says(
            f"'{name}' is used here, and nothing in this post's Python defines or imports it",
            "define it, or say in the listing where it comes from",
        )


def _place(listing: Listing, name: ast.Name) -> Place:
    lines = listing.code.split("\n")
    line = lines[name.lineno - 1]
    column = len(line.encode()[: name.col_offset].decode("utf-8", "ignore"))  # ast counts bytes
    if not line.startswith(name.id, column):  # the program was read without its indent
        column = max(0, line.find(name.id))
    return listing.place(sum(len(one) + 1 for one in lines[: name.lineno - 1]) + column, len(name.id))


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


LISTING_SYNTAX: Final = _ListingSyntax("listing-syntax", "warning", "text", checked=True)
UNNAMED_LISTING: Final = _UnnamedListing("unnamed-listing", "warning", "text", checked=True)
UNDEFINED_NAME: Final = _UndefinedName("undefined-name", "warning", "text", checked=True)
