"""Pages looked at once they are finished: what their rules find, where it was written, and what leads out of the site.

A page is looked at by the step that fills it, so that one which did not change is not looked at again. What pages say of
each other is judged when all are there. Where a fault was written is found by its words: in the page's own source, in the
templates, in the settings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import unquote

import msgspec

from proofpress.builder.allowances import allowed_at
from proofpress.builder.plugins import fault_somewhere, open_plugins
from proofpress.content.documents import markdown_of
from proofpress.model import Place
from proofpress.paths import Base
from proofpress.problems import Edit, Problem, Severity
from proofpress.rules.checks import PAGE_RULES
from proofpress.rules.html_page import Page, Tag
from proofpress.rules.pages import INSECURE_LINK, LONE_PAGE
from proofpress.rules.rule import WHOLE_FILE, replacing
from proofpress.site import questions
from proofpress.site.finished import Facts, Outside, OutsideLink, Web, facts_of, outside
from proofpress.theme import OVERRIDES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.builder.inputs import Inputs
    from proofpress.builder.plugins import Plugins
    from proofpress.builder.world import World
    from proofpress.kinds.making import Making
    from proofpress.kinds.target import FilledTarget
    from proofpress.paths import SourcePath
    from proofpress.rules.rule import Fault
    from proofpress.site.finished import Broken

_NAMED_PAGES: Final = 1
_GOES_ON: Final = re.compile(r"[?=&#.-]*[\w/%]")
"""Behind an address that is the beginning of a longer one."""


class Noted(msgspec.Struct, frozen=True, array_like=True):
    """A fault that was found on a page, with the tag that it is about."""

    rule: str
    severity: Severity
    message: str
    hint: str
    tag: str
    written: str
    place: Place | None = None
    """Where the page's own text has it, where that is known."""


class Look(msgspec.Struct, frozen=True, array_like=True):
    """What a look at a finished page gave."""

    facts: Facts
    noted: tuple[Noted, ...] = ()
    faults: tuple[Problem, ...] = ()
    """Of plugins whose rules failed."""


class _Value(msgspec.Struct, frozen=True):
    """Of what a step of a check gave, what is read here."""

    look: Look | None = None


_decode_value = msgspec.json.Decoder(_Value).decode


def looks_of(values: Mapping[str, bytes]) -> dict[str, Look]:
    """Return what was seen on each page, by its site path, from what the steps of a check gave."""
    read = {key: _decode_value(value).look for key, value in values.items()}
    return {key: seen for key, seen in read.items() if seen is not None}


def look(data: bytes, target: FilledTarget, making: Making, plugins: Plugins) -> Look | None:
    """Look at what a target made, where that is a page."""
    if not target.site_path.endswith(("/", ".html")):
        return None
    url = Base.of(making.config.url).absolute(target.site_path)
    page = Page(url, data.decode("utf-8", "replace"), target.source or "", _places(target, making))
    noted = [_noted(fault, tag, page) for rule in PAGE_RULES for fault, tag in rule.check(page)]
    faults: list[Problem] = []
    for own in open_plugins(plugins).page_rules if plugins else ():

        def tell(tag: Tag, message: str, hint: str = "", rule: Any = own.rule) -> None:
            noted.append(_noted(rule.says(message, hint), tag, page))

        before = len(noted)
        try:
            own.find(page, tell)
        except Exception as error:  # noqa: BLE001 - what the owner's code raises is told
            del noted[before:]
            faults.append(fault_somewhere(error, plugins, f"while it read the page {target.site_path}", own.find))
    return Look(facts_of(page), tuple(noted), tuple(faults))


def _noted(fault: Fault, tag: Tag, page: Page) -> Noted:
    place = page.places.get(tag.attributes.get("src", "")) if tag.name == "img" else None
    return Noted(fault.rule.name, fault.rule.severity, fault.message, fault.hint, tag.name, tag.written, place)


def _places(target: FilledTarget, making: Making) -> dict[str, Place]:
    """Return where the text that a page shows has its links, by what these are on the page."""
    body, card = (making.text(), making.card) if target.text_of is not None else (None, None)
    found: dict[str, Place] = {}
    if body is None or card is None:
        return found
    for reference in body.references:
        resolved = questions.led_to(reference, card, body.anchors, making.ask)
        found.setdefault(resolved.url, Place(reference.line, reference.column, reference.length))
    return found


class _Clue(NamedTuple):
    """What is looked for in a source: an address that stands for itself, or a pattern."""

    written: str
    pattern: bool = False

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where it begins and ends in a text. Few addresses are looked for twice, so that none is made a pattern."""
        if self.pattern:
            yield from (found.span() for found in re.finditer(self.written, text))
            return
        at = text.find(self.written)
        while at >= 0:
            end = at + len(self.written)
            inside = self.written[0] == "/" and text[at - 1 : at].isalnum()  # of an address that is written as a whole
            if not inside and not _GOES_ON.match(text, end):
                yield at, end
                at = text.find(self.written, end)
            else:
                at = text.find(self.written, at + 1)


class Sources:
    """Where something on a page was written: in its source, in a template, in the settings."""

    def __init__(self, inputs: Inputs) -> None:
        self._base = Base.of(inputs.config.url)
        self._documents = {str(source.path): source.data for source in inputs.tree.documents}
        own = sorted(
            inputs.theme.templates.values(), key=lambda one: (not one.path.startswith(OVERRIDES + "/"), one.path)
        )
        self._others = [(template.path, template.text) for template in own]
        self._others.append(("site.yaml", inputs.settings.decode("utf-8-sig", "replace")))
        self._templates = {name: template.path for name, template in inputs.theme.templates.items()}
        self._texts: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}
        self._found: dict[_Clue, tuple[str, Place] | None] = {}

    def of_address(self, target: FilledTarget, href: str) -> tuple[str, Place]:
        """Return the file and the place where an address of a target's page was written."""
        plain = unquote(href)
        inside = href.removeprefix(self._base.prefix) if self._base.prefix and href.startswith("/") else href
        clues = dict.fromkeys((href, href.replace("&", "&amp;"), plain, inside, unquote(inside)))
        return self._place(target, [_Clue(clue) for clue in clues if len(clue) > 1])

    def of_tag(self, target: FilledTarget, noted: Noted) -> tuple[str, Place]:
        """Return the file and the place where a tag of a target's page was written."""
        tag = Tag(noted.tag, noted.written)
        named = tag.attributes
        clues = [_Clue(re.escape(f"<{noted.tag}{noted.written}") + ">?", True)] if noted.written.strip() else []
        if "id" in named:
            name = re.escape(named["id"])
            clues += [
                _Clue(rf"\bid\s*=\s*[\"']?{name}(?![\w-])", True),
                _Clue(rf"\{{[^}}\n]*#{name}(?![\w-])", True),
            ]
        clues += [_Clue(named[key]) for key in ("src", "href") if len(named.get(key, "")) > 1]
        return self._place(target, clues, last=True)

    def written(self, path: str, place: Place) -> str:
        """Return a line of a file."""
        if path not in self._lines:
            text = self._text(path) if path in self._documents else dict(self._others).get(path, "")
            self._lines[path] = text.splitlines()
        lines = self._lines[path]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _place(self, target: FilledTarget, clues: list[_Clue], *, last: bool = False) -> tuple[str, Place]:
        source = target.source or ""
        if source in self._documents:
            text = self._text(source)
            for clue in clues:
                found = _find(clue, text, last=last)
                if found is not None:
                    return source, found
        for clue in clues:
            if clue not in self._found:
                self._found[clue] = self._elsewhere(clue)
            known = self._found[clue]
            if known is not None:
                return known
        return source or self._templates.get(target.template, "site.yaml"), WHOLE_FILE

    def _elsewhere(self, clue: _Clue) -> tuple[str, Place] | None:
        for path, text in self._others:
            found = _find(clue, text)
            if found is not None:
                return path, found
        return None

    def _text(self, path: str) -> str:
        if path not in self._texts:
            self._texts[path] = markdown_of(path, self._documents[path]).decode("utf-8-sig", "replace")
        return self._texts[path]


def _find(clue: _Clue, text: str, *, last: bool = False) -> Place | None:
    """Return the first place of something in a text, or the last: of what was repeated, that is the one too many."""
    spans = clue.spans(text)
    found = max(spans, default=None) if last else next(spans, None)
    if found is None:
        return None
    at, end = found
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return Place(line, column, max(1, len(text[at:end].split("\n", 1)[0])))


def finished_problems(
    inputs: Inputs, world: World, targets: Mapping[str, FilledTarget], looks: Mapping[str, Look]
) -> Iterator[Problem]:
    """Give what is wrong with finished pages, each fault once, with the number of pages that share it."""
    sources = Sources(inputs)
    web = Web(Base.of(inputs.config.url), world.links.urls, _by_path(looks, targets), world.links.near_urls)
    shared: dict[Problem, list[str]] = {}
    for key, own in looks.items():
        target = targets[key]
        yield from own.faults
        for noted in own.noted:
            path, place = sources.of_tag(target, noted)
            if noted.place is not None and target.source is not None:
                path, place = target.source, noted.place
            found = Problem(
                path=path, line=place.line, column=place.column, length=place.length,
                rule=noted.rule, severity=noted.severity, message=noted.message, hint=noted.hint,
            )  # fmt: skip
            shared.setdefault(found, []).append(key)
        for broken in web.broken(own.facts):
            path, place = sources.of_address(target, broken.seen.href)
            found = broken.fault.at(path, place, edits=_secured(broken, path, place))
            shared.setdefault(found, []).append(key)
    for found, keys in shared.items():
        yield _shared(found, keys, targets)
    yield from _alone(web, world, targets, looks)


def _alone(web: Web, world: World, targets: Mapping[str, FilledTarget], looks: Mapping[str, Look]) -> Iterator[Problem]:
    """Give each page that no other leads to; posts have their lists, and what is not listed is meant to be so."""
    reached = None
    for key, target in targets.items():
        card = world.site.by_path.get(target.text_of) if target.text_of is not None and target.is_page else None
        if card is None or card.kind != "page" or not card.listed or card.site_path != key:
            continue
        if reached is None:
            reached = web.reached(own.facts for own in looks.values())
        if unquote(key) not in reached:
            yield LONE_PAGE.unlinked().at(card.path, Place(1, 1))


def _secured(broken: Broken, path: str, place: Place) -> tuple[Edit, ...]:
    """Return the edit that asks for the site itself as the settings do."""
    if broken.fault.rule is not INSECURE_LINK or not place.line:
        return ()
    return (replacing(path, place, "http:", "https:", safe=True),)


def _shared(found: Problem, keys: list[str], targets: Mapping[str, FilledTarget]) -> Problem:
    """Return a fault, and on which pages it is where its place does not tell."""
    if found.line and all(targets[key].source == found.path for key in keys):
        return found
    more = len(keys) - _NAMED_PAGES
    where = f"(on {keys[0]}" + (f" and {more:,} more page{'s' if more > 1 else ''})" if more else ")")
    return msgspec.structs.replace(found, hint=f"{found.hint} {where}".lstrip())


def _by_path(looks: Mapping[str, Look], targets: Mapping[str, FilledTarget]) -> dict[str, Facts]:
    """Return the pages by their paths; in place of one that leads on, that to which it leads."""
    leading = {path: targets[path].leads_to or path for path in looks}
    return {unquote(path): looks[to if to in looks else path].facts for path, to in leading.items()}


class Step(Protocol):
    """What is read of a step that fills a target."""

    @property
    def target(self) -> FilledTarget:
        """What it fills."""

    @property
    def own(self) -> Prepared | None:
        """The document whose text that shows."""


def outside_of(
    inputs: Inputs,
    steps: Mapping[str, Step],
    values: Mapping[str, bytes],
    prepared: Mapping[SourcePath, Prepared],
    drafts: frozenset[str],
) -> Outside:
    """Return what leads out of a site: each address once, where it was written first."""
    config = inputs.config
    base = Base.of(config.url)
    holders: dict[str, list[tuple[str, str]]] = {}
    for key, own in looks_of(values).items():
        for url, seen in outside(own.facts, base):
            holders.setdefault(url, []).append((key, seen.href))
    sources = Sources(inputs)
    allowances = {str(path): own.allowances for path, own in prepared.items() if own.allowances}
    found = []
    for url, held in sorted(holders.items()):
        key, href = min(held, key=lambda one: (steps[one[0]].target.source is None, one[0]))
        step = steps[key]
        path, place = sources.of_address(step.target, href)
        line = sources.written(path, place)
        exact = line[place.column - 1 :].startswith(url) if place.line else False
        date = step.own.card.date if step.own is not None else None
        pages = len({other for other, _ in held})
        allowed = allowed_at(path, place.line, allowances)
        found.append(OutsideLink(url, path, place, line, pages, key, date.year if date else 0, exact, allowed))
    return Outside(found, config.links.ignore, config.links.timeout, config.rules, drafts)
