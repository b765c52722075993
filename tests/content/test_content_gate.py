"""What begins a file: front matter of ours, front matter that was meant, or text. What says that it is a draft is one."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.content.documents import read
from proofpress.model import Document, Source
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from collections.abc import Callable


def load(text: str, path: str = "content/posts/post.md") -> Document:
    return read(Source(SourcePath(path), text.encode()), zone=dt.UTC, taxonomies=("tags", "series"), authors=())


def rules(document: Document) -> set[str]:
    return {found.rule for found in document.problems}


FORMS: dict[str, Callable[[str, str], str]] = {
    "yaml": lambda key, value: f"---\ntitle: Later\n{key}: {value}\n---\nText\n",
    "yaml with crlf": lambda key, value: f"---\r\ntitle: Later\r\n{key}: {value}\r\n---\r\nText\r\n",
    "yaml in braces": lambda key, value: f"---\n{{title: Later, {key}: {value}}}\n---\nText\n",
    "yaml with a fault": lambda key, value: f"---\ntitle: Rust: a language\n{key}: {value}\n---\nText\n",
    "yaml that says it twice": lambda key, value: f"---\ntitle: A\ntitle: B\n{key}: {value}\n---\nText\n",
    "yaml with a merge": lambda key, value: f"---\ntitle: A\n<<: {{{key}: {value}}}\n---\nText\n",
    "yaml never closed": lambda key, value: f"---\ntitle: Later\n\n{key}: {value}\n\nText\n",
    "yaml below yaml": lambda key, value: f"---\ntitle: A\n---\n---\n{key}: {value}\n---\nText\n",
    "yaml below nothing": lambda key, value: f"---\n---\ntitle: A\n{key}: {value}\n---\nText\n",
    "toml": lambda key, value: f'+++\ntitle = "Later"\n{key} = "{value}"\n+++\nText\n',
    "json": lambda key, value: json.dumps({"title": "Later", key: value}) + "\nText\n",
    "json on lines": lambda key, value: json.dumps({"title": "Later", key: value}, indent=2) + "\n\nText\n",
    "json with a fault": lambda key, value: f'{{\n"title": "Later",\n"{key}": {value},\n}}\n\nText\n',
    "pelican": lambda key, value: f"Title: Later\nDate: 2024-03-05\n{key.capitalize()}: {value}\n\nText\n",
    "one line alone": lambda key, value: f"{key}: {value}\n\nText\n",
    "nikola": lambda key, value: f"<!--\n.. title: Later\n.. {key}: {value}\n-->\n\nText\n",
    "nikola without a comment": lambda key, value: f".. title: Later\n.. {key}: {value}\n\nText\n",
    "restructured text": lambda key, value: f":title: Later\n:{key}: {value}\n\nText\n",
    "org": lambda key, value: f"#+title: Later\n#+{key}: {value}\n\nText\n",
    "hexo": lambda key, value: f"title: Later\n{key}: {value}\n---\nText\n",
    "hexo with semicolons": lambda key, value: f';;;\n"title": "Later",\n"{key}": "{value}"\n;;;\nText\n',
    "hexo closed by semicolons": lambda key, value: f'"title": "Later",\n"{key}": "{value}"\n;;;\nText\n',
    "four dashes": lambda key, value: f"----\ntitle: Later\n{key}: {value}\n----\nText\n",
    "two dashes": lambda key, value: f"--\ntitle: Later\n{key}: {value}\n--\nText\n",
    "long dashes": lambda key, value: f"\u2014\u2014\u2014\ntitle: Later\n{key}: {value}\n\u2014\u2014\u2014\nText\n",
    "dashes apart": lambda key, value: f"- - -\ntitle: Later\n{key}: {value}\n---\nText\n",
    "named yaml": lambda key, value: f"---yaml\ntitle: Later\n{key}: {value}\n---\nText\n",
    "in a comment": lambda key, value: f"<!--\n---\ntitle: Later\n{key}: {value}\n---\n-->\nText\n",
}
SAYINGS = [
    ("draft", "true"), ("draft", "True"), ("draft", "yes"), ("published", "false"), ("published", "no"), ("publish", "false"),
    ("status", "draft"), ("status", "Draft"), ("status", "private"), ("is_draft", "true"),
]  # fmt: skip
BEFORE = st.lists(
    st.sampled_from(
        ["\n", " \n", "\ufeff", "\u200b", "\u00ad", "\u00a0", " ", "\t", "\u2060", "<!-- kept by hand -->\n", "<!--\nby hand\n-->\n"]
    ),
    max_size=3,
).map("".join)  # fmt: skip


@given(before=BEFORE, form=st.sampled_from(sorted(FORMS)), saying=st.sampled_from(SAYINGS))
@settings(max_examples=600, deadline=None)
def test_what_says_in_any_tools_words_that_it_is_a_draft_is_one(
    before: str, form: str, saying: tuple[str, str]
) -> None:
    document = load(before + FORMS[form](*saying))
    assert document.front.draft, (before, form, saying)
    ours = form.startswith(("yaml", "toml")) and saying[0] == "draft"
    assert document.problems or ours, (before, form, saying)


@given(
    before=BEFORE.filter(lambda text: text != "\ufeff" and text.strip("\ufeff ")), form=st.sampled_from(sorted(FORMS))
)
@settings(max_examples=300, deadline=None)
def test_front_matter_that_does_not_begin_the_file_as_ours_does_is_an_error(before: str, form: str) -> None:
    document = load(before + FORMS[form]("layout", "post"))
    if form == "one line alone":  # a line that may be anything
        return
    assert any(found.severity == "error" and found.line for found in document.problems), (before, form)


@pytest.mark.parametrize(
    "form", [name for name in FORMS if not name.startswith("yaml") and name not in ("toml", "one line alone")]
)
def test_another_tools_form_is_an_error_that_says_how_to_write_it(form: str) -> None:
    found = next(one for one in load(FORMS[form]("layout", "post")).problems if one.severity == "error")
    assert found.rule in ("foreign-front-matter", "misplaced-front-matter")
    assert "'---'" in found.hint


def test_what_stands_before_is_named_and_the_keys_are_read_all_the_same() -> None:
    document = load("\n\u200b---\ntitle: Later\ntags: [a]\n---\nText\n")
    (found,) = document.problems
    assert (found.rule, found.line) == ("misplaced-front-matter", 2)
    assert "a blank line stands before it" in found.message
    assert (document.front.title, document.front.terms, document.text) == ("Later", {"tags": ("a",)}, "Text\n")
    assert (document.places["title"].line, document.first_line) == (3, 6)


@pytest.mark.parametrize(
    "text",
    [
        "Note: this is how it went.\n\nText\n",
        "TL;DR: use a linker.\n",
        "Table of Contents:\n\n- [a](#a)\n",
        "Note: two words\n---------------\n\nText\n",
        "---\n\nA rule across the page, and text.\n",
        "***\n\nTitle: of something\n",
        "| a | b |\n|---|---|\n| title: | c |\n",
        "<!-- more -->\n\nText\n",
        "<!-- a comment, with a colon: so -->\n# Title\n\nText\n",
        "{% raw %}\ntext\n{% endraw %}\n",
        "{{ page.title }}\n",
        '{ "compilerOptions": { "strict": true } }\n',
        "```yaml\n---\ntitle: x\ndraft: true\n---\n```\n",
        "# Title\n\ndraft: true\n",
        "Status: all tests pass again\n\nText\n",
        "Update: the draft is out.\nIt was long.\n",
        "https://example.org/: an address\n",
        ":smile: hello\n",
        "--\n\nA signature\n--\n",
        "---\ntitle: A\ndate: 2024-01-05\n---\nStatus: draft\n\nText about drafts.\n",
        "---\ntitle: A\ndate: 2024-01-05\n---\n\n---\n\nText between rules\n\n---\n",
        "---\ntitle: A\ndate: 2024-01-05\n---\n```\ndraft: true\n```\n",
        "---\ntitle: A\ndate: 2024-01-05\ndescription: |\n  draft: true\n---\nText\n",
    ],
)  # fmt: skip
def test_a_text_that_only_looks_a_little_like_front_matter_is_text(text: str) -> None:
    document = load(text)
    assert document.problems == ()
    assert not document.front.draft


@pytest.mark.parametrize(("key", "value"), [("hidden", "true"), ("status", "hidden"), ("unlisted", "true")])
def test_what_another_tool_hides_from_lists_is_not_listed_and_is_never_called_a_draft(key: str, value: str) -> None:
    document = load(f"---\ntitle: A\n{key}: {value}\n---\nText\n")
    (found,) = document.problems
    assert (document.front.draft, document.front.listed) == (False, False)
    assert (found.rule, found.severity) == ("unknown-key", "warning")
    assert "listed: false" in found.message


def test_a_foreign_word_for_a_draft_is_taken_and_told() -> None:
    document = load("---\ntitle: A\nstatus: private\n---\nText\n")
    (found,) = document.problems
    assert document.front.draft
    assert (found.rule, found.line, found.hint) == ("unknown-key", 3, "write 'draft: true'")


@pytest.mark.parametrize("word", ["published", "publish", "done", "in progress", "active"])
def test_another_status_hides_nothing(word: str) -> None:
    assert not load(f"---\ntitle: A\nstatus: {word}\n---\nText\n").front.draft


@pytest.mark.parametrize("path", ["content/_drafts/a.md", "content/posts/_drafts/a.md", "content/_drafts/b/index.md"])
def test_what_lies_in_a_folder_of_drafts_is_one(path: str) -> None:
    assert load("---\ntitle: A\ndate: 2024-01-05\n---\nText\n", path).front.draft


def notebook(*cells: tuple[str, str], metadata: dict[str, object] | None = None) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for kind, text in cells
    ]
    return json.dumps({"cells": made, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


HOLDERS: dict[str, Callable[[str, str, str], str]] = {
    "a raw cell": lambda form, key, value: notebook(("raw", FORMS[form](key, value)), ("markdown", "Text")),
    "a cell of Markdown": lambda form, key, value: notebook(("markdown", FORMS[form](key, value)), ("code", "x = 1")),
    "a cell below code": lambda form, key, value: notebook(("code", "#hide\nx = 1"), ("raw", FORMS[form](key, value))),
    "a list": lambda _form, key, value: notebook(
        ("code", "#hide\nx = 1"), ("markdown", f'# "Title"\n> "What it is about"\n\n- toc: true\n- {key}: {value}\n')
    ),
    "metadata": lambda _form, key, value: notebook(("markdown", "Text"), metadata={"title": "A", key: value}),
    "metadata of a tool": lambda _form, key, value: notebook(("markdown", "Text"), metadata={"nikola": {key: value}}),
    "a value of JSON": lambda _form, key, value: notebook(
        ("markdown", "Text"), metadata={key: {"true": True, "yes": True, "false": False, "no": False}.get(value, value)}
    ),
}
"""Where a notebook may say it."""


@given(holder=st.sampled_from(sorted(HOLDERS)), form=st.sampled_from(sorted(FORMS)), saying=st.sampled_from(SAYINGS))
@settings(max_examples=200, deadline=None)
def test_a_notebook_that_says_anywhere_that_it_is_a_draft_is_one(
    holder: str, form: str, saying: tuple[str, str]
) -> None:
    document = load(HOLDERS[holder](form, *saying), "content/posts/post.ipynb")
    assert document.front.draft, (holder, form, saying)


@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["raw", "markdown"]), st.sampled_from([make("draft", "true") for make in FORMS.values()])
        ),
        min_size=2,
        max_size=3,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_second_cell_that_says_it_does_no_harm_to_the_first(cells: list[tuple[str, str]]) -> None:
    assert load(notebook(*cells), "content/posts/post.ipynb").front.draft


@given(data=st.binary(max_size=80), cut=st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_notebook_or_a_problem(data: bytes, cut: int) -> None:
    whole = notebook(("raw", FORMS["yaml"]("date", "2026-01-01")), ("code", "x = 1"), metadata={"a": 1}).encode()
    for text in (data, whole[:cut] + data, whole[:cut] + data + whole[cut:]):
        document = read(Source(SourcePath("content/a.ipynb"), text), zone=dt.UTC, taxonomies=("tags",), authors=())
        told = any(one.rule == "notebook-syntax" for one in document.problems)
        assert told == (document.text.strip() == "")
        assert told or json.loads(text.decode("utf-8-sig"), strict=False)["nbformat"] == 4
