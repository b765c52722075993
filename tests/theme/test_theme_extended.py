"""A theme is extended, not only copied: parts to fill, templates under `theme:`, and what is said where a name is wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from theme_site import NOW, elements, post

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Route

    from proofpress.problems import Problem

REPOSITORY = Path(__file__).parents[2]
FENCE = re.compile(r'^```jinja title="(?P<path>templates/[^"]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
WORDS = {
    "site.yaml": "title: Notes\nurl: https://me.example/\ndescription: What was measured.\n",
    "content/imprint.md": "# Imprint\n\nWho writes here.\n",
    "content/posts/a.md": post("Alpha", "2026-01-01", "The first paragraph.\n\n## Part\n\nMore."),
    "content/posts/b.md": post("Beta", "2026-01-02", "Text."),
}


def documented() -> dict[str, str]:
    """Return the templates that docs/templates.md shows."""
    text = (REPOSITORY / "docs" / "templates.md").read_text("utf-8")
    return {fence["path"]: fence["text"] for fence in FENCE.finditer(text)}


def small(root: Path, files: Mapping[str, str | bytes]) -> Built:
    """Build a small site in memory, with these files of its own."""
    for path, text in {**WORDS, **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return build(Options(root=root, now=NOW))


def pages(built: Built) -> dict[str, str]:
    assert built.problems == []
    return {path: data.decode("utf-8") for path, data in built.outputs.items() if path.endswith(".html")}


def told(root: Path, files: Mapping[str, str | bytes]) -> list[Problem]:
    return small(root, files).problems


def test_the_example_of_the_documentation_is_the_theme_with_its_parts_filled(tmp_path: Path) -> None:
    shown = documented()
    assert sorted(shown) == [
        "templates/base.html",
        "templates/partials/after-post.html",
        "templates/partials/head.html",
    ]
    made = pages(small(tmp_path, shown))
    for path, html in made.items():
        head, _, body = html.partition("</head>")
        assert 'src="https://stats.example/count.js" data-site="https://me.example/"' in head, path
        assert 'class="imprint"><a href="/imprint/"' in body
        assert "What was measured." in body.partition('<footer class="site-footer">')[2]
        assert "Skip to the text" in body
        assert ("talk.example" in body) == path.startswith(("posts/a/", "posts/b/")), path
    post_page = made["posts/a/index.html"]
    assert 'data-page="https://me.example/posts/a/"' in post_page
    assert post_page.index("More.") < post_page.index('class="comments"') < post_page.index("</article>")


def test_parts_that_are_not_filled_leave_no_trace(tmp_path: Path) -> None:
    page = pages(small(tmp_path / "one", {}))["posts/a/index.html"]
    filled = {f"templates/partials/{part}.html": "<b>x</b>" for part in ("head", "after-post", "footer")}
    other = pages(small(tmp_path / "two", filled))["posts/a/index.html"]
    assert other.count("<b>x</b>") == 3
    assert re.sub(r" *<b>x</b>", "", other) == page


@pytest.mark.chromium
def test_the_extended_theme_is_seen_in_a_browser(tmp_path: Path) -> None:
    """What services send runs where the parts put it, and the page keeps its form. A picture of it is left to look at."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and needed here alone

    built = small(tmp_path, documented())
    asked: list[str] = []

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.netloc == "stats.example":
            asked.append(route.request.url)
            route.fulfill(body="document.body.dataset.counted = 'yes'", content_type="text/javascript")
        elif url.netloc == "talk.example":
            script = "const p = document.createElement('p'); p.textContent = 'A comment on ' + document.currentScript.dataset.page; document.currentScript.after(p)"
            route.fulfill(body=script, content_type="text/javascript")
        else:
            path = url.path.removeprefix("/") + ("index.html" if url.path.endswith("/") else "")
            kind = "text/css" if path.endswith(".css") else "image/svg+xml" if path.endswith(".svg") else "text/html"
            route.fulfill(body={str(key): data for key, data in built.outputs.items()}[path], content_type=kind)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 900, "height": 900})
        page.route("**/*", answer)
        page.goto("https://me.example/posts/a/")
        page.wait_for_selector("text=A comment on https://me.example/posts/a/")
        assert page.evaluate("document.body.dataset.counted") == "yes"
        comments = page.locator("section.comments").bounding_box()
        text = page.locator(".content").bounding_box()
        foot = page.locator(".site-footer").bounding_box()
        page.screenshot(path=tmp_path / "extended.png", full_page=True)
        chromium.close()
    assert comments is not None
    assert text is not None
    assert foot is not None
    assert text["y"] + text["height"] <= comments["y"] < foot["y"]
    assert comments["x"] == text["x"]
    assert asked == ["https://stats.example/count.js"]


# ---------------------------------------------------------------- theme:


@pytest.mark.parametrize(
    ("files", "has"),
    [
        pytest.param(
            {"templates/post.html": '{% extends "theme:post.html" %}{% block title %}mine{% endblock %}'},
            ["<title>mine</title>", "<h1>Alpha</h1>"],
            id="a template of the same name",
        ),
        pytest.param(
            {
                "templates/base.html": "<title>{{ page.title }}</title><p>own base</p>{% block brand %}{% endblock %}{% block main %}{% endblock %}",
                "templates/post.html": '{% extends "theme:base.html" %}{% block main %}plain{% endblock %}',
            },
            ["Skip to the text", "plain"],
            id="past one's own of that name",
        ),
        pytest.param(
            {
                "templates/partials/card.html": "own card",
                "templates/partials/around.html": '{% set post = site.posts()[0] %}{% include "theme:partials/card.html" %}',
            },
            ['<a href="/posts/b/">Beta</a>'],
            id="by include",
        ),
    ],
)
def test_the_themes_template_is_meant_whatever_the_site_has_of_its_name(
    tmp_path: Path, files: dict[str, str], has: list[str]
) -> None:
    page = pages(small(tmp_path, files))["posts/a/index.html"]
    assert [text for text in has if text not in page] == []


def test_a_template_that_the_theme_has_not_is_told_with_those_that_it_has(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"templates/post.html": '{% extends "theme:bsae.html" %}'})
    assert (found.path, found.line, found.column, found.length) == ("templates/post.html", 1, 12, 17)
    assert found.hint == "did you mean 'theme:base.html'?"


def test_a_template_that_extends_itself_is_told_how_the_theme_s_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, {"templates/base.html": '{% extends "base.html" %}\n'})[0]
    assert (found.path, found.line, found.column) == ("templates/base.html", 1, 4)
    assert found.message.endswith("without end; the theme's own is 'theme:base.html'")


def test_a_site_s_own_template_is_none_of_the_themes(tmp_path: Path) -> None:
    files = {"templates/talk.html": "talk", "templates/page.html": '{% include "theme:talk.html" %}'}
    assert [p.message for p in told(tmp_path, files) if p.rule == "template-error"] == [
        "there is no template 'theme:talk.html'"
    ]


# ---------------------------------------------------------------- templates that nothing uses


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("psot.html", "did you mean 'post.html'?"),
        ("Post.html", "did you mean 'post.html'?"),
        ("posts.html", "did you mean 'post.html'?"),
        ("post.htm", "did you mean 'post.html'?"),
        ("partials/hed.html", "did you mean 'partials/head.html'?"),
        ("head.html", "did you mean 'partials/head.html'?"),
        ("partial/footer.html", "did you mean 'partials/footer.html'?"),
        ("talk.html", "name it by 'template: talk.html' in a page's front matter, include it, or delete it"),
    ],
)
def test_a_template_that_nothing_uses_is_told_with_the_name_that_was_meant(
    tmp_path: Path, name: str, hint: str
) -> None:
    (found,) = told(tmp_path, {f"templates/{name}": "<p>x</p>"})
    assert (found.rule, found.path, found.severity, found.hint) == (
        "unused-template",
        f"templates/{name}",
        "warning",
        hint,
    )


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"templates/term.html": "no page has a term"}, id="a kind's"),
        pytest.param({"templates/partials/card.html": "x", "templates/list.html": "x"}, id="over the theme's"),
        pytest.param({"content/c.md": "---\ntemplate: talk.html\n---\n# C\n"}, id="a page's"),
        pytest.param(
            {"content/posts/c.md": post("C", "2026-01-01", "Text.", "template: talk.html\ndraft: true\n")},
            id="a draft's",
        ),
        pytest.param({"templates/post.html": '{% extends "talk.html" %}'}, id="extended"),
        pytest.param({"templates/partials/head.html": '{% include "talk.html" %}'}, id="included by a part"),
        pytest.param({"templates/post.html": '{% import "talk.html" as t %}'}, id="imported"),
        pytest.param({"templates/post.html": '{% include ["other.html", "talk.html"] %}'}, id="one of several"),
        pytest.param({"templates/post.html": "{% include page.extra.get('part', 'talk.html') %}"}, id="by expression"),
        pytest.param({"templates/post.html": "{% include 'theme:404.html' %}{% include 'talk.html' %}"}, id="beside"),
    ],
)
def test_a_template_that_something_may_use_is_not_told(tmp_path: Path, files: dict[str, str]) -> None:
    others = {} if "templates/term.html" in files or "templates/list.html" in files else {"templates/talk.html": "x"}
    assert [p for p in told(tmp_path, others | files) if p.rule == "unused-template"] == []


def test_what_two_templates_do_for_each_other_alone_is_told_of_both(tmp_path: Path) -> None:
    files = {"templates/one.html": '{% include "two.html" %}', "templates/two.html": "x"}
    assert [p.path for p in told(tmp_path, files)] == ["templates/one.html", "templates/two.html"]


def test_a_template_with_a_fault_has_its_own_problem_and_no_other(tmp_path: Path) -> None:
    files = {"templates/post.html": '{% include "part.html" %}{% nothing %}', "templates/part.html": "x"}
    assert [(p.rule, p.path) for p in told(tmp_path, files)] == [("template-error", "templates/post.html")]


def test_a_note_beside_templates_is_no_template(tmp_path: Path) -> None:
    assert told(tmp_path, {"templates/README.md": "How these hang together."}) == []


# ---------------------------------------------------------------- where a template's fault stands


@pytest.mark.parametrize(
    ("template", "line", "column", "length"),
    [
        pytest.param("<title>{{ page.titel }}</title>", 1, 16, 5, id="an attribute"),
        pytest.param("a\n\té {{ nope }}", 2, 7, 4, id="a name"),
        pytest.param("{{ page.extra['a'] }}", 1, 15, 3, id="a key"),
        pytest.param("{{ page.title }}{{ site.extra.nix }}{{ page.nix }}", 1, 31, 3, id="another's attribute"),
        pytest.param("{% macro f(x) %}{{ x.titel }}{% endmacro %}\n{{ f(page) }}", 1, 22, 5, id="by another name"),
        pytest.param("{{ 1 }}\r\n\r\n{{\r\n  page.titel }}", 4, 8, 5, id="on a later line"),
        pytest.param("{% raw %}{{ page.titel }}{% endraw %}{{ page.titel }}", 1, 46, 5, id="after raw text"),
        pytest.param("x\n  {%- if page.titel %}{% endif %}", 2, 15, 5, id="after a dash"),
        pytest.param("{{ 'page.titel' }} {{ page.titel }}", 1, 28, 5, id="after words"),
        pytest.param("x {{ page.title|nofilter }}", 1, 17, 8, id="a filter"),
        pytest.param("x {{ page.title & 2 }}", 1, 17, 1, id="a letter"),
        pytest.param("x {{ 1 }} {% endblok %}", 1, 14, 7, id="a tag"),
        pytest.param("{% if page b %}{% endif %}", 1, 12, 1, id="a word too much"),
        pytest.param("x\n{% if page %}\n{% for a in [] %}{% endfor %}\n", 2, 4, 2, id="a block that never ends"),
        pytest.param("x\n y {{ page.title\n", 2, 4, 2, id="an expression that never ends"),
        pytest.param("x {# no end", 1, 3, 2, id="a comment that never ends"),
        pytest.param("x {% include 'nope.html' %}", 1, 14, 11, id="a template"),
        pytest.param("{% extends 'base.html' %}\n{% block mian %}{% endblock %}", 2, 10, 4, id="a block"),
        pytest.param("x {{ site.asset('nope.css') }}", 1, 11, 5, id="an answer"),
        pytest.param("x {{ page.title + 1 }}", 1, 6, 4, id="an expression"),
    ],
)
def test_a_fault_in_a_template_stands_at_its_place(
    tmp_path: Path, template: str, line: int, column: int, length: int
) -> None:
    (found,) = told(tmp_path, {"templates/post.html": template.encode()})
    assert (found.path, found.line, found.column, found.length) == ("templates/post.html", line, column, length)
    assert found.excerpt == template.replace("\r\n", "\n").split("\n")[line - 1]


def test_a_fault_in_a_part_stands_in_the_part(tmp_path: Path) -> None:
    part = "{# a comment #}\n{{ page.titel }}"
    (found,) = told(tmp_path, {"templates/partials/after-post.html": part})
    assert (found.path, found.line, found.column) == ("templates/partials/after-post.html", 2, 9)
    assert found.hint.startswith("filled for content/posts/a.md, from theme:post.html:")


def test_a_page_that_names_no_template_that_is_there_is_told_at_the_key(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"content/talk.md": "---\ntitle: Talk\ntemplate: talk.html\n---\n\nText.\n"})
    assert (found.path, found.line, found.column, found.length, found.hint) == ("content/talk.md", 3, 11, 9, "")


def test_a_fault_that_shows_in_the_theme_s_own_template_is_shown_there(tmp_path: Path) -> None:
    settings = "title: Notes\nurl: https://me.example/\ntheme: {stylesheets: [none.css]}\n"
    (found,) = told(tmp_path, {"site.yaml": settings})
    assert found.path == "theme:base.html"
    assert found.excerpt[found.column - 1 :].startswith("asset(name)")


def test_bytes_that_are_no_text_are_told_at_their_column(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"templates/post.html": "x\né <b>".encode() + b"\xff</b>"})
    assert (found.line, found.column) == (2, 6)


# ---------------------------------------------------------------- files beside templates


def test_a_style_sheet_in_the_sites_static_folder_is_found_under_its_own_name(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: Notes\nurl: https://me.example/sub/\ntheme: {stylesheets: [css/mine.css]}\n",
        "static/css/mine.css": "body { color: #111 }",
    }
    page = pages(small(tmp_path, files))["posts/a/index.html"]
    sheets = [e.attributes["href"] for e in elements(page) if e.attributes.get("rel") == "stylesheet"]
    assert sheets[-1] == "/sub/css/mine.css"


def test_a_folder_without_pages_keeps_its_name_and_the_names_below(tmp_path: Path) -> None:
    files = {
        "content/Live_Demo/index.html": '<link rel="stylesheet" href="My_Files/app.css">',
        "content/Live_Demo/My_Files/app.css": "b {}",
        "content/Some Notes/a.md": "# A\n\n[demo](../Live_Demo/index.html) ![x](Big_Pictures/x.svg)\n",
        "content/Some Notes/Big_Pictures/x.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "content/Some Notes/near.csv": "1",
    }
    built = small(tmp_path, files)
    assert built.problems == []
    assert {path for path in built.outputs if path.startswith(("Live", "some"))} == {
        "Live_Demo/index.html",
        "Live_Demo/My_Files/app.css",
        "some-notes/a/index.html",
        "some-notes/Big_Pictures/x.svg",
        "some-notes/near.csv",
    }
    page = built.outputs["some-notes/a/index.html"].decode()  # type: ignore[index]
    assert 'href="/Live_Demo/index.html"' in page
    assert 'src="/some-notes/Big_Pictures/x.svg"' in page
