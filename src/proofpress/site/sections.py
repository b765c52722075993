"""Settings that speak of folders and files: whether there is anything that they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.content.globs import matcher
from proofpress.problems import did_you_mean
from proofpress.rules.settings import UNMATCHED_SETTING
from proofpress.site.links import CONTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from proofpress.config import Config
    from proofpress.model import Place
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem


def unmatched(
    config: Config, documents: Sequence[SourcePath], place_of: Callable[[str, str], Place]
) -> Iterator[Problem]:
    """Give a problem for each section, each default and each pattern of rules that no document belongs to; drafts count.

    `place_of` tells where a key stands in site.yaml, by the setting that it is part of.
    """
    paths = [path.removeprefix(CONTENT) for path in documents]
    folders = {"/".join(parts[:n]) for parts in (path.split("/") for path in paths) for n in range(1, len(parts))}
    for folder, section in config.sections.items():
        if folder not in folders:
            fault = UNMATCHED_SETTING.section(folder, did_you_mean(folder, sorted(folders)))
            yield fault.at("site.yaml", section.place)
    for default in config.defaults:
        if not any(map(matcher([default.pattern]), paths)):
            yield UNMATCHED_SETTING.default(default.pattern).at("site.yaml", default.place)
    for pattern, weights in config.rules.items():
        if isinstance(weights, dict) and not any(map(matcher([pattern]), paths)):
            yield UNMATCHED_SETTING.weights(pattern).at("site.yaml", place_of("rules", pattern))
