"""Addresses are judged as a browser would see them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.content.addresses import Refusal, site_path, web_address

HOSTILE = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript&#58;alert(1)",
    "javascript%3Aalert(1)", "%6Aavascript:alert(1)", "vbscript:x", "data:text/html,<script>", "DATA:text/html;base64,x",
    "file:///etc/passwd", "//evil.example/x", "\\\\evil.example\\x", "/\\evil.example", "/%2Fevil.example".replace("/%2F", "%2F%2F"),
    "&Tab;javascript:x", "java&NewLine;script:x", "java\u200bscript:x", "blob:x", "about:blank", "https://", "https://[x",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused(address: str) -> None:
    assert isinstance(web_address(address), Refusal)
    assert isinstance(site_path(address), Refusal)


@pytest.mark.parametrize(
    "address",
    [
        "cover.png",
        "./cover.png",
        "../img/cover.png",
        "/img/a b.png",
        "https://example.org/a?b=c#d",
        "HTTP://example.org",
        "a:b".replace(":", "-"),
        "img/é.png",
        "/a%20b.png",
        "#x",
    ],
)
def test_a_plain_address_is_kept_as_written(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/old/", "/old/"),
        ("/old", "/old/"),
        ("old", "/old/"),
        ("2024/02/19/x.html", "/2024/02/19/x.html"),
        ("/a b/é", "/a%20b/%C3%A9/"),
        ("/a%20b/%c3%a9/", "/a%20b/%C3%A9/"),
        ("/e\u0301/", "/%C3%A9/"),
        ("/50%/", "/50%25/"),
        ("/a//b/", "/a/b/"),
        ("/Rust-1.0", "/Rust-1.0/"),
        ("/Rust-1.0.html", "/Rust-1.0.html"),
        ("/x.html/", "/x.html/"),
        ("/", "/"),
        ("/feed.xml", "/feed.xml"),
    ],
)
def test_a_path_is_encoded_and_ends_in_a_slash_or_an_extension(written: str, path: str) -> None:
    assert site_path(written) == path


@pytest.mark.parametrize(
    "written",
    [
        "/../../x",
        "../x",
        "/a/../b",
        "/a/./b",
        "/%2e%2e/x",
        "/a/%2E%2E%2Fb",
        "/a\\b",
        "/a%5cb",
        "/a?b",
        "/a#b",
        "https://example.org/a/",
        "/%ff/",
        "/a%00b",
        "/a\x7fb",
        "/.. /x",
        "",
        "%20",
        "/a/ /b",
    ],
)
def test_a_path_that_could_leave_the_site_is_refused(written: str) -> None:
    assert isinstance(site_path(written), Refusal)


@given(st.text(alphabet=st.sampled_from("/.%25eE0fFaä\\ ?#:&;\t"), max_size=20) | st.text())
def test_every_accepted_path_stays_below_the_root_and_is_settled(text: str) -> None:
    path = site_path(text)
    if isinstance(path, Refusal):
        return
    assert path.isascii()
    assert path.startswith("/")
    assert not path.startswith("//")
    assert not {".", ".."} & set(unquote(path).split("/"))
    assert site_path(path) == path
