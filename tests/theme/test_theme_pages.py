"""What the default theme promises of each page, read from pages that the real builder made with it."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from theme_site import FILES, URL, Element, elements, outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
THEME = REPOSITORY / "templates"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return outputs(tmp_path_factory.mktemp("theme"))


def pages(site: dict[str, bytes]) -> Iterator[tuple[str, list[Element]]]:
    for path, data in site.items():
        if path.endswith(".html"):
            yield path, elements(data)


def named(page: list[Element], name: str, class_: str = "") -> list[Element]:
    return [element for element in page if element.name == name and (not class_ or class_ in element.classes)]


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_template_of_the_contract_is_there() -> None:
    table = (REPOSITORY / "docs" / "templates.md").read_text("utf-8").partition("## `page`")[0]
    promised = set(re.findall(r"^\| `[\w-]+` \| `([\w-]+\.html)`", table, re.MULTILINE))
    assert len(promised) == 9
    assert {name for name in promised if not (THEME / name).is_file()} == set()


def test_every_kind_of_page_is_made(site: dict[str, bytes]) -> None:
    kinds = {named(page, "body")[0].attributes.get("class") for _, page in pages(site)}
    assert kinds == {"home", "list", "post", "page", "archive", "taxonomy", "term", "not-found", None}


def test_nothing_on_a_page_runs_but_the_files_of_listings_and_of_the_choice_of_colours(site: dict[str, bytes]) -> None:
    for path, page in pages(site):
        scripts = [one for one in named(page, "script") if one.attributes.get("type") != "application/ld+json"]
        files = [re.sub(r"\.[0-9a-f]{10}\.js$", "", script.attributes["src"]) for script in scripts]
        wanted = ["/sub/assets/listings"] if any("listing" in one.classes for one in page) else []
        assert sorted(files) == sorted(wanted + ([] if path == "old/first/index.html" else ["/sub/assets/theme"])), path
        assert [script.text for script in scripts] == [""] * len(scripts), path
        assert [e.name for e in page if any(key.startswith("on") for key in e.attributes)] == [], path


def test_no_template_holds_a_style_or_a_script_of_its_own() -> None:
    for template in THEME.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*(?: src=|application/ld\+json))", text) == [], (
            template
        )


def test_a_page_loads_nothing_from_elsewhere_and_all_that_it_loads_is_there(site: dict[str, bytes]) -> None:
    for path, page in pages(site):
        loaded = [element.attributes["src"] for element in page if "src" in element.attributes]
        loaded += [
            link.attributes["href"]
            for link in named(page, "link")
            if link.attributes["rel"] in {"stylesheet", "icon", "alternate"}
        ]
        assert path == "old/first/index.html" or len(loaded) >= 3, path
        for url in loaded:
            assert url.startswith("/sub/"), (path, url)
            assert unquote(url.removeprefix("/sub/")) in site, (path, url)


def test_the_style_sheets_load_nothing_but_the_themes_fonts() -> None:
    for sheet in (THEME / "static").rglob("*.css"):
        loaded = re.findall(r"@import|url\(.*?\)", sheet.read_text("utf-8"))
        assert [one for one in loaded if not re.fullmatch(r'url\("fonts/[\w-]+\.woff2"\)', one)] == []
        assert bool(loaded) == (sheet.name == "fonts.css")


def test_every_link_of_the_theme_leads_to_a_page_below_the_sites_prefix(site: dict[str, bytes]) -> None:
    for path, page in pages(site):
        links = [a.attributes["href"] for a in named(page, "a")]
        assert links, path
        for href in links:
            parts = urlsplit(href)
            if parts.scheme or not parts.path:
                continue
            assert parts.path.startswith("/sub/"), (path, href)
            target = unquote(parts.path.removeprefix("/sub/"))
            assert (target + "index.html" if target.endswith("/") or not target else target) in site, (path, href)


def test_every_fragment_of_a_page_leads_to_one_element_of_it(site: dict[str, bytes]) -> None:
    for path, page in pages(site):
        ids = [element.attributes["id"] for element in page if "id" in element.attributes]
        assert len(ids) == len(set(ids)), path
        fragments = {a.attributes["href"][1:] for a in named(page, "a") if a.attributes["href"].startswith("#")}
        assert {unquote(fragment) for fragment in fragments} <= set(ids), path
        named_by = {e.attributes["aria-labelledby"] for e in page if "aria-labelledby" in e.attributes}
        assert named_by <= set(ids), path


def test_every_page_has_one_title_one_first_heading_and_one_main_part(site: dict[str, bytes]) -> None:
    titles = []
    for path, page in pages(site):
        assert page[0].attributes == {"lang": "en"}, path
        titles.append(named(page, "title")[0].text)
        if path == "old/first/index.html":
            continue
        assert len(named(page, "h1")) == 1, path
        assert len(named(page, "main")) == 1, path
        assert words(named(page, "h1")[0].text), path
    assert len(titles) == len(set(titles)), sorted(titles)


def test_every_page_but_the_missing_one_names_its_address(site: dict[str, bytes]) -> None:
    for path, page in pages(site):
        canonical = [link.attributes["href"] for link in named(page, "link") if link.attributes["rel"] == "canonical"]
        if path == "404.html":
            assert canonical == []
        elif path == "old/first/index.html":
            assert canonical == [f"{URL}posts/first/"]
        else:
            assert canonical == [(URL + path).removesuffix("index.html").replace(" ", "%20")], path


def test_a_title_with_markup_is_shown_as_it_was_written(site: dict[str, bytes]) -> None:
    page = elements(site["posts/second/index.html"])
    assert named(page, "h1")[0].text == "Second & <b>bold</b>"
    assert named(page, "title")[0].text == "Second & <b>bold</b> · Notes on <em>deep</em> learning"
    assert [e.attributes["content"] for e in page if e.attributes.get("property") == "og:title"] == ["Second & <b>bold</b>"]  # fmt: skip


def test_a_post_tells_its_dates_its_author_and_its_length(site: dict[str, bytes]) -> None:
    page = elements(site["posts/second/index.html"])
    byline = next(e for e in page if "meta" in e.classes)
    assert re.fullmatch(r"5 January 2026 updated 1 February 2026 Ada Example \d+ min read", words(byline.text)), words(
        byline.text
    )
    assert [t.attributes["datetime"] for t in named(page, "time")][:2] == ["2026-01-05", "2026-02-01"]
    assert [(a.text, a.attributes["href"]) for a in named(page, "a") if a.attributes.get("rel") == "author"] == [
        ("Ada Example", "https://ada.example/")
    ]


def test_a_post_shows_its_series_its_neighbours_its_tags_and_its_kin(site: dict[str, bytes]) -> None:
    page = elements(site["posts/second/index.html"])
    series = named(page, "details", "series")[0]
    assert words(series.text).startswith("Part 2 of 3 in From zero")
    assert [e.text for e in named(page, "strong") if e.attributes.get("aria-current")] == ["Second & <b>bold</b>"]
    around = named(page, "nav", "around")[0]
    assert words(around.text) == "Earlier First Later Third"
    assert [(a.text, a.attributes["href"]) for a in named(page, "a", "tag")] == [
        ("gpu", "/sub/tags/gpu/"),
        ("mixed precision", "/sub/tags/mixed-precision/"),
    ]
    assert "Third" in named(page, "section", "related")[0].text


def test_the_outline_names_every_heading_of_the_text_twice_once_for_each_width(site: dict[str, bytes]) -> None:
    page = elements(site["posts/second/index.html"])
    headings = [e.attributes["id"] for e in page if re.fullmatch("h[2-6]", e.name) and "id" in e.attributes]
    headings = [heading for heading in headings if not heading.startswith("_")]
    inside = [a.attributes["href"][1:] for a in named(page, "a") if a.attributes["href"].startswith("#")]
    outline = [unquote(target) for target in inside[1:] if target in headings][: 2 * len(headings)]
    assert outline == headings * 2


def test_a_short_post_has_no_outline_and_a_lone_post_no_series(site: dict[str, bytes]) -> None:
    page = elements(site["posts/undated/index.html"])
    assert [e for e in page if {"outline", "series", "terms"} & set(e.classes)] == []


def test_a_list_shows_of_each_post_its_title_date_length_tags_and_summary(site: dict[str, bytes]) -> None:
    found = {}
    for path in ("posts/index.html", "posts/page/2/index.html", "posts/page/3/index.html"):
        for card in named(elements(site[path]), "article", "card"):
            found[words(card.text).split(" ")[0]] = words(card.text)
    assert found["First"] == "First 2 November 2025 1 min read gpu pytorch The first."
    assert re.fullmatch(r"Second & <b>bold</b> 5 January 2026 \d+ min read gpu mixed precision A marked summary\.", found["Second"])  # fmt: skip
    assert found["Unfinished"] == "Unfinished Draft 1 March 2026 1 min read pytorch Not yet."
    assert found["Undated"] == "Undated 1 min read Whenever."
    assert "<em>marked</em>" in site["posts/page/2/index.html"].decode()


def test_a_long_list_leads_from_page_to_page_both_ways(site: dict[str, bytes]) -> None:
    pager = {}
    for number, path in enumerate(("index.html", "page/2/index.html", "page/3/index.html"), 1):
        page = elements(site[path])
        assert words(named(page, "nav", "pager")[0].text).replace("Newer ", "").replace(" Older", "") == f"Page {number} of 3"  # fmt: skip
        pager[number] = [(a.text, a.attributes["href"]) for a in named(page, "a") if a.text in ("Newer", "Older")]
        shown = "Short notes" in words(named(page, "main")[0].text)
        assert shown == (number == 1)
    assert pager == {
        1: [("Older", "/sub/page/2/")],
        2: [("Newer", "/sub/"), ("Older", "/sub/page/3/")],
        3: [("Newer", "/sub/page/2/")],
    }


def test_a_draft_is_marked_wherever_it_is_shown(site: dict[str, bytes]) -> None:
    for path in ("posts/draft/index.html", "archive/index.html", "index.html"):
        assert [e.text for e in elements(site[path]) if "draft" in e.classes] == ["Draft"], path


def test_the_archive_goes_year_by_year_and_ends_with_what_has_no_date(site: dict[str, bytes]) -> None:
    page = elements(site["archive/index.html"])
    assert [h.text for h in named(page, "h2")] == ["2026", "2025", "Without a date"]
    assert words(named(page, "section", "year")[1].text) == "2025 2025-11-02 First"


def test_the_menu_marks_the_page_that_is_open(site: dict[str, bytes]) -> None:
    for path, entry in (
        ("posts/index.html", "Posts"),
        ("about/index.html", "About"),
        ("archive/index.html", "Archive"),
    ):
        current = [a.text for a in named(elements(site[path]), "a") if a.attributes.get("aria-current") == "page"]
        assert current == [entry]


def test_an_old_address_sends_the_reader_on_with_and_without_a_script_or_a_refresh(site: dict[str, bytes]) -> None:
    page = elements(site["old/first/index.html"])
    refresh = [e.attributes["content"] for e in named(page, "meta") if e.attributes.get("http-equiv") == "refresh"]
    assert refresh == ["0; url=/sub/posts/first/"]
    assert [a.attributes["href"] for a in named(page, "a")] == ["/sub/posts/first/"]


def test_robots_are_told_where_the_sitemap_is(site: dict[str, bytes]) -> None:
    assert f"Sitemap: {URL}sitemap.xml" in site["robots.txt"].decode()
    assert "sitemap.xml" in site


def test_an_index_with_a_title_of_its_own_shows_it_once(tmp_path: Path) -> None:
    files = dict(FILES) | {"content/index.md": "---\ntitle: Welcome\n---\n\nHello."}
    page = elements(outputs(tmp_path, files)["index.html"])
    assert [h.text for h in named(page, "h1")] == ["Welcome"]
    assert named(page, "title")[0].text == "Welcome · Notes on <em>deep</em> learning"


def test_a_page_that_bears_the_sites_name_is_told_apart_from_the_front_page(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: From zero\nurl: https://me.example/\n",
        "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\nseries: From zero\n---\n\nText.",
    }
    site = outputs(tmp_path, files)
    titles = [named(elements(site[path]), "title")[0].text for path in ("index.html", "series/from-zero/index.html")]
    assert titles == ["From zero", "From zero · From zero"]


def test_a_site_without_posts_says_so_and_needs_no_setting(tmp_path: Path) -> None:
    site = outputs(tmp_path, {"site.yaml": "url: https://me.example/\n", "content/about.md": "# About\n\nText."})
    assert "There are no posts yet." in words(named(elements(site["index.html"]), "main")[0].text)
    for path, page in pages(site):
        assert named(page, "h1"), path
        assert named(page, "nav", "menu") == [], path


def test_a_site_replaces_one_part_and_adds_a_style_sheet(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\ntheme: {footer: Set in Kassel., stylesheets: [mine.css]}\n",
        "templates/partials/draft.html": "<em>not finished</em>\n",
        "templates/static/mine.css": ":root { --accent: #0b6b53; }",
        "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\ndraft: true\n---\n\nText.",
        "content/b.md": "# B\n\n```python\nx = 1\n```\n",
    }
    site = outputs(tmp_path, files)
    page = elements(site["posts/a/index.html"])
    assert [e.text for e in named(page, "em")] == ["not finished"]
    assert words(named(page, "footer", "site-footer")[0].text).startswith("Set in Kassel.")
    assert sheets(page) == [f"/assets/{name}" for name in ("style-fonts", "wide", "print", "mine")]
    listing = elements(site["b/index.html"])
    assert sheets(listing) == [
        f"/assets/{name}" for name in ("style-fonts", "highlight-plain", "wide", "print", "mine")
    ]


def sheets(page: list[Element]) -> list[str]:
    """Return the names of a page's style sheets, in their order."""
    links = [link.attributes["href"] for link in named(page, "link") if link.attributes["rel"] == "stylesheet"]
    return [re.sub(r"\.[0-9a-f]+\.css$", "", link) for link in links]


def test_no_template_writes_an_address_of_its_own() -> None:
    for template in THEME.rglob("*.html"):
        text = template.read_text("utf-8")
        assert re.findall(r'(?:href|src|content)="(?:/|https?:)', text) == [], template.name


def meta(page: list[Element], name: str) -> list[str]:
    return [e.attributes["content"] for e in named(page, "meta") if e.attributes.get("property") == name]


def test_a_page_without_a_picture_of_pixels_is_shown_elsewhere_by_the_themes_mark(site: dict[str, bytes]) -> None:
    for path in ("index.html", "about/index.html", "posts/second/index.html"):  # the last has a drawing alone
        page = elements(site[path])
        (image,) = meta(page, "og:image")
        assert re.fullmatch(re.escape(URL) + r"assets/card\.[0-9a-f]+\.png", image), path
        picture = site[image.removeprefix(URL)]
        assert struct.unpack(">II", picture[16:24]) == (1200, 630)
        assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == (["1200"], ["630"])
        assert meta(page, "og:image:alt") == ["Notes on <em>deep</em> learning"]


def test_a_post_with_a_picture_of_its_own_is_shown_by_it_in_its_size(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\nimage: a.png\n---\n\nText.",
    }
    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "posts" / "a.png").write_bytes((THEME / "static" / "card.png").read_bytes())
    page = elements(outputs(tmp_path, files)["posts/a/index.html"])
    assert meta(page, "og:image") == ["https://me.example/posts/a.png"]
    assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == (["1200"], ["630"])
    assert meta(page, "og:image:alt") == ["A"]


def test_the_tags_of_a_card_lead_to_their_pages(site: dict[str, bytes]) -> None:
    tags = [(a.text, a.attributes["href"]) for a in named(elements(site["posts/page/2/index.html"]), "a", "tag")]
    assert ("mixed precision", "/sub/tags/mixed-precision/") in tags


def test_the_menu_marks_the_list_whose_post_is_open(site: dict[str, bytes]) -> None:
    for path, marked in (("posts/second/index.html", ["Posts"]), ("everything/index.html", [])):
        current = [a.text for a in named(elements(site[path]), "a") if a.attributes.get("aria-current") == "true"]
        assert current == marked


def test_the_page_of_a_tag_describes_itself_by_its_newest_posts(site: dict[str, bytes]) -> None:
    page = elements(site["tags/gpu/index.html"])
    said = [e.attributes["content"] for e in named(page, "meta") if e.attributes.get("name") == "description"]
    assert said == ["gpu: Third, Second & <b>bold</b>"]


def test_a_description_of_ones_own_stands_above_the_text_and_one_that_was_derived_does_not(tmp_path: Path) -> None:
    head = "---\ntitle: A\ndate: 2026-01-01\n"
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/posts/a.md": head + "description: What it is about.\n---\n\nText.",
        "content/posts/b.md": head + "---\n\nText.",
    }
    site = outputs(tmp_path, files)
    assert [e.text for e in named(elements(site["posts/a/index.html"]), "p", "standfirst")] == ["What it is about."]
    assert named(elements(site["posts/b/index.html"]), "p", "standfirst") == []


@pytest.mark.parametrize(
    ("repository", "edited"),
    [
        ("{url: 'https://github.com/me/site'}", "https://github.com/me/site/edit/main/content/a%20b.md"),
        (
            "{url: 'https://gitlab.com/me/site/', branch: trunk, path: docs/}",
            "https://gitlab.com/me/site/-/edit/trunk/docs/content/a%20b.md",
        ),
        ("{url: 'https://code.example/me/site'}", "https://code.example/me/site/_edit/main/content/a%20b.md"),
    ],
)
def test_a_page_leads_to_where_it_is_edited(tmp_path: Path, repository: str, edited: str) -> None:
    settings = f"title: Mine\nurl: https://me.example/\nrepository: {repository}\n"
    site = outputs(tmp_path, {"site.yaml": settings, "content/a b.md": "# A\n\nText."})
    assert edited in [a.attributes["href"] for a in named(elements(site["a-b/index.html"]), "a")]
    assert "/content/" not in site["archive/index.html"].decode()


def test_without_a_repository_no_page_speaks_of_editing(site: dict[str, bytes]) -> None:
    assert b"Edit this page" not in b"".join(site.values())


def test_all_images_but_a_first_that_is_near_wait_and_all_have_a_size(tmp_path: Path) -> None:
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/square.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"/>',
        "content/raw.md": "# Raw\n\n<p><img src='square.svg'/><img loading=\"eager\" src='square.svg' ></p>\n\n"
        "![A square](square.svg)\n",
        "content/figures.md": "# Figures\n\n![A square](square.svg)\n\n![Another](square.svg)\n",
        "content/script.md": "# Script\n\n<script>show('<img src=square.svg>')</script>\n",
    }
    site = outputs(tmp_path, files)
    images = named(elements(site["raw/index.html"]), "img")
    assert [image.attributes.get("loading") for image in images] == [None, "eager", "lazy"]
    assert [(image.attributes["width"], image.attributes["height"]) for image in images] == [("90", "30")] * 3
    figures = named(elements(site["figures/index.html"]), "img")
    assert [image.attributes.get("loading") for image in figures] == [None, "lazy"]
    assert "show('<img src=" in site["script/index.html"].decode()
    assert "loading" not in site["script/index.html"].decode().partition("<main")[2]


def test_an_image_that_is_seen_at_once_is_asked_for_first_and_one_far_below_waits(tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="300"/>'
    images = {
        "near": "![Near](wide.svg)\n\n![Next](wide.svg)",
        "marked": "*a* `b` " * 100 + "\n\n![Near](wide.svg)",  # much HTML, and little text
        "below": "Words. " * 200 + "\n\n![Below](wide.svg)",
        "far": "Words. " * 700 + "\n\n![Far](wide.svg)",
        "small": "![A sign](small.svg)",
        "asked": "![Itself](wide.svg){loading=eager}",
        "said": '<img src="wide.svg" fetchpriority="low">',
    }
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/wide.svg": drawing.format(600),
        "content/small.svg": drawing.format(120),
        **{f"content/{name}.md": f"# Page\n\n{text}\n" for name, text in images.items()},
    }
    site = outputs(tmp_path, files)
    images_of = {name: named(elements(site[f"{name}/index.html"]), "img") for name in images}
    found = {
        name: [(one.attributes.get("loading"), one.attributes.get("fetchpriority")) for one in own]
        for name, own in images_of.items()
    }
    assert found == {
        "near": [(None, "high"), ("lazy", None)],
        "marked": [(None, "high")],
        "below": [(None, None)],
        "far": [("lazy", None)],
        "small": [(None, None)],
        "asked": [("eager", None)],
        "said": [(None, "low")],
    }


def test_an_image_that_has_one_side_has_the_other_by_its_shape(tmp_path: Path) -> None:
    written = {
        "<img src=p.svg width=30>": ("30", "10"),
        "<img height='60px' src='p.svg'>": ("180", "60px"),
        '<img srcset="p.svg 2x" src="p.svg" alt="a > b" width="45">': ("45", "15"),
        '<IMG SRC="p.svg" srcset="p.svg 1x, p.svg 2x" HEIGHT=20 />': ("60", "20"),
        "<img src=p.svg width=7 height=8>": ("7", "8"),
        '<img src="p.svg" width="50%">': ("50%", None),
        "<img src=p.svg>": ("90", "30"),
        "![p](p.svg){width=30}": ("30", "10"),
        "![p](p.svg){height=15px}": ("45", "15"),
    }
    files = {
        "site.yaml": "title: Mine\nurl: https://me.example/\n",
        "content/p.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"/>',
        "content/a.md": "# A\n\n" + "\n\n".join(f"x {one}" for one in written) + "\n",
    }
    images = named(elements(outputs(tmp_path, files)["a/index.html"]), "img")
    found = [(image.attributes.get("width"), image.attributes.get("height")) for image in images]
    assert found == list(written.values())
