"""Same bytes from a Dask cluster, also from one whose workers are killed on the way; and why one can't be worked with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from law_site import FILES, LawSite, shown

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.versions import told_versions
from proofpress.engine import cluster as clusters
from proofpress.engine.blobs import Folder
from proofpress.engine.cluster import Cluster, ClusterError, Same, differences
from proofpress.engine.executors import WORTH_A_PROCESS, Futures, Processes
from proofpress.engine.parallel import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed")

POSTS = 150
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """A site that is worth the way to a cluster, with feeds of terms. To be read only."""
    posts = {
        f"content/posts/p{n}.md": f"---\ntitle: Post {n}\ndate: 2026-03-{n % 28 + 1:02}\ntags: [t{n % 9}]\n---\n\n"
        f"Text {n}, after [the one before](p{max(0, n - 1)}.md).\n\n```python\nprint({n})\n```\n"
        for n in range(POSTS)
    }
    return LawSite(tmp_path_factory.mktemp("large") / "site").write(FILES).write(posts)


@pytest.fixture(scope="module")
def in_process(large: LawSite) -> dict[str, bytes]:
    """What this process gives by itself."""
    return outputs(large, Processes(1))


@pytest.fixture(scope="module")
def pair() -> Iterator[Any]:
    """Two workers, each a process that its nanny starts again; threads take turns in each."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        yield cluster


def outputs(
    site: LawSite, executor: Any, progress: Callable[[str, int, int], None] = lambda _step, _done, _of: None
) -> dict[str, bytes]:
    """Build in memory, by an executor."""
    done = build(site.options, Desk(executor=executor), progress=progress)
    assert not done.failed, shown(done.problems)
    return {str(path): data for path, data in done.outputs.items()}


def of_this_process() -> dict[str, str]:
    """Versions that differ in each process."""
    return {"Python": "3", "Proofpress": str(os.getpid())}


@pytest.mark.thorough
def test_a_cluster_gives_what_one_process_gives_though_three_of_its_workers_are_killed(
    large: LawSite, in_process: dict[str, bytes], pair: Any
) -> None:
    waiting = {"Reading posts": [10], "Filling pages": [5, 60]}
    killed: list[int] = []

    def kill(step: str, done: int, _of: int) -> None:
        if waiting[step] and done >= waiting[step][0]:
            waiting[step].pop(0)
            found = {nanny.pid for nanny in pair.workers.values()} - {None, *killed}
            killed.append(min(found))
            os.kill(killed[-1], signal.SIGKILL)

    with Cluster(pair.scheduler_address, told_versions) as cluster:
        assert outputs(large, cluster, kill) == in_process
    assert len(set(killed)) == 3


@pytest.mark.thorough
def test_pages_from_a_cluster_are_published_as_those_of_one_process_and_kept_for_the_next_build(
    large: LawSite, in_process: dict[str, bytes], pair: Any, tmp_path: Path
) -> None:
    from proofpress.update import update  # noqa: PLC0415 - beside the one test that publishes

    site = LawSite(tmp_path / "site").write(
        {path.relative_to(large.root).as_posix(): path.read_bytes() for path in large.root.rglob("*") if path.is_file()}
    )
    with Cluster(pair.scheduler_address, told_versions) as cluster:
        assert update(site.options, executor=cluster).published is not None
    public = site.public()
    assert {path: public[path] for path in in_process} == in_process
    site.swap("content/posts/p7.md", "Text 7", "Other text 7")
    assert set(site.update().reasons) >= {"content/posts/p7.md", "/posts/p7/"}
    site.check()


@pytest.mark.thorough
def test_a_shared_folder_may_hold_what_all_steps_need(
    large: LawSite, in_process: dict[str, bytes], pair: Any, tmp_path: Path
) -> None:
    with pair.get_client() as client:
        futures = Futures(client.get_executor(), Folder(str(tmp_path / "shared")), workers=2)
        assert outputs(large, futures) == in_process


@pytest.mark.thorough
def test_a_scheduler_that_is_lost_on_the_way_ends_the_build_with_one_sentence(
    large: LawSite, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard", "--host", address]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    quiet = subprocess.DEVNULL
    with (
        subprocess.Popen(command, stdout=quiet, stderr=quiet) as scheduler,
        subprocess.Popen(worker, stdout=quiet, stderr=quiet) as at_work,
    ):

        def kill(_step: str, done: int, _of: int) -> None:
            if done >= 10:
                scheduler.kill()

        try:
            with distributed.Client(address, timeout=60, set_as_default=False) as client:
                client.wait_for_workers(1, timeout=60)
            capfd.readouterr()
            with Cluster(address, told_versions) as cluster, pytest.raises(WorkerDiedError) as said:
                outputs(large, cluster, kill)
        finally:
            scheduler.kill()
            at_work.terminate()
    assert str(said.value) == f"the scheduler at {address} was lost before its work was done"
    assert capfd.readouterr().err == ""


@pytest.mark.thorough
def test_no_work_is_done_by_workers_with_other_code(pair: Any) -> None:
    said = "the worker tcp://.* has other code than this machine: Proofpress [0-9]+ in place of [0-9]+; install"
    with Cluster(pair.scheduler_address, of_this_process) as cluster, pytest.raises(ClusterError, match=said):
        next(cluster.run(1, differing, range(WORTH_A_PROCESS), print))


def differing(_state: int) -> Callable[[int], int]:
    raise AssertionError("nobody may open this")


def test_what_differs_is_named_and_what_is_the_same_is_not() -> None:
    ours = {"Python": "3.13", "pygments": "2.20 (ab)", "nh3": "0.3 (cd)"}
    theirs = {"Python": "3.13", "pygments": "2.19 (ef)", "extra": "1"}
    assert differences(ours, ours) == ""
    assert differences(ours, theirs) == (
        "pygments 2.19 (ef) in place of 2.20 (ab), nh3 none in place of 0.3 (cd), extra 1 in place of none"
    )
    with pytest.raises(ClusterError, match="a worker has other code: Proofpress"):
        Same(of_this_process, {"Python": "3", "Proofpress": "ours"})()


def test_versions_are_told_of_all_that_decides_bytes_of_a_page() -> None:
    told = told_versions()
    assert {"Python", "Proofpress", "pygments", "jinja2", "markdown-it-py", "all code"} <= told.keys()
    assert told["pygments"].startswith("2.")
    assert told == told_versions()


def test_little_work_is_done_here_and_nobody_is_asked() -> None:
    with Cluster(NOBODY, of_this_process) as cluster:
        assert list(cluster.run(1, adder, range(WORTH_A_PROCESS - 1), lambda _done: None)) == list(range(1, 40))


def adder(number: int) -> Callable[[int], int]:
    return lambda other: number + other


def reached(address: str) -> str:
    """Return why a cluster at this address can't be worked with."""
    with Cluster(address, of_this_process) as cluster, pytest.raises(ClusterError) as said:
        next(cluster.run(1, adder, range(WORTH_A_PROCESS), print))
    return str(said.value)


@pytest.mark.parametrize("address", ["host", "tcp://host", "tcp://127.0.0.1:port", "http://127.0.0.1:80", "a b:1"])
def test_what_is_no_address_of_a_scheduler_is_told_as_such(address: str) -> None:
    assert reached(address) == f"'{address}' is no address of a scheduler; write it as tcp://HOST:PORT"


def test_who_takes_the_call_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        said = reached(address)
    assert said.startswith(f"no scheduler of Dask answers at {address} (")


def proofpress(*arguments: str, at: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "proofpress", *arguments]
    return subprocess.run(
        command, cwd=at, check=False, capture_output=True, text=True, encoding="utf-8", env=os.environ | env
    )


def test_the_command_says_why_it_can_not_work_on_a_cluster(large: LawSite, tmp_path: Path) -> None:
    wrong = proofpress("build", "--executor", "ray:here", at=large.root)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'ray:here' is no place to work at; name a Dask scheduler, such as dask:tcp://" in wrong.stderr
    nobody = proofpress("build", "--executor", f"dask:{NOBODY}", "--output", str(tmp_path / "out"), at=large.root)
    assert nobody.returncode == 1
    assert nobody.stderr.startswith(f"Error: no scheduler of Dask answers at {NOBODY} (")
    assert nobody.stderr.count("\n") == 1, "and nothing else"
    assert not (tmp_path / "out").exists()
