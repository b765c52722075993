"""Jinja templates: an environment over a theme's sources, and its errors as problems at the template's line.

The only module that knows Jinja. Templates are handed in as text, so that filling one reads no file; autoescape is
always on, undefined names are errors, and nothing that a template can call tells the time or draws a random number.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import functools
import marshal
import traceback
from typing import TYPE_CHECKING, Any, Final, cast

import jinja2
import jinja2.bccache
import jinja2.compiler
import jinja2.meta
import jinja2.parser
import jinja2.visitor
import msgspec
from markupsafe import Markup

from proofpress.model import SHIPPED, Place, TemplateSource
from proofpress.pages import template_places
from proofpress.pages.figures import enlargeable
from proofpress.pages.sidenotes import with_sidenotes
from proofpress.patterns import lazy
from proofpress.problems import Problem, did_you_mean
from proofpress.rules.templates import TEMPLATE_ERROR
from proofpress.site.dates import iso_date
from proofpress.site.values import UnanswerableError
from proofpress.site.view import SiteView
from proofpress.theme import nearest_template
from proofpress.words.catalogue import Catalogue, WordsError
from proofpress.words.view import WordsView
from proofpress.words.vocabulary import Catalogues, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from types import CodeType


MARK: Final = "<proofpress>"
"""Stands before a template's path where its code is known to Python, so that its frames are told from others."""


_OFFSET: Final = lazy(r" at \d+$")
_OWNERS: Final = {"Page": "page", "SiteView": "site", "WordsView": "words"}
"""What a template calls the values that it is handed."""


class TemplateError(Exception):
    """A template that can't be filled; `problem` says where and why."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message)
        self.problem = found


class Code:
    """What one process worked out of templates: their trees and their code, so that of a theme just what is new is read."""

    def __init__(self) -> None:
        self._trees: dict[str, jinja2.nodes.Template] = {}
        self._compiled: dict[tuple[str, TemplateSource], CodeType] = {}

    def tree(self, text: str, parse: Callable[[], jinja2.nodes.Template]) -> jinja2.nodes.Template:
        """Return the tree of a text, which nobody changes. Raises what `parse` raises."""
        found = self._trees.get(text)
        if found is None:
            found = self._trees[text] = parse()
        return found

    def compiled(self, name: str, source: TemplateSource) -> CodeType | None:
        """Return the code of a template, where it is known."""
        return self._compiled.get((name, source))

    def keep(self, name: str, source: TemplateSource, code: CodeType) -> None:
        """Keep the code of a template."""
        self._compiled[name, source] = code

    def forget_all_but(self, sources: Mapping[str, TemplateSource]) -> None:
        """Let go of what is of no use to a theme."""
        texts = {source.text for source in sources.values()}
        self._trees = {text: tree for text, tree in self._trees.items() if text in texts}
        self._compiled = {
            (name, source): code for (name, source), code in self._compiled.items() if sources.get(name) == source
        }


class Templates:
    """A theme's templates, compiled when first used."""

    def __init__(
        self,
        sources: Mapping[str, TemplateSource],
        compiled: Mapping[str, bytes] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        words: Words = Words(),  # noqa: B008 - frozen
        code: Code | None = None,
    ) -> None:
        """Take the templates by name, such as `partials/card.html`, and the code of those that `read_all` compiled.

        `filters` are those that plugins bring, by name; `code` is what these filters and this process are known for.
        """
        self._sources = sources
        self._compiled = compiled or {}
        self._filters = filters or {}
        self._code = code or Code()
        self._catalogues = Catalogues(words)
        self._environments: dict[tuple[str, bool], _Environment] = {}
        self.environment = self._speaking(words.language, as_written=True)
        self._language = words.language
        self._stray_blocks: dict[str, Problem | None] = dict.fromkeys(compiled or ())

    def _speaking(self, language: str, *, as_written: bool = False) -> _Environment:
        """Return the environment for pages of a language; its words and filters are known to what is imported as well.

        With the code of templates that was compiled before, or each compiled from its text `as_written`.
        """
        found = self._environments.get((language, as_written))
        if found is None:
            found = _environment(self._sources, self._catalogues.of(language))
            self._environments[language, as_written] = found
            found.filters |= self._filters
            found.bytecode_cache = _Kept(self._sources, self._code) if as_written else _Compiled(self._compiled)
        return found

    def render(
        self,
        name: str,
        asked_by: str,
        context: Mapping[str, Any],
        asked_at: Place | None = None,
        language: str = "",
    ) -> str:
        """Fill a template, in the words of a language, or of the site's for none. Raises TemplateError.

        `asked_by` is the page on whose behalf it is filled, `asked_at` where that page names the template.
        """
        language = language or self._language
        if self._compiled:
            # What is wrong is found once more in templates as they are written: in code with includes within, no frame
            # tells which template is at fault.
            with contextlib.suppress(RecursionError, Exception):
                return self._filled(name, context, self._speaking(language))
        try:
            return self._filled(name, context, self._speaking(language, as_written=True))
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(self._unread(error, name)) from error
        except jinja2.TemplateNotFound as error:
            raise TemplateError(self._missing(error, name, asked_by, asked_at or Place(1, 1))) from error
        except (RecursionError, Exception) as error:
            blamed = error.problem if isinstance(error, UnanswerableError) else None
            failed = self._failed(error, name, asked_by)
            if blamed is not None and blamed.rule == "plugin-error":
                called = f"{blamed.hint}, called at {failed.path}:{failed.line}, {failed.hint}"
                blamed = msgspec.structs.replace(blamed, hint=called)
            raise TemplateError(blamed or failed) from error

    def _filled(self, name: str, context: Mapping[str, Any], environment: _Environment) -> str:
        if name not in self._stray_blocks:
            self._stray_blocks[name] = self.stray_block(name)
        stray = self._stray_blocks[name]
        if stray is not None:
            raise UnanswerableError(stray.message, stray)
        return environment.get_template(environment.join_path(name, "")).render(context)

    def path_of(self, name: str) -> str:
        """Return the path by which a person knows a template."""
        return self._sources[name].path

    def stray_block(self, name: str) -> Problem | None:
        """Return a problem for a block that nothing has a place for: Jinja leaves it out without a word.

        That is one at the top of a template which extends another, where none of those above has a block of its name.
        """
        chain: list[tuple[str, jinja2.nodes.Template]] = []
        above = name
        while above in self._sources and above not in {own for own, _ in chain}:
            tree = self.tree(above)
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
                    source = self._sources[own]
                    message = f"nothing that this template extends has a block '{node.name}', so it would be left out"
                    place = template_places.of_name(self._pieces(source.text), node.lineno, node.name)
                    found = _error(source.path, place, message, hint)
            known |= {node.name for node in tree.find_all(jinja2.nodes.Block)}
        return found

    def tree(self, name: str) -> jinja2.nodes.Template:
        """Return a template as Jinja reads it, each text read once. Raises TemplateSyntaxError."""
        text = self._sources[name].text
        try:
            return self._code.tree(text, lambda: self.environment.parse(text, name))
        except jinja2.TemplateSyntaxError as error:
            error.name = name  # some come without
            raise

    def _unread(self, error: jinja2.TemplateSyntaxError, name: str) -> Problem:
        """Return the problem of a template that Jinja can't read."""
        known = error.name or name
        path = self._sources[known].path if known in self._sources else known.removeprefix(MARK)
        said = _OFFSET.sub("", error.message or "syntax error")
        hint = "what '{{' began ends with '}}', before this" if "end of print statement'," in said else ""
        return _error(path, self._stopped(self._text(path), error), said, hint)

    def _stopped(self, text: str, error: jinja2.TemplateSyntaxError) -> Place:
        """Return where in a template Jinja stopped reading: the lexer, the parser, or the compiler after them."""
        found = self._pieces(text)
        try:
            collections.deque(self.environment.lex(text), maxlen=0)
        except jinja2.TemplateSyntaxError as own:
            place = template_places.after(text, found)
            return place if place.line == own.lineno else template_places.of_line(found, own.lineno)
        parser = jinja2.parser.Parser(self.environment, text)
        try:
            parser.parse()
        except jinja2.TemplateSyntaxError as own:
            left = 0 if parser.stream.eos else sum(1 for _ in parser.stream)
            return template_places.of_parser(found, left, own.lineno)
        named = template_places.named(error.message or "")
        return template_places.of_name(found, error.lineno, named[0] if named else "")

    def _pieces(self, text: str) -> list[template_places.Piece]:
        return template_places.pieces(text, self.environment.lex(text), jinja2.TemplateSyntaxError)

    def _missing(self, error: jinja2.TemplateNotFound, name: str, asked_by: str, asked_at: Place) -> Problem:
        missing = str(error.name)
        path, line, chain = self._frames(error)
        hint = nearest_template(missing, self._sources)
        if not path or missing == name:
            message = f"there is no template '{missing}' in templates/ or the theme"
            return _error(asked_by, asked_at, message, hint)
        place = template_places.of_name(self._pieces(self._text(path)), line, missing)
        return _error(path, place, f"there is no template '{missing}'{chain}", hint)

    def _failed(self, error: Exception, name: str, asked_by: str) -> Problem:
        path, line, chain = self._frames(error)
        message = str(error).strip() or type(error).__name__
        if isinstance(error, RecursionError):
            message = "the templates include or extend each other without end"
            theirs = SHIPPED + path.partition("/")[2]
            message += f"; the theme's own is '{theirs}'" if theirs in self._sources else ""
        elif not isinstance(error, jinja2.TemplateError | UnanswerableError | WordsError):
            message = f"{type(error).__name__}: {message}"
        path = path or self._sources[name].path
        found = self._pieces(self._text(path))
        if isinstance(error, NothingError):
            place = template_places.of_name(found, line, error.name, error.owner)
        elif door := _door(error):
            place = template_places.of_name(found, line, door, "site")
        else:
            place = template_places.of_line(found, line)
        return _error(path, place, message, f"filled for {asked_by}{chain}")

    def _text(self, path: str) -> str:
        """Return a template's text by the path under which a person knows it."""
        return next((source.text for source in self._sources.values() if source.path == path), "")

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


def _error(path: str, place: Place, message: str, hint: str) -> Problem:
    return TEMPLATE_ERROR.says(message, hint).at(path, place)


def _door(error: Exception) -> str:
    """Return the method of `site` that raised an error, if one did."""
    frames = traceback.walk_tb(error.__traceback__)
    return next((frame.f_code.co_name for frame, _ in frames if isinstance(frame.f_locals.get("self"), SiteView)), "")


class NothingError(jinja2.UndefinedError):
    """A template asked for what isn't there: `name`, and of what, as the template calls that.

    `owner` is empty for a name alone, None where it may be anything.
    """

    def __init__(self, message: str | None, *, name: str, owner: str | None) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class Undefined(jinja2.StrictUndefined):
    """A name that a template can't use, told in the template's words."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = jinja2.utils.missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
    ) -> None:
        """Take what Jinja says of it."""
        super().__init__(hint, obj, name, exc)
        if exc is jinja2.UndefinedError and name is not None:
            owner = "" if obj is jinja2.utils.missing else _OWNERS.get(type(obj).__name__)
            told = functools.partial(NothingError, name=str(name), owner=owner)
            self._undefined_exception = cast("type[NothingError]", told)  # what is called with a message

    @property
    def _undefined_message(self) -> str:
        name, found = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if found is jinja2.utils.missing:
            return f"there is no '{name}' here: a template sees 'page', 'content', 'site' and 'words'"
        known = found if isinstance(found, dict) else [word for word in dir(found) if not word.startswith("_")]
        kind = type(found).__name__
        what = f"'{_OWNERS[kind]}'" if kind in _OWNERS else "this mapping" if kind == "dict" else f"this {kind}"
        hint = did_you_mean(str(name), map(str, known))
        return f"{what} has no '{name}'" + (f" ({hint})" if hint else "")


def _environment(sources: Mapping[str, TemplateSource], words: Catalogue | None = None) -> _Environment:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = sources.get(name)
        return (found.text, f"{MARK}{found.path}", lambda: True) if found else None

    environment = _Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.sources = sources
    environment.filters.pop("random", None)
    for name in ("lipsum", "cycler", "joiner"):
        environment.globals.pop(name, None)
    environment.filters["date"] = _date
    environment.filters["iso"] = lambda date, has_time=False: iso_date(_moment(date), has_time)
    environment.filters["number"] = _number
    environment.filters["sidenotes"] = lambda html: Markup(with_sidenotes(str(html)))  # noqa: S704 - as safe as it was
    environment.filters["enlargeable"] = lambda html, characters=None: Markup(enlargeable(str(html), characters))  # noqa: S704 - so is this
    environment.words = words or Words().catalogue()
    environment.globals["words"] = WordsView(environment.words)
    return environment


class _CodeGenerator(jinja2.compiler.CodeGenerator):
    """Writes code that shows a value by `escaping.shown` where it would call `escape`."""

    def visit_Template(self, node: jinja2.nodes.Template, frame: jinja2.compiler.Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        self.writeline("from proofpress.pages.escaping import shown")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: jinja2.nodes.Expr, frame: jinja2.compiler.Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("shown(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(jinja2.Environment):
    """An environment in which a template that is known by two names is one: the theme's, where the site has none over it."""

    code_generator_class = _CodeGenerator

    sources: Mapping[str, TemplateSource] = {}
    words: Catalogue
    """Of the language of the pages that are filled in it."""

    def join_path(self, template: str, parent: str) -> str:  # noqa: ARG002 - Jinja's interface
        """Return the name under which a template is compiled."""
        plain = template.removeprefix(SHIPPED)
        own = self.sources.get(plain)
        return plain if own is not None and own == self.sources.get(template) else template


@jinja2.pass_context  # so that Jinja works out none when it compiles, for whichever language
def _date(context: jinja2.runtime.Context, date: Any, form: str = "long") -> str:
    """Return a date as the page's language writes it."""
    return _words_of(context).date(_moment(date), form)


@jinja2.pass_context
def _number(context: jinja2.runtime.Context, number: float) -> str:
    """Return a number as the page's language groups its digits."""
    return _words_of(context).number(number)


def _words_of(context: jinja2.runtime.Context) -> Catalogue:
    environment = context.environment
    assert isinstance(environment, _Environment)
    return environment.words


def _moment(value: Any) -> dt.datetime:
    """Return what a filter for dates was given as one: a page's date, or the text of one out of a data file."""
    if isinstance(value, dt.datetime):
        return value
    try:
        return dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        shown = f"'{str(value)[:40]}'" if isinstance(value, str) else "this"
        raise UnanswerableError(f"{shown} is no date; write it as 2024-05-06 or 2024-05-06 09:30") from None


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


class _Kept(jinja2.BytecodeCache):
    """Code of templates as they are written, for as long as this process asks for it."""

    def __init__(self, sources: Mapping[str, TemplateSource], code: Code) -> None:
        self._sources = sources
        self._code = code

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's interface
        return name

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = self._code.compiled(bucket.key, self._sources[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.code is not None:
            self._code.keep(bucket.key, self._sources[bucket.key], bucket.code)


def filter_names() -> frozenset[str]:
    """Return the names of the filters that every template knows."""
    return frozenset(_environment({}).filters)


def read_all(
    sources: Mapping[str, TemplateSource], filters: Mapping[str, Callable[..., Any]] | None = None
) -> tuple[dict[str, tuple[str, ...]], dict[str, bytes]]:
    """Return what each template reads (see `closures`), and the code of those without a fault that shows before filling.

    The code is for the Python that compiles it.
    """
    templates = Templates(sources, filters=filters)
    reads = closures(templates, sources)
    whole: dict[str, jinja2.nodes.Template] = {}
    parts: set[str] = set()
    for name in sources:
        if name.startswith(SHIPPED):
            continue  # most are one with the theme's own of that name; the others are compiled when first used
        with contextlib.suppress(jinja2.TemplateSyntaxError):
            if templates.stray_block(name) is None:
                whole[name] = _Inlined(templates, {name}, parts).visit(templates.tree(name))
    compiled = {}
    for name in sorted(
        whole.keys() - parts
    ):  # a part is compiled where it stands, and by itself when that is asked for
        with contextlib.suppress(jinja2.TemplateSyntaxError):
            code = templates.environment.compile(whole[name], name, f"{MARK}{sources[name].path}")
            compiled[name] = marshal.dumps(code)
    return reads, compiled


class _Inlined(jinja2.visitor.NodeTransformer):
    """Puts what a template includes in the place of the include: a call, a context and a generator less for each of them.

    That is done where it is the same: for a template that is named as such, has the context of where it stands, and is no
    part of a chain of templates itself.
    """

    def __init__(self, templates: Templates, within: AbstractSet[str], parts: set[str]) -> None:
        self._templates = templates
        self._within = within
        self._parts = parts
        """The names of those that were put somewhere."""

    def visit_Include(self, node: jinja2.nodes.Include) -> jinja2.nodes.Node:  # noqa: N802 - Jinja's name
        """Return the scope that stands for an include; the include itself where there can be none."""
        given = node.template.value if isinstance(node.template, jinja2.nodes.Const) else None
        if not isinstance(given, str) or node.ignore_missing or not node.with_context:
            return node
        environment = self._templates.environment
        name = environment.join_path(given, "")
        if name not in environment.sources or name in self._within:
            return node
        try:
            tree = self._templates.tree(name)
        except jinja2.TemplateSyntaxError:
            return node
        if tree.find(jinja2.nodes.Extends) or tree.find(jinja2.nodes.Block):
            return node
        self._parts.add(name)
        body = _Inlined(self._templates, self._within | {name}, self._parts).visit(tree).body
        return jinja2.nodes.Scope(body, lineno=node.lineno, environment=environment)


def closures(templates: Templates, sources: Mapping[str, TemplateSource]) -> dict[str, tuple[str, ...]]:
    """Return, for each template, every name that filling it may read: itself, and what it extends, includes, imports.

    Names that no template bears are among them: one that is added later changes the page. A template that chooses by
    an expression, or one that can't be read yet, may read any.
    """
    reads: dict[str, set[str]] = {}
    for name in sources:
        try:
            found = set(jinja2.meta.find_referenced_templates(templates.tree(name)))
        except jinja2.TemplateSyntaxError:
            found = {None}
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
