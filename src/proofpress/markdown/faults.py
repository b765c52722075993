"""What the rules of the dialect noted in passing (in markdown-it's `env`), told as findings with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.markdown.links import MOST_TOKENS
from proofpress.markdown.urls import why_refused
from proofpress.problems import nearest
from proofpress.rules.listings import UNCLOSED_FENCE
from proofpress.rules.mathematics import DOUBTFUL_TEX
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from proofpress.findings import Findings
    from proofpress.markdown.attributes import Unused
    from proofpress.markdown.footnotes import Definition
    from proofpress.markdown.places import SourceLines
    from proofpress.markdown.repeats import Repeats
    from proofpress.model import Place


def note_refusals(env: Mapping[str, Any], lines: SourceLines, findings: Findings) -> None:
    """Note what was left out, or left as text: unsafe links, more marks or levels than a text may have."""
    for inline, at, length, href, label in env.get("unsafe", ()):
        place = lines.definition(env["references"], label, href) if label else lines.place(inline, at, length)
        findings.note("unsafe-url", place, *why_refused(read(href)))
    for inline, at in env.get("too_many", ()):
        findings.note(
            "too-many-marks",
            lines.place(inline, at),
            f"this text has more than {MOST_TOKENS:,} marks and pieces between them; from here on all of it is "
            "shown as it is written",
            "part it into paragraphs, or put it into a listing",
        )
    unclosed: dict[str, list[int]] = {}
    for line, closing in env.get("open_formulas", ()):
        unclosed.setdefault(closing, []).append(line)
    for closing, at_lines in unclosed.items():
        opening = closing.replace("end", "begin", 1)
        place = lines.start_of(at_lines[0], len(opening))
        findings.tell(DOUBTFUL_TEX.not_closed(opening, closing, len(at_lines)), place)
    containers = env.get("open_containers", ())
    if containers:
        line, colons = containers[0]
        findings.tell(UNCLOSED_FENCE.container(colons, len(containers)), lines.start_of(line, len(colons)))
    for line in env.get("too_deep", ()):
        findings.note(
            "nested-too-deeply",
            lines.start_of(line),
            "quotes or lists are nested too deeply here; what they hold is left out",
            "write it with fewer levels",
        )


def note_unused(env: Mapping[str, Any], lines: SourceLines, repeats: Repeats) -> None:
    """Note the attributes of links, images and code that are not applied."""
    for inline, base, unused in env.get("unused", ()):
        repeat_unused(lines.place(inline, base + unused.at, unused.length), unused, repeats)


def repeat_unused(place: Place, unused: Unused, repeats: Repeats) -> None:
    """Note an attribute that is not applied, which a text may have on each of its figures."""
    repeats.add(("unused-attribute", unused.message), "unused-attribute", place, unused.message, unused.hint)


def note_footnotes(
    env: Mapping[str, Any],
    definitions: Sequence[Definition],
    shown: Collection[str],
    lines: SourceLines,
    findings: Findings,
) -> None:
    """Note footnotes without a mark and marks without a footnote; `shown` are the labels that the text refers to."""
    unused = [found.written for found in definitions if found.label not in shown]
    for inline, at, label in env.get("undefined", ()):
        meant = nearest(label, unused) or nearest(label, [found.written for found in definitions])
        findings.note(
            "undefined-footnote",
            lines.place(inline, at, len(label) + 3),
            f"no footnote is defined as '[^{_short(label)}]', so this stays as it is",
            f"did you mean '[^{_short(meant)}]'?"
            if meant
            else f"write '[^{_short(label)}]: its text' on a line of its own",
        )
    for label, written, line, again in definitions:
        name = f"[^{_short(written)}]"
        if again:
            message = f"a footnote '{name}' is defined above, so this one is not shown"
            hint = "give it another name, in its mark as well"
        elif label not in shown:
            message = f"nothing in the text refers to '{name}', so this footnote is not shown"
            hint = f"write '{name}' where it belongs, or take the footnote out"
        else:
            continue
        column = max(0, lines.text_of(line).find(f"[^{written}]:"))
        findings.note("unused-footnote", lines.in_line(line, column, len(written) + 3), message, hint)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
