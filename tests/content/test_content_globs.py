"""Patterns say which files are posts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.globs import complaint, matcher


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("posts/**", "posts/a.md", True),
        ("posts/**", "posts/2024/a/index.md", True),
        ("posts/**", "posts", False),
        ("posts/**", "posts2/a.md", False),
        ("posts/**", "about.md", False),
        ("**", "a/b/c.md", True),
        ("**/a.md", "a.md", True),
        ("**/a.md", "x/y/a.md", True),
        ("**/a.md", "xa.md", False),
        ("a/**/b.md", "a/b.md", True),
        ("a/**/**/b.md", "a/x/y/b.md", True),
        ("posts/*.md", "posts/a.md", True),
        ("posts/*.md", "posts/x/a.md", False),
        ("posts/**.md", "posts/a.md", True),
        ("posts/**.md", "posts/x/a.md", False),
        ("?.md", "a.md", True),
        ("?.md", "ab.md", False),
        ("a?b", "a/b", False),
        ("[0-9]*.md", "2024.md", True),
        ("[!0-9]*.md", "2024.md", False),
        ("[!0-9]*.md", "a.md", True),
        ("a[!x]b", "a/b", False),
        ("a[.-0]b", "a/b", False),
        ("[]]", "]", True),
        ("[a-]", "-", True),
        ("[z-a]", "m", False),
        ("[", "[", True),
        ("[!]", "[!]", True),
        ("[^a]", "b", True),
        ("Posts/*", "posts/a", False),
        ("a+(b).md", "a+(b).md", True),
        ("*", "a\nb", True),
    ],
)
def test_a_pattern_matches_whole_paths(pattern: str, path: str, matches: bool) -> None:
    assert matcher([pattern])(path) is matches


def test_any_of_several_patterns_is_enough() -> None:
    is_post = matcher(["posts/**", "notes/*.md"])
    assert [is_post(path) for path in ("posts/a.md", "notes/a.md", "about.md")] == [True, True, False]
    assert not matcher([])("posts/a.md")


@pytest.mark.parametrize("pattern", ["", "/posts/**", "../x", "a/./b", "a//b", "a\\b", "!posts/**", "{a,b}/**"])
def test_a_pattern_that_means_nothing_is_told(pattern: str) -> None:
    assert complaint(pattern)


@given(
    st.text(alphabet=st.sampled_from("ab*?[]!^-/.\\&|~"), max_size=12),
    st.text(alphabet=st.sampled_from("ab/.-"), max_size=8),
)
def test_any_pattern_can_be_used(pattern: str, path: str) -> None:
    assert matcher([pattern])(path) in (True, False)


@given(st.text(min_size=1).filter(lambda text: not set("*?[") & set(text)))
def test_a_pattern_without_signs_matches_itself_alone(text: str) -> None:
    assert matcher([text])(text)
    assert not matcher([text])(text + "x")
