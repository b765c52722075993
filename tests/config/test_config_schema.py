"""The schemas that editors use agree with what is read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from proofpress.config import SETTINGS, Config, read_config
from proofpress.content import yaml_nodes
from proofpress.content.documents import read
from proofpress.content.keys import KEYS
from proofpress.content.nodes import Findings, plain
from proofpress.model import Source
from proofpress.paths import SourcePath
from proofpress.schema import front_matter_schema, site_schema

NAMES = [setting.name for setting in SETTINGS]
TAXONOMIES = ("tags", "series", "topics")
SCHEMAS = [site_schema(), front_matter_schema(TAXONOMIES)]


def as_an_editor_reads(text: str) -> Any:
    node = yaml_nodes.compose(text, Findings("x"))
    return None if node is None else plain(node, Findings("x"))


def complaints(schema: dict[str, Any], text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(as_an_editor_reads(text))]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_is_one_and_explains_every_key(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    for name, shape in schema["properties"].items():
        assert shape["description"].endswith("."), name
        assert shape["examples"], name
        for inner in shape.get("properties", {}).items():
            assert inner[0] in ("tags", "series", "topics") or "description" in inner[1] or "enum" in inner[1]


def test_every_key_that_is_read_is_in_its_schema() -> None:
    assert set(site_schema()["properties"]) == set(NAMES) == set(Config.__struct_fields__)
    assert set(front_matter_schema(TAXONOMIES)["properties"]) == {*KEYS, *TAXONOMIES, "taxonomies"}


@pytest.mark.parametrize("name", NAMES)
def test_every_example_of_a_setting_is_accepted_by_its_schema_and_by_the_reader(name: str) -> None:
    for example in site_schema()["properties"][name]["examples"]:
        text = f"{name}: {json.dumps(example)}\n"
        assert complaints(site_schema(), text) == []
        _, problems = read_config(("url: https://me.example/\n" + text if name != "url" else text).encode())
        assert problems == ()


@pytest.mark.parametrize("name", [*KEYS, *TAXONOMIES])
def test_every_example_of_a_key_is_accepted_by_its_schema_and_by_the_reader(name: str) -> None:
    schema = front_matter_schema(TAXONOMIES)
    for example in schema["properties"][name]["examples"]:
        text = f"{name}: {json.dumps(example)}\n"
        assert complaints(schema, text) == []
        document = read(
            Source(SourcePath("content/a.md"), f"---\n{text}---\n".encode()),
            zone=dt.UTC,
            taxonomies=TAXONOMIES,
            authors=(),
        )
        assert document.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "title: no\n", "title: 1984\ndescription: 1.10\n", "authors: [Ada, {name: Bob}]\n", "posts: blog/**\n", "menu: {About: about.md}\n", "menu:\n- About: about.md\n- {title: A, url: /b/}\n",
        "policy: {script-src: https://a.example, img-src: [self]}\n", "feeds: false\n", "feeds: {atom: no}\n", "feeds: {rss: /index.xml, atom: /a.atom, json: /b.json}\n", "markdown: {html: allow, math: false}\n", "rules: {no-date: off}\n", "rules: {'a/**': {no-date: off}}\n", "extra: {a: [1]}\ntheme:\n", "output: public\npaginate: 3\nlanguage: no\n",
    ],
)  # fmt: skip
def test_settings_that_are_read_are_accepted(text: str) -> None:
    assert list(read_config(("url: https://me.example/\n" + text).encode())[1]) == []
    assert complaints(site_schema(), text) == []


@pytest.mark.parametrize(
    "text",
    [
        "title: 1984\n",
        "tags: gpu, python\nseries: A\n",
        "tags: [1.10, on]\n",
        "date: 2015-02-15 9:18:00\n",
        "date: 2016-01-02 10:00:00 +0800\n",
        "draft: yes\ntoc: off\n",
        "authors: {name: A, affiliation: B}\n",
        "aliases: /old/\n",
        "taxonomies: {tags: [x]}\n",
        "extra:\ntitle:\ndate:\n",
        "topics: [a]\n",
    ],
)
def test_front_matter_that_is_read_is_accepted(text: str) -> None:
    document = read(
        Source(SourcePath("content/a.md"), f"---\n{text}---\n".encode()), zone=dt.UTC, taxonomies=TAXONOMIES, authors=()
    )
    assert document.problems == ()
    assert complaints(front_matter_schema(TAXONOMIES), text) == []


@pytest.mark.parametrize(
    "text",
    [
        "titel: A\n",
        "markdown: {tabels: true}\n",
        "rules: {nodate: off}\n",
        "feeds: {entires: 3}\n",
        "markdown: {html: alow}\n",
        "paginate: 0\n",
        "rules: {no-date: fatal}\n",
        "rules: {'a/**': {no-date: fatal}}\n",
        "menu: [{title: A}]\n",
        "extra: [a]\n",
        "url: 5\n",
        "feeds: {atom: maybe}\n",
        "feeds: {rss: index.xml}\n",
        "policy: {script: self}\n",
        "feeds: {json: /feed.xml}\n",
    ],
)
def test_settings_that_are_wrong_are_flagged(text: str) -> None:
    assert complaints(site_schema(), text)


@pytest.mark.parametrize(
    "text",
    [
        "titel: A\n",
        "draft: maybe\n",
        "date: tomorrow\n",
        "tags: {a: b}\n",
        "title: [a]\n",
        "authors: [{url: /x}]\n",
        "taxonomies: {colours: [x]}\n",
        "toc: [a]\n",
        "extra: 3\n",
    ],
)
def test_front_matter_that_is_wrong_is_flagged(text: str) -> None:
    assert complaints(front_matter_schema(TAXONOMIES), text)
