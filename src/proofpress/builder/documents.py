"""One document: read, rendered, and told as a card. Depends on its bytes, its kind and the settings, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from proofpress.builder.outputs import with_runs
from proofpress.builder.plugins import NONE, Plugins, fault_somewhere, open_plugins
from proofpress.config import Config, Language, Section, zone
from proofpress.content.defaults import Defaults
from proofpress.content.documents import read
from proofpress.content.globs import matcher
from proofpress.content.languages import placed
from proofpress.content.names import Name, language_of, lists, split, without_language
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.engine.loop import Kind as StepKind
from proofpress.engine.loop import Outcome
from proofpress.kinds.registry import reads_source
from proofpress.model import Allowance, Body, Card, Drawing, Place, Reference, SourceFile
from proofpress.paths import SourcePath
from proofpress.problems import Problem
from proofpress.rules.texts import TEXT_RULES, faults_in
from proofpress.site.cards import Kind, make_card
from proofpress.site.links import CONTENT
from proofpress.words.vocabulary import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from proofpress.kinds.target import Kind as OutputKind
    from proofpress.markdown.text import Text
    from proofpress.model import Document
    from proofpress.rules.rule import Rule


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What a build needs of every document, changed or not: all but its HTML, which `body` is the digest of."""

    card: Card
    folder: str
    """Below content/, to which it belongs in lists."""
    bundle: bool
    places: dict[str, Place]
    problems: tuple[Problem, ...]
    allowances: tuple[Allowance, ...] = ()
    anchors: tuple[str, ...]
    drawings: tuple[Drawing, ...] = ()
    """Of a notebook: the pictures in it."""
    pictures: tuple[Reference, ...] = ()
    """The images of its text that speak of this site, where the settings make something of them."""
    body: bytes
    told: bytes
    """The digest of all that other pages may learn of this one."""
    certain: bool = True
    """Whether it depends on the document and the settings alone, so that it may be remembered."""
    unread: tuple[str, ...] = ()
    """The languages of listings that `check` could not read, since the extra that brings their grammars is not there."""


DOCUMENTS: Final = StepKind("document")

_NOTHING: Final = digest_of([])
_NOWHERE: Final = Place(0, 1)

INPUT_NAMES: Final = (
    "the settings or the program", "its text", "its kind", "what its listings gave", "code that it includes",
)  # fmt: skip
"""What a document's static inputs are, in the order of their digests."""

decode_prepared = msgspec.json.Decoder(Prepared).decode
decode_body = msgspec.msgpack.Decoder(Body).decode


def could_be(path: str, value: bytes, body: bytes) -> bool:
    """Tell whether these can be what a document was made into: for what somebody else says he made of it.

    That is to be read as such, to belong together, and to name no place outside the site. What it says beyond that is as
    good as whoever wrote it. Raises msgspec.MsgspecError where it can't be read.
    """
    own = decode_prepared(value)
    decode_body(body)
    places = (own.card.site_path, *own.card.aliases)
    return (
        own.card.path == path
        and own.body == digest_of_bytes(body)
        and own.certain
        and all(place.startswith("/") and ".." not in unquote(place).split("/") for place in places)
    )


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What every document depends on besides itself."""

    versions: bytes
    """The digest of the code."""
    config: Config
    """Of the settings those that a document may depend on; all others are as if nobody had set them."""
    words: Words
    keeps_markdown: bool
    """Whether a kind of output wants the Markdown of documents."""
    plugins: Plugins = NONE
    """Those of the site; their digest is in `versions`."""
    checks: bool = False
    """Whether the rules of `check` are asked as well."""
    pictures: bool = False
    """Whether it is asked which pictures they show."""
    known: None = None

    @property
    def digest(self) -> bytes:
        """The digest of all of it."""
        return digest_of([self.versions, self.config, self.words, self.keeps_markdown, self.checks, self.pictures])

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers; nothing is asked."""
        return digest_of

    def open(self) -> Rendering:
        """Return what reads and renders documents."""
        return Rendering(self)


def reading_of(
    config: Config,
    words: Words,
    versions: bytes,
    plugins: Plugins = NONE,
    kinds: Iterable[OutputKind] = (),
    *,
    checks: bool = False,
) -> Reading:
    """Return what documents depend on: a setting that is not handed on here can have no part in them."""
    return Reading(
        versions=versions,
        config=Config(
            url=config.url,
            timezone=config.timezone,
            language=config.language,
            languages=tuple(Language(tag=one.tag) for one in config.languages),
            permalink=config.permalink,
            taxonomies=config.taxonomies,
            authors=config.authors,
            markdown=config.markdown,
            highlight=config.highlight,
            repository=config.repository,
            defaults=tuple(msgspec.structs.replace(default, place=_NOWHERE) for default in config.defaults),
            sections={folder: Section(title=section.title) for folder, section in config.sections.items()},
        ),
        words=words,
        keeps_markdown=reads_source(config, kinds),
        plugins=plugins,
        checks=checks,
        pictures=bool(config.images.formats) or checks,
    )


class DocumentStep(msgspec.Struct, frozen=True):
    """A document to read and render. Its value is a Prepared as JSON, its blob the Body as MessagePack.

    A Prepared is written as JSON, since dates keep their offsets in it; the body has none.
    """

    source: SourceFile
    kind: Kind
    text: bytes
    """The digest of the source's bytes, where it is made of nothing else."""
    original: SourcePath | None = None
    """What it translates, by its name and that of a document beside it."""

    @property
    def key(self) -> str:
        """The document's path."""
        return self.source.path

    @property
    def digests(self) -> bytes:
        """Of its text, of what its name and those beside it make of it, and of what else it is made of."""
        named = digest_of([self.kind, self.original])
        if not self.source.beside:
            return self.text + named + _NOTHING + _NOTHING
        gave = [one for one in self.source.beside if one.kind != "code"]
        included = [one for one in self.source.beside if one.kind == "code"]
        return digest_of_bytes(self.source.data) + named + digest_of(gave) + digest_of(included)

    def run(self, using: Rendering, _asked: object) -> Outcome:
        """Read and render it."""
        prepared, body = using.prepare(self.source, self.kind, self.original)
        return Outcome(msgspec.json.encode(prepared), body, kept=prepared.certain)


class Rendering:
    """Reads and renders documents, by one site's settings."""

    def __init__(self, reading: Reading) -> None:
        from proofpress.markdown.renderer import Renderer  # noqa: PLC0415 - a build with nothing to render doesn't load it

        config, words, plugins = reading.config, reading.words, reading.plugins
        self._config = config
        self._keeps_markdown = reading.keeps_markdown
        self._shows, self._checks = reading.pictures, reading.checks
        self._rules = TEXT_RULES
        self._unread: Callable[[Text], tuple[str, ...]] = lambda _text: ()
        if reading.checks:
            from proofpress.rules.checks import CHECKED_RULES, UNDRAWN_RULES  # noqa: PLC0415 - a build doesn't load them
            from proofpress.rules.code import unread_languages  # noqa: PLC0415

            self._rules = (*TEXT_RULES, *CHECKED_RULES, *(() if config.markdown.diagrams else UNDRAWN_RULES))
            self._unread = unread_languages
        self._zone = zone(config)
        self._tags = tuple(one.tag for one in config.languages)
        self._defaults = Defaults(config.defaults) if config.defaults else None
        self._plugins = plugins
        self._opened = opened = open_plugins(plugins)
        self._renderer = Renderer(config.markdown, config.highlight, words, opened.markdown, config.repository)
        self._plain = self._renderer
        """Renders what the plugins fail on, as if there were none."""
        if opened.markdown:
            self._plain = Renderer(config.markdown, config.highlight, words, repository=config.repository)

    def prepare(self, source: SourceFile, kind: Kind, original: SourcePath | None = None) -> tuple[Prepared, bytes]:
        """Return a document's Prepared and its Body, encoded."""
        config = self._config
        document = self.read(source, original)
        body, unread = self._render(document)
        if self._keeps_markdown:
            body = msgspec.structs.replace(
                body, markdown=_without_allowances(document, body), first_line=document.first_line
            )
        elif body.copies:
            body = msgspec.structs.replace(body, copies=())
        language, plain = self._placed(source, original)
        name = name_of(plain, kind, language, bundled=plain == source.path or _folder_moved(source.path, plain))
        card, found = make_card(document, body, name, kind, config, original)
        encoded = msgspec.msgpack.encode(msgspec.structs.replace(body, problems=(), allowances=()))
        prepared = Prepared(
            card=card,
            folder=name.folder,
            bundle=name.bundle,
            places=document.places,
            problems=(*document.problems, *body.problems, *found),
            allowances=body.allowances,
            anchors=body.anchors,
            drawings=document.drawings,
            pictures=tuple(one for one in body.references if one.kind == "image") if self._shows else (),
            body=digest_of_bytes(encoded),
            told=told_of(card, name.folder, body.anchors, bundle=name.bundle),
            certain=body.certain,
            unread=unread,
        )
        return prepared, encoded

    def read(self, source: SourceFile, original: SourcePath | None = None) -> Document:
        """Return a document, read but not rendered."""
        config = self._config
        language, plain = self._placed(source, original)
        return read(
            source,
            zone=self._zone,
            taxonomies=config.taxonomies,
            authors=config.authors,
            defaults=self._defaults,
            language=language,
            plain=plain,
        )

    def parse(self, document: Document) -> Text:
        """Return a document's text; without the plugins, where one of them fails."""
        try:
            return self._renderer.parse(document)
        except Exception:
            if self._renderer is self._plain:
                raise
            return self._plain.parse(document)

    def _placed(self, source: SourceFile, original: SourcePath | None) -> tuple[str, SourcePath]:
        """Return the language that a document's name says, and its path without that."""
        language, plain = placed(source.path, self._tags)
        if original is not None and not language:
            language, plain = language_of(source.path), without_language(source.path)
        return language, plain

    def _render(self, document: Document) -> tuple[Body, tuple[str, ...]]:
        """Render a document, and have the rules of texts read it; return with it the languages that they could not read.

        Where a plugin fails, that is its problem.
        """
        if not self._plugins:
            text = self._renderer.parse(document)
            whole, run = with_runs(text, checks=self._checks)
            body = _with_problems(self._renderer.write(whole), (*faults_in(text, document.path, self._rules), *run))
            return body, self._unread(text)
        doing = f"while it read {document.path}"
        failed: list[Problem] = []
        renderer = self._renderer
        try:
            text = renderer.parse(document)
            whole, run = with_runs(text, checks=self._checks)
            body = renderer.write(whole)
        except Exception as error:
            if renderer is self._plain:
                raise
            text = self._plain.parse(document)
            whole, run = with_runs(text, checks=self._checks)
            body = self._plain.write(whole)  # without the plugins it can be done, so that they are to blame
            about = self._opened.markdown[0].extend if len(self._opened.markdown) == 1 else None
            failed.append(fault_somewhere(error, self._plugins, doing, about))
        body = _with_problems(body, (*faults_in(text, document.path, self._rules), *run))
        for own in self._opened.text_rules:
            found: list[Problem] = []

            def tell(
                place: Place, message: str, hint: str = "", rule: Rule = own.rule, found: list[Problem] = found
            ) -> None:
                found.append(rule.says(message, hint).at(document.path, place))

            try:
                own.find(text, tell)
            except Exception as error:  # noqa: BLE001 - what the owner's code raises is told
                failed.append(fault_somewhere(error, self._plugins, doing, own.find))
            else:
                body = _with_problems(body, found)
        if failed:  # what it depended on is not known
            body = msgspec.structs.replace(_with_problems(body, failed), certain=False)
        return body, self._unread(text)

    def close(self) -> None:
        """End the processes that renderers may have started."""
        self._renderer.close()
        self._plain.close()


def _without_allowances(document: Document, body: Body) -> str:
    """Return the Markdown of a document as it is published: what its writer allows is nobody else's; lines stay lines."""
    if not body.allowances:
        return document.text
    lines = document.text.split("\n")
    for own in body.allowances:
        number = own.place.line - document.first_line
        lines[number] = lines[number][: own.place.column - 1].rstrip()
    return "\n".join(lines)


def _with_problems(body: Body, problems: Iterable[Problem]) -> Body:
    return msgspec.structs.replace(body, problems=(*body.problems, *problems))


def told_of(card: Card, folder: str, anchors: Sequence[str], *, bundle: bool) -> bytes:
    """Return the digest of all that other pages may learn of a document."""
    return digest_of([card, folder, bundle, list(anchors)])


def placed_paths(paths: Iterable[SourcePath], config: Config) -> dict[SourcePath, SourcePath]:
    """Return the documents whose path says one of the languages that the settings name, with the path without it."""
    tags = [one.tag for one in config.languages]
    if not tags:
        return {}
    plain_paths = {path: placed(path, tags)[1] for path in paths}
    return {path: plain for path, plain in plain_paths.items() if plain != path}


def kinds_of(
    paths: Sequence[SourcePath],
    config: Config,
    translations: Mapping[SourcePath, SourcePath],
    plain_paths: Mapping[SourcePath, SourcePath],
) -> dict[SourcePath, Kind]:
    """Tell posts, pages and the texts of lists apart, by the settings' globs and by what lies beside a file.

    A document of a language that the settings name is what it would be without that in its path: `plain_paths`. Any other
    translation is what its original is, but for the text of a list: there it is a page.
    """
    others = [path for path in translations if path not in plain_paths]
    plain = {path: plain_paths.get(path, path) for path in paths if path not in translations or path in plain_paths}
    by_plain = _kinds_of(sorted(set(plain.values())), config)
    kinds = {path: by_plain[without] for path, without in plain.items()}
    for path in others:
        original = path
        while original in translations:
            original = translations[original]
        kinds[path] = "post" if kinds[original] == "post" else "page"
    return kinds


def _kinds_of(paths: Sequence[SourcePath], config: Config) -> dict[SourcePath, Kind]:
    is_post = matcher(config.posts)
    introductions = lists(paths, config.sections)
    posts = [path for path in paths if path not in introductions and is_post(path.removeprefix(CONTENT))]
    with_posts = {"/".join(parts[:n]) for parts in (path.split("/") for path in posts) for n in range(1, len(parts))}
    kinds: dict[SourcePath, Kind] = dict.fromkeys(paths, "page")
    kinds.update(dict.fromkeys(posts, "post"))
    for path in introductions:
        folder = path.rpartition("/")[0]
        has_list = folder in with_posts or folder.removeprefix(CONTENT) in config.sections
        kinds[path] = "home" if folder == CONTENT.rstrip("/") else "list" if has_list else "page"
    return kinds


def _folder_moved(path: SourcePath, plain: SourcePath) -> bool:
    """Return whether a document's language is that of its folder, so that what lies beside it is its own."""
    return path.rpartition("/")[0] != plain.rpartition("/")[0]


def name_of(path: SourcePath, kind: Kind, language: str = "", *, bundled: bool = True) -> Name:
    """Take a path apart, which says no language; the text of a list belongs to the folder that it introduces.

    Where it is not `bundled`, what lies beside the file is another's: that of the original.
    """
    name = split(path)
    match kind:
        case "home":
            return Name("", "", None, False, language)
        case "list":
            return Name("/".join(part for part in (name.folder, name.stem) if part), "", None, False, language)
        case _:
            return msgspec.structs.replace(name, bundle=name.bundle and bundled, language=language)
