"""A file's name says where its page goes and when it was written."""

from __future__ import annotations

import datetime as dt

import pytest

from proofpress.content.names import Name, is_index, lists, split
from proofpress.paths import SourcePath

DAY = dt.date(2026, 5, 1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("content/posts/hello.md", Name("posts", "hello", None, False)),
        ("content/posts/2026-05-01-hello.md", Name("posts", "hello", DAY, False)),
        ("content/posts/2026-5-1-hello.markdown", Name("posts", "hello", DAY, False)),
        ("content/posts/2026-05-01_hello.md", Name("posts", "hello", DAY, False)),
        ("content/posts/hello/index.md", Name("posts", "hello", None, True)),
        ("content/posts/2026-05-01-hello/index.md", Name("posts", "hello", DAY, True)),
        ("content/2026-05-01-hello.md", Name("", "hello", DAY, False)),
        ("content/about.md", Name("", "about", None, False)),
        ("content/about/index.md", Name("", "about", None, True)),
        ("content/index.md", Name("", "index", None, False)),
        ("content/_index.md", Name("", "index", None, False)),
        ("content/_posts/2026-05-01-hello.md", Name("", "hello", DAY, False)),
        ("content/life/_posts/2026-05-01-hello.md", Name("life", "hello", DAY, False)),
        ("content/posts/2026-02-30-hello.md", Name("posts", "2026-02-30-hello", None, False)),
        ("content/posts/2026-05-01-.md", Name("posts", "2026-05-01-", None, False)),
        ("content/posts/2026-05-01.md", Name("posts", "2026-05-01", None, False)),
        ("content/posts/v1.2.md", Name("posts", "v1.2", None, False)),
        ("content/a/b/c/d.md", Name("a/b/c", "d", None, False)),
    ],
)
def test_a_name_is_taken_apart(path: str, name: Name) -> None:
    assert split(SourcePath(path)) == name


def test_an_index_beside_other_documents_is_the_text_of_a_list() -> None:
    paths = [
        SourcePath(f"content/{name}")
        for name in ("index.md", "posts/index.md", "posts/a.md", "posts/b/index.md", "notes/index.md", "notes/x/index.md", "about/index.md", "deep/index.md", "deep/er/page.md")
    ]  # fmt: skip
    assert lists(paths) == {
        f"content/{name}" for name in ("index.md", "posts/index.md", "notes/index.md", "deep/index.md")
    }


def test_the_home_page_is_a_list_even_alone() -> None:
    home = SourcePath("content/index.md")
    assert is_index(home, [home])
    assert not is_index(SourcePath("content/about/index.md"), [home, SourcePath("content/about/index.md")])
