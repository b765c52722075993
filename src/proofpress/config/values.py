"""What the settings are read into: a Config, and the values of those settings that have parts. All have defaults."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote, urlsplit

import msgspec

from proofpress.content.defaults import Default
from proofpress.model import Author, Place
from proofpress.problems import Judgement


class MenuItem(msgspec.Struct, frozen=True):
    """An entry of the site's menu. `url` is a file below content/, a site path or a full URL."""

    title: str
    url: str
    place: Place = Place(0, 1)
    """Where the url stands in site.yaml."""


Updated = Literal["none", "git"]
Hosting = Literal["none", "github", "netlify", "cloudflare", "nginx", "caddy"]


class Feeds(msgspec.Struct, frozen=True):
    """Where the site's feeds stand, from its root, and how many posts each carries. An empty path is no feed."""

    atom: str = "/feed.xml"
    rss: str = ""
    json: str = "/feed.json"
    entries: int = 20


class MarkdownOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts of the dialect are on. All off, with `html: allow`, is CommonMark to the letter."""

    html: Literal["allow", "escape", "sanitize"] = "allow"
    tables: bool = True
    strikethrough: bool = True
    task_lists: bool = True
    autolinks: bool = True
    alerts: bool = True
    containers: bool = True
    footnotes: bool = True
    definition_lists: bool = True
    attributes: bool = True
    anchors: bool = True
    math: bool = True
    diagrams: bool = True
    figures: bool = True
    smart_quotes: bool = True
    dashes: bool = True
    cjk: bool = True
    macros: dict[str, str] = {}
    """Commands that every formula knows, by their names without the backslash."""


class HighlightOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How listings look: the names of two Pygments styles, and whether lines are numbered when a fence is silent."""

    light: str = "lovelace"
    dark: str = "lightbulb"
    line_numbers: bool = False


Order = Literal["newest", "oldest", "title", "path"]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder below content/ has of its own: its list, and where else what it holds is shown."""

    title: str = ""
    """What its list is called where no index.md says."""
    order: Order = "newest"
    paginate: int | None = None
    feed: bool = False
    home: bool | None = None
    """Whether the home page and the site's feed show what it holds; None for its posts alone."""
    place: Place = Place(0, 1)
    """Where it stands in site.yaml."""


Takes = Literal["text", "number", "truth", "list", "mapping"]
"""Of which kind a value is."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What a key below `extra:` in front matter takes."""

    takes: Takes | None = None
    """None for any."""
    one_of: tuple[str, ...] = ()
    """The values that it takes, as text; none for any."""
    required: bool = False


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """Where the site's sources are kept, so that pages lead there to be edited."""

    url: str = ""
    """Ends with a slash; empty for nowhere."""
    branch: str = "main"
    path: str = ""
    """The site's folder within it."""

    @property
    def forge(self) -> Literal["github", "gitlab", "forgejo"]:
        """Which program shows it, by its address; Gitea is as Forgejo is."""
        host = urlsplit(self.url).hostname or ""
        return "github" if host == "github.com" else "gitlab" if "gitlab" in host else "forgejo"

    def file_url(self, path: str, lines: tuple[int, int] | None = None) -> str:
        """Return where a file of the repository is seen as it is on the branch, at its lines."""
        word = {"github": "blob", "gitlab": "-/blob", "forgejo": "src/branch"}[self.forge]
        address = self.url + quote(f"{word}/{self.branch}/{path}")
        if lines is None:
            return address
        first, last = lines
        more = "" if first == last else f"-{last}" if self.forge == "gitlab" else f"-L{last}"
        return f"{address}#L{first}{more}"


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """A language that the site is in beside its own, with a home page, lists and feeds below its tag."""

    tag: str
    title: str = ""
    """What the site is called in it; empty for as ever."""
    description: str = ""
    menu: tuple[MenuItem, ...] | None = None
    """The menu of its pages; None for the site's."""
    place: Place = Place(0, 1)
    """Where it stands in site.yaml."""


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """How `check --external` asks for the addresses of other sites."""

    ignore: tuple[str, ...] = ()
    """Patterns of addresses that are not asked; `*` stands for anything."""
    timeout: int = 10
    """Seconds that a host has to answer."""


class Images(msgspec.Struct, frozen=True, kw_only=True):
    """What local pictures are made into, for pages that show them."""

    formats: tuple[Literal["webp", "avif"], ...] = ()
    """Those that browsers are to prefer first; none for pictures as they are."""
    widths: tuple[int, ...] = (600, 840, 1200, 1680)
    """Pixels. The theme's text and what is wide in it, on screens with one pixel and with two for each of CSS."""
    quality: int = 80


class Cache(msgspec.Struct, frozen=True, kw_only=True):
    """A cache that builds on several machines share."""

    url: str = ""
    """A folder, as seen from the site's, or an address that fsspec knows; empty for none."""
    write: bool = True
    """Whether what is made goes there; else it is only read."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a site."""

    title: str = "Untitled site"
    url: str = "http://localhost:8000/"
    """Absolute, http or https, ends with a slash."""
    description: str = ""
    language: str = "en"
    languages: tuple[Language, ...] = ()
    """The others that it is in."""
    timezone: str = "UTC"
    authors: tuple[Author, ...] = ()
    posts: tuple[str, ...] = ("posts/**",)
    """Globs below content/."""
    permalink: str = ""
    """A pattern for posts' site paths with {year} {month} {day} {slug} {name} {folder}; empty: the folder and the slug."""
    taxonomies: tuple[str, ...] = ("tags", "series")
    paginate: int = 10
    menu: tuple[MenuItem, ...] = ()
    feeds: Feeds = Feeds()
    markdown: MarkdownOptions = MarkdownOptions()
    highlight: HighlightOptions = HighlightOptions()
    theme: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    fields: dict[str, Field] = {}
    """By the keys below `extra:` in front matter."""
    output: str = "public"
    hosting: Hosting = "none"
    """Whose words redirects and cache times are written in."""
    policy: dict[str, tuple[str, ...]] = {}
    """Where pages may load from beside the site itself, by directives of Content-Security-Policy."""
    rules: dict[str, Judgement | dict[str, Judgement]] = {}
    """What rules weigh, by their names; and by globs below content/, what they weigh in these files."""
    defaults: tuple[Default, ...] = ()
    """Front matter for whole folders."""
    sections: dict[str, Section] = {}
    """By folder below content/."""
    ignore: tuple[str, ...] = ()
    """Patterns of files that are left out; after a `!`, of files that are not."""
    repository: Repository = Repository()
    sources: tuple[str, ...] = ()
    """Folders outside the site's whose files posts may include, as seen from it."""
    updated: Updated = "none"
    """Who tells when a document was changed that does not say so."""
    links: Links = Links()
    images: Images = Images()
    cache: Cache = Cache()
    twins: bool = False
    """Whether each post's Markdown is published beside its page."""
    search: bool = False
    """Whether readers can search the site."""
    cards: bool = False
    """Whether a picture is drawn for each page, by which it is shown elsewhere."""
    card_fonts: tuple[str, ...] = ()
    """Files of the site, fonts of cards before those that are shipped."""
