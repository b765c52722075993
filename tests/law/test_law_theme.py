"""The law where a site extends the theme: what is filled again when templates come, go and change, and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from law_site import LawSite

BASE = "templates/base.html"
EXTENDED = '{% extends "theme:base.html" %}\n{% block footer %}<p>at the foot</p>{{ super() }}{% endblock %}\n'
POST = "templates/post.html"
PAST = '{% extends "theme:base.html" %}{% block main %}<h1>{{ page.title }}</h1>{{ content }}{% endblock %}\n'


def test_a_base_that_extends_the_theme_s_is_on_every_page_and_gone_with_its_file(law: LawSite) -> None:
    before = law.public()
    law.write({BASE: EXTENDED})
    law.check()
    changed = {path for path, data in law.public().items() if b"at the foot" in data}
    assert changed == {path for path in before if path.endswith(".html") and path != "old/d/index.html"}
    law.swap(BASE, "at the foot", "below")
    law.check()
    assert sum(b"<p>below</p>" in data for data in law.public().values()) == len(changed)
    (law.root / BASE).unlink()
    law.check()
    assert law.public() == before


def test_a_template_over_one_that_is_extended_by_the_theme_s_name_changes_what_asks_for_it_alone(law: LawSite) -> None:
    law.write({POST: PAST})
    law.check()
    post = law.public()["posts/a/index.html"]
    law.write({BASE: EXTENDED})
    law.check()
    assert law.public()["posts/a/index.html"] == post
    assert b"at the foot" in law.public()["index.html"]
    law.write({POST: '{% extends "base.html" %}{% block main %}<h1>{{ page.title }}</h1>{{ content }}{% endblock %}\n'})
    law.check()
    assert b"at the foot" in law.public()["posts/a/index.html"]


@pytest.mark.parametrize("part", ["head", "after-post", "footer"])
def test_a_part_that_is_filled_and_emptied_again_is_as_a_clean_build_has_it(law: LawSite, part: str) -> None:
    before = law.public()
    law.write({f"templates/partials/{part}.html": "<b>{{ page.title }}</b>\n"})
    law.check()
    assert law.public() != before
    law.write({f"templates/partials/{part}.html": ""})
    law.check()
    assert law.public() == before


def test_a_template_that_nothing_uses_is_told_by_every_build_until_something_does(law: LawSite) -> None:
    def told() -> list[tuple[str, str]]:
        return [(found.rule, found.path) for found in law.check().problems]

    law.write({"templates/aside.html": "aside"})
    assert told() == [("unused-template", "templates/aside.html")]
    law.swap("content/posts/a.md", "Alpha", "Aleph")
    assert told() == [("unused-template", "templates/aside.html")]
    law.write(
        {"content/posts/new.md": "---\ntitle: New\ndate: 2026-01-05\ntemplate: aside.html\ndraft: true\n---\n\nx\n"}
    )
    assert told() == []
    law.toggle("content/posts/new.md", "")
    assert told() == [("unused-template", "templates/aside.html")]
    law.write({"templates/partials/head.html": '{% include "aside.html" %}'})
    assert told() == []
