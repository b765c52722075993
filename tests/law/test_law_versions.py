"""What the code is that builds: whatever is really imported decides, wherever it lies, and a change of it is seen.

The builds are commands in processes of their own, with libraries and plugins where Python looks for them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
import zoneinfo
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from law_site import LawSite, png

import proofpress

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Mapping[str, str | bytes] = {
    "site.yaml": "title: Versions\nurl: https://me.example/\n",
    "content/posts/a.md": (
        "---\ntitle: Alpha\ndate: 2026-01-05\n---\n\nWords.\n\n![A picture](picture.png)\n\n```bark\nwoof 1\n```\n"
    ),
    "content/posts/picture.png": png(4, 3),
}
PAGE = "public/posts/a/index.html"
SIZES = "def get(file):\n    return {size}\n"
LEXER = (
    "from pygments.lexer import RegexLexer\nfrom pygments.token import {token}, Text\n\n\n"
    "class BarkLexer(RegexLexer):\n    name = 'Bark'\n    aliases = ['bark']\n"
    "    tokens = {{'root': [('woof', {token}), ('.|\\n', Text)]}}\n"
)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def bark(folder: Path, token: str = "Keyword", module: str = "bark_lexer.py") -> Path:
    """Install a plugin of Pygments into a folder, as an installer does but for its record."""
    entry = "[console_scripts]\nx = y:z\n\n[pygments.lexers]\nbark = bark_lexer:BarkLexer\n"
    return write(
        folder,
        {
            module: LEXER.format(token=token),
            "bark-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: bark\nVersion: 1.0\n",
            "bark-1.0.dist-info/entry_points.txt": entry,
        },
    )


def rules(zone: str) -> bytes:
    """Return a time zone's rules: the system's, or those of the package that stands in for them."""
    for folder in zoneinfo.TZPATH:
        if Path(folder, zone).is_file():
            return Path(folder, zone).read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", zone).read_bytes()


class Command:
    """`proofpress build`, in a process with what is said on its path."""

    def __init__(self, site: LawSite) -> None:
        self.site = site

    def run(self, *arguments: str, start: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> str:
        program = [sys.executable, "-m", "proofpress"] if not start else list(start)
        done = subprocess.run(
            [*program, "build", *arguments],
            cwd=self.site.root,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | dict(env or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def check(self, *path: Path) -> str:
        """Build, have it compared with a build from nothing, and return the page."""
        joined = {"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {}
        assert "verified" in self.run("--verify", env=joined)
        return self.page

    @property
    def page(self) -> str:
        return (self.site.root / PAGE).read_text("utf-8")


@pytest.fixture
def build(tmp_path: Path) -> Command:
    return Command(LawSite(tmp_path / "site").write(FILES))


def test_a_library_on_pythonpath_is_seen_when_it_comes_changes_and_goes(build: Command, tmp_path: Path) -> None:
    own = build.check()
    assert 'width="4"' in own
    library = write(tmp_path / "lib", {"imagesize.py": SIZES.format(size="(40, 30)")})
    assert 'width="40"' in build.check(library)
    (tmp_path / "lib" / "imagesize.py").write_text(SIZES.format(size="(50, 30)"))
    shutil.rmtree(tmp_path / "lib" / "__pycache__", ignore_errors=True)
    assert 'width="50"' in build.check(library)
    assert build.check() == own


def test_a_part_of_a_library_without_a_record_is_seen(build: Command, tmp_path: Path) -> None:
    library = write(
        tmp_path / "lib",
        {
            "imagesize/__init__.py": "from imagesize.parts.reading import get\n",
            "imagesize/parts/__init__.py": "",
            "imagesize/parts/reading.py": SIZES.format(size="(40, 30)"),
            "imagesize-9.0.dist-info/METADATA": "Name: imagesize\nVersion: 9.0\n",
        },
    )
    assert 'width="40"' in build.check(library)
    (library / "imagesize/parts/reading.py").write_text(SIZES.format(size="(400, 30)"))
    assert 'width="400"' in build.check(library)


@pytest.mark.thorough
def test_a_library_in_an_archive_is_seen(build: Command, tmp_path: Path) -> None:
    archive = tmp_path / "lib.zip"
    for size in ("(40, 30)", "(50, 30)"):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("imagesize/__init__.py", SIZES.format(size=size))
        assert f'width="{size[1:3]}"' in build.check(archive)


def test_a_plugin_of_pygments_is_seen_when_it_comes_changes_and_goes(build: Command, tmp_path: Path) -> None:
    without = build.check()
    assert "woof 1" in without
    plugin = bark(tmp_path / "plugin")
    assert '<span class="k">woof</span> 1' in build.check(plugin)
    bark(plugin, "Comment")
    shutil.rmtree(plugin / "__pycache__", ignore_errors=True)
    assert '<span class="c">woof</span> 1' in build.check(plugin)
    assert build.check() == without


@pytest.mark.thorough
def test_a_plugin_that_is_installed_for_editing_is_seen_where_its_code_lies(build: Command, tmp_path: Path) -> None:
    plugin, checkout = bark(tmp_path / "plugin"), tmp_path / "checkout"
    (plugin / "bark_lexer.py").unlink()
    (plugin / "bark-1.0.dist-info/RECORD").write_text("_bark.pth,sha256=abc,10\nbark-1.0.dist-info/METADATA,,\n")
    for token, letter in (("Keyword", "k"), ("Comment", "c")):
        write(checkout, {"bark_lexer.py": LEXER.format(token=token)})
        shutil.rmtree(checkout / "__pycache__", ignore_errors=True)
        assert f'<span class="{letter}">woof</span>' in build.check(plugin, checkout)


def test_what_a_user_installed_for_himself_is_seen(build: Command, tmp_path: Path) -> None:
    base = Path(getattr(sys, "_base_executable", sys.executable))  # a virtual environment has no such place
    places = [sysconfig.get_path("purelib"), str(Path(proofpress.__file__).parents[1])]
    env = {"PYTHONPATH": os.pathsep.join(places), "PYTHONUSERBASE": str(tmp_path / "user")}
    start = (str(base), "-m", "proofpress")
    build.run(start=start, env=env)
    assert '<span class="k">woof</span>' not in build.page
    asked = [str(base), "-c", "import site; print(site.getusersitepackages())"]
    folder = subprocess.run(asked, env=os.environ | env, capture_output=True, text=True, check=True).stdout.strip()
    bark(Path(folder))
    assert "verified" in build.run("--verify", start=start, env=env)
    assert '<span class="k">woof</span>' in build.page


def test_other_rules_of_the_time_zone_are_seen(build: Command, tmp_path: Path) -> None:
    build.site.swap("site.yaml", "url:", "timezone: Europe/Berlin\nurl:")
    build.site.swap("content/posts/a.md", "2026-01-05", "2026-01-05 12:00")
    zones = tmp_path / "zones/Europe"
    zones.mkdir(parents=True)
    for name, offset in (("Europe/Berlin", "+01:00"), ("Asia/Tokyo", "+09:00")):
        (zones / "Berlin").write_bytes(rules(name))
        assert "verified" in build.run("--verify", env={"PYTHONTZPATH": str(zones.parent)})
        assert f"2026-01-05T12:00:00{offset}" in build.page


def test_an_environment_without_the_folders_that_it_names_builds(build: Command) -> None:
    program = (
        "import sys; sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = '/nowhere'; "
        "from proofpress.cli.commands import main; main()"
    )
    build.run(start=(sys.executable, "-c", program))
    assert 'width="4"' in build.page


@pytest.mark.thorough
def test_what_makes_no_page_and_where_things_lie_are_no_change(build: Command, tmp_path: Path) -> None:
    plugin = bark(write(tmp_path / "one", {"imagesize.py": SIZES.format(size="(40, 30)")}))
    build.check(plugin)
    moved = tmp_path / "two"
    plugin.rename(moved)
    assert "nothing was made" in build.run("--explain", env={"PYTHONPATH": str(moved)})


@pytest.mark.thorough
def test_a_package_that_makes_no_page_is_no_change_while_no_plugin_could_use_it(build: Command, tmp_path: Path) -> None:
    build.check()
    other = write(tmp_path / "lib", {"other.py": "", "other-1.0.dist-info/METADATA": "Name: other\nVersion: 1.0\n"})
    assert "nothing was made" in build.run("--explain", env={"PYTHONPATH": str(other)})
