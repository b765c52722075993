"""Links that were made to deceive, several hundred of them, in a real browser: nothing runs, nothing leaves the site."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

pytestmark = pytest.mark.chromium

ORIGIN = "https://me.example"
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
RUN = "window.ran=[...window.ran||[],1]"

DROPPED = ("\t", "\n", "\r", "\n\t", "\r\n")
"""What the URL standard has a browser drop, wherever it stands."""
TRIMMED = ("", " ", "\x01", "\x1f", "\t ", "\n", "\x0b", "\x0c", "\x1b\x1b")
"""What it has a browser drop at either end."""
BESIDE = ("\x00", "\x7f", "\x85", "\xa0", "\u200b", "\ufeff", "\u2028", "\u3000", "\\", "%09", "%0A", "&Tab;")
"""What looks alike, and is not dropped."""

TARGETS = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}//",
    f"javascript://me.example/%0a{RUN}",
    f"vbscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example/",
    "/.//evil.example/",
    "/..//evil.example/",
    "/%2F/evil.example/",
    "https:evil.example/",
    "https:\\\\evil.example",
    "http:/evil.example/",
    "//evil.example\\@me.example/",
    "file:///etc/passwd",
    "?//evil.example",
    "#//evil.example",
    "a/../..//evil.example/",
)

CARRIERS = {
    "anchors": '<p><a href="{0}">x</a></p>',
    "areas": '<map name="m"><area href="{0}" alt="x"></map>',
    "blocks": "<div>\n<a\ntitle='x' HREF='{0}'>x</a>\n</div>",
    "slashes": "<div>\n<a/href='{0}'>x</a><img/src='{0}'/onerror='window.ran=[1]'>\n</div>",
    "images": '<p><img src="{0}" alt="x"><img src="{0}" width="1" alt="x"></p>',
    "sets": '<p><img srcset="{0} 1x, {0} 2x" alt="x"></p>',
    "videos": '<div><video src="{0}" poster="{0}"><source src="{0}"><track src="{0}"></video></div>',
    "inner": "<div><a/ title='<a href=\"{0}\"><img src=\"x onmouseover=window.ran=[1] x=\">' href='{0}'>q</a></div>",
    "quotes": '<blockquote cite="{0}">x</blockquote>',
    "frames": '<iframe src="{0}"></iframe><embed src="{0}"><object data="{0}"></object><iframe srcdoc="{0}"></iframe>',
    "forms": '<form action="{0}"><button formaction="{0}">x</button><input type="image" src="{0}" formaction="{0}"></form>',
    "bases": '<base href="{0}"><meta http-equiv="refresh" content="0;url={0}"><link rel="stylesheet" href="{0}">',
    "pictures": '<svg><a xlink:href="{0}" href="{0}"><text>x</text></a><use href="{0}"/></svg><math href="{0}"><mi>x</mi></math>',
    "styles": '<p style="background:url({0})" ping="{0}">x</p><a href="#a" ping="{0}">x</a><style>p{{background:url({0})}}</style>',
    "markdown": "[x](<{0}>) ![x](<{0}>) <{0}>",
    "definitions": "[x][{1}] ![x][{1}]\n\n[{1}]: <{0}>",
    "attributes": '[x](a){{href="{0}" onclick="{0}" style="{0}" data-x="{0}"}} [y](</{0}>)',
}
"""How a post can hold a link, of which {0} is the address, with entities where it needs them, and {1} a number."""


def generated() -> list[str]:
    """Return the addresses: each target as it is, then with each mark at each end, in the scheme and after a slash."""
    draw = random.Random(9)
    found = dict.fromkeys(TARGETS)
    for target in TARGETS:
        colon = max(target.find(":"), 0)
        places = {0, 1, colon // 2, colon, colon + 1, len(target)}
        for mark in (*DROPPED, *TRIMMED, *draw.sample(BESIDE, 4)):
            place = draw.choice(sorted(places))
            found.setdefault(target[:place] + mark + target[place:])
        for mark in DROPPED:
            found.setdefault(draw.choice(TRIMMED) + mark.join(target[:14]) + target[14:] + draw.choice(TRIMMED))
    return list(found)


LINKS = generated()


ODD = tuple(itertools.product(TARGETS, (*DROPPED, *TRIMMED, *BESIDE), (0, 1, 2, 4, 11)))
"""Each target with each mark at some places: for what costs little."""


def in_html(link: str) -> str:
    """Write an address as an attribute's value, with each mark that isn't plain as an entity."""
    named = {"\t": "&Tab;", "\n": "&NewLine;"}
    return "".join(named.get(c) or (f"&#{ord(c)};" if ord(c) < 33 or ord(c) > 126 else escape(c)) for c in link)


def write_site(root: Path, html: str, names: Iterable[str] = CARRIERS) -> Built:
    """Build a site that holds every link in its carriers, with problems made silent: what is refused stays refused."""
    (root / "content" / "posts").mkdir(parents=True)
    silent = [
        "unsafe-url",
        "broken-link",
        "broken-anchor",
        "missing-image",
        "unknown-url",
        "unreadable-image",
        "listing-options",
    ]
    rules = ", ".join(f"{rule}: 'off'" for rule in silent)
    settings = f"title: t\nurl: {ORIGIN}/\nmarkdown: {{html: {html}}}\nrules: {{{rules}}}\n"
    (root / "site.yaml").write_text(settings, encoding="utf-8")
    for name in names:
        carrier = CARRIERS[name]
        written = [carrier.format(in_html(link), number) for number, link in enumerate(LINKS)]
        text = f"---\ntitle: {name}\ndate: 2026-01-01\n---\n\n" + "\n\n".join(written) + "\n"
        (root / "content" / "posts" / f"{name}.md").write_text(text, encoding="utf-8")
    built = build(Options(root=root, now=NOW))
    assert not built.failed, [f"{p.path}:{p.line}:{p.column} {p.rule} {p.message}" for p in built.problems][:20]
    return built


class Visit:
    """A browser in a site: whatever it asks of another is refused, and noted."""

    def __init__(self, context: BrowserContext, files: dict[str, bytes]) -> None:
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self._files = files
        self.page: Page = context.new_page()
        self.page.route("**/*", self._answer)
        self.page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        url = route.request.url
        path = unquote(urlsplit(url).path).removeprefix("/")
        path += "index.html" if path.endswith("/") or not path else ""
        if not url.startswith(f"{ORIGIN}/"):
            self.asked.append(url)
            route.abort()
        elif path in self._files:
            kind = "text/html" if path.endswith(".html") else "text/css" if path.endswith(".css") else "text/plain"
            route.fulfill(body=self._files[path], content_type=f"{kind}; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    def open(self, path: str) -> None:
        self.page.goto(f"{ORIGIN}/{path}", wait_until="load")

    def click_everything(self) -> Any:
        """Follow each link whose scheme is one that runs, and tell what every address of the page is to the browser."""
        return self.page.evaluate("""() => {
          addEventListener('click', (event) => {
            const link = event.target.closest('a, area');
            if (link && link.protocol !== 'javascript:') event.preventDefault();
          });
          const places = [];
          for (const element of document.querySelector('main').querySelectorAll('*')) {
            if (element.matches('a[href], area[href]')) element.click();
            for (const name of ['mouseover', 'focus', 'load']) element.dispatchEvent(new Event(name));
            for (const name of element.getAttributeNames()) {
              if (name.startsWith('on')) places.push([element.tagName, name, '', 'event:', '']);
            }
            for (const name of ['href', 'src', 'poster', 'cite', 'action', 'formaction', 'data', 'ping', 'xlink:href']) {
              const written = element.getAttribute(name);
              if (written === null) continue;
              let url = { protocol: 'none:', host: '' };
              try { url = new URL(written, location.href); } catch { /* it leads nowhere */ }
              places.push([element.tagName, name, written, url.protocol, url.host]);
            }
          }
          return places;
        }""")


@pytest.fixture(scope="module")
def sanitised(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return {
        str(path): data for path, data in write_site(tmp_path_factory.mktemp("hostile"), "sanitize").outputs.items()
    }


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def test_there_are_a_few_hundred_links() -> None:
    assert len(LINKS) > 300


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in {"anchors", "markdown"} else pytest.mark.thorough) for name in CARRIERS],
)
def test_nothing_of_a_sanitised_post_runs_or_leaves_the_site_in_disguise(
    context: BrowserContext, sanitised: dict[str, bytes], name: str
) -> None:
    visit = Visit(context, sanitised)
    visit.open(f"posts/{name}/")
    places = visit.click_everything()
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate("window.ran") is None
    assert visit.dialogs == []
    assert visit.page.url.startswith(f"{ORIGIN}/posts/{name}/")
    wrong = [place for place in places if place[3] in {"javascript:", "vbscript:", "file:", "event:"}]
    wrong += [place for place in places if place[3] == "data:" and place[0] != "IMG"]
    plain = ("https:", "http:", "//", "mailto:")
    wrong += [place for place in places if "evil" in place[4] and not place[2].startswith(plain)]
    assert not wrong, wrong[:10]


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    names = ("anchors", "inner")
    built = write_site(tmp_path_factory.mktemp("allowed"), "allow", names)
    return {str(path): data for path, data in built.outputs.items()}


@pytest.mark.parametrize("name", ["anchors", "inner"])
def test_the_trap_springs_where_raw_html_is_let_through(
    context: BrowserContext, allowed: dict[str, bytes], name: str
) -> None:
    visit = Visit(context, allowed)
    visit.open(f"posts/{name}/")
    visit.click_everything()
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate("window.ran")


@pytest.mark.parametrize("base", [f"{ORIGIN}/posts/a/", "http://me.example/posts/a/", "http://127.0.0.1:8000/x.html"])
def test_the_judge_reads_as_the_browser_does(browser: Browser, base: str) -> None:
    """What is read as local stays at the page's own host, whatever the browser makes of it, and nothing else does."""
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<base id=base><a id=a>x</a>", content_type="text/html"))
    page.goto(base)
    links = [*LINKS, *(target[:at] + mark + target[at:] for target, mark, at in ODD)]
    seen = page.evaluate(
        """(links) => {
          const a = document.getElementById('a');
          return links.map((link) => { a.setAttribute('href', link); return [a.protocol, a.host, a.href]; });
        }""",
        links,
    )
    here = urlsplit(base)
    wrong = []
    for link, (protocol, host, href) in zip(links, seen, strict=True):
        reading = read(link)
        stays = protocol == f"{here.scheme}:" and host == here.netloc
        if reading.local:
            right = stays
        elif reading.network:
            right = not stays
        else:  # `https:x` on a page that https brought is a path, so that it may stay; a host that is none gives ':'
            right = protocol in (f"{reading.scheme}:", ":")
        if not right:
            wrong.append((link, reading, protocol, host, href))
    assert not wrong, wrong[:10]
    page.close()
