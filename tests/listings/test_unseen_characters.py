"""Characters that are not seen for what they are, in listings and in links: told at their place, once a kind."""

from __future__ import annotations

import pytest
from written_listings import pointed_at, render


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        ("python", "if x:\n\u00a0   y\n", "\u00a0"),
        ("python", "if x:\n\u3000y\n", "\u3000"),
        ("sh", "ls \ufeff-l\n", "\ufeff"),
        ("sh", "echo \u2067abc\n", "\u2067"),
        ("js", "if (a) { /*\u202e } \n", "\u202e"),
        ("js", "a\u200bb\n", "\u200b"),
        ("js", "a\u200db\n", "\u200d"),
        ("js", "const \u3164 = 1\n", "\u3164"),
        ("", "a\u00adb\n", "\u00ad"),
        ("text", "a\u200eb\n", "\u200e"),
        ("c", "x\U000e0041y\n", "\U000e0041"),
        ("go", "x\u2009= 1\n", "\u2009"),
        ("js", "f('a')\u00a0+ 'b'\n", "\u00a0"),
        ("js", "f('\u202e')\n", "\u202e"),
    ],
)
def test_a_character_of_a_listing_that_deceives_is_a_warning_at_its_place(
    language: str, code: str, character: str
) -> None:
    text = f"> ```{language}\n" + "".join(f"> {line}\n" for line in code.splitlines()) + "> ```\n"
    (found,) = render(text).problems
    assert (found.rule, found.severity) == ("invisible-character", "warning")
    assert pointed_at(found, text) == character
    assert f"U+{ord(character):04X}" in found.message
    assert (found.message + found.hint).isprintable()


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("text", "a\u00a0b\n"),
        ("js", "// 12\u202f345\n"),
        ("sh", "├──\u00a0a\n│\u00a0\u00a0 └── b\n"),
        ("python", "x = '👩\u200d💻'\n"),
        ("python", "# می\u200cخواهم\n"),
        ("python", "# שלום\u200f!\n"),
        ("python", "x = 1  # 说\u3000明\n"),
        ("js", "x = '🏴\U000e0067\U000e0062\U000e007f'\n"),
        ("python", "x = 'naïve → ok — …'\n"),
        ("js", "const separator = '\u2028';\n"),
        ("js", "// → { type: 'group', value: '\u202f' },\n"),
        ("js", 'parse("{\\"a\\":\\"\u2029\\"}");\n'),
        ("html", "<!\u200b--\n"),
    ],
)
def test_a_character_that_does_what_it_is_made_for_is_left_alone(language: str, code: str) -> None:
    assert render(f"```{language}\n{code}```\n").problems == ()


def test_a_listing_full_of_them_is_told_on_three_lines_with_how_many_there_are() -> None:
    found = render("```python\n" + "\u00a0\u00a0x = 1\n" * 40 + "```\n").problems
    assert [(one.line, one.column) for one in found] == [(2, 1), (3, 1), (4, 1)]
    assert "37 more lines" in found[2].hint


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("See [x](https://exam\u200bple.org/).", "\u200b"),
        ("See [x\u202ey](https://x.example/).", "\u202e"),
        ("See <https://exam\u00adple.org/>.", "\u00ad"),
        ("See ![x](https://x.example/a\u2060.png).", "\u2060"),
        ("See [x](https://x.example/a\u00a0b).", "\u00a0"),
        ("See [x](https://x.example/1\u202f2).", "\u202f"),
        ("See [x](https://x.example/a\u3000b).", "\u3000"),
        ("See [x](https://x.example/a\ufeff).", "\ufeff"),
        ("Words, [a][b].\n\n[b]: https://x.example/\u202eb", "\u202e"),
    ],
)
def test_a_character_of_a_link_that_deceives_is_a_warning(text: str, character: str) -> None:
    (found,) = render(text).problems
    assert found.rule == "invisible-character"
    assert f"U+{ord(character):04X}" in found.message
    if "[b]:" not in text:
        assert pointed_at(found, text) == character


def test_prose_may_hold_them() -> None:
    assert render("10\u00a0km, and an\u00adother [kind\u00a0of link](https://x.example/).").problems == ()
