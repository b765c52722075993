"""What pages say by themselves: in the site's language, in its own words where it has some, and never in English by accident."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest
from small_site import SmallSite, post

from proofpress.words.reading import shipped, shipped_languages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.words.catalogue import Entry

EVERYTHING: Final = """\
Qqq.[^a] Qqq.[^a]

<!-- more -->

- [ ] qqq
- [x] qqq

## Qqq

> [!NOTE]
> Qqq.

> [!TIP]
> Qqq.

> [!IMPORTANT]
> Qqq.

> [!WARNING]
> Qqq.

> [!CAUTION]
> Qqq.

> [!INFO]
> Qqq.

> [!HINT]
> Qqq.

> [!ATTENTION]
> Qqq.

> [!DANGER]
> Qqq.

> [!ERROR]
> Qqq.

:::details
Qqq `qqq`.
:::

## Qqq

## Qqq

```python collapse={2-3} linenos {#qqq}
q = 1  # (1)!
q = 2
q = 3
```

1. Qqq.

```python step of="qqq.py"
q = 1
```

```python step of="qqq.py" append
q = 2
```

$$q$$

[^a]: Qqq.
"""

SITE: Final = {
    "content/posts/a.md": post(
        "Qq a", "2024-05-03", EVERYTHING, "tags: [qq, qqq]\nseries: Qqq\ncategories: [qqqq]\nupdated: 2024-06-07\naliases: [/qq/]\n"
    ),
    "content/posts/b.md": post("Qq b", "2024-05-02", "Qqq.", "tags: [qq, qqq]\nseries: Qqq\n"),
    "content/posts/c.md": post("Qq c", "2024-05-01", "Qqq.", "tags: [qq]\n"),
    "content/posts/d.md": "---\ntitle: Qq d\ndraft: true\n---\n\nQqq.\n",
    "content/posts/e.md": "---\ntitle: Qq e\n---\n\nQqq.\n",
}  # fmt: skip


def settings(language: str) -> str:
    return (
        f"title: Qq\nurl: https://me.example/\nlanguage: {language}\npaginate: 2\n"
        "taxonomies: [tags, series, categories]\nmenu: [{title: Qqqq, url: /archive/}]\n"
        "repository: {url: https://github.com/me/q}\nfeeds: {rss: true}\nsearch: true\n"
    )


def texts(html: str) -> Iterator[str]:
    """Give all that a page says: its texts, and what is read out of its attributes."""
    html = re.sub(r"<math.*?</math>|<!doctype html>|(<script[^>]*>).*?</script>", r"\1", html, flags=re.DOTALL)
    for found in re.findall(r'>([^<]+)<|(?:aria-label|data-(?:copy|copied|found|none|failed))="([^"]*)"', html):
        text = unescape(" ".join("".join(found).split()))
        if text:
            yield text


def patterns(entries: dict[str, Entry]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Give what a text of a catalogue looks like on a page, by its key."""
    for key, entry in entries.items():
        if key in {"first_day", "thousand", "million", "long_date", "short_date", "name", "months"}:
            continue
        for text in entry.values() if isinstance(entry, dict) else [entry] if isinstance(entry, str) else entry:
            for part in {text, *re.split(r"\{(?:link|name|date)\}", text)}:  # an element may stand there
                said = re.escape(part.strip()).replace(r"\{", "{").replace(r"\}", "}")
                if re.search(r"\w\w", part):
                    yield key, re.compile(re.sub(r"\{\w+\}", ".+", said))


@pytest.fixture
def whole(site: SmallSite) -> SmallSite:
    return site.write(SITE)


@pytest.mark.parametrize("language", shipped_languages())
def test_a_site_in_a_language_says_nothing_in_english_but_what_both_have(whole: SmallSite, language: str) -> None:
    whole.write({"site.yaml": settings(language)})
    pages = {path: page for path, page in whole.pages(drafts=True).items() if path.endswith(".html")}
    assert len(pages) > 12
    own = [pattern for _, pattern in patterns(shipped(language) or {})]
    english = list(patterns(shipped("en") or {}))
    said: set[str] = set()
    for path, page in pages.items():
        assert f'<html lang="{language}"' in page, path
        for text in texts(page):
            theirs = {key for key, pattern in english if pattern.fullmatch(text)}
            if language == "en":
                said |= theirs
            elif theirs:
                assert any(pattern.fullmatch(text) for pattern in own), (path, text, theirs)
    if language == "en":  # so that it is known that the pages have every word
        unsaid = {key for key, _ in english} - said
        assert unsaid == {"short_months", "no_posts", "has_moved", "section_link", "translations"}


def test_dates_and_numbers_and_plurals_are_written_as_the_language_has_them(whole: SmallSite) -> None:
    whole.write({"site.yaml": settings("de")})
    page = whole.pages()["posts/a/index.html"]
    assert '<time datetime="2024-05-03">3. Mai 2024</time>' in page
    assert 'aktualisiert am <time datetime="2024-06-07">7. Juni 2024</time>' in page
    assert "Teil 2 von 2 der Serie <cite>Qqq</cite>" in page
    assert "<summary>2 Zeilen</summary>" in page
    assert '<p class="alert-title">Hinweis</p>' in page
    assert 'aria-label="Zurück zur Textstelle 1-2"' in page


@pytest.mark.parametrize("language", ["ar", "he", "fa", "ur", "en", "ja"])
def test_a_language_that_runs_from_right_to_left_says_so_and_its_code_does_not(whole: SmallSite, language: str) -> None:
    whole.write({"site.yaml": settings(language)})
    pages = whole.pages()
    rtl = language in {"ar", "he", "fa", "ur"}
    for path, page in pages.items():
        if path.endswith(".html"):
            assert (' dir="rtl"' in page) == rtl, path
    page = pages["posts/a/index.html"]
    for code in (
        '<div dir="ltr" class="math"',
        '<div class="listing" data-language="python" dir="ltr"',
        '<code dir="ltr">qqq',
    ):
        assert (code in page) == rtl, code


def test_code_keeps_its_way_where_html_is_sanitised(whole: SmallSite) -> None:
    whole.write({"site.yaml": settings("ar") + "markdown: {html: sanitize}\n"})
    page = whole.pages()["posts/a/index.html"]
    assert page.count('dir="ltr"') >= 3


def test_a_site_s_own_words_are_over_the_catalogue_s_and_templates_read_those_that_it_adds(whole: SmallSite) -> None:
    whole.write(
        {
            "site.yaml": settings("de"),
            "words/de.yaml": (
                "reading_time:\n  one: eine Minute\n  other: '{n} Minuten'\n"
                "greeting: Grüß Gott\nlikes:\n  one: '{n} <Herz> von {who}'\n  other: '{n} Herzen von {who}'\n"
            ),
            "templates/partials/footer.html": (
                "{% set who %}<b>A & B</b>{% endset %}"
                '<p id="own">{{ words.greeting }}, {{ words.likes(n=1, who=who) }}, {{ words.likes(n=2345, who="<i>") }}, '
                '{{ words.get("nowhere", "–") }}, {{ "2024-02-01"|date("short") }}, {{ 12345|number }}</p>'
            ),
        }
    )
    built = whole.build()
    assert [found.message for found in built.problems if found.path.startswith("words/")] == []
    page = whole.pages()["posts/a/index.html"]
    assert "<span>eine Minute</span>" in page
    assert (
        '<p id="own">Grüß Gott, 1 &lt;Herz&gt; von <b>A & B</b>, 2.345 Herzen von &lt;i&gt;, –, 1. Feb. 2024, 12.345</p>'
        in page
    )


def test_a_macro_that_is_imported_speaks_the_language_of_the_page(whole: SmallSite) -> None:
    whole.write(
        {
            "site.yaml": settings("fr"),
            "templates/partials/when.html": "{% macro when(day) %}{{ day|date }}, {{ words.draft }}{% endmacro %}",
            "templates/partials/footer.html": (
                '{% from "partials/when.html" import when %}<p id="own">{{ when("2024-05-01") }}</p>'
            ),
        }
    )
    assert '<p id="own">1er mai 2024, Brouillon</p>' in whole.pages()["index.html"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ words.oldr }}", "'words' has no 'oldr' (did you mean 'older'?)"),
        ("{{ words.page_of }}", "'page_of' has places for values: write words.page_of(count=…, n=…)"),
        ("{{ words.lines() }}", "'lines' has a form for each number: write words.lines(n=…)"),
        (
            '{{ "2024-05-01"|date("medium") }}',
            'there is no form \'medium\' of a date: write date("long") or date("short")',
        ),
    ],
)
def test_a_word_that_is_asked_for_wrongly_is_told_in_the_template(site: SmallSite, written: str, said: str) -> None:
    site.write({"templates/partials/footer.html": f"<p>\n{written}</p>"})
    problem = site.problems("template-error")[0]
    assert (problem.path, problem.line, problem.message) == ("templates/partials/footer.html", 2, said)


@pytest.mark.parametrize(
    ("name", "text", "place", "rule", "message"),
    [
        ("de.yaml", "drafft: x\n", (1, 1), "unknown-word", "no page has a word 'drafft'"),
        ("de.yaml", "older: [a]\n", (1, 8), "wrong-type", "'older' takes text, not a list"),
        ("de.yaml", "months: [Jänner]\n", (1, 9), "wrong-type", "'months' takes a list of the twelve months, not a list"),
        ("de.yaml", "older: '{n} x'\n", (1, 8), "words-error", "nothing fills in '{n}' in 'older'"),
        ("pl.yaml", "lines: {one: a, few: b}\n", (1, 8), "words-error", "'lines' has no form 'other', which numbers have that no other form is for"),
        ("de.yaml", "lines: {other: a, many: b}\n", (1, 19), "words-error", "'many' is no category of plural that 'de' has"),
        ("de.yaml", "older: a\nolder: b\n", (2, 1), "duplicate-key", "the key 'older' stands here again; it is already on line 1"),
        ("de.yaml", "older: a: b\n", (1, 9), "words-error", "a value holds a colon followed by a space"),
        ("de.yaml", "- a\n", (1, 1), "wrong-type", "'words/de.yaml' takes lines of 'key: text', not a list"),
        ("de.txt", "older: a\n", (0, 1), "words-error", "a file of words is named after its language"),
        ("de/at.yaml", "older: a\n", (0, 1), "words-error", "a file of words is named after its language"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_of_words_is_told_at_its_place(
    site: SmallSite, name: str, text: str, place: tuple[int, int], rule: str, message: str
) -> None:
    site.write({f"words/{name}": text})
    found = [(p.path, p.line, p.column, p.rule, p.message) for p in site.problems() if p.path.startswith("words/")]
    assert found == [(f"words/{name}", *place, rule, message)]


def test_a_language_without_words_is_english_with_one_warning_that_says_which_file_to_write(site: SmallSite) -> None:
    site.write({"site.yaml": settings("fi"), **SITE})
    problems = [p for p in site.problems() if p.rule == "no-words"]
    assert [(p.path, p.line, p.severity, p.hint[:19]) for p in problems] == [
        ("site.yaml", 3, "warning", "write words/fi.yaml")
    ]
    page = site.pages()["posts/a/index.html"]
    assert '<html lang="fi">' in page
    assert "3 May 2024" in page
    site.write({"words/fi.yaml": "draft: Luonnos\n"})
    problems = [p for p in site.problems() if p.rule == "no-words"]
    assert [(p.path, p.line) for p in problems] == [("words/fi.yaml", 0)]
    assert problems[0].message.startswith("these words for 'fi' are missing, and stay English: 'name', 'long_date'")


def test_a_form_of_a_language_speaks_that_language_without_a_warning(site: SmallSite) -> None:
    site.write({"site.yaml": settings("de-AT"), **SITE})
    assert not site.problems("no-words")
    page = site.pages()["posts/a/index.html"]
    assert '<html lang="de-AT">' in page
    assert "3. Mai 2024" in page
