"""What editors, systems and other tools leave behind in a folder: never published, unless the settings ask for it.

Pure: names in, a decision out. What nobody can have meant to publish (a swap file, `Thumbs.db`) is left out without a
word; what a person may have meant (`notes.bak`) is left out and told, once for each kind.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.content import globs
from proofpress.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_UNSAID: Final = lazy(
    r".*~"  # a backup of Emacs, gedit, Kate, nano -B; numbered ones are `a.md.~1~`
    r"|#.*#"  # what Emacs saves by itself
    r"|.*\.sw[a-px]"  # Vim's swap files; without their dot where 'shortname' is set or somebody renamed one
    r"|4913|5036"  # Vim tries whether it may write to the folder
    r"|.*\.kate-swp|.*\.sublime-workspace"
    r"|~\$.*|~wrl\d+\.tmp"  # Word, Excel and PowerPoint while a document is open
    r"|(?:eh)?thumbs(?:_vista)?\.db|desktop\.ini|icon\r"  # Windows; macOS has a folder's icon in a file 'Icon\r'
    r"|\$recycle\.bin|system volume information|__macosx|@eadir|lost\+found"
    r"|__pycache__|.*\.py[co]",
    re.IGNORECASE | re.DOTALL,
)
_SAID: Final = {
    "a backup copy": lazy(
        r".*\.(?:bak|bck|bkp|backup|old|save|sav|orig)(?:[.-]?\d+)?|.*[._-]backup\.[a-z]+"
        r"|.*\.(?:md|markdown|mdown|mkd|html?)\.\d+",
        re.IGNORECASE | re.DOTALL,
    ),
    "what a merge or a patch left behind": lazy(
        r".*\.(?:rej|mine|r\d+|theirs|ours)|.*_(?:BACKUP|BASE|LOCAL|REMOTE)_\d+(?:\.\w+)?|.*\.(?:BACKUP|BASE|LOCAL|REMOTE)\.\d+(?:\.\w+)?",
        re.DOTALL,
    ),
    "a copy made where two devices changed one file": lazy(
        r".*\([^()]*(?:conflicted copy|case conflict|sfconflict)[^()]*\).*|.*[._-]sync-conflict-\d.*|.*_conflict-\d{8}.*"
        r"|.*\(conflict(?: \d+)?\).*|.*\.conflict(?:\.\w+)?",
        re.IGNORECASE | re.DOTALL,
    ),
    "a file that a program was still writing": lazy(
        r".*\.(?:tmp|temp|part|partial|crdownload|download|autosave|asv)", re.IGNORECASE | re.DOTALL
    ),
    "a folder of packages": lazy(r"node_modules|bower_components"),
}
_POST: Final = ".md"
_IN_POSTS: Final = lazy(r"^~\$|backup|base|local|remote|conflict", re.IGNORECASE)
"""What the name of a post has to hold to be any of these; nearly none does, and all of them are asked."""


class LeftOut(msgspec.Struct, frozen=True):
    """Why a file or folder is left out. Without a `kind` nothing is said of it."""

    kind: str = ""


SILENT: Final = LeftOut()


def judge(patterns: Sequence[str]) -> Callable[[str], LeftOut | None]:
    """Return the decision on a path below the site's folder (`content/posts/a.md~`), of a file or a folder.

    `patterns` are the settings' `ignore`: a name for any folder (`*.psd`), or a path below content/, static/ or the site's
    folder. What matches is left out; what matches a pattern after a `!` is not. The last that matches decides.
    """
    rules = [(pattern.startswith("!"), _matcher(pattern.removeprefix("!"))) for pattern in patterns]

    def decide(path: str) -> LeftOut | None:
        for kept, matches in reversed(rules):
            if matches(path):
                return None if kept else SILENT
        return left_over(path.rpartition("/")[2])

    return decide


def asked_for(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return whether the settings ask for a file by a pattern after a `!`, and take it as it is."""
    rules = [(pattern.startswith("!"), _matcher(pattern.removeprefix("!"))) for pattern in patterns]
    return lambda path: next((kept for kept, matches in reversed(rules) if matches(path)), False)


def left_over(name: str) -> LeftOut | None:
    """Tell whether a name is that of something left behind, and what is said of it."""
    if name.endswith(_POST) and _IN_POSTS.search(name) is None:
        return None
    return _by_pattern(name)


def _by_pattern(name: str) -> LeftOut | None:
    if _UNSAID.fullmatch(name):
        return SILENT
    return next((LeftOut(kind) for kind, pattern in _SAID.items() if pattern.fullmatch(name)), None)


def complaint(pattern: str) -> str | None:
    """Return what is wrong with a pattern of `ignore`, or None."""
    return globs.complaint(pattern.removeprefix("!").removesuffix("/"))


def _matcher(pattern: str) -> Callable[[str], bool]:
    bare = pattern.removesuffix("/")
    matches = globs.matcher([bare])
    if "/" not in bare:
        return lambda path: matches(path.rpartition("/")[2])
    return lambda path: matches(path) or matches(path.partition("/")[2])
