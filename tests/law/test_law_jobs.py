"""Same bytes with any number of processes, however they are started."""

from __future__ import annotations

import multiprocessing
import pickle
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from law_site import FILES, LawSite, shown

from proofpress.engine import parallel
from proofpress.stages import outputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from proofpress.stages.outputs import Filling, Result, Task

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


def test_what_filling_needs_can_be_handed_to_another_process(
    published_once: LawSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Filling, Task, Result]] = []
    real = outputs.filler

    def watched(using: Filling) -> Callable[[Task], Result]:
        fill = real(using)

        def each(task: Task) -> Result:
            seen.append((using, task, fill(task)))
            return seen[-1][2]

        return each

    monkeypatch.setattr(outputs, "filler", watched)
    published_once.clean()
    assert len(seen) > 30
    filling = seen[0][0]
    again: Filling = pickle.loads(pickle.dumps(filling))
    for field in msgspec.structs.fields(type(filling)):
        if field.name != "known":
            assert getattr(again, field.name) == getattr(filling, field.name), field.name
    fill = real(again)
    for _, task, result in seen:
        assert fill(pickle.loads(pickle.dumps(task))) == result
        assert pickle.loads(pickle.dumps(result)) == result
