"""A plugin of markdown-it is read and written as its author meant it: nothing that it reads is left out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.field_list import fieldlist_plugin
from mdit_py_plugins.subscript import sub_plugin

from proofpress.config import Config
from proofpress.content.documents import read
from proofpress.markdown.plugin import Markdown
from proofpress.markdown.renderer import Renderer
from proofpress.model import Source
from proofpress.paths import SourcePath
from proofpress.words.vocabulary import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofpress.model import Body


def rendered(text: str, *plugins: Markdown) -> Body:
    config = Config()
    renderer = Renderer(config.markdown, config.highlight, Words(), plugins)
    document = read(
        Source(SourcePath("content/a.md"), text.encode()), zone=dt.UTC, taxonomies=(), authors=(), defaults=None
    )
    first = renderer.render(document)
    assert renderer.render(document) == first
    renderer.close()
    return first


def container(name: str) -> Callable[[MarkdownIt], None]:
    return lambda md: container_plugin(md, name)


@pytest.mark.parametrize(
    ("plugin", "text", "html"),
    [
        (sub_plugin, "H~2~O ~~gone~~ a ~ b", "<p>H<sub>2</sub>O <s>gone</s> a ~ b</p>\n"),
        (container("box"), "::: box\nInner *text*\n:::\n", '<div class="box">\n<p>Inner <em>text</em></p>\n</div>\n'),
        (container("box"), "Text\n::: box\nInner\n:::\nMore\n", '<p>Text</p>\n<div class="box">\n<p>Inner</p>\n</div>\n<p>More</p>\n'),
        (admon_plugin, '!!! note "Hey"\n    you\n', None),
        (fieldlist_plugin, ":name: text\n", None),
    ],
)  # fmt: skip
def test_what_others_wrote_for_markdown_it_works_as_there(plugin: Any, text: str, html: str | None) -> None:
    wanted = MarkdownIt("commonmark").use(plugin).render(text) if html is None else html
    assert rendered(text, Markdown(plugin)).html == wanted


def test_a_plugin_within_emphasis_and_links_works_as_there() -> None:
    module = pytest.importorskip("mdit_py_plugins.superscript", reason="mdit-py-plugins has it from version 0.6 on")
    text = "a *2^10^* [b^2^](https://example.com/)"
    wanted = MarkdownIt("commonmark").use(module.superscript_plugin).render(text)
    assert "<sup>10</sup>" in wanted
    assert rendered(text, Markdown(module.superscript_plugin)).html == wanted


def leaf(kind: str, tag: str, *, block: bool) -> Callable[[MarkdownIt], None]:
    """Return a plugin whose token is a leaf with content, of which it does not say how it is written."""

    def inline(state: Any, silent: bool) -> bool:
        if state.src[state.pos] != "%":
            return False
        if not silent:
            token = state.push(kind, tag, 0)
            token.content = "a < b"
            token.attrs = {"class": "leaf"}
        state.pos += 1
        return True

    def whole(state: Any, start: int, _end: int, silent: bool) -> bool:
        if state.src[state.bMarks[start]] != "%":
            return False
        if not silent:
            token = state.push(kind, tag, 0)
            token.content = "a < b"
            token.attrs = {"class": "leaf"}
            token.map = [start, start + 1]
            state.line = start + 1
        return True

    def extend(md: MarkdownIt) -> None:
        if block:
            md.block.ruler.before("paragraph", kind, whole)
        else:
            md.inline.ruler.push(kind, inline)

    return extend


@pytest.mark.parametrize(
    ("tag", "block", "html"),
    [
        ("mark", False, '<p>x <mark class="leaf">a &lt; b</mark></p>\n'),
        ("", False, "<p>x a &lt; b</p>\n"),
        ("aside", True, '<p>x</p>\n<aside class="leaf">a &lt; b</aside>\n'),
        ("", True, '<p>x</p>\n<p class="leaf">a &lt; b</p>\n'),
    ],
)
def test_what_nobody_says_how_to_write_is_written_with_its_words(tag: str, block: bool, html: str) -> None:
    text = "x\n\n%\n" if block else "x %\n"
    assert rendered(text, Markdown(leaf("leaf", tag, block=block))).html == html


def test_a_form_of_one_s_own_comes_first() -> None:
    def form(writer: Any, tokens: Any, index: int) -> None:
        writer.out.append("<sub class='own'>" if tokens[index].nesting > 0 else "</sub>")

    assert (
        rendered("a~b~", Markdown(sub_plugin, inline={"sub_open": form})).html == "<p>a<sub class='own'>b</sub></p>\n"
    )

    def block(writer: Any, tokens: Any, index: int) -> int:
        writer.out.append(f"<pre>{len(tokens[index].content)}</pre>\n")
        return index + 1

    assert (
        rendered("```mermaid\nabc\n```\n", Markdown(lambda _md: None, blocks={"fence": block})).html == "<pre>4</pre>\n"
    )


def test_a_rule_of_the_renderer_comes_before_our_own_form() -> None:
    def extend(md: MarkdownIt) -> None:
        md.add_render_rule("hr", lambda _self, _tokens, _index, _options, _env: "<hr class='own'>\n")

    assert rendered("***\n", Markdown(extend)).html == "<hr class='own'>\n"


def test_rules_over_the_whole_text_run_before_and_after_its_words_are_read() -> None:
    seen: list[tuple[str, bool]] = []

    def before(state: Any) -> None:
        seen.append(("before", bool(state.tokens[1].children)))
        state.tokens[1].content += " *more*"

    def after(state: Any) -> None:
        seen.append(("after", bool(state.tokens[1].children)))
        state.tokens[0].attrs["class"] = "seen"

    def extend(md: MarkdownIt) -> None:
        md.core.ruler.after("block", "own_before", before)
        md.core.ruler.push("own_after", after)

    assert rendered("text", Markdown(extend)).html == '<p class="seen">text <em>more</em></p>\n'
    assert seen[:2] == [("before", False), ("after", True)]


def test_an_inline_rule_may_begin_with_a_letter_where_it_says_so() -> None:
    def rule(state: Any, silent: bool) -> bool:
        if not state.src.startswith("TODO", state.pos):
            return False
        if not silent:
            state.push("todo", "mark", 0).content = "to do"
        state.pos += 4
        return True

    def extend(md: MarkdownIt) -> None:
        md.inline.ruler.push("todo", rule)

    found = rendered("a TODO b", Markdown(extend, begins={"todo": "T"}))
    assert found.html == "<p>a <mark>to do</mark> b</p>\n"
    assert found.words == 4


def test_without_plugins_no_mark_means_more() -> None:
    assert rendered("H~2~O %").html == "<p>H~2~O %</p>\n"
