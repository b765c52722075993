"""The law with plugins: whatever comes, changes and goes, a build gives what a clean build does, in any number of processes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest
from law_site import FILES, NOW, LawSite, each_fourth, shown
from test_law_jobs import many

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import read_inputs
from proofpress.engine import parallel
from proofpress.engine.blobs import Folder
from proofpress.engine.executors import Futures, Processes
from proofpress.preview.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLUGINS: Final = """\
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.subscript import sub_plugin
from proofpress.plugins import *


def box(md):
    container_plugin(md, "box")


def loud(text):
    return text.upper() + "!"


def find(text, tell):
    for listing in text.listings:
        tell(listing.place(), "a listing")


class Count(PlainTarget, frozen=True, kw_only=True):
    def write(self, published):
        return f"{len(published.site.posts)} posts".encode()


class Titles(Question[list[str]], frozen=True):
    tag: str

    def answer(self, site):
        return sorted(post.title for post in site.posts if self.tag in post.terms.get("tags", ()))


class Tagged(FilledTarget, frozen=True, kw_only=True):
    def make(self, making):
        return ", ".join(making.ask(Titles("GPU"))).encode(), []


class Card(FilledTarget, frozen=True, kw_only=True):
    def make(self, making):
        return f"<svg><text>{making.card.title}</text></svg>".encode(), []


def plan(planning):
    yield Tagged(site_path=SitePath("/gpu.txt"), origin="the titles")
    yield Count(site_path=SitePath("/count.txt"), origin="the count")
    for card in planning.site.posts:
        yield Card(site_path=SitePath(card.site_path + "card.svg"), origin="a card", source=card.path)


NO_LISTINGS = Rule("no-listings", "warning", "text", page="# no-listings\\n\\nThere is one.\\n\\nNo.\\n")
plugins = [
    Markdown(sub_plugin),
    Markdown(box),
    Filter("loud", loud),
    TextRule(NO_LISTINGS, find),
    Kind(plan=plan, questions=[Titles]),
]
"""
POST: Final = "---\ntitle: Boxed\ndate: 2026-01-07\n---\n\n::: box\nH~2~O\n:::\n\n```text\nx\n```\n"
FOOTER: Final = '{% extends "theme:base.html" %}{% block footer %}{{ page.title|loud }}{% endblock %}\n'
PLUGGED: Final = {"plugins.py": PLUGINS, "content/posts/boxed.md": POST}
PAGE: Final = "posts/boxed/index.html"

CHANGES: Final[dict[str, Callable[[LawSite], None]]] = {
    "a word of the filter": lambda site: site.swap("plugins.py", '"!"', '"?"'),
    "the class of the box": lambda site: (site.swap("plugins.py", '(md, "box")', '(md, "note")')),
    "a piece of Markdown is taken out": lambda site: site.swap("plugins.py", "    Markdown(sub_plugin),", "    # none"),
    "the filter is taken out": lambda site: site.swap("plugins.py", '    Filter("loud", loud),', "    # nothing"),
    "the words of the rule": lambda site: site.swap("plugins.py", '"a listing"', '"another"'),
    "the weight of the rule": lambda site: site.swap("plugins.py", '"warning"', '"error"'),
    "what the plain target writes": lambda site: site.swap("plugins.py", " posts", " texts"),
    "what the filled target makes": lambda site: site.swap("plugins.py", "<text>", "<text x='1'>"),
    "what a question answers": lambda site: site.swap("plugins.py", "sorted(post.title", "list(post.title"),
    "a fault in an answer": lambda site: site.swap("plugins.py", "sorted(post.title", "sorted(post.nothing"),
    "what it asks": lambda site: site.swap("plugins.py", 'Titles("GPU")', 'Titles("gpus")'),
    "the title that an answer has": lambda site: site.swap("content/posts/a.md", "title: Alpha", "title: Aleph"),
    "what is planned": lambda site: site.swap("plugins.py", "/count.txt", "/number.txt"),
    "a fault": lambda site: site.swap("plugins.py", "plugins = [", "plugins = [1 / 0,"),
    "a fault in the making": lambda site: site.swap("plugins.py", "{making.card.title}", "{1 / 0}"),
    "a fault in the text": lambda site: site.swap("plugins.py", "text.listings", "text.nothing"),
    "a comment": lambda site: site.swap("plugins.py", "def box(md):\n", "def box(md):  # a box\n"),
    "the plugins go": lambda site: site.toggle("plugins.py", PLUGINS),
    "a folder comes": lambda site: site.toggle("plugins/__init__.py", "from proofpress.plugins import *\nplugins = []\n"),
    "the settings switch the rule off": lambda site: site.swap("site.yaml", "paginate: 2", "paginate: 2\nrules: {no-listings: off}"),
    "a title": lambda site: site.swap("content/posts/boxed.md", "Boxed", "Unboxed"),
}  # fmt: skip


@pytest.fixture
def plugged(tmp_path: Path) -> LawSite:
    site = LawSite(tmp_path / "site").write(FILES).write(PLUGGED).write({"templates/base.html": FOOTER})
    site.check()
    return site


def test_all_four_are_at_work(plugged: LawSite) -> None:
    public = plugged.public()
    assert b'<div class="box">\n<p>H<sub>2</sub>O</p>' in public[PAGE]
    assert b"BOXED!" in public[PAGE]
    assert public["count.txt"].endswith(b" posts")
    assert public["posts/boxed/card.svg"] == b"<svg><text>Boxed</text></svg>"
    assert "no-listings" in {one.rule for one in plugged.check().problems}


@pytest.mark.parametrize("name", each_fourth(CHANGES))
def test_a_build_after_a_change_of_plugins_is_a_clean_one_and_so_is_the_way_back(name: str, plugged: LawSite) -> None:
    before = plugged.public()
    CHANGES[name](plugged)
    plugged.check()
    CHANGES[name](plugged)
    plugged.check()
    assert plugged.public() == before


def test_plugins_that_change_in_one_second_to_as_many_bytes_are_seen(plugged: LawSite) -> None:
    plugged.keeping_its_time("plugins.py", '"!"', '"?"')
    plugged.check()
    assert b"BOXED?" in plugged.public()[PAGE]


def test_plugins_that_go_leave_nothing(plugged: LawSite) -> None:
    (plugged.root / "plugins.py").unlink()
    (plugged.root / "templates" / "base.html").unlink()
    plugged.check()
    public = plugged.public()
    assert "count.txt" not in public
    assert "posts/boxed/card.svg" not in public
    assert b"H~2~O" in public[PAGE]


def test_a_site_with_plugins_that_did_not_change_is_not_built_again(plugged: LawSite) -> None:
    assert plugged.update().reasons == {}


def test_a_text_that_changes_leaves_what_plugins_made_of_others(plugged: LawSite) -> None:
    plugged.swap("content/posts/boxed.md", "H~2~O", "CO~2~")
    assert "/posts/a/card.svg" not in plugged.check().reasons


# ---------------------------------------------------------------- in the preview


@pytest.mark.parametrize(
    "step", [pytest.param(1, id="each", marks=pytest.mark.thorough), pytest.param(3, id="each third")]
)
def test_a_preview_follows_its_plugins(plugged: LawSite, step: int) -> None:
    plugged.drafts = plugged.future = True
    session = Session(plugged.options, lambda: NOW)
    try:
        session.start()
        for name, change in [*CHANGES.items()][::step] * 2:
            change(plugged)
            after = session.rebuild(frozenset({"plugins.py", "site.yaml", "content/posts/boxed.md"}))
            while session.waiting:
                after = session.look_on()
            clean = build(plugged.options)
            assert shown(list(after.problems)) == shown(clean.problems), name
            for path, data in clean.outputs.items():
                assert after.read(path) == data, (name, path)
    finally:
        session.close()


# ---------------------------------------------------------------- in other processes


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """A site with plugins and work for several processes. To be read only."""
    site = LawSite(tmp_path_factory.mktemp("crowded") / "site").write(FILES).write(PLUGGED).write(many())
    return site.write({"templates/base.html": FOOTER})


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_plugins_work_in_processes_of_our_own(
    method: parallel.Method, crowded: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = build(crowded.options)
    monkeypatch.setattr(parallel, "_method", lambda: method)
    beside = build(crowded.options, Desk(executor=Processes(3)))
    assert beside.outputs == alone.outputs
    assert shown(beside.problems) == shown(alone.problems)
    assert b"<svg><text>Boxed</text></svg>" in alone.outputs.values()


def test_plugins_work_in_a_pool_of_processes_that_knew_nothing_of_them(crowded: LawSite, tmp_path: Path) -> None:
    alone = build(crowded.options)
    context: Any = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        beside = build(crowded.options, Desk(executor=Futures(pool, Folder(str(tmp_path / "shared")), 2)))
    assert beside.outputs == alone.outputs
    assert shown(beside.problems) == shown(alone.problems)


def test_finding_plugins_imports_none_of_them(plugged: LawSite) -> None:
    plugged.write({"plugins.py": "raise AssertionError('imported')\n"})
    inputs = read_inputs(plugged.root, "", plugged.clean().inputs.looked, 0)
    assert inputs.plugins.files == (("plugins.py", b"raise AssertionError('imported')\n"),)
