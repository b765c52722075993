"""What a post claims that its listings print, compared with what they printed.

It claims with an `output` fence right behind a listing, with the answers of a session, with remarks in the code
(`print(x)  # 42`, `x  # -> 42`) and among its words: `0.97` in backticks with `{output=loss}`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.fences import read_info
from proofpress.problems import Edit
from proofpress.recorded.shown import seen
from proofpress.recorded.values import Printed, Raised, Table, Value
from proofpress.recorded.vary import elides, fits, normalised, uncoloured
from proofpress.rules.rule import replacing
from proofpress.rules.runs import FALSE_CLAIM
from proofpress.rules.sessions import parted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from proofpress.model import Place
    from proofpress.recorded.pairing import Pair
    from proofpress.recorded.values import Output
    from proofpress.rules.prose import Listing, Quoted, Text
    from proofpress.rules.rule import Fault

    Told = Iterator[tuple[Fault, Place]]

_TRACEBACK: Final = "Traceback (most recent call last):"
_WORD: Final = re.compile(r"[^\s|│┃║]+")
"""A word of a table, between whatever lines are drawn."""
_SAID: Final = re.compile(r"(->|=>|→|⇒)?\s*([^\n]*?)\s*\Z")
_JS: Final = re.compile(r"^(?P<code>.*?\S)\s*//\s?(?P<said>[^\n]*)$")
_NUMBER: Final = re.compile(r"[-+]?(?:\d[\d,_]*)?\.?\d+(?:[eE][-+]?\d+)?")
_SHORT: Final = 60


class _Difference(NamedTuple):
    """Lines that are claimed, and those that were printed in their place: as indexes of both."""

    first: int
    last: int
    begin: int
    end: int


def false_claims(pair: Pair, text: Text) -> Told:
    """Give what the post says of a listing's output that is not so, each with the edit that mends it."""
    assert pair.ran is not None
    part = pair.part
    if part.claim is not None:
        yield from _of_fence(part.claim, pair.ran.outputs, part.runnable.vary, text)
    if part.included:  # its answers and remarks are another file's
        return
    if part.answers:
        yield from _of_session(pair, text)
    elif not part.runnable.console:
        yield from _of_remarks(pair, text)


# ---------------------------------------------------------------- fences


def _of_fence(claim: Listing, outputs: Sequence[Output], rules: Sequence[str], text: Text) -> Told:
    """Give the first difference between an output fence and what was printed."""
    tables = [output for output in outputs if isinstance(output, Table)]
    if tables:
        yield from _of_tables(claim, tables, outputs)
        return
    claimed = _lines(_without_frames(claim.code))
    choices = _choices(read_info(claim.info).language.lower(), outputs)
    if any(not _differences(claimed, choice, rules) for choice in choices):
        return
    printed = choices[0]
    found = _differences(claimed, printed, rules)
    first = _first(found, claimed, printed)
    place = claim.info_place(0, len(claim.info.strip()) or 1)
    if claimed:
        at = min(first.first, len(claimed) - 1)
        place = claim.place(_offset(claim.code, claimed[at], at), max(1, len(claimed[at])))
    fault = _fault(claimed, printed, found, first)
    new, done = list[str](), 0
    for each in found:
        new += [*claimed[done : each.first], *printed[each.begin : each.end]]
        done = each.last
    new += claimed[done:]
    if not elides(claim.code) and _TRACEBACK not in claim.code and (edit := _rewritten(claim, claimed, new, text)):
        fault = fault.mended(edit)
    yield fault, place


def _choices(language: str, outputs: Sequence[Output]) -> list[list[str]]:
    """Return what a fence of a name may say that was printed, the likeliest first."""
    streams = {"stderr": [("stderr",)], "error": [("error",)], "stdout": [("stdout",)]}.get(
        language, [("stdout",), ("stdout", "stderr", "error")]
    )
    found = []
    for names in streams:
        texts = [said for output in outputs for name, said in _texts(output) if name in names]
        found.append([line for said in texts for line in _lines(said)])
    return [lines for number, lines in enumerate(found) if lines or number == len(found) - 1]


def _texts(output: Output) -> Iterator[tuple[str, str]]:
    match output:
        case Printed():
            yield output.stream, uncoloured(seen(output.text))
        case Value():
            yield "stdout", uncoloured(seen(output.text))
        case Raised():
            yield "error", _without_frames(seen(_raised(output)))
        case _:
            pass


def _raised(error: Raised) -> str:
    return f"{error.name}: {error.message}" if error.message else error.name


def _lines(text: str) -> list[str]:
    text = text.rstrip()
    return text.split("\n") if text else []


def _without_frames(text: str) -> str:
    """Return a text without the frames of Python's tracebacks, of which the last line says what it is."""
    if _TRACEBACK not in text:
        return text
    kept, within = [], False
    for line in text.split("\n"):
        if line.strip() == _TRACEBACK:
            within = True
        elif not within or not line.startswith(" "):
            within = False
            kept.append(line)
    return "\n".join(kept)


def _of_tables(claim: Listing, tables: Sequence[Table], outputs: Sequence[Output]) -> Told:
    """Give the first number of a table that is written out and is in none that was given, however either is drawn."""
    given = {word for line in _all_words(outputs) for word in line.split()}
    given.update(word for table in tables for name in table.header for word in name.split())
    begin = 0
    for line in claim.code.split("\n"):
        for found in _WORD.finditer(line) if not line.startswith("[") else ():
            word = found[0]
            if word not in given and _NUMBER.fullmatch(word) and word not in [_rounded(one, word) for one in given]:
                yield FALSE_CLAIM.printed(word, "", 0), claim.place(begin + found.start(), len(word))
                return
        begin += len(line) + 1


def _differences(claimed: Sequence[str], printed: Sequence[str], rules: Sequence[str]) -> list[_Difference]:
    """Return where lines differ, but for what may vary or is left out."""
    old, new = normalised(claimed, rules), normalised(printed, rules)
    if old == new or fits("\n".join(old), "\n".join(new)):
        return []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [_Difference(*where) for kind, *where in steps if kind != "equal"]


def _first(found: Sequence[_Difference], claimed: Sequence[str], printed: Sequence[str]) -> _Difference:
    """Return the first difference; where something is left out, the first line that stands nowhere in what was printed."""
    if not any(map(elides, claimed)):
        return found[0]
    missing = (at for at, line in enumerate(claimed) if not elides(line) and line not in printed)
    at = next(missing, found[0].first)
    return _Difference(at, at + 1, 0, 0)


def _fault(claimed: Sequence[str], printed: Sequence[str], found: Sequence[_Difference], first: _Difference) -> Fault:
    old, new = claimed[first.first : first.last], printed[first.begin : first.end]
    more = 0
    if first in found:
        more = sum(max(each.last - each.first, each.end - each.begin) for each in found) - 1
    return FALSE_CLAIM.printed(_short(old[0]) if old else "", _short(new[0]) if new else "", more)


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"


def _offset(code: str, line: str, number: int) -> int:
    """Return where a line of a listing begins in its code; one whose frames were left out is looked for."""
    lines = code.split("\n")
    if number >= len(lines) or lines[number].rstrip() != line.rstrip():
        return max(0, code.find(line))
    return sum(len(one) + 1 for one in lines[:number])


def _rewritten(claim: Listing, old: Sequence[str], new: Sequence[str], text: Text) -> Edit | None:
    """Return the edit that makes the lines of a fence others; None where what stands before each line is not known."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    first = claim.info_place().line + 1
    indent = text.line(first - 1).partition("`")[0].partition("~")[0]
    written = [text.line(first + number) for number in range(len(old))]
    fences = any(line.lstrip().startswith(("```", "~~~")) for line in new)
    if (
        fences
        or indent.strip(" >\t")
        or not all(
            line == f"{indent}{said}" or line.rstrip() == f"{indent}{said}".rstrip()
            for line, said in zip(written, old, strict=True)
        )
    ):
        return None
    gone, come = written[begin : len(old) - end], new[begin : len(new) - end]
    return Edit(
        path=text.document.path,
        line=first + begin,
        column=1,
        end_line=first + begin + len(gone),
        end_column=1,
        old="".join(f"{line}\n" for line in gone),
        text="".join(f"{indent}{line}".rstrip() + "\n" for line in come),
    )


# ---------------------------------------------------------------- sessions


def _of_session(pair: Pair, text: Text) -> Told:
    """Give the first answer of a session that is another than was printed."""
    assert pair.ran is not None
    listing, runnable = pair.part.listing, pair.part.runnable
    answers = []
    within = False
    for line in parted(listing.code, runnable.language):
        if line.typed or not line.text.strip() or line.text.strip() == "<BLANKLINE>":
            within = False
        elif line.text.strip() == _TRACEBACK:
            within = True
        elif not within or not line.text.startswith(" "):
            within = False
            answers.append(line)
    claimed = [line.text.rstrip() for line in answers]
    texts = [said for output in pair.ran.outputs for _, said in _texts(output)]
    printed = [line for said in texts for line in _lines(_without_frames(said)) if line.strip()]
    found = _differences(claimed, printed, runnable.vary)
    if not found:
        return
    first = _first(found, claimed, printed)
    lines = listing.code.split("\n")

    def place(number: int) -> Place:
        if not answers:
            return runnable.place
        at = answers[min(number, len(answers) - 1)].at
        return listing.place(sum(len(one) + 1 for one in lines[:at]), max(1, len(lines[at])))

    edits = [
        replacing(text.document.path, place(old), claimed[old], printed[new].rstrip(), safe=False)
        for each in found
        if each.last - each.first == each.end - each.begin
        for old, new in zip(range(each.first, each.last), range(each.begin, each.end), strict=True)
    ]
    fault = _fault(claimed, printed, found, first)
    if any(edit.text.lstrip().startswith(("```", "~~~")) for edit in edits):  # it would end the listing
        edits = []
    if len(edits) == sum(max(each.last - each.first, each.end - each.begin) for each in found):
        fault = fault.mended(*edits)
    yield fault, place(first.first)


# ---------------------------------------------------------------- remarks


class _Remark(NamedTuple):
    """A remark that says what its line prints, or what its value is."""

    at: int
    """Its offset in the code, where what it says begins."""
    said: str
    printed: tuple[str, ...]
    """Of which it has to be one."""


def _of_remarks(pair: Pair, text: Text) -> Told:
    """Give each remark in the code that says something else than was printed."""
    assert pair.ran is not None
    listing = pair.part.listing
    remarks = _python(listing.code, pair.ran.outputs)
    if pair.part.runnable.language != "python":
        remarks = (
            _javascript(listing.code, pair.ran.outputs) if pair.part.runnable.language == "javascript" else iter(())
        )
    for remark in remarks:
        rules = pair.part.runnable.vary
        (said,) = normalised([remark.said.lstrip("~≈ ")], rules)
        if any(_same(said, one) for one in normalised(remark.printed, rules)):
            continue
        (one,) = remark.printed if len(remark.printed) == 1 else ("",)
        place = listing.place(remark.at, len(remark.said))
        fault = FALSE_CLAIM.printed(_short(remark.said), _short(one), 0)
        if one and "\n" not in one:
            new = _rounded(one, remark.said) or one
            fault = fault.mended(replacing(text.document.path, place, remark.said, new.strip(), safe=False))
        yield fault, place


def _python(code: str, outputs: Sequence[Output]) -> Iterator[_Remark]:
    if "#" not in code:
        return
    try:
        body = ast.parse(code).body
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return
    prints = [node for node in body if _is_print(node)]
    calls = sum(_is_call(node) for node in ast.walk(ast.Module(body, [])))
    printed = tuple(
        line
        for one in outputs
        if isinstance(one, Printed) and one.stream == "stdout"
        for line in _lines(seen(one.text))
    )
    each = calls == len(prints) == len(printed)
    values = tuple(one.text.strip() for one in outputs if isinstance(one, Value))
    starts = [0]
    for line in code.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        row, column = token.start
        node = next((one for one in body if one.lineno <= row <= (one.end_lineno or row)), None)
        found = _SAID.match(token.string.removeprefix("#").lstrip())
        if node is None or found is None or not token.line[:column].strip() or row != node.end_lineno:
            continue
        sign, said = found.groups()
        at = starts[row - 1] + column + token.string.rindex(said) if said else 0
        if not said or not (sign or (_is_print(node) and _is_literal(said))):
            continue
        if _is_print(node):
            if printed:
                yield _Remark(at, said, (printed[prints.index(node)],) if each else printed)
        elif node is body[-1] and isinstance(node, ast.Expr) and values:
            yield _Remark(at, said, values[-1:])


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and _is_call(node.value)


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _javascript(code: str, outputs: Sequence[Output]) -> Iterator[_Remark]:
    """Give the remarks behind `console.log`, each to be one of the lines that were printed."""
    printed = tuple(line for one in outputs if isinstance(one, Printed) for line in _lines(seen(one.text)))
    if "//" not in code or not printed:
        return
    begin = 0
    for line in code.split("\n"):
        match = _JS.match(line) if line.startswith("console.log(") else None
        found = _SAID.match(match["said"]) if match else None
        if found is not None and found[2] and (found[1] or _is_literal(found[2])):
            yield _Remark(begin + line.rindex(found[2]), found[2], printed)
        begin += len(line) + 1


def _is_literal(said: str) -> bool:
    """Tell whether a remark is a value, and not a word about one."""
    try:
        ast.literal_eval(said.lstrip("~≈ "))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _same(said: str, printed: str) -> bool:
    """Tell whether a claim of one line is what was printed: as it is, as the same value, or as a number that is rounded."""
    if said == printed.strip() or fits(said, printed.strip()) or _rounded(printed, said) == said:
        return True
    return said[:1] in "'\"" and said[1:-1] == printed.strip()


def _rounded(printed: str, claimed: str) -> str:
    """Return a number as it was printed with as many places as another has; empty where that is none or has no place."""
    old, new = _NUMBER.fullmatch(claimed.lstrip("~≈ ")), _NUMBER.fullmatch(printed.strip())
    if old is None or new is None or "." not in claimed or "e" in claimed.lower():
        return ""
    places = len(old[0].rpartition(".")[2])
    return f"{float(new[0].replace(',', '').replace('_', '')):.{places}f}"


# ---------------------------------------------------------------- words


def false_words(quoted: Sequence[Quoted], pairs: Sequence[Pair], text: Text) -> Told:
    """Give each claim among a post's words that the listing which it names did not print."""
    by_name = {pair.part.name: pair for pair in pairs if pair.part.name}
    for one in quoted:
        pair = by_name.get(one.output)
        if pair is None:
            yield FALSE_CLAIM.no_output(one.output), one.place
            continue
        if pair.ran is None or not (pair.same_code and pair.same_before):
            continue  # told as that
        rules = pair.part.runnable.vary
        (said,) = normalised([one.text], rules)
        printed = "\n".join(normalised(_all_words(pair.ran.outputs), rules))
        numbers = _NUMBER.findall(printed)
        if re.search(rf"(?<![\w.]){re.escape(said)}(?!\w|\.\d)", printed) or said in [
            _rounded(n, said) for n in numbers
        ]:
            continue
        only = numbers[0] if len(set(numbers)) == 1 else ""
        new = (_rounded(only, said) or only) if _NUMBER.fullmatch(said) else ""
        fault = FALSE_CLAIM.words(_short(one.text), one.output, new)
        if new:
            fault = fault.mended(replacing(text.document.path, one.place, one.text, new, safe=False))
        yield fault, one.place


def _all_words(outputs: Iterable[Output]) -> Iterator[str]:
    for output in outputs:
        if isinstance(output, Table):
            yield from (cell for row in output.rows for cell in row)
        for _, said in _texts(output):
            yield from _lines(said)
