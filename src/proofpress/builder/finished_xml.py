"""Feeds, sitemaps and drawings looked at once they are finished: what templates and plugins write as XML.

As a page, such a file is looked at by the step that makes it; what a plugin writes anew in every build is looked at when
all is there. Where a fault was written is found by the line of the file: in the template, or in the post whose text a
feed carries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from proofpress.builder.finished import look
from proofpress.builder.finished_frames import look_at_frame
from proofpress.content.documents import markdown_of
from proofpress.model import Place
from proofpress.paths import Base, output_path
from proofpress.problems import Problem, Severity
from proofpress.rules.pages import MALFORMED_XML, RELATIVE_ADDRESS
from proofpress.rules.rule import WHOLE_FILE
from proofpress.rules.xml_file import ENDINGS, relatives, unreadable
from proofpress.site.finished import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.inputs import Inputs
    from proofpress.builder.plugins import Plugins
    from proofpress.builder.world import World
    from proofpress.kinds.making import Making
    from proofpress.kinds.target import FilledTarget, Target
    from proofpress.output.publish import Made
    from proofpress.paths import OutputPath
    from proofpress.rules.rule import Fault

_SHORT = 40


class Told(msgspec.Struct, frozen=True, array_like=True):
    """A fault of a finished XML file, and how what it is about is written there."""

    rule: str
    severity: Severity
    message: str
    hint: str
    written: str
    """The line of the file, without blanks at its ends."""
    near: str
    """What it is about in that line."""
    entry: str = ""
    """The address of the entry of a feed that has it."""


class _Value(msgspec.Struct, frozen=True):
    """Of what a step of a check gave, what is read here."""

    xml: tuple[Told, ...] = ()


_decode_value = msgspec.json.Decoder(_Value).decode


def is_xml(target: Target) -> bool:
    """Tell whether a target is a file that is read as XML."""
    return target.site_path.endswith(ENDINGS)


def seen_on(
    data: bytes, target: FilledTarget, making: Making, plugins: Plugins, *, own: bool = False
) -> dict[str, object]:
    """Look at what a target made; return what was seen by the names under which the step's value has it.

    `own` says whether the site has templates of its own, which may write what the theme's do not.
    """
    if is_xml(target):
        return {"xml": look_at_xml(data, target, making.config.url)}
    seen: dict[str, object] = {"look": look(data, target, making, plugins)}
    if own and (frame := look_at_frame(data, target, making)):
        seen["frame"] = frame
    return seen


def look_at_xml(data: bytes, target: Target, url: str) -> tuple[Told, ...]:
    """Return what is wrong with an XML file that a target made, on a site with a URL."""
    ends, lines = unreadable(data), data.decode("utf-8", "replace").split("\n")
    if ends is not None:
        line = lines[ends.line - 1] if ends.line <= len(lines) else ""
        mark = max(line.rfind("<", 0, ends.column), line.rfind("&", 0, ends.column))
        begun = mark >= 0 and not {">", ";"} & {*line[mark : ends.column - 1]}
        near = line[mark if begun else ends.column - 1 :].strip()
        shown = near if len(near) <= _SHORT else near[: _SHORT - 1] + "…"
        fault = MALFORMED_XML.ends(target.site_path, ends.line, shown, ends.reason)
        return (_told(fault, line.strip(), near),)
    own = Base.of(url).absolute(target.site_path)
    found = {
        (one.href, one.entry): _told(
            RELATIVE_ADDRESS.beginning_nowhere(one.href, joined(joined(own, one.entry) or own, one.href) or own),
            lines[one.line - 1].strip(),
            one.href,
            one.entry,
        )
        for one in relatives(data)
    }
    return tuple(found.values())


def _told(fault: Fault, line: str, near: str, entry: str = "") -> Told:
    return Told(fault.rule.name, fault.rule.severity, fault.message, fault.hint, line, near, entry)


def xml_problems(
    inputs: Inputs,
    world: World,
    targets: Mapping[str, FilledTarget],
    values: Mapping[str, bytes],
    plain: Mapping[OutputPath, Made],
) -> Iterator[Problem]:
    """Give what is wrong with finished XML files, each fault once, with the number of files that share it."""
    shared: dict[Problem, dict[str, None]] = {}
    for target, told in _all(inputs, world, targets, values, plain):
        for one in told:
            path, place = _written(inputs, targets, target, one)
            found = Problem(
                path=path, line=place.line, column=place.column, length=place.length,
                rule=one.rule, severity=one.severity, message=one.message, hint=one.hint,
            )  # fmt: skip
            shared.setdefault(found, {})[target.site_path] = None
    for found, paths in shared.items():
        more = len(paths) - 1
        others = f" and {more:,} more file{'s' if more > 1 else ''}" if more else ""
        where = "" if found.rule == MALFORMED_XML.name else f" (in {next(iter(paths))}{others})"
        yield msgspec.structs.replace(found, hint=found.hint + where)


def _all(
    inputs: Inputs,
    world: World,
    targets: Mapping[str, FilledTarget],
    values: Mapping[str, bytes],
    plain: Mapping[OutputPath, Made],
) -> Iterator[tuple[Target, tuple[Told, ...]]]:
    """Give each XML file that something is told of; of those that are written anew, a plugin's alone may have faults."""
    for key, target in targets.items():
        if is_xml(target):
            yield target, _decode_value(values[key]).xml
    for other in world.plan.plain if inputs.plugins else ():
        made = plain.get(output_path(other.site_path)) if is_xml(other) and not _is_ours(other) else None
        if made is not None:
            yield other, look_at_xml(made.read(), other, inputs.config.url)


def _is_ours(target: Target) -> bool:
    return type(target).__module__.startswith("proofpress.")


def _written(inputs: Inputs, targets: Mapping[str, FilledTarget], target: Target, told: Told) -> tuple[str, Place]:
    """Return the file and the place where what is wrong was written: a feed's text in its post, all else in the template."""
    holder = targets.get(told.entry.removeprefix(Base.of(inputs.config.url).absolute(""))) if told.entry else None
    template = inputs.theme.templates.get(getattr(target, "template", ""))
    if template is not None:
        return template.path, _place(template.text, told)
    source = (holder or target).source
    if source is not None:
        data = next((one.data for one in inputs.tree.documents if one.path == source), None)
        text = markdown_of(source, data).decode("utf-8-sig", "replace") if data is not None else ""
        return source, _place(text, told)
    files = [name for name, _ in inputs.plugins.files]
    return (files[0] if files and not _is_ours(target) else "site.yaml"), WHOLE_FILE


def _place(text: str, told: Told) -> Place:
    """Return where a text has what a fault is about: in the very line of the file, or else anywhere."""
    at = text.find(told.written) if told.written else -1
    at = text.find(told.near, at) if at >= 0 else -1
    for piece in dict.fromkeys((told.near, unquote(told.near))) if len(told.near) > 1 else ():
        at = text.find(piece) if at < 0 else at
    if at < 0:
        return WHOLE_FILE
    return Place(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), len(told.near) or 1)
