"""What a site's own templates put around the texts of its pages, as `check` reads it: elements that do not close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from small_site import SmallSite, post

if TYPE_CHECKING:
    from pathlib import Path

OPEN = '<details>\n<summary>More</summary>\n\nA word </b> and <a href="https://www.w3.org/">a link.\n'
BASE = {
    "site.yaml": "title: Notes\nurl: https://me.example/\n",
    "content/posts/one.md": post("One", text=OPEN),
    "content/posts/two.md": post("Two", date="2026-01-02", text="Text that ends in a link to [one](one.md)"),
    "content/about.md": "# About\n\n```html\n<div>\n```\n",
}


def told(folder: Path, templates: dict[str, str]) -> list[tuple[str, int, int, str]]:
    site = SmallSite(folder).write(BASE | {f"templates/{name}": text for name, text in templates.items()})
    found = site.problems("unclosed-element", checks=True)
    assert [one.path for one in found].count("content/posts/one.md") == 3
    return [
        (one.path, one.line, one.column, f"{one.message}; {one.hint}")
        for one in found
        if one.path != "content/posts/one.md"
    ]


def test_what_an_own_template_leaves_open_or_closes_is_told_once_where_it_has_it(tmp_path: Path) -> None:
    footer = '<ul><li>A</ul>\n<div class="{{ page.kind }}"><p>B</p>\n</section>\n'
    after = '<aside>\n  <a href="{{ page.url }}">C\n</aside>\n'
    assert told(tmp_path, {"partials/footer.html": footer, "partials/after-post.html": after}) == [
        ("templates/partials/after-post.html", 2, 3, "'<a>' is never closed, so what follows stands inside it; write '</a>' where it ends (on /posts/one/ and 1 more page)"),
        ("templates/partials/footer.html", 2, 1, "'<div>' is never closed, so what follows stands inside it; write '</div>' where it ends (on / and 6 more pages)"),
        ("templates/partials/footer.html", 3, 1, "'</section>' closes nothing that is open here; take it out, or open it where it begins (on / and 6 more pages)"),
    ]  # fmt: skip


RIGHT = (
    "<p>A\n<ul><li>B<li>C</ul><dl><dt>D<dd>E</dl>",
    '<svg viewBox="0 0 1 1"><a href="/x"/><g><path d="M0 0"/></g></svg>',
    "<script>'<div>'</script><style>/* <p></a> */</style><!-- <div> -->",
    '<a title="a > b </a>" href="/about/">A</a>',
    "{% if page.kind == 'post' %}<div>{% endif %}A{% if page.kind == 'post' %}</div>{% endif %}",
    "<DIV>A</div>",
)


def test_a_template_that_closes_what_it_opens_is_left_alone(tmp_path: Path) -> None:
    """Also where HTML lets ends out, in drawings, scripts and comments, and where another branch closes."""
    assert told(tmp_path, {"partials/footer.html": "\n".join(RIGHT)}) == []
