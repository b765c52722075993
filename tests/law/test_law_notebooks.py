"""Notebooks: edited, renamed, removed, their pictures changed, what is published equals a build from nothing; `serve` too."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from law_site import NOW, LawSite, copied, png

from proofpress.paths import OutputPath
from proofpress.preview.session import Session

if TYPE_CHECKING:
    from pathlib import Path

A, B = "content/posts/a.ipynb", "content/posts/b.ipynb"


def notebook(words: str, *pictures: bytes, front: str = "title: Alpha\ndate: 2026-01-05\n") -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "raw", "metadata": {}, "source": ["---\n", *front.splitlines(keepends=True), "---\n"]},
        {"cell_type": "markdown", "metadata": {}, "source": [words]},
        *(
            {
                "cell_type": "code",
                "execution_count": 1,
                "metadata": {},
                "outputs": [
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {"image/png": base64.b64encode(one).decode(), "text/plain": "<Figure>"},
                    }
                ],
                "source": [f"plot({number})"],
            }
            for number, one in enumerate(pictures)
        ),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


FILES: Final = {
    "site.yaml": "title: S\nurl: https://me.example/\ntwins: true\nimages: true\n",
    A: notebook("See [the other](b.ipynb).", png(2, 2), png(3, 2)),
    B: notebook("Words of b.", png(4, 4), front="title: Beta\ndate: 2026-01-04\n"),
    "content/posts/c.md": "---\ntitle: C\ndate: 2026-01-03\n---\n\nSee [a notebook](a.ipynb).\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    site = LawSite(tmp_path_factory.mktemp("notebooks")).write(FILES)
    assert site.check().problems == []
    return site


@pytest.fixture
def site(made: LawSite, tmp_path: Path) -> LawSite:
    return copied(made, tmp_path / "site")


def pictures(site: LawSite, page: str = "a") -> dict[str, bytes]:
    found = site.public().items()
    return {path: data for path, data in found if path.startswith(f"posts/{page}/figure-") and path.endswith(".png")}


def lighter(site: LawSite) -> list[str]:
    return [path for path in site.public() if path.startswith("posts/a/figure-") and path.endswith(".webp")]


def test_whatever_is_done_to_a_notebook_the_site_is_that_of_a_clean_build(site: LawSite) -> None:
    assert sorted(pictures(site).values()) == sorted([png(2, 2), png(3, 2)])
    assert len(lighter(site)) == 2
    (old,) = (path for path, data in pictures(site).items() if data == png(2, 2))
    site.write({A: notebook("Other words, and [the other](b.ipynb).", png(2, 2), png(3, 2))})
    site.check()
    assert old in pictures(site)
    site.write({A: notebook("Other words.", png(5, 2), png(3, 2))})
    site.check()
    assert not [path for path in site.public() if path.startswith(old.removesuffix(".png"))]
    assert len(lighter(site)) == 2
    site.move(B, "content/posts/z.ipynb")
    site.check()
    assert (pictures(site, "b"), len(pictures(site, "z"))) == ({}, 1)
    site.write({A: notebook("Draft words.", png(2, 2), front="title: Alpha\ndraft: true\n")})
    site.swap("content/posts/c.md", "[a notebook](a.ipynb)", "nothing")
    site.check()
    assert not [path for path in site.public() if path.startswith("posts/a/")]
    (site.root / A).unlink()
    site.check()


def test_a_picture_that_was_changed_or_deleted_by_hand_is_there_again(site: LawSite) -> None:
    changed, gone = sorted(pictures(site))
    (site.root / "public" / changed).write_bytes(b"by hand")
    (site.root / "public" / gone).unlink()
    site.check()


def test_a_notebook_that_breaks_keeps_what_is_published(site: LawSite) -> None:
    before = site.public()
    site.write({A: FILES[A][:200]})
    assert [one.rule for one in site.check().problems if one.severity == "error"] == ["notebook-syntax"]
    assert site.public() == before


def test_a_preview_shows_a_notebook_as_it_is_saved(site: LawSite) -> None:
    site.drafts = site.future = True
    session = Session(site.options, lambda: NOW)
    session.start()
    for words, picture in (("Saved words.", png(2, 2)), ("Saved again.", png(7, 3))):
        site.write({A: notebook(words, picture)})
        shown = session.rebuild(frozenset({A}))
        assert words.encode() in shown.read(OutputPath("posts/a/index.html"))
        clean = {path: data for path, data in site.clean().outputs.items() if path.startswith("posts/a/figure-")}
        assert picture in clean.values()
        assert {path: shown.read(path) for path in clean} == clean
        assert len(clean) == 2
