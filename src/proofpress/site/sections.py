"""Settings that speak of folders and files: whether there is anything that they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.content.globs import matcher
from proofpress.content.languages import placed
from proofpress.problems import did_you_mean
from proofpress.rules.settings import UNMATCHED_SETTING
from proofpress.site.links import CONTENT
from proofpress.site.lists import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from proofpress.config import Config
    from proofpress.model import Card, Place
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem


def unspoken(config: Config, cards: Iterable[Card]) -> Iterator[Problem]:
    """Give a problem for each language of the settings that no document is in; drafts count."""
    tags = [language.tag for language in config.languages]
    found = {spoken(card.language, tags) for card in cards} if tags else set()
    for language in config.languages:
        if language.tag not in found:
            yield UNMATCHED_SETTING.language(language.tag).at("site.yaml", language.place)


def unmatched(
    config: Config, documents: Sequence[SourcePath], place_of: Callable[[str, str], Place]
) -> Iterator[Problem]:
    """Give a problem for each section, each default and each pattern of rules that no document belongs to; drafts count.

    `place_of` tells where a key stands in site.yaml, by the setting that it is part of.
    """
    paths = [path.removeprefix(CONTENT) for path in documents]
    tags = [language.tag for language in config.languages]
    plain = [placed(path, tags)[1].removeprefix(CONTENT) for path in documents] if tags else paths
    folders = {"/".join(parts[:n]) for parts in (path.split("/") for path in plain) for n in range(1, len(parts))}
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
