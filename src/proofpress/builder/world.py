"""The one barrier of a build: from every document's card to all that pages may know of each other, texts apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.builder.inputs import Inputs, lacking
from proofpress.builder.plain import DataReader, all_assets
from proofpress.builder.plugins import Guard, PluginAnswers, Plugins, fault_of
from proofpress.builder.preparing import copies, held_pictures
from proofpress.builder.variants import NONE, Pictures
from proofpress.config import place_of
from proofpress.content.scan import read_inside
from proofpress.engine.digests import digest_of
from proofpress.kinds.plan import Plan, plan
from proofpress.kinds.target import Planning, Published
from proofpress.model import Drawing, Place
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.problems import Problem
from proofpress.rules.words import NO_WORDS
from proofpress.site.active_files import SNIFFED, refused
from proofpress.site.index import Site, index
from proofpress.site.links import Links, link_table
from proofpress.site.policy import asked_by_template
from proofpress.site.questions import Known, none_asked
from proofpress.site.sections import unmatched, unspoken
from proofpress.theme import OVERRIDES, SHEETS, Asset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from proofpress.builder.desk import Desk
    from proofpress.builder.documents import Prepared
    from proofpress.builder.preparing import Preparation
    from proofpress.kinds.target import Target
    from proofpress.theme import Theme


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for every page of a build."""

    site: Site
    links: Links
    assets: dict[str, Asset]
    plan: Plan
    problems: list[Problem]
    """Of the index, the plan and the theme; the menu's are Known's."""
    pictures: Pictures
    """What lighter ones of those that pages show there are."""
    drawings: dict[SourcePath, tuple[SourcePath, Drawing]] = {}
    """The pictures that notebooks hold, by the paths that they have as files, each with its notebook."""
    digest: bytes
    """Of all that an answer may depend on but texts."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """All that is published, in the order of the site paths."""
        return self.plan.targets

    @property
    def asset_paths(self) -> dict[str, SitePath]:
        """Where the theme's files are published, by name."""
        return {name: asset.site_path for name, asset in self.assets.items()}

    @property
    def sheets(self) -> dict[str, SitePath]:
        """Where the theme's style sheets are published, by name."""
        return {name: asset.site_path for name, asset in self.assets.items() if name.endswith(SHEETS)}

    def published(self, inputs: Inputs) -> Published:
        """Return what plain targets are written from."""
        assets = {name: asset.data for name, asset in self.assets.items()}
        return Published(targets=self.targets, site=self.site, config=inputs.config, assets=assets)

    def known(self, inputs: Inputs, prepared: Mapping[SourcePath, Prepared]) -> Known:
        """Return what the questions of pages are answered from, where the documents' texts are these."""
        return Known(
            site=self.site,
            links=self.links,
            config=inputs.config,
            assets=self.asset_paths,
            read_data=DataReader(inputs),
            bodies={path: own.body for path, own in prepared.items()},
            plugins=PluginAnswers(inputs.plugins) if inputs.plugins else none_asked,
        )


def stands(before: World, known: Preparation, now: Preparation, hidden: frozenset[SourcePath]) -> bool:
    """Return whether no document tells the others anything new since a build; all else that was read is as it was then."""
    return (
        before.site.hidden == hidden
        and known.prepared.keys() == now.prepared.keys()
        and all(
            now.prepared[path].told == known.prepared[path].told
            and now.prepared[path].places == known.prepared[path].places
            and now.prepared[path].pictures == known.prepared[path].pictures
            and now.prepared[path].drawings == known.prepared[path].drawings
            for path in now.changed
        )
    )


def with_theme(before: World, was: Theme, inputs: Inputs, desk: Desk) -> World | None:
    """Return a world with another theme in place of what `was`; None where its pages or their addresses may be others."""
    assets = all_assets(inputs, desk.traces, [], desk.named)
    paths = {name: asset.site_path for name, asset in assets.items()}
    policy = inputs.config.policy
    if paths != before.asset_paths or asks_of(inputs.theme, policy) != asks_of(was, policy):
        return None
    return msgspec.structs.replace(before, assets=assets)


def world_of(
    inputs: Inputs,
    prepared: Mapping[SourcePath, Prepared],
    hidden: frozenset[SourcePath],
    desk: Desk,
    pictures: Pictures = NONE,
) -> World:
    """Put every document that is not hidden into its lists, and plan what is published."""
    config = inputs.config
    shown = {path: own for path, own in prepared.items() if path not in hidden}
    places = {path: own.places for path, own in shown.items()}
    site, problems = index(
        [own.card for own in shown.values()],
        folders={path: own.folder for path, own in shown.items()},
        hidden=hidden,
        config=config,
        files={file.path: file for file in copies(inputs, prepared, hidden, pictures.made)},
        places=places,
    )
    if config.markdown.html == "sanitize":
        problems += refused(_copied(site), lambda path: read_inside(inputs.root, path, SNIFFED))
    assets = all_assets(inputs, desk.traces, problems, desk.named)
    asset_paths = {name: asset.site_path for name, asset in assets.items()}
    guard = Guard(inputs.plugins)
    planning = Planning(
        site=site,
        config=config,
        assets=asset_paths,
        places=places,
        read=lambda path: read_inside(inputs.root, path),
        asks=asks_of(inputs.theme, config.policy),
        setting_place=lambda name: place_of(inputs.settings, name),
    )
    planned, urls = _planned(planning, guard, inputs.plugins)
    problems += [*planned.problems, *unmatched(config, list(prepared), _places_in(inputs)), *guard.problems]
    problems += unspoken(config, (own.card for own in prepared.values()))
    problems += [*_without_words(inputs, site, places), *pictures.problems]
    anchors = {path: own.anchors for path, own in shown.items()}
    links = link_table(Base.of(config.url), site.by_path, site.files, hidden, anchors, urls)
    digest = digest_of_world(inputs, prepared, site, asset_paths)
    world = World(
        site=site, links=links, assets=assets, plan=planned, problems=problems, pictures=pictures, digest=digest
    )
    drawings = held_pictures(shown)
    return msgspec.structs.replace(world, drawings=drawings) if drawings else world


def digest_of_world(
    inputs: Inputs, prepared: Mapping[SourcePath, Prepared], site: Site, asset_paths: Mapping[str, SitePath]
) -> bytes:
    """Return the digest of all that an answer may depend on but texts."""
    return digest_of(
        [
            inputs.versions,
            inputs.config,
            list(prepared),
            b"".join([own.told for own in prepared.values()]),
            sorted(site.hidden),
            list(site.files.values()),
            dict(asset_paths),
            inputs.data,
        ]
    )


def _copied(site: Site) -> Iterator[SourcePath]:
    """Give the files that are copied as somebody wrote them; drawings of notebooks were looked at."""
    return (path for path, file in site.files.items() if file.within is None)


def _places_in(inputs: Inputs) -> Callable[[str, str], Place]:
    """Return the function that tells where a key stands in site.yaml, by the setting that it is part of."""
    return lambda setting, key: place_of(inputs.settings, setting, key, at_key=True)


def _without_words(inputs: Inputs, site: Site, places: Mapping[SourcePath, Mapping[str, Place]]) -> Iterator[Problem]:
    """Give the problem of each language that a document is in and that has no words, at the first such document."""
    told = {inputs.config.language}
    for card in site.by_path.values():
        if card.language and card.language not in told:
            told.add(card.language)
            if inputs.words.knows(card.language):
                yield from lacking(inputs.words, card.language)
            else:
                yield NO_WORDS.language(card.language).at(card.path, places[card.path].get("language", Place(1, 1)))


def asks_of(theme: Theme, sources: Mapping[str, Sequence[str]]) -> dict[SourcePath, tuple[str, ...]]:
    """Return what each of the site's own templates needs of a policy of security; the theme's need nothing."""
    own = (template for template in theme.templates.values() if template.path.startswith(f"{OVERRIDES}/"))
    return {SourcePath(template.path): asked_by_template(template.text, sources) for template in own}


def _planned(planning: Planning, guard: Guard, plugins: Plugins) -> tuple[Plan, dict[SitePath, SourcePath | None]]:
    """Return the plan, and what is shown at each URL; without the kinds of plugins where their targets fail to answer."""
    try:
        planned = plan(planning, guard.kinds())
        return planned, {target.site_path: target.shows for target in planned.targets}
    except Exception as error:
        fault = fault_of(error, plugins, "while its target was asked")
        if fault is None:
            raise
        guard.problems.append(fault)
    planned = plan(planning)
    return planned, {target.site_path: target.shows for target in planned.targets}
