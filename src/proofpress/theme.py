"""The theme: templates and static files, a site's own over the default ones.

`read_theme` does the reading; `fingerprint` is pure and gives each static file a name that changes with its bytes, so
that a browser may keep it for ever.
"""

from __future__ import annotations

import errno
import hashlib
import posixpath
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.scan import OutsideSiteError, read_inside, too_deep
from proofpress.engine.disk import files_below
from proofpress.model import Place, TemplateSource
from proofpress.paths import MAX_PARTS, SitePath, encode, join
from proofpress.problems import Problem, visible
from proofpress.rules.files import NOT_UTF_8, OUTSIDE_SITE, UNREADABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OVERRIDES = "templates"
STATIC = "static/"
GENERATED = "highlight.css"
CSS_URL = re.compile(r"""url\(\s*(["']?)([^"')]+?)\1\s*\)""")


class Theme(msgspec.Struct, frozen=True):
    """A theme as it was read: templates by name, static files by their path below static/."""

    templates: dict[str, TemplateSource]
    static: dict[str, bytes]


class Asset(msgspec.Struct, frozen=True):
    """A static file under its fingerprinted name."""

    site_path: SitePath
    data: bytes


def default_theme() -> Path:
    """Return the folder of the theme that comes with Proofpress: in the wheel, or in a checkout of its repository."""
    packaged = Path(__file__).parent / "theme"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


def read_theme(root: Path) -> tuple[Theme, list[Problem]]:
    """Read the default theme, and over it the site's own templates/ folder."""
    templates: dict[str, TemplateSource] = {}
    static: dict[str, bytes] = {}
    problems: list[Problem] = []
    shipped = default_theme()
    for folder, label in ((shipped, "theme:"), (root / OVERRIDES, f"{OVERRIDES}/")):
        if label != "theme:" and folder.resolve() == shipped.resolve():
            label = f"{OVERRIDES}/"  # noqa: PLW2901 - Proofpress's own repository: its theme is the site's folder
        for name in _files(folder):
            if name.count("/") >= MAX_PARTS:
                problems.append(too_deep(label + name))
                continue
            try:
                name.encode("utf-8")
            except UnicodeEncodeError:
                problems.append(UNREADABLE_FILE.unnameable().at(visible(label + name)))
                continue
            try:
                data = (folder / name).read_bytes() if label == "theme:" else read_inside(root, f"{OVERRIDES}/{name}")
                if name.startswith(STATIC):
                    static[name.removeprefix(STATIC)] = data
                else:
                    templates[name] = TemplateSource(label + name, data.decode("utf-8"))
            except OutsideSiteError:
                problems.append(OUTSIDE_SITE.template().at(label + name))
            except UnicodeDecodeError as error:
                line = error.object.count(b"\n", 0, error.start) + 1
                problems.append(NOT_UTF_8.template().at(label + name, Place(line, 1)))
            except OSError as error:
                long = error.errno == errno.ENAMETOOLONG
                fault = UNREADABLE_FILE.template(error).at(label + name)
                problems.append(too_deep(label + name) if long else fault)
    return Theme(templates, static), list(dict.fromkeys(problems))


def _files(folder: Path) -> Iterator[str]:
    """Give the path of each file below a folder, hidden ones left out, in a fixed order."""
    for name in sorted(files_below(folder), key=lambda name: name.split("/")):
        if name.startswith(".") or "/." in name:
            continue
        try:
            is_file = stat.S_ISREG((folder / name).stat().st_mode)
        except OSError as error:  # a link that leads nowhere is left out; what can't be named is told by who reads it
            is_file = error.errno == errno.ENAMETOOLONG
        if is_file or name.count("/") >= MAX_PARTS:
            yield name


def fingerprint(static: Mapping[str, bytes]) -> dict[str, Asset]:
    """Name every static file after its content. A style sheet's `url(…)` follow the files they name."""
    assets = {name: _asset(name, data) for name, data in static.items() if not name.endswith(".css")}
    for name, data in static.items():
        if name.endswith(".css"):
            assets[name] = _asset(name, _rewritten(name, data, assets))
    return {name: assets[name] for name in sorted(assets)}


def _asset(name: str, data: bytes) -> Asset:
    stem, extension = posixpath.splitext(name)
    digest = hashlib.sha256(data).hexdigest()[:10]
    return Asset(SitePath(f"/assets/{encode(stem)}.{digest}{encode(extension)}"), data)


def _rewritten(name: str, data: bytes, assets: Mapping[str, Asset]) -> bytes:
    own = posixpath.dirname(f"/assets/{name}")

    def follow(found: re.Match[str]) -> str:
        target = join(posixpath.dirname(name), found[2].partition("#")[0].partition("?")[0])
        asset = assets.get(target) if target else None
        return f"url({found[1]}{posixpath.relpath(asset.site_path, own)}{found[1]})" if asset else found[0]

    return CSS_URL.sub(follow, data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
