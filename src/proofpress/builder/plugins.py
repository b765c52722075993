"""A site's plugins: found without being imported, and opened in each process that works with them.

A site's own are `plugins.py` beside site.yaml, or a package, the folder `plugins/` with an `__init__.py`. Their bytes are
read with the site's other files and are the very code that runs: no module is looked for on the disk later, and no
bytecode that somebody left is believed. A module is known to Python by the digest of its bytes, so that a preview in
which they change runs the new ones. What is installed is found by its entry points (`builder.versions`).

A fault in a plugin is a problem at its line, and never ends a build in the middle.
"""

from __future__ import annotations

import ast
import functools
import importlib
import os
import sys
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.util import decode_source, spec_from_loader
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import msgspec

from proofpress.builder.versions import Entry
from proofpress.content.files import PLUGINS, PLUGINS_FOLDER, Faults, nfc, walk
from proofpress.content.scan import OutsideSiteError, read_inside
from proofpress.engine.digests import digest_of
from proofpress.model import Place
from proofpress.paths import SitePath, output_path
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE
from proofpress.rules.rule import WHOLE_FILE, Rule
from proofpress.rules.templates import PLUGIN_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import CodeType, ModuleType, TracebackType

    from proofpress.kinds.question import Question
    from proofpress.kinds.target import Kind
    from proofpress.markdown.plugin import Markdown
    from proofpress.plugins import PageRule, TextRule
    from proofpress.problems import Problem
    from proofpress.site.index import Site

Result = TypeVar("Result")

MODULE: Final = "proofpress_site_plugins_"
"""What the name of the module of a site's plugins begins with; the digest of its bytes follows."""
_MARK: Final = "<proofpress plugins>/"
"""Stands before a file's name where its code is known to Python, so that its frames are told from others."""
_PACKAGE: Final = f"{PLUGINS_FOLDER}/__init__.py"


class Plugins(msgspec.Struct, frozen=True):
    """The plugins that a site has."""

    entries: tuple[Entry, ...] = ()
    """Those that are installed."""
    files: tuple[tuple[str, bytes], ...] = ()
    """The files of the site's own, by their names in the site."""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.entries or self.files)

    @property
    def digest(self) -> bytes:
        """Of all of it."""
        return digest_of(self)


class Opened(NamedTuple):
    """What plugins bring."""

    markdown: tuple[Markdown, ...] = ()
    filters: Mapping[str, Callable[..., Any]] = MappingProxyType({})
    text_rules: tuple[TextRule, ...] = ()
    page_rules: tuple[PageRule, ...] = ()
    kinds: tuple[Kind, ...] = ()
    questions: Mapping[str, type[Question[Any]]] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()
    """Why others could not be opened."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, to be weighed and explained."""
        return (*(own.rule for own in self.text_rules), *(own.rule for own in self.page_rules))


def read_plugins(root: Path, entries: tuple[Entry, ...]) -> tuple[Plugins, list[Problem]]:
    """Read a site's own plugins, beside those that are installed. Nothing is imported."""
    files: dict[str, bytes] = {}
    faults = Faults()
    names = [PLUGINS] if os.path.lexists(root / PLUGINS) else []
    names += [nfc(name) for name, _, _ in walk(os.path.realpath(root), PLUGINS_FOLDER, faults) if not _is_cache(name)]
    for name in names:
        try:
            files[name] = read_inside(root, name)
        except OutsideSiteError:
            faults.problems.append(OUTSIDE_SITE.file().at(name))
        except OSError as error:
            faults.problems.append(UNREADABLE_FILE.gone(error).at(name))
    if PLUGINS in files and _PACKAGE in files:
        faults.problems.append(PLUGIN_ERROR.two().at(_PACKAGE))
        files = {PLUGINS: files[PLUGINS]}
    elif PLUGINS in files:
        files = {PLUGINS: files[PLUGINS]}
    elif _PACKAGE not in files:
        if any(name.endswith(".py") for name in files):
            faults.problems.append(PLUGIN_ERROR.no_package().at(min(files)))
        files = {}
    return Plugins(entries, tuple(sorted(files.items()))), faults.problems


def _is_cache(name: str) -> bool:
    return "/__pycache__/" in name or name.endswith(".pyc")


NONE: Final = Plugins()


# ---------------------------------------------------------------- opening


@functools.lru_cache(maxsize=4)
def open_plugins(plugins: Plugins) -> Opened:
    """Import a site's plugins and sort what they bring. What is wrong with one is among the problems; nothing is raised."""
    if not plugins:
        return Opened()
    found: list[tuple[str, Place, Any]] = []
    problems: list[Problem] = []
    for where, load in _sources(plugins):
        result, fault = _tried(plugins, where, load)
        if fault is not None:
            problems.append(fault)
        else:
            values = result if isinstance(result, list | tuple) else [result]
            places = _places(dict(plugins.files).get(where, b""), len(values))
            found += [(where, place, value) for place, value in zip(places, values, strict=True)]
    return _sorted(plugins, found, problems)


def _places(source: bytes, values: int) -> list[Place]:
    """Return where each value of the list `plugins` stands, as far as it is one that is written out."""
    for node in ast.parse(source).body:
        named = isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == "plugins" for to in node.targets
        )
        written = node.value if named and isinstance(node, ast.Assign) else None
        if isinstance(written, ast.List | ast.Tuple) and len(written.elts) == values:
            return [Place(own.lineno, own.col_offset + 1, _length(own)) for own in written.elts]
    return [WHOLE_FILE] * values


def _length(node: ast.expr) -> int:
    return (node.end_col_offset or 0) - node.col_offset if node.end_lineno == node.lineno else 1


def _sources(plugins: Plugins) -> Iterable[tuple[str, Callable[[], Any]]]:
    """Give every source of plugins: what a person calls it, and the function that loads it."""
    for entry in plugins.entries:
        yield f"{entry.name} of {entry.package}", functools.partial(_entry, entry)
    if plugins.files:
        yield plugins.files[0][0], functools.partial(_own, plugins)


def _entry(entry: Entry) -> Any:
    module, _, attribute = entry.value.partition(":")
    value: Any = importlib.import_module(module.strip())
    for name in attribute.strip().split("."):
        value = getattr(value, name)
    return value


def _own(plugins: Plugins) -> Any:
    found = getattr(import_own(plugins), "plugins", None)
    if not isinstance(found, list | tuple):
        raise TypeError("it has no list 'plugins'; write 'plugins = [...]' at its end")
    return found


def import_own(plugins: Plugins) -> ModuleType:
    """Return the module of a site's own plugins, imported once in a process."""
    name = MODULE + plugins.digest.hex()
    if name not in sys.modules and not any(isinstance(one, _Files) and one.name == name for one in sys.meta_path):
        sys.meta_path.append(_Files(name, dict(plugins.files)))
    return importlib.import_module(name)


class _Files(MetaPathFinder, InspectLoader):
    """Finds and loads the modules of one site's plugins, from bytes."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self._files = files

    def _file(self, module: str) -> str | None:
        if module == self.name:
            return PLUGINS if PLUGINS in self._files else _PACKAGE
        if not module.startswith(self.name + "."):
            return None
        below = f"{PLUGINS_FOLDER}/{module[len(self.name) + 1 :].replace('.', '/')}"
        return next((file for file in (f"{below}/__init__.py", f"{below}.py") if file in self._files), None)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - Python's interface
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return how a module is made, where it is one of these."""
        file = self._file(fullname)
        return spec_from_loader(fullname, self, origin=_MARK + file) if file is not None else None

    def is_package(self, fullname: str) -> bool:
        """Tell whether a module has others below it."""
        return (self._file(fullname) or "").endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        """Return a module's text."""
        return decode_source(self._files[self._file(fullname) or ""])

    def get_code(self, fullname: str) -> CodeType:
        """Return a module's code, compiled from its bytes."""
        file = self._file(fullname) or ""
        return compile(self._files[file], _MARK + file, "exec", dont_inherit=True)


def _sorted(plugins: Plugins, found: Iterable[tuple[str, Place, Any]], problems: list[Problem]) -> Opened:
    """Sort what plugins bring by what it is, without what can't be one."""
    from proofpress.kinds.target import Kind  # noqa: PLC0415 - a site without plugins needs none of it here
    from proofpress.markdown.plugin import Markdown  # noqa: PLC0415
    from proofpress.plugins import Filter, PageRule, TextRule  # noqa: PLC0415

    markdown: list[Markdown] = []
    kinds: list[Kind] = []
    questions: dict[str, type[Question[Any]]] = {}
    filters: dict[str, Callable[..., Any]] = {}
    rules: list[TextRule | PageRule] = []
    for where, place, value in found:

        def tell(message: str, hint: str = "", where: str = where, place: Place = place) -> None:
            problems.append(_at(where, message, hint, place))

        if isinstance(value, Markdown):
            _, fault = _tried(plugins, where, functools.partial(_try_markdown, value))
            if fault is None:
                markdown.append(value)
            else:
                problems.append(fault)
        elif isinstance(value, Kind):
            fault_in_words = _why_no_questions(value.questions, questions)
            if fault_in_words:
                tell(fault_in_words, "see docs/plugins.md for a kind that asks its own questions")
            else:
                kinds.append(value)
                questions |= {own.__name__: own for own in value.questions}
        elif isinstance(value, Filter):
            if value.name in filters or value.name in _filter_names():
                tell(f"there is a filter '{value.name}' already", "give it another name")
            else:
                filters[value.name] = _guarded_filter(plugins, value.name, value.function)
        elif isinstance(value, TextRule | PageRule):
            fault_in_words = _why_no_rule(value.rule, [own.rule for own in rules])
            if fault_in_words:
                tell(fault_in_words, "see docs/plugins.md for a rule that has all it needs")
            else:
                rules.append(value)
        else:
            tell(
                f"a plugin is a Markdown, a Filter, a TextRule, a PageRule or a Kind of proofpress.plugins, not {type(value).__name__}",
                "take it out of the list, or make it one of these",
            )
    return Opened(
        markdown=tuple(markdown),
        filters=filters,
        text_rules=tuple(rule for rule in rules if isinstance(rule, TextRule)),
        page_rules=tuple(rule for rule in rules if isinstance(rule, PageRule)),
        kinds=tuple(kinds),
        questions=questions,
        problems=tuple(problems),
    )


def _try_markdown(plugin: Markdown) -> None:
    """Put it into a parser, to see whether it can be."""
    from proofpress.markdown.dialect import Markdown as Dialect  # noqa: PLC0415 - as above

    Dialect(frozenset(), html=True, plugins=[plugin])


def _filter_names() -> frozenset[str]:
    from proofpress.pages.templates import filter_names  # noqa: PLC0415 - loads Jinja, for who has filters alone

    return filter_names()


def _why_no_questions(own: Sequence[Any], others: Mapping[str, Any]) -> str:
    from proofpress.kinds.question import Question  # noqa: PLC0415 - as above

    for question in own:
        if not (isinstance(question, type) and issubclass(question, Question)):
            name = getattr(question, "__name__", type(question).__name__)
            return f"the questions of a Kind are classes, each a Question of proofpress.plugins, and '{name}' is none"
        if not question.__struct_config__.frozen:
            return f"the question '{question.__name__}' is not frozen; write 'class {question.__name__}(Question, frozen=True)'"
        if others.get(question.__name__, question) is not question:
            return f"there is a question '{question.__name__}' already, of another kind"
    return ""


def _why_no_rule(rule: Any, others: Sequence[Rule]) -> str:
    from proofpress.rules.registry import registry  # noqa: PLC0415 - most sites have no rules of their own

    if not isinstance(rule, Rule):
        return f"the rule of a plugin is a Rule, not {type(rule).__name__}"
    try:
        registry(more=[*others, rule])
    except ValueError as error:
        return str(error)
    parts = rule.page.split("\n\n", 2)
    if len(parts) < 3 or parts[0] != f"# {rule.name}":
        return f"the rule '{rule.name}' has no page: '# {rule.name}', a sentence, and what more there is to tell"
    return ""


# ---------------------------------------------------------------- faults


def _tried(plugins: Plugins, where: str, load: Callable[[], Result]) -> tuple[Result | None, Problem | None]:
    try:
        return load(), None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what the owner's code raises is told
        return None, fault_of(error, plugins, "") or _at(where, _words(error), "")


def _at(where: str, message: str, hint: str, place: Place = WHOLE_FILE) -> Problem:
    """Return a plugin's problem: in its file, or for one that is installed in the settings, since no file of the site is it."""
    if where.endswith(".py"):
        return PLUGIN_ERROR.says(message, hint).at(where, place)
    return PLUGIN_ERROR.says(f"the plugin {where}: {message}", hint).at("site.yaml")


def fault_of(error: BaseException, plugins: Plugins, doing: str) -> Problem | None:
    """Return an error that a plugin's code raised as a problem at its place; None where no line of a plugin had a part in it.

    `doing` tells in the hint at what work the plugin was.
    """
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(_MARK):
        place = Place(error.lineno or 1, max(1, error.offset or 1))
        return _at((error.filename or "").removeprefix(_MARK), f"SyntaxError: {error.msg}", doing, place)
    packages = {entry.value.partition(":")[0].partition(".")[0].strip(): entry for entry in plugins.entries}
    trace, steps = error.__traceback__, []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    for step in reversed(steps):
        code = step.tb_frame.f_code
        if code.co_filename.startswith(_MARK):
            name = code.co_filename.removeprefix(_MARK)
            return _at(name, _words(error), doing, _place(step, dict(plugins.files).get(name, b"")))
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        entry = packages.get(module.partition(".")[0])
        if entry is not None:
            told = f"{_words(error)} (in {module}, line {step.tb_lineno})"
            return _at(f"{entry.name} of {entry.package}", told, doing)
    return None


def _place(step: TracebackType, source: bytes) -> Place:
    """Return where the expression stands that a step of a traceback was about."""
    positions = islice(step.tb_frame.f_code.co_positions(), step.tb_lasti // 2, None)
    line, end_line, begin, end = next(positions, (None, None, None, None))
    if line is None or begin is None or end is None:
        return Place(step.tb_lineno, 1)
    text = source.splitlines()[line - 1] if line <= source.count(b"\n") + 1 else b""  # columns are counted in bytes
    column = len(text[:begin].decode("utf-8", "replace")) + 1
    length = len(text[begin : end if end_line == line else None].decode("utf-8", "replace"))
    return Place(line, column, max(1, length))


def fault_somewhere(
    error: BaseException, plugins: Plugins, doing: str, about: Callable[..., Any] | None = None
) -> Problem:
    """Return an error for which plugins are to blame: at the line that raised it, or what it is `about`."""
    found = fault_of(error, plugins, doing)
    if found is not None:
        return found
    said = f"what it made can't be used ({_words(error)})"
    code = getattr(about, "__code__", None)
    if code is not None and code.co_filename.startswith(_MARK):
        return _at(code.co_filename.removeprefix(_MARK), said, doing, Place(code.co_firstlineno, 1))
    where = plugins.files[0][0] if plugins.files else ", ".join(entry.name for entry in plugins.entries)
    return _at(where, said, doing)


def _words(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


# ---------------------------------------------------------------- at work


def _guarded_filter(plugins: Plugins, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter whose own faults are told at its line; one that is used wrongly is the template's."""
    from proofpress.site.values import UnanswerableError  # noqa: PLC0415 - as above

    @functools.wraps(function, updated=() if isinstance(function, type) else functools.WRAPPER_UPDATES)
    def guarded(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except UnanswerableError:
            raise
        except Exception as error:
            fault = fault_of(error, plugins, f"in the filter '{name}'")
            if fault is None:
                raise
            raise UnanswerableError(fault.message, fault) from error

    return guarded


class PluginAnswers:
    """Answers the questions of a site's plugins, in any process."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    def __call__(self, name: str, fields: str, site: Site) -> Any:
        """Return an answer that has a digest. Raises UnanswerableError with the plugin's fault, LookupError as the plugin does."""
        from proofpress.site.values import UnanswerableError  # noqa: PLC0415 - as above

        kind = open_plugins(self._plugins).questions.get(name)
        if kind is None:
            raise UnanswerableError(f"'{name}' is a question of no plugin; name it in 'questions' of its Kind")
        try:
            answer = msgspec.json.decode(fields, type=kind).answer(site)
            digest_of(answer)
        except LookupError:
            raise
        except Exception as error:
            fault = fault_somewhere(error, self._plugins, f"while it answered {name}{fields}", kind.answer)
            raise UnanswerableError(fault.message, fault) from error
        return answer


class Guard:
    """Runs code of plugins, and keeps what it does wrong."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self.problems: list[Problem] = []

    def kinds(self) -> tuple[Kind, ...]:
        """Return the plugins' kinds, none of which raises."""
        return tuple(self._guarded(kind) for kind in open_plugins(self._plugins).kinds)

    def _guarded(self, kind: Kind) -> Kind:
        from proofpress.kinds.target import Kind as Guarded  # noqa: PLC0415 - as above

        return Guarded(
            plan=lambda planning: self.tried(
                lambda: list(_targets(kind.plan(planning))), [], "while a kind planned", kind.plan
            ),
            alternates=kind.alternates,
            reads_source=lambda config: self.tried(
                lambda: bool(kind.reads_source(config)),
                False,
                "while a kind was asked what it reads",
                kind.reads_source,
            ),
            check=lambda planning, targets: self.tried(
                lambda: list(kind.check(planning, targets)), [], "while a kind checked", kind.check
            ),
        )

    def tried(self, work: Callable[[], Result], otherwise: Result, doing: str, about: Callable[..., Any]) -> Result:
        """Return what a plugin's function gives; something else where it fails."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - what the owner's code raises is told
            self.problems.append(fault_somewhere(error, self._plugins, doing, about))
            return otherwise


def _targets(given: Iterable[Any]) -> Iterable[Any]:
    """Give what a kind plans, which are targets."""
    from proofpress.kinds.target import can_be_made, can_be_remembered  # noqa: PLC0415 - as above

    for target in given:
        if not can_be_made(target):
            raise TypeError(f"a kind plans targets, a FilledTarget or a PlainTarget each, not {type(target).__name__}")
        path = str(target.site_path)
        parts = output_path(SitePath(path)).split("/")
        if not path.startswith("/") or "\\" in path or {"", ".", ".."} & set(parts):
            raise ValueError(f"a target's 'site_path' is a path from the site's root, as '/a.txt', not '{path}'")
        if can_be_remembered(target):
            digest_of(target)  # raises TypeError for what it is made from and has no digest
        yield target
