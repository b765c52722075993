"""`proofpress run` lists what it runs, keeps what that gave, whole or not at all, and says what is wrong."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner

from proofpress.builder.running import posts_that_run
from proofpress.cli.commands import proofpress
from proofpress.recorded.listings import digest
from proofpress.recorded.values import Drawn, Printed, Ran
from proofpress.run.comparing import changes
from proofpress.run.keeping import keep, lock_after
from proofpress.run.posts import Gave

if TYPE_CHECKING:
    from click.testing import Result

SUMS = "# Sums\n\n```bash run\necho $((6 * 7))\n```\n"
LINES = "---\ntitle: Lines\nreads: data/lines.txt\n---\n\n```bash run\nwc -l <data/lines.txt\n```\n"
BROKEN = "# Broken\n\n```bash run\necho begun\n```\n\n```bash run\nno-such-program\n```\n"
NO_RUN = "# None\n\n```bash\nrm -rf run\n```\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "site.yaml": "title: Notes\nurl: https://me.example/\n",
        "content/posts/2026-03-01-sums.md": SUMS,
        "content/posts/2026-03-02-lines.md": LINES,
        "content/posts/2026-03-03-none.md": NO_RUN,
        "content/posts/data/lines.txt": "one\ntwo\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    return tmp_path


def run(*arguments: str) -> Result:
    # Before click 8.2 a runner hands out the two streams as one, unless it is told not to.
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    return CliRunner(**apart).invoke(proofpress, ["run", *arguments], catch_exceptions=False)


def kept(root: Path) -> dict[str, tuple[bytes, int]]:
    found = (path for path in (root / "content").rglob("*") if ".run" in path.as_posix() and path.is_file())
    return {
        path.relative_to(root / "content/posts").as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in found
    }


def test_what_listings_give_is_kept_and_run_again_only_where_something_changed(site: Path) -> None:
    first = run()
    assert first.exit_code == 0
    assert first.stdout.startswith("Running 2 listings of 2 posts, Python in ")
    assert "  content/posts/2026-03-01-sums.md: 1 in bash\n" in first.stdout
    assert first.stderr == "2 posts, 2 written.\n"
    before = kept(site)
    assert before.keys() == {"2026-03-01-sums.run.yaml", "2026-03-02-lines.run.yaml"}
    assert b"when: 2026-05-28\n" in before["2026-03-01-sums.run.yaml"][0]
    assert b"stdout: |\n      42\n" in before["2026-03-01-sums.run.yaml"][0]

    assert run().stderr == "Nothing to run: what listings gave is kept, and stands.\n"
    assert run("--all").stderr == "2 posts, 2 as before.\n"
    assert kept(site) == before

    (site / "content/posts/data/lines.txt").write_text("one\n")
    again = run()
    assert again.stderr == "1 post, 1 written.\n"
    after = kept(site)
    assert b"      1\n" in after["2026-03-02-lines.run.yaml"][0]
    assert after["2026-03-01-sums.run.yaml"] == before["2026-03-01-sums.run.yaml"]


def test_a_post_with_a_listing_that_fails_keeps_what_it_had(site: Path) -> None:
    run()
    before = kept(site)
    (site / "content/posts/2026-03-01-sums.md").write_text(SUMS + BROKEN)
    (site / "content/posts/2026-03-04-broken.md").write_text(BROKEN)
    done = run()
    assert done.exit_code == 1
    assert kept(site) == before
    assert done.stderr.splitlines()[-1] == "2 errors: 2 posts, 2 failed."
    assert (
        "content/posts/2026-03-04-broken.md:7:4: error failed-listing: the script ended with exit status 127: no-such-program:"
        " command not found; it is the status of a command that is not there\n" in done.stderr
    )


def test_front_matter_that_runs_nothing_is_told_at_the_listing_that_names_no_language(site: Path) -> None:
    post = site / "content/posts/2026-03-04-bare.md"
    post.write_text("---\ntitle: Bare\nrun: true\n---\n\n```sql run=false\nSELECT 1\n```\n\n```\nprint(1)\n```\n")
    assert "listing-options" not in run("content/posts/2026-03-01-sums.md").output
    told = run(str(post))
    assert told.exit_code == 0
    assert told.stderr.splitlines()[0] == (
        "content/posts/2026-03-04-bare.md:10:1: warning listing-options: 'run: true' runs nothing of this post, and this listing"
        " names no language; write what is run behind the fence: python, bash"
    )
    assert told.stderr.splitlines()[-1] == "1 warning"
    post.write_text("---\ntitle: Bare\nrun: true\n---\n\n```sql run=false\nSELECT 1\n```\n")
    assert "listing-options" not in run().output


def test_check_keeps_nothing_and_tells_what_gives_something_else(site: Path) -> None:
    unkept = run("--check", "content/posts/2026-03-01-sums.md")
    assert (unkept.exit_code, kept(site)) == (1, {})
    assert "changed-output: what the listings give is not kept" in unkept.stderr
    run()
    before = kept(site)
    assert run("--check").exit_code == 0
    (site / "content/posts/data/lines.txt").write_text("")
    changed = run("--check", "--format", "json")
    assert changed.exit_code == 1
    (problem,) = json.loads(changed.stdout)
    assert (problem["rule"], problem["path"], problem["line"]) == (
        "changed-output",
        "content/posts/2026-03-02-lines.md",
        6,
    )
    assert problem["message"] == "the listing gives '0', and gave '2'"
    assert "::error file=content/posts/2026-03-02-lines.md,line=6," in run("--check", "--format", "github").stdout
    assert kept(site) == before


def test_an_output_that_is_other_under_another_version_is_told_with_both(site: Path) -> None:
    run()
    post = posts_that_run(site).posts[0]
    assert post.lock is not None
    then = msgspec.structs.replace(post.lock, versions={"gone": "1", "numpy": "1.26.4", "python": "3.11.7"})
    versions = {"new": "1", "numpy": "2.1.0", "python": "3.11.7"}
    other = msgspec.structs.replace(then.listings[0], outputs=(Printed("43\n"),))
    (found,) = changes(post.path, post.runs, then, Gave(post.path, (other,), versions=versions))
    assert found.message == "the listing gives '43', and gave '42'"
    assert found.hint == "numpy is 2.1.0, and was 1.26.4; `proofpress run` writes down what it gives now"
    assert changes(post.path, post.runs, then, Gave(post.path, then.listings, versions=versions)) == []


def test_what_a_post_claims_is_compared_and_written_anew_where_it_is_asked(site: Path) -> None:
    post = site / "content/posts/2026-03-01-sums.md"
    text = (
        SUMS
        + "\n```output\n41\n```\n\n```console run\n$ echo $((2 + 3))\n6\n$ no-such\nbash: no-such: not there\n```\n"
    )
    post.write_text(text)
    told = run(str(post))
    assert told.exit_code == 0
    assert [line for line in told.stderr.splitlines() if line.startswith("content/")] == [
        (
            "content/posts/2026-03-01-sums.md:8:1: warning false-claim: this says '41', and '42' was printed; write what was"
            " printed, or mend the listing and run it again"
        ),
        (
            "content/posts/2026-03-01-sums.md:13:1: warning false-claim: this says '6', and '5' was printed (1 more line differs);"
            " write what was printed, or mend the listing and run it again"
        ),
    ]
    assert post.read_text() == text
    assert "false-claim" in run("--check", str(post)).stderr
    fixed = run("--fix")  # though what is kept stands
    assert (fixed.exit_code, fixed.stderr) == (0, "2 posts, 1 written, 1 as before.\n")
    assert "content/posts/2026-03-01-sums.md: 2 mended\n" in fixed.stdout
    mended = text.replace("\n41\n", "\n42\n").replace("\n6\n", "\n5\n")
    assert post.read_text() == mended.replace("bash: no-such: not there", "bash: line 3: no-such: command not found")
    assert run("--check", "--fix").exit_code == 2


def test_what_may_vary_is_kept_as_it_was(site: Path) -> None:
    post = site / "content/posts/2026-03-01-sums.md"
    post.write_text('# Sums\n\n```bash run vary="numbers"\ndate +%N\n```\n')
    run()
    before = kept(site)
    assert run("--all").stderr == "2 posts, 2 as before.\n"
    assert run("--check").exit_code == 0
    assert kept(site) == before


def test_a_dry_run_lists_and_runs_nothing(site: Path) -> None:
    shown = run("--dry-run", "content")
    assert (shown.exit_code, shown.stderr, kept(site)) == (0, "", {})
    assert shown.stdout.splitlines()[1:] == [
        "  content/posts/2026-03-01-sums.md: 1 in bash",
        "  content/posts/2026-03-02-lines.md: 1 in bash",
    ]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "content/posts/2026-03-03-none.md",
            "nothing of 'content/posts/2026-03-03-none.md' is run: write `run` on the fence",
        ),
        ("content/gone.md", "there is no 'content/gone.md'"),
        ("content/posts/data", "'content/posts/data' is no post of this site"),
        ("/etc", "'/etc' is no post of this site"),
    ],
)
def test_a_path_of_which_nothing_is_run_is_told(site: Path, path: str, told: str) -> None:
    refused = run(path)
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert kept(site) == {}


def test_what_is_in_the_place_of_a_lock_is_not_written_through(site: Path) -> None:
    elsewhere = site / "elsewhere.txt"
    elsewhere.write_text("mine")
    (site / "content/posts/2026-03-01-sums.run.yaml").symlink_to(elsewhere)
    done = run("content/posts/2026-03-01-sums.md")
    assert done.exit_code == 1
    assert "cannot-run: what the listings gave can't be kept" in done.stderr
    assert elsewhere.read_text() == "mine"


def test_what_runs_keep_is_a_folder_of_ours_and_goes_with_the_cache(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = site / ".proofpress/run"
    run("content/posts/2026-03-01-sums.md")
    assert (folder / "caches").is_dir()
    assert CliRunner().invoke(proofpress, ["clean"]).exit_code == 0
    assert not folder.exists()
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(OSError, match="it is a link, where Proofpress keeps a folder of its own"):
        run("content/posts/2026-03-01-sums.md")


def test_pictures_of_earlier_runs_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()

    def gave(data: bytes) -> Gave:
        name = f"{digest(data)}.svg"
        return Gave("content/hello.md", (Ran(code="00", outputs=(Drawn(name),)),), {name: data})

    first, second = gave(b"<svg/>"), gave(b"<svg />")
    lock = lock_after(first, None, "2026-05-28")
    assert keep(tmp_path, first, lock)
    assert not keep(tmp_path, first, lock)
    assert lock_after(first, lock, "2026-05-29") == lock
    folder = tmp_path / "content/hello.run"
    mine = folder / "0123456789abcdef.svg"
    mine.write_text("drawn by hand")
    assert keep(tmp_path, second, lock_after(second, lock, "2026-05-29"))
    assert {path.name for path in folder.iterdir()} == {mine.name, *second.pictures}
    assert not first.pictures.keys() & second.pictures.keys()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what runs is seen in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_who_stops_a_run_keeps_what_was_done_and_leaves_nothing_running(site: Path, number: signal.Signals) -> None:
    (site / "content/posts/2026-03-04-slow.md").write_text("# Slow\n\n```bash run\necho begun; sleep 73\n```\n")
    with subprocess.Popen(
        [sys.executable, "-m", "proofpress", "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while len(kept(site)) < 2 or not _sleeping():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, told = process.communicate()
    assert process.returncode == 130
    assert told == "Stopped. 3 posts, 2 written, 1 not run.\n"
    assert kept(site).keys() == {"2026-03-01-sums.run.yaml", "2026-03-02-lines.run.yaml"}
    assert not _sleeping()


def _sleeping() -> bool:
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if one.read_bytes() == b"sleep\x0073\0":
                return True
    return False
