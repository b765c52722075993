"""What runs when something changes: exactly what shows it. The reasons that a build gives are the log.

A key is a document's path, where it was read and rendered, or a page's site path, where it was filled.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from law_site import FILES, LATER, NOW, png

from proofpress.builder.desk import FILLED
from proofpress.builder.reasons import reason_of
from proofpress.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from law_site import LawSite

    from proofpress.engine.store import Entry
    from proofpress.update import Outcome

A: Final = "content/posts/a.md"
B: Final = "content/posts/b.md"
C: Final = "content/posts/2026-01-03-c.md"
D: Final = "content/posts/d.md"
DOCUMENTS: Final = {path for path in FILES if path.startswith("content/") and path.endswith(".md")}
LISTS_OF_ALL: Final = {"/archive/", "/404.html"}
"""Pages of the default theme that show every post, or the newest."""
SITE_FEEDS: Final = {"/feed.xml", "/feed.json"}


def feeds_of(*folders: str) -> set[str]:
    return {f"{folder}feed.{kind}" for folder in folders for kind in ("xml", "json")}


GPU: Final = feeds_of("/tags/gpu/")
DEEP: Final = feeds_of("/series/deep/")
PYTHON: Final = feeds_of("/tags/python/")


def ran(outcome: Outcome) -> set[str]:
    """Return the keys of the steps that ran, of a build that was published."""
    assert outcome.published is not None, outcome.problems
    return set(outcome.reasons)


def every_page(law: LawSite) -> set[str]:
    """Return the site paths of all that is filled: pages and feeds."""
    published = [path for path in law.public() if path.endswith(".html") or path.split("/")[-1].startswith("feed.")]
    return {"/" + path.removesuffix("index.html") for path in published}


# ---------------------------------------------------------------- nothing


def test_when_nothing_changed_nothing_runs(law: LawSite) -> None:
    outcome = law.update()
    assert outcome.reasons == {}
    assert outcome.published is not None
    assert (outcome.published.written, outcome.published.deleted) == (0, 0)
    assert outcome.published.unchanged == len(law.public())


def test_when_nothing_changed_no_parser_and_no_template_engine_is_imported(law: LawSite) -> None:
    program = (
        "import datetime as dt, json, sys\n"
        "from pathlib import Path\n"
        "from proofpress.builder.inputs import Options\n"
        "from proofpress.update import update\n"
        f"outcome = update(Options(root=Path(sys.argv[1]), now=dt.datetime.fromisoformat('{NOW.isoformat()}')))\n"
        "libraries = {'markdown_it', 'mdit_py_plugins', 'jinja2', 'pygments', 'math_core', 'proofpress.builder.build'}\n"
        "print(json.dumps([sorted(outcome.reasons), sorted(libraries & set(sys.modules))]))\n"
    )

    def run() -> list[list[str]]:
        done = subprocess.run([sys.executable, "-c", program, law.root], capture_output=True, text=True, check=True)
        found: list[list[str]] = json.loads(done.stdout)
        return found

    assert run() == [[], []]
    law.swap(D, "Text of delta.", "Other text.")
    reasons, libraries = run()
    assert D in reasons
    assert {"markdown_it", "jinja2"} <= set(libraries), "the same program sees them where something changed"


def test_a_file_that_is_touched_but_not_changed_runs_nothing(law: LawSite) -> None:
    for path in FILES:
        os.utime(law.root / path)
    assert ran(law.update()) == set()


def test_a_remark_in_the_settings_runs_nothing_though_it_moves_the_menu(law: LawSite) -> None:
    law.swap("site.yaml", "paginate: 2\n", "# two posts to a page\npaginate: 2\n")
    assert ran(law.update()) == set()


def test_another_menu_fills_the_pages_that_show_it_and_no_feed(law: LawSite) -> None:
    law.swap("site.yaml", "title: About\n", "title: About us\n")
    assert ran(law.update()) == {page for page in every_page(law) if "feed." not in page} - {"/old/d/"}


def test_time_that_passes_while_no_post_is_due_runs_nothing(law: LawSite) -> None:
    law.now = NOW + dt.timedelta(days=30)
    assert ran(law.update()) == set()


def test_a_change_that_is_taken_back_before_the_next_build_runs_nothing(law: LawSite) -> None:
    law.swap(A, "Alpha", "Aleph")
    law.swap(A, "Aleph", "Alpha")
    assert ran(law.update()) == set()


# ---------------------------------------------------------------- posts


def test_a_body_edit_that_leaves_the_summary_alone_fills_one_page_and_the_feeds_that_carry_its_text(
    law: LawSite,
) -> None:
    law.swap(A, "print(1)", "print(2)")
    assert ran(law.update()) == {A, "/posts/a/"} | SITE_FEEDS | GPU | PYTHON


def test_a_body_edit_of_a_post_that_no_feed_carries_fills_one_page(law: LawSite) -> None:
    law.swap(D, "Text of delta.", "Text of delta.\n\nAnother line.")
    law.update()
    law.swap(D, "Another line.", "Another word.")
    assert ran(law.update()) == {D, "/posts/dee/"}


def test_after_a_body_edit_no_other_page_is_looked_at_but_feeds(law: LawSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not visited costs nothing: an edit among many is to cost what the edit costs."""
    looked: list[str] = []
    entries = Store.entries

    def noted(store: Store, kind: str, questions: Any = str, only: Sequence[str] | None = None) -> dict[str, Entry]:
        if kind == FILLED:
            assert only is not None
            looked.extend(only)
        return entries(store, kind, questions, only)

    law.swap(A, "print(1)", "print(2)")
    monkeypatch.setattr(Store, "entries", noted)
    law.update()
    page, *feeds = sorted(looked, key=lambda key: "feed." in key)
    assert page == "/posts/a/"
    assert all("feed." in feed for feed in feeds)


def test_a_page_whose_file_was_touched_is_filled_again_though_no_other_is_looked_at(law: LawSite) -> None:
    law.swap(A, "print(1)", "print(2)")
    page = law.root / "public/posts/b/index.html"
    page.write_bytes(b"by hand")
    assert ran(law.update()) >= {A, "/posts/a/", "/posts/b/"}
    assert page.read_bytes() != b"by hand"


def test_a_new_summary_fills_the_pages_that_show_the_post_in_a_list(law: LawSite) -> None:
    law.swap(B, "With a picture.", "With a fine picture.")
    assert ran(law.update()) == (
        {B, "/posts/a/", "/posts/b/", "/posts/c/", "/", "/posts/", "/tags/gpu/", "/series/deep/"}
        | LISTS_OF_ALL
        | SITE_FEEDS
        | GPU
        | DEEP
    )


def test_a_new_title_fills_the_pages_that_show_it(law: LawSite) -> None:
    law.swap(C, "title: Gamma", "title: Gamma rays")
    of_its_lists = {"/page/2/", "/posts/page/2/", "/tags/gpu/page/2/", "/series/deep/"} | LISTS_OF_ALL
    neighbours_relations_and_series = {"/posts/a/", "/posts/b/", "/posts/dee/"}
    assert ran(law.update()) == (
        {C, "/posts/c/"} | of_its_lists | neighbours_relations_and_series | SITE_FEEDS | GPU | DEEP
    )


def test_a_title_in_the_past_leaves_the_newest_lists_alone(law: LawSite) -> None:
    law.swap("content/posts/bundle/index.md", "title: Bundle", "title: Parcel")
    assert ran(law.update()) == {
        "content/posts/bundle/index.md",
        "/posts/bundle/",
        "/page/3/",
        "/posts/page/3/",
        "/archive/",
        "/posts/e/",
    }


def test_a_post_that_is_deleted_renders_nothing(law: LawSite) -> None:
    law.toggle("content/posts/bundle/numbers.csv")
    law.swap("content/posts/bundle/index.md", "\n[Numbers](numbers.csv)\n", "\nNumbers.\n")
    law.update()
    law.toggle(D)
    assert not ran(law.update()) & DOCUMENTS


def test_a_post_that_comes_back_is_not_rendered_again(law: LawSite) -> None:
    law.toggle(D)
    law.update()
    law.toggle(D)
    outcome = law.update()
    assert D not in ran(outcome)
    assert "/posts/dee/" in ran(outcome), "its page had been deleted"


def test_a_post_that_is_renamed_under_its_url_renders_one_document(law: LawSite) -> None:
    law.move(D, "content/posts/delta.md")
    assert ran(law.update()) & DOCUMENTS == set()
    assert ran(law.update()) == set()


def test_a_new_alias_fills_its_page_and_renders_one_document(law: LawSite) -> None:
    law.swap(D, "/old/d/", "/older/d/")
    found = ran(law.update())
    assert "/older/d/" in found
    assert found & DOCUMENTS == {D}
    assert "old/d/index.html" not in law.public()


def test_a_tag_s_new_spelling_fills_the_pages_that_show_it(law: LawSite) -> None:
    law.swap("content/posts/e.md", "tags: [Once]", "tags: [ONCE]")
    assert ran(law.update()) == {
        "content/posts/e.md",
        "/posts/e/",
        "/posts/dee/",
        "/posts/bundle/",
        "/page/3/",
        "/posts/page/3/",
        "/archive/",
        "/404.html",
        "/tags/",
        "/tags/once/",
    } | feeds_of("/tags/once/")


def test_a_tag_s_last_use_takes_its_pages_away_and_fills_the_list_of_tags(law: LawSite) -> None:
    law.swap("content/posts/e.md", "tags: [Once]\nauthors", "authors")
    found = ran(law.update())
    assert "/tags/" in found
    assert not {page for page in found if page.startswith("/tags/") and page != "/tags/"}
    assert not [path for path in law.public() if path.startswith("tags/once/")]


def test_a_draft_is_rendered_but_nothing_is_filled(law: LawSite) -> None:
    law.swap("content/posts/unfinished.md", "Still a draft.", "Still no more than a draft.")
    assert ran(law.update()) == {"content/posts/unfinished.md"}


def test_a_post_whose_time_has_come_is_filled_without_being_rendered(law: LawSite) -> None:
    law.now = LATER
    found = ran(law.update())
    assert {"/posts/waiting/", "/", "/feed.xml"} <= found
    assert not found & DOCUMENTS


def test_drafts_are_shown_without_rendering(law: LawSite) -> None:
    law.drafts = True
    found = ran(law.update())
    assert {"/posts/unfinished/", "/"} <= found
    assert not found & DOCUMENTS


# ---------------------------------------------------------------- links, images, files


def test_a_heading_s_new_anchor_fills_the_pages_that_link_to_it(law: LawSite) -> None:
    law.swap("content/about.md", "## Who", "## Whom")
    assert ran(law.update()) == {"content/about.md", "/about/", "/", "/posts/a/"} | SITE_FEEDS | GPU | PYTHON


def test_a_page_s_new_address_fills_the_pages_that_link_to_it_and_renders_one_document(law: LawSite) -> None:
    law.swap(B, "title: Beta\n", "title: Beta\nslug: bet\n")
    found = ran(law.update())
    assert "/posts/a/" in found, "it links to the post"
    assert found & DOCUMENTS == {B}


def test_an_image_of_another_size_fills_the_pages_that_show_it(law: LawSite) -> None:
    law.write({"content/posts/picture.png": png(40, 30)})
    assert ran(law.update()) == {"/posts/b/"} | SITE_FEEDS | GPU | DEEP


def test_an_image_of_equal_size_fills_nothing(law: LawSite) -> None:
    law.write({"content/posts/picture.png": png(4, 3) + b"a remark behind the end"})
    outcome = law.update()
    assert ran(outcome) == set()
    assert outcome.published is not None
    assert outcome.published.written == 1


def test_a_file_that_is_copied_fills_nothing(law: LawSite) -> None:
    law.swap("content/posts/notes.txt", "notes", "other notes")
    outcome = law.update()
    assert ran(outcome) == set()
    assert outcome.published is not None
    assert outcome.published.written == 1
    assert law.public()["posts/notes.txt"] == b"other notes"


# ---------------------------------------------------------------- templates, data, style sheets


def test_a_changed_include_fills_the_pages_whose_templates_include_it(law: LawSite) -> None:
    law.swap("templates/partials/talks.html", "<p>", "<p class=talk>")
    assert ran(law.update()) == {"/talks/"}


def test_a_changed_include_of_an_include_fills_the_pages_above_it(law: LawSite) -> None:
    law.swap("templates/partials/talk_note.html", "on request", "here")
    assert ran(law.update()) == {"/talks/"}


def test_a_part_that_shadows_the_theme_s_fills_the_pages_that_include_it(law: LawSite) -> None:
    law.write({"templates/partials/card.html": "<p>{{ post.title }}</p>"})
    lists = {"/", "/page/2/", "/page/3/", "/posts/", "/posts/page/2/", "/posts/page/3/"}
    terms = {"/tags/gpu/", "/tags/gpu/page/2/", "/tags/python/", "/tags/once/", "/series/deep/"}
    assert ran(law.update()) == lists | terms


def test_a_template_that_nothing_uses_fills_nothing(law: LawSite) -> None:
    law.write({"templates/unused.html": "{{ page.title }}"})
    assert ran(law.update()) == set()


def test_changed_data_fills_the_pages_that_asked_for_it(law: LawSite) -> None:
    law.swap("data/talks.yaml", "First talk", "Second talk")
    assert ran(law.update()) == {"/talks/"}


def test_data_that_says_the_same_in_other_words_fills_nothing(law: LawSite) -> None:
    law.write({"data/talks.yaml": '# Talks\n- {"title": "First talk"}\n'})
    assert ran(law.update()) == set()


def test_data_that_no_page_asks_for_fills_nothing(law: LawSite) -> None:
    law.write({"data/unused.json": "[1]"})
    assert ran(law.update()) == set()


def test_a_style_sheet_s_new_name_fills_every_page_and_no_feed_and_renders_nothing(law: LawSite) -> None:
    law.swap("templates/static/own.css", "body", "main")
    pages = {page for page in every_page(law) if "feed." not in page}
    assert ran(law.update()) == pages - {"/old/d/"}
    assert len([path for path in law.public() if path.startswith("assets/own.")]) == 1, "the old one is gone"


# ---------------------------------------------------------------- settings, versions


def test_settings_that_only_the_theme_reads_render_nothing(law: LawSite) -> None:
    law.swap("site.yaml", "Set by hand.", "Set by machine.")
    assert ran(law.update()) == every_page(law)


def test_the_site_s_title_renders_nothing(law: LawSite) -> None:
    law.swap("site.yaml", "title: Law", "title: Order")
    assert ran(law.update()) == every_page(law)


def test_the_style_of_listings_renders_every_document(law: LawSite) -> None:
    law.swap("site.yaml", "light: lovelace", "light: tango")
    assert ran(law.update()) == every_page(law) | DOCUMENTS


def test_what_counts_as_a_post_renders_what_became_one(law: LawSite) -> None:
    law.swap("site.yaml", "paginate: 2\n", 'paginate: 2\nposts: ["posts/**", "talks.md"]\n')
    assert ran(law.update()) & DOCUMENTS == {"content/talks.md"}


def test_another_version_of_the_code_makes_everything_anew(law: LawSite) -> None:
    law.version = "another"
    assert ran(law.update()) == every_page(law) | DOCUMENTS
    assert ran(law.update()) == set()


# ---------------------------------------------------------------- what was published, what is remembered


def test_a_touched_output_file_is_filled_again_without_rendering(law: LawSite) -> None:
    (law.root / "public/posts/a/index.html").write_text("by hand")
    outcome = law.update()
    assert {key: why.reason for key, why in outcome.reasons.items()} == {"/posts/a/": "output"}
    assert b"Opening words" in law.public()["posts/a/index.html"]


def test_a_deleted_output_is_filled_again_without_rendering(law: LawSite) -> None:
    (law.root / "public/feed.xml").unlink()
    outcome = law.update()
    assert {key: why.reason for key, why in outcome.reasons.items()} == {"/feed.xml": "output"}


def test_a_deleted_copy_is_copied_again_and_nothing_else_is_done(law: LawSite) -> None:
    (law.root / "public/posts/picture.png").unlink()
    outcome = law.update()
    assert ran(outcome) == set()
    assert outcome.published is not None
    assert outcome.published.written == 1


def test_a_build_from_nothing_makes_everything_once(law: LawSite) -> None:
    assert ran(law.update(anew=True)) == every_page(law) | DOCUMENTS


def test_a_lost_cache_writes_no_file_that_is_there_already(law: LawSite) -> None:
    law.store.unlink()
    outcome = law.update()
    assert outcome.published is not None
    assert (outcome.published.written, outcome.published.deleted) == (0, 0)


def test_after_an_error_only_what_failed_and_what_changed_is_made(law: LawSite) -> None:
    law.swap(D, "Text of delta.", "Text of delta.\n\n[Nothing](nowhere.md)")
    assert law.update().published is None
    law.swap(D, "\n\n[Nothing](nowhere.md)", "\n\nNothing.")
    assert ran(law.update()) == {D, "/posts/dee/"}


# ---------------------------------------------------------------- told


def told(outcome: Outcome, key: str) -> str:
    return reason_of(key, outcome.reasons[key], outcome.detail)


def test_the_reason_names_what_is_new_in_the_answer(law: LawSite) -> None:
    law.swap(B, "title: Beta", "title: Second")
    outcome = law.update()
    assert told(outcome, B) == "rendered because its text changed"
    assert told(outcome, "/posts/b/") == "filled because its front matter changed"
    assert told(outcome, "/posts/a/") == "filled because its neighbours changed: previous title"
    assert told(outcome, "/posts/c/") == f"filled because its series changed: title of {B}"
    assert told(outcome, "/archive/") == f"filled because its list of posts by year changed: title of {B}"


def test_the_reason_names_the_question_alone_where_a_post_came(law: LawSite) -> None:
    law.write({"content/posts/2026-06-01-new.md": "New.\n"})
    assert told(law.update(), "/archive/") == "filled because its list of posts by year changed"


# ---------------------------------------------------------------- languages


def test_an_edit_in_one_language_fills_what_shows_it_and_leaves_the_lists_of_the_others(law: LawSite) -> None:
    law.swap("site.yaml", "title: Law\n", "title: Law\nlanguages: {de: {title: Gesetz}}\n")
    law.write(
        {
            "content/posts/b.de.md": "---\ntitle: Beta\ndate: 2026-01-04\ntags: [GPU]\n---\n\nAuf Deutsch.\n",
            "content/de/posts/o.md": "---\ntitle: Ost\ndate: 2026-01-01\n---\n\nAuch.\n",
        }
    )
    law.check()
    law.swap("content/posts/b.de.md", "title: Beta\n", "title: Betta\n")
    around = {"/de/posts/o/", "/de/posts/b/", "/posts/b/"}
    shown = {
        "/de/",
        "/de/posts/",
        "/de/archive/",
        "/de/404.html",
        "/de/tags/gpu/",
        *around,
        *feeds_of("/de/", "/de/tags/gpu/"),
    }
    assert ran(law.check()) == {"content/posts/b.de.md", *shown}
    law.swap("content/posts/2026-01-03-c.md", "title: Gamma", "title: Gama")
    assert not [key for key in ran(law.check()) if key.startswith("/de/")]
    law.swap("site.yaml", "title: Law\nlanguages: {de: {title: Gesetz}}\n", "title: Law\n")
    law.check()
    assert "de/index.html" not in law.public()


# ---------------------------------------------------------------- commits


NEAR_D: Final = {"/posts/dee/", "/posts/c/", "/posts/e/", "/posts/", "/posts/page/2/", "/posts/page/3/"}
"""Its page, those of its neighbours, and the lists of its folder."""


def test_a_commit_fills_what_shows_its_date_and_only_that(law: LawSite) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=law.root, check=True, capture_output=True)

    law.swap("site.yaml", "title: Law\n", "title: Law\nupdated: git\n")
    git("init", "-q")
    git("add", "site.yaml", "content/about.md")
    git("commit", "-qm", "one", "--date=2098-01-01T00:00:00+00:00")
    assert "commit-dates" not in [found.rule for found in law.check().problems]
    assert ran(law.check()) == set()
    git("add", D)
    git("commit", "-qm", "two", "--date=2098-02-01T00:00:00+00:00")
    found = ran(law.check())
    assert "/posts/dee/" in found
    assert D not in found, "its text is not rendered again"
    assert "/about/" not in found
    assert {key for key in found if key.startswith("/posts/")} <= NEAR_D
    git("commit", "-qm", "three", "--allow-empty")
    assert ran(law.check()) == set()
