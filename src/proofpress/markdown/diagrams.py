"""A fence that is drawn: ```` ```mermaid ```` or ```` ```dot ````, as a figure with its title and its words for those who don't see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.listings.spans import escape
from proofpress.rules.drawings import BROKEN_DIAGRAM, MISSING_EXTRA
from proofpress.rules.rule import apart, once_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

    from proofpress.listings.fences import Info
    from proofpress.markdown.writer import Writer
    from proofpress.rules.rule import Fault

BROAD: Final = 440
"""Pixels, beyond which a diagram is not made smaller to fit a phone: its words could not be read."""
WIDE: Final = 1000
"""Pixels, beyond which it is not made smaller to fit a column either."""


def note_undrawn(writer: Writer) -> None:
    """Note that what draws diagrams is not installed: once a page and extra, with how many more lack it."""
    from proofpress.diagrams import drawing  # noqa: PLC0415 - as below

    faults: dict[str, Fault] = {}
    for kind, _ in writer.undrawn:
        faults.setdefault(drawing.install(kind), MISSING_EXTRA.diagram(kind, drawing.install(kind)))
    undrawn = ((faults[drawing.install(kind)], at) for kind, at in writer.undrawn)
    for found, place in apart(once_each(undrawn), writer.text.allowances):
        writer.findings.tell(found, place)


def figure(writer: Writer, token: Token, info: Info, given: Mapping[str, str]) -> str | None:
    """Return a fence as a figure; None for one that is shown as a listing, and why is among the writer's findings."""
    from proofpress.diagrams import drawing  # noqa: PLC0415 - most texts have no diagrams

    kind = info.language.lower()
    lines, note = writer.text.lines, writer.findings.note
    if not drawing.can_draw(kind):
        writer.undrawn.append((kind, lines.in_info(token, info.language_at, len(info.language))))
        return None
    before = writer.diagrams[token.content]
    writer.diagrams[token.content] += 1
    found = drawing.draw(kind, token.content, before)
    if isinstance(found, drawing.Flaw):
        offset = found.offset(token.content)
        place = lines.place(token, offset) if token.content else lines.in_info(token, info.language_at)
        fault = BROKEN_DIAGRAM.of(kind, found.message)
        note(fault.rule.name, msgspec.structs.replace(place, length=found.length), fault.message, fault.hint)
        return None
    said = info.alt or found.description
    label = f' role="img" aria-label="{escape(said)}"' if said else ""
    svg = found.svg.replace("<svg", f"<svg{label}", 1)
    if writer.manner.sanitized:  # it is ours, and put back when the rest is clean
        writer.drawn.append(svg)
        svg = f"\0m{len(writer.formulas) + len(writer.drawn) - 1}\0"
    wide = " diagram-wide" if found.width > WIDE else " diagram-broad" if found.width > BROAD else ""
    classes = f"diagram{wide}{' ' + given['class'] if 'class' in given else ''}"
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if name != "class")
    title = info.title or found.title
    caption = f"<figcaption>{escape(title)}</figcaption>\n" if title else ""
    frame = f'<div class="diagram-frame" tabindex="0">{svg}</div>'
    return f'<figure class="{classes}"{attributes}>\n{frame}\n{caption}</figure>\n'
