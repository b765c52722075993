"""A site in several languages: each has its home page, lists, feeds and words, and they lead to each other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from small_site import SmallSite, post

if TYPE_CHECKING:
    from proofpress.problems import Problem

SETTINGS = """\
title: Kernels
url: https://me.example/blog/
description: What I learn.
languages:
  de: {title: Rechenkerne, description: Was ich lerne., menu: {Über: about.de.md}}
  ar:
menu: {About: about.md}
paginate: 2
sections: {notes: {feed: true}, guides: {order: title, paginate: 2}}
"""
ATOM = "{http://www.w3.org/2005/Atom}"


def tagged(title: str, date: str, *tags: str, language: str = "") -> str:
    said = f"language: {language}\n" if language else ""
    return post(title, date, "Text.", f"tags: [{', '.join(tags)}]\n{said}")


FILES = {
    "site.yaml": SETTINGS,
    "content/index.de.md": "Willkommen.\n",
    "content/about.md": "# About\n\nText.\n",
    "content/about.de.md": "# Über\n\nText.\n",
    "content/posts/hello.md": tagged("Hello", "2026-01-02", "gpu", "python"),
    "content/posts/hello.de.md": tagged("Hallo", "2026-01-03", "gpu"),
    "content/posts/wien.md": tagged("Servus", "2026-01-04", "gpu", "Messung", language="de-AT"),
    "content/de/posts/im-ordner.md": tagged("Im Ordner", "2026-01-05", "gpu"),
    "content/posts/allein.de.md": tagged("Allein", "2025-01-06"),
    "content/posts/salut.md": tagged("Salut", "2026-01-07", language="fr"),
    "content/posts/world.md": tagged("World", "2026-01-08", "gpu"),
    "content/ar/hi.md": "# مرحبا\n\nنص.\n",
    "content/notes/n.md": post("Note", "2025-01-01"),
    "content/notes/n.de.md": post("Notiz", "2025-01-01"),
    "content/notes/index.de.md": "# Notizen\n\nKurzes.\n",
    "content/guides/index.de.md": "# Anleitungen\n",
    "content/guides/z.de.md": "# Auspacken\n\nText.\n",
    "content/guides/y.md": "# Unpack\n\nText.\n",
    "content/de/guides/a.md": "# Zusammenbauen\n\nText.\n",
    "content/guides/b.md": "---\nlanguage: de-CH\n---\n\n# Messen\n\nText.\n",
}


class Made:
    """What the site gives, built once for all that is asked of it here."""

    def __init__(self, site: SmallSite) -> None:
        built = site.write(FILES).build()
        self.problems: list[Problem] = built.problems
        self.files = {str(path): data for path, data in built.outputs.items()}

    def __getitem__(self, path: str) -> str:
        return self.files[path].decode("utf-8")

    def titles(self, path: str) -> list[str]:
        return re.findall(r'<h2><a href="[^"]*"[^>]*>([^<]*)</a>', self[path])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(SmallSite(tmp_path_factory.mktemp("languages")))


def hreflang(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="https://me.example/blog([^"]*)">', page)


def switch(page: str) -> list[tuple[str, str]]:
    menu = re.search(r'<nav class="menu".*?</nav>', page, re.DOTALL)
    assert menu is not None
    return re.findall(r'<a href="/blog([^"]*)" hreflang="([^"]*)"', menu[0])


def test_nothing_is_wrong_with_it(made: Made) -> None:
    assert made.problems == []


def test_the_root_lists_the_site_s_language_and_those_that_have_no_lists_of_their_own(made: Made) -> None:
    assert made.titles("index.html") == ["World", "Salut"]
    assert made.titles("page/2/index.html") == ["Hello"]
    assert [item["title"] for item in json.loads(made["feed.json"])["items"]] == ["World", "Salut", "Hello"]
    assert "Hallo" not in made["archive/index.html"]
    assert "Messung" not in made["tags/index.html"]


def test_a_language_lists_what_is_of_it_by_front_matter_name_or_folder(made: Made) -> None:
    assert made.titles("de/index.html") == ["Im Ordner", "Servus"]
    assert made.titles("de/page/2/index.html") == ["Hallo", "Allein"]
    assert made.titles("de/posts/index.html") == ["Im Ordner", "Servus"]
    assert made.titles("de/tags/gpu/index.html") == ["Im Ordner", "Servus"]
    assert made.titles("de/tags/gpu/page/2/index.html") == ["Hallo"]
    assert "python" not in made["de/tags/index.html"]
    assert re.findall(r"<h2>(\d+)</h2>", made["de/archive/index.html"]) == ["2026", "2025"]


def test_a_document_stands_below_its_language_where_its_path_says_it(made: Made) -> None:
    for page in ("de/posts/hello/", "de/posts/im-ordner/", "de/posts/allein/", "posts/wien/", "ar/hi/"):
        assert f"{page}index.html" in made.files, page


def test_lists_speak_their_language_and_run_its_way(made: Made) -> None:
    home = made["de/index.html"]
    for said in (
        '<html lang="de">',
        "<title>Rechenkerne</title>",
        "5. Januar 2026",
        "1 Min. Lesezeit",
        "<p>Willkommen.</p>",
        '<a href="/blog/de/">Rechenkerne</a>',
        '<a href="/blog/de/about/">Über</a>',
        '"inLanguage":"de"',
    ):
        assert said in home, said
    assert "About" not in home
    assert '<html lang="ar" dir="rtl">' in made["ar/archive/index.html"]
    assert "<h1>Schlagwörter</h1>" in made["de/tags/index.html"]
    assert "<h1>Notizen</h1>" in made["de/notes/index.html"]
    assert "What I learn." not in made["de/archive/index.html"]


def test_lists_that_are_the_same_name_each_other_and_every_page_leads_to_the_other_languages(made: Made) -> None:
    homes = [("en", "/"), ("de", "/de/"), ("ar", "/ar/")]
    assert hreflang(made["index.html"]) == hreflang(made["ar/index.html"]) == homes
    assert hreflang(made["de/index.html"]) == homes
    assert hreflang(made["tags/gpu/index.html"]) == [("en", "/tags/gpu/"), ("de", "/de/tags/gpu/")]
    assert hreflang(made["tags/python/index.html"]) == []
    assert hreflang(made["de/page/2/index.html"]) == []
    assert switch(made["tags/gpu/index.html"]) == [("/de/tags/gpu/", "de"), ("/ar/", "ar")]
    assert switch(made["de/posts/hello/index.html"]) == [("/posts/hello/", "en"), ("/ar/", "ar")]
    assert switch(made["posts/wien/index.html"]) == [("/", "en"), ("/ar/", "ar")]


def test_a_section_has_a_list_in_each_language_in_its_own_order(made: Made) -> None:
    assert made.titles("de/guides/index.html") == ["Auspacken", "Messen"]
    assert made.titles("de/guides/page/2/index.html") == ["Zusammenbauen"]
    assert "<h1>Anleitungen</h1>" in made["de/guides/index.html"]
    assert "Guides" not in made["de/guides/index.html"]
    assert made.titles("guides/index.html") == ["Unpack"]
    assert hreflang(made["de/guides/index.html"]) == [("en", "/guides/"), ("de", "/de/guides/")]
    assert "ar/guides/index.html" not in made.files


def test_what_is_not_there_is_told_in_each_language(made: Made) -> None:
    page = made["de/404.html"]
    for said in (
        '<html lang="de">',
        "<title>Seite nicht gefunden · Rechenkerne</title>",
        "<h1>Seite nicht gefunden</h1>",
        '<p><a href="/blog/de/">Zur Startseite</a></p>',
        '<a href="/blog/de/posts/im-ordner/">Im Ordner</a>',
        '<a href="/blog/de/about/">Über</a>',
    ):
        assert said in page, said
    assert "World" not in page
    assert switch(page) == [("/", "en"), ("/ar/", "ar")]
    assert switch(made["404.html"]) == [("/de/", "de"), ("/ar/", "ar")]
    assert '<html lang="ar" dir="rtl">' in made["ar/404.html"]
    assert hreflang(page) == hreflang(made["404.html"]) == []
    assert "404" not in made["sitemap.xml"]


def test_feeds_of_a_language_are_its_own(made: Made) -> None:
    feed = ET.fromstring(made["de/feed.xml"])
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert feed.findtext(f"{ATOM}title") == "Rechenkerne"
    assert feed.findtext(f"{ATOM}subtitle") == "Was ich lerne."
    assert feed.findtext(f"{ATOM}id") == "https://me.example/blog/de/"
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles[:3] == ["Im Ordner", "Servus", "Hallo"]
    assert json.loads(made["de/notes/feed.json"])["title"] == "Notizen - Rechenkerne"
    assert json.loads(made["de/tags/messung/feed.json"])["items"][0]["title"] == "Servus"
    links = re.findall(
        r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]*)"', made["posts/wien/index.html"]
    )
    assert links == ["/blog/de/feed.xml"]


def test_what_a_page_asks_of_the_site_is_answered_in_its_language(made: Made) -> None:
    page = made["de/posts/hello/index.html"]
    assert 'href="/blog/de/tags/gpu/"' in page
    assert '<a href="/blog/posts/wien/" rel="next">' in page.replace(' class="later"', "")
    assert "World" not in page


def test_the_sitemap_has_the_lists_of_all_languages(made: Made) -> None:
    for path in ("", "de/", "de/archive/", "de/tags/gpu/", "de/page/2/", "ar/"):
        assert f"<loc>https://me.example/blog/{path}</loc>" in made["sitemap.xml"], path


def test_a_language_that_no_page_is_in_is_told_and_has_no_lists(site: SmallSite) -> None:
    site.write(
        {
            "site.yaml": "title: Small\nurl: https://me.example/\nlanguages: [en, de, nl]\n",
            "content/posts/a.md": post("A"),
            "content/posts/a.de.md": post("A", more="draft: true\n"),
        }
    )
    (problem,) = site.problems()
    assert (problem.rule, problem.path, problem.line, problem.column) == ("unmatched-setting", "site.yaml", 3, 21)
    assert problem.message.startswith("no page is in the language 'nl'")
    assert not [path for path in site.pages() if path.startswith(("de/", "nl/"))]


def test_an_alias_can_t_be_the_404_page_of_a_language_and_a_file_of_the_site_s_own_can(site: SmallSite) -> None:
    site.write(
        {
            "site.yaml": "title: Small\nurl: https://me.example/\nlanguages: [en, de]\n",
            "content/posts/a.md": post("A", more="aliases: [/fr/404.html]\n"),
            "content/posts/a.de.md": post("A", more="aliases: [/de/404.html]\n"),
        }
    )
    (problem,) = site.problems()
    assert (problem.rule, problem.path) == ("reserved-path", "content/posts/a.de.md")
    assert "it is shown for every address that is not there" in problem.message
    site.write({"content/posts/a.de.md": post("A"), "static/de/404.html": "mine"})
    assert site.pages()["de/404.html"] == "mine"


def test_without_the_setting_a_site_has_the_lists_of_one_language(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A"), "content/posts/b.md": post("B", more="language: de\n")})
    pages = site.pages()
    assert "hreflang" not in pages["index.html"]
    assert not [path for path in pages if path.startswith("de/")]
    assert ">B</a>" in pages["index.html"]
