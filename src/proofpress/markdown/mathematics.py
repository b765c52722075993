"""Mathematics: TeX to MathML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from math_core import LatexError, LatexToMathML

from proofpress.markdown.drawing import NOTE_CLOSES, NOTE_OPENS, drawn
from proofpress.markdown.tex import in_known_words, reworded
from proofpress.markdown.tex_boxes import optional_arguments
from proofpress.markdown.wording import Wording
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_DEPTH: Final = 1000
"""How many commands and groups may be open at once. Each takes about 2.5 kB of the converter's stack, which it does not
guard: at 4,000 the process dies (math-core 0.9, 8 MB of stack)."""

MAX_EXPANDED: Final = 2000
"""The same, for what a page's own commands can expand to."""

MAX_LENGTH: Final = 20_000
MAX_MACRO: Final = 1000

_SHARED: Final = lazy(
    r"\\(?:label|eqref|ref|tag)\b|\\begin\{(?:equation|align|gather|multline|flalign|alignat)\}"
    r"|\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b"
)
_NUMBERED: Final = lazy(r"\\begin\{(?:equation|align|gather|multline|flalign|alignat)\}")
_DEFINES: Final = lazy(r"\\(?:(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|[gex]?def|let)\b")
_DEEPENS: Final = lazy(r"\\\\|\\[A-Za-z]+|[{}&^_]")
_QUOTED: Final = lazy(r'"[^"]*"')
_IN_MACRO: Final = lazy(r"macro(\d+):\d+: (.*)\Z", re.DOTALL)
_PARAMETER: Final = lazy(r"#([1-9])")
_UNKNOWN: Final = lazy(r'[Uu]nknown command "\\([A-Za-z]+)\*?"')
_LACKING: Final = {
    "href": "a link in a formula leads to a full address, 'https://…', or to a place on its page, '#…'",
    "colorbox": "no colour has this name; write one of CSS, or '#' and six digits",
    "rule": "a rule has a width and a height in em, ex, pt, mm or the like",
}
"""What is wrong where a command is left that only some arguments of are known."""
_NOTE: Final = lazy(f"[{NOTE_OPENS}{NOTE_CLOSES}]")
_POSITION: Final = lazy(r"(\d+): (.*)\Z", re.DOTALL)


class Formula(NamedTuple):
    """A piece of TeX, and whether it is displayed."""

    tex: str
    display: bool


class MathError(NamedTuple):
    """Why a formula could not be set, and the offset in its TeX where that shows."""

    offset: int
    message: str
    own: bool = True
    """Whether what stands there is as it was written, not a mend's."""


class Tried(NamedTuple):
    """What became of a formula."""

    result: str | MathError
    tex: str
    """The TeX that was tried last."""
    failed: bool = True
    """Whether a try failed, be it that the next did not: its equations have counted."""


class Converter:
    """TeX to MathML. Equations are numbered, and commands defined, through a page.

    `macros` are commands that every page knows, by their names without the backslash.
    """

    def __init__(self, macros: Mapping[str, str] | None = None) -> None:
        self._given = macros or {}
        self._macros, self._unusable = _sound(self._given)
        self._latex = self._made_for(())

    def convert(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        """Return each formula's MathML, or what is wrong with it, in the order of the page."""
        results = self._converted(formulas)
        return [drawn(found) if isinstance(found, str) else found for found in results]

    def _made_for(self, bodies: Sequence[str], **options: Any) -> LatexToMathML:
        """Return a converter in which neither the site's nor a page's commands can expand beyond what it survives."""
        deepest = max(
            (len(_DEEPENS.findall(body[:MAX_LENGTH])) for body in (*bodies, *self._macros.values())), default=0
        )
        return LatexToMathML(
            fancy_error=False,
            macros=self._macros,
            allow_unreliable_rendering=True,  # `drawing` gives wide accents the characters that fonts stretch
            max_expansions=min(1000, max(10, MAX_EXPANDED // max(1, deepest))),
            **options,
        )

    def _converted(self, formulas: Sequence[Formula]) -> list[str | MathError]:
        if not any(_SHARED.search(formula.tex) for formula in formulas):
            return [self._set(self._latex.convert_with_local_state, formula).result for formula in formulas]
        bodies = [body for formula in formulas for body in _DEFINES.split(formula.tex)[1:]]
        page = self._made_for(bodies, id_prefix="eq-", global_group=True)
        defaults: Mapping[str, str] = {}
        found = []
        for formula in formulas:
            defaults = optional_arguments(formula.tex, defaults)
            found.append(self._set(page.convert_with_global_state, formula, defaults))
        results = [one.result for one in found]
        counted = (one.failed and _NUMBERED.search(formula.tex) for one, formula in zip(found, formulas, strict=True))
        if any("ref" in formula.tex for formula in formulas) or any(counted):
            _set_together(page, formulas, [one.tex for one in found], results)
        return results

    def _set(self, convert: Callable[..., str], formula: Formula, defaults: Mapping[str, str] | None = None) -> Tried:
        """Return the MathML of a formula, or what is wrong with it."""
        tex, display = formula
        wording = reworded(tex, display, defaults) if len(tex) <= MAX_LENGTH else Wording(tex)
        refusal = _forgery(tex) or _refusal(tex) or _refusal(wording.tex)
        if refusal is not None:
            return Tried(refusal, wording.tex, failed=False)
        try:
            return Tried(convert(wording.tex, displaystyle=display), wording.tex, failed=False)
        except LatexError as error:
            first = str(error)
        other = in_known_words(wording, display)
        if other.tex == wording.tex or _refusal(other.tex) is not None:
            return Tried(self._explained(first, wording), wording.tex)
        try:
            return Tried(convert(other.tex, displaystyle=display), other.tex)
        except LatexError as error:
            second = self._explained(str(error), other)
        return Tried(second if second.own else self._explained(first, wording), other.tex)

    def _explained(self, said: str, wording: Wording) -> MathError:
        match = _POSITION.match(said)
        offset, words = (min(int(match[1]), len(wording.tex)), match[2]) if match else (0, said)
        words = _QUOTED.sub(lambda found: found[0].replace("\\\\", "\\"), words.strip().rstrip("."))
        words = words.replace('"\\tag[*]"', '"\\tag"')
        offset, own = wording.place(offset)
        unknown = _UNKNOWN.match(words)
        if unknown is not None and unknown[1] in _LACKING:
            words = _LACKING[unknown[1]]
        if unknown is not None and unknown[1] in self._unusable:
            body = self._given[unknown[1]]  # shown, since YAML cuts a value that is not quoted at ' #'
            body = body if len(body) <= 60 else body[:59] + "…"
            words = f"the macro '\\{unknown[1]}' of site.yaml, '{body}', is wrong: {self._unusable[unknown[1]]}"
        return MathError(offset, words[:1].lower() + words[1:], own)


def _sound(macros: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part the site's macros into those that can be set and those that cannot, with the reason."""
    unusable = {name: f"longer than {MAX_MACRO} characters" for name, body in macros.items() if len(body) > MAX_MACRO}
    unusable |= {name: forged.message for name, body in macros.items() if (forged := _forgery(body)) is not None}
    sound = {name: body for name, body in macros.items() if name not in unusable}
    while True:
        bad: dict[str, str] = {}
        try:
            latex = LatexToMathML(fancy_error=False, macros=sound, max_expansions=100)
        except LatexError as error:
            match = _IN_MACRO.match(str(error))
            if match is None:
                return {}, unusable | dict.fromkeys(sound, str(error))
            bad[list(sound)[int(match[1])]] = match[2]
        else:
            for name, body in sound.items():
                arguments = "{x}" * max((int(number) for number in _PARAMETER.findall(body)), default=0)
                try:
                    latex.convert_with_local_state(f"\\{name}{arguments}", displaystyle=True)
                except LatexError as error:
                    match = _POSITION.match(str(error))
                    bad[name] = match[2] if match else str(error)
        if not bad:
            return sound, unusable
        unusable |= {name: why[:1].lower() + why[1:].rstrip(".") for name, why in bad.items()}
        sound = {name: body for name, body in sound.items() if name not in bad}


def _set_together(
    page: LatexToMathML, formulas: Sequence[Formula], words: Sequence[str], results: list[str | MathError]
) -> None:
    r"""Set all formulas as one piece: `\eqref` finds an equation that comes later, and no try counts that failed."""
    sound = [
        number
        for number, result in enumerate(results)
        if isinstance(result, str)
        or (
            "ref" in formulas[number].tex and (_forgery(formulas[number].tex) or _refusal(formulas[number].tex)) is None
        )
    ]
    pieces = [(words[number], formulas[number].display) for number in sound]
    try:
        whole = page.convert_all(pieces)
    except LatexError:
        return
    for number, html in zip(sound, whole, strict=True):
        results[number] = html


def _forgery(tex: str) -> MathError | None:
    """Refuse the characters in which the mends tell `drawing` what to make: who wrote them could make anything."""
    found = _NOTE.search(tex)
    return MathError(found.start(), "this character of the private use area has no meaning here") if found else None


def _refusal(tex: str) -> MathError | None:
    """Refuse what could overflow the converter's stack."""
    if len(tex) > MAX_LENGTH:
        return MathError(0, f"the formula is longer than {MAX_LENGTH} characters")
    if len(tex) <= MAX_DEPTH:
        return None
    depth = 0
    open_groups: list[int] = []
    for match in _DEEPENS.finditer(tex):
        mark = match[0]
        if mark in {"}", "\\end"}:
            depth = open_groups.pop() if open_groups else 0
        elif mark in {"&", "\\\\"}:
            depth = open_groups[-1] + 1 if open_groups else 0
        elif mark in {"{", "\\begin"}:
            open_groups.append(depth)
            depth += 1
        else:
            depth += 1
        if depth > MAX_DEPTH:
            return MathError(match.start(), "the formula is nested too deeply")
    return None
