"""The table of settings: each with how it is read, what it is for and examples.

`read_config`, the JSON Schema and the tables of docs/settings.md are made from it. A field of `values` is each one's
default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import msgspec

from proofpress.config.fields import FIELDS
from proofpress.config.folders import DEFAULTS, SECTIONS
from proofpress.config.languages import LANGUAGES
from proofpress.config.policy import POLICY
from proofpress.config.readers import (
    AUTHORS,
    FREE,
    JSON,
    MACROS,
    MENU,
    NAME,
    TRUTH,
    WORDING,
    XML,
    cache,
    checked,
    choice,
    choices,
    feed,
    feeds,
    images,
    judgements,
    number,
    numbers,
    parts,
    words,
)
from proofpress.config.setting import Setting
from proofpress.config.values import HighlightOptions, Hosting, Links, MarkdownOptions, Repository, Updated
from proofpress.content import settings as accepts
from proofpress.problems import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable


def _feeds() -> tuple[Setting, ...]:
    return (
        Setting(
            name="atom",
            reader=feed("/feed.xml", XML),
            description="Where the Atom feed is, from the site's root; `true` for `/feed.xml`, `false` for none.",
        ),
        Setting(
            name="rss",
            reader=feed("/rss.xml", XML),
            description="Where the RSS feed is, likewise; `true` for `/rss.xml`.",
            otherwise="none",
        ),
        Setting(
            name="json",
            reader=feed("/feed.json", JSON),
            description="Where the JSON Feed is, likewise; `true` for `/feed.json`.",
        ),
        Setting(
            name="entries",
            reader=number(least=1, most=100_000),
            description="How many posts a feed carries, the newest ones.",
        ),
    )


def _markdown() -> tuple[Setting, ...]:
    return (
        Setting(
            name="html",
            reader=choice("allow", "escape", "sanitize"),
            description="What becomes of raw HTML in posts: `allow`; `escape`, and tags are shown as text; or `sanitize`, and what is harmless passes (install `proofpress[sanitize]`).",
        ),
        Setting(name="tables", reader=TRUTH, description="GitHub's tables."),
        Setting(name="strikethrough", reader=TRUTH, description="Text between two tildes is struck through."),
        Setting(name="task_lists", reader=TRUTH, description="List items that begin with `[ ]` or `[x]`."),
        Setting(name="autolinks", reader=TRUTH, description="A bare URL is a link."),
        Setting(
            name="alerts",
            reader=TRUTH,
            description="Quotes that begin with `[!NOTE]`, `[!TIP]`, `[!IMPORTANT]`, `[!WARNING]` or `[!CAUTION]`.",
        ),
        Setting(name="containers", reader=TRUTH, description="What stands between `:::name Title` and `:::`."),
        Setting(name="footnotes", reader=TRUTH, description="Footnotes, `[^1]`."),
        Setting(name="definition_lists", reader=TRUTH, description="Terms, and definitions after a colon."),
        Setting(
            name="attributes",
            reader=TRUTH,
            description="Ids, classes and sizes in braces, `{#id .class width=50%}`, behind a piece or on a line below a block.",
        ),
        Setting(name="anchors", reader=TRUTH, description="A link to itself on every heading."),
        Setting(name="math", reader=TRUTH, description="Mathematics between dollar signs."),
        Setting(
            name="diagrams",
            reader=TRUTH,
            description="Fences of `mermaid` and `dot` are drawn (install `proofpress[diagrams]`), and those of `d2` (`proofpress[d2]`).",
        ),
        Setting(
            name="figures",
            reader=TRUTH,
            description="An image alone in its paragraph is a figure, its title the caption.",
        ),
        Setting(name="smart_quotes", reader=TRUTH, description="Straight quotes become those of the site's language."),
        Setting(
            name="dashes", reader=TRUTH, description="`--`, `---` and `...` become dashes and an ellipsis in prose."
        ),
        Setting(
            name="cjk",
            reader=TRUTH,
            description="Emphasis and URLs end beside Chinese, Japanese and Korean as these are written, without blanks.",
        ),
        Setting(
            name="macros",
            reader=MACROS,
            description=r"Commands of your own for formulas, such as `\R: '\mathbb{R}'`, with `#1` to `#9` for what follows.",
            examples=({r"\R": r"\mathbb{R}"},),
        ),
    )


def _highlight() -> tuple[Setting, ...]:
    return (
        Setting(name="light", reader=NAME, description="The Pygments style for light pages."),
        Setting(name="dark", reader=NAME, description="The Pygments style for dark pages."),
        Setting(
            name="line_numbers",
            reader=TRUTH,
            description="Number the lines of every listing that does not say otherwise.",
        ),
    )


def _repository() -> tuple[Setting, ...]:
    return (
        Setting(
            name="url",
            reader=checked(accepts.base_url),
            description="The repository's address, where a browser shows it.",
            otherwise="none",
        ),
        Setting(name="branch", reader=NAME, description="The branch that is published."),
        Setting(name="path", reader=NAME, description="The site's folder within the repository.", otherwise="its root"),
    )


def _links() -> tuple[Setting, ...]:
    return (
        Setting(
            name="ignore",
            reader=words(accepts.address_pattern),
            description="Patterns of addresses that are not asked; `*` stands for anything.",
            examples=(["https://intranet.me.example/*", "*/login*"],),
        ),
        Setting(name="timeout", reader=number(least=1, most=120), description="Seconds that a host has to answer."),
    )


def _images() -> tuple[Setting, ...]:
    return (
        Setting(
            name="formats",
            reader=choices("webp", "avif"),
            description="`webp`, `avif` or both, those first that browsers are to prefer. AVIF is lighter and takes ten times as long to make.",
            examples=(["webp"], ["avif", "webp"]),
            otherwise="`[webp]`, where `images` is set",
        ),
        Setting(
            name="widths",
            reader=numbers(least=16, most=4096, longest=12),
            description="In which widths, in pixels. No picture is made larger than it is.",
        ),
        Setting(
            name="quality",
            reader=number(least=1, most=100),
            description="How much of a photograph is kept, by WebP's scale.",
        ),
    )


def _cache() -> tuple[Setting, ...]:
    return (
        Setting(
            name="url",
            reader=NAME,
            description="A folder, as seen from the site's, or an address such as `s3://bucket/folder` (install `proofpress[cache]` and what it asks for, such as `s3fs`).",
            otherwise="none",
            examples=("/srv/proofpress", "s3://builds/proofpress"),
        ),
        Setting(name="write", reader=TRUTH, description="Leave there what is made; `false` only reads."),
    )


def _rules(others: Iterable[str] = ()) -> tuple[Setting, ...]:
    from proofpress.rules.registry import registry, weighable  # noqa: PLC0415 - most settings weigh no rule

    weights = choice(*get_args(Judgement))
    return tuple(
        Setting(name=rule, reader=weights, description=f"`proofpress explain {rule}` tells of it.")
        for rule in (*weighable(registry()), *others)
    )


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting(
        name="title",
        reader=WORDING,
        description="The name of the site, in the header of every page and in feeds.",
        examples=("Notes on compilers",),
    ),
    Setting(
        name="url",
        reader=checked(accepts.base_url),
        description="The full address of the site's root, which feeds, the sitemap and canonical links need. A sub-path is fine.",
        examples=("https://me.example/", "https://me.example/blog/"),
        otherwise="`http://localhost:8000/`, with a warning",
    ),
    Setting(
        name="description",
        reader=WORDING,
        description="One sentence about the site, for search engines and feeds.",
        examples=("What I learn about compilers",),
    ),
    Setting(
        name="language",
        reader=checked(accepts.language),
        description="The language of the site, as a BCP 47 tag. What pages say by themselves, dates, plurals, quotation marks and the way that a page runs follow it.",
        examples=("en", "de", "pt-BR"),
    ),
    Setting(
        name="languages",
        reader=LANGUAGES,
        description="The languages that the site is in. Each but `language` has a home page, lists, an archive, pages of terms and feeds of its own below its tag, `/de/`. Where `language` is left out, the first of a list is the site's.",
        examples=(["en", "de"], {"de": {"title": "Notizen", "description": "Was ich lerne"}}),
    ),
    Setting(
        name="timezone",
        reader=checked(accepts.zone_name),
        description="The time zone of dates that name none, from the IANA database.",
        examples=("UTC", "Europe/Berlin"),
    ),
    Setting(
        name="authors",
        reader=AUTHORS,
        description="Who writes: names, or mappings with `name`, `url` and `email`. A post that names one of them has the rest.",
        examples=([{"name": "Ada", "url": "https://ada.example/"}], "Ada"),
    ),
    Setting(
        name="posts",
        reader=words(accepts.pattern),
        description="Which files below `content/` are posts, as globs (`*` within a folder, `**` across folders). The others are pages.",
        examples=(["posts/**"], ["posts/**", "notes/*.md"]),
    ),
    Setting(
        name="permalink",
        reader=checked(accepts.permalink),
        description="The URL of posts, made of `{year}`, `{month}`, `{day}`, `{slug}`, `{name}` (the file's, as it is written) and `{folder}` (whole; `{folder[0]}` its first part, `{folder[-1]}` its last, `{folder[1:]}` all but the first).",
        examples=("/{year}/{month}/{slug}/", "/blog/{slug}.html"),
        otherwise="folder and slug",
    ),
    Setting(
        name="taxonomies",
        reader=words(accepts.taxonomy),
        description="The ways in which posts are grouped. Each is a key of front matter, with a list, a page and feeds for each term.",
        examples=(["tags", "series"], ["tags", "topics"]),
    ),
    Setting(
        name="paginate",
        reader=number(least=1, most=100_000),
        description="How many posts a page of a list holds.",
        examples=(10, 25),
    ),
    Setting(
        name="menu",
        reader=MENU,
        description="The entries of the menu, in order: a `title` and a `url`, which is a file below `content/`, a path of the site or a full URL.",
        examples=([{"title": "About", "url": "about.md"}], {"About": "about.md"}),
    ),
    Setting(
        name="feeds",
        reader=feeds(_feeds),
        description="Which feeds are written, where they are, and how many posts each carries. `false` for none.",
        examples=({"atom": True, "json": False, "entries": 20}, {"rss": "/index.xml"}, False),
        otherwise="Atom at `/feed.xml`, JSON Feed at `/feed.json`, 20 posts each",
        parts=_feeds,
    ),
    Setting(
        name="markdown",
        reader=parts(MarkdownOptions, _markdown),
        description="Which parts of the Markdown dialect are on.",
        examples=({"html": "escape", "smart_quotes": False},),
        otherwise="all on, `html: allow`",
        parts=_markdown,
    ),
    Setting(
        name="highlight",
        reader=parts(HighlightOptions, _highlight),
        description="How listings look: two [Pygments styles](https://pygments.org/styles/), every colour of which is moved to a contrast of 4.5:1 where it falls short, and line numbers.",
        examples=({"light": "default", "dark": "github-dark"},),
        parts=_highlight,
    ),
    Setting(
        name="theme",
        reader=FREE,
        description="Options for the theme's templates, as `site.theme`. The shipped theme has `accent`, `width`, `fonts`, `footer`, `social` and `stylesheets`; docs/templates.md tells of them.",
        examples=({"footer": "Set in Vollkorn."},),
    ),
    Setting(
        name="extra",
        reader=FREE,
        description="Anything of your own, for your own templates: `site.extra`.",
        examples=({"analytics": False},),
    ),
    Setting(
        name="fields",
        reader=FIELDS,
        description="What the keys below `extra:` in front matter take: `takes` (`text`, `number`, `truth`, `list` or `mapping`), `one_of` a list of values, and `required` where each post needs one.",
        examples=({"level": {"one_of": ["easy", "hard"], "required": True}, "minutes": {"takes": "number"}},),
    ),
    Setting(
        name="output",
        reader=checked(accepts.output, rule="unsafe-output"),
        description="The folder to publish into, below the site's folder.",
        examples=("public", "_site"),
    ),
    Setting(
        name="hosting",
        reader=choice(*get_args(Hosting)),
        description="Where the site will be served: `github`, `netlify`, `cloudflare`, `nginx` or `caddy`. Redirects, cache times and what pages may load are then written in that host's words beside the pages.",
        examples=("github", "netlify", "cloudflare", "nginx", "caddy"),
    ),
    Setting(
        name="policy",
        reader=POLICY,
        description="Where pages may load from beside the site itself, by the directives of a Content-Security-Policy: what the scripts and forms of your own templates need. The policy that `hosting` writes has it.",
        examples=({"script-src": "https://giscus.app", "frame-src": ["https://giscus.app"]},),
    ),
    Setting(
        name="rules",
        reader=judgements(_rules),
        description="How much each problem weighs: `error`, `warning` or `off`. `proofpress explain` lists the rules. Below a pattern of files in `content/` it holds in these; a later pattern counts before an earlier one.",
        examples=({"no-date": "off", "broken-anchor": "error", "archive/**": {"vague-link": "off"}},),
        parts=_rules,
    ),
    Setting(
        name="defaults",
        reader=DEFAULTS,
        description="Front matter for whole folders, by patterns of files below `content/`. What a file says itself counts before it.",
        examples=({"notes/**": {"template": "note.html", "tags": ["note"]}},),
    ),
    Setting(
        name="sections",
        reader=SECTIONS,
        description="What folders below `content/` have of their own: the title, order and length of their lists, a feed, a place on the home page.",
        examples=({"notes": {"title": "Notes", "order": "title", "paginate": 50, "feed": True, "home": False}},),
    ),
    Setting(
        name="ignore",
        reader=words(accepts.ignored),
        description="Patterns of files that are left out, beside what editors leave behind; after a `!`, of files that are not.",
        examples=(["*.psd", "!notes.bak"],),
    ),
    Setting(
        name="repository",
        reader=parts(Repository, _repository),
        description="Where the sources of the site are kept: each page then leads to where it is edited, on GitHub, GitLab, Forgejo or Gitea.",
        examples=({"url": "https://github.com/me/site", "branch": "main"},),
        otherwise="no such link",
        parts=_repository,
    ),
    Setting(
        name="sources",
        reader=words(accepts.source_folder),
        description="Folders outside the site's, as seen from it, whose files posts may include: see docs/code.md.",
        otherwise="none",
        examples=(["../src"],),
    ),
    Setting(
        name="updated",
        reader=choice(*get_args(Updated)),
        description="With `git`, a page that does not say when it was changed has the time of its last commit as `updated`, where that is of a later day than its date.",
        examples=("git",),
    ),
    Setting(
        name="links",
        reader=parts(Links, _links),
        description="How `proofpress check --external` asks for the addresses of other sites.",
        examples=({"ignore": ["https://intranet.me.example/*"], "timeout": 20},),
        parts=_links,
    ),
    Setting(
        name="images",
        reader=images(_images),
        description="Offer browsers the pictures that posts show as WebP, or AVIF, in the widths that a page needs (install `proofpress[images]`). `true` for WebP.",
        examples=(True, {"formats": ["avif", "webp"], "quality": 75}),
        otherwise="`false`",
        parts=_images,
    ),
    Setting(
        name="cache",
        reader=cache(_cache),
        description="A folder, or an address such as `s3://bucket/folder`, where builds on several machines find what others made of a post: see docs/scale.md.",
        otherwise="none",
        examples=("/srv/proofpress", {"url": "s3://builds/proofpress", "write": False}),
        parts=_cache,
    ),
    Setting(
        name="twins",
        reader=TRUTH,
        description="Publish the Markdown of each post beside its page, and `/llms.txt`, which lists them.",
        examples=(True,),
    ),
    Setting(
        name="search",
        reader=TRUTH,
        description="A search of all pages, in the header and with `/` or Ctrl-K (install `proofpress[search]`).",
        examples=(True,),
    ),
    Setting(
        name="cards",
        reader=TRUTH,
        description="Draw a picture for each page, of its title, by which it is shown where it is linked to elsewhere (install `proofpress[cards]`).",
        examples=(True,),
    ),
    Setting(
        name="card_fonts",
        reader=words(accepts.font_file),
        description="Fonts of your own for cards, TrueType or OpenType files below `data/` or `static/`; letters that they lack come from the theme's own.",
        examples=(["data/NotoSansJP.ttf"],),
    ),
)
"""Every setting, in the order in which they are told of."""

ELSEWHERE: Final = {
    "baseURL": "url", "base_url": "url", "baseurl": "url", "site_url": "url", "siteurl": "url",
    "name": "title", "site_name": "title", "sitename": "title",
    "lang": "language", "languageCode": "language", "default_language": "language",
    "author": "authors", "paginate_by": "paginate", "permalinks": "permalink", "nav": "menu",
    "publishDir": "output", "output_dir": "output", "destination": "output", "params": "extra",
}  # fmt: skip
"""What other generators call a setting."""


def settings_with(rules: Iterable[str]) -> tuple[Setting, ...]:
    """Return the table where there are rules of others, which `rules:` may weigh too."""
    others = tuple(rules)

    def weights() -> tuple[Setting, ...]:
        return _rules(others)

    return tuple(
        msgspec.structs.replace(setting, reader=judgements(weights), parts=weights)
        if setting.name == "rules"
        else setting
        for setting in SETTINGS
    )
