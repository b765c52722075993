"""What a problem means, one click away from where the preview shows it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from shown_values import BROKEN, shown

from proofpress.preview.explained import explained
from proofpress.preview.panel import panel
from proofpress.rules.explanation import explanation
from proofpress.rules.registry import registry

FENCE = re.compile(r"^(`{3,})([^`\n]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r'file="([^"]+)"')


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_each_problem_of_the_panel_links_to_what_it_means() -> None:
    found = panel(shown(problems=(BROKEN,)), "")
    assert f'<a href="/_proofpress/explain/{BROKEN.rule}">{BROKEN.rule}</a>' in found


@pytest.mark.parametrize("rule", sorted(registry()))
def test_a_rule_s_page_in_the_browser_says_all_that_explain_prints(rule: str) -> None:
    page = explained(rule)
    assert page is not None
    text = explanation(registry()[rule]).text
    said = FENCE.sub(lambda found: f"{(FILE.search(found[2]) or [0, ''])[1]}\n{found[3]}", text)
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    assert words(unescape(re.sub(r"<[^>]*>", " ", main))) == words(said)


def test_what_is_no_rule_has_no_page() -> None:
    for name in ("", "nope", "../x", "<script>"):
        assert explained(name) is None
