"""The theme's type and colours as a browser draws them: which fonts a page loads, how long its lines are, who chose light."""

from __future__ import annotations

import functools
import mimetypes
import re
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from theme_site import SETTINGS, outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page
    from tests.conftest import PublishedSite

pytestmark = pytest.mark.chromium

STATIC = Path(__file__).parents[2] / "templates" / "static"
PROSE = ("posts/applications/", "about/", "archive/")
FORMULAS = "posts/activations/"
LATE = 0.25
"""Seconds by which the server keeps fonts back."""
POLICY = "default-src 'self'"
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });"""
REFUSED = """window.refused = []; document.addEventListener('securitypolicyviolation',
  (event) => refused.push(`${event.violatedDirective} ${event.sourceFile ?? ''} ${event.sample}`));"""
SENTENCES = (
    "The gradient of a loss tells each weight which way to go, but not how far, and most of what optimisers do is about that. "
    "A step that is right for one weight is wrong for another, since their curvatures differ by orders of magnitude. "
)


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder with late fonts and with the policy under which nothing inline may run."""

    def do_GET(self) -> None:
        if self.path.endswith(".woff2"):
            time.sleep(LATE)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the standard library gives
        """Say nothing: requests are not what a test tells of."""


@pytest.fixture(scope="module")
def address(own_site: PublishedSite) -> Iterator[str]:
    """Where this repository's own site is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(own_site.output))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a window of its own profile, in which nothing is cached, at a width."""
    opened = []

    def open_window(width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        opened.append(context)
        page = context.new_page()
        page.add_init_script(SHIFTS + REFUSED)
        return page

    yield open_window
    for context in opened:
        context.close()


def fonts_of(page: Page, url: str) -> dict[str, int]:
    """Open a page and return the bytes of each font that it loads, by the font's name."""
    found: dict[str, int] = {}

    def note(response: Any) -> None:
        if response.url.endswith(".woff2"):
            found[Path(response.url).name.split(".")[0]] = len(response.body())

    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(url, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    return found


def posts_of(site: PublishedSite) -> list[str]:
    return [f"posts/{path.parent.name}/" for path in sorted(site.output.glob("posts/*/index.html"))]


def test_a_page_of_prose_loads_two_fonts_and_one_with_code_and_formulas_four(
    address: str, window: Callable[..., Page]
) -> None:
    about = fonts_of(window(), f"{address}about/")
    assert about.keys() <= {"text-latin-normal", "text-latin-italic", "code"}
    assert sum(about.values()) <= 80_000
    rich = fonts_of(window(), address + FORMULAS)
    assert rich.keys() == {"text-latin-normal", "text-latin-italic", "code", "math"}
    assert sum(rich.values()) <= 130_000


def test_every_post_of_the_blog_keeps_to_the_budget_of_fonts(
    own_site: PublishedSite, address: str, window: Callable[..., Page]
) -> None:
    loaded = {}
    for path in posts_of(own_site):
        page = window()
        page.goto(address + path)
        loaded[path] = page.evaluate(
            "document.fonts.ready.then(() => performance.getEntriesByType('resource')"
            ".filter((one) => one.name.endsWith('.woff2')).reduce((sum, one) => sum + one.encodedBodySize, 0))"
        )
    assert min(loaded.values()) > 20_000
    assert len(loaded) > 8
    assert {path: size for path, size in loaded.items() if size > 130_000} == {}


def test_only_the_roman_is_asked_for_before_the_style_sheets_are_read(own_site: PublishedSite) -> None:
    page = (own_site.output / "posts" / "activations" / "index.html").read_text("utf-8")
    preloaded = re.findall(r'<link rel="preload" href="([^"]+)" as="font" type="font/woff2" crossorigin>', page)
    assert [Path(url).name.split(".")[0] for url in preloaded] == ["text-latin-normal"]
    assert (own_site.output / preloaded[0].lstrip("/")).is_file()
    assert page.index("preload") < page.index('rel="stylesheet"')


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PROSE)
def test_late_fonts_move_nothing_on_a_page_of_prose(
    address: str, window: Callable[..., Page], path: str, width: int
) -> None:
    page = window(width)
    fonts_of(page, address + path)
    page.wait_for_function("document.fonts.check('20px \"STIX Two Text\"')")
    assert page.evaluate("shifted") <= 0.002


def test_late_fonts_of_mathematics_move_nothing_either(address: str, window: Callable[..., Page]) -> None:
    for path, width in (("tags/vision/", 1280), ("posts/convolutional-networks/", 360), ("posts/autoencoders/", 360)):
        page = window(width)
        assert "math" in fonts_of(page, address + path), path
        page.wait_for_function("document.fonts.check('20px \"STIX Two Math\"')")
        assert page.evaluate("shifted") <= 0.002, path


def test_a_line_of_prose_has_62_to_68_characters_and_a_line_of_code_80(
    address: str, window: Callable[..., Page]
) -> None:
    page = window(1280)
    fonts_of(page, address + FORMULAS)
    page.evaluate(
        "([prose, code]) => { document.querySelector('.content').innerHTML ="
        " `<p>${prose}</p><div class='listing'><pre><code>${code}</code></pre></div>`; }",
        [SENTENCES * 12, "x" * 80],
    )
    lines = page.evaluate(
        "() => { const p = document.querySelector('.content p');"
        " return p.getBoundingClientRect().height / parseFloat(getComputedStyle(p).lineHeight); }"
    )
    assert 62 <= len(SENTENCES * 12) / round(lines) <= 68
    wide, room = page.evaluate(
        "() => { const pre = document.querySelector('.listing pre'); return [pre.scrollWidth, pre.clientWidth]; }"
    )
    assert wide == room


def test_code_is_86_hundredths_of_the_prose_by_the_height_of_x(address: str, window: Callable[..., Page]) -> None:
    page = window(1280)
    fonts_of(page, address + FORMULAS)
    prose, code = page.evaluate(
        "() => { const height = (element) => { const draw = document.createElement('canvas').getContext('2d');"
        " const { fontFamily, fontSize } = getComputedStyle(element); draw.font = `1000px ${fontFamily}`;"
        " return draw.measureText('x').actualBoundingBoxAscent * parseFloat(fontSize) / 1000; };"
        " return ['.content p', '.listing code'].map((one) => height(document.querySelector(one))); }"
    )
    assert code / prose == pytest.approx(0.86, abs=0.015)


def test_a_site_that_wants_the_fonts_of_the_system_links_none(tmp_path: Path) -> None:
    files = {"site.yaml": f"{SETTINGS}theme: {{fonts: system}}\n", "content/about.md": "# About\n\nText."}
    files |= {"content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n\nText.", "content/posts/index.md": "Text."}
    page = outputs(tmp_path, files)["about/index.html"].decode()
    assert "fonts" not in page
    assert "/assets/style." in page


def test_a_font_whose_name_is_reserved_bears_another_and_licences_lie_beside_them_all() -> None:
    licence = (STATIC / "fonts" / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name 'Source'" in licence
    sheet = (STATIC / "fonts.css").read_text("utf-8")
    assert "Source" not in sheet
    files = {path.name for path in (STATIC / "fonts").glob("*.woff2")}
    assert files == set(re.findall(r'url\("fonts/([^"]+)"\)', sheet))
    assert all(name.startswith(("text-", "math", "code")) for name in files)


def test_no_page_breaks_a_policy_that_allows_the_sites_own_files_alone(
    own_site: PublishedSite, address: str, window: Callable[..., Page]
) -> None:
    page, found = window(), []
    paths = [path.relative_to(own_site.output).as_posix() for path in own_site.output.rglob("*.html")]
    for path in sorted(paths):
        page.goto(address + path)
        refused = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(window.refused), 20)))"
        found += [f"{path}: {one}" for one in page.evaluate(f"document.fonts.ready.then(() => {refused})")]
    assert len(paths) > 20
    assert found == []


def test_what_the_policy_refuses_is_found(address: str, window: Callable[..., Page]) -> None:
    page = window()
    page.goto(f"{address}about/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    assert page.evaluate("new Promise((done) => setTimeout(() => done(refused.length), 50))") >= 1


# ---------------------------------------------------------------- who chooses the colours


def ground(page: Page) -> tuple[str, str]:
    """Return what page and listing are drawn on."""
    found = page.evaluate(
        "['html', '.listing'].map((one) => getComputedStyle(document.querySelector(one)).backgroundColor)"
    )
    return found[0], found[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_changes_page_and_listings_and_is_remembered(
    address: str, window: Callable[..., Page], scheme: str
) -> None:
    page = window(color_scheme=scheme)
    page.goto(address + FORMULAS)
    first, switch = ground(page), page.locator(".scheme")
    assert switch.get_attribute("aria-pressed") == str(scheme == "dark").lower()
    switch.click()
    other = ground(page)
    assert other[0] != first[0]
    assert other[1] != first[1]
    page.goto(f"{address}about/")
    page.goto(address + FORMULAS)
    assert ground(page) == other
    page.locator(".scheme").click()
    assert ground(page) == first


def test_what_was_chosen_is_there_before_the_first_thing_is_drawn(address: str, window: Callable[..., Page]) -> None:
    page = window(color_scheme="light")
    page.goto(address + FORMULAS)
    page.locator(".scheme").click()
    page.add_init_script(
        "new MutationObserver((_, own) => { if (document.body) { window.begun = document.documentElement.dataset.theme;"
        " own.disconnect(); } }).observe(document, { childList: true, subtree: true });"
    )
    page.goto(f"{address}about/")
    assert page.evaluate("begun") == "dark"


def test_without_a_script_the_system_decides_and_no_switch_is_shown(address: str, window: Callable[..., Page]) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = window(color_scheme=scheme, java_script_enabled=False)
        page.goto(address + FORMULAS)
        assert page.locator(".scheme").is_hidden()
        assert page.locator(".content").is_visible()
        grounds.add(page.screenshot(clip={"x": 0, "y": 600, "width": 40, "height": 40}))
    assert len(grounds) == 2


def test_the_script_of_the_switch_is_small() -> None:
    assert len((STATIC / "theme.js").read_bytes()) < 1000


def test_paper_is_white_whatever_was_chosen(address: str, window: Callable[..., Page]) -> None:
    page = window(color_scheme="light")
    page.goto(address + FORMULAS)
    page.locator(".scheme").click()
    page.emulate_media(media="print")
    page_ground, listing = ground(page)
    assert page_ground == "rgb(255, 255, 255)"
    assert min(int(part) for part in re.findall(r"\d+", listing)) > 230


def test_on_paper_a_figure_is_low_and_keeps_with_nothing_and_a_listing_breaks(
    address: str, window: Callable[..., Page]
) -> None:
    page = window()
    page.goto(f"{address}posts/a-short-history/")
    page.emulate_media(media="print")
    figure, caption, listing, title = page.evaluate(
        "['figure:not(.listing) > img', 'figure:not(.listing) > figcaption', '.listing', '.listing > figcaption']"
        ".map((one) => document.querySelector(one)).map((e) => ({ height: e.getBoundingClientRect().height,"
        " after: getComputedStyle(e).breakAfter, inside: getComputedStyle(e).breakInside }))"
    )
    assert 0 < figure["height"] <= 7 * 96 / 2.54 + 1
    assert (caption["after"], title["after"], listing["inside"]) == ("auto", "avoid", "auto")


# ---------------------------------------------------------------- what is wide, and what stands in the margin

LAID_OUT = """
A paragraph that a note belongs to.

:::margin
A note of some words, which has the margin for itself.
:::

Another paragraph, with some more words in it, so that the note stands beside it as well, as far down as it goes.

![A square](square.svg){.wide}

| a | b |
|---|---|
| 1 | 2 |
{: .wide}
"""


@pytest.mark.parametrize(("width", "beside"), [(360, False), (1200, False), (1280, True)])
def test_a_note_stands_in_the_margin_where_there_is_one_and_what_is_wide_reaches_into_it(
    tmp_path: Path, window: Callable[..., Page], width: int, *, beside: bool
) -> None:
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/square.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"/>',
        "content/a.md": f"# A\n{LAID_OUT}",
    }
    site = outputs(tmp_path, files)
    page = window(width)
    page.route("**/*", lambda route: route.fulfill(**_answer(site, route.request.url)))
    page.goto("https://me.example/a/")
    text, note, figure, table = (
        page.locator(f".content > {one}").first.bounding_box() for one in ("p", ".margin", "figure", ".table")
    )
    assert text is not None
    assert note is not None
    assert figure is not None
    assert table is not None
    end = text["x"] + text["width"]
    assert (note["x"] >= end) == beside
    assert max(note["x"] + note["width"], figure["x"] + figure["width"]) <= width
    assert (figure["width"] > text["width"] + 100) == (table["width"] > text["width"] + 100) == (width > 1088)
    assert figure["y"] >= note["y"] + note["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_from_right_to_left_a_listing_reaches_into_the_margin_of_notes_not_of_the_outline(
    tmp_path: Path, window: Callable[..., Page]
) -> None:
    listing = f"```python\n{'x' * 90}\n```\n\n$$ x = y $$\n"
    settings = "title: Mine\nurl: https://me.example/\nlanguage: ar\n"
    site = outputs(tmp_path, {"site.yaml": settings, "content/a.md": f"# A\n\nText.\n\n{listing}"})
    page = window(1280)
    page.route("**/*", lambda route: route.fulfill(**_answer(site, route.request.url)))
    page.goto("https://me.example/a/")
    boxes = [page.locator(f".content > {one}").bounding_box() for one in ("p", ".listing", ".math")]
    ends = [(box["x"], box["x"] + box["width"]) for box in boxes if box is not None]
    (left, right), *others = ends
    assert len(others) == 2
    assert all(begin < left - 200 and end <= right + 20 for begin, end in others)


def _answer(site: dict[str, bytes], url: str) -> dict[str, Any]:
    path = url.removeprefix("https://me.example/")
    path += "index.html" if path.endswith("/") else ""
    return {"body": site[path], "content_type": mimetypes.guess_type(path)[0] or "application/octet-stream"}
