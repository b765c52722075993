"""The pipeline: scan, read, render ══ index, plan ══ fill. The only module that knows every room.

`build` reads a site's folder and returns all that would be published, with every problem found on the way. It writes
nothing but the cache and reads no clock: `output.publish` writes the site, and "now" is handed in.

Two kinds of step are remembered: preparing a document, and filling a target. A step whose trace holds does not run;
what has to run, runs in as many processes as the work is worth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from proofpress.config import Config
from proofpress.engine.digests import digest_of
from proofpress.engine.steps import Question, Stale
from proofpress.model import CopyTarget, FeedTarget, PageTarget, Target
from proofpress.output.publish import Made
from proofpress.paths import Base, OutputPath, SourcePath
from proofpress.problems import Problem, judge
from proofpress.site.answers import Answers
from proofpress.site.index import index
from proofpress.site.links import link_table
from proofpress.site.plan import plan
from proofpress.stages.filling import compiled_templates, fill
from proofpress.stages.inputs import Inputs, Options, read_inputs
from proofpress.stages.outputs import Filling
from proofpress.stages.plain import DataReader, all_assets, plain_output
from proofpress.stages.preparing import copies, left_out, prepare
from proofpress.stages.reasons import difference
from proofpress.stages.reporting import faults_once, with_excerpts

if TYPE_CHECKING:
    from proofpress.stages.memory import Memory


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made, by path, and what is wrong. With an error among the problems nothing may be published."""

    config: Config
    made: dict[OutputPath, Made]
    problems: list[Problem]
    documents: int
    pages: int
    hidden: int
    reasons: dict[str, Stale]
    """Why each step ran, by its key: a document's path, a target's site path."""
    detail: Callable[[Question], str]
    """What is new in the answer to a question."""
    until: dt.datetime | None
    """When a post of the future is due: the same inputs then give another site."""

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(found.severity == "error" for found in self.problems)

    @property
    def outputs(self) -> dict[OutputPath, bytes]:
        """The bytes of everything that was made, of a build in memory."""
        return {path: made.read() for path, made in self.made.items()}


def build(
    options: Options,
    memory: Memory | None = None,
    inputs: Inputs | None = None,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None,
) -> Built:
    """Build the site in a folder. `progress` is told a step's name, how much is done, and of how much.

    Without `memory` everything is made, in memory and in this process.
    """
    if inputs is None:
        inputs = read_inputs(options.root, options.base_url, {}, 0)
    config, problems = inputs.config, list(inputs.problems)
    preparation = prepare(inputs, options.jobs, memory, progress)
    prepared, reasons = preparation.prepared, dict(preparation.reasons)
    hidden, until = left_out(prepared, options)
    shown = {path: own for path, own in prepared.items() if path not in hidden}
    for own in prepared.values():
        problems += own.problems

    places = {path: own.places for path, own in shown.items()}
    site, found = index(
        [own.card for own in shown.values()],
        folders={path: own.folder for path, own in shown.items()},
        hidden=hidden,
        taxonomies=config.taxonomies,
        files={file.path: file for file in copies(inputs, prepared, hidden)},
        places=places,
    )
    problems += found
    assets = all_assets(inputs, memory, problems)
    asset_paths = {name: asset.site_path for name, asset in assets.items()}
    targets, found = plan(site, config, asset_paths, places)
    problems += found

    base = Base.of(config.url)
    anchors = {path: own.anchors for path, own in shown.items()}
    links = link_table(base, site.by_path, site.files, hidden, anchors, {t.site_path: _shown_by(t) for t in targets})
    data = DataReader(inputs)
    answers = Answers(site, links, config, asset_paths, data, {path: own.body for path, own in shown.items()})
    problems += answers.menu_problems()
    templates = compiled_templates(inputs, memory)
    filling = Filling(
        config=config,
        templates=inputs.theme.templates,
        compiled=templates.code,
        prepared=shown,
        answers=answers,
        bodies=preparation.bodies,
        store=memory.path if memory else None,
        staging=memory.staging if memory else None,
    )
    world = digest_of(
        [
            inputs.versions,
            config,
            [(path, own.told) for path, own in prepared.items()],
            sorted(hidden),
            list(site.files.values()),
            asset_paths,
            inputs.data,
        ]
    )
    made, found = fill(targets, filling, templates.digests, inputs, options.jobs, memory, world, reasons, progress)
    problems += found
    for target in targets:
        if not isinstance(target, PageTarget | FeedTarget):
            one = plain_output(target, targets, site, inputs, assets, base)
            made[one.path] = one
    judged = judge(faults_once(problems), config.rules, strict=options.strict)
    return Built(
        config=config,
        made=made,
        problems=with_excerpts(judged, {source.path: source.data for source in inputs.tree.documents}, options.root),
        documents=len(inputs.tree.documents),
        pages=sum(path.endswith(".html") for path in made),
        hidden=len(hidden),
        reasons=reasons,
        detail=lambda question: difference(answers, question, preparation.changes),
        until=until,
    )


def _shown_by(target: Target) -> SourcePath | None:
    """Return the file that a target shows: for the link table."""
    if isinstance(target, CopyTarget) or (isinstance(target, PageTarget) and target.kind != "alias"):
        return target.source
    return None
