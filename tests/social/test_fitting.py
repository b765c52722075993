"""Words in lines: as large as they fit, at every size of title and in scripts without blanks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.social import fonts
from proofpress.social.fitting import Box, fit
from proofpress.social.fonts import FontError, lacking, read_face, shipped, width

BOX = Box(width=1020, height=310, largest=84, smallest=46)
LONG = "Speculative decoding, paged attention and continuous batching in servers of language models, " * 4
WORDS = st.text("abcdefgh ÄÉ-/日本、。「」한국어", max_size=200)


def test_a_short_title_stands_on_one_line_in_the_largest_letters() -> None:
    assert fit("A  short\ntitle", shipped(), BOX) == fit("A short title", shipped(), BOX)
    assert (fit("A short title", shipped(), BOX).lines, fit("Short", shipped(), BOX).size) == (("A short title",), 84)


def test_a_longer_title_has_smaller_letters_and_lines_of_like_length() -> None:
    found = fit(
        "How a warp scheduler hides the latency of memory, and what it costs you when it cannot", shipped(), BOX
    )
    assert 46 <= found.size < 84
    lengths = [width(line, shipped()) for line in found.lines]
    assert min(lengths) > 0.6 * max(lengths)


def test_a_title_that_fits_at_no_size_ends_with_an_ellipsis_at_a_word() -> None:
    found = fit(LONG, shipped(), BOX)
    *_, last = found.lines
    assert (found.size, last[-1]) == (46, "…")
    assert (
        f"{' '.join(found.lines).removesuffix('…')} " in LONG or f"{' '.join(found.lines).removesuffix('…')}," in LONG
    )


def test_what_has_no_blanks_breaks_between_characters_but_not_before_a_closing_mark() -> None:
    found = fit("日本語の長い題名を、行に分けて「カード」に収める方法について（編）", shipped(), BOX)
    assert len(found.lines) > 1
    assert not any(line[0] in "、」）" or line[-1] in "「（" for line in found.lines)
    assert (
        fit("한국어 제목은 낱말 사이에서 나뉜다 그리고 더 길어진다", shipped(), BOX).lines[0].split()[-1]
        in "한국어 제목은 낱말 사이에서 나뉜다"
    )


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_every_line_fits_its_box_and_no_letter_is_lost_but_behind_an_ellipsis(text: str) -> None:
    found = fit(text, shipped(), BOX)
    assert all(width(line, shipped()) * found.size <= BOX.width for line in found.lines)
    assert found.height <= BOX.height
    written = "".join(found.lines).replace(" ", "")
    wanted = "".join(text.split())
    assert written == wanted or (written[-1] == "…" and wanted.startswith(written[:-1]))


def test_the_shipped_fonts_have_the_letters_of_four_scripts_and_the_signs_of_titles() -> None:
    assert (
        lacking("Größe, fiancé, Łódź, Ελληνικά, Быстрая, Tiếng Việt: 1 → 2 ≠ 3 ≤ 4 × 5 … “a” ‘b’ – — €", shipped())
        == ""
    )
    assert lacking("a日本日 b", shipped()) == "日本"
    assert lacking("🎉 Release \u202b2.0\u202c ⚡️", shipped()) == ""
    assert {face.family for face in shipped()} == {"STIX Two Text", "STIX Two Math"}


@pytest.mark.parametrize(
    "data",
    [b"", b"no font at all", b"wOF2" + bytes(60), b"\0\1\0\0\0\1" + bytes(6), b"ttcf" + bytes(40)],
)
def test_what_is_no_font_is_told_and_never_an_accident(data: bytes) -> None:
    with pytest.raises(FontError):
        read_face(data)


def test_a_font_that_is_cut_off_anywhere_is_read_or_told() -> None:
    whole = (Path(fonts.__file__).parent / "fonts" / "signs.ttf").read_bytes()
    read = 0
    for end in range(0, len(whole), 997):
        try:
            read += bool(read_face(whole[:end]).advances)
        except FontError:
            continue
    assert read_face(whole).family == "STIX Two Math"
    assert read < 24
