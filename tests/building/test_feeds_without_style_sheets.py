"""A feed's reader has no style sheet: what pages say by classes of the theme, feeds say by attributes of HTML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from small_site import SmallSite

POST = """---
title: A
date: 2026-01-01
---

a | b | c
:-|:-:|-:
1 | 2 | 3
{.wide width=80%}

x ![i](https://x.example/i.png){width=50% .y} and `<td class="align-left">`, {width-3}

| `class="align-left"` |
|---|
| x |
"""


def test_a_feed_aligns_cells_and_measures_images_by_attributes(site: SmallSite) -> None:
    site.write({"site.yaml": "title: T\nurl: https://me.example/\n", "content/posts/a.md": POST})
    (name,) = (path for path in site.pages() if path.endswith("feed.json"))
    html = json.loads(site.pages()[name])["items"][0]["content_html"]
    assert '<td align="right">3</td>' in html
    assert '<th align="center">b</th>' in html
    assert '<table class="wide width-80" width="80%">' in html
    assert 'class="width-50 y" width="50%"' in html
    assert "&lt;td class=&quot;align-left&quot;&gt;" in html
    page = site.pages()["posts/a/index.html"]
    assert '<td class="align-right">3</td>' in page
    assert "widths." in page
    assert 'width="50%"' not in page
