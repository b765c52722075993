"""Pictures made lighter: one in, the same in the widths that pages need out, as WebP or AVIF. The owner of Pillow.

A pure function of bytes and of what is asked for: encoders have fixed settings and one thread, so that two machines with
the same versions give the same bytes. Whatever the bytes are, a picture takes a bounded share of memory: what is large is
refused by its header, a JPEG is decoded at the scale that is needed, and all else happens to what is small already.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Format = Literal["webp", "avif"]

MOST_BYTES: Final = 64_000_000
"""Of a file that is decoded."""
MOST_PIXELS: Final = 25_000_000
"""Of a picture that is decoded as a whole, at four bytes each."""
MOST_AT_ONCE: Final = 10_000_000
"""Of one that is in memory several times: its decoder holds frames, or it is not made smaller while it is read."""
MOST_IN_SCALE: Final = 89_000_000
"""Of a JPEG, which is decoded at a smaller scale; Pillow by itself opens none that is larger."""
MOST_HELD: Final = 150_000_000
"""Bytes that the decoder of a JPEG holds of one that comes in several scans, as a progressive one does: all of it at once."""
MOST_WRITTEN: Final = 5_500_000
"""Pixels of one that is encoded, which takes thirty bytes for each; a line counts as 160 longer than it is (`_MARGIN`)."""
TALLEST: Final = 16_383
"""Lines that WebP has room for (RFC 9649, section 2.7)."""
MOST_MOVING: Final = 100_000_000
"""Of all frames of a GIF that moves, which are decoded and encoded one by one."""
APART: Final = 1.15
"""How many times as wide as the next one a picture is at least; what lies closer is not worth a file."""
WORTH: Final = 0.9
"""The share of the original's bytes that the widest one has at the most; else the original is light enough as it is."""
_NARROWEST: Final = 0.6
"""The share of the width that is useful which one has at the least that is too tall to be encoded in it."""
_MARGIN: Final = 160
_LIGHTER: Final = 20
"""By how much AVIF's number for quality is lower than WebP's for what looks alike."""
_SHORTEST, _PAUSE = 10, 100
"""Milliseconds: a pause that browsers do not keep to, and what they make of it."""
_READ: Final = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP")
"""What browsers show. No other decoder is let near a file, whatever its ending says."""
_JPEGS: Final = {"JPEG", "MPO"}
"""MPO is a JPEG with others behind it (CIPA DC-007): what phones take, with a map of its brightness. Browsers show the first."""
_STRIP: Final = 256
"""Lines that are made smaller at once."""
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip
"""What makes a picture upright, by the orientation that EXIF gives it (CIPA DC-008, 4.6.4); from 5 on it lies on its side."""


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for: formats, those that browsers are to prefer first, widths in pixels, and the quality, 1 to 100."""

    formats: tuple[Format, ...]
    widths: tuple[int, ...]
    quality: int


class Encoded(msgspec.Struct, frozen=True):
    """A picture in one format and width."""

    format: Format
    width: int
    data: bytes


class Picture(msgspec.Struct, frozen=True):
    """What became of a picture. Without any `variants` it is best published as it is: it is light already."""

    tint: str = ""
    """Its colour on average, three digits of 0, 5, a and f; empty where something shines through."""
    variants: tuple[Encoded, ...] = ()
    """In the order of the formats; of each, the narrowest first."""
    lacking: tuple[Format, ...] = ()
    """Formats that cannot be written here."""


class UnmadeError(Exception):
    """Why nothing can be made of a picture, in words that go on after `the picture`."""


def make(data: bytes, wanted: Wanted) -> Picture:
    """Return a picture in the widths that are wanted, none wider than it is. Raises UnmadeError, and MemoryError."""
    from PIL import Image, UnidentifiedImageError, features  # noqa: PLC0415 - an extra, needed only where a site asks for it

    if len(data) > MOST_BYTES:
        raise UnmadeError(f"has {len(data) / 1e6:,.0f} MB, of which {MOST_BYTES // 10**6} are decoded")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata that is not quite right: the pixels are what counts
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                return _made(image, wanted, data, [one for one in wanted.formats if not features.check(one)])
        except (UnmadeError, MemoryError):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UnmadeError(_TOO_MANY) from None
        except UnidentifiedImageError:
            raise UnmadeError("is of no format that browsers show, or damaged") from None
        except Exception as error:  # whatever the bytes do to a decoder, the picture is only not made
            raise UnmadeError(f"can't be decoded ({str(error)[:80] or type(error).__name__})") from error


def _made(image: Any, wanted: Wanted, data: bytes, lacking: Sequence[Format]) -> Picture:
    size = len(data)
    if image.format not in _JPEGS:
        _bounded(image, MOST_PIXELS)  # before anything is asked of it that decodes it
    if image.format != "MPO" and getattr(image, "is_animated", False):
        return _moving(image, wanted, size)
    # Chromium heeds the orientation of every format but WebP; AVIF's own transformations reach us as one.
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1), "") if image.format != "WEBP" else ""
    lying = turn in {"TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90"}
    width, height = image.size[::-1] if lying else image.size
    widest = _widest(width, height, max(wanted.widths))
    widths = [*(each for each in sorted(set(wanted.widths)) if each * APART <= widest), widest]
    if image.format in _JPEGS:
        _held(image, data)
    small = _in_srgb(_reduced(image, _factor(image, widest, lying=lying)), image.info)
    small = _upright(small, turn)
    sizes = [(each, max(1, round(height * each / width))) for each in widths]
    drawn = image.format in {"PNG", "GIF", "BMP"}
    formats = [form for form in wanted.formats if form not in lacking]
    found = [one for form in formats for one in _variants(form, small, sizes, wanted.quality, drawn=drawn)]
    lighter = {one.format for one in found if one.width == widest and len(one.data) <= WORTH * size}
    return Picture(_tint(small), tuple(one for one in found if one.format in lighter), tuple(lacking))


def _moving(image: Any, wanted: Wanted, size: int) -> Picture:
    """Return a GIF that moves as WebP that does, in its own width, with its pauses and as often: if that is lighter.

    One frame is in memory after the other. What else moves stays as it is.
    """
    if image.format != "GIF" or "webp" not in wanted.formats:
        return Picture()
    _bounded(image, MOST_AT_ONCE)
    width, height = image.size
    frames = image.n_frames
    if frames * width * height > MOST_MOVING:
        raise UnmadeError(f"has {frames:,} frames of {width:,} by {height:,} pixels, more than are decoded")
    pauses = []
    for number in range(frames):
        image.seek(number)
        pause = image.info.get("duration", 0)
        pauses.append(pause if pause > _SHORTEST else _PAUSE)
    image.seek(0)
    again = image.info.get("loop")
    # How often it is shown again, 0 for ever, in a GIF; in WebP how often it is shown (gif2webp does the same).
    times = 1 if again is None else again and min(again + 1, 65_535)
    out = io.BytesIO()
    options = {"duration": pauses, "loop": times, "quality": wanted.quality, "method": 3, "background": (0, 0, 0, 0)}
    image.save(out, "WEBP", save_all=True, allow_mixed=True, **options)
    data = out.getvalue()
    return Picture(variants=(Encoded("webp", width, data),)) if len(data) <= WORTH * size else Picture()


def _widest(width: int, height: int, wanted: int) -> int:
    """Return the greatest width in which a picture is made: never more than its own, nor more than can be encoded.

    Raises UnmadeError for one that is so tall that it would be shown larger than it is made.
    """
    useful = min(width, wanted)
    share = height / width
    # (x + margin) * x * share is what is encoded.
    widest = int(((_MARGIN / 2) ** 2 + MOST_WRITTEN / share) ** 0.5 - _MARGIN / 2)
    widest = min(useful, widest, int(TALLEST / share))
    if widest < _NARROWEST * useful:
        raise UnmadeError(f"is {height:,} pixels high, too high for a width of {useful:,}")
    return widest


def _held(image: Any, data: bytes) -> None:
    """Raise UnmadeError for a JPEG of which the decoder would hold too much (T.81, A.2 and G.1): two bytes a coefficient."""
    if not image.info.get("progressive") and _in_first_scan(data) == image.layers:
        return
    sampled = [(across, down) for _, across, down, _ in image.layer]
    most = max(across for across, _ in sampled) * max(down for _, down in sampled)
    width, height = image.size
    if 2 * width * height * sum(across * down for across, down in sampled) / most > MOST_HELD:
        raise UnmadeError(f"has {width:,} by {height:,} pixels in several scans, more than are decoded")


def _in_first_scan(data: bytes) -> int:
    """Return how many components the first scan of a JPEG has (T.81, B.2.3); 0 where its segments don't lead there."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 < len(data):
        if data[at + 1] == 0xDA:
            return data[at + 4]
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0


def _factor(image: Any, widest: int, *, lying: bool) -> int:
    """Return by which whole number a picture is made smaller while it is read, after a JPEG's scale was chosen.

    Raises UnmadeError for what would take too much memory.
    """
    width, height = image.size
    share = widest / (height if lying else width)
    if image.format in _JPEGS and width * height <= MOST_IN_SCALE:
        image.draft(None, (max(1, int(width * share)), max(1, int(height * share))))
    factor: int = max(1, (image.size[1] if lying else image.size[0]) // widest)
    _bounded(image, MOST_AT_ONCE if factor == 1 or image.format in {"WEBP", "AVIF", "GIF"} else MOST_PIXELS)
    return factor


def _bounded(image: Any, most: int) -> None:
    width, height = image.size
    if width * height > most:
        raise UnmadeError(f"has {width:,} by {height:,} pixels, more than are decoded")


def _reduced(image: Any, factor: int) -> Any:
    """Return a picture of grey, RGB, RGBA or CMYK, made smaller by a whole number, strip by strip.

    So there is no second one of its size in memory.
    """
    from PIL import Image  # noqa: PLC0415 - an extra, needed only where a site asks for it

    image.load()
    if factor == 1:
        return _plain(image)
    width, height = image.size
    strip = _STRIP * factor
    whole: Any = None
    for top in range(0, height, strip):
        piece = _plain(image.crop((0, top, width, min(height, top + strip)))).reduce(factor)
        if whole is None:
            whole = Image.new(piece.mode, (piece.size[0], -(-height // factor)))
        whole.paste(piece, (0, top // factor))
    return whole


def _plain(piece: Any) -> Any:
    """Return a part of a picture in a mode that can be made smaller, in 8 bits."""
    if piece.mode.startswith("I"):
        return piece.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if piece.has_transparency_data:
        return piece if piece.mode == "RGBA" else piece.convert("RGBA")
    if piece.mode in {"L", "RGB", "CMYK"}:
        return piece
    return piece.convert("L" if piece.mode == "1" else "RGB")


def _in_srgb(small: Any, info: dict[Any, Any]) -> Any:
    """Return a picture in the colours of the web, as its profile says what its own mean; grey without one stays grey."""
    alpha = small.getchannel("A") if small.mode == "RGBA" else None
    colours = small.convert("RGB") if alpha is not None else small
    profile = info.get("icc_profile")
    if profile:
        colours = _converted(colours, profile)
    if colours.mode == "CMYK":
        colours = colours.convert("RGB")
    if alpha is not None and alpha.getextrema()[0] < 255:
        colours = colours.convert("RGB")
        colours.putalpha(alpha)
    colours.info = {}  # whatever else it said of where, when and by whom it was taken
    return colours


def _converted(colours: Any, profile: bytes) -> Any:
    from PIL import ImageCms  # noqa: PLC0415 - for pictures with a profile

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(own).startswith("sRGB"):
            return colours
        return ImageCms.profileToProfile(colours, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return colours  # a profile that is damaged, or of another kind of picture: browsers do without, too


def _upright(small: Any, turn: str) -> Any:
    from PIL import Image  # noqa: PLC0415 - as above

    return small.transpose(Image.Transpose[turn]) if turn else small


def _variants(
    form: Format, small: Any, sizes: Sequence[tuple[int, int]], quality: int, *, drawn: bool
) -> Iterator[Encoded]:
    """Give a picture in a format, in each of these sizes.

    What is drawn (a plot, a screenshot) is often lighter, and better, without loss: the narrowest one tells.
    """
    from PIL import Image  # noqa: PLC0415 - as above

    lossless = False
    for number, size in enumerate(sizes):
        image = small if size == small.size else small.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        data = _encoded(image, form, quality, lossless=lossless)
        if number == 0 and drawn and form == "webp":
            exact = _encoded(image, form, quality, lossless=True)
            lossless = len(exact) <= len(data)
            data = exact if lossless else data
        yield Encoded(form, size[0], data)


def _encoded(image: Any, form: Format, quality: int, *, lossless: bool) -> bytes:
    out = io.BytesIO()
    if form == "avif":
        # By threads and tiles an encoder may give other bytes on another machine.
        lower = max(1, quality - _LIGHTER)
        shown = image if image.mode == "RGBA" else image.convert("RGB")
        shown.save(out, "AVIF", quality=lower, speed=6, max_threads=1, autotiling=False, subsampling="4:2:0")
    elif lossless:
        image.save(out, "WEBP", lossless=True, quality=50, method=2)
    else:
        image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _tint(small: Any) -> str:
    """Return a picture's colour on average, coarsely; nothing where what is behind shines through."""
    from PIL import Image  # noqa: PLC0415 - as above

    if small.mode == "RGBA":
        return ""
    colour = small.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return "".join(_LEVELS[round(value / 85)] for value in colour)


_LEVELS: Final = "05af"
_TOO_MANY: Final = "has more pixels than are decoded"
