"""Jinja templates: an environment over a theme's sources, and its errors as problems at the template's line.

The only module that knows Jinja. Templates are handed in as text, so that filling one reads no file; autoescape is
always on, undefined names are errors, and nothing that a template can call tells the time or draws a random number.
"""

from __future__ import annotations

import marshal
import traceback
from typing import TYPE_CHECKING, Any, Final

import jinja2
import jinja2.bccache
import jinja2.meta

from proofpress.model import TemplateSource
from proofpress.problems import Problem, did_you_mean
from proofpress.rules.registry import problem
from proofpress.site.dates import iso_date, long_date
from proofpress.site.values import UnanswerableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


MARK: Final = "<proofpress>"
"""Stands before a template's path where its code is known to Python, so that its frames are told from others."""


class TemplateError(Exception):
    """A template that can't be filled; `problem` says where and why."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message)
        self.problem = found


class Templates:
    """A theme's templates, compiled when first used."""

    def __init__(self, sources: Mapping[str, TemplateSource], compiled: Mapping[str, bytes] | None = None) -> None:
        """Take the templates by name, such as `partials/card.html`, and the code of those that `compile_all` did."""
        self._sources = sources
        self.environment = _environment(sources)
        self.environment.bytecode_cache = _Compiled(compiled or {})
        self._stray_blocks: dict[str, Problem | None] = dict.fromkeys(compiled or ())

    def render(self, name: str, asked_by: str, context: Mapping[str, Any]) -> str:
        """Fill a template. Raises TemplateError; `asked_by` is the page on whose behalf it is filled."""
        try:
            return self._filled(name, context)
        except jinja2.TemplateSyntaxError as error:
            where = self._sources.get(error.name or "", TemplateSource(error.name or name, ""))
            said = error.message or "syntax error"
            hint = "what '{{' began ends with '}}', before this" if "end of print statement" in said else ""
            raise TemplateError(problem("template-error", where.path, error.lineno, 1, said, hint=hint)) from error
        except jinja2.TemplateNotFound as error:
            raise TemplateError(self._missing(error, name, asked_by)) from error
        except (RecursionError, Exception) as error:
            blamed = error.problem if isinstance(error, UnanswerableError) else None
            raise TemplateError(blamed or self._failed(error, name, asked_by)) from error

    def _filled(self, name: str, context: Mapping[str, Any]) -> str:
        if name not in self._stray_blocks:
            self._stray_blocks[name] = self.stray_block(name)
        stray = self._stray_blocks[name]
        if stray is not None:
            raise UnanswerableError(stray.message, stray)
        return self.environment.get_template(name).render(context)

    def stray_block(self, name: str) -> Problem | None:
        """Return a problem for a block that nothing has a place for: Jinja leaves it out without a word.

        That is one at the top of a template which extends another, where none of those above has a block of its name.
        """
        chain: list[tuple[str, jinja2.nodes.Template]] = []
        above = name
        while above in self._sources and above not in {own for own, _ in chain}:
            tree = self.environment.parse(self._sources[above].text, above)
            chain.append((above, tree))
            extends = tree.find(jinja2.nodes.Extends)
            if extends is None:
                break
            given = extends.template
            above = given.value if isinstance(given, jinja2.nodes.Const) else ""
        else:
            return None  # what it extends isn't there, isn't known yet or is itself: filling it tells
        known: set[str] = set()
        found = None
        for number, (own, tree) in enumerate(reversed(chain)):
            for node in tree.body if number else ():
                if isinstance(node, jinja2.nodes.Block) and node.name not in known:
                    hint = did_you_mean(node.name, known) or f"the blocks are: {', '.join(sorted(known)) or 'none'}"
                    found = problem(
                        "template-error",
                        self._sources[own].path,
                        node.lineno,
                        1,
                        f"nothing that this template extends has a block '{node.name}', so it would be left out",
                        hint=hint,
                    )
            known |= {node.name for node in tree.find_all(jinja2.nodes.Block)}
        return found

    def _missing(self, error: jinja2.TemplateNotFound, name: str, asked_by: str) -> Problem:
        missing = str(error.name)
        path, line, chain = self._frames(error)
        if not path or missing == name:
            return problem(
                "template-error",
                asked_by,
                1,
                1,
                f"there is no template '{missing}' in templates/ or the theme",
                hint=did_you_mean(missing, self._sources),
            )
        hint = did_you_mean(missing, self._sources)
        return problem("template-error", path, line, 1, f"there is no template '{missing}'{chain}", hint=hint)

    def _failed(self, error: Exception, name: str, asked_by: str) -> Problem:
        path, line, chain = self._frames(error)
        message = str(error).strip() or type(error).__name__
        if isinstance(error, RecursionError):
            message = "the templates include or extend each other without end"
        elif not isinstance(error, jinja2.TemplateError | UnanswerableError):
            message = f"{type(error).__name__}: {message}"
        return problem(
            "template-error",
            path or self._sources[name].path,
            line,
            1,
            message,
            hint=f"filled for {asked_by}{chain}",
        )

    def _frames(self, error: BaseException) -> tuple[str, int, str]:
        """Return the innermost template frame of an error: path and line, and the chain that led there."""
        frames = [
            (frame.filename, frame.lineno or 1)
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename.startswith(MARK)
        ]
        if not frames:
            return "", 1, ""
        path, line = frames[-1]
        above = dict.fromkeys(f"{name.removeprefix(MARK)}:{number}" for name, number in frames[:-1])
        own = path.removeprefix(MARK)
        chain = "".join(f", from {step}" for step in reversed(above) if not step.startswith(own + ":"))
        return own, line, chain


class Undefined(jinja2.StrictUndefined):
    """A name that a template can't use, told in the template's words."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, found = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if found is jinja2.utils.missing:
            return f"there is no '{name}' here: a template sees 'page', 'content' and 'site'"
        known = found if isinstance(found, dict) else [word for word in dir(found) if not word.startswith("_")]
        kind = type(found).__name__
        what = {"Page": "'page'", "SiteView": "'site'", "dict": "this mapping"}.get(kind, f"this {kind}")
        hint = did_you_mean(str(name), map(str, known))
        return f"{what} has no '{name}'" + (f" ({hint})" if hint else "")


def _environment(sources: Mapping[str, TemplateSource]) -> jinja2.Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = sources.get(name)
        return (found.text, f"{MARK}{found.path}", lambda: True) if found else None

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters.pop("random", None)
    for name in ("lipsum", "cycler", "joiner"):
        environment.globals.pop(name, None)
    environment.filters["date"] = long_date
    environment.filters["iso"] = iso_date
    environment.filters["number"] = lambda number: f"{number:,}"
    return environment


class _Compiled(jinja2.BytecodeCache):
    """Code that was compiled before, by the template's name."""

    def __init__(self, code: Mapping[str, bytes]) -> None:
        self._code = code

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's interface
        return name

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        found = self._code.get(bucket.key)
        if found is not None:
            bucket.code = marshal.loads(found)  # noqa: S302 - compiled by this build, in another process at most

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep nothing: what is compiled here has a fault, or is not in the cache by accident."""


def compile_all(sources: Mapping[str, TemplateSource]) -> dict[str, bytes]:
    """Return the code of every template that has no fault which shows before it is filled.

    The code is for the Python that compiles it.
    """
    templates = Templates(sources)
    compiled = {}
    for name, source in sources.items():
        try:
            if templates.stray_block(name) is None:
                code = templates.environment.compile(source.text, name, f"{MARK}{source.path}")
                compiled[name] = marshal.dumps(code)
        except jinja2.TemplateSyntaxError:
            continue
    return compiled


def closures(sources: Mapping[str, TemplateSource]) -> dict[str, tuple[str, ...]]:
    """Return, for each template, every name that filling it may read: itself, and what it extends, includes, imports.

    Names that no template bears are among them: one that is added later changes the page. A template that chooses by
    an expression may read any.
    """
    environment = _environment(sources)
    reads: dict[str, set[str]] = {}
    for name, source in sources.items():
        try:
            found = set(jinja2.meta.find_referenced_templates(environment.parse(source.text)))
        except jinja2.TemplateSyntaxError:
            found = set()
        reads[name] = set(sources) if None in found else {other for other in found if other is not None}
    closed: dict[str, tuple[str, ...]] = {}
    for name in sources:
        reached = {name}
        waiting = [name]
        while waiting:
            new = reads.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        closed[name] = tuple(sorted(reached))
    return closed
