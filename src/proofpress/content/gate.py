"""The gate before reading: whether a file begins with front matter, whose it is, and whether it says that it is a draft.

YAML stands between `---` lines, TOML between `+++` lines, from the first character of a file. What a person meant as
front matter and is no such thing (a blank line before it, four dashes, another tool's form) would be shown to readers as
text, with a draft in it: it is an error, and what it says of being a draft counts all the same.

Other tools' forms: JSON (Hugo), `key: value` lines (Pelican, MultiMarkdown), the same without an opening fence or with
`;;;` (Hexo), `.. key: value` (Nikola, in a comment or not), `:key: value` (reStructuredText, AsciiDoc), `#+key: value`
(Org).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from proofpress.content.nodes import Findings, abridged, character_name
from proofpress.model import Place
from proofpress.patterns import lazy
from proofpress.rules.front_matter import FOREIGN_FRONT_MATTER, FRONT_MATTER_NOT_CLOSED, MISPLACED_FRONT_MATTER
from proofpress.rules.rule import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.problems import Edit

MAX_LENGTH: Final = 65_536
"""Characters of front matter; the longest of 1,600 real posts is shorter than a tenth of that."""

Verdict = Literal["draft", "unlisted"]

# What takes no room on a screen, or looks like a blank: an editor shows none of it. U+FFFD stands for what was no text.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffd\U000e0000-\U000e007f"
)
_BLANKS = rf"(?:[^\S\n]|[{_UNSEEN}])"
_ANY_UNSEEN: Final = lazy(rf"[\s{_UNSEEN}]")
_TAKES_NO_ROOM: Final = lazy(rf"[{_UNSEEN}]")
_ODD_BLANK: Final = lazy(r"[^\S\n\t ]")

_OPENS: Final = lazy(r"(---|\+\+\+)[ \t]*(?:\n|\Z)")
_YAML_ENDS: Final = lazy(rf"^[{_UNSEEN}]*(?:-{{3,}}|\.\.\.){_BLANKS}*$\n?", re.MULTILINE)
_TOML_ENDS: Final = lazy(rf"^[{_UNSEEN}]*\+{{3,}}{_BLANKS}*$\n?", re.MULTILINE)
_YAML_LOOKS: Final = lazy(r"(?:[ \t]*#[^\n]*\n)*[ \t]*[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*:(?:[ \t]|\n|\Z)")
_TOML_LOOKS: Final = lazy(r"(?:[ \t]*#[^\n]*\n)*[ \t]*(?:\[|[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*=)")
_BLANK: Final = lazy(r"^[ \t]*$\n?", re.MULTILINE)

_COMMENT: Final = lazy(
    r"<!--(?P<html>.*?)(?:-->|\Z)|\{#(?P<jinja>.*?)#\}|\{%-?\s*comment\s*-?%\}(?P<liquid>.*?)\{%-?\s*endcomment\s*-?%\}"
    r"|/\*(?P<c>.*?)\*/",
    re.DOTALL,
)
_REMARK: Final = lazy(r"(?:#|//|%|\[//\]: #|\[comment\]: )[^\n]*(?:\n|\Z)")
"""A line that some format takes for a comment. To Markdown the first is a heading: what follows has to be plain."""
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
_FENCE: Final = lazy(rf"(?P<marks>[{_DASHES}]{{2,}}|\+{{2,}}|;{{3,}}|={{3,}}|~{{3,}})(?P<rest>[a-zA-Z]*(?:[#%].*)?)")

_PAIR: Final = lazy(
    r"(?P<mark>\.\.[ \t]+|\#\+|:(?=\w)|[ \t]*)[\"']?(?P<key>[A-Za-z][\w -]{0,30}?)[\"']?[ \t]*(?:[:=](?![:/=]))"
    r"[ \t]*(?P<value>.*)"
)
_FIELD_MARKS: Final = ("..", "#+", ":")
_INNER: Final = lazy(
    r"(?:^|[{,])(?:\.\.|#\+|:|-)?[ \t]*[\"']?([A-Za-z][\w-]{0,30})[\"']?[ \t]*[:=][ \t]*([^,}\n]*)", re.MULTILINE
)
_LEADS: Final = lazy(r"\{\s*[\"']?[A-Za-z_][\w-]*[\"']?\s*:")
_VALUE: Final = lazy(r"^(?:[!&][\w!]*[ \t]+)*[\[\"'(]*[ \t]*([^\s,\"'\]\})#;]*)")

_KNOWN: Final = frozenset(
    {
        "title", "date", "updated", "modified", "lastmod", "description", "summary", "excerpt", "tags", "tag", "category",
        "categories", "series", "author", "authors", "draft", "published", "publishdate", "status", "slug", "url",
        "permalink", "aliases", "layout", "template", "lang", "language", "type", "comments", "toc", "weight", "keywords",
        "subtitle", "link", "guid", "id", "hidden", "listed", "unlisted", "image", "cover", "extra", "params",
    }
)  # fmt: skip
"""Keys that blog tools know, as `_folded` writes them."""
_TELLING: Final = frozenset({"title", "layout", "permalink", "slug", "draft", "published", "tags", "categories"})
"""Those that no sentence begins with: one alone tells front matter above a fence."""

_MISREAD_MARK: Final = "ï»¿"
"""A byte-order mark that was read as Latin-1 and saved again."""
_ANOTHER: Final = "other front matter"

_FALSE: Final = frozenset({"false", "no", "off", "0", "n", "never"})
_EMPTY: Final = frozenset({"", "~", "null", "none"})
_DRAFT_IF_TRUE: Final = frozenset({"draft", "drafts", "isdraft", "indraft", "saveasdraft", "unpublished", "private"})
_DRAFT_IF_FALSE: Final = frozenset({"published", "publish", "ispublished", "public", "render", "permalink"})
_STATES: Final = frozenset({"status", "state", "poststatus", "visibility", "published", "publish"})
_DRAFT_STATES: Final = frozenset(
    {"draft", "drafts", "private", "pending", "skip", "unpublished", "trash", "autodraft", "future", "scheduled"}
)
_UNLISTED_STATES: Final = frozenset({"hidden", "unlisted"})
_UNLISTED_IF_TRUE: Final = frozenset({"hidden", "hide", "unlisted", "eleventyexcludefromcollections", "headless"})


class Parts(NamedTuple):
    """A file's text in two: the head between its fences (None without one) and the Markdown after it."""

    head: str | None
    is_toml: bool
    text: str
    first_line: int
    whole: bool = True
    """False where the head never closes and its end was guessed."""
    head_line: int = 2
    """The line of the file that the head begins on."""
    says: Verdict | None = None
    """What front matter that is not read as such says of being seen."""


class Pair(NamedTuple):
    """One `key: value` as it is written somewhere."""

    key: str
    value: str
    line: int


def verdict(key: str, value: str) -> Verdict | None:
    """Tell whether a key with this value, in the words of any blog tool, asks that a page is not seen, or in no list.

    Upper case, dashes and unseen characters make no difference. Of `draft` itself a value that is not known counts as
    true: it may have been meant to stay unseen.
    """
    name, word = _folded(key), _folded(value)
    if name in _DRAFT_IF_TRUE and word not in _FALSE | _EMPTY:
        return "draft" if name != "private" or word in ("true", "yes", "on", "1") else None
    if name in _DRAFT_IF_FALSE and word in _FALSE:
        return "draft"
    if name in _STATES and word in _DRAFT_STATES:
        return "draft"
    if (name in _STATES and word in _UNLISTED_STATES) or (
        name in _UNLISTED_IF_TRUE and word in ("true", "yes", "on", "1")
    ):
        return "unlisted"
    return None


def strictest(verdicts: Sequence[Verdict | None]) -> Verdict | None:
    """Return the one that shows least."""
    return "draft" if "draft" in verdicts else "unlisted" if "unlisted" in verdicts else None


def scanned(text: str, *, tags: bool = False) -> Verdict | None:
    """Tell what lines that could not be read as front matter say of being seen, taken one by one.

    With `tags`, that is what Nikola takes for front matter: there a tag may say it.
    """
    pairs = [Pair(key, value, 0) for key, value in _INNER.findall(_seen(text[: 4 * MAX_LENGTH]))]
    said = [verdict(pair.key, _word(pair.value)) for pair in pairs]
    return strictest([*said, _says(pairs) if tags else None])


def divide(text: str, findings: Findings) -> Parts:
    """Divide a file's text into front matter and Markdown.

    A first line `---` that nothing closes opens front matter only if a `key:` follows on the next; otherwise it is a rule
    across the page, as Markdown has it.
    """
    parts = _own(text, findings) or _meant(text, 1, findings) or Parts(None, False, text, 1)
    if parts.head is None or not parts.whole:
        return parts
    # one tool may have put its front matter above what another left
    below = _meant(parts.text, parts.first_line, findings, above=parts.head)
    if below is None:
        return parts
    return parts._replace(text=below.text, first_line=below.first_line, says=strictest([parts.says, below.says]))


def begins(text: str) -> bool:
    """Tell whether a text, such as the beginning of a file that is not read, begins with anybody's front matter."""
    opened = _OPENS.match(text)
    if opened is not None:
        closed = (_TOML_ENDS if opened[1] == "+++" else _YAML_ENDS).search(text, opened.end())
        looks = (_TOML_LOOKS if opened[1] == "+++" else _YAML_LOOKS).match(text, opened.end())
        return looks is not None and (closed is not None or scanned(text[opened.end() :]) is not None)
    return _meant(text, 1, Findings("")) is not None


def _own(text: str, findings: Findings) -> Parts | None:
    """Return the parts of a text that begins as ours do; None for any other."""
    opened = _OPENS.match(text)
    if opened is None:
        return None
    is_toml = opened[1] == "+++"
    closed = (_TOML_ENDS if is_toml else _YAML_ENDS).search(text, opened.end())
    if closed is not None:
        fence = closed[0].rstrip(" \t\n")
        line = text.count("\n", 0, closed.start()) + 1
        unseen = next((character_name(mark) for mark in fence if not mark.isascii()), "")
        if len(fence) > 3:
            place = Place(line, 1, len(fence))
            findings.problems.append(FRONT_MATTER_NOT_CLOSED.by_more(findings.path, place, fence, opened[1], unseen))
        return Parts(text[opened.end() : closed.start()], is_toml, text[closed.end() :], line + 1)
    looks = (_TOML_LOOKS if is_toml else _YAML_LOOKS).match(text, opened.end())
    if looks is None:
        return None
    findings.tell(FRONT_MATTER_NOT_CLOSED.never(opened[1]), Place(1, 1, 3))
    blank = _BLANK.search(text, looks.end())
    end = blank.start() if blank and blank.start() < len(text) else len(text)
    # keys below a blank line are keys all the same
    more = strictest([verdict(pair.key, _word(pair.value)) for pair in _loose_pairs(text, end)])
    return Parts(text[opened.end() : end], is_toml, text[end:], text.count("\n", 0, end) + 1, whole=False, says=more)


def _meant(text: str, first_line: int, findings: Findings, *, above: str | None = None) -> Parts | None:
    """Return the parts of a text whose beginning was meant as front matter and isn't ours as it stands, and note why.

    Below front matter with keys, which is `above`, only what stands between fences is more of it: `Status: draft` is text.
    """
    at, before, comments = _past_what_is_unseen(text)
    line = first_line + text.count("\n", 0, at)
    if above is not None and above.strip():
        return _fenced(text, at, line, _ANOTHER, findings)
    for inner, inner_line in comments:
        pairs = _in_comment(inner)
        if pairs:
            _foreign(findings, first_line + inner_line, "in a comment, as Nikola has it", pairs)
            return Parts(None, False, text[at:], line, says=_says(pairs))
    return (
        _fenced(text, at, line, before, findings)
        or _json(text, at, line, findings)
        or _lines_of_keys(text, at, line, findings)
    )


def _past_what_is_unseen(text: str) -> tuple[int, str, list[tuple[str, int]]]:
    """Return where the first thing begins that is seen, what stands before it in words, and the comments that were passed."""
    at, before, sure = 0, "", False
    comments: list[tuple[str, int]] = []
    while at < min(len(text), MAX_LENGTH):
        mark = text[at]
        if text.startswith(_MISREAD_MARK, at):
            at, before = at + 3, before or "a byte-order mark"
        elif _ANY_UNSEEN.match(mark):
            before = before or (
                "a blank line"
                if mark == "\n"
                else "a blank"
                if mark in " \t"
                else f"the character {character_name(mark)}"
            )
            at += 1
        elif (comment := _COMMENT.match(text, at)) is not None:
            comments.append((comment[comment.lastgroup or 0] or "", text.count("\n", 0, at)))
            at, before = comment.end(), before or "a comment"
        elif (remark := _REMARK.match(text, at)) is not None and (sure or _fence_follows(text, remark.end())):
            sure = True
            at, before = remark.end(), before or "another line"
        else:
            break
    return at, before, comments


def _fence_follows(text: str, at: int) -> bool:
    """Tell whether after remarks and blank lines an opening fence stands."""
    for line in text[at : at + 4096].split("\n"):
        bare = _ANY_UNSEEN.sub("", line)
        if bare and not _REMARK.match(line):
            return _FENCE.fullmatch(bare) is not None
    return False


def _fenced(text: str, at: int, line: int, before: str, findings: Findings) -> Parts | None:
    """Return the parts of a text with our front matter behind something else, or between fences that aren't ours."""
    end = _line_end(text, at)
    written = text[at:end].rstrip()
    bare = _ANY_UNSEEN.sub("", written)
    fence = _FENCE.fullmatch(bare)
    if fence is None:
        return None
    marks, kind = fence["marks"], fence["rest"]
    pairs = _pairs_of(text, end + 1, line + 1, through=True)
    close_at, close_end = _closing(text, end + 1, marks[0])
    if close_at is not None and text[end + 1 : close_at].lstrip().startswith("{"):
        pairs = [Pair(key, value, line + 1) for key, value in _INNER.findall(text[end + 1 : close_at])]
    says = strictest([verdict(pair.key, _word(pair.value)) for pair in pairs])
    telling = [name for pair in pairs if (name := _folded(pair.key)) in _KNOWN]
    if close_at is not None and not text[end + 1 : close_at].strip() and before != _ANOTHER:  # an empty one above it
        below = line + text.count("\n", at, close_end)
        return _fenced(text, close_end, below, _ANOTHER, findings) or _lines_of_keys(text, close_end, below, findings)
    if not (says or (telling if close_at is not None else "title" in telling or len(telling) >= 2)):
        return None
    stop = close_at if close_at is not None else _pairs_end(text, end + 1)
    head = text[end + 1 : stop]
    after = close_end if close_at is not None else stop
    if marks[0] in ";=~" or kind.lower() in ("json", "js", "javascript", "cson", "coffee"):
        name = "Hexo" if marks[0] == ";" else "another tool"
        _foreign(findings, line, f"between lines '{abridged(written)}', as {name} has it", pairs)
        return Parts(
            None, False, text[after:], line + text.count("\n", at, after), says=strictest([scanned(head), says])
        )
    ours = "+++" if marks[0] == "+" else "---"
    if close_at is None:
        findings.tell(FRONT_MATTER_NOT_CLOSED.never(ours), Place(line, 1, max(1, len(written))))
        return Parts(
            head,
            marks[0] == "+",
            text[after:],
            line + text.count("\n", at, after),
            False,
            line + 1,
            strictest([scanned(head), says]),
        )
    if before and bare == ours:
        fault = MISPLACED_FRONT_MATTER.behind(before, ours)
    elif kind:
        fault = MISPLACED_FRONT_MATTER.with_more(abridged(written), ours)
    else:
        fault = MISPLACED_FRONT_MATTER.by_others(abridged(written), ours)
    parts = Parts(
        head,
        marks[0] == "+" or kind.lower() == "toml",
        text[after:],
        line + text.count("\n", at, after),
        head_line=line + 1,
        says=strictest([scanned(head), says]),
    )
    edits = () if kind or before == _ANOTHER else _mends(findings.path, text, at, parts, ours)
    findings.tell(fault, Place(line, 1, max(1, len(written))), edits=edits)
    return parts


def _mends(path: str, text: str, at: int, parts: Parts, fence: str) -> list[Edit]:
    """Return the edits that make a file's front matter ours, where they take no word away and it is read as before.

    Where a draft may be meant they aren't called safe: who mends looks whether it still is one.
    """
    head = parts.head or ""
    end = _line_end(text, at) + 1
    close = end + len(head)
    edits = []
    if at:
        edits.append(replacing(path, Place(1, 1), text[:at], "", safe=parts.says is None))
    for start in (at, close):
        line = text.count("\n", 0, start) + 1
        column = start - text.rfind("\n", 0, start)
        written = text[start : _line_end(text, start)].rstrip(" \t")
        if written != fence:
            edits.append(replacing(path, Place(line, column), written, fence, safe=parts.says is None))
    probe = Findings(path)
    read = _own(f"{fence}\n{head}{fence}\n{parts.text}", probe)
    same = read is not None and read[:3] == parts[:3] and not probe.problems
    seen = _ANY_UNSEEN.sub("", text[:at]).replace(_MISREAD_MARK, "")
    return edits if same and not seen else []


def _json(text: str, at: int, line: int, findings: Findings) -> Parts | None:
    """Return the parts of a text that begins with JSON, of which some keys are those of a blog."""
    leads = _LEADS.match(text, at)
    if leads is None:
        return None
    piece = text[at : at + MAX_LENGTH]
    end = -1
    try:
        read, end = json.JSONDecoder().raw_decode(piece)
        keys = list(read) if isinstance(read, dict) else []
        pairs = [
            Pair(key, json.dumps(read[key]) if not isinstance(read[key], str) else read[key], line) for key in keys
        ]
    except (ValueError, RecursionError):
        closed = re.search(r"^\}.*$|\}[ \t]*$", piece, re.MULTILINE)
        end = closed.end() if closed else len(piece)
        pairs = [Pair(key, value, line) for key, value in _INNER.findall(piece[:end])]
    names = {_folded(pair.key) for pair in pairs}
    told = strictest([verdict(pair.key, _word(pair.value)) for pair in pairs])
    if not (told or "title" in names or len(names & _KNOWN) >= 2):
        return None
    _foreign(findings, line, "in JSON", pairs)
    rest = lazy(r"[ \t]*(?:\n[ \t]*(?:;;;+|---+)[ \t]*(?=\n|\Z))?").match(text, at + end)
    after = rest.end() if rest else at + end
    return Parts(None, False, text[after:], line + text.count("\n", at, after), says=told)


def _lines_of_keys(text: str, at: int, line: int, findings: Findings) -> Parts | None:
    """Return the parts of a text that begins with lines of `key: value`, without a fence or with one at their end."""
    pairs = _pairs_of(text, at, line)
    if not pairs:
        return None
    end = _pairs_end(text, at)
    stops = text[end : _line_end(text, end)].strip()
    fence = _FENCE.fullmatch(_ANY_UNSEEN.sub("", stops)) if stops else None
    told = _says(pairs)
    names = [_folded(pair.key) for pair in pairs]
    known = [name for name in names if name in _KNOWN]
    marked = text[at : at + 2].startswith(_FIELD_MARKS)
    if fence is not None and fence["marks"][0] in "-+;":
        meant = len(known) >= 2 or (names[0] in _TELLING and fence["marks"] in ("---", "+++", ";;;"))
        how = "without the fence that opens it, as Hexo has it"
    else:
        meant = not stops and ((marked and bool(known)) or "title" in known or len(known) >= 2)
        how = (
            "in lines '.. key: value', as Nikola has it" if text.startswith("..", at)
            else f"in lines '{text[at : at + 2]}key: value', as Org has it" if text.startswith("#+", at)
            else "in lines ':key: value', as reStructuredText has it" if text.startswith(":", at)
            else "in lines 'key: value' without fences, as Pelican has it"
        )  # fmt: skip
    if not (meant or told):
        return None
    _foreign(findings, line, how, pairs)
    after = _line_end(text, end) + 1 if fence is not None else end
    return Parts(None, False, text[after:], line + text.count("\n", at, after), says=told)


def _foreign(findings: Findings, line: int, how: str, pairs: Sequence[Pair]) -> None:
    """Note front matter of another tool, with its first key as it would be written here."""
    key, value = next(((pair.key, pair.value) for pair in pairs if _folded(pair.key) == "title"), pairs[0][:2])
    shown = abridged(value.strip(" ,\"'"), 30)
    findings.tell(FOREIGN_FRONT_MATTER.of_another_tool(how, key.strip().lower(), shown), Place(line, 1))


def _in_comment(inner: str) -> list[Pair]:
    """Return the pairs of a comment that is front matter: Nikola's, or nothing but lines of keys that blog tools know."""
    pairs, others = [], 0
    lines = inner[:MAX_LENGTH].split("\n")
    for number, line in enumerate(lines):
        found = _PAIR.fullmatch(_seen(line).strip())
        if found is not None:
            pairs.append(Pair(found["key"], found["value"], number))
        elif _ANY_UNSEEN.sub("", line) and not _FENCE.fullmatch(_ANY_UNSEEN.sub("", line)):
            others += 1
    known = [pair for pair in pairs if _folded(pair.key) in _KNOWN]
    nikola = any(line.lstrip().startswith(".. ") for line in lines)
    if known and (nikola or (not others and (len(known) >= 2 or _says(pairs)))):
        return pairs
    return []


def _lines(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Give each line of a text from a place on, and where it begins."""
    limit = at + MAX_LENGTH
    while at < len(text) and at < limit:
        end = _line_end(text, at)
        yield at, text[at:end]
        at = end + 1


def _pairs_of(text: str, at: int, line: int, *, through: bool = False) -> list[Pair]:
    """Return the lines of `key: value` from a place on, as far as they follow on each other; `through` blank ones too."""
    pairs: list[Pair] = []
    for number, (_, raw) in enumerate(_lines(text, at)):
        written = _seen(raw)
        found = _PAIR.fullmatch(written.rstrip())
        if found is not None and (found["mark"].strip() or not found["mark"] or not pairs):
            pairs.append(Pair(found["key"], found["value"], line + number))
        elif through and (not written.strip() or written.lstrip().startswith("#")):
            continue
        elif not (pairs and written.strip() and written[0] in " \t-\"'{}[],") or _FENCE.fullmatch(written.strip()):
            break
    return pairs


def _pairs_end(text: str, at: int) -> int:
    """Return where lines of `key: value` end that begin at a place."""
    begun = False
    for start, raw in _lines(text, at):
        written = _seen(raw)
        if _PAIR.fullmatch(written.rstrip()) is not None:
            begun = True
        elif not (begun and written.strip() and written[0] in " \t-\"'{}[],") or _FENCE.fullmatch(written.strip()):
            return start
    return len(text)


def _loose_pairs(text: str, at: int) -> Iterator[Pair]:
    """Give the pairs that follow with nothing but blank lines between them, up to the first line of another kind."""
    for number, (_, written) in enumerate(_lines(text, at)):
        found = _PAIR.fullmatch(_seen(written).strip())
        if found is not None:
            yield Pair(found["key"], found["value"], number)
        elif written.strip():
            return


def _closing(text: str, at: int, mark: str) -> tuple[int | None, int]:
    """Return where the fence that closes stands, and where the text after it begins."""
    for start, written in _lines(text, at):
        fence = _FENCE.fullmatch(_ANY_UNSEEN.sub("", written))
        if (
            fence is not None
            and not fence["rest"]
            and (fence["marks"][0] == mark or (mark in _DASHES and fence["marks"][0] in _DASHES))
        ):
            return start, min(len(text), start + len(written) + 1)
    return None, len(text)


def _says(pairs: Sequence[Pair]) -> Verdict | None:
    said = [verdict(pair.key, _word(pair.value)) for pair in pairs if _plain(pair.value)]
    # in Nikola a draft may be marked by a tag
    if any(
        _folded(pair.key) == "tags" and {"draft", "private"} & set(re.split(r"[\s,]+", pair.value.lower()))
        for pair in pairs
    ):
        said.append("draft")
    return strictest(said)


def _plain(value: str) -> bool:
    """Tell whether a value is one word, and not a sentence that begins with one."""
    return len(value.partition("#")[0].split()) <= 1


def _word(value: str) -> str:
    found = _VALUE.match(value.strip())
    return found[1] if found else ""


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _ANY_UNSEEN.sub("", text)).casefold()
    return plain.replace("_", "").replace("-", "").strip("\"'")


def _seen(text: str) -> str:
    """Return text without what takes no room, and with blanks of one kind."""
    return text if text.isascii() else _ODD_BLANK.sub(" ", _TAKES_NO_ROOM.sub("", text))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
