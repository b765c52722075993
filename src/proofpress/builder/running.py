"""Posts whose listings are run, for the command that runs them: read as a build reads them, with the lock beside each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.builder.companions import with_companions
from proofpress.builder.documents import Rendering, placed_paths, reading_of
from proofpress.builder.inputs import settings
from proofpress.builder.plugins import read_plugins
from proofpress.builder.reporting import LINE_END
from proofpress.builder.versions import code_version
from proofpress.content.documents import markdown_of
from proofpress.content.names import translations
from proofpress.content.scan import scan
from proofpress.listings.running import says_of_runs
from proofpress.recorded import lock
from proofpress.recorded.claims import false_claims, false_words
from proofpress.recorded.listings import runnables
from proofpress.recorded.pairing import paired
from proofpress.recorded.reading import recorded
from proofpress.rules.runs import NOT_RUN, SPARE_OUTPUT, STALE_OUTPUT, UNREAD_LOCK
from proofpress.words.vocabulary import Words

if TYPE_CHECKING:
    from pathlib import Path

    from proofpress.config import Config
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem
    from proofpress.recorded.listings import Runs
    from proofpress.recorded.values import Lock
    from proofpress.rules.prose import Text


_STALE: Final = frozenset({one.name for one in (NOT_RUN, STALE_OUTPUT, SPARE_OUTPUT, UNREAD_LOCK)})


class Running(NamedTuple):
    """A post with listings that are run."""

    text: Text
    lines: tuple[str, ...]
    """Of its file, as an editor counts them."""
    runs: Runs
    lock: Lock | None
    """What its listings gave before; None where nothing is kept, or nothing that can be read."""
    stands: bool
    """Whether that is of its listings as they are now, and of the files that they read."""

    @property
    def path(self) -> str:
        """The post's file."""
        return self.text.document.path

    @property
    def said(self) -> tuple[str, ...]:
        """For each listing that is run what the post itself says that it prints, as far as it does."""
        return tuple(
            part.claim.code if part.claim is not None else part.listing.code if part.answers else ""
            for part in self.runs.parts
        )

    def claims(self, now: Lock) -> list[Problem]:
        """Return what the post says of its listings that is not so, by what they give now."""
        pairs = paired(self.runs, now).pairs
        told = [found for pair in pairs if pair.ran is not None for found in false_claims(pair, self.text)]
        return [
            fault.at(self.path, place) for fault, place in (*told, *false_words(self.text.quoted, pairs, self.text))
        ]

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What is wrong with how its listings are asked to run."""
        return tuple(fault.at(self.path, place) for fault, place in self.runs.faults)


class Asking(NamedTuple):
    """What of a site is run."""

    config: Config
    paths: tuple[SourcePath, ...]
    """Of all its Markdown files."""
    posts: tuple[Running, ...]
    problems: tuple[Problem, ...]
    """What keeps files from being read, and how posts are asked for of which nothing is run."""


def posts_that_run(root: Path) -> Asking:
    """Read a site's folder, and find the posts whose listings are run, drafts and posts of the future among them."""
    config, problems, _ = settings(root, "")
    code = code_version()
    plugins, unread = read_plugins(root, code.entries)
    tree = scan(root, config.ignore)
    tree = with_companions(root, tree, config, code.grammars)
    words = Words(config.language)
    paths = tuple(source.path for source in tree.documents)
    originals = translations(paths, words.knows, placed_paths(paths, config))
    rendering = Rendering(reading_of(config, words, b"", plugins))
    posts = []
    doubts: list[Problem] = []
    try:
        for source in tree.documents:
            if b"run" not in source.data:
                continue
            document = rendering.read(source, originals.get(source.path))
            if not (document.front.run or says_of_runs(document.text)):
                continue
            text = rendering.parse(document)
            runs = runnables(text, document.front)
            if not runs.parts:
                doubts += [fault.at(document.path, place) for fault, place in runs.faults]
            else:
                kept = next((one.data for one in document.beside if one.kind == "lock"), None)
                told = {one.rule for one in recorded(text, document.front, document.beside).problems}
                lines = tuple(LINE_END.split(markdown_of(source.path, source.data).decode("utf-8-sig", "replace")))
                before = None if kept is None else lock.read(document.path, kept)[0]
                posts.append(Running(text, lines, runs, before, stands=not told & _STALE))
    finally:
        rendering.close()
    errors = tuple(one for one in (*problems, *unread, *tree.problems) if one.severity == "error")
    return Asking(config, paths, tuple(posts), (*errors, *doubts))
