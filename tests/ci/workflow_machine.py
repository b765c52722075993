"""A machine that runs a workflow's file here: `run:` steps by bash as they are written, `uses:` steps by what they do.

It reads as much of GitHub's workflow syntax as the workflows of this project use, and fails on what it does not know, so
that nothing in a workflow goes untried unseen. An action that is not this project's own is stood in for by one function
each, in ACTIONS, which does what the action's documentation says of the inputs that are used. What is real: git, bash,
pip, the command, and every file.

Two things differ from a run on GitHub. pip installs a wheel of this checkout in place of the released version: the
variable PROOFPRESS at the top of the workflow, which is there to be changed, names the wheel, and where the action
installs its own checkout by `$GITHUB_ACTION_PATH`, that path is the wheel's. And pip is told to look nowhere else; what
Proofpress needs comes from the Python that runs the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKFLOW_KEYS = {"name", "on", "concurrency", "permissions", "env", "jobs"}
JOB_KEYS = {"if", "needs", "runs-on", "timeout-minutes", "permissions", "environment", "container", "steps"}
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "shell", "continue-on-error"}
PINNED = re.compile(r"(?:https://data\.forgejo\.org/)?(?P<name>[\w-]+/[\w-]+)@(?:[0-9a-f]{40}|v\d+)")
SHELLS = {"": ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
"""How GitHub calls bash where a step names no shell, and where it names bash."""


def load(text: str) -> dict[str, Any]:
    """Read a workflow; its key `on` is the word, where YAML 1.1 reads a truth value."""
    found = yaml.safe_load(text)
    if True in found:
        found["on"] = found.pop(True)
    return dict(found)


# ---------------------------------------------------------------- expressions

TOKEN = re.compile(r"\s*(?:(?P<op>&&|\|\||==|!=|!|\(|\))|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*))")
OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}


def value(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Return the value of what stands between `${{` and `}}`. A name that no context has is a KeyError."""

    def lookup(name: str) -> Any:
        found: Any = contexts
        for part in name.split("."):
            found = found[part]
        return found

    python, at = "", 0
    expression = expression.strip()
    while at < len(expression):
        token = TOKEN.match(expression, at)
        assert token, f"not understood: {expression[at:]}"
        at = token.end()
        if token["op"]:
            python += OPERATORS.get(token["op"], f" {token['op']} ")
        elif token["text"]:
            python += repr(token["text"][1:-1].replace("''", "'"))
        else:
            python += f"lookup({token['name']!r})"
    return eval(python, {"lookup": lookup})


def filled(text: Any, contexts: Mapping[str, Any]) -> str:
    """Return a text with each `${{ expression }}` in it replaced by its value."""

    def one(match: re.Match[str]) -> str:
        found = value(match[1], contexts)
        return str(found).lower() if isinstance(found, bool) else str(found)

    text = str(text).lower() if isinstance(text, bool) else str(text)
    return re.sub(r"\$\{\{(.*?)\}\}", one, text)


# ---------------------------------------------------------------- what a run leaves, and what it is given


class Ran(msgspec.Struct):
    """What came of a workflow's run: how each job ended, what was printed, and the artifacts by their names."""

    jobs: dict[str, str]
    log: str
    artifacts: dict[str, Path]
    steps: list[str]
    """The names of the steps that ran, in order."""


class Hosting(msgspec.Struct):
    """What outlives a run on the service's side: the repository, the caches, and what Pages serves."""

    folder: Path
    wheel: Path
    base_url: str = "https://me.example/notes"
    """What Pages says the site's address is; nothing where Pages is not set up."""
    runs: int = 0

    @property
    def origin(self) -> Path:
        """The bare repository that holds the site's sources."""
        return self.folder / "origin.git"

    @property
    def pages(self) -> Path:
        """The bare repository to whose branch `pages` a deployment commits what it was given."""
        return self.folder / "pages.git"

    @property
    def caches(self) -> Path:
        return self.folder / "caches"


class Job(msgspec.Struct):
    """A job while it runs: its fresh machine's folders, and what its steps have said so far."""

    hosting: Hosting
    workflow: Mapping[str, Any]
    definition: Mapping[str, Any]
    workspace: Path
    home: Path
    artifacts: dict[str, Path]
    contexts: dict[str, Any]
    env: dict[str, str]
    path: list[str]
    log: list[str]
    names: list[str]
    at_end: list[Callable[[], None]] = msgspec.field(default_factory=list)


def git(*arguments: str | Path, cwd: Path) -> str:
    """Run git; nobody's settings but ours count."""
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | identity | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout


# ---------------------------------------------------------------- the actions, each as what it does


def checkout(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/checkout: a clean clone of the one commit, without history."""
    assert given.keys() <= {"persist-credentials"}
    git("clone", "--quiet", "--depth", "1", job.hosting.origin.as_uri(), job.workspace, cwd=job.hosting.folder)
    git("checkout", "--quiet", job.contexts["github"]["sha"], cwd=job.workspace)
    return {}


def setup_python(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/setup-python: a Python of one's own, which has pip. It is this one's, whatever version is asked for."""
    assert given.keys() == {"python-version"}
    job.path.insert(0, str(new_python(job.home / "python")))
    return {"python-version": ".".join(map(str, sys.version_info[:3]))}


def new_python(folder: Path) -> Path:
    """Make a Python of its own, and return the folder of its programs. pip and the libraries are this Python's."""
    venv.create(folder)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder / "bin"


def cache(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/cache: the archive of the exact key or of the newest that begins like restore-keys; saved at a good end."""
    assert given.keys() == {"path", "key", "restore-keys"}
    assert len(given["key"]) <= 512
    assert "," not in given["key"]
    known = stored(job.hosting)
    assert given["key"] not in known, "a key that is there already is never saved again"
    like = [known[key] for key in known if key.startswith(given["restore-keys"].strip())]
    unpack(like[-1] if like else None, job.workspace)
    job.at_end.append(lambda: store(job.hosting, given["key"], job.workspace, given["path"].splitlines()))
    return {"cache-hit": "false"}


def stored(hosting: Hosting) -> dict[str, Path]:
    """Return the archives that are kept, by their keys, the oldest first."""
    hosting.caches.mkdir(exist_ok=True)
    entries = sorted(hosting.caches.iterdir(), key=lambda entry: int(entry.name))
    return {(entry / "key").read_text("utf-8"): entry / "archive.tar" for entry in entries}


def store(hosting: Hosting, key: str, workspace: Path, paths: Sequence[str]) -> None:
    """Keep files under a key."""
    entry = hosting.caches / str(len(list(hosting.caches.iterdir())))
    entry.mkdir()
    (entry / "key").write_text(key, "utf-8")
    with tarfile.open(entry / "archive.tar", "w") as tar:
        for path in paths:
            if (workspace / path).exists():
                tar.add(workspace / path, path)


def unpack(archive: Path | None, workspace: Path) -> None:
    """Put kept files back, with the times that they had."""
    if archive is not None:
        with tarfile.open(archive) as tar:
            tar.extractall(workspace, filter="fully_trusted")


def configure_pages(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/configure-pages: the site's address, asked from the service; an error where Pages is not set up."""
    assert not given
    assert job.definition["permissions"]["pages"] == "read"
    if not job.hosting.base_url:
        raise StepFailedError("Get Pages site failed")
    return {"base_url": job.hosting.base_url}


def upload_artifact(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/upload-artifact: the folder's files, hidden ones if asked for."""
    assert given.keys() <= {"name", "path", "include-hidden-files", "if-no-files-found"}
    hidden = given.get("include-hidden-files") == "true"
    job.artifacts[given["name"]] = packed(job, job.workspace / given["path"], given["name"], hidden=hidden)
    return {}


def upload_pages_artifact(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/upload-pages-artifact: an archive named github-pages, without hidden files."""
    assert given.keys() == {"path"}
    job.artifacts["github-pages"] = packed(job, job.workspace / given["path"], "github-pages", hidden=False)
    return {}


def packed(job: Job, folder: Path, name: str, *, hidden: bool) -> Path:
    """Pack a folder that has files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, f"no files to upload in {folder}"
    archive = job.home / f"{name}.tar"
    with tarfile.open(archive, "w") as tar:
        for path in files:
            within = path.relative_to(folder)
            if hidden or not any(part.startswith(".") for part in within.parts):
                tar.add(path, within.as_posix())
    return archive


def deploy_pages(job: Job, given: Mapping[str, str]) -> dict[str, str]:
    """actions/deploy-pages: what was handed over is what is served, here as a commit on a bare repository's branch."""
    assert not given
    assert job.definition["permissions"] == {"pages": "write", "id-token": "write"}
    assert job.definition["environment"]["name"] == "github-pages"
    tree = job.home / "tree"
    tree.mkdir()
    with tarfile.open(job.artifacts["github-pages"]) as tar:
        tar.extractall(tree, filter="data")
    if not job.hosting.pages.exists():
        git("init", "--quiet", "--bare", job.hosting.pages, cwd=job.home)
    git("init", "--quiet", "--initial-branch", "pages", cwd=tree)
    git("add", "--all", "--force", cwd=tree)
    git("commit", "--quiet", "--message", f"Run {job.contexts['github']['run_id']}", cwd=tree)
    git("push", "--quiet", "--force", job.hosting.pages, "pages", cwd=tree)
    return {"page_url": job.hosting.base_url + "/"}


ACTIONS = {
    "actions/checkout": checkout,
    "actions/setup-python": setup_python,
    "actions/cache": cache,
    "actions/configure-pages": configure_pages,
    "actions/upload-artifact": upload_artifact,
    "forgejo/upload-artifact": upload_artifact,
    "actions/upload-pages-artifact": upload_pages_artifact,
    "actions/deploy-pages": deploy_pages,
}


# ---------------------------------------------------------------- running


class StepFailedError(RuntimeError):
    """A step ended with an error."""


def run_workflow(
    hosting: Hosting, text: str, event: str, *, rewrite: Callable[[str], str] = lambda command: command
) -> Ran:
    """Run a workflow on the newest commit of the site's repository, each job on a machine of its own.

    `rewrite` may change a step's command before it runs, where a test wants to see more of it.
    """
    workflow = load(text)
    assert workflow.keys() <= WORKFLOW_KEYS
    assert event in workflow["on"]
    hosting.runs += 1
    sha = git("rev-parse", "HEAD", cwd=hosting.origin).strip()
    github = {"event_name": event, "ref": "refs/heads/main", "sha": sha, "run_id": hosting.runs, "run_attempt": 1}
    ran = Ran({}, "", {}, [])
    log: list[str] = []
    for name, definition in workflow["jobs"].items():
        assert definition.keys() <= JOB_KEYS, definition.keys() - JOB_KEYS
        needs = [definition["needs"]] if "needs" in definition else []
        assert set(needs) <= ran.jobs.keys(), "jobs stand in the order in which they run"
        contexts: dict[str, Any] = {"github": github}
        wanted = value(definition.get("if", "'yes'"), contexts) and all(ran.jobs[need] == "success" for need in needs)
        if not wanted:
            ran.jobs[name] = "skipped"
            continue
        home = hosting.folder / f"run-{hosting.runs}-{name}"
        home.mkdir()
        job = Job(
            hosting=hosting,
            workflow=workflow,
            definition=definition,
            workspace=home / "work",
            home=home,
            artifacts=ran.artifacts,
            contexts=contexts | {"runner": {"os": "Linux"}},
            env={},
            path=["/usr/local/bin", "/usr/bin", "/bin"],
            log=log,
            names=ran.steps,
        )
        job.contexts["env"] = {key: filled(each, contexts) for key, each in workflow.get("env", {}).items()}
        if "PROOFPRESS" in job.contexts["env"]:
            job.contexts["env"]["PROOFPRESS"] = str(hosting.wheel)
        job.env = dict(job.contexts["env"])
        good = run_steps(job, definition["steps"], rewrite)
        ran.jobs[name] = "success" if good else "failure"
        if good:
            if "environment" in definition:
                assert filled(definition["environment"]["url"], job.contexts).startswith("https://")
            for end in job.at_end:
                end()
    ran.log = "".join(log)
    return ran


def run_steps(job: Job, steps: Sequence[Mapping[str, Any]], rewrite: Callable[[str], str]) -> bool:
    """Run a job's or an action's steps in order; returns whether all went well."""
    said: dict[str, Any] = {step["id"]: {"outputs": Outputs()} for step in steps if "id" in step}
    job.contexts["steps"] = said
    for step in steps:
        assert step.keys() <= STEP_KEYS, step.keys() - STEP_KEYS
        if not value(step.get("if", "'yes'"), job.contexts):
            continue
        job.names.append(str(step.get("name", step.get("uses", "").partition("@")[0])))
        try:
            outputs = run_step(job, step, rewrite)
        except StepFailedError as error:
            job.log.append(f"{error}\n")
            if filled(step.get("continue-on-error", False), job.contexts) == "true":
                continue
            return False
        if "id" in step:
            said[step["id"]]["outputs"].update(outputs)
    return True


class Outputs(dict[str, str]):
    """A step's outputs: as on GitHub, one that was not set is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def run_step(job: Job, step: Mapping[str, Any], rewrite: Callable[[str], str]) -> dict[str, str]:
    """Run one step, and return its outputs. Raises StepFailedError."""
    given = {key: filled(each, job.contexts) for key, each in step.get("with", {}).items()}
    if "run" in step:
        return run_command(job, step, rewrite)
    if step["uses"] == "./":
        return run_own_action(job, given, rewrite)
    pinned = PINNED.fullmatch(step["uses"])
    assert pinned, step["uses"]
    return ACTIONS[pinned["name"]](job, given)


def run_own_action(job: Job, given: Mapping[str, str], rewrite: Callable[[str], str]) -> dict[str, str]:
    """Run the composite action that lies at the repository's root."""
    action = yaml.safe_load((job.workspace / "action.yml").read_text("utf-8"))
    assert given.keys() <= action["inputs"].keys()
    inputs = {name: str(given.get(name, about["default"])) for name, about in action["inputs"].items()}
    outside = job.contexts
    job.contexts = {**outside, "inputs": inputs}
    try:
        if not run_steps(job, action["runs"]["steps"], rewrite):
            raise StepFailedError("the action failed")
        return {name: filled(about["value"], job.contexts) for name, about in action["outputs"].items()}
    finally:
        job.contexts = outside


def run_command(job: Job, step: Mapping[str, Any], rewrite: Callable[[str], str]) -> dict[str, str]:
    """Run a `run:` step by bash, in the workspace, with the variables of workflow and step and no others."""
    said, paths = job.home / "outputs", job.home / "paths"
    for file in (said, paths):
        file.write_text("", "utf-8")
    assert "${{" not in step["run"], "an expression in a shell's text is how commands are smuggled in"
    variables = {
        "GITHUB_WORKSPACE": str(job.workspace),
        "GITHUB_ACTION_PATH": str(job.hosting.wheel),
        "GITHUB_OUTPUT": str(said),
        "GITHUB_PATH": str(paths),
        **job.env,
        **{name: filled(each, job.contexts) for name, each in step.get("env", {}).items()},
    }
    status, log = bash(
        SHELLS[step.get("shell", "")], rewrite(step["run"]), job.workspace, job.home, job.path, variables
    )
    job.log.append(log)
    job.path[:0] = paths.read_text("utf-8").split()
    if status:
        raise StepFailedError(f"Process completed with exit code {status}.")
    return dict(line.split("=", 1) for line in said.read_text("utf-8").splitlines())


def bash(
    shell: Sequence[str], text: str, folder: Path, home: Path, path: Sequence[str], variables: Mapping[str, str]
) -> tuple[int, str]:
    """Run a script with these variables and no others; return how it ended and all that it printed."""
    script = home / "step.sh"
    script.write_text(text, "utf-8")
    options = ("NO_INDEX", "NO_DEPS", "IGNORE_INSTALLED", "DISABLE_PIP_VERSION_CHECK")
    done = subprocess.run(
        [*shell, str(script)],
        cwd=folder,
        env={
            "PATH": os.pathsep.join(path),
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"PIP_{name}": "1" for name in options},
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


# ---------------------------------------------------------------- GitLab


def run_gitlab(
    hosting: Hosting,
    text: str,
    variables: Mapping[str, str],
    *,
    rewrite: Callable[[str], str] = lambda command: command,
) -> Ran:
    """Run a pipeline of GitLab on the newest commit: the jobs whose rules hold, each script as it is written.

    As on GitLab, hidden jobs are there to be extended, a key of the cache is one archive that each job replaces, and
    artifacts are what is kept.
    """
    found = yaml.safe_load(text)
    top = {key: str(each) for key, each in found["variables"].items()} | {"PROOFPRESS": str(hosting.wheel)}
    hosting.runs += 1
    ran = Ran({}, "", {}, [])
    for name, written in found.items():
        if name in ("image", "variables") or name.startswith("."):
            continue
        job = found[written["extends"]] | written
        if not any(rule_holds(rule["if"], variables) for rule in job["rules"]):
            continue
        home = hosting.folder / f"run-{hosting.runs}-{name}"
        workspace = home / "work"
        git("clone", "--quiet", hosting.origin, workspace, cwd=hosting.folder)
        key = re.sub(r"\$(\w+)", lambda match: top[match[1]], job["cache"]["key"]).replace("/", "-")
        archives = stored(hosting)
        unpack([archives[known] for known in archives if known.startswith(key)][-1] if archives else None, workspace)
        script = "\n".join([*job["before_script"], *job["script"]])
        path = [str(new_python(home / "python")), "/usr/local/bin", "/usr/bin", "/bin"]
        status, log = bash(SHELLS["bash"], rewrite(script), workspace, home, path, {**top, **variables})
        ran.log += log
        ran.jobs[name] = "failure" if status else "success"
        if not status:
            store(hosting, f"{key}#{hosting.runs}", workspace, job["cache"]["paths"])
            [kept] = job["artifacts"]["paths"]
            ran.artifacts[name] = workspace / kept
    return ran


def rule_holds(rule: str, variables: Mapping[str, str]) -> bool:
    """Return whether `$A == "b"` or `$A == $B` holds; a variable that is not set equals none."""
    left, right = (
        variables.get(word[1:]) if word.startswith("$") else word.strip('"') for word in rule.split(" == ", 1)
    )
    return left is not None and left == right


def served(repository: Path, to: Path) -> Path:
    """Return the tree of the branch that a deployment left in a bare repository, unpacked."""
    shutil.rmtree(to, ignore_errors=True)
    git("clone", "--quiet", "--branch", "pages", repository, to, cwd=repository)
    return to
