"""The law over what documents are made of besides their own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def test_a_lock_outside_the_site_is_a_problem_and_is_not_read(law: LawSite) -> None:
    (law.root.parent / "elsewhere.yaml").write_text("when: 2026-01-01\n", "utf-8")
    (law.root / LOCK).symlink_to(law.root.parent / "elsewhere.yaml")
    assert [(found.rule, found.path) for found in law.check().problems] == [("outside-site", LOCK)]
