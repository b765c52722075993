"""Keys of front matter: ours, and those of other generators with what says the same here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress.content import shapes

if TYPE_CHECKING:
    from collections.abc import Mapping


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key of front matter: what it is for, and what an editor is told that it takes."""

    name: str
    description: str
    """In sentences with Markdown's backticks: for editors and for docs/settings.md."""
    examples: tuple[Any, ...]
    """As JSON."""
    shape: shapes.Shape
    """JSON Schema."""
    otherwise: str = ""
    """What holds where it is left out, in Markdown."""


TABLE: Final = (
    Key(
        name="title",
        description="The title, plain text.",
        examples=("How a linker works",),
        shape=shapes.TEXT,
        otherwise="the first level-1 heading, which then leaves the text",
    ),
    Key(
        name="date",
        description="When the post appears: a day, or a day and a time, in the site's time zone unless it names an offset.",
        examples=("2024-01-05", "2024-01-05 09:30", "2024-01-05T09:30:00+02:00"),
        shape=shapes.DATE,
        otherwise="the date that the file's name begins with",
    ),
    Key(
        name="updated",
        description="When the text was last changed in a way that readers should know of.",
        examples=("2024-03-01",),
        shape=shapes.DATE,
    ),
    Key(
        name="description",
        description="One or two sentences for lists, feeds and search engines.",
        examples=("What the linker does between two object files.",),
        shape=shapes.TEXT,
        otherwise="the summary: what stands before `<!-- more -->`, else the first paragraph",
    ),
    Key(
        name="authors",
        description="Who wrote it: a name, a mapping with `name`, `url` and `email`, or a list of these.",
        examples=("Ada", ["Ada", {"name": "Bob", "url": "https://bob.example/"}]),
        shape=shapes.AUTHORS,
        otherwise="the site's",
    ),
    Key(
        name="draft",
        description="`true` keeps the page out of the published site, unless it is built with `--drafts`.",
        examples=(True,),
        shape=shapes.TRUTH,
        otherwise="`false`",
    ),
    Key(
        name="listed",
        description="`false` keeps the page out of lists, feeds, the sitemap and what is related; it is at its URL.",
        examples=(False,),
        shape=shapes.TRUTH,
        otherwise="`true`",
    ),
    Key(
        name="slug",
        description="The last part of the page's URL; with a slash in front the whole path.",
        examples=("how-a-linker-works",),
        shape=shapes.TEXT,
        otherwise="the file's name",
    ),
    Key(
        name="url",
        description="The page's whole path, from the site's root.",
        examples=("/2024/linkers/",),
        shape=shapes.PLAIN,
        otherwise="folder and slug",
    ),
    Key(
        name="id",
        description="The id of its entry in feeds, so that readers know the post again when its address changes.",
        examples=("tag:me.example,2026:linkers", "https://me.example/old-address/"),
        shape=shapes.PLAIN,
        otherwise="its address",
    ),
    Key(
        name="python",
        description="The version of Python that its listings are for: `check` tells of what came later.",
        examples=("3.10",),
        shape=shapes.TEXT,
    ),
    Key(
        name="aliases",
        description="Other paths of this site that lead here, such as those it had before.",
        examples=(["/2023/old-name/", "/old-name.html"],),
        shape=shapes.WORDS,
    ),
    Key(
        name="template",
        description="Another template than the usual one, by its name below `templates/`.",
        examples=("talk.html",),
        shape=shapes.PLAIN,
        otherwise="`post.html` or `page.html`",
    ),
    Key(
        name="image",
        description="The image that stands for the page where it is shared: a file beside it, a path of the site or a full URL.",
        examples=("cover.png",),
        shape=shapes.PLAIN,
        otherwise="the first image of the text",
    ),
    Key(
        name="toc",
        description="Whether to show the outline.",
        examples=(True, False),
        shape=shapes.TRUTH,
        otherwise="when there are three headings or more",
    ),
    Key(
        name="language",
        description="The language of the page, as a BCP 47 tag: of its words, dates and quotation marks, and of the page's `lang`.",
        examples=("de", "pt-BR"),
        shape=shapes.PLAIN,
        otherwise="the site's, or what the file's name ends with: `hello.de.md` beside `hello.md`",
    ),
    Key(
        name="translations",
        description="The files that say the same in other languages, relative to this one. Each has a `language` of its own.",
        examples=(["../de/hallo.md"],),
        shape=shapes.WORDS,
        otherwise="those that the files' names tell of: `hello.de.md` beside `hello.md`",
    ),
    Key(
        name="run",
        description="`true` has `proofpress run` run all its listings in Python, JavaScript and Bash, but for those that say `run=false`.",
        examples=(True,),
        shape=shapes.TRUTH,
        otherwise="those alone that say `run`",
    ),
    Key(
        name="requirements",
        description="What its listings need installed to run, as `pip` takes it.",
        examples=(["numpy", "matplotlib>=3.9"],),
        shape=shapes.WORDS,
    ),
    Key(
        name="reads",
        description="Files that its listings may read, relative to this one. Where one has changed since, what they gave is stale.",
        examples=(["data/times.csv"],),
        shape=shapes.WORDS,
    ),
    Key(
        name="vary",
        description="What its listings may print otherwise each time: `seconds`, `numbers`, `addresses`, `paths`, or a regular expression between slashes.",
        examples=(["seconds", "/id=[0-9a-f]+/"],),
        shape=shapes.WORDS,
    ),
    Key(
        name="extra",
        description="Anything of your own, for your own templates: `page.extra`.",
        examples=({"talk": "https://me.example/talk"},),
        shape=shapes.MAPPING,
    ),
)
"""The keys of front matter beside the site's taxonomies, in the order in which they are told of."""

KEYS: Final = tuple(key.name for key in TABLE)

_DESCRIPTION = "here that is 'description', or a line '<!-- more -->' in the text"
_UPDATED = "here that is 'updated'"
_IMAGE = "here that is 'image'"
_TAGS = "add it to 'taxonomies' in site.yaml, or use 'tags'"
_ORDER = "posts are listed by 'date'"
_EXTRA = "put what is your own under 'extra:'"

NOTEBOOK_KEYS: Final = frozenset({"jupyter", "jupytext", "kernelspec"})
"""What Jupytext and MyST keep in the front matter of a notebook that is written as Markdown."""

HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "path": "here that is 'url', from the site's root: url: /2024/my-post/",  # Zola
        "permalink": "here that is 'url', from the site's root: url: /2024/my-post/",  # Jekyll, Eleventy
        "redirect_from": "here that is 'aliases'",  # jekyll-redirect-from
        "redirects": "here that is 'aliases'",
        "alias": "here that is 'aliases'",  # Hexo
        "layout": "posts use post.html and pages page.html by themselves; for another use 'template: talk.html'",  # Jekyll
        "lastmod": _UPDATED,  # Hugo
        "last_modified_at": _UPDATED,  # jekyll-last-modified-at
        "last_modified": _UPDATED,
        "modified": _UPDATED,  # Pelican
        "last_update": _UPDATED,  # Docusaurus
        "updated_at": _UPDATED,
        "publishDate": "here that is 'date'; a post with a later date waits for it",  # Hugo
        "pubDate": "here that is 'date'",  # Astro's blog template
        "summary": _DESCRIPTION,  # Hugo, Pelican
        "excerpt": _DESCRIPTION,  # Jekyll, Hexo
        "desc": _DESCRIPTION,
        "subtitle": "put it under 'extra:' for your own templates, or use 'description'",  # al-folio
        "author": "here that is 'authors', a name or a list",  # Jekyll, Pelican
        "category": _TAGS,  # Jekyll, Pelican
        "categories": _TAGS,  # Jekyll, Hugo, Hexo
        "keywords": "here that is 'tags'",  # Docusaurus, Hugo
        "published": "here that is 'draft: true' for a post that is not to be seen; leave it out otherwise",  # Jekyll
        "hidden": "here that is 'listed: false' for a page that is at its URL and in no list; leave it out otherwise",  # Hexo
        "tag": "here that is 'tags', a word or a list",  # Hexo, Pelican
        "update": _UPDATED,
        "top": _ORDER,  # Hexo
        "doc": _EXTRA,
        "data": _EXTRA,
        "weight": _ORDER,  # Hugo, Zola
        "sidebar_position": _ORDER,  # Docusaurus
        "cover": _IMAGE,
        "thumbnail": _IMAGE,
        "hero_image": _IMAGE,
        "header-img": _IMAGE,
        "images": "here that is 'image', one",  # Hugo
        "math": "mathematics is always read; take the key out",  # al-folio, Hugo themes
        "mathjax": "mathematics is always read; take the key out",
        "katex": "mathematics is always read; take the key out",
        "type": "what a page is follows from 'posts' in site.yaml; for another template use 'template'",  # Hugo
        "hide_table_of_contents": "here that is 'toc: false'",  # Docusaurus
        "lang": "here that is 'language'",  # Hexo, Jekyll
        "languages": "here that is 'language', the one that the page is in; name its translations under 'translations'",
    }
)
