"""Settings: `site.yaml` as a typed, frozen Config.

`read_config` never raises for what a person wrote: it returns a Config and the problems, each at its line and column.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import msgspec

from proofpress.content import globs, settings, typed, yaml_nodes
from proofpress.content.nodes import Findings, ListNode, MappingNode, Node, ScalarNode, abridged, plain, shown
from proofpress.content.text import decode
from proofpress.model import Author, Place
from proofpress.problems import Judgement, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable


class MenuItem(msgspec.Struct, frozen=True):
    """An entry of the site's menu. `url` is a file below content/, a site path or a full URL."""

    title: str
    url: str
    place: Place = Place(0, 1)
    """Where the url stands in site.yaml."""


MENU_KEYS: Final = ("title", "url")
Hosting = Literal["none", "github", "netlify", "cloudflare", "nginx", "caddy"]


class Feeds(msgspec.Struct, frozen=True):
    """Which feeds are written, and how many posts each carries."""

    atom: bool = True
    json: bool = True
    entries: int = 20


class MarkdownOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts of the dialect are on. All off, with `html: allow`, is CommonMark to the letter."""

    html: Literal["allow", "escape", "sanitize"] = "allow"
    tables: bool = True
    strikethrough: bool = True
    task_lists: bool = True
    autolinks: bool = True
    alerts: bool = True
    footnotes: bool = True
    definition_lists: bool = True
    attributes: bool = True
    anchors: bool = True
    math: bool = True
    figures: bool = True
    smart_quotes: bool = True


class HighlightOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How listings look: the names of two Pygments styles, and whether lines are numbered when a fence is silent."""

    light: str = "lovelace"
    dark: str = "lightbulb"
    line_numbers: bool = False


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a site."""

    title: str = "Untitled site"
    url: str = "http://localhost:8000/"
    """Absolute, http or https, ends with a slash."""
    description: str = ""
    language: str = "en"
    timezone: str = "UTC"
    authors: tuple[Author, ...] = ()
    posts: tuple[str, ...] = ("posts/**",)
    """Globs below content/."""
    permalink: str = ""
    """A pattern for posts' site paths with {year} {month} {day} {slug} {folder}; empty: the folder and the slug."""
    taxonomies: tuple[str, ...] = ("tags", "series")
    paginate: int = 10
    menu: tuple[MenuItem, ...] = ()
    feeds: Feeds = Feeds()
    markdown: MarkdownOptions = MarkdownOptions()
    highlight: HighlightOptions = HighlightOptions()
    theme: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    output: str = "public"
    hosting: Hosting = "none"
    """Whose words redirects and cache times are written in."""
    rules: dict[str, Judgement] = {}


SETTINGS: Final = tuple(field.name for field in msgspec.structs.fields(Config))

_ELSEWHERE: Final = {
    "baseURL": "url", "base_url": "url", "baseurl": "url", "site_url": "url", "siteurl": "url",
    "name": "title", "site_name": "title", "sitename": "title",
    "lang": "language", "languageCode": "language", "default_language": "language",
    "author": "authors", "paginate_by": "paginate", "permalinks": "permalink", "nav": "menu",
    "publishDir": "output", "output_dir": "output", "destination": "output", "params": "extra",
}  # fmt: skip
"""What other generators call a setting."""


def zone(config: Config) -> dt.tzinfo:
    """Return the site's time zone; UTC where its name is none (which `read_config` reports)."""
    found = settings.time_zone(config.timezone)
    return dt.UTC if isinstance(found, settings.Refusal) else found


def read_config(data: bytes, path: str = "site.yaml") -> tuple[Config, tuple[Problem, ...]]:
    """Read the settings of a site: what could be read (the defaults for the rest), and every fault at its place."""
    findings = Findings(path)
    root = yaml_nodes.compose(decode(data, findings), findings, syntax="settings-syntax")
    values: dict[str, Any] = {}
    if isinstance(root, MappingNode):
        values = _mapping(root, "", SETTINGS, _setting, findings)
    elif root is not None and not _absent(root):
        findings.add("settings-syntax", root.place, f"settings are lines of 'key: value', not {shown(root)}")
    if not (
        isinstance(root, MappingNode) and any(key.text == "url" and not _absent(node) for key, node in root.entries)
    ):
        findings.add(
            "no-url",
            Place(0, 1),
            "without the site's address there are no feeds, sitemap or canonical links that work",
            hint="write 'url: https://example.org/'",
        )
    return Config(**values), tuple(sorted(findings.problems))


def _mapping(
    node: Node, above: str, known: tuple[str, ...], read: Callable[[str, Node, Findings], Any], findings: Findings
) -> dict[str, Any]:
    """Read the keys of a mapping, those that are known; None means that the default holds."""
    if not isinstance(node, MappingNode):
        if not _absent(node):
            typed.wrong(node, above.rstrip(": "), "a mapping", findings, hint=f"its keys are {', '.join(known)}")
        return {}
    values: dict[str, Any] = {}
    for key, value in node.entries:
        if key.text not in known:
            same = _ELSEWHERE.get(key.text) if not above else None
            hint = f"here that is '{same}'" if same else did_you_mean(key.text, known)
            own = "put what is your own under 'extra:'" if not above else f"its keys are {', '.join(known)}"
            findings.add(
                "unknown-setting", key.place, f"there is no setting '{above}{abridged(key.text)}'", hint=hint or own
            )
            continue
        found = read(key.text, value, findings)
        if found is not None:
            values[key.text] = found
    return values


def _setting(name: str, node: Node, findings: Findings) -> Any:
    match name:
        case "title" | "description":
            return typed.line(node, name, findings)
        case "url":
            return _checked(node, name, settings.base_url, findings)
        case "language":
            return _checked(node, name, settings.language, findings)
        case "timezone":
            value = typed.text(node, name, findings)
            found = None if value is None else settings.time_zone(value)
            if isinstance(found, settings.Refusal):
                findings.add(
                    "wrong-type", node.place, f"'{name}': '{abridged(value or '')}' {found.message}", hint=found.hint
                )
                return None
            return value
        case "authors":
            return typed.authors(node, name, (), findings)
        case "posts":
            return _globs(node, findings)
        case "permalink":
            return _checked(node, name, settings.permalink, findings)
        case "taxonomies":
            return _taxonomies(node, findings)
        case "paginate":
            return typed.integer(node, name, findings, least=1, most=100_000)
        case "menu":
            return _menu(node, findings)
        case "feeds":
            return _feeds(node, findings)
        case "markdown":
            return MarkdownOptions(
                **_mapping(node, "markdown: ", MarkdownOptions.__struct_fields__, _markdown, findings)
            )
        case "highlight":
            return HighlightOptions(
                **_mapping(node, "highlight: ", HighlightOptions.__struct_fields__, _highlight, findings)
            )
        case "output":
            return _checked(node, name, settings.output, findings, rule="unsafe-output")
        case "hosting":
            return typed.choice(node, name, get_args(Hosting), findings)
        case "rules":
            from proofpress.rules.registry import registry, weighable  # noqa: PLC0415 - few settings weigh a rule

            return _mapping(node, "rules: ", weighable(registry()), _judgement, findings)
        case _:  # theme, extra
            if isinstance(node, MappingNode):
                return plain(node, findings)
            if not _absent(node):
                typed.wrong(node, name, "a mapping", findings)
            return None


def _checked(
    node: Node,
    name: str,
    check: Callable[[str], str | settings.Refusal],
    findings: Findings,
    *,
    rule: str = "wrong-type",
) -> str | None:
    value = typed.text(node, name, findings)
    if value is None:
        return None
    found = check(value)
    if isinstance(found, settings.Refusal):
        findings.add(rule, node.place, f"'{name}': '{abridged(value)}' {found.message}", hint=found.hint)
        return None
    return found


def _globs(node: Node, findings: Findings) -> tuple[str, ...] | None:
    if _absent(node):
        return None
    patterns = []
    for pattern, at in typed.words(node, "posts", findings, split=False):
        wrong = globs.complaint(pattern)
        if wrong is None:
            patterns.append(pattern)
        else:
            findings.add("wrong-type", at.place, f"'posts': the pattern '{abridged(pattern)}' {wrong}")
    return tuple(patterns)


def _taxonomies(node: Node, findings: Findings) -> tuple[str, ...] | None:
    if _absent(node):
        return None
    names = []
    for name, at in typed.words(node, "taxonomies", findings, split=False):
        found = settings.taxonomy(name)
        if isinstance(found, settings.Refusal):
            findings.add("wrong-type", at.place, f"'taxonomies': '{abridged(name)}' {found.message}", hint=found.hint)
        else:
            names.append(found)
    return tuple(names)


def _menu(node: Node, findings: Findings) -> tuple[MenuItem, ...] | None:
    """Read the menu: a list of `{title, url}`, or in short `Title: url` lines, with or without dashes."""
    if isinstance(node, ScalarNode):
        if not node.absent:
            typed.wrong(node, "menu", "a list of entries with 'title' and 'url'", findings)
        return None
    items: list[MenuItem] = []
    for entry in node.items if isinstance(node, ListNode) else (node,):
        if not isinstance(entry, MappingNode):
            typed.wrong(entry, "menu", "entries with 'title' and 'url'", findings)
        elif entry.entries and not any(key.text in ("title", "url") for key, _ in entry.entries):
            for key, value in entry.entries:
                url = typed.address(value, f"menu: {abridged(key.text)}", findings, schemes=_MENU_SCHEMES)
                if url is not None:
                    items.append(MenuItem(key.text, url, value.place))
        else:
            said = _mapping(entry, "menu: ", MENU_KEYS, _menu_field, findings)
            if len(said) == 2:
                place = next(value.place for key, value in entry.entries if key.text == "url")
                items.append(MenuItem(**said, place=place))
            elif missing := [field for field in MENU_KEYS if not any(key.text == field for key, _ in entry.entries)]:
                findings.add(
                    "wrong-type",
                    entry.place,
                    f"an entry of the menu has no '{missing[0]}'",
                    hint="write 'title: About' and 'url: about.md'",
                )
    return tuple(items)


_MENU_SCHEMES: Final = frozenset({"http", "https", "mailto"})


def _menu_field(name: str, node: Node, findings: Findings) -> str | None:
    if name == "url":
        return typed.address(node, "menu: url", findings, schemes=_MENU_SCHEMES)
    return typed.text(node, "menu: title", findings)


def _feeds(node: Node, findings: Findings) -> Feeds | None:
    """Read which feeds are written; `feeds: false` turns all of them off."""
    if isinstance(node, ScalarNode):
        on = typed.boolean(node, "feeds", findings)
        return None if on is None else Feeds(atom=on, json=on)
    return Feeds(**_mapping(node, "feeds: ", Feeds.__struct_fields__, _feed, findings))


def _feed(name: str, node: Node, findings: Findings) -> bool | int | None:
    if name == "entries":
        return typed.integer(node, "feeds: entries", findings, least=1, most=100_000)
    return typed.boolean(node, f"feeds: {name}", findings)


def _markdown(name: str, node: Node, findings: Findings) -> str | bool | None:
    if name == "html":
        return typed.choice(node, "markdown: html", ("allow", "escape", "sanitize"), findings)
    return typed.boolean(node, f"markdown: {name}", findings)


def _highlight(name: str, node: Node, findings: Findings) -> str | bool | None:
    if name == "line_numbers":
        return typed.boolean(node, "highlight: line_numbers", findings)
    return typed.text(node, f"highlight: {name}", findings)


def _judgement(name: str, node: Node, findings: Findings) -> str | None:
    return typed.choice(node, f"rules: {name}", get_args(Judgement), findings)


def _absent(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.absent
