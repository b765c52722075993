"""`proofpress check`: every fault at its place, nothing where nothing is wrong, and mends that change what is wrong alone."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.content.documents import read
from proofpress.markdown.renderer import Renderer
from proofpress.model import Source
from proofpress.paths import SourcePath
from proofpress.rules.checks import CHECKED_RULES
from proofpress.rules.edits import edited
from proofpress.rules.texts import TEXT_RULES, faults_in

if TYPE_CHECKING:
    from tests.conftest import Proofpress

    from proofpress.model import Document
    from proofpress.problems import Problem

REPOSITORY = Path(__file__).parents[2]
RENDERER = Renderer(MarkdownOptions(anchors=False), HighlightOptions())
ASKED = (*TEXT_RULES, *CHECKED_RULES)

RAW = """\
 Please write a tutorial about presses, with code. Format it in Markdown.
# Presses in short
A press puts **ink** on paper.
## Parts

1. **Bed**: holds the paper.
| **Bed** | **Platen** |
| --- | --- |
| iron | wood |
| --- | --- |
| wood | iron |

* **Roller**: spreads the ink.
| **Speed** | **Ink** |

| --- | --- |


| **Roller** | **fast** | **thin** |

```
import time

started = time.time()
print(time.time() - started)
```



Conclusion

A press that is kept dry serves for a hundred years. Whoever oils it once a month will not have to [end of text]
"""

MENDED = """\
# Presses in short
A press puts **ink** on paper.
## Parts

1. **Bed**: holds the paper.

| **Bed** | **Platen** |
| --- | --- |
| iron | wood |
| wood | iron |

* **Roller**: spreads the ink.

| | **Speed** | **Ink** |
| --- | --- | --- |
| **Roller** | **fast** | **thin** |

```python
import time

started = time.time()
print(time.time() - started)
```



## Conclusion

A press that is kept dry serves for a hundred years. Whoever oils it once a month will not have to
"""


def site(folder: Path, text: str) -> Path:
    post = folder / "content/posts/2026-03-02-presses.md"
    post.parent.mkdir(parents=True)
    post.write_bytes(text.encode())
    (folder / "site.yaml").write_text("title: Raw\nurl: https://me.example.net/\n", "utf-8")
    return post


def told(output: str) -> list[tuple[int, str]]:
    return [(found["line"], found["rule"]) for found in json.loads(output)]


def test_a_raw_post_has_each_fault_told_at_its_line(tmp_path: Path, proofpress: Proofpress) -> None:
    site(tmp_path, RAW)
    done = proofpress("check", "--format", "json", cwd=tmp_path)
    assert told(done.stdout) == [
        (1, "echoed-instruction"),
        (7, "undrawn-table"),
        (10, "second-delimiter"),
        (16, "torn-table"),
        (21, "unnamed-listing"),
        (30, "lost-heading"),
        (32, "end-marker"),
    ]
    assert done.returncode == 0
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_its_mends_make_a_post_that_reads_well_and_a_second_run_changes_nothing(
    tmp_path: Path, proofpress: Proofpress, newline: str
) -> None:
    post = site(tmp_path, RAW.replace("\n", newline))
    proofpress("check", "--fix", "--unsafe-fixes", cwd=tmp_path)
    assert post.read_bytes().decode() == MENDED.replace("\n", newline)
    again = proofpress("check", "--fix", "--unsafe-fixes", "--format", "json", cwd=tmp_path)
    assert told(again.stdout) == [(29, "cut-off")]
    assert post.read_bytes().decode() == MENDED.replace("\n", newline)


def test_without_being_asked_only_what_is_certain_is_mended_and_no_word_goes(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    post = site(tmp_path, RAW)
    proofpress("check", "--fix", cwd=tmp_path)
    mended = post.read_text("utf-8")
    assert re.findall(r"\w+", mended.replace("```python", "```")) == re.findall(r"\w+", RAW)
    assert "| | **Speed** | **Ink** |\n| --- | --- | --- |\n| **Roller** |" in mended
    assert "[end of text]" in mended


def test_the_difference_is_shown_and_nothing_is_changed(tmp_path: Path, proofpress: Proofpress) -> None:
    post = site(tmp_path, RAW)
    done = proofpress("check", "--diff", "--unsafe-fixes", cwd=tmp_path)
    assert "\n-Conclusion\n+## Conclusion\n" in done.stdout
    assert post.read_text("utf-8") == RAW


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--unsafe-fixes",), "--unsafe-fixes says which mends are made: add --fix, or --diff to see them"),
        (("--fix", "--diff"), "--diff shows what --fix would do: take one of them"),
    ],
)
def test_options_that_do_nothing_together_are_refused(
    tmp_path: Path, proofpress: Proofpress, arguments: tuple[str, ...], said: str
) -> None:
    site(tmp_path, RAW)
    done = proofpress("check", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_sarif_tells_rule_place_and_mend(tmp_path: Path, proofpress: Proofpress) -> None:
    site(tmp_path, RAW)
    log = json.loads(proofpress("check", "--format", "sarif", cwd=tmp_path).stdout)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    (heading,) = [result for result in run["results"] if result["ruleId"] == "lost-heading"]
    (place,) = heading["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "content/posts/2026-03-02-presses.md"},
        "region": {"startLine": 30, "startColumn": 1, "endColumn": 11},
    }
    (change,) = heading["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "## Conclusion"}


def test_sarif_has_what_its_schema_asks_of_each_result(tmp_path: Path, proofpress: Proofpress) -> None:
    """SARIF 2.1.0, sections 3.27 to 3.30 and 3.55 to 3.57: levels, regions that begin at 1, relative addresses, rules once each."""
    site(tmp_path, RAW)
    (tmp_path / "content/posts/a b & ü.md").write_text("---\ntitle: 5\n--- \n[it](o.md), [it](é%20.md)\n", "utf-8")
    (tmp_path / "content/posts/plot.png").write_bytes(b"no image")
    (run,) = json.loads(proofpress("check", "--format", "sarif", cwd=tmp_path).stdout)["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in driver["rules"]] == sorted({result["ruleId"] for result in run["results"]})
    levels = {rule["defaultConfiguration"]["level"] for rule in driver["rules"]}
    assert levels | {result["level"] for result in run["results"]} == {"error", "warning"}
    for result in run["results"]:
        assert result["message"]["text"].strip()
        (location,) = result["locations"]
        changes = [change for fix in result.get("fixes", ()) for change in fix["artifactChanges"]]
        deleted = [replaced["deletedRegion"] for change in changes for replaced in change["replacements"]]
        places = [location["physicalLocation"]["artifactLocation"], *(change["artifactLocation"] for change in changes)]
        for place in places:
            assert re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+", place["uri"])
        for region in [location["physicalLocation"].get("region", {}), *deleted]:
            assert all(number >= 1 for number in region.values())
            if region:
                begin, end = region["startColumn"], region["endColumn"]
                assert (region.get("endLine", region["startLine"]), end) >= (region["startLine"], begin)


def test_a_site_without_content_is_told_of_as_a_build_does(tmp_path: Path, proofpress: Proofpress) -> None:
    (tmp_path / "site.yaml").write_text("title: Raw\nurl: https://me.example.net/\n", "utf-8")
    done = proofpress("check", "--format", "json", cwd=tmp_path)
    assert [found["rule"] for found in json.loads(done.stdout)] == ["no-content"]
    assert done.returncode == 1


def test_strict_takes_warnings_for_errors(tmp_path: Path, proofpress: Proofpress) -> None:
    site(tmp_path, RAW)
    assert proofpress("check", "--strict", cwd=tmp_path).returncode == 1


def test_the_own_posts_have_no_fault(proofpress: Proofpress) -> None:
    done = proofpress("check", "--strict", "--format", "json", cwd=REPOSITORY)
    assert json.loads(done.stdout) == []


def test_what_a_check_remembers_is_what_one_from_nothing_finds(tmp_path: Path, proofpress: Proofpress) -> None:
    def check() -> str:
        return proofpress("check", "--format", "json", cwd=tmp_path).stdout

    post = site(tmp_path, RAW)
    first = check()
    assert check() == first
    proofpress("build", cwd=tmp_path)
    assert check() == first
    post.write_text(RAW.replace("[end of text]", "stop."), "utf-8")
    changed = check()
    assert len(json.loads(changed)) == len(json.loads(first)) - 1
    for name in (".proofpress/check.db", ".proofpress"):
        damaged = tmp_path / name
        if damaged.is_file():
            damaged.write_bytes(b"no database")
        else:
            shutil.rmtree(damaged)
        assert check() == changed
    post.write_text(RAW, "utf-8")
    assert check() == first


# ---------------------------------------------------------------- faults that are planted

LONG = "Matrices that do not fit the cache are read again and again, which takes most of the time there is."

PLANTED: dict[str, tuple[str, int, int]] = {
    "undrawn-table": ("1. The levels:\n| a | b |\n|---|---|\n| 1 | 2 |", 1, 1),
    "second-delimiter": ("| a | b |\n|---|---|\n| 1 | 2 |\n|---|---|\n| 3 | 4 |", 3, 1),
    "torn-table": ("| a | b |\n\n|---|---|\n\n| 1 | 2 |", 2, 1),
    "end-marker": ("A sentence. [end of text]", 0, 13),
    "placeholder-text": ("TODO: measure this.", 0, 1),
    "merge-mark": ("<<<<<<< HEAD\nOne version.", 0, 1),
    "lost-heading": ("**Choosing a size**\n\nThree tiles fit the cache.", 0, 1),
    "skipped-level": ("###### Deep down\n\nA sentence.", 0, 8),
    "repeated-paragraph": (f"{LONG}\n\n{LONG}", 2, 1),
    "listing-syntax": ("```python\nfor tile in tiles\n    add(tile)\n```", 1, 18),
    "too-many-arguments": ("```python\ndef half(tile):\n    return tile / 2\n\n\nhalf(tile, 2)\n```", 5, 1),
    "missing-requirement": (
        '```python\n# /// script\n# dependencies = ["rich"]\n# ///\nimport rich\nimport httpx\n```',
        5,
        8,
    ),
    "unnamed-listing": ("```\nfrom tiling import tiles\n\nprint(list(tiles(8, 3)))\n```", 0, 1),
    "undefined-name": ("```python\nimport sys\n\nprint(colorsys.rgb_to_hsv(1, 1, 1))\n```", 3, 7),
    "no-alternative": ("![](https://example.org/a.svg)", 0, 5),
    "repeated-heading": ("## Twice\n\nA sentence.\n\n## Twice\n\nAnother.", 4, 4),
    "restarted-list": ("1. One:\n\n```text\none\n```\n\n1. Two:\n\n```text\ntwo\n```", 6, 1),
    "swallowed-item": ("1. One:\n\n```text\none\n```\nThat is one.\n2. Two is more.", 6, 1),
    "underlined-paragraph": ("Tiles fit the cache.\nThey are read once.\n---\nA sentence.", 2, 1),
    "unused-allowance": ("<!-- proofpress: ignore vague-link -->", 0, 1),
    "no-header": ("| | |\n|---|---|\n| L1 | 48 kB |", 0, 1),
    "unsaid-language": ("Матрица, которая не помещается в кэш, читается снова.", 0, 1),
    "vague-link": ("The manual is [here](https://example.org/manual).", 0, 22),
    "editor-comment": ("It is slow {>>is it?<<} here.", 0, 12),
    "bare-url": ("The grammar is at https://spec.commonmark.org/0.31.2/, with examples.", 0, 19),
    "stock-phrase": ("It was slow.\nIn this blog post, we\u2019ll see why.", 1, 1),
    "example-address": ("The plots are at plots.example.org, for a week.", 0, 18),
    "github-link": ("More is in [another post](../linkers/).", 0, 27),
}
"""By rule, a fault and where it is: how many lines below its first, and its column."""
AT_THE_ENDS = {"echoed-instruction", "echoed-answer", "cut-off", "empty-heading"}
WHERE_NAMED = {"newer-syntax"}
"""What is asked of posts alone whose front matter says more."""


def test_every_rule_that_check_alone_asks_is_planted() -> None:
    assert {rule.name for rule in CHECKED_RULES} <= PLANTED.keys() | AT_THE_ENDS | WHERE_NAMED


def document(path: Path, text: str) -> Document:
    source = Source(SourcePath(f"content/{path.name}"), text.encode())
    return read(source, zone=dt.UTC, taxonomies=(), authors=())


def faults(path: Path, text: str) -> list[Problem]:
    own = document(path, text)
    return list(faults_in(RENDERER.parse(own), own.path, ASKED))


@cache
def clean() -> list[tuple[Path, str, list[int]]]:
    """Return the own posts, and the lines before which something can stand at the top level."""
    found = []
    for path in sorted((REPOSITORY / "content").rglob("*.md")):
        text = path.read_text("utf-8")
        if faults(path, text):
            continue
        blocks = [block for block in RENDERER.parse(document(path, text)).blocks if not block.within]
        lines = text.split("\n")
        begins = [block.first for block in blocks if block.kind == "heading" and not lines[block.first - 2]]
        if begins:
            found.append((path, text, begins))
    assert len(found) > 8
    return found


@pytest.mark.parametrize("rule", PLANTED)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_fault_that_is_planted_anywhere_is_found_at_its_place(rule: str, data: st.DataObject) -> None:
    path, text, begins = data.draw(st.sampled_from(clean()))
    line = data.draw(st.sampled_from(begins))
    snippet, below, column = PLANTED[rule]
    lines = text.split("\n")
    planted = "\n".join([*lines[: line - 1], *snippet.split("\n"), "", *lines[line - 1 :]])
    found = [one for one in faults(path, planted) if one.rule == rule]
    assert [(one.line, one.column) for one in found] == [(line + below, column)]


@pytest.mark.parametrize("rule", PLANTED)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_mend_takes_its_fault_away_and_brings_no_other_and_changes_nothing_else(
    rule: str, data: st.DataObject
) -> None:
    path, text, begins = data.draw(st.sampled_from(clean()))
    line = data.draw(st.sampled_from(begins))
    lines = text.split("\n")
    snippet = PLANTED[rule][0].split("\n")
    planted = "\n".join([*lines[: line - 1], *snippet, "", *lines[line - 1 :]])
    before = faults(path, planted)
    (edits,) = [one.edits for one in before if one.rule == rule]
    if not edits:
        return
    mended = edited(planted, edits)
    after = faults(path, mended)
    assert {(one.rule, one.message) for one in after} < {(one.rule, one.message) for one in before}
    assert mended.startswith("\n".join(lines[: line - 1]))
    assert mended.endswith("\n".join(lines[line - 1 :]))
    if all(edit.safe for edit in edits):
        names = {"python"} if rule == "unnamed-listing" else set()
        assert set(re.findall(r"\w+", planted)) | names == set(re.findall(r"\w+", mended)) | names


LEFT_ALONE = {
    "a caption above an image": "**The next sequence**\n\n![A plot of it](https://www.w3.org/a.svg)",
    "a caption that is announced": "The prompt is below:\n\n**The whole prompt**\n\n- One\n- Two",
    "the title of a listing": "**With arrays**\n\n```python\nimport numpy\n```",
    "a bold link": "**[Register now][a]**\n\nWe hope to see you.\n\n[a]: https://www.w3.org/",
    "a bold mark": "**(`industry`)**\n\n| a |\n|---|\n| 1 |",
    "a refrain": f"{LONG}\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\n{LONG}",
    "a paragraph that is quoted again": f"{LONG}\n\n> {LONG}",
    "headings in a quotation": "> ## Blockers\n>\n> None.\n>\n> ## Blockers\n>\n> None.",
    "a heading below another": "## A\n\n### Uses\n\nOne.\n\n## B\n\n### Uses\n\nTwo.",
    "a list of names": f"{LONG} Thanks go to Ada Lovelace, Grace Hopper, Barbara Liskov, Y. T. Chung",
    "what somebody fills in": 'The question is "Is it of use for doing [insert your own task]?"',
    "a library called click": "It is made with [click](https://click.palletsprojects.com/).",
    "two lists of one item": "1. One:\n\nA paragraph between.\n\n1. Another.",
    "a list whose listings belong to it": "1. One:\n\n   ```text\n   a\n   ```\n\n1. Two:\n\n   ```text\n   b\n   ```",
    "an address between angle brackets": "The grammar is at <https://spec.commonmark.org/>.",
    "an address that has words": "[https://spec.commonmark.org/](https://spec.commonmark.org/) and `https://spec.commonmark.org/`.",
    "a bare address of mail": "Write to ada@press.dev.",
    "a server of one's own": "It answers at http://localhost:8000/ then.",
    "a phrase that says what the text leaves out": "In this post I will only look at presses of iron.",
    "a ready-made phrase that is quoted": "> In this blog post, we will see why.\n\nSo it began.",
    "a file called after an example": "It is in `example.com`, and in config.example.",
    "a note that an editor publishes": "[Editor's note: this was written in spring.] It is slow.",
    "a counter in code and a name in per cent": "`{++i}` and {--}, %%d and 5%% of 6%%.",
    "a friendly beginning": "Of course, a press is heavy. Here is a press of iron.",
}
"""What reports over real blogs took for a fault, and what is near one."""


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_only_looks_like_a_fault_is_left_alone(text: str) -> None:
    found = faults(Path("a.md"), f"---\ntitle: Presses\n---\n\n{text}\n")
    assert [one.rule for one in found if one.rule not in {"skipped-level", "unnamed-listing"}] == []


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("It is slow {>>is it?<<} here.", "It is slow here."),
        ("It is slow {>>is it?<<}.", "It is slow."),
        ("It is {>>very?<<}slow.", "It is slow."),
        ("{>>Is it?<<} It is slow.", " It is slow."),
        ("[Note to self: measure.] It {++really++} is %%\n\n%% so %%", None),
    ],
)
def test_a_remark_of_an_editor_goes_with_its_blank(text: str, mended: str | None) -> None:
    written = f"---\ntitle: A\n---\n\n{text}\n"
    found = [one for one in faults(Path("a.md"), written) if one.rule == "editor-comment"]
    assert len(found) == (1 if mended else 3)
    edits = [edit for one in found for edit in one.edits]
    assert edited(written, edits).split("\n", 4)[4].strip("\n") == (mended or text)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (
            "A press is oiled. Whoever runs `press --oil` once a month will not have to worry about how dry it gets in",
            104,
        ),
        ("The pressman looks at the paper in the bed before he inks it, and", 63),
    ],
)
def test_a_text_that_stops_is_told_beside_code_and_in_its_first_sentence(text: str, column: int) -> None:
    (found,) = (one for one in faults(Path("a.md"), f"---\ntitle: A\n---\n\n{text}\n") if one.rule == "cut-off")
    assert (found.line, found.column) == (5, column)


def test_the_first_and_the_last_words_are_looked_at() -> None:
    for path, text, begins in clean():
        own = document(path, text)
        head, body = "\n".join(text.split("\n")[: own.first_line - 1]), own.text
        ordered = f"{head}\nWrite a short article about tiles.\n\n{body}" if head else ""
        if ordered and begins[0] > own.first_line + 1 and not body.lstrip().startswith("#"):
            rules = [(one.rule, one.line) for one in faults(path, ordered) if one.rule == "echoed-instruction"]
            assert rules == [("echoed-instruction", own.first_line)]
        asks = f"{text.rstrip()}\n\nI hope this helps!"
        assert [one.rule for one in faults(path, asks)] == ["echoed-answer"]
        cut = f"{text.rstrip()}\n\n{LONG} So that a loop over tiles takes"
        assert [one.rule for one in faults(path, cut)] == ["cut-off"]


# ---------------------------------------------------------------- tables without a header, words in another language

_CELLS = "<tr><td>L1</td><td>48 kB</td></tr>\n<tr><td>L2</td><td>2 MB</td></tr>"
_RUSSIAN = "Матрица, которая не помещается в кэш, читается снова и снова."


def rules_of(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    found = faults(tmp_path / "cache.md", f"# Cache\n\n{LONG}\n\n{text}\n")
    return [(each.rule, each.line - 5) for each in found if each.rule in {"no-header", "unsaid-language"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"<table>\n{_CELLS}\n</table>", [("no-header", 0)]),
        (f"<table>\n{_CELLS.replace('td>L1</td', 'th>L1</th')}\n</table>", []),
        (f'<table role="presentation">\n{_CELLS}\n</table>', []),
        ("<table>\n<tr><td>L1</td><td>48 kB</td></tr>\n</table>", []),
        (f'<table>\n{_CELLS.replace("48 kB", """<img src="https://me.example/a.png" alt="A">""")}\n</table>', []),
        ("| | |\n|---|---|\n| ![A plot](https://me.example/a.svg) | |", []),
        ("| | size |\n|---|---|\n| L1 | 48 kB |", []),
        ("> | | |\n> |---|---|\n> | L1 | 48 kB |", [("no-header", 0)]),
        (_RUSSIAN, [("unsaid-language", 0)]),
        (f"{_RUSSIAN}\n{{lang=ru}}", []),
        (f"> {_RUSSIAN}\n{{lang=ru}}", []),
        (f'<div lang="ru">\n\n{_RUSSIAN}\n\n</div>', []),
        (f"[{_RUSSIAN}](https://me.example/){{lang=ru}}", []),
        ("The word for it is «кэш», which is read like the English one.", []),
    ],
)
def test_what_has_no_header_and_what_does_not_say_its_language(
    tmp_path: Path, text: str, told: list[tuple[str, int]]
) -> None:
    assert rules_of(tmp_path, text) == told


def test_tables_without_a_header_are_told_once_with_their_number(tmp_path: Path) -> None:
    table = "| | |\n|---|---|\n| L1 | 48 kB |"
    text = f"# Cache\n\n{LONG}\n\n{table}\n\nAnd so it is here.\n\n{table}\n"
    (found,) = [each for each in faults(tmp_path / "cache.md", text) if each.rule == "no-header"]
    assert found.line == 5
    assert found.hint.endswith("(and 1 more place in this file)")
