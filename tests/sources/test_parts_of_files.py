"""The part of a file that a listing shows: definitions, regions, lines, and what is said where there is none."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.listings.fences import Include
from proofpress.sources.parts import Lost, Part, part_of
from proofpress.sources.places import included_in, language_of, resolved

TRAINER = '''\
"""Trains."""

import dataclasses

RATE, STEPS = 0.1, 10


# What is learnt with.
@dataclasses.dataclass(
    frozen=True,
)
class Trainer:
    """Learns."""

    rate: float = RATE  # of the slope

    # region step
    def step(self, x: float) -> float:
        """Go one step."""
        # against the slope
        text = """
# no comment
"""
        return x - self.rate * len(text)
    # endregion

    @property
    def half(self) -> float:
        return self.rate / 2

    @half.setter
    def half(self, value: float) -> None: ...

    async def train(self) -> None:
        def once() -> None: ...

        once()


if dataclasses:
    def said() -> str:
        return "now"
else:
    def said() -> str:
        return "then"
'''


def found(text: str, path: str = "src/a.py", part: str = "", name: str = "", **more: Any) -> Part | Lost:
    return part_of(path, text.encode(), Include(path, 0, 0, part=part, name=name, **more))


def code(text: str, path: str = "src/a.py", part: str = "", name: str = "", **more: Any) -> str:
    part_found = found(text, path, part, name, **more)
    assert isinstance(part_found, Part), part_found
    return part_found.code


def symbol(name: str, **more: Any) -> str:
    return code(TRAINER, part="symbol", name=name, **more)


def lost(text: str, part: str = "", name: str = "", path: str = "src/a.py") -> tuple[str, str]:
    part_lost = found(text, path, part, name)
    assert isinstance(part_lost, Lost), part_lost
    return part_lost.message, part_lost.hint


# ---------------------------------------------------------------- definitions of Python


def test_a_method_is_shown_without_its_indentation_and_keeps_what_its_strings_hold() -> None:
    assert symbol("Trainer.step") == (
        'def step(self, x: float) -> float:\n    """Go one step."""\n    # against the slope\n    text = """\n'
        '# no comment\n"""\n    return x - self.rate * len(text)\n'
    )


def test_a_class_has_its_decorators_and_the_comments_right_above_it_and_no_marks_of_regions() -> None:
    shown = symbol("Trainer")
    assert shown.startswith("# What is learnt with.\n@dataclasses.dataclass(\n    frozen=True,\n)\nclass Trainer:\n")
    assert "region" not in shown
    assert shown.endswith("        once()\n")


def test_decorators_and_comments_are_left_out_where_a_fence_says_so_and_docstrings_stay() -> None:
    shown = symbol("Trainer", decorators=False, comments=False)
    assert shown.startswith('class Trainer:\n    """Learns."""\n\n    rate: float = RATE\n')
    assert '# no comment\n"""' in shown
    assert "slope" not in shown


def test_a_property_is_shown_with_its_setter() -> None:
    assert symbol("Trainer.half") == (
        "@property\ndef half(self) -> float:\n    return self.rate / 2\n\n"
        "@half.setter\ndef half(self, value: float) -> None: ...\n"
    )


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("RATE", "RATE, STEPS = 0.1, 10"),
        ("Trainer.rate", "rate: float = RATE"),
        ("Trainer.train", "async def train"),
        ("Trainer.train.once", "def once"),
    ],
)
def test_assigned_names_async_functions_and_what_stands_within_others_are_definitions_too(
    name: str, begins: str
) -> None:
    assert symbol(name).startswith(begins)


def test_what_is_not_defined_is_told_with_the_nearest_name() -> None:
    assert lost(TRAINER, "symbol", "Trainer.stop") == ("defines no 'Trainer.stop'", "did you mean 'Trainer.step'?")
    assert lost(TRAINER, "symbol", "step") == ("defines no 'step'", "did you mean 'Trainer.step'?")
    assert lost("A = 1\nB = 2\n", "symbol", "quite_other") == ("defines no 'quite_other'", "it defines A, B")


def test_a_name_that_is_defined_in_two_places_is_not_guessed() -> None:
    message, hint = lost(TRAINER, "symbol", "said")
    assert message == "defines 'said' 2 times, at lines 41, 44"
    assert hint == "mark the one that is meant with a region"


def test_overloads_are_shown_together() -> None:
    text = "@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\n\n\ndef f(a): return a\n"
    assert code(text, part="symbol", name="f") == text


def test_what_is_said_of_one_name_in_several_places_of_a_class_is_shown_with_a_line_between() -> None:
    text = "@overload\ndef f(a: int) -> int: ...\nB = 1\n@overload\ndef f(a: str) -> str: ...\n"
    assert code(text, part="symbol", name="f") == text.replace("B = 1", "")
    assert code(f"# Doc.\n{text}", part="symbol", name="f", decorators=False).startswith("# Doc.\ndef f(a: int)")


def test_a_file_that_python_can_not_read_is_told() -> None:
    message, _ = lost("def f(:\n", "symbol", "f")
    assert message.startswith("can't be read as Python: line 1, ")


# ---------------------------------------------------------------- definitions of other languages

OTHERS = {
    "a.js": (
        "// Doc.\nexport class T {\n  step() {\n    return 1;\n  }\n}\nexport const f = (a) => {\n  return a;\n};\n",
        {"T.step": "step() {\n  return 1;\n}\n", "f": "export const f = (a) => {\n  return a;\n};\n"},
    ),
    "a.ts": (
        "export function o(a: string): void;\nexport function o(a: any) {}\ninterface I {\n  m(): void;\n}\n",
        {"o": "export function o(a: string): void;\nexport function o(a: any) {}\n", "I.m": "m(): void;\n"},
    ),
    "a.tsx": ("export const App = () => <div/>;\n", {"App": "export const App = () => <div/>;\n"}),
    "a.rs": (
        "/// Doc.\n#[derive(Debug)]\npub struct T<A> { a: A }\n\nimpl<A> T<A> {\n    #[inline]\n    fn step(&self) {}\n}\n",
        {
            "T": "/// Doc.\n#[derive(Debug)]\npub struct T<A> { a: A }\n",
            "T::step": "#[inline]\nfn step(&self) {}\n",
            "impl T": "impl<A> T<A> {\n    #[inline]\n    fn step(&self) {}\n}\n",
        },
    ),
    "a.go": (
        "package a\n\n// Start starts.\nfunc (s *Server[T]) Start() {}\n\ntype (\n\tA int\n\t// B counts.\n\tB int\n)\n",
        {"Server.Start": "// Start starts.\nfunc (s *Server[T]) Start() {}\n", "B": "// B counts.\nB int\n"},
    ),
    "a.c": (
        "int f(int a);\n#define N 1\n/* Doc\n   of f. */\nstatic int *f(int a)\n{\n  int N2 = 1;\n  return 0;\n}\n",
        {"f": "/* Doc\n   of f. */\nstatic int *f(int a)\n{\n  int N2 = 1;\n  return 0;\n}\n", "N": "#define N 1\n"},
    ),
    "a.cpp": (
        "namespace n {\ntemplate <class T>\nclass A { int f(); ~A(); };\n}\nint n::A::f() { return 1; }\n",
        {"n.A": "template <class T>\nclass A { int f(); ~A(); };\n", "n::A::f": "int n::A::f() { return 1; }\n"},
    ),
    "A.java": (
        "class T {\n  @Override\n  public void step(int a) {}\n  public void step() {}\n  int x = 1;\n}\n",
        {"T.step": "@Override\npublic void step(int a) {}\npublic void step() {}\n", "T.x": "int x = 1;\n"},
    ),
    "a.rb": (
        "module M\n  # doc\n  class A\n    X = 1\n    def self.c; end\n  end\nend\n",
        {"M::A": "# doc\nclass A\n  X = 1\n  def self.c; end\nend\n", "M::A.c": "def self.c; end\n"},
    ),
    "a.sh": ("# Doc.\nf() {\n  echo\n}\n", {"f": "# Doc.\nf() {\n  echo\n}\n"}),
    "a.kt": ("class A {\n  fun b() {}\n}\n", {"A.b": "fun b() {}\n"}),
    "a.swift": ("class A {\n  func b() {}\n}\n", {"A.b": "func b() {}\n"}),
    "a.scala": ("object O {\n  def b = 1\n}\n", {"O.b": "def b = 1\n"}),
    "a.php": ("<?php\nclass A {\n  const X = 1;\n  function b() {}\n}\n", {"A.b": "function b() {}\n"}),
}


@pytest.mark.parametrize("path", OTHERS)
def test_definitions_of_other_languages_are_found_by_their_grammars(path: str) -> None:
    text, wanted = OTHERS[path]
    assert {name: code(text, path, "symbol", name) for name in wanted} == wanted


def test_attributes_and_comments_of_other_languages_are_left_out_where_a_fence_says_so() -> None:
    text, _ = OTHERS["a.rs"]
    assert code(text, "a.rs", "symbol", "T", decorators=False, comments=False) == "pub struct T<A> { a: A }\n"
    assert code(OTHERS["a.c"][0], "a.c", comments=False).splitlines()[2] == "static int *f(int a)"


def test_a_language_whose_definitions_nobody_knows_is_told() -> None:
    message, hint = lost("a b c\n", "symbol", "a", "a.txt")
    assert message == "is in a language whose definitions are not known here"
    assert hint == "mark the part with a region instead"


# ---------------------------------------------------------------- regions and lines


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("# region step", "# endregion"),
        ("#region step", "#endregion step"),
        ("    // #region step", "    // #endregion"),
        ("#pragma region step", "#pragma endregion"),
        ("<!-- region step -->", "<!-- endregion -->"),
        ("/* region step */", "/* endregion */"),
        ("-- region step", "-- endregion"),
        ("# --8<-- [start:step]", "# --8<-- [end:step]"),
        ("// ANCHOR: step", "// ANCHOR_END: step"),
    ],
)
def test_regions_are_marked_by_comments_of_any_language(begin: str, end: str) -> None:
    shown = found(f"above\n{begin}\n\n  one\n    two\n\n{end}\nbelow\n", "a.txt", "region", "step")
    assert shown == Part("one\n  two\n", 4, 5, whole=True)


def test_regions_within_others_are_shown_without_their_marks() -> None:
    text = "# region all\na\n# region more\nb\n# endregion\n# ANCHOR: x\nc\n# ANCHOR_END: x\n# endregion\n"
    assert found(text, part="region", name="all") == Part("a\nb\nc\n", 2, 7, whole=False)
    assert found(text, part="region", name="more") == Part("b\n", 4, 4, whole=True)
    assert code(text) == "a\nb\nc\n"


def test_a_region_that_never_ends_is_told_and_so_is_what_takes_its_end() -> None:
    message, hint = lost("# region all\na\n# region more\nb\n# endregion\n", "region", "all")
    assert (message, hint) == ("has a region 'all' at line 1 that never ends", "end it with its mark")
    message, hint = lost("# region all\n# region more\nb\n", "region", "all")
    assert hint == "end it with its mark; neither is 'more' at line 2"


def test_a_region_of_which_there_are_two_is_told() -> None:
    text = "# region a\n1\n# endregion\n# region a\n2\n# endregion\n"
    assert lost(text, "region", "a")[0] == "has more than one region 'a', at lines 1, 4"


def test_a_region_that_is_not_there_is_told_with_the_nearest_name() -> None:
    text = "# region setup\n1\n# endregion\n"
    assert lost(text, "region", "set-up") == ("has no region 'set-up'", "did you mean 'setup'?")
    assert lost(text, "region", "quite other") == ("has no region 'quite other'", "its regions are setup")
    assert lost("1\n", "region", "a")[1] == "mark it there: # region NAME, and # endregion"


def test_what_looks_like_a_mark_and_has_no_counterpart_is_a_line_like_any_other() -> None:
    text = "# region growing is a way to find what belongs together\na\n"
    assert code(text) == text


@pytest.mark.parametrize(
    ("written", "shown"), [("2-3", "b\nc\n"), ("2", "b\n"), ("3-", "c\nd\n"), ("-2", "a\nb\n"), (" 1 - 1 ", "a\n")]
)
def test_lines_are_named_by_their_numbers(written: str, shown: str) -> None:
    assert code("a\nb\nc\nd\n", part="lines", name=written) == shown


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2-9", "has 4 lines, so there is no line 9"),
        ("5", "has 4 lines, so there is no line 5"),
        ("3-2", "has 4 lines, and none from 3 to 2"),
        ("0", "has 4 lines, and none from 0 to 0"),
        ("some", "has no lines 'some'"),
    ],
)
def test_lines_that_are_not_there_are_told(written: str, message: str) -> None:
    assert lost("a\nb\nc\nd\n", "lines", written)[0] == message


def test_of_the_whole_file_blank_lines_at_its_ends_are_not_shown() -> None:
    assert found("\n\na\n\nb\n\n") == Part("a\n\nb\n", 3, 5, whole=True)
    assert lost("a\n\n\nb\n", "lines", "2-3")[0] == "has nothing to show there"
    assert lost("\n\n", "symbol", "f")[0] == "is empty"


# ---------------------------------------------------------------- bytes and names


def test_any_bytes_are_text_or_told() -> None:
    def of(data: bytes) -> Part | Lost:
        return part_of("a.txt", data, Include("a.txt", 0, 0))

    assert of(b"\xef\xbb\xbfa\r\nb\rc") == Part("a\nb\nc\n", 1, 3, whole=True)
    for data, message in {
        b"a\0b": "is no text",
        "a\n".encode("utf-16"): "is no text",
        b"a\nb\xff\n": "is not in UTF-8: line 2 holds other bytes",
    }.items():
        told = of(data)
        assert isinstance(told, Lost)
        assert (told.message, told.of_part) == (message, False)


PIECES = (
    "def f():\n", "    return 1\n", "class T:\n", "@a\n", "# region x\n", "# endregion\n", "// ANCHOR: x\n", "// ANCHOR_END: x\n",
    "function f() {", "}\n", "/* é", "*/", "impl T {", "fn f() ", "\n", "\t", '"""', "# --8<-- [start:x]\n", "#[a]\n", "\N{PARTY POPPER}", "\\",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.sampled_from(["a.py", "a.js", "a.rs", "a.c", "a.txt"]),
    st.sampled_from([("", ""), ("symbol", "f"), ("symbol", "T"), ("region", "x"), ("lines", "2-4")]),
    st.booleans(),
)
def test_any_text_has_a_part_or_a_reason_and_a_part_is_lines_of_it(
    text: str, path: str, wanted: tuple[str, str], keeps: bool
) -> None:
    shown = found(text, path, *wanted, decorators=keeps, comments=keeps)
    if isinstance(shown, Lost):
        assert shown.message
        assert shown.hint
        return
    assert 1 <= shown.first <= shown.last <= text.count("\n") + 1
    if keeps:
        lines = {line.strip() for line in text.split("\n")}
        assert {line.strip() for line in shown.code.split("\n")} <= lines | {""}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("../../src/a.py", "src/a.py"),
        ("../../../src/a.py", "../src/a.py"),
        ("/src/a.py", "src/a.py"),
        ("/../src/./a.py", "../src/a.py"),
        ("a.py", "content/posts/a.py"),
    ],
)
def test_a_file_is_named_as_seen_from_the_post_or_from_the_sites_folder(written: str, path: str) -> None:
    assert resolved("content/posts/p.md", written) == path


def test_the_files_of_a_post_are_found_in_its_bytes_however_they_are_quoted() -> None:
    text = textwrap.dedent("""
        ```python include="/a b.py" symbol="x"
        ```
        ```{.python include='/c.py'}
        ```
        ```py include=/d.py {1}
        ```
        ```py include="/a b.py"
        ```
    """)
    assert included_in("content/p.md", text.encode()) == ["a b.py", "c.py", "d.py"]
    assert included_in("content/p.md", b"We include: nothing.") == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/train.PY", "python"),
        ("Dockerfile", "docker"),
        ("a.h", "c"),
        ("a.toml", "toml"),
        ("LICENSE", ""),
        ("a.xyz", ""),
    ],
)
def test_a_files_language_is_told_by_its_name(path: str, name: str) -> None:
    assert language_of(path).name == name
