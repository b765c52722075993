"""Sections and defaults: what the settings say of whole folders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from small_site import SmallSite, post

from proofpress.config import read_config
from proofpress.paths import OutputPath

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.builder.build import Built

BASE = "title: Small\nurl: https://me.example/\n"


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path).write(
        {
            "site.yaml": BASE,
            "content/posts/p.md": post("Pi", "2026-01-05"),
            "content/notes/b.md": post("Beta", "2026-01-01"),
            "content/notes/a.md": post("Alpha", "2026-01-02"),
            "content/notes/deep/c.md": "# Gamma\n\nWithout a date.\n",
        }
    )


def listed(built: Built, page: str) -> list[str]:
    """Return the titles that a list's page shows, in their order."""
    html = built.outputs[OutputPath(page)].decode("utf-8")
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.findall(r"<h2[^>]*>\s*<a[^>]*>([^<]+)</a>", main)


def with_settings(site: SmallSite, settings: str) -> Built:
    built = site.write({"site.yaml": BASE + settings}).build()
    assert not built.failed, built.problems
    return built


def test_a_folder_that_the_settings_do_not_name_is_as_ever(site: SmallSite) -> None:
    built = with_settings(site, "")
    assert OutputPath("notes/index.html") not in built.outputs
    assert listed(built, "index.html") == ["Pi"]


@pytest.mark.parametrize(
    ("order", "titles"),
    [
        ("newest", ["Alpha", "Beta", "Gamma"]),
        ("oldest", ["Beta", "Alpha", "Gamma"]),
        ("title", ["Alpha", "Beta", "Gamma"]),
        ("path", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_a_section_lists_all_that_its_folder_holds_in_its_order(site: SmallSite, order: str, titles: list[str]) -> None:
    built = with_settings(site, f"sections: {{notes: {{order: {order}}}}}\n")
    assert listed(built, "notes/index.html") == titles
    assert listed(built, "index.html") == ["Pi"]
    assert not [found for found in built.problems if found.rule == "no-date"], "a page needs none"


def test_a_section_has_its_own_title_and_size_of_pages(site: SmallSite) -> None:
    built = with_settings(site, "sections: {notes: {title: Jottings, paginate: 2}}\n")
    assert listed(built, "notes/index.html") == ["Alpha", "Beta"]
    assert listed(built, "notes/page/2/index.html") == ["Gamma"]
    assert b"<h1>Jottings</h1>" in built.outputs[OutputPath("notes/index.html")]


@pytest.mark.parametrize(("text", "title"), [("# My notes\n\nHi.\n", b"My notes"), ("Hi.\n", b"Jottings")])
def test_the_text_of_a_section_introduces_it_and_may_name_it(site: SmallSite, text: str, title: bytes) -> None:
    site.write({"content/notes/index.md": text})
    page = with_settings(site, "sections: {notes: {title: Jottings}}\n").outputs[OutputPath("notes/index.html")]
    assert b"<h1>" + title + b"</h1>" in page
    assert b"<p>Hi.</p>" in page


def test_a_section_with_a_feed_announces_it(site: SmallSite) -> None:
    built = with_settings(site, "sections: {notes: {feed: true, order: title, title: Jottings}}\n")
    feed = built.outputs[OutputPath("notes/feed.xml")].decode("utf-8")
    assert "<title>Jottings - Small</title>" in feed
    assert re.findall(r"<entry>\n<title>(\w+)<", feed) == ["Alpha", "Beta"], "newest first, those with a date"
    assert OutputPath("notes/feed.json") in built.outputs
    assert b'href="/notes/feed.xml"' in built.outputs[OutputPath("notes/index.html")]
    assert b"Alpha" not in built.outputs[OutputPath("feed.xml")]


@pytest.mark.parametrize(
    ("settings", "home"),
    [
        ("sections: {notes: {home: true}}\n", ["Pi", "Alpha", "Beta", "Gamma"]),
        ("posts: ['posts/**', 'notes/*']\nsections: {notes: {home: false}}\n", ["Pi"]),
        ("posts: ['posts/**', 'notes/*']\nsections: {notes: {}}\n", ["Pi", "Alpha", "Beta"]),
        ("sections: {notes: {home: true}, notes/deep: {home: false}}\n", ["Pi", "Alpha", "Beta"]),
        ("sections: {notes/deep: {home: true}, notes: {home: false}}\n", ["Pi", "Gamma"]),
    ],
)
def test_the_home_page_and_the_feed_show_what_the_settings_name(
    site: SmallSite, settings: str, home: list[str]
) -> None:
    built = with_settings(site, settings)
    assert listed(built, "index.html") == home
    dated = [title for title in home if title != "Gamma"]
    assert re.findall(r"<entry>\n<title>(\w+)<", built.outputs[OutputPath("feed.xml")].decode("utf-8")) == dated


def test_a_section_of_drafts_is_no_fault_and_one_of_nothing_is(site: SmallSite) -> None:
    site.write({"content/ideas/x.md": post("Idea", more="draft: true\n")})
    built = site.write({"site.yaml": BASE + "sections:\n  ideas: {feed: true}\n  note: {}\n"}).build()
    (found,) = [one for one in built.problems if one.rule == "unmatched-setting"]
    assert (found.path, found.line, found.column) == ("site.yaml", 5, 3)
    assert "did you mean 'notes'?" in found.hint
    assert OutputPath("ideas/index.html") not in built.outputs


# ---------------------------------------------------------------- defaults


def front(site: SmallSite, settings: str, path: str) -> object:
    return with_settings(site, settings).world.site.by_path[path]  # type: ignore[index]


def test_defaults_stand_beneath_what_a_document_says(site: SmallSite) -> None:
    site.write({"content/notes/a.md": post("Alpha", more="tags: [own]\nextra: {mood: own}\n")})
    site.write({"templates/note.html": "{{ page.title }}: {{ page.extra.mood }}, {{ page.extra.more }}"})
    settings = (
        "defaults:\n  'notes/*':\n    template: note.html\n    tags: [given]\n    authors: [Ada]\n"
        "    description: A note.\n    extra: {mood: given, more: given}\n"
    )
    built = with_settings(site, settings)
    own, given, beyond = (built.world.site.by_path[f"content/notes/{name}.md"] for name in ("a", "b", "deep/c"))  # type: ignore[index]
    assert (own.terms, given.terms, beyond.terms) == ({"tags": ("own",)}, {"tags": ("given",)}, {})
    assert [author.name for author in given.authors] == ["Ada"]
    assert given.description == "A note."
    assert built.outputs[OutputPath("notes/a/index.html")] == b"Alpha: own, given"
    assert built.outputs[OutputPath("notes/b/index.html")] == b"Beta: given, given"


def test_of_two_defaults_the_later_one_counts(site: SmallSite) -> None:
    built = with_settings(site, "defaults:\n  'notes/**': {description: one, toc: true}\n  '**': {description: two}\n")
    card = built.world.site.by_path["content/notes/a.md"]  # type: ignore[index]
    assert (card.description, card.toc) == ("two", True)


@pytest.mark.parametrize(
    ("own", "default", "hidden"),
    [
        ("", "draft: true", True),
        ("", "published: false", True),
        ("draft: false\n", "draft: true", False),
        ("draft: true\n", "draft: false", True),
        ("published: false\n", "draft: false", True),
    ],
)
def test_what_says_that_it_is_a_draft_is_never_published(site: SmallSite, own: str, default: str, hidden: bool) -> None:
    site.write({"content/notes/a.md": post("Alpha", more=own)})
    built = with_settings(site, f"defaults: {{'notes/a.md': {{{default}}}}}\n")
    assert (OutputPath("notes/a/index.html") not in built.outputs) is hidden


def test_an_image_by_default_that_is_not_there_is_told(site: SmallSite) -> None:
    built = site.write({"site.yaml": BASE + "defaults: {'notes/b.md': {image: cover.png}}\n"}).build()
    (found,) = [one for one in built.problems if "cover.png" in one.message]
    assert (found.path, found.line) == ("content/notes/b.md", 1)


@pytest.mark.parametrize(
    ("settings", "rule", "line", "column", "said"),
    [
        ("defaults:\n  'a/**':\n    date: 2024-02-30\n", "wrong-type", 5, 5, "each document's own"),
        ("defaults:\n  'a/**':\n    slug: x\n", "wrong-type", 5, 5, "each document's own"),
        ("defaults:\n  'a/**':\n    draft: maybe\n", "wrong-type", 5, 12, "draft"),
        ("defaults:\n  'a/**':\n    tilte: x\n", "misspelt-key", 5, 5, "tilte"),
        ("defaults:\n  '/a': {toc: true}\n", "wrong-type", 4, 3, "is not a path below content/"),
        ("defaults: [a]\n", "wrong-type", 3, 11, "defaults"),
        ("defaults: {'a/**': yes}\n", "wrong-type", 3, 20, "front matter"),
        ("sections: {a: {order: random}}\n", "wrong-type", 3, 23, "order"),
        ("sections: {a: {size: 3}}\n", "unknown-setting", 3, 16, "size"),
        ("sections: {../a: {}}\n", "wrong-type", 3, 12, "is not a folder below content/"),
        ("sections: {a: {paginate: 0}}\n", "wrong-type", 3, 26, "paginate"),
        ("sections: [a]\n", "wrong-type", 3, 11, "sections"),
        ("sections: {a: {}, a/: {}}\n", "wrong-type", 3, 19, "twice"),
        ("twins: perhaps\n", "wrong-type", 3, 8, "twins"),
    ],
)
def test_a_fault_in_what_is_said_of_folders_stands_at_its_place(
    settings: str, rule: str, line: int, column: int, said: str
) -> None:
    _, problems = read_config((BASE + settings).encode())
    (found,) = problems
    assert (found.rule, found.line, found.column) == (rule, line, column), found
    assert said in found.message
