"""Any bytes in, a page or a problem out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_site import NOW

from proofpress.builder.build import build
from proofpress.builder.inputs import Options

MARKS = st.sampled_from(
    [b"---\n", b"+++\n", b"# ", b"title: ", b"date: 2026-01-01\n", b"```", b"$$", b"[x](", b"![", b"](a.md#b)", b"> [!NOTE]\n",
     b"| a | b |\n", b"|--|--|\n", b"[^1]", b"[^1]: ", b"<a href=", b"{#id}", b"<!-- more -->", b"\r\n", b"\xef\xbb\xbf",
     b"\0", b"\xff", b"\\", b"*", b"_", b"`", b"~~", b"- [ ] ", b": ", b"    ", b"\t"]
)  # fmt: skip
POSTS = st.one_of(st.binary(max_size=300), st.lists(st.one_of(MARKS, st.binary(max_size=8)), max_size=40).map(b"".join))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POSTS)
def test_any_bytes_give_a_page_or_a_problem_of_that_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "content/posts").mkdir(parents=True)
        (root / "site.yaml").write_text("title: S\nurl: https://me.example/\n", "utf-8")
        (root / "content/posts/a.md").write_bytes(data)
        built = build(Options(root=root, now=NOW, drafts=True, future=True))
    errors = [found for found in built.problems if found.severity == "error"]
    assert errors or any(path.endswith("/index.html") and path not in FIXED for path in built.outputs)
    for found in built.problems:
        assert found.path == "content/posts/a.md"
        assert found.line >= 0
        assert found.column >= 1
    for path, output in built.outputs.items():
        if path.endswith((".html", ".xml", ".json")):
            assert "\0" not in output.decode("utf-8")


FIXED = {"archive/index.html", "tags/index.html", "series/index.html"}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
def test_line_ends_and_a_byte_order_mark_change_no_byte_of_the_site(tmp_path: Path, ending: str, mark: str) -> None:
    text = (
        "---\ntitle: A\ndate: 2026-01-01\ntags: [x]\n---\n\n## One\n\n```python\na = 1\n\nb = 2\n```\n\nTwo  \nlines.\n"
    )
    built = []
    for number, variant in enumerate([text, mark + text.replace("\n", ending)]):
        root = tmp_path / str(number)
        (root / "content/posts").mkdir(parents=True)
        (root / "site.yaml").write_text("title: S\nurl: https://me.example/\n", "utf-8")
        (root / "content/posts/a.md").write_bytes(variant.encode("utf-8"))
        built.append(build(Options(root=root, now=NOW)))
    assert built[0].outputs == built[1].outputs
