"""Every page, judged from outside: the Nu HTML checker, our own reading of links, linkinator."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from published_pages import Output, parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Build, NpmFile, PublishedSite, Serve


@pytest.mark.nu
def test_the_nu_html_checker_finds_no_error_on_any_page(site: PublishedSite, npm_file: NpmFile) -> None:
    jar = npm_file("vnu-jar/build/dist/vnu.jar")
    done = subprocess.run(
        ["java", "-jar", jar, "--errors-only", "--skip-non-html", "--format", "json", site.output],
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    found = [
        f"{message['url'].removeprefix(f'file:{site.output}')}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(done.stderr)["messages"]
    ]
    assert found == []


def test_every_reference_of_every_page_leads_to_a_file_and_an_id(output: Output) -> None:
    assert output.broken() == []


def test_the_reading_of_references_finds_what_is_broken(tmp_path: Path) -> None:
    """The judge itself: each kind of reference that leads nowhere is told."""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "index.html").write_text("<p id='x'>Here.")
    (tmp_path / "index.html").write_text(
        '<a href="a%20b/#x">good</a><a href="https://elsewhere.example/none">not ours</a>'
        '<a href="a%20b/#y">id</a><img src="n.png"><img srcset="a%20b/ 1x, m.png 2x"><video poster="p.png"></video>'
        '<a href="/outside">above the prefix</a><link rel="canonical" href="https://me.example/other">'
    )
    (tmp_path / "a.css").write_text("p { background: url('gone.svg') }")
    told = Output(tmp_path, "https://me.example/blog/").broken()
    assert [line.split(": ", 1)[1].split(":")[0] for line in told[:-1]] == [
        "a href 'a%20b/#y'",
        "img src 'n.png'",
        "img srcset 'm.png'",
        "video poster 'p.png'",
        "a href '/outside'",
        "link canonical 'https",
    ]
    assert told[-1] == "a.css: url(gone.svg)"


@pytest.mark.linkinator
def test_linkinator_finds_no_broken_link(site: PublishedSite, serve: Serve, npm_file: NpmFile) -> None:
    address = serve(site.output, site.prefix)
    skipped = f"^https?://(?!{urlsplit(address).netloc})"
    command = ["node", str(npm_file("linkinator/build/src/cli.js")), address, "--recurse", "--check-fragments"]
    done = subprocess.run(
        [*command, "--check-css", "--concurrency", "8", "--skip", skipped, "--format", "json"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    links = json.loads(done.stdout)["links"]
    assert [link for link in links if link["state"] == "BROKEN"] == []
    read = {link["url"].removesuffix("index.html") for link in links if link["state"] == "OK"}
    assert len(read) > 10
    assert done.returncode == 0


def test_ids_are_unique_on_every_page(output: Output) -> None:
    repeated = {name: [i for i in page.ids if page.ids.count(i) > 1] for name, page in output.pages.items()}
    assert {name: ids for name, ids in repeated.items() if ids} == {}


def test_each_page_has_a_title_a_language_and_one_first_heading(output: Output) -> None:
    for name, page in output.documents():
        assert page.title.strip(), name
        assert page.elements.count("h1") == 1, name
        assert page.elements.count("main") == 1, name
        assert '<html lang="en">' in output.files[name].read_text("utf-8"), name


def test_each_page_names_its_own_address_as_canonical(output: Output) -> None:
    for name, page in output.documents():
        assert page.links["canonical"] == [output.url(name)], name
        assert page.meta["og:url"] == page.links["canonical"], name


def test_each_alias_sends_its_reader_to_a_page_and_names_that_as_canonical(rich_output: Output) -> None:
    aliases = {name: page for name, page in rich_output.pages.items() if page.redirect}
    assert set(aliases) == {"dialekt/index.html", "old/about.html", "old/the dialect/index.html", "who/index.html"}
    for page in aliases.values():
        assert page.links["canonical"] == [f"https://me.example{page.redirect}"]


def test_what_previews_and_search_engines_read_is_on_every_page(output: Output) -> None:
    for name, page in output.documents():
        for key in ("og:title", "og:type", "og:site_name"):
            assert len(page.meta[key]) == 1, (name, key)
            assert page.meta[key][0].strip(), (name, key)
        for data in page.structured_data:
            for one in data if isinstance(data, list) else [data]:
                assert one["@context"] == "https://schema.org", name
                assert one.get("@type") or one.get("@graph"), name


def test_a_posts_structured_data_says_what_the_post_says(rich_output: Output) -> None:
    page = rich_output.pages["posts/dialect/index.html"]
    [data] = page.structured_data
    posting = next(one for one in data.get("@graph", [data]) if one["@type"] == "BlogPosting")
    assert posting["headline"] == "Every form of the dialect: `code`, $x$ & <em>"
    assert posting["datePublished"] == "2025-03-01T09:30:00+13:00"
    assert posting["dateModified"].startswith("2025-03-02")
    assert [author["name"] for author in posting["author"]] == ["Ada <b>Example</b>", "Guest"]
    assert page.meta["og:type"] == ["article"]
    assert page.meta["article:published_time"] == ["2025-03-01T09:30:00+13:00"]
    assert page.meta["og:image"][0].startswith("https://me.example/blog/")


def test_drafts_and_posts_of_the_future_leave_no_trace(rich_site: PublishedSite) -> None:
    for path in rich_site.output.rglob("*"):
        if path.is_file():
            assert b"DRAFTWORD" not in path.read_bytes(), path
            assert b"FUTUREWORD" not in path.read_bytes(), path


def test_every_word_of_a_post_is_on_its_page(rich_output: Output) -> None:
    text = rich_output.pages["posts/dialect/index.html"].content
    for words in (
        "The first paragraph is the summary",
        "{{ not.a.template }} {% nor this %}",
        "a|b",
        "What else it means.",
        "new ]]> end",
        "echo '<script>' && ls",
        "見出し",
        "Plate 1: a caption with *stars* & <signs>",
        "a second paragraph.",
        "no language, a very long line",
        "indented code & <more>",
        "© & *escaped*",
    ):
        assert words in text, words


def test_no_page_asks_another_host_for_anything(output: Output) -> None:
    """A reader of the page is known to the site alone."""
    for name, page in output.pages.items():
        for where, url in page.references:
            if where.split()[0] not in ("a", "area") and where != "meta refresh":
                assert urlsplit(url).netloc in ("", urlsplit(output.base).netloc), (name, where, url)


ATTACK = "</script></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'>"


def test_a_title_that_attacks_is_text_wherever_it_stands(tmp_path: Path, build: Build) -> None:
    said = json.dumps(ATTACK)
    files = {
        "site.yaml": f"title: {said}\nurl: https://me.example/\ndescription: {said}\nauthors: [{{name: {said}}}]\n"
        f"menu: [{{title: {said}, url: /archive/}}]\n",
        "content/posts/a.md": f"---\ntitle: {said}\ndate: 2026-01-01\ndescription: {said}\ntags: [{said}]\n"
        f"series: [{said}]\naliases: [/old/]\n---\n\n![{ATTACK}](p.svg '{ATTACK.replace(chr(39), '')}')\n\n"
        f'## `{ATTACK}`\n\n```python title={said}\n{ATTACK}\n```\n\n``` "{ATTACK}\n```\n',
        "content/posts/p.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>',
        "content/posts/b.md": f"---\ntitle: B\ndate: 2026-01-02\nseries: [{said}]\ntags: [{said}]\n---\n\nText.\n",
        "content/page.md": f"---\ntitle: {said}\n---\n\nText.\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    published = build(tmp_path, "https://me.example")
    pages = sorted(published.output.rglob("*.html"))
    assert len(pages) > 8
    for path in pages:
        page = parse(path.read_text("utf-8"))
        assert {kind for kind, _ in page.scripts} <= {"", "application/ld+json"}, path
        assert [code for kind, code in page.scripts if not kind and code.strip()] == [], path
        ours = [url for where, url in page.references if where == "script src"]
        assert all(re.fullmatch(r"/assets/(?:listings|theme)\.[0-9a-f]{10}\.js", url) for url in ours), path
        assert len(page.scripts) == len(page.structured_data) + len(ours), path
        assert all(page.structured_data), path
        assert page.handlers == [], path
        assert ("img src", "x") not in page.references, path
    assert ATTACK in parse((published.output / "posts/a/index.html").read_text("utf-8")).title
