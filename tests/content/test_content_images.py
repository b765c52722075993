"""The size of an image is the one that a browser gives it."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from proofpress.content.images import measure

if TYPE_CHECKING:
    from pathlib import Path

TURNED = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
"""EXIF data that says: by a quarter."""

SIZED = [
    ('width="40" height="30"', (40, 30)),
    ('height="90" viewBox="0 0 40 30"', (120, 90)),
    ('width="80" viewBox="0,0, 40 ,30"', (80, 60)),
    ('width="2cm" height="1cm" viewBox="0 0 20 10"', (76, 38)),
    ('width="1e2" height="+2.5E1"', (100, 25)),
    ('width="40q" height="1in"', (38, 96)),
    ('width="12pt" height="1pc"', (16, 16)),
    ('width=" 70 " height="9PX"', (70, 9)),
    ('width="100%" height="50" viewBox="0 0 8 8"', (50, 50)),
    ('width="abc" height="12" viewBox="0 0 40 30"', (16, 12)),
    ('width="2em" height="1rem"', (32, 16)),
    ('width="10.4" height="10.6"', (10, 11)),
]
UNSIZED = [
    'viewBox="0 0 40 30"', 'height="100%" viewBox="0 0 8 8"', 'width="100%" height="100%" viewBox="0 0 40 30"', "",
    'width="70"', 'width="0" height="10" viewBox="0 0 40 30"', 'width="-5" height="10" viewBox="0 0 40 30"',
    'height="90" viewBox="0 0 0 30"', 'height="90" viewBox="0 0 40 30" preserveAspectRatio="none"',
    'width="2rem" height="5vw"', 'stroke-width="4" line-height="3"',
]  # fmt: skip


def svg(attributes: str, before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect width="9" height="9"/></svg>'.encode()


def png(width: int, height: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + (chunk(b"eXIf", before) if before else b"")
        + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1) * height))
        + (chunk(b"eXIf", after) if after else b"")
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("attributes", "size"), SIZED)
def test_an_svg_has_the_size_that_its_root_says_or_that_follows_from_its_view_box(
    attributes: str, size: tuple[int, int]
) -> None:
    assert measure("a.svg", svg(attributes)) == (size, None)


@pytest.mark.parametrize("attributes", UNSIZED)
def test_an_svg_that_a_browser_fits_to_the_page_has_no_size(attributes: str) -> None:
    assert measure("a.svg", svg(attributes)) == (None, None)


@pytest.mark.parametrize(
    "before",
    [
        '<?xml version="1.0"?>\n<!-- <svg width="1" height="1"> -->\n',
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n',
        "<!DOCTYPE svg [<!ENTITY a \"<svg width='1' height='1'>\">]>",
    ],
)
def test_the_root_of_an_svg_is_found_behind_what_may_stand_before_it(before: str) -> None:
    assert measure("a.SVG", svg('width="40" height="30"', before)) == ((40, 30), None)


def test_an_svg_in_utf_16_and_one_with_a_prefix_are_read() -> None:
    assert measure("a.svg", svg("width='40' height='30'").decode().encode("utf-16")) == ((40, 30), None)
    assert measure("a.svg", b'<s:svg xmlns:s="http://www.w3.org/2000/svg" width="4" height="3"/>') == ((4, 3), None)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(40, 30), (40, 30)),
        (png(40, 30, before=TURNED), (30, 40)),
        (png(40, 30, after=TURNED), (40, 30)),
        (png(40, 30, before=b"MM\0*\xff\xff\xff\xff"), (40, 30)),
        (png(40, 30, before=b"II"), (40, 30)),
    ],
)
def test_a_png_is_turned_as_its_exif_data_before_the_image_says(data: bytes, size: tuple[int, int]) -> None:
    assert measure("a.png", data) == (size, None)


def test_what_is_no_image_is_a_problem() -> None:
    for name, data in {
        "a.svg": b"nothing",
        "b.png": b"\x89PNG\r\n\x1a\n",
        "c.svg": b"version https://git-lfs.github.com/spec/v1",
    }.items():
        size, fault = measure(name, data)
        assert size is None
        assert fault is not None
        assert fault.rule == "unreadable-image"


def test_a_browser_gives_images_these_sizes(tmp_path: Path) -> None:
    images: dict[str, Any] = {
        f"{number}.svg": (svg(attributes), size) for number, (attributes, size) in enumerate(SIZED)
    }
    images |= {"before.png": (png(40, 30, before=TURNED), (30, 40)), "after.png": (png(40, 30, after=TURNED), (40, 30))}
    for name, (data, _) in images.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "index.html").write_text("".join(f'<p><img src="{name}">' for name in images))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((tmp_path / "index.html").as_uri())
        sizes = page.evaluate("[...document.images].map(one => [one.naturalWidth, one.naturalHeight])")
        browser.close()
    assert [tuple(size) for size in sizes] == [size for _, size in images.values()]
