"""What a page shows of what a listing gave: outputs as readers see them, text without what acts on a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.recorded.values import Drawn, Printed, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proofpress.recorded.pairing import Pair
    from proofpress.recorded.values import Output

_TITLES: Final = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
"""What sets a terminal's title, or makes a link (ECMA-48, "Operating System Command")."""
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_PICTURES: Final = 0x2400
"""Where Unicode has the visible signs of the control characters, the escape character's among them."""


def outputs_of(pair: Pair) -> tuple[Output, ...]:
    """Return what is shown below a listing: of what the post says itself, the pictures alone."""
    if pair.ran is None:
        return ()
    outputs = _joined(pair.ran.outputs)
    if pair.part.claim is not None or pair.part.answers:
        return tuple(output for output in outputs if isinstance(output, Drawn))
    return tuple(outputs)


def _joined(outputs: Iterable[Output]) -> Iterator[Output]:
    """Give outputs with those that follow each other on one stream as one; a last value is printed as a terminal does."""
    held: Printed | None = None
    for output in outputs:
        new = Printed(output.text) if isinstance(output, Value) else output
        if not isinstance(new, Printed):
            yield from _seen(held)
            held = None
            yield new
        elif held is not None and held.stream == new.stream:
            between = "" if held.text.endswith("\n") or not held.text else "\n"
            held = Printed(f"{held.text}{between if isinstance(output, Value) else ''}{new.text}", new.stream)
        else:
            yield from _seen(held)
            held = new
    yield from _seen(held)


def _seen(printed: Printed | None) -> Iterator[Output]:
    if printed is not None and (text := seen(printed.text)).strip():
        yield Printed(text, printed.stream)


def seen(text: str) -> str:
    r"""Return text as a terminal leaves it: a line that was written over (`\r`) as it was at last, no bells or titles.

    Colours stay, with U+241B for the escape character. Any other control character becomes its visible sign.
    """
    if "\r" in text:
        text = "\n".join(
            _written_over(line) if "\r" in line else line for line in text.replace("\r\n", "\n").split("\n")
        )
    if not _UNSEEN.search(text):
        return text
    text = _TITLES.sub("", text).replace("\x07", "")
    return _UNSEEN.sub(_sign, text)


def _written_over(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :]
    return shown


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"
