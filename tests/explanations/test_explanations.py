"""Each rule's page is there, is true to the letter, and is worth printing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import click
import pytest
from explanation_examples import RULES, example, lay_out, reported

import proofpress
from proofpress.cli.commands import proofpress as command_line
from proofpress.rules.explanation import explanation
from proofpress.rules.registry import BUILT_IN, FAMILIES
from proofpress.rules.rule import Rule

WIDEST = 82
"""Columns of prose, so that a page can be read in a terminal of the usual width."""


def pages() -> set[str]:
    found = resources.files("proofpress.rules").joinpath("explained").iterdir()
    return {entry.name.removesuffix(".md") for entry in found if entry.name.endswith(".md")}


def words_in_the_code() -> set[str]:
    """Return every string and every name in the source that could mean a rule, but for the rules themselves.

    Those that find their faults in a text are asked by the lists of them in `rules/texts.py` and `rules/checks.py`.
    """
    source = Path(proofpress.__file__).parent
    words: set[str] = set()
    for path in source.rglob("*.py"):
        if path.is_relative_to(source / "rules") and path.stem not in {"texts", "checks"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.Name):
                words.add(node.id)
    return words


def constant(rule: str) -> str:
    """Return what a rule's value is called in the module of its family."""
    return rule.upper().replace("-", "_")


def rules_reported_by_name() -> set[str]:
    """Return the first arguments of all calls that report a problem, where they are written out."""
    source = Path(proofpress.__file__).parent
    found: set[str] = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if called in ("note", "_note") and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert pages() == set(RULES)


def test_every_rule_is_one_that_some_code_reports() -> None:
    words = words_in_the_code()
    assert [rule for rule in RULES if rule not in words and constant(rule) not in words] == []


def test_every_rule_is_a_value_of_its_name_in_one_family() -> None:
    found = [(name, value) for family in FAMILIES for name, value in vars(family).items() if isinstance(value, Rule)]
    assert [name for name, _ in found] == [constant(value.name) for _, value in found]
    assert [value for _, value in found] == list(BUILT_IN)


def test_every_family_in_the_room_is_in_the_registry() -> None:
    room = Path(proofpress.__file__).parent / "rules"
    machinery = {
        "__init__",
        "rule",
        "registry",
        "explanation",
        "edits",
        "prose",
        "texts",
        "checks",
        "html_page",
        "sessions",
        "xml_file",
    }
    assert {path.stem for path in room.glob("*.py")} - machinery == {
        family.__name__.rpartition(".")[2] for family in FAMILIES
    }


def test_no_code_reports_a_rule_that_is_not_listed() -> None:
    reported_rules = rules_reported_by_name()
    assert reported_rules
    assert reported_rules <= set(RULES)


def test_a_name_that_is_no_rule_has_no_explanation() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "explain", "broken-lnik"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 2
    assert "there is no rule 'broken-lnik'; did you mean 'broken-link'?" in run.stderr


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_wrong_example_gives_the_report_on_the_page_and_nothing_else(rule: str, tmp_path: Path) -> None:
    report = reported(rule, lay_out(rule, "Wrong", tmp_path))
    assert report == example(rule, "Wrong").report
    assert f" {rule}: " in report


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_right_example_has_no_problem_at_all(rule: str, tmp_path: Path) -> None:
    assert reported(rule, lay_out(rule, "Right", tmp_path)) == ""


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_begins_with_its_name_and_a_summary_of_one_sentence(rule: str) -> None:
    found = explanation(RULES[rule])
    assert found.text.startswith(f"# {rule}\n\n")
    assert found.text.endswith("\n")
    assert found.summary.endswith(".")
    assert ". " not in found.summary
    assert len(found.summary) <= WIDEST


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_fits_a_terminal(rule: str) -> None:
    text = explanation(RULES[rule]).text
    prose = [line for line in text.partition("\n## Wrong\n")[0].splitlines() if len(line) > WIDEST]
    assert prose == []
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_speaks_of_commands_and_options_that_there_are(rule: str) -> None:
    text = explanation(RULES[rule]).text
    context = click.Context(command_line)
    commands = {name: command_line.get_command(context, name) for name in command_line.list_commands(context)}
    known = {option for command in commands.values() if command for p in command.params for option in p.opts}
    named = re.findall(r"`proofpress\s(\w+)([^`]*)`", text)
    assert {name for name, _ in named} <= set(commands)
    for name, rest in named:
        command = commands[name]
        assert command is not None
        assert set(re.findall(r"--[a-z-]+", rest)) <= {option for p in command.params for option in p.opts}
    assert set(re.findall(r"`(--[a-z][a-z-]*)", text)) <= known


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_weighs_no_rule_but_its_own(rule: str) -> None:
    weighed = re.findall(r"`([a-z-]+): (?:off|error|warning)`", explanation(RULES[rule]).text)
    assert set(weighed) <= {rule}


def test_the_command_prints_a_page_whole() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "explain", "broken-link"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout == explanation(RULES["broken-link"]).text


def test_without_a_rule_the_command_lists_all_with_their_summaries() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "explain"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(RULES)
    assert all(line.endswith(explanation(RULES[line.split()[0]]).summary) for line in lines)
