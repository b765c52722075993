"""A setting is one value: its name, how it is read, what it is for. A mapping of settings is read by walking a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.content import typed
from proofpress.content.nodes import Findings, MappingNode, Node, ScalarNode, abridged
from proofpress.content.shapes import Shape
from proofpress.problems import did_you_mean
from proofpress.rules.settings import UNKNOWN_SETTING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Read = Callable[[Node, str, Findings], Any]
"""Takes what was written and the setting's name as a message says it; None means that the default holds."""


Parts = Callable[[], "tuple[Setting, ...]"]
"""Gives the settings within a setting, when they are needed: those of `rules:` are as many as there are rules."""


class Reader(msgspec.Struct, frozen=True):
    """How a value is read, and what an editor is told of it. They stand together so that neither changes alone."""

    read: Read
    shape: Shape = {}
    """JSON Schema. Of a setting with parts, the forms beside the mapping of its parts."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A key of site.yaml, or of a mapping in it. Its default is that of its field in `values`."""

    name: str
    reader: Reader
    description: str
    """What it is for, in sentences with Markdown's backticks: for editors and for docs/settings.md."""
    examples: tuple[Any, ...] = ()
    """As JSON; without any, the default is the example."""
    otherwise: str = ""
    """What holds where it is left out, in Markdown, where the default does not say it."""
    parts: Parts = tuple
    """Those of a mapping in it."""


def read_mapping(
    node: Node, above: str, settings: Sequence[Setting], findings: Findings, elsewhere: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Read the keys of a mapping, those that are settings, and note the others.

    `above` is what messages put before a key (`markdown: `); `elsewhere` tells what other generators call a setting.
    """
    known = {setting.name: setting.reader for setting in settings}
    if not isinstance(node, MappingNode):
        if not absent(node):
            typed.wrong(node, above.rstrip(": "), "a mapping", findings, hint=f"its keys are {', '.join(known)}")
        return {}
    values: dict[str, Any] = {}
    for key, value in node.entries:
        reader = known.get(key.text)
        if reader is None:
            same = (elsewhere or {}).get(key.text)
            hint = f"here that is '{same}'" if same else did_you_mean(key.text, known)
            own = f"its keys are {', '.join(known)}" if above else "put what is your own under 'extra:'"
            findings.tell(UNKNOWN_SETTING.no_setting(above + abridged(key.text), hint or own), key.place)
            continue
        found = reader.read(value, above + key.text, findings)
        if found is not None:
            values[key.text] = found
    return values


def absent(node: Node) -> bool:
    """Return whether a value is left out."""
    return isinstance(node, ScalarNode) and node.absent
