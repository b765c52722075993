"""Publishing as a branch of a git repository: the branch's tree becomes the site, in one push.

ghp-import makes the commit, in a repository of its own that lives for one run and borrows the objects of the person's.
Of theirs nothing is written but the finished commit's objects, so that no kill leaves a lock or a half-made branch in
it: not the working tree, not the index, no branch. What is pushed is the commit itself, under the condition that the
remote's branch is still the one that was looked at.

A branch that somebody else made is not replaced unless a person says so (`--take-over`), nor is a history dropped that
holds what others put there. What others push on top of ours stays in the branch's history.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from proofpress.paths import OutputPath
from proofpress.problems import MissingExtra, did_you_mean
from proofpress.remote import marks
from proofpress.remote.programs import SSH, Done, RemoteError, WrongTargetError, find, run
from proofpress.remote.sending import Changes, ForeignFilesError, Site, Tell, copy, counted, listed

COMMIT_BRANCH: Final = "refs/heads/site"
"""The branch on which ghp-import commits, in the repository of one run."""
DOMAIN: Final = "CNAME"
"""The file in which GitHub Pages keeps a site's domain, on the branch itself."""
TRIES: Final = 3
"""How often a commit is made anew, when others publish at the same moment."""
_OWN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
"""What git tells its hooks. Publishing from a hook is about the repository that the site lies in all the same."""
_CAREFUL = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
"""Nothing is left running behind."""
_PATIENCE = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=300")
"""A connection on which nothing comes is given up."""

_OBJECTS_ONLY = ("--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=")
"""A fetch that moves no reference, so that it takes no lock."""


class Target(msgspec.Struct, frozen=True):
    """A branch of a remote, and the repository that knows the remote."""

    git: str
    root: Path
    remote: str
    branch: str
    environment: Mapping[str, str]

    @property
    def reference(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.branch}"

    def call(self, *arguments: str) -> Done:
        """Run git in the person's repository."""
        return run([self.git, *_CAREFUL, *_PATIENCE, *arguments], environment=self.environment, folder=self.root)

    def ask(self, *arguments: str) -> str:
        """Run git in the person's repository, for an answer. Raises RemoteError."""
        return _answer(self.call(*arguments), arguments[0])


class Scratch(msgspec.Struct, frozen=True):
    """The repository of one run."""

    target: Target
    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes git work here."""
        return {**self.target.environment, "GIT_DIR": str(self.folder)}

    def call(self, *arguments: str, data: bytes = b"") -> Done:
        """Run git here."""
        return run(
            [self.target.git, *_CAREFUL, *arguments], environment=self.environment, folder=self.folder, data=data
        )

    def ask(self, *arguments: str, data: bytes = b"") -> str:
        """Run git here, for an answer. Raises RemoteError."""
        return _answer(self.call(*arguments, data=data), arguments[0])

    def read(self, *arguments: str, data: bytes = b"") -> bytes:
        """Run git here, for an answer in bytes. Raises RemoteError."""
        done = self.call(*arguments, data=data)
        _answer(done, arguments[0])
        return done.output


def find_target(root: Path, remote: str, branch: str) -> Target:
    """Return the branch to publish to. Raises WrongTargetError for what can't be one, RemoteError, MissingExtra."""
    git = find("git")
    if importlib.util.find_spec("ghp_import") is None:
        raise MissingExtra("publishing to git needs ghp-import; install it with: pip install 'proofpress[git]'")
    target = Target(git, root.resolve(), remote, branch, _environment())
    repository = target.call("rev-parse", "--git-dir")
    if "safe.directory" in repository.errors:  # as in a container, whose folders belong to somebody else
        raise RemoteError(f"git does not trust the repository of '{root}':{repository.last_words}")
    if repository.status != 0:
        raise WrongTargetError(
            f"'{root}' is not in a git repository, so it has no remote to publish to; make one with `git init` and "
            "`git remote add origin URL`, or publish with --to rsync or --to s3"
        )
    remotes = target.ask("remote").splitlines()
    if remote not in remotes:
        known = f"the remotes are {', '.join(remotes)}" if remotes else f"add it with `git remote add {remote} URL`"
        raise WrongTargetError(f"there is no remote '{remote}'; {did_you_mean(remote, remotes) or known}")
    if not _is_branch(target):
        raise WrongTargetError(f"git can't have a branch '{branch}'; the usual names are 'gh-pages' and 'pages'")
    if branch.startswith("refs/"):
        alone = branch.removeprefix("refs/heads/")
        raise WrongTargetError(f"'{branch}' is a whole reference; --branch takes the branch's name alone: '{alone}'")
    if target.call("symbolic-ref", "--quiet", "HEAD").text == target.reference:
        raise WrongTargetError(
            f"'{branch}' is the branch that you work on, and publishing would put the built site in its place; "
            "name another with --branch, such as 'gh-pages'"
        )
    return _with_ssh(target)


def publish(
    site: Site,
    target: Target,
    *,
    history: bool,
    message: str,
    dry_run: bool,
    take_over: bool = False,
    tell: Tell = lambda _said: None,
) -> Changes:
    """Make the branch's tree the site, and push it; with `dry_run` tell what that would change, and push nothing.

    Without history the branch has one commit. A commit that would change nothing is not pushed. Raises RemoteError,
    and then the branch at the remote is as it was; WrongTargetError where the branch holds the site's sources, or,
    unless it is to be taken over, ForeignFilesError where it holds what others put there.
    """
    for _ in range(TRIES):
        seen = _look(target)
        if seen:
            _fetch(target)
        with tempfile.TemporaryDirectory(prefix="proofpress-", ignore_cleanup_errors=True) as folder:
            scratch = _scratch(target, Path(folder))
            tell(f"making the commit for {target.branch}")
            commit = _commit(site, scratch, seen, history=history, message=message)
            foreign = _foreign(site, scratch, seen, commit, history=history) if seen and not take_over else []
            changes = _changes(scratch, seen, commit)
            if foreign:
                notice = f"others put on the branch what the site replaces; commit {seen} has it:{listed(foreign)}"
                changes = msgspec.structs.replace(changes, notice=notice)
            if dry_run or not (changes or (seen and not history and _has_parents(scratch, seen))):
                return changes
            _bring(target, scratch)
        tell(f"pushing to {target.branch} of {target.remote}")
        if _push(target, commit, seen, history=history):
            return changes
    raise RemoteError(
        f"others published to {target.branch} of {target.remote} at the same moment, {TRIES} times in a row; "
        "theirs is there, and nothing was lost; run publish again"
    )


def default_message(target: Target) -> str:
    """Return a commit's message: the site, and the commit of its sources."""
    sources = target.call("rev-parse", "--short", "--verify", "--quiet", "HEAD")
    return f"Publish the site as of {sources.text}" if sources.status == 0 else "Publish the site"


def _environment() -> dict[str, str]:
    """Return the environment in which git asks for nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in _OWN}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",  # Git Credential Manager
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_OPTIONAL_LOCKS": "0",
    }


def _is_branch(target: Target) -> bool:
    """Return whether git can have a branch of this name, and everything that reads the name means that branch by it."""
    if target.branch in ("HEAD", "@") or target.branch.startswith("-"):
        return False
    # --branch also looks up @{-1}, the branch before, which is not what a person names here.
    done = target.call("check-ref-format", "--branch", target.branch)
    return done.status == 0 and done.text == target.branch


def _with_ssh(target: Target) -> Target:
    """Return the target with an ssh that asks for nothing, where the person has chosen none."""
    chosen = {"GIT_SSH", "GIT_SSH_COMMAND"} & set(target.environment)
    if chosen or target.call("config", "core.sshCommand").text:
        return target
    return msgspec.structs.replace(target, environment={**target.environment, "GIT_SSH_COMMAND": SSH})


def _answer(done: Done, name: str) -> str:
    if done.status != 0:
        raise RemoteError(f"git {name} failed, and nothing was published:{done.last_words}")
    return done.text


def _look(target: Target) -> str:
    """Return the commit that the branch has at the remote; an empty string where there is no such branch."""
    done = target.call("ls-remote", target.remote, target.reference)
    if done.status != 0:
        raise RemoteError(
            f"the remote '{target.remote}' can't be reached, and nothing was published; git asks for no password here, "
            f"so it needs a key or a credential helper that answers by itself:{done.last_words}"
        )
    for line in done.text.splitlines():
        commit, _, name = line.partition("\t")
        if name == target.reference:
            return commit
    return ""


def _fetch(target: Target) -> None:
    """Get the branch's objects."""
    target.ask("fetch", *_OBJECTS_ONLY, target.remote, target.reference)


def _scratch(target: Target, folder: Path) -> Scratch:
    """Make the repository of this run, which sees the objects of the person's."""
    scratch = Scratch(target, folder / "git")
    form = target.call("rev-parse", "--show-object-format")
    kind = [f"--object-format={form.text}"] if form.status == 0 and form.text != "sha1" else []
    target.ask("init", "--quiet", "--bare", "--template=", *kind, str(scratch.folder))
    objects, shallow = (
        (target.root / target.ask("rev-parse", "--git-path", name)).resolve() for name in ("objects", "shallow")
    )
    information = scratch.folder / "objects" / "info"
    information.mkdir(exist_ok=True)
    (information / "alternates").write_bytes(os.fsencode(objects) + b"\n")
    if shallow.is_file():  # as in a checkout of continuous integration, which leaves history out
        shutil.copyfile(shallow, scratch.folder / "shallow")
    return scratch


def _commit(site: Site, scratch: Scratch, seen: str, *, history: bool, message: str) -> str:
    """Have ghp-import commit the site, and return the commit."""
    _refuse_sources(site, scratch, seen)
    tree = scratch.folder.with_name("tree")
    tree.mkdir()
    copy(site, site.files, tree)
    expected: set[str] = set(site.files)
    if seen and DOMAIN not in site.files:
        domain = scratch.call("cat-file", "blob", f"{seen}:{DOMAIN}")
        if domain.status == 0:
            (tree / DOMAIN).write_bytes(domain.output)
            expected.add(DOMAIN)
    if seen and history:
        scratch.ask("update-ref", COMMIT_BRANCH, seen)
    branch = COMMIT_BRANCH.rpartition("/")[2]
    done = run(
        # -P: a module of the site's folder is not taken for ghp-import. No remote has this name, so none is asked.
        [
            sys.executable,
            "-P",
            "-m",
            "ghp_import",
            f"--branch={branch}",
            f"--message={message}",
            "--remote=-",
            str(tree),
        ],
        environment={**scratch.environment, **_committer(scratch.target)},
        folder=scratch.folder,
    )
    commit = scratch.call("rev-parse", "--verify", "--quiet", COMMIT_BRANCH)
    if done.status != 0 or commit.status != 0 or (history and commit.text == seen):
        raise RemoteError(f"ghp-import could not make the commit, and nothing was published:{done.last_words}")
    committed = set(_names(scratch.ask("ls-tree", "-r", "-z", "--name-only", commit.text)))
    if committed != expected:
        odd = min(committed ^ expected)
        raise RemoteError(f"git can't hold a file under the name '{odd}', and nothing was published; rename it")
    return _mark(scratch, commit.text)


def _mark(scratch: Scratch, commit: str) -> str:
    """Put a commit with the mark in a commit's place, and return it."""
    whole = marks.marked(scratch.read("cat-file", "commit", commit))
    marked = scratch.ask("hash-object", "-t", "commit", "-w", "--stdin", data=whole)
    scratch.ask("update-ref", COMMIT_BRANCH, marked)
    return marked


def _refuse_sources(site: Site, scratch: Scratch, seen: str) -> None:
    """Refuse a branch that holds the site's own sources: what a person wrote is not replaced by what was made of it."""
    target = scratch.target
    settings = target.ask("rev-parse", "--show-prefix") + "site.yaml"
    if seen and settings not in site.files and scratch.call("cat-file", "-e", f"{seen}:{settings}").status == 0:
        names = _names(scratch.ask("ls-tree", "-r", "-z", "--name-only", seen))
        raise WrongTargetError(
            f"the branch '{target.branch}' of '{target.remote}' holds this site's sources ('{settings}'), and "
            "publishing would put the built site in their place; name another with --branch, such as 'gh-pages'; "
            f"it holds:{listed(names)}"
        )


def _foreign(site: Site, scratch: Scratch, seen: str, commit: str, *, history: bool) -> list[str]:
    """Return the files of others that the branch has on top of ours, which stay in its history.

    Raises ForeignFilesError where the branch is not ours, or where its history is to be dropped and holds them.
    """
    if history and marks.is_marked(scratch.read("cat-file", "commit", seen)):
        return []
    target = scratch.target
    commits = marks.commits(scratch.read("rev-list", "--header", seen))
    shallow = scratch.folder / "shallow"
    if not history and shallow.is_file() and not commits.keys().isdisjoint(shallow.read_text("ascii").split()):
        raise WrongTargetError(
            f"this clone has only the end of the history of '{target.branch}', so that nobody can tell what would be "
            "lost without it; get the rest with `git fetch --unshallow`, or leave --no-history out"
        )
    brought = marks.brought(
        scratch.read("diff-tree", "--stdin", "--root", "-r", "-m", "-z", "--raw", "--no-renames", data=_lines(commits))
    )
    ours = {name for name, is_ours in commits.items() if is_ours}
    known = {entry for name in ours for entry in brought.get(name, ())}
    known |= marks.entries(scratch.ask("ls-tree", "-r", "-z", commit))
    if history:
        there = marks.entries(scratch.ask("ls-tree", "-r", "-z", seen))
    else:
        there = {entry for name, of_it in brought.items() if name not in ours for entry in of_it}
    foreign = sorted({path for path, _ in there - known if path != DOMAIN or DOMAIN in site.files})
    if foreign and not (ours and history):
        where = f"the branch '{target.branch}' of '{target.remote}'"
        what = (
            f"holds {counted(foreign)} that Proofpress did not put there:"
            if history
            else (
                f"holds in its history, which --no-history drops, {counted(foreign)} that Proofpress did not put there:"
            )
        )
        then = (
            f"in its place, and leave them in the branch's history, from commit {seen} back"
            if history
            else f"in its place, and they would be lost for good; `git fetch {target.remote} {target.branch}` and "
            f"`git branch before-proofpress {seen}` keep a copy"
        )
        raise ForeignFilesError(
            f"{where} {what}{listed(foreign)}\nPublishing would put the built site {then}. Nothing was pushed. Name "
            "another branch with --branch, or take this one over with --take-over"
        )
    return foreign


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def _committer(target: Target) -> dict[str, str]:
    """Return who commits, and when: whom git would name, else Proofpress (a machine that nobody has introduced)."""
    done = target.call("var", "GIT_COMMITTER_IDENT")
    name, _, rest = done.text.rpartition(" <")
    email, _, when = rest.partition("> ")
    if done.status != 0 or not name:
        return {"GIT_COMMITTER_NAME": "Proofpress", "GIT_COMMITTER_EMAIL": "proofpress@localhost"}
    return {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email, "GIT_COMMITTER_DATE": when}


def _changes(scratch: Scratch, seen: str, commit: str) -> Changes:
    """Compare two commits' trees."""
    names = [OutputPath(name) for name in _names(scratch.ask("ls-tree", "-r", "-z", "--name-only", commit))]
    if not seen:
        return Changes(names, [], [], 0)
    told = _names(scratch.ask("diff-tree", "-r", "-z", "--no-renames", "--name-status", seen, commit))
    found: dict[str, list[OutputPath]] = {"A": [], "D": []}
    changed: list[OutputPath] = []
    for status, name in zip(told[::2], told[1::2], strict=True):
        found.get(status, changed).append(OutputPath(name))
    return Changes(found["A"], changed, found["D"], len(names) - len(found["A"]) - len(changed))


def _names(text: str) -> list[str]:
    return text.rstrip("\0").split("\0") if text else []


def _has_parents(scratch: Scratch, commit: str) -> bool:
    return scratch.call("rev-parse", "--verify", "--quiet", f"{commit}^").status == 0


def _bring(target: Target, scratch: Scratch) -> None:
    """Copy the finished commit's objects to the person's repository, from which it is pushed as any other."""
    target.ask("fetch", *_OBJECTS_ONLY, str(scratch.folder), COMMIT_BRANCH)


def _push(target: Target, commit: str, seen: str, *, history: bool) -> bool:
    """Push a commit; returns False where the branch has moved on since it was seen. Raises RemoteError."""
    lease = [] if history else [f"--force-with-lease={target.reference}:{seen}"]
    done = target.call(
        "push",
        "--porcelain",
        "--no-follow-tags",
        "--recurse-submodules=no",
        *lease,
        target.remote,
        f"{commit}:{target.reference}",
    )
    if done.status == 0:
        return True
    try:
        now = _look(target)
    except RemoteError:
        raise RemoteError(
            f"git push failed, and {target.remote} can't be asked any more; {target.branch} is there as it was or as it "
            f"should be, nothing between; run publish again:{done.last_words}"
        ) from None
    if now == commit:  # the answer was lost, not the push
        return True
    if now == seen:
        raise RemoteError(f"git push failed, and {target.branch} of {target.remote} is as it was:{done.last_words}")
    if not history:
        raise RemoteError(
            f"somebody else published to {target.branch} of {target.remote} at the same moment; without history that "
            "would have been lost, so nothing was replaced; run publish again"
        )
    return False
