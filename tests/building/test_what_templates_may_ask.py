"""What docs/templates.md promises to templates: each question, and its answer to the letter."""

from __future__ import annotations

from typing import Final

import pytest
from small_site import SmallSite, post

SITE: Final = {
    "site.yaml": (
        "title: Probe\nurl: https://me.example/blog/\npaginate: 2\ndescription: All asked.\nlanguage: de\n"
        "authors: [{name: Ada, url: 'https://ada.example/'}]\nextra: {mood: good}\ntheme: {footer: Foot}\n"
        "menu: [{title: About, url: about.md}, {title: Home, url: /}, {title: Out, url: 'https://out.example/a.md'},"
        " {title: Full, url: content/zoo.md}]\n"
    ),
    "data/one.json": '{"a": [1, 2]}',
    "templates/static/own.css": "a {}",
    "content/posts/a.md": post("A", "2026-01-05", more="tags: [Python, GPU]\n"),
    "content/posts/b.md": post("B", "2026-01-04", more="tags: [GPU]\nseries: Deep\n"),
    "content/posts/c.md": post("C", "2026-01-03", more="tags: [GPU]\nseries: Deep\n"),
    "content/posts/sub/d.md": post("D", "2025-12-01", more="series: [Deep, Other]\n"),
    "content/posts/sub/e.md": "---\ntitle: E\nseries: Deep\n---\n\nNo date.\n",
    "content/posts/f.md": post("F", "2025-01-01", more="tags: [GPU]\naliases: [/old/f/]\n"),
    "content/posts/secret.md": post("Secret", "2026-01-06", more="tags: [GPU, Hidden]\ndraft: true\n"),
    "content/index.md": "Welcome.\n",
    "content/about.md": "# about\n\n## Mail\n\nText.\n",
    "content/zoo.md": "# Zoo\n\nAnimals.\n",
    "content/probe.md": "---\ntitle: Probe\ntemplate: probe.html\n---\n\nText.\n",
}

A, B, C, D, E, F = (f"site.page('content/posts/{name}.md')" for name in ("a", "b", "c", "sub/d", "sub/e", "f"))
TITLES: Final = "|map(attribute='title')|join(' ')"
NAMES: Final = "|map(attribute='name')|join(' ')"
URLS: Final = "|map(attribute='url')|join(' ')"

ASKED: Final = {
    "site.title": "Probe",
    "site.description": "All asked.",
    "site.language": "de",
    "site.url": "/blog/",
    "site.permalink": "https://me.example/blog/",
    f"site.authors{NAMES}": "Ada",
    "site.theme.footer": "Foot",
    "site.extra.mood": "good",
    f"site.menu{TITLES}": "About Home Out Full",
    f"site.menu{URLS}": "/blog/about/ /blog/ https://out.example/a.md /blog/zoo/",
    "site.menu[0].current(page)": "False",
    "site.menu[0].current(site.page('content/about.md'))": "True",
    f"site.feeds{URLS}": "/blog/feed.xml /blog/feed.json",
    "site.feeds|map(attribute='type')|join(' ')": "application/atom+xml application/feed+json",
    "site.feeds[0].title": "Probe",
    f"site.recent(){TITLES}": "A B C D F",
    f"site.recent(2){TITLES}": "A B",
    f"site.recent(n=99){TITLES}": "A B C D F E",
    f"site.posts(){TITLES}": "A B C D F E",
    f"site.pages(){TITLES}": "about Probe Zoo",
    f"{A}.url": "/blog/posts/a/",
    f"{A}.permalink": "https://me.example/blog/posts/a/",
    f"{D}.url": "/blog/posts/sub/d/",
    f"site.tagged('gpu'){TITLES}": "A B C F",
    f"site.tagged('GPU', taxonomy='tags'){TITLES}": "A B C F",
    f"site.tagged('Deep', 'series'){TITLES}": "B C D E",
    "site.tagged('nothing')": "[]",
    "site.tagged('hidden')": "[]",
    "site.taxonomies|join(' ')": "tags series",
    f"site.terms('tags'){NAMES}": "GPU Python",
    "site.terms('tags')|map(attribute='count')|join(' ')": "4 1",
    f"site.terms('tags'){URLS}": "/blog/tags/gpu/ /blog/tags/python/",
    "site.terms('tags')|map(attribute='slug')|join(' ')": "gpu python",
    f"site.terms('tags')[0].feeds{URLS}": "/blog/tags/gpu/feed.xml /blog/tags/gpu/feed.json",
    "site.terms('tags')[0].feeds[0].title": "GPU - Probe",
    f"site.around({A}).next": "None",
    f"site.around({A}).previous.title": "B",
    f"site.around({B}).next.title": "A",
    f"site.around({F}).previous.title": "E",
    f"site.around({E}).previous": "None",
    f"site.around({E}).next.title": "F",
    "site.around(page).next": "None",
    "site.around(page).previous": "None",
    f"site.related({A}){TITLES}": "B C F",
    f"site.related({A}, n=1){TITLES}": "B",
    f"site.related({C}){TITLES}": "B D A",
    f"site.related({D}, 9){TITLES}": "C B E",
    "site.related(page)": "[]",
    f"site.series({B}).name": "Deep",
    f"site.series({B}).url": "/blog/series/deep/",
    f"site.series({B}).position": "3",
    f"site.series({D}).position": "1",
    f"site.series({E}).position": "4",
    f"site.series({B}).posts{TITLES}": "D C B E",
    f"site.series({A})": "None",
    "site.series(page)": "None",
    "site.asset('own.css')[:17]": "/blog/assets/own.",
    "site.link('posts/a.md')": "/blog/posts/a/",
    "site.link('content/about.md#mail')": "/blog/about/#mail",
    "site.data('one.json').a[1]": "2",
    "page.url": "/blog/probe/",
    "page.kind": "page",
    "page.path": "content/probe.md",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a template gets that asks everything."""
    template = "".join(f"{{{{ {asked} }}}}\n" for asked in ASKED)
    site = SmallSite(tmp_path_factory.mktemp("asked")).write({**SITE, "templates/probe.html": template})
    built = site.build()
    assert [found.rule for found in built.problems if found.severity == "error"] == []
    lines = built.outputs["probe/index.html"].decode().splitlines()  # type: ignore[index]
    return dict(zip(ASKED, lines, strict=True))


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_has_its_answer(answers: dict[str, str], asked: str) -> None:
    assert answers[asked] == ASKED[asked]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            "site.page('content/abuot.md')",
            "there is no page made from 'content/abuot.md'; did you mean 'content/about.md'?",
        ),
        ("site.page('content/posts/secret.md')", "there is no page made from 'content/posts/secret.md'"),
        ("site.terms('tag')", "there is no taxonomy 'tag'; did you mean 'tags'?"),
        ("site.tagged('x', 'seriez')", "there is no taxonomy 'seriez'; did you mean 'series'?"),
        ("site.asset('owm.css')", "did you mean 'own.css'?"),
        ("site.data('on.json')", "there is no file 'data/on.json'; did you mean 'data/one.json'?"),
        ("site.link('abuot.md')", "no page is made from 'abuot.md'; did you mean 'about.md'?"),
    ],
)
def test_a_question_about_what_is_not_there_is_an_error_at_the_templates_line(
    site: SmallSite, asked: str, says: str
) -> None:
    site.write({**SITE, "templates/probe.html": f"first\n{{{{ {asked} }}}}\n"})
    (found,) = [found for found in site.build().problems if found.severity == "error"]
    assert (found.path, found.line) == ("templates/probe.html", 2)
    assert says in f"{found.message}; {found.hint}"


def test_a_list_is_split_and_each_page_knows_the_others(site: SmallSite) -> None:
    shown = (
        "{{ page.pager.number }}/{{ page.pager.pages }} of {{ page.pager.total }} {{ page.posts|map(attribute='title')|"
        "join(' ') }} {{ page.pager.previous }} {{ page.pager.next }} {{ page.pager.urls|join(' ') }}"
    )
    site.write(
        {**SITE, "content/probe.md": "# x\n", **{f"templates/{n}.html": shown for n in ("home", "list", "term")}}
    )
    pages = site.pages()
    home = "/blog/ /blog/page/2/ /blog/page/3/"
    assert pages["index.html"] == f"1/3 of 6 A B None /blog/page/2/ {home}"
    assert pages["page/2/index.html"] == f"2/3 of 6 C D /blog/ /blog/page/3/ {home}"
    assert pages["page/3/index.html"] == f"3/3 of 6 F E /blog/page/2/ None {home}"
    assert "page/4/index.html" not in pages
    assert pages["posts/sub/index.html"] == "1/1 of 2 D E None None /blog/posts/sub/"
    assert pages["posts/index.html"].startswith("1/3 of 6 A B None /blog/posts/page/2/")
    assert pages["tags/gpu/page/2/index.html"] == (
        "2/2 of 4 C F /blog/tags/gpu/ None /blog/tags/gpu/ /blog/tags/gpu/page/2/"
    )
    assert "tags/python/page/2/index.html" not in pages


def test_the_archive_holds_every_post_by_its_year(site: SmallSite) -> None:
    shown = (
        "{% for year in page.years %}{{ year.year }}: {{ year.posts|map(attribute='title')|join(' ') }}\n{% endfor %}"
    )
    site.write({**SITE, "content/probe.md": "# x\n", "templates/archive.html": shown})
    assert site.pages()["archive/index.html"] == "2026: A B C\n2025: D F\nNone: E\n"


def test_a_page_knows_its_terms_in_its_own_order(site: SmallSite) -> None:
    shown = "{% for term in page.terms.tags %}{{ term.name }} {{ term.url }} {% endfor %}{{ page.terms.series }}"
    site.write({**SITE, "content/probe.md": "# x\n", "templates/post.html": shown})
    assert site.pages()["posts/a/index.html"] == "Python /blog/tags/python/ GPU /blog/tags/gpu/ []"
