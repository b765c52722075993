"""Which files of the published site a post, an alias, a tag or a file beside a post may claim, and how long they may be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_site import NOW, SmallSite, post

from proofpress.builder.inputs import Options
from proofpress.paths import MAX_NAME, MAX_PARTS, MAX_PATH, OutputPath, SitePath, encode, output_path
from proofpress.site.claims import ANYWHERE, AT_THE_ROOT, judge, too_long
from proofpress.site.hosting import PATHS
from proofpress.update import update

if TYPE_CHECKING:
    from proofpress.problems import Problem

on_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")


REFUSED = [
    "/_nginx.conf",
    "/_Caddyfile",
    "/_redirects",
    "/_Redirects/",
    "/_headers",
    "/_HEADERS",
    "/.htaccess",
    "/posts/.htaccess",
    "/.git/config",
    "/%2egit/config",
    "/.GIT/config",
    "/x/.git",
    "/git~1/config",
    "/.nojekyll",
    "/.well-known/security.txt",
    "/.proofpress/cache.db",
    "/.proofpress-sent.json",
    "/a.proofpress-tmp",
    "/_worker.js",
    "/web.config",
    "/a/web.config",
    "/_redirects ",
    "/_redirects./",
    "/_redirects%20/",
    "/\N{FULLWIDTH LOW LINE}redirects/",
    "/robots.txt",
    "/404.html/",
    "/404.html/a/",
    "/index.html/a/",
    "/posts/INDEX.html/",
]


def errors(site: SmallSite) -> list[Problem]:
    return [found for found in site.build().problems if found.severity == "error"]


def of_files(problems: list[Problem]) -> dict[str, tuple[str, int, int]]:
    """Return each file's one problem: rule, line and column."""
    assert len({found.path for found in problems}) == len(problems)
    return {found.path: (found.rule, found.line, found.column) for found in problems}


def test_a_post_that_claims_a_file_of_the_host_is_an_error_at_its_line(site: SmallSite) -> None:
    files = {f"content/posts/p{number}.md": post("A", more=f'url: "{url}"\n') for number, url in enumerate(REFUSED)}
    built = site.write(files).build()
    assert of_files(built.problems) == dict.fromkeys(files, ("reserved-path", 4, 6))
    assert built.outputs[OutputPath(".nojekyll")] == b""
    assert b"Sitemap" in built.outputs[OutputPath("robots.txt")]
    assert not {path for path in built.outputs if path.startswith((".", "_", "git", "x/")) and path != ".nojekyll"}


@pytest.mark.parametrize("hosting", ["none", "nginx"])
def test_what_a_host_is_told_is_refused_whatever_the_host(site: SmallSite, hosting: str) -> None:
    site.write({"site.yaml": f"title: S\nurl: https://me.example/\nhosting: {hosting}\n"})
    names = [path[1:] for kind, path in PATHS.items() if kind != "nojekyll"]
    files = {f"content/posts/{name[1:]}.md": post("A", more=f"aliases: [/{name}/a/, /{name}]\n") for name in names}
    found = errors(site.write(files))
    assert sorted((each.path, each.line) for each in found) == sorted((path, 4) for path in files for _ in range(2))


def test_an_alias_is_judged_at_its_own_place(site: SmallSite) -> None:
    aliases = ["/.git/config", "/404.html", "/robots.txt", "/_redirects", "/index.html/x"]
    files = {
        f"content/posts/p{number}.md": post("A", more=f"aliases:\n  - /old{number}/\n  - {alias}\n  - /x/{number}/\n")
        for number, alias in enumerate(aliases)
    }
    assert of_files(errors(site.write(files))) == dict.fromkeys(files, ("reserved-path", 6, 5))


def test_a_slug_that_begins_with_a_dot_is_an_error_at_its_line(site: SmallSite) -> None:
    site.write({"content/posts/a.md": post("A", more="slug: .git\n")})
    assert [(found.rule, found.line) for found in errors(site)] == [("reserved-path", 4)]


def test_a_file_beside_posts_is_not_taken_for_the_hosts(site: SmallSite) -> None:
    names = ["_redirects", "_Headers", "CNAME", "_worker.js", "web.config", "netlify.toml"]
    built = site.write({f"content/{name}": "/* https://evil.example/ 302\n" for name in names}).build()
    assert {(found.rule, found.path) for found in built.problems} == {("reserved-path", f"content/{n}") for n in names}
    assert all("static/" in found.hint for found in built.problems)
    assert not {path for path in built.outputs if path in names}


def test_a_file_of_a_bundle_is_judged_by_where_it_is_published(site: SmallSite) -> None:
    site.write({"content/posts/a/index.md": post("A", more="url: /\n"), "content/posts/a/_redirects": "x"})
    assert ("reserved-path", "content/posts/a/_redirects") in [(found.rule, found.path) for found in errors(site)]


def test_a_refused_bundle_is_one_problem_and_its_files_go_with_it(site: SmallSite) -> None:
    site.write({"content/posts/a/index.md": post("A", more="url: /.git/\n"), "content/posts/a/config": "x"})
    assert [(found.rule, found.path) for found in errors(site)] == [("reserved-path", "content/posts/a/index.md")]
    assert not [path for path in site.build().outputs if path.startswith(".git")]


def test_static_is_the_owners_and_may_hold_what_the_host_is_told(site: SmallSite) -> None:
    files = ("_redirects", "_headers", "CNAME", "robots.txt", "404.html", ".well-known/security.txt", "web.config")
    built = site.write({f"static/{name}": name for name in files}).build()
    assert not built.failed
    assert [built.outputs[OutputPath(name)] for name in files] == [name.encode() for name in files]


def test_a_name_that_proofpress_needs_is_not_even_statics(site: SmallSite) -> None:
    site.write({"static/a.txt.proofpress-tmp": "x"})
    assert [(found.rule, found.path) for found in errors(site)] == [("reserved-path", "static/a.txt.proofpress-tmp")]


def test_a_word_that_only_looks_like_one_is_a_pages_own(site: SmallSite) -> None:
    urls = [
        "/cname/",
        "/redirects/",
        "/posts/_redirects/",
        "/git/",
        "/a.git/",
        "/dot.files/",
        "/404/",
        "/robots/",
        "/web/",
    ]
    built = site.write(
        {f"content/p{number}.md": f"---\nurl: {url}\n---\n# A\n" for number, url in enumerate(urls)}
    ).build()
    assert built.problems == []
    assert {output_path(SitePath(url)) for url in urls} <= set(built.outputs)


def test_settings_cannot_weigh_a_claim_otherwise(site: SmallSite) -> None:
    site.write({"site.yaml": "title: S\nurl: https://me.example/\nrules: {reserved-path: off, path-too-long: off}\n"})
    assert [found.path for found in errors(site)] == ["site.yaml", "site.yaml"]


TOO_LONG = [
    (f"slug: {'a' * 256}", 7),
    (f"slug: {'日' * 90}", 7),
    (f"url: /x/{'é' * 130}/", 6),
    ("url: " + "/a" * 2000, 6),
    ("url: " + "/b" * 64, 6),
    ("url: " + f"/{'a' * 200}" * 5, 6),
    (f"aliases: [/{'a' * 300}.html]", 11),
    (f"tags: [ok, {'日' * 90}]", 12),
    (f"series: {'a' * 300}", 9),
]


def test_a_name_that_no_disk_holds_is_an_error_at_its_line(site: SmallSite) -> None:
    files = {f"content/posts/p{number}.md": post("A", more=f"{more}\n") for number, (more, _) in enumerate(TOO_LONG)}
    found = errors(site.write(files))
    assert of_files(found) == {
        path: ("path-too-long", 4, column) for path, (_, column) in zip(files, TOO_LONG, strict=True)
    }
    assert max(len(each.message) for each in found) < 300


def test_every_post_that_has_a_word_too_long_is_named(site: SmallSite) -> None:
    tag = "日" * 90
    site.write({f"content/posts/{name}.md": post("A", more=f"tags: [{tag}]\n") for name in "ab"})
    assert [found.path for found in errors(site)] == ["content/posts/a.md", "content/posts/b.md"]


def test_a_file_name_whose_slug_is_too_long_is_an_error_of_the_file(site: SmallSite) -> None:
    name = "+" * 100  # each becomes '-plus'
    site.write({f"content/posts/{name}.md": post("A"), f"content/{name}/b.md": post("B")})
    assert {(found.rule, found.path) for found in errors(site)} == {
        ("path-too-long", f"content/posts/{name}.md"),
        ("path-too-long", f"content/{name}/b.md"),
    }


@on_posix
def test_the_longest_names_that_a_disk_holds_are_published(site: SmallSite) -> None:
    copied, static = "b" * MAX_NAME, "c" * 251 + ".txt"
    site.write(
        {
            "content/posts/a.md": post("A", more=f"slug: {'a' * MAX_NAME}\ntags: [{'t' * MAX_NAME}]\n"),
            f"content/{copied}": "copied",
            f"static/{static}": "static",
            "content/posts/deep.md": post("D", more="url: " + "/d" * (MAX_PARTS - 1) + "\n"),
        }
    )
    for _ in range(2):
        outcome = update(Options(root=site.root, now=NOW), anew=True)
        assert outcome.published is not None, outcome.problems
        assert (site.root / "public" / copied).read_bytes() == b"copied"
        assert (site.root / "public" / static).read_bytes() == b"static"
        site.write({f"content/{copied}": "copied", f"static/{static}": "static"})


@on_posix
def test_a_file_whose_name_has_a_backslash_is_published_with_a_warning(site: SmallSite) -> None:
    site.write({"static/a\\b.txt": "mine", "content/c\\d.txt": "beside", "data/e\\f.yaml": "a: 1"})
    site.write({"templates/page.html": '{{ site.data("e\\\\f.yaml").a }}', "content/about.md": "# About\n"})
    built = site.build()
    assert [(found.rule, found.path) for found in built.problems] == [
        ("unportable-name", "content/c\\d.txt"),
        ("unportable-name", "static/a\\b.txt"),
    ]
    assert built.outputs[OutputPath("a\\b.txt")] == b"mine"
    assert built.outputs[OutputPath("c\\d.txt")] == b"beside"


NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*ANYWHERE, *AT_THE_ROOT, ".git", "..", "index.html", "404.html", "CNAME", "_redirects"]),
    st.integers(200, 300).map("a".__mul__),
)


@given(st.lists(NAMES.filter(lambda name: name and "/" not in name), min_size=1, max_size=80))
def test_what_passes_the_judge_is_no_hidden_name_and_fits_on_a_disk(names: list[str]) -> None:
    path = output_path(SitePath(encode("/" + "/".join(name for name in names if name.isprintable()))))
    if judge(path, "page") is None:
        parts = path.split("/")
        assert not [part for part in parts if part.startswith(".")]
        assert max(len(part.encode()) for part in parts) <= MAX_NAME
        assert len(parts) <= MAX_PARTS
        assert len(path.encode()) <= MAX_PATH
        assert parts[0].casefold() not in AT_THE_ROOT
    if judge(path, "owner") is not None and ".proofpress" not in path.casefold():
        assert too_long(path) is not None
