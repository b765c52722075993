"""The pipeline: scan, read, render ══ index, plan ══ fill. The only module that knows every room.

`build` reads a site's folder and returns all that would be published, in memory, with every problem found on the way.
It writes nothing and reads no clock: `output.publish` writes, and "now" is handed in.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagesize
import msgspec

from proofpress.config import Config, read_config, zone
from proofpress.content.data import read_data
from proofpress.content.documents import read
from proofpress.content.names import Name, is_index, split
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
    SourcePath,
    Target,
)
from proofpress.paths import Base, OutputPath, SitePath, encode
from proofpress.problems import Problem, judge, problem
from proofpress.render import feeds, pages
from proofpress.render.markdown import Renderer
from proofpress.render.stylesheet import UnknownStyleError, stylesheet
from proofpress.render.templates import Templates
from proofpress.site.cards import Kind, make_card
from proofpress.site.index import Site, index, is_hidden
from proofpress.site.links import link_table
from proofpress.site.plan import plan
from proofpress.site.view import SiteView, Unanswerable
from proofpress.theme import GENERATED, Asset, fingerprint, read_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SETTINGS = "site.yaml"
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp", ".tiff")
LINE_END = re.compile(r"\r\n|\n|\r")

Progress = "Callable[[str, int, int], None]"
"""Told the step's name, how much of it is done, and of how much."""


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
    """Build the site in a folder, in memory."""
    config, problems = settings(options)
    tree = scan(options.root)
    theme, theme_problems = read_theme(options.root)
    problems += [*tree.problems, *theme_problems]

    drafts = prepare(tree, config, progress, problems)
    hidden = [d for d in drafts if is_hidden(d.card, options.now, drafts=options.drafts, future=options.future)]
    shown = {d.card.path: d for d in drafts if d not in hidden} if hidden else {d.card.path: d for d in drafts}

    base = Base.of(config.url)
    places = {path: draft.document.places for path, draft in shown.items()}
    files = {file.path: file for file in copies(tree, options.root, problems)}
    site, found = index(
        [draft.card for draft in shown.values()],
        folders={path: draft.name.folder for path, draft in shown.items()},
        hidden=[draft.card.path for draft in hidden],
        taxonomies=config.taxonomies,
        files=files,
        places=places,
    )
    problems += found
    assets = fingerprint(theme.static | highlighting(config, problems))
    targets, found = plan(site, config, {name: asset.site_path for name, asset in assets.items()}, places)
    problems += found
    links = link_table(base, site.by_path, site.files, site.hidden, {t.site_path: _shown_by(t) for t in targets})
    view = SiteView(site, links, config, {name: a.site_path for name, a in assets.items()}, data_reader(options.root, tree))
    templates = Templates(theme.templates)

    outputs: dict[OutputPath, bytes] = {}
    for number, target in enumerate(targets):
        progress("Filling pages", number, len(targets))
        made, found = make(target, targets, options.root, shown, site, view, links, config, templates, assets)
        problems += found
        if made is not None:
            outputs[made.path] = made.data
    judged = judge(problems, config.rules, strict=options.strict)
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
    paths = frozenset(source.path for source in tree.documents)
    kinds = kinds_of(paths, config)
    drafts = []
    for number, source in enumerate(tree.documents):
        progress("Reading posts", number, len(tree.documents))
        document = read(source, zone=zone_info, taxonomies=config.taxonomies, authors=config.authors)
        body = renderer.render(document)
        name = split(source.path)
        card, found = make_card(document, body, name, kinds[source.path], config)
        problems += [*document.problems, *body.problems, *found]
        drafts.append(Draft(document, body, name, card))
    return drafts
