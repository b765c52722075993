"""The id of a post's entry in feeds: its address, or what the post says, so that readers know it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from small_site import NOW, SmallSite, post

from proofpress.builder.inputs import Options
from proofpress.update import update

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "title: Notes\nurl: https://me.example/\n"


def entries(pages: dict[str, str]) -> list[str]:
    """Return the ids of the entries of the JSON feed; the Atom feed has the same."""
    ids = [item["id"] for item in json.loads(pages["feed.json"])["items"]]
    assert all(f"<id>{one}</id>" in pages["feed.xml"] for one in ids)
    return ids


@pytest.mark.parametrize("own", ["tag:me.example,2019:1", "urn:uuid:5b4d", "https://me.example/first/"])
def test_an_entry_keeps_its_id_when_the_posts_address_changes(tmp_path: Path, own: str) -> None:
    for slug in ("one", "two"):
        site = SmallSite(tmp_path).write(
            {"site.yaml": SETTINGS, "content/posts/a.md": post("A", more=f"id: {own}\nslug: {slug}\n")}
        )
        pages = site.pages()
        assert entries(pages) == [own]
        assert f"https://me.example/posts/{slug}/" in pages["feed.xml"]


def test_without_an_id_the_address_is_the_entrys_id(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write({"site.yaml": SETTINGS, "content/posts/a.md": post("A")})
    assert entries(site.pages()) == ["https://me.example/posts/a/"]


@pytest.mark.parametrize("own", ["linkers", "'a b'", "'tag:<x>'"])
def test_what_no_feed_can_hold_as_an_id_is_told_and_not_taken(tmp_path: Path, own: str) -> None:
    site = SmallSite(tmp_path).write({"site.yaml": SETTINGS, "content/posts/a.md": post("A", more=f"id: {own}\n")})
    (found,) = site.problems("wrong-type")
    assert (found.severity, found.line, "feed" in found.message) == ("warning", 4, True)
    assert entries(site.pages()) == ["https://me.example/posts/a/"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2024-05-06", "6 May 2024"), ("'2024-05-06 09:30'", "6 May 2024"), ("'2024-05-06T09:30:00+02:00'", "6 May 2024")],
)
def test_the_filters_for_dates_take_a_date_of_a_data_file(tmp_path: Path, value: str, shown: str) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "data/talk.yaml": f"when: {value}\n",
            "content/talks.md": "---\ntitle: Talks\ntemplate: talks.html\n---\n",
            "templates/talks.html": "{% set talk = site.data('talk.yaml') %}{{ talk.when | date }} {{ talk.when | iso }}",
        }
    )
    assert site.pages()["talks/index.html"] == f"{shown} 2024-05-06"


def test_a_text_that_is_no_date_is_told_in_words_at_the_template(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "content/talks.md": "---\ntitle: Talks\ntemplate: talks.html\n---\n",
            "templates/talks.html": "\n{{ 'soon' | date }}",
        }
    )
    (found,) = site.problems("template-error")
    assert (found.path, found.line) == ("templates/talks.html", 2)
    assert found.message == "'soon' is no date; write it as 2024-05-06 or 2024-05-06 09:30"


def lost_ids(root: Path) -> list[tuple[str, int, str]]:
    """Publish, and return where the ids of entries were told to be lost, with what keeps each."""
    told = update(Options(root=root, now=NOW)).lost
    return [(found.path, found.line, found.hint.partition(";")[0]) for found in told if found.rule == "lost-id"]


def test_an_entry_that_feeds_have_under_another_id_is_told_once_and_none_that_they_do_not_carry(tmp_path: Path) -> None:
    told = "tag:me.example,2019:b"
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS + "feeds: {entries: 2}\n",
            "content/posts/a.md": post("A"),
            "content/posts/b.md": post("B", more=f"id: {told}\n"),
            "content/posts/old.md": post("Old").replace("date: 20", "date: 19"),
        }
    )
    assert lost_ids(tmp_path) == []
    keeps = "write in its front matter: id: "
    site.write(
        {
            "content/posts/a.md": post("A", more="slug: other\naliases: [/posts/a/]\n"),
            "content/posts/b.md": post("B"),
            "content/posts/old.md": post("Old", more="slug: older\naliases: [/posts/old/]\n").replace(
                "date: 20", "date: 19"
            ),
        }
    )
    assert lost_ids(tmp_path) == [
        ("content/posts/a.md", 5, f"{keeps}https://me.example/posts/a/"),
        ("content/posts/b.md", 1, f"{keeps}{told}"),
    ]
    site.write({"content/posts/a.md": post("A", more="slug: third\naliases: [/posts/a/, /posts/other/]\nid: urn:a\n")})
    assert [line for _, line, _ in lost_ids(tmp_path)] == [6]
    site.write({"site.yaml": SETTINGS.replace("me.", "you.") + "feeds: {entries: 2}\n"})
    assert lost_ids(tmp_path) == []
