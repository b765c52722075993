"""Where this Proofpress was installed from, as pip can install it elsewhere: an index, a repository, an address.

An installer leaves a note of it, `direct_url.json` (PEP 610); there is none where it took the package from an index.
"""

from __future__ import annotations

import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

from proofpress import __version__

NAME = "proofpress"


class Origin(NamedTuple):
    """What pip is to install: from an address, if not from an index, and with a commit where it is a repository. It is `sure` where known."""

    address: str = ""
    commit: str = ""
    sure: bool = True

    def requirement(self, extra: str = "") -> str:
        """Return it as pip is told, such as `proofpress==1.0` or `proofpress[git] @ git+https://…@commit`."""
        name = f"{NAME}[{extra}]" if extra else NAME
        if not self.address:
            return f"{name}=={__version__}"
        return f"{name} @ git+{self.address}@{self.commit}" if self.commit else f"{name} @ {self.address}"


def origin() -> Origin:
    """Return where this Proofpress came from. It is not `sure` where that is a place that this machine alone has."""
    try:
        note = metadata.distribution(NAME).read_text("direct_url.json")
        found = json.loads(note) if note else None
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return Origin(sure=False)
    if found is None:
        return Origin()
    url = found.get("url", "") if isinstance(found, dict) else ""
    if commit := found.get("vcs_info", {}).get("commit_id"):
        address = public(url)
        return Origin(address, commit) if address else Origin(sure=False)
    parts = urlsplit(url)
    if parts.scheme == "file" and "dir_info" in found:
        return of_checkout(Path(url2pathname(parts.path)))
    return Origin(url) if parts.scheme in ("http", "https") and not parts.username else Origin(sure=False)


def of_checkout(folder: Path) -> Origin:
    """Return the repository of which a folder is a checkout, at the commit that is checked out there."""
    address = public(git("-C", str(folder), "remote", "get-url", "origin"))
    commit = git("-C", str(folder), "rev-parse", "HEAD")
    return Origin(address, commit) if address and commit else Origin(sure=False)


def public(url: str) -> str:
    """Return the address under which anybody can fetch a repository, without a name or a password; empty for none."""
    short = re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!//)([\w./~-]+)", url)  # as ssh and scp have it
    if short:
        return f"https://{short[1]}/{short[2].lstrip('/')}"
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}" if parts.hostname else ""
    return f"https://{parts.hostname}{parts.path}" if parts.scheme in ("ssh", "git") and parts.hostname else ""


def git(*arguments: str, cwd: Path | None = None) -> str:
    """Return what git says, on one line; empty where there is no git, or it has no answer."""
    try:
        done = subprocess.run(  # noqa: S603 - git, with words of ours and a folder
            ["git", *arguments],  # noqa: S607 - the person's own git
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
