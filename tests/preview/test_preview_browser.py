"""The preview in a real browser: a save changes the page in place, and a broken build lays a panel over it."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from live_preview import SITE, Server, Site
from msgspec.structs import replace
from playwright.sync_api import sync_playwright
from shown_values import BROKEN, WARNED, shown
from shown_values import page as a_page

from proofpress.preview.shown import Ran, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
    from tests.conftest import NpmFile

    from proofpress.preview.shown import Shown

pytestmark = pytest.mark.chromium

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
DESKTOP: ViewportSize = {"width": 1000, "height": 700}
PHONE: ViewportSize = {"width": 320, "height": 640}
LONG = "content/posts/long.md"
PANEL = "document.querySelector('proofpress-preview')?.shadowRoot"
OPEN = (
    f"() => {{ const place = {PANEL}.querySelector('#place'); return !place.hidden && place.querySelector('section') }}"
)
CLOSED = f"() => {PANEL}?.querySelector('#place').hidden"
REVISION = "() => Number(document.querySelector('script[src=\"/_proofpress/preview.js\"]')?.dataset.revision)"
TOP = "() => document.querySelector('#here').getBoundingClientRect().top"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a fresh profile, which asks nobody for anything of its own accord."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


def visit(tab: Page, url: str) -> None:
    """Open a page, and wait until it hears of revisions and has learnt how it was served."""
    with (
        tab.expect_response(lambda answer: answer.request.resource_type == "fetch" and answer.url == url) as learnt,
        tab.expect_response("**/_proofpress/events*"),
    ):
        tab.goto(url)
    learnt.value.finished()


class Writer:
    """A site, the server that shows it, and browser tabs whose console stays silent."""

    def __init__(self, site: Site, server: Server, context: BrowserContext) -> None:
        self.site = site
        self.server = server
        self.context = context
        self.said: list[str] = []
        self.tab = self.open("/posts/long/")

    def open(self, path: str) -> Page:
        """Open a tab, and wait until it hears of revisions and knows what the page is."""
        tab = self.context.new_page()
        tab.on("console", self.console)
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        visit(tab, self.server.url + path)
        tab.evaluate("() => { window.stayed = true }")
        return tab

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def save(self, files: dict[str, str | None], *, follow: str = "", tabs: tuple[Page, ...] = ()) -> None:
        """Save files, have the site built and shown, and wait until the tabs show it."""
        self.site.write(files)
        self.show(self.site.built(follow), tabs)

    def show(self, shown: Shown, tabs: tuple[Page, ...] = ()) -> None:
        self.site.shown = shown
        self.server.show(shown)
        for tab in tabs or (self.tab,):
            tab.wait_for_function(f"number => ({REVISION})() === number", arg=shown.revision)

    def stayed(self, tab: Page | None = None) -> bool:
        """Tell whether the page has not been loaded anew since it was opened."""
        return bool((tab or self.tab).evaluate("() => window.stayed === true"))


@pytest.fixture
def write(browser: Browser, tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[Writer]]:
    """Start to write: a site with some files of its own, a server and a browser, which said nothing wrong at the end."""

    @contextlib.contextmanager
    def started(
        files: dict[str, str] | None = None, *, follow: bool = False, quiet: bool = True, **options: Any
    ) -> Iterator[Writer]:
        site = Site(tmp_path / "site", files)
        with (
            Server(site.shown, follow=follow) as server,
            browser.new_context(**({"viewport": DESKTOP} | options)) as context,
        ):
            writer = Writer(site, server, context)
            yield writer
            if quiet:
                assert writer.said == []

    return started


def post(text: str, title: str = "A long post") -> str:
    return f"---\ntitle: {title}\ndate: 2026-01-02\n---\n\n{text}\n"


def long_post(first: str = "The first sentence.") -> str:
    return SITE[LONG].replace("The first sentence.", first)


# ---------------------------------------------------------------- what a save changes


def test_an_edited_text_is_patched_in_place_and_shown_where(write: Any) -> None:
    with write() as writer:
        writer.save({LONG: long_post("The first sentence, mended.")})
        assert "The first sentence, mended." in writer.tab.inner_text("main")
        lit = "() => document.getAnimations().filter(a => a.id === 'proofpress').map(a => a.effect.target.textContent)"
        assert writer.tab.evaluate(lit) == ["The first sentence, mended."]
        assert writer.stayed()


def test_who_wants_no_motion_sees_none(write: Any) -> None:
    with write(reduced_motion="reduce") as writer:
        writer.save({LONG: long_post("The first sentence, mended.")})
        assert "mended" in writer.tab.inner_text("main")
        assert writer.tab.evaluate("() => document.getAnimations().length") == 0


def test_a_reader_stays_at_the_same_line_when_paragraphs_come_and_go_above(write: Any) -> None:
    with write() as writer:
        writer.tab.evaluate("() => { const p = [...document.querySelectorAll('main p')][40]; p.id = 'here' }")
        writer.tab.evaluate("() => document.querySelector('#here').scrollIntoView({behavior: 'instant'})")
        before = writer.tab.evaluate(TOP)
        for first in ("New.\n\n" * 12, "The first sentence.", "One more.\n\nAnd a last one.", ""):
            writer.save({LONG: long_post(first)})
            writer.tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert writer.tab.evaluate(TOP) == pytest.approx(before, abs=2)
        assert writer.stayed()


def test_a_listing_that_is_added_gets_its_button_and_a_tab_that_is_added_its_place(write: Any) -> None:
    one = '```python\nx = 1\n```\n\n```sh tab="pip"\npip\n```\n\n```sh tab="uv"\nuv\n```\n'
    with write({LONG: post(one)}) as writer:
        assert writer.tab.locator(".copy").count() == 3
        assert writer.tab.get_by_role("tab").all_inner_texts() == ["pip", "uv"]
        writer.save({LONG: post(f'{one}\n```sh tab="conda"\nconda\n```\n\nWords.\n\n```python\ny = 2\n```\n')})
        writer.tab.wait_for_function("document.querySelectorAll('.listing > .copy').length === 5")
        assert writer.tab.get_by_role("tab").all_inner_texts() == ["pip", "uv", "conda"]
        assert writer.tab.get_by_role("tab", selected=True).all_inner_texts() == ["pip"]
        assert writer.stayed()


def test_open_details_focus_selection_and_what_was_typed_stay(write: Any) -> None:
    text = "Before.\n\n<details><summary>More</summary>\n\nInside.\n\n</details>\n\n<input id='name'>\n\nA sentence to select."
    with write({LONG: post(text)}) as writer:
        tab = writer.tab
        tab.click("summary")
        tab.fill("#name", "typed")
        tab.focus("#name")
        tab.evaluate(
            """() => {
              const text = [...document.querySelectorAll('.content p')].at(-1).firstChild
              getSelection().setBaseAndExtent(text, 2, text, 10)
            }"""
        )
        was = tab.evaluate("() => document.activeElement.id")
        writer.save(
            {LONG: post(text.replace("Before.", "Before, edited.\n\nAnd more.").replace("select.", "select here."))}
        )
        assert tab.evaluate("() => document.querySelector('details').open")
        assert tab.input_value("#name") == "typed"
        assert tab.evaluate("() => document.activeElement.id") == was == "name"
        assert tab.evaluate("() => String(getSelection())") == "sentence"
        assert "A sentence to select here." in tab.inner_text("main")
        assert writer.stayed()


SAMPLE = """() => {
  window.bare = 0; window.frames_seen = 0
  const look = () => {
    window.frames_seen += 1
    if (getComputedStyle(document.body).getPropertyValue('--sheet') === '') window.bare += 1
    requestAnimationFrame(look)
  }
  look()
}"""


def test_a_style_sheet_is_swapped_without_a_moment_without_one(write: Any) -> None:
    sheet = "templates/static/style.css"
    with write({sheet: "body { --sheet: one; color: rgb(1, 2, 3) }"}) as writer:
        writer.tab.evaluate(SAMPLE)
        colour = "() => getComputedStyle(document.body).color"
        assert writer.tab.evaluate(colour) == "rgb(1, 2, 3)"
        for n in range(2, 8):
            writer.save({sheet: f"body {{ --sheet: one; color: rgb(1, 2, {n}) }}"})
            writer.tab.wait_for_function(f"n => ({colour})() === `rgb(1, 2, ${{n}})`", arg=n)
        sheets = "() => document.querySelectorAll('link[rel=stylesheet]').length"
        writer.tab.wait_for_function(f"() => ({sheets})() === 3")
        order = (
            "() => [...document.querySelectorAll('link[rel=stylesheet]')].map(l => l.href.match(/assets.([\\w-]+)/)[1])"
        )
        assert writer.tab.evaluate(order) == ["style-fonts", "wide", "print"]
        assert writer.tab.evaluate("() => frames_seen") > 0
        assert writer.tab.evaluate("() => bare") == 0
        assert writer.stayed()


def test_a_style_sheet_and_an_image_that_keep_their_names_are_loaded_again(write: Any) -> None:
    def picture(width: int) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="5"/>'

    site = {
        "site.yaml": SITE["site.yaml"],
        LONG: post('<link rel="stylesheet" href="/own.css">\n\n<img id="pic" src="/pic.svg" alt="A line">'),
        "static/own.css": "main { color: rgb(1, 1, 1) }",
        "static/pic.svg": picture(10),
    }
    with write(site) as writer:
        writer.tab.wait_for_function("() => document.querySelector('#pic').naturalWidth === 10")
        writer.save({"static/own.css": "main { color: rgb(2, 2, 2) }", "static/pic.svg": picture(20)})
        writer.tab.wait_for_function("() => getComputedStyle(document.querySelector('main')).color === 'rgb(2, 2, 2)'")
        writer.tab.wait_for_function("() => document.querySelector('#pic').naturalWidth === 20")
        assert writer.stayed()


def test_a_template_and_the_settings_change_every_page_in_place(write: Any) -> None:
    with write() as writer:
        other = writer.open("/")
        byline = {"templates/partials/byline.html": '<p id="mine" class="byline">By me, {{ page.title }}</p>'}
        writer.save(byline, tabs=(writer.tab, other))
        assert writer.tab.inner_text("#mine") == "By me, A long post"
        writer.save({"site.yaml": SITE["site.yaml"].replace("My blog", "Your blog")}, tabs=(writer.tab, other))
        assert writer.tab.title() == "A long post · Your blog"
        assert "Your blog" in other.title()
        assert other.inner_text(".site-footer p") == "Your blog"
        writer.save({"site.yaml": SITE["site.yaml"].replace("language: en", "language: de")}, tabs=(writer.tab, other))
        assert other.evaluate("() => document.documentElement.lang") == "de"
        assert writer.stayed()
        assert writer.stayed(other)


def test_a_page_that_goes_shows_the_page_not_found_and_comes_back(write: Any) -> None:
    with write(quiet=False) as writer:  # the browser notes every answer of 404 in its console
        writer.save({LONG: None})
        assert writer.tab.evaluate("() => document.body.className") == "not-found"
        writer.save({LONG: post("Here again.")})
        assert "Here again." in writer.tab.inner_text("main")
        assert writer.stayed()
        assert [text for text in writer.said if "404" not in text] == []


def test_two_tabs_hear_of_the_same_save_and_a_page_that_is_as_before_is_not_fetched(write: Any) -> None:
    with write() as writer:
        twin, other = writer.open("/posts/long/"), writer.open("/posts/other/")
        fetched: list[str] = []
        other.on("request", lambda request: fetched.append(request.url))
        # The listings of related posts show titles: the text alone leaves the other post as it is.
        writer.save(
            {LONG: long_post("Another first sentence.").replace("number 70", "number seventy")}, tabs=(writer.tab, twin)
        )
        other.wait_for_function(f"number => ({REVISION})() === number", arg=writer.site.shown.revision)
        for tab in (writer.tab, twin):
            assert "number seventy" in tab.inner_text("main")
            assert writer.stayed(tab)
        assert "posts/other/index.html" not in (writer.site.shown.changed or ())
        assert fetched == []


# ---------------------------------------------------------------- what the site's own scripts did


def scripted(script: str) -> str:
    """Return a post that brings a script of its own, as a theme would."""
    return post(
        "<div id='both' class='one left'>Both.</div>\n\nFirst.\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nLast.\n\n"
        f"<script>{script}</script>\n\nAfter."
    )


ENHANCE = """
window.runs = (window.runs || 0) + 1
document.documentElement.dataset.theme = 'dark'
document.body.classList.add('scripted')
document.querySelector('#both').classList.replace('left', 'mine')
for (const pre of document.querySelectorAll('main pre')) {
  const button = document.createElement('button'); button.className = 'clip'; button.textContent = 'Clip'
  pre.append(button)
}
for (const table of document.querySelectorAll('main table')) {
  const box = document.createElement('div'); box.className = 'box'; table.replaceWith(box); box.append(table)
}
""".strip()


def test_what_the_sites_scripts_did_to_a_page_stays_and_no_script_runs_twice(write: Any) -> None:
    with write({LONG: scripted(ENHANCE)}) as writer:
        tab = writer.tab
        assert tab.locator("main button.clip").count() == 1
        edited = scripted(ENHANCE).replace("First.", "First, edited.\n\nSecond.").replace("| 1 | 2 |", "| 1 | 3 |")
        writer.save({LONG: edited.replace("After.", "After it.").replace("one left", "two left")})
        assert tab.evaluate("() => document.querySelector('#both').className") == "two mine"
        assert "First, edited." in tab.inner_text("main")
        assert "After it." in tab.inner_text("main")
        assert tab.locator("main .box table td").all_inner_texts() == ["1", "3"]
        assert tab.locator("main button.clip").count() == 1
        assert tab.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert tab.evaluate("() => document.body.className") == "post scripted"
        writer.save({LONG: edited.replace("x = 1", "x = 2")})
        assert "x = 2" in tab.inner_text("main pre")
        assert tab.evaluate("() => window.runs") == 1
        assert writer.stayed()


def test_another_script_loads_the_page_anew_at_the_same_place(write: Any) -> None:
    tall = "\n\n" + "\n\n".join(f"Line {n}." for n in range(100))
    with write({LONG: scripted("window.which = 1") + tall}) as writer:
        writer.tab.evaluate("() => scrollTo({top: 900, behavior: 'instant'})")
        writer.save({LONG: scripted("window.which = 2") + tall})
        writer.tab.wait_for_function("() => window.which === 2")
        assert not writer.stayed()
        writer.tab.wait_for_function("() => Math.abs(scrollY - 900) < 2")


def test_a_script_that_keeps_its_name_loads_the_page_anew(write: Any) -> None:
    with write({LONG: post('<script src="/own.js"></script>'), "static/own.js": "window.which = 1"}) as writer:
        writer.save({"static/own.js": "window.which = 2"})
        writer.tab.wait_for_function("() => window.which === 2")


def test_an_edit_of_what_a_script_has_remade_loads_the_page_anew(write: Any) -> None:
    remake = "document.querySelector('.content p').innerHTML = '<b>remade</b>'"
    with write({LONG: scripted(remake)}) as writer:
        writer.save({LONG: scripted(remake).replace("Last.", "Last, edited.")})
        assert writer.stayed()
        writer.save({LONG: scripted(remake).replace("First.", "First, edited.")})
        writer.tab.wait_for_function("() => window.stayed === undefined && document.querySelector('.content b')")


# ---------------------------------------------------------------- the law


def tree(chance: random.Random, depth: int = 0) -> str:
    """Return a piece of HTML, some of it odd."""
    kind = chance.randrange(12)
    if depth > 3 or kind < 3:
        return chance.choice(["some text", "other <em>text</em> here", "\n", "<!-- said -->", "a &amp; b", "<br>"])
    inside = "".join(tree(chance, depth + 1) for _ in range(chance.randrange(5)))
    name = chance.choice(["p", "div", "ul", "section", "span", "details", "svg", "math", "template", "blockquote"])
    said = chance.choice(
        ["", "", ' class="a"', ' class="b c"', f' id="i{chance.randrange(9)}"', ' data-x="<&>"', " hidden"]
    )
    return f"<{name}{said}>{inside}</{name}>"


def document(chance: random.Random, parts: list[str]) -> bytes:
    head = "".join(
        chance.sample(['<meta name="a" content="1">', "<style>p { color: red }</style>", '<meta name="b">'], 2)
    )
    return (
        f'<!doctype html><html lang="{chance.choice(["en", "de"])}"><head><title>{len(parts)}</title>{head}</head>'
        f'<body class="{chance.choice(["x", "y z"])}">{"".join(parts)}</body></html>'
    ).encode()


SEEN = """() => {
  const clean = root => {
    for (const one of root.querySelectorAll('script, proofpress-preview')) one.remove()
    root.querySelector('body').normalize()
    return root.outerHTML
  }
  return clean(document.documentElement.cloneNode(true))
}"""
SERVED = """async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
  for (const one of page.querySelectorAll('script')) one.remove()
  page.body.normalize()
  return page.documentElement.outerHTML
}"""


def test_after_any_revisions_a_page_is_what_loading_it_gives(browser: Browser) -> None:
    chance = random.Random(20261121)
    parts = [tree(chance) for _ in range(12)]
    now = shown({"index.html": document(chance, parts)})
    with Server(now) as server, browser.new_context() as context:
        tab = context.new_page()
        visit(tab, server.url + "/")
        tab.evaluate("() => { window.stayed = true }")
        for revision in range(2, 42):
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(parts) + 1)
                match chance.randrange(4):
                    case 0:
                        parts.insert(at, tree(chance))
                    case 1 if len(parts) > 3:
                        parts.pop(at - 1)
                    case 2:
                        chance.shuffle(parts)
                    case _:
                        parts[at - 1] = tree(chance)
            now = shown({"index.html": document(chance, parts)}, revision=revision, changed=frozenset(["index.html"]))
            server.show(now)
            tab.wait_for_function(f"number => ({REVISION})() === number", arg=revision)
            assert tab.evaluate(SEEN) == tab.evaluate(SERVED), revision
        assert tab.evaluate("() => window.stayed")


# ---------------------------------------------------------------- problems


def test_a_broken_post_lays_a_panel_over_the_page_as_saved_which_goes_when_it_is_mended(write: Any) -> None:
    with write() as writer:
        tab = writer.tab
        writer.save({LONG: long_post("See [setup](setp.md).")})
        tab.wait_for_function(OPEN)
        problem = tab.locator(".problem.error")
        link = problem.locator("a.place")
        assert link.inner_text() == f"{LONG}:6:13"
        assert link.get_attribute("href") == f"vscode://file{writer.site.root.as_posix()}/{LONG}:6:13"
        assert "broken-link" in problem.inner_text()
        assert problem.locator("mark").inner_text() == "setp.md"
        carets, marked = problem.locator(".carets"), problem.locator("mark")
        assert "^^^" in carets.inner_text()
        assert "What could be built is shown" in tab.locator(".panel").inner_text()
        assert "See setup." in tab.inner_text("main")
        assert tab.evaluate("() => document.activeElement === document.body")
        said = tab.locator(".said")
        assert said.get_attribute("aria-live") == "polite"
        assert said.text_content().startswith("The build failed: 1 error")
        assert marked.count() == 1
        writer.save({LONG: long_post("See it.")})
        tab.wait_for_function(CLOSED)
        assert "See it." in tab.inner_text("main")
        assert said.text_content() == "The errors are mended."
        assert writer.stayed()


def test_a_site_that_was_broken_from_the_start_is_shown_when_it_is_mended(browser: Browser, tmp_path: Path) -> None:
    site = Site(tmp_path)
    with Server(shown(problems=[BROKEN])) as server, browser.new_context(viewport=DESKTOP) as context:
        tab = context.new_page()
        visit(tab, server.url + "/posts/long/")
        tab.wait_for_function(OPEN)
        assert "no page is made from" in tab.locator(".panel").inner_text()
        server.show(replace(site.shown, revision=2))
        tab.get_by_text("The first sentence.").wait_for()
        tab.wait_for_function(CLOSED)


def test_escape_closes_the_panel_until_the_next_change(write: Any) -> None:
    with write() as writer:
        tab = writer.tab
        writer.save({LONG: long_post("See [setup](setp.md).")})
        tab.wait_for_function(OPEN)
        tab.keyboard.press("Escape")
        tab.wait_for_function(CLOSED)
        assert tab.locator(".badge").inner_text() == "1 error"
        tab.reload()
        tab.wait_for_function(f"() => {PANEL}?.querySelector('.badge:not([hidden])')")
        assert tab.evaluate(CLOSED)
        writer.save({LONG: long_post("See [setup](setp.md) and [more](mor.md).")})
        tab.wait_for_function(OPEN)
        assert tab.locator(".problem.error").count() == 2
        tab.locator("button.close").click()
        tab.wait_for_function(CLOSED)
        assert tab.locator(".badge").inner_text() == "2 errors"


def test_warnings_alone_are_a_badge_that_opens_the_panel(write: Any) -> None:
    with write() as writer:
        tab = writer.tab
        writer.save({LONG: long_post("```pyton\nx = 1\n```")})
        badge = tab.locator(".badge")
        badge.wait_for()
        assert tab.evaluate(CLOSED)
        assert badge.inner_text() == "1 warning"
        badge.focus()
        tab.keyboard.press("Enter")
        tab.wait_for_function(OPEN)
        assert "unknown-language" in tab.locator(".panel").inner_text()
        assert "last good" not in tab.locator(".panel").inner_text()
        tab.keyboard.press("Escape")
        assert tab.evaluate(f"() => {PANEL}.activeElement.className") == "badge"
        writer.save({LONG: long_post()})
        badge.wait_for(state="hidden")


def test_the_end_of_a_page_is_not_covered_by_the_panel(write: Any) -> None:
    with write() as writer:
        writer.save({LONG: long_post("See [setup](setp.md).")})
        writer.tab.wait_for_function(OPEN)
        below = f"""() => {{
          scrollTo({{top: 1e6, behavior: 'instant'}})
          const end = document.querySelector('.site-footer').getBoundingClientRect().bottom
          return end <= {PANEL}.querySelector('section').getBoundingClientRect().top + 1
        }}"""
        writer.tab.wait_for_function(below)


def test_problems_and_drafts_are_seen_without_a_script(write: Any) -> None:
    with write() as writer:
        writer.site.drafts = frozenset(["posts/long/index.html"])
        writer.save({LONG: long_post("Still a draft.")})
        failing = replace(
            writer.site.shown, revision=9, problems=(BROKEN,), failed=True, stale=True, changed=frozenset()
        )
        writer.show(failing)
        browser = writer.context.browser
        assert browser is not None
        with browser.new_context(java_script_enabled=False) as context:
            tab = context.new_page()
            tab.goto(writer.server.url + "/posts/long/")
            assert "Still a draft." in tab.inner_text("main")
            assert tab.locator("proofpress-mark").is_visible()
            assert tab.locator("proofpress-mark").inner_text() == "Draft, not public yet"
            tab.locator("noscript a").click()
            tab.wait_for_url("**/_proofpress/")
            assert "no page is made from" in tab.inner_text("main")


def test_the_mark_of_a_draft_goes_when_it_is_published(write: Any) -> None:
    with write() as writer:
        writer.site.drafts = frozenset(["posts/long/index.html"])
        writer.save({LONG: long_post("A draft.")})
        assert writer.tab.locator("proofpress-mark").is_visible()
        writer.site.drafts = frozenset()
        writer.save({LONG: long_post("No draft.")})
        assert writer.tab.locator("proofpress-mark").count() == 0
        assert writer.stayed()


# ---------------------------------------------------------------- the connection


def test_the_browser_goes_to_the_page_that_was_saved_where_it_is_to_follow(write: Any) -> None:
    with write(follow=True) as writer:
        writer.site.write({"content/posts/other.md": post("Changed.", "Another post")})
        writer.server.show(writer.site.built("/posts/other/"))
        writer.tab.wait_for_url("**/posts/other/")
        writer.tab.goto(writer.server.url + "/posts/long/")  # one who goes elsewhere is not called back
        visit(writer.tab, writer.server.url + "/posts/long/")
        assert writer.tab.url.endswith("/posts/long/")


def test_without_follow_the_browser_stays_where_it_is(write: Any) -> None:
    with write() as writer:
        writer.save({"content/posts/other.md": post("Changed.", "Another post")}, follow="/posts/other/")
        assert writer.tab.url.endswith("/posts/long/")
        assert writer.stayed()


def test_a_server_that_is_away_is_told_of_and_the_page_comes_up_to_date_when_it_is_back(write: Any) -> None:
    with write(quiet=False) as writer:  # the browser notes every failed request in its console
        tab = writer.tab
        writer.server.stop()
        tab.locator(".away").wait_for()
        assert "is away" in (tab.locator(".said").text_content() or "")
        writer.site.write({LONG: long_post("Written meanwhile.")})
        writer.server.start(replace(writer.site.built(), revision=1, changed=None))
        tab.locator(".away").wait_for(state="hidden")
        tab.wait_for_function("() => document.querySelector('main').innerText.includes('Written meanwhile.')")
        assert writer.stayed()


def test_many_saves_at_once_end_with_the_last(write: Any) -> None:
    with write() as writer:
        for n in range(5):
            writer.site.write({LONG: long_post(f"Version {n}.")})
            writer.site.shown = writer.site.built()
            writer.server.show(writer.site.shown)
        writer.tab.wait_for_function(f"number => ({REVISION})() === number", arg=writer.site.shown.revision)
        assert "Version 4." in writer.tab.inner_text("main")
        assert writer.stayed()


def test_a_page_that_is_left_closes_its_stream(write: Any) -> None:
    with write() as writer:
        for _ in range(8):  # more than the connections that a browser opens to one server
            writer.tab.goto(writer.server.url + "/posts/other/")
            writer.tab.goto(writer.server.url + "/posts/long/")
        writer.save({LONG: long_post("Heard.")})
        assert "Heard." in writer.tab.inner_text("main")


def test_the_command_shows_each_save_of_a_real_site(browser: Browser, tmp_path: Path) -> None:
    Site(tmp_path)  # writes the files
    environment = os.environ | {"PYTHONWARNINGS": "error", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    environment.pop("PROOFPRESS_EDITOR", None)
    command = [sys.executable, "-m", "proofpress", "serve", "--port", "0", "--follow"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as serving:
        assert serving.stdout is not None
        try:
            address = next(found[0] for line in serving.stdout if (found := re.search(r"http://[^/]+(?=/)", line)))
            with browser.new_context(viewport=DESKTOP) as context:
                said: list[str] = []
                tab = context.new_page()
                tab.on("console", lambda message: said.append(message.text))
                tab.on("pageerror", lambda error: said.append(str(error)))
                visit(tab, address + "/posts/long/")
                tab.evaluate("() => { window.stayed = true }")
                save(tmp_path / LONG, long_post("Saved once."))
                tab.get_by_text("Saved once.").wait_for()
                save(tmp_path / LONG, long_post("See [setup](setp.md)."))
                tab.wait_for_function(OPEN)
                assert tab.locator("a.place").inner_text() == f"{LONG}:6:13"
                save(tmp_path / LONG, long_post("Mended."))
                tab.get_by_text("Mended.", exact=True).wait_for()
                tab.wait_for_function(CLOSED)
                save(tmp_path / "site.yaml", SITE["site.yaml"].replace("My blog", "Your blog"))
                tab.wait_for_function("() => document.title === 'A long post · Your blog'")
                save(tmp_path / "templates/static/style.css", "body { color: rgb(1, 2, 3) }")
                tab.wait_for_function("() => getComputedStyle(document.body).color === 'rgb(1, 2, 3)'")
                assert tab.evaluate("() => window.stayed")
                save(tmp_path / "content/posts/other.md", post("Followed.", "Another post"))
                tab.wait_for_url("**/posts/other/")
                assert said == []
        finally:
            serving.terminate()
            serving.communicate(timeout=20)


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


# ---------------------------------------------------------------- the report, and how all of it looks


def full(**fields: Any) -> Shown:
    """Return a site with every kind of thing that the preview shows of its own."""
    pages = tuple(
        a_page(f"posts/{n}/index.html", state="draft" if n == 3 else "future" if n == 5 else "public",
               title=f"Post number {n}", source=f"content/posts/{n}.md")
        for n in range(1000)
    )  # fmt: skip
    done = Report(
        seconds=0.234,
        phases=(("Scan", 0.012), ("Prepare", 0.120), ("Index and plan", 0.004), ("Fill", 0.090)),
        ran=tuple(Ran(f"/posts/{n}/", "its body changed", 0.0012) for n in range(60)),
        kept=940,
    )
    other = replace(
        BROKEN, path="templates/post.html", line=44, column=9, length=10, rule="template-error", hint="",
        message="'page.titel' is not there; a page has title", excerpt="    <h1>{{ page.titel }}</h1> <!-- 日本語 -->",
    )  # fmt: skip
    warnings = [replace(WARNED, line=n) for n in range(1, 13)]
    files = {"index.html": b"<!doctype html><html lang=en><title>x</title><main><h1>A page</h1><p>Text.</p></main>"}
    return shown(files, pages=pages, report=done, problems=[BROKEN, other, *warnings], **fields)


def test_the_report_comes_up_to_date_by_itself_and_finds_pages(browser: Browser) -> None:
    with Server(full()) as server, browser.new_context(viewport=DESKTOP) as context:
        tab = context.new_page()
        visit(tab, server.url + "/_proofpress/")
        tab.evaluate("() => { window.stayed = true }")
        assert "The build failed." in tab.inner_text(".status")
        tab.fill("#filter", "number 77")
        assert tab.inner_text("#found p") == "19 pages"
        assert tab.locator("#pages").is_hidden()
        server.show(replace(full(), revision=2, problems=(), failed=False, pages=full().pages[:78]))
        tab.wait_for_function(f"() => ({REVISION})() === 2")
        assert "Revision 2" in tab.inner_text(".status")
        assert tab.inner_text("#problems").endswith("Nothing is wrong.")
        tab.wait_for_function("() => document.querySelector('#found p').innerText === '1 page'")
        assert tab.input_value("#filter") == "number 77"
        tab.fill("#filter", "")
        assert tab.locator("#found").is_hidden()
        assert tab.evaluate("() => window.stayed")


@pytest.mark.parametrize("path", ["/", "/_proofpress/"])
def test_nothing_of_it_is_wider_than_a_telephone(browser: Browser, path: str) -> None:
    with Server(full()) as server, browser.new_context(viewport=PHONE) as context:
        tab = context.new_page()
        tab.goto(server.url + path)
        if path == "/":
            tab.wait_for_function(OPEN)
        wide = f"""() => [document.documentElement, {PANEL}.querySelector('section')]
          .filter(one => one && one.scrollWidth > one.clientWidth).map(one => one.outerHTML.slice(0, 80))"""
        assert tab.evaluate(wide) == []


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/_proofpress/"])
def test_axe_finds_no_violation(browser: Browser, npm_file: NpmFile, scheme: Any, path: str) -> None:
    axe = npm_file("axe-core/axe.min.js").read_text("utf-8")
    with Server(full()) as server, browser.new_context(viewport=DESKTOP, color_scheme=scheme) as context:
        tab = context.new_page()
        tab.goto(server.url + path)
        if path == "/":
            tab.wait_for_function(OPEN)
        tab.evaluate("() => { for (const one of document.querySelectorAll('#problems details')) one.open = true }")
        tab.evaluate(axe)
        found = tab.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
        assert [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]] == []
