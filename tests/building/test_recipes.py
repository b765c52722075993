"""Recipes: what docs/recipes.md shows is all that it takes, and works in a browser under the policy that it shows."""

from __future__ import annotations

import datetime as dt
import json
import mimetypes
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options
from proofpress.paths import OutputPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, Route

URL: Final = "https://me.example/"
DOCS: Final = Path(__file__).parents[2] / "docs" / "recipes.md"
FENCE: Final = re.compile(r'^```\w+ title="(?P<title>[^"]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
RECIPES: Final = {
    name: {found["title"]: found["text"] for found in FENCE.finditer(text)}
    for name, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
}
SITE: Final = {"title": "Small", "url": URL, "hosting": "netlify"}
POST: Final = "---\ntitle: First\ndate: 2026-05-01\ntags: [linkers]\n---\n\nSome words.\n"
SOURCES: Final = ("content/", "data/", "templates/")


def built(root: Path, settings: Mapping[str, Any], files: Mapping[str, str]) -> Built:
    every = {"site.yaml": json.dumps({**SITE, **settings}), "content/posts/first.md": POST, **files}
    for path, text in every.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return build(Options(root=root, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), checks=True))


def sources(recipe: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in recipe.items() if path.startswith(SOURCES)}


def test_the_page_has_a_recipe_of_each() -> None:
    assert list(RECIPES) == [
        "Comments with giscus",
        "Replies from Mastodon",
        "Counting visits without cookies",
        "A form for a newsletter",
        "A film that loads when it is asked for",
        "A page for what is not there",
        "A page of talks from data",
        "A second kind of page",
    ]


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "Replies from Mastodon"])
def test_a_site_with_a_recipe_as_it_stands_has_no_problem_and_publishes_what_the_page_shows(
    name: str, tmp_path: Path
) -> None:
    recipe = RECIPES[name]
    done = built(tmp_path, yaml.safe_load(recipe.get("site.yaml", "")) or {}, sources(recipe))
    assert [f"{one.path}:{one.line}: {one.rule}: {one.message}" for one in done.problems] == []
    shown = {path: text for path, text in recipe.items() if path != "site.yaml" and not path.startswith(SOURCES)}
    assert shown
    for path, text in shown.items():
        assert text in done.outputs[OutputPath(path)].decode(), path


# ---------------------------------------------------------------- replies

REPLIES: Final = [
    {
        "visibility": "public",
        "url": "https://social.example/@you/1",
        "created_at": "2026-05-02T08:00:00.000Z",
        "account": {"display_name": "You <b>", "acct": "you"},
        "content": '<p><span class="h-card"><a href="https://social.example/@me">@<span>me</span></a></span> 1 &lt; 2<br>or so</p>'
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    },
    {
        "visibility": "public",
        "url": "https://other.example/@one/2",
        "created_at": "2026-05-03T08:00:00.000Z",
        "account": {"display_name": "", "acct": "one@other.example"},
        "content": "<p>Yes.</p>",
    },
    {"visibility": "unlisted", "url": "https://social.example/@you/3"},
    {"visibility": "public", "url": "javascript:alert(1)"},
]


class Mastodon(BaseHTTPRequestHandler):
    """Answers as a server does that is asked for what was said below a post."""

    def do_GET(self) -> None:
        known = self.path == "/api/v1/statuses/112233/context"
        self.send_response(200 if known else 404)
        self.end_headers()
        if known:
            self.wfile.write(json.dumps({"ancestors": [], "descendants": REPLIES}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the standard library gives
        """Say nothing: requests are not what a test tells of."""


def test_replies_are_fetched_by_the_script_of_the_recipe_and_shown_as_text(tmp_path: Path) -> None:
    recipe = RECIPES["Replies from Mastodon"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Mastodon) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        files = {path: text.replace("https://social.example", address) for path, text in sources(recipe).items()}
        (tmp_path / "content/posts").mkdir(parents=True)
        (tmp_path / "content/posts/linkers.md").write_text(files["content/posts/linkers.md"], "utf-8")
        command = [sys.executable, "-c", recipe["replies.py"]]
        subprocess.run(command, cwd=tmp_path, check=True)
        server.shutdown()
        thread.join()
        before = (tmp_path / "data/replies.json").read_bytes()
    failed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (failed.returncode, (tmp_path / "data/replies.json").read_bytes()) == (1, before), "the server is gone"
    done = built(tmp_path, {}, files)
    assert [one.message for one in done.problems] == []
    page = done.outputs[OutputPath("posts/linkers/index.html")].decode()
    replies = re.findall(r"<blockquote>(.*?)</blockquote>", page, re.DOTALL)
    assert [re.findall(r"<p>(.*?)</p>", reply) for reply in replies] == [
        [
            '<a href="https://social.example/@you/1" rel="nofollow ugc">You &lt;b&gt;</a>, <time>2026-05-02</time>',
            *["@me 1 &lt; 2", "or so", "&lt;script&gt;alert(1)&lt;/script&gt;"],
        ],
        [
            '<a href="https://other.example/@one/2" rel="nofollow ugc">one@other.example</a>, <time>2026-05-03</time>',
            "Yes.",
        ],
    ]
    assert "Reply on Mastodon" in page
    assert "Replies" not in done.outputs[OutputPath("posts/first/index.html")].decode()
    assert recipe["_headers"] in done.outputs[OutputPath("_headers")].decode()


# ---------------------------------------------------------------- in a browser

ELSEWHERE: Final = {
    "https://giscus.app/client.js": (
        "const sheet = document.createElement('link'); sheet.rel = 'stylesheet'; sheet.href = 'https://giscus.app/default.css';"
        "document.head.prepend(sheet); const frame = document.createElement('iframe'); frame.title = 'Comments';"
        "frame.src = 'https://giscus.app/en/widget'; document.currentScript.after(frame);"
    ),
    "https://giscus.app/default.css": ".comments { --giscus: 1 }",
    "https://giscus.app/en/widget": "<p>Comments.</p>",
    "https://gc.zgo.at/count.js": "navigator.sendBeacon(document.currentScript.dataset.goatcounter + '?p=' + location.pathname);",
    "https://me.goatcounter.com/count": "",
    "https://letters.example/subscribe": "<p>Thanks.</p>",
    "https://www.youtube-nocookie.com/embed/1234": "<p>A film.</p>",
}
"""What other hosts answer: as much as a page sees of their scripts, which load and send just this."""


@pytest.mark.chromium
def test_in_a_browser_recipes_work_side_by_side_under_the_policy_and_a_film_loads_when_it_is_opened(
    browser: Browser, tmp_path: Path
) -> None:
    names = [name for name in RECIPES if "_headers" in RECIPES[name] and name != "Replies from Mastodon"]
    said = [yaml.safe_load(RECIPES[name].get("site.yaml", "")) or {} for name in names]
    policy: dict[str, list[str]] = {}
    for directive, source in (entry for one in said for entry in one.get("policy", {}).items()):
        policy.setdefault(directive, []).append(source)
    files = {path: text for name in names for path, text in sources(RECIPES[name]).items()}
    pages = built(tmp_path, {"policy": policy}, files).outputs
    (granted,) = re.findall(r"Content-Security-Policy: (.*)", pages[OutputPath("_headers")].decode())
    asked: list[str] = []

    def answer(route: Route) -> None:
        address = route.request.url.partition("?")[0]
        if not address.startswith(URL):
            asked.append(address)
            kind = mimetypes.guess_type(address)[0] or "text/html"
            route.fulfill(body=ELSEWHERE[address], headers={"Content-Type": kind, "Access-Control-Allow-Origin": "*"})
            return
        path = unquote(urlsplit(address).path).lstrip("/")
        path += "index.html" if path.endswith("/") or not path else ""
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = {"Content-Security-Policy": granted, "Content-Type": f"{kind}; charset=utf-8"}
        route.fulfill(body=pages[OutputPath(path)], headers=headers)

    page = browser.new_page()
    page.add_init_script(
        "window.refused = []; addEventListener('securitypolicyviolation', (e) => refused.push(e.blockedURI))"
    )
    page.route("**/*", answer)
    page.goto(f"{URL}posts/talk/", wait_until="networkidle")
    page.locator(".comments").scroll_into_view_if_needed()
    film = "https://www.youtube-nocookie.com/embed/1234"
    assert sorted(set(asked)) == sorted(ELSEWHERE.keys() - {film, "https://letters.example/subscribe"})
    page.locator("details summary").click()
    page.frame_locator('iframe[title="The talk"]').get_by_text("A film.").wait_for()
    assert film in asked
    assert page.evaluate("refused") == []
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {src: 'https://evil.example/a.js'}))"
    )
    page.wait_for_function("refused.length == 1")
    page.get_by_label("New posts by mail").fill("a@me.example")
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_text("Thanks.").wait_for()
    assert not [one for one in asked if "evil" in one]
    page.close()
