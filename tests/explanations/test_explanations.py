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
from explanation_examples import example, lay_out, reported

import proofpress
from proofpress.cli import proofpress as command_line
from proofpress.explanations import explanation
from proofpress.problems import RULES

WIDEST = 82
"""Columns of prose, so that a page can be read in a terminal of the usual width."""


def pages() -> set[str]:
    found = resources.files("proofpress.explanations").iterdir()
    return {entry.name.removesuffix(".md") for entry in found if entry.name.endswith(".md")}


def words_in_the_code() -> set[str]:
    """Return every string in the source that could name a rule, but for the list of rules itself."""
    source = Path(proofpress.__file__).parent
    words: set[str] = set()
    for path in source.rglob("*.py"):
        if path.name == "problems.py":
            continue
        words |= {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return words


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
            if called == "problem" and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert pages() == set(RULES)


def test_every_rule_is_one_that_some_code_reports() -> None:
    assert set(RULES) - words_in_the_code() == set()


def test_no_code_reports_a_rule_that_is_not_listed() -> None:
    reported_rules = rules_reported_by_name()
    assert len(reported_rules) > 10
    assert reported_rules <= set(RULES)


def test_a_name_that_is_no_rule_has_no_explanation() -> None:
    with pytest.raises(KeyError):
        explanation("../problems")
    with pytest.raises(KeyError):
        explanation("broken-lnik")


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
    found = explanation(rule)
    assert found.text.startswith(f"# {rule}\n\n")
    assert found.text.endswith("\n")
    assert found.summary.endswith(".")
    assert ". " not in found.summary
    assert len(found.summary) <= WIDEST


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_fits_a_terminal(rule: str) -> None:
    text = explanation(rule).text
    prose = [line for line in text.partition("\n## Wrong\n")[0].splitlines() if len(line) > WIDEST]
    assert prose == []
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_page_speaks_of_commands_and_options_that_there_are(rule: str) -> None:
    text = explanation(rule).text
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
    weighed = re.findall(r"`([a-z-]+): (?:off|error|warning)`", explanation(rule).text)
    assert set(weighed) <= {rule}


def test_the_command_prints_a_page_whole() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "explain", "broken-link"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stdout == explanation("broken-link").text


def test_without_a_rule_the_command_lists_all_with_their_summaries() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "explain"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(RULES)
    assert all(line.endswith(explanation(line.split()[0]).summary) for line in lines)
