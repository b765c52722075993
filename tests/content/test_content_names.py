"""A file's name says where its page goes and when it was written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.names import Name, is_index, lists, split
from proofpress.paths import SourcePath, unportable

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


PARTS = st.lists(
    st.sampled_from(
        [
            "con",
            "CON",
            "Com1",
            "com0",
            "lpt9",
            "nul",
            "aux.",
            "prn",
            "a",
            ".",
            " ",
            "\t",
            "\x1f",
            "\u2003",
            ":",
            "*",
            "\\",
            "é",
            "\n",
        ]
    ),
    max_size=4,
).map("".join)


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_windows_holds_no_device_no_mark_with_a_meaning_and_no_name_that_ends_in_a_dot_or_a_blank(
    parts: list[str],
) -> None:
    def refused(part: str) -> bool:
        devices = {"con", "prn", "aux", "nul", *(f"{of}{n}" for of in ("com", "lpt") for n in "123456789")}
        return (
            part.split(".", maxsplit=1)[0].rstrip().lower() in devices
            or part.endswith((".", " "))
            or any(mark in '<>:"|?*\\' or mark < " " for mark in part)
        )

    assert unportable("/".join(parts)) == next(filter(refused, parts), None)
