"""What is published beside pages and feeds: copies, the theme's files, the files for machines; and data files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.builder.inputs import SETTINGS, Inputs
from proofpress.content.scan import read_inside
from proofpress.engine.digests import digest_of
from proofpress.model import AssetTarget, CopyTarget, Target, TextTarget
from proofpress.output.publish import Made
from proofpress.output.record import digest_of_output
from proofpress.paths import Base, OutputPath, SourcePath, output_path
from proofpress.problems import Problem, did_you_mean
from proofpress.rules.front_matter import WRONG_TYPE
from proofpress.rules.site import MISSING_REDIRECTS
from proofpress.site.hosting import (
    CLOUDFLARE_REDIRECTS,
    WITH_REDIRECTS,
    host_files,
    host_text,
    redirects_for,
    unsaid,
)
from proofpress.site.values import UnanswerableError
from proofpress.theme import GENERATED, Asset, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.builder.world import World
    from proofpress.engine.loop import Traces


def plain_outputs(world: World, inputs: Inputs) -> dict[OutputPath, Made]:
    """Return what is no page: files that are copied, the theme's files, texts for machines."""
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

            if kind == "sitemap":
                data = sitemap(world.targets, world.site.by_path, base)
            elif kind == "robots":
                data = robots(base)
            else:
                data = host_text(kind, inputs.config.hosting, world.targets, base)
    return Made(path, digest_of_output(data), data)


def hosting_problems(targets: Sequence[Target], inputs: Inputs) -> list[Problem]:
    """Return what keeps the host from redirecting an alias: a file of the site's own that doesn't say it, or a limit."""
    hosting, base = inputs.config.hosting, Base.of(inputs.config.url)
    problems: list[Problem] = []
    for wanted in host_files(hosting):
        if wanted.kind not in WITH_REDIRECTS:
            continue
        redirects = redirects_for(hosting, targets, base)
        own = next((it for it in targets if isinstance(it, CopyTarget) and it.site_path == wanted.site_path), None)
        if own is not None:
            text = read_inside(inputs.root, own.source).decode("utf-8", "replace")
            missing = unsaid(redirects, text, base)
            if missing:
                problems.append(MISSING_REDIRECTS.not_in(len(missing), base.href(missing[0])).at(own.source))
        elif redirects.beyond:
            problems.append(MISSING_REDIRECTS.beyond(CLOUDFLARE_REDIRECTS, redirects.beyond).at(SETTINGS))
    return problems


def all_assets(inputs: Inputs, traces: Traces, problems: list[Problem]) -> dict[str, Asset]:
    """Return the theme's static files and the generated style sheet of listings, under fingerprinted names."""
    options = inputs.config.highlight
    key = digest_of([inputs.versions, options])
    known = traces.fact("highlight")
    if known is not None and known[:16] == key:
        css = known[16:]
    else:
        from proofpress.listings.stylesheet import UnknownStyleError, stylesheet  # noqa: PLC0415 - loads Pygments

        try:
            css = stylesheet(options.light, options.dark).encode("utf-8")
        except UnknownStyleError as error:
            problems.append(WRONG_TYPE.says(str(error)).at(SETTINGS))
            css = b""
        else:
            traces.put_fact("highlight", key + css)
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
