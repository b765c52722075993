"""Links that lead out of a site: which are asked, what answers are remembered, and what is said of them."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from proofpress.rules.rule import replacing
from proofpress.rules.web import DEAD_LINK, MOVED_LINK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from proofpress.problems import Edit, Problem
    from proofpress.site.finished import OutsideLink
    from proofpress.web.asking import Answer

WEEK: Final = 7 * 24 * 3600.0


def wanted(links: Iterable[OutsideLink], ignored: Sequence[str]) -> list[str]:
    """Return the addresses to ask, without those that fit a pattern of the settings and those that hold a password."""
    return [
        link.url
        for link in links
        if "@" not in urlsplit(link.url).netloc and not any(fnmatch.fnmatchcase(link.url, one) for one in ignored)
    ]


def still_good(answers: Mapping[str, Answer], now: float) -> dict[str, Answer]:
    """Return the answers that need not be asked for again: good ones, for a week."""
    return {
        url: answer
        for url, answer in answers.items()
        if answer.state in {"good", "moved"} and 0 <= now - answer.at < WEEK
    }


def problems_of(links: Iterable[OutsideLink], answers: Mapping[str, Answer]) -> Iterator[Problem]:
    """Give what is wrong with links: those that are dead, and those that have moved for good."""
    for link in links:
        answer = answers.get(link.url)
        if answer is None or answer.state not in {"dead", "moved"}:
            continue
        where = ""
        if link.pages > 1 or not link.place.line:
            more = link.pages - 1
            where = f" (on {link.first}" + (f" and {more:,} more page{'s' if more > 1 else ''})" if more else ")")
        if answer.state == "dead":
            fault = DEAD_LINK.gone(link.url, answer.why, f"https://web.archive.org/web/{link.year}/{link.url}" + where)
            found = fault.at(link.path, link.place)
        else:
            fault = MOVED_LINK.moved(link.url, answer.to + where)
            found = fault.at(link.path, link.place, edits=_moved(link, answer.to))
        if found.rule in link.allowed:
            continue
        yield msgspec.structs.replace(found, excerpt=link.excerpt)


def _moved(link: OutsideLink, to: str) -> tuple[Edit, ...]:
    if not link.exact or any(mark in to for mark in "#()<>[] \"'"):
        return ()
    return (replacing(link.path, link.place, link.url, to, safe=False),)


def notes_of(links: Iterable[OutsideLink], answers: Mapping[str, Answer]) -> list[str]:
    """Return a line for each address of which nobody knows whether it is there."""
    found = []
    for link in links:
        answer = answers.get(link.url)
        if answer is not None and answer.state == "unsure":
            place = f"{link.path}:{link.place.line}:{link.place.column}" if link.place.line else link.path
            found.append(f"{place}: '{link.url}': {answer.why}")
    return found
