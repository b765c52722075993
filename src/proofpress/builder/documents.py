"""One document: read, rendered, and told as a card. Depends on its bytes, its kind and the settings, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from proofpress.config import Config, zone
from proofpress.content.documents import read
from proofpress.content.globs import matcher
from proofpress.content.names import Name, lists, split
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.model import Body, Card, Place, Source
from proofpress.problems import Problem
from proofpress.site.cards import Kind, make_card
from proofpress.site.links import CONTENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.paths import SourcePath


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What a build needs of every document, changed or not: all but its HTML, which `body` is the digest of."""

    card: Card
    folder: str
    """Below content/, to which it belongs in lists."""
    bundle: bool
    places: dict[str, Place]
    problems: tuple[Problem, ...]
    anchors: tuple[str, ...]
    body: bytes
    told: bytes
    """The digest of all that other pages may learn of this one."""
    certain: bool = True
    """Whether it depends on the document and the settings alone, so that it may be remembered."""


class Task(msgspec.Struct, frozen=True):
    """A document to prepare."""

    source: Source
    kind: Kind


Preparer = Callable[[Config], Callable[[Task], tuple[bytes, bytes]]]
"""Makes the function that prepares documents: it gives a Prepared as JSON, and the Body as MessagePack."""

decode_prepared = msgspec.json.Decoder(Prepared).decode
decode_body = msgspec.msgpack.Decoder(Body).decode


def inputs_of(config: Config, versions: bytes) -> bytes:
    """Return the digest of what every document depends on besides itself."""
    return digest_of(
        [
            versions,
            config.url,
            config.timezone,
            config.language,
            config.permalink,
            list(config.taxonomies),
            list(config.authors),
            config.markdown,
            config.highlight,
        ]
    )


def preparer(config: Config) -> Rendering:
    """Return the function that prepares documents. To be closed, for which it need not have been called."""
    return Rendering(config)


class Rendering:
    """Prepares documents, by one site's settings.

    A Prepared is written as JSON, since dates keep their offsets in it; the body has none.
    """

    def __init__(self, config: Config) -> None:
        from proofpress.markdown.renderer import Renderer  # noqa: PLC0415 - a build with nothing to render doesn't load it

        self._config = config
        self._zone = zone(config)
        self._renderer = Renderer(config.markdown, config.highlight, config.language)

    def __call__(self, task: Task) -> tuple[bytes, bytes]:
        """Return a document's Prepared and its Body."""
        config = self._config
        document = read(task.source, zone=self._zone, taxonomies=config.taxonomies, authors=config.authors)
        body = self._renderer.render(document)
        name = name_of(task.source.path, task.kind)
        card, found = make_card(document, body, name, task.kind, config)
        encoded = msgspec.msgpack.encode(msgspec.structs.replace(body, problems=()))
        prepared = Prepared(
            card=card,
            folder=name.folder,
            bundle=name.bundle,
            places=document.places,
            problems=(*document.problems, *body.problems, *found),
            anchors=body.anchors,
            body=digest_of_bytes(encoded),
            told=digest_of([card, name.folder, name.bundle, list(body.anchors)]),
            certain=body.certain,
        )
        return msgspec.json.encode(prepared), encoded

    def close(self) -> None:
        """End the process that a renderer may have started."""
        self._renderer.close()


def kinds_of(paths: Sequence[SourcePath], config: Config) -> dict[SourcePath, Kind]:
    """Tell posts, pages and the texts of lists apart, by the settings' globs and by what lies beside a file."""
    is_post = matcher(config.posts)
    introductions = lists(paths)
    posts = [path for path in paths if path not in introductions and is_post(path.removeprefix(CONTENT))]
    with_posts = {"/".join(parts[:n]) for parts in (path.split("/") for path in posts) for n in range(1, len(parts))}
    kinds: dict[SourcePath, Kind] = dict.fromkeys(paths, "page")
    kinds.update(dict.fromkeys(posts, "post"))
    for path in introductions:
        folder = path.rpartition("/")[0]
        kinds[path] = "home" if folder == CONTENT.rstrip("/") else "list" if folder in with_posts else "page"
    return kinds


def name_of(path: SourcePath, kind: Kind) -> Name:
    """Take a path apart; the text of a list belongs to the folder that it introduces."""
    name = split(path)
    if kind == "home":
        return Name("", "", None, False)
    if kind == "list":
        return Name("/".join(part for part in (name.folder, name.stem) if part), "", None, False)
    return name
