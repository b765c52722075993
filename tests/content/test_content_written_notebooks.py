"""Notebooks that are written as Markdown: MyST's and Jupytext's cells are listings, every other line is the file's."""

from __future__ import annotations

import datetime as dt

import pytest

from proofpress.content.documents import read
from proofpress.model import Document, Source
from proofpress.paths import SourcePath

KERNEL = "---\ntitle: A\nkernelspec:\n  language: python\n  name: python3\n---\n"
JUPYTEXT = "---\ntitle: A\njupyter:\n  jupytext:\n    text_representation:\n      extension: .md\n---\n"


def load(text: str) -> Document:
    return read(Source(SourcePath("content/a.md"), text.encode()), zone=dt.UTC, taxonomies=(), authors=())


def told(document: Document) -> list[tuple[str, int, int, int]]:
    return [(one.rule, one.line, one.column, one.length) for one in document.problems]


@pytest.mark.parametrize(
    ("cell", "listing"),
    [
        ("```{code-cell} ipython3\nx = 1\n```\n", "```python\nx = 1\n```\n"),
        ("```{code-cell}\nx = 1\n```\n", "```python\nx = 1\n```\n"),
        ("```{code-cell} r\nx\n```\n", "```r\nx\n```\n"),
        ("~~~~{code-cell} ipython3\n%timeit x\n~~~~\n", "~~~~ipython\n%timeit x\n~~~~\n"),
        ("```{code-cell}\n:tags: [hide-input]\n\nx\n```\n", "\n\n```python collapse\nx\n```\n"),
        ("```{code-cell}\n---\ntags: [hide-input]\n---\nx\n```\n", "\n\n\n```python collapse\nx\n```\n"),
        ("```{code-cell}\n:tags: [remove-input]\nx\n```\nWords\n", "\n\n\n\nWords\n"),
        ("```{code-cell}\n#| echo: false\nx\n```\nWords\n", "\n\n\n\nWords\n"),
        ("```{code-cell}\n:caption: run.py\n:number-lines:\n:lineno-start: 4\n:emphasize-lines: 1\nx\n```\n",
         '\n\n\n\n```python title="run.py" linenos start=4 {1}\nx\n```\n'),
        ("+++\n\nWords\n", "\n\nWords\n"),
        ('+++ {"tags": ["remove-cell"]}\n\nSecret\n\n+++\n\nWords\n', "\n\n\n\n\n\nWords\n"),
        ("```{raw-cell}\n:raw_mimetype: text/html\n<hr>\n```\n", "\n\n<hr>\n\n"),
        ("```text\n+++\n```{code-cell}\n```\n", "```text\n+++\n```{code-cell}\n```\n"),
        ("```{note}\nWords\n```\n", "```{note}\nWords\n```\n"),
    ],
)  # fmt: skip
def test_a_cell_of_myst_is_a_listing_on_the_same_lines(cell: str, listing: str) -> None:
    document = load(KERNEL + cell)
    assert document.text == listing
    assert told(document) == []


@pytest.mark.parametrize(
    ("cell", "listing"),
    [
        ('```python tags=["hide-input"] editable=true {1}\nx\n```\n', "```python collapse {1}\nx\n```\n"),
        ('```python slideshow={"slide_type": "-"}\nx\n```\n', "```python\nx\n```\n"),
        ('```python tags=["remove-cell"]\nsecret\n```\nWords\n', "\n\n\nWords\n"),
        ('```python .noeval title="a.py"\nx\n```\n', '```python title="a.py"\nx\n```\n'),
        ('```python title="a.py" linenos\nx\n```\n', '```python title="a.py" linenos\nx\n```\n'),
        (
            '<!-- #region {"tags": ["remove-cell"]} -->\nSecret\n<!-- #endregion -->\nWords\n',
            '<!-- #region {"tags": ["remove-cell"]} -->\n\n<!-- #endregion -->\nWords\n',
        ),
    ],
)
def test_a_cell_of_jupytext_is_a_listing_without_what_speaks_to_jupyter(cell: str, listing: str) -> None:
    document = load(JUPYTEXT + cell)
    assert document.text == listing
    assert told(document) == []


def test_what_has_no_effect_in_a_cell_is_told_at_its_place() -> None:
    document = load(KERNEL + "```{code-cell}\n:tgas: [x]\n#| ehco: false\nx\n```\n")
    assert told(document) == [("listing-options", 8, 2, 4), ("listing-options", 9, 4, 4)]
    document = load(KERNEL + "```{raw-cell}\n:raw_mimetype: text/latex\n\\clearpage\n```\n")
    assert told(document) == [("unshown-output", 7, 1, 13)]
    assert "clearpage" not in document.text


def test_without_a_kernel_nothing_is_read_as_a_cell() -> None:
    text = "```{code-cell}\n:tags: [remove-cell]\nx\n```\n\n+++\n"
    assert load("---\ntitle: A\n---\n" + text).text == text
    assert load("---\ntitle: A\nkernelspec: python\n---\n" + text).text == text


def test_a_draft_stays_one_whatever_names_its_kernel() -> None:
    assert load("---\ntitle: A\ndraft: true\nkernelspec:\n  name: python3\n---\nWords\n").front.draft
