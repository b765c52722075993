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


LISTINGS = """---
title: A
date: 2026-01-01
---

```python {"first":1} ins={2} linenos
x = 1  # (1)!
y = "a > b"
```

1. A note.

```console
$ ls
a
```

<pre><code><span style="color: red">mine</span></code></pre>
"""


def test_a_feed_has_the_code_of_listings_without_the_classes_of_their_tokens(site: SmallSite) -> None:
    site.write({"site.yaml": "title: T\nurl: https://me.example/\n", "content/posts/a.md": LISTINGS})
    pages = site.pages()
    html = json.loads(pages["feed.json"])["items"][0]["content_html"]
    assert '<span class="' not in html
    assert "y = &quot;a &gt; b&quot;" in html
    assert "x = 1 (first)" in html or "x = 1 (1) (first)" in html
    assert '<ins class="line inserted"' in html
    assert "$ ls\na\n</code></pre>" in html
    assert '<span style="color: red">mine</span>' in html
    assert '<span class="' in pages["posts/a/index.html"]
