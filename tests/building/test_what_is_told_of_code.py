"""A post whose code lies in files and whose listings ran: whatever changes beneath it is told at its line."""

from __future__ import annotations

from typing import Final

import pytest
from click.testing import CliRunner
from small_site import SmallSite, post

from proofpress.cli.run import command

POST: Final = "content/posts/sums.md"
TRAIN: Final = """\
def load(path):
    return open(path).read()


# region rates
RATE = 0.1
# endregion
"""
TEXT: Final = """\
```python include="/src/train.py" symbol="load"
```

```python include="/src/train.py" region="rates"
RATE = 0.1
```

```bash run include="/src/count.sh"
```

```bash run {#rows}
wc -l <../data/times.csv
```

```output
2
```

There are `2`{output=rows} of them.
"""
FILES: Final = {
    POST: post("Sums", text=TEXT, more="reads: [../data/times.csv]\n"),
    "content/data/times.csv": "1\n2\n",
    "src/train.py": TRAIN,
    "src/count.sh": "rows=2\necho $rows\n",
}
FIRST: Final = FILES[POST].splitlines().index(TEXT.splitlines()[0]) + 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    """A site whose posts were run, with nothing to be told of it."""
    root = tmp_path_factory.mktemp("site")
    site = SmallSite(root).write({"site.yaml": "title: Small\nurl: https://me.example/\n", **FILES})
    ran = CliRunner().invoke(command, ["--site", str(root)])
    assert ran.exit_code == 0, ran.output
    assert site.problems() == []
    return site


CHANGES: Final = {
    "a function is renamed": (
        {"src/train.py": TRAIN.replace("load", "read_text")},
        [(0, "lost-include", "'src/train.py' defines no 'load'")],
    ),
    "a region is renamed": (
        {"src/train.py": TRAIN.replace("region rates", "region steps")},
        [(3, "lost-include", "'src/train.py' has no region 'rates'")],
    ),
    "code is changed that the post has a copy of": (
        {"src/train.py": TRAIN.replace("0.1", "0.2")},
        [(4, "stale-include", "line 1 is 'RATE = 0.1' here, and 'RATE = 0.2' there")],
    ),
    "code is changed that ran": (
        {"src/count.sh": "rows=3\necho $rows\n"},
        [
            (7, "stale-output", "what this listing printed was printed by other code"),
            (10, "stale-output", "this listing ran after other code"),
        ],
    ),
    "a file is changed that a listing read": (
        {"content/data/times.csv": "1\n2\n3\n"},
        # what a shell reads is not seen: that is all that the post names
        [(line, "stale-output", "this listing read '../data/times.csv', which has changed since") for line in (7, 10)],
    ),
    "a number among the words is changed": (
        {POST: FILES[POST].replace("`2`", "`3`")},
        [(18, "false-claim", "'3'")],
    ),
    "an output is changed": (
        {POST: FILES[POST].replace("```output\n2", "```output\n3")},
        [(15, "false-claim", "this says '3', and '2' was printed")],
    ),
    "a listing above is changed": (
        {POST: FILES[POST].replace("```bash run include", "```bash run\ncd .\n```\n\n```bash run include")},
        [
            (7, "not-run", ""),
            (11, "stale-output", "this listing ran after other code"),
            (14, "stale-output", "this listing ran after other code"),
        ],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_beneath_a_post_is_told_at_its_line(site: SmallSite, change: str) -> None:
    files, wanted = CHANGES[change]
    try:
        told = site.write(files).problems()
    finally:
        site.write(FILES)
    assert [(found.line - FIRST, found.rule) for found in told] == [(line, rule) for line, rule, _ in wanted]
    for found, (_, _, message) in zip(told, wanted, strict=True):
        assert message in found.message
        assert found.path == POST


def test_a_file_that_was_moved_is_told_wherever_it_is_shown(site: SmallSite) -> None:
    moved = site.root / "src/train.py"
    moved.rename(site.root / "src/trainer.py")
    try:
        told = site.problems()
    finally:
        (site.root / "src/trainer.py").rename(moved)
    assert [(found.path, found.line - FIRST, found.rule) for found in told] == [
        (POST, 0, "lost-include"),
        (POST, 3, "lost-include"),
    ]
    assert all("'src/train.py'" in found.message and "trainer.py" in found.hint for found in told)
