"""Listings as their languages read them: what is wrong for sure at its place, and nothing of what is left out on purpose."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.builder.versions import code_version
from proofpress.rules import languages
from proofpress.rules.languages import grammars, requirements
from proofpress.rules.languages.guessing import language_of
from proofpress.rules.languages.python import program, python_slip
from proofpress.rules.languages.python_versions import later

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Proofpress

FAULTS = [
    ("js", "for (const a of b {\n  f(a);\n}\n", 1, 5, "JavaScript: '(' is never closed"),
    ("js", "f(a));\ng(b);\n", 1, 5, "JavaScript: ')' closes nothing"),
    ("js", "const a = [1, 2);\n", 1, 16, "JavaScript: ')' closes '[', which ']' is to close"),
    ("js", "launch({args: ['a']);\nclose();\n", 1, 8, "JavaScript: '{' is never closed"),
    ("js", 'f("a, b);\ng(c);\n', 1, 3, 'JavaScript: the string that " begins is never closed'),
    ("js", "a = {\n  b: 1\n  c: 2\n}\n", 2, 6, "JavaScript: a ',' is missing after this"),
    (
        "js",
        "fucntion f() {\n  return 1;\n}\n",
        1,
        1,
        "JavaScript: 'fucntion' is no word of it; did you mean 'function'?",
    ),
    ("js", "function f() {\n  if (a) {\n    b();\n  c();\n}\n", 2, 10, "JavaScript: '{' is never closed"),
    ("js", "f();\nclass A \n  b = 'c';\n  d = 1;\n}\n", 2, 7, "JavaScript: a '{' is missing after this"),
    ("js", "a = {\n  b: 'c',\n  d: f(e'),\n};\n", 3, 9, "JavaScript: the string that ' ends begins nowhere"),
    ("jsx", 'const a = <p className="b">{c</p>;\n', 1, 28, "JavaScript: '{' is never closed"),
    ("ts", "function f(a: number: string {\n  return g(a;\n}\n", 0, 0, ""),
    ("ts", "const a: number = f(1;\n", 1, 20, "TypeScript: '(' is never closed"),
    ("tsx", "const a: number = f(1;\n", 1, 20, "TSX: '(' is never closed"),
    ("bash", 'cp "a.txt" "b.txt\n', 1, 12, 'Bash: the string that " begins is never closed'),
    ("console", '$ cp "a.txt" "b.txt\ncan\'t find a.txt\n', 1, 14, 'Bash: the string that " begins is never closed'),
    (
        "bash",
        '(env) me@host:~/a$ cp "a.txt" "b.txt\ncan\'t find a.txt\n',
        1,
        31,
        'Bash: the string that " begins is never closed',
    ),
    (
        "console",
        '$ cat > a <<END\n> one (of\n> END\nsaid\n$ cp "a" "b\n',
        5,
        10,
        'Bash: the string that " begins is never closed',
    ),
    ("rust", "fn f() {\n    let a = vec![1, 2;\n    g(a);\n}\n", 2, 17, "Rust: '[' is never closed"),
    ("rust", "sturct A {\n    b: u8,\n}\n", 1, 1, "Rust: 'sturct' is no word of it; did you mean 'struct'?"),
    ("go", "func f() {\n\tg(1, 2\n\th()\n}\n", 2, 3, "Go: '(' is never closed"),
    ("c", "int f(int a {\n    return a;\n}\n", 1, 6, "C: '(' is never closed"),
    ("cpp", "int f(std::vector<int> a {\n    return 1;\n}\n", 1, 6, "C++: '(' is never closed"),
    ("java", "class A {\n    int f() { return g(1; }\n}\n", 2, 23, "Java: '(' is never closed"),
    ("ruby", "def f\n  g(1, 2\n  h(3)\nend\n", 2, 4, "Ruby: '(' is never closed"),
    ("css", "a {\n  color: rgb(1, 2, 3;\n  top: 0;\n}\n", 2, 13, "CSS: '(' is never closed"),
    ("sql", "select max(a, b\nfrom c;\n", 1, 11, "SQL: '(' is never closed"),
    ("kotlin", "fun f(a: Int {\n    g(a)\n}\n", 1, 6, "Kotlin: '(' is never closed"),
    ("swift", "func f(a: Int {\n    g(a)\n}\n", 1, 7, "Swift: '(' is never closed"),
    ("php", "function f($a {\n    return g($a);\n}\n", 1, 11, "PHP: '(' is never closed"),
    ("haskell", "f a = g (a + 1]\n", 1, 15, "Haskell: ']' closes '(', which ')' is to close"),
    ("scala", "def f(a: Int) = {\n  g(a, 1\n}\n", 2, 4, "Scala: '(' is never closed"),
    ("julia", "a = f(1, 2]\n", 1, 11, "Julia: ']' closes '(', which ')' is to close"),
    ("html", '<p class="a>b</p>\n<p>c</p>\n', 1, 10, 'HTML: the string that " begins is never closed'),
    ("python", ">>> f(1, 2)\n3\n>>> g(3))\n", 3, 9, "Python: unmatched ')'"),
    ("json", '{"a": [1, 2,],\n "b": 3}\n', 1, 12, "JSON: a ',' stands before ']'"),
    ("jsonc", '{"a": 1, // one\n "b" 2}\n', 2, 6, "JSON: Expecting ':' delimiter"),
    ("toml", "a = 1\nb = \n", 2, 5, "TOML: Invalid value"),
    ("yaml", "a: 1\nb: c: d\n", 2, 5, "YAML: a second ': ' in one line; a value that holds one stands in quotes"),
    ("yaml", "a: [1, 2\nb: 3\n", 2, 2, "YAML: did not find expected ',' or ']'"),
    ("diff", "@@ -1,2 +1,2 @@ f\n a\n-b\n+c\nd\n", 5, 1, "patch: in a hunk each line begins with ' ', '+' or '-'"),
    (
        "patch",
        "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n+c\n",
        3,
        1,
        "patch: the header counts 2 lines before and 2 after, and there are 1 and 2",
    ),
]
"""A listing, the line and column of its fault, and what is said of it; nothing where more than one mend would be needed."""

PARTS = [
    ("js", "method() {\n  return <b>{this.a}</b>;\n}\n"),
    ("js", "  });\n});\n"),
    ("js", "function f() {\n  if (a) {\n"),
    ("js", "a = {\n  ...\n  b: 1,\n}\n"),
    ("js", "x |> f |> await\n"),
    ("ts", "type A = { a: string }\n...\n"),
    ("bash", "$ ls\nwhat's here (all of it\n"),
    ("console", "me@host:~/a$ ls\nwhat's here (all of it\n"),
    ("console", "$ python - <<EOF\nit's (one\nEOF\nsaid (it's\n"),
    ("bash", "curl https://example.org/<id> | jq .\n"),
    ("bash", "curl --data '{\n"),
    ("rust", "# use a::b;\nlet c = a::b()?;\n"),
    ("rust", "pub fn f(&self) -> &'static str\n"),
    ("rust", "    a => b,\n    _ => c,\n"),
    ("go", "if err != nil {\n\treturn err\n}\n"),
    ("c", "int f(int a);\nx = f(1)\n"),
    ("java", "public void f() {\n    g();\n}\n"),
    ("sql", "where a = 1 and b in (2, 3)\n"),
    ("css", "color: red;\ntop: 0;\n"),
    ("html", "<div>\n  <p>\n"),
    ("python", "elif a:\n    b()\n"),
    ("python", ">>> f(1)\n'it isn\\'t so\n>>> if a:\n...     b\n...\n"),
    ("python", "def f(a):\n    # the rest goes here\nf(1)\n"),
    ("python", "@cached(\n    a,\n"),
    ("python", "%timeit f()\nf?\n"),
    ("json", '"a": {\n  "b": 1\n'),
    ("json", '{\n  "a": 1,\n  ...\n}\n'),
    ("json", '{"a": 1}\n{"a": 2}\n'),
    ("toml", "[a]\nb = 1\n[a]\nb = 2\n"),
    ("yaml", "a: {{ b }}\n"),
    ("yaml", "a: !custom b\n---\nc: 1\n"),
    ("diff", "@@ def f @@\n- a\nb\n"),
    ("diff", "@@ -1,9 +1,9 @@\n a\n ...\n-b\n+c\n"),
    (
        "diff",
        "@@ -1,2 +1,2 @@\n a\n\n\ndiff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -1 +0,0 @@\n-- a\n\\ No newline at end of file\n",
    ),
]


def told(language: str, code: str) -> tuple[int, int, str]:
    found = languages.read(language, code)
    if found is None:
        return 0, 0, ""
    name, slip = found
    before = code[: slip.at]
    return before.count("\n") + 1, slip.at - before.rfind("\n"), f"{name}: {slip.reason}"


@pytest.mark.parametrize(("language", "code", "line", "column", "said"), FAULTS, ids=lambda each: str(each)[:20])
def test_a_fault_is_told_at_its_place(language: str, code: str, line: int, column: int, said: str) -> None:
    assert told(language, code) == (line, column, said)


def test_a_mend_takes_its_fault_away() -> None:
    found = [(language, code, told[1]) for language, code, *_ in FAULTS if (told := languages.read(language, code))]
    mends = [(language, code, slip.mend) for language, code, slip in found if slip.mend is not None]
    assert len(mends) > 5
    for language, code, mend in mends:
        assert code.startswith(mend.old, mend.at)
        assert languages.read(language, code[: mend.at] + mend.text + code[mend.at + len(mend.old) :]) is None


@pytest.mark.parametrize(("language", "code"), PARTS, ids=lambda each: str(each)[:20])
def test_of_a_part_of_a_program_nothing_is_told(language: str, code: str) -> None:
    assert told(language, code) == (0, 0, "")


def test_every_grammar_is_there_where_tests_run_and_each_has_a_fault_here() -> None:
    names = {grammar.name for grammar in grammars.GRAMMARS}
    assert {name for name in names if not grammars.is_there(name)} == set()
    assert names <= {said.partition(":")[0] for *_, said in FAULTS}


GUESSED = [
    ("rust", "use std::fs;\n\nfn main() {\n    fs::read();\n}\n"),
    ("go", "package main\n\nfunc main() {\n\tf()\n}\n"),
    ("cpp", "#include <vector>\n\nint main() {\n    return 0;\n}\n"),
    ("java", "public class A {\n    int f() { return 1; }\n}\n"),
    ("javascript", "const a = 1;\nfunction f() {\n  return a;\n}\n"),
    ("typescript", "interface A {\n  b: string;\n}\n"),
    ("sql", "select a\nfrom b\nwhere c = 1;\n"),
    ("css", "p {\n  color: red;\n}\n"),
    ("html", "<table>\n<tr><td>a</td></tr>\n</table>\n"),
    ("toml", '[a]\nb = "c"\nd = 1\n'),
    ("json", '{"a": [1, 2], "b": "a value"}\n'),
    ("sh", "#!/bin/sh\nset -e\nls\n"),
    ("console", "$ ls\na.txt\n"),
    ("pycon", ">>> 1 + 1\n2\n"),
    ("python", "import numpy as np\n\na = np.ones(3)\n"),
    ("", "#!/bin/sh\n"),
    ("", ">>> select a from b;\n1\n"),
    ("", "- const a = 1;\n+ const a = 2;\nfunction f() {}\n"),
    ("", "<div {...a}>\n  b\n</div>\n"),
    ("", "a = f(1)\nb = g(a)\nc = 2\n"),
    ("", "```python\nimport numpy as np\n\na = np.ones(3)\n```\n"),
    ("", "The sum of all of them\nis more than\nits parts.\n"),
]
"""A listing without a name, and the one that it gets: none where it could be two languages, or is none."""


@pytest.mark.parametrize(("language", "code"), GUESSED, ids=lambda each: str(each)[:20])
def test_a_language_is_named_where_the_evidence_is_strong(language: str, code: str) -> None:
    assert language_of(code) == language


@pytest.mark.parametrize(
    ("imported", "asked", "missing"),
    [
        ({"httpx", "rich"}, {"rich"}, {"httpx"}),
        ({"yaml", "httpx"}, {"pyyaml"}, {"httpx"}),
        ({"numpy"}, set(), {"numpy"}),
        ({"faiss"}, {"faiss_cpu"}, set()),
        ({"sentence_transformers"}, {"sentence_transformers", "torch"}, set()),
        ({"sqlite_utils"}, {"sqlite_utils"}, set()),
        ({"jose"}, {"fastapi_auth"}, set()),
        ({"Foundation"}, {"pyobjc_framework_cocoa"}, set()),
        (set(), {"rich"}, set()),
    ],
)
def test_an_import_is_missing_only_where_all_that_was_asked_for_is_accounted_for(
    imported: set[str], asked: set[str], missing: set[str]
) -> None:
    assert requirements.missing(imported, asked) == missing


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        ("numpy>=1.26  # arrays\nScikit-Learn[extra]==1.4\n\n# a comment\n", {"numpy", "scikit_learn"}),
        ("-r base.txt\nnumpy\n", None),
        ("git+https://example.org/tiles.git\n", None),
    ],
)
def test_a_file_of_requirements_is_read_where_it_is_whole(file: str, asked: set[str] | None) -> None:
    assert requirements.of_file(file) == asked


NAMES = sorted({*(language for language, *_ in FAULTS), "no language", ""})


@settings(deadline=None, max_examples=60)
@given(
    language=st.sampled_from(NAMES),
    code=st.text()
    | st.lists(
        st.sampled_from([*(code for _, code, *_ in FAULTS), "(", "]", "}", "'", '"', "é", "\n", "…", "\r\n", "\0"])
    ).map("".join),
)
def test_reading_any_text_never_fails_and_tells_of_places_within_it(language: str, code: str) -> None:
    language_of(code)
    found = languages.read(language, code)
    if found is not None:
        assert 0 <= found[1].at < len(code)
        assert found[1].at + found[1].length <= len(code)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("", "\n" * 5_000 + "a b\nc d\ne f\n"),
        ("", "# a\n" * 3_000 + "a b\nc d\ne f\n"),
        ("", "#!/" + "1" * 15_000),
        ("", "#!/bin/sh" + " " * 15_000),
        ("", "#\nb c\nfunc f(" + "a" * 15_000),
        ("jsonc", '{"a": 1, ' + "/" * 15_000 + '\n"b" 2}'),
        ("jsonc", "/*" * 15_000),
        ("json", "\n" * 15_000 + "a b"),
        ("python", " " * 15_000 + "a b"),
        ("python", "a b\nf'{" + '"' * 15_000),
        ("rust", "..." + " " * 15_000 + "a"),
        ("rust", " " * 15_000 + "a b c"),
        ("diff", "@@ -1 +1 @@\n" + " " * 15_000 + "a"),
    ],
)
def test_a_listing_is_read_however_often_something_is_repeated_in_it(language: str, code: str) -> None:
    """A pattern that goes back over what it has read would not come to an end with any of these."""
    assert language_of(code) in {"", "sh"}
    languages.read(language, code)


@pytest.mark.parametrize(("language", "again"), [("javascript", "-,"), ("rust", "*,"), ("rust", "=a("), ("tsx", ",-")])
def test_a_listing_that_a_parser_would_go_on_and_on_with_is_told_of_nothing(language: str, again: str) -> None:
    """Each takes four times as many steps for twice the length, and would take minutes."""
    assert languages.read(language, again * 6_000) is None


def test_the_steps_that_parsers_take_for_a_listing_are_counted() -> None:
    steps = grammars._Steps()
    parser = grammars._parser(grammars._BY_NAME["JavaScript"])
    assert steps.reads(parser, b"f(a, b);\n" * 2_000)
    assert not steps.reads(parser, b"f(a, b\n")
    with pytest.raises(grammars._StepsExhaustedError):
        steps.reads(parser, b"-," * 5_000)
    with pytest.raises(grammars._StepsExhaustedError):
        steps.tree(parser, b"f(a, b);\n" * 2_000)
    assert grammars._Steps().reads(parser, b"f(a, b);\n"), "the parser begins anew"


def test_a_listing_with_more_brackets_open_than_anybody_writes_is_told_of_nothing() -> None:
    assert languages.read("rust", "fn f() {\n" + "a(" * 99 + ")" * 98 + "\n}") is not None
    assert languages.read("rust", "fn f() {\n" + "a(" * 100 + ")" * 99 + "\n}") is None
    assert languages.read("rust", "fn f() {\n    g(1);\n}\n" * 99 + "fn f() {\n    g(1;\n}\n") is not None


def test_a_comment_behind_a_comma_holds_what_it_likes() -> None:
    assert languages.read("jsonc", '{"a": [1, // as in [2] and {3}\n 2]}') is None


def test_a_listing_full_of_faults_takes_no_longer_than_its_length_allows() -> None:
    many = "it's f(a; \"b, [c) {\n" * 400
    reading = grammars._Reading(grammars._BY_NAME["JavaScript"], many)
    assert reading.slip() is None
    assert -grammars._LONGEST * 2 * len(reading._grammar.parts) < reading._left


def test_the_rules_are_there_before_any_language_is_loaded() -> None:
    code = "import sys, proofpress.rules.checks; print([name for name in sys.modules if 'tree_sitter' in name or '.languages' in name])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_another_grammar_is_another_check_and_the_same_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_version()
    (tmp_path / "tree_sitter_tiles-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    after = code_version()
    assert after.grammars != before.grammars
    assert after.digest == before.digest


def test_unsafe_mends_reach_listings_in_lists_and_quotes_and_keep_line_endings(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    post = tmp_path / "content/posts/tiles.md"
    post.parent.mkdir(parents=True)
    front = "---\ntitle: Tiles\ndate: 2026-03-02\n---\n\n"
    before = front + "- One:\n\n  ```js\n  f(a));\n  g(b);\n  ```\n\n> ```json\n> [1, 2,]\n> ```\n"
    post.write_bytes(before.replace("\n", "\r\n").encode())
    (tmp_path / "site.yaml").write_text("title: Raw\nurl: https://me.example.net/\n", "utf-8")
    proofpress("check", "--fix", "--unsafe-fixes", cwd=tmp_path)
    after = before.replace("f(a));", "f(a);").replace("2,]", "2]")
    assert post.read_bytes().decode() == after.replace("\n", "\r\n")


POST = """\
---
title: Tiles
date: 2026-03-02
---

```js
f(a));
```

```js check=false
f(a));
```
"""


def test_without_the_extra_one_line_says_which_languages_were_not_read(tmp_path: Path, proofpress: Proofpress) -> None:
    post = tmp_path / "content/posts/tiles.md"
    post.parent.mkdir(parents=True)
    post.write_text(POST, "utf-8")
    (tmp_path / "site.yaml").write_text("title: Raw\nurl: https://me.example.net/\n", "utf-8")
    with_grammars = proofpress("check", "--format", "json", cwd=tmp_path)
    assert [(found["line"], found["rule"]) for found in json.loads(with_grammars.stdout)] == [(7, "listing-syntax")]
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['tree_sitter'] = None\n", "utf-8")
    shutil.rmtree(tmp_path / ".proofpress")
    for _ in ("read", "remembered"):
        done = proofpress("check", "--strict", cwd=tmp_path, env={"PYTHONPATH": str(hidden)})
        assert done.returncode == 0
        assert done.stderr.splitlines() == [
            "Listings in 1 language were not read (JavaScript): pip install 'proofpress[check]' brings the grammars.",
            "Nothing is wrong.",
        ]


LATER = [
    ("def f(a, /):\n    if b := a:\n        return b\n", 7, [("'/' among parameters", 1), ("':='", 2)]),
    ("def f(a, /):\n    if b := a:\n        return b\n", 8, []),
    ("import zoneinfo\nfrom tomllib import loads\n", 8, [("the module 'zoneinfo'", 1), ("the module 'tomllib'", 2)]),
    ("def f(a: list[int]) -> int | None: ...\n", 8, [("'|' between types", 1), ("'list[…]' as a type", 1)]),
    ("from __future__ import annotations\ndef f(a: list[int]) -> int | None: ...\n", 7, []),
    ("a = list[0] | b\n", 7, []),
    ("match a:\n    case 1: pass\n", 9, [("'match'", 1)]),
    ("match = 1\nmatch(a)\n", 7, []),
    ("try:\n    f()\nexcept* A:\n    pass\n", 10, [("'except*'", 3)]),
]
NEWER = [
    ("type Point = tuple[float, float]\n", "'type'"),
    ("def first[T](of: list[T]) -> T: ...\n", "parameters of types in brackets"),
    ('a = f"{b["c"]}"\n', "a string's own quotes, or a backslash, within its braces"),
]


@pytest.mark.parametrize(("code", "minor", "told"), LATER)
def test_what_came_after_a_version_of_python_is_known(code: str, minor: int, told: list[tuple[str, int]]) -> None:
    read = program(code)
    assert read.tree is not None
    assert sorted((one.name, one.line) for one in later(read.tree, read.code, minor)) == sorted(told)


@pytest.mark.parametrize(("code", "name"), NEWER)
def test_what_a_later_python_reads_is_no_fault_and_is_known_where_this_one_reads_it(code: str, name: str) -> None:
    assert python_slip(code) is None
    read = program(code)
    assert (read.tree is not None) == (sys.version_info >= (3, 12))
    if read.tree is not None:
        assert [one.name for one in later(read.tree, read.code, 11)] == [name]


def test_a_string_that_never_ends_within_its_braces_is_a_fault_still() -> None:
    assert python_slip('a = f"{b"\nc = 1\n') is not None
