"""Draw templates/static/card.png, the picture by which a page without one of its own is shown elsewhere: the theme's mark.

    python bench/card.py

A printer's registration mark, as in the header of every page: 1200 by 630 pixels, in eight shades of red on white.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parents[1] / "templates" / "static" / "card.png"
WIDTH, HEIGHT = 1200, 630
ACCENT: Final = (0xB3, 0x31, 0x1D)
RADIUS: Final = 170.0
"""Of the cross's arms, in pixels; the ring lies within."""
RING: Final = (0.54 * RADIUS, 0.72 * RADIUS)
ARM: Final = 9.0
"""Half of how thick a line of the cross is."""
SHADES: Final = 8


def covered(x: float, y: float) -> float:
    """Return how much of a pixel the mark covers, from 0 to 1, by its distance from the nearest edge."""
    far = math.hypot(x, y)
    ring = min(far - RING[0], RING[1] - far)
    cross = max(min(ARM - abs(x), RADIUS - abs(y)), min(ARM - abs(y), RADIUS - abs(x)))
    return min(1.0, max(0.0, max(ring, cross) + 0.5))


def picture() -> bytes:
    """Return it as a PNG with a palette (ISO/IEC 15948)."""
    rows = bytearray()
    for line in range(HEIGHT):
        rows.append(0)
        rows += bytes(
            round(covered(column + 0.5 - WIDTH / 2, line + 0.5 - HEIGHT / 2) * (SHADES - 1)) for column in range(WIDTH)
        )
    palette = b"".join(
        bytes(round(255 + (channel - 255) * shade / (SHADES - 1)) for channel in ACCENT) for shade in range(SHADES)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


if __name__ == "__main__":
    TARGET.write_bytes(picture())
    print(f"{TARGET.stat().st_size:,} bytes")
