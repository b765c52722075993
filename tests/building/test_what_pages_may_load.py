"""The Content-Security-Policy that hosts are told: as strict as the site's own texts and templates allow, or none."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from small_site import SmallSite, post

from proofpress.config import read_config
from proofpress.paths import OutputPath
from proofpress.site.policy import asked, asked_by_template, policy

FILES = {"netlify": "_headers", "cloudflare": "_headers", "nginx": "_nginx.conf", "caddy": "_Caddyfile"}
STRICT = "default-src 'self'"


def policies(site: SmallSite, hosting: str, files: dict[str, str], path: str = "") -> list[str]:
    site.write({"site.yaml": f"title: Small\nurl: https://me.example/{path}\nhosting: {hosting}\n"} | files)
    text = site.build().outputs[OutputPath(FILES[hosting])].decode()
    return re.findall(r"default-src[^\"\n]*", text)


@pytest.mark.parametrize("hosting", FILES)
def test_a_site_of_prose_code_formulas_and_its_own_pictures_loads_its_own_files_alone(
    site: SmallSite, hosting: str
) -> None:
    text = 'Words of <b>mine</b>, `onclick="x"`, $x^2$ and [a link](https://other.example/).\n\n```html\n<script>a</script>\n<p onclick="a" style="b">\n```\n'
    assert policies(site, hosting, {"content/posts/a.md": post("A", text=text)}) == [STRICT]


@pytest.mark.parametrize("hosting", FILES)
def test_below_a_path_the_policy_is_that_of_the_site_s_pages(site: SmallSite, hosting: str) -> None:
    assert policies(site, hosting, {"content/posts/a.md": post("A")}, "blog/") == [STRICT]


def test_a_picture_from_elsewhere_widens_what_pictures_may_be_and_nothing_else(site: SmallSite) -> None:
    text = "![A cat](https://other.example/cat.png)\n"
    assert policies(site, "netlify", {"content/posts/a.md": post("A", text=text)}) == [
        f"{STRICT}; img-src 'self' https: data:"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"content/posts/a.md": post("A", text="<script>draw()</script>\n")},
        {"content/posts/a.md": post("A", text='<p onclick="draw()">x</p>\n')},
        {"content/about.md": '# About\n\n<object data="a.pdf"></object>\n'},
        {"templates/partials/head.html": "<script>count('{{ page.url }}')</script>\n"},
        {"templates/partials/head.html": "<script>load('https://stats.example/')</script>\n"},
        {"templates/partials/head.html": "<script async>count()</script>\n"},
        {"templates/partials/after-post.html": '<script async src="https://talk.example/embed.js"></script>\n'},
        {"static/demo.html": "<p>A page of its own.</p>"},
    ],
    ids=["script", "handler", "object", "own head", "from elsewhere", "with attributes", "comments", "copied page"],
)
def test_where_a_text_a_template_or_a_copied_page_may_hold_code_no_policy_breaks_it(
    site: SmallSite, files: dict[str, str]
) -> None:
    assert policies(site, "netlify", {"content/posts/b.md": post("B")} | files) == []


@pytest.mark.parametrize("hosting", ["netlify", "nginx"])
def test_code_of_a_template_that_is_the_same_on_each_page_is_allowed_by_its_hash_and_no_other(
    site: SmallSite, hosting: str
) -> None:
    head = (
        '<script>\r\n  document.documentElement.className = "js";\n</script>\n<STYLE>\n  p { color: red }\n</STYLE>\n'
        '<script type="application/ld+json">{"@id": "https://me.example/", "url": "{{ page.url }}"}</script>\n'
    )
    files = {"content/posts/a.md": post("A"), "templates/partials/head.html": head}
    (found,) = policies(site, hosting, files)
    page = site.pages()["posts/a/index.html"]
    hashes = {
        name: b64encode(sha256(element.encode()).digest()).decode()
        for name in ("script", "style")
        for element in re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL | re.IGNORECASE)
    }
    assert found == (
        f"{STRICT}; script-src 'self' 'sha256-{hashes['script']}'; style-src 'self' 'sha256-{hashes['style']}'"
    )


COMMENTS = '<script src="https://talk.example/embed.js" data-page="{{ page.permalink }}" async></script>\n'


def with_template(settings: str, template: str) -> str:
    """Return the policy of a site with these settings and a template of its own."""
    config, problems = read_config(f"url: https://me.example/\npolicy: {settings}\n".encode())
    assert problems == ()
    return policy(asked_by_template(template, config.policy), config.policy)


@pytest.mark.parametrize(
    ("settings", "template", "wanted"),
    [
        ("{script-src: https://talk.example}", COMMENTS, "script-src 'self' https://talk.example"),
        ("{script-src: https://talk.example/embed.js}", COMMENTS, "script-src 'self' https://talk.example/embed.js"),
        ("{script-src: https://talk.example/}", COMMENTS, "script-src 'self' https://talk.example/"),
        ("{script-src: 'https://*.example'}", COMMENTS, "script-src 'self' https://*.example"),
        (
            "{script-src: [https://talk.example], connect-src: [https://talk.example, wss://talk.example]}",
            COMMENTS,
            "connect-src 'self' https://talk.example wss://talk.example; script-src 'self' https://talk.example",
        ),
        (
            "{script-src: https://talk.example}",
            "<SCRIPT defer src=//talk.example/embed.js?v=2></SCRIPT>\n",
            "script-src 'self' https://talk.example",
        ),
        ("{script-src: self}", "<script defer src=\"{{ site.asset('theme.js') }}\"></script>\n", "script-src 'self'"),
        ("{script-src: self}", '<script src="/mine.js"></script>\n', "script-src 'self'"),
        (
            "{style-src: https://fonts.example}",
            '<link rel="stylesheet" href="https://fonts.example/css?family=A">\n',
            "style-src 'self' https://fonts.example",
        ),
        (
            "{form-action: https://letters.example/subscribe}",
            '<form method="post" action="https://letters.example/subscribe"></form>\n',
            "form-action 'self' https://letters.example/subscribe",
        ),
        ("{form-action: self}", '<form action="/ask"></form>\n', "form-action 'self'"),
        ("{img-src: https://a.example}", '<p style="top: 0">x</p>\n', "img-src 'self' https://a.example; style-src 'self' 'unsafe-inline'"),
        ("{style-src: https://a.example}", '<p style="top: 0">x</p>\n', "style-src 'self' 'unsafe-inline' https://a.example"),
    ],
)  # fmt: skip
def test_what_the_settings_name_is_in_the_policy_and_scripts_and_forms_of_templates_that_come_from_there_keep_none_away(
    settings: str, template: str, wanted: str
) -> None:
    assert with_template(settings, template) == f"{STRICT}; {wanted}"


@pytest.mark.parametrize(
    ("settings", "template"),
    [
        ("{script-src: https://other.example}", COMMENTS),
        ("{script-src: https://talk.example/other.js}", COMMENTS),
        ("{script-src: https://talk.example/other/}", COMMENTS),
        ("{script-src: 'https://*.talk.example'}", COMMENTS),
        ("{script-src: http://talk.example}", COMMENTS),
        ("{script-src: self}", COMMENTS),
        ("{connect-src: https://talk.example}", COMMENTS),
        ("{script-src: https://talk.example}", COMMENTS.replace("></s", ">run('{{ page.url }}')</s")),
        ("{script-src: https://talk.example}", COMMENTS.replace("async", 'onload="run()"')),
        ("{script-src: https://talk.example}", '<script src="https://talk.example.evil.example/a.js"></script>'),
        ("{script-src: https://talk.example}", '<script src="https://{{ page.title }}/a.js"></script>'),
        ("{script-src: self}", '<script src="//talk.example/a.js"></script>'),
        ("{form-action: self}", '<form action="https://letters.example/"></form>'),
    ],
)
def test_code_and_forms_that_the_settings_do_not_name_are_not_broken_by_a_policy(settings: str, template: str) -> None:
    assert with_template(settings, template) == ""


BASE = "title: Small\nurl: https://me.example/\nhosting: {hosting}\npolicy:\n  img-src: [{sources}]\n"
MANY = ", ".join(f"https://a-rather-long-name-{number}.example/" for number in range(50))


@pytest.mark.parametrize(
    ("hosting", "files", "says"),
    [
        ("github", {}, "names no host"),
        (
            "netlify",
            {"templates/partials/head.html": "<script>a('{{ page.url }}')</script>"},
            "templates/partials/head.html",
        ),
        ("netlify", {"content/about.md": "# About\n\n<script>a()</script>\n"}, "content/about.md"),
        ("netlify", {"static/demo.html": "<p>A page of its own.</p>"}, "static/demo.html"),
        ("netlify", {"site.yaml": BASE.format(hosting="netlify", sources=MANY)}, "more than hosts read in one line"),
    ],
    ids=["no host", "template", "text", "copied page", "too long"],
)
def test_what_keeps_the_policy_away_that_the_settings_name_is_told_there(
    site: SmallSite, hosting: str, files: dict[str, str], says: str
) -> None:
    settings = BASE.format(hosting=hosting, sources="https://a.example")
    (found,) = site.write({"site.yaml": settings, **files}).problems("missing-policy")
    assert (found.path, found.line, found.column, found.severity) == ("site.yaml", 4, 1, "warning")
    assert says in found.message


def test_code_of_a_text_is_not_broken_by_a_policy_either_whatever_the_settings_name(site: SmallSite) -> None:
    settings = "title: Small\nurl: https://me.example/\nhosting: netlify\npolicy: {script-src: https://talk.example}\n"
    text = '<script src="https://talk.example/embed.js"></script>\n'
    site.write({"site.yaml": settings, "content/posts/a.md": post("A", text=text)})
    assert b"Content-Security-Policy" not in site.build().outputs[OutputPath("_headers")]


def test_beside_styles_of_texts_no_hash_of_a_style_takes_their_leave_away() -> None:
    assert policy(["style-src", "style-src 'sha256-x'"], {}) == f"{STRICT}; style-src 'self' 'unsafe-inline'"


def test_a_policy_longer_than_a_host_reads_is_none() -> None:
    assert policy((f"script-src 'sha256-{n:043}='" for n in range(40)), {}) == ""


def test_a_site_that_takes_its_script_back_gets_its_policy_back(site: SmallSite) -> None:
    assert policies(site, "netlify", {"content/posts/a.md": post("A", text="<script>draw()</script>\n")}) == []
    assert policies(site, "netlify", {"content/posts/a.md": post("A", text="Drawn by hand.\n")}) == [STRICT]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Words on paper = style.</p>", ()),
        ('<p style="color:red">', ("style-src",)),
        ("<STYLE>p{}</STYLE>", ("style-src",)),
        ('<img alt="" src="//other.example/a.png">', ("img-src",)),
        ('<img src="a.png" srcset="https://other.example/a.png 2x">', ("img-src",)),
        ('<iframe src="https://film.example/1">', ("frame-src",)),
        ('<video poster="https://film.example/1">', ("media-src",)),
        ('<picture><source srcset="https://other.example/a.avif">', ("img-src", "media-src")),
        ('<a href="javascript:a()">', ("script-src",)),
        ("<iframe srcdoc='<p>'>", ("script-src",)),
        ('<a href="https://other.example/">', ()),
    ],
)
def test_what_a_page_asks_for(html: str, found: tuple[str, ...]) -> None:
    assert asked(html) == found


def test_a_policy_that_would_let_code_run_is_none() -> None:
    assert policy(["img-src", "script-src"], {}) == ""
    assert policy(["style-src", "img-src", "img-src"], {}) == (
        f"{STRICT}; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'"
    )
