"""`publish --to rsync`, with the real rsync: to folders on this machine, and through a program in ssh's place."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from publishing_site import FIRST, PublishingSite, bytes_of, folder

from proofpress.remote import rsync
from proofpress.remote.programs import RemoteError, WrongTargetError
from proofpress.remote.sending import SENT, ForeignFilesError, decode_sent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Proofpress

    from proofpress.remote.sending import Changes

pytestmark = [pytest.mark.rsync, pytest.mark.posix]
ODD = {f"static/{name}": name for name in ("a [b] c.txt", "wild*?.txt", "#hash %41.txt", "é/ü x.txt")}
SSH = """#!/bin/sh
# In the place of ssh: the host is this machine, and logging in leads to $HOST_HOME.
[ "$1" = -l ] && shift 2
echo "$1" >> "$HOST_HOME/../log"
shift
cd "$HOST_HOME" && HOME="$HOST_HOME" exec sh -c "$*"
"""


@pytest.fixture
def site(tmp_path: Path) -> PublishingSite:
    return PublishingSite(tmp_path / "my nötes").write(FIRST | ODD)


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """The folder that a web server would serve."""
    return tmp_path / "web root" / "notes é"


def publish(site: PublishingSite, place: str | Path, *, dry_run: bool = False, take_over: bool = False) -> Changes:
    served = str(place)
    if not served.startswith("me@"):
        place = os.path.dirname(served)  # noqa: PTH120 - as written
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
    built = site.built()
    return rsync.publish(built, rsync.find_target(site.root, served), dry_run=dry_run, take_over=take_over)


def held(served: Path) -> dict[str, bytes]:
    """Return what is served, without the list of what was sent."""
    return {path: data for path, data in folder(served).items() if path != SENT}


def test_the_folder_holds_what_was_built(site: PublishingSite, served: Path) -> None:
    changes = publish(site, served)
    assert held(served) == bytes_of(site.built())
    assert set(changes.new) == set(held(served))
    assert {"a [b] c.txt", "wild*?.txt", "é/ü x.txt"} <= set(changes.new)


def test_only_what_changed_is_sent_and_equal_files_keep_their_times(site: PublishingSite, served: Path) -> None:
    publish(site, served)
    for path in served.rglob("*"):
        os.utime(path, (1, 1))
    shutil.rmtree(site.root / "public")  # a fresh checkout, in which every file is new
    shutil.rmtree(site.root / ".proofpress")
    site.write({"content/posts/one.md": FIRST["content/posts/one.md"].replace("Text.", "Next.")})
    changes = publish(site, served)
    assert "posts/one/index.html" in changes.changed
    assert not changes.new
    assert not changes.deleted
    assert held(served) == bytes_of(site.built())
    kept = {path for path in held(served) if (served / path).stat().st_mtime == 1}
    assert kept == set(held(served)) - set(changes.changed)


def test_the_same_site_changes_nothing(site: PublishingSite, served: Path) -> None:
    publish(site, served)
    before = {path: path.stat().st_mtime_ns for path in served.rglob("*")}
    assert not publish(site, served)
    assert {path: path.stat().st_mtime_ns for path in served.rglob("*")} == before


def test_what_is_gone_is_deleted_and_what_others_put_there_stays(site: PublishingSite, served: Path) -> None:
    publish(site, served)
    others = {"uploads/photo.jpg": b"1", "posts/two/comments.db": b"2", "é/kept.txt": b"3", ".htaccess": b"4"}
    for path, data in others.items():
        (served / path).parent.mkdir(exist_ok=True)
        (served / path).write_bytes(data)
    shutil.rmtree(site.root / "content/posts")
    for name in ODD:
        (site.root / name).unlink()
    site.write({"content/about.md": "# About\n", "content/posts/three.md": "# Three\n"})
    changes = publish(site, served)
    assert held(served) == bytes_of(site.built()) | others
    assert {"posts/one/index.html", "posts/two/plot é.svg", *(n.removeprefix("static/") for n in ODD)} <= set(
        changes.deleted
    )
    assert not (served / "posts/one").exists()  # an empty folder would be served as forbidden


def test_a_file_that_becomes_a_folder_and_a_folder_that_becomes_a_file_make_way(
    site: PublishingSite, served: Path
) -> None:
    site.write({"static/one": "file", "static/two/inner.txt": "folder"})
    publish(site, served)
    (site.root / "static/one").unlink()
    shutil.rmtree(site.root / "static/two")
    site.write({"static/one/inner.txt": "folder", "static/two": "file"})
    changes = publish(site, served)
    assert held(served) == bytes_of(site.built())
    assert (set(changes.new), set(changes.deleted)) == ({"one/inner.txt", "two"}, {"one", "two/inner.txt"})
    (site.root / "static/two").unlink()
    site.write({"static/two/inner.txt": "folder"})
    (served / "one/stranger").write_bytes(b"")
    shutil.rmtree(site.root / "static/one")
    site.write({"static/one": "file"})
    with pytest.raises(RemoteError, match="could not make way"):
        publish(site, served)
    assert (served / "one/stranger").exists()


def test_a_folder_filled_by_something_else_is_refused_and_taken_over_without_deleting_anything(
    site: PublishingSite, served: Path
) -> None:
    theirs = {"index.html": b"old generator", "old.html": b"old generator"}
    served.mkdir(parents=True)
    for path, data in theirs.items():
        (served / path).write_bytes(data)
    for dry_run in (True, False):
        with pytest.raises(ForeignFilesError, match=r"one file that (.|\n)*\n  index.html\n"):
            publish(site, served, dry_run=dry_run)
        assert folder(served) == theirs
    changes = publish(site, served, take_over=True)
    assert changes.changed == ["index.html"]
    assert held(served) == bytes_of(site.built()) | {"old.html": b"old generator"}
    site.write({"content/index.md": "# Home\n"})
    assert "index.html" in publish(site, served).changed


def test_a_folder_in_which_nothing_of_others_is_in_the_way_needs_no_taking_over(
    site: PublishingSite, served: Path
) -> None:
    built = bytes_of(site.built())
    (served / "uploads").mkdir(parents=True)
    (served / "uploads/photo.jpg").write_bytes(b"1")
    (served / "index.html").write_bytes(built["index.html"])
    publish(site, served)
    assert held(served) == built | {"uploads/photo.jpg": b"1"}


def test_a_file_or_link_of_others_in_the_way_of_a_file_or_folder_is_refused(
    site: PublishingSite, served: Path, tmp_path: Path
) -> None:
    served.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/page.html").write_bytes(b"theirs")
    (served / "posts").write_bytes(b"theirs")
    (served / "tags").symlink_to(tmp_path / "elsewhere/page.html")
    (served / "index.html").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ForeignFilesError) as caught:
        publish(site, served)
    assert "\n  index.html\n  posts\n" in str(caught.value)
    assert (served / "posts").read_bytes() == b"theirs"
    assert (served / "index.html").is_symlink()
    publish(site, served, take_over=True)
    assert (served / "posts/one/index.html").is_file()
    assert (tmp_path / "elsewhere/page.html").read_bytes() == b"theirs"


def test_a_folder_or_a_link_in_the_lists_place_is_no_list(site: PublishingSite, served: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text('{"files": {"old.html": ""}}', "utf-8")
    served.mkdir(parents=True)
    (served / "old.html").write_bytes(b"mine")
    (served / SENT).symlink_to(tmp_path / "list")
    publish(site, served)
    assert (served / "old.html").read_bytes() == b"mine"
    (served / SENT).unlink()
    (served / SENT).mkdir()
    (served / SENT / "x").write_bytes(b"mine")
    site.write({"content/about.md": "# About\n", "content/posts/three.md": "# Three\n"})
    with pytest.raises((RemoteError, WrongTargetError)):
        publish(site, served)
    assert (served / SENT / "x").read_bytes() == b"mine"


HOSTILE = (
    "../../x",
    "/etc/x",
    "a//b",
    "a/./b",
    "..",
    "..\\\\..\\\\x",
    "a/..\\\\x",
    "\\u0000x",
    "",
    SENT,
    "a/" * 3000 + "b",
)


def test_a_list_names_files_below_the_target_and_nothing_else() -> None:
    listed = ", ".join(f'"{name}": ""' for name in (*HOSTILE, "posts/a [b]*.html"))
    assert decode_sent(f'{{"files": {{{listed}}}}}'.encode()) == {"posts/a [b]*.html": ""}


def test_a_list_that_names_a_folder_does_not_delete_what_is_in_it(site: PublishingSite, served: Path) -> None:
    publish(site, served)
    (served / "uploads").mkdir()
    (served / "uploads/photo.jpg").write_bytes(b"1")
    (served / SENT).write_text('{"files": {"uploads": "", "posts": "", "posts/one": ""}}', "utf-8")
    publish(site, served)
    assert held(served) == bytes_of(site.built()) | {"uploads/photo.jpg": b"1"}


@pytest.mark.parametrize(
    "damage", [b"", b"\xff", b"[" * 100_000, b'{"files": {"../../x": "", "/etc/x": "", "a//b": "", "old.html": ""}}']
)
def test_a_damaged_list_at_the_target_deletes_nothing_outside_and_is_made_anew(
    site: PublishingSite, served: Path, tmp_path: Path, damage: bytes
) -> None:
    publish(site, served)
    (tmp_path / "x").write_bytes(b"mine")
    (served / SENT).write_bytes(damage)
    (served / "by-hand.html").write_bytes(b"mine")
    publish(site, served)
    assert (tmp_path / "x").read_bytes() == b"mine"
    assert held(served) == bytes_of(site.built()) | {"by-hand.html": b"mine"}
    assert not publish(site, served)


def test_served_files_can_be_read_by_the_server(site: PublishingSite, served: Path) -> None:
    built = site.built()
    for path in built.files:
        (built.output / path).chmod(0o600)
    publish(site, served)
    assert {oct(path.stat().st_mode & 0o777) for path in served.rglob("*") if path.is_file()} == {"0o644"}


def test_a_dry_run_tells_what_would_change_and_changes_nothing(site: PublishingSite, served: Path) -> None:
    publish(site, served)
    (site.root / "content/posts/one.md").unlink()
    site.write({"content/about.md": "# About\n", "content/posts/three.md": "# Three\n"})
    before = folder(served)
    dry = publish(site, served, dry_run=True)
    assert folder(served) == before
    assert dry == publish(site, served)
    assert "about/index.html" in dry.new
    assert "sitemap.xml" in dry.changed
    assert "posts/one/index.html" in dry.deleted


def test_a_file_put_into_the_output_by_hand_is_not_sent(site: PublishingSite, served: Path) -> None:
    site.built()
    (site.root / "public/secret.env").write_bytes(b"mine")
    built = site.built()
    assert built.strangers == ["secret.env"]
    publish(site, served)
    assert "secret.env" not in held(served)


# ---------------------------------------------------------------- phases

RSYNC = """#!/bin/sh
# rsync, that notes its calls, and fails at the $AT-th that isn't a question.
case " $* " in *" --version "*|*" --dry-run "*) exec "$REAL" "$@" ;; esac
number=1
until mkdir "$COUNT/$number" 2>/dev/null; do number=$((number + 1)); done
if [ "$number" -eq "$AT" ]; then echo "the line was cut" >&2; exit 12; fi
exec "$REAL" "$@"
"""


def links(page: bytes) -> set[str]:
    """Return the style sheets that a page asks for, as paths of the site."""
    return {part.split(b'"')[0].decode() for part in page.split(b'href="/')[1:] if b".css" in part.split(b'"')[0]}


@pytest.mark.thorough
def test_cut_off_at_any_call_pages_have_what_they_link_to_and_a_second_run_mends(
    site: PublishingSite, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, served)
    start = tmp_path / "start"
    shutil.copytree(served, start)
    site.write({"content/about.md": "# About\n", "templates/static/style.css": "body { color: #111 }\n"})
    (site.root / "content/posts/one.md").unlink()
    wanted = bytes_of(site.built())
    real = shutil.which("rsync")
    program = tmp_path / "bin" / "rsync"
    program.parent.mkdir()
    program.write_text(RSYNC, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("REAL", str(real))
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COUNT", str(tmp_path / "count"))
    cut = 0
    for at in range(1, 20):
        shutil.rmtree(served)
        shutil.copytree(start, served)
        shutil.rmtree(tmp_path / "count", ignore_errors=True)
        (tmp_path / "count").mkdir()
        monkeypatch.setenv("AT", str(at))
        try:
            publish(site, served)
        except RemoteError as error:
            cut += 1
            assert "the line was cut" in str(error)  # noqa: PT017 - that it may end well is the end of the loop
        else:
            break
        there = held(served)
        for path, data in there.items():
            if path.endswith(".html"):
                assert links(data) <= set(there), path
        monkeypatch.setenv("AT", "0")
        publish(site, served)
        assert held(served) == wanted
    assert cut == 8  # the list, its widening, assets, pages, lists, feeds, deletions, the list
    assert held(served) == wanted


HANGING = """#!/bin/sh
# rsync, that hangs at its first question to the target.
case " $* " in *" --version "*) exec "$REAL" "$@" ;; esac
echo $$ > "$PID.new" && mv "$PID.new" "$PID"
exec sleep 1000
"""


def test_interrupted_by_the_writer_it_leaves_no_program_running(
    site: PublishingSite, served: Path, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "rsync"
    program.parent.mkdir()
    program.write_text(HANGING, "utf-8")
    program.chmod(0o755)
    pid = tmp_path / "pid"
    publishing = subprocess.Popen(
        [sys.executable, "-m", "proofpress", "publish", "--to", "rsync", str(served)],
        cwd=site.root,
        env=os.environ
        | {"PATH": f"{program.parent}:{os.environ['PATH']}", "REAL": str(shutil.which("rsync")), "PID": str(pid)},
        stderr=subprocess.PIPE,
    )
    while not pid.exists() and publishing.poll() is None:
        time.sleep(0.01)
    publishing.send_signal(signal.SIGINT)
    _, errors = publishing.communicate(timeout=60)
    assert publishing.returncode == 1
    assert b"Aborted!" in errors
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text("utf-8")), 0)


# ---------------------------------------------------------------- hosts and places


def test_a_host_is_reached_through_ssh(site: PublishingSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home of me"
    (home / "sites").mkdir(parents=True)
    program = tmp_path / "ssh"
    program.write_text(SSH, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("RSYNC_RSH", str(program))
    monkeypatch.setenv("HOST_HOME", str(home))
    publish(site, "me@host.example:~/sites/my notes é")
    assert held(home / "sites/my notes é") == bytes_of(site.built())
    (site.root / "content/posts/one.md").unlink()
    publish(site, f"me@host.example:{home}/sites/my notes é/")
    assert held(home / "sites/my notes é") == bytes_of(site.built())
    assert set((tmp_path / "log").read_text("utf-8").split()) == {"host.example"}
    with pytest.raises(RemoteError, match="make that first"):
        publish(site, "me@host.example:~/nowhere/at/all")


def test_a_host_that_does_not_answer_is_an_error_that_says_so(
    site: PublishingSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "ssh"
    program.write_text("#!/bin/sh\necho 'me@host.example: Permission denied (publickey).' >&2; exit 255\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("RSYNC_RSH", str(program))
    with pytest.raises(RemoteError, match=r"nothing was sent(.|\n)*Permission denied"):
        publish(site, "me@host.example:/srv/notes")


@pytest.mark.parametrize(
    "place",
    [
        "", "/", "//", "~", "host:", "host:/", "host://", "host:~", "host:~/", "host:~/.", "host:.", "host:./",
        "host:..", "host:../x", "host:~/..", "host:x/../..", "host:~else/site", "host:/home", "host:/home/me/",
        "host:/root", "host:/srv/..", "host::", "host::/", "rsync://host/", "-e sh:/srv", "host:/srv\n/x",
    ],
)  # fmt: skip
def test_a_place_that_holds_more_than_a_site_is_refused(site: PublishingSite, place: str) -> None:
    with pytest.raises(WrongTargetError):
        rsync.find_target(site.root, place)


def test_the_sites_own_folders_are_refused(site: PublishingSite) -> None:
    for place in (site.root, site.root.parent, site.root / "content", site.root / ".proofpress/x"):
        with pytest.raises(WrongTargetError):
            rsync.find_target(site.root, str(place))
    with pytest.raises(WrongTargetError, match="where the site is built"):
        publish(site, site.root / "public")


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("host:/srv/site/", "host:/srv/site"),
        ("me@host:~/site", "me@host:site"),
        ("host:/home/me/site", "host:/home/me/site"),
        ("[2001:db8::1]:/srv/site", "[2001:db8::1]:/srv/site"),
        ("host::module/site/", "host::module/site"),
        ("rsync://host:873/module", "rsync://host:873/module"),
    ],
)
def test_a_place_is_named_as_rsync_reads_it(site: PublishingSite, place: str, named: str) -> None:
    assert rsync.find_target(site.root, place).place == named


# ---------------------------------------------------------------- the command


def test_the_command_builds_and_publishes(site: PublishingSite, served: Path, proofpress: Proofpress) -> None:
    served.parent.mkdir(parents=True)
    dry = proofpress("publish", "--to", "rsync", served, "--dry-run", cwd=site.root)
    assert dry.returncode == 0, dry.stderr
    assert "new     posts/one/index.html\n" in dry.stdout
    assert not served.exists()
    done = proofpress("publish", "--to", "rsync", served, cwd=site.root)
    assert done.returncode == 0, done.stderr
    assert held(served)["posts/one/index.html"]
    assert "nothing to do" in proofpress("publish", "--to", "rsync", served, cwd=site.root).stderr
    assert proofpress("publish", "--to", "rsync", "host:~", cwd=site.root).returncode == 2


def test_with_an_error_in_the_site_nothing_is_sent(site: PublishingSite, served: Path, proofpress: Proofpress) -> None:
    served.parent.mkdir(parents=True)
    site.write({"content/posts/one.md": "[x](nowhere.md)\n"})
    done = proofpress("publish", "--to", "rsync", served, cwd=site.root)
    assert done.returncode == 1
    assert "error broken-link" in done.stderr
    assert not served.exists()


def test_without_rsync_or_with_another_program_of_its_name_the_message_says_how_to_install_it(
    site: PublishingSite, tmp_path: Path, proofpress: Proofpress
) -> None:
    done = proofpress("publish", "--to", "rsync", "host:/srv/x", cwd=site.root, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "apt install rsync; macOS: brew install rsync; Windows:" in done.stderr
    program = tmp_path / "rsync"
    program.write_text("#!/bin/sh\necho 'openrsync: protocol version 29'\n", "utf-8")
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.path.dirname(sys.executable)}{os.pathsep}/usr/bin{os.pathsep}/bin"  # noqa: PTH120
    done = proofpress("publish", "--to", "rsync", "host:/srv/x", cwd=site.root, env={"PATH": path})
    assert done.returncode == 1
    assert "needs rsync 3 or newer" in done.stderr
