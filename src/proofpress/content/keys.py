"""Keys of front matter: ours, and those of other generators with what says the same here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS: Final = (
    "title", "date", "updated", "description", "authors", "draft", "listed", "slug", "url", "aliases", "template", "image", "toc", "extra",
)  # fmt: skip
"""The keys of front matter beside the site's taxonomies."""

_DESCRIPTION = "here that is 'description', or a line '<!-- more -->' in the text"
_UPDATED = "here that is 'updated'"
_IMAGE = "here that is 'image'"
_TAGS = "add it to 'taxonomies' in site.yaml, or use 'tags'"
_ORDER = "posts are listed by 'date'"

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
        "id": "here that is 'slug'",  # Docusaurus
        "lang": "the language is set for the whole site, in site.yaml",
    }
)
