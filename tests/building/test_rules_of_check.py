"""What rules of `check` say of one small site: of its listings, links and images, each at its place, and of no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from small_site import SmallSite, post

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "title: Notes\nurl: https://me.example/\n"
RULES = "rules: {github-link: warning, lone-term: warning}\n"


def gif(width: int) -> bytes:
    return b"GIF89a" + width.to_bytes(2, "little") + b"\x10\x00\x80\x00\x00"


FLOW = "```mermaid\nflowchart LR\n  a --> b\n  b{{{ --> c\n```\n"
GRAPH = "```dot\ndigraph { a -> -> b }\n```\n"
LINKS = """\
[One](b.md), [two](/posts/b/), [three](../posts/b/#part), [four](#part), [five](https://me.example/b),
[six](b), [seven](../), [eight](mailto:a@me.example), [nine](b.md?plain#x), ![ten](/cover.gif).

## Part
"""
IMAGES = """\
![Wide](wide.gif) ![Less](less.gif)

<img src="/far.png" alt="far" width="3000" height="2">
<img src="/offered.png" srcset="/offered.png 4000w" alt="offered" width="4000" height="2">
<img src="/drawn.svg" alt="drawn" width="4000" height="2">

<img src="/bare.png" data-alt="none"> <img src="/mark.png" alt=""> <img src="/dot.gif" width="1">
<figure><img src="/captioned.png"><figcaption>Words</figcaption></figure>
<img src="/bare.png">
"""


def test_each_is_told_at_its_place(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS + RULES + "markdown: {diagrams: false}\n",
            "content/posts/a.md": post("A", text=FLOW + "\n" + GRAPH),
            "content/posts/b.md": post("B", text=LINKS),
            "content/posts/c/index.md": post("C", text=IMAGES),
            "content/posts/c/wide.gif": gif(3000),
            "content/posts/c/less.gif": gif(2999),
            "content/posts/d.md": post(
                "D", text="```python\nif a := 1:\n    b = a\n```\n", more="python: 3.7\ntags: [Tiling, ink]\n"
            ),
            "content/posts/e.md": post(
                "E", text="```python\nif a := 1:\n    b = a\n```\n", more="python: 3.10\ntags: [tiling]\n"
            ),
            "content/posts/f.md": post("F", more="python: '2'\n"),
        }
    )
    built = site.build(checks=True)
    told = [
        (found.rule, found.path.removeprefix("content/posts/"), found.line, found.column) for found in built.problems
    ]
    ours = {
        "lone-term",
        "no-alternative",
        "broken-diagram",
        "github-link",
        "newer-syntax",
        "oversized-image",
        "wrong-type",
    }
    assert [found for found in told if found[0] in ours] == [
        ("broken-diagram", "a.md", 9, 4),
        ("broken-diagram", "a.md", 13, 1),
        ("github-link", "b.md", 6, 20),
        ("github-link", "b.md", 6, 40),
        ("github-link", "b.md", 7, 7),
        ("github-link", "b.md", 7, 84),
        ("oversized-image", "c/index.md", 6, 9),
        ("oversized-image", "c/index.md", 8, 11),
        ("no-alternative", "c/index.md", 12, 1),
        ("lone-term", "d.md", 5, 16),
        ("newer-syntax", "d.md", 9, 4),
        ("wrong-type", "f.md", 4, 9),
    ]
    site.write({"site.yaml": SETTINGS})
    told = [
        (found.rule, found.path.removeprefix("content/posts/"), found.line, found.column)
        for found in site.build(checks=True).problems
    ]
    assert [found for found in told if found[0] in ("broken-diagram", "github-link")] == [
        ("broken-diagram", "a.md", 9, 4),
        ("broken-diagram", "a.md", 13, 1),
    ]
