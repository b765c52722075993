"""Same bytes with any number of processes, however they are started."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from law_site import FILES, LawSite, shown

from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.engine import parallel
from proofpress.engine.blobs import Folder
from proofpress.engine.executors import Futures, Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

POSTS = 90
"""More than twice what is worth a process."""


def many() -> dict[str, str]:
    """Return enough posts for several processes, with something wrong in each third."""
    return {
        f"content/posts/p{n}.md": (
            f"---\ntitle: Post {n}\ndate: 2026-03-{n % 28 + 1:02}\ntags: [t{n % 9}, Python]\n---\n\n"
            f"Text {n}, after [the one before](p{max(0, n - 1)}.md).\n\n```{'nolanguage' if n % 3 == 0 else 'python'}\n"
            f"print({n})\n```\n"
        )
        for n in range(POSTS)
    }


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> LawSite:
    """A site with work for several processes. To be read only."""
    return LawSite(tmp_path_factory.mktemp("crowded") / "site").write(FILES).write(many())


def built(source: LawSite, to: Path, jobs: int) -> tuple[list[str], dict[str, bytes], dict[str, Any]]:
    """Publish a copy of a site with so many processes; returns the problems, the files, and why each step ran."""
    site = LawSite(to, jobs=jobs).write({path: (source.root / path).read_bytes() for path in (*FILES, *many())})
    outcome = site.update()
    assert outcome.published is not None
    return shown(outcome.problems), site.public(), dict(outcome.reasons)


@pytest.fixture(scope="module")
def alone(crowded: LawSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, bytes], Any]:
    """What one process gives."""
    return built(crowded, tmp_path_factory.mktemp("alone") / "site", 1)


@pytest.mark.parametrize("jobs", [2, 5])
def test_any_number_of_processes_gives_what_one_gives(
    crowded: LawSite, alone: tuple[list[str], dict[str, bytes], Any], tmp_path: Path, jobs: int
) -> None:
    problems, files, reasons = built(crowded, tmp_path / "site", jobs)
    assert problems == alone[0]
    assert len(problems) >= POSTS // 3
    assert sorted(files) == sorted(alone[1])
    assert [path for path in files if files[path] != alone[1][path]] == []
    assert reasons == alone[2]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_however_processes_are_started_the_result_is_what_one_gives(
    crowded: LawSite,
    alone: tuple[list[str], dict[str, bytes], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: parallel.Method,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(parallel, "_method", lambda: method)
        problems, files, _ = built(crowded, tmp_path / "site", 2)
    assert problems == alone[0]
    assert files == alone[1]


def test_changes_after_a_build_in_many_processes_are_made_in_one_and_the_other_way_round(
    crowded: LawSite, tmp_path: Path
) -> None:
    site = LawSite(tmp_path / "site", jobs=2).write(
        {path: (crowded.root / path).read_bytes() for path in (*FILES, *many())}
    )
    site.check()
    site.jobs = 1
    site.swap("content/posts/p7.md", "Text 7", "Other text 7")
    site.check()
    site.jobs = 2
    site.swap("site.yaml", "title: Law", "title: Order")
    site.check()


class Pickling:
    """Runs steps here, but hands over nothing that was not pickled: what another machine would get."""

    def run(
        self,
        state: Any,
        make: Callable[[Any], Callable[[Any], Any]],
        tasks: Sequence[Any],
        _progress: Callable[[int], None],
    ) -> Iterator[Any]:
        there, make = pickle.loads(pickle.dumps((state, make)))
        function = make(there)
        for task in tasks:
            yield pickle.loads(pickle.dumps(function(pickle.loads(pickle.dumps(task)))))


def outputs(site: LawSite, executor: Any) -> dict[str, bytes]:
    """Build in memory, by an executor."""
    done = build(site.options, Desk(executor=executor))
    assert not done.failed, shown(done.problems)
    return {str(path): data for path, data in done.outputs.items()}


@pytest.fixture(scope="module")
def in_process(crowded: LawSite) -> dict[str, bytes]:
    """What this process gives by itself."""
    return outputs(crowded, Processes(1))


def test_all_that_a_step_needs_can_be_handed_to_another_machine(crowded: LawSite, in_process: dict[str, bytes]) -> None:
    assert outputs(crowded, Pickling()) == in_process


def test_own_processes_give_what_one_process_gives(crowded: LawSite, in_process: dict[str, bytes]) -> None:
    assert outputs(crowded, Processes(2)) == in_process


def test_a_pool_of_the_standard_library_gives_what_one_process_gives(
    crowded: LawSite, in_process: dict[str, bytes], tmp_path: Path
) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert outputs(crowded, Futures(pool, Folder(str(tmp_path / "shared")), workers=2)) == in_process
