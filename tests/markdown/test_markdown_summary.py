"""Excerpts: what of a body's HTML stands in lists, outlines and descriptions."""

from __future__ import annotations

import pytest

from proofpress.markdown.summary import balanced, plain, without_links

VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


@pytest.mark.parametrize(
    ("html", "whole"),
    [
        ("text", "text"),
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<p>a <b>b", "<p>a <b>b</b></p>"),
        ("<b>x", "<b>x</b>"),
        ("x</b>", "x"),
        ("x</b> y</i> z", "x y z"),
        ("</div><p>a</p>", "<p>a</p>"),
        ("<p>a <b>b</p> c", "<p>a <b>b</b></p> c"),
        ("<div><p>a <b>b</div> c", "<div><p>a <b>b</b></p></div> c"),
        ("<DIV>a</div>", "<DIV>a</div>"),
        ("<svg><path d='x'/></svg> y", "<svg><path d='x'/></svg> y"),
        ('<b title="a > </b>">x', '<b title="a > </b>">x</b>'),
        ("<b title='</i>'>x</b>", "<b title='</i>'>x</b>"),
        ("<my-box>x", "<my-box>x</my-box>"),
        *((f"a<{name}>b", f"a<{name}>b") for name in VOID),
        *((f"<p>a<{name.upper()}>b", f"<p>a<{name.upper()}>b</p>") for name in VOID),
    ],
)
def test_what_is_opened_is_closed_and_an_end_without_a_beginning_goes(html: str, whole: str) -> None:
    assert balanced(html) == whole
    assert balanced(whole) == whole


@pytest.mark.parametrize(
    ("html", "without"),
    [
        ("text", "text"),
        ('<p>a <a href="/x">link</a>.</p>', "<p>a link.</p>"),
        ('<p>a <img src="x" alt=">"> b</p>', "<p>a  b</p>"),
        ('a<sup class="footnote-ref"><a href="#fn1" id="fnref1">1</a></sup>.', "a."),
        ('Install <a class="anchor" href="#install">#</a>', "Install"),
        ("a<!-- more > -->b", "ab"),
        ("a<!-- never closed", "a"),
        ("a<script>if (1 > 2) x</script>b", "ab"),
        ("a<style>p > b {}", "a"),
        ("a<video src='x'><p>old browser</p></video>b", "ab"),
        ('<span id="x">a</span>', "<span>a</span>"),
        ("<b class='c' id=x title=\"t\">a</b>", "<b class='c' title=\"t\">a</b>"),
        ("<b data-id='x'>a</b>", "<b data-id='x'>a</b>"),
        ('<figure><img src="x"><figcaption>said</figcaption></figure>\n<p>a</p>', "<p>a</p>"),
        ("<p><img src='x'></p>\n<p>a</p>", "<p>a</p>"),
        ("<form action='/x'><p>a</p></form>", "<p>a</p>"),
        ("<p>a &lt;a&gt; id=1</p>", "<p>a &lt;a&gt; id=1</p>"),
    ],
)
def test_an_excerpt_has_no_link_no_image_no_id_and_nothing_that_is_embedded(html: str, without: str) -> None:
    assert without_links(html) == without


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a  b\n c", "a b c"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<p>a</p><p>b</p>", "a b"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<dl><dt>a</dt><dd>b</dd></dl><h2>c</h2><pre>d</pre>", "a b c d"),
        ("a<br>b<br />c<BR/>d", "a b c d"),
        ("a<b>b</b>c", "abc"),
        ('a<b title="x > y">b</b>', "ab"),
        ("a<!-- x > y -->b", "ab"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_plain_text_is_what_is_read_on_one_line(html: str, text: str) -> None:
    assert plain(html) == text


def test_a_formula_in_a_description_keeps_its_meaning() -> None:
    formula = "<math><msup><mi>ℝ</mi><mrow><mi>n</mi><mo>×</mo><mi>d</mi></mrow></msup></math>"
    assert plain(f"<p>In {formula}, {formula} &lt; x</p>") == "In ℝ^(n×d), ℝ^(n×d) < x"
    assert plain("<math><mi>a") == "a"
