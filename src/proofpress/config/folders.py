"""Settings of whole folders: what their lists are, and the front matter that all files in them have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from proofpress.config.readers import TRUTH, WORDING, choice, number
from proofpress.config.setting import Reader, Setting, absent, read_mapping
from proofpress.config.values import Order, Section
from proofpress.content import front_matter, globs, shapes, typed
from proofpress.content.defaults import OWN, Default
from proofpress.content.nodes import Findings, MappingNode, Node, abridged

if TYPE_CHECKING:
    import datetime as dt

    from proofpress.config.values import Config

SECTION: Final = (
    Setting(name="title", reader=WORDING, description="What the list is called, where no `index.md` has a title."),
    Setting(name="order", reader=choice(*get_args(Order)), description="In which order the list has its entries."),
    Setting(name="paginate", reader=number(least=1, most=100_000), description="How many entries a page of it holds."),
    Setting(name="feed", reader=TRUTH, description="Write feeds of it."),
    Setting(name="home", reader=TRUTH, description="Whether the home page and the site's feed show what it holds."),
)


def _patterns(node: Node, key: str, findings: Findings) -> MappingNode | None:
    """Return the mapping from patterns to front matter, to be read once the other settings are known."""
    if not isinstance(node, MappingNode) and not absent(node):
        takes = "a mapping from patterns of files to front matter"
        typed.wrong(node, key, takes, findings, hint="write 'notes/**:' and its keys below it")
    return node if isinstance(node, MappingNode) else None


def read_defaults(root: MappingNode, config: Config, zone: dt.tzinfo, findings: Findings) -> tuple[Default, ...]:
    """Read the front matter that the settings give to files, as if it stood in one."""
    read = []
    for pattern, node in root.entries:
        wrong = globs.complaint(pattern.text)
        if wrong is not None:
            findings.note("wrong-type", pattern.place, f"'defaults': the pattern '{abridged(pattern.text)}' {wrong}")
        elif not isinstance(node, MappingNode):
            if not absent(node):
                typed.wrong(node, f"defaults: {abridged(pattern.text)}", "front matter", findings)
        else:
            own = MappingNode(tuple(entry for entry in node.entries if entry[0].text not in OWN), node.place)
            for key, _ in node.entries:
                if key.text in OWN:
                    message = f"'{key.text}' is each document's own, and can't be given to many"
                    findings.note("wrong-type", key.place, message, hint="write it in the front matter")
            front, places = front_matter.read_keys(
                own, findings, zone=zone, taxonomies=config.taxonomies, authors=config.authors
            )
            keys = tuple(name for name in places if "." not in name)
            read.append(Default(pattern=pattern.text, front=front, keys=keys, place=pattern.place))
    return tuple(read)


def _sections(node: Node, above: str, findings: Findings) -> dict[str, Section] | None:
    if not isinstance(node, MappingNode):
        if not absent(node):
            typed.wrong(node, above, "a mapping from folders to what their lists are", findings)
        return None
    sections = {}
    for key, value in node.entries:
        folder = key.text.strip("/")
        if not folder or "\\" in folder or any(part in ("", ".", "..") for part in folder.split("/")):
            message = f"'sections': '{abridged(key.text)}' is not a folder below content/"
            findings.note("wrong-type", key.place, message, hint="write its name, such as notes")
        elif folder in sections:
            findings.note("wrong-type", key.place, f"'sections': the folder '{abridged(folder)}' stands here twice")
        else:
            said = read_mapping(value, f"{above}: {abridged(folder)}: ", SECTION, findings)
            sections[folder] = Section(**said, place=key.place)
    return sections


DEFAULTS: Final = Reader(_patterns, {"type": ["object", "null"], "additionalProperties": shapes.MAPPING})
"""Gives the mapping as it stands: `read_defaults` reads it once the other settings are known."""
SECTIONS: Final = Reader(
    _sections,
    {
        "type": ["object", "null"],
        "additionalProperties": {
            "type": ["object", "null"],
            "properties": {part.name: {"description": part.description, **part.reader.shape} for part in SECTION},
            "additionalProperties": False,
        },
    },
)
