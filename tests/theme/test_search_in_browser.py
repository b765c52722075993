"""The search as readers have it: by keyboard, under the policy that hosts are told, on a site below a path."""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from theme_site import outputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from tests.conftest import NpmFile

pytestmark = pytest.mark.chromium

SETTINGS = "title: Notes\nurl: https://me.example/blog/\nsearch: true\nhosting: netlify\n"
TEXT = """\
A zebra crosses. It says <em>nothing</em>, nor &lt;b&gt;this&lt;/b&gt;.

## Stripes of the zebra {#stripes}

```python
def train_step(self):
    return self.layers.nn.Linear(3), Vec<String>, 1.31
```

An <input id="field" aria-label="Field"> to type into.
"""
MANY = {f"content/posts/m{n}.md": f"---\ntitle: Okapi {n}\ndate: 2025-01-01\n---\n\nOne of {n}.\n" for n in range(40)}
FILES = {
    "site.yaml": SETTINGS,
    "content/posts/a.md": f"---\ntitle: Alpha\ndate: 2026-01-01\n---\n\n{TEXT}",
    "content/posts/b.md": "---\ntitle: Beta\ndate: 2026-01-02\n---\n\nA train, and a step. getElementById. 1 of 31. C++, C#, #include, issues #42101, #42102.\n",
    "content/posts/e.md": "---\ntitle: Epsilon\ndate: 2026-01-03\n---\n\nPlain C, `x+y`, and 4.21 in a text of many more words, of which none is asked for.\n",
    "content/posts/c.md": "---\ntitle: Gamma\ndate: 2026-01-03\nlanguage: de\n---\n\nEin Zebra, zebra.\n",
    **MANY,
}
UNSPACED = {
    "site.yaml": SETTINGS,
    "content/posts/ja.md": "---\ntitle: 静的サイト\ndate: 2026-01-04\nlanguage: ja\n---\n\nサイトを作るときに検索の索引を作成します。\n",
    "content/posts/zh.md": "---\ntitle: 静态网站\ndate: 2026-01-05\nlanguage: zh\n---\n\n人工智能和机器学习正在改变软件工程。\n",
    "content/posts/th.md": "---\ntitle: เว็บไซต์\ndate: 2026-01-06\nlanguage: th\n---\n\nเราสร้างดัชนีการค้นหาเมื่อสร้างเว็บไซต์\n",
}


class Site:
    """A site that is served as its host is told to, and what a browser asked for."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.root = root
        self.public = root / "public"
        self.asked: list[str] = []
        self.policy = ""
        self.publish(files)
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                super().do_GET()

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", site.policy)
                self.send_header("Cache-Control", "no-store")
                super().end_headers()

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(self.public)))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/blog/"

    def publish(self, files: dict[str, str]) -> None:
        made = outputs(self.root / "site", files)
        self.policy = next(iter(re.findall("Content-Security-Policy: (.*)", made["_headers"].decode())))
        for old in (self.public / "blog" / "pagefind").rglob("*.pf_*"):
            old.unlink()
        for path, data in made.items():
            target = self.public / "blog" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    @contextlib.contextmanager
    def served(self) -> Iterator[Site]:
        """Serve it, until the block ends."""
        thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield self
        self.server.shutdown()
        self.server.server_close()
        thread.join()

    @property
    def loaded(self) -> list[str]:
        return [path for path in self.asked if "/pagefind/" in path]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("search"), FILES).served() as site:
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of a fresh profile, on which nothing may break the policy."""
    page = browser.new_page(viewport={"width": 800, "height": 700})
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    site.asked.clear()
    page.goto(f"{site.url}posts/a/")
    yield page
    assert broken == []
    page.close()


def found(page: Page, query: str) -> list[str]:
    """Type a query, and return where the results lead once the search has said how many there are."""
    status = page.locator("dialog [role=status]")
    page.locator("dialog input").fill("")
    page.locator("dialog input").press_sequentially(query)
    status.filter(has_text=re.compile("^(Results: |Nothing )")).wait_for()
    return [link.get_attribute("href") or "" for link in page.locator("dialog ol a").all()]


def test_a_reader_searches_by_keyboard_and_comes_back_to_where_he_was(page: Page, site: Site) -> None:
    assert site.loaded == [], "loaded before it was opened"
    page.locator("#field").focus()
    page.keyboard.press("/")
    assert page.locator("#field").input_value() == "/", "what is typed into a field is no command"
    page.keyboard.press("Control+k")
    assert page.locator("dialog input").evaluate("e => e === document.activeElement")
    assert found(page, "zebra") == ["/blog/posts/a/", "/blog/posts/a/#stripes"]
    assert page.locator("dialog [role=status]").inner_text() == "Results: 1"
    assert page.locator("dialog ol > li > p mark").all_inner_texts() == ["zebra"]
    assert "says nothing" in page.locator("dialog ol > li > p").inner_text()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    assert page.locator("#field").evaluate("e => e === document.activeElement")

    page.locator("#field").blur()
    page.keyboard.press("/")
    assert page.locator("dialog input").evaluate("e => e === document.activeElement && e.selectionEnd") == len("zebra")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/blog/posts/a/#stripes"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator("dialog input").evaluate("e => e === document.activeElement")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    assert page.locator("dialog input").input_value().endswith("s"), "what is typed goes into the field"
    assert found(page, "zebra")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/a/#stripes")
    assert not page.locator("dialog[open]").count()
    assert page.locator(".find").is_visible()
    page.locator(".find").click()
    assert page.locator("dialog input").evaluate("e => e === document.activeElement")


def test_names_in_code_are_found_whole_and_by_parts_and_shown_as_they_stand(page: Page) -> None:
    page.keyboard.press("/")
    section = "/blog/posts/a/#stripes"
    for query in ("train_step", "nn.Linear", "Linear", "Vec<String>", "self.layers", "train_step(self)"):
        assert section in found(page, query), query
    assert "self.layers.nn.Linear(3), Vec<String>" in page.locator("dialog ol ul p").inner_text()
    assert found(page, "train_step")[0] == "/blog/posts/a/", "the name goes before its words"
    assert found(page, "element") == found(page, "getElementById") == ["/blog/posts/b/"]
    for query in ("C++", "c#", "#42101", "include", "#include"):
        assert found(page, query) == ["/blog/posts/b/"], query
    assert found(page, "x+y") == found(page, "plain c") == ["/blog/posts/e/"]
    assert found(page, "4.21") == ["/blog/posts/e/", "/blog/posts/b/"], (
        "the number itself goes before what begins with it"
    )
    assert found(page, "1.31") == ["/blog/posts/a/", section], "a number is no two words"


def test_of_a_word_that_is_nowhere_nothing_is_found_though_another_begins_with_its_first_letters(page: Page) -> None:
    page.keyboard.press("/")
    for query in ("zeppelin", "xylophone", "zebra zeppelin"):
        assert found(page, query) == [], query
        assert page.locator("dialog [role=status]").inner_text() == "Nothing found"
    assert found(page, "crossing") == ["/blog/posts/a/"], "another form of a word"
    assert found(page, "zebrafish") == ["/blog/posts/a/", "/blog/posts/a/#stripes"], "what is at least half of it"


def test_who_comes_to_the_end_of_what_is_shown_gets_the_rest(page: Page) -> None:
    page.keyboard.press("/")
    assert len(found(page, "okapi")) < len(MANY)
    assert page.locator("dialog [role=status]").inner_text() == f"Results: {len(MANY)}"
    last = page.locator("dialog ol > li").nth(len(MANY) - 1)
    while not last.is_visible():
        page.keyboard.press("ArrowDown")
    links = [link.get_attribute("href") for link in page.locator("dialog ol > li > a").all()]
    assert len(set(links)) == len(links) == len(MANY)


def test_words_are_found_where_no_blank_parts_them(browser: Browser, tmp_path: Path) -> None:
    with Site(tmp_path, UNSPACED).served() as site:
        page = browser.new_page()
        for name, queries in (("ja", ("検索", "索引")), ("zh", ("机器学习", "软件")), ("th", ("ดัชนี",))):
            page.goto(f"{site.url}posts/{name}/")
            page.keyboard.press("/")
            for query in queries:
                page.locator("dialog input").fill(query)
                page.locator("dialog ol > li > p mark").get_by_text(query, exact=True).wait_for()
                assert page.locator("dialog ol > li > a").get_attribute("href") == f"/blog/posts/{name}/"
        page.close()


def test_a_page_searches_those_of_its_language_in_its_words(page: Page, site: Site) -> None:
    page.goto(f"{site.url}posts/c/")
    page.keyboard.press("/")
    page.keyboard.type("zebra")
    page.get_by_text("Treffer: 1").wait_for()
    assert page.locator("dialog ol a").get_attribute("href") == "/blog/posts/c/"


def test_who_has_a_page_open_while_the_site_is_published_searches_the_new_one(page: Page, site: Site) -> None:
    page.keyboard.press("/")
    assert found(page, "zebra")
    site.publish(FILES | {"content/posts/b.md": FILES["content/posts/b.md"].replace("A train", "A quagga, a train")})
    assert "/blog/posts/b/" in found(page, "step"), "what the old index knows of it is gone"
    assert found(page, "quagga") == ["/blog/posts/b/"]
    site.publish(FILES)


def test_without_a_script_there_is_no_control_that_does_nothing(browser: Browser, site: Site) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site.url}posts/a/")
    assert not page.locator(".find").is_visible()
    assert not page.locator("dialog").count()
    page.close()


@pytest.mark.axe
def test_the_open_dialog_has_no_fault_of_accessibility(browser: Browser, site: Site, npm_file: NpmFile) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 640}, color_scheme="dark", bypass_csp=True)
    page.goto(f"{site.url}posts/a/")
    page.keyboard.press("/")
    assert found(page, "zebra")
    page.evaluate(npm_file("axe-core/axe.min.js").read_text("utf-8"))
    faults = page.evaluate("axe.run('dialog').then(found => found.violations.map(one => one.id))")
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
