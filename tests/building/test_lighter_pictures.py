"""Pictures made lighter, in a site: what pages offer, what is made when, and what is said where nothing can be."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pytest
from notebooks_of_tests import FRONT, base64_of, code, notebook, prose, raw, shown
from PIL import Image
from small_site import NOW, SmallSite, post

from proofpress.builder.build import Built, build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import Looked, Options, read_inputs
from proofpress.builder.versions import code_version
from proofpress.engine.blobs import StoreFile
from proofpress.engine.executors import Futures, Processes
from proofpress.engine.store import Store
from proofpress.output.cache import CACHE, PICTURES
from proofpress.output.pictures import Shelf
from proofpress.paths import OutputPath
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SETTINGS: Final = "title: t\nurl: https://me.example/blog/\nimages: {widths: [40, 80]}\nhosting: netlify\n"
TEXT: Final = """\
![Alone](photo.jpg?v=2 "A caption")

Words and ![in a line](photo.jpg){width=30} of them.

![Wide](../photo.jpg){.wide}

![Half](/photo.jpg){width=50%}

<p><IMG alt="Raw" class='x' src=photo.jpg></p>

<picture><source srcset="photo.jpg"><img src="photo.jpg" alt="By hand"></picture>

<img src="photo.jpg" srcset="photo.jpg 2x" alt="By hand too">

![A drawing](drawing.svg) ![Missing](gone.png) ![Elsewhere](https://a.example/a.png)
"""


def photo(width: int = 120, height: int = 60, shade: int = 3) -> bytes:
    pixels = bytes((at * at * shade // 7 + at) % 251 for at in range(width * height * 3))
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(out, "JPEG", quality=97)
    return out.getvalue()


FILES: Final[dict[str, str | bytes]] = {
    "site.yaml": SETTINGS,
    "content/posts/a/index.md": post("A", text=TEXT),
    "content/posts/a/photo.jpg": photo(),
    "content/posts/photo.jpg": photo(shade=5),
    "content/posts/a/drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "static/photo.jpg": photo(),
    "static/unseen.jpg": photo(shade=9),
    "static/assets/own.txt": "a file of the site's where the theme's are",
    "content/posts/d/index.md": post("A draft", text="![Mine](drafted.jpg)", more="draft: true\n"),
    "content/posts/d/drafted.jpg": photo(shade=13),
}


class Counting:
    """Runs steps here, and takes note of which pictures were made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def run(
        self, state: Any, make: Callable[[Any], Any], tasks: Sequence[Any], progress: Callable[[int], None]
    ) -> Iterator[Any]:
        self.made += [task.original.path for task in tasks if type(task).__name__ == "PictureStep"]
        return Processes().run(state, make, tasks, progress)


class Bench(msgspec.Struct):
    """A site that is built again and again with what it remembers."""

    root: Path

    def build(self) -> tuple[Built, list[str]]:
        """Build it; return which pictures were made for that."""
        counting, path = Counting(), self.root / "cache.db"
        with Store(path) as store:
            desk = Desk(
                traces=store,
                blobs=StoreFile(path),
                lasting=True,
                executor=counting,
                shelf=Shelf(self.root),
                wanted=False,
                kept=lambda _path, _digest: True,
            )
            return build(Options(root=self.root, now=NOW), desk), counting.made

    @property
    def shelf(self) -> list[str]:
        return sorted(file.name for file in (self.root / CACHE / PICTURES).iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return SmallSite(tmp_path_factory.mktemp("pictures")).write(FILES).build()


@pytest.fixture(scope="module")
def page(built: Built) -> str:
    return {str(path): data for path, data in built.outputs.items()}["posts/a/index.html"].decode()


def test_pictures_made_on_a_machine_without_the_sites_folder_are_the_same_and_lie_on_the_shelf_here(
    built: Built, tmp_path: Path
) -> None:
    site = SmallSite(tmp_path / "site").write(FILES)
    with ThreadPoolExecutor(1) as pool:
        desk = Desk(executor=Futures(pool, lambda data: data, workers=1), shelf=Shelf(site.root))
        away = build(Options(root=site.root, now=NOW), desk)
    assert away.outputs == built.outputs
    assert len(Bench(site.root).shelf) == len(built.world.pictures.data) > 0


def around(page: str, alt: str) -> str:
    """Return the image of this description, with the `picture` around it."""
    found = re.search(
        rf'(?:<picture[^<>]*>(?:<source [^<>]*>)*)?<img [^<>]*alt="{alt}"[^<>]*>(?:</picture>)?', page, re.IGNORECASE
    )
    assert found is not None, alt
    return found[0]


def test_a_picture_is_offered_in_each_width_beside_its_original(page: str, built: Built) -> None:
    alone = around(page, "Alone")
    assert re.fullmatch(
        r'<picture class="tint-[05af]{3}"><source type="image/webp" srcset="/blog/posts/a/photo-[0-9a-f]{8}-40\.webp 40w, '
        r'/blog/posts/a/photo-[0-9a-f]{8}-80\.webp 80w" sizes="\(min-width: 152px\) 120px, calc\(100vw - 2rem\)">'
        r'<img src="/blog/posts/a/photo\.jpg\?v=2" width="120" height="60" alt="Alone"></picture>',
        alone,
    )
    files = {str(path): data for path, data in built.outputs.items()}
    for path, width in re.findall(r"/blog/(\S+-[0-9a-f]{8}-[0-9]+\.webp) ([0-9]+)w", page):
        assert Image.open(io.BytesIO(files[path])).size == (int(width), int(width) // 2)
        assert len(files[path]) < len(photo())
    assert files["posts/a/photo.jpg"] == FILES["content/posts/a/photo.jpg"]


def test_the_rules_of_a_host_do_not_grow_with_the_pictures(built: Built) -> None:
    rules = built.outputs[OutputPath("_headers")].decode()
    assert "/assets/" in rules
    assert ".webp" not in rules


def test_the_pictures_of_a_draft_are_not_published(built: Built) -> None:
    assert not [path for path in built.made if "drafted" in path]
    assert len(built.world.pictures.data) == 4


def test_sizes_say_how_wide_the_theme_shows_it(page: str) -> None:
    said = {alt: re.findall(r'sizes="([^"]+)"', around(page, alt)) for alt in ("in a line", "Wide", "Half", "Raw")}
    assert said == {
        "in a line": ["(min-width: 62px) 30px, calc(100vw - 2rem)"],
        "Wide": [
            "(min-width: 68rem) 51.4975rem, (min-width: 38.4975rem) 36.4975rem, calc(100vw - 2rem)",
        ],
        "Half": ["(min-width: 38.4975rem) 18.2488rem, calc(50vw - 1rem)"],
        "Raw": ["(min-width: 152px) 120px, calc(100vw - 2rem)"],
    }
    assert 'class="wide"' not in around(page, "Alone")
    assert re.search(r'<picture class="tint-[05af]{3} wide">', around(page, "Wide"))


def test_what_says_itself_where_it_can_be_had_is_left_alone(page: str) -> None:
    for alt in ("By hand", "By hand too", "A drawing", "Missing", "Elsewhere"):
        assert 'type="image/webp"' not in around(page, alt), alt
    assert page.count("<picture") == page.count("</picture>") == 6


def test_a_feed_has_the_original(built: Built) -> None:
    files = {str(path): data for path, data in built.outputs.items()}
    for name in ("feed.xml", "feed.json"):
        assert b"https://me.example/blog/posts/a/photo.jpg" in files[name]
        assert b".webp" not in files[name]


def test_the_sheet_of_tints_has_the_colour_of_each_picture_and_is_loaded_where_one_is(page: str, built: Built) -> None:
    files = {str(path): data for path, data in built.outputs.items()}
    (sheet,) = re.findall(r'href="/blog/(assets/tints\.[0-9a-f]+\.css)"', page)
    for tint in re.findall(r'class="(tint-[05af]{3})', page):
        assert f".{tint} > img{{background:#{tint[-3:]}}}" in files[sheet].decode()
    assert b"tints" not in files["index.html"]


def test_nothing_is_made_twice(tmp_path: Path) -> None:
    SmallSite(tmp_path).write(FILES)
    bench = Bench(tmp_path)
    first, made = bench.build()
    pictures = [path for path in made if path != "content/posts/a/drawing.svg"]  # which is looked at, and once too
    assert sorted(pictures) == ["content/posts/a/photo.jpg", "content/posts/photo.jpg"], (
        "static/photo.jpg is the first's twin"
    )
    assert bench.build()[1] == []
    (tmp_path / "content/posts/a/index.md").write_text(post("A", text=TEXT + "\nMore words.\n"))
    assert bench.build()[1] == []
    (tmp_path / "content/posts/photo.jpg").rename(tmp_path / "content/posts/other.jpg")
    (tmp_path / "content/posts/a/index.md").write_text(post("A", text=TEXT.replace("../photo", "../other")))
    moved, made = bench.build()
    assert made == []
    assert [path for path in moved.made if path.startswith("posts/other-")] != []
    kept = bench.shelf
    (tmp_path / CACHE / PICTURES / kept[0]).unlink()
    assert len(bench.build()[1]) == 1
    assert bench.shelf == kept
    (tmp_path / "content/posts/a/photo.jpg").write_bytes(photo(shade=11))
    changed, made = bench.build()
    assert made == ["content/posts/a/photo.jpg"]
    assert changed.world.pictures.dropped == frozenset(), "static/photo.jpg still has the bytes of old"
    assert {str(path) for path in first.made} != {str(path) for path in changed.made}


def test_a_published_site_has_what_was_made_and_lets_go_of_what_was(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(FILES)
    options = Options(root=tmp_path, now=NOW)
    shelf, public = tmp_path / CACHE / PICTURES, tmp_path / "public"
    assert update(options).published is not None
    assert len(list(shelf.iterdir())) == 4
    victim = next(public.glob("posts/a/photo-*-80.webp"))
    whole = victim.read_bytes()
    victim.unlink()
    kept = next(file for file in shelf.iterdir() if file.read_bytes() == whole)
    kept.write_bytes(bytes(len(whole)))  # as long, and not what was kept
    outcome = update(options)
    assert victim.read_bytes() == whole
    assert "is not what was kept there" in outcome.notice
    site.write({"site.yaml": SETTINGS.replace("[40, 80]", "[40]")})
    update(options)
    assert list(public.rglob("*-80.webp")) == []
    assert len(list(shelf.iterdir())) == 2


def test_a_post_may_ask_for_widths_and_a_quality_of_its_own(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "content/posts/a.md": post(
                "A", text='![One](one.jpg){widths="30 60" quality=10}\n\n![Two](two.jpg){widths="30 200"}'
            ),
            "content/posts/b.md": post("B", text="![Two](two.jpg)"),
            "content/posts/one.jpg": photo(),
            "content/posts/two.jpg": photo(shade=5),
        }
    )
    built = site.build()
    assert built.problems == []
    files = {str(path): data for path, data in built.outputs.items()}
    page = files["posts/a/index.html"].decode()
    assert re.findall("-([0-9]+).webp", around(page, "One")) == ["30", "60"]
    assert re.findall("-([0-9]+).webp", around(page, "Two")) == ["30", "40", "80", "120"]  # what both ask for
    assert re.findall("-([0-9]+).webp", around(files["posts/b/index.html"].decode(), "Two")) == [
        "30",
        "40",
        "80",
        "120",
    ]
    assert "widths" not in page
    assert "quality" not in page
    (rough,) = (data for path, data in files.items() if re.search(r"/one-.*-60\.webp", path))
    site.write({"content/posts/a.md": post("A", text='![One](one.jpg){widths="30 60"}')})
    files = {str(path): data for path, data in site.build().outputs.items()}
    (fine,) = (data for path, data in files.items() if re.search(r"/one-.*-60\.webp", path))
    assert len(rough) < len(fine)


def test_widths_that_have_no_effect_are_told(tmp_path: Path) -> None:
    text = "![A](a.svg){quality=5}\n\n![B](https://b.example/b.png){widths=300}\n\n![C](a.svg){widths=wide}\n\n[d](/){widths=30}"
    files = {"content/posts/a.md": post("A", text=text), "content/posts/a.svg": FILES["content/posts/a/drawing.svg"]}
    site = SmallSite(tmp_path).write({"site.yaml": SETTINGS, **files})
    found = [(one.line, one.message) for one in site.build().problems if one.rule == "unused-attribute"]
    assert found == [
        (6, "'quality' has no effect on 'a.svg', of which no other is made"),
        (8, "'widths' has no effect on a picture that is not one of the site's files"),
        (10, "'widths' can't be 'wide', so it is not applied"),
        (12, "'widths' has no effect on a link, so it is not applied"),
    ]
    site.write({"site.yaml": SETTINGS.replace("images", "# images")})
    found = [(one.line, one.message) for one in site.build(checks=True).problems if one.rule == "unused-attribute"]
    assert found[0] == (6, "'quality' has no effect, since this site makes no pictures lighter")


NOTEBOOK: Final = "content/posts/n.ipynb"


def test_pictures_in_notebooks_are_made_lighter_as_any_other(tmp_path: Path) -> None:
    def cells(words: str) -> str:
        return notebook(
            raw(FRONT),
            prose(words),
            code("plot()", shown({"image/png": base64_of(plot()), "text/plain": "<Figure>"}, width=60)),
            prose("![Attached](attachment:p.jpg){.wide}", {"p.jpg": {"image/jpeg": base64_of(photo())}}),
            code("draw()", shown({"image/svg+xml": [CLEAN], "text/plain": "<SVG object>"})),
        )

    other: dict[str, str | bytes] = {
        "content/posts/b.md": post("B", text="![B](photo.jpg)"),
        "content/posts/photo.jpg": photo(),
    }
    site = SmallSite(tmp_path).write({"site.yaml": SETTINGS, NOTEBOOK: cells("First."), **other})
    bench = Bench(tmp_path)
    built, made = bench.build()
    assert sorted(made) == [NOTEBOOK, "content/posts/photo.jpg"], "what is attached is the file's twin"
    assert built.problems == []
    whole = {str(path): data for path, data in site.build().outputs.items()}
    page = whole["posts/n/index.html"].decode()
    pictures = re.findall(r"<picture.*?</picture>", page, re.DOTALL)
    assert [re.findall(r"-([0-9]+)\.webp \1w", one) for one in pictures] == [["40", "80"]] * 2
    offered = re.findall(r"/blog/(posts/n/figure-[0-9a-f]{16}-[0-9a-f]{8}-[0-9]+\.webp) ", page)
    assert [Image.open(io.BytesIO(whole[path])).size[0] for path in offered] == [40, 80] * 2
    assert {str(path) for path in built.made} == set(whole)
    assert re.search(r'class="tint-[05af]{3} wide"', pictures[1])
    assert 'width="120" height="60"' in pictures[1]
    assert ".webp" not in whole["feed.xml"].decode()
    site.write({NOTEBOOK: cells("Other words.")})
    assert bench.build()[1] == []
    site.write({NOTEBOOK: cells("Other words.").replace(base64_of(plot()), base64_of(plot(shade=9)))})
    assert bench.build()[1] == [NOTEBOOK]


def plot(shade: int = 4) -> bytes:
    """Return a picture as a notebook holds it, that is heavier than it need be."""
    out = io.BytesIO()
    Image.frombytes("L", (90, 60), bytes(at // 90 * shade % 251 for at in range(90 * 60))).save(
        out, "PNG", compress_level=0
    )
    return out.getvalue()


def test_a_picture_is_told_of_where_it_is_shown_in_a_notebook_at_its_cell(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    out = io.BytesIO()
    Image.open(io.BytesIO(photo())).save(out, "JPEG", exif=exif)
    text = notebook(
        raw(FRONT),
        prose("![Where](attachment:p.jpg)", {"p.jpg": {"image/jpeg": base64_of(out.getvalue())}}),
        code("plot()", shown({"image/png": base64_of(plot()[:900]), "text/plain": "<Figure>"})),
    )
    late: dict[str, str | bytes] = {
        "content/posts/late.md": post("Late", text="![Late](late.jpg)"),
        "content/posts/late.jpg": photo() + bytes(600_000) + b'<x exif:GPSLatitude="52,31N"/>',
    }
    built = SmallSite(tmp_path).write({"site.yaml": SETTINGS, NOTEBOOK: text, **late}).build(checks=True)
    assert [one.line for one in built.problems if one.path == "content/posts/late.md"] == [6]
    found = {
        one.rule: (one.path, one.inside, text.splitlines()[one.line - 1].strip())
        for one in built.problems
        if one.path == NOTEBOOK
    }
    assert found["location-data"] == (NOTEBOOK, "cell 2, line 1", '"![Where](attachment:p.jpg)"')
    assert found["unmade-picture"] == (NOTEBOOK, "cell 3, output 1", "{")


HOSTILE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="x()"><script>x()</script><rect/></svg>'
)
CLEAN: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect></rect></svg>'


def test_a_drawing_that_a_post_shows_is_published_without_what_it_would_run(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "content/posts/a.md": post("A", text="![A](a.svg)\n\n![Own](/own.svg)\n\n[Not shown](b.svg)"),
            "content/posts/a.svg": HOSTILE,
            "content/posts/b.svg": HOSTILE.replace("9", "8"),
            "static/own.svg": HOSTILE.replace("9", "7"),
        }
    )
    options = Options(root=tmp_path, now=NOW)
    public = tmp_path / "public" / "posts"
    for _ in range(2):
        outcome = update(options)
        (told,) = (one for one in outcome.problems if one.rule == "cleaned-drawing")
        assert (told.path, told.line, told.column) == ("content/posts/a.md", 6, 6)
        assert told.message.endswith("without what runs or loads something: onload, <script>")
        assert (public / "a.svg").read_text("utf-8") == CLEAN
        assert "onload" in (public / "b.svg").read_text("utf-8")
        assert "onload" in (public.parent / "own.svg").read_text("utf-8")
        assert "<picture" not in (public / "a" / "index.html").read_text("utf-8")
    site.write({"content/posts/a.svg": HOSTILE.replace("rect", "path")})
    update(options)
    assert (public / "a.svg").read_text("utf-8") == CLEAN.replace("rect", "path")
    site.write({"site.yaml": SETTINGS.replace("images", "# images")})
    update(options)
    assert "onload" in (public / "a.svg").read_text("utf-8")


def test_a_drawing_that_can_not_be_read_is_not_published(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
    site = SmallSite(tmp_path).write(
        {"site.yaml": SETTINGS, "content/posts/a.md": post("A", text="![A](a.svg)"), "content/posts/a.svg": bomb}
    )
    built = site.build()
    (told,) = (one for one in built.problems if one.rule == "unsafe-drawing")
    assert (told.path, told.line, told.severity) == ("content/posts/a.md", 6, "error")
    assert built.failed


def test_a_picture_of_which_nothing_can_be_made_is_told_where_it_is_shown(tmp_path: Path) -> None:
    site = SmallSite(tmp_path).write(
        {
            "site.yaml": SETTINGS,
            "content/posts/a.md": post(
                "A", text="![Cut off](cut.jpg)\n\n![And](fine.jpg)\n\nOnce more ![here](cut.jpg)."
            ),
            "content/posts/cut.jpg": photo()[:3000],
            "content/posts/fine.jpg": photo(),
        }
    )
    for checks in (False, True):
        built = site.build(checks=checks)
        found = [one for one in built.problems if one.rule == "unmade-picture"]
        assert [(one.path, one.line, one.column, one.length) for one in found] == [
            ("content/posts/a.md", 6, 12, 7),
            ("content/posts/a.md", 10, 19, 7),
        ]
        assert "the picture 'cut.jpg' can't be decoded" in found[0].message
        if not checks:
            page = built.outputs[OutputPath("posts/a/index.html")].decode()
    assert "<picture" not in around(page, "Cut off")
    assert "<picture" in around(page, "And")


def test_without_pillow_a_site_is_built_and_told_how_to_install_it(tmp_path: Path) -> None:
    SmallSite(tmp_path).write(FILES)
    code = msgspec.structs.replace(code_version(), pictures=b"")
    inputs = read_inputs(tmp_path, "", Looked(), 0, code)
    built = build(Options(root=tmp_path, now=NOW), inputs=inputs)
    found = [one for one in built.problems if one.rule == "unmade-picture"]
    assert [(one.path, one.line, one.severity) for one in found] == [("site.yaml", 3, "warning")]
    assert found[0].hint == "install it with: pip install 'proofpress[images]'"
    assert not built.failed
    assert not [path for path in built.made if path.endswith(".webp")]


def test_where_pictures_are_not_asked_for_nothing_of_them_is_loaded(tmp_path: Path) -> None:
    SmallSite(tmp_path).write({**FILES, "site.yaml": "title: t\nurl: https://me.example/\n"})
    code = (
        "import sys; from pathlib import Path; import datetime as dt\n"
        "from proofpress.update import update; from proofpress.builder.inputs import Options\n"
        f"update(Options(root=Path({str(tmp_path)!r}), now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC)))\n"
        "print([name for name in sys.modules if name == 'PIL' or name in ('proofpress.pictures', 'proofpress.builder.pictures')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "<picture><source srcset" in (tmp_path / "public/posts/a/index.html").read_text()
