"""Links are written to the file and lead to its URL; one that leads nowhere is a problem with a mend."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from small_site import SmallSite

HEAD = "---\ntitle: A\ndate: 2026-01-01\n---\n"
FILES = {
    "content/posts/a.md": "",
    "content/posts/b.md": HEAD.replace("A", "B") + "## Install\n\nHow.\n",
    "content/posts/bundle/index.md": HEAD.replace("A", "C") + "[b](../b.md#install) and [own](fig.svg)\n",
    "content/posts/bundle/fig.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>',
    "content/about.md": "# About\n\n## Mail\n",
    "static/cv.pdf": "%PDF",
}
SETTINGS = "title: S\nurl: https://me.example{prefix}/\n"


@pytest.mark.parametrize("prefix", ["", "/blog"])
@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("b.md", "/posts/b/"),
        ("./b.md", "/posts/b/"),
        ("b.md#install", "/posts/b/#install"),
        ("b", "/posts/b/"),
        ("bundle/index.md", "/posts/bundle/"),
        ("bundle/fig.svg", "/posts/bundle/fig.svg"),
        ("../about.md#mail", "/about/#mail"),
        ("../about", "/about/"),
        ("/posts/b/", "/posts/b/"),
        ("/posts/b", "/posts/b/"),
        ("/content/posts/b.md", "/posts/b/"),
        ("/posts/b.md", "/posts/b/"),
        ("/cv.pdf", "/cv.pdf"),
        ("/tags/x/", "/tags/x/"),
        ("/feed.xml", "/feed.xml"),
        ("../b/", "/posts/b/"),
        ("b.md?plain=1#install", "/posts/b/?plain=1#install"),
        ("%62.md", "/posts/b/"),
    ],
)
def test_a_link_to_a_file_or_url_of_the_site_resolves(site: SmallSite, prefix: str, written: str, href: str) -> None:
    text = f"---\ntitle: A\ndate: 2026-01-01\ntags: [x]\n---\n[here]({written})\n"
    site.write(FILES | {"site.yaml": SETTINGS.format(prefix=prefix), "content/posts/a.md": text})
    page = site.pages()["posts/a/index.html"]
    assert f'<a href="{prefix}{href}">here</a>' in page
    assert not [p for p in site.problems() if p.rule in ("broken-link", "broken-anchor", "unknown-url")]


def test_a_prefixed_link_of_a_site_under_a_sub_path_is_understood(site: SmallSite) -> None:
    site.write(
        FILES | {"site.yaml": SETTINGS.format(prefix="/blog"), "content/posts/a.md": HEAD + "[x](/blog/posts/b/)\n"}
    )
    assert '<a href="/blog/posts/b/">x</a>' in site.pages()["posts/a/index.html"]


def test_external_links_are_left_alone(site: SmallSite) -> None:
    text = HEAD + "[x](https://other.example/a.md?b=c&d#e), [y](//cdn.example/x), [z](mailto:me@me.example)\n"
    page = site.write({"content/posts/a.md": text}).pages()["posts/a/index.html"]
    assert 'href="https://other.example/a.md?b=c&amp;d#e"' in page
    assert 'href="//cdn.example/x"' in page
    assert 'href="mailto:me@me.example"' in page


@pytest.mark.parametrize(
    ("written", "rule", "hint"),
    [
        ("bb.md", "broken-link", "did you mean 'b.md'?"),
        ("../abuot.md", "broken-link", "did you mean '../about.md'?"),
        ("fig.svg", "missing-image", "did you mean 'bundle/fig.svg'?"),
        ("missing.png", "missing-image", "put the image there, or write the path of one that exists"),
        ("/img/missing.png", "unknown-url", "put the image there, or write the path of one that exists"),
        ("/nothing/like/that/", "unknown-url", "link to the file, such as '../setup.md'"),
        (
            "[https://other.example](https://other.example)",
            "broken-link",
            "write the address alone between the parentheses",
        ),
        ("nothing/like/that", "broken-link", ""),
        ("../../../etc/passwd", "broken-link", ""),
        ("b.md#instal", "broken-anchor", "did you mean '#install'?"),
        ("#nowhere", "broken-anchor", "it has no headings"),
        ("/psts/b/", "unknown-url", "did you mean '/posts/b/'?"),
        ("draft.md", "draft-link", "publish it as well, or build with --drafts or --future"),
    ],
)
def test_a_link_to_nothing_is_a_problem_at_its_place(site: SmallSite, written: str, rule: str, hint: str) -> None:
    draft = "---\ntitle: D\ndate: 2026-01-01\ndraft: true\n---\n"
    site.write(FILES | {"content/posts/draft.md": draft, "content/posts/a.md": HEAD + f"\nSee [it]({written}).\n"})
    found = [p for p in site.problems() if p.path == "content/posts/a.md"]
    assert [(p.rule, p.line, p.column, p.length, p.hint) for p in found] == [(rule, 6, 10, len(written), hint)]
    assert found[0].excerpt == f"See [it]({written})."


@pytest.mark.parametrize(
    ("written", "there", "hint"),
    [
        ("img/loss.png", "img/lost.png", "did you mean 'img/lost.png'?"),
        ("img/loss-curve.png", "pictures/loss-curves.png", "did you mean 'pictures/loss-curves.png'?"),
        ("photo.png", "Photo.PNG", "did you mean 'Photo.PNG'?"),
        ("photo.jpg", "photo.JPEG", "did you mean 'photo.JPEG'?"),
        ("Figures/loss.png", "figures/loss.png", "did you mean 'figures/loss.png'?"),
        ("img/curve-2.png", "pictures/cover.png", "put the image there, or write the path of one that exists"),
    ],
)
def test_a_file_of_another_case_or_folder_is_meant_only_where_its_name_is_like(
    site: SmallSite, written: str, there: str, hint: str
) -> None:
    site.write({"content/posts/a.md": HEAD + f"![A]({written})\n", f"content/posts/{there}": "not read"})
    assert [p.hint for p in site.problems("missing-image")] == [hint]


def test_every_broken_link_of_every_post_is_reported_at_once(site: SmallSite) -> None:
    site.write({f"content/posts/p{n}.md": HEAD + f"[x](gone{n}.md) [y](away{n}.md)\n" for n in range(5)})
    assert len(site.problems("broken-link")) == 10


def test_raw_html_links_and_images_follow_the_file_too(site: SmallSite) -> None:
    text = HEAD + '<p><a href="b.md#install">b</a> <img src="bundle/fig.svg" alt="a figure"></p>\n'
    page = site.write(FILES | {"content/posts/a.md": text}).pages()["posts/a/index.html"]
    assert 'href="/posts/b/#install"' in page
    assert 'src="/posts/bundle/fig.svg"' in page


def test_a_feed_has_no_relative_url(site: SmallSite) -> None:
    text = HEAD + "## Part\n\n[b](b.md) ![f](bundle/fig.svg) [up](#part) note[^1]\n\n[^1]: A note.\n"
    feed = site.write(FILES | {"content/posts/a.md": text}).pages()["feed.xml"]
    assert "https://me.example/posts/b/" in feed
    assert "https://me.example/posts/bundle/fig.svg" in feed
    assert "https://me.example/posts/a/#part" in feed
    assert 'href="#' not in feed.replace("&quot;", '"')
    assert 'href="/' not in feed.replace("&quot;", '"')
    assert "class=&quot;anchor&quot;" not in feed.replace('class="anchor"', "class=&quot;anchor&quot;")


def test_a_link_to_nothing_in_raw_html_is_a_warning_and_stays_as_written(site: SmallSite) -> None:
    site.write({"content/posts/a.md": HEAD + '<img src="gone.png" alt="gone">\n'})
    (found,) = site.problems()
    assert (found.rule, found.severity, found.line, found.column) == ("missing-image", "warning", 5, 11)
    assert 'src="gone.png"' in site.pages()["posts/a/index.html"]


@pytest.mark.parametrize("prefix", ["", "/blog"])
def test_in_a_feed_a_link_that_leads_nowhere_still_leads_to_its_own_site(site: SmallSite, prefix: str) -> None:
    text = HEAD + '<a href="../gone/">gone</a> <a href="else.zip">else</a>\n'
    site.write(FILES | {"site.yaml": SETTINGS.format(prefix=prefix), "content/posts/a.md": text})
    feed = site.pages()["feed.xml"]
    here = f"https://me.example{prefix}/posts/a"
    assert f'href="{here}/../gone/"' in unescape(feed)
    assert f'href="{here}/else.zip"' in unescape(feed)


def test_the_picture_of_a_page_is_one_of_the_site_or_of_the_web(site: SmallSite) -> None:
    text = "---\ntitle: A\ndate: 2026-01-01\nimage: HTTPS://cdn.example/a.png\n---\n"
    site.write(FILES | {"site.yaml": SETTINGS.format(prefix=""), "content/posts/a.md": text})
    page = site.pages()["posts/a/index.html"]
    assert '"HTTPS://cdn.example/a.png"' in page


def test_of_files_with_one_name_the_one_that_differs_by_case_alone_is_meant(site: SmallSite) -> None:
    site.write({
        "content/posts/a.md": HEAD + "![A](Img/loss.png)\n",
        "content/posts/img/Loss.PNG": "not read",
        "content/posts/Im/loss.png": "not read",
    })  # fmt: skip
    assert [p.hint for p in site.problems("missing-image")] == ["did you mean 'img/Loss.PNG'?"]
