"""What problems weigh by a site's settings, `rules:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.content.globs import matcher
from proofpress.site.links import CONTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from proofpress.problems import Judgement, Problem


def weigher(
    rules: Mapping[str, Judgement | Mapping[str, Judgement]], optional: Collection[str] = ()
) -> Callable[[Problem], Judgement]:
    """Return the function that tells what a problem weighs by the settings (`rules:`).

    Of the patterns that match its file, the last that names its rule counts; else what holds for all files; else what
    the rule says itself. The `optional` rules are off unless they are weighed.
    """
    everywhere: dict[str, Judgement] = dict.fromkeys(optional, "off")
    below: list[tuple[Callable[[str], bool], Mapping[str, Judgement]]] = []
    for name, weight in rules.items():
        if isinstance(weight, str):
            everywhere[name] = weight
        else:
            below.insert(0, (matcher([name]), weight))

    def weight_of(found: Problem) -> Judgement:
        if below and found.path.startswith(CONTENT):
            path = found.path.removeprefix(CONTENT)
            for matches, weights in below:
                if found.rule in weights and matches(path):
                    return weights[found.rule]
        return everywhere.get(found.rule, found.severity)

    return weight_of
