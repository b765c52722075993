"""SVG files made harmless: what is taken out, what stays to the byte, and what is refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofpress.drawings import UncleanError, clean

SVG: Final = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
HTML: Final = 'xmlns="http://www.w3.org/1999/xhtml"'

HARMLESS: Final = [
    "<rect/><!-- a remark -->",
    '<a href="https://example.org/"><text>a &amp; b</text></a>',
    '<image xlink:href="data:image/png;base64,AA"/><use href="#x"/>',
    "<style><![CDATA[@font-face{src:url(data:font/woff2;base64,AA)} r > t{fill:url(#g)}]]></style>",
    f'<foreignObject><div {HTML} style="color:red">words<br/></div></foreignObject>',
    '<animate attributeName="x" values="0;1" dur="1s"/>',
    '<x:namedview xmlns:x="http://example.org/editor" x:onwards="1"/>'.replace("onwards", "zoom"),
]


@pytest.mark.parametrize("inside", HARMLESS)
def test_a_drawing_that_runs_and_loads_nothing_stays_as_it_is(inside: str) -> None:
    data = SVG.format(inside).encode()
    assert clean(data) == (data, ())


HOSTILE: Final = [
    ("<script>alert(1)</script><rect/>", "<script>", "<rect></rect>"),
    ('<s:SCRIPT xmlns:s="http://www.w3.org/2000/svg"/>', "<SCRIPT>", ""),
    ('<h:script xmlns:h="http://www.w3.org/1999/xhtml"><rect/></h:script><g/>', "<script>", "<g></g>"),
    ('<rect onload="x()" width="1"/>', "onload", '<rect width="1"></rect>'),
    ('<a xlink:href=" java&#10;script:alert(1)"/>', "href to java script:alert(1)", "<a></a>"),
    ('<a href="data:text/html,x"/>', "href to data:text/html,x", "<a></a>"),
    ('<use href="other.svg#a"/>', "href to other.svg#a", "<use></use>"),
    ('<image href="data:image/svg+xml,a"/>', "href to data:image/svg+xml,a", "<image></image>"),
    ('<image href="https://a.example/b.png"/>', "href to https://a.example/b.png", "<image></image>"),
    ('<g xml:base="https://a.example/"/>', "xml:base", "<g></g>"),
    ('<set attributeName="xlink:href" to="javascript:x"/>', "<set>", ""),
    ('<animate attributeName="onclick" to="x"/>', "<animate>", ""),
    (f'<foreignObject><p {HTML}>a<iframe src="b"/></p></foreignObject>', "<iframe>", f"<foreignObject><p {HTML}>a</p></foreignObject>"),
    ('<style>@import "https://a.example"; r{fill:red}</style>', "@import", "<style> r{fill:red}</style>"),
    ('<style>r{fill:url( "//a.example" )}</style>', "url(//a.example)", "<style>r{fill:none}</style>"),
    ("<style>r{fill:u\\72l(//a.example)}</style>", "a style that loads something", "<style></style>"),
    ("<style>r{fill:url(#a/*)} t{fill:u\\72l(//b)} /**/</style>", "a style that loads something", "<style></style>"),
    ("<r style=\"cursor:image-set('//a.example' 1x)\"/>", "a style that loads something", '<r style=""></r>'),
    ('<rect fill="url(https://a.example#b)"/>', "url(https://a.example#b)", '<rect fill="none"></rect>'),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "taken", "left"), HOSTILE, ids=[one[0][:30] for one in HOSTILE])
def test_what_runs_or_loads_something_is_taken_out_and_named(inside: str, taken: str, left: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        found = clean(SVG.format(inside).encode(encoding))
        assert found.taken == (taken,)
        assert found.data.decode() == SVG.format(left)


def test_a_sheet_that_the_file_names_is_taken_out() -> None:
    found = clean(f'<?xml-stylesheet href="https://a.example/"?>{SVG.format("")}'.encode())
    assert found == (SVG.format("").encode(), ("<?xml-stylesheet?>",))


def test_what_is_left_says_the_same_to_who_reads_xml() -> None:
    inside = '<script/><text a="&lt;&quot;">x &lt; y &amp; z<![CDATA[ <b> ]]></text>'
    root = ET.fromstring(clean(SVG.format(inside).encode()).data)
    (text,) = root
    assert (text.text, text.attrib) == ("x < y & z <b> ", {"a": '<"'})


def test_entities_that_drawing_programs_write_are_put_in() -> None:
    found = clean(
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "https://a.example/svg11.dtd" ['
        b'<!ENTITY ns_svg "http://www.w3.org/2000/svg">]><svg xmlns="&ns_svg;"><script/></svg>'
    )
    assert found == (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', ("<script>",))


REFUSED: Final = [
    ('<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "has the entity 'b', which stands for more"),
    ('<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]><svg>&a;</svg>', "has the entity 'a', which stands for another file"),
    ('<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://a.example">%a;]><svg/>', "has the entity 'a', which stands for another file"),
    ('<!DOCTYPE svg SYSTEM "a.dtd"><svg>&b;</svg>', "has the entity 'b', which it does not declare"),
    (f'<!DOCTYPE svg [<!ENTITY a "{"x" * 999}">]><svg>{"&a;" * 100_000}</svg>', ""),
    ("<svg><script>", "is no XML that can be read (line 1: no element found)"),
    (f"<svg>{'<g>' * 600}", "is nested more than 500 deep"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[one[1][:30] for one in REFUSED])
def test_what_can_not_be_read_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(UncleanError) as refused:
        clean(text.encode())
    assert str(refused.value).startswith(why)


PIECES: Final = st.lists(
    st.sampled_from(
        [one[0] for one in HOSTILE] + HARMLESS + ["<", ">", "&lt;", "</g>", "<g>", "'", '"', "onload=", "<style>", "x"]
    ),
    max_size=6,
)


@given(PIECES)
@settings(max_examples=150, deadline=None)
def test_of_what_was_cleaned_nothing_more_is_taken_out(pieces: list[str]) -> None:
    try:
        found = clean(SVG.format("".join(pieces)).encode())
    except UncleanError:
        return
    again = clean(found.data)
    assert again.taken == ()
    assert again.data == found.data
