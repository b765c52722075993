"""The options of a theme: which names under `theme:` in site.yaml have an effect.

A theme names its options in `theme.yaml` beside its templates; a site adds to them with a templates/theme.yaml of its
own. What a template reads by name (`site.theme.get("footer")`) need not be named there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.content import yaml_nodes
from proofpress.content.nodes import Findings, MappingNode
from proofpress.content.text import decode
from proofpress.model import SHIPPED
from proofpress.problems import did_you_mean
from proofpress.theme_look import NARROWEST, WIDEST, colour_of, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from proofpress.model import TemplateSource
    from proofpress.problems import Problem

DECLARED: Final = "theme.yaml"

_READ: Final = re.compile(
    r"""[\w)\]]\.theme\b(?![-\w])(?:
        \s*\.\s*get\(\s*(["'])(?P<got>[^"']+)\1\s*[,)]
        | \s*\[\s*(["'])(?P<item>[^"']+)\3\s*\]
        | \.(?!(?:get|items|keys|values)\b)(?P<field>\w+)
        | (?P<whole>)
    )""",
    re.VERBOSE,
)
"""`site.theme`, and the option that is read of it; `whole` where it is read in another way."""
_ASKED: Final = re.compile(r"""(["'])(?P<name>[^"']+)\1\s+(?:not\s+)?in\s+[\w.]*\.theme\b""")


def unknown_options(
    options: Iterable[str], templates: Mapping[str, TemplateSource]
) -> tuple[dict[str, str], list[Problem]]:
    """Return the options that nothing reads, each with a hint, and the faults of theme.yaml.

    A theme that reads its options in a way that can't be told from its text (a loop over all of them, a name that is
    worked out) may read any: then none is unknown.
    """
    known: set[str] = set()
    problems: list[Problem] = []
    for name, template in templates.items():
        if name.rpartition(":")[2] == DECLARED:
            declared, found = _declared(template)
            known |= declared
            problems += found
    chosen = sorted(options)
    if not chosen:
        return {}, problems
    for name, template in templates.items():
        if name.rpartition(":")[2] == DECLARED:
            continue
        known |= {asked["name"] for asked in _ASKED.finditer(template.text)}
        for read in _READ.finditer(_ASKED.sub("", template.text)):
            option = read["got"] or read["item"] or read["field"]
            if option is None:
                return {}, problems
            known.add(option)
    mend = f"the theme's options are {', '.join(sorted(known))}; put what is your own under 'extra:'"
    return {one: did_you_mean(one, known) or mend for one in chosen if one not in known}, problems


def faulty_options(
    options: Mapping[str, object], templates: Mapping[str, TemplateSource]
) -> dict[str, tuple[str, str]]:
    """Return what is wrong with the values of the shipped theme's options, each with what to write instead.

    One that the site's own theme.yaml names is the site's, and may be anything.
    """
    own, _ = _declared(templates[DECLARED]) if DECLARED in templates else (set(), [])
    if SHIPPED + DECLARED in templates and templates[DECLARED] == templates[SHIPPED + DECLARED]:
        own = set()
    found = {}
    for name, (fits, what, mend) in _CHECKS.items():
        value = options.get(name)
        if value is not None and name not in own and not fits(value):
            found[name] = (f"'theme: {name}' takes {what}", mend)
    return found


def _is_links(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(title, str) and isinstance(url, str) and url.startswith(("https://", "http://", "mailto:"))
        for title, url in value.items()
    )


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_CHECKS: Final[Mapping[str, tuple[Callable[[object], bool], str, str]]] = {
    "accent": (lambda value: colour_of(value) is not None, "a colour", "write it as '#0b6b53'"),
    "fonts": (lambda value: value in ("own", "system"), "'own' or 'system'", "leave it out for the theme's own"),
    "footer": (lambda value: isinstance(value, str), "the words at the foot of every page", "put them in quotes"),
    "social": (_is_links, "a mapping of names to full URLs", "write 'Mastodon: https://social.example/@me'"),
    "stylesheets": (_is_names, "a list of names of files", "write [mine.css] for templates/static/mine.css"),
    "width": (
        lambda value: width_of(value) is not None,
        f"a number of characters from {NARROWEST} to {WIDEST}",
        "the theme's own is 65",
    ),
}


def _declared(template: TemplateSource) -> tuple[set[str], list[Problem]]:
    """Return the options that a theme.yaml names."""
    findings = Findings(template.path)
    root = yaml_nodes.compose(decode(template.text.encode(), findings), findings, syntax="settings-syntax")
    entries = root.entries if isinstance(root, MappingNode) else ()
    options = next((node for key, node in entries if key.text == "options"), None)
    if not isinstance(options, MappingNode):
        return set(), findings.problems
    return {key.text for key, _ in options.entries}, findings.problems
