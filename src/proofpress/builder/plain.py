"""What is published beside pages and feeds: copies, the theme's files, the files for machines; and data files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from proofpress.builder.inputs import Inputs, setting_fault
from proofpress.builder.plugins import Guard
from proofpress.content.scan import read_inside
from proofpress.engine.digests import digest_of
from proofpress.kinds.target import Held, Kept
from proofpress.output.publish import Made
from proofpress.output.record import digest_of_output
from proofpress.paths import OutputPath, SitePath, SourcePath, output_path
from proofpress.problems import Problem, did_you_mean
from proofpress.rules.front_matter import WRONG_TYPE
from proofpress.site.values import UnanswerableError
from proofpress.theme import GENERATED, GENERATED_PARTS, Asset, fingerprint
from proofpress.theme_look import LOOKS, SHEET, look
from proofpress.theme_sheets import JOINED, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from proofpress.builder.variants import Pictures
    from proofpress.engine.loop import Traces
    from proofpress.kinds.target import PlainTarget, Published
    from proofpress.model import Drawing

SEARCH: Final = ("search.css", "search.js")
"""The theme's files that only a site with a search has."""


def plain_outputs(
    targets: Iterable[PlainTarget],
    published: Published,
    inputs: Inputs,
    pictures: Pictures,
    drawings: Mapping[SourcePath, tuple[SourcePath, Drawing]],
) -> tuple[dict[OutputPath, Made], list[Problem]]:
    """Return what every build writes anew: files that are copied, the theme's files, texts for machines.

    And what is wrong with plugins that fail to. `drawings` are the pictures that notebooks hold.
    """
    made = {}
    guard = Guard(inputs.plugins)
    for target in targets:
        path = output_path(target.site_path)
        found = _written(target, published, inputs, guard)
        if found is None:
            continue
        if isinstance(found, Kept):
            made[path] = pictures.put(path, found.digest)
        elif isinstance(found, Held):
            notebook, drawing = drawings[found.file]
            made[path] = Made(path, drawing.digest, held=(inputs.root, notebook, drawing))
        elif isinstance(found, bytes):
            made[path] = Made(path, digest_of_output(found), found)
        else:
            made[path] = Made(path, inputs.files[found].digest.hex(), source=(inputs.root, found))
    return made, guard.problems


def _written(
    target: PlainTarget, published: Published, inputs: Inputs, guard: Guard
) -> bytes | SourcePath | Kept | Held | None:
    """Return what a target writes; None where it is a plugin's, which fails."""
    if not inputs.plugins:
        return target.write(published)

    def write() -> bytes | SourcePath | Kept | Held:
        found: Any = target.write(published)
        if not isinstance(found, bytes | Kept | Held) and found not in inputs.files:
            raise TypeError(f"a target writes bytes, or names a file that is copied, not {str(found)[:60]!r}")
        return cast("bytes | SourcePath | Kept | Held", found)

    return guard.tried(write, None, f"while {target.site_path} was written", type(target).write)


_PARTED: Final = b"\0"
"""Stands between the two parts of a sheet that is remembered."""


def all_assets(
    inputs: Inputs, traces: Traces, problems: list[Problem], named: Mapping[str, SitePath]
) -> dict[str, Asset]:
    """Return the theme's static files and the generated style sheets, under fingerprinted names, or those they are `named` by."""
    options = inputs.config.highlight
    key = digest_of([inputs.versions, options])
    known = traces.fact("highlight")
    if known is not None and known[:16] == key:
        plain, _, more = known[16:].partition(_PARTED)
    else:
        from proofpress.listings.layout import (  # noqa: PLC0415 - known with the rest, where nothing changed
            MORE_LAYOUT,
            PLAIN_LAYOUT,
        )
        from proofpress.listings.stylesheet import UnknownStyleError, stylesheet  # noqa: PLC0415 - loads Pygments

        try:
            sheet = stylesheet(options.light, options.dark)
        except UnknownStyleError:
            problems += _unknown_styles(inputs)
            plain = more = b""
        else:
            plain = (PLAIN_LAYOUT + sheet.plain).encode("utf-8")
            more = (MORE_LAYOUT + sheet.more).encode("utf-8")
            traces.put_fact("highlight", key + plain + _PARTED + more)
    generated = {GENERATED: plain + more, **dict(zip(GENERATED_PARTS, (plain, more), strict=True))}
    if inputs.config.theme.get("fonts") != "system":
        generated[JOINED] = joined(inputs.theme.static)
    if not inputs.config.theme.keys().isdisjoint(LOOKS):
        generated[SHEET] = look(inputs.config.theme).encode("utf-8")
    static = inputs.theme.static
    if not inputs.config.search:
        static = {name: data for name, data in static.items() if name not in SEARCH}
    return fingerprint(static | generated, named)


def _unknown_styles(inputs: Inputs) -> Iterator[Problem]:
    """Give the problem of each of the two styles that there is not, at its place in the settings."""
    from proofpress.listings.stylesheet import UnknownStyleError, stylesheet  # noqa: PLC0415 - loads Pygments

    options = inputs.config.highlight
    for key, style in (("light", options.light), ("dark", options.dark)):
        try:
            stylesheet(style, style)
        except UnknownStyleError as error:
            yield setting_fault(WRONG_TYPE.says(str(error), error.hint), inputs.root, ("highlight", key))


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
            from proofpress.content.data import read_data  # noqa: PLC0415 - four formats, which few sites need

            value, found = read_data(path, read_inside(self._root, path))
            if found:
                raise UnanswerableError(f"'{path}' can't be read", found[0])
            self._read[name] = value
        return self._read[name]
