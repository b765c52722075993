"""The pipeline: scan, read, render ══ index, plan ══ fill. The only module that knows every room.

`build` reads a site's folder and returns all that would be published, with every problem found on the way. It writes
nothing but the cache and reads no clock: `output.publish` writes the site, and "now" is handed in.

Two kinds of step are remembered: preparing a document, and filling a target. A step whose trace holds does not run;
what has to run, runs in as many processes as the work is worth.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder.filling import fill, filling_of
from proofpress.builder.inputs import Inputs, Looked, Options, read_inputs
from proofpress.builder.outputs import Filling
from proofpress.builder.plain import plain_outputs
from proofpress.builder.preparing import Preparation, left_out, prepare, unpublished
from proofpress.builder.reasons import difference
from proofpress.builder.reporting import faults_once, with_excerpts
from proofpress.builder.world import World, world_of
from proofpress.engine.steps import Stale
from proofpress.output.publish import Made
from proofpress.paths import OutputPath
from proofpress.problems import Problem, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.builder.memory import Memory


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made, by path, and what is wrong. With an error among the problems nothing may be published."""

    inputs: Inputs
    preparation: Preparation
    world: World
    filling: Filling
    made: dict[OutputPath, Made]
    problems: list[Problem]
    reasons: dict[str, Stale]
    """Why each step ran, by its key: a document's path, a target's site path."""
    until: dt.datetime | None
    """When a post of the future is due: the same inputs then give another site."""

    @property
    def documents(self) -> int:
        """How many Markdown files there are."""
        return len(self.preparation.prepared)

    @property
    def posts(self) -> int:
        """How many of them are posts, drafts among them."""
        return sum(own.card.kind == "post" for own in self.preparation.prepared.values())

    @property
    def pages(self) -> int:
        """How many pages were made."""
        return sum(path.endswith(".html") for path in self.made)

    @property
    def hidden(self) -> int:
        """How many documents are left out, as drafts or posts of the future."""
        return len(self.world.site.hidden)

    def detail(self, question: Any) -> str:
        """Return what is new in the answer to a question."""
        return difference(self.filling.known, question, self.preparation.changes)

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
    lap: Callable[[str], None] = lambda _phase: None,
) -> Built:
    """Build the site in a folder. `progress` is told a step's name, how much is done, and of how much.

    Without `memory` everything is made, in memory and in this process. `lap` is told the name of each phase that ended.
    """
    if inputs is None:
        inputs = read_inputs(options.root, options.base_url, Looked(), 0)
    problems = list(inputs.problems)
    lap("Reading files")
    preparation = prepare(inputs, options.jobs, memory, progress)
    prepared = preparation.prepared
    lap("Rendering posts")
    hidden, until = left_out(prepared, options)
    world = world_of(inputs, prepared, hidden, memory)
    filling = filling_of(inputs, preparation, world, memory)
    lap("Putting posts in order")
    made, found, reasons = fill(world, filling, options.jobs, memory, progress)
    lap("Filling pages")
    made |= plain_outputs(world, inputs)
    for own in prepared.values():
        problems += own.problems
    problems += [*world.problems, *filling.known.menu_problems(), *found]
    judged = judge(
        faults_once(problems), inputs.config.rules, strict=options.strict, drafts=unpublished(prepared, options)
    )
    excerpted = with_excerpts(judged, {source.path: source.data for source in inputs.tree.documents}, options.root)
    lap("Gathering problems")
    return Built(
        inputs=inputs,
        preparation=preparation,
        world=world,
        filling=filling,
        made=made,
        problems=excerpted,
        reasons=preparation.reasons | reasons,
        until=until,
    )
