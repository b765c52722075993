"""A site under a sub-path in which every template of the default theme makes a page, with every form of content."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from proofpress.builder.build import build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
URL = "https://me.example/sub/"

SETTINGS = f"""
title: Notes on <em>deep</em> learning
url: {URL}
description: What was measured, and how.
authors: [{{name: Ada Example, url: "https://ada.example/"}}]
paginate: 2
menu:
  - {{title: Posts, url: posts/index.md}}
  - {{title: Archive, url: /archive/}}
  - {{title: About, url: about.md}}
  - {{title: Source, url: "https://code.example/"}}
"""

WIDE_LINE = "result = " + " + ".join(f"a_rather_long_name_{n}" for n in range(12))
WIDE_ROW = "|".join(f" column{n}withoutablank " for n in range(12))
WIDE_FORMULA = " + ".join(f"x_{{{n}}}^2" for n in range(60))

EVERYTHING = f"""
A paragraph with `code`, *emphasis*, **strong**, ~~deleted~~, a [link](about.md), <kbd>Ctrl</kbd>, <mark>marked</mark>
and <abbr title="abstract syntax tree">AST</abbr>.[^1]

https://example.org/{"a-path-that-goes-on-and-on/" * 12}

Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft{"sversammlung" * 6}

`{"code_without_a_blank_" * 8}` and inline ${WIDE_FORMULA}$ mathematics, also as ${WIDE_FORMULA}$).

- An item with $${WIDE_FORMULA}$$, too.

{" ".join(f"word $x_{{{n}}}$," for n in range(60))} and so on.

## Listings

```python title="a/path/to/{"a_long_folder/" * 8}train.py" {{2,4}} linenos
# A comment
{WIDE_LINE}
def f(x: int) -> str:
    return f"{{x!r:>6}} and {{x}}"
```

```console
$ proofpress build --strict
error: something
```

```diff
-old
+new
```

### A heading with `{"code_" * 12}` in it

|{WIDE_ROW}|
|{"---|" * 12}
|{WIDE_ROW}|

| model | loss |
|---|--:|
| small | 3.28 |

$$ {WIDE_FORMULA} $$

#### Deeper

![A square](square.svg "What the picture shows, at some length.")

## Boxes

> A quotation.

> [!NOTE]
> A note with `code` and a [link](about.md).

> [!TIP]
> A tip.

> [!IMPORTANT]
> Important.

> [!WARNING]
> A warning.

> [!CAUTION]
> Caution.

- one
  - two

    ```python
    {WIDE_LINE}
    ```

1. first
2. second

- [x] done
- [ ] open

Term
: What it means.

<details><summary>More</summary><p>Hidden at first.</p></details>

---

##### Fifth

###### Sixth

[^1]: A footnote with https://example.org/{"long/" * 30}.
"""


def post(title: str, date: str, text: str, more: str = "") -> str:
    """Return a post's file."""
    return f"---\ntitle: '{title}'\ndate: {date}\n{more}---\n\n{text}\n"


FILES: Mapping[str, str] = {
    "site.yaml": SETTINGS,
    "content/index.md": "Short notes, each with the code that made its figures.",
    "content/about.md": "---\ntitle: About\n---\n\n## One\n\nText.\n\n## Two\n\nText.\n\n## Three\n\nText.",
    "content/square.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"/>',
    "content/posts/index.md": "---\ntitle: All posts\n---\n\nThe text of the list.",
    "content/everything.md": f"---\ntitle: Every form\n---\n{EVERYTHING}",
    "content/posts/first.md": post(
        "First", "2025-11-02", "The first.", "tags: [gpu, pytorch]\nseries: From zero\naliases: [/old/first/]\n"
    ),
    "content/posts/second.md": post(
        "Second & <b>bold</b>",
        "2026-01-05",
        "A *marked* summary.\n\n<!-- more -->\n\nThe rest." + EVERYTHING.replace("about.md", "../about.md").replace("square.svg", "../square.svg"),
        "updated: 2026-02-01\ntags: [gpu, mixed precision]\nseries: From zero\n",
    ),
    "content/posts/third.md": post("Third", "2026-02-07", "The third.", "tags: [gpu]\nseries: From zero\n"),
    "content/posts/draft.md": post("Unfinished", "2026-03-01", "Not yet.", "draft: true\ntags: [pytorch]\n"),
    "content/posts/undated.md": "---\ntitle: Undated\n---\n\nWhenever.",
}  # fmt: skip


def outputs(root: Path, files: Mapping[str, str] = FILES, *, drafts: bool = True) -> dict[str, bytes]:
    """Write a site into a folder, build it in memory, expect no error, and return its outputs by path."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    built = build(Options(root=root, now=NOW, drafts=drafts))
    assert not built.failed, [f"{p.path}:{p.line}:{p.column} {p.rule} {p.message}" for p in built.problems]
    return {path: data for path, data in built.outputs.items()}  # noqa: C416 - as plain strings


class Element:
    """An element of a page: its name, its attributes and the text below it."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.name = name
        self.attributes = attributes
        self.text = ""

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


class _Parser(HTMLParser):
    VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.opened: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.elements.append(element)
        if tag not in self.VOID:
            self.opened.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.opened and self.opened.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.opened:
            element.text += data


def elements(html: bytes | str) -> list[Element]:
    """Return a page's elements, in the order in which they begin."""
    parser = _Parser()
    parser.feed(html if isinstance(html, str) else html.decode("utf-8"))
    parser.close()
    return parser.elements
