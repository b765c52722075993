"""The second half of a build: every page and feed filled, as far as its trace does not hold."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder.plugins import NONE, Plugins, open_plugins
from proofpress.builder.standing_pages import Group, Standing, standing_pages
from proofpress.builder.targets import Filling, TargetStep, decode_filled
from proofpress.builder.theme_code import Shipped, is_shipped, keep, recall
from proofpress.config import Cache, Links
from proofpress.engine.blobs import AtHand
from proofpress.engine.digests import SIZE, digest_of
from proofpress.engine.loop import Kind, bring_up_to_date
from proofpress.engine.steps import Stale
from proofpress.model import Place
from proofpress.output.publish import Made
from proofpress.problems import Problem
from proofpress.site.questions import ANY, Body
from proofpress.theme import unused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from proofpress.builder.desk import Desk
    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.preparing import Preparation
    from proofpress.builder.world import World
    from proofpress.engine.executors import Executor
    from proofpress.engine.loop import Results, Traces
    from proofpress.model import TemplateSource
    from proofpress.pages.templates import Code
    from proofpress.paths import OutputPath, SourcePath


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """Every page and feed: those that were filled now, and those that stand."""

    filling: Filling
    steps: dict[str, TargetStep]
    """By site path."""
    made: dict[str, Made]
    """By site path; one whose template failed is not there."""
    problems: dict[str, tuple[Problem, ...]]
    """By site path, of those that have any."""
    values: dict[str, bytes]
    """By site path: what the steps of a check gave, with what was seen on each page; else nothing."""
    unused: list[Problem]
    """Of templates that no page needs."""
    reasons: dict[str, Stale]
    """Why each that was filled now had to be."""
    compiled: Compiled
    waiting: tuple[str, ...] = ()
    """By site path, those that nobody has looked at: `made` has none of them, `problems` what most likely still holds."""


def filling_of(
    inputs: Inputs, preparation: Preparation, world: World, desk: Desk, compiled: Compiled, *, checks: bool = False
) -> Filling:
    """Gather what filling needs."""
    return Filling(
        versions=inputs.versions,
        config=msgspec.structs.replace(
            inputs.config,
            menu=(),
            defaults=(),
            sections={},
            links=Links(),
            cache=Cache(),
            languages=tuple(
                msgspec.structs.replace(one, menu=None, place=Place(0, 1)) for one in inputs.config.languages
            ),
        ),
        templates=inputs.theme.templates,
        compiled=compiled.code,
        code=desk.code,
        words=inputs.words,
        known=world.known(inputs, shown(preparation, world)),
        blobs=AtHand(preparation.bodies, desk.blobs) if preparation.bodies else desk.blobs,
        staging=desk.staging,
        plugins=inputs.plugins,
        wanted=desk.wanted,
        checks=checks,
        root=inputs.root,
    )


def shown(preparation: Preparation, world: World) -> dict[SourcePath, Prepared]:
    """Return the documents that are not left out."""
    return {path: own for path, own in preparation.prepared.items() if path not in world.site.hidden}


def fill(
    inputs: Inputs,
    preparation: Preparation,
    world: World,
    desk: Desk,
    before: Filled | None,
    progress: Callable[[str, int, int], None],
    *,
    same: bool = False,
) -> Filled:
    """Fill every page and feed whose trace doesn't hold, or whose file was touched; keep the others as they are.

    `before` is what this process filled the time before. If that was in the `same` world, and by the same templates, only
    texts can have changed, and just what shows them is looked at. Where the desk says what comes first, the rest waits.
    """
    stands = before if same else None
    compiled = stands.compiled if stands else compiled_templates(inputs, desk.traces, desk.code)
    filling = filling_of(inputs, preparation, world, desk, compiled, checks=preparation.reading.checks)
    only = preparation.changed if stands else None
    fresh = steps_of(world, preparation.prepared, compiled.digests, inputs.plugins, only)
    steps = stands.steps | fresh if stands else fresh
    # Where nothing changed that one page may learn of another, only texts can have: the other answers are settled.
    name = f"world {desk.filled}"
    settled = desk.traces.fact(name) == world.digest
    group = Group.of(world, filling, steps, compiled.digests) if before is None and desk.first is None else None
    last = group.recall(desk) if group is not None and settled else None
    stood = standing_pages(last, steps, desk.kept) if last is not None else {}
    looked = _may_be_new(steps, fresh, stands) if stands else [steps[key] for key in steps if key not in stood]
    now, waiting = _parted(looked, preparation.changed, desk.first)
    results = bring_up_to_date(
        Kind(desk.filled, ANY),
        now,
        filling,
        desk.traces,
        _executor(desk, steps.keys()),
        standing=steps.keys() - {step.key for step in now},
        settled=lambda question: settled and not isinstance(question, Body),
        holds=functools.partial(_is_kept, desk),
        commit=False,
        progress=lambda done, of: progress("Filling pages", done, of),
    )
    whole = all(outcome.kept for outcome in results.ran.values())  # else one keeps an older trace, of another world
    made, problems = _with_results(stands, results, str(desk.staging or ""))
    if last is not None:
        made, problems = _with_standing(last, stood, steps, made, problems)
    desk.traces.put_fact(name, world.digest if whole and not waiting else b"")
    if group is not None:
        group.keep(desk, made.values() if whole else (), problems)
    desk.traces.commit()
    filled = Filled(
        filling=filling,
        steps=steps,
        made=made,
        problems=problems,
        values=results.values if filling.checks else {},
        unused=stands.unused if stands else _unused(inputs, world, preparation, compiled),
        reasons=results.reasons,
        compiled=compiled,
    )
    return _with_waiting(filled, waiting, before) if waiting else filled


def _executor(desk: Desk, every: AbstractSet[str]) -> Executor:
    """Return what runs the steps: what is shared with other machines is not filled here."""
    executor: Executor = desk.executor
    if desk.shared is None:
        return executor
    from proofpress.engine.bundles import Bundled  # noqa: PLC0415 - few sites share a cache

    return Bundled(desk.shared, executor, Kind(desk.filled, ANY), every)


def _with_standing(
    last: Standing,
    stood: Mapping[str, tuple[OutputPath, str]],
    steps: Iterable[str],
    made: Mapping[str, Made],
    problems: Mapping[str, tuple[Problem, ...]],
) -> tuple[dict[str, Made], dict[str, tuple[Problem, ...]]]:
    """Return what is made and what is wrong with it, the pages that stand among the others in their order."""
    every = {key: Made(*stood[key]) if key in stood else made[key] for key in steps if key in stood or key in made}
    return every, {**problems, **{key: found for key, found in last.problems.items() if key in stood}}


def _is_kept(desk: Desk, value: bytes) -> bool:
    found = decode_filled(value)
    return desk.kept(found.path, found.digest)


def _parted(
    looked: list[TargetStep],
    changed: frozenset[SourcePath],
    first: Callable[[TargetStep, frozenset[SourcePath]], bool] | None,
) -> tuple[list[TargetStep], tuple[str, ...]]:
    """Return what is looked at now, and the keys of what waits."""
    if first is None:
        return looked, ()
    now = [step for step in looked if first(step, changed)]
    later = dict.fromkeys(step.key for step in looked)
    for step in now:
        del later[step.key]
    return now, tuple(later)


def _with_waiting(filled: Filled, waiting: tuple[str, ...], before: Filled | None) -> Filled:
    """Return what is filled, where some wait. Their problems are as before, where nothing that they are handed is another."""
    wait = frozenset(waiting)
    problems = {key: found for key, found in filled.problems.items() if key not in wait}
    if before is not None and before.problems and before.filling.digest == filled.filling.digest:
        for key in wait & before.problems.keys():
            if before.steps[key].digests == filled.steps[key].digests:
                problems[key] = before.problems[key]
    made = filled.made.copy()
    for key in wait:
        made.pop(key, None)
    return msgspec.structs.replace(filled, made=made, problems=problems, waiting=waiting)


def _with_results(
    stands: Filled | None, results: Results, staging: str
) -> tuple[dict[str, Made], dict[str, tuple[Problem, ...]]]:
    """Return what is made, and what is wrong with it, by step: what stands, and over it the results."""
    made = dict(stands.made) if stands else {}
    problems = dict(stands.problems) if stands else {}
    for key, value in results.values.items():
        page = decode_filled(value)
        problems.pop(key, None)
        if page.problems:
            problems[key] = page.problems
        ran = results.ran.get(key)
        if page.path:
            made[key] = Made(page.path, page.digest, ran.data, staging) if ran else Made(page.path, page.digest)
    return made, problems


def _unused(inputs: Inputs, world: World, preparation: Preparation, compiled: Compiled) -> list[Problem]:
    return unused(inputs.theme, compiled.reads, _named(world, preparation.prepared))


def _named(world: World, prepared: Mapping[SourcePath, Prepared]) -> set[str]:
    """Return the templates of all pages, and of the documents that this build leaves out."""
    named = {target.template for target in world.plan.filled if target.template}
    return named.union(own.card.template for own in prepared.values() if own.card.template)


def steps_of(
    world: World,
    prepared: Mapping[SourcePath, Prepared],
    closures: Mapping[str, bytes],
    plugins: Plugins,
    only: frozenset[SourcePath] | None,
) -> dict[str, TargetStep]:
    """Return each page and feed as a step, by site path; `only` those of some documents, where such are named."""
    steps: dict[str, TargetStep] = {}
    for target in world.plan.filled:
        if only is not None and target.source not in only:
            continue
        own = prepared.get(target.source) if target.source else None
        theirs = plugins if plugins and not type(target).__module__.startswith("proofpress.kinds.") else NONE
        template = closures.get(target.template, bytes(SIZE))
        steps[target.site_path] = TargetStep(target=target, own=own, template=template, plugins=theirs)
    return steps


def _may_be_new(steps: Mapping[str, TargetStep], fresh: Mapping[str, TargetStep], before: Filled) -> list[TargetStep]:
    """Return the targets that were not made before, or may show one of the texts that changed, in their order.

    Only a text can have changed what was filled in this process: pages of changed texts, the `fresh` steps, and what
    carries many.
    """
    new = fresh.keys() | (steps.keys() - before.made.keys())
    return [step for key, step in steps.items() if key in new or step.target.carries]


class Compiled(msgspec.Struct, frozen=True):
    """What a theme's templates are, worked out once for a theme."""

    theme: bytes
    digests: dict[str, bytes]
    """By template: the digest of all that filling it may read."""
    reads: dict[str, tuple[str, ...]]
    """By template: the names of it."""
    code: dict[str, bytes]
    """What was compiled now; what is not here is compiled when it is first used."""


def no_code() -> Code:
    """Return the code of no template, to be kept by a process that builds again and again."""
    from proofpress.pages.templates import Code  # noqa: PLC0415 - a plain build keeps none, and may not need Jinja

    return Code()


def compiled_templates(inputs: Inputs, traces: Traces, code: Code | None = None) -> Compiled:
    """Return the templates' digests, from the build before where the theme is the same, or else with their code.

    The code of a site's own templates is kept by nobody but the process that made it, in `code`, which compiles a template
    when it is first used: what lies in a cache may have been written by anybody, and is not run. Only the shipped theme's
    is kept, beside Proofpress's own (`theme_code`).
    """
    texts = inputs.theme.templates
    sources: Any = [(name, source.path, source.text) for name, source in sorted(texts.items())]
    theme = digest_of([inputs.versions, sources])
    ours = (
        digest_of([inputs.code.digest, sources]) if code is None and is_shipped(texts) and not inputs.plugins else b""
    )
    shipped = recall(ours) if ours else None
    known = traces.fact("templates")
    if known is not None and theme in known[:64]:
        found = msgspec.msgpack.decode(known, type=Compiled)
        if found.theme == theme:
            return msgspec.structs.replace(found, code=shipped.code if shipped else {})
    if shipped is None:
        shipped = _read_templates(texts, open_plugins(inputs.plugins).filters, code, ours)
    digests = {
        name: digest_of([(other, texts[other].path, texts[other].text) if other in texts else other for other in reads])
        for name, reads in shipped.reads.items()
    }
    made = Compiled(theme, digests, shipped.reads, shipped.code)
    traces.put_fact("templates", msgspec.msgpack.encode(msgspec.structs.replace(made, code={})))
    return made


def _read_templates(
    texts: Mapping[str, TemplateSource], filters: Mapping[str, Callable[..., Any]], code: Code | None, ours: bytes
) -> Shipped:
    """Return what each template reads, and the code of all, where no process keeps it; `ours` is for the next one too."""
    from proofpress.pages.templates import Templates, closures, read_all  # noqa: PLC0415 - Jinja is loaded when a theme is new

    if code is not None:
        code.forget_all_but(texts)
        return Shipped(ours, closures(Templates(texts, filters=filters, code=code), texts), {})
    made = Shipped(ours, *read_all(texts, filters))
    if ours:
        keep(made)
    return made
