"""Everything that a build reads, read once: settings, documents, files, data, theme; and its fingerprint.

Nothing here imports Markdown, Jinja or Pygments: when the fingerprint is that of the build before, the build ends.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.builder.companions import OF_SITE, Beside, included_by, source_digest, with_companions
from proofpress.builder.on_disk import UNSURE, Documents, Seen, settled, signature_of, still
from proofpress.builder.plugins import Plugins, read_plugins
from proofpress.builder.versions import Code, code_version
from proofpress.config import Config, place_of, read_config
from proofpress.content.commits import Commits, last_commits
from proofpress.content.images import IMAGES, measure
from proofpress.content.nodes import abridged
from proofpress.content.scan import MAX_MARKDOWN, OutsideSiteError, Tree, read_inside, scan
from proofpress.content.settings import zone_rules
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.paths import SourcePath
from proofpress.problems import Problem, did_you_mean
from proofpress.rules.files import OUTSIDE_SITE, UNREADABLE_FILE
from proofpress.rules.front_matter import WRONG_TYPE
from proofpress.rules.rule import WHOLE_FILE, Fault
from proofpress.rules.settings import NO_SEARCH, UNKNOWN_OPTION
from proofpress.rules.words import NO_WORDS, UNKNOWN_WORD
from proofpress.theme import OVERRIDES, Theme, read_theme
from proofpress.theme_options import faulty_options, unknown_options
from proofpress.words.reading import Written, known_keys, read_words
from proofpress.words.tags import bases
from proofpress.words.vocabulary import Words, words_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from proofpress.model import Source, SourceFile

SETTINGS = "site.yaml"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a build is asked for, beside the site's own settings."""

    root: Path
    now: dt.datetime
    drafts: bool = False
    future: bool = False
    publishes: bool = True
    """Whether what is shown is published: a preview shows drafts, and their faults keep nobody from publishing."""
    base_url: str = ""
    strict: bool = False
    checks: bool = False
    """Whether the rules of `check` are asked as well."""
    jobs: int = 1
    """How many processes may work at once."""
    cache_key: str = ""
    """The secret by which machines that share a cache know their entries; empty for none."""


class Looked(msgspec.Struct, frozen=True, array_like=True):
    """The files of a site as they were when they were last read, and the code that read them, as `Inputs.versions`."""

    versions: bytes = b""
    files: dict[SourcePath, Seen] = {}
    commits: Commits = Commits()
    documents: dict[SourcePath, Seen] = {}


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a build works on."""

    root: Path
    config: Config
    settings: bytes
    """The text of site.yaml."""
    plugins: Plugins
    code: Code
    """What builds."""
    tree: Tree
    theme: Theme
    digests: dict[SourcePath, bytes]
    """Of each document, with what else it is made of."""
    files: dict[SourcePath, Seen]
    """Of each file that is copied."""
    data: dict[SourcePath, bytes]
    """The digest of each file below data/."""
    commits: Commits
    """The last of each document, where the settings ask for them."""
    words: Words
    """The site's language, and what its files below words/ say."""
    problems: list[Problem]
    versions: bytes
    """The digest of what the code is: Proofpress, Python, the libraries, plugins, the rules of the site's time zone."""
    fingerprint: bytes
    """The digest of all of it."""
    seen: dict[SourcePath, Seen] = {}
    """What the file system said of each document, where they are not held."""

    @property
    def sizes(self) -> dict[SourcePath, int]:
        """The bytes of each file that is copied; what was just written has none yet, and is asked for them."""
        return {path: seen.size or _size(self.root / path) for path, seen in self.files.items()}

    @property
    def looked(self) -> Looked:
        """What the next build need not read again."""
        return Looked(self.versions, self.files, self.commits, self.seen)


def read_inputs(
    root: Path, base_url: str, looked: Looked, now_ns: int, code: Code | None = None, *, holds: bool = True
) -> Inputs:
    """Read a site's folder. What the build before `looked` at is not read again while nothing changed.

    An image's size is what a library read from it, so that other code reads all files again. `code` is what builds where
    that is known: a process that builds again runs what it was started with. Documents are read where they are needed,
    but where it `holds` them.
    """
    config, problems, text = settings(root, base_url)
    code = code or code_version()
    plugins, unread = read_plugins(root, code.entries)
    versions = digest_of([code.digest, zone_rules(config.timezone), plugins.digest, plugins.files and code.packages])
    looked = looked if looked.versions == versions else Looked()
    tree, seen = _taken_in(root, config, looked.documents, now_ns, holds=holds)
    tree = with_companions(root, tree, config, code.grammars)
    digests = {source.path: source_digest(source) for source in tree.documents}
    theme, found = read_theme(root)
    problems += [*tree.problems, *unread, *found, *_theme_options(root, config, theme)]
    config = _fitting(config, theme)
    looks = ((path, _look(root, path, looked.files.get(path), now_ns, problems)) for path in tree.files + tree.static)
    files = {path: file for path, file in looks if file is not None}
    looks = ((path, _look(root, path, looked.files.get(path), now_ns, problems)) for path in tree.data)
    data = {path: file.digest for path, file in looks if file is not None}
    config = _searched(config, code, files, root, problems)
    words, texts = _words(root, tree, config, theme, problems)
    commits = _commits(root, looked.commits, problems) if config.updated == "git" else Commits()
    every = [
        digest_of(config),
        digest_of_bytes(text),
        versions,
        digest_of(problems),
        *([digest_of(commits.seconds)] if commits.seconds else []),
        *([code.search] if config.search else []),
        *([code.pictures] if config.images.formats else []),
        *(part for path, digest in digests.items() for part in (path.encode(), digest)),
        *(part for path, file in files.items() for part in (path.encode(), file.digest)),
        *(part for path, digest in data.items() for part in (path.encode(), digest)),
        *(part for path, said in texts.items() for part in (path.encode(), said)),
        *(f"{name}\n{template.path}\n{template.text}".encode() for name, template in theme.templates.items()),
        *(part for name, content in theme.static.items() for part in (name.encode(), content)),
    ]
    return Inputs(
        root=root,
        config=config,
        settings=text,
        plugins=plugins,
        code=code,
        tree=tree,
        theme=theme,
        digests=digests,
        files=files,
        data=data,
        commits=commits,
        words=words,
        problems=problems,
        versions=versions,
        fingerprint=digest_of(every),
        seen=seen,
    )


def _taken_in(
    root: Path, config: Config, before: Mapping[SourcePath, Seen], now_ns: int, *, holds: bool
) -> tuple[Tree, dict[SourcePath, Seen]]:
    """Return what lies in a folder, and what the file system said of those documents that are not held."""
    if holds:
        return scan(root, config.ignore), {}
    documents = Documents(before, now_ns)
    tree = scan(root, config.ignore, documents)
    return tree, {own.path: documents.seen[own.path] for own in tree.documents}


def _fitting(config: Config, theme: Theme) -> Config:
    """Return the settings without those options of the theme whose values are not what it takes."""
    faulty = faulty_options(config.theme, theme.templates)
    if not faulty:
        return config
    fitting = {name: value for name, value in config.theme.items() if name not in faulty}
    return msgspec.structs.replace(config, theme=fitting)


def _searched(config: Config, code: Code, files: Iterable[SourcePath], root: Path, problems: list[Problem]) -> Config:
    """Return the settings without a search where they ask for one that can't be made; note why."""
    if not config.search:
        return config
    taken = next((path for path in files if path.startswith(("content/pagefind/", "static/pagefind/"))), None)
    if code.search and taken is None:
        return config
    fault = NO_SEARCH.missing() if taken is None else NO_SEARCH.taken(taken)
    problems.append(setting_fault(fault, root, ("search",)))
    return msgspec.structs.replace(config, search=False)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # under another name on disk (NFD)
        return 0


def same_but_texts(one: Inputs, other: Inputs) -> bool:
    """Return whether two looks at a folder found the same, the texts of documents apart."""
    return one.theme == other.theme and one.problems == other.problems and same_but_theme(one, other)


def same_but_theme(one: Inputs, other: Inputs) -> bool:
    """Return whether two looks at a folder found the same, the texts of documents, the theme and what is wrong apart."""
    return (
        one.digests.keys() == other.digests.keys()
        and {path: file.digest for path, file in one.files.items()}
        == {path: file.digest for path, file in other.files.items()}
        and one.data == other.data
        and one.commits.seconds == other.commits.seconds
        and one.words == other.words
        and one.config == other.config
        and one.versions == other.versions
    )


def read_again(before: Inputs, paths: Iterable[SourcePath], anyway: Collection[SourcePath]) -> Inputs | None:
    """Return what a folder holds where nothing but these files can have changed since it was read; None if that can't be told.

    That is so where each is a document that was there before, and is a plain file, or is one of the theme's. Gives `before`
    itself where their bytes are as they were, but for those that count as changed `anyway`.
    """
    beside = Beside(before.root, before.tree.locks, before.config, before.code.grammars)
    included = included_by(before.tree.documents)
    known = {source.path: source for source in before.tree.documents}
    fresh: dict[SourcePath, Source] = {}
    of_theme = False
    for path in _with_those_that_show(paths, included):
        if path in included and path.startswith(OF_SITE):
            return None  # it is more than code that is shown
        if path.startswith(f"{OVERRIDES}/"):
            of_theme = True
        elif path in before.digests:
            data = _plain_text(before.root, path)
            if data is None:
                return None
            source = beside.again(known[path], data)
            if source_digest(source) != before.digests[path] or path in anyway:
                fresh[path] = source
        elif path in included:
            continue  # those that show it are among these files
        elif os.path.lexists(before.root / path) or path in before.files or path in before.data:
            return None
        elif not path.startswith("content/"):
            return None  # a setting
    theme = _theme_again(before) if of_theme else before.theme
    if theme is None:
        return None
    if not fresh and theme == before.theme:
        return before
    tree = msgspec.structs.replace(
        before.tree, documents=tuple(fresh.get(source.path, source) for source in before.tree.documents)
    )
    digests = before.digests | {path: source_digest(source) for path, source in fresh.items()}
    return msgspec.structs.replace(before, tree=tree, theme=theme, digests=digests)


def _with_those_that_show(
    paths: Iterable[SourcePath], included: Mapping[SourcePath, Sequence[SourcePath]]
) -> dict[SourcePath, None]:
    """Return files, each once, and with those that are code the documents that show it."""
    return {each: None for path in paths for each in (path, *included.get(path, ()))}


def _theme_again(before: Inputs) -> Theme | None:
    """Return the theme as it is now; None where other problems may come of it than before, or other settings."""
    theme, found = read_theme(before.root)
    if found or any(one.path.startswith(f"{OVERRIDES}/") for one in before.problems):
        return None
    if theme.templates == before.theme.templates:
        return theme
    config, _ = read_config(before.settings, SETTINGS)
    root = before.root
    if [*_theme_options(root, config, theme)] != [*_theme_options(root, config, before.theme)]:
        return None
    was, now = ({one.text for one in own.templates.values()} for own in (before.theme, theme))
    if before.tree.words and words_in(was) != words_in(now):
        return None
    return theme


def with_text(inputs: Inputs, source: Source) -> Inputs:
    """Return what a folder would hold if a document's text were another, or a document more lay there."""
    known: dict[SourcePath, SourceFile] = {own.path: own for own in inputs.tree.documents}
    beside = Beside(inputs.root, inputs.tree.locks, inputs.config, inputs.code.grammars)
    source = beside.again(known.get(source.path, source), source.data)
    documents = known | {source.path: source}
    digests = inputs.digests | {source.path: source_digest(source)}
    ordered = tuple(documents[path] for path in sorted(documents))
    return msgspec.structs.replace(
        inputs,
        tree=msgspec.structs.replace(inputs.tree, documents=ordered),
        digests={path: digests[path] for path in sorted(digests)},
    )


def _plain_text(root: Path, path: SourcePath) -> bytes | None:
    """Return the bytes of a Markdown file that is just that; None for a link, or what can't be read as usual."""
    place = root.resolve() / path
    try:
        if place.resolve() != place or place.stat().st_size > MAX_MARKDOWN:
            return None
        return place.read_bytes()
    except OSError:
        return None


def decode_looked(fact: bytes | None) -> Looked:
    """Return what the build before looked at; nothing where that is not known or was written by another version."""
    try:
        return msgspec.msgpack.decode(fact or b"", type=Looked)
    except msgspec.MsgspecError:
        return Looked()


def settings(root: Path, base_url: str) -> tuple[Config, list[Problem], bytes]:
    """Read site.yaml, and put the command line's address over it. The last is the text: problems show lines."""
    try:
        data = read_inside(root, SETTINGS)
    except OutsideSiteError:
        return Config(), [OUTSIDE_SITE.file().at(SETTINGS)], b""
    except OSError as error:
        return Config(), [UNREADABLE_FILE.gone(error).at(SETTINGS)], b""
    config, found = read_config(data, SETTINGS)
    if base_url:
        config = msgspec.structs.replace(config, url=base_url.rstrip("/") + "/")
        found = tuple(p for p in found if p.rule != "no-url")
    return config, list(found), data


def _theme_options(root: Path, config: Config, theme: Theme) -> Iterator[Problem]:
    """Give a problem for each option that no template reads, or whose value is not what the theme takes."""
    unknown, faults = unknown_options(config.theme, theme.templates)
    yield from faults
    for name, (message, hint) in faulty_options(config.theme, theme.templates).items():
        yield setting_fault(WRONG_TYPE.says(message, hint), root, ("theme", name))
    for name, hint in unknown.items():
        yield setting_fault(UNKNOWN_OPTION.no_option(abridged(name), hint), root, ("theme", name), at_key=True)


def _commits(root: Path, before: Commits, problems: list[Problem]) -> Commits:
    """Return the last commit of each document; note where git can't tell."""
    commits, fault = last_commits(root, before)
    if fault is not None:
        problems.append(setting_fault(fault, root, ("updated",)))
    return commits


def _words(
    root: Path, tree: Tree, config: Config, theme: Theme, problems: list[Problem]
) -> tuple[Words, dict[SourcePath, bytes]]:
    """Return the words of the site, and the bytes of the files below words/; note what is wrong with them."""
    texts: dict[SourcePath, bytes] = {}
    written: dict[SourcePath, Written] = {}
    for path in tree.words:
        try:
            texts[path] = read_inside(root, path)
        except OutsideSiteError:
            problems.append(OUTSIDE_SITE.file().at(path))
        except OSError as error:
            problems.append(UNREADABLE_FILE.gone(error).at(path))
        else:
            written[path], found = read_words(path, texts[path])
            problems += found
    words = Words(config.language, {one.language: one.entries for one in written.values() if one.language})
    problems += _unknown_words(written, config, theme)
    if words.knows(config.language):
        problems += lacking(words, config.language)
    else:
        problems.append(setting_fault(NO_WORDS.language(config.language), root, ("language",)))
    return words, texts


def _unknown_words(written: dict[SourcePath, Written], config: Config, theme: Theme) -> Iterator[Problem]:
    """Give a problem for each word that nothing asks for: neither we, nor a template, nor a taxonomy by its name."""
    if not written:
        return
    known = known_keys({}).union(words_in(one.text for one in theme.templates.values()), config.taxonomies)
    for path, one in written.items():
        for key, place in one.places.items():
            if key not in known:
                yield UNKNOWN_WORD.asked_by_none(abridged(key), did_you_mean(key, known)).at(path, place)


def lacking(words: Words, language: str) -> Iterator[Problem]:
    """Give the one problem of a language that only the site has words for, where some are missing, at its file."""
    if missing := words.missing(language):
        own = next(base for base in bases(language) if base in words.own)
        yield NO_WORDS.partly(own, missing).at(f"words/{own}.yaml")


def setting_fault(fault: Fault, root: Path, keys: tuple[str, ...], *, at_key: bool = False) -> Problem:
    """Return the problem of a setting that only a later step found wrong, at its value or at its key.

    It stands at line 0 where site.yaml does not have the setting.
    """
    try:
        place = place_of(read_inside(root, SETTINGS), *keys, at_key=at_key)
    except (OSError, OutsideSiteError):
        place = WHOLE_FILE
    return fault.at(SETTINGS, place)


def _look(root: Path, path: SourcePath, before: Seen | None, now_ns: int, problems: list[Problem]) -> Seen | None:
    """Return a file's digest and, of an image, its size; from the build before where the file system vouches for it."""
    try:
        signature = signature_of(root / path)
        if before is not None and still(before, signature):
            return before
    except OSError:
        signature = UNSURE  # under another name on disk (NFD), or gone: reading tells
    try:
        data = read_inside(root, path)
    except OutsideSiteError:
        problems.append(OUTSIDE_SITE.file().at(path))
        return None
    except OSError as error:
        problems.append(UNREADABLE_FILE.gone(error).at(path))
        return None
    size = None
    if path.lower().endswith(IMAGES):
        size, fault = measure(path, data)
        problems += [fault] if fault is not None else []
        if fault is not None:
            signature = UNSURE  # looked at again by the next build, so that the fault is told again
    width, height = size or (None, None)
    return Seen(*settled(signature, now_ns), digest_of_bytes(data), width, height)
