"""The stamp of a build vouches for all that a build reads: what it does not look at could change unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from law_site import FILES, LawSite

from proofpress.standing import NEVER, look

if TYPE_CHECKING:
    from pathlib import Path

LISTENING: Final = """\
import sys

def listen(event, arguments):
    if event in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], str):
        print(f"\\0{arguments[0]}\\0", file=sys.__stdout__)

sys.addaudithook(listen)
sys.argv = ["proofpress", "build", "--jobs", "1"]
from proofpress.cli.commands import main
main()
"""
OWN: Final = (".proofpress", "public", "printed")
"""What a build writes itself. Of the one the stamp knows two files, of the others all that was published."""


def test_a_build_reads_nothing_below_the_sites_folder_that_its_stamp_does_not_look_at(tmp_path: Path) -> None:
    plugins = {"plugins/__init__.py": "from .more import plugins\n", "plugins/more.py": "plugins = []\n"}
    root = LawSite(tmp_path / "site").write(FILES).write(plugins).root.resolve()
    done = subprocess.run([sys.executable, "-c", LISTENING], cwd=root, capture_output=True, text=True, check=False)
    opened = {os.path.realpath(root / name) for name in done.stdout.split("\0")[1::2]}
    # A name beside an open folder, as `shutil.rmtree` has it, is none of the site's.
    below = {name for name in opened if name.startswith(f"{root}{os.sep}") and os.path.lexists(name)}
    read = {name for name in below if not name.startswith(tuple(f"{root}{os.sep}{one}" for one in OWN))}
    looked = look(str(root), NEVER)
    assert looked is not None
    assert len(read) > 20
    assert read <= set(looked.paths), read - set(looked.paths)
