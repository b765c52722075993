"""What pages may load from elsewhere, as the settings say it: addresses, by the directives of Content-Security-Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from proofpress.config.readers import words
from proofpress.config.setting import Reader, Setting, absent, read_mapping
from proofpress.content import settings, shapes, typed
from proofpress.content.nodes import MappingNode

if TYPE_CHECKING:
    from proofpress.content.nodes import Findings, Node

_SOURCES: Final = words(settings.policy_source)
DIRECTIVES: Final = tuple(
    Setting(name=name, reader=_SOURCES, description=description)
    for name, description in {
        "script-src": "Where scripts come from.",
        "style-src": "Where style sheets come from.",
        "img-src": "Where pictures come from.",
        "font-src": "Where fonts come from.",
        "media-src": "Where films and sounds come from.",
        "frame-src": "What may be shown in frames.",
        "connect-src": "What scripts may ask, and send to.",
        "form-action": "Where forms are sent.",
    }.items()
)


def _policy(node: Node, above: str, findings: Findings) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(node, MappingNode):
        if not absent(node):
            takes = "a mapping from directives to addresses"
            typed.wrong(node, above, takes, findings, hint="write 'script-src: https://stats.example'")
        return None
    found: dict[str, Any] = read_mapping(node, f"{above}: ", DIRECTIVES, findings)
    return found


POLICY: Final = Reader(
    _policy,
    {
        "type": ["object", "null"],
        "properties": {one.name: {"description": one.description, **shapes.WORDS} for one in DIRECTIVES},
        "additionalProperties": False,
    },
)
