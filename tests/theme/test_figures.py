"""Figures that open large: which are links to their pictures, and which are not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from theme_site import outputs

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = """
![Large](large.svg "A caption")

![Wide enough](large.svg){.wide}

![Too large for the margin too](huge.svg){.wide}

![As wide as the text](fitting.svg)

![](large.svg)

[![A link already](large.svg)](https://a.example/)

![Made small](large.svg){width=300}

![From elsewhere](https://a.example/large.png)

Words and ![in a line](large.svg).
"""


def svg(width: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="300"/>'


def test_a_figure_opens_its_picture_where_that_is_much_larger_than_it_is_shown(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/a.md": f"# A\n{FIGURES}",
        "content/large.svg": svg(900),
        "content/huge.svg": svg(2000),
        "content/fitting.svg": svg(600),
    }
    html = outputs(tmp_path, files)["a/index.html"].decode()
    links = re.findall(r'<figure><a class="([^"]+)" href="([^"]+)"><img [^>]*alt="([^"]+)"[^>]*></a>', html)
    assert links == [
        ("enlarge", "/large.svg", "Large"),
        ("enlarge wide", "/huge.svg", "Too large for the margin too"),
    ]
    assert "</a><figcaption>A caption</figcaption></figure>" in html


def test_what_is_large_is_counted_by_the_width_that_the_site_gives_its_lines(tmp_path: Path) -> None:
    files = {"content/a.md": "# A\n\n![A square](square.svg)\n", "content/square.svg": svg(720)}
    for width, linked in ((45, True), (65, True), (90, False)):
        settings = f"title: Mine\nurl: https://me.example/\ntheme: {{width: {width}}}\n"
        html = outputs(tmp_path, {**files, "site.yaml": settings})["a/index.html"].decode()
        assert ("enlarge" in html) == linked
