"""Where listings run: the Python that runs them, and the folder and the environment of the sessions of a post."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from proofpress.run.values import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HANDED_ON: Final = frozenset(
    {
        "CARGO_HOME", "COMSPEC", "CONDA_PREFIX", "CUDA_HOME", "CUDA_VISIBLE_DEVICES", "DYLD_LIBRARY_PATH", "GOPATH", "GOROOT", "HOME",
        "HTTPS_PROXY", "HTTP_PROXY", "JAVA_HOME", "JUPYTER_PATH", "KERAS_BACKEND", "LD_LIBRARY_PATH", "LOGNAME", "NO_PROXY", "NVM_DIR",
        "OMP_NUM_THREADS", "PATH", "PATHEXT", "PYENV_ROOT", "PYTHONPATH", "REQUESTS_CA_BUNDLE", "RUSTUP_HOME", "R_LIBS_USER",
        "SSL_CERT_DIR", "SSL_CERT_FILE", "SYSTEMROOT", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS", "TZ", "USER", "USERPROFILE", "WINDIR",
        "XDG_DATA_DIRS", "http_proxy", "https_proxy", "no_proxy",
    }
)  # fmt: skip
"""What a run's environment has of ours: where programs are found and how, nothing that a person keeps secret there."""
DRAWING: Final = "svg.hashsalt: proofpress\nfigure.max_open_warning: 0\n"
"""matplotlib's settings: without a salt the names within each of its drawings are other ones."""
QUIET: Final = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
"""What TensorFlow is told, where our environment does not say otherwise: to log nothing of the processor on import, with the
time and its process in it, and to add up in the same order whatever the processor is."""
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w.,\s-]*\])?\s*(?:(?:[<>=!~]=?|===)[^;@]*)?(?:;.*)?")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")
_PROBE: Final = """\
import importlib.util as u, importlib.metadata as m, json, sys
def there(name):
    try:
        return bool(m.version(name))
    except Exception:
        try:
            return u.find_spec(name.replace("-", "_")) is not None
        except Exception:
            return False
print(json.dumps([name for name in json.loads(sys.argv[1]) if not there(name)]))
"""
_KERNEL: Final = "ipykernel"


class EnvironmentFailedError(Exception):
    """An environment could not be made; the message is what the program said that was to make it."""


class Found(NamedTuple):
    """What a Python has of what is asked for."""

    kernel: bool
    missing: tuple[str, ...]


def look(python: str, packages: Sequence[str]) -> Found:
    """Tell which packages a Python lacks, by the names under which they are installed or imported.

    Raises OSError or subprocess.SubprocessError where it is no Python that runs.
    """
    command = [python, "-I", "-c", _PROBE, json.dumps([_KERNEL, *packages])]
    if os.environ.get("PYTHONPATH"):
        command.remove("-I")
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    missing = json.loads(said)
    return Found(_KERNEL not in missing, tuple(name for name in missing if name != _KERNEL))


def refused(requirements: Sequence[str]) -> str | None:
    """Return the first that is no requirement as pip knows them: an option of pip, or a place to install from."""
    return next((one for one in requirements if not _REQUIREMENT.fullmatch(one.strip())), None)


def names(requirements: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the packages that are required."""
    return tuple(found[0] for one in requirements if (found := _NAME.match(one.strip())))


def isolated(requirements: Sequence[str], python: str, kept: Path) -> str:
    """Return the Python of an environment that has these requirements, made below a folder and kept there.

    Raises EnvironmentFailedError where it can't be made.
    """
    wanted = _wanted(requirements)
    folder = environment_folder(requirements, python, kept)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    whole = folder / "whole"
    if whole.is_file() and made.is_file():
        return str(made)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    uv = shutil.which("uv")
    if uv is not None:
        steps = [
            [uv, "venv", "--quiet", "--allow-existing", "--python", python, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", str(made), *wanted],
        ]
    else:
        steps = [
            [python, "-m", "venv", str(folder)],
            [str(made), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        ]
    for step in steps:
        said = subprocess.run(step, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if said.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            lines = [line for line in (said.stderr or said.stdout).splitlines() if line.strip()]
            faults = [line for line in lines if line.lower().startswith("error")]
            raise EnvironmentFailedError((faults or lines or [f"{step[0]} ended with {said.returncode}"])[-1].strip())
    whole.touch()
    return str(made)


def environment_folder(requirements: Sequence[str], python: str, kept: Path) -> Path:
    """Return where the environment with these requirements lies: as a full path, since a run begins elsewhere."""
    said = "\0".join([python, sys.version, *_wanted(requirements)])
    return kept.resolve() / hashlib.sha256(said.encode()).hexdigest()[:16]


def _wanted(requirements: Sequence[str]) -> list[str]:
    return sorted({one.strip() for one in requirements} | {_KERNEL})


def folder_for(top: Path, post: str, python: str, caches: Path, given: Mapping[str, str]) -> Folder:
    """Make the folder of a run in an empty one, and return it with the environment of its sessions.

    `post` is the post's path in the site. `caches` lasts: what libraries find out about the machine, and are slow at.
    `given` is the environment that we ourselves have.
    """
    mirrored = top / "site"
    work = mirrored / posixpath.dirname(post)
    for one in (work, top / "tmp", top / "cache", top / "ipython", top / "settings"):
        one.mkdir(parents=True, exist_ok=True)
    (top / "settings/matplotlibrc").write_text(DRAWING, "utf-8")
    environment = {name: value for name, value in given.items() if name in HANDED_ON}
    scripts = str(Path(python).parent)
    environment |= {
        "PATH": os.pathsep.join([scripts, *environment.get("PATH", os.defpath).split(os.pathsep)]),
        "TMPDIR": str(top / "tmp"),
        "TEMP": str(top / "tmp"),
        "TMP": str(top / "tmp"),
        "XDG_CACHE_HOME": str(top / "cache"),
        "IPYTHONDIR": str(top / "ipython"),
        "MATPLOTLIBRC": str(top / "settings/matplotlibrc"),
        "MPLCONFIGDIR": str(caches),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
        "LINES": "24",
        "TERM": "dumb",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
    }
    for name, value in QUIET.items():
        environment.setdefault(name, value)
    if python == sys.executable and site.ENABLE_USER_SITE:
        environment.setdefault("PYTHONUSERBASE", site.getuserbase())
    return Folder(top=top, site=mirrored, work=work, mark=top.name, environment=environment)


def platform_name() -> str:
    """Return what the machine is, such as `Linux x86_64`."""
    import platform  # noqa: PLC0415 - when it is asked

    return f"{platform.system()} {platform.machine()}".strip() or sysconfig.get_platform()
