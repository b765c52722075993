"""Formulas are drawn as TeX means them: measured in a real browser, under a policy that forbids inline styles."""

from __future__ import annotations

import base64
import mimetypes
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from theme_site import URL, outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.chromium

POLICY = "default-src 'self'"
TALL = r"\frac{\frac{a}{b}}{\frac{c}{d}}"
FORMULAS = {
    "round": rf"\left( {TALL} \right)",
    "angle": rf"\left< {TALL} \right>",
    "matrix": r"\begin{bmatrix} a \\ b \\ c \\ d \end{bmatrix}",
    "sum": r"\sum_{i=1}^{n} \frac{a}{b}",
    "operator": r"\mathop{\mathbf{E}}_{x}^{y} f",
    "root": rf"\sqrt{{{TALL}}}",
    "surd": r"\sqrt{n} \sqrt{2}",
    "tag": r"E = mc^2 \tag{7}",
    "align": "\\begin{align} a &= b + c \\\\ c + d &= e \\\\ \\end{align}",
    "flalign": r"\begin{flalign*} a &= b \end{flalign*}",
    "rows": r"\begin{aligned} a &= b \\ c &= d \\ e &= f \end{aligned}",
    "gaps": r"\begin{aligned} a &= b \\[1em] c &= d \\[0.5em] e &= f \end{aligned}",
    "boxed": rf"\boxed{{{TALL}}}",
    "cancel": r"\cancel{x + y}",
    "arrow": r"\xrightarrow{\text{much longer than an arrow}}",
    "brace": r"\underbrace{a + b + c + d + e + f}_{n}",
    "overline": r"\overline{a + b + c}",
    "lines": r"\begin{array}{|c|c|} \hline a & b \\ \hline c & d \\ \hline \end{array}",
    "tight": r"\begin{array}{r@{}l} aaa & b \\ c & ddd \end{array}",
    "smash": rf"a \smash{{{TALL}}} b",
    "left": r"a \mathllap{xyz} b",
    "both": r"\sum_{\mathclap{1 \le i \le j \le n}} x",
    "rule": r"\rule[-0.5em]{2em}{1em}",
    "colour": r"\textcolor{red}{x} \colorbox{yellow}{y}",
    "back": r"a \hspace{-0.5em} b",
    "part": r"\begin{array}{cc} a & b \\ \cline{2-2} c & d \end{array}",
    "last": r"\begin{array}{cc} a & b \\ c & d \\ \cline{1-1} \end{array}",
    "words": r"\begin{tabular}{lr} a long word & $x$ \\ b & c \end{tabular}",
    "size": r"x {\Huge x} x",
    "frame": r"\fcolorbox{red}{yellow}{words}",
    "circle": r"\enclose{circle}{x + y}",
    "water": r"\ce{H2O ->[\Delta] OH-}",
    "link": r"\href{https://a.example/}{\frac{x}{y}}",
}
TABLE = "left | middle | right\n:--|:-:|--:\n1 | 2 | 3\n\na | b\n--|--\n1 | 2\n{width=50%}\n\n![Half](square.svg){width=50%}\n"


class Box(NamedTuple):
    """Where something is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def holds(self, other: Box, by: float = 0.6) -> bool:
        """Tell whether another box lies within, to the fraction of a pixel that is rounded."""
        return (
            self.left <= other.left + by
            and self.right >= other.right - by
            and self.top <= other.top + by
            and self.bottom >= other.bottom - by
        )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of the default theme with every formula, each in a container of its name."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and needed here alone

    shown = "\n\n".join(f"::: {{.f-{name}}}\n$$\n{tex}\n$$\n:::" for name, tex in FORMULAS.items())
    files = {
        "site.yaml": f"title: Formulas\nurl: {URL}\n",
        "content/index.md": f"# Formulas\n\n{shown}\n\n{TABLE}",
        "content/square.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"/>',
        "content/plain.md": "# Plain\n\nNo formula, and no width- either.",
    }
    site = outputs(tmp_path_factory.mktemp("formulas"), files)

    def answer(route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path).removeprefix("/sub/")
        path += "index.html" if path.endswith("/") or not path else ""
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = {"Content-Security-Policy": POLICY, "Content-Type": f"{kind}; charset=utf-8"}
        route.fulfill(status=200 if path in site else 404, body=site.get(path, b""), headers=headers)

    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 700, "height": 4000}, reduced_motion="reduce")
        page.add_init_script(
            "window.refused = []; addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective))"
        )
        page.route("**/*", answer)
        page.goto(URL)
        page.evaluate("document.fonts.ready")
        yield page
        browser.close()


def boxes(page: Page, name: str, selector: str) -> list[Box]:
    """Return where each element of a formula that a selector finds is drawn."""
    found = page.evaluate(
        "(s) => [...document.querySelectorAll(s)].map((e) => e.getBoundingClientRect())"
        ".map((r) => [r.left, r.top, r.right, r.bottom])",
        f".f-{name} {selector}",
    )
    return [Box(*one) for one in found]


def box(page: Page, name: str, selector: str) -> Box:
    """Return where the one element that a selector finds is drawn."""
    (found,) = boxes(page, name, selector)
    return found


def styled(page: Page, selector: str, what: str) -> str:
    """Return a computed property of the first element that a selector finds."""
    found: str = page.evaluate("([s, p]) => getComputedStyle(document.querySelector(s))[p]", [selector, what])
    return found


def inked(page: Page, area: Box) -> Box:
    """Return how far what is darker than the paper reaches within an area."""
    clip: Any = {"x": area.left, "y": area.top, "width": area.width, "height": area.height}
    picture = base64.b64encode(page.screenshot(clip=clip)).decode()
    browser = page.context.browser
    assert browser is not None
    reader = browser.new_page()  # one without the policy, which would refuse the picture
    found = reader.evaluate(
        """async (data) => {
          const image = new Image();
          image.src = 'data:image/png;base64,' + data;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
          canvas.drawImage(image, 0, 0);
          const pixels = canvas.getImageData(0, 0, image.width, image.height).data;
          const at = { x: [], y: [] };
          for (let i = 0; i < pixels.length; i += 4) {
            if (pixels[i] + pixels[i + 1] + pixels[i + 2] < 500) {
              at.x.push((i / 4) % image.width);
              at.y.push(Math.floor(i / 4 / image.width));
            }
          }
          return [Math.min(...at.x), Math.min(...at.y), Math.max(...at.x) + 1, Math.max(...at.y) + 1];
        }""",
        picture,
    )
    reader.close()
    left, top, right, bottom = found
    return Box(area.left + left, area.top + top, area.left + right, area.top + bottom)


def test_the_policy_refuses_nothing_of_what_markdown_makes(page: Page) -> None:
    assert page.evaluate("window.refused") == []
    assert page.evaluate("document.querySelectorAll('.content [style]').length") == 0
    page.evaluate("document.querySelector('.content').setAttribute('style', 'color: red')")
    page.wait_for_function("window.refused.length === 1")  # it would have
    page.evaluate("document.querySelector('.content').removeAttribute('style')")


def test_a_page_loads_the_style_sheets_of_what_it_has(page: Page) -> None:
    sheets = "[...document.styleSheets].map((s) => s.href.split('/').pop().split('.')[0])"
    assert {"math", "widths"} <= set(page.evaluate(sheets))
    found = page.evaluate("async (url) => (await fetch(url)).text()", f"{URL}plain/")
    assert "/style-fonts." in found
    assert "/math." not in found


@pytest.mark.parametrize("name", ["round", "angle", "matrix"])
def test_brackets_are_as_high_as_what_they_hold(page: Page, name: str) -> None:
    held = box(page, name, "mtable" if name == "matrix" else "math > mrow > mfrac")
    for bracket in boxes(page, name, "math > mrow > mo"):
        assert bracket.height >= 0.9 * held.height
        assert abs((bracket.top + bracket.bottom) - (held.top + held.bottom)) / 2 < 0.12 * held.height


def test_a_sum_is_large_in_display_with_its_limits_above_and_below(page: Page) -> None:
    base, under, over = boxes(page, "sum", "munderover > *")
    assert base.height >= 1.2 * float(styled(page, ".f-sum math", "fontSize").removesuffix("px"))
    assert over.bottom <= base.top + 1
    assert under.top >= base.bottom - 1
    assert abs(over.middle - base.middle) < base.width / 2


def test_an_operator_of_ones_own_has_its_limits_above_and_below(page: Page) -> None:
    base, under, over = boxes(page, "operator", "munderover > *")
    assert over.bottom <= base.top + 1
    assert under.top >= base.bottom - 1


def test_a_root_covers_what_it_holds(page: Page) -> None:
    root, held = box(page, "root", "msqrt"), box(page, "root", "msqrt > mfrac")
    assert root.holds(held, by=1.2)  # small letters are a little wider than the room that Chromium reckons for them
    assert root.left < held.left - 4
    ink = inked(page, root)
    assert ink.top <= held.top
    assert ink.bottom >= held.top + 0.9 * held.height


def test_nothing_is_left_free_behind_a_root(page: Page) -> None:
    roots, held = boxes(page, "surd", "msqrt"), boxes(page, "surd", "msqrt > *")
    assert len(roots) == len(held) == 2
    assert all(abs(root.right - one.right) < 1 for root, one in zip(roots, held, strict=True))


@pytest.mark.parametrize(("name", "numbers"), [("tag", ["(7)"]), ("align", ["(1)", "(2)"])])
def test_numbers_stand_at_the_right_edge_and_equations_in_the_middle(page: Page, name: str, numbers: list[str]) -> None:
    frame = box(page, name, "math")
    ends = f".f-{name} mtr > :last-child"
    assert page.evaluate("(s) => [...document.querySelectorAll(s)].map((e) => e.textContent)", ends) == numbers
    assert all(abs(one.right - frame.right) < 2 for one in boxes(page, name, "mtr > :last-child > mtext"))
    rows = boxes(page, name, "mtr > mtd:not(:first-child, :last-child)")
    assert abs((min(one.left for one in rows) + max(one.right for one in rows)) / 2 - frame.middle) < 3


def test_equations_that_are_flush_begin_at_the_left_edge(page: Page) -> None:
    assert box(page, "flalign", "mtd > mi:first-child").left - box(page, "flalign", "math").left < 12


def test_signs_of_equality_stand_below_each_other(page: Page) -> None:
    first, second = boxes(page, "align", "mtd > mo:first-child")
    assert abs(first.left - second.left) < 0.5


def test_a_row_stands_as_far_from_the_next_as_it_asks(page: Page) -> None:
    size = float(styled(page, ".f-gaps math", "fontSize").removesuffix("px"))
    plain = [one.top for one in boxes(page, "rows", "mtr")]
    apart = [one.top for one in boxes(page, "gaps", "mtr")]
    grown = [(b - a) - (plain[1] - plain[0]) for a, b in pairwise(apart)]
    assert grown == pytest.approx([size, size / 2], abs=1)


def test_a_box_is_drawn_around_what_it_holds_and_a_stroke_through_it(page: Page) -> None:
    frame, held = box(page, "boxed", "menclose"), box(page, "boxed", "menclose > mfrac")
    assert frame.holds(held)
    assert frame.left < held.left - 3
    assert frame.top < held.top - 3
    assert inked(page, frame).holds(frame, by=1.5)
    struck = box(page, "cancel", "menclose")
    ink = inked(page, struck)
    letters = boxes(page, "cancel", "menclose > mrow > *")
    assert ink.top < min(one.top for one in letters) + 1.5
    assert ink.bottom > max(one.bottom for one in letters) - 1.5


@pytest.mark.parametrize(
    ("name", "held", "area"),
    [("arrow", "mover mtext", "math > mrow > mover"), ("brace", "munder > munder > mrow", "munder > munder")],
)
def test_arrows_and_braces_are_as_wide_as_what_they_hold(page: Page, name: str, held: str, area: str) -> None:
    words, whole = box(page, name, held), box(page, name, area)
    below = inked(page, whole._replace(top=words.bottom + 0.5))
    assert below.width >= 0.95 * words.width
    assert abs(below.middle - words.middle) < 4


def test_a_line_over_letters_is_as_wide_as_they_are(page: Page) -> None:
    whole, held = box(page, "overline", "mover"), box(page, "overline", "mover > mrow")
    line = inked(page, whole._replace(bottom=whole.top + 2))
    assert abs(line.width - held.width) < 2.5
    assert box(page, "overline", "mover > mo").height < 1  # the line is drawn once


def test_lines_of_an_array_close_around_it(page: Page) -> None:
    rows = boxes(page, "lines", "mtr")
    assert len(rows) == 2
    whole = box(page, "lines", "mtable")
    assert abs(whole.bottom - rows[1].bottom) < 2
    assert inked(page, whole).holds(whole, by=1.5)


def test_columns_stand_together_where_nothing_is_between_them(page: Page) -> None:
    left, right = boxes(page, "tight", "mtr:first-child > mtd")
    last, first = boxes(page, "tight", "mtr:first-child mrow, mtr:first-child mi")[2:4]
    assert abs(left.right - right.left) < 0.5
    assert abs(first.left - last.right) < 2


def test_what_is_smashed_takes_no_room_above_or_below(page: Page) -> None:
    held, line = box(page, "smash", "mpadded > mrow > mfrac"), box(page, "smash", "mpadded")
    assert held.height > 20
    assert line.height < 1
    a, b = boxes(page, "smash", "math > mi")
    assert held.left >= a.right - 1
    assert held.right <= b.left + 1


def test_what_hangs_out_of_its_place_takes_none(page: Page) -> None:
    a, b = boxes(page, "left", "math > mi")
    hung = box(page, "left", "mpadded > mrow")
    assert abs(b.left - a.right) < 2
    assert abs(hung.right - a.right) < 2
    base, under = box(page, "both", "munder > mo"), box(page, "both", "mpadded > mrow")
    assert abs(base.middle - under.middle) < 2


def test_rules_colours_and_steps_back_are_drawn(page: Page) -> None:
    rule = box(page, "rule", "mspace")
    size = float(styled(page, ".f-rule math", "fontSize").removesuffix("px"))
    assert (rule.width, rule.height) == pytest.approx((2 * size, size), abs=1)
    assert inked(page, rule).holds(rule, by=1)
    assert styled(page, ".f-colour math > [mathcolor] > mi, .f-colour math > [mathcolor]", "color") == "rgb(255, 0, 0)"
    assert styled(page, ".f-colour [mathbackground]", "backgroundColor") == "rgb(255, 255, 0)"
    a, b = boxes(page, "back", "math > mi")
    assert b.left - a.right == pytest.approx(-size / 2, abs=2)


def test_a_link_in_a_formula_can_be_reached_and_is_as_large_as_its_words(page: Page) -> None:
    link, words = box(page, "link", "a"), box(page, "link", "a mfrac")
    assert words.width > 5
    assert link.left <= words.left + 1
    page.evaluate("document.querySelector('.f-link a').focus()")
    assert page.evaluate("document.activeElement.href") == "https://a.example/"


def test_cells_and_widths_hold_without_a_style(page: Page) -> None:
    cells = "[...document.querySelectorAll('.table td')].slice(0, 3).map((e) => getComputedStyle(e).textAlign)"
    assert page.evaluate(cells) == ["left", "center", "right"]
    halves = "['.table .width-50', 'img.width-50'].map((s) => document.querySelector(s).getBoundingClientRect().width)"
    width = page.evaluate("document.querySelector('.content').getBoundingClientRect().width")
    assert page.evaluate(halves) == pytest.approx([width / 2, width / 2], abs=1)


def test_a_line_below_some_columns_is_drawn_at_these_alone(page: Page) -> None:
    def lines(name: str, side: str) -> list[bool]:
        script = (
            "([s, side]) => [...document.querySelectorAll(s)].map((e) => parseFloat(getComputedStyle(e)[side]) > 0)"
        )
        found: list[bool] = page.evaluate(script, [f".f-{name} mtd", f"border{side}Width"])
        return found

    assert lines("part", "Top") == [False, False, False, True]
    assert lines("last", "Bottom") == [False, False, True, False]
    above, below = boxes(page, "part", "mtd")[1], boxes(page, "part", "mtd")[3]
    assert abs(above.bottom - below.top) < 1


def test_cells_of_words_stand_at_the_side_of_their_column(page: Page) -> None:
    long, _, short, _ = boxes(page, "words", "mtd > *")
    assert abs(long.left - short.left) < 1
    assert long.width > 3 * short.width


def test_a_size_holds_to_the_end_of_its_group(page: Page) -> None:
    before, large, behind = boxes(page, "size", "mi")
    assert 2.2 < large.height / before.height < 2.8
    assert abs(before.height - behind.height) < 0.1


def test_a_frame_has_its_colour_around_its_ground_around_its_words(page: Page) -> None:
    border, ground = box(page, "frame", ".framed"), box(page, "frame", ".shaded")
    assert border.holds(ground)
    assert ground.holds(box(page, "frame", "mtext"))
    assert 0.5 < ground.left - border.left < 3
    assert styled(page, ".f-frame .framed", "backgroundColor") == "rgb(255, 0, 0)"
    assert styled(page, ".f-frame .shaded", "backgroundColor") == "rgb(255, 255, 0)"


def test_a_circle_is_around_what_it_holds(page: Page) -> None:
    around = box(page, "circle", "menclose")
    for letter in boxes(page, "circle", "menclose mi"):
        assert around.holds(letter)
    assert styled(page, ".f-circle menclose", "borderTopLeftRadius") == "50%"


def test_a_substance_has_its_numbers_below_and_its_charge_above(page: Page) -> None:
    letter, number = boxes(page, "water", "msub > *")
    assert number.bottom > letter.bottom
    ion, charge = boxes(page, "water", "msup > *")
    assert charge.top < ion.top
    assert styled(page, ".f-water msub mi", "fontStyle") == "normal"
