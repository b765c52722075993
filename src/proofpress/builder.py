"""The pipeline: scan, read, render ══ index, plan ══ fill. The only module that knows every room.

`build` reads a site's folder and returns all that would be published, in memory, with every problem found on the way.
It writes nothing and reads no clock: `output.publish` writes, and "now" is handed in.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.config import Config, read_config, zone
from proofpress.content.data import read_data
from proofpress.content.documents import read
from proofpress.content.globs import matcher
from proofpress.content.images import IMAGES, measure
from proofpress.content.names import Name, lists, split
from proofpress.content.scan import OutsideSiteError, Tree, read_inside, scan
from proofpress.model import (
    AssetTarget,
    Body,
    Card,
    CopyTarget,
    Document,
    FeedTarget,
    File,
    Output,
    PageTarget,
    Target,
    TextTarget,
)
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, encode, output_path
from proofpress.problems import Problem, did_you_mean, judge, problem
from proofpress.render import feeds, pages
from proofpress.render.markdown import Renderer
from proofpress.render.stylesheet import UnknownStyleError, stylesheet
from proofpress.render.templates import Templates, faults_once
from proofpress.site.cards import Kind, folder_path, make_card
from proofpress.site.index import index, is_hidden
from proofpress.site.links import CONTENT, Links, link_table
from proofpress.site.plan import plan
from proofpress.site.view import SiteView, UnanswerableError
from proofpress.theme import GENERATED, Asset, fingerprint, read_theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SETTINGS = "site.yaml"
LINE_END = re.compile(r"\r\n|\n|\r")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a build is asked for, beside the site's own settings."""

    root: Path
    now: dt.datetime
    drafts: bool = False
    future: bool = False
    base_url: str = ""
    strict: bool = False


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made: the outputs by path, and what is wrong. With an error among the problems nothing may be published."""

    config: Config
    outputs: dict[OutputPath, bytes]
    problems: list[Problem]
    documents: int
    pages: int
    hidden: int

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(found.severity == "error" for found in self.problems)


class Draft(msgspec.Struct, frozen=True):
    """A document on its way: read, rendered, and its card."""

    document: Document
    body: Body
    name: Name
    card: Card


def build(options: Options, progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None) -> Built:
    """Build the site in a folder, in memory. `progress` is told a step's name, how much is done, and of how much."""
    config, problems = settings(options)
    tree = scan(options.root)
    theme, theme_problems = read_theme(options.root)
    problems += [*tree.problems, *theme_problems]

    drafts = prepare(tree, config, progress, problems)
    hidden = [d for d in drafts if is_hidden(d.card, options.now, drafts=options.drafts, future=options.future)]
    left_out = frozenset(draft.card.path for draft in hidden)
    shown = {draft.card.path: draft for draft in drafts if draft.card.path not in left_out}

    places = {path: draft.document.places for path, draft in shown.items()}
    site, found = index(
        [draft.card for draft in shown.values()],
        folders={path: draft.name.folder for path, draft in shown.items()},
        hidden=left_out,
        taxonomies=config.taxonomies,
        files={file.path: file for file in copies(tree, options.root, drafts, hidden, problems)},
        places=places,
    )
    problems += found
    assets = fingerprint(theme.static | highlighting(config, problems))
    asset_paths = {name: asset.site_path for name, asset in assets.items()}
    targets, found = plan(site, config, asset_paths, places)
    problems += found

    links = link_table(
        Base.of(config.url), site.by_path, site.files, left_out, {t.site_path: _shown_by(t) for t in targets}
    )
    using = Making(
        root=options.root,
        config=config,
        drafts=shown,
        targets=targets,
        links=links,
        view=SiteView(site, links, config, asset_paths, data_reader(options.root, tree, problems)),
        templates=Templates(theme.templates),
        assets=assets,
        entry_of=lru_cache(maxsize=None)(lambda path: feeds.entry(shown[path].card, shown[path].body, links)),
    )
    problems += using.view.menu_problems()
    outputs: dict[OutputPath, bytes] = {}
    for number, target in enumerate(targets):
        progress("Filling pages", number, len(targets))
        made, found = make(target, using)
        problems += found
        if made is not None:
            outputs[made.path] = made.data
    judged = judge(faults_once(problems), config.rules, strict=options.strict)
    return Built(
        config=config,
        outputs=outputs,
        problems=with_excerpts(judged, {source.path: source.data for source in tree.documents}, options.root),
        documents=len(tree.documents),
        pages=sum(path.endswith(".html") for path in outputs),
        hidden=len(hidden),
    )


def settings(options: Options) -> tuple[Config, list[Problem]]:
    """Read site.yaml, and put the command line's address over it."""
    try:
        data = read_inside(options.root, SETTINGS)
    except OutsideSiteError:
        return Config(), [problem("outside-site", SETTINGS, 0, 1, "it lies outside the site's folder")]
    except OSError as error:
        return Config(), [problem("unreadable-file", SETTINGS, 0, 1, f"it can't be read: {error.strerror}")]
    config, found = read_config(data, SETTINGS)
    if options.base_url:
        config = msgspec.structs.replace(config, url=options.base_url.rstrip("/") + "/")
        found = tuple(p for p in found if p.rule != "no-url")
    return config, list(found)


def prepare(
    tree: Tree, config: Config, progress: Callable[[str, int, int], None], problems: list[Problem]
) -> list[Draft]:
    """Read and render every document: one pure step a file."""
    zone_info = zone(config)
    renderer = Renderer(config.markdown, config.highlight, config.language)
    kinds = kinds_of([source.path for source in tree.documents], config)
    drafts = []
    for number, source in enumerate(tree.documents):
        progress("Reading posts", number, len(tree.documents))
        document = read(source, zone=zone_info, taxonomies=config.taxonomies, authors=config.authors)
        body = renderer.render(document)
        name = name_of(source.path, kinds[source.path])
        card, found = make_card(document, body, name, kinds[source.path], config)
        problems += [*document.problems, *body.problems, *found]
        drafts.append(Draft(document, body, name, card))
    return drafts


def kinds_of(paths: Sequence[SourcePath], config: Config) -> dict[SourcePath, Kind]:
    """Tell posts, pages and the texts of lists apart, by the settings' globs and by what lies beside a file."""
    is_post = matcher(config.posts)
    introductions = lists(paths)
    posts = [path for path in paths if path not in introductions and is_post(path.removeprefix(CONTENT))]
    with_posts = {"/".join(parts[:n]) for parts in (path.split("/") for path in posts) for n in range(1, len(parts))}
    kinds: dict[SourcePath, Kind] = dict.fromkeys(paths, "page")
    kinds.update(dict.fromkeys(posts, "post"))
    for path in introductions:
        folder = path.rpartition("/")[0]
        kinds[path] = "home" if folder == CONTENT.rstrip("/") else "list" if folder in with_posts else "page"
    return kinds


def name_of(path: SourcePath, kind: Kind) -> Name:
    """Take a path apart; the text of a list belongs to the folder that it introduces."""
    name = split(path)
    if kind == "home":
        return Name("", "", None, False)
    if kind == "list":
        return Name("/".join(part for part in (name.folder, name.stem) if part), "", None, False)
    return name


def copies(
    tree: Tree, root: Path, every: Sequence[Draft], hidden: Sequence[Draft], problems: list[Problem]
) -> Iterator[File]:
    """Give every file that is copied: static/ at the root, the others at the URL of their folder.

    What lies in a post's bundle travels with the post: to its URL, or nowhere when the post is left out.
    """
    bundles = {posixpath.dirname(draft.card.path): draft.card for draft in every if draft.name.bundle}
    left_out = {draft.card.path for draft in hidden}
    for path in tree.files:
        folder, _, file = path.rpartition("/")
        home = folder
        while home and home not in bundles:
            home = home.rpartition("/")[0]
        if not home:
            parts = [part for part in folder.split("/")[1:] if part != "_posts"]
            yield _file(path, SitePath(folder_path("/".join(parts)) + encode(file)), root, problems)
        elif bundles[home].path not in left_out:
            base = bundles[home].site_path.rpartition("/")[0] + "/"
            yield _file(path, SitePath(base + encode(path.removeprefix(home + "/"))), root, problems)
    for path in tree.static:
        yield _file(path, SitePath("/" + encode(path.removeprefix("static/"))), root, problems)


def _file(path: SourcePath, site_path: SitePath, root: Path, problems: list[Problem]) -> File:
    size = None
    if path.lower().endswith(IMAGES):
        try:
            size, found = measure(path, read_inside(root, path))
        except OSError as error:
            found = problem("unreadable-file", path, 0, 1, f"it can't be read: {error.strerror}")
        problems += [found] if found is not None else []
    width, height = size or (None, None)
    return File(path=path, site_path=site_path, width=width, height=height)


def highlighting(config: Config, problems: list[Problem]) -> dict[str, bytes]:
    """Return the generated style sheet of listings, as a static file of the theme."""
    try:
        css = stylesheet(config.highlight.light, config.highlight.dark)
    except UnknownStyleError as error:
        problems.append(problem("wrong-type", SETTINGS, 0, 1, str(error)))
        css = ""
    return {GENERATED: css.encode("utf-8")}


def data_reader(root: Path, tree: Tree, problems: list[Problem]) -> Callable[[str], Any]:
    """Return what `site.data` asks: a function from a name below data/ to what the file holds, read once.

    The faults of a file that can't be read are added to the problems.
    """
    read_already: dict[str, Any] = {}

    def look_up(name: str) -> Any:
        path = SourcePath(f"data/{name}")
        if path not in tree.data:
            hint = did_you_mean(path, tree.data)
            raise UnanswerableError(f"there is no file '{path}'" + (f"; {hint}" if hint else ""))
        if name not in read_already:
            value, found = read_data(path, read_inside(root, path))
            if found:
                problems.extend(found)
                raise UnanswerableError(f"'{path}' can't be read", found[0])
            read_already[name] = value
        return read_already[name]

    return look_up


class Making(msgspec.Struct, frozen=True):
    """All that a target may need to become an output."""

    root: Path
    config: Config
    drafts: dict[SourcePath, Draft]
    targets: tuple[Target, ...]
    links: Links
    view: SiteView
    templates: Templates
    assets: dict[str, Asset]
    entry_of: Callable[[SourcePath], feeds.Entry]
    """A post's entry for feeds, made once however many feeds carry it."""


def make(target: Target, using: Making) -> tuple[Output | None, list[Problem]]:
    """Make one target: fill its page, write its feed, or read the file that it copies."""
    match target:
        case PageTarget():
            draft = using.drafts.get(target.source) if target.source else None
            return pages.fill(
                target,
                body=draft.body if draft else None,
                card=draft.card if draft else None,
                view=using.view,
                links=using.links,
                config=using.config,
                templates=using.templates,
                image_place=draft.document.places.get("image") if draft else None,
            )
        case FeedTarget():
            title, home, cards = using.view.feed_posts(target.taxonomy, target.term)
            entries = [using.entry_of(card.path) for card in cards]
            permalink = using.links.base.absolute(home)
            return feeds.feed(target, title, permalink, entries, using.config, using.links), []
        case AssetTarget():
            return pages.copied(target, using.assets[target.name].data), []
        case CopyTarget():
            try:
                return pages.copied(target, read_inside(using.root, target.source)), []
            except OSError as error:
                return None, [problem("unreadable-file", target.source, 0, 1, f"it can't be read: {error.strerror}")]
        case TextTarget():
            cards_by_path = {path: draft.card for path, draft in using.drafts.items()}
            data = (
                pages.sitemap(using.targets, cards_by_path, using.links)
                if target.kind == "sitemap"
                else pages.robots(using.links)
            )
            return Output(output_path(target.site_path), data), []


def with_excerpts(problems: Sequence[Problem], texts: Mapping[str, bytes], root: Path) -> list[Problem]:
    """Put beside each problem the line of source that it points at."""
    lines: dict[str, list[str]] = {}
    found = []
    for one in problems:
        if one.line and one.path not in lines:
            lines[one.path] = LINE_END.split(_text(one.path, texts, root))
        at = one.line - 1
        known = lines.get(one.path, [])
        found.append(msgspec.structs.replace(one, excerpt=known[at]) if 0 <= at < len(known) else one)
    return found


def _text(path: str, texts: Mapping[str, bytes], root: Path) -> str:
    """Return a file's text as an editor shows it; nothing for what can't be read, such as a shipped template."""
    try:
        data = texts[path] if path in texts else read_inside(root, path)
    except (OSError, OutsideSiteError):
        return ""
    return data.decode("utf-8-sig", "replace")


def _shown_by(target: Target) -> SourcePath | None:
    """Return the file that a target shows: for the link table."""
    if isinstance(target, CopyTarget) or (isinstance(target, PageTarget) and target.kind != "alias"):
        return target.source
    return None
