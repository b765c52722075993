"""One picture made lighter: what comes out, and what no picture can do to whoever makes it so."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image, ImageCms

from proofpress.content.images import holds_location
from proofpress.pictures import Picture, UnmadeError, Wanted, make

WANTED: Final = Wanted(("webp",), (40, 80, 160), 80)


def grain(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return a picture with something in it everywhere, the same each time; its left half is dark."""
    bands = len(mode)
    size = width * height * bands
    pixels = bytes((at * at // 7 + at) % 97 + (120 if at // bands % width > width // 2 else 0) for at in range(size))
    return Image.frombytes(mode, (width, height), pixels)


def written(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(picture: Picture) -> list[Image.Image]:
    return [Image.open(io.BytesIO(one.data)) for one in picture.variants]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def test_a_picture_is_made_in_the_widths_that_are_wanted_and_in_its_own_but_never_larger() -> None:
    for width, widths in ((300, [40, 80, 160]), (100, [40, 80, 100]), (85, [40, 85]), (30, [30])):
        made = make(written(grain(width, width // 2), "JPEG", quality=95), WANTED)
        assert [one.width for one in made.variants] == widths
        assert [image.size for image in opened(made)] == [(each, round(each / 2)) for each in widths]


def test_what_is_light_already_is_left_as_it_is() -> None:
    assert make(written(grain(200, 100), "WEBP", quality=20), WANTED).variants == ()


def test_a_picture_that_moves_is_left_as_it_is_but_for_a_gif() -> None:
    frames = [Image.new("L", (64, 64), shade) for shade in (0, 90, 200)]
    for form in ("WEBP", "PNG"):
        assert make(written(frames[0], form, save_all=True, append_images=frames[1:]), WANTED) == Picture()


def moving(count: int, pauses: list[int], **options: Any) -> bytes:
    """Return a GIF in which something moves over grain."""
    frames = [grain(120, 90).quantize(32) for _ in range(count)]
    for number, frame in enumerate(frames):
        frame.paste(number % 32, (number * 7, 10, number * 7 + 20, 40))
    return written(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=pauses, **options)


@pytest.mark.parametrize(("again", "times"), [(None, 1), (0, 0), (3, 4)])
def test_a_gif_that_moves_becomes_a_webp_that_does_with_its_pauses_and_as_often(again: int | None, times: int) -> None:
    pauses = [40, 250, 10, 70]
    data = moving(4, pauses, **({} if again is None else {"loop": again}))
    (made,) = make(data, WANTED).variants
    assert (made.format, made.width) == ("webp", 120)
    assert len(made.data) < len(data)
    found = Image.open(io.BytesIO(made.data))
    assert (found.size, found.n_frames, found.info["loop"]) == ((120, 90), 4, times)  # type: ignore[attr-defined]
    shown = []
    for number in range(4):
        found.seek(number)
        found.load()
        shown.append(found.info["duration"])
    assert shown == [40, 250, 100, 70]  # so short a pause is no browser's


def test_a_gif_that_moves_stays_where_webp_is_not_asked_for_or_is_no_lighter() -> None:
    assert make(moving(4, [40] * 4), Wanted(("avif",), (40,), 80)) == Picture()
    dots = [Image.new("P", (1, 1), colour) for colour in (0, 1)]
    for dot in dots:
        dot.putpalette([0, 0, 0, 255, 255, 255])
    small = written(dots[0], "GIF", save_all=True, append_images=dots[1:], duration=50, optimize=True)
    assert make(small, WANTED) == Picture()


def test_a_gif_of_more_frames_than_are_decoded_is_refused_before_one_is() -> None:
    frame = bytes.fromhex("2c00000000e803e803000202440100")  # no picture comes of it, were it decoded
    data = b"GIF89a" + struct.pack("<HHBBB", 1000, 1000, 0x80, 0, 0) + bytes(6) + frame * 200 + b";"
    with pytest.raises(UnmadeError, match="has 200 frames of 1,000 by 1,000 pixels, more than are decoded"):
        make(data, WANTED)


def test_a_picture_on_its_side_is_turned_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    for form, options in (("JPEG", {"quality": 95}), ("PNG", {"compress_level": 0})):
        data = written(grain(200, 100), form, exif=exif, **options)
        assert holds_location(data)
        made = make(data, WANTED)
        first = opened(made)[0]
        assert [image.size for image in opened(made)] == [(40, 80), (80, 160), (100, 200)]
        assert first.convert("L").getpixel((20, 10)) < first.convert("L").getpixel((20, 70))  # type: ignore[operator]
        assert not any(holds_location(one.data) or b"EXIF" in one.data or b"ICCP" in one.data for one in made.variants)


def test_colours_are_those_that_the_profile_means() -> None:
    """In a profile that turns red and blue about, what is written as red is blue."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, blue = srgb.index(b"rXYZ"), srgb.index(b"bXYZ")
    swapped = bytearray(srgb.replace(b"sRGB built-in", b"BGR, built in"))
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for name, profile in (("sRGB", srgb), ("BGR", bytes(swapped).replace(b"s\0R\0G\0B", b"B\0G\0R\0s"))):
        data = written(Image.new("RGB", (200, 100), (230, 20, 10)), "BMP")
        data = written(Image.open(io.BytesIO(data)), "PNG", icc_profile=profile, compress_level=0)
        made = make(data, WANTED)
        pixel = opened(made)[0].convert("RGB").getpixel((5, 5))
        assert isinstance(pixel, tuple)
        assert (pixel[0] > pixel[2]) == (name == "sRGB"), (name, pixel)


@pytest.mark.parametrize(
    ("data", "tint"),
    [
        (written(Image.new("CMYK", (120, 90), (0, 255, 255, 0)), "JPEG", quality=100), "f00"),
        (written(Image.new("I;16", (120, 90), 40_000), "PNG", compress_level=0), "aaa"),
        (written(Image.new("1", (120, 90), 1), "PNG", compress_level=0), "fff"),
        (written(Image.new("P", (120, 90), 1), "PNG", compress_level=0), "000"),
        (written(Image.new("RGBA", (120, 90), (0, 0, 255, 255)), "PNG", compress_level=0), "00f"),
        (written(Image.new("RGBA", (120, 90), (0, 0, 255, 40)), "PNG", compress_level=0), ""),
        (written(Image.new("LA", (120, 90), (9, 40)), "PNG", compress_level=0), ""),
    ],
    ids=["cmyk", "16 bit", "1 bit", "palette", "opaque", "see-through", "see-through grey"],
)
def test_every_kind_of_pixel_can_be_made_lighter(data: bytes, tint: str) -> None:
    made = make(data, WANTED)
    assert [image.size for image in opened(made)][-1] == (120, 90)
    assert made.tint == tint


def test_avif_is_the_same_however_many_threads_there_might_be() -> None:
    wanted = Wanted(("avif", "webp"), (80,), 80)
    code = (
        "import os, sys, hashlib; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]) if sys.argv[1] == '1' else None\n"
        "from proofpress.pictures import *\n"
        "made = make(sys.stdin.buffer.read(), Wanted(('avif', 'webp'), (80,), 80))\n"
        "print([(one.format, hashlib.md5(one.data).hexdigest()) for one in made.variants])"
    )
    data = written(grain(120, 90), "JPEG", quality=98)
    assert [one.format for one in make(data, wanted).variants] == ["avif", "webp"]
    said = {
        subprocess.run([sys.executable, "-c", code, cores], input=data, capture_output=True, check=True).stdout
        for cores in ("1", "all")
    }
    assert len(said) == 1


HOSTILE: Final = {
    "a bomb": (png(60_000, 60_000, bytes(1_000_000)), "more pixels"),
    "too many to be decoded": (png(9_000, 4_000, bytes(100)), "9,000 by 4,000 pixels"),
    "a profile that is a bomb": (
        png(200, 90, bytes(100), chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(50_000_000)))),
        "can't be decoded",
    ),
    "cut off": (written(grain(300, 200), "JPEG")[:9_000], "truncated"),
    "cut off in its header": (png(300, 200, b"")[:30], "damaged"),
    "no picture": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no format that browsers show"),
    "a program": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no format that browsers show"),
    "nothing": (b"", "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_of_what_cannot_be_decoded_it_is_said_why(name: str) -> None:
    data, why = HOSTILE[name]
    with pytest.raises(UnmadeError) as error:
        make(data, WANTED)
    assert why in str(error.value)
    assert " at 0x" not in str(error.value)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells how much memory a process had at most")
def test_what_is_large_takes_little_memory(tmp_path: Path) -> None:
    row = bytes(range(256)) * 59
    large = png(5_000, 4_800, (b"\0" + row[:15_000]) * 4_800)
    wide = png(20_000, 600, (b"\0" + (row * 4)[:60_000]) * 600)
    tall = png(1_440, 6_000, (b"\0" + (row * 4)[:4_320]) * 6_000)
    for name, data, widths in (
        ("large.png", large, [600]),
        ("wide.png", wide, [600]),
        ("tall.png", tall, [600, 1_071]),
    ):
        (tmp_path / name).write_bytes(data)
        code = (
            "import re, sys; from pathlib import Path; from proofpress.pictures import *\n"
            "asked = (600, 1680) if 'tall' in sys.argv[1] else (600,)\n"
            "print([one.width for one in make(Path(sys.argv[1]).read_bytes(), Wanted(('webp',), asked, 80)).variants])\n"
            "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / name)], capture_output=True, text=True, check=True
        )
        made, most = done.stdout.splitlines()
        assert made in {"[]", str(widths)}
        assert int(most) < 300_000, f"{most} KB"


def test_a_photograph_with_others_behind_it_is_made_lighter_as_the_first_of_them() -> None:
    data = written(grain(200, 100), "MPO", save_all=True, append_images=[grain(30, 20)], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert [image.size for image in opened(make(data, WANTED))] == [(40, 20), (80, 40), (160, 80)]


def test_what_is_too_tall_to_be_encoded_is_told() -> None:
    with pytest.raises(UnmadeError, match="is 20,000 pixels high, too high for a width of 500"):
        make(png(500, 20_000, bytes(1_501 * 20_000)), Wanted(("webp",), (600,), 80))


def test_of_a_photograph_in_several_scans_no_more_is_held_than_of_others() -> None:
    header = written(Image.new("RGB", (16, 16)), "JPEG", progressive=True)
    size = header.index(b"\xff\xc2") + 5
    large = header[:size] + struct.pack(">HH", 9_000, 9_000) + header[size + 4 :]
    with pytest.raises(UnmadeError, match="9,000 by 9,000 pixels in several scans"):
        make(large, WANTED)


def test_where_a_picture_was_taken_is_found_in_every_format() -> None:
    exif, plain = Image.Exif(), Image.Exif()
    exif[0x010F] = plain[0x010F] = "A maker"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    for form in ("JPEG", "PNG", "WEBP", "AVIF"):
        assert holds_location(written(grain(8, 8), form, exif=exif)), form
        assert not holds_location(written(grain(8, 8), form, exif=plain)), form
    xmp = b'<x exif:GPSLatitude="52,31N"/>'
    assert holds_location(written(grain(8, 8), "WEBP", xmp=xmp))
    said = exif.tobytes()
    raw = b"\nexif\n%8d\n" % len(said) + said.hex().encode()
    for kind, text in (
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
        (b"tEXt", b"Raw profile type APP1\0" + raw),
    ):
        assert holds_location(png(8, 8, bytes(200), chunk(kind, text))), text
    for text in (b"Raw profile type exif\0\0" + zlib.compress(b"exif 9 zz"), b"Raw profile type exif\0\0no"):
        assert not holds_location(png(8, 8, bytes(200), chunk(b"zTXt", text)))
    assert not holds_location(b"Exif\0\0II*\0\xff\xff\xff\xff")
