"""The law over languages: whatever changes in words/ or in a page's language, nothing that says it is left as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from law_site import LawSite

WORDS = "words/en.yaml"


def test_a_word_that_comes_changes_and_goes_is_on_every_page_that_says_it(law: LawSite) -> None:
    before = law.public()
    law.write({WORDS: "reading_time:\n  one: one minute\n  other: '{n} minutes'\n"})
    law.check()
    said = {path for path, data in law.public().items() if b"<span>one minute</span>" in data}
    assert said == {path for path, data in before.items() if b"<span>1 min read</span>" in data}
    law.swap(WORDS, "one minute", "a minute")
    law.check()
    assert {path for path, data in law.public().items() if b"<span>a minute</span>" in data} == said
    (law.root / WORDS).unlink()
    law.check()
    assert law.public() == before


def test_a_word_inside_texts_is_another_in_pages_and_in_feeds(law: LawSite) -> None:
    law.write({"content/posts/noted.md": "---\ntitle: Noted\ndate: 2026-01-06\n---\n\n> [!NOTE]\n> So it is.\n"})
    law.check()
    assert b">Note</p>" in law.public()["posts/noted/index.html"]
    law.write({WORDS: "note: Nota bene\n"})
    law.check()
    assert b">Nota bene</p>" in law.public()["posts/noted/index.html"]
    assert b"&gt;Nota bene&lt;" in law.public()["feed.xml"]


def test_what_is_wrong_with_a_word_is_told_by_every_build_until_it_is_mended(law: LawSite) -> None:
    def told() -> list[tuple[str, str]]:
        return [(found.rule, found.path) for found in law.check().problems]

    law.write({WORDS: "drafft: Unfinished\n"})
    assert told() == [("unknown-word", WORDS)]
    law.swap("content/posts/a.md", "Alpha", "Aleph")
    assert told() == [("unknown-word", WORDS)]
    law.write({"templates/partials/head.html": '<meta name="x" content="{{ words.drafft }}">'})
    assert told() == []
    assert b'content="Unfinished"' in law.public()["index.html"]


ORIGINAL = "content/posts/of.md"
GERMAN = "content/posts/of.de.md"


def test_a_translation_that_comes_changes_and_goes_is_known_to_its_original(law: LawSite) -> None:
    law.write({ORIGINAL: "---\ntitle: The text\ndate: 2026-01-06\n---\n\nA text.\n"})
    law.check()
    before = law.public()
    law.write({GERMAN: "---\ntitle: Der Text\ndate: 2026-01-06\n---\n\nEin Text.\n"})
    law.check()
    assert b'hreflang="de"' in law.public()["posts/of/index.html"]
    assert b">English</a>" in law.public()["de/posts/of/index.html"]
    law.write({"words/de.yaml": "name: Hochdeutsch\n"})
    law.check()
    assert b">Hochdeutsch</a>" in law.public()["posts/of/index.html"]
    (law.root / "words" / "de.yaml").unlink()
    law.swap(ORIGINAL, "title: The text\n", "title: The text\ndraft: true\n")
    law.check()
    assert b"Der Text" in law.public()["index.html"]
    (law.root / ORIGINAL).unlink()
    law.check()
    assert "posts/of.de/index.html" in law.public()
    law.write({ORIGINAL: "---\ntitle: The text\ndate: 2026-01-06\n---\n\nA text.\n"})
    law.check()
    (law.root / GERMAN).unlink()
    law.check()
    assert law.public() == before


def test_a_language_of_a_file_s_own_that_comes_and_goes_changes_its_page_back(law: LawSite) -> None:
    law.write({"content/posts/of.md": '---\ntitle: Of\ndate: 2026-01-05\n---\n\n"So"\n'})
    law.check()
    before = law.public()
    law.swap("content/posts/of.md", "title: Of\n", "title: Of\nlanguage: de\n")
    law.check()
    assert b'<html lang="de">' in law.public()["posts/of/index.html"]
    law.swap("content/posts/of.md", "title: Of\nlanguage: de\n", "title: Of\n")
    law.check()
    assert law.public() == before
