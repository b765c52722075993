"""What a post claims that its listings print, held against what they printed; and the edits that mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posts_that_run import lock_of, parsed

from proofpress.model import Companion
from proofpress.paths import SourcePath
from proofpress.recorded.reading import recorded
from proofpress.recorded.values import Drawn, Printed, Raised, Table, Value
from proofpress.rules.edits import edited

if TYPE_CHECKING:
    from proofpress.problems import Problem
    from proofpress.recorded.values import Output


def claims(markdown: str, *outputs: Output) -> list[Problem]:
    """Return what is wrong with a post, of which the one listing that is run gave these."""
    text = parsed(markdown)
    beside = (Companion(SourcePath("content/posts/hello.run.yaml"), lock_of(markdown, outputs)),)
    document = msgspec.structs.replace(text.document, beside=beside)
    problems = recorded(text, document.front, beside).problems
    assert {one.rule for one in problems} <= {"false-claim"}
    return list(problems)


def mended(markdown: str, *outputs: Output) -> str:
    """Return a post as the edits of its one false claim leave it, by which nothing is wrong."""
    (found,) = claims(markdown, *outputs)
    after = edited(markdown, found.edits)
    assert claims(after, *outputs) == []
    return after


def fenced(output: str, info: str = "output", options: str = "") -> str:
    return f"```python run{options}\nrun()\n```\n\n```{info}\n{output}\n```\n"


@pytest.mark.parametrize(
    ("claim", "info", "outputs"),
    [
        ("1\n2", "output", (Printed("1\n2\n"),)),
        ("1  \n2\n", 'text title="output"', (Printed("1\n2  \n"),)),
        ("1\n2", "output", (Printed("1\n"), Value("2"))),
        ("1", "output", (Printed("1\n"), Printed("warned\n", "stderr"))),
        ("1\nwarned", "output", (Printed("1\n"), Printed("warned\n", "stderr"))),
        ("warned", "stderr", (Printed("1\n"), Printed("warned\n", "stderr"))),
        ("ValueError: no", "output", (Raised("ValueError", "no"),)),
        ('Traceback (most recent call last):\n  File "x", line 1\nValueError: no', "error", (Raised("ValueError", "no"),)),
        ("red", "output", (Printed("\x1b[31mred\x1b[0m\n"),)),
        ("1\n...\n9", "output", (Printed("1\n2\n3\n9\n"),)),
        ("loss 0.97…", "output", (Printed("loss 0.9712\n"),)),
        ("   a    b\n0  1  2.5", "output", (Table(("", "a", "b"), (("0", "1", "2.50"),)),)),
        ("| a | b |\n|---|---|\n| 1 | 2.5 |", "output", (Table(("", "a", "b"), (("0", "1", "2.5"),)),)),
    ],
)  # fmt: skip
def test_an_output_that_is_as_it_was_printed_is_true(claim: str, info: str, outputs: tuple[Output, ...]) -> None:
    assert claims(fenced(claim, info), *outputs) == []


@pytest.mark.parametrize(
    ("claim", "outputs", "line", "column", "message"),
    [
        ("1\n3", (Printed("1\n2\n"),), 7, 1, "this says '3', and '2' was printed"),
        ("1\n2\n3", (Printed("1\n2\n"),), 8, 1, "this says '3', which was not printed"),
        ("1", (Printed("1\n2\n3\n"),), 6, 1, "'2' was printed here as well (1 more line differs)"),
        ("ValueError: no", (Raised("KeyError", "no"),), 6, 1, "this says 'ValueError: no', and 'KeyError: no' was printed"),
        ("1\n...\n8", (Printed("1\n2\n9\n"),), 8, 1, "this says '8', which was not printed"),
        ("1", (Drawn("3f.png"),), 6, 1, "this says '1', which was not printed"),
        ("0  1  2.7", (Table(("", "a", "b"), (("0", "1", "2.50"),)),), 6, 7, "this says '2.7', which was not printed"),
    ],
)  # fmt: skip
def test_the_first_line_that_is_otherwise_is_told(
    claim: str, outputs: tuple[Output, ...], line: int, column: int, message: str
) -> None:
    (found,) = claims(fenced(claim), *outputs)
    assert (found.message, found.line, found.column) == (message, line, column)


@pytest.mark.parametrize(
    ("vary", "claim", "printed"),
    [
        ("seconds", "took 1.5 s, 20 ms, 3 µs", "took 0.97 s, 1,234 ms, 12 µs"),
        ("seconds", "10 rounds at 1.2 it/s in 0:01:02", "10 rounds at 31 it/s in 0:00:07.5"),
        ("numbers", "loss -0.5, 3e-4", "loss 12, 1"),
        ("addresses", "<Layer at 0x7f0b149e7060>", "<Layer at 0x55d1>"),
        ("paths", "see /tmp/a/b.txt", "see /home/me/x"),
        (r"/id=\\d+/", "id=12 done", "id=99 done"),
    ],
)
def test_what_may_vary_makes_no_claim_false(vary: str, claim: str, printed: str) -> None:
    options = f' vary="{vary}"'.replace("\\\\", "\\")
    assert claims(fenced(claim, options=options), Printed(f"{printed}\n")) == []
    assert len(claims(fenced(f"{claim} x", options=options), Printed(f"{printed}\n"))) == 1
    assert len(claims(fenced(claim), Printed(f"{printed}\n"))) == 1


def test_a_fence_is_rewritten_to_what_was_printed_and_keeps_what_varies() -> None:
    assert mended(fenced("took 1 s\n3\n4", options=' vary="seconds"'), Printed("took 2 s\n2\n5\n6\n")) == fenced(
        "took 1 s\n2\n5\n6", options=' vary="seconds"'
    )
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in fenced("1\n\n3").splitlines())
    assert mended(quoted, Printed("1\n\n2\n")) == quoted.replace("> 3", "> 2")
    empty = "```python run\nrun()\n```\n\n```output\n```\n"
    assert mended(empty, Printed("1\n")) == empty.replace("output\n", "output\n1\n")


def test_no_mend_ends_its_fence_or_brings_colours() -> None:
    (found,) = claims(fenced("1"), Printed("```\n"))
    assert found.edits == ()
    (found,) = claims("```console run\n$ cat a.md\n1\n```\n", Printed("~~~ python\n"))
    assert found.edits == ()
    assert mended(fenced("1"), Printed("\x1b[31mred\x1b[0m\n")) == fenced("red")


@pytest.mark.parametrize(
    ("session", "outputs", "message"),
    [
        (">>> 1 + 1\n2\n\n>>> print('a')\na", (Printed("2\na\n"),), ""),
        (">>> f(1)\n[1, ..., 9]", (Printed("[1, 2, 3, 9]\n"),), ""),
        (">>> print()\n<BLANKLINE>\n>>> 1\n1", (Printed("\n1\n"),), ""),
        (">>> f()\nTraceback (most recent call last):\n    ...\nKeyError: 1", (Raised("KeyError", "1"),), ""),
        (">>> 1 + 1\n3", (Printed("2\n"),), "this says '3', and '2' was printed"),
    ],
)
def test_the_answers_of_a_session_are_claims(session: str, outputs: tuple[Output, ...], message: str) -> None:
    found = claims(f"```pycon run\n{session}\n```\n", *outputs)
    assert [(one.message, one.line) for one in found] == ([(message, 3)] if message else [])


def test_answers_are_rewritten_each_where_it_stands() -> None:
    shell = "```console run\n$ wc -l a\n3 a\n$ echo done\ndome\n```\n"
    assert mended(shell, Printed("4 a\ndone\n")) == shell.replace("3 a", "4 a").replace("dome", "done")


@pytest.mark.parametrize(
    ("code", "outputs", "column", "message"),
    [
        ("print(x)  # 42", (Printed("42\n"),), 0, ""),
        ("print(x)  # 41", (Printed("42\n"),), 13, "this says '41', and '42' was printed"),
        ("print(x)  # prints the answer", (Printed("42\n"),), 0, ""),
        ("print(x)  # => many", (Printed("42\n"),), 16, "this says 'many', and '42' was printed"),
        ("x  # -> 42", (Value("42"),), 0, ""),
        ("x  # -> 43", (Value("42"),), 9, "this says '43', and '42' was printed"),
        ("print(x)  # 0.97", (Printed("0.9712\n"),), 0, ""),
        ("print(x)  # ≈ 0.98", (Printed("0.9712\n"),), 13, "this says '≈ 0.98', and '0.9712' was printed"),
        ("print(x)  # 'a'", (Printed("a\n"),), 0, ""),
        ("for x in y:\n    print(x)\nprint(z)  # 3", (Printed("1\n2\n3\n"),), 0, ""),
        (
            "for x in y:\n    print(x)\nprint(z)  # 4",
            (Printed("1\n2\n3\n"),),
            13,
            "this says '4', which was not printed",
        ),
        ("x = 1  # -> 2", (Printed("3\n"),), 0, ""),
        ("print('# 3')", (Printed("# 3\n"),), 0, ""),
        ("print(x)  # 4\n)", (Printed("5\n"),), 0, ""),
    ],
)
def test_remarks_behind_code_are_claims_where_they_say_a_value(
    code: str, outputs: tuple[Output, ...], column: int, message: str
) -> None:
    found = claims(f"```python run\n{code}\n```\n", *outputs)
    assert [(one.message, one.column) for one in found] == ([(message, column)] if message else [])


def test_a_remark_is_rewritten_with_as_many_places_as_it_had() -> None:
    post = "```python run\nprint(x)  # 0.96\nprint(y)  # [1]\n```\n"
    found = claims(post, Printed("0.9712\n[2]\n"))
    assert edited(post, [edit for one in found for edit in one.edits]) == post.replace("0.96", "0.97").replace(
        "[1]", "[2]"
    )
    javascript = "```js run\nconsole.log(x) // 2\n```\n"
    assert mended(javascript, Printed("3\n")) == javascript.replace("// 2", "// 3")


@pytest.mark.parametrize(
    ("words", "printed", "message"),
    [
        ("`0.97`", "test accuracy: 0.9712", ""),
        ("`accuracy: 0.9712`", "test accuracy: 0.9712", ""),
        (
            "`0.96`",
            "test accuracy: 0.9712",
            "this says '0.96', and the listing 'acc' printed no such thing, but '0.97'",
        ),
        ("`971`", "0.9712, 12", "this says '971', and the listing 'acc' printed no such thing"),
        ("`71`", "0.9712, 12", "this says '71', and the listing 'acc' printed no such thing"),
    ],
)
def test_words_that_name_a_listing_are_held_to_what_it_printed(words: str, printed: str, message: str) -> None:
    post = f"It reaches {words}{{output=acc}} in the end.\n\n```python run {{#acc}}\nrun()\n```\n"
    found = claims(post, Printed(f"{printed}\n"))
    assert [(one.message, one.line, one.column) for one in found] == ([(message, 1, 13)] if message else [])
    if "but" in message:
        assert mended(post, Printed(f"{printed}\n")) == post.replace("0.96", "0.97")


def test_words_that_name_no_listing_that_was_run_are_told() -> None:
    text = parsed("It is `1`{output=gone}.\n\n```\n`2`{output=code}\n```\n")
    (found,) = recorded(text, text.document.front, ()).problems
    assert (found.message, found.line, found.column) == ("no listing that was run has the id 'gone'", 1, 8)


def test_what_is_stale_is_held_to_nothing() -> None:
    lock = lock_of("```python run\nprint(1)\n```\n", [Printed("1\n")])
    text = parsed("```python run\nprint(2)\n```\n\n```output\n2\n```\n")
    found = recorded(text, text.document.front, (Companion(SourcePath("content/posts/hello.run.yaml"), lock),))
    assert [one.rule for one in found.problems] == ["stale-output"]


LINES = st.lists(st.sampled_from(["", "1", "2", "a b", " a", "...", "0.97", "- x", "> q", "\t3", "é"]), max_size=5)


@given(LINES, LINES, st.sampled_from(["", "> ", "    "]))
@settings(max_examples=40, deadline=None)
def test_a_mended_fence_is_true_and_nothing_else_of_the_post_changes(
    claimed: list[str], printed: list[str], before: str
) -> None:
    head, foot = ["```python run", "run()", "```", "", "```output"], ["```", "", "The end."]
    lead = ["- x", ""] if before == "    " else []
    markdown = "".join(f"{line}\n" for line in lead) + "".join(
        f"{before}{line}".rstrip() + "\n" for line in [*head, *claimed, *foot]
    )
    outputs = (Printed("".join(f"{line}\n" for line in printed)),)
    for found in claims(markdown, *outputs):
        if found.edits:
            after = edited(markdown, found.edits)
            assert claims(after, *outputs) == []
            assert after.startswith("\n".join(f"{before}{line}".rstrip() for line in head[:1]) if not lead else "- x")
            assert after.endswith(f"{before}The end.\n")
