"""Posts as people and programs really leave them, without front matter and with every fault of raw text, become whole pages."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from published_pages import parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Build

TITLE_AFTER_A_STRAY_LINE = """\
 Please explain presses, with code. Use headings.

# Presses in Short

A press puts **ink** on paper; see [letterpress](https://press.example/).
### A level is skipped

#### And another
Text glued to its heading.

### Code

```
# a comment, not a heading
press = Press(ink="black")
print(press)
```

1. **Flatten**:
```python
sheet.flatten()
```
The list goes on after a listing.
2. **Fold**:
```
sheet.fold()
```
"""

TABLES_TORN_APART = """\
 Please explain presses, with code. Use headings.
# Presses: An Overview
No blank line before this, nor after the heading.
## Parts
| **Bed** | **Platen** | **Roller** |



| --- | --- | --- |


| **Washington** | **Bed** | **Platen** | **Roller** |


* **Stanhope**: iron, 1800.
| **Bed** | **Platen** |

| --- | --- |
| one | two | three |
1. First
3. Third
   * nested

     deep text with <angle> and & and 5 < 6 > 4
- [ ] open [link][nowhere] and [^nonote]

Setext heading
--------------

Some $5 and $6, {{ braces }}, C:\\path\\name, snake_case_name, 2*3*4.

~~~
never closed
"""


def words(text: str) -> Counter[str]:
    """Count the words of a text; numbers apart, which a list makes anew."""
    return Counter(re.findall(r"[^\W\d_]+", text))


@pytest.mark.parametrize(
    ("text", "title"),
    [(TITLE_AFTER_A_STRAY_LINE, "Presses in Short"), (TABLES_TORN_APART, "Presses: An Overview")],
    ids=["stray line", "torn tables"],
)
def test_a_raw_post_becomes_a_page_with_its_title_and_every_word(
    tmp_path: Path, build: Build, text: str, title: str
) -> None:
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "site.yaml").write_text("title: Raw\nurl: https://me.example/\n", "utf-8")
    (tmp_path / "content/posts/presses.md").write_text(text, "utf-8")
    output = build(tmp_path, "https://me.example").output
    html = (output / "posts/presses/index.html").read_text("utf-8")
    page = parse(html)
    assert page.title == f"{title} · Raw"
    assert page.elements.count("h1") == 1
    markup = {"https", "press", "example", "python", "angle"}  # in attributes, or an element that a browser makes of it
    lost = words(text) - words(f"{page.title} {page.content}")
    assert set(lost) <= markup
    assert parse((output / "index.html").read_text("utf-8")).elements.count("article") == 1
    assert title in (output / "archive/index.html").read_text("utf-8")
