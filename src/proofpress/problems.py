"""What is wrong with a site: each fault at its file, line and column, with a mend.

Every part of Proofpress that reads what a person wrote returns the problems that it found beside its value, and goes
on. Nothing here prints; `cli` turns problems into text, and the source line that a problem points at is attached by
`builder`, which has the files in hand.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

Severity = Literal["error", "warning"]
Judgement = Literal["error", "warning", "off"]


class MissingExtra(RuntimeError):  # noqa: N818 - it is what is missing
    """An optional part of Proofpress is not installed; the message holds the command that installs it."""


class Edit(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A change of one file that mends a fault: `old`, which stands from one place up to another, gives way to `text`.

    Lines and columns count from 1, columns in code points; the end is the first place that stays, and may be the column
    after a line's last. Where something else than `old` stands there, the file has changed, and the edit is void. `safe`
    says that the mend is certain and loses no word of a writer's; one that guesses what was meant is not.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    old: str
    text: str
    safe: bool = False


class Problem(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """One fault, at one place.

    `path` is relative to the site's folder, with forward slashes. `line` and `column` count from 1, columns in
    characters (code points), as editors do; line 0 speaks of the file as a whole. `length` is how many characters of
    the line are meant. `excerpt` is that line's text, empty until the builder attaches it. `edits` mend the fault, all
    of them together.
    """

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str = ""
    length: int = 1
    excerpt: str = ""
    severity: Severity = "error"
    edits: tuple[Edit, ...] = ()
    inside: str = ""
    """Of a file that people see in parts: in which, and where in it, `cell 3, line 2` of a notebook."""
    excerpt_column: int = 0
    """Where the fault stands in the excerpt, if not at its column: in a notebook's file lines are written otherwise."""
    excerpt_length: int = 0

    @property
    def said(self) -> str:
        """All that is said of it, on one line."""
        message = f"{self.inside}: {self.message}" if self.inside else self.message
        return f"{message}; {self.hint}" if self.hint else message

    @property
    def shown(self) -> tuple[int, int]:
        """Where in the excerpt the fault stands, and how many characters of it are meant."""
        return (self.excerpt_column or self.column, self.excerpt_length or self.length)


def judge(
    problems: Iterable[Problem],
    weight_of: Callable[[Problem], Judgement],
    *,
    strict: bool,
    drafts: Collection[str] = frozenset(),
) -> list[Problem]:
    """Weigh problems as the site's settings say, drop those switched off, sort by place, each once.

    In the files `drafts` nothing weighs more than a warning: what is not published yet can't stop what is.
    """
    judged: set[Problem] = set()
    for found in problems:
        weight = weight_of(found)
        if weight == "off":
            continue
        if found.path in drafts:
            weight = "warning"
        if strict:
            weight = "error"
        judged.add(found if weight == found.severity else msgspec.structs.replace(found, severity=weight))
    return sorted(judged)


_COMMAND: Final = re.compile(r"#(?=#\w*\[)")
"""What the runners of GitHub, Azure Pipelines and TeamCity take for a command wherever it stands in a line of a log."""


def visible(text: str) -> str:
    """Return text, which anybody may have written, so that all of it is seen, on one line, and none of it acts.

    Letters, marks and blanks of every script stay. Controls, line ends, marks that turn the direction of writing or
    have no width, bytes of a name that are not UTF-8 and what Unicode has not assigned are shown as escapes, as Python
    writes them: a name that holds U+202E could pass for another, an escape sequence rewrites the terminal, and a line
    of its own in a log can be a command to who runs the job.
    """
    if text.isprintable() and "##" not in text:
        return text
    shown = "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else _escape(c) for c in text)
    return _COMMAND.sub(r"\\x23", shown)


def _escape(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a file's name, as os.fsdecode hands it out
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


WIDEST: Final = 160
"""An excerpt's characters: of a longer line, the part around the fault is shown."""


def window(line: str, column: int) -> tuple[str, int]:
    """Return a line of source with its tabs as one space, cut to what stands around a column.

    With it comes the column in what is shown. What is shown of it is to be made `visible`, part by part.
    """
    start = max(0, min(column - 1 - WIDEST // 3, len(line) - WIDEST))
    # Cut first: a line may have megabytes, and thousands of faults.
    cut = line[start : start + WIDEST].replace("\t", " ")
    if len(line) <= WIDEST:
        return cut, column
    if start:
        cut, column = "…" + cut, column + 1
    return cut + ("…" if start + WIDEST < len(line) else ""), column - start


TOLD: Final = 3
"""In how many files one and the same fault is shown before the rest are counted."""


FOLDED: Final = frozenset(
    {
        "unknown-key", "misspelt-key", "no-date", "listing-options", "unused-attribute", "foreign-syntax", "markdown-in-html", "malformed-tag", "repeated-title",
        "second-title", "unclosed-element", "undefined-element", "unknown-element", "hidden-markup", "unused-reference",
        "unnamed-listing", "vague-link", "no-alternative", "skipped-level", "lost-heading", "repeated-paragraph",
    }
)  # fmt: skip
"""Rules of which many files may hold the same fault."""


def told_once(problems: Sequence[Problem], rules: Collection[str] = FOLDED) -> list[Problem]:
    """Fold what many files have in common, such as a key of another generator: the first places, and how many more.

    `problems` are in the order of their places. Of those of the given rules that say the same of several files, the
    ones in the first TOLD files stay, and the last of them tells in how many more files it is so.
    """
    files: dict[tuple[str, str, Severity], list[str]] = {}
    for found in problems:
        if found.rule in rules:
            holders = files.setdefault((found.rule, found.message, found.severity), [])
            if found.path not in holders[-1:]:
                holders.append(found.path)
    kept = []
    for found in problems:
        holders = files.get((found.rule, found.message, found.severity), [])
        more = len(holders) - TOLD
        if more <= 0 or found.path in holders[: TOLD - 1]:
            kept.append(found)
        elif found.path == holders[TOLD - 1]:
            counted = f"(and in {more:,} more file{'' if more == 1 else 's'})"
            kept.append(msgspec.structs.replace(found, message=f"{found.message} {counted}"))
    return kept


def one_slip_apart(a: str, b: str) -> bool:
    """Return whether two words differ by one letter too many, too few or wrong, or by two neighbours exchanged.

    That is a distance of Damerau and Levenshtein of one; the case of letters is none.
    """
    a, b = sorted((a.casefold(), b.casefold()), key=len)
    start = next((at for at, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), len(a))
    if len(b) - len(a) > 1:
        return False
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    exchanged = a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or exchanged


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str | None:
    """Return the known word that a person most likely meant, or None when nothing is close.

    `alike` is how much of two longer words has to be the same: more where there are hundreds of known ones.
    """
    choices = sorted(set(known))
    folded = {choice.casefold(): choice for choice in choices}
    if word.casefold() in folded:
        return folded[word.casefold()]
    begun = [choice for choice in folded if len(word) >= 3 and choice.startswith(word.casefold())]
    if len(begun) == 1:
        return folded[begun[0]]
    letters = sorted(word.casefold())
    exchanged = [choice for choice in folded if len(choice) == len(letters) > 2 and sorted(choice) == letters]
    if len(exchanged) == 1:
        return folded[exchanged[0]]
    # In a short word one letter is much: 'jq' is no misspelt 'q', but 'jsn' is a misspelt 'json'.
    cutoff = 0.8 if len(word) <= 4 else alike
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """Return the hint ``did you mean 'x'?`` for the nearest known word, or an empty string."""
    found = nearest(word, known, alike=alike)
    return f"did you mean '{found}'?" if found else ""
