"""Lists, neighbours, terms, feeds, and what a page says of itself."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from small_site import post

if TYPE_CHECKING:
    from small_site import SmallSite

ATOM = "{http://www.w3.org/2005/Atom}"


def test_posts_are_listed_newest_first_and_those_without_a_date_last(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/old.md": post("Old", "2024-05-01"),
            "content/posts/new.md": post("New", "2025-05-01"),
            "content/posts/undated.md": "---\ntitle: Undated\n---\ntext\n",
        }
    )
    home = site.pages()["index.html"]
    assert home.index("/posts/new/") < home.index("/posts/old/") < home.index("/posts/undated/")
    assert [p.rule for p in site.problems()] == ["no-date"]
    assert "Undated" not in site.pages()["feed.xml"]


def test_a_post_names_the_one_before_and_the_one_after(site: SmallSite) -> None:
    site.write({f"content/posts/p{n}.md": post(f"P{n}", f"2026-01-0{n}") for n in (1, 2, 3)})
    page = site.pages()["posts/p2/index.html"]
    assert re.search(r'<a [^>]*href="/posts/p1/"[^>]*rel="prev"|rel="prev"[^>]*href="/posts/p1/"', page)
    assert re.search(r'<a [^>]*href="/posts/p3/"[^>]*rel="next"|rel="next"[^>]*href="/posts/p3/"', page)


def test_related_posts_share_the_rarest_terms(site: SmallSite) -> None:
    site.write(
        {f"content/posts/c{n}.md": post(f"Common {n}", f"2026-01-0{n}", more="tags: [python]\n") for n in range(1, 6)}
        | {
            "content/posts/a.md": post("A", "2026-02-01", more="tags: [python, gpu]\n"),
            "content/posts/b.md": post("B", "2025-02-01", more="tags: [gpu]\n"),
        }
    )
    built = site.build()
    page = built.outputs["posts/a/index.html"].decode()  # type: ignore[index]
    related = page[page.rindex("Related") :] if "Related" in page else page
    assert 'href="/posts/b/"' in related


def test_related_posts_are_looked_for_among_the_24_next_ones_on_either_side_in_each_term(site: SmallSite) -> None:
    days = [f"2026-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(60)]
    site.write({f"content/posts/p{n:02}.md": post(f"P{n}", day, more="tags: [all]\n") for n, day in enumerate(days)})
    for n in (0, 30):  # far from each other in one term, neighbours in another
        site.write({f"content/posts/p{n:02}.md": post(f"P{n}", days[n], more="tags: [all, rare]\n")})
    site.write({"templates/post.html": "{% for other in site.related(page, n=99) %}{{ other.title }} {% endfor %}"})
    pages = site.pages()

    def related(n: int) -> list[int]:
        return [int(title.removeprefix("P")) for title in pages[f"posts/p{n:02}/index.html"].split()]

    assert related(30)[0] == 0
    assert sorted(related(30)) == [0, *range(6, 30), *range(31, 55)]
    assert related(29)[:4] == [30, 28, 31, 27]
    assert sorted(related(2)) == [0, 1, *range(3, 27)]
    assert sorted(related(59)) == list(range(35, 59))


def test_terms_that_differ_in_punctuation_that_matters_stay_apart(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A", more='tags: [C, C++, "C#"]\n')})
    pages = site.pages()
    assert {"tags/c/index.html", "tags/c-plus-plus/index.html", "tags/c-sharp/index.html"} <= set(pages)


def test_terms_that_differ_in_case_alone_are_one_with_a_warning_at_the_rarer_spelling(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("A", more="tags: [GPU]\n"),
            "content/posts/b.md": post("B", more="tags: [GPU]\n"),
            "content/posts/c.md": post("C", more="tags: [x, gpu]\n"),
        }
    )
    found = site.problems("same-term")
    assert [(p.path, p.line, p.column, p.severity) for p in found] == [("content/posts/c.md", 4, 11, "warning")]
    assert "tags/gpu/index.html" in site.pages()
    assert ">GPU<" in site.pages()["tags/index.html"]


def test_any_taxonomy_of_the_settings_has_a_list_pages_and_feeds(site: SmallSite) -> None:
    site.write(
        {
            "site.yaml": "title: S\nurl: https://me.example/\ntaxonomies: [topics]\n",
            "content/posts/a.md": post("A", more="topics: [Compilers]\n"),
        }
    )
    pages = site.pages()
    assert {"topics/index.html", "topics/compilers/index.html", "topics/compilers/feed.xml"} <= set(pages)
    assert "tags/index.html" not in pages


def test_a_series_is_read_oldest_first(site: SmallSite) -> None:
    site.write(
        {f"content/posts/p{n}.md": post(f"P{n}", f"2026-01-0{n}", more="series: Ground up\n") for n in (1, 2, 3)}
    )
    page = site.pages()["posts/p2/index.html"]
    assert "Part 2 of 3" in page
    assert page.index("/posts/p1/") < page.index("/posts/p3/")


def test_an_alias_leads_to_its_page(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A", more="aliases: [/old/place/, 2020/a.html]\n")})
    pages = site.pages()
    for alias in ("old/place/index.html", "2020/a.html"):
        assert "url=/posts/a/" in pages[alias]
        assert '<link rel="canonical" href="https://me.example/posts/a/">' in pages[alias]


def test_a_feed_is_as_new_as_its_newest_post_whatever_the_clock_says(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("A", "2025-01-01"),
            "content/posts/b.md": post("B", "2024-01-01", more="updated: 2025-03-01T10:00:00+02:00\n"),
        }
    )
    feed = site.pages()["feed.xml"]
    assert ET.fromstring(feed).findtext(f"{ATOM}updated") == "2025-03-01T10:00:00+02:00"
    assert feed == site.pages(now=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))["feed.xml"]


def test_a_cdata_end_in_a_listing_leaves_the_feed_well_formed(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A & B", text="```xml\n<![CDATA[x]]>\n```\n")})
    entry = ET.fromstring(site.pages()["feed.xml"]).find(f"{ATOM}entry")
    assert entry is not None
    assert "]]" in (entry.findtext(f"{ATOM}content") or "")
    assert entry.findtext(f"{ATOM}title") == "A & B"


def test_a_hostile_title_is_inert_wherever_it_stands(site: SmallSite) -> None:
    attack = "</script><script>alert(1)</script>"
    site.write({"content/posts/a.md": f"---\ntitle: \"{attack}\"\ndate: 2026-01-01\ntags: ['{attack}']\n---\ntext\n"})
    for path, text in site.pages().items():
        if path.endswith(".html"):
            assert "<script>alert" not in text, path
            assert "</script><script" not in text.replace("<\\/", "</"), path


def test_template_syntax_in_a_post_is_text(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A", text="`{{ x }}` and {{ page.title }} and {% raw %}{% endraw %}")})
    page = site.pages()["posts/a/index.html"]
    assert "{{ page.title }}" in page
    assert "{% raw %}" in page


def test_structured_data_tells_of_the_post(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A", more="tags: [x]\nauthors: [Ada]\nupdated: 2026-02-01\n")})
    page = site.pages()["posts/a/index.html"]
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    about = json.loads(found[1])
    assert about["@type"] == "BlogPosting"
    assert about["datePublished"] == "2026-01-01"
    assert about["dateModified"] == "2026-02-01"
    assert about["author"] == [{"@type": "Person", "name": "Ada"}]
    assert about["url"] == "https://me.example/posts/a/"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "Pacific/Honolulu"])
def test_a_day_is_that_day_in_page_archive_and_feed_in_every_zone(site: SmallSite, zone: str) -> None:
    site.write(
        {
            "site.yaml": f"title: S\nurl: https://me.example/\ntimezone: {zone}\n",
            "content/posts/a.md": post("A", "2024-01-05"),
        }
    )
    pages = site.pages()
    assert "5 January 2024" in pages["posts/a/index.html"]
    assert '<time datetime="2024-01-05"' in pages["archive/index.html"]
    assert "<published>2024-01-05T00:00:00" in pages["feed.xml"]


def test_two_claims_to_one_url_are_a_problem_that_names_both(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A"), "content/posts/b.md": post("B", more="slug: a\n")})
    (found,) = site.problems("url-collision")
    assert found.path == "content/posts/b.md"
    assert (found.line, found.column) == (4, 7)
    assert "content/posts/a.md" in found.message
    assert "content/posts/b.md" in found.message


@pytest.mark.parametrize(
    "files",
    [
        {"content/posts/a.md": post("A"), "static/posts/a/index.html": "x"},
        {"content/posts/a.md": post("A", more="aliases: [/about/]\n"), "content/about.md": "# About\n"},
        {"content/posts/a.md": post("A", more="tags: [x]\n"), "content/tags.md": "# Tags\n"},
        {"content/posts/a.md": post("A"), "content/posts.md": "# Posts\n"},
        {"content/a.md": "# A\n", "content/b.md": "---\ntitle: B\nurl: /A/\n---\n"},
        {"static/img/a.svg": "<svg/>", "static/IMG/a.svg": "<svg/>"},
        {"content/a.md": "---\ntitle: A\nurl: /x.html\n---\n", "content/b.md": "---\ntitle: B\nurl: /x.html/c/\n---\n"},
        {"content/page/2.md": "# Two\n"} | {f"content/posts/p{n}.md": post("P") for n in range(11)},
    ],
)
def test_claims_of_every_kind_collide_before_anything_is_written(site: SmallSite, files: dict[str, str]) -> None:
    assert site.write(files).problems("url-collision")
    assert site.build().failed


def test_a_site_brings_its_own_404_and_robots_if_it_likes(site: SmallSite) -> None:
    built = site.write({"static/404.html": "mine", "static/robots.txt": "mine too"}).build()
    assert built.outputs["404.html"] == b"mine"  # type: ignore[index]
    assert built.outputs["robots.txt"] == b"mine too"  # type: ignore[index]
    assert not built.problems


def test_a_theme_s_files_can_be_replaced_one_by_one(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("A"),
            "templates/post.html": "<title>{{ page.title }}</title>{{ site.asset('logo.svg') }}{{ site.data('talks.yaml')[0] }}",
            "templates/static/logo.svg": "<svg/>",
            "data/talks.yaml": "- one\n- two\n",
        }
    )
    page = site.pages()["posts/a/index.html"]
    assert re.fullmatch(r"<title>A</title>/assets/logo\.[0-9a-f]{10}\.svgone", page)


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("\n{{ page.titel }}", 2, "titel"),
        ("{% if %}", 1, "Expected an expression"),
        ("{{ page.title \n{% if page %}{% endif %}", 2, "ends with '}}', before this"),
        ("\n\n{{ site.asset('styl.css') }}", 3, "did you mean 'style.css'?"),
        ("{% include 'partials/crad.html' %}", 1, "partials/crad.html"),
        ("{{ site.page('content/gone.md') }}", 1, "content/gone.md"),
        ("{{ site.data('gone.yaml') }}", 1, "data/gone.yaml"),
        ("{{ 1 / 0 }}", 1, "ZeroDivisionError"),
        ("{% extends 'post.html' %}", 1, "without end"),
        (
            "{% extends 'base.html' %}\n\n{% block content %}x{% endblock %}",
            3,
            "the blocks are: brand, footer, head, main, title",
        ),
        ("{% extends 'base.html' %}\n{% block mian %}x{% endblock %}", 2, "did you mean 'main'?"),
        ("{% extends 'alias.html' %}\n{% block main %}x{% endblock %}", 2, "the blocks are: none"),
        ("{% extends 'bsae.html' %}\n{% block content %}x{% endblock %}", 1, "did you mean 'base.html'?"),
    ],
)
def test_a_fault_in_a_template_is_a_problem_at_its_line(site: SmallSite, template: str, line: int, words: str) -> None:
    found = site.write({"content/posts/a.md": post("A"), "templates/post.html": template}).problems("template-error")
    assert [(p.path, p.line) for p in found] == [("templates/post.html", line)]
    assert words in found[0].message + found[0].hint


def test_a_block_within_a_block_is_a_place_of_its_own_for_templates_that_extend_it(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a.md": post("A"),
            "content/posts/b.md": post("B", more="template: talk.html\n"),
            "templates/post.html": "{% extends 'base.html' %}{% block main %}<i>{% block inner %}post{% endblock %}</i>{% endblock %}",
            "templates/talk.html": "{% extends 'post.html' %}{% block inner %}talk{% endblock %}",
            "templates/page.html": "{% extends page.extra.get('base', 'base.html') %}{% block main %}page{% endblock %}",
            "content/about.md": "# About",
        }
    )
    pages = site.pages()
    assert "<i>post</i>" in pages["posts/a/index.html"]
    assert "<i>talk</i>" in pages["posts/b/index.html"]
    assert "page" in pages["about/index.html"]


def test_settings_can_weigh_a_rule_and_strict_takes_warnings_for_errors(site: SmallSite) -> None:
    site.write({"content/posts/a.md": "---\ntitle: A\n---\n[x](gone.md)\n"})
    assert {(p.rule, p.severity) for p in site.problems()} == {("no-date", "warning"), ("broken-link", "error")}
    assert {p.severity for p in site.problems(strict=True)} == {"error"}
    site.write({"site.yaml": "title: S\nurl: https://me.example/\nrules: {broken-link: warning, no-date: off}\n"})
    assert {(p.rule, p.severity) for p in site.problems()} == {("broken-link", "warning")}
    assert not site.build().failed


def test_a_menu_entry_that_leads_nowhere_is_a_problem_of_the_settings(site: SmallSite) -> None:
    settings = "title: S\nurl: https://me.example/\nmenu:\n  - title: About\n    url: abuot.md\n"
    site.write({"site.yaml": settings, "content/about.md": "# About\n"})
    found = site.problems()
    assert [(p.path, p.line, p.column, p.rule, p.hint) for p in found] == [
        ("site.yaml", 5, 10, "broken-link", "did you mean 'about.md'?")
    ]


def test_rules_that_keep_a_site_whole_cannot_be_switched_off(site: SmallSite) -> None:
    site.write({"site.yaml": "title: S\nurl: https://me.example/\nrules: {url-collision: off}\n"})
    assert [p.rule for p in site.problems()] == ["unknown-setting"]
