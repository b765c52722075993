"""Listings: info strings, colours, marked lines, and lexers that misbehave."""

from __future__ import annotations

import re
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from proofpress.config import HighlightOptions, MarkdownOptions
from proofpress.listings.fences import read_info
from proofpress.listings.highlight import Highlighter, SlowListing
from proofpress.markdown.renderer import Renderer
from proofpress.model import Body, Document, FrontMatter
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.token import _TokenType

RENDERER = Renderer(MarkdownOptions(), HighlightOptions())


def render(text: str, first_line: int = 1, title: str | None = "t") -> Body:
    front = FrontMatter(title=title)
    return RENDERER.render(Document(path=SourcePath("content/a.md"), front=front, text=text, first_line=first_line))


def test_a_listing_is_framed_and_its_tokens_carry_pygments_classes() -> None:
    assert render("```python\nx = 1\n```").html == (
        '<div class="listing" data-language="python"><pre tabindex="0"><code class="language-python">'
        '<span class="n">x</span> <span class="o">=</span> <span class="mi">1</span>\n</code></pre></div>\n'
    )


def test_the_classes_are_those_of_pygments_own_formatter() -> None:
    code = 'def f(x: int) -> str:\n    """Doc."""\n    return f"{x!r} < {1e3}" + \'&\'  # why\n'
    theirs = highlight(code, get_lexer_by_name("python"), HtmlFormatter(nowrap=True))
    ours = render(f"```python\n{code}```").html

    def classes(html: str) -> list[str]:
        found = [name for name in re.findall(r'<span class="([^"]*)">', html) if name != "w"]
        return [name for number, name in enumerate(found) if number == 0 or found[number - 1] != name]

    assert classes(ours) == classes(theirs)


def test_a_title_makes_the_listing_a_figure() -> None:
    html = render('```python title="a <b>.py"\nx\n```').html
    assert html.startswith('<figure class="listing" data-language="python"><figcaption>a &lt;b&gt;.py</figcaption><pre')


def test_marked_and_numbered_lines_are_wrapped_and_tokens_closed_at_their_ends() -> None:
    html = render('```python {2} linenos\n"""a\nb"""\n```').html
    assert (
        '<pre class="numbered" tabindex="0"><code class="language-python">'
        '<span class="line" data-line="1"><span class="sd">&quot;&quot;&quot;a</span>\n</span>'
        '<span class="line marked" data-line="2"><span class="sd">b&quot;&quot;&quot;</span>\n</span></code>'
    ) in html


@pytest.mark.parametrize(
    ("info", "language", "title", "marked"),
    [
        ("python", "python", "", ()),
        ('python title="train.py" {3,5-7}', "python", "train.py", ((3, 3), (5, 7))),
        ("python:file.py", "python", "file.py", ()),
        ("{.python #id}", "python", "", ()),
        ("{python}", "python", "", ()),
        ("rust,ignore", "rust", "", ()),
        ("rust, should_panic", "rust", "", ()),
        ("js{1,3}", "js", "", ((1, 1), (3, 3))),
        ('python hl_lines="3 5-7"', "python", "", ((3, 3), (5, 7))),
        ("python,hl_lines=2", "python", "", ((2, 2),)),
        ("python hl_lines=[1,4]", "python", "", ((1, 1), (4, 4))),
        ("javascript babel.config.js", "javascript", "babel.config.js", ()),
        ("typescript=", "typescript", "", ()),
    ],
)
def test_info_strings_of_other_tools_are_understood(
    info: str, language: str, title: str, marked: tuple[tuple[int, int], ...]
) -> None:
    read = read_info(info)
    assert (read.language, read.title, read.marked) == (language, title, marked)


def test_an_unknown_language_is_plain_text_and_a_warning_that_names_the_nearest() -> None:
    body = render("```  pyhton\nx = 1\n```", first_line=4)
    assert "<span" not in body.html
    (found,) = body.problems
    assert (found.rule, found.line, found.column, found.length) == ("unknown-language", 4, 6, 6)
    assert found.hint == "did you mean 'python'?"


@pytest.mark.parametrize(
    "name", ["", "text", "plain", "txt", "output", "none", "mermaid", "console", "jsonc", "sh", "C++"]
)
def test_names_that_blogs_use_are_known(name: str) -> None:
    code = "graph TD\nx" if name == "mermaid" else "x"  # which is drawn, and has to be one
    assert render(f"```{name}\n{code}\n```").problems == ()


def test_an_unknown_option_is_a_warning_at_its_column() -> None:
    (found,) = render("```python linenoss\nx\n```").problems
    assert (found.rule, found.column, found.hint) == ("listing-options", 11, "did you mean 'linenos'?")


@pytest.mark.parametrize("info", ['python" onload="x', "<script>", 'a title="\'><img src=x>"', '{.a" onclick=x}'])
def test_a_hostile_info_string_is_escaped(info: str) -> None:
    html = render(f"```{info}\nx\n```").html
    assert re.fullmatch(r'(?:<[a-z]+(?: (?:class|data-language|tabindex)="[^"<>]*")*>|</[a-z]+>|[^<>])*', html)


def test_a_fence_that_is_never_closed_is_a_warning_at_its_opening_line() -> None:
    body = render("text\n\n  ```python\nx", first_line=3)
    assert [(one.rule, one.line, one.column) for one in body.problems] == [("unclosed-fence", 5, 3)]
    assert '<span class="n">x</span>' in body.html
    assert render("```\n```").problems == ()
    assert render("> ```\n> x\n> ```").problems == ()


SLOW = '```scala\n"' + "\\" * 40 + "\n```"


def test_a_lexer_that_hangs_is_cut_off_and_no_alarm_is_left() -> None:
    handler = signal.getsignal(signal.SIGVTALRM)
    body = render(SLOW)
    assert [one.rule for one in body.problems] == ["slow-listing"]
    assert not body.certain, "another time it may get through"
    assert "<span" not in body.html
    assert signal.getsignal(signal.SIGVTALRM) is handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_outside_the_main_thread_a_lexer_that_hangs_is_cut_off_too() -> None:
    bodies: list[Body] = []
    text = SLOW + "\n\n```python\nx = 1\n```"
    thread = threading.Thread(target=lambda: bodies.append(render(text)))
    thread.start()
    thread.join()
    assert bodies == [render(text)]


def test_a_lexer_that_raises_gives_plain_text_and_a_warning() -> None:
    class Broken(Lexer):
        name = "Broken"

        def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
            raise KeyError(text)

    with pytest.raises(SlowListing, match=r"the lexer for Broken fails on this listing \(KeyError\)") as raised:
        Highlighter().colour("x", Broken())
    assert raised.value.certain


@pytest.mark.parametrize("accident", [MemoryError, RecursionError, ModuleNotFoundError])
def test_a_lexer_that_meets_an_accident_may_get_through_another_time(accident: type[Exception]) -> None:
    class Unlucky(Lexer):
        name = "Unlucky"

        def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
            raise accident(text)

    with pytest.raises(SlowListing, match="the lexer for Unlucky fails on this listing") as raised:
        Highlighter().colour("x", Unlucky())
    assert not raised.value.certain
