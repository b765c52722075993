"""The search of a preview: it finds drafts, follows what is saved, and is made only when a browser asks for it."""

from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from live_preview import NOW, SITE

from proofpress.builder.inputs import Options
from proofpress.builder.searching import index_of
from proofpress.paths import OutputPath
from proofpress.preview.answer import answer
from proofpress.preview.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from proofpress.preview.shown import Shown


def fetch(shown: Shown, name: str) -> bytes:
    reply = answer(shown, "GET", f"/pagefind/{name}?ts=1".encode(), {})
    assert reply.status == 200, name
    assert isinstance(reply.body, bytes)
    return reply.body


def write_site(root: Path) -> Path:
    """Write a site with a search, and return its draft."""
    for path, text in SITE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text + ("search: true\n" if path == "site.yaml" else ""), "utf-8")
    draft = root / "content/posts/draft.md"
    draft.write_text("---\ntitle: To come\ndraft: true\n---\n\nAn aardvark.\n", "utf-8")
    return draft


def test_a_preview_searches_drafts_and_what_was_saved_and_makes_no_index_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counted(pages: Any, blobs: Any) -> dict[OutputPath, bytes]:
        found = index_of(pages, blobs)
        made.append(len(pages))
        texts = [gzip.decompress(data) for path, data in found.items() if path.endswith(".pf_fragment")]
        contents[:] = [json.loads(text.removeprefix(b"pagefind_dcd"))["content"] for text in texts]
        return found

    contents: list[str] = []
    monkeypatch.setattr("proofpress.preview.searching.index_of", counted)
    draft = write_site(tmp_path)
    session = Session(Options(root=tmp_path, now=NOW, drafts=True, publishes=False), lambda: NOW)
    shown = session.start()
    assert b'class="find"' in shown.read(OutputPath("index.html"))
    assert not made
    assert b"pagefind" in fetch(shown, "pagefind.js")
    fetch(shown, "pagefind-entry.json")
    fetch(shown, "pagefind-worker.js")
    assert made == [4]
    assert any("aardvark" in text for text in contents)

    draft.write_text(draft.read_text("utf-8").replace("aardvark", "anteater"), "utf-8")
    shown = session.rebuild(frozenset({"content/posts/draft.md"}))
    assert made == [4], "a save makes none"
    fetch(shown, "pagefind-entry.json")
    assert made == [4, 4]
    assert any("anteater" in text for text in contents)
    assert answer(shown, "GET", b"/pagefind/no-such-file", {}).status == 404
    session.close()


def test_a_save_is_shown_while_an_index_is_still_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, shown_meanwhile = threading.Event(), threading.Event()

    def slow(pages: Any, blobs: Any) -> dict[OutputPath, bytes]:
        begun.set()
        assert shown_meanwhile.wait(60)
        return index_of(pages, blobs)

    monkeypatch.setattr("proofpress.preview.searching.index_of", slow)
    draft = write_site(tmp_path)
    session = Session(Options(root=tmp_path, now=NOW, drafts=True, publishes=False), lambda: NOW)
    shown = session.start()
    with ThreadPoolExecutor(1) as browser:
        asked = browser.submit(fetch, shown, "pagefind-entry.json")
        assert begun.wait(60)
        draft.write_text(draft.read_text("utf-8").replace("aardvark", "anteater"), "utf-8")
        newer = session.rebuild(frozenset({"content/posts/draft.md"}))
        assert b"anteater" in newer.read(OutputPath("posts/draft/index.html"))
        assert not asked.done()
        shown_meanwhile.set()
        assert b"languages" in asked.result()
    session.close()
