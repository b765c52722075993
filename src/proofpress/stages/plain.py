"""What is published beside pages and feeds: copies, the theme's files, the files for machines; and data files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.content.scan import read_inside
from proofpress.engine.digests import digest_of
from proofpress.model import AssetTarget, CopyTarget, TextTarget
from proofpress.output.publish import Made, digest_of_output
from proofpress.paths import Base, OutputPath, SourcePath, output_path
from proofpress.problems import Problem, did_you_mean, problem
from proofpress.site.view import UnanswerableError
from proofpress.stages.inputs import SETTINGS, Inputs
from proofpress.theme import GENERATED, Asset, fingerprint

if TYPE_CHECKING:
    from proofpress.stages.memory import Memory
    from proofpress.stages.world import World


def plain_outputs(world: World, inputs: Inputs) -> dict[OutputPath, Made]:
    """Return what is no page: files that are copied, the theme's files, the sitemap, robots.txt."""
    base = Base.of(inputs.config.url)
    made = [
        _plain(target, world, inputs, base)
        for target in world.targets
        if isinstance(target, CopyTarget | AssetTarget | TextTarget)
    ]
    return {one.path: one for one in made}


def _plain(target: CopyTarget | AssetTarget | TextTarget, world: World, inputs: Inputs, base: Base) -> Made:
    path = output_path(target.site_path)
    match target:
        case CopyTarget(source=source):
            return Made(path, inputs.files[source].digest.hex(), source=(inputs.root, source))
        case AssetTarget(name=name):
            data = world.assets[name].data
        case TextTarget(kind=kind):
            from proofpress.site.machine_files import robots, sitemap  # noqa: PLC0415 - as the others

            data = sitemap(world.targets, world.site.by_path, base) if kind == "sitemap" else robots(base)
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
            from proofpress.content.data import read_data  # noqa: PLC0415 - four formats, which few sites need

            value, found = read_data(path, read_inside(self._root, path))
            if found:
                raise UnanswerableError(f"'{path}' can't be read", found[0])
            self._read[name] = value
        return self._read[name]
