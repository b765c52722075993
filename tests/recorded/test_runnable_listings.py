"""Which listings of a post are run, what of them, and what is wrong with how they are asked for."""

from __future__ import annotations

import pytest
from posts_that_run import parsed, runs_of

from proofpress.model import Companion
from proofpress.paths import SourcePath
from proofpress.recorded.claims import false_claims
from proofpress.recorded.listings import digests, file_of, runnables
from proofpress.recorded.pairing import Pair
from proofpress.recorded.values import MadeFile, Printed, Ran


def test_a_listing_that_says_run_is_run_and_no_other() -> None:
    runs = runs_of("# Hello\n\n```python run\nprint(1)\n```\n\n```python\nprint(2)\n```\n")
    (one,) = runs.runnables
    assert (one.language, one.code, one.first_line, one.place.line) == ("python", "print(1)\n", 4, 3)
    assert not runs.faults


def test_front_matter_has_all_run_but_those_that_say_otherwise() -> None:
    runs = runs_of(
        "---\nrun: true\n---\n```py\n1\n```\n\n```js\n2\n```\n\n```sh\necho 3\n```\n\n```python run=false\n4\n```\n"
        "\n```rust\n5\n```\n\n```output\n6\n```\n\n```text\n7\n```\n"
    )
    assert [(one.language, one.code) for one in runs.runnables] == [
        ("python", "1\n"),
        ("javascript", "2\n"),
        ("bash", "echo 3\n"),
    ]


def test_what_a_listing_says_of_its_run_is_read() -> None:
    runs = runs_of(
        "---\nvary: [paths]\n---\n"
        '```python run="plots" timeout=90 needs="torch, numpy" raises="ValueError" vary="seconds /id=\\d+/" alt="A curve"\n'
        "1\n```\n"
    )
    (one,) = runs.runnables
    assert (one.session, one.timeout, one.needs, one.raises) == ("plots", 90, ("torch", "numpy"), "ValueError")
    assert (one.alt, one.vary) == ("A curve", ("seconds", r"/id=\d+/", "paths"))
    assert not parsed('```python run="plots" timeout=90s needs="torch" alt="A curve"\n1\n```\n').findings


@pytest.mark.parametrize(
    "listing",
    [
        '```diff lang="python"\n-a = 1\n+a = 2\n```',
        "```python del={1}\na = 1\na = 2\n```",
        "```python\na = 1  # [!code --]\na = 2  # [!code ++]\n```",
    ],
)
def test_a_listing_with_lines_that_are_gone_is_never_run(listing: str) -> None:
    assert not runs_of(f"---\nrun: true\n---\n{listing}\n").parts


def test_a_session_of_python_gives_what_was_typed() -> None:
    (part,) = runs_of("```pycon run\n>>> for n in range(2):\n...     print(n)\n...\n0\n1\n>>> n + 1\n2\n```\n").parts
    assert part.runnable.code == "for n in range(2):\n    print(n)\n\nn + 1\n"
    assert (part.runnable.lines, part.runnable.console, part.answers) == ((2, 3, 4, 7), True, True)


def test_a_session_of_a_shell_gives_its_commands() -> None:
    (part,) = runs_of(
        "```console run\n$ echo one \\\n  two\none two\n(venv) me@host:~/src$ cat <<EOF\n> three\n> EOF\nthree\n```\n"
    ).parts
    assert part.runnable.code == "echo one \\\n  two\ncat <<EOF\nthree\nEOF\n"
    assert part.runnable.language == "bash"


def test_listings_with_a_files_name_make_files_for_those_after() -> None:
    runs = runs_of(
        '---\nrun: true\n---\n```toml title="settings.toml"\na = 1\n```\n\n```python title="model.py"\nb = 2\n```\n'
        '\n```csv title="data/points.csv"\n1,2\n```\n\n```python\nimport model\n```\n\n```csv title="Listing 3.1"\n```\n'
    )
    first, second = runs.runnables
    assert (first.title, first.files) == ("model.py", (MadeFile("settings.toml", "a = 1\n"),))
    assert (second.title, second.files) == ("", (MadeFile("data/points.csv", "1,2\n"),))


def test_a_step_is_not_run_by_itself() -> None:
    runs = runs_of(
        '---\nrun: true\n---\n```python step of="model.py"\na = 1\n```\n\n```python\n1\n```\n\n'
        '```python step of="model.py" append run\nb = 2\n```\n\n```python\nimport model\n```\n'
    )
    assert [one.code for one in runs.runnables] == ["1\n", "import model\n"]


def test_code_of_a_file_is_run_as_the_post_shows_it_and_told_of_at_its_fence() -> None:
    code = Companion(SourcePath("content/posts/tile.py"), b"a = 1\nb = 2\nprint(b)  # 3\n", kind="code")
    text = parsed('```python include="tile.py" lines="2-3" run\n```\n\n```output\n2\n```\n', code)
    (part,) = runnables(text, text.document.front).parts
    assert (part.runnable.code, part.runnable.first_line) == ("b = 2\nprint(b)  # 3\n", 1)
    assert set(part.runnable.lines) == {1}
    assert part.claim is not None
    pair = Pair(part, Ran(code="", outputs=(Printed("2\n"),)))
    assert list(false_claims(pair, text)) == []


def test_a_listing_finds_a_file_that_steps_build_as_it_is_by_then() -> None:
    runs = runs_of(
        "---\nrun: true\n---\n```python step of=tile.py\na = 1\nb = 2\n```\n\n```console\n$ python tile.py\n```\n"
        '\n```diff lang="python" step of=tile.py\n a = 1\n-b = 2\n+b = 3\n```\n'
        "\n```python step of=tile.py append\nprint(b)\n```\n\n```console\n$ python tile.py\n```\n"
    )
    first, second = runs.runnables
    assert first.files == (MadeFile("tile.py", "a = 1\nb = 2\n"),)
    assert second.files[-1] == MadeFile("tile.py", "a = 1\nb = 3\nprint(b)\n")
    assert not runs.faults


@pytest.mark.parametrize(
    "title", ["../x.py", "/etc/x.py", "a..b.py", "train", "Listing 3.1", "C:\\x.py", ".", "x/../y.py"]
)
def test_no_title_leads_out_of_the_folder_of_the_run(title: str) -> None:
    assert file_of(title) == ""


@pytest.mark.parametrize(
    ("info", "column", "message"),
    [
        ("rust run", 9, "'rust' can't be run here"),
        ('output timeout=3 title="x"', 11, "'output' can't be run here"),
        ("diff run", 9, "a diff is never run"),
        ('python run="two words"', 11, "'two words' is no name of a session"),
        ("python run timeout=soon", 15, "a listing's time is a number of seconds, not 'soon'"),
        ("python run raises=''", 15, "'' is no name of an error"),
        ("python run needs=''", 15, "no package is named here"),
        ("python run vary='colours'", 15, "'colours' is not known to vary"),
        (
            "python run vary='/(/'",
            15,
            "'/(/' is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        ("python run vary='/x*/'", 15, "'/x*/' also matches where nothing stands"),
    ],
)
def test_an_option_of_a_run_that_can_have_no_effect_is_told(info: str, column: int, message: str) -> None:
    (found,) = parsed(f"```{info}\n1\n```\n").findings
    assert (found.rule, found.line, found.column, found.message) == ("listing-options", 1, column, message)


@pytest.mark.parametrize(
    ("markdown", "line", "column", "message"),
    [
        ("```python timeout=3\n1\n```\n", 1, 11, "'timeout' speaks of a run, and this listing is not run"),
        ("```python run=false raises=E\n1\n```\n", 1, 21, "'raises' speaks of a run, and this listing is not run"),
        (
            "```python run del={1}\n1\n```\n",
            1,
            11,
            "a listing that shows lines as deleted is two programs, and is not run",
        ),
        ("---\nrun: true\nvary: [hours]\n---\n", 3, 8, "'vary': 'hours' is not known to vary"),
    ],
)
def test_what_only_the_post_as_a_whole_can_tell_is_told(markdown: str, line: int, column: int, message: str) -> None:
    ((fault, place),) = runs_of(markdown).faults
    assert (fault.message, place.line, place.column) == (message, line, column)


def test_a_digest_knows_what_ran_before_in_its_session_and_which_files_were_made() -> None:
    post = "---\nrun: true\n---\n```python\na = 1\n```\n\n```js\n1\n```\n\n```python\nprint(a)\n```\n"
    (first, other, second) = digests(runs_of(post).runnables)
    assert (first[1], other[1]) == ("", "")
    changed = digests(runs_of(post.replace("a = 1", "a = 2")).runnables)
    assert changed[0] != first
    assert changed[1] == other
    assert (changed[2][0], changed[2][1] != second[1]) == (second[0], True)
    made = digests(runs_of(post.replace("```js", '```csv title="a.csv"\n1\n```\n\n```js')).runnables)
    assert made[0] == first
    assert made[1] != other


def test_marks_on_lines_and_claims_change_no_digest() -> None:
    plain = runs_of("```python run\na = 1\nprint(a)\n```\n")
    marked = runs_of(
        '```python run title="Adding" {1}\na = 1  # [!code highlight]\nprint(a)\n```\n\n```output\n1\n```\n'
    )
    assert digests(plain.runnables) == digests(marked.runnables)
    told = runs_of("```pycon run\n>>> 1 + 1\n2\n```\n")
    assert digests(told.runnables) == digests(runs_of("```pycon run\n>>> 1 + 1\n3\n```\n").runnables)


@pytest.mark.parametrize(
    ("code", "other", "same"),
    [
        ("print(x)  # 42", "print(x)  # 43", True),
        ("# first\nx = 1", "# second\nx = 1", True),
        ("print(x)  # ['a']", "print(x)", True),
        ("x = '# 1'", "x = '# 2'", False),
        ('x = """\n# 1 \'\n"""', 'x = """\n# 2 \'\n"""', False),
        ("x = 'a\\'# 1'", "x = 'a\\'# 2'", False),
        ("""x = f"{d["#a"]}" """, """x = f"{d["#b"]}" """, False),
        ("x = f'{1}'  # one", "x = f'{1}'  # two", True),
        ("x = 1  #", "x = 2  #", False),
    ],
)
def test_remarks_change_no_digest_and_all_else_does(code: str, other: str, same: bool) -> None:
    one, two = (digests(runs_of(f"```python run\n{text}\n```\n").runnables) for text in (code, other))
    assert (one == two) == same


@pytest.mark.parametrize(
    ("code", "other", "same"),
    [
        ("console.log(x) // 42", "console.log(x) // 43", True),
        ("x = 'a // 1'", "x = 'a // 2'", False),
        ("x = `\n // 1\n`", "x = `\n // 2\n`", False),
        ("x = /a // 1/", "x = /a // 2/", False),
    ],
)
def test_remarks_in_javascript_change_no_digest_where_they_are_surely_some(code: str, other: str, same: bool) -> None:
    one, two = (digests(runs_of(f"```js run\n{text}\n```\n").runnables) for text in (code, other))
    assert (one == two) == same


def test_an_output_right_behind_a_listing_is_its_claim() -> None:
    runs = runs_of(
        '---\nrun: true\n---\n> ```python\n> 1\n> ```\n>\n> ```text title="output"\n> 1\n> ```\n\n```python\n2\n```\n\nSo:\n\n```output\n2\n```\n'
    )
    assert [part.claim and part.claim.code for part in runs.parts] == ["1\n", None]
