"""Lexing with fewer tries gives the tokens that Pygments' own way gives, for every lexer and any text."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_all_lexers, get_lexer_by_name

from proofpress.listings.masks import State, tokens_of

if TYPE_CHECKING:
    from pygments.lexer import Lexer

PIECES = [
    *" \t\n\n()[]{}<>\"'`#@$%&*+-=/\\|:;,.!?~^_0", "  ", "\n    ", "def f(x):", "return ", "class A", "import a.b", "if x then", "end\n",
    "let mut y: u8 = 0x1F;", "fn main() {", "// c\n", "# c\n", "/* c */", "<!-- c -->", "<a href='b'>", "</a>", "&lt;", "'''", '"""', 'r"\\d"',
    "SELECT * FROM t", "select", "$x = 1;", "${y}", "$(z)", "{{ v }}", "{% if %}", "@decorator", "#!/bin/sh", "--flag", "key: value", "[section]",
    "1.5e-3", "\\begin{a}", "|> f", "=>", "->", "<<EOF\n", "EOF\n", "é", "ſ", "\N{KELVIN SIGN}", "İ", "漢", "\N{NO-BREAK SPACE}", "\x1c", "\r\n", "IF", "Begin",
]  # fmt: skip
HERE = ["python", "bash", "rust", "javascript", "sql", "html", "toml", "ruby", "c", "css", "php", "perl"]


def same(lexer: Lexer, *texts: str) -> bool:
    states: dict[str, State] = {}
    return all(list(tokens_of(lexer, states, text, 0)) == list(lexer.get_tokens_unprocessed(text)) for text in texts)


@settings(deadline=None)  # a lexer is compiled when it is first asked
@given(st.sampled_from(HERE), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_lexers_that_many_use_give_the_same_tokens(name: str, text: str) -> None:
    assert same(get_lexer_by_name(name), text)


def test_what_was_learnt_of_a_lexer_serves_the_next_text() -> None:
    lexer = get_lexer_by_name("python")
    states: dict[str, State] = {}
    text = "def f(x):\n    return 'a' + str(x)  # b\n" * 40
    first = list(tokens_of(lexer, states, text))
    root = states["root"]
    assert 0 < len(root.by_character["d"]) < len(root.rules) / 2
    assert first == list(tokens_of(lexer, states, text)) == list(lexer.get_tokens_unprocessed(text))


@pytest.mark.thorough
def test_every_lexer_of_pygments_gives_the_same_tokens() -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices(PIECES, k=50)) for _ in range(5)]
    names = [names[0] for _, names, _, _ in get_all_lexers(plugins=False) if names]
    assert [name for name in names if not same(get_lexer_by_name(name), *texts)] == []
