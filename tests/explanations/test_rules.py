"""Rules are values: gathered by a function, which others may join, and loaded by those alone who need them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from explanation_examples import RULES
from rules_document import DOCUMENT, document

import proofpress
from proofpress.config import read_config
from proofpress.model import Place
from proofpress.problems import judge
from proofpress.rules import rule as room
from proofpress.rules.explanation import explanation
from proofpress.rules.registry import BUILT_IN, registry, weighable
from proofpress.rules.rule import Fault, Rule
from proofpress.site.weighing import weigher

PAGE = "# no-shouting\n\nA title is written in capitals.\n\nWrite it as a sentence.\n"
SHOUTING = Rule("no-shouting", "warning", "site", page=PAGE)


def loaded_by(code: str) -> set[str]:
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return set(run.stdout.split())


def test_a_rule_of_others_joins_the_registry_and_is_explained() -> None:
    found = registry(more=[SHOUTING])
    assert list(found) == [*RULES, "no-shouting"]
    assert "no-shouting" in weighable(found)
    assert explanation(found["no-shouting"]).summary == "A title is written in capitals."
    assert explanation(found["no-shouting"]).text == PAGE


def test_the_registry_of_our_own_is_no_other_when_others_have_joined_once() -> None:
    registry(more=[SHOUTING])
    assert list(registry()) == [rule.name for rule in BUILT_IN]


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        ((24, 25), "24 of 25 reports read over real blogs were true."),
        ((1, 1), "1 of 1 report read over real blogs was true."),
    ],
)
def test_a_page_says_above_its_examples_how_many_reports_were_true(precision: tuple[int, int], said: str) -> None:
    rule = RULES["repeated-paragraph"]
    without = explanation(msgspec.structs.replace(rule, precision=None)).text
    measured = explanation(msgspec.structs.replace(rule, precision=precision)).text
    assert measured == without.replace("\n## Wrong\n", f"\n{said}\n\n## Wrong\n")
    assert said not in without


@pytest.mark.parametrize("name", ["broken-link", "Broken-Link", "broken", "broken link", "broken_link", "", "-a", "a-"])
def test_a_name_that_is_taken_or_could_not_be_weighed_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        registry(more=[Rule(name, "error", "site")])


def test_a_rule_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        RULES["no-date"].severity = "error"  # type: ignore[misc]


@pytest.mark.parametrize("rule", BUILT_IN, ids=[rule.name for rule in BUILT_IN])
def test_no_wording_of_a_rule_takes_the_place_of_what_every_rule_has(rule: Rule) -> None:
    own = {name for kind in type(rule).__mro__ if kind not in Rule.__mro__ for name in vars(kind)}
    assert not own & {*Rule.__struct_fields__, "says"}


@pytest.mark.parametrize("rule", BUILT_IN, ids=[rule.name for rule in BUILT_IN])
def test_a_rule_tells_a_fault_at_its_place_with_its_own_weight(rule: Rule) -> None:
    fault = rule.says("it is wrong", "mend it")
    assert fault == Fault(rule, "it is wrong", "mend it")
    found = fault.at("content/a.md", Place(3, 4, 5))
    assert (found.rule, found.severity, found.message, found.hint) == (
        rule.name,
        rule.severity,
        "it is wrong",
        "mend it",
    )
    assert (found.path, found.line, found.column, found.length) == ("content/a.md", 3, 4, 5)
    assert fault.at("content/a.md").line == room.WHOLE_FILE.line == 0


@pytest.mark.parametrize("rule", BUILT_IN, ids=[rule.name for rule in BUILT_IN])
def test_settings_weigh_a_rule_that_is_not_fixed_and_no_other(rule: Rule) -> None:
    config, problems = read_config(f"url: https://me.example/\nrules: {{{rule.name}: 'off'}}\n".encode())
    found = rule.says("it is wrong").at("content/a.md")
    if rule.fixed:
        assert [one.rule for one in problems] == ["unknown-setting"]
        assert judge([found], weigher(config.rules), strict=False) == [found]
    else:
        assert problems == ()
        assert judge([found], weigher(config.rules), strict=False) == []


def test_the_schema_offers_the_rules_that_settings_may_weigh_with_their_weights() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "proofpress", "schema"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    offered = _properties(json.loads(run.stdout))["rules"]["properties"]
    assert {name: one["default"] for name, one in offered.items()} == {
        name: "off" if RULES[name].optional else RULES[name].severity for name in weighable(RULES)
    }


def _properties(
    schema: dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]],
) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    return schema["properties"]


def test_problems_alone_load_no_rule() -> None:
    assert not {name for name in loaded_by("import proofpress.problems") if name.startswith("proofpress.rules")}


def test_reading_settings_without_a_fault_loads_the_families_that_it_asks_and_no_page() -> None:
    loaded = loaded_by("from proofpress.config import read_config\nread_config(b'url: https://me.example/')")
    assert not {"proofpress.rules.registry", "proofpress.rules.explanation", "importlib.resources"} & loaded


def test_a_rule_travels_to_another_process_as_what_it_says() -> None:
    found = RULES["no-date"].says("it is wrong").at("content/a.md")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=type(found)) == found


def test_every_wording_of_a_rule_is_one_that_some_code_asks_for() -> None:
    source = Path(proofpress.__file__).parent
    asked = {
        (node.value.id, node.attr)
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    worded = {
        (rule.name.upper().replace("-", "_"), name)
        for rule in BUILT_IN
        for kind in type(rule).__mro__
        if kind not in Rule.__mro__
        for name, value in vars(kind).items()
        if callable(value) and not name.startswith("_") and name not in vars(room.TextRule)
    }
    assert len(worded) > 40
    assert worded - asked == set()


def test_the_document_lists_every_rule_as_it_is() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "write it anew: python tests/explanations/rules_document.py"
