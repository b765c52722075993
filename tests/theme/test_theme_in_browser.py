"""What the default theme promises of a page as it is drawn: measured in a real browser, at three widths, in two schemes."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from theme_site import URL, outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.chromium

RICH = "posts/second/"
PATHS = ("", "posts/", RICH, "everything/", "about/", "archive/", "tags/", "tags/gpu/", "404.html")

FAINT = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => [0, 1, 2].map((i) => c[i] / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
    if (element.closest('script')) continue;
    seen += 1;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
  }
  return [seen, found];
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return outputs(tmp_path_factory.mktemp("theme"))


@pytest.fixture
def opened(browser: Browser, site: dict[str, bytes]) -> Iterator[Callable[..., Page]]:
    """Open a page of the site at a width and in a scheme. Whatever the site doesn't hold fails the test."""
    pages: list[Page] = []
    missing: list[str] = []

    def answer(route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path).removeprefix("/sub/")
        path += "index.html" if path.endswith("/") or not path else ""
        if not route.request.url.startswith(URL) or path not in site:
            missing.append(route.request.url)
            route.abort()
        else:
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=site[path], content_type=kind + "; charset=utf-8")

    def open_page(path: str, width: int, **options: Any) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        pages.append(page)
        page.route("**/*", answer)
        page.goto(URL + path)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert missing == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_scrolls_sideways(opened: Callable[..., Page], width: int) -> None:
    page = opened("", width)
    for path in PATHS:
        page.goto(URL + path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        beyond = page.evaluate(
            "[...document.querySelectorAll('main, main > *, article > *, .content > *, .site-header, .site-footer')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 80))"
        )
        assert beyond == [], path


def test_wide_code_tables_and_formulas_scroll_in_boxes_that_the_keyboard_reaches(opened: Callable[..., Page]) -> None:
    page = opened(RICH, 320)
    for box in (".listing pre", ".table", ".math"):
        wide = page.evaluate(
            f"[...document.querySelectorAll('.content > {box}')].filter(e => e.scrollWidth > e.clientWidth)"
            ".map(e => [e.tabIndex, getComputedStyle(e).overflowX])"
        )
        assert wide, box
        assert all(found == [0, "auto"] for found in wide), box


@pytest.mark.parametrize("width", [320, 1280])
def test_punctuation_stands_on_the_line_of_the_formula_before_it(opened: Callable[..., Page], width: int) -> None:
    page = opened(RICH, width)
    formulas, apart = page.evaluate(
        "(() => { const spans = [...document.querySelectorAll('.nowrap')]; const range = document.createRange();"
        " const apart = spans.filter(span => { range.selectNodeContents(span.lastChild);"
        " const mark = range.getBoundingClientRect(), box = span.firstChild.getBoundingClientRect();"
        " return mark.left < box.right - 8 || mark.top > box.bottom || mark.bottom < box.top; });"
        " return [spans.length, apart.map(span => span.textContent)]; })()"
    )
    assert formulas > 60
    assert apart == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_that_is_drawn_can_be_read(opened: Callable[..., Page], scheme: str) -> None:
    page = opened("", 1280, color_scheme=scheme)
    for path in PATHS:
        page.goto(URL + path)
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        seen, faint = page.evaluate(FAINT)
        assert seen > 10, path
        assert faint == [], path
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_a_faint_text_would_have_been_found(opened: Callable[..., Page]) -> None:
    page = opened("about/", 1280)
    page.add_style_tag(content="main p { color: #999; }")
    assert len(page.evaluate(FAINT)[1]) == 3


@pytest.mark.parametrize(("width", "shown"), [(320, "folded"), (768, "folded"), (1280, "beside")])
def test_one_outline_is_shown_where_there_is_room_for_it(opened: Callable[..., Page], width: int, shown: str) -> None:
    page = opened(RICH, width)
    assert page.locator(f".outline.{shown}").is_visible()
    assert page.locator(".outline:visible").count() == 1
    text = page.locator(".content").bounding_box()
    outline = page.locator(".outline:visible").bounding_box()
    assert text is not None
    assert outline is not None
    if shown == "beside":
        assert outline["x"] + outline["width"] < text["x"]
    else:
        assert outline["y"] + outline["height"] <= text["y"]


def test_a_line_of_prose_has_sixty_to_seventy_five_characters(opened: Callable[..., Page]) -> None:
    page = opened("about/", 1280)
    page.evaluate("document.querySelector('.content').innerHTML = '<p>' + 'the quick brown fox jumps over a lazy dog and '.repeat(40) + '</p>'")  # fmt: skip
    height, line = page.evaluate(
        "(() => { const p = document.querySelector('.content p'); const s = getComputedStyle(p);"
        " return [p.getBoundingClientRect().height, parseFloat(s.lineHeight)]; })()"
    )
    assert 60 <= 40 * 46 / round(height / line) <= 75


def test_the_first_key_offers_to_skip_the_header_and_does(opened: Callable[..., Page]) -> None:
    page = opened(RICH, 1280)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["height"] > 24
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_headings_anchor_shows_under_the_pointer_and_under_the_keyboard(opened: Callable[..., Page]) -> None:
    page = opened("about/", 1280)
    anchor = page.locator("a.anchor").first

    def opacity() -> str:
        return str(anchor.evaluate("e => getComputedStyle(e).opacity"))

    assert opacity() == "0"
    anchor.focus()
    assert opacity() == "1"
    anchor.blur()
    assert opacity() == "0"
    page.locator("h2#one").hover()
    assert opacity() == "1"


def test_what_is_touched_in_the_navigation_is_large_enough(opened: Callable[..., Page]) -> None:
    page = opened("archive/", 320, has_touch=True, is_mobile=True)
    heights = page.evaluate(
        "[...document.querySelectorAll('.site-header a, .site-footer a, .year li a')].map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 10
    assert min(heights) >= 44


def test_line_numbers_are_drawn_but_not_copied_and_a_marked_line_reaches_the_end_of_a_scrolled_box(
    opened: Callable[..., Page],
) -> None:
    page = opened(RICH, 320)
    copied, drawn, line, code = page.evaluate(
        "(() => { const pre = document.querySelector('pre.numbered'); const range = document.createRange();"
        " range.selectNodeContents(pre); getSelection().addRange(range); const m = pre.querySelector('.marked');"
        " return [getSelection().toString(), getComputedStyle(m, '::before').content,"
        " m.getBoundingClientRect().right, pre.querySelector('code').getBoundingClientRect().right]; })()"
    )
    assert copied.startswith("# A comment\nresult = ")
    assert "\n\n" not in copied.strip()
    assert drawn in ('"2"', "attr(data-line)")
    assert line == code > 320


def test_print_shows_the_text_alone_in_dark_ink(opened: Callable[..., Page]) -> None:
    page = opened(RICH, 720, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(".menu, .site-footer, .outline, .pager, .around, .related").locator("visible=true").count() == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    listing = page.evaluate("getComputedStyle(document.querySelector('.listing')).backgroundColor")
    assert min(int(part) for part in listing[4:-1].split(",")) > 230
