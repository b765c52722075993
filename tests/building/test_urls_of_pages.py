"""Where things are published."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from small_site import SmallSite

POST = "---\ntitle: A\ndate: 2026-01-01\n---\ntext\n"


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("content/posts/hello.md", "posts/hello/index.html"),
        ("content/posts/2026-05-01-hello.md", "posts/hello/index.html"),
        ("content/posts/hello/index.md", "posts/hello/index.html"),
        ("content/posts/2026-05-01-hello/index.md", "posts/hello/index.html"),
        ("content/about.md", "about/index.html"),
        ("content/notes/deep/one.md", "notes/deep/one/index.html"),
        ("content/posts/Two words.md", "posts/two-words/index.html"),
        ("content/posts/100%.md", "posts/100/index.html"),
        ("content/posts/日本語.md", "posts/日本語/index.html"),
        ("content/posts/cafe\N{COMBINING ACUTE ACCENT}.md", "posts/café/index.html"),
        ("content/_posts/2026-05-01-hello.md", "hello/index.html"),
    ],
)
def test_a_source_file_has_the_url_that_its_path_says(site: SmallSite, source: str, output: str) -> None:
    assert output in site.write({source: POST}).pages()


def test_front_matter_can_give_the_slug_or_the_whole_url(site: SmallSite) -> None:
    pages = site.write(
        {
            "content/posts/a.md": "---\ntitle: A\ndate: 2026-01-01\nslug: other\n---\n",
            "content/posts/b.md": "---\ntitle: B\ndate: 2026-01-01\nurl: /2020/b.html\n---\n",
        }
    ).pages()
    assert "posts/other/index.html" in pages
    assert "2020/b.html" in pages


def test_a_permalink_pattern_speaks_of_posts_alone(site: SmallSite) -> None:
    site.write(
        {
            "site.yaml": "title: S\nurl: https://me.example/\npermalink: /{year}/{month}/{slug}/\n",
            "content/posts/a.md": POST,
            "content/about.md": "# About\n",
        }
    )
    pages = site.pages()
    assert "2026/01/a/index.html" in pages
    assert "about/index.html" in pages


def test_what_lies_in_a_bundle_travels_with_its_post(site: SmallSite) -> None:
    built = site.write(
        {
            "content/posts/2026-05-01-hello/index.md": "---\ntitle: Hi\nslug: bye\n---\n![a plot](img/plot.svg)\n",
            "content/posts/2026-05-01-hello/img/plot.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>',
        }
    ).build()
    assert "posts/bye/img/plot.svg" in built.outputs
    page = built.outputs["posts/bye/index.html"].decode()  # type: ignore[index]
    assert 'src="/posts/bye/img/plot.svg" width="30" height="20"' in page


def test_other_files_are_copied_to_the_url_of_their_folder_and_static_ones_to_the_root(site: SmallSite) -> None:
    built = site.write(
        {
            "content/posts/a.md": POST,
            "content/posts/data.csv": "1,2\n",
            "content/posts/.secret": "x",
            "static/favicon.ico": b"\0\0",
            "static/.hidden": "x",
        }
    ).build()
    assert built.outputs["posts/data.csv"] == b"1,2\n"  # type: ignore[index]
    assert built.outputs["favicon.ico"] == b"\0\0"  # type: ignore[index]
    assert not [path for path in built.outputs if "secret" in path or "hidden" in path]


def test_drafts_and_posts_of_the_future_are_left_out_unless_asked_for(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a/index.md": "---\ntitle: A\ndate: 2026-01-01\ndraft: true\n---\n",
            "content/posts/a/plot.svg": "<svg/>",
            "content/posts/b.md": "---\ntitle: B\ndate: 2026-07-01\n---\n",
        }
    )
    left_out = site.build()
    assert left_out.hidden == 2
    assert not [path for path in left_out.outputs if path.startswith(("posts/a/", "posts/b/"))]
    shown = site.build(drafts=True, future=True)
    assert {"posts/a/index.html", "posts/a/plot.svg", "posts/b/index.html"} <= set(shown.outputs)


def test_a_post_appears_when_its_time_has_come_without_an_edit(site: SmallSite) -> None:

    site.write({"content/posts/b.md": "---\ntitle: B\ndate: 2026-07-01T10:00:00+02:00\n---\n"})
    before = dt.datetime(2026, 7, 1, 7, 59, tzinfo=dt.UTC)
    assert "posts/b/index.html" not in site.pages(now=before)
    assert "posts/b/index.html" in site.pages(now=before + dt.timedelta(minutes=1))


def test_lists_are_split_and_name_their_neighbours(site: SmallSite) -> None:
    site.write(
        {"site.yaml": "title: S\nurl: https://me.example/\npaginate: 2\n"}
        | {f"content/posts/p{n}.md": f"---\ntitle: P{n}\ndate: 2026-01-0{n}\ntags: [x]\n---\n" for n in range(1, 6)}
    )
    pages = site.pages()
    for first in ("", "posts/", "tags/x/"):
        assert {f"{first}index.html", f"{first}page/2/index.html", f"{first}page/3/index.html"} <= set(pages)
        assert f"{first}page/4/index.html" not in pages
        assert 'href="/posts/p5/"' in pages[f"{first}index.html"]
        assert 'href="/posts/p5/"' not in pages[f"{first}page/2/index.html"]
        assert f'href="/{first}page/3/"' in pages[f"{first}page/2/index.html"]


def test_an_index_is_a_bundle_alone_and_the_text_of_a_list_beside_other_posts(site: SmallSite) -> None:
    pages = site.write(
        {
            "content/posts/index.md": "---\ntitle: Writing\n---\nAll I wrote.\n",
            "content/posts/one/index.md": POST,
        }
    ).pages()
    assert "All I wrote." in pages["posts/index.html"]
    assert "Writing" in pages["posts/index.html"]
    assert 'href="/posts/one/"' in pages["posts/index.html"]
    assert "posts/one/index.html" in pages


@pytest.mark.parametrize(
    ("path", "text", "place", "part"),
    [
        ("content/aux/x.md", POST, (1, 1, 1), "aux"),
        ("content/posts/Con.md", POST, (1, 1, 1), "con"),
        ("content/posts/a.md", "---\ntitle: A\ndate: 2026-01-01\nslug: nul\n---\n", (4, 7, 3), "nul"),
        ("content/posts/a.md", "---\ntitle: A\ndate: 2026-01-01\nurl: /a:b/\n---\n", (4, 6, 5), "a:b"),
        ("content/posts/a.md", "---\ntitle: A\ndate: 2026-01-01\naliases: [/com1/]\n---\n", (4, 11, 6), "com1"),
        ("content/posts/a.md", "---\ntitle: A\ndate: 2026-01-01\ntags: [PRN]\n---\n", (4, 7, 5), "prn"),
    ],
)
def test_a_page_whose_folder_windows_cannot_hold_is_a_warning(
    site: SmallSite, path: str, text: str, place: tuple[int, int, int], part: str
) -> None:
    built = site.write({path: text}).build()
    found = [p for p in built.problems if p.rule == "unportable-name"]
    assert [(p.path, (p.line, p.column, p.length)) for p in found] == [(path, place)]
    assert f"called '{part}'" in found[0].message
    assert not built.failed


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("/{name}/", "Old_Name"),
        ("/{folder}/{slug}/", "notes/deep-sea/old-name"),
        ("/{folder[0]}/{slug}/", "notes/old-name"),
        ("/{folder[-1]}/{slug}/", "deep-sea/old-name"),
        ("/{folder[1:]}/{slug}/", "deep-sea/old-name"),
        ("/{folder[5]}/{slug}/", "old-name"),
    ],
)
def test_a_permalink_names_the_file_as_written_and_its_folder_whole_or_in_parts(
    site: SmallSite, pattern: str, url: str
) -> None:
    settings = f"title: S\nurl: https://me.example/\nposts: ['notes/**']\npermalink: '{pattern}'\n"
    pages = site.write({"site.yaml": settings, "content/notes/deep sea/2026-01-02-Old_Name.md": "# A\n"}).pages()
    assert f"{url}/index.html" in pages


def test_a_slug_with_a_slash_in_front_is_the_whole_path(site: SmallSite) -> None:
    front = "---\ntitle: A\ndate: 2026-01-01\nslug: /2020/old/\n---\n"
    assert "2020/old/index.html" in site.write({"content/posts/a.md": front}).pages()
