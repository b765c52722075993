"""JSON Schema (2020-12) of site.yaml and of front matter, so that an editor completes and checks while one writes.

Types, choices and defaults come from the values that the files are read into (`config.Config`); what a key is for, and
the further forms in which a person may write it, stand here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from proofpress.config import Config, Hosting
from proofpress.rules.registry import registry, weighable

if TYPE_CHECKING:
    from collections.abc import Sequence

Schema = dict[str, Any]
RULES: Final = registry()

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# What is text to Proofpress may look like a number or a truth to an editor's YAML: `title: 1984`.
_TEXT: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
_PLAIN: Final[Schema] = {"type": ["string", "null"]}
_TRUTH: Final[Schema] = {"enum": [True, False, None, "yes", "no", "on", "off"]}
_WORDS: Final[Schema] = {"anyOf": [{"type": "array", "items": _TEXT}, _TEXT]}
_MAPPING: Final[Schema] = {"type": ["object", "null"]}
_DATE: Final[Schema] = {
    "type": ["string", "null"],
    "pattern": r"^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t]+[0-9]{1,2}:[0-9]{2}.*)?\s*$",
}
_AUTHOR: Final[Schema] = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "properties": {
                "name": {**_TEXT, "description": "The name as it is shown."},
                "url": {**_TEXT, "description": "A page about this person."},
                "email": {**_TEXT, "description": "Shown in feeds."},
            },
            "required": ["name"],
        },
    ]
}
_AUTHORS: Final[Schema] = {"anyOf": [*_AUTHOR["anyOf"], {"type": "array", "items": _AUTHOR}]}
_ENTRY: Final[Schema] = {
    "type": "object",
    "properties": {
        "title": {**_TEXT, "description": "What the entry says."},
        "url": {**_TEXT, "description": "A file below content/, a path of the site or a full URL."},
    },
    "required": ["title", "url"],
    "additionalProperties": False,
}
_SHORT_ENTRY: Final[Schema] = {
    "type": "object",
    "propertyNames": {"not": {"enum": ["title", "url"]}},
    "additionalProperties": _TEXT,
}

_SETTINGS: Final[dict[str, tuple[str, list[Any], Schema | None]]] = {
    "title": ("The name of the site, in the header of every page and in feeds.", ["Notes on compilers"], _TEXT),
    "url": ("The full address of the site's root. Feeds, the sitemap and canonical links need it.", ["https://example.org/", "https://example.org/blog/"], _PLAIN),
    "description": ("One sentence about the site, for search engines and feeds.", ["What I learn about compilers"], _TEXT),
    "language": ("The language of the site, as a BCP 47 tag.", ["en", "de", "pt-BR"], _PLAIN),
    "timezone": ("The time zone of dates that name none, from the IANA database.", ["UTC", "Europe/Berlin"], _PLAIN),
    "authors": ("Who writes. A post that names one of them in `authors` has their url and email.", [[{"name": "Ada", "url": "https://example.org/ada"}], "Ada"], _AUTHORS),
    "posts": ("Which files below content/ are posts, as patterns; the others are pages.", [["posts/**"], ["posts/**", "notes/*.md"]], _WORDS),
    "permalink": ("The URL of a post, from {year}, {month}, {day}, {slug} and {folder}. Left out: its folder and its slug.", ["/{year}/{month}/{slug}/", "/blog/{slug}.html"], _PLAIN),
    "taxonomies": ("The ways in which posts are grouped. Each is a key of front matter and a page of its own.", [["tags", "series"], ["tags", "topics"]], _WORDS),
    "paginate": ("How many posts a page of a list holds.", [10, 25], None),
    "menu": ("The entries of the menu, in order: a title and where it leads.", [[{"title": "About", "url": "about.md"}], {"About": "about.md"}], {"anyOf": [{"type": "array", "items": {"anyOf": [_ENTRY, _SHORT_ENTRY]}}, _ENTRY, _SHORT_ENTRY, {"type": "null"}]}),
    "feeds": ("Which feeds are written; false for none.", [{"atom": True, "json": False, "entries": 20}, False], None),
    "markdown": ("Which parts of the Markdown dialect are on.", [{"html": "escape", "smart_quotes": False}], None),
    "highlight": ("How listings look: two Pygments styles, and line numbers.", [{"light": "default", "dark": "github-dark"}], None),
    "theme": ("What the theme's templates find as `site.theme`.", [{"accent": "#0645ad"}], _MAPPING),
    "extra": ("Anything of your own, for your own templates: `site.extra`.", [{"analytics": False}], _MAPPING),
    "output": ("The folder to publish into, below the site's folder.", ["public", "_site"], _PLAIN),
    "hosting": ("Where the site will be served. Aliases and cache times are written for that host as well.", ["github", "netlify", "cloudflare", "nginx", "caddy"], {"enum": [*get_args(Hosting), None]}),
    "rules": ("How much each problem weighs: error, warning or off. `proofpress explain` tells what each one means.", [{"no-date": "off", "broken-anchor": "error"}], {"type": ["object", "null"], "properties": {name: {"enum": ["error", "warning", "off"], "default": RULES[name].severity} for name in weighable(RULES)}, "additionalProperties": False}),
}  # fmt: skip

_PARTS: Final[dict[str, dict[str, str]]] = {
    "feeds": {
        "atom": "Write an Atom feed.",
        "json": "Write a JSON Feed.",
        "entries": "How many posts a feed carries, the newest ones.",
    },
    "markdown": {
        "html": "What becomes of raw HTML in posts: allow, escape, or sanitize (with the extra 'sanitize' installed).",
        "tables": "GitHub's tables.",
        "strikethrough": "Text between two tildes is struck through.",
        "task_lists": "List items that begin with [ ] or [x].",
        "autolinks": "A bare URL is a link.",
        "alerts": "Quotes that begin with [!NOTE], [!TIP], [!IMPORTANT], [!WARNING] or [!CAUTION].",
        "footnotes": "Footnotes, [^1].",
        "definition_lists": "Terms, and definitions after a colon.",
        "attributes": "Ids and classes in braces, {#id .class}.",
        "anchors": "A link to itself on every heading.",
        "math": "Mathematics between dollar signs.",
        "figures": "An image alone in its paragraph is a figure, its title the caption.",
        "smart_quotes": "Straight quotes become those of the site's language.",
    },
    "highlight": {
        "light": "The Pygments style for light pages.",
        "dark": "The Pygments style for dark pages.",
        "line_numbers": "Number the lines of every listing that does not say otherwise.",
    },
}

_FRONT_MATTER: Final[dict[str, tuple[str, list[Any], Schema]]] = {
    "title": ("The title. Left out: the first level-1 heading of the text.", ["How a linker works"], _TEXT),
    "date": ("When the post appears: a day, or a day and a time (in the site's time zone unless it names an offset). Left out: the date that the file's name begins with.", ["2024-01-05", "2024-01-05 09:30", "2024-01-05T09:30:00+02:00"], _DATE),
    "updated": ("When the text was last changed in a way that readers should know of.", ["2024-03-01"], _DATE),
    "description": ("One or two sentences for lists, feeds and search engines. Left out: what stands before `<!-- more -->`, else the first paragraph.", ["What the linker does between two object files."], _TEXT),
    "authors": ("Who wrote it: a name, a mapping with name, url and email, or a list of these.", ["Ada", ["Ada", {"name": "Bob", "url": "https://example.org/bob"}]], _AUTHORS),
    "draft": ("True keeps the page out of the published site.", [True], _TRUTH),
    "slug": ("The last part of the page's URL. Left out: the file's name.", ["how-a-linker-works"], _TEXT),
    "url": ("The page's whole path, from the site's root.", ["/2024/linkers/"], _PLAIN),
    "aliases": ("Other paths of this site that lead here, such as those it had before.", [["/2023/old-name/", "/old-name.html"]], _WORDS),
    "template": ("Another template than the usual one, by its name below templates/.", ["talk.html"], _PLAIN),
    "image": ("The image that stands for the page where it is shared: a file beside it, a path of the site or a full URL.", ["cover.png"], _PLAIN),
    "toc": ("Whether to show the outline. Left out: when there are three headings or more.", [True, False], _TRUTH),
    "extra": ("Anything of your own, for your own templates: `page.extra`.", [{"talk": "https://example.org/talk"}], _MAPPING),
}  # fmt: skip


def site_schema() -> Schema:
    """Return the schema of site.yaml. Each key has a description and examples; unknown keys are refused."""
    _, defined = msgspec.json.schema_components([Config], ref_template="#/$defs/{name}")
    properties: Schema = {}
    for name, own in defined["Config"]["properties"].items():
        description, examples, written = _SETTINGS[name]
        if name in _PARTS:
            written = _options(defined[_definition(own)], _PARTS[name], truth=name == "feeds")
        shape = written if written is not None else {key: own[key] for key in ("type",)} | {"minimum": 1}
        default = {} if own.get("default") in (None, {}, "") else {"default": own["default"]}
        properties[name] = {"description": description, **shape, **default, "examples": examples}
    return {
        "$schema": _DIALECT,
        "title": "site.yaml",
        "description": "The settings of a Proofpress site.",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def front_matter_schema(taxonomies: Sequence[str]) -> Schema:
    """Return the schema of front matter on a site with these taxonomies."""
    properties: Schema = {
        name: {"description": description, **shape, "examples": examples}
        for name, (description, examples, shape) in _FRONT_MATTER.items()
    }
    for name in taxonomies:
        examples = ["Compilers from scratch"] if name == "series" else [["gpu", "python"], "gpu, python"]
        properties[name] = {
            "description": f"The {name} of this page: a list of words, or one.",
            **_WORDS,
            "examples": examples,
        }
    table = dict.fromkeys(taxonomies, _WORDS)
    properties["taxonomies"] = {
        "description": "The same as the keys above, in a table of their own (as Zola has it).",
        "type": "object",
        "properties": table,
        "additionalProperties": False,
        "examples": [{name: ["gpu"] for name in list(taxonomies)[:1]}],
    }
    return {
        "$schema": _DIALECT,
        "title": "Front matter",
        "description": "What a page of a Proofpress site says of itself.",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def _definition(field: Schema) -> str:
    """Return the name of the definition that a field refers to."""
    reference: str = field["$ref"] if "$ref" in field else field["allOf"][0]["$ref"]
    return reference.rpartition("/")[2]


def _options(definition: Schema, descriptions: dict[str, str], *, truth: bool) -> Schema:
    """Return the schema of a mapping of options; with `truth`, true or false may stand for the whole."""
    properties: Schema = {}
    for name, own in definition["properties"].items():
        shape: Schema
        match own:
            case {"enum": choices}:
                shape = {"enum": choices}
            case {"type": "boolean"}:
                shape = _TRUTH
            case {"type": "integer"}:
                shape = {"type": "integer", "minimum": 1}
            case _:
                shape = _TEXT
        properties[name] = {
            "description": descriptions[name],
            **shape,
            "default": own["default"],
            "examples": [own["default"]],
        }
    mapping: Schema = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
    return {"anyOf": [mapping, _TRUTH]} if truth else mapping
