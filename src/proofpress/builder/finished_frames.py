"""What a site's own templates put around the texts of its pages, looked at on finished pages: elements that do not close.

The theme's templates are known to be right, and a text's own HTML is judged where it is written. So a page is looked at
only where the site has templates of its own, and but for its text; a fault is told where one of these wrote it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.model import Place
from proofpress.rules.html import UNCLOSED_ELEMENT, unpaired
from proofpress.rules.rule import WHOLE_FILE
from proofpress.theme import OVERRIDES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.inputs import Inputs
    from proofpress.kinds.making import Making
    from proofpress.kinds.target import FilledTarget
    from proofpress.model import TemplateSource
    from proofpress.problems import Problem

_ELEMENTS: Final = tuple(
    "a article aside b blockquote button code details div dl em fieldset figure footer form h1 h2 h3 h4 header i label main menu nav"  # noqa: SIM905 - a table of words
    " ol pre search section select small span strong summary table ul".split()
)
_MARKS: Final = tuple((name, f"<{name} ", f"<{name}>", f"</{name}>") for name in _ELEMENTS)
_TAG: Final = re.compile(
    r"<!--.*?-->|<(?P<raw>script|style|textarea|title|svg|math)\b[^>]*>.*?</(?P=raw)\s*>"
    r"|<(?P<end>/?)(?P<name>[a-z][a-z0-9-]*)(?P<written>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
_ENOUGH: Final = 40
"""Characters of a text's end by which it is found on a page for sure."""


class Unpaired(msgspec.Struct, frozen=True, array_like=True):
    """A tag around a page's text that opens what is never closed, or closes what is not open."""

    name: str
    written: str
    """Its attributes."""
    closing: bool
    empty: bool = False
    known: bool = True


class _Value(msgspec.Struct, frozen=True):
    """Of what a step of a check gave, what is read here."""

    frame: tuple[Unpaired, ...] = ()


_decode_value = msgspec.json.Decoder(_Value).decode


def has_own(templates: Mapping[str, TemplateSource]) -> bool:
    """Tell whether a site has templates of its own."""
    return any(one.path.startswith(f"{OVERRIDES}/") for one in templates.values())


def look_at_frame(data: bytes, target: FilledTarget, making: Making) -> tuple[Unpaired, ...]:
    """Return the tags around a finished page's text that have no other."""
    if not target.site_path.endswith(("/", ".html")):
        return ()
    body = making.text() if target.text_of is not None else None
    frame = _without(data.decode("utf-8", "replace"), body.html if body is not None else "")
    low = frame.lower()
    if all(low.count(plain) + low.count(named) == low.count(end) for _, named, plain, end in _MARKS):
        return ()
    return tuple(unpaired(_tags(frame)))


def _without(page: str, text: str) -> str:
    """Return a page without its text, where that stands on it as it was written; what is open in the text stays out of it."""
    first, last = text.partition("\0")[0][:200], text.rpartition("\0")[2][-200:]
    begin = page.find(first) if first else -1
    end = page.rfind(last) + len(last) if len(last) >= _ENOUGH else -1
    return page[:begin] + page[end:] if 0 <= begin < end else page


def _tags(html: str) -> Iterator[Unpaired]:
    for found in _TAG.finditer(html):
        if found["name"]:
            written = found["written"]
            yield Unpaired(found["name"].lower(), written, bool(found["end"]), empty=written.endswith("/"))


def frame_problems(
    inputs: Inputs, targets: Mapping[str, FilledTarget], values: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Give what is wrong around the texts of pages, each fault once, where a template of the site's own has it."""
    if not has_own(inputs.theme.templates):
        return
    own = sorted(
        (one for one in inputs.theme.templates.values() if one.path.startswith(f"{OVERRIDES}/")),
        key=lambda one: one.path,
    )
    told: dict[tuple[str, Place], tuple[Unpaired, list[str]]] = {}
    for key in targets:
        for tag in _decode_value(values[key]).frame:
            where = _written(tag, own)
            if where is not None:
                told.setdefault(where, (tag, []))[1].append(key)
    for (path, place), (tag, keys) in told.items():
        fault = UNCLOSED_ELEMENT.stray(tag.name) if tag.closing else UNCLOSED_ELEMENT.never(tag.name)
        hint = fault.hint if tag.closing else f"write '</{tag.name}>' where it ends"
        more = len(keys) - 1
        others = f" and {more:,} more page{'s' if more > 1 else ''}" if more else ""
        yield msgspec.structs.replace(fault, hint=f"{hint} (on {keys[0]}{others})").at(path, place)


def _written(tag: Unpaired, own: list[TemplateSource]) -> tuple[str, Place] | None:
    """Return where a tag was written: in the template that opens such an element more often than it closes it, or less."""
    begin, end = re.compile(rf"<{tag.name}\b", re.IGNORECASE), re.compile(rf"</{tag.name}\s*>", re.IGNORECASE)
    for template in own:
        begins, ends = list(begin.finditer(template.text)), list(end.finditer(template.text))
        if len(begins) == len(ends) or (len(begins) < len(ends)) != tag.closing:
            continue
        literal = f"<{tag.name}{tag.written}>"
        places = [one.start() for one in (ends if tag.closing else begins)]
        exact = [at for at in places if template.text.startswith(literal, at)]
        if not places:
            return template.path, WHOLE_FILE
        at = (exact or places)[-1]
        line = template.text.count("\n", 0, at) + 1
        length = len(tag.name) + 3 if tag.closing else len(literal) if exact else len(tag.name) + 1
        return template.path, Place(line, at - template.text.rfind("\n", 0, at), length)
    return None
