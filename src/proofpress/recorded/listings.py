"""Which listings of a post are run, and in what order: from its text to Runnables."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.listings.fences import Info, read_info
from proofpress.listings.languages import OUTPUTS, PLAIN, PROMPTED, SESSIONS, canonical
from proofpress.listings.marks import show
from proofpress.listings.running import RUNS, says_of_runs, why_not_vary
from proofpress.model import Place
from proofpress.recorded.values import MadeFile, Runnable
from proofpress.rules.front_matter import WRONG_TYPE
from proofpress.rules.listings import LISTING_OPTIONS
from proofpress.rules.sessions import parted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.model import FrontMatter
    from proofpress.rules.prose import Listing, Text
    from proofpress.rules.rule import Fault

_FILE: Final = re.compile(r"(?:[\w+-][\w.+-]*/)*(?:[\w+-][\w+-]*(?:\.[\w+-]+)+|Makefile|Dockerfile)")
_ALL_NOTES: Final = range(1000)


class Part(NamedTuple):
    """A listing that is run, and where the post has it."""

    runnable: Runnable
    listing: Listing
    at: int
    """Which of `text.listings`, from 0."""
    name: str = ""
    """Its id, `{#name}`, by which the post's words speak of its output."""
    claim: Listing | None = None
    """The listing right behind it that says what it prints."""
    answers: bool = False
    """Whether it is a session that says itself what is answered."""
    included: bool = False
    """Whether its code stands in another file."""


class Runs(NamedTuple):
    """The listings of a post that are run, in its order, and what is wrong with how they are asked for."""

    parts: tuple[Part, ...] = ()
    faults: tuple[tuple[Fault, Place], ...] = ()

    @property
    def runnables(self) -> tuple[Runnable, ...]:
        """What is run."""
        return tuple(part.runnable for part in self.parts)


def runnables(text: Text, front: FrontMatter) -> Runs:
    """Return the listings of a post that are run, by its front matter and what each says of itself."""
    if not (front.run or says_of_runs(text.source)):
        return Runs()
    parts: list[Part] = []
    faults = list(_doubtful_vary(text, front))
    made: list[MadeFile] = []
    listings = text.listings
    for index, listing in enumerate(listings):
        if not listing.fenced:
            continue
        info = read_info(listing.info)
        if info.include is not None:  # the file that it shows may tell its language
            info = info._replace(language=info.language or listing.options.language)
        if info.step is not None:  # a part, which is not run; those after it find its file as it is by then
            if (path := file_of(info.step.of)) and listing.so_far:
                made.append(MadeFile(path, listing.so_far))
            continue
        language, whole = RUNS.get(info.language.lower(), ""), _is_whole(info, listing.code)
        asked = info.running.asked
        if asked is None:
            asked = front.run and bool(language)
        if asked and whole and language:
            following = listings[index + 1] if index + 1 < len(listings) else None
            if following is not None and not _is_claim(text, listing, following, included=info.include is not None):
                following = None
            part = _part(listing, info, front, tuple(made))
            parts.append(part._replace(at=index, claim=following))
            made = []
            continue
        faults += _without_effect(listing, info, asked=asked)
        if path := file_of(info.title) if whole else "":
            made.append(MadeFile(path, listing.code))
    if front.run and not parts:
        faults += _nothing_runs(listings)
    return Runs(tuple(parts), tuple(faults))


def _nothing_runs(listings: Sequence[Listing]) -> Iterator[tuple[Fault, Place]]:
    """Tell of the first listing that front matter would have run, were it in a language that is."""
    for listing in listings:
        info = read_info(listing.info) if listing.fenced else None
        if info is None or info.step is not None or info.running.asked is not None:
            continue
        if not RUNS.get((info.language or listing.options.language).lower(), ""):
            named = f"is '{info.language}'" if info.language else "names no language"
            message = f"'run: true' runs nothing of this post, and this listing {named}"
            yield (
                LISTING_OPTIONS.says(message, "write what is run behind the fence: python, bash"),
                listing.info_place(),
            )
            return


def _part(listing: Listing, info: Info, front: FrontMatter, made: tuple[MadeFile, ...]) -> Part:
    """Return a listing as what is run of it; `made` are the files that were made since the one before."""
    language = RUNS[info.language.lower()]
    running = info.running
    code, answers = listing.code, False
    lines: tuple[int, ...] = ()
    place = listing.info_place()
    first = place.line + 1
    prompted = canonical(info.language) in SESSIONS or (canonical(info.language) in PROMPTED and code.startswith("$ "))
    session = parted(code, language) if prompted or (language == "python" and code.lstrip().startswith(">>>")) else ()
    if session:
        typed = [line for line in session if line.typed]
        code = "".join(f"{line.text}\n" for line in typed)
        lines = tuple(first + line.at for line in typed)
        answers = any(not line.typed and line.text.strip() for line in session)
    if info.include is not None:  # what goes wrong in it is told at its fence
        lines = (place.line,) * (code.count("\n") + 1)
    runnable = Runnable(
        place=listing.info_place(0, len(listing.info.strip()) or 1),
        first_line=lines[0] if lines else first,
        language=language,
        code=code,
        session=running.session,
        console=bool(session),
        lines=lines,
        title=file_of(info.title),
        files=made,
        timeout=running.timeout,
        needs=running.needs,
        raises=running.raises,
        alt=info.alt,
        vary=tuple(dict.fromkeys((*running.vary, *(rule for rule in front.vary if why_not_vary(rule) is None)))),
    )
    return Part(runnable, listing, 0, listing.id, None, answers, info.include is not None)


def _is_whole(info: Info, code: str) -> bool:
    """Tell whether a listing's lines are those of a program or a file: with lines that are gone they are those of two."""
    if info.over or info.language.lower() == "diff":
        return False
    return not ("deleted" in {lines.kind for lines in info.lines} or "deleted" in show(info, code, _ALL_NOTES).lines)


def _is_claim(text: Text, listing: Listing, following: Listing, *, included: bool) -> bool:
    """Tell whether a listing says what the one right before it prints."""
    if not following.fenced:
        return False
    info = read_info(following.info)
    if info.language.lower() not in OUTPUTS and not (info.language.lower() in PLAIN and info.title.lower() == "output"):
        return False
    begin = listing.info_place().line
    last = begin + listing.code.count("\n") + 1  # its closing fence
    if included:  # its code is no part of the post
        last = next((block.last for block in text.blocks if block.first == begin), begin)
    return not any(text.line(number).strip(" \t>") for number in range(last + 1, following.info_place().line))


def _without_effect(listing: Listing, info: Info, *, asked: bool) -> Iterator[tuple[Fault, Place]]:
    """Give the options of a listing that is not run, though they speak of that."""
    for key, at in info.running.at:
        place = listing.info_place(at, len(key))
        if key == "run" and asked:
            message = "a listing that shows lines as deleted is two programs, and is not run"
            yield LISTING_OPTIONS.says(message, "take 'run' out, or mark no line as deleted"), place
        elif key != "run":
            yield LISTING_OPTIONS.says(f"'{key}' speaks of a run, and this listing is not run", "write 'run'"), place


def _doubtful_vary(text: Text, front: FrontMatter) -> Iterator[tuple[Fault, Place]]:
    for number, rule in enumerate(front.vary):
        if why := why_not_vary(rule):
            places = text.document.places
            place = places.get(f"vary.{number}") or places.get("vary") or Place(1, 1)
            yield WRONG_TYPE.says(f"'vary': {why.message}", why.hint), place


def file_of(title: str) -> str:
    """Return the path of the file that a title names, below the folder of the run; empty where it is no file's name."""
    return title if _FILE.fullmatch(title) and ".." not in title else ""


# ---------------------------------------------------------------- digests


def digest(data: bytes) -> str:
    """Return the digest of a file, or of code, as a lock has it."""
    return sha256(data).hexdigest()[:16]


def digests(runs: Sequence[Runnable]) -> tuple[tuple[str, str], ...]:
    """Return for each listing that is run the digest of its code, and that of what was done before it.

    That is the code that its session ran before, and the files that listings made: empty where there is nothing of
    it. How lines are marked and what remarks say is no part of the code.
    """
    sessions: dict[tuple[str, str], str] = {}
    files = ""
    found = []
    for one in runs:
        for made in one.files:
            files = digest(f"{files}\0{made.path}\0{made.text}".encode("utf-8", "surrogatepass"))
        code = digest(f"{one.language}\0{_what_counts(one)}".encode("utf-8", "surrogatepass"))
        session = (one.language, one.session)
        before = sessions.get(session, "") + files
        found.append((code, digest(before.encode()) if before else ""))
        sessions[session] = digest((sessions.get(session, "") + code).encode())
        if one.title:
            files = digest(f"{files}\0{one.title}\0{code}".encode())
    return tuple(found)


_PYTHON: Final = re.compile(
    r"(\"{3}|'{3})(?:\\.|(?!\1).)*+\1|\"(?:\\.|[^\"\\\n])*+\"|'(?:\\.|[^'\\\n])*+'|[ \t]*(?P<remark>\#[^\n]*)",
    re.DOTALL,
)
"""A string, or a remark."""
_FORMATTED: Final = re.compile(r"\b[fF][rR]?[\"']|\b[rR][fF][\"']")
_JAVASCRIPT: Final = re.compile(r"(?:^|[ \t])[ \t]*//[^\n\"'`/]*$", re.MULTILINE)


def _what_counts(one: Runnable) -> str:
    """Return the code of a listing without what changes nothing that it gives: marks of lines, and remarks.

    What may be a part of a string is left: a remark with a quotation mark, where strings have code in them.
    """
    code = show(Info(language=one.language), one.code, _ALL_NOTES).code
    if one.language == "python" and "#" in code:
        formatted = _FORMATTED.search(code) is not None

        def kept(found: re.Match[str]) -> str:
            remark = found["remark"]
            return found[0] if remark is None or (formatted and ('"' in remark or "'" in remark)) else ""

        return _PYTHON.sub(kept, code)
    if one.language == "javascript" and "//" in code and "`" not in code:
        return _JAVASCRIPT.sub("", code)
    return code
