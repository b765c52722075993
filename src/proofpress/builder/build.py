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

from proofpress.builder.desk import Desk
from proofpress.builder.filling import Filled, fill
from proofpress.builder.inputs import SETTINGS, Inputs, Looked, Options, read_inputs, same_but_theme
from proofpress.builder.plain import plain_outputs
from proofpress.builder.plugins import open_plugins
from proofpress.builder.preparing import LeftOut, Preparation, commit_dates, left_out, named, prepare, unpublished
from proofpress.builder.reasons import difference
from proofpress.builder.reporting import faults_once, with_excerpts
from proofpress.builder.retelling import retold
from proofpress.builder.variants import NONE, Pictures
from proofpress.builder.world import World, stands, with_theme, world_of
from proofpress.config import read_config
from proofpress.content.names import is_notebook
from proofpress.engine.steps import Stale
from proofpress.model import Source, SourceFile
from proofpress.output.publish import Made
from proofpress.paths import OutputPath, SourcePath
from proofpress.problems import Problem, judge
from proofpress.rules.settings import COMMIT_DATES
from proofpress.site.weighing import weigher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proofpress.problems import Judgement
    from proofpress.rules.rule import Rule

    Weights = Mapping[str, Judgement | Mapping[str, Judgement]]


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made, by path, and what is wrong. With an error among the problems nothing may be published."""

    inputs: Inputs
    preparation: Preparation
    world: World
    filled: Filled
    plain: dict[OutputPath, Made]
    """Of all that was made what is neither page nor feed."""
    made: dict[OutputPath, Made]
    unwritten: list[Problem]
    """Of plugins that failed to write a file."""
    judged: list[Problem]
    """All problems by what is known of them alone, without the lines that they point at."""
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
        return sum(own.card.is_post for own in self.preparation.prepared.values())

    @property
    def pages(self) -> int:
        """How many pages were made."""
        return sum(path.endswith(".html") for path in self.made)

    @property
    def hidden(self) -> int:
        """How many documents are left out, as drafts or posts of the future."""
        return len(self.world.site.hidden)

    @property
    def left_out(self) -> list[LeftOut]:
        """The same by name, with the reason."""
        return named(self.preparation.prepared, self.world.site.hidden)

    def detail(self, question: Any) -> str:
        """Return what is new in the answer to a question."""
        return difference(self.filled.filling.known, question, self.preparation.changes)

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
    desk: Desk | None = None,
    inputs: Inputs | None = None,
    before: Built | None = None,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None,
    lap: Callable[[str], None] = lambda _phase: None,
) -> Built:
    """Build the site in a folder. `progress` is told a step's name, how much is done, and of how much.

    Without a `desk` everything is made, in memory and in this process. `before` is the build before, where this process
    made it: what stands of it is not looked at again. `lap` is told the name of each phase that ended.
    """
    desk = desk or Desk()
    if inputs is None:
        inputs = read_inputs(options.root, options.base_url, Looked(), 0)
    if before is not None and not same_but_theme(inputs, before.inputs):
        before = None
    lap("Reading files")
    known = before.preparation if before else None
    preparation = prepare(inputs, desk, known, progress, commit_dates(inputs, options.now), checks=options.checks)
    lap("Rendering posts")
    hidden, until = left_out(preparation.prepared, options)
    until = min([*([until] if until else []), *inputs.commits.of_the_future(options.now).values()], default=None)
    world, same, told = _world(inputs, preparation, hidden, before, desk, progress)
    lap("Putting posts in order")
    kept = same is not None and inputs.theme.templates == same.inputs.theme.templates
    filled = fill(inputs, preparation, world, desk, before.filled if before else None, progress, same=kept)
    lap("Filling pages")
    plain, unwritten = _plain(inputs, world, same, told)
    made = {one.path: one for one in filled.made.values()} | plain
    unsearched: list[Problem] = []
    if inputs.config.search and desk.searches:
        from proofpress.builder.searching import search_outputs  # noqa: PLC0415 - where a site has a search

        found, unsearched = search_outputs(inputs, world, preparation.prepared, filled.filling.blobs, desk)
        made = found | made
    judged = _problems(options, inputs, preparation, world, filled, (plain, [*unwritten, *unsearched]))
    problems = _excerpted(judged, inputs, options, before)
    lap("Gathering problems")
    return Built(
        inputs=inputs,
        preparation=preparation,
        world=world,
        filled=filled,
        plain=plain,
        made=made,
        unwritten=unwritten,
        judged=judged,
        problems=problems,
        reasons=preparation.reasons | filled.reasons,
        until=until,
    )


def _world(
    inputs: Inputs,
    preparation: Preparation,
    hidden: frozenset[SourcePath],
    before: Built | None,
    desk: Desk,
    progress: Callable[[str, int, int], None],
) -> tuple[World, Built | None, Built | None]:
    """Return the world, with the build before where its world is the same, or where its posts are but told otherwise."""
    if before is not None:
        world = _standing_world(inputs, preparation, hidden, before, desk)
        if world is not None:
            return world, before, None
        if inputs.theme == before.inputs.theme:
            world = retold(before.world, before.preparation, preparation, hidden, inputs)
            if world is not None:
                return world, None, before
    pictures = _pictures(inputs, preparation, hidden, desk, progress)
    return world_of(inputs, preparation.prepared, hidden, desk, pictures), None, None


def _pictures(
    inputs: Inputs,
    preparation: Preparation,
    hidden: frozenset[SourcePath],
    desk: Desk,
    progress: Callable[[str, int, int], None],
) -> Pictures:
    """Return what was made of the pictures that pages show, where a site asks for that."""
    if not inputs.config.images.formats:
        return NONE
    from proofpress.builder.pictures import make_pictures  # noqa: PLC0415 - as said

    return make_pictures(inputs, preparation.prepared, hidden, desk, progress)


def _standing_world(
    inputs: Inputs, preparation: Preparation, hidden: frozenset[SourcePath], before: Built, desk: Desk
) -> World | None:
    """Return the world of the build before, with today's theme; None where a document or the theme tells others anything new."""
    if not stands(before.world, before.preparation, preparation, hidden):
        return None
    if inputs.theme == before.inputs.theme:
        return before.world
    return with_theme(before.world, before.inputs.theme, inputs, desk)


def _plain(
    inputs: Inputs, world: World, same: Built | None, told: Built | None
) -> tuple[dict[OutputPath, Made], list[Problem]]:
    """Return what is made that is no page; of a build of the `same` world what stands, with the theme's files anew.

    Of a build of which nothing but what posts are called was `told` anew, that is what names them.
    """
    if told is not None:
        naming = [target for target in world.plan.plain if target.names_posts]
        anew, _ = plain_outputs(naming, world.published(inputs), inputs, world.pictures, world.drawings)
        return told.plain | anew, told.unwritten
    if same is None or (inputs.plugins and world is not same.world):
        return plain_outputs(world.plan.plain, world.published(inputs), inputs, world.pictures, world.drawings)
    if world is same.world:
        return same.plain, same.unwritten
    theirs = [target for target in world.plan.plain if not target.keeps_its_name]
    anew, _ = plain_outputs(theirs, world.published(inputs), inputs, world.pictures, world.drawings)
    return same.plain | anew, same.unwritten


def completed(built: Built, options: Options, filled: Filled) -> Built:
    """Return a build with what was filled since it ended, and what is wrong by now."""
    plain = built.plain, built.unwritten
    judged = _problems(options, built.inputs, built.preparation, built.world, filled, plain)
    return msgspec.structs.replace(
        built,
        filled=filled,
        made={one.path: one for one in filled.made.values()} | built.plain,
        judged=judged,
        problems=_excerpted(judged, built.inputs, options, built),
    )


def _excerpted(problems: list[Problem], inputs: Inputs, options: Options, before: Built | None) -> list[Problem]:
    """Return problems with the lines that they point at; those that are the very same as `before`, as they were then."""
    if not problems:
        return problems
    stood = _stood(inputs, before) if before is not None else {}
    fresh = [one for one in problems if id(one) not in stood]
    wanted = {one.path for one in fresh}
    texts: dict[str, SourceFile] = {source.path: source for source in inputs.tree.documents if source.path in wanted}
    for own in inputs.theme.templates.values():
        texts[own.path] = Source(SourcePath(own.path), own.text.encode("utf-8"))
    told = with_excerpts(fresh, texts, options.root)
    return sorted([*(stood[id(one)] for one in problems if id(one) in stood), *told]) if stood else told


def _stood(inputs: Inputs, before: Built) -> dict[int, Problem]:
    """Return the problems of documents that are as they were, as they were shown, by the identity of what was judged.

    One of a notebook is shown at a place of its file, and may not be where it was among the judged.
    """
    digests, known = inputs.digests, before.inputs.digests
    return {
        id(judged): shown
        for judged, shown in zip(before.judged, before.problems, strict=True)
        if (path := SourcePath(judged.path)) in digests and digests[path] == known.get(path) and not is_notebook(path)
    }


def _problems(
    options: Options,
    inputs: Inputs,
    preparation: Preparation,
    world: World,
    filled: Filled,
    plain: tuple[dict[OutputPath, Made], list[Problem]],
) -> list[Problem]:
    """Gather what every part found, weigh it as the settings say, and put it in order."""
    weights, found, theirs = _weights(inputs)
    written, unwritten = plain
    found += [*preparation.problems, *world.problems, *filled.filling.known.menu_problems(), *filled.unused, *unwritten]
    for own in preparation.prepared.values():
        found += own.problems
    for each in filled.problems.values():
        found += each
    for path, day in inputs.commits.of_the_future(options.now).items():
        if path in preparation.prepared:
            found.append(COMMIT_DATES.future(f"{day:%Y-%m-%d}").at(path))
    if inputs.config.search:
        from proofpress.builder.searching import unparted  # noqa: PLC0415 - where a site has a search

        found += unparted(inputs, world)
    if options.checks:
        from proofpress.builder.finished import finished_problems, looks_of  # noqa: PLC0415 - a build looks at none

        targets = {key: step.target for key, step in filled.steps.items()}
        found += finished_problems(inputs, world, targets, looks_of(filled.values))
        from proofpress.builder.finished_xml import xml_problems  # noqa: PLC0415 - as above

        found += xml_problems(inputs, world, targets, filled.values, written)
        from proofpress.builder.finished_frames import frame_problems  # noqa: PLC0415

        found += frame_problems(inputs, targets, filled.values)
        from proofpress.builder.uses import located, unheeded  # noqa: PLC0415 - as above

        if not inputs.config.images.formats:
            found += unheeded(inputs, preparation.prepared, world.site.hidden)
        found += located(inputs, preparation.prepared, world.site.hidden, world.site.files.values())
    known = _beyond_a_build(options, inputs, preparation, found, theirs)
    drafts = unpublished(preparation.prepared, options)
    weight_of = weigher(weights, {rule.name for rule in known.values() if rule.optional})
    return judge(faults_once(found), weight_of, strict=options.strict, drafts=drafts)


def _beyond_a_build(
    options: Options, inputs: Inputs, preparation: Preparation, found: list[Problem], theirs: tuple[Rule, ...]
) -> Mapping[str, Rule]:
    """Find what most builds do not look for, and silence what writers allow; return all rules where they had to be known."""
    if inputs.config.fields:
        from proofpress.builder.fitting import unfit  # noqa: PLC0415 - where a site has fields

        found += unfit(preparation.prepared, inputs.config.fields)
    allowances = {str(path): own.allowances for path, own in preparation.prepared.items() if own.allowances}
    if not options.checks and not allowances:
        return {rule.name: rule for rule in theirs}
    from proofpress.rules.registry import registry  # noqa: PLC0415 - a plain build need not know all rules

    known = registry(more=theirs)
    if options.checks:
        from proofpress.builder.surveying import survey  # noqa: PLC0415 - for `check` alone

        found += survey(preparation.prepared, inputs.sizes, options.now)
    if allowances:
        from proofpress.builder.allowances import silenced  # noqa: PLC0415 - where somebody allows something

        found[:] = silenced(found, allowances, known, told=options.checks, unasked=_unasked(preparation))
    return known


def _unasked(preparation: Preparation) -> set[str]:
    """Return the rules of which nobody knows whether they would have found more: the web's, and those that lack grammars."""
    from proofpress.rules.code import LISTING_SYNTAX, UNNAMED_LISTING  # noqa: PLC0415 - where somebody allows something
    from proofpress.rules.web import DEAD_LINK, MOVED_LINK  # noqa: PLC0415

    unread = any(own.unread for own in preparation.prepared.values())
    return {rule.name for rule in (DEAD_LINK, MOVED_LINK, *((LISTING_SYNTAX, UNNAMED_LISTING) if unread else ()))}


def _weights(inputs: Inputs) -> tuple[Weights, list[Problem], tuple[Rule, ...]]:
    """Return what the settings say that rules weigh, what is wrong with all that was read, and the rules of plugins.

    Which rules plugins bring is known only when these are opened, so that settings are read once more where they do.
    """
    if not inputs.plugins:
        return inputs.config.rules, list(inputs.problems), ()
    from proofpress.rules.registry import weighable  # noqa: PLC0415 - a plain build need not know all rules

    opened = open_plugins(inputs.plugins)
    theirs = weighable({rule.name: rule for rule in opened.rules})
    config, problems = read_config(inputs.settings, SETTINGS, theirs)
    _, before = read_config(inputs.settings, SETTINGS)
    excused, fresh = set(before) - set(problems), set(problems) - set(before)
    if opened.problems:  # nobody knows which rules the one would bring that can't be opened
        excused.update(found for found in before if found.message.startswith("there is no setting 'rules: "))
    stay = [found for found in inputs.problems if found not in excused]
    return config.rules, [*stay, *fresh, *opened.problems], tuple(opened.rules)
