"""The formulas of a text: found among its tokens when it is parsed, set as MathML when it is written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from proofpress.listings.spans import escape
from proofpress.markdown.dollars import is_doubtful

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

    from proofpress.findings import Note
    from proofpress.markdown.doubts import Doubt
    from proofpress.markdown.mathematics import Converter
    from proofpress.markdown.places import SourceLines


class Found(NamedTuple):
    """A formula in a text."""

    token: Token
    holder: Token
    """In whose content it stands."""
    at: int
    """Where its TeX begins there."""
    display: bool


def find_formulas(parts: Iterable[Sequence[Token]]) -> tuple[Found, ...]:
    """Return every formula in the order of the parts, and mark its token with how it is shown."""
    found: list[Found] = []
    for tokens in parts:
        for index, token in enumerate(tokens):
            if token.type == "inline":
                children = token.children or ()
                opened = tokens[index - 1]
                alone = len(children) == 1 and opened.type == "paragraph_open" and not opened.hidden
                for child in children:
                    if child.type == "math_inline":
                        display = alone and child.markup == "$$"
                        child.meta["display"] = display
                        found.append(Found(child, token, child.meta["at"], display))
            elif token.type == "math_block":
                found.append(Found(token, token, 0, True))
            elif token.type == "fence" and token.info.strip() == "math":
                token.meta |= {"line": 1, "math": True}
                found.append(Found(token, token, 0, True))
    return tuple(found)


def set_formulas(formulas: Sequence[Found], converter: Converter, lines: SourceLines, note: Note) -> list[str]:
    """Return each formula as HTML; one with an error is its TeX as code, and noted."""
    from proofpress.markdown.mathematics import Formula, MathError  # noqa: PLC0415 - most texts have no formulas

    written: list[str] = []
    results = converter.convert([Formula(found.token.content, found.display) for found in formulas])
    for (token, holder, at, display), result in zip(formulas, results, strict=True):
        if isinstance(result, MathError):
            note(
                "math-error",
                lines.place(holder, min(at + result.offset, len(holder.content))),
                f"this formula cannot be set: {result.message}",
                "write \\$ where a dollar is meant"
                if token.type == "math_inline" and is_doubtful(token.content)
                else "",
            )
            written.append(_code(token.content, display=display))
        else:
            written.append(result)
    return written


def note_doubts(formulas: Sequence[Found], lines: SourceLines, note: Note) -> None:
    """Note what formulas say that is most likely not meant: each kind once, where it is first, with its count."""
    if not formulas:
        return
    from proofpress.markdown.doubts import doubts  # noqa: PLC0415 - as above
    from proofpress.markdown.mathematics import MAX_LENGTH  # noqa: PLC0415

    kinds: dict[str, tuple[Found, Doubt]] = {}
    times: Counter[str] = Counter()
    for found in formulas:
        for doubt in doubts(found.token.content, found.display) if len(found.token.content) <= MAX_LENGTH else ():
            kinds.setdefault(doubt.kind, (found, doubt))
            times[doubt.kind] += 1
    for kind, (found, doubt) in kinds.items():
        more = f" ({times[kind]} times in this text)" if times[kind] > 1 else ""
        offset = min(found.at + doubt.offset, len(found.holder.content))
        note("doubtful-tex", lines.place(found.holder, offset, doubt.length), doubt.message + more, doubt.hint)


def _code(tex: str, *, display: bool) -> str:
    """Return a formula that cannot be set as its TeX."""
    if display:
        return f'<pre tabindex="0"><code class="language-tex">{escape(tex)}</code></pre>'
    return f'<code class="language-tex">{escape(tex)}</code>'
