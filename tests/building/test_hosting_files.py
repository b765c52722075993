"""What is written for hosts: redirects for aliases, cache times, and the includes for servers of one's own."""

from __future__ import annotations

import json
import re
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from own_servers import serving
from small_site import NOW, SmallSite, post

from proofpress.builder.inputs import Options
from proofpress.config import Hosting, read_config
from proofpress.content.addresses import site_path
from proofpress.kinds.aliases import AliasTarget
from proofpress.kinds.assets import AssetTarget
from proofpress.kinds.copies import CopyTarget
from proofpress.kinds.feeds import FeedTarget
from proofpress.kinds.hosts import CLOUDFLARE_LINE, CLOUDFLARE_REDIRECTS, host_text, redirects_for
from proofpress.kinds.posts import PageTarget
from proofpress.output.publish import in_order
from proofpress.paths import Base, OutputPath, SitePath, SourcePath
from proofpress.site.hosting import LAST
from proofpress.update import update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.kinds.hosts import Purpose
    from proofpress.kinds.target import Target

Program = Literal["nginx", "caddy"]
ROOT = Base.of("https://me.example/")
BLOG = Base.of("https://me.example/blog/")
SERVED = ("netlify", "cloudflare", "nginx", "caddy")


def settings_of(hosting: str, path: str = "") -> str:
    return f"title: Small\nurl: https://me.example/{path}\nhosting: {hosting}\n"


def text_of(built: SmallSite, path: str) -> str:
    return built.build().outputs[OutputPath(path)].decode("utf-8")


def alias(path: str, to: str = "/new/") -> AliasTarget:
    return AliasTarget(
        site_path=SitePath(path), origin="", template="alias.html", source=SourcePath("x"), to=SitePath(to)
    )


def page(path: str) -> PageTarget:
    return PageTarget(site_path=SitePath(path), origin="", template="page.html", source=SourcePath("x"))


def written(hosting: Hosting, kind: Purpose, targets: Sequence[Target], base: Base = ROOT) -> str:
    return host_text(kind, hosting, targets, base).decode("utf-8")


# ---------------------------------------------------------------- which files there are


@pytest.mark.parametrize("hosting", get_args(Hosting))
def test_each_host_has_its_files_and_no_other(site: SmallSite, hosting: str) -> None:
    built = site.write({"site.yaml": settings_of(hosting), "content/posts/a.md": post("A")}).build()
    assert not built.problems
    assert built.outputs[OutputPath(".nojekyll")] == b""
    files = {"netlify": {"_redirects", "_headers"}, "nginx": {"_nginx.conf"}, "caddy": {"_Caddyfile"}}
    files["cloudflare"] = files["netlify"]
    assert set(built.outputs) & LAST == files.get(hosting, set())


def test_a_misspelt_host_names_the_one_that_was_meant() -> None:
    config, (found,) = read_config(b"url: https://me.example/\nhosting: netlfy\n")
    assert (found.rule, found.line, found.column, found.length) == ("wrong-type", 2, 10, 6)
    assert found.hint == "did you mean 'netlify'?"
    assert config.hosting == "none"


def test_another_host_takes_the_files_of_the_one_before_along(site: SmallSite) -> None:
    output = site.root / "public"
    for hosting, there in (("netlify", ["_headers", "_redirects"]), ("nginx", ["_nginx.conf"]), ("none", [])):
        site.write({"site.yaml": settings_of(hosting), "content/posts/a.md": post("A")})
        assert update(Options(root=site.root, now=NOW)).published
        assert sorted(file.name for file in output.iterdir() if file.name in LAST) == there
        assert (output / ".nojekyll").read_bytes() == b""


def test_what_tells_of_pages_is_published_after_them() -> None:
    paths = [*sorted(LAST), ".nojekyll", "assets/a.css", "posts/a/index.html", "index.html", "feed.xml"]
    order = in_order(map(OutputPath, paths))
    assert order[:4] == [".nojekyll", "assets/a.css", "posts/a/index.html", "index.html"]
    assert set(order[4:]) == {"feed.xml", *LAST}


# ---------------------------------------------------------------- what they say, whole

ALIASES = [
    alias("/2024/old.html", "/posts/a/"),
    alias("/caf%C3%A9/", "/posts/caf%C3%A9/"),
    alias("/a%20b/", "/posts/a/"),
    alias("/c:d/", "/posts/a/"),
]


def test_the_redirects_of_netlify_come_before_the_aliases_pages_and_in_both_encodings() -> None:
    assert written("netlify", "redirects", ALIASES) == (
        "# Written by Proofpress (hosting: netlify): the aliases of the site's pages.\n"
        "/2024/old.html /posts/a/ 301!\n"
        "/caf%C3%A9/ /posts/caf%C3%A9/ 301!\n"
        "/café/ /posts/caf%C3%A9/ 301!\n"
        "/a%20b/ /posts/a/ 301!\n"
        "# Left to its page, since no rule says just this: /c:d/\n"
    )


def test_netlify_is_told_of_the_404_pages_of_languages_and_cloudflare_finds_them() -> None:
    said = host_text("redirects", "netlify", ALIASES[:1], BLOG, languages=["de", "zh-Hans"]).decode("utf-8")
    assert said.splitlines()[1:] == [
        "/blog/2024/old.html /blog/posts/a/ 301!",
        "/blog/de/* /blog/de/404.html 404",
        "/blog/zh-hans/* /blog/zh-hans/404.html 404",
    ]
    assert "404" not in host_text("redirects", "cloudflare", ALIASES, BLOG, languages=["de"]).decode("utf-8")


def test_the_redirects_of_cloudflare_are_in_the_form_that_is_sent() -> None:
    assert written("cloudflare", "redirects", ALIASES, BLOG) == (
        "# Written by Proofpress (hosting: cloudflare): the aliases of the site's pages.\n"
        "/blog/2024/old.html /blog/posts/a/ 301\n"
        "/blog/caf%C3%A9/ /blog/posts/caf%C3%A9/ 301\n"
        "/blog/a%20b/ /blog/posts/a/ 301\n"
        "# Left to its page, since no rule says just this: /blog/c:d/\n"
    )


def test_the_headers_let_only_the_theme_s_files_be_kept() -> None:
    assert written("cloudflare", "headers", ALIASES, BLOG) == (
        "# Written by Proofpress (hosting: cloudflare): files whose names change with their bytes may be kept.\n"
        "/blog/*\n"
        "  X-Content-Type-Options: nosniff\n"
        "/blog/assets/*\n"
        "  Cache-Control: public, max-age=31536000, immutable\n"
    )


def test_a_file_of_the_site_s_own_among_the_assets_is_not_kept_for_a_year(site: SmallSite) -> None:
    site.write({"site.yaml": settings_of("netlify"), "static/assets/mine.css": "a{}", "content/posts/a.md": post("A")})
    built = site.build()
    rules = built.outputs[OutputPath("_headers")].decode().splitlines()
    cached = {rules[at - 1] for at, line in enumerate(rules) if "immutable" in line}
    assert cached == {target.site_path for target in built.world.targets if isinstance(target, AssetTarget)}
    assert "/assets/mine.css" not in cached


def test_the_include_for_nginx_says_what_is_where() -> None:
    assert written("nginx", "nginx", ALIASES) == (
        "# Written by Proofpress (hosting: nginx), by every build anew. For the block of the server, where 'root' is the\n"
        "# folder in which this file is /_nginx.conf. Reload nginx when it has changed:\n"
        "#     include /srv/www/example/_nginx.conf;\n"
        "# It brings charset, absolute_redirect and error_page 404, so leave them out beside it.\n"
        'set $proofpress_cache "";\n'
        "add_header Cache-Control $proofpress_cache;\n"
        "charset utf-8;\n"
        "charset_types text/plain text/css text/xml text/javascript application/javascript;\n"
        "absolute_redirect off;\n"
        'error_page 404 "/404.html";\n'
        'location ^~ "/assets/" { set $proofpress_cache "public, max-age=31536000, immutable"; }\n'
        'location = "/_nginx.conf" { return 404; }\n'
        'location = "/2024/old.html" { return 301 "/posts/a/$is_args$args"; }\n'
        'location = "/café/" { return 301 "/posts/caf%C3%A9/$is_args$args"; }\n'
        'location = "/a b/" { return 301 "/posts/a/$is_args$args"; }\n'
        'location = "/c:d/" { return 301 "/posts/a/$is_args$args"; }\n'
    )


def test_the_include_for_caddy_says_what_is_where() -> None:
    targets = [*ALIASES, alias("/%7Benv.HOME%7D/"), alias("/%5Ba-z%5D/"), alias("/what%3F/"), alias("/100%25/")]
    assert written("caddy", "caddy", targets, BLOG) == (
        "# Written by Proofpress (hosting: caddy), by every build anew. For the block of the site, which has 'root' and\n"
        "# 'file_server'; root is the folder in which this file is /blog/_Caddyfile. Reload Caddy when it has changed:\n"
        "#     import /srv/www/example/blog/_Caddyfile\n"
        "# It brings handle_errors. Caddy 2.6 takes only the first in a site's block.\n"
        "@proofpress_assets_blog {\n"
        '\tpath "/blog/assets/*"\n'
        "\tfile\n"
        "}\n"
        'header @proofpress_assets_blog Cache-Control "public, max-age=31536000, immutable"\n'
        'error "/blog/_Caddyfile" 404\n'
        'redir "/blog/2024/old.html" "/blog/posts/a/" 301\n'
        'redir "/blog/café/" "/blog/posts/caf%C3%A9/" 301\n'
        'redir "/blog/a b/" "/blog/posts/a/" 301\n'
        'redir "/blog/c:d/" "/blog/posts/a/" 301\n'
        "# Left to its page, since no rule says just this: /blog/%7Benv.HOME%7D/\n"
        "# Left to its page, since no rule says just this: /blog/%5Ba-z%5D/\n"
        "# Left to its page, since no rule says just this: /blog/what%3F/\n"
        "# Left to its page, since no rule says just this: /blog/100%25/\n"
        "handle_errors {\n"
        "\t@proofpress_404_blog {\n"
        "\t\texpression `{err.status_code} == 404`\n"
        '\t\tpath "/blog/*"\n'
        "\t}\n"
        "\thandle @proofpress_404_blog {\n"
        '\t\trewrite * "/blog/404.html"\n'
        "\t\tfile_server\n"
        "\t}\n"
        "}\n"
    )


# ---------------------------------------------------------------- what no rule can say


@pytest.mark.parametrize(
    ("aliases", "pages", "said"),
    [
        ([("/a.html", "/a/")], ["/a/"], ["/a.html"]),
        ([("/a/", "/a.html"), ("/b/", "/a.html")], ["/a.html"], ["/b/"]),
        ([("/a/", "/b/"), ("/c/", "/b/")], ["/a.html", "/b/"], ["/c/"]),
        ([("/a.html", "/b/"), ("/a/", "/c/")], ["/b/", "/c/"], ["/a.html", "/a/"]),
        ([("/b/", "/c/")], ["/B/", "/c/"], ["/b/"]),
    ],
)
def test_netlify_is_not_told_what_it_would_take_for_a_page(
    aliases: list[tuple[str, str]], pages: list[str], said: list[str]
) -> None:
    targets = [*(alias(*one) for one in aliases), *map(page, pages)]
    assert [one.path for one in redirects_for("netlify", targets, ROOT).said] == said
    assert [one.path for one in redirects_for("cloudflare", targets, ROOT).said] == [path for path, _ in aliases]


def test_netlify_s_other_word_for_a_copied_file_is_not_taken_by_an_alias() -> None:
    copied = CopyTarget(site_path=SitePath("/talk.html"), origin="", source=SourcePath("static/talk.html"))
    assert redirects_for("netlify", [alias("/talk/"), copied], ROOT).left == ("/talk/",)


def test_an_alias_that_netlify_takes_for_a_feed_is_left_to_its_page() -> None:
    feed = FeedTarget(site_path=SitePath("/feed.xml"), origin="", format="atom")
    assert redirects_for("netlify", [alias("/feed.xml/"), feed], ROOT).left == ("/feed.xml/",)


def test_a_line_that_cloudflare_would_not_read_is_left_to_its_page() -> None:
    long = alias("/" + "x" * CLOUDFLARE_LINE + "/")
    assert redirects_for("cloudflare", [long], ROOT).left == (long.site_path,)
    assert redirects_for("netlify", [long], ROOT).left == ()


def test_more_aliases_than_cloudflare_reads_are_a_warning(site: SmallSite) -> None:
    aliases = "".join(f"- /old/{number}/\n" for number in range(CLOUDFLARE_REDIRECTS + 3))
    site.write({"site.yaml": settings_of("cloudflare"), "content/posts/a.md": post("A", more=f"aliases:\n{aliases}")})
    built = site.build()
    (found,) = built.problems
    assert (found.rule, found.path, found.severity) == ("missing-redirects", "site.yaml", "warning")
    assert found.message == "Cloudflare reads 2,000 redirects, and the site has 3 more aliases"
    assert "static/_redirects" in found.hint
    lines = built.outputs[OutputPath("_redirects")].decode().splitlines()
    assert len([line for line in lines if not line.startswith("#")]) == CLOUDFLARE_REDIRECTS
    assert lines[-1] == "# Left to their pages, beyond what is read: 3"
    site.write({"site.yaml": settings_of("netlify")})
    assert site.problems() == []


@pytest.mark.parametrize("hosting", SERVED)
def test_a_url_that_a_page_has_is_no_redirect(site: SmallSite, hosting: str) -> None:
    site.write(
        {
            "site.yaml": settings_of(hosting),
            "content/posts/a.md": post("A", more="aliases: [/about/, /free/]\n"),
            "content/about.md": "# About\n",
        }
    )
    built = site.build()
    assert [found.rule for found in built.problems] == ["url-collision"]
    told = redirects_for(built.inputs.config.hosting, built.world.targets, ROOT)
    assert [one.path for one in told.said] == ["/free/"]


# ---------------------------------------------------------------- a person's own file

WITH_ALIASES = {"content/posts/a.md": post("A", more="aliases: [/old/, /2024/a/, /2024/b/]\n")}


@pytest.mark.parametrize(
    ("hosting", "own"),
    [
        ("netlify", "/old /posts/a/ 301\n/2024/* /posts/:splat\n"),
        ("cloudflare", "/old/ /posts/a/ 301\n/2024/a/ /posts/a/\n/2024/b/ /posts/a/\n"),
        ("nginx", 'location = /old/ {return 301 /posts/a/;}\nlocation = "/2024/a/"{}location = /2024/b/{}\n'),
        ("caddy", 'redir /old/ /posts/a/\nredir "/2024/*" /posts/a/\n'),
    ],
)
def test_a_file_of_one_s_own_wins_and_is_quiet_where_it_names_every_alias(
    site: SmallSite, hosting: str, own: str
) -> None:
    name = {"nginx": "_nginx.conf", "caddy": "_Caddyfile"}.get(hosting, "_redirects")
    site.write({"site.yaml": settings_of(hosting), f"static/{name}": own, **WITH_ALIASES})
    assert text_of(site, name) == own
    assert site.problems() == []


def test_a_file_of_one_s_own_that_lacks_aliases_is_a_warning_that_names_one(site: SmallSite) -> None:
    own = {"static/_redirects": "/2024/a/ /posts/a/\n/older/ /\n", "static/_headers": "/*\n  X-Own: 1\n"}
    site.write({"site.yaml": settings_of("netlify", "blog/"), **own, **WITH_ALIASES})
    (found,) = site.problems()
    assert (found.rule, found.path, found.severity) == ("missing-redirects", "static/_redirects", "warning")
    assert "3 aliases of the site are not in it: '/blog/2024/a/' and others" in found.message
    assert text_of(site, "_headers") == own["static/_headers"]
    assert text_of(site, "_redirects") == own["static/_redirects"]


def test_without_a_host_a_file_of_one_s_own_is_a_file_like_others(site: SmallSite) -> None:
    site.write({"static/_redirects": "/x /y\n", **WITH_ALIASES})
    assert text_of(site, "_redirects") == "/x /y\n"
    assert site.problems() == []


# ---------------------------------------------------------------- laws

ODD = st.text(st.sampled_from("ab/ .*:~^$@!\"'`(){}[]|;,=+&%#?<>-_éß日🦀"), min_size=1, max_size=12)
WRITTEN = st.one_of(ODD, st.text(min_size=1, max_size=12), ODD.map(quote))


@st.composite
def aliases(draw: st.DrawFn) -> list[AliasTarget]:
    """Aliases as people may write them, each as the reader of front matter keeps it."""
    found = [path for path in map(site_path, draw(st.lists(WRITTEN, max_size=12))) if isinstance(path, str)]
    to = site_path(draw(WRITTEN))
    assume(isinstance(to, str))
    return [alias(path, str(to)) for path in dict.fromkeys(found) if path not in ("/", to)]


@given(aliases(), st.sampled_from([ROOT, BLOG]), st.sampled_from(["netlify", "cloudflare"]))
def test_every_line_of_redirects_is_one_alias_and_nothing_is_a_pattern(
    every: list[AliasTarget], base: Base, hosting: Hosting
) -> None:
    told = redirects_for(hosting, every, base)
    assert {one.path for one in told.said} | set(told.left) == {one.site_path for one in every}
    text = written(hosting, "redirects", every, base)
    rules = [line.split() for line in text.split("\n") if line.strip() and not line.startswith("#")]
    assert all(len(rule) == 3 for rule in rules)
    sources = [source for source, _, _ in rules]
    assert not [source for source in sources if re.search(r"[*:?#]", source)]
    assert {unquote(source) for source in sources} == {unquote(base.href(one.path)) for one in told.said}
    assert {to for _, to, _ in rules} == {base.href(one.to) for one in told.said}


@given(aliases(), st.sampled_from([ROOT, BLOG]))
def test_every_redir_of_caddy_is_three_words_that_mean_themselves(every: list[AliasTarget], base: Base) -> None:
    told = redirects_for("caddy", every, base)
    lines = [line for line in written("caddy", "caddy", every, base).split("\n") if line.startswith("redir ")]
    words = [shlex.split(line) for line in lines]
    assert words == [["redir", unquote(base.href(one.path)), base.href(one.to), "301"] for one in told.said]
    assert not [line for line in lines if re.search(r"[*?\[\]{}`\\]", line.removesuffix(" 301"))] or any(
        re.search(r"[*?]", one.to) for one in told.said
    )


def ask_for_aliases(program: Program, every: Sequence[AliasTarget], base: Base) -> None:
    """Ask a real server for each alias that it was told of, and for addresses that differ from one in one character."""
    told = redirects_for(program, every, base)
    known = {unquote(base.href(one.path)).lower() for one in told.said}
    with tempfile.TemporaryDirectory() as name:
        include = Path(name) / "include"
        include.write_bytes(host_text(program, program, every, base))
        with serving(program, Path(name) / "empty", include) as server:
            for one in told.said:
                asked = base.href(one.path)
                for form in (asked, quote(unquote(asked), safe="/")):
                    answer = server.get(form)
                    assert (answer.status, unquote(answer.headers["location"])) == (301, unquote(base.href(one.to)))
            for plain in (unquote(base.href(target.site_path)) for target in every):
                for other in (f"{plain[:at]}x{plain[at + 1 :]}" for at in range(1, len(plain))):
                    if other.lower() not in known:
                        assert server.get(quote(other, safe="/")).status == 404


BASES = st.sampled_from([ROOT, BLOG, Base.of("https://me.example/b~(l|o)g/")])


@pytest.mark.nginx
@given(aliases(), BASES)
@settings(max_examples=15, deadline=None)
def test_nginx_redirects_each_alias_and_nothing_that_resembles_one(every: list[AliasTarget], base: Base) -> None:
    ask_for_aliases("nginx", every, base)
    assert redirects_for("nginx", every, base).left == ()


@pytest.mark.caddy
@given(aliases(), BASES)
@settings(max_examples=15, deadline=None)
def test_caddy_redirects_each_alias_it_is_told_of_and_nothing_that_resembles_one(
    every: list[AliasTarget], base: Base
) -> None:
    ask_for_aliases("caddy", every, base)


# ---------------------------------------------------------------- real servers serve a site

SERVERS = [pytest.param("nginx", marks=pytest.mark.nginx), pytest.param("caddy", marks=pytest.mark.caddy)]
INCLUDES = {"nginx": "_nginx.conf", "caddy": "_Caddyfile"}
ODD_ALIASES = ["/it is {x} ^~.*$/", '/q"uote/']
"""What nginx is told of, and Caddy leaves to their pages."""


@pytest.mark.parametrize("prefix", ["", "blog/", "bücher(2)/é/"])
@pytest.mark.parametrize("program", SERVERS)
def test_a_real_server_serves_a_built_site_as_the_include_says(tmp_path: Path, program: Program, prefix: str) -> None:
    listed = json.dumps(["/old/", "/2024/a.html", "/a b/", "/é/", *ODD_ALIASES])
    site = SmallSite(tmp_path / "site").write(
        {
            "site.yaml": settings_of(program, quote(prefix)) + "languages: [en, de, zh-Hans]\n",
            "content/posts/a.md": post("A", more=f"aliases: {listed}\n"),
            "content/posts/a.de.md": post("A", more="aliases: [/de/alt/]\n"),
            "content/posts/a.zh-Hans.md": post("A"),
            "static/robot.txt": "beep — boop\n",
        }
    )
    web = tmp_path / "web"
    output = web / prefix
    output.parent.mkdir(parents=True, exist_ok=True)
    assert update(Options(root=site.root, now=NOW), output).published
    at = "/" + quote(prefix, safe="/()")
    own = INCLUDES[program]
    with serving(program, web, output / own) as server:
        for path in ("old/", "2024/a.html", "a%20b/", "%C3%A9/"):
            answer = server.get(at + path)
            assert (answer.status, answer.headers["location"]) == (301, f"{at}posts/a/")
            assert "cache-control" not in answer.headers
        for path in ODD_ALIASES:
            answer = server.get(at + quote(path[1:]))
            assert answer.status == 301 if program == "nginx" else f'url={at}posts/a/"' in answer.body
        assert unquote(server.get(f"{at}old").headers["location"]) == f"/{prefix}old/"

        shown = server.get(f"{at}posts/a/")
        assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "immutable" not in shown.headers.get("cache-control", "")
        assert shown.headers["content-security-policy"] == "default-src 'self'"
        robot = server.get(f"{at}robot.txt")
        assert (robot.body, robot.headers["content-type"]) == ("beep — boop\n", "text/plain; charset=utf-8")
        assert "cache-control" not in robot.headers

        (sheet,) = {
            found for found in re.findall(r'href="([^"]+\.css)"', shown.body) if "/assets/style-fonts." in found
        }
        asset = server.get(sheet)
        assert asset.status == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["strict-transport-security"] == "max-age=1000"

        for path in ("nowhere/", "assets/none.0123456789.css", own, f"_%{ord(own[1]):x}{own[2:]}", f"./{own}"):
            answer = server.get(at + path)
            assert answer.status == 404, path
            assert "Page not found" in answer.body, path
            assert "immutable" not in answer.headers.get("cache-control", "")
        for path, said in {
            "de/nowhere/": "Seite nicht gefunden",
            "de/posts/x?y": "Seite nicht gefunden",
            "de/assets/no.css": "Seite nicht gefunden",
            "zh-hans/nowhere": '<html lang="zh-Hans">',
            "deutsch/": "Page not found",
            "posts/de/": "Page not found",
        }.items():
            answer = server.get(at + path)
            assert answer.status == 404, path
            assert said in answer.body, path
        assert server.get(f"{at}de/posts/a/").headers["content-security-policy"] == "default-src 'self'"
        assert server.get(f"{at}de/alt/").headers["location"] == f"{at}de/posts/a/"
        if prefix:
            assert "Page not found" not in server.get("/nowhere/").body


@pytest.mark.nginx
def test_nginx_keeps_the_query_of_what_it_redirects(tmp_path: Path) -> None:
    include = tmp_path / "include"
    include.write_text(written("nginx", "nginx", [alias("/old/", "/a%24b/")]), "utf-8")
    with serving("nginx", tmp_path, include) as server:
        assert server.get("/old/?from=$uri").headers["location"] == "/a%24b/?from=$uri"


@pytest.mark.nginx
def test_two_sites_of_one_nginx_don_t_get_in_each_other_s_way(tmp_path: Path) -> None:
    web = tmp_path / "web"
    for prefix in ("", "blog/"):
        site = SmallSite(tmp_path / f"site{prefix[:-1]}").write(
            {
                "site.yaml": settings_of("nginx", prefix),
                "content/posts/a.md": post("A", more="aliases: [/old/]\n"),
                "templates/404.html": f"nothing in /{prefix}",
            }
        )
        assert update(Options(root=site.root, now=NOW), web / prefix).published
    both = tmp_path / "both.conf"
    both.write_text(f'include "{web}/_nginx.conf";\ninclude "{web}/blog/_nginx.conf";\n', "utf-8")
    with serving("nginx", web, both) as server:
        for prefix in ("/", "/blog/"):
            assert server.get(f"{prefix}old/").headers["location"] == f"{prefix}posts/a/"
            assert server.get(f"{prefix}nowhere").body.strip() == f"nothing in {prefix}"
            style = next((web / prefix[1:] / "assets").glob("style.*.css")).name
            assert server.get(f"{prefix}assets/{style}").headers["cache-control"].endswith("immutable")
