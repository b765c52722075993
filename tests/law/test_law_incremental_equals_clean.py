"""The law: after any changes, what `update` publishes is to the byte what a build from nothing gives."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from law_site import FILES, LATER, NOW, LawSite, copied, each_fourth, png, shown

if TYPE_CHECKING:
    from collections.abc import Callable

A, B, C, D, E = (f"content/posts/{name}.md" for name in ("a", "b", "2026-01-03-c", "d", "e"))
BUNDLE: Final = "content/posts/bundle/index.md"


def of_settings(one: str, other: str) -> Callable[[LawSite], None]:
    return lambda site: site.swap("site.yaml", one, other)


def add_setting(line: str) -> Callable[[LawSite], None]:
    return lambda site: site.swap("site.yaml", "paginate: 2\n", f"paginate: 2\n{line}\n")


def swapped(path: str, one: str, other: str) -> Callable[[LawSite], None]:
    return lambda site: site.swap(path, one, other)


def toggled(path: str, content: str | bytes | None = None) -> Callable[[LawSite], None]:
    return lambda site: site.toggle(path, content)


def moved(one: str, other: str) -> Callable[[LawSite], None]:
    return lambda site: site.move(one, other)


def rename_the_template(site: LawSite) -> None:
    site.move("templates/talks.html", "templates/speeches.html")
    site.swap("content/talks.md", "template: talks.html", "template: speeches.html")


def let_time_pass(site: LawSite) -> None:
    site.now = LATER if site.now == NOW else NOW


def toggle_drafts(site: LawSite) -> None:
    site.drafts = not site.drafts


def toggle_future(site: LawSite) -> None:
    site.future = not site.future


def toggle_strict(site: LawSite) -> None:
    site.strict = not site.strict


def toggle_base_url(site: LawSite) -> None:
    site.base_url = "" if site.base_url else "https://preview.example/pr-7/"


def another_version(site: LawSite) -> None:
    site.version = "another" if site.version != "another" else ""


def picture_of_another_size(site: LawSite) -> None:
    file = site.root / "content/posts/picture.png"
    if file.is_file():
        file.write_bytes(png(4, 3) if file.read_bytes() != png(4, 3) else png(8, 6))


def folder_or_file(site: LawSite) -> None:
    """Make a file a folder of that name, or back."""
    thing = site.root / "static/thing"
    if thing.is_dir():
        shutil.rmtree(thing)
        site.write({"static/thing": FILES["static/thing"]})
    else:
        thing.unlink(missing_ok=True)
        site.write({"static/thing/inner.txt": "inner"})


def delete_an_output(site: LawSite) -> None:
    (site.root / "public/index.html").unlink(missing_ok=True)


def change_an_output(site: LawSite) -> None:
    page = site.root / "public/posts/a/index.html"
    if page.is_file():
        page.write_bytes(page.read_bytes() + b"<!-- by hand -->")


def change_a_copied_output(site: LawSite) -> None:
    copy = site.root / "public/robot.txt"
    if copy.is_file():
        copy.write_bytes(b"by hand")


def change_an_asset_of_the_output(site: LawSite) -> None:
    for sheet in (site.root / "public").glob("assets/own.*.css"):
        sheet.write_bytes(b"/* by hand */")


def delete_the_output(site: LawSite) -> None:
    shutil.rmtree(site.root / "public", ignore_errors=True)


def check_out_anew(site: LawSite) -> None:
    """Lose the cache and what was published, as a clone does."""
    for name in (".proofpress", "public", "printed"):
        shutil.rmtree(site.root / name, ignore_errors=True)


def truncate_the_cache(site: LawSite) -> None:
    if site.store.is_file():
        site.store.write_bytes(site.store.read_bytes()[: site.store.stat().st_size // 2])


def empty_the_cache(site: LawSite) -> None:
    if site.store.is_file():
        site.store.write_bytes(b"")


def fill_the_cache_with_garbage(site: LawSite) -> None:
    if site.store.is_file():
        site.store.write_bytes(bytes(range(256)) * 64)


def spoil_the_middle_of_the_cache(site: LawSite) -> None:
    if site.store.is_file():
        data = bytearray(site.store.read_bytes())
        middle = len(data) // 2
        data[middle : middle + 512] = bytes(len(data[middle : middle + 512]))
        site.store.write_bytes(data)


def another_schema(site: LawSite) -> None:
    if site.store.is_file():
        connection = sqlite3.connect(site.store)
        try:
            connection.execute("PRAGMA user_version = 9999")
        except sqlite3.DatabaseError:
            pass  # spoilt by the change before
        finally:
            connection.close()


def delete_the_cache(site: LawSite) -> None:
    site.store.unlink(missing_ok=True)


CHANGES: Final[dict[str, Callable[[LawSite], None]]] = {
    # posts and their front matter
    "delete a post": toggled(D),
    "delete a post that another links to": toggled(B),
    "delete the only post of a tag": toggled(E),
    "add a post": toggled("content/posts/new.md", "---\ntitle: New\ndate: 2026-02-02\ntags: [GPU]\n---\n\nNew.\n"),
    "rename a post": moved(C, "content/posts/2026-01-03-sea.md"),
    "rename a post so that its date changes": moved(C, "content/posts/2026-03-03-c.md"),
    "change a body": swapped(D, "Text of delta.", "Other text of delta."),
    "change a body below the summary": swapped(A, "print(1)", "print(2)"),
    "change a title": swapped(C, "title: Gamma", "title: Gamma ray"),
    "make a post a draft": swapped(D, "draft: false", "draft: true"),
    "make a draft of a post that another links to": swapped(B, "draft: false", "draft: true"),
    "finish a draft": swapped("content/posts/unfinished.md", "draft: true", "draft: false"),
    "change a slug": swapped(D, "slug: dee", "slug: dea"),
    "change an alias": swapped(D, "/old/d/", "/older/d/"),
    "add an alias": swapped(C, "series: Deep\n", "series: Deep\naliases: [/sea/]\n"),
    "change the order of dates": swapped(A, "date: 2026-01-05", "date: 2025-01-05"),
    "change the hour of a date": swapped(A, "date: 2026-01-05", "date: 2026-01-05 10:00:00+09:00"),
    "change the case of a tag": swapped(C, "tags: [GPU]", "tags: [gpu]"),
    "remove a tag's last use": swapped(E, "tags: [Once]\nauthors", "authors"),
    "rename a tag": swapped(E, "tags: [Once]", "tags: [Twice, GPU]"),
    "leave a series": swapped(C, "[GPU]\nseries: Deep\n---", "[GPU]\n---"),
    "remove metadata": swapped(A, "description: The first.\ntags", "tags"),
    "remove an author": swapped(E, "[Once]\nauthors: [Ada]\n---", "[Once]\n---"),
    "make an error": swapped(D, "Text of delta.", "[Nothing](nowhere.md)"),
    "make an error in front matter": swapped(D, "date: 2026-01-02", "date: 2026-02-30"),
    "make a warning": swapped(D, "Text of delta.", "```nolanguage\nx\n```"),
    "take a URL twice": toggled("content/posts/twice.md", "---\ntitle: Twice\ndate: 2026-01-01\nslug: dee\n---\n\nx\n"),
    "unset a date": swapped(D, "date: 2026-01-02\nslug", "slug"),
    "add an unknown key": swapped(D, "slug: dee\n", "slug: dee\nmood: good\n"),
    # pages, links, images, assets, bundles
    "delete a page that all link to": toggled("content/about.md"),
    "rename a heading that is linked to": swapped("content/about.md", "## Who", "## Whom"),
    "change a page": swapped("content/about.md", "A team.", "A large team."),
    "delete the home page's text": toggled("content/index.md"),
    "write the list's text": toggled("content/posts/index.md", "---\ntitle: All posts\n---\n\nHere they are.\n"),
    "change an image's size": picture_of_another_size,
    "delete an image": toggled("content/posts/picture.png"),
    "rename an image": moved("content/posts/picture.png", "content/posts/photo.png"),
    "delete an asset": toggled("content/posts/notes.txt"),
    "rename an asset": moved("content/posts/notes.txt", "content/posts/remarks.txt"),
    "change an asset": swapped("content/posts/notes.txt", "notes", "other notes"),
    "delete a static file": toggled("static/robot.txt"),
    "make a file a folder": folder_or_file,
    "rename a bundle": moved("content/posts/bundle", "content/posts/parcel"),
    "make a draft of a bundle": swapped(BUNDLE, "draft: false", "draft: true"),
    "take a bundle's text out of its folder": moved(BUNDLE, "content/posts/bundle.md"),
    "delete what a bundle links to": toggled("content/posts/bundle/numbers.csv"),
    "add an asset to a bundle": toggled("content/posts/bundle/more/x.txt", "x"),
    # templates, data, style sheets
    "rename a template": rename_the_template,
    "delete a template": toggled("templates/talks.html"),
    "shadow a template": toggled("templates/post.html", '{% extends "base.html" %}{% block main %}{{ content }}{% endblock %}'),
    "shadow a part": toggled("templates/partials/card.html", "<p>{{ post.title }}: {{ post.summary }}</p>"),
    "shadow the base": toggled("templates/base.html", "<title>{{ page.title }}</title>{% block main %}{% endblock %}"),
    "change an include": swapped("templates/partials/talks.html", "<p>", "<p class=talk>"),
    "change an include of an include": swapped("templates/partials/talk_note.html", "on request", "here"),
    "delete an include": toggled("templates/partials/talk_note.html"),
    "make an error in a template": swapped("templates/partials/talks.html", "talk.title", "talk.nothing"),
    "make an error in a template's syntax": swapped("templates/talks.html", "{% endblock %}", "{% endblok %}"),
    "change data": swapped("data/talks.yaml", "First talk", "Second talk"),
    "delete data": toggled("data/talks.yaml"),
    "make an error in data": swapped("data/talks.yaml", "- title: First talk", "- [title"),
    "change a style sheet": swapped("templates/static/own.css", "body", "main"),
    "change what a style sheet names": swapped("templates/static/dot.svg", "<svg ", "<svg id='x' "),
    "delete a style sheet": toggled("templates/static/own.css"),
    "shadow a style sheet": toggled("templates/static/style.css", "body { color: red }"),
    # settings
    "set another title": of_settings("title: Law", "title: Order"),
    "set another description": of_settings("one of everything", "all sorts"),
    "set another address": of_settings("https://me.example/blog/", "https://you.example/"),
    "set another length of lists": of_settings("paginate: 2", "paginate: 3"),
    "set another menu": of_settings("title: About\n    url: about.md", "title: Talks\n    url: talks.md"),
    "set another footer": of_settings("Set by hand.", "Set by machine."),
    "set another length of feeds": of_settings("entries: 3", "entries: 1"),
    "set feeds off": of_settings("  entries: 3", "  atom: false"),
    "set another style of listings": of_settings("light: lovelace", "light: tango"),
    "set a style that is not there": of_settings("light: lovelace", "light: lovelorn"),
    "set a language": add_setting("language: de"),
    "set a time zone": add_setting("timezone: Pacific/Auckland"),
    "set taxonomies": add_setting("taxonomies: [tags]"),
    "set a permalink": add_setting('permalink: "/{year}/{slug}/"'),
    "set what posts are": add_setting('posts: ["posts/*", "talks.md"]'),
    "set authors": add_setting("authors:\n  - name: Ada\n    url: https://ada.example/"),
    "set figures off": add_setting("markdown:\n  figures: false"),
    "set extra": add_setting("extra:\n  mood: good"),
    "set the weight of a rule": add_setting("rules:\n  no-date: error"),
    "set another output": add_setting("output: printed"),
    "set what is not a setting": add_setting("colour: red"),
    "spoil the settings": of_settings("title: Law", "title: [Law"),
    "move a problem in the settings": add_setting("# a remark"),
    # flags, time, versions
    "build with drafts": toggle_drafts,
    "build the future": toggle_future,
    "build strictly": toggle_strict,
    "build for another address": toggle_base_url,
    "let time pass": let_time_pass,
    "take another version of the code": another_version,
    # times that lie
    "move a post's time backwards": lambda site: site.keeping_its_time(D, "of delta", "on delta", -86_400),
    "change a post, size and time kept": lambda site: site.keeping_its_time(D, "of delta", "on delta"),
    "change an asset, size and time kept": lambda s: s.keeping_its_time("content/posts/notes.txt", "notes", "stone"),
    "change a static file, size and time kept": lambda s: s.keeping_its_time("static/robot.txt", "beep", "boop"),
    "change data, size and time kept": lambda s: s.keeping_its_time("data/talks.yaml", "First", "Third"),
    "change a template, size and time kept": lambda s: s.keeping_its_time(
        "templates/partials/talk_note.html", "request", "inquiry"
    ),
    # what was published, and what is remembered
    "delete a published file": delete_an_output,
    "change a published page": change_an_output,
    "change a published copy": change_a_copied_output,
    "change a published style sheet": change_an_asset_of_the_output,
    "delete all that was published": delete_the_output,
    "check out anew": check_out_anew,
    "truncate the cache": truncate_the_cache,
    "empty the cache": empty_the_cache,
    "fill the cache with garbage": fill_the_cache_with_garbage,
    "spoil the middle of the cache": spoil_the_middle_of_the_cache,
    "take a cache of another version": another_schema,
    "delete the cache": delete_the_cache,
}  # fmt: skip
"""Every change, by what it is. Made a second time, it is taken back (or is made again, where there is no way back)."""


@pytest.mark.parametrize("change", each_fourth(CHANGES))
def test_after_each_change_and_after_taking_it_back_the_site_equals_a_clean_build(law: LawSite, change: str) -> None:
    before = law.public()
    CHANGES[change](law)
    law.check()
    CHANGES[change](law)
    outcome = law.update()
    assert shown(outcome.problems) == []
    assert law.public() == before
    assert law.update().reasons == {}


def test_a_page_that_could_not_be_filled_is_filled_anew_when_its_template_is_mended(law: LawSite) -> None:
    broken = swapped("templates/partials/talks.html", "talk.title", "talk.nothing")
    # What the page asks for changes while it can't be filled, and no more when it can.
    law.swap("data/talks.yaml", "First talk", "Second talk")
    broken(law)
    assert law.check().published is None
    broken(law)
    law.check()
    assert "Second talk" in law.text("public/talks/index.html")


def test_the_cache_may_be_lost_while_the_published_site_is_kept(law: LawSite) -> None:
    shutil.rmtree(law.root / ".proofpress")
    law.check()
    law.swap(A, "Alpha", "Aleph")
    law.check()


def test_a_file_that_nobody_published_outlives_every_build(law: LawSite) -> None:
    foreign = law.root / "public/posts/a/mine.txt"
    foreign.write_text("mine")
    law.toggle(D)
    law.swap(A, "Alpha", "Aleph")
    assert law.update().published is not None
    law.swap("content/posts/b.md", "title: Beta", "title: Beta\nurl: /posts/b/")
    law.swap(A, " and [beta](b.md).", ".")
    assert law.update().published is not None
    assert law.public() == {str(path): data for path, data in law.clean().outputs.items()} | {
        "posts/a/mine.txt": b"mine"
    }


def test_a_build_with_an_error_leaves_every_byte_and_time_as_it_was(law: LawSite) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        files = [path for path in (law.root / "public").rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    law.swap(A, "Alpha", "Aleph")
    law.toggle(E)
    CHANGES["make an error"](law)
    outcome = law.update()
    assert outcome.published is None
    assert state() == before


def test_the_cache_of_one_output_folder_serves_another(law: LawSite) -> None:
    law.swap("site.yaml", "paginate: 2\n", "paginate: 2\noutput: printed\n")
    law.check()
    law.toggle(D)
    law.check()
    law.swap("site.yaml", "paginate: 2\n", "paginate: 2\noutput: printed\n")
    law.check()


def test_a_branch_that_is_left_and_come_back_to_is_as_it_was(law: LawSite) -> None:
    steps = ("delete a post", "change a title", "shadow a part", "set another title", "rename a tag")
    for step in (*steps, *steps):
        CHANGES[step](law)
        law.check()


def test_a_problem_in_the_settings_is_shown_with_its_line_as_it_stands_now(law: LawSite) -> None:
    law.swap("site.yaml", "url: about.md\n", "url: about.md#nobody  # to do\n")
    assert any("# to do" in line for line in shown(law.check().problems))
    law.swap("site.yaml", "# to do", "# to be done")
    law.check()


def test_a_problem_in_front_matter_is_shown_with_its_line_as_it_stands_now(law: LawSite) -> None:
    # Nothing that other pages learn, nor the text, changes with the line.
    law.swap(D, "slug: dee\n", "image: nowhere.png\nslug: dee\n")
    assert any(f"{D}:4:8: " in line for line in shown(law.check().problems))
    law.swap(D, "image: nowhere.png\n", "# a remark\nimage: nowhere.png\n")
    assert any(f"{D}:5:8: " in line for line in shown(law.check().problems))


class Editing(RuleBasedStateMachine):
    """A person at work: several changes, then a build, again and again."""

    template: LawSite
    folder: Path
    site: LawSite

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="law-"))
        self.site = copied(self.template, self.folder)

    @rule(changes=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3, unique=True))
    def change_and_build(self, changes: list[str]) -> None:
        for change in changes:
            CHANGES[change](self.site)
        self.site.check()

    @rule(
        path=st.sampled_from([A, B, C, D, E, BUNDLE]),
        title=st.sampled_from(["Alpha", "Alpha", "Zeta", "Å & <b>", "10"]),
        date=st.dates(min_value=NOW.date().replace(year=2024), max_value=NOW.date().replace(year=2028)),
        tags=st.lists(
            st.sampled_from(["GPU", "gpu", "Python", "C++", "C", "Once"]), unique_by=str.casefold, max_size=3
        ),
        link=st.sampled_from(["", "[a](/posts/a/)", "[a](a.md)", "![p](picture.png)", "[who](../about.md#who)"]),
        more=st.sampled_from(["", "draft: true\n", "aliases: [/old/d/]\n", "series: Deep\n", "toc: true\n"]),
    )
    def write_a_post(self, path: str, title: str, date: object, tags: list[str], link: str, more: str) -> None:
        head = f'---\ntitle: "{title}"\ndate: {date}\ntags: [{", ".join(tags)}]\n{more}---\n'
        self.site.write({path: f"{head}\nText of {title}.\n\n{link}\n"})
        self.site.check()

    @rule(width=st.integers(1, 9), height=st.integers(1, 9))
    def draw_a_picture(self, width: int, height: int) -> None:
        self.site.write({"content/posts/picture.png": png(width, height)})
        self.site.check()

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def test_after_any_sequence_of_changes_the_site_equals_a_clean_build(published_once: LawSite) -> None:
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415 - beside the machine that it runs

    class OfThisSite(Editing):
        template = published_once

    run_state_machine_as_test(
        OfThisSite,
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
