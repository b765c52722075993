"""What any request gets: RELIABILITY's table row by row, over a raw socket, and what browsers ask of a web server."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from preview_site import PlainSession, Running, Stream, connected, get, receive, request, send, shown

from proofpress.builder.inputs import Options
from proofpress.preview.answer import answer, is_own_host, media_type, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preview_site import Answer

    from proofpress.paths import OutputPath

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}
SECRET = "the secret of this machine"
MEDIA = bytes(range(256)) * 40

SITE: dict[str, str | bytes] = {
    "content/index.md": "# Home\n\nWelcome.\n",
    "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\naliases: [/old/, /elder.html]\n---\n\nText.\n",
    "static/film.mp4": MEDIA,
    "static/empty.txt": "",
    "static/café menu.txt": "Crème\n",
    "static/notes.bin": "x",
    "static/plain.css": "p { color: red }\n",
    # What must never be found:
    ".env": SECRET,
    ".git/config": SECRET,
    ".proofpress/cache.db": SECRET,
    "public/.env": SECRET,
    "public/secret.txt": SECRET,
}


def make_site(root: Path, url: str) -> PlainSession:
    """Write a site and its neighbours to disk, and return what builds it."""
    for name, text in SITE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (root / "site.yaml").write_text(f"title: Small\nurl: {url}\n")
    outside = root.parent / "outside.txt"
    outside.write_text(SECRET)
    if sys.platform != "win32":  # there a link takes rights that a test may not have
        (root / "public" / "link.txt").symlink_to(outside)
    return PlainSession(Options(root=root, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC)))


def nothing(_step: str, _done: int, _of: int) -> None:
    """The progress of a build that nobody watches."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A site at the root of its host."""
    first = make_site(tmp_path_factory.mktemp("sites") / "one", "https://me.example/").start(nothing)
    assert not first.failed
    first = shown(
        first.root,
        {path: first.read(path) for path in first.digests},
        pages=first.pages,
        redirects={"/old/": "/posts/a/", "/elder.html": "/posts/a/"},
    )
    with Running(first, host="preview.internal") as running:
        yield running
    assert running.failures == []


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same site under a sub-path."""
    first = make_site(tmp_path_factory.mktemp("sites") / "two", "https://me.example/caf%C3%A9/").start(nothing)
    first = shown(
        first.root,
        {path: first.read(path) for path in first.digests},
        prefix=first.base.prefix,
        pages=first.pages,
        redirects={"/old/": "/caf%C3%A9/posts/a/"},
    )
    with Running(first) as running:
        yield running
    assert running.failures == []


@pytest.fixture(autouse=True)
def _no_word(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing that a request holds makes the server print, a traceback least of all."""
    yield
    assert capfd.readouterr() == ("", "")


def assert_guarded(got: Answer) -> None:
    assert ALWAYS.items() <= got.headers.items(), got
    assert not [name for name in got.headers if name.startswith("access-control-")]
    assert SECRET.encode() not in got.body
    assert b"Traceback" not in got.body


# ---------------------------------------------------------------- the table


LEAVING = [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%2E%2E/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/posts/..%2F..%2f.env",
    "/..\\..\\etc\\passwd",
    "/..%5c..%5cetc%5cpasswd",
    "//etc/passwd",
    "///etc/passwd",
    "/posts//a/",
    "/posts/a/.",
    "/./index.html",
    "/posts/../index.html",
    "/posts/a/..",
    "/%252e%252e/etc/passwd",
    "/posts%2fa/",
    "/etc/passwd",
    "/outside.txt",
    "/C:/Windows/win.ini",
    "/C:%5CWindows%5Cwin.ini",
    "/file:///etc/passwd",
]


@pytest.mark.parametrize("target", LEAVING)
def test_a_path_that_would_leave_the_site_is_not_found_and_the_next_request_is_served(
    site: Running, target: str
) -> None:
    with connected(site.port) as connection:
        connection.sendall(request(target))
        got = receive(connection)
        assert got.status == 404
        assert_guarded(got)
        connection.sendall(request("/posts/a/"))
        assert receive(connection).status == 200


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        (request("/a%00b"), {400}),
        (request("/%"), {400}),
        (request("/%zz"), {400}),
        (request("/a%2"), {400}),
        (request("/%ff"), {400}),
        (request("/%c0%ae%c0%ae/etc/passwd"), {400}),
        (request("/%ed%a0%80"), {400}),
        (request("/a%0ab"), {400}),
        (request("/a%c2%85b"), {400}),
        (request("/" + "a" * 9_000), {414}),
        (request("/" + "a" * 70_000), {400, 414}),
        (request("/?" + "a" * 70_000), {400, 414}),
        (request("*"), {400}),
        (request("*", method="OPTIONS"), {400}),
        (request("http://evil.example/"), {400}),
        (request("http://localhost/index.html"), {400}),
        (request("localhost:80", method="CONNECT"), {400}),
        (request("index.html"), {400}),
        (request("/", "Content-Length: 3", method="POST") + b"abc", {405}),
        (request("/", method="PUT"), {405}),
        (request("/", method="DELETE"), {405}),
        (request("/", method="OPTIONS"), {405}),
        (request("/", method="PROPFIND"), {405}),
        (request("/_proofpress/", "Content-Length: 3", method="POST") + b"abc", {405}),
        (request("/_proofpress/events", "Content-Length: 0", method="POST"), {405}),
        (b"GET / HTTP/1.1\r\n\r\n", {400}),
        (b"GET / HTTP/1.0\r\n\r\n", {403}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", {400}),
        (b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET /a\x00b HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), {400}),
        (b"\r\n\r\nhello\r\n\r\n", {400}),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else "",
)
def test_what_is_no_request_for_a_page_is_refused(site: Running, data: bytes, statuses: set[int]) -> None:
    got = send(site.port, data)
    assert got.status in statuses
    assert_guarded(got)
    assert get(site.port, "/").status == 200


def test_a_method_that_is_not_served_is_told_which_are(site: Running) -> None:
    assert get(site.port, "/", method="POST").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "target",
    [
        "/.env",
        "/.git/config",
        "/.proofpress/cache.db",
        "/public/.env",
        "/public/secret.txt",
        "/secret.txt",
        "/link.txt",
        "/public/link.txt",
        "/site.yaml",
        "/content/index.md",
        "/content/posts/a.md",
        "/_proofpress/shown.py",
        "/_proofpress/client/preview.js",
        "/_proofpress/../site.yaml",
    ],
)
def test_only_what_the_build_made_is_found(site: Running, target: str) -> None:
    got = get(site.port, target)
    assert got.status == 404
    assert_guarded(got)


@pytest.mark.parametrize("target", ["/", "/posts/a/", "/_proofpress/", "/_proofpress/panel", "/_proofpress/events"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "evil.example.",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "[::1].evil.example",
        "[evil.example]",
        "[127.0.0.1]",
        "user@localhost",
        "localhost/",
        "localhost:80:90",
        "localhost, evil.example",
        "",
    ],
)
def test_a_foreign_host_is_refused(site: Running, target: str, host: str) -> None:
    got = get(site.port, target, host=host)
    assert got.status in (400, 403)
    assert b"Welcome" not in got.body
    assert_guarded(got)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "blog.localhost:8000",
        "127.0.0.1",
        "127.0.0.1:8000",
        "192.168.1.20:8000",
        "[::1]:8000",
        "[fe80::1]",
        "preview.internal:8000",
    ],
)
def test_localhost_addresses_in_numbers_and_the_bound_host_pass(site: Running, host: str) -> None:
    assert get(site.port, "/", host=host).status == 200


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Origin: https://evil.example",),
        ("Origin: null",),
        ("Origin: http://localhost",),  # another port
        ("Origin: http://localhost:1",),
        ("Origin: https://localhost:{port}",),
        ("Origin: http://127.0.0.1:{port}",),
        ("Origin: http://localhost:{port}.evil.example",),
        ("Origin: ",),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-site",),
        ("Sec-Fetch-Site: none",),
        ("Origin: https://evil.example", "Sec-Fetch-Site: same-origin"),
        ("Referer: http://localhost:{port}/",),
    ],
)
def test_only_a_page_of_this_server_hears_of_changes(site: Running, lines: tuple[str, ...]) -> None:
    lines = tuple(line.format(port=site.port) for line in lines)
    got = get(site.port, "/_proofpress/events", *lines, host=f"localhost:{site.port}")
    assert got.status == 403
    assert_guarded(got)


@pytest.mark.parametrize("line", ["Origin: http://localhost:{port}", "Sec-Fetch-Site: same-origin"])
def test_a_page_of_this_server_hears_of_changes(site: Running, line: str) -> None:
    with connected(site.port) as connection:
        host = f"localhost:{site.port}"
        connection.sendall(request("/_proofpress/events", line.format(port=site.port), host=host))
        head = connection.recv(65536)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-type: text/event-stream" in head


def test_the_stream_has_the_headers_of_every_answer(site: Running) -> None:
    with Stream(site.port) as stream:
        assert stream.status == 200
        assert ALWAYS.items() <= stream.headers.items()
        assert not [name for name in stream.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.com/..",
        "//evil.com",
        "/%2fevil.com/",
        "/\\evil.com",
        "/%5cevil.com",
        "/dir%0d%0aX:1",
        "/posts/a%0d%0aX:%201",
        "/posts/a?x=%0d%0aX:1",
        "/posts/a?//evil.com",
        "/old/?next=http://evil.com",
        "/_proofpress?//evil.com",
        "/evil.com//..%2f",
        "/@evil.com/..",
    ],
)
def test_no_redirect_leaves_the_site_and_no_header_is_injected(site: Running, blog: Running, target: str) -> None:
    for running in (site, blog):
        got = get(running.port, target)
        assert "x" not in got.headers
        assert re.match(r"/(?![/\\])", got.headers.get("location", "/")), got
        assert got.status != 200
        assert_guarded(got)


@pytest.mark.parametrize(
    "target",
    ["/", "/posts/a/", "/posts/a", "/old/", "/film.mp4", "/nowhere/", "/%", "/_proofpress", "/_proofpress/",
     "/_proofpress/panel", "/_proofpress/preview.js", "/_proofpress/preview.css", "/_proofpress/nothing"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_answer_keeps_other_origins_out(site: Running, target: str, method: str) -> None:
    assert_guarded(get(site.port, target, method=method))


# ---------------------------------------------------------------- the site


def test_a_page_is_sent_as_published_with_the_preview_put_in(site: Running) -> None:
    got = get(site.port, "/posts/a/")
    page = site.live.shown.read(next(path for path in site.live.shown.digests if path == "posts/a/index.html"))
    assert got.status == 200
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert "/_proofpress/preview.js" in got.text
    assert 'data-revision="1"' in got.text
    assert b"_proofpress" not in page
    assert re.sub(r'<script src="/_proofpress/preview\.js"[^>]*></script>', "", got.text) == page.decode()


def test_what_a_rule_means_is_served_beside_the_report_and_nothing_else_is(site: Running) -> None:
    got = get(site.port, "/_proofpress/explain/broken-link")
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>broken-link</h1>" in got.text
    for target in ("nope", "", "..%2fbroken-link", "broken-link/x", "<script>", "broken-link.md"):
        missing = get(site.port, f"/_proofpress/explain/{target}")
        assert missing.status == 404, target
        assert "<script>" not in missing.text
        assert_guarded(missing)


@pytest.mark.parametrize("target", ["/index.html", "/posts/a/index.html"])
def test_a_page_is_found_by_its_file_too(site: Running, target: str) -> None:
    assert get(site.port, target).status == 200


def test_a_name_in_percent_encoding_is_decoded_once(site: Running) -> None:
    assert get(site.port, "/caf%C3%A9%20menu.txt").text == "Crème\n"
    assert get(site.port, "/caf%25C3%25A9%2520menu.txt").status == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("feed.json", "application/json"),
        ("atom.xml", "application/xml; charset=utf-8"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("a.SVG", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.gif", "image/gif"),
        ("favicon.ico", "image/x-icon"),
        ("a.woff2", "font/woff2"),
        ("a.woff", "font/woff"),
        ("a.ttf", "font/ttf"),
        ("a.pdf", "application/pdf"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.mp4", "video/mp4"),
        ("a.webm", "video/webm"),
        ("a.mp3", "audio/mpeg"),
        ("a.wasm", "application/wasm"),
        ("a.zip", "application/zip"),
        ("CNAME", "application/octet-stream"),
        ("a.b/c", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_of_its_ending(name: str, kind: str) -> None:
    assert media_type(name) == kind


def test_types_are_sent(site: Running) -> None:
    kinds = {name: get(site.port, name).headers["content-type"] for name in ("/plain.css", "/film.mp4", "/notes.bin")}
    assert kinds == {
        "/plain.css": "text/css; charset=utf-8",
        "/film.mp4": "video/mp4",
        "/notes.bin": "application/octet-stream",
    }


@pytest.mark.parametrize("target", ["/", "/posts/a/", "/film.mp4", "/empty.txt", "/plain.css"])
def test_who_has_the_file_is_not_sent_it_again(site: Running, target: str) -> None:
    first = get(site.port, target)
    etag = first.headers["etag"]
    assert re.fullmatch(r'"[^"\s]+"', etag)
    for said in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        again = get(site.port, target, f"If-None-Match: {said}")
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
        assert_guarded(again)
    for said in ('"x"', etag.strip('"'), ""):
        assert get(site.port, target, f"If-None-Match: {said}").body == first.body


def test_a_page_has_another_etag_with_each_revision_and_a_file_does_not(tmp_path: Path) -> None:
    files = {"index.html": b"<p>Text", "a.css": b"p { }"}
    first, second = (shown(tmp_path, files, revision=number) for number in (1, 2))

    def etag(site: object, target: bytes) -> str:
        assert site in (first, second)
        reply = answer(first if site is first else second, "GET", target, {})
        return dict(reply.headers)["etag"]

    assert etag(first, b"/") != etag(second, b"/")
    assert etag(first, b"/a.css") == etag(second, b"/a.css")


@pytest.mark.parametrize("target", ["/", "/film.mp4", "/posts/a", "/old/", "/nowhere", "/_proofpress/", "/%"])
def test_head_is_get_without_the_bytes(site: Running, target: str) -> None:
    full, head = get(site.port, target), get(site.port, target, method="HEAD")
    assert head.status == full.status
    assert head.headers == full.headers
    assert head.headers["content-length"] == str(len(full.body))


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=10000-", 10_000, 10_239),
        ("bytes=10000-99999999", 10_000, 10_239),
        ("bytes=0-", 0, 10_239),
        ("bytes=-40", 10_200, 10_239),
        ("bytes=-99999999", 0, 10_239),
        ("bytes= 5-6 ", 5, 6),
    ],
)
def test_a_range_of_a_file_is_sent_alone(site: Running, wanted: str, first: int, last: int) -> None:
    got = get(site.port, "/film.mp4", f"Range: {wanted}")
    assert got.status == 206
    assert got.body == MEDIA[first : last + 1]
    assert got.headers["content-range"] == f"bytes {first}-{last}/{len(MEDIA)}"
    assert got.headers["content-type"] == "video/mp4"
    assert_guarded(got)


@pytest.mark.parametrize("wanted", ["bytes=10240-", "bytes=99999999-99999999", "bytes=-0"])
def test_a_range_beyond_the_end_is_not_satisfiable(site: Running, wanted: str) -> None:
    got = get(site.port, "/film.mp4", f"Range: {wanted}")
    assert (got.status, got.headers["content-range"]) == (416, "bytes */10240")
    assert_guarded(got)


@pytest.mark.parametrize(
    "wanted",
    ["bytes=1-2,5-6", "bytes=2-1", "bytes=-", "bytes=", "bytes=a-b", "lines=1-2", "bytes=--1", "bytes=٣-٤", "5-6",
     "bytes=0-" + "9" * 5000],
)  # fmt: skip
def test_what_is_no_single_range_gets_the_whole_file(site: Running, wanted: str) -> None:
    got = send(site.port, request("/film.mp4").removesuffix(b"\r\n") + f"Range: {wanted}\r\n\r\n".encode())
    assert (got.status, got.body) == (200, MEDIA)


def test_a_range_of_another_version_gets_the_whole_file(site: Running) -> None:
    etag = get(site.port, "/film.mp4").headers["etag"]
    assert get(site.port, "/film.mp4", "Range: bytes=1-2", f"If-Range: {etag}").status == 206
    for other in ('"x"', f"W/{etag}", "Sat, 21 Nov 2026 10:00:00 GMT"):
        assert get(site.port, "/film.mp4", "Range: bytes=1-2", f"If-Range: {other}").status == 200


def test_a_page_is_never_sent_in_parts(site: Running) -> None:
    got = get(site.port, "/", "Range: bytes=0-10")
    assert got.status == 200
    assert "accept-ranges" not in got.headers


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/posts/a", "/posts/a/"),
        ("/posts/a?x=1&y=%20", "/posts/a/?x=1&y=%20"),
        ("/posts", "/posts/"),
        ("/old", "/old/"),
    ],
)
def test_a_folder_without_its_slash_leads_to_it_and_keeps_the_query(site: Running, target: str, location: str) -> None:
    got = get(site.port, target)
    assert (got.status, got.headers["location"]) == (301, location)


@pytest.mark.parametrize("target", ["/old/", "/old/?x=1", "/elder.html"])
def test_an_alias_leads_to_its_page(site: Running, target: str) -> None:
    got = get(site.port, target)
    assert (got.status, got.headers["location"]) == (302, "/posts/a/")


def test_a_missing_page_is_the_sites_own_404_page(site: Running) -> None:
    got = get(site.port, "/nowhere/")
    assert got.status == 404
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert "Small" in got.text
    assert "/_proofpress/preview.js" in got.text


def test_a_missing_page_below_a_language_is_the_404_page_of_that_language(tmp_path: Path) -> None:
    pages = {"404.html": b"<p>Nothing", "de/404.html": b"<p>Nichts", "de/index.html": b"<p>Text"}
    with Running(shown(tmp_path, pages, prefix="/blog")) as running:
        for target in ("/blog/de/nowhere/", "/blog/de/a/b.png"):
            got = get(running.port, target)
            assert (got.status, "Nichts" in got.text) == (404, True), target
        for target in ("/blog/deutsch/", "/blog/fr/nowhere", "/blog/a/de/", "/de/x"):
            assert "Nothing" in get(running.port, target).text, target


def test_a_site_under_a_sub_path_is_found_there_alone(blog: Running) -> None:
    assert get(blog.port, "/caf%C3%A9/").status == 200
    assert get(blog.port, "/caf%C3%A9/posts/a/").status == 200
    assert "Welcome" not in get(blog.port, "/index.html").text
    for target in ("/posts/a/", "/film.mp4", "/caf%C3%A9s/", "/caf%C3%A9posts/a/", "/CAF%C3%A9/", "/_proofpress/x"):
        got = get(blog.port, target)
        assert got.status == 404
        assert "/_proofpress/preview.js" in got.text


@pytest.mark.parametrize(
    ("target", "status", "location"),
    [
        ("/", 302, "/caf%C3%A9/"),
        ("/?x=1", 302, "/caf%C3%A9/?x=1"),
        ("/caf%C3%A9", 302, "/caf%C3%A9/"),
        ("/caf%C3%A9/posts/a?x", 301, "/caf%C3%A9/posts/a/?x"),
        ("/caf%C3%A9/old/", 302, "/caf%C3%A9/posts/a/"),
    ],
)
def test_redirects_under_a_sub_path_stay_there(blog: Running, target: str, status: int, location: str) -> None:
    got = get(blog.port, target)
    assert (got.status, got.headers["location"]) == (status, location)


# ---------------------------------------------------------------- its own pages


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/_proofpress/", "text/html; charset=utf-8"),
        ("/_proofpress/panel", "text/html; charset=utf-8"),
        ("/_proofpress/preview.js", "text/javascript; charset=utf-8"),
        ("/_proofpress/preview.css", "text/css; charset=utf-8"),
    ],
)
def test_the_previews_own_pages_are_there_under_any_site(site: Running, blog: Running, target: str, kind: str) -> None:
    for running in (site, blog):
        got = get(running.port, target)
        assert (got.status, got.headers["content-type"]) == (200, kind)


def test_head_of_the_stream_ends(site: Running) -> None:
    got = get(site.port, "/_proofpress/events", "Sec-Fetch-Site: same-origin", method="HEAD")
    assert (got.status, got.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_a_site_without_a_404_page_says_so_in_words(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {"index.html": b"<p>Text"})) as running:
        got = get(running.port, "/nowhere")
    assert got.status == 404
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert_guarded(got)


def test_before_the_first_good_build_there_is_a_page_that_waits_for_it(tmp_path: Path) -> None:
    with Running(shown(tmp_path, {}, failed=True)) as running:
        got = get(running.port, "/")
    assert got.status == 404
    assert "/_proofpress/preview.js" in got.text
    assert_guarded(got)


def test_a_copied_file_that_is_gone_since_is_not_found(tmp_path: Path) -> None:
    def gone(path: OutputPath) -> bytes:
        raise FileNotFoundError(path)

    with Running(shown(tmp_path, {"a.png": b"a picture"}, read=gone)) as running:
        assert get(running.port, "/a.png").status == 404


def test_a_page_that_fails_is_told_as_a_bug_and_the_server_goes_on(tmp_path: Path) -> None:
    def read(path: OutputPath) -> bytes:
        if path == "bad.html":
            raise RuntimeError("<b>no</b> luck")
        return b"<p>Text"

    first = shown(tmp_path, {"bad.html": b"", "index.html": b""}, read=read)
    with Running(first) as running, connected(running.port) as connection:
        connection.sendall(request("/bad.html"))
        got = receive(connection)
        assert got.status == 500
        assert "a bug in Proofpress" in got.text
        assert "RuntimeError: &lt;b&gt;no&lt;/b&gt; luck" in got.text
        assert "/_proofpress/preview.js" in got.text
        assert_guarded(got)
        connection.sendall(request("/"))
        assert receive(connection).status == 200
    assert [str(error) for error in running.failures] == ["<b>no</b> luck"]


# ---------------------------------------------------------------- any request


ODD = st.sampled_from(
    [b"/", b"..", b".", b"%2e", b"%2f", b"%5c", b"\\", b"%", b"%00", b"%0d%0a", b"\r\n", b"?", b"#", b"//", b"a",
     b"a/", b"posts", b"old/", b"index.html", b"%ff", b"%C3%A9", b"\xff", b"@", b":", b"evil.com", b"caf%C3%A9"]
)  # fmt: skip
TARGETS = st.one_of(st.binary(max_size=60), st.lists(ODD, max_size=10).map(b"".join).map(lambda rest: b"/" + rest))
HEADERS = st.dictionaries(
    st.sampled_from(["range", "if-range", "if-none-match", "host", "origin"]),
    st.one_of(st.text(max_size=30), st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.just('"x"'), st.just("*")),
)


@pytest.mark.parametrize("prefix", ["", "/caf%C3%A9"])
@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the strategy
@given(target=TARGETS, headers=HEADERS, method=st.sampled_from(["GET", "HEAD", "POST"]))
def test_any_request_has_an_answer_that_stays_on_the_site(
    prefix: str, target: bytes, headers: dict[str, str], method: str
) -> None:
    files = {"index.html": b"home", "a/index.html": b"a", "a.txt": b"abc", "posts": b"no type", "é/index.html": b"e"}
    site = shown(Path(), files, prefix=prefix, redirects={"/old/": prefix + "/a/"})
    refuse(target, headers, "127.0.0.1")
    reply = answer(site, method, target, headers)
    assert reply.status in (200, 206, 301, 302, 304, 400, 404, 405, 414, 416)
    for name, value in reply.headers:
        assert (name + value).isprintable()
        (name + value).encode("latin-1")
    location = dict(reply.headers).get("location", prefix + "/")
    assert location.startswith(prefix + "/")
    assert not location.startswith(("//", "/\\"))


@given(st.text(max_size=30))
def test_no_name_but_localhost_and_the_bound_one_is_ours(name: str) -> None:
    if is_own_host(name + "x.example", "127.0.0.1"):
        raise AssertionError(name)
