"""site.yaml is read with every setting typed, and every fault told at its place, all at once."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.config import Config, Feeds, place_of, read_config, zone
from proofpress.model import Author

if TYPE_CHECKING:
    from proofpress.problems import Problem

URL = "url: https://me.example/\n"


def read(text: str) -> tuple[Config, list[Problem]]:
    config, problems = read_config((URL + text).encode())
    return config, list(problems)


def entries(config: Config) -> list[tuple[str, str]]:
    return [(item.title, item.url) for item in config.menu]


def only(text: str) -> Problem:
    (problem,) = read(text)[1]
    return problem


def test_every_setting_is_read() -> None:
    config, problems = read(
        "title: no\n"
        "description: 1.10\n"
        "language: pt-BR\n"
        "timezone: Europe/Berlin\n"
        "authors: [{name: Ada, url: 'https://me.example/ada', email: ada@example.org}, Bob]\n"
        "posts: [posts/**, notes/*.md]\n"
        "permalink: /{year}/{month}/{slug}/\n"
        "taxonomies: [tags, topics]\n"
        "paginate: 25\n"
        "menu:\n- {title: About, url: about.md}\n- Code: https://example.org/code\n"
        "feeds: {json: false, entries: 5}\n"
        "markdown: {html: escape, smart_quotes: no}\n"
        "highlight: {light: friendly, line_numbers: true}\n"
        "theme: {accent: red}\n"
        "extra: {a: 1}\n"
        "output: build/site/\n"
        "rules: {no-date: off, broken-anchor: error}\n"
    )
    assert problems == []
    assert (config.title, config.description, config.language) == ("no", "1.10", "pt-BR")
    assert zone(config) == zoneinfo.ZoneInfo("Europe/Berlin")
    assert config.authors == (Author("Ada", "https://me.example/ada", "ada@example.org"), Author("Bob"))
    assert config.posts == ("posts/**", "notes/*.md")
    assert (config.permalink, config.taxonomies, config.paginate) == ("/{year}/{month}/{slug}/", ("tags", "topics"), 25)
    assert entries(config) == [("About", "about.md"), ("Code", "https://example.org/code")]
    assert config.feeds == Feeds(atom="/feed.xml", json="", entries=5)
    assert (config.markdown.html, config.markdown.smart_quotes, config.markdown.math) == ("escape", False, True)
    assert (config.highlight.light, config.highlight.line_numbers) == ("friendly", True)
    assert (config.theme, config.extra, config.output) == ({"accent": "red"}, {"a": 1}, "build/site")
    assert config.rules == {"no-date": "off", "broken-anchor": "error"}


@pytest.mark.parametrize("data", [b"", b"# nothing yet\n", b"---\n", b"\xef\xbb\xbf\r\n"])
def test_empty_settings_are_the_defaults_and_a_warning_about_the_url(data: bytes) -> None:
    config, problems = read_config(data)
    assert config == Config()
    assert [(problem.rule, problem.severity, problem.line) for problem in problems] == [("no-url", "warning", 0)]


def test_settings_left_empty_keep_their_defaults() -> None:
    config, problems = read("".join(f"{name}:\n" for name in Config.__struct_fields__ if name != "url"))
    assert problems == []
    assert config == Config(url="https://me.example/")


def test_all_faults_are_found_at_once() -> None:
    _, problems = read(
        "titel: A\npaginate: 0\noutput: .git\nfeeds: {atom: maybe}\nmarkdown: {html: alow, tabels: no}\nrules: {nodate: off}\n"
    )
    assert [(problem.line, problem.column, problem.rule) for problem in problems] == [
        (2, 1, "unknown-setting"),
        (3, 11, "wrong-type"),
        (4, 9, "unsafe-output"),
        (5, 15, "wrong-type"),
        (6, 18, "wrong-type"),
        (6, 24, "unknown-setting"),
        (7, 9, "unknown-setting"),
    ]
    assert [problem.hint for problem in problems if problem.rule == "unknown-setting"] == [
        "did you mean 'title'?",
        "did you mean 'tables'?",
        "did you mean 'no-date'?",
    ]


def test_a_setting_of_another_generator_leads_to_ours() -> None:
    assert only("baseURL: x\n").hint == "here that is 'url'"
    assert only("paginate_by: 3\n").hint == "here that is 'paginate'"


@pytest.mark.parametrize("text", ["- a\n", "just words\n", "[a, b]\n"])
def test_settings_are_a_mapping(text: str) -> None:
    config, problems = read_config(text.encode())
    assert config == Config()
    assert "settings-syntax" in [problem.rule for problem in problems]


def test_a_fault_of_form_keeps_what_stood_before_it() -> None:
    config, problems = read("title: A\ndescription: b: c\n")
    assert (config.url, config.title, config.description) == ("https://me.example/", "A", "")
    assert [(problem.rule, problem.line) for problem in problems] == [("settings-syntax", 3)]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://me.example", "https://me.example/"),
        ("HTTPS://Me.EXAMPLE/", "https://me.example/"),
        ("https://me.example/blog", "https://me.example/blog/"),
        ("https://me.example//a//b/", "https://me.example/a/b/"),
        ("http://localhost:8000", "http://localhost:8000/"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://bücher.example/é", "https://bücher.example/%C3%A9/"),
    ],
)
def test_the_url_ends_with_a_slash(written: str, url: str) -> None:
    config, problems = read_config(f"url: {written}\n".encode())
    assert (config.url, problems) == (url, ())


@pytest.mark.parametrize(
    "written",
    [
        "me.example", "ftp://me.example/", "javascript:alert(1)", "https://", "https:///path", "https://me.example/?a=b", "'https://me.example/#x'",
        "https://user:pass@me.example/", "https://me.example:port/", "https://exa mple.org/", "https://me.example/../x/", "https://me.example/%2e%2e/",
        "https://me.example\\x/", "//me.example/", "/blog/", "https://[x/", "https://<script>/", "5", "[a]",
    ],
)  # fmt: skip
def test_a_url_that_is_no_sites_address_is_refused(written: str) -> None:
    config, problems = read_config(f"url: {written}\n".encode())
    assert config.url == Config().url
    assert [(problem.rule, problem.line, problem.column) for problem in problems] == [("wrong-type", 1, 6)]


@pytest.mark.parametrize(
    "written",
    ["https://example.org/", "http://example.com", "'https://www.example.net/blog/'", "HTTPS://Example.ORG:443/"],
)
def test_the_address_of_an_example_is_warned_of_like_a_missing_one(written: str) -> None:
    config, problems = read_config(f"title: A\nurl: {written}\n".encode())
    assert config.url != Config().url
    assert [(one.rule, one.severity, one.line, one.column) for one in problems] == [("no-url", "warning", 2, 6)]


@pytest.mark.parametrize("written", ["https://example.org.uk/", "https://myexample.com/", "https://me.example/"])
def test_an_address_that_only_looks_like_an_example_is_taken(written: str) -> None:
    assert read_config(f"url: {written}\n".encode())[1] == ()


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("title",), (1, 8)),
        (("highlight", "dark"), (2, 23)),
        (("highlight", "light"), (0, 1)),
        (("menu", "x"), (0, 1)),
        (("title", "x"), (0, 1)),
    ],
)
def test_the_place_of_a_value_is_found_again(keys: tuple[str, ...], place: tuple[int, int]) -> None:
    found = place_of(b"title: A\nhighlight: {   dark:  monokai}\n", *keys)
    assert (found.line, found.column) == place


def test_a_url_without_a_scheme_is_offered_with_one() -> None:
    (problem,) = read_config(b"url: example.org/blog\n")[1]
    assert problem.hint == "write https://example.org/blog"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("Berlin", "did you mean 'Europe/Berlin'?"),
        ("America/New York", ""),
        ("New_York", "did you mean 'America/New_York'?"),
        ("../../etc/passwd", ""),
        ("/etc/passwd", ""),
        ("localtime", ""),
        ("posix/Europe/Berlin", ""),
        ("America", ""),
        ("Europe/Berlin/../Paris", ""),
        ("+02:00", ""),
        ("Europe//Berlin", ""),
    ],
)
def test_a_time_zone_that_does_not_exist_is_refused(written: str, hint: str) -> None:
    problem = only(f"timezone: {written}\n")
    assert (problem.rule, problem.line) == ("wrong-type", 2)
    assert hint in problem.hint
    assert zone(read(f"timezone: {written}\n")[0]) == dt.UTC


def test_a_config_made_by_hand_with_no_such_zone_is_in_utc() -> None:
    assert zone(Config(timezone="Nowhere/Land")) == dt.UTC
    assert zone(Config()) == dt.UTC


@pytest.mark.parametrize("written", ["en", "de", "pt-BR", "zh-Hans-CN", "no", "x-klingon", "ast"])
def test_a_language_is_a_tag(written: str) -> None:
    assert read(f"language: {written}\n")[0].language == written


@pytest.mark.parametrize(
    ("written", "hint"),
    [("en_US", "write 'en-US'"), ("english language", ""), ("e", ""), ("'en\" onload=x'", ""), ("en-", "")],
)
def test_a_language_that_is_no_tag_is_refused(written: str, hint: str) -> None:
    problem = only(f"language: {written}\n")
    assert problem.rule == "wrong-type"
    assert hint in problem.hint


@pytest.mark.parametrize(
    "written",
    [
        "/{year}/{slug}/",
        "blog/{slug}.html",
        "{folder}/{year}-{month}-{day}-{slug}",
        "/{folder[0]}/{name}/",
        "/{folder[-1]}/{folder[1:]}/{slug}",
    ],
)
def test_a_permalink_is_a_pattern(written: str) -> None:
    assert read(f"permalink: '{written}'\n")[0].permalink == written


@pytest.mark.parametrize(
    "written",
    [
        "/{yaer}/{slug}/",
        "/{year}/",
        "/{slug",
        "/{slug.__class__}/",
        "/{slug!r}/",
        "/{slug:>100000}/",
        "/{0}/{slug}",
        "/{folder[a]}/{slug}",
        "/{folder.x}/{slug}",
        "/{slug[0]}/",
        "/../{slug}/",
        "/{slug}?x",
        "//x/{slug}",
        "/{}/{slug}",
        "C:\\{slug}",
    ],
)
def test_a_permalink_with_something_else_is_refused(written: str) -> None:
    assert only(f"permalink: '{written}'\n").rule == "wrong-type"


@pytest.mark.parametrize(
    "written", ["title", "date", "extra", "taxonomies", "Tags", "a b", "../x", "a/b", "''''", "é?"]
)
def test_a_taxonomy_is_a_word_that_is_free(written: str) -> None:
    config, problems = read(f"taxonomies: [tags, '{written}']\n")
    assert config.taxonomies == ("tags",)
    assert [(problem.rule, problem.line, problem.column) for problem in problems] == [("wrong-type", 2, 20)]


def test_a_site_may_have_no_taxonomies_and_no_posts() -> None:
    config, problems = read("taxonomies: []\nposts: []\n")
    assert (config.taxonomies, config.posts, problems) == ((), (), [])


def test_one_pattern_need_not_be_a_list() -> None:
    assert read("posts: blog/**\n")[0].posts == ("blog/**",)


@pytest.mark.parametrize("pattern", ["/posts/**", "../x", "'!x'", "'{a,b}/**'"])
def test_a_pattern_for_posts_is_checked(pattern: str) -> None:
    problem = only(f"posts: [a/**, {pattern}]\n")
    assert (problem.rule, problem.line, problem.column) == ("wrong-type", 2, 15)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("paginate", "0"),
        ("paginate", "-1"),
        ("paginate", "ten"),
        ("paginate", "1.5"),
        ("paginate", "9" * 5000),
        ("feeds", "{entries: 0}"),
        ("feeds", "[atom]"),
        ("feeds", "{atom: 3}"),
        ("markdown", "on"),
        ("highlight", "{light: [a]}"),
        ("theme", "red"),
        ("extra", "[a]"),
        ("rules", "[no-date]"),
        ("rules", "{no-date: fatal}"),
        ("rules", "{'a/**': off}"),
        ("rules", "{'a/**': {no-date: fatal}}"),
        ("rules", "{'/a/**': {no-date: off}}"),
        ("title", "{a: b}"),
        ("menu", "about"),
        ("menu", "[about]"),
        ("menu", "[{title: A}]"),
        ("authors", "[{url: /x}]"),
    ],
)
def test_a_wrong_type_is_told_at_its_line(key: str, value: str) -> None:
    problem = only(f"{key}: {value}\n")
    assert (problem.rule, problem.line) == ("wrong-type", 2)


def test_the_menu_may_be_written_in_short() -> None:
    for text in (
        "menu: {Posts: /posts/, About: about.md}\n",
        "menu:\n- Posts: /posts/\n- About: about.md\n",
        "menu:\n- {title: Posts, url: /posts/}\n- url: about.md\n  title: About\n",
    ):
        config, problems = read(text)
        assert entries(config) == [("Posts", "/posts/"), ("About", "about.md")]
        assert not problems


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "java&Tab;script:x"])
def test_a_hostile_address_in_the_menu_is_refused(url: str) -> None:
    config, problems = read(f"menu: [{{title: A, url: '{url}'}}, {{title: B, url: 'mailto:b@example.org'}}]\n")
    assert entries(config) == [("B", "mailto:b@example.org")]
    assert [problem.rule for problem in problems] == ["unsafe-url"]


def test_what_pages_may_load_is_named_by_directives() -> None:
    written = "{script-src: https://giscus.app, connect-src: ['https://*.stats.example:8443/a/', self], img-src: }"
    config, problems = read(f"policy: {written}\n")
    sources = {"script-src": ("https://giscus.app",), "connect-src": ("https://*.stats.example:8443/a/", "'self'")}
    assert (config.policy, problems) == (sources, [])


@pytest.mark.parametrize(
    ("written", "rule", "column", "hint"),
    [
        ("{script-src: giscus.app}", "wrong-type", 22, "write 'https://giscus.app'"),
        ("{script-src: //giscus.app}", "wrong-type", 22, "write 'https://giscus.app'"),
        ("{script-src: [self, unsafe-inline]}", "wrong-type", 29, "write the address that it comes from"),
        ("{script-src: \"'unsafe-eval'\"}", "wrong-type", 22, "write the address that it comes from"),
        ("{script-src: 'https:'}", "wrong-type", 22, "write the address that it comes from"),
        ("{img-src: 'https://a.example; script-src *'}", "wrong-type", 19, "write one such as https://stats.example"),
        ("{img-src: 'https://a.example/$uri'}", "wrong-type", 19, "write one such as https://stats.example"),
        ("{img-source: https://a.example}", "unknown-setting", 10, "did you mean 'img-src'?"),
        ("strict", "wrong-type", 9, "write 'script-src: https://stats.example'"),
    ],
)
def test_what_no_policy_can_name_is_told_at_its_place(written: str, rule: str, column: int, hint: str) -> None:
    problem = only(f"policy: {written}\n")
    assert (problem.rule, problem.line, problem.column) == (rule, 2, column)
    assert problem.hint.startswith(hint)


def test_feeds_can_be_turned_off_in_a_word() -> None:
    assert read("feeds: false\n")[0].feeds == Feeds(atom="", rss="", json="")
    assert read("feeds: true\n")[0].feeds == Feeds(atom="/feed.xml", rss="", json="/feed.json")


@pytest.mark.parametrize(
    ("written", "feeds"),
    [
        ("{rss: /index.xml}", Feeds(atom="/feed.xml", rss="/index.xml", json="/feed.json")),
        ("{rss: /index.xml, atom: /atom.xml, json: no}", Feeds(atom="/atom.xml", rss="/index.xml", json="")),
        ("{rss: yes}", Feeds(rss="/rss.xml")),
        ("{rss: no, atom: true, json: }", Feeds()),
        ("{rss: /feed.xml, atom: no}", Feeds(atom="", rss="/feed.xml")),
        ("{rss: /feed.xml, atom: /blog/all.atom}", Feeds(atom="/blog/all.atom", rss="/feed.xml")),
        ("{rss: /nouveautés.rss}", Feeds(rss="/nouveaut%C3%A9s.rss")),
    ],
)
def test_a_feed_is_where_the_settings_say(written: str, feeds: Feeds) -> None:
    config, problems = read(f"feeds: {written}\n")
    assert (config.feeds, problems) == (feeds, [])


@pytest.mark.parametrize(
    ("written", "column", "message", "hint"),
    [
        ("{rss: index.xml}", 14, "'index.xml' does not begin at the site's root", "write '/index.xml'"),
        ("{rss: /feed/}", 14, "'/feed/' names no file", "write '/feed/index.xml'"),
        ("{rss: /feed.}", 14, "'/feed.' names no file", "write '/feed./index.xml'"),
        ("{rss: /feed.php}", 14, "'/feed.php' does not end in .xml, .rss or .atom, by which", "write '/feed.xml'"),
        ("{rss: /Feed.XML}", 14, "'/Feed.XML' does not end in .xml, .rss or .atom, by which", "write '/Feed.xml'"),
        ("{json: /a/b.xml}", 15, "'/a/b.xml' does not end in .json, by which", "write '/a/b.json'"),
        ("{rss: 'https://me.example/x.xml'}", 14, "' is a full URL", "write the path alone, such as /feed.xml"),
        ("{rss: /../feed.xml}", 14, "' has '.' or '..' in it", "write the path alone, such as /feed.xml"),
        ("{rss: maybe}", 14, "takes true, false or a path such as /rss.xml", ""),
        ("{rss: /feed.xml}", 14, "'/feed.xml' is where the Atom feed is", "write another path, or 'atom: false'"),
        ("{rss: /A.xml, atom: /a.xml}", 28, "'/a.xml' is where the RSS feed is", "write another path, or 'rss: false'"),
        (
            "{atom: /a.xml, rss: /%61.xml}",
            28,
            "'/a.xml' is where the Atom feed is",
            "write another path, or 'atom: false'",
        ),
    ],
)
def test_a_path_that_no_feed_can_have_is_told_at_its_place(written: str, column: int, message: str, hint: str) -> None:
    problem = only(f"feeds: {written}\n")
    assert (problem.rule, problem.severity, problem.line, problem.column) == ("wrong-type", "error", 2, column)
    assert message in problem.message
    assert problem.hint == hint


@pytest.mark.parametrize(
    "written",
    [
        ".", "./", "/", "~", "~/x", "/tmp/x", "..", "../x", "a/../..", "content", "Content", "content/public", "templates", "static", "data",
        ".git", ".git/x", ".github", "a/.git", "C:\\x", "C:x", "a\\b", "con", "a/nul.txt", "a//b", "'a. '", "'x?'",
    ],
)  # fmt: skip
def test_an_output_folder_that_is_not_the_sites_own_is_refused(written: str) -> None:
    config, problems = read(f"output: {written}\n")
    assert config.output == "public"
    assert [(problem.rule, problem.line, problem.severity) for problem in problems] == [("unsafe-output", 2, "error")]


@pytest.mark.parametrize(
    ("written", "output"),
    [("public", "public"), ("./public/", "public"), ("_site", "_site"), ("build/a", "build/a"), ("my site", "my site")],
)
def test_an_output_folder_inside_the_site_is_fine(written: str, output: str) -> None:
    assert read(f"output: {written}\n")[0].output == output


def test_an_alias_and_a_duplicate_are_told() -> None:
    assert only("extra: &a {b: 1}\n").rule == "settings-syntax"
    assert only("title: A\ntitle: B\n").rule == "duplicate-key"


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(
        st.sampled_from(
            [
                "url: ",
                "title: ",
                "menu:\n",
                "- ",
                "feeds: ",
                "{",
                "}",
                "[",
                "]",
                "a: ",
                "\n",
                "x",
                "rules: ",
                "no-date: off",
                "output: ",
                "..",
                "timezone: ",
                "UTC",
                "authors: ",
                "name: ",
                "1",
                "permalink: ",
                "'",
                '"',
                "{slug}",
            ]
        ),
        max_size=20,
    )
    .map("".join)
    .map(str.encode)
)
def test_any_bytes_give_settings_that_can_be_used(data: bytes) -> None:
    config, problems = read_config(data)
    assert config.url.endswith("/")
    assert config.paginate >= 1
    assert zone(config) is not None
    assert all(problem.path == "site.yaml" for problem in problems)


def test_macros_are_read_with_and_without_the_backslash_of_their_names() -> None:
    config, problems = read("markdown:\n  macros:\n    \\R: \\mathbb{R}\n    norm: '\\lVert #1 \\rVert'\n    one: 1\n")
    assert problems == []
    assert config.markdown.macros == {"R": r"\mathbb{R}", "norm": r"\lVert #1 \rVert", "one": "1"}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("markdown:\n  macros: [a]\n", 3, 11),
        ("markdown:\n  macros:\n    R2: x\n", 4, 5),
        ("markdown:\n  macros:\n    '\\\\R': x\n", 4, 5),
        ("markdown:\n  macros:\n    R: [x]\n", 4, 8),
    ],
)
def test_a_macro_that_is_none_is_a_problem_at_its_place(text: str, line: int, column: int) -> None:
    problem = only(text)
    assert (problem.rule, problem.line, problem.column) == ("wrong-type", line, column)


# ---------------------------------------------------------------- languages


def named(text: str) -> tuple[str, list[tuple[str, str]], list[tuple[str, int, int]]]:
    config, problems = read(text)
    languages = [(one.tag, one.title) for one in config.languages]
    return config.language, languages, [(p.message, p.line, p.column) for p in problems if p.rule != "no-url"]


def test_the_first_of_a_list_of_languages_is_the_site_s_where_nothing_else_says() -> None:
    assert named("languages: [de, en, pt-BR]\n") == ("de", [("en", ""), ("pt-BR", "")], [])
    assert named("language: en\nlanguages: [de, en]\n") == ("en", [("de", "")], [])
    assert named("languages: {de: {title: Notizen}}\n") == ("en", [("de", "Notizen")], [])
    assert named("languages: {de: {title: Notizen}, fr: }\n") == ("en", [("de", "Notizen"), ("fr", "")], [])
    assert named("languages:\n") == ("en", [], [])


def test_what_is_said_of_the_site_s_own_language_is_said_of_the_site() -> None:
    config, _ = read("title: X\nlanguages: {en: {title: Notes, menu: {About: about.md}}, de: {title: Notizen}}\n")
    assert (config.title, [item.title for item in config.menu]) == ("Notes", ["About"])
    assert [one.tag for one in config.languages] == ["de"]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("languages: [en, de_DE]\n", "'languages': 'de_DE' is not a language tag", 17),
        ("languages: {en: , EN: }\n", "'languages': the language 'EN' stands here twice", 19),
        ("languages: {de: {titel: X}}\n", "there is no setting 'languages: de: titel'", 18),
        ("languages: {de: X}\n", "'languages: de' takes a mapping", 17),
    ],
)
def test_a_language_that_cannot_be_is_told_at_its_place(text: str, message: str, column: int) -> None:
    ((said, line, at),) = named(text)[2]
    assert (said.startswith(message), line, at) == (True, 2, column), said
