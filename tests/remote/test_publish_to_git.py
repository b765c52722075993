"""`publish --to git`, with the real git and the real ghp-import, to bare repositories on disk."""

from __future__ import annotations

import os
import random
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from publishing_site import FIRST, PublishingSite, bytes_of, git, tree

from proofpress.remote import git as to_git
from proofpress.remote.programs import RemoteError, WrongTargetError
from proofpress.remote.sending import ForeignFilesError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import Proofpress

    from proofpress.remote.sending import Changes

pytestmark = pytest.mark.git
BRANCH = "refs/heads/gh-pages"


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository, which stands for the one at the host."""
    git(tmp_path, "init", "--quiet", "--bare", "the host é.git")
    return tmp_path / "the host é.git"


@pytest.fixture
def site(tmp_path: Path, remote: Path) -> PublishingSite:
    """A site in a git repository whose `origin` is the bare one; its sources are committed on main and pushed."""
    made = PublishingSite(tmp_path / "my nötes").write(FIRST | {".gitignore": "/public/\n/.proofpress/\n"})
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("config", "user.name", "A writer")
    made.git("config", "user.email", "writer@me.example")
    made.git("add", ".")
    made.git("commit", "--quiet", "-m", "Begin")
    made.git("remote", "add", "origin", str(remote))
    made.git("push", "--quiet", "origin", "main")
    return made


def publish(
    site: PublishingSite,
    *,
    history: bool = True,
    dry_run: bool = False,
    branch: str = "gh-pages",
    take_over: bool = False,
) -> Changes:
    built = site.built()
    target = to_git.find_target(site.root, "origin", branch)
    return to_git.publish(built, target, history=history, message="Publish", dry_run=dry_run, take_over=take_over)


def tip(remote: Path, branch: str = BRANCH) -> str:
    return git(remote, "rev-parse", branch)


def commits(remote: Path) -> list[str]:
    return git(remote, "log", "--format=%s", BRANCH).splitlines()


def push_from_elsewhere(remote: Path, to: Path, files: Mapping[str, str]) -> None:
    """Commit files on the remote's branch as somebody else would."""
    git(to.parent, "clone", "--quiet", "--branch=gh-pages", str(remote), str(to))
    other = PublishingSite(to).write(files)
    other.git("add", ".")
    other.git("-c", "user.name=Other", "-c", "user.email=other@me.example", "commit", "--quiet", "-m", "From elsewhere")
    other.git("push", "--quiet", "origin", "HEAD:gh-pages")


def test_the_branch_holds_what_was_built(site: PublishingSite, remote: Path) -> None:
    changes = publish(site)
    assert tree(remote, BRANCH) == bytes_of(site.built())
    assert len(changes.new) == len(site.built().files)
    assert "plot é.svg" in str(changes.new)


def test_an_edit_changes_its_pages_and_keeps_the_history(site: PublishingSite, remote: Path) -> None:
    publish(site)
    site.write({"content/posts/one.md": FIRST["content/posts/one.md"].replace("Text", "Other text")})
    (site.root / "content/posts/two/index.md").unlink()
    (site.root / "content/posts/two/plot é.svg").unlink()
    changes = publish(site)
    assert "posts/one/index.html" in changes.changed
    assert {"posts/two/index.html", "posts/two/plot é.svg"} <= set(changes.deleted)
    assert not changes.new
    assert tree(remote, BRANCH) == bytes_of(site.built())
    assert commits(remote) == ["Publish", "Publish"]


def test_the_same_site_makes_no_second_commit(site: PublishingSite, remote: Path) -> None:
    publish(site)
    before = tip(remote)
    assert not publish(site)
    assert not publish(site, history=False)
    assert tip(remote) == before


def test_without_history_the_branch_has_one_commit(site: PublishingSite, remote: Path) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    publish(site)
    assert len(commits(remote)) == 2
    site.write({"content/about.md": "# About us\n"})
    publish(site, history=False)
    assert len(commits(remote)) == 1
    assert tree(remote, BRANCH) == bytes_of(site.built())


def test_a_history_is_dropped_also_where_the_site_is_the_same(site: PublishingSite, remote: Path) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    publish(site)
    publish(site, history=False)
    assert len(commits(remote)) == 1


def test_a_domain_on_the_branch_stays_where_the_site_brings_none(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    push_from_elsewhere(remote, tmp_path / "elsewhere", {"CNAME": "notes.me.example"})
    assert not publish(site)
    for history in (True, False):
        site.write({"content/about.md": f"# About {history}\n"})
        publish(site, history=history)
        assert tree(remote, BRANCH) == bytes_of(site.built()) | {"CNAME": b"notes.me.example"}
    site.write({"static/CNAME": "other.me.example\n"})
    publish(site)
    assert tree(remote, BRANCH)["CNAME"] == b"other.me.example\n"


def test_what_others_published_meanwhile_stays_in_the_history(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    push_from_elsewhere(remote, tmp_path / "elsewhere", {"by-hand.html": "x"})
    changes = publish(site)
    assert changes.deleted == ["by-hand.html"]
    assert commits(remote) == ["Publish", "From elsewhere", "Publish"]


@pytest.mark.parametrize("history", [True, False])
def test_a_branch_that_moves_on_between_look_and_push_loses_nothing(
    site: PublishingSite, remote: Path, tmp_path: Path, history: bool
) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    push_from_elsewhere(remote, tmp_path / "elsewhere", {"by-hand.html": "x"})
    theirs = tip(remote)
    git(remote, "update-ref", BRANCH, f"{theirs}^")
    # The hook runs when the connection for the push stands: the branch moves on at the last moment.
    hook = site.root / ".git/hooks/pre-push"
    hook.write_text(f"#!/bin/sh\nunset GIT_DIR\ngit -C '{remote}' update-ref {BRANCH} {theirs}\n", "utf-8")
    hook.chmod(0o755)
    if history:
        publish(site)
        assert commits(remote) == ["Publish", "From elsewhere", "Publish"]
        assert tree(remote, BRANCH) == bytes_of(site.built())
    else:
        with pytest.raises(RemoteError, match="somebody else published"):
            publish(site, history=False)
        assert tip(remote) == theirs


def test_nothing_of_the_writers_own_repository_is_touched(site: PublishingSite) -> None:
    publish(site)
    site.git("branch", "gh-pages", "main")  # a branch of that name may be somebody's work
    site.write({"content/posts/one.md": "# Half a sentence\n", "content/new.md": "# New\n"})
    site.git("add", "content/new.md")
    site.built()

    def state() -> tuple[object, ...]:
        index = (site.root / ".git/index").read_bytes()
        return (
            index,
            site.git("status", "--porcelain"),
            site.git("for-each-ref", "refs/heads"),
            site.git("stash", "list"),
        )

    before = state()
    publish(site)
    publish(site, history=False)
    assert state() == before
    assert site.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert site.git("rev-parse", "refs/remotes/origin/gh-pages") == site.git("ls-remote", "origin", BRANCH).split()[0]
    assert not [path for path in (site.root / ".git").rglob("*") if path.suffix in (".lock", ".keep")]
    assert not (site.root / ".git/FETCH_HEAD").exists()


def test_the_commit_names_who_publishes(site: PublishingSite, remote: Path) -> None:
    publish(site)
    assert git(remote, "log", "-1", "--format=%an <%ae> %cn", BRANCH) == "A writer <writer@me.example> A writer"


def test_a_shallow_clone_as_in_continuous_integration_publishes(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    site.git("add", ".")
    site.git("commit", "--quiet", "-m", "More")
    site.git("push", "--quiet", "origin", "main")
    publish(site)
    for number, more in enumerate(([], ["--no-single-branch"])):
        clone = PublishingSite(tmp_path / f"clone{number}")
        git(tmp_path, "clone", "--quiet", "--depth=1", *more, remote.as_uri(), "--branch=main", str(clone.root))
        clone.write({"content/about.md": f"# About {number}\n"})
        publish(clone)
        assert len(commits(remote)) == 3 + number
        assert tree(remote, BRANCH) == bytes_of(clone.built())


def test_a_site_in_a_folder_of_a_repository_publishes(site: PublishingSite, remote: Path) -> None:
    inner = PublishingSite(site.root / "docs site").write(FIRST)
    publish(inner, branch="docs")
    assert tree(remote, "refs/heads/docs") == bytes_of(inner.built())


def test_a_dry_run_tells_what_would_change_and_leaves_no_trace(site: PublishingSite, remote: Path) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    before, objects = tip(remote), site.git("count-objects", "-v")
    changes = publish(site, dry_run=True)
    assert "about/index.html" in changes.new
    assert "sitemap.xml" in changes.changed
    assert tip(remote) == before
    assert site.git("count-objects", "-v") == objects


def test_a_branch_with_the_sites_sources_is_refused(site: PublishingSite, remote: Path) -> None:
    before = tip(remote, "refs/heads/main")
    with pytest.raises(WrongTargetError, match="the branch that you work on"):
        publish(site, branch="main")
    site.git("checkout", "--quiet", "-b", "wip")
    for take_over in (False, True):
        with pytest.raises(WrongTargetError, match=r"holds this site's sources(.|\n)*\n  content/posts/one.md\n"):
            publish(site, branch="main", take_over=take_over)
    assert tip(remote, "refs/heads/main") == before


def test_a_push_that_the_host_refuses_says_so(site: PublishingSite, remote: Path) -> None:
    publish(site)
    before = tip(remote)
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the branch is protected >&2\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    site.write({"content/about.md": "# About\n"})
    with pytest.raises(RemoteError, match=r"is as it was(.|\n)*the branch is protected"):
        publish(site)
    assert tip(remote) == before


def test_a_remote_that_asks_for_a_password_is_an_error_at_once(site: PublishingSite) -> None:
    # An ssh that asks at the terminal, which it does not have.
    site.git("config", "core.sshCommand", "sh -c 'read answer </dev/tty; echo no password >&2; exit 255' --")
    site.git("remote", "set-url", "origin", "ssh://git@me.example/notes.git")
    with pytest.raises(RemoteError, match="asks for no password"):
        publish(site)


def test_a_message_shows_no_credentials(site: PublishingSite) -> None:
    site.git("config", "core.sshCommand", "sh -c 'echo fatal: https://me:secret@me.example/notes >&2; exit 1' --")
    site.git("remote", "set-url", "origin", "ssh://git@me.example/notes.git")
    with pytest.raises(RemoteError) as caught:
        publish(site)
    assert "https://me.example/notes" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_changed_since_the_build_stops_it(site: PublishingSite, remote: Path) -> None:
    publish(site)
    built, before = site.built(), tip(remote)
    (built.output / "index.html").write_text("another build", "utf-8")
    target = to_git.find_target(site.root, "origin", "gh-pages")
    with pytest.raises(RemoteError, match="changed while"):
        to_git.publish(built, target, history=True, message="Publish", dry_run=False)
    assert tip(remote) == before


def test_a_module_of_the_sites_folder_is_not_taken_for_ghp_import(
    site: PublishingSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write({"ghp_import.py": "raise SystemExit('not mine')\n"})
    monkeypatch.chdir(site.root)
    assert publish(site)


# ---------------------------------------------------------------- what others put there


def push_foreign_branch(remote: Path, to: Path, files: Mapping[str, str]) -> str:
    """Push a branch that another program made, with no history in common; returns its commit."""
    git(to.parent, "init", "--quiet", "--initial-branch=gh-pages", str(to))
    other = PublishingSite(to).write(files)
    other.git("add", ".")
    other.git("-c", "user.name=Other", "-c", "user.email=other@me.example", "commit", "--quiet", "-m", "By hand")
    other.git("push", "--quiet", str(remote), "HEAD:gh-pages")
    return tip(remote)


@pytest.mark.parametrize("history", [True, False])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_branch_that_others_made_is_refused_with_its_files_and_stays(
    site: PublishingSite, remote: Path, tmp_path: Path, history: bool, dry_run: bool
) -> None:
    theirs = push_foreign_branch(remote, tmp_path / "theirs", {"index.html": "x", "docs/thesis ü.html": "y"})
    with pytest.raises(ForeignFilesError) as caught:
        publish(site, history=history, dry_run=dry_run)
    assert "2 files that Proofpress did not put there" in str(caught.value)
    assert "\n  docs/thesis ü.html\n  index.html\n" in str(caught.value)
    assert ("lost for good" in str(caught.value)) is not history
    assert tip(remote) == theirs


@pytest.mark.parametrize("history", [True, False])
def test_a_branch_that_was_taken_over_is_ours_from_then_on(
    site: PublishingSite, remote: Path, tmp_path: Path, history: bool
) -> None:
    push_foreign_branch(remote, tmp_path / "theirs", {"index.html": "x", "old.html": "y"})
    assert "old.html" in publish(site, history=history, take_over=True).deleted
    assert tree(remote, BRANCH) == bytes_of(site.built())
    assert commits(remote) == (["Publish", "By hand"] if history else ["Publish"])
    site.write({"content/about.md": "# About\n"})
    assert not publish(site, history=history).notice
    assert tree(remote, BRANCH) == bytes_of(site.built())
    git(remote, "fsck", "--strict")


def test_a_history_with_work_of_others_is_not_dropped_unasked(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    push_from_elsewhere(remote, tmp_path / "elsewhere", {"by-hand.html": "x"})
    theirs = tip(remote)
    with pytest.raises(ForeignFilesError, match=r"by-hand\.html"):
        publish(site, history=False)
    changes = publish(site)
    assert theirs in changes.notice
    assert "by-hand.html" in changes.notice
    before = tip(remote)
    with pytest.raises(ForeignFilesError, match=r"in its history(.|\n)*by-hand.html"):
        publish(site, history=False)
    assert tip(remote) == before
    publish(site, history=False, take_over=True)
    assert commits(remote) == ["Publish"]


@pytest.mark.parametrize("history", [True, False])
def test_a_branch_with_nothing_but_a_domain_or_the_sites_own_files_needs_no_taking_over(
    site: PublishingSite, remote: Path, tmp_path: Path, history: bool
) -> None:
    push_foreign_branch(remote, tmp_path / "theirs", {"CNAME": "notes.me.example", "odd [1] *name*?.txt": "odd\n"})
    publish(site, history=history)
    assert tree(remote, BRANCH) == bytes_of(site.built()) | {"CNAME": b"notes.me.example"}


def test_an_earlier_site_that_was_put_back_by_hand_is_ours(site: PublishingSite, remote: Path, tmp_path: Path) -> None:
    publish(site)
    site.write({"content/about.md": "# About\n"})
    publish(site)
    git(tmp_path, "clone", "--quiet", "--branch=gh-pages", str(remote), "back")
    who = ("-c", "user.name=Other", "-c", "user.email=other@me.example")
    git(tmp_path / "back", *who, "revert", "--no-edit", "HEAD")
    git(tmp_path / "back", "push", "--quiet")
    assert not publish(site).notice


def test_a_published_commit_that_somebody_amended_is_no_more_ours(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    git(tmp_path, "clone", "--quiet", "--branch=gh-pages", str(remote), "amended")
    other = PublishingSite(tmp_path / "amended").write({"by-hand.html": "x"})
    other.git("add", ".")
    other.git("-c", "user.name=Other", "-c", "user.email=other@me.example", "commit", "--quiet", "--amend", "-m", "x")
    other.git("push", "--quiet", "--force")
    with pytest.raises(ForeignFilesError, match=r"\n  by-hand\.html\n"):
        publish(site)


def test_the_remotes_branch_counts_and_not_a_local_one_of_its_name(
    site: PublishingSite, remote: Path, tmp_path: Path
) -> None:
    publish(site)
    site.git("fetch", "--quiet", "origin", "gh-pages:gh-pages")
    git(remote, "update-ref", "-d", BRANCH)
    theirs = push_foreign_branch(remote, tmp_path / "theirs", {"index.html": "x"})
    with pytest.raises(ForeignFilesError):
        publish(site)
    assert tip(remote) == theirs


def test_names_of_others_steer_no_terminal(site: PublishingSite, remote: Path, tmp_path: Path) -> None:
    push_foreign_branch(remote, tmp_path / "theirs", {"\x1b[2J\n::error::x\u202e": "x"})
    with pytest.raises(ForeignFilesError) as caught:
        publish(site)
    assert r"  \x1b[2J\n::error::x\u202e" in str(caught.value)


@pytest.mark.parametrize(
    "branch", ["HEAD", "@", "@{-1}", "-f", "", "refs/heads/gh-pages", "a b", "a..b", "x.lock", "/x", "a\nb", "a:b"]
)
def test_a_name_that_is_no_branchs_is_refused(site: PublishingSite, branch: str) -> None:
    with pytest.raises(WrongTargetError):
        to_git.find_target(site.root, "origin", branch)


@pytest.mark.parametrize("history", ["--history", "--no-history"])
def test_the_message_holds_the_command_that_takes_the_branch_over(
    site: PublishingSite, remote: Path, tmp_path: Path, proofpress: Proofpress, history: str
) -> None:
    theirs = push_foreign_branch(remote, tmp_path / "theirs", {"index.html": "x"})
    given = ("publish", "--to", "git", history, "--message", "A new home")
    done = proofpress(*given, "--dry-run", cwd=site.root)
    assert done.returncode == 2
    assert tip(remote) == theirs
    [told] = [line.strip() for line in done.stderr.splitlines() if line.endswith("--take-over")]
    assert "--dry-run" not in told
    assert proofpress(*shlex.split(told)[1:], cwd=site.root).returncode == 0
    assert git(remote, "log", "-1", "--format=%B", BRANCH) == "A new home"


def test_a_checkout_without_its_content_publishes_nothing(
    site: PublishingSite, remote: Path, proofpress: Proofpress
) -> None:
    assert proofpress("publish", "--to", "git", cwd=site.root).returncode == 0
    before = tip(remote)
    shutil.rmtree(site.root / "content/posts")  # as a submodule that was not checked out: the folder is there
    for _ in range(2):
        done = proofpress("publish", "--to", "git", cwd=site.root)
        assert done.returncode == 1
        assert "error no-content: " in done.stderr
        assert (site.root / "public/posts/one/index.html").is_file()
        shutil.rmtree(site.root / "content", ignore_errors=True)
    assert tip(remote) == before
    shutil.rmtree(site.root / ".proofpress")  # on a machine that knows of no build before
    shutil.rmtree(site.root / "public")
    (site.root / "content").mkdir()
    done = proofpress("publish", "--to", "git", cwd=site.root)
    assert done.returncode == 1
    assert "holds no Markdown file" in done.stderr
    assert tip(remote) == before


# ---------------------------------------------------------------- killed

WRAPPER = """#!/bin/sh
# git, that at its $AT-th call ends itself and the publisher, before the call, after it, or in the middle.
number=1
until mkdir "$COUNT/$number" 2>/dev/null; do number=$((number + 1)); done
if [ "$number" -ne "$AT" ]; then exec "$REAL" "$@"; fi
case $WHEN in
  before) ;;
  after) "$REAL" "$@" ;;
  *) exec 3<&0; "$REAL" "$@" <&3 & sleep "$WHEN" ;;
esac
kill -9 "$PUBLISHER"
kill -9 0
"""
PUBLISHER = """
import os, sys
from pathlib import Path
from proofpress.remote import git
from proofpress.remote.sending import read_site
os.environ["PUBLISHER"] = str(os.getpid())
root = Path(sys.argv[1])
target = git.find_target(root, "origin", "gh-pages")
site = read_site(root, root / "public")
git.publish(site, target, history=sys.argv[2] == "history", message="Publish", dry_run=False)
"""


class Killing:
    """Publishes in a process that is killed at a call of git."""

    def __init__(self, site: PublishingSite, tmp_path: Path) -> None:
        self._site = site
        self._count = tmp_path / "count"
        (tmp_path / "bin").mkdir()
        self._wrapper = tmp_path / "bin" / "git"
        self._wrapper.write_text(WRAPPER, "utf-8")
        self._wrapper.chmod(0o755)
        # A host lives on when its client is killed.
        site.git("config", "remote.origin.receivepack", "setsid --wait git-receive-pack")

    def publish(self, at: int, when: str, history: str) -> tuple[int, int]:
        """Publish and be killed at a call of git; returns how it ended, and how many calls there were."""
        shutil.rmtree(self._count, ignore_errors=True)
        self._count.mkdir()
        environment = os.environ | {
            "PATH": f"{self._wrapper.parent}{os.pathsep}{os.environ['PATH']}",
            "REAL": str(shutil.which("git")),
            "COUNT": str(self._count),
            "TMPDIR": str(self._count.parent),
            "AT": str(at),
            "WHEN": when,
        }
        done = subprocess.run(
            [sys.executable, "-c", PUBLISHER, str(self._site.root), history],
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode in (0, -9), done.stderr.decode()
        return done.returncode, len(list(self._count.iterdir()))


@pytest.mark.posix
@pytest.mark.thorough
@pytest.mark.parametrize("history", ["history", "no-history"])
def test_killed_at_any_call_of_git_the_branch_is_the_old_or_the_new_one_and_a_second_run_mends(
    site: PublishingSite, remote: Path, tmp_path: Path, history: str
) -> None:
    publish(site)
    old, old_tree = tip(remote), tree(remote, BRANCH)
    site.write({"content/about.md": "# About\n"})
    new_tree = bytes_of(site.built())
    killing = Killing(site, tmp_path)
    chance = random.Random(5)
    status, calls = killing.publish(0, "before", history)
    assert status == 0
    assert tree(remote, BRANCH) == new_tree
    # Without history only the last calls are others: the look at the branch's parents, and the push.
    for at in range(1 if history == "history" else calls - 4, calls + 1):
        git(remote, "update-ref", BRANCH, old)
        when = ("before", "after", f"{chance.uniform(0, 0.01):.4f}")[at % 3]
        assert killing.publish(at, when, history)[0] == -9
        assert tree(remote, BRANCH) in (old_tree, new_tree)
        publish(site, history=history == "history")
        assert tree(remote, BRANCH) == new_tree
        assert len(commits(remote)) == (2 if history == "history" else 1)
    site.git("fsck", "--strict", "--no-dangling")
    git(remote, "fsck", "--strict", "--no-dangling")
    assert not [path for path in (site.root / ".git").rglob("*") if path.suffix == ".lock"]


# ---------------------------------------------------------------- the command


def test_the_command_builds_and_publishes(site: PublishingSite, remote: Path, proofpress: Proofpress) -> None:
    done = proofpress("publish", "--to", "git", "--message", "-m é\n\nLong", cwd=site.root)
    assert done.returncode == 0, done.stderr
    assert tree(remote, BRANCH)["posts/one/index.html"]
    assert git(remote, "log", "-1", "--format=%B", BRANCH) == "-m é\n\nLong"
    again = proofpress("publish", "--to", "git", cwd=site.root)
    assert "nothing to do" in again.stderr
    listed = proofpress("publish", "--to", "git", "--dry-run", "--base-url", "https://b.example", cwd=site.root)
    assert "changed posts/one/index.html\n" in listed.stdout
    assert "nothing was sent" in listed.stderr
    assert git(remote, "rev-list", "--count", BRANCH) == "1"


def test_the_message_names_the_sources_commit(site: PublishingSite, remote: Path, proofpress: Proofpress) -> None:
    assert proofpress("publish", "--to", "git", cwd=site.root).returncode == 0
    assert commits(remote) == [f"Publish the site as of {site.git('rev-parse', '--short', 'HEAD')}"]


def test_with_an_error_in_the_site_nothing_leaves_the_machine(
    site: PublishingSite, remote: Path, proofpress: Proofpress
) -> None:
    site.write({"content/posts/bad.md": "---\ntitle: Bad\ndate: 2026-01-01\n---\n\n[x](nowhere.md)\n"})
    done = proofpress("publish", "--to", "git", cwd=site.root)
    assert done.returncode == 1
    assert "content/posts/bad.md:6:5: error broken-link" in done.stderr
    assert "Nothing was published" in done.stderr
    assert git(remote, "for-each-ref", BRANCH) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say where to publish: --to git, --to rsync HOST:PATH or --to s3 BUCKET"),
        (("--to", "git", "--to", "s3", "b"), "run it twice"),
        (("--to", "git", "here"), "--remote"),
        (("--to", "git", "--remote", "orgin"), "did you mean 'origin'?"),
        (("--to", "git", "--branch", "a..b"), "git can't have a branch 'a..b'"),
        (("--to", "rsync"), "proofpress publish --to rsync HOST:PATH"),
        (("--to", "s3"), "proofpress publish --to s3 BUCKET"),
        (("--to", "s3", "bucket", "--branch", "x"), "--branch belongs to --to git"),
        (("--to", "ftp", "x"), "'ftp' is not one of"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_mend(
    site: PublishingSite, proofpress: Proofpress, arguments: tuple[str, ...], said: str
) -> None:
    done = proofpress("publish", *arguments, cwd=site.root)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (site.root / "public").exists()


def test_a_folder_that_is_no_git_repository_says_so(tmp_path: Path, proofpress: Proofpress) -> None:
    alone = PublishingSite(tmp_path / "alone").write(FIRST)
    done = proofpress("publish", "--to", "git", cwd=alone.root, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr


def test_a_repository_that_git_does_not_trust_is_told_with_gits_own_mend(
    site: PublishingSite, proofpress: Proofpress
) -> None:
    # Git's own switch for its tests: as if the folder belonged to somebody else.
    foreign = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    done = proofpress("publish", "--to", "git", cwd=site.root, env=foreign)
    assert done.returncode == 1
    assert "git config --global --add safe.directory" in done.stderr


def test_without_git_or_ghp_import_the_message_says_how_to_install_them(
    site: PublishingSite, proofpress: Proofpress
) -> None:
    done = proofpress("publish", "--to", "git", cwd=site.root, env={"PATH": str(site.root)})
    assert done.returncode == 1
    assert "apt install git" in done.stderr
    hiding = "import sys, runpy; sys.modules['ghp_import'] = None; runpy.run_module('proofpress', run_name='__main__')"
    done = proofpress("publish", "--to", "git", cwd=site.root, program=(sys.executable, "-c", hiding))
    assert done.returncode == 1
    assert "pip install 'proofpress[git]'" in done.stderr
