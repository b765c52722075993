"""The judge of URLs: laws that hold for every text. That it reads as Chromium does is in tests/published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.addresses import Refusal, site_path, web_address
from proofpress.markdown.urls import encoded
from proofpress.urls import read

REFERENCES = st.text() | st.text(
    alphabet=st.sampled_from("\t\n\r \x00\x01\x1f/\\.:?#%@&;javscriptJAVSCRIPTdatahttps0é\u200b\xa0"), max_size=30
)
MARKS = st.sampled_from(["\t", "\n", "\r", "\r\n", "\t\n\t"])
TRIMMED = st.text(alphabet=[chr(number) for number in range(0x21)], max_size=4)


@given(REFERENCES)
def test_what_is_left_of_a_reference_reads_as_the_reference_did(reference: str) -> None:
    reading = read(reference)
    again = read(reading.text)
    assert (again.text, again.scheme, again.network) == (reading.text, reading.scheme, reading.network)
    assert not set("\t\n\r") & set(reading.text)


@given(REFERENCES)
def test_a_reference_is_of_this_site_or_has_a_scheme_or_a_host(reference: str) -> None:
    reading = read(reference)
    assert [reading.local, bool(reading.scheme), reading.network].count(True) == 1
    assert not (reading.local and reading.disguised)


@given(REFERENCES, TRIMMED, TRIMMED)
def test_controls_and_blanks_at_either_end_change_nothing(reference: str, before: str, after: str) -> None:
    assert read(before + reference + after) == read(reference)


@given(st.sampled_from(["javascript:x", "VBScript:x", "data:text/html,x", "file:///x", "blob:x"]), st.data())
def test_no_dropped_character_and_no_case_makes_a_script_safe(reference: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(reference)))
        reference = reference[:at] + data.draw(MARKS) + reference[at:]
    reference = data.draw(st.sampled_from([str.upper, str.lower, str.title]))(reference)
    assert not read(reference).is_safe()
    assert not read(reference).is_safe(image=True)
    assert not read(reference).local
    assert isinstance(web_address(reference), Refusal)
    assert isinstance(site_path(reference), Refusal)


@given(st.sampled_from(["/\\x.example", "\\\\x.example", "\\/x.example", "/\t/x.example", "\\\n\\x.example"]), TRIMMED)
def test_a_host_that_does_not_show_is_refused(reference: str, before: str) -> None:
    reading = read(before + reference)
    assert reading.network
    assert reading.disguised
    assert not reading.is_safe()


@given(REFERENCES)
def test_what_is_written_for_another_site_reads_as_what_was_judged(reference: str) -> None:
    reading = read(reference)
    if reading.is_safe() and not reading.local:
        written = read(encoded(reading.text))
        assert written.is_safe()
        assert not written.disguised
        assert written.scheme in (reading.scheme, "")


@given(REFERENCES)
def test_what_front_matter_may_name_is_safe_and_of_the_web(text: str) -> None:
    address = web_address(text)
    if isinstance(address, str):
        reading = read(address)
        assert reading.is_safe()
        assert reading.local or reading.scheme in ("http", "https")
    path = site_path(text)
    if isinstance(path, str):
        assert read(path).local
        assert read(path).text == path


@pytest.mark.parametrize(
    ("reference", "image", "safe"),
    [
        ("data:image/png;base64,x", False, True),
        (" DATA:image/\tpng,x", False, True),
        ("data:image/svg+xml,x", False, False),
        ("data:image/svg+xml,x", True, True),
        ("data:image/svg+xml-x,x", True, False),
        ("data:text/html,x", True, False),
        ("javascript:x", True, False),
        ("//cdn.example/x", False, True),
        ("java script:x", False, True),
        ("mailto:a@b.example", False, True),
    ],
)
def test_data_is_safe_where_it_is_a_picture(reference: str, *, image: bool, safe: bool) -> None:
    assert read(reference).is_safe(image=image) is safe
