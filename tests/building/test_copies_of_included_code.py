"""`proofpress include`: copies of included code in the posts themselves, renewed where they stand, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from small_site import SmallSite, post

from proofpress.cli.include import command

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CODE: Final = 'def f():\n    return 1\n\n\nDOC = """\n```python\n~~~~\n"""\n'
F: Final = "def f():\n    return 1\n"
POST: Final = "content/posts/a.md"


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path).write({"site.yaml": "title: Small\nurl: https://me.example/\n", "src/a.py": CODE})


def run(site: SmallSite, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--site", str(site.root), *arguments])


def text(site: SmallSite) -> str:
    return (site.root / POST).read_bytes().decode("utf-8")


PLACES: Final = {
    "alone": ("{}\n```\n", "{}\ndef f():\n    return 1\n```\n"),
    "with another copy": ("{}\nold\n\n\nlines\n```\n", "{}\ndef f():\n    return 1\n```\n"),
    "in a quote": ("> {}\n> ```\n", "> {}\n> def f():\n>     return 1\n> ```\n"),
    "in a list": ("- a\n\n  {}\n  ```\n- b\n", "- a\n\n  {}\n  def f():\n      return 1\n  ```\n- b\n"),
    "behind a list's mark": ("10. {}\n    ```\n", "10. {}\n    def f():\n        return 1\n    ```\n"),
    "in a list in a quote": (
        "> - {}\n>   ```\n> - b\n",
        "> - {}\n>   def f():\n>       return 1\n>   ```\n> - b\n",
    ),
    "in a footnote": (
        "A[^1].\n\n[^1]: Note.\n\n    {}\n    ```\n",
        "A[^1].\n\n[^1]: Note.\n\n    {}\n    def f():\n        return 1\n    ```\n",
    ),
    "in a container": (":::note\n{}\n```\n:::\n", ":::note\n{}\ndef f():\n    return 1\n```\n:::\n"),
    "never closed": ("{}", "{}\ndef f():\n    return 1\n```"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_copy_is_written_where_its_fence_stands_and_reads_as_the_file_does(site: SmallSite, place: str) -> None:
    before, after = (one.replace("{}", '```py include="/src/a.py" symbol="f"') for one in PLACES[place])
    site.write({POST: post("A", text=before)})
    done = run(site, "--write")
    assert (done.exit_code, text(site)) == (0, post("A", text=after))
    assert run(site, "--write").output == "1 listing includes code, and none differs.\n"


@pytest.mark.parametrize(("sign", "longer"), [("```", "````"), ("~~~", "~~~~~")])
def test_code_that_holds_a_fence_is_put_into_a_longer_one(site: SmallSite, sign: str, longer: str) -> None:
    site.write({POST: post("A", text=f'{sign}py include="/src/a.py" lines="5-8"\n{sign}')})
    assert run(site, "--write").exit_code == 0
    assert f'{longer}py include="/src/a.py" lines="5-8"\nDOC = """\n```python\n~~~~\n"""\n{longer}\n' in text(site)
    assert site.build().problems == []


def test_line_ends_the_mark_at_the_beginning_and_all_else_stay_as_they_are(site: SmallSite) -> None:
    before = "\ufeff" + post("Ä", text='``` py  include="/src/a.py" symbol=f {2}\nold\n```\n\nMore\t \n')
    site.write({POST: before.replace("\n", "\r\n")})
    assert run(site, "--write").exit_code == 0
    assert text(site) == before.replace("old\n", F).replace("\n", "\r\n")


def test_several_listings_of_a_post_are_renewed_together_and_none_where_one_can_not_be_had(site: SmallSite) -> None:
    one = '```include="/src/a.py" symbol="f"\n```\n'
    site.write({POST: post("A", text=one * 3)})
    assert run(site, "--write").exit_code == 0
    assert text(site).count(F) == 3
    site.write({POST: post("A", text=one + one.replace('"f"', '"g"')), "content/posts/b.md": post("B", text=one)})
    done = run(site, "--write")
    assert done.exit_code == 1
    assert "lost-include" in done.output
    assert F not in text(site)
    assert F in (site.root / "content/posts/b.md").read_text("utf-8")


def test_what_stands_behind_a_fence_that_is_never_closed_is_not_lost(site: SmallSite) -> None:
    before = post("A", text='```include="/src/a.py" symbol="f"\n\nAll that was written.')
    site.write({POST: before})
    done = run(site, "--write")
    assert (done.exit_code, text(site)) == (1, before)
    assert f"{POST}:6: no copy can be written here; close the listing" in done.output


def test_what_differs_is_told_at_its_line_and_nothing_is_written(site: SmallSite) -> None:
    before = post("A", text='```include="/src/a.py" symbol="f"\ndef f():\n    return 2\n```')
    site.write({POST: before, "content/posts/b.md": post("B", text='```include="/src/a.py"\n```')})
    for arguments in ((), ("--check",), ("--check", str(site.root / POST)), (str(site.root / "content"),)):
        done = run(site, *arguments)
        assert (done.exit_code, text(site)) == (1, before)
        assert done.output.count("stale-include") == 1
        assert f"{POST}:8:5: error stale-include" in done.output
    assert run(site, str(site.root / "content/posts/b.md")).exit_code == 0


def test_a_path_outside_the_site_and_two_wishes_at_once_are_wrong_usage(site: SmallSite, tmp_path: Path) -> None:
    assert run(site, str(tmp_path.parent)).exit_code == 2
    assert run(site, "--write", "--check").exit_code == 2
    assert run(site).output == "No listing includes code.\n"
