"""By what a branch is known as Proofpress's own: a header in each commit, which names the tree that was published.

Readers of a site never see it, and neither the commit's message nor the branch's files have anything added. A commit
that somebody made on top has none; one that was amended or squashed has another tree than its header names.
"""

from __future__ import annotations

from typing import Final

HEADER: Final = b"proofpress-site"

Entry = tuple[str, str]
"""A file's path, and the object that holds its bytes."""


def marked(commit: bytes) -> bytes:
    """Return a commit, as git stores it, with the header."""
    headers, blank, message = commit.partition(b"\n\n")
    return headers + b"\n" + HEADER + b" " + _headers(commit)[b"tree"] + blank + message


def is_marked(commit: bytes) -> bool:
    """Return whether Proofpress made a commit, as git stores it."""
    headers = _headers(commit)
    return headers.get(HEADER) == headers.get(b"tree", b"")


def commits(listed: bytes) -> dict[str, bool]:
    """Read what `git rev-list --header` prints: each commit, and whether Proofpress made it."""
    told = (record.partition(b"\n") for record in listed.split(b"\0") if record.strip())
    return {name.decode("ascii"): is_marked(commit) for name, _, commit in told}


def brought(differences: bytes) -> dict[str, set[Entry]]:
    """Read what `git diff-tree --stdin --raw -z` prints: the files that each commit brought or changed."""
    found: dict[str, set[Entry]] = {}
    here: set[Entry] = set()
    fields = iter(differences.decode("utf-8", "surrogateescape").split("\0"))
    for field in fields:
        if not field.startswith(":"):
            here = found.setdefault(field.strip(), set())
            continue
        path, (_, _, _, after, status) = next(fields), field.split(" ")
        if status != "D":
            here.add((path, after))
    return found


def entries(listed: str) -> set[Entry]:
    """Read what `git ls-tree -r -z` prints."""
    told = (line.partition("\t") for line in listed.split("\0") if line)
    return {(path, about.split(" ")[2]) for about, _, path in told}


def _headers(commit: bytes) -> dict[bytes, bytes]:
    """Return a commit's headers, the first of each name."""
    lines = (line.partition(b" ") for line in reversed(commit.partition(b"\n\n")[0].split(b"\n")))
    return {name: value for name, _, value in lines}
