"""An edit that a problem brings mends it, and where it is called safe nothing else of the site changes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from explanation_examples import NOW, RULES, SETTINGS, lay_out

from proofpress.builder.build import build
from proofpress.builder.inputs import Options
from proofpress.problems import Edit
from proofpress.rules.edits import edited

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.builder.build import Built
    from proofpress.problems import Problem


def site(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"site.yaml": SETTINGS, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def built(root: Path) -> Built:
    return build(Options(root=root, now=NOW))


def pages(of: Built) -> dict[str, bytes]:
    return {path: made.read() for path, made in of.made.items()}


def shown(page: bytes) -> bytes:
    """Return a page without the line end of a listing's last line, which a file may lack, and a reader does not see."""
    return re.sub(rb"(?:\\n|\s)*(</code>|&lt;/code)", rb"\1", page)


def mend(root: Path, problems: list[Problem], *, safe: bool = True) -> None:
    """Make the edits of problems, all that one file needs at once."""
    edits = [edit for found in problems for edit in found.edits if edit.safe or not safe]
    assert edits
    for name in {edit.path for edit in edits}:
        path = root / name
        text = path.read_bytes().decode()
        path.write_bytes(edited(text, [edit for edit in edits if edit.path == name]).encode())


POST = "content/posts/2026-03-02-tiling.md"
OTHER = "content/posts/2026-03-09-reuse.md"
UNCHANGED = {
    "a fence that never closes": "# Tiling\n\nText.\n\n```python\nx = 1\n\n",
    "a fence in a file that ends without a line end": "# Tiling\n\n~~~~ text\nx = 1",
    "an indented fence in a file of Windows": "# Tiling\r\n\r\n  ```\r\n  x = 1\r\n",
    "a fence below front matter": "---\ntitle: Tiling\n---\n\n```\nx = 1\n   ",
    "five dashes": "---\ntitle: Tiling\n-----\n\nText.\n",
    "five dashes after a byte-order mark": "\ufeff---\r\ntitle: Tiling\r\n-----\r\n\r\nText.\r\n",
    "four plus signs": "+++\ntitle = 'Tiling'\n++++\n\nText.\n",
    "four dashes that open": "----\ntitle: Tiling\n----\n\nText.\n",
    "long dashes": "\u2014\u2014\u2014\r\ntitle: Tiling\r\n\u2014\u2014\u2014\r\n\r\nText.\r\n",
    "two plus signs": "++\ntitle = 'Tiling'\n++\n\nText.\n",
    "blank lines above": "\n\n  ---\ntitle: Tiling\n---\n\nText.\n",
    "blank lines above four plus signs": "\r\n\r\n++++\r\ntitle = 'Tiling'\r\n+++\r\n\r\nText.\r\n",
    "a second byte-order mark": "\ufeff\ufeff---\ntitle: Tiling\n---\n\nText.\n",
    "a character that is not seen above": "\u200b---\ntitle: Tiling\n---\n\nText.\n",
    "a character that is not seen in the closing fence": "---\ntitle: Tiling\n---\u200b\n\nText.\n",
    "a term in other letters": "---\ntags: [C, gpu, GPU-s]\n---\n# Tiling\n",
    "a term beside others said twice": "---\ntags: [cuda, cuda, c++, Gpu]\n---\n# Tiling\n",
    "a term in a list of lines": "---\ntags:\n  - cuda\n  - GPU\n---\n# Tiling\n",
    "a lone term": "---\ntags: GPU\n---\n# Tiling\n",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_a_safe_edit_leaves_every_page_as_it_is_and_takes_the_problem_away(text: str, tmp_path: Path) -> None:
    more = {
        f"content/posts/2026-04-0{day}-more-{day}.md": "---\ntags: [gpu, cuda, gpu-s]\n---\n# More\n" for day in (1, 2)
    }
    root = site(tmp_path, {POST: text, **more})
    before = built(root)
    mend(root, before.problems)
    after = built(root)
    assert after.problems == []
    if "tags" in text:  # the word is spelt anew on the page of its post
        assert set(pages(after)) == set(pages(before))
    else:
        assert {path: shown(data) for path, data in pages(after).items()} == {
            path: shown(data) for path, data in pages(before).items()
        }


MOVED = {
    "a page": ("See [it](../nots/measuring.md).", "See [it](../notes/measuring.md)."),
    "a page at an anchor": ("See [it](measuring.md?a=1#how 'Told').", "See [it](../notes/measuring.md?a=1#how 'Told')."),
    "a definition": ("See [it], [it].\n\n[it]: measuring.md", "See [it], [it].\n\n[it]: ../notes/measuring.md"),
    "an image": ("![A plot](plot.png) and ![again](<plot.png>)", "![A plot](../notes/plot.png) and ![again](<../notes/plot.png>)"),
    "links in a table": ("| a |\n| - |\n| [it](measuring.md) |", "| a |\n| - |\n| [it](../notes/measuring.md) |"),
    "a link behind wide letters": ("🚀🚀 *a* [it](measuring.md)", "🚀🚀 *a* [it](../notes/measuring.md)"),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "right"), MOVED.values(), ids=MOVED)
def test_a_link_to_a_file_that_was_moved_follows_it(wrong: str, right: str, tmp_path: Path) -> None:
    image = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'></svg>"
    files = {"content/notes/measuring.md": "# Measuring\n\n## How\n", "content/notes/plot.png": image}
    root = site(tmp_path, {POST: f"# Tiling\n\n{wrong}\n", **files})
    broken = [found for found in built(root).problems if found.path == POST]
    assert broken
    mend(root, broken)
    assert (root / POST).read_text("utf-8") == f"# Tiling\n\n{right}\n"
    assert [found for found in built(root).problems if found.path == POST] == []


GUESSES = {
    "another name": "[it](../notes/mesuring.md)",
    "a name that two files have": "[it](plan.md)",
    "an anchor": "[it](#hwo)\n\n## How",
    "no ending": "[it](../nots/measuring)",
}


@pytest.mark.parametrize("text", GUESSES.values(), ids=GUESSES)
def test_an_edit_that_guesses_is_not_called_safe_and_mends_all_the_same(text: str, tmp_path: Path) -> None:
    notes = {f"content/{name}.md": "# A note\n" for name in ("notes/measuring", "notes/plan", "talks/plan")}
    root = site(tmp_path, {POST: f"# Tiling\n\n{text}\n", **notes})
    found = built(root).problems
    assert [edit.safe for one in found for edit in one.edits] == [False]
    mend(root, found, safe=False)
    assert built(root).problems == []


@pytest.mark.parametrize("key", ["draft: true", "status: hidden", "draft: treu"])
def test_a_mend_of_what_may_be_a_draft_is_not_called_safe(key: str, tmp_path: Path) -> None:
    root = site(tmp_path, {POST: f"----\ntitle: Tiling\n{key}\n----\n\nText.\n"})
    (found,) = [one for one in built(root).problems if one.rule == "misplaced-front-matter"]
    assert [edit.safe for edit in found.edits] == [False, False]
    mend(root, [found], safe=False)
    assert (root / POST).read_text("utf-8") == f"---\ntitle: Tiling\n{key}\n---\n\nText.\n"
    assert not any(one.rule == "misplaced-front-matter" for one in built(root).problems)


WITHOUT = {
    "a link that is written with an escape": "[it](../nots/mea\\_suring.md)",
    "a link in raw HTML": '<a href="../nots/measuring.md">it</a>',
    "a link to another site": "[it](example.com/measuring.md)",
    "a link from another generator": "[it]({{site.url}}/measuring.md)",
    "a fence in a list": "- ```\n  x = 1",
    "a fence in a quote": "> ```\n> x = 1",
    "a fence in a footnote": "Text.[^1]\n\n[^1]: Note\n\n    ```\n    x = 1",
    "a fence in a definition": "Term\n: Text\n\n  ```\n  x = 1",
}


@pytest.mark.parametrize("text", WITHOUT.values(), ids=WITHOUT)
def test_where_an_edit_could_hit_something_else_there_is_none(text: str, tmp_path: Path) -> None:
    root = site(tmp_path, {POST: f"# Tiling\n\n{text}", "content/notes/measuring.md": "# Measuring\n"})
    found = built(root).problems
    assert [one.edits for one in found] == [()]


NO_MEND = {
    "a comment above": "<!-- a word -->\n---\ntitle: Tiling\n---\n\nText.\n",
    "a word behind the fence": "--- # a word\ntitle: Tiling\n---\n\nText.\n",
    "another's form": "---toml\ntitle = 'Tiling'\n---\n\nText.\n",
    "a fence that would close it sooner": "----\ntitle: Tiling\n...\ndate: 2026-03-02\n----\n\nText.\n",
    "front matter of another below ours": "---\ntitle: Tiling\n---\n\n----\ntitle: Tiling\n----\n\nText.\n",
}


@pytest.mark.parametrize("text", NO_MEND.values(), ids=NO_MEND)
def test_front_matter_that_no_edit_of_a_fence_makes_ours_as_it_is_brings_none(text: str, tmp_path: Path) -> None:
    found = built(site(tmp_path, {POST: text})).problems
    assert "misplaced-front-matter" in {one.rule for one in found}
    assert {one.edits for one in found} == {()}


def test_a_word_in_quotes_or_among_others_brings_no_edit(tmp_path: Path) -> None:
    texts = ["tags: ['GPU']", "tags: GPU, cuda", 'tags: ["G\\u0050U"]', *["tags: [gpu]"] * 4]
    root = site(
        tmp_path,
        {f"content/posts/2026-03-0{n}-a-{n}.md": f"---\n{text}\n---\n# A\n" for n, text in enumerate(texts, 1)},
    )
    found = built(root).problems
    assert [one.rule for one in found] == ["same-term"] * 3
    assert [one.edits for one in found] == [()] * 3


def test_a_word_that_yaml_would_read_otherwise_is_not_written_without_quotes(tmp_path: Path) -> None:
    texts = ["tags: [A-b]", "tags: ['a: b']", "tags: ['a: b']"]
    root = site(
        tmp_path,
        {f"content/posts/2026-03-0{n}-a-{n}.md": f"---\n{text}\n---\n# A\n" for n, text in enumerate(texts, 1)},
    )
    (found,) = built(root).problems
    assert (found.rule, found.edits) == ("same-term", ())


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_safe_edits_of_a_page_s_wrong_example_leave_no_problem_of_its_rule(rule: str, tmp_path: Path) -> None:
    root = lay_out(rule, "Wrong", tmp_path)
    before = built(root).problems
    safe = [found for found in before if found.edits and all(edit.safe for edit in found.edits)]
    if not safe:
        return
    mend(root, safe)
    after = built(root).problems
    known = {(found.rule, found.message) for found in before}
    assert {(found.rule, found.message) for found in after} <= known - {(found.rule, found.message) for found in safe}


def test_json_shows_edits_and_text_does_not(tmp_path: Path) -> None:
    root = site(tmp_path, {POST: "---\ntitle: Tiling\n----\nText.\n"})
    command = [sys.executable, "-m", "proofpress", "build"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False
        )

    (found,) = json.loads(run("--format", "json").stdout)
    assert found["edits"] == [
        {
            "path": POST,
            "line": 3,
            "column": 1,
            "end_line": 3,
            "end_column": 5,
            "old": "----",
            "text": "---",
            "safe": True,
        }
    ]
    assert "edit" not in run().stderr


# ---------------------------------------------------------------- what an edit does to a text


def an_edit(line: int, column: int, old: str, text: str, end: tuple[int, int] | None = None) -> Edit:
    end_line, end_column = end or (line, column + len(old))
    return Edit(path="a.md", line=line, column=column, end_line=end_line, end_column=end_column, old=old, text=text)


def test_edits_of_one_text_are_made_together_each_once() -> None:
    edits = [an_edit(2, 3, "cd", "C"), an_edit(1, 1, "a", "A\nb"), an_edit(2, 3, "cd", "C"), an_edit(3, 1, "", "end")]
    assert edited("a\n🚀bcd\n", edits) == "A\nb\n🚀bC\nend"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_edit_keeps_a_file_s_line_ends_and_its_byte_order_mark(newline: str, mark: str) -> None:
    text = mark + newline.join(["one", "two", "three", ""])
    changed = edited(text, [an_edit(1, 3, "e\ntw", "\n", end=(2, 3))])
    assert changed == mark + newline.join(["on", "o", "three", ""])


@pytest.mark.parametrize(
    "edit",
    [
        an_edit(1, 1, "other", "x"),
        an_edit(1, 9, "", "x"),
        an_edit(4, 1, "", "x"),
        an_edit(0, 1, "", "x"),
        an_edit(1, 0, "", "x"),
        an_edit(2, 1, "", "x", end=(1, 1)),
        an_edit(1, 3, "", "x", end=(1, 2)),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: Edit) -> None:
    with pytest.raises(ValueError, match="not as it was"):
        edited("some\ntext\n", [edit])


def test_of_two_edits_that_meet_neither_is_made() -> None:
    with pytest.raises(ValueError, match="two edits"):
        edited("some text\n", [an_edit(1, 1, "some", "a"), an_edit(1, 3, "me t", "b")])


def test_an_edit_is_kept_with_its_problem_where_bodies_are_stored(tmp_path: Path) -> None:
    root = site(tmp_path, {POST: "# Tiling\n\n```\nx = 1\n"})
    command = [sys.executable, "-m", "proofpress", "build", "--format", "json"]
    first, again = (
        subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=True).stdout
        for _ in range(2)
    )
    assert json.loads(first)[0]["edits"]
    assert first == again
    assert msgspec.json.decode(first, type=list[dict[str, object]])


def test_a_second_file_of_the_name_makes_a_remembered_edit_a_guess(tmp_path: Path) -> None:
    files = {POST: "# Tiling\n\n[it](../nots/measuring.md)\n", "content/notes/measuring.md": "# Measuring\n"}
    root = site(tmp_path, files)
    command = [sys.executable, "-m", "proofpress", "build", "--format", "json"]

    def safe() -> list[bool]:
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
        return [edit["safe"] for found in json.loads(run.stdout) for edit in found["edits"]]

    assert safe() == [True]
    site(root, {"content/talks/measuring.md": "# Measuring, told\n"})
    assert safe() == [False]
    (root / "content/talks/measuring.md").unlink()
    assert safe() == [True]
