"""Attributes in braces: applied where they have an effect and do no harm, else a warning at their place."""

from __future__ import annotations

import re

import pytest

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.markdown.attributes import BRACES, TAKEN
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())
SANITIZED = Renderer(MarkdownOptions(html="sanitize"), HighlightOptions())


def render(text: str, renderer: Renderer = RENDERER) -> Body:
    return renderer.render(Document(path=SourcePath("content/a.md"), front=FrontMatter(title="t"), text=text))


@pytest.mark.parametrize("renderer", [RENDERER, SANITIZED], ids=["allowed", "sanitized"])
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("x ![i](https://x.example/i.png){width=50%}", 'class="width-50"'),
        ("x ![i](https://x.example/i.png){width=37.4% .x}", 'class="width-37 x"'),
        ("x ![i](https://x.example/i.png){width=2.5in}", 'width="240"'),
        ("x ![i](https://x.example/i.png){height=10em}", 'height="160"'),
        ("a | b\n--|--\n1 | 2\n{width=80%}", '<table class="width-80">'),
        ("x ![i](https://x.example/i.png){width=300px height=200}", 'width="300" height="200"'),
        ("x ![i](https://x.example/i.png){loading=eager .wide #i}", 'loading="eager"'),
        ("x ![i](https://x.example/i.png){align=right}", 'class="align-right"'),
        ("x [l](https://x.example){target=_blank}", 'rel="noopener"'),
        ("x [l](https://x.example){rel=nofollow target=_blank}", 'rel="nofollow noopener"'),
        ("x [l](https://x.example){target=_blank}", 'target="_blank"'),
        ("x [l](https://x.example){hreflang=de dir=ltr}", 'hreflang="de"'),
        ("x <https://x.example>{rel=me}", 'rel="me"'),
        ("x `c`{.python lang=en}", 'class="python"'),
        ("# h {aria-label=Heading data-x=1}", 'data-x="1"'),
        ("# h {aria-label=Heading data-x=1}", 'aria-label="Heading"'),
        ('a\nb\n{title="T t" role=note translate=no}', 'role="note"'),
        ('a\nb\n{title="T t" role=note translate=no}', 'translate="no"'),
        ("a\nb\n{: align=center}", 'class="align-center"'),
    ],
)
def test_what_is_safe_is_applied(text: str, tag: str, renderer: Renderer) -> None:
    body = render(text, renderer)
    if renderer is SANITIZED:  # which writes attributes in an order of its own
        missing = [part for part in re.findall(r'[\w-]+="[^"]*"', tag) if part not in body.html]
        assert missing == []
    else:
        assert tag in body.html
    assert body.problems == ()


@pytest.mark.parametrize(
    ("text", "what", "says"),
    [
        ('![i](https://x.example/i.png){style="position: fixed"}', 'style="position: fixed"', "class"),
        ("![i](https://x.example/i.png){style=background:url(x)}", "style=background:url(x)", "class"),
        ("![i](https://x.example/i.png){width=50% style= target=}", "style=", "class"),
        ("![i](https://x.example/i.png){onclick=f()}", "onclick=f()", "take it out"),
        ("![i](https://x.example/i.png){widht=50%}", "widht=50%", "did you mean 'width'"),
        ("![i](https://x.example/i.png){width=big}", "width=big", "width=50%"),
        ("![i](https://x.example/i.png){width=50vw}", "width=50vw", "width=50%"),
        ("![i](https://x.example/i.png){height=50%}", "height=50%", "height=300"),
        ("![i](https://x.example/i.png){width=3 width=4}", "width=4", "take one"),
        ("![i](https://x.example/i.png){target=_blank}", "target=_blank", "take it out"),
        ("![i](https://x.example/i.png){src=x.png}", "src=x.png", "take it out"),
        ("[l](https://x.example){width=3}", "width=3", "take it out"),
        ("[l](https://x.example){target=frame}", "target=frame", "_blank"),
        ("[l](https://x.example){foo=3}", "foo=3", "data-foo"),
        ("`c`{start=3}", "start=3", "take it out"),
        ("# h {#a #b}", "#b", "take one"),
        ("a\nb\n{: width=3}", "width=3", "take it out"),
        ("{dir=up}\na\nb", "dir=up", "dir=rtl"),
        ("> - # h {lang=!}", "lang=!", "lang=en"),
    ],
)
def test_what_is_not_applied_is_a_warning_at_its_place(text: str, what: str, says: str) -> None:
    body = render(text)
    found = body.problems[0]
    assert (found.rule, found.severity) == ("unused-attribute", "warning")
    assert text.split("\n")[found.line - 1][found.column - 1 :][: found.length] == what
    assert says in found.hint
    assert "color" not in body.html
    assert "onclick" not in body.html


def test_the_same_attribute_on_many_images_is_told_once_with_how_many_there_are() -> None:
    (found,) = render('![i](https://x.example/i.png){style="position: fixed"}\n\n' * 20).problems
    assert (found.line, "19 more" in found.hint) == (1, True)


def test_a_figure_keeps_its_own_ways_of_loading_unless_told_otherwise() -> None:
    lazy = render("![i](https://x.example/i.png){.wide}").html
    assert re.search(r'<img [^>]*class="wide"[^>]* loading="lazy" decoding="async"', lazy)
    eager = render("![i](https://x.example/i.png){loading=eager}").html
    assert re.findall(r'loading="(\w+)"', eager) == ["eager"]


def test_an_image_of_this_site_that_is_half_as_wide_still_gets_its_size() -> None:
    body = render("![i](i.png){width=50%}")
    assert [one.kind for one in body.references] == ["image"]
    assert 'class="width-50"' in body.html


def test_each_attribute_that_is_taken_has_a_form_that_something_meets() -> None:
    assert all(re.compile(form) for _, form in TAKEN.values())


@pytest.mark.parametrize(
    "text", ["{a=" + "b" * 60 + "=" * 3 + "}", "{" + "a=bbbb" * 40 + "!}", "{" + ".a" * 5000 + "!}"]
)
def test_braces_that_are_none_are_found_out_at_once(text: str) -> None:
    assert BRACES.match(text) is None
