"""How inline pieces are written (docs/templates.md, "What Markdown becomes")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from proofpress.listings.spans import escape
from proofpress.markdown.rawhtml import ids_in, with_references
from proofpress.markdown.urls import encoded, why_refused
from proofpress.markdown.words import MORE, alternative
from proofpress.patterns import lazy
from proofpress.urls import read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.token import Token

    from proofpress.markdown.writer import InlineForm, Writer
    from proofpress.urls import Reading

_CLOSING: Final = lazy(
    "[-.,;:!?)\\]\N{EN DASH}\N{HORIZONTAL ELLIPSIS}\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}]+"
)
"""What must not begin a line: punctuation that closes, and the dash of `$d$-dimensional`."""


def _special(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    content = tokens[index].content
    if content:
        writer.words.append(content)
        writer.out.append(escape(content))


def _break(writer: Writer, tokens: Sequence[Token], index: int) -> None:  # noqa: ARG001 - a form's signature
    writer.words.append("\n")
    writer.out.append("<br>\n")


def _code(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    writer.words.append(token.content)
    given = writer.attributes(token.attrs) if token.attrs else ""
    if writer.isolates and "dir" not in token.attrs:
        given = f' dir="ltr"{given}'
    writer.out.append(f"<code{given}>{escape(token.content)}</code>")


def link_open(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    """Write the beginning of a link."""
    token = tokens[index]
    writer.links += 1
    attrs = dict(token.attrs)
    reading = read(str(attrs.pop("href")))
    url = writer.refer(token, reading.text, image=False) if reading.local else escape(encoded(reading.text))
    writer.out.append(f'<a href="{url}"{writer.attributes(attrs)}>' if attrs else f'<a href="{url}">')


def link_close(writer: Writer, tokens: Sequence[Token], index: int) -> None:  # noqa: ARG001 - a form's signature
    """Write the end of a link."""
    writer.links -= 1
    writer.out.append("</a>")


def _image(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    image(writer, tokens[index], tokens[index].attrs)


def image(writer: Writer, token: Token, given: Mapping[str, str | int | float]) -> None:
    """Write an image with these of its attributes."""
    attrs = dict(given)
    reading = read(str(attrs.pop("src")))
    src = reading.text
    widths, quality = attrs.pop("widths", ""), attrs.pop("quality", 0)
    attrs["alt"] = alternative(token.children)
    writer.words.append(" ")
    source = writer.refer(token, src, image=True) if reading.local else f'src="{escape(encoded(src))}"'
    if widths or quality:
        _ask(writer, token, tuple(map(int, str(widths).split())), int(quality), local=reading.local)
    writer.out.append(f"<img {source}{writer.attributes(attrs)}>")


def _ask(writer: Writer, token: Token, widths: tuple[int, ...], quality: int, *, local: bool) -> None:
    """Say of an image that was just referred to how lighter ones are to be made of it."""
    if local:
        writer.references[-1] = msgspec.structs.replace(writer.references[-1], widths=widths, quality=quality)
        return
    assert writer.holder is not None
    place = writer.text.destination(writer.holder, token, str(token.attrs["src"]))
    name = "widths" if widths else "quality"
    message = f"'{name}' has no effect on a picture that is not one of the site's files"
    writer.findings.note("unused-attribute", place, message, "take it out")


def _html(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token, holder = tokens[index], writer.holder
    assert holder is not None
    content = token.content
    if writer.more is None and holder.level == 1 and MORE.fullmatch(content):
        writer.more = len(writer.out)
        if not writer.manner.strict:
            return
    writer.raw = True
    writer.out.append(raw(writer, content, holder, token.meta["at"]) if "=" in content else content)


def raw(writer: Writer, html: str, holder: Token, base: int) -> str:
    """Return raw HTML, which stands at an offset in a token's content, with its destinations on this site referred to."""
    writer.anchors += ids_in(html)
    lines, sanitized = writer.text.lines, writer.manner.sanitized

    def refer(href: str, *, image: bool, at: int, length: int) -> str:
        return writer.reference(href, lines.place(holder, base + at, length), image=image, raw=True)

    def judge(reading: Reading, *, image: bool, at: int, length: int) -> None:
        """Note what the sanitiser leaves out, and what deceives; raw HTML that passes may else do what it likes."""
        if reading.disguised or (sanitized and not reading.is_safe(image=image)):
            message, hint = why_refused(reading)
            message += "; it is left out" if sanitized else ""
            place = lines.place(holder, base + at, length)
            writer.findings.note("unsafe-url", place, message, hint, severity="warning")

    return with_references(html, refer, judge)


def _footnote_mark(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    meta = tokens[index].meta
    number, count = meta["number"], meta["mark"]
    name = mark_name(number, count)
    writer.anchors.append(name)
    if writer.links > 0:  # links do not nest
        writer.out.append(f'<sup class="footnote-ref" id="{name}">{number}</sup>')
    else:
        writer.out.append(f'<sup class="footnote-ref"><a href="#fn{number}" id="{name}">{number}</a></sup>')


def mark_name(number: int, count: int) -> str:
    """Return the id of a footnote's mark: of the first, the second … that refers to it."""
    return f"fnref{number}" if count == 1 else f"fnref{number}-{count}"


def _formula(writer: Writer, tokens: Sequence[Token], index: int) -> None:
    token = tokens[index]
    html = writer.formulas[id(token)]
    writer.words.append(token.content)
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    closing = _CLOSING.match(following.content) if following and following.type == "text" else None
    if closing:  # a browser may break a line after a formula, whatever stands there
        html = f'<span class="nowrap">{html}{escape(closing[0])}</span>'
        writer.kept = closing.end()
    writer.out.append(html)


FORMS: Final[Mapping[str, InlineForm]] = {
    "text_special": _special,
    "hardbreak": _break,
    "code_inline": _code,
    "link_open": link_open,
    "link_close": link_close,
    "image": _image,
    "html_inline": _html,
    "footnote_ref": _footnote_mark,
    "math_inline": _formula,
}
"""The forms of inline tokens, by their types. Text and line ends are the writer's own, and any other is its tag."""
