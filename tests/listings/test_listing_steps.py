"""Listings that build one file on: what the file is after each step, what is marked as new, and what can't be applied."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.listings.fences import read_info
from proofpress.listings.steps import Applied, Line, Misfit, apply, rows_of
from proofpress.markdown.renderer import Renderer
from proofpress.model import Document, FrontMatter
from proofpress.paths import SourcePath
from proofpress.rules.code import LISTING_SYNTAX, UNDEFINED_NAME
from proofpress.rules.texts import faults_in

if TYPE_CHECKING:
    from proofpress.markdown.text import Text

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())

FIRST = """\
```python step of="train.py"
import torch


def load(path):
    return torch.load(path)


class Model:
    def __init__(self):
        self.size = 8

    def forward(self, x):
        return x


# region main
model = Model()
# endregion
```
"""
"""Twenty lines of a post, and eighteen of a file."""


def parsed(text: str) -> Text:
    front = FrontMatter(title="t")
    return RENDERER.parse(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=1))


def files(text: str) -> dict[str, str]:
    """Return the files that a post's steps build, by their names; its steps must apply."""
    found = parsed(text)
    assert found.findings == ()
    return {one.options.title: one.code for one in found.programs if not hasattr(one, "token")}


def after(fence: str, code: str) -> str:
    """Return the file that FIRST begins, after one more step."""
    return files(f"{FIRST}\n```{fence}\n{code}```\n")["train.py"]


def said(text: str) -> list[str]:
    return [f"{one.line}:{one.column} {one.message}; {one.hint}" for one in RENDERER.write(parsed(text)).problems]


def code_of(text: str) -> str:
    return text.partition("\n")[2].partition("```")[0]


BASE = code_of(FIRST)


def test_a_step_that_says_no_place_is_the_whole_file_as_it_is_by_then() -> None:
    assert files(FIRST) == {"train.py": BASE}
    assert after('python step of="train.py"', f"{BASE}print(model)\n") == f"{BASE}print(model)\n"


def test_a_part_goes_to_the_end_apart_as_the_blocks_of_its_file_are() -> None:
    assert after('python step of="train.py" append', "def run():\n    pass\n") == f"{BASE}\n\ndef run():\n    pass\n"
    assert after('python step of="train.py" append', "print(model)\n") == f"{BASE}print(model)\n"
    assert after('python step of="train.py" append', "\nprint(model)\n") == f"{BASE}\nprint(model)\n"


def test_a_part_goes_behind_the_whole_block_that_a_line_opens() -> None:
    part = "def save(path):\n    torch.save(path)\n"
    block = "    return torch.load(path)\n"
    assert after('python step of="train.py" after="def load"', part) == BASE.replace(block, f"{block}\n\n{part}")
    assert after('python step of="train.py" after="import torch"', "import math\n") == BASE.replace(
        "torch\n", "torch\nimport math\n", 1
    )


def test_a_part_that_is_written_from_the_margin_has_the_indent_of_its_place() -> None:
    part = "def half(self):\n    return self.size / 2\n"
    within = "\n    def half(self):\n        return self.size / 2\n"
    wanted = BASE.replace("self.size = 8\n", f"self.size = 8\n{within}")
    assert after('python step of="train.py" after="def __init__"', part) == wanted
    assert after('python step of="train.py" after="def __init__"', within.lstrip("\n")) == wanted


def test_a_part_takes_the_place_of_a_block_of_a_line_or_of_what_is_in_a_region() -> None:
    assert after('python step of="train.py" replace="def forward"', "def forward(self, x):\n    return 2 * x\n") == (
        BASE.replace("return x\n", "return 2 * x\n")
    )
    assert after('python step of="train.py" replace="self.size"', "self.size = 9\n") == BASE.replace("= 8", "= 9")
    assert after('python step of="train.py" replace="region main"', "print(Model())\n") == (
        BASE.replace("model = Model()\n", "print(Model())\n")
    )
    assert after('python step of="train.py" after="region main"', "print(Model())\n") == f"{BASE}\n\nprint(Model())\n"


def test_a_block_has_its_decorators_and_what_closes_it_in_any_language() -> None:
    text = "```js step of=a.js\n@traced\nfunction f(a)\n{\n  if (a) {\n    g();\n  } else {\n    h();\n  }\n}\nf(1);\n```\n"
    replaced = f'{text}\n```js step of=a.js replace="function f"\nconst f = g;\n```\n'
    assert files(replaced) == {"a.js": "const f = g;\nf(1);\n"}
    within = f'{text}\n```js step of=a.js replace="if (a)"\ng();\n```\n'
    assert files(within) == {"a.js": "@traced\nfunction f(a)\n{\n  g();\n}\nf(1);\n"}


def test_lines_that_are_taken_out_and_marks_in_the_code_are_none_of_the_file() -> None:
    text = FIRST.replace("import torch", "import torch  # [!code highlight]").replace('.py"\n', '.py" del={2}\n')
    assert files(text) == {"train.py": BASE.replace("torch\n\n", "torch\n", 1)}


def test_steps_of_two_files_go_beside_each_other_and_a_listing_that_is_none_is_let_be() -> None:
    other = "```toml step of=a.toml\na = 1\n```\n\n```python\nb = 2\n```\n\n```toml step of=a.toml append\nb = 2\n```\n"
    assert files(f"{FIRST}\n{other}") == {"train.py": BASE, "a.toml": "a = 1\nb = 2\n"}
    assert parsed(f"{FIRST}\n{other}").programs[0].code == "b = 2\n"


LINES = st.lists(st.sampled_from(["a", "b", "  c", "", "d = 1", "    e", "# f"]), min_size=1, max_size=12)


@given(LINES, LINES)
@settings(max_examples=150, deadline=None)
def test_a_diff_gives_the_file_that_it_was_made_from_or_says_that_it_is_open(old: list[str], new: list[str]) -> None:
    old, new = [*old, "end"], [*new, "end"]
    diff = "\n".join(list(difflib.unified_diff(old, new, lineterm=""))[2:]) + "\n"
    info = read_info("diff step of=a")
    assert info.step is not None
    before = tuple(Line(text, 0, 0) for text in old)
    found = apply(info.step, rows_of(info, diff, (), 1), before, diff=True)
    if isinstance(found, Applied):
        assert [line.text for line in found.lines] == new
    else:
        assert old == new or found.why in {"many", "no context"}


@given(st.lists(st.integers(0, 40), unique=True, min_size=1), st.lists(st.integers(0, 40), unique=True, min_size=1))
@settings(max_examples=100, deadline=None)
def test_what_is_not_marked_as_new_was_there_in_this_order(old: list[int], new: list[int]) -> None:
    info = read_info("text step of=a")
    assert info.step is not None
    code = "".join(f"line {number}\n" for number in new)
    before = tuple(Line(f"line {number}", 0, 0) for number in old)
    found = apply(info.step, rows_of(info, code, (), 1), before, diff=False)
    assert isinstance(found, Applied)
    assert [line.text for line in found.lines] == code.split("\n")[:-1]
    kept = [number for at, number in enumerate(new, 1) if at not in found.new]
    rest = iter(old)
    assert all(number in rest for number in kept) or (not found.new and not set(old) & set(new))


def test_a_diff_of_many_equal_lines_is_answered_at_once() -> None:
    info = read_info("diff step of=a")
    assert info.step is not None
    before = tuple(Line("x", 0, 0) for _ in range(40_000))
    diff = " x\n" * 20_000 + "-y\n"
    found = apply(info.step, rows_of(info, diff, (), 1), before, diff=True)
    assert isinstance(found, Misfit)
    assert found.why == "no lines"


UNFIT = [
    ('python step of="train.py" after="def laod"', "x\n", "22:30 no line of 'train.py' begins with 'def laod' by now; nearest is 'def load(path):', from line 5"),
    ('python step of="train.py" replace="def"', "x\n", "22:30 3 lines of 'train.py' begin with 'def', so it is open which is meant; write more of the line, or write the step as a diff; they are from lines 5, 10 and 13"),
    ("python step of=tain.py append", "x\n", "22:27 no step of 'tain.py' stands before this one, so there is nothing yet that it could change; did you mean 'train.py'?"),
    ('diff lang="python" step of="train.py"', " def load(path):\n-    return torch.lod(path)\n+    pass\n", "24:2 'train.py' has no such lines by now: the first that differs is 'return torch.lod(path)'; nearest is 'return torch.load(path)', from line 6"),
    ("diff step of=train.py", "@@ -1 +1 @@\n \n+x\n", "25:2 nothing says where in 'train.py' this is to go, since it has no line that is there already; begin it with the line above it"),
    ("diff step of=train.py", " import torch\n", "23:2 this diff adds nothing and takes nothing out; begin a line with '+' or '-'"),
    ("python step of=train.py", "x = 1\n", "22:16 this step is all of 'train.py', and leaves no line of what it was before; if it is a part, say where it goes: 'append', 'after=\"…\"' or 'replace=\"…\"'"),
]  # fmt: skip


@pytest.mark.parametrize(("fence", "code", "told"), UNFIT, ids=lambda each: str(each)[:30])
def test_a_step_that_does_not_apply_says_why_at_its_line_and_shows_what_is_nearest(
    fence: str, code: str, told: str
) -> None:
    assert said(f"{FIRST}\n```{fence}\n{code}```\n") == [told]


def test_lines_that_stand_twice_and_a_region_without_an_end_are_told() -> None:
    text = "```python step of=a\nb = 1\nc = 2\nb = 1\n# region d\n```\n\n"
    twice = f"{text}```diff step of=a\n-b = 1\n+b = 2\n```\n"
    (told,) = said(twice)
    assert told.startswith("9:2 these lines stand in 'a' 2 times, so it is open which are meant; ")
    assert told.endswith("write more of the lines around the change; they are from lines 2 and 4")
    endless = f'{text}```python step of=a after="region d"\ne\n```\n'
    assert said(endless) == ["8:21 'region d' has no end in 'a'; end it with a comment behind its lines: # endregion"]


def test_of_a_file_only_the_first_step_that_does_not_apply_is_told_and_no_whole_is_shown() -> None:
    text = f'{FIRST}\n```python step of=train.py after="nothing"\nx\n```\n\n```diff step of=train.py\n-x\n```\n'
    body = RENDERER.write(parsed(text))
    assert [one.rule for one in body.problems] == ["step-does-not-apply"]
    assert "The whole file" not in body.html
    assert parsed(text).programs == ()


SLIPS = [
    ("python step", '3:11 this step does not say which file it is a step of; write: step of="train.py"'),
    ("python of=a.py", "3:11 'of' speaks of a step, and this listing is none; write: step of=\"train.py\""),
    ("python step=a.py", "3:11 'step' has no value: 'of' names its file; write: step of=\"a.py\""),
    ("python step of=a.py of=b.py", "3:24 'of' stands here twice; take one of them out"),
    ("diff step of=train.py append", "3:26 a diff tells by its lines where it goes; take this out"),
    ("python run step of=train.py append", "3:11 a step is a part of its file, and is not run; run the file behind it, in a listing that starts it"),
    ('python step of=train.py append after="import"', "3:35 'append' says already where this step goes; take one of them out"),
]  # fmt: skip


@pytest.mark.parametrize(("fence", "told"), SLIPS)
def test_options_of_steps_that_have_no_effect_are_named(fence: str, told: str) -> None:
    begun = f"```python step of=train.py\nimport a\n```\n\n```{fence}\n+b\n import a\n```\n"
    problems = [one for one in RENDERER.write(parsed(begun)).problems if one.rule == "listing-options"]
    assert [f"{one.line - 2}:{one.column} {one.message}; {one.hint}" for one in problems] == [told]


def test_each_step_has_its_file_as_its_title_and_its_new_lines_marked() -> None:
    whole = BASE.replace("return x\n", "return 2 * x\n")
    body = RENDERER.write(parsed(f"{FIRST}\n```python step of=train.py\n{whole}```\n"))
    assert re.findall("<figcaption>(.*?)</figcaption>", body.html) == ["train.py"] * 2
    assert re.findall(r"<(?:ins|del)[^>]*>", body.html) == ['<ins class="line inserted">']
    assert "<details>" not in body.html  # the last step is the whole


def test_a_part_that_is_all_new_has_no_marks_since_they_would_tell_nothing_apart() -> None:
    body = RENDERER.write(parsed(f"{FIRST}\n```python step of=train.py append\nprint(model)\n```\n"))
    assert "<ins" not in body.html


def test_behind_the_last_step_stands_the_whole_file_folded_and_uncounted() -> None:
    steps = f"{FIRST}\n```python step of=train.py append\nprint(model)\n```\n"
    body = RENDERER.write(parsed(f"{steps}\nThe end.\n"))
    whole = body.html.partition("print")[2]
    assert "<figcaption>The whole file: train.py</figcaption><details><summary>19 lines</summary>" in whole
    assert whole.index("<details>") < whole.index("The end.")
    words = RENDERER.write(parsed(steps.replace("step of=", "title=").replace("append", ""))).words
    assert RENDERER.write(parsed(steps)).words == words


def test_the_whole_file_stands_behind_the_notes_of_its_last_step_and_behind_its_tabs() -> None:
    noted = f"{FIRST}\n```python step of=train.py append\nprint(model)  # (1)!\n```\n\n1. Its *shape*.\n\nThe end.\n"
    assert "(1)!" not in files(noted)["train.py"]
    html = RENDERER.write(parsed(noted)).html
    assert html.index("Its <em>shape") < html.index("The whole file") < html.index("The end.")
    tabs = f"{FIRST}\n```python tab=a step of=train.py append\nprint(model)\n```\n\n```sh tab=b\nls\n```\n"
    html = RENDERER.write(parsed(tabs)).html
    assert html.index('<p class="title">b</p>') < html.index("</div>\n</div>\n<figure") < html.index("The whole file")


def faults(text: str) -> list[str]:
    rules = (LISTING_SYNTAX, UNDEFINED_NAME)
    return [f"{one.line}:{one.column} {one.rule}: {one.message}" for one in faults_in(parsed(text), "a.md", rules)]


def test_the_file_is_read_as_a_program_and_its_parts_are_not() -> None:
    begun = "```python step of=a.py\ntry:\n    a = 1\nexcept ValueError:\n    a = 2\nprint(a\n```\n"
    assert faults(f'{begun}\n```python step of=a.py replace="print(a"\nprint(a)\n```\n') == []
    assert faults(begun) == []  # it goes on below
    broken = f'{begun}\n```python step of=a.py replace="print(a"\nprint(a))\n```\n'
    assert faults(broken) == ["10:9 listing-syntax: Python can't read this: unmatched ')'"]
    indented = broken.replace('replace="print(a"\nprint(a))', 'replace="a = 2"\na = f(2))').replace("print(a\n", "")
    assert faults(indented) == ["9:9 listing-syntax: Python can't read this: unmatched ')'"]
    assert faults(broken.replace("step of=a.py replace", "step check=false of=a.py replace")) == []


def test_a_name_that_a_later_step_imports_is_defined() -> None:
    begun = "```python step of=a.py\nimport math\na = math.pi\nb = np.ones(a)\n```\n"
    assert faults(begun) == [
        "4:5 undefined-name: 'np' is used here, and nothing in this post's Python defines or imports it"
    ]
    assert faults(f'{begun}\n```python step of=a.py after="import math"\nimport numpy as np\n```\n') == []
