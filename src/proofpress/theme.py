"""The theme: templates and static files, a site's own over the default ones.

`read_theme` does the reading; `fingerprint` is pure and gives each static file a name that changes with its bytes, so
that a browser may keep it for ever.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.files import Faults, nfc, unread, walk
from proofpress.model import SHIPPED, TemplateSource
from proofpress.paths import SitePath, encode, join
from proofpress.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Read the default theme, and over it the site's own templates/ folder.

    A template of the default theme is known under `theme:NAME` too, whatever the site has of that name.
    """
    shipped = default_theme()
    templates, static, problems = _read(shipped.parent, shipped.name, SHIPPED)
    templates |= {SHIPPED + name: template for name, template in templates.items()}
    own, own_static, found = _read(root, OVERRIDES, f"{OVERRIDES}/")
    return Theme(templates | own, static | own_static), list(dict.fromkeys([*problems, *found]))


def _read(root: Path, folder: str, label: str) -> tuple[dict[str, TemplateSource], dict[str, bytes], list[Problem]]:
    """Read the templates and static files in a folder below another; a person knows each by its name after `label`."""
    templates: dict[str, TemplateSource] = {}
    static: dict[str, bytes] = {}
    faults = Faults()
    for path, place, _ in walk(os.path.realpath(root), folder, faults):
        name = nfc(path).removeprefix(f"{folder}/")
        try:
            data = Path(place).read_bytes()
            if name.startswith(STATIC):
                static[name.removeprefix(STATIC)] = data
            else:
                templates[name] = TemplateSource(label + name, data.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
        except UnicodeDecodeError as error:
            lines = error.object[: error.start].decode("utf-8").split("\n")
            line, column = len(lines), len(lines[-1]) + 1
            faults.problems.append(problem("not-utf-8", label + name, line, column, "the template is not UTF-8"))
        except OSError as error:
            faults.problems.append(unread(path, error, "file"))
    return templates, static, faults.problems


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
