"""The pages in a real browser: nothing fails, nothing overflows a telephone, everything drawn has a size, axe is content."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright
from published_pages import Output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, ViewportSize
    from tests.conftest import NpmFile, PublishedSite, Serve

pytestmark = pytest.mark.chromium

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PHONE: ViewportSize = {"width": 320, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
UNSIZED = """() => [...document.querySelectorAll('math, svg, img, video, pre, table')]
  .filter(e => e.checkVisibility() && (e.getBoundingClientRect().width < 1 || e.getBoundingClientRect().height < 1))
  .map(e => e.outerHTML.slice(0, 120))"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 80)).slice(0, 3).concat(String(document.documentElement.scrollWidth))"""
UNDRAWN = "() => [...document.images].filter(i => i.complete && i.naturalWidth === 0).map(i => i.src)"
PICTURES = """() => Promise.allSettled([...document.images].map(i => { i.loading = 'eager'; return i.decode() }))"""
AXE = "only => axe.run(only ? {runOnly: only} : {resultTypes: ['violations']})"
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that look at colours: between light and dark nothing else differs."""


@pytest.fixture(scope="module")  # two Playwrights at a time can't be, and other rooms start one too
def browser() -> Iterator[Browser]:
    """Chromium with a fresh profile, which asks nobody for anything of its own accord."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


class Visitor:
    """One browser window that reads a whole site and notes what goes wrong on the way."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.wrong: list[str] = []
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.note("script", str(error)))
        page.on("requestfailed", self.failed)
        page.on("response", self.response)
        page.on("request", self.request)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.note("console", message.text)

    def failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # we left the page before its icon had come
            self.note("failed", f"{request.url} {request.failure}")

    def response(self, answer: Response) -> None:
        if answer.status >= 400:
            self.note(str(answer.status), answer.url)

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.note("foreign", request.url)

    def note(self, kind: str, what: str) -> None:
        self.wrong.append(f"{self.page.url}: {kind}: {what}")

    def read(self, path: str) -> Any:
        """Open a page and wait until all of it has come, pictures far below included."""
        self.page.goto(self.address + path)
        self.page.evaluate(PICTURES)


def paths_of(site: PublishedSite, *, posts: int = 1000, alike: int = 1000) -> list[str]:
    """Return where the pages for reading are, below the site's address; of each kind of page at most so many."""
    output = Output(site.output, site.url)
    counted: Counter[str] = Counter()
    paths = ["404.html"]
    for name, page in output.documents():
        counted[page.kind] += 1
        if counted[page.kind] <= (posts if page.kind in ("post", "page") else alike):
            paths.append(output.url(name).removeprefix(output.base))
    return paths


def test_no_page_errs_fails_or_is_wider_than_a_telephone(site: PublishedSite, browser: Browser, serve: Serve) -> None:
    paths, found = paths_of(site), []
    with browser.new_context(viewport=PHONE) as context:
        visitor = Visitor(context.new_page(), serve(site.output, site.prefix))
        for path in paths:
            visitor.read(path)
            found += [f"{path}: too wide: {what}" for what in visitor.page.evaluate(TOO_WIDE)]
            found += [f"{path}: without a size: {what}" for what in visitor.page.evaluate(UNSIZED)]
            found += [f"{path}: not drawn: {what}" for what in visitor.page.evaluate(UNDRAWN)]
    assert found == []
    assert visitor.wrong == []


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(
    site: PublishedSite, browser: Browser, serve: Serve, npm_file: NpmFile, scheme: Any
) -> None:
    axe = npm_file("axe-core/axe.min.js").read_text("utf-8")
    dark = scheme == "dark"
    only = COLOURS if dark else None
    paths, found = paths_of(site, posts=4, alike=1) if dark else paths_of(site, alike=2), []
    with browser.new_context(viewport=DESKTOP, color_scheme=scheme) as context:
        page = context.new_page()
        for path in paths:
            page.goto(serve(site.output, site.prefix) + path)
            page.evaluate(axe)
            for violation in page.evaluate(AXE, only)["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    found += [f"{path}: {violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
    assert found == []


@pytest.mark.axe
@pytest.mark.parametrize("seen", [{"media": "print"}, {"forced_colors": "active"}], ids=["print", "forced"])
def test_axe_finds_nothing_on_paper_or_in_colours_of_the_system(
    rich_site: PublishedSite, browser: Browser, serve: Serve, npm_file: NpmFile, seen: Any
) -> None:
    axe = npm_file("axe-core/axe.min.js").read_text("utf-8")
    found = []
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.emulate_media(**seen)
        for path in paths_of(rich_site, posts=1, alike=1):
            page.goto(serve(rich_site.output, rich_site.prefix) + path)
            page.evaluate(axe)
            for violation in page.evaluate(AXE, None)["violations"]:
                found += [f"{path}: {violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
    assert found == []


def test_a_reader_with_a_keyboard_reaches_the_text_first(site: PublishedSite, browser: Browser, serve: Serve) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(serve(site.output, site.prefix))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.tagName") == "MAIN"


def test_a_title_that_attacks_runs_nowhere(rich_site: PublishedSite, browser: Browser, serve: Serve) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        opened: list[str] = []

        def dialog(box: Dialog) -> None:
            opened.append(box.message)
            box.dismiss()

        page.on("dialog", dialog)
        for path in ("", "posts/attack/", "archive/", "tags/", "tags/script-alert-3-script/", "posts/page/3/"):
            assert page.goto(serve(rich_site.output, rich_site.prefix) + path) is not None
        assert opened == []


def test_an_alias_takes_its_reader_to_the_page(rich_site: PublishedSite, browser: Browser, serve: Serve) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        address = serve(rich_site.output, rich_site.prefix)
        page.goto(address + "old/the%20dialect/")
        page.wait_for_url(address + "posts/dialect/")
        assert page.title().startswith("Every form of the dialect: `code`, $x$ & <em>")
