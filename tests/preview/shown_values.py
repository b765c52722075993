"""Values of the preview, made by hand or from a site that the real builder made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofpress.engine.digests import digest_of_bytes
from proofpress.paths import Base, OutputPath, SourcePath
from proofpress.preview.shown import Page, Report, Shown
from proofpress.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path("/home/me/my blog")
NOTHING = Report(seconds=0.012, phases=(), ran=(), kept=0)
BROKEN = Problem(
    path="content/posts/a.md",
    line=12,
    column=5,
    length=19,
    rule="broken-link",
    message="no page is made from '../setp.md'",
    hint="did you mean '../setup.md'?",
    excerpt="See [setup](../setp.md).",
)
WARNED = Problem(
    path="content/posts/b.md",
    line=3,
    column=1,
    length=3,
    rule="unknown-language",
    message="no language is called 'pyton'",
    excerpt="```pyton",
    severity="warning",
)


def shown(files: Mapping[str, bytes] | None = None, /, **fields: Any) -> Shown:
    """Return a site as the server shows it; what is not given is as in a small site without problems."""
    held = {OutputPath(path): data for path, data in (files or {}).items()}
    problems = tuple(fields.pop("problems", ()))
    values: dict[str, Any] = {
        "revision": 1,
        "root": ROOT,
        "title": "My blog",
        "base": Base("https://me.example", ""),
        "digests": {path: digest_of_bytes(data).hex() for path, data in held.items()},
        "read": held.__getitem__,
        "redirects": {},
        "pages": (),
        "page": {own.path: own for own in fields.get("pages", ())}.get,
        "problems": problems,
        "failed": any(found.severity == "error" for found in problems),
        "stale": bool(files) and any(found.severity == "error" for found in problems),
        "changed": None,
        "follow": "",
        "report": NOTHING,
    }
    return Shown(**values | fields)


def page(path: str, **fields: Any) -> Page:
    url = "/" + path.removesuffix("index.html")
    source = fields.pop("source", None)
    values: dict[str, Any] = {"url": url, "title": f"Title of {url}", "kind": "post"}
    return Page(path=OutputPath(path), source=SourcePath(source) if source else None, **values | fields)
