"""What happens where one source makes a file, and another needs a folder of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from small_site import SmallSite

POST = "---\ntitle: {0}\ndate: 2026-01-0{1}\nurl: {2}\n---\ntext\n"


@pytest.mark.parametrize(
    ("files", "path", "names"),
    [
        ({"content/posts/a.md": POST.format("A", 1, "/feed.xml/")}, "content/posts/a.md", "/feed.xml"),
        (
            {"content/posts/a.md": POST.format("A", 1, "/img/cat.png/"), "static/img/cat.png": "no picture"},
            "content/posts/a.md",
            "static/img/cat.png",
        ),
        (
            {
                "content/posts/a.md": POST.format("A", 1, "/notes.html"),
                "content/posts/b.md": POST.format("B", 2, "/notes.html/deep/b/"),
            },
            "content/posts/b.md",
            "content/posts/a.md",
        ),
        ({"content/posts/a.md": POST.format("A", 1, "/tags")}, "content/posts/a.md", "/tags/"),
    ],
)
def test_a_file_and_a_folder_of_one_name_are_told_once_at_the_source_that_can_be_moved_with_both_named(
    site: SmallSite, files: dict[str, str], path: str, names: str
) -> None:
    site.write({"content/posts/tagged.md": "---\ntitle: T\ndate: 2026-02-01\ntags: [x, y]\n---\nt\n"})
    built = site.write(files).build()
    (found,) = (one for one in built.problems if one.severity == "error")
    assert (found.rule, found.path, found.line) == ("url-collision", path, 4)
    assert names in found.message
    assert built.made
    # What is made can lie on one disk.
    assert not [one for one in built.made for other in built.made if other.startswith(f"{one}/")]


def test_what_lies_in_the_bundle_of_a_page_that_can_not_be_made_is_no_problem_of_its_own(site: SmallSite) -> None:
    site.write(
        {
            "content/posts/a/index.md": POST.format("A", 1, "/feed.xml/"),
            "content/posts/a/plot.csv": "1,2\n",
        }
    )
    (found,) = site.problems("url-collision")
    assert found.path == "content/posts/a/index.md"
