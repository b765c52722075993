"""Social cards: what each page says of its own, what makes one anew, and the law over them."""

from __future__ import annotations

import multiprocessing
import struct
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from law_site import LawSite, copied, png, tree

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.engine.blobs import Folder
from proofpress.engine.executors import Futures
from proofpress.social import fonts

SETTINGS: Final = (
    "title: Notes\nurl: https://me.example/blog/\ndescription: On what runs.\nauthors: [Ada]\ncards: true\n"
    "language: en\nlanguages: [de]\n"
)
FILES: Final[dict[str, str | bytes]] = {
    "site.yaml": SETTINGS,
    "content/about.md": "# About `us` & you\n\n![Inside](posts/picture.png)\n",
    "content/posts/a.md": "---\ntitle: Alpha\ndate: 2026-01-05\n---\n\nOpening words.\n",
    "content/posts/b.md": "---\ntitle: Beta\ndate: 2026-01-04\nimage: picture.png\n---\n\nText.\n",
    "content/posts/c.de.md": "---\ntitle: Größe\ndate: 2026-01-03\n---\n\nText.\n",
    "content/posts/picture.png": png(4, 3),
    "content/posts/own/index.md": "---\ntitle: Own\ndate: 2026-01-02\n---\n\nText.\n",
    "content/posts/own/card.png": png(1200, 630),
}
CARDS: Final = {
    "about/card.png",
    "card.png",
    "de/card.png",
    "de/posts/c/card.png",
    "posts/a/card.png",
    "posts/own/card.png",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    site = LawSite(tmp_path_factory.mktemp("cards")).write(FILES)
    assert site.update().problems == []
    return site


@pytest.fixture
def site(made: LawSite, tmp_path: Path) -> LawSite:
    return copied(made, tmp_path / "site")


def cards(site: LawSite) -> dict[str, bytes]:
    return {path: data for path, data in site.public().items() if path.endswith("card.png")}


def tags(site: LawSite, page: str) -> dict[str, str]:
    """Return what a page says of its picture."""
    lines = [line for line in site.text(f"public/{page}").splitlines() if "og:image" in line or "twitter" in line]
    return {line.split('"')[1]: line.split('"')[3] for line in lines}


def again(site: LawSite) -> set[str]:
    """Bring the site up to date; return the cards that were drawn."""
    return {path.removeprefix("/") for path in site.update().reasons if path.endswith("card.png")}


def test_each_page_has_a_card_of_1200_by_630_and_says_so(made: LawSite) -> None:
    assert cards(made).keys() == CARDS
    sizes = {struct.unpack(">II", data[16:24]) for data in cards(made).values()}
    assert sizes == {(1200, 630)}
    assert tags(made, "posts/a/index.html") == {
        "og:image": "https://me.example/blog/posts/a/card.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Alpha",
        "twitter:card": "summary_large_image",
        "twitter:image:alt": "Alpha",
    }


def test_lists_have_the_card_of_the_site_in_their_language(made: LawSite) -> None:
    assert tags(made, "archive/index.html")["og:image"] == "https://me.example/blog/card.png"
    assert tags(made, "de/posts/index.html")["og:image"] == "https://me.example/blog/de/card.png"


def test_a_picture_that_the_front_matter_names_takes_its_place_and_one_in_the_text_does_not(made: LawSite) -> None:
    assert tags(made, "posts/b/index.html")["og:image"] == "https://me.example/blog/posts/picture.png"
    assert tags(made, "about/index.html")["og:image"] == "https://me.example/blog/about/card.png"


def test_a_card_of_ones_own_is_left_as_it_is(made: LawSite) -> None:
    assert cards(made)["posts/own/card.png"] == png(1200, 630)
    assert tags(made, "posts/own/index.html")["og:image"] == "https://me.example/blog/posts/own/card.png"


def test_another_title_draws_one_card_anew_and_another_text_none(site: LawSite) -> None:
    site.swap("content/posts/a.md", "Opening", "Other")
    assert again(site) == set()
    before = cards(site)
    site.swap("content/posts/a.md", "Alpha", "Omega")
    assert again(site) == {"posts/a/card.png"}
    after = cards(site)
    assert {path for path in CARDS if before[path] != after[path]} == {"posts/a/card.png"}
    assert site.check().reasons == {}


def test_another_accent_or_template_draws_all_of_them_anew(site: LawSite) -> None:
    site.write({"site.yaml": SETTINGS + "theme: {accent: '#00f'}\n"})
    assert again(site) == CARDS - {"posts/own/card.png"}
    site.write({"templates/card.svg": '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>\n'})
    assert again(site) == CARDS - {"posts/own/card.png"}
    assert len({*cards(site).values()}) == 2


def test_a_font_of_the_sites_own_is_used_and_looked_at_again_when_it_changes(site: LawSite) -> None:
    folder = Path(fonts.__file__).parent / "fonts"
    signs, text = ((folder / name).read_bytes() for name in ("signs.ttf", "text.ttf"))
    site.write({"data/own.ttf": signs, "site.yaml": SETTINGS + "card_fonts: [data/own.ttf]\n"})
    assert again(site) == CARDS - {"posts/own/card.png"}
    before = cards(site)
    site.write({"data/own.ttf": text})
    assert again(site) == CARDS - {"posts/own/card.png"}
    assert cards(site) != before


def test_a_font_of_the_sites_own_goes_to_machines_that_do_not_have_its_folder(site: LawSite, tmp_path: Path) -> None:
    own = (Path(fonts.__file__).parent / "fonts" / "strong.ttf").read_bytes()
    site.write({"data/own.ttf": own, "site.yaml": SETTINGS + "card_fonts: [data/own.ttf]\n"})
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        away = build(site.options, Desk(executor=Futures(pool, Folder(str(tmp_path / "shared")), workers=1)))
    assert away.outputs == site.clean().outputs


def test_letters_that_no_font_has_are_told_at_the_title_and_the_page_keeps_the_sites_card(site: LawSite) -> None:
    site.swap("content/posts/a.md", "Alpha", "日本")
    found = site.update().problems
    assert [(p.path, p.line, p.column, p.rule) for p in found] == [("content/posts/a.md", 2, 8, "card-letters")]
    assert "posts/a/card.png" not in cards(site)
    assert tags(site, "posts/a/index.html")["og:image"] == "https://me.example/blog/card.png"


def test_without_the_extra_the_site_is_built_and_says_what_is_missing(
    site: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    found = site.update().problems
    assert [(p.path, p.line, p.rule) for p in found] == [("site.yaml", 5, "missing-extra")]
    assert "pip install 'proofpress[cards]'" in found[0].hint
    assert cards(site).keys() == {"posts/own/card.png"}
    assert tags(site, "posts/a/index.html")["twitter:card"] == "summary"


def test_a_template_that_makes_no_card_is_a_problem_in_the_template(tmp_path: Path) -> None:
    site = LawSite(tmp_path).write({path: text for path, text in FILES.items() if "posts" not in path})
    for template, said in {
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/logo.png"/></svg>\n': "a card holds its pictures",
        "<p>{{ page.title }}</p>\n": "the card can't be drawn",
        "{{ page.titel }}\n": "'page' has no 'titel'",
    }.items():
        site.write({"templates/card.svg": template})
        found = [p for p in site.clean().problems if p.rule == "template-error"]
        assert {(p.path, said in p.message) for p in found} == {("templates/card.svg", True)}


def test_two_machines_draw_the_same_cards(made: LawSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs: the folder, the home of fonts, the time, the number of processes."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C")
    other = LawSite(tmp_path / "elsewhere", jobs=2).write(FILES)
    other.update()
    assert tree(other.root / "public") == tree(made.root / "public")
