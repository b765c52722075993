"""The pipeline: scan, read, render ══ index, plan ══ fill. The only module that knows every room.

`build` reads a site's folder and returns all that would be published, with every problem found on the way. It writes
nothing but the cache and reads no clock: `output.publish` writes the site, and "now" is handed in.

Two kinds of step are remembered: preparing a document, and filling a target. A step whose trace holds does not run;
what has to run, runs in as many processes as the work is worth.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from proofpress.config import Config
from proofpress.content.data import read_data
from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.engine.digests import SIZE, digest_of
from proofpress.engine.parallel import run
from proofpress.engine.steps import Answers as Digests
from proofpress.engine.steps import Stale, Trace, why_stale
from proofpress.engine.store import Entry, Store
from proofpress.model import AssetTarget, CopyTarget, FeedTarget, File, PageTarget, Target
from proofpress.output.publish import Made, Record
from proofpress.paths import Base, OutputPath, SitePath, SourcePath, encode, output_path
from proofpress.problems import Problem, did_you_mean, judge, problem
from proofpress.site.answers import Answers
from proofpress.site.cards import folder_path
from proofpress.site.index import Site, index, is_hidden
from proofpress.site.links import link_table
from proofpress.site.plan import plan
from proofpress.site.view import UnanswerableError
from proofpress.stages import documents, outputs
from proofpress.stages.documents import Prepared, decode_prepared, kinds_of
from proofpress.stages.inputs import SETTINGS, Inputs, Options, read_inputs
from proofpress.stages.outputs import DOCUMENT, Filled, Filling, decode_filled, digest_of_output
from proofpress.theme import GENERATED, Asset, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


FILLED = "filled"
"""The kind of step that fills a target."""

INPUT_NAMES = ("the settings or the program", "its address", "its template", "its front matter", "its text")
"""What a page's static inputs are, in their order."""

DOCUMENT_INPUT_NAMES = ("the settings or the program", "its text", "its kind")
"""What a document's static inputs are, in their order."""

WORTH_A_PROCESS = 40
"""Steps that take about as long as starting another process."""

LINE_END = re.compile(r"\r\n|\n|\r")

T = TypeVar("T")


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


class Memory(msgspec.Struct, frozen=True):
    """What a build remembers by: the store, what is published, and a folder for pages on their way there."""

    store: Store
    path: Path
    record: Record
    intact: Callable[[OutputPath], bool]
    """Whether a published file is as it was written."""
    staging: Path


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
    prepared, bodies, reasons = prepare(inputs, options.jobs, memory, progress)
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
        bodies=bodies,
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
        until=until,
    )


# ---------------------------------------------------------------- documents


def prepare(
    inputs: Inputs, jobs: int, memory: Memory | None, progress: Callable[[str, int, int], None]
) -> tuple[dict[SourcePath, Prepared], dict[SourcePath, bytes], dict[str, Stale]]:
    """Read and render every document that changed. Returns all, the bodies that are not in the store, and the reasons."""
    entries = memory.store.entries(DOCUMENT) if memory else {}
    common = documents.inputs_of(inputs.config, inputs.versions)
    kinds = kinds_of([source.path for source in inputs.tree.documents], inputs.config)
    prepared: dict[SourcePath, Prepared] = {}
    tasks: list[documents.Task] = []
    traces: list[Trace] = []
    reasons: dict[str, Stale] = {}
    nothing_asked = Digests(lambda _question: None)
    for source in inputs.tree.documents:
        own_inputs = common + inputs.digests[source.path] + digest_of(kinds[source.path])
        entry = entries.get(source.path)
        stale = why_stale(own_inputs, entry.trace if entry else None, nothing_asked)
        if stale is None and entry is not None:
            prepared[source.path] = decode_prepared(entry.value)
            continue
        reasons[source.path] = stale or Stale("new")
        tasks.append(documents.Task(source, kinds[source.path]))
        traces.append(Trace(own_inputs))
    bodies: dict[SourcePath, bytes] = {}
    results = run(
        inputs.config,
        documents.preparer,
        tasks,
        jobs=_worth(jobs, len(tasks)),
        chunk=_chunk(jobs, len(tasks)),
        progress=lambda done: progress("Reading posts", done, len(tasks)),
    )
    for task, trace, (value, body) in zip(tasks, traces, results, strict=True):
        path = task.source.path
        prepared[path] = decode_prepared(value)
        if memory is None:
            bodies[path] = body
        else:
            memory.store.put(DOCUMENT, {path: Entry(trace, value, body)})
    if memory is not None:
        memory.store.sweep(DOCUMENT, prepared.keys())
        memory.store.commit()
    return {source.path: prepared[source.path] for source in inputs.tree.documents}, bodies, reasons


def left_out(
    prepared: Mapping[SourcePath, Prepared], options: Options
) -> tuple[frozenset[SourcePath], dt.datetime | None]:
    """Return the drafts and posts of the future that this build leaves out, and when the first of the latter is due."""
    hidden = {
        path: own.card
        for path, own in prepared.items()
        if is_hidden(own.card, options.now, drafts=options.drafts, future=options.future)
    }
    due = [card.date for card in hidden.values() if card.date is not None and card.date > options.now]
    return frozenset(hidden), min(due, default=None)


def copies(inputs: Inputs, prepared: Mapping[SourcePath, Prepared], hidden: frozenset[SourcePath]) -> Iterator[File]:
    """Give every file that is copied: static/ at the root, the others at the URL of their folder.

    What lies in a post's bundle travels with the post: to its URL, or nowhere when the post is left out.
    """
    bundles = {posixpath.dirname(path): own.card for path, own in prepared.items() if own.bundle}
    for path, seen in inputs.files.items():
        folder, _, file = path.rpartition("/")
        if path.startswith("static/"):
            site_path = "/" + encode(path.removeprefix("static/"))
        else:
            home = folder
            while home and home not in bundles:
                home = home.rpartition("/")[0]
            if not home:
                parts = [part for part in folder.split("/")[1:] if part != "_posts"]
                site_path = folder_path("/".join(parts)) + encode(file)
            elif bundles[home].path in hidden:
                continue
            else:
                site_path = bundles[home].site_path.rpartition("/")[0] + "/" + encode(path.removeprefix(home + "/"))
        yield File(path=path, site_path=SitePath(site_path), width=seen.width, height=seen.height)


# ---------------------------------------------------------------- targets


def fill(
    targets: Sequence[Target],
    filling: Filling,
    closures: Mapping[str, bytes],
    inputs: Inputs,
    jobs: int,
    memory: Memory | None,
    world: bytes,
    reasons: dict[str, Stale],
    progress: Callable[[str, int, int], None],
) -> tuple[dict[OutputPath, Made], list[Problem]]:
    """Fill every page and feed whose trace doesn't hold, or whose file was touched; keep the others as they are."""
    entries = memory.store.entries(FILLED) if memory else {}
    # The menu is asked for: its entries' places in site.yaml concern no page.
    common = digest_of([inputs.versions, msgspec.structs.replace(filling.config, menu=())])
    # Where nothing changed that one page may learn of another, only texts can have: the other answers are settled.
    before = memory.store.fact("world") if memory else None
    settled = before == world
    digests = Digests(filling.answers.answer, lambda question: settled and question[0] != "body")
    made: dict[OutputPath, Made] = {}
    problems: list[Problem] = []
    tasks: list[outputs.Task] = []
    keys: set[str] = set()
    for target in targets:
        if not isinstance(target, PageTarget | FeedTarget):
            continue
        keys.add(target.site_path)
        task = outputs.Task(target.site_path, _inputs_of(target, filling.prepared, closures, common), target)
        entry = entries.get(task.key)
        stale = why_stale(task.inputs, entry.trace if entry else None, digests)
        if stale is None and entry is not None and memory is not None:
            filled = decode_filled(entry.value)
            kept = memory.record.files.get(filled.path)
            if kept is not None and kept.digest == filled.digest and memory.intact(filled.path):
                made[filled.path] = Made(filled.path, filled.digest)
                problems += filled.problems
                continue
            stale = Stale("output")
        reasons[task.key] = stale or Stale("new")
        tasks.append(task)
    results = run(
        filling,
        outputs.filler,
        tasks,
        jobs=_worth(jobs, len(tasks)),
        chunk=_chunk(jobs, len(tasks)),
        progress=lambda done: progress("Filling pages", done, len(tasks)),
    )
    fresh: dict[str, Entry] = {}
    failed = False
    for result in results:
        problems += result.filled.problems
        if result.filled.path:
            made[result.filled.path] = Made(result.filled.path, result.filled.digest, result.data, result.staged)
            fresh[result.key] = Entry(result.trace, msgspec.json.encode(result.filled))
        else:
            failed = True
    if memory is not None:
        memory.store.put(FILLED, fresh)
        # A page that could not be filled keeps an older trace, which holds of another world.
        memory.store.put_fact("world", b"" if failed else world)
        memory.store.sweep(FILLED, keys)
        memory.store.commit()
    return made, problems


def _inputs_of(
    target: PageTarget | FeedTarget,
    prepared: Mapping[SourcePath, Prepared],
    closures: Mapping[str, bytes],
    common: bytes,
) -> bytes:
    """Return the digests of a target's static inputs, in the order of INPUT_NAMES."""
    if not isinstance(target, PageTarget):
        return common + digest_of(target)
    own = prepared.get(target.source) if target.source else None
    told = digest_of([own.card, own.places.get("image")]) if own else bytes(SIZE)
    body = own.body if own and outputs.shows_text(target) else bytes(SIZE)
    return common + digest_of(target) + closures.get(target.template, bytes(SIZE)) + told + body


class Compiled(msgspec.Struct, frozen=True):
    """What a theme's templates are, worked out once for a theme."""

    theme: bytes
    digests: dict[str, bytes]
    """By template: the digest of all that filling it may read."""
    code: dict[str, bytes]


def compiled_templates(inputs: Inputs, memory: Memory | None) -> Compiled:
    """Return the templates' digests and code, from the build before where the theme is the same."""
    texts = inputs.theme.templates
    sources = [(name, source.path, source.text) for name, source in sorted(texts.items())]
    theme = digest_of([inputs.versions, sources])
    known = memory.store.fact("templates") if memory else None
    if known is not None and theme in known[:64]:
        found = msgspec.msgpack.decode(known, type=Compiled)
        if found.theme == theme:
            return found
    from proofpress.render.templates import closures, compile_all  # noqa: PLC0415 - Jinja is loaded when a theme is new

    digests = {
        name: digest_of([(other, texts[other].path, texts[other].text) if other in texts else other for other in reads])
        for name, reads in closures(texts).items()
    }
    made = Compiled(theme, digests, compile_all(texts))
    if memory is not None:
        memory.store.put_fact("templates", msgspec.msgpack.encode(made))
    return made


def plain_output(
    target: Target, targets: Sequence[Target], site: Site, inputs: Inputs, assets: Mapping[str, Asset], base: Base
) -> Made:
    """Return what is no page: a file that is copied, a theme's file, the sitemap, robots.txt."""
    path = output_path(target.site_path)
    if isinstance(target, CopyTarget):
        return Made(path, inputs.files[target.source].digest.hex(), source=(inputs.root, target.source))
    if isinstance(target, AssetTarget):
        data = assets[target.name].data
    else:
        from proofpress.site.machine_files import robots, sitemap  # noqa: PLC0415 - as the others

        is_sitemap = getattr(target, "kind", "") == "sitemap"
        data = sitemap(targets, site.by_path, base) if is_sitemap else robots(base)
    return Made(path, digest_of_output(data), data)


def all_assets(inputs: Inputs, memory: Memory | None, problems: list[Problem]) -> dict[str, Asset]:
    """Return the theme's static files and the generated style sheet of listings, under fingerprinted names."""
    options = inputs.config.highlight
    key = digest_of([inputs.versions, options])
    known = memory.store.fact("highlight") if memory else None
    if known is not None and known[:16] == key:
        css = known[16:]
    else:
        from proofpress.render.stylesheet import UnknownStyleError, stylesheet  # noqa: PLC0415 - loads Pygments

        try:
            css = stylesheet(options.light, options.dark).encode("utf-8")
        except UnknownStyleError as error:
            problems.append(problem("wrong-type", SETTINGS, 0, 1, str(error)))
            css = b""
        else:
            if memory is not None:
                memory.store.put_fact("highlight", key + css)
    return fingerprint(inputs.theme.static | {GENERATED: css})


class DataReader:
    """What `site.data` asks: from a name below data/ to what the file holds, read once in a process."""

    def __init__(self, inputs: Inputs) -> None:
        self._root = inputs.root
        self._names = frozenset(inputs.data)
        self._read: dict[str, Any] = {}

    def __call__(self, name: str) -> Any:
        """Return a file's content. Raises UnanswerableError for one that isn't there or has a fault."""
        path = SourcePath(f"data/{name}")
        if path not in self._names:
            hint = did_you_mean(path, self._names)
            raise UnanswerableError(f"there is no file '{path}'" + (f"; {hint}" if hint else ""))
        if name not in self._read:
            value, found = read_data(path, read_inside(self._root, path))
            if found:
                raise UnanswerableError(f"'{path}' can't be read", found[0])
            self._read[name] = value
        return self._read[name]


def reason_of(key: str, why: Stale) -> str:
    """Return why a step ran, as a sentence's end."""
    is_page = key.startswith("/")
    did = "filled" if is_page else "rendered"
    match why.reason:
        case "new":
            return f"{did} because it is new"
        case "output":
            return f"{did} because the published file was changed or deleted"
        case "answer":
            assert why.question is not None, "an answer is one to a question"
            name, *arguments = why.question
            asked = ", ".join(repr(argument) for argument in arguments if argument)
            return f"{did} because the answer to {name}({asked}) changed"
        case _:
            names = INPUT_NAMES if is_page else DOCUMENT_INPUT_NAMES
            changed = [names[part] for part in why.parts if part < len(names)]
            return f"{did} because {' and '.join(changed) or 'what it is made from'} changed"


# ---------------------------------------------------------------- problems


def faults_once(problems: Sequence[Problem]) -> list[Problem]:
    """Report a template's fault once, not for every page that is filled from it."""
    found: dict[tuple[str, int, str], list[Problem]] = {}
    others = []
    for one in problems:
        if one.rule == "template-error":
            found.setdefault((one.path, one.line, one.message), []).append(one)
        else:
            others.append(one)
    for alike in found.values():
        more = len({one.hint for one in alike}) - 1
        first = min(alike)
        others.append(msgspec.structs.replace(first, hint=f"{first.hint} and {more:,} more") if more else first)
    return others


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


# ---------------------------------------------------------------- small things


def _shown_by(target: Target) -> SourcePath | None:
    """Return the file that a target shows: for the link table."""
    if isinstance(target, CopyTarget) or (isinstance(target, PageTarget) and target.kind != "alias"):
        return target.source
    return None


def _worth(jobs: int, steps: int) -> int:
    """Return how many processes so many steps are worth."""
    return max(1, min(jobs, steps // WORTH_A_PROCESS))


def _chunk(jobs: int, steps: int) -> int:
    """Return how many steps are handed out at once: enough to be quick, few enough to end together."""
    return max(1, min(25, steps // (jobs * 4) or 1))


__all__ = ["FILLED", "Built", "Filled", "Memory", "Options", "build"]
