"""The theme: templates and static files, a site's own over the default ones.

`read_theme` does the reading; `fingerprint` is pure and gives each static file a name that changes with its bytes, so
that a browser may keep it for ever.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import posixpath
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from proofpress.content.files import Faults, nfc, unread, walk
from proofpress.model import SHIPPED, Place, TemplateSource
from proofpress.paths import SitePath, encode, join
from proofpress.patterns import lazy
from proofpress.problems import Problem, nearest
from proofpress.rules.files import NOT_UTF_8
from proofpress.rules.templates import UNUSED_TEMPLATE
from proofpress.theme_sheets import lean

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence

OVERRIDES = "templates"
STATIC = "static/"
GENERATED = "highlight.css"
GENERATED_PARTS = ("highlight-plain.css", "highlight-more.css")
"""The same in two parts: what nearly every listing needs, and what few do."""
SHEETS = ".css"
"""The ending of style sheets."""
_TEMPLATE = (".html", ".htm", ".xml", ".j2", ".jinja", ".jinja2")
"""Endings of what is meant to be filled: a note to oneself may lie beside it."""
CSS_URL = lazy(r"""url\(\s*(["']?)([^"')]+?)\1\s*\)""")


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

    A template of the default theme is known under `theme:NAME` too, whatever the site has of that name. Style sheets of
    the default theme are read as they are served, without their comments; a copy that says the same is no other sheet.
    """
    shipped = default_theme()
    templates, static, problems = _read(shipped.parent, shipped.name, SHIPPED)
    templates |= {SHIPPED + name: template for name, template in templates.items()}
    own, own_static, found = _read(root, OVERRIDES, f"{OVERRIDES}/")
    changed = {name: data for name, data in own_static.items() if static.get(name) != data}
    for name, data in static.items():
        if name.endswith(".css") and name not in changed:
            static[name] = lean(data.decode("utf-8")).encode("utf-8")
    return Theme(templates | own, static | changed), list(dict.fromkeys([*problems, *found]))


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
            fault = NOT_UTF_8.template()
            faults.problems.append(fault.at(label + name, Place(len(lines), len(lines[-1]) + 1)))
        except OSError as error:
            faults.problems.append(unread(path, error, "file"))
    return templates, static, faults.problems


def unused(theme: Theme, reads: Mapping[str, Sequence[str]], named: Iterable[str]) -> list[Problem]:
    """Return a problem for each template of the site's own that makes nothing, as one whose name is misspelt.

    `reads` tells for each template all that filling it may read, absent names too; `named` are the templates of pages.
    What stands over one of the default theme's is in its place, whether anything asks for that or not.
    """
    shipped = {name.removeprefix(SHIPPED) for name in theme.templates if name.startswith(SHIPPED)}
    own = [name for name in theme.templates if not name.startswith(SHIPPED) and name not in shipped]
    if not own:
        return []
    start = shipped.union(named)
    wanted = start.union(*(reads.get(name, ()) for name in start))
    known = {name for name in wanted if not name.startswith(SHIPPED)}
    return [
        UNUSED_TEMPLATE.makes_nothing(name, nearest_template(name, known)).at(f"{OVERRIDES}/{name}")
        for name in own
        if name not in wanted and posixpath.splitext(name)[1] in _TEMPLATE
    ]


def nearest_template(name: str, known: Iterable[str]) -> str:
    """Return the hint which template was meant, if any: one of a like name in its folder, or of its name in another.

    The folder and the ending, which most have in common, make none alike.
    """
    folder, stem = _parted(name)
    others = sorted({one for one in known if one.startswith(SHIPPED) == name.startswith(SHIPPED)} - {name})
    here = {_parted(one)[1]: one for one in others if _parted(one)[0] == folder}
    there = [one for one in others if _parted(one)[1] == stem]
    found = here.get(nearest(stem, here) or "") or (there[0] if there else "")
    return f"did you mean '{found}'?" if found else ""


def _parted(name: str) -> tuple[str, str]:
    folder, file = posixpath.split(name.removeprefix(SHIPPED))
    return folder, posixpath.splitext(file)[0]


def fingerprint(static: Mapping[str, bytes], named: Mapping[str, SitePath] = MappingProxyType({})) -> dict[str, Asset]:
    """Name every static file after its content. A style sheet's `url(…)` follow the files they name.

    `named` are the site paths of those that have a name already, which they keep whatever they hold.
    """
    assets = {name: _asset(name, data, named) for name, data in static.items() if not name.endswith(SHEETS)}
    for name, data in static.items():
        if name.endswith(SHEETS):
            assets[name] = _asset(name, _rewritten(name, data, assets), named)
    return {name: assets[name] for name in sorted(assets)}


def _asset(name: str, data: bytes, named: Mapping[str, SitePath]) -> Asset:
    if name in named:
        return Asset(named[name], data)
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
