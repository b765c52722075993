"""The law over the settings: whichever of them changes, nothing that it decides is left as it was."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from law_site import LawSite, copied, each_fourth, png, shown
from PIL import Image

from proofpress.config import SECTION as SECTION_PARTS
from proofpress.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TEXT: Final = """\
She said "it is 'so'", <b>loudly</b>, ~~twice~~, at www.example.org.[^a]

## A heading

- [ ] to do

> [!NOTE]
> An alert.

:::tip Of one's own
A container -- with a dash.
:::

**「注意」**here, **변수(variable)**는.

| a | b |
|---|---|
| 1 | 2 |

Term
: Definition

![A picture](picture.png)

![A photograph](photo.jpg)

A paragraph with $x^2$ in it, of $\\R$.
{: .named }

```python
print(1)
```

```dot
digraph { a -> b }
```

[^a]: A footnote.
"""
"""One of each thing that a setting of Markdown turns off."""


def photo(seed: int) -> bytes:
    """Return a photograph of nothing, heavy enough that something lighter can be made of it."""
    pixels = bytes((x * x * seed + x // 7 + 40) % 256 for x in range(96 * 64 * 3))
    written = io.BytesIO()
    Image.frombytes("RGB", (96, 64), pixels).save(written, "JPEG", quality=95)
    return written.getvalue()


FILES: Final[Mapping[str, str | bytes]] = {
    "templates/mood.html": '{% extends "page.html" %}{% block main %}<p>{{ site.extra.mood }}</p>{% endblock %}\n',
    "content/about.md": "# About\n\nA team.\n",
    "content/mood.md": "---\ntitle: Mood\ntemplate: mood.html\n---\n\nToday.\n",
    "content/posts/a.md": (
        "---\ntitle: Alpha\ndate: 2026-01-05 10:00\ntags: [GPU]\nseries: Deep\nauthors: [Ada]\naliases: [/old/]\n---\n\n"
        + TEXT
    ),
    "content/posts/a.de.md": "---\ntitle: Alpha auf Deutsch\ndate: 2026-01-05\ntags: [GPU]\n---\n\nText.\n",
    "content/posts/b.md": "---\ntitle: Beta\ndate: 2026-01-04\n---\n\nText of beta, and [alpha](a.md).\n",
    "content/posts/c.md": "---\ntitle: Gamma\n---\n\nText of gamma, without a date.\n",
    "content/posts/picture.png": png(4, 3),
    "content/posts/photo.jpg": photo(3),
    "content/notes/n.md": "---\ntitle: Nu\ndate: 2026-01-03\n---\n\nA note.\n",
    "content/notes/o.md": "---\ntitle: Omicron\ndate: 2026-01-02\n---\n\nA short note.\n",
    "content/notes/more/p.md": "---\ntitle: Another\ndate: 2026-01-01\n---\n\nA long note.\n",
}

VALUES: Final[dict[str, tuple[Any, Any]]] = {
    "title": ("Law", "Order"),
    "url": ("https://me.example/blog/", "https://you.example/"),
    "description": ("One of each.", "All sorts."),
    "language": ("en", "de"),
    "languages": ([], ["en", "de"]),
    "timezone": ("UTC", "Pacific/Auckland"),
    "authors": (
        [{"name": "Ada", "url": "https://ada.example/"}],
        [{"name": "Ada", "url": "https://ada.example/of/another/house"}],
    ),
    "posts": (["posts/**"], ["posts/**", "notes/**"]),
    "permalink": ("", "/{year}/{slug}/"),
    "taxonomies": (["tags", "series"], ["tags"]),
    "paginate": (10, 1),
    "menu": ([{"title": "About", "url": "about.md"}], [{"title": "Mood", "url": "mood.md"}]),
    "feeds.atom": (True, False),
    "feeds.rss": (False, "/index.xml"),
    "feeds.json": (True, False),
    "feeds.entries": (20, 1),
    "markdown.html": ("allow", "escape"),
    "markdown.tables": (True, False),
    "markdown.strikethrough": (True, False),
    "markdown.task_lists": (True, False),
    "markdown.autolinks": (True, False),
    "markdown.alerts": (True, False),
    "markdown.containers": (True, False),
    "markdown.footnotes": (True, False),
    "markdown.definition_lists": (True, False),
    "markdown.attributes": (True, False),
    "markdown.anchors": (True, False),
    "markdown.math": (True, False),
    "markdown.diagrams": (True, False),
    "markdown.figures": (True, False),
    "markdown.smart_quotes": (True, False),
    "markdown.dashes": (True, False),
    "markdown.cjk": (True, False),
    "markdown.macros": ({"R": "\\mathbb{R}"}, {"\\R": "\\mathbf{R}"}),
    "highlight.light": ("lovelace", "tango"),
    "highlight.dark": ("lightbulb", "monokai"),
    "highlight.line_numbers": (False, True),
    "theme": ({"footer": "Set by hand."}, {"footer": "Set by machine."}),
    "extra": ({"mood": "good"}, {"mood": "bad"}),
    "fields": ({}, {"mood": {"required": True}}),
    "output": ("public", "printed"),
    "hosting": ("netlify", "none"),
    "policy": ({}, {"connect-src": ["https://stats.example"]}),
    "rules": ({"no-date": "warning"}, {"no-date": "warning", "posts/**": {"no-date": "off"}}),
    "ignore": ([], ["picture.png"]),
    "defaults": ({"posts/**": {"toc": False}}, {"posts/**": {"toc": True, "tags": ["given"], "image": "picture.png"}}),
    "sections": ({"notes": {"order": "oldest"}}, {"notes": {"order": "newest", "feed": True}}),
    "repository.url": ("https://github.com/me/site/", "https://gitlab.com/me/site/"),
    "repository.branch": ("main", "trunk"),
    "repository.path": ("", "docs"),
    "updated": ("none", "git"),
    "images.formats": (["webp"], []),
    "images.widths": ([16, 48], [32]),
    "images.quality": (80, 40),
    "twins": (False, True),
    "search": (False, True),
    "cards": (False, True),
    "card_fonts": ([], ["data/no.ttf"]),
}
"""Every setting that a site depends on, with two values that do not give the same one."""

ONLY_ASKED: Final = ("cache.url", "cache.write", "links.ignore", "links.timeout", "sources")
"""Those that only say how `check --external` asks the web, where else a build finds what was made before, and what may be read.

Without what it may read a site is not published: `test_law_includes.py`.
"""


SECTION: Final[dict[str, tuple[Any, Any]]] = {
    "title": ("Notes", "Jottings"),
    "order": ("newest", "title"),
    "paginate": (10, 1),
    "feed": (False, True),
    "home": (False, True),
}
"""Every part of a section, likewise."""


def names(of: type[msgspec.Struct], above: str = "") -> Iterator[str]:
    """Give the names of all settings; of those with parts, the parts."""
    for field in msgspec.structs.fields(of):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from names(field.type, f"{field.name}.")
        else:
            yield above + field.name


NEEDED: Final = {"card_fonts": "cards"}
"""Settings that have an effect only beside another's second value."""


def settings(changed: str = "", needed: str = "") -> str:
    """Return a site.yaml that says the first value of each setting, and of one the second; and of what that one needs."""
    root: dict[str, Any] = {}
    for name, values in VALUES.items():
        room, _, key = name.rpartition(".")
        (root.setdefault(room, {}) if room else root)[key] = values[name in {changed, needed}]
    return json.dumps(root, indent=2)  # every JSON is YAML


@pytest.fixture(scope="module")
def set_once(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """The site with the first value of each setting, published. To be copied only."""
    site = LawSite(tmp_path_factory.mktemp("settings") / "site").write({**FILES, "site.yaml": settings()})
    assert site.check().published is not None
    return site


def test_every_setting_stands_in_the_table() -> None:
    assert sorted(names(Config)) == sorted([*VALUES, *ONLY_ASKED])
    assert sorted(part.name for part in SECTION_PARTS) == sorted(SECTION)


@pytest.mark.parametrize("part", SECTION)
def test_a_section_that_changes_and_changes_back_leaves_what_a_clean_build_gives(
    set_once: LawSite, part: str, tmp_path: Path
) -> None:
    def with_section(changed: str) -> str:
        section = {name: values[name == changed] for name, values in SECTION.items()}
        return json.dumps(json.loads(settings()) | {"sections": {"notes": section}})

    site = copied(set_once, tmp_path / "site").write({"site.yaml": with_section("")})
    site.check()
    before = site.clean()
    site.write({"site.yaml": with_section(part)})
    site.check()
    assert site.clean().outputs != before.outputs, "the second value gives the same site as the first"
    site.write({"site.yaml": with_section("")})
    site.check()
    assert site.public() == {str(path): data for path, data in before.outputs.items()}


def test_a_text_whose_twin_is_published_changes_and_changes_back(set_once: LawSite, tmp_path: Path) -> None:
    site = copied(set_once, tmp_path / "site").write({"site.yaml": settings("twins")})
    site.check()
    before = site.public()
    assert b"A paragraph" in before["posts/a/index.md"]
    site.swap("content/posts/a.md", "A paragraph", "One paragraph")
    site.check()
    assert b"One paragraph" in site.public()["posts/a/index.md"]
    site.swap("content/posts/a.md", "One paragraph", "A paragraph")
    site.check()
    assert site.public() == before


def test_a_picture_that_changes_and_changes_back_leaves_what_a_clean_build_gives(
    set_once: LawSite, tmp_path: Path
) -> None:
    site = copied(set_once, tmp_path / "site")
    before = site.public()
    assert [path for path in before if path.endswith("-48.webp")]
    site.write({"content/posts/photo.jpg": photo(5)})
    site.check()
    assert site.public().keys() != before.keys()
    site.write({"content/posts/photo.jpg": photo(3)})
    site.check()
    assert site.public() == before


@pytest.mark.parametrize("setting", each_fourth(VALUES))
def test_a_setting_that_changes_and_changes_back_leaves_what_a_clean_build_gives(
    set_once: LawSite, setting: str, tmp_path: Path
) -> None:
    needed = NEEDED.get(setting, "")
    site = copied(set_once, tmp_path / "site").write({"site.yaml": settings("", needed)})
    before = site.clean()
    site.write({"site.yaml": settings(setting, needed)})
    outcome = site.check()
    assert outcome.published is not None
    after = site.clean()
    assert (before.outputs, shown(before.problems), "public") != (
        after.outputs,
        shown(after.problems),
        outcome.output.name,
    ), "the second value gives the same site as the first, so the test would show nothing"
    site.write({"site.yaml": settings("", needed)})
    site.check()
    assert site.public() == {str(path): data for path, data in before.outputs.items()}
