"""Between the two halves of a build: the pictures that pages show made lighter, each by a remembered step.

A picture is known by its bytes: the same one in two posts is made once, and one that moves is not made again. What is
made lies on the shelf, by its digest; a trace holds while it is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

import msgspec

from proofpress import drawings
from proofpress import pictures as making
from proofpress.builder.inputs import setting_fault
from proofpress.builder.uses import Original, Use, is_drawing, unheeded, uses_of
from proofpress.builder.variants import PICTURES, Pictures
from proofpress.content.scan import OutsideSiteError
from proofpress.engine.blobs import Carried
from proofpress.engine.digests import digest_of, digest_of_bytes
from proofpress.engine.loop import Outcome, bring_up_to_date
from proofpress.model import Picture, Place, Variant
from proofpress.output.pictures import Shelf
from proofpress.rules.files import CLEANED_DRAWING, UNMADE_PICTURE, UNSAFE_DRAWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from proofpress.builder.desk import Desk
    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.config.values import Images
    from proofpress.engine.loop import Results
    from proofpress.engine.steps import Trace
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem

WEIGHT: Final = 20
"""How many documents are read in the time that a picture takes."""


class Lighter(msgspec.Struct, frozen=True):
    """What became of a picture: what pages need, or why nothing did."""

    picture: Picture = Picture()
    why: str = ""
    """Why nothing was made, in words that go on after `the picture`."""
    lacking: tuple[str, ...] = ()
    """Formats that could not be written."""
    taken: tuple[str, ...] = ()
    """What was taken out of a drawing."""
    refused: str = ""
    """Why a drawing can't be published, in words that go on after `the drawing`."""


_decode: Final = msgspec.msgpack.Decoder(Lighter).decode


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """What all pictures share."""

    code: bytes
    """The digest of what makes them: Pillow's version, and our own module."""
    wanted: making.Wanted
    shelf: Shelf | None
    known: None = None
    weight: int = WEIGHT
    blobs: Any
    """engine.blobs.Blobs: the pictures."""

    @property
    def digest(self) -> bytes:
        """Of what they depend on. Whence they are read and where they go is no part of it."""
        return digest_of([self.code, self.wanted])

    def digest_of(self) -> Callable[[Any], bytes]:
        """Return the function that digests answers; nothing is asked."""
        return digest_of

    def open(self) -> Encoding:
        """Return itself: nothing is held between two pictures."""
        return self

    def away(self) -> Encoding:
        """Return the same for another machine: a picture goes there in a thousandth of the time that it takes to make."""
        return msgspec.structs.replace(self, blobs=Carried(), shelf=None)

    def reads(self, step: PictureStep) -> tuple[bytes, ...]:
        """Return the digest of a step's picture."""
        return (step.original.digest,)

    def may_read(self, step: PictureStep) -> tuple[bytes, ...]:
        """Return the same: a step reads nothing else."""
        return self.reads(step)

    def landed(self, result: tuple[Trace[Any], Outcome]) -> tuple[Trace[Any], Outcome]:
        """Return what a step gave on another machine as it would be from here: with what was made on the shelf."""
        trace, outcome = result
        if self.shelf is None or outcome.data is None:
            return result
        for data in outcome.data:
            self.shelf.put(data)
        return trace, msgspec.structs.replace(outcome, data=None)


class Originals(msgspec.Struct, frozen=True):
    """Pictures by the digests that their bytes had when they were looked at."""

    root: Path
    originals: dict[bytes, Original]

    def open(self) -> Originals:
        """Return itself: nothing is held between two pictures."""
        return self

    def read(self, digest: bytes) -> bytes:
        """Return what lies there now, no more than is ever decoded. Raises as `Original.read` does."""
        return self.originals[digest].read(self.root, making.MOST_BYTES + 1)

    def get(self, digest: bytes) -> bytes:
        """Return the same; nothing where it can't be read any more, which is then taken for one that was just saved."""
        try:
            return self.read(digest)
        except (OSError, OutsideSiteError):
            return b""


class PictureStep(msgspec.Struct, frozen=True):
    """A picture to make lighter. Its value is a Lighter; what is made lies on the shelf, or is handed on."""

    original: Original
    """One place where it lies."""
    widths: tuple[int, ...] = ()
    """Those that its posts ask for; none for those of the settings."""
    quality: int = 0
    """That which they ask for; 0 for that of the settings."""

    @property
    def key(self) -> str:
        """The digest of its bytes, by which it is known wherever it lies."""
        return self.original.digest.hex()

    @property
    def digests(self) -> bytes:
        """What it is made from."""
        data = self.original.digest
        return digest_of([data, self.widths, self.quality]) if self.widths or self.quality else data

    def run(self, using: Encoding, _asked: object) -> Outcome:
        """Make it."""
        try:
            blobs, digest = using.blobs, self.original.digest
            data = blobs.read(digest) if isinstance(blobs, Originals) else blobs.get(digest)
        except (OSError, OutsideSiteError) as error:
            return Outcome(msgspec.msgpack.encode(Lighter(why=f"can't be read ({error})")), kept=False)
        if len(data) <= making.MOST_BYTES and digest_of_bytes(data) != digest:  # saved while it was built
            return Outcome(msgspec.msgpack.encode(Lighter()), kept=False)
        if self.original.held is None and is_drawing(self.original.path):
            return _drawn(data, using.shelf)
        try:
            made = making.make(data, self._wanted(using.wanted))
        except making.UnmadeError as error:
            return Outcome(msgspec.msgpack.encode(Lighter(why=str(error))))
        except MemoryError:  # another time there may be more
            return Outcome(msgspec.msgpack.encode(Lighter(why="takes more memory than there is")), kept=False)
        put = using.shelf.put if using.shelf is not None else digest_of_bytes
        variants = tuple(Variant(one.format, one.width, put(one.data), len(one.data)) for one in made.variants)
        value = Lighter(Picture(made.tint, variants), lacking=made.lacking)
        handed = None if using.shelf is not None else [one.data for one in made.variants]
        return Outcome(msgspec.msgpack.encode(value), data=handed)

    def _wanted(self, usual: making.Wanted) -> making.Wanted:
        """Return what is asked of it, by its posts and else by the settings."""
        widths, quality = self.widths or usual.widths, self.quality or usual.quality
        return making.Wanted(usual.formats, widths, quality)


def _drawn(data: bytes, shelf: Shelf | None) -> Outcome:
    """Return what became of a drawing: without a fault it is published as it is."""
    try:
        found = drawings.clean(data)
    except drawings.UncleanError as error:
        return Outcome(msgspec.msgpack.encode(Lighter(refused=str(error))))
    if not found.taken:
        return Outcome(msgspec.msgpack.encode(Lighter()))
    put = shelf.put if shelf is not None else digest_of_bytes
    left = put(found.data), len(found.data)
    value = msgspec.msgpack.encode(Lighter(Picture(cleaned=left), taken=found.taken))
    return Outcome(value, data=None if shelf is not None else [found.data])


def make_pictures(
    inputs: Inputs,
    prepared: Mapping[SourcePath, Prepared],
    hidden: frozenset[SourcePath],
    desk: Desk,
    progress: Callable[[str, int, int], None],
) -> Pictures:
    """Make what pages show lighter, as the settings ask, as far as it is not there.

    What only hidden documents show is kept, and not made.
    """
    if not inputs.code.pictures:
        return Pictures(problems=[setting_fault(UNMADE_PICTURE.needs_package(), inputs.root, ("images",))])
    uses = list(uses_of(inputs, prepared))
    shown = [use for use in uses if use.page not in hidden]
    before = _kept(desk)
    results = _results(inputs, desk, uses, shown, progress)
    lighter = {bytes.fromhex(key): _decode(value) for key, value in results.values.items()}
    data: dict[bytes, bytes] = {}
    for key, outcome in results.ran.items():
        digests = (digest for digest, _ in _kept_of(lighter[bytes.fromhex(key)]))
        data.update(zip(digests, outcome.data or (), strict=False))
    found = {use.file: lighter[use.original.digest] for use in shown}
    return Pictures(
        made={path: one.picture for path, one in sorted(found.items()) if one.picture != Picture()},
        problems=[*_problems(shown, found), *_unwritten(inputs, found), *unheeded(inputs, prepared, hidden)],
        dropped=before - _kept(desk),
        data=data,
        shelf=desk.shelf,
    )


def _results(
    inputs: Inputs, desk: Desk, uses: list[Use], shown: list[Use], progress: Callable[[str, int, int], None]
) -> Results:
    """Bring pictures up to date, the heaviest first. For a check, which wants no bytes, they are only decoded."""
    wanted: dict[str, PictureStep] = {}
    shelf, sizes, images = desk.shelf, inputs.sizes, inputs.config.images
    for alike in _alike(shown).values():
        first = min(alike, key=lambda use: (use.original.held is not None, use.file))
        step = PictureStep(first.original, *_asked(alike, images))
        wanted[step.key] = step
    encoding = Encoding(
        code=digest_of([inputs.code.pictures, _recipe(making), _recipe(drawings), expat.EXPAT_VERSION]),
        wanted=making.Wanted(images.formats if shelf is not None or desk.wanted else (), images.widths, images.quality),
        blobs=Originals(inputs.root, {step.original.digest: step.original for step in wanted.values()}),
        shelf=shelf,
    )
    heaviest = sorted(wanted.values(), key=lambda step: (-_weight(step.original, sizes), step.key))
    return bring_up_to_date(
        PICTURES,
        heaviest,
        encoding,
        desk.traces,
        desk.executor,
        standing={use.original.digest.hex() for use in uses} - wanted.keys(),
        holds=lambda value: shelf is None or all(shelf.has(*which) for which in _needed(value)),
        progress=lambda done, of: progress("Making pictures", done, of),
    )


def _weight(original: Original, sizes: Mapping[SourcePath, int]) -> int:
    """Return how many bytes a picture has; one that a notebook holds has somewhat fewer."""
    held = original.held
    return sizes[original.path] if held is None else held.end - held.start


def _alike(shown: list[Use]) -> dict[bytes, list[Use]]:
    """Return where each picture is shown, by its bytes."""
    found: dict[bytes, list[Use]] = {}
    for use in shown:
        found.setdefault(use.original.digest, []).append(use)
    return found


def _asked(uses: list[Use], images: Images) -> tuple[tuple[int, ...], int]:
    """Return what posts ask of one picture, all of them together: every width, and the best quality."""
    references = [use.reference for use in uses]
    if not any(one.widths or one.quality for one in references):
        return (), 0
    widths = {width for one in references for width in one.widths or images.widths}
    return tuple(sorted(widths)), max(one.quality or images.quality for one in references)


def _needed(value: bytes) -> list[tuple[bytes, int]]:
    return _kept_of(_decode(value))


def _kept_of(lighter: Lighter) -> list[tuple[bytes, int]]:
    """Return the digests and lengths of what was made of a picture, in the order in which it is handed on."""
    picture = lighter.picture
    found = [(one.digest, one.size) for one in picture.variants]
    return found if picture.cleaned is None else [*found, picture.cleaned]


def _kept(desk: Desk) -> frozenset[bytes]:
    """Return the digests of all that is remembered to lie on the shelf."""
    if desk.shelf is None:
        return frozenset()
    entries = desk.traces.entries(PICTURES.name, PICTURES.questions)
    return frozenset(digest for entry in entries.values() for digest, _ in _needed(entry.value))


def _recipe(module: ModuleType) -> bytes:
    """Return the digest of a module that makes pictures: with other code they are made anew."""
    loader: Any = module.__spec__.loader if module.__spec__ is not None else None
    return digest_of_bytes(loader.get_data(module.__file__))


def _problems(shown: list[Use], found: Mapping[SourcePath, Lighter]) -> Iterator[Problem]:
    """Give the problems of each picture of which nothing could be made, or something taken out, wherever it is shown."""
    for use in shown:
        one, at = found[use.file], use.reference
        place = Place(at.line, at.column, at.length)
        if one.why:
            yield UNMADE_PICTURE.undone(at.href, one.why).at(use.page, place)
        if one.refused:
            yield UNSAFE_DRAWING.refused(at.href, one.refused).at(use.page, place)
        if one.taken:
            yield CLEANED_DRAWING.without(at.href, one.taken).at(use.page, place)


def _unwritten(inputs: Inputs, found: Mapping[SourcePath, Lighter]) -> Iterator[Problem]:
    """Give the problem of formats that the settings ask for and Pillow, as it is installed, cannot write."""
    formats = sorted({name for one in found.values() for name in one.lacking})
    if formats:
        said = " and ".join(name.upper().replace("WEBP", "WebP") for name in formats)
        yield setting_fault(UNMADE_PICTURE.unwritten(said), inputs.root, ("images", "formats"))
