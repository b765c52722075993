"""Plugins: what docs/plugins.md shows works to the letter, and a plugin's fault is told at its line."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options
from proofpress.paths import OutputPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.problems import Problem

DOCS: Final = Path(__file__).parents[2] / "docs" / "plugins.md"
SETTINGS: Final = "title: Plugged\nurl: https://me.test/\n"
FENCE: Final = re.compile(r'^```\w+ title="(?P<title>[^"]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
POST: Final = "---\ntitle: First\ndate: 2026-05-01\n---\n\nSome ~words~ here.\n"


def lay(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in ({"site.yaml": SETTINGS, "content/posts/first.md": POST} | dict(files)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def built(root: Path, files: Mapping[str, str], *, checks: bool = False) -> Built:
    return build(Options(root=lay(root, files), now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), checks=checks))


def told(built: Built) -> list[str]:
    return [line(one) for one in built.problems]


def line(one: Problem) -> str:
    hint = f"; {one.hint}" if one.hint else ""
    return f"{one.path}:{one.line}:{one.column}: {one.severity} {one.rule}: {one.message}{hint}"


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proofpress", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)


# ---------------------------------------------------------------- what the page shows

SECTIONS: Final = dict(
    re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", DOCS.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
)
EXAMPLES: Final = [name for name, text in SECTIONS.items() if 'title="plugins.py"' in text]


def test_the_page_has_an_example_of_each_of_the_four() -> None:
    rules, kinds = ["A rule", "A rule of finished pages"], ["A kind of output", "A kind that asks"]
    assert ["A piece of Markdown", "A filter", *rules, *kinds] == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_page_of_plugins_shows_is_what_comes_of_it(name: str, tmp_path: Path) -> None:
    parts = {found["title"]: found["text"] for found in FENCE.finditer(SECTIONS[name])}
    files = {
        path: text for path, text in parts.items() if path == "plugins.py" or path.startswith(("content/", "temp"))
    }
    checked = "proofpress check" in parts
    done = built(tmp_path, files, checks=checked)
    reported = parts.get("proofpress check" if checked else "proofpress build", "")
    assert told(done) == reported.splitlines()
    shown = {path: text for path, text in parts.items() if path not in files and not path.startswith("proofpress ")}
    assert shown or reported
    for path, text in shown.items():
        assert text.strip() in done.outputs[OutputPath(path)].decode()


def test_what_the_page_of_plugins_shows_passes_mypy(tmp_path: Path) -> None:
    files = [f"{name.replace(' ', '_').lower()}.py" for name in EXAMPLES]
    for name, file in zip(EXAMPLES, files, strict=True):
        parts = {found["title"]: found["text"] for found in FENCE.finditer(SECTIONS[name])}
        (tmp_path / file).write_text(parts["plugins.py"], "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", *files]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Success" in found.stdout, found.stdout


# ---------------------------------------------------------------- a rule

RULE: Final = """\
from proofpress.plugins import Rule, Tell, Text, TextRule

def find(text: Text, tell: Tell) -> None:
    for heading in text.headings:
        tell(heading.place, "a heading")

plugins = [TextRule(Rule("no-headings", "warning", "text", page="# no-headings\\n\\nThere is one.\\n\\nNo.\\n"), find)]
"""
HEADED: Final = "---\ntitle: Headed\n---\n\n## One\n"


@pytest.mark.parametrize(
    ("weight", "wanted"),
    [
        ("", ["content/a.md:5:4: warning no-headings: a heading"]),
        ("rules: {no-headings: error}\n", ["content/a.md:5:4: error no-headings: a heading"]),
        ("rules: {no-headings: off}\n", []),
    ],
)
def test_a_plugin_s_rule_is_weighed_by_the_settings(weight: str, wanted: list[str], tmp_path: Path) -> None:
    found = built(tmp_path, {"plugins.py": RULE, "site.yaml": SETTINGS + weight, "content/a.md": HEADED})
    assert told(found) == wanted


def test_a_rule_that_no_plugin_brings_is_still_no_setting(tmp_path: Path) -> None:
    found = built(tmp_path, {"plugins.py": RULE, "site.yaml": SETTINGS + "rules: {no-heading: off}\n"})
    (problem,) = found.problems
    assert (problem.rule, problem.line, problem.hint) == ("unknown-setting", 3, "did you mean 'no-headings'?")


def test_a_plugin_s_rule_is_explained_in_its_site_and_nowhere_else(tmp_path: Path) -> None:
    lay(tmp_path / "site", {"plugins.py": RULE})
    assert run(tmp_path / "site", "explain", "no-headings").stdout == "# no-headings\n\nThere is one.\n\nNo.\n"
    assert "no-headings" in run(tmp_path / "site", "explain").stdout
    assert "There is one." in run(tmp_path / "site" / "content" / "posts", "explain", "no-headings").stdout
    (tmp_path / "plugins.py").write_text(RULE)
    assert run(tmp_path, "explain", "no-headings").returncode == 2


# ---------------------------------------------------------------- faults

KIND: Final = """\
from proofpress.plugins import FilledTarget, Kind, PlainTarget, SitePath

class Plain(PlainTarget, frozen=True, kw_only=True):
    def write(self, published):
        return {write}

class Filled(FilledTarget, frozen=True, kw_only=True):
    def make(self, making):
        return {make}

def plan(planning):
    yield {target}
    yield Filled(site_path=SitePath("/b.txt"), origin="b")

plugins = [Kind(plan=plan{more})]
"""
FILTER: Final = "{{% extends 'theme:base.html' %}}{{% block footer %}}{{{{ page.title|{} }}}}{{% endblock %}}\n"


def kind(
    *,
    write: str = "b''",
    make: str = "b'', []",
    target: str = "Plain(site_path=SitePath('/a.txt'), origin='a')",
    more: str = "",
) -> str:
    return KIND.format(write=write, make=make, target=target, more=more)


ASKING: Final = """\
from proofpress.plugins import FilledTarget, Kind, Question, SitePath

class Titles(Question[{answers}]{frozen}):
    number: int

    def answer(self, site):
        return {answer}

class Asking(FilledTarget, frozen=True, kw_only=True):
    def make(self, making):
        return str(making.ask(Titles(2))).encode(), []

def plan(planning):
    yield Asking(site_path=SitePath("/b.txt"), origin="b")

plugins = [Kind(plan=plan{questions})]
"""


def asking(
    *, answer: str = "1", answers: str = "int", frozen: str = ", frozen=True", questions: str = ", questions=[Titles]"
) -> str:
    return ASKING.format(answer=answer, answers=answers, frozen=frozen, questions=questions)


FAULTS: Final[dict[str, tuple[str, str]]] = {
    "an answer that fails": (asking(answer="self.number / 0"), "plugins.py:7:16"),
    "an answer that has no digest": (asking(answer="object()"), "plugins.py:6:1"),
    "an answer that there is none of": (asking(answer="site.by_path['content/b.md']"), "plugins.py:7:16"),
    "a question of no kind": (asking(questions=""), "plugins.py:11:20"),
    "a question that is none": (asking(questions=", questions=[Asking]"), "plugins.py:16:12"),
    "a question that can change": (asking(frozen=", frozen=False"), "plugins.py:16:12"),
    "a module that isn't there": ("import nowhere_at_all\n", "plugins.py:1:1"),
    "a syntax error": ("\nplugins = [\n", "plugins.py:2:11"),
    "bytes that are no Python": ("\0\n", "plugins.py:"),
    "an import that ends the program": ("import sys\nsys.exit(1)\n", "plugins.py:2:1"),
    "no list": ("x = 1\n", "plugins.py:"),
    "no plugin in the list": ("plugins = [\n    3,\n]\n", "plugins.py:2:5"),
    "a filter whose name is taken": (
        "from proofpress.plugins import Filter\n\nplugins = [Filter('date', str)]\n",
        "plugins.py:3:12",
    ),
    "a rule whose name is taken": (
        "from proofpress.plugins import *\nplugins = [TextRule(Rule('no-date', 'error', 'text'), print)]\n",
        "plugins.py:2:12",
    ),
    "a rule without a page": (
        "from proofpress.plugins import *\nplugins = [TextRule(Rule('no-fun', 'error', 'text'), print)]\n",
        "plugins.py:2:12",
    ),
    "a rule that fails": (RULE.replace("text.headings", "text.nothing"), "plugins.py:4:20"),
    "markdown that can't be put in": (
        "from proofpress.plugins import *\n\ndef bad(md):\n    md.nothing()\n\nplugins = [Markdown(bad)]\n",
        "plugins.py:4:5",
    ),
    "markdown that fails as it reads": (
        (
            "from proofpress.plugins import *\n\ndef rule(state, silent):\n    return 1 / 0\n\n"
            "plugins = [Markdown(lambda md: md.inline.ruler.push('bad', rule))]\n"
        ),
        "plugins.py:4:12",
    ),
    "markdown that fails as it writes": (
        (
            "from mdit_py_plugins.subscript import sub_plugin\nfrom proofpress.plugins import *\n\n"
            "plugins = [Markdown(sub_plugin, inline={'sub_open': lambda w, t, i: 1 / 0})]\n"
        ),
        "plugins.py:4:69",
    ),
    "markdown that writes what is no text": (
        (
            "from mdit_py_plugins.subscript import sub_plugin\nfrom proofpress.plugins import *\n\n"
            "plugins = [Markdown(sub_plugin, inline={'sub_open': lambda w, t, i: w.out.append(None)})]\n"
        ),
        "plugins.py:",
    ),
    "a kind that fails to plan": (kind(target="1 / 0"), "plugins.py:12:11"),
    "a kind that plans no target": (kind(target="'x'"), "plugins.py:11:1"),
    "a kind that leaves the output": (
        kind(target="Plain(site_path=SitePath('/%2e%2e/a'), origin='a')"),
        "plugins.py:11:1",
    ),
    "a kind whose target is made from what has no digest": (
        kind(target="Odd(site_path=SitePath('/a.txt'), origin='a', way=print)").replace(
            "def plan", "class Odd(Filled, frozen=True, kw_only=True):\n    way: object\n\ndef plan"
        ),
        "plugins.py:14:1",
    ),
    "a kind that fails to check": (kind(more=", check=lambda planning, targets: 1 / 0"), "plugins.py:15:60"),
    "a kind that fails to say what it reads": (kind(more=", reads_source=lambda config: 1 / 0"), "plugins.py:15:56"),
    "a kind that fails for a post's page": (kind(more=", alternates=lambda card, config: 1 / 0"), "plugins.py:15:60"),
    "a target that fails to write": (kind(write="1 / 0"), "plugins.py:5:16"),
    "a target that writes no bytes": (kind(write="'text'"), "plugins.py:4:1"),
    "a target that can't be made": (kind(make="1 / 0"), "plugins.py:9:16"),
    "a target that makes no bytes": (kind(make="3.5, []"), "plugins.py:8:1"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_plugin_is_told_at_its_line_and_the_rest_is_made(name: str, tmp_path: Path) -> None:
    code, place = FAULTS[name]
    done = built(tmp_path, {"plugins.py": code})
    assert {one.rule for one in done.problems} == {"plugin-error"}
    assert [text for text in told(done) if not text.startswith(place)] == []
    assert done.failed
    assert OutputPath("index.html") in done.outputs
    pages = {path for path in done.outputs if path.endswith(".html")}
    assert OutputPath("posts/first/index.html") in pages or "alternates" in code


def test_no_fault_of_a_plugin_can_be_switched_off(tmp_path: Path) -> None:
    done = built(
        tmp_path, {"plugins.py": "import nowhere_at_all\n", "site.yaml": SETTINGS + "rules: {plugin-error: off}\n"}
    )
    assert "plugin-error" in {one.rule for one in done.problems}


def test_a_filter_s_own_fault_stands_at_its_line_and_a_wrong_use_in_the_template(tmp_path: Path) -> None:
    code = "from proofpress.plugins import Filter\n\ndef shout(text):\n    return text.uper()\n\nplugins = [Filter('shout', shout)]\n"
    own = built(tmp_path / "own", {"plugins.py": code, "templates/base.html": FILTER.format("shout")})
    assert {(one.rule, one.path, one.line) for one in own.problems} == {("plugin-error", "plugins.py", 4)}
    assert "called at templates/base.html:1" in own.problems[0].hint
    use = built(tmp_path / "use", {"plugins.py": code, "templates/base.html": FILTER.format("shout(1, 2)")})
    assert {(one.rule, one.path, one.line) for one in use.problems} == {("template-error", "templates/base.html", 1)}


def test_a_plugin_s_fault_is_told_once_though_many_posts_have_it(tmp_path: Path) -> None:
    posts = {f"content/posts/p{n}.md": POST for n in range(9)}
    code, place = FAULTS["markdown that fails as it reads"]
    (text,) = told(built(tmp_path, {"plugins.py": code} | posts))
    assert text.startswith(place)
    assert text.endswith("while it read content/posts/first.md and 9 more")


def test_the_command_tells_a_plugin_s_fault_and_publishes_nothing(tmp_path: Path) -> None:
    lay(tmp_path, {"plugins.py": "1 / 0\n"})
    done = run(tmp_path, "build")
    assert done.returncode == 1
    assert "plugins.py:1:1: error plugin-error: ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "public").exists()


def test_a_filter_may_be_a_class_or_one_of_jinja_s_that_sees_its_context(tmp_path: Path) -> None:
    code = (
        "import jinja2\nfrom proofpress.plugins import Filter\n\n@jinja2.pass_context\n"
        "def named(context, text):\n    return text + context['page'].kind\n\n"
        "plugins = [Filter('named', named), Filter('words', str)]\n"
    )
    done = built(tmp_path, {"plugins.py": code, "templates/base.html": FILTER.format("words|named")})
    assert told(done) == []
    assert b"Firstpost" in done.outputs[OutputPath("posts/first/index.html")]


# ---------------------------------------------------------------- where plugins lie

FOLDER: Final = {
    "plugins/__init__.py": "from .words import loud\nfrom proofpress.plugins import Filter\n\nplugins = [Filter('loud', loud)]\n",
    "plugins/words.py": "def loud(text):\n    return text.upper() + '!'\n",
    "templates/base.html": FILTER.format("loud"),
}


def test_plugins_may_be_a_folder(tmp_path: Path) -> None:
    done = built(tmp_path, FOLDER)
    assert told(done) == []
    assert b"FIRST!" in done.outputs[OutputPath("posts/first/index.html")]
    assert sorted(path.name for path in (tmp_path / "plugins").iterdir()) == ["__init__.py", "words.py"]


def test_bytecode_that_was_left_is_not_believed(tmp_path: Path) -> None:
    built(tmp_path, FOLDER)
    code = "import py_compile; py_compile.compile('plugins/words.py', invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    done = built(tmp_path, FOLDER | {"plugins/words.py": "def loud(text):\n    return text.upper() + '?'\n"})
    assert b"FIRST?" in done.outputs[OutputPath("posts/first/index.html")]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"plugins.py": "plugins = []\n", "plugins/__init__.py": "plugins = []\n"}, "plugins/__init__.py"),
        ({"plugins/boxes.py": "plugins = []\n"}, "plugins/boxes.py"),
    ],
)
def test_plugins_that_nobody_would_run_are_told(files: dict[str, str], place: str, tmp_path: Path) -> None:
    assert [(one.rule, one.path) for one in built(tmp_path, files).problems] == [("plugin-error", place)]


def test_plugins_are_not_read_through_a_link_out_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text("raise SystemExit\n")
    root = lay(tmp_path / "site", {})
    (root / "plugins.py").symlink_to(tmp_path / "elsewhere.py")
    assert [(one.rule, one.path) for one in built(root, {}).problems] == [("outside-site", "plugins.py")]


# ---------------------------------------------------------------- a package

PACKAGE: Final = {
    "our_marks.py": "from mdit_py_plugins.subscript import sub_plugin\nfrom proofpress.plugins import Markdown\n\nsub = Markdown(sub_plugin)\n",
    "our_marks-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: our-marks\nVersion: 1.0\n",
    "our_marks-1.0.dist-info/entry_points.txt": "[proofpress.markdown]\nsub = our_marks:sub\n",
}


def installed(root: Path, packages: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.append({str(packages)!r}); from proofpress.cli.commands import main; main()"
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_package_brings_plugins_by_its_entry_points(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    for path, text in PACKAGE.items():
        (packages / path).parent.mkdir(parents=True, exist_ok=True)
        (packages / path).write_text(text, "utf-8")
    root = lay(tmp_path / "site", {})
    page = root / "public" / "posts" / "first" / "index.html"
    assert run(root, "build").returncode == 0
    assert "~words~" in page.read_text("utf-8")
    assert installed(root, packages, "build", "--verify").returncode == 0
    assert "<sub>words</sub>" in page.read_text("utf-8")
    (packages / "our_marks.py").write_text("1 / 0\n")
    failed = installed(root, packages, "build")
    assert failed.returncode == 1
    assert "site.yaml: error plugin-error: the plugin sub of our_marks-1.0: ZeroDivisionError" in failed.stderr
    assert run(root, "build").returncode == 0
    assert "~words~" in page.read_text("utf-8")
