"""The law over what documents are made of besides their own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofpress.model import Place
from proofpress.recorded.listings import digest, digests
from proofpress.recorded.values import Runnable

if TYPE_CHECKING:
    from law_site import LawSite

LOCK = "content/posts/a.run.yaml"


def test_a_lock_that_comes_changes_and_goes_renders_its_post_alone_and_is_never_published(law: LawSite) -> None:
    before = law.public()
    for text in ("when: 2026-01-01\nplatform: Linux\n", "when: 2026-01-02\nplatform: Linux\n", None):
        if text is None:
            (law.root / LOCK).unlink()
        else:
            law.write({LOCK: text})
        assert [*law.update().reasons] == ["content/posts/a.md"]
        law.check()
        assert not [path for path in law.public() if path.endswith(".run.yaml")]
    assert law.public() == before


def test_what_listings_gave_follows_their_lock_their_code_and_the_files_that_they_read(law: LawSite) -> None:
    post = "---\ntitle: Sums\ndate: 2026-01-01\nreads: [../../points.csv]\n---\n\n```python run\nprint(1)\n```\n"
    ran = "- code: {}\n  read:\n    ../../points.csv: {}\n  outputs:\n  - stdout: {}\n  - picture: 9c.svg\n"
    head = "when: 2026-01-01\nplatform: Linux\nlistings:\n"
    ((code, _),) = digests([Runnable(place=Place(1, 1), first_line=1, language="python", code="print(1)\n")])
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
    law.write({"content/posts/a.md": post, "content/posts/a.run/9c.svg": svg, "points.csv": "1\n"})
    law.write({LOCK: head + ran.format(code, digest(b"1\n"), "one")})
    page = "posts/a/index.html"
    for change, shown, told in (
        ({}, "one", []),
        ({"points.csv": "2\n"}, "one", ["stale-output"]),
        ({LOCK: head + ran.format(code, digest(b"2\n"), "two")}, "two", []),
        ({"content/posts/a.md": post.replace(" run", "")}, "", ["spare-output"]),
    ):
        law.write(change)
        problems = law.check().problems
        assert [found.rule for found in problems] == told
        html = law.public()[page].decode()
        assert (f'data-language="output"><pre tabindex="0"><code class="language-output">{shown}\n' in html) == bool(
            shown
        )
        assert ("/a.run/9c.svg" in html) == bool(shown)


def test_a_lock_outside_the_site_is_a_problem_and_is_not_read(law: LawSite) -> None:
    (law.root.parent / "elsewhere.yaml").write_text("when: 2026-01-01\n", "utf-8")
    (law.root / LOCK).symlink_to(law.root.parent / "elsewhere.yaml")
    assert [(found.rule, found.path) for found in law.check().problems] == [("outside-site", LOCK)]
