"""What hosts are told beside the site: redirects, how long a browser may keep the theme's files, what pages may load.

The last is a Content-Security-Policy (`site.policy`). It is left out where a text or a template of the site's own holds
code.

An alias is a page too, which leads on by HTML. Where the host can redirect by itself (status 301), `hosting:` in the
settings has a file written in its words: `_redirects` and `_headers` for Netlify and Cloudflare Pages, an include for
nginx or Caddy. What a host's words can't say exactly is left to the page: a rule that catches another page, or that
leads in a circle, would be worse than none.

So it is with the 404 page of a language: Netlify, nginx and Caddy are told of it. Cloudflare looks by itself for the nearest
`404.html` above an address, and GitHub Pages knows only the one at the root.

Paths in these files are those of the public address: on a site below `/blog/` they begin with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

import msgspec

from proofpress.config import place_of
from proofpress.kinds.target import SETTINGS, Kind, PlainTarget, Planning, Published
from proofpress.paths import Base, SitePath
from proofpress.patterns import lazy
from proofpress.rules.site import MISSING_POLICY, MISSING_REDIRECTS
from proofpress.site.editions import missing_path
from proofpress.site.hosting import PATHS
from proofpress.site.lists import home_of
from proofpress.site.policy import CODE, policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from proofpress.config import Hosting
    from proofpress.kinds.target import Target
    from proofpress.problems import Problem

Purpose = Literal["nojekyll", "redirects", "headers", "nginx", "caddy"]
WITH_REDIRECTS: Final = ("redirects", "nginx", "caddy")
PURPOSES: Final[Mapping[Hosting, tuple[Purpose, ...]]] = {
    "netlify": ("redirects", "headers"),
    "cloudflare": ("redirects", "headers"),
    "nginx": ("nginx",),
    "caddy": ("caddy",),
}

POLICY: Final = "Content-Security-Policy"
PAGES: Final = (".html", ".htm", ".xhtml")
"""Endings of copied files that a browser opens as pages, whose code nobody read."""
CACHED: Final = "public, max-age=31536000, immutable"
CLOUDFLARE_REDIRECTS: Final = 2000  # developers.cloudflare.com/pages/configuration/redirects: static ones of a project
CLOUDFLARE_LINE: Final = 1000  # characters, the same page
CLOUDFLARE_HEADERS: Final = 100  # developers.cloudflare.com/pages/configuration/headers: rules of a project
NGINX_TOKEN: Final = 4000  # bytes; nginx reads its settings in pieces of 4,096, and a word has to fit in one

_PATTERN: Final = lazy(r"[*:]")  # splats and placeholders, to Netlify and Cloudflare
_CADDY_LITERAL: Final = lazy(r"[\w ./~!$&'()+,;=:@#-]+")  # not: * ? [ ] \ % of its globs, { } " ` of its quotes
_NETLIFY_PLAIN: Final = lazy(r"""[^\s?#%"<>\\]+""")
_WORDS: Final = lazy(r"""[^\s"'`;{}]+""")


class Redirect(msgspec.Struct, frozen=True):
    """An alias, and the page that it leads to."""

    path: SitePath
    to: SitePath


class Redirects(msgspec.Struct, frozen=True):
    """The aliases of a site, as far as a host can be told of them."""

    said: tuple[Redirect, ...]
    left: tuple[SitePath, ...]
    """Those that the host's words can't say; their pages lead on."""
    beyond: int = 0
    """How many more the host would not read."""


class HostTarget(PlainTarget, frozen=True, kw_only=True):
    """A file that a host is told by."""

    yields = True

    purpose: Purpose
    policy: str = ""
    """The Content-Security-Policy of all pages; empty where none is written."""
    languages: tuple[str, ...] = ()
    """The tags of those that have lists, and a 404 page, of their own."""

    def write(self, published: Published) -> bytes:
        """Return what it says."""
        base = Base.of(published.config.url)
        return host_text(self.purpose, published.config.hosting, published.targets, base, self.policy, self.languages)


def plan(planning: Planning) -> Iterator[HostTarget]:
    """Give the files that the host is told by. `.nojekyll` is always among them: GitHub Pages would run Jekyll."""
    purposes = PURPOSES.get(planning.config.hosting, ())
    granted = policy_of(planning) if purposes else ""
    languages = tuple(planning.site.others)
    for purpose in ("nojekyll", *purposes):
        path = PATHS[purpose]
        yield HostTarget(site_path=path, origin=path[1:], purpose=purpose, policy=granted, languages=languages)


def policy_of(planning: Planning) -> str:
    """Return the policy that all pages keep to; nothing where a text, a template or a copied page may hold code."""
    if any(path.lower().endswith(PAGES) for path in planning.site.files):
        return ""
    texts = (one for card in planning.site.by_path.values() for one in card.asks)
    searches = ["script-src 'wasm-unsafe-eval'"] if planning.config.search else []
    templates = (one for asks in planning.asks.values() for one in asks)
    return policy([*templates, *searches, *texts], planning.config.policy)


def _without_policy(planning: Planning) -> Iterator[Problem]:
    """Give why there is no policy, where the settings name what one allows."""
    if not planning.config.policy:
        return
    if not PURPOSES.get(planning.config.hosting):
        fault = MISSING_POLICY.no_host()
    elif policy_of(planning):
        return
    else:
        templates = [path for path, asks in planning.asks.items() if CODE in asks]
        texts = [path for path, card in planning.site.by_path.items() if CODE in card.asks]
        copied = [path for path in planning.site.files if path.lower().endswith(PAGES)]
        first = next(iter([*sorted(templates), *sorted(texts), *sorted(copied)]), None)
        fault = MISSING_POLICY.beside(first, template=bool(templates)) if first else MISSING_POLICY.too_long()
    yield fault.at(SETTINGS, place_of(planning.read(SETTINGS), "policy", at_key=True))


def check(planning: Planning, targets: Sequence[Target]) -> Iterator[Problem]:
    """Give what keeps the host from redirecting an alias: a file of the site's own that doesn't say it, or a limit.

    And what keeps it from being told what pages may load.
    """
    yield from _without_policy(planning)
    hosting, base = planning.config.hosting, Base.of(planning.config.url)
    for purpose in PURPOSES.get(hosting, ()):
        if purpose not in WITH_REDIRECTS:
            continue
        redirects = redirects_for(hosting, targets, base)
        own = next((it.shows for it in targets if it.site_path == PATHS[purpose] and not it.yields), None)
        if own is not None:
            text = planning.read(own).decode("utf-8", "replace")
            missing = unsaid(redirects, text, base)
            if missing:
                yield MISSING_REDIRECTS.not_in(len(missing), base.href(missing[0])).at(own)
        elif redirects.beyond:
            place = place_of(planning.read(SETTINGS), "hosting")
            yield MISSING_REDIRECTS.beyond(CLOUDFLARE_REDIRECTS, redirects.beyond).at(SETTINGS, place)


def host_text(
    purpose: Purpose,
    hosting: Hosting,
    targets: Sequence[Target],
    base: Base,
    granted: str = "",
    languages: Sequence[str] = (),
) -> bytes:
    """Return what one of these files says. `languages` are the tags of those that have a 404 page of their own."""
    if purpose == "nojekyll":
        return b""
    assets = cached_paths(targets)
    redirects = redirects_for(hosting, targets, base)
    match purpose:
        case "headers":
            text = _headers(assets, base, hosting, granted)
        case "nginx":
            text = _nginx(redirects, assets, base, granted, languages)
        case "caddy":
            text = _caddy(redirects, assets, base, granted, languages)
        case "redirects":
            text = _redirects(redirects, base, hosting, languages)
    return text.encode("utf-8")


def cached_paths(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return which paths a browser may keep for ever: the theme's files, whose names change with their bytes.

    They are `/assets/*`; each by itself where the site puts a file of its own into that folder, under a name that stays.
    What follows from a file of the site's, a lighter picture, is not told of: there may be more than a host takes rules for.
    """
    own = sorted(target.site_path for target in targets if not target.keeps_its_name and not target.follows)
    others = any(target.site_path.startswith("/assets/") for target in targets if target.keeps_its_name)
    return tuple(path for path in own if not _PATTERN.search(path)) if others else ("/assets/*",)


# ---------------------------------------------------------------- which aliases


def redirects_for(hosting: Hosting, targets: Sequence[Target], base: Base) -> Redirects:
    """Return the aliases that a host can be told of. One whose URL a page has is no target, and not among them."""
    every = [Redirect(target.site_path, target.leads_to) for target in targets if target.leads_to is not None]
    if hosting in ("netlify", "cloudflare"):
        said = [one for one in every if not _PATTERN.search(base.href(one.path))]
    elif hosting == "caddy":
        said = [one for one in every if _CADDY_LITERAL.fullmatch(unquote(base.href(one.path)))]
    else:
        said = every
    if hosting == "netlify":
        said = _told_apart(said, targets)
    if hosting == "cloudflare":
        said = [one for one in said if len(_line(one, base, hosting)) <= CLOUDFLARE_LINE]
    if hosting == "nginx":
        said = [one for one in said if all(len(word.encode()) <= NGINX_TOKEN for word in _nginx_words(one, base))]
    kept = {one.path for one in said}
    beyond = max(0, len(said) - CLOUDFLARE_REDIRECTS) if hosting == "cloudflare" else 0
    return Redirects(
        said=tuple(said[: len(said) - beyond]),
        left=tuple(one.path for one in every if one.path not in kept),
        beyond=beyond,
    )


def _told_apart(redirects: Sequence[Redirect], targets: Iterable[Target]) -> list[Redirect]:
    """Drop aliases that Netlify can't tell from a page or another file.

    It takes `/a` and `/a/` for one, and shows `/a.html` at `/a` where pretty URLs are on. A rule that comes before the
    files, as ours have to since there is a page for the alias too, would catch that page, or lead to itself for ever.
    """
    pages: set[str] = set()
    for target in targets:
        if target.leads_to is None:
            path = unquote(target.site_path)
            pages |= {path.rstrip("/"), path.removesuffix("index.html").removesuffix(".html").rstrip("/")}
    return [one for one in redirects if unquote(one.path).rstrip("/") not in pages]


def unsaid(redirects: Redirects, text: str, base: Base) -> tuple[SitePath, ...]:
    """Return the aliases that a person's own file in place of ours doesn't name, by itself or by a pattern."""
    words = {unquote(word).rstrip("/") for word in _WORDS.findall(text)}
    patterns = tuple(word[:-1] for word in words if word.endswith("*"))

    def named(path: SitePath) -> bool:
        plain = unquote(base.href(path))
        return plain.rstrip("/") in words or (bool(patterns) and plain.startswith(patterns))

    return tuple(one.path for one in redirects.said if not named(one.path))


# ---------------------------------------------------------------- Netlify and Cloudflare Pages


def _redirects(redirects: Redirects, base: Base, hosting: Hosting, languages: Sequence[str]) -> str:
    """Return a `_redirects` file. Paths are percent-encoded, as requests are.

    Netlify looks for a file first unless a rule ends in `!`. It compares letter by letter, and its own programs decode
    what is asked for before they compare, so a path stands there in both forms where they differ. Cloudflare redirects
    first, and compares paths as they are sent. What Netlify shows where there is nothing, with status 404, comes last.
    """
    lines = [f"# Written by Proofpress (hosting: {hosting}): the aliases of the site's pages."]
    for one in redirects.said:
        lines.append(_line(one, base, hosting))
        plain = unquote(base.href(one.path))
        if hosting == "netlify" and plain != base.href(one.path) and _NETLIFY_PLAIN.fullmatch(plain):
            lines.append(f"{plain} {base.href(one.to)} 301!")
    if hosting == "netlify":
        lines += [f"{base.href(home_of(tag))}* {base.href(missing_path(tag))} 404" for tag in languages]
    lines += _left(redirects, base)
    return "\n".join(lines) + "\n"


def _line(one: Redirect, base: Base, hosting: Hosting) -> str:
    return f"{base.href(one.path)} {base.href(one.to)} {'301!' if hosting == 'netlify' else '301'}"


def _left(redirects: Redirects, base: Base) -> list[str]:
    """Return notes for who reads the file: which aliases are not in it. nginx can't read a comment of 4,096 bytes."""
    notes = [f"# Left to its page, since no rule says just this: {base.href(path):.500}" for path in redirects.left]
    return notes + ([f"# Left to their pages, beyond what is read: {redirects.beyond}"] if redirects.beyond else [])


def _headers(assets: Sequence[str], base: Base, hosting: Hosting, granted: str) -> str:
    """Return a `_headers` file."""
    rules = assets[: CLOUDFLARE_HEADERS - 1] if hosting == "cloudflare" else assets
    lines = [
        f"# Written by Proofpress (hosting: {hosting}): files whose names change with their bytes may be kept.",
        f"{base.href('/*')}",
        "  X-Content-Type-Options: nosniff",
        *([f"  {POLICY}: {granted}"] if granted else []),
    ]
    for path in rules:
        lines += [base.href(path), f"  Cache-Control: {CACHED}"]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- nginx


def _nginx(redirects: Redirects, assets: Sequence[str], base: Base, granted: str, languages: Sequence[str] = ()) -> str:
    """Return an include for a server's block: exact locations alone, which no regular expression comes before.

    `add_header` in a location would drop the headers of the server's block, such as HSTS, so a variable that is empty
    elsewhere carries the one value. Nor may a location stand for a language, which would keep the server's own from its
    pages: another variable has the path of its 404 page.
    """
    prefix = unquote(base.prefix)
    cache = "$proofpress_cache" + re.sub(r"[^A-Za-z0-9]", "_", prefix)
    own = base.href(PATHS["nginx"])
    guard = "$proofpress_policy" + re.sub(r"[^A-Za-z0-9]", "_", prefix)
    missing = _nginx_missing(prefix, languages) if languages else []
    inner = ["charset utf-8;", "charset_types text/plain text/css text/xml text/javascript application/javascript;"]
    inner.append("absolute_redirect off;")
    if granted:
        inner.append(f'set {guard} "{granted}";')
    if not re.search(r"[$?]", prefix):  # error_page has no word for these two
        inner.append(f"error_page 404 {missing[0] if missing else _quoted(prefix + missing_path(''))};")
    for path in assets:
        where = f"^~ {_quoted(prefix + path[:-1])}" if path.endswith("/*") else f"= {_quoted(prefix + unquote(path))}"
        inner.append(f'location {where} {{ set {cache} "{CACHED}"; }}')
    inner.append(f"location = {_quoted(unquote(own))} {{ return 404; }}")
    for one in redirects.said:
        old, new = _nginx_words(one, base)
        inner.append(f"location = {old} {{ return 301 {new}; }}")
    inner += _left(redirects, base)
    if prefix:
        inner = [f"location ^~ {_quoted(prefix + '/')} {{", *(f"    {line}" for line in inner), "}"]
    lines = [
        "# Written by Proofpress (hosting: nginx), by every build anew. For the block of the server, where 'root' is the",
        f"# folder in which this file is {own}. Reload nginx when it has changed:",
        f"#     include /srv/www/example{own};",
        "# It brings charset, absolute_redirect and error_page 404, so leave them out beside it.",
        f'set {cache} "";',
        f"add_header Cache-Control {cache};",
        *([f'set {guard} "";', f"add_header {POLICY} {guard};"] if granted else []),
        *missing[1:],
        *inner,
    ]
    return "\n".join(lines) + "\n"


def _nginx_missing(prefix: str, languages: Sequence[str]) -> list[str]:
    """Return a variable, and the lines that give it the path of the 404 page, by the language of what is asked for."""
    name = "$proofpress_missing" + re.sub(r"[^A-Za-z0-9]", "_", prefix)
    lines = [name, f"set {name} {_quoted(prefix + missing_path(''))};"]
    for tag in languages:
        below = _quoted("^" + re.escape(prefix + home_of(tag)))
        lines.append(f"if ($uri ~ {below}) {{ set {name} {_quoted(prefix + missing_path(tag))}; }}")
    return lines


def _nginx_words(one: Redirect, base: Base) -> tuple[str, str]:
    """Return an alias as nginx compares it, decoded, and where it leads, as it is sent, with the query kept."""
    new = base.href(one.to).replace("$", "%24")
    return _quoted(unquote(base.href(one.path))), f'"{new}$is_args$args"'


def _quoted(text: str) -> str:
    """Return a word of nginx's settings. Within quotes only the quote and the backslash mean more than themselves."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---------------------------------------------------------------- Caddy


def _caddy(redirects: Redirects, assets: Sequence[str], base: Base, granted: str, languages: Sequence[str] = ()) -> str:
    """Return an include for a site's block, in words that Caddy has had since 2.6 (caddyserver.com/docs/caddyfile)."""
    prefix = unquote(base.prefix)
    name = re.sub(r"[^A-Za-z0-9]", "_", prefix)
    own = base.href(PATHS["caddy"])
    paths = " ".join(f'"{_caddy_path(base.href(path))}"' for path in assets)
    lines = [
        "# Written by Proofpress (hosting: caddy), by every build anew. For the block of the site, which has 'root' and",
        f"# 'file_server'; root is the folder in which this file is {own}. Reload Caddy when it has changed:",
        f"#     import /srv/www/example{own}",
        "# It brings handle_errors. Caddy 2.6 takes only the first in a site's block.",
        f"@proofpress_assets{name} {{",
        f"\tpath {paths}",
        "\tfile",
        "}",
        f'header @proofpress_assets{name} Cache-Control "{CACHED}"',
        *([f'header "{_caddy_path(base.prefix)}/*" {POLICY} "{granted}"'] if granted else []),
        f'error "{_caddy_path(own)}" 404',
    ]
    lines += [f'redir "{unquote(base.href(one.path))}" "{base.href(one.to)}" 301' for one in redirects.said]
    lines += _left(redirects, base)
    lines.append("handle_errors {")
    for tag in (*languages, ""):  # the first that fits is taken
        lines += _caddy_missing(f"@proofpress_404{name}" + re.sub(r"[^A-Za-z0-9]", "_", tag and f"_{tag}"), base, tag)
    lines.append("}")
    return "\n".join(lines) + "\n"


def _caddy_missing(name: str, base: Base, tag: str) -> list[str]:
    """Return the rule for what is not there below the home page of a language; the site's own has no tag."""
    return [
        f"\t{name} {{",
        "\t\texpression `{err.status_code} == 404`",
        *([f'\t\tpath "{_caddy_path(base.href(home_of(tag)))}*"'] if tag or base.prefix else []),
        "\t}",
        f"\thandle {name} {{",
        f'\t\trewrite * "{_caddy_path(base.href(missing_path(tag)))}"',
        "\t\tfile_server",
        "\t}",
    ]


def _caddy_path(path: str) -> str:
    """Return a path as Caddy compares it: decoded, unless it holds what has a meaning there."""
    plain = unquote(path)
    return plain if _CADDY_LITERAL.fullmatch(plain.removesuffix("*")) else path


KIND = Kind(plan=plan, check=check)
