"""A page in a language of its own, and pages that are the same text in several languages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from small_site import post

if TYPE_CHECKING:
    from small_site import SmallSite

TEXT = 'Er sagte "so".[^a]\n\n> [!NOTE]\n> x\n\n[^a]: y\n'


def test_a_post_s_own_language_decides_its_words_dates_and_quotation_marks_and_no_others(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("Hallo", "2024-05-03", TEXT, "language: de\n"),
            "content/posts/b.md": post("Hello", "2024-05-02", TEXT),
        }
    )
    pages = site.pages()
    german, english = pages["posts/a/index.html"], pages["posts/b/index.html"]
    assert '<html lang="de">' in german
    for said in (
        "3. Mai 2024",
        "1 Min. Lesezeit",
        "„so“",
        ">Hinweis</p>",
        'aria-label="Fußnoten"',
        '"inLanguage":"de"',
    ):
        assert said in german.replace('": "', '":"'), said
    assert '<html lang="en">' in english
    for said in ("2 May 2024", "1 min read", "“so”", ">Note</p>", 'aria-label="Footnotes"'):
        assert said in english, said
    home = pages["index.html"]
    assert '<h2><a href="/posts/a/" lang="de" dir="auto">Hallo</a></h2>' in home
    assert '<h2><a href="/posts/b/">Hello</a></h2>' in home
    assert "3 May 2024" in home


def test_a_post_in_a_language_that_runs_the_other_way_says_so(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("شيء", "2024-05-03", "`x`", "language: ar\n")})
    page = site.pages()["posts/a/index.html"]
    assert '<html lang="ar" dir="rtl">' in page
    assert '<code dir="ltr">x</code>' in page


def test_feeds_tell_the_language_of_an_entry_that_is_not_the_site_s(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("Hallo", "2024-05-03", TEXT, "language: de\n"),
            "content/posts/b.md": post("Hello", "2024-05-02", TEXT),
        }
    )
    pages = site.pages()
    assert pages["feed.xml"].count("<entry>") == 1
    assert '<entry xml:lang="de">\n<title>Hallo</title>' in pages["feed.xml"]
    assert "&gt;Hinweis&lt;" in pages["feed.xml"]
    items = json.loads(pages["feed.json"])["items"]
    assert [item.get("language") for item in items] == ["de", None]


@pytest.mark.parametrize(
    ("written", "message"),
    [("de_DE", "is not a language tag"), ("german language", "is not a language tag"), ("[de]", "takes")],
)
def test_a_language_that_is_no_tag_is_told_at_its_place(site: SmallSite, written: str, message: str) -> None:
    site.write({"content/posts/a.md": post("A", more=f"language: {written}\n")})
    problem = site.problems("wrong-type")[0]
    assert (problem.path, problem.line, problem.column) == ("content/posts/a.md", 4, 11)
    assert message in problem.message


def test_a_language_without_words_is_told_once_for_all_its_posts_at_the_first(site: SmallSite) -> None:
    site.write({f"content/posts/{n}.md": post(n, more="language: fi\n") for n in "abc"})
    found = [(p.path, p.line, p.column) for p in site.problems("no-words")]
    assert found == [("content/posts/a.md", 4, 11)]
    site.write({"words/fi.yaml": "draft: Luonnos\n"})
    assert [p.path for p in site.problems("no-words")] == ["words/fi.yaml"]


def test_a_folder_can_be_of_a_language_by_the_settings_defaults(site: SmallSite) -> None:
    site.write(
        {
            "site.yaml": "title: Small\nurl: https://me.example/\ndefaults: {'de/**': {language: de}}\n",
            "content/de/a.md": "# Hallo\n\nText.\n",
        }
    )
    assert '<html lang="de">' in site.pages()["de/a/index.html"]


def translated(site: SmallSite) -> dict[str, str]:
    site.write(
        {
            "content/index.md": "Welcome.\n",
            "content/index.de.md": "# Willkommen\n\nText.\n",
            "content/about.md": "# About\n\nText.\n",
            "content/about.pt-BR.md": "# Sobre\n\nTexto.\n",
            "content/posts/2024-05-03-hello.md": "# Hello\n\n![A picture](p.svg)\n",
            "content/posts/2024-05-03-hello.de.md": "# Hallo\n\n![Ein Bild](p.svg), [über](../about.md)\n",
            "content/posts/2024-05-03-hello.ar.md": "# مرحبا\n\nنص.\n",
            "content/posts/p.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'/>",
            "content/posts/box/index.md": post("Box", "2024-05-02", "![b](b.svg)"),
            "content/posts/box/index.de.md": post("Kiste", "2024-05-02", "![b](b.svg)"),
            "content/posts/box/b.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'/>",
            "content/notes.v2.md": "# Version two\n\nText.\n",
            "content/notes.md": "# Notes\n\nText.\n",
        }
    )
    assert site.problems() == []
    return site.pages()


def languages(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="https://me.example([^"]*)">', page)


def test_a_translation_stands_below_its_language_where_its_original_would(site: SmallSite) -> None:
    pages = translated(site)
    found = {path for path in pages if path.startswith(("de/", "ar/", "pt-br/"))}
    assert found == {
        "de/index.html", "de/posts/hello/index.html", "de/posts/box/index.html", "ar/posts/hello/index.html",
        "pt-br/about/index.html",
    }  # fmt: skip
    assert '<html lang="pt-BR">' in pages["pt-br/about/index.html"]
    assert "notes.v2/index.html" in pages
    assert 'datetime="2024-05-03">3. Mai 2024</time>' in pages["de/posts/hello/index.html"]
    assert 'src="/posts/p.svg"' in pages["de/posts/hello/index.html"]
    assert 'src="/posts/box/b.svg"' in pages["de/posts/box/index.html"]


def test_a_text_and_its_translations_link_each_other(site: SmallSite) -> None:
    pages = translated(site)
    forms = [("en", "/posts/hello/"), ("ar", "/ar/posts/hello/"), ("de", "/de/posts/hello/")]
    for path in ("posts/hello", "ar/posts/hello", "de/posts/hello"):
        assert languages(pages[f"{path}/index.html"]) == forms
    german = pages["de/posts/hello/index.html"]
    assert 'aria-label="In anderen Sprachen"' in german
    assert '<a href="/posts/hello/" rel="alternate" hreflang="en" lang="en" dir="ltr">English</a>' in german
    assert '<a href="/ar/posts/hello/" rel="alternate" hreflang="ar" lang="ar" dir="rtl">العربية</a>' in german
    assert ">Deutsch</a>" not in german
    assert languages(pages["index.html"]) == [("en", "/"), ("de", "/de/")]
    assert languages(pages["notes/index.html"]) == []


def test_lists_and_feeds_have_a_text_once_and_the_sitemap_has_all_its_pages(site: SmallSite) -> None:
    pages = translated(site)
    for path in ("index.html", "posts/index.html", "archive/index.html", "feed.xml"):
        assert "Hello" in pages[path], path
        assert "Hallo" not in pages[path], path
    assert "https://me.example/de/posts/hello/" in pages["sitemap.xml"]


def test_a_translation_of_a_text_that_is_left_out_is_in_lists_itself(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("Hello", more="draft: true\n"),
            "content/posts/a.de.md": post("Hallo"),
        }
    )
    pages = site.pages()
    assert "Hallo" in pages["index.html"]
    assert languages(pages["de/posts/a/index.html"]) == []


def test_a_translation_may_have_an_address_of_its_own(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("Hello"),
            "content/posts/a.de.md": post("Hallo", more="slug: hallo\n"),
            "content/posts/a.fr.md": post("Bonjour", more="url: /bonjour/\n"),
        }
    )
    pages = site.pages()
    assert "de/posts/hallo/index.html" in pages
    assert "bonjour/index.html" in pages
    assert languages(pages["posts/a/index.html"]) == [
        ("en", "/posts/a/"), ("de", "/de/posts/hallo/"), ("fr", "/bonjour/"),
    ]  # fmt: skip


def named(site: SmallSite, more: str = "translations: [../de/hallo.md]\n") -> SmallSite:
    return site.write(
        {
            "content/posts/hello.md": post("Hello", more=more),
            "content/de/hallo.md": "---\ntitle: Hallo\nlanguage: de\n---\n\nText.\n",
            "content/fr/bonjour.md": "---\ntitle: Bonjour\nlanguage: fr\n---\n\nTexte.\n",
        }
    )


def test_an_original_names_translations_that_lie_elsewhere_and_they_stay_there(site: SmallSite) -> None:
    named(site, "translations: [../de/hallo.md, ../fr/bonjour.md]\n")
    assert site.problems() == []
    pages = site.pages()
    forms = [("en", "/posts/hello/"), ("de", "/de/hallo/"), ("fr", "/fr/bonjour/")]
    for path in ("posts/hello", "de/hallo", "fr/bonjour"):
        assert languages(pages[f"{path}/index.html"]) == forms


def test_those_that_name_each_other_are_one_text_whose_first_is_the_original(site: SmallSite) -> None:
    named(site)
    site.write(
        {
            "content/posts/a.md": post("A", more="translations: [b.md]\n"),
            "content/posts/b.md": post("B", more="language: de\ntranslations: [c.md]\n"),
            "content/posts/c.md": post("C", more="language: fr\ntranslations: [a.md, b.md]\n"),
        }
    )
    pages = site.pages()
    for path in ("posts/a", "posts/b", "posts/c"):
        assert languages(pages[f"{path}/index.html"]) == [("en", "/posts/a/"), ("de", "/posts/b/"), ("fr", "/posts/c/")]
    assert ">A</a>" in pages["index.html"]
    assert ">B</a>" not in pages["index.html"]


def test_a_translation_that_is_not_there_is_told_with_the_near_name(site: SmallSite) -> None:
    named(site, "translations:\n  - ../fr/bonjour.md\n  - ../de/halo.md\n")
    found = [(p.rule, p.path, p.line, p.column, p.message, p.hint) for p in site.problems()]
    assert found == [
        (
            "broken-link", "content/posts/hello.md", 6, 5, "no page is made from '../de/halo.md'", "did you mean '../de/hallo.md'?",
        )
    ]  # fmt: skip


def test_a_translation_in_the_same_language_is_told_and_is_none(site: SmallSite) -> None:
    named(site, "language: de\ntranslations: [../de/hallo.md]\n")
    assert [(p.rule, p.line, p.column) for p in site.problems()] == [("same-language", 5, 16)]
    assert languages(site.pages()["posts/hello/index.html"]) == []


def test_a_translation_that_is_left_out_is_no_fault(site: SmallSite) -> None:
    named(site).write({"content/de/hallo.md": "---\ntitle: Hallo\nlanguage: de\ndraft: true\n---\n\nText.\n"})
    assert site.problems() == []
    assert languages(site.pages()["posts/hello/index.html"]) == []
