"""The second half of a build: every page and feed filled, as far as its trace does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.builder import outputs
from proofpress.builder.memory import Memory, chunk, processes
from proofpress.builder.outputs import Filling, decode_filled
from proofpress.engine.digests import SIZE, Digester, digest_of
from proofpress.engine.parallel import run
from proofpress.engine.steps import AnswerDigests, Stale, why_stale
from proofpress.engine.store import Entry
from proofpress.model import Card, FeedTarget, PageTarget
from proofpress.output.publish import Made
from proofpress.site.questions import ANY, Body
from proofpress.theme import unused

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.builder.inputs import Inputs
    from proofpress.builder.preparing import Preparation
    from proofpress.builder.world import World
    from proofpress.paths import OutputPath
    from proofpress.problems import Problem


PUT_AT_ONCE = 200
"""Traces that are handed to the store together. They are kept only with the world that they were made in."""


def filling_of(inputs: Inputs, preparation: Preparation, world: World, memory: Memory | None) -> Filling:
    """Gather what filling needs."""
    shown = {path: own for path, own in preparation.prepared.items() if path not in world.site.hidden}
    templates = compiled_templates(inputs, memory)
    return Filling(
        config=inputs.config,
        # The menu is asked for: its entries' places in site.yaml concern no page.
        common=digest_of([inputs.versions, msgspec.structs.replace(inputs.config, menu=())]),
        templates=inputs.theme.templates,
        closures=templates.digests,
        compiled=templates.code,
        unused=unused(inputs.theme, templates.reads, _named(preparation, world)),
        prepared=shown,
        known=world.known(inputs, shown),
        bodies=memory.bodies(shown, preparation.bodies) if memory and memory.bodies else preparation.bodies,
        store=memory.path if memory else None,
        staging=memory.staging if memory else None,
        wanted=memory.wanted if memory else True,
    )


def _named(preparation: Preparation, world: World) -> set[str]:
    """Return the templates of all pages, and of the documents that this build leaves out."""
    named = {target.template for target in world.targets if isinstance(target, PageTarget)}
    return named | {own.card.template for own in preparation.prepared.values() if own.card.template}


def fill(
    world: World,
    filling: Filling,
    jobs: int,
    memory: Memory | None,
    progress: Callable[[str, int, int], None],
) -> tuple[dict[OutputPath, Made], list[Problem], dict[str, Stale]]:
    """Fill every page and feed whose trace doesn't hold, or whose file was touched; keep the others as they are.

    Returns them all, the problems of all, and why each that was filled now had to be.
    """
    entries = memory.store.entries(memory.kind, ANY) if memory else {}
    # Where nothing changed that one page may learn of another, only texts can have: the other answers are settled.
    settled = memory is not None and memory.store.fact(f"world {memory.kind}") == world.digest
    digests = AnswerDigests(filling.known, lambda question: settled and not isinstance(question, Body), Digester(Card))
    made: dict[OutputPath, Made] = {}
    problems: list[Problem] = []
    reasons: dict[str, Stale] = {}
    tasks: list[outputs.Task] = []
    keys: set[str] = set()
    for target in world.targets:
        if not isinstance(target, PageTarget | FeedTarget):
            continue
        keys.add(target.site_path)
        task = task_of(target, filling)
        entry = entries.get(task.key)
        stale = why_stale(task.inputs, entry.trace if entry else None, digests)
        if stale is None and entry is not None and memory is not None:
            filled = decode_filled(entry.value)
            if memory.kept(filled.path, filled.digest):
                made[filled.path] = Made(filled.path, filled.digest)
                problems += filled.problems
                continue
            stale = Stale("output")
        reasons[task.key] = stale or Stale("new")
        tasks.append(task)
    results = run(
        filling,
        memory.filler if memory else outputs.filler,
        tasks,
        jobs=processes(jobs, len(tasks)),
        chunk=chunk(jobs, len(tasks)),
        progress=lambda done: progress("Filling pages", done, len(tasks)),
    )
    fresh: dict[str, Entry] = {}
    staging = str(filling.staging or "")
    failed = False
    for result in results:
        problems += result.filled.problems
        if not result.filled.path:
            failed = True
            continue
        made[result.filled.path] = Made(result.filled.path, result.filled.digest, result.data, staging)
        if memory is not None:
            fresh[result.key] = Entry(result.trace, msgspec.json.encode(result.filled))
            if len(fresh) == PUT_AT_ONCE:
                memory.store.put(memory.kind, fresh)
                fresh.clear()
    if memory is not None:
        memory.store.put(memory.kind, fresh)
        # A page that could not be filled keeps an older trace, which holds of another world.
        memory.store.put_fact(f"world {memory.kind}", b"" if failed else world.digest)
        memory.store.sweep(memory.kind, keys)
        memory.store.commit()
    return made, problems, reasons


def task_of(target: PageTarget | FeedTarget, filling: Filling) -> outputs.Task:
    """Return a target as a step: with the digests of its static inputs, in the order of INPUT_NAMES."""
    if not isinstance(target, PageTarget):
        return outputs.Task(target.site_path, filling.common + digest_of(target), target)
    own = filling.prepared.get(target.source) if target.source else None
    told = digest_of([own.card, own.places.get("image")]) if own else bytes(SIZE)
    body = own.body if own and outputs.shows_text(target) else bytes(SIZE)
    inputs = filling.common + digest_of(target) + filling.closures.get(target.template, bytes(SIZE)) + told + body
    return outputs.Task(target.site_path, inputs, target)


class Compiled(msgspec.Struct, frozen=True):
    """What a theme's templates are, worked out once for a theme."""

    theme: bytes
    digests: dict[str, bytes]
    """By template: the digest of all that filling it may read."""
    reads: dict[str, tuple[str, ...]]
    """By template: the names of it."""
    code: dict[str, bytes]
    """What was compiled now; what is not here is compiled when it is first used."""


def compiled_templates(inputs: Inputs, memory: Memory | None) -> Compiled:
    """Return the templates' digests, from the build before where the theme is the same, or else with their code.

    Code is kept by nobody: what lies in a cache may have been written by anybody, and is not run.
    """
    texts = inputs.theme.templates
    sources = [(name, source.path, source.text) for name, source in sorted(texts.items())]
    theme = digest_of([inputs.versions, sources])
    known = memory.store.fact("templates") if memory else None
    if known is not None and theme in known[:64]:
        found = msgspec.msgpack.decode(known, type=Compiled)
        if found.theme == theme:
            return msgspec.structs.replace(found, code={})
    from proofpress.pages.templates import closures, compile_all  # noqa: PLC0415 - Jinja is loaded when a theme is new

    every = closures(texts)
    digests = {
        name: digest_of([(other, texts[other].path, texts[other].text) if other in texts else other for other in reads])
        for name, reads in every.items()
    }
    made = Compiled(theme, digests, every, compile_all(texts))
    if memory is not None:
        memory.store.put_fact("templates", msgspec.msgpack.encode(msgspec.structs.replace(made, code={})))
    return made
