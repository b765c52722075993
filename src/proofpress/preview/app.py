"""The preview as a web application: its own few pages, the stream that tells of revisions, and the site behind them.

All requests pass one gate: it refuses what no browser of the writer sends, and puts the headers on every answer that
keep other origins out. A failure behind it is answered, told once, and does not end the server.
"""

from __future__ import annotations

import asyncio
import contextlib
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from proofpress.paths import OutputPath, encode
from proofpress.preview.answer import ChangedError, OnDisk, Reply, answer, bug, is_own_page, media_type, page_at, refuse
from proofpress.preview.explained import explained
from proofpress.preview.panel import panel
from proofpress.preview.report import report
from proofpress.preview.shown import PREFIX

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from proofpress.preview.live import Live
    from proofpress.preview.shown import Shown

ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer: no guessing of types, nothing kept, and no other origin may load it."""

HEARTBEAT: Final = 15.0
"""Seconds of silence on a stream before it says that it is still there."""

PIECE: Final = 64 * 1024
"""Bytes of an answer that are handed on at once."""

NAMED: Final = 500
"""How many changed files are named to a browser; of more, any may be."""

SEARCH: Final = b"/pagefind/"

CLIENT: Final = ("preview.js", "preview.css")


class Said(msgspec.Struct, frozen=True):
    """What the stream tells of a revision."""

    revision: int
    changed: tuple[str, ...] | None
    """The hrefs of changed files, pages by their URLs; None where any may be changed."""
    follow: str
    failed: bool
    problems: int


def create_app(
    live: Live, *, host: str, follow: bool, editor: str, failed: Callable[[Exception], None] = lambda _error: None
) -> Starlette:
    """Return the application. `host` is the name or address that the server binds; `editor` the template of links.

    `failed` is told of an exception that a request led to: a bug in Proofpress, which the browser is shown too.
    """

    def own(path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(PREFIX + path, endpoint, methods=["GET"])

    async def events(request: Request) -> Response:
        if not is_own_page(request.headers):
            return PlainTextResponse("Only pages of this preview are told of changes.\n", 403)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        path = request.query_params.get("page", "")
        return StreamingResponse(_events(live, path, follow=follow), media_type="text/event-stream")

    async def show_panel(_request: Request) -> Response:
        return HTMLResponse(panel(live.shown, editor))

    async def show_report(_request: Request) -> Response:
        return HTMLResponse(report(live.shown, editor))

    async def to_report(_request: Request) -> Response:
        return RedirectResponse(PREFIX, 301)

    async def explain(request: Request) -> Response:
        page = explained(request.path_params["rule"])
        return HTMLResponse(page) if page is not None else PlainTextResponse("There is no such rule.\n", 404)

    under_way: WeakValueDictionary[tuple[bytes, tuple[tuple[str, str], ...]], Reply] = WeakValueDictionary()

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        target = _target(scope)
        asked = (live.shown, scope["method"], target, Headers(scope=scope))
        # An index of many texts takes a while to make, and others are not to wait for it.
        reply = await asyncio.to_thread(answer, *asked) if SEARCH in target else answer(*asked)
        if "etag" in dict(reply.headers):  # the same bytes: however many wait for them, they are there once
            reply = under_way.setdefault((target, reply.headers), reply)
        if isinstance(reply.body, OnDisk):
            await _send_from_disk(reply, reply.body, scope, receive, send)
        else:
            await _response(reply)(scope, receive, send)

    return Starlette(
        routes=[
            own("events", events),
            own("panel", show_panel),
            own("", show_report),
            own("explain/{rule}", explain),
            *(own(name, _client_file(name)) for name in CLIENT),
            Route(PREFIX.rstrip("/"), to_report, methods=["GET"]),
            Mount("/", app=site),
        ],
        middleware=[Middleware(_Gate, live=live, host=host, failed=failed)],
    )


def _client_file(name: str) -> Callable[[Request], Awaitable[Response]]:
    data = files("proofpress.preview").joinpath("client", name).read_bytes()

    async def send_it(_request: Request) -> Response:
        return Response(data, headers={"content-type": media_type(name)})

    return send_it


class _Gate:
    """What every request passes on its way in, and every answer on its way out."""

    def __init__(self, app: ASGIApp, *, live: Live, host: str, failed: Callable[[Exception], None]) -> None:
        self._app = app
        self._live = live
        self._host = host
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), *ALWAYS]
            elif len(body := message.get("body", b"")) > PIECE:
                # Each piece waits until the one before is on its way: a whole body would be copied for who stalls.
                last = (len(body) - 1) // PIECE * PIECE
                for at in range(0, last, PIECE):
                    await send({"type": message["type"], "body": body[at : at + PIECE], "more_body": True})
                message["body"] = body[last:]
            await send(message)

        refused = refuse(_target(scope), Headers(scope=scope), self._host)
        try:
            await (self._app if refused is None else _response(refused))(scope, receive, send_guarded)
        except ChangedError:  # what was sent of it is no file: the connection ends within it, which a browser sees
            return
        except Exception as error:  # noqa: BLE001 - one page that fails must not take the others along
            self._failed(error)
            if not begun:
                await _response(bug(self._live.shown, error))(scope, receive, send_guarded)


def _target(scope: Scope) -> bytes:
    """Return a request's target as it was sent."""
    path, query = scope["raw_path"], scope["query_string"]
    assert isinstance(path, bytes)
    assert isinstance(query, bytes)
    return path + b"?" + query if query else path


def _response(reply: Reply) -> Response:
    assert isinstance(reply.body, bytes)
    return Response(reply.body, reply.status, dict(reply.headers))


async def _send_from_disk(reply: Reply, body: OnDisk, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a file piece by piece, as fast as it is taken, until it is sent or nobody is there. Raises ChangedError."""
    headers = {**dict(reply.headers), "content-length": str(len(body))}
    if scope["method"] == "HEAD":
        await Response(b"", reply.status, headers)(scope, receive, send)
        return
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    gone = asyncio.ensure_future(_gone(receive))
    try:
        for piece in body.pieces(PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)  # one who takes it as fast as it comes would let nobody else in
            if gone.done():
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    """Wait until a request's sender has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


# ---------------------------------------------------------------- the stream


async def _events(live: Live, path: str, *, follow: bool) -> AsyncIterator[bytes]:
    """Give the event of each revision that this listener has not had (HTML Standard, 9.2, server-sent events).

    `path` is that of the page which it shows; empty where it doesn't say.
    """
    yield b"retry: 500\n\n"
    had = None
    with live.opened(path) if path else contextlib.nullcontext():
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    shown = await live.newer(had)
            except TimeoutError:
                yield b":\n\n"
                continue
            if shown is None:
                return
            had = shown.revision
            yield b"event: shown\ndata: " + msgspec.json.encode(told(shown, path, follow=follow)) + b"\n\n"


def told(shown: Shown, path: str, *, follow: bool) -> Said:
    """Return what a browser that shows the page at a path is told of a revision."""
    changed = shown.changed
    if changed is not None and path:
        page = page_at(shown, path)
        changed = changed | {page} if shown.unseen(page) else changed
    return Said(
        revision=shown.revision,
        changed=None if changed is None or len(changed) > NAMED else tuple(sorted(_href(shown, p) for p in changed)),
        follow=shown.follow if follow else "",
        failed=shown.failed,
        problems=len(shown.problems),
    )


def _href(shown: Shown, path: OutputPath) -> str:
    """Return a file's href; a page's without `index.html`, as links have it, also of one that is gone."""
    plain = path[: -len("index.html")] if f"/{path}".endswith("/index.html") else path
    return shown.base.href(encode("/" + plain))
