"""How blocks are written (docs/templates.md, "What Markdown becomes")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.listings.fences import DRAWN, Info
from proofpress.listings.html import Company
from proofpress.listings.spans import escape
from proofpress.markdown.includes import info_of, origin_of
from proofpress.markdown.inline_forms import image, link_close, link_open, mark_name, raw
from proofpress.markdown.summary import without_links
from proofpress.markdown.words import MORE
from proofpress.markdown.writer import after_hidden, tag
from proofpress.model import Heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.token import Token

    from proofpress.markdown.writer import BlockForm, Writer
    from proofpress.model import Place


_LOADED: Final = {"loading": "lazy", "decoding": "async"}
"""How a figure's image is loaded where its attributes do not say otherwise."""


def _words(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    if "task" in token.meta:
        done = token.meta["task"]
        label = escape(writer.labels.text("done" if done else "to_do"))
        writer.out.append(f'<input type="checkbox" disabled aria-label="{label}"{" checked" if done else ""}> ')
    writer.inline(token)
    return index + 1


def _paragraph(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    inline = tokens[index + 1]
    out = writer.out
    if token.hidden:
        return index + 1
    after_hidden(writer, tokens, index)
    if writer.more is None and "<!--" in inline.content and MORE.fullmatch(inline.content):
        if token.level == 0:
            writer.more = len(out)
        return index + 3
    children = inline.children
    if children and writer.manner.figures and (picture := _picture(children)) is not None:
        _figure(writer, token, inline, picture)
        return index + 3
    if children and children[0].type == "math_inline" and children[0].meta["display"]:
        attrs = writer.attributes(_isolated(writer, _with_class(token, "math")))
        out.append(f'<div{attrs} tabindex="0">{writer.formulas[id(children[0])]}</div>\n')
        return index + 3
    begin, words = len(out), len(writer.words)
    out.append(f"<p{writer.attributes(token.attrs)}>" if token.attrs else "<p>")
    if "task" in inline.meta:
        _words(writer, tokens, index + 1)
    else:
        writer.inline(inline)
    out.append("</p>\n")
    writer.words.append("\n")
    if writer.paragraph is None and token.level == 0 and any(part.strip() for part in writer.words[words:-1]):
        writer.paragraph = (begin, len(out))
    return index + 3


def _picture(children: Sequence[Token]) -> int | None:
    """Return which of a paragraph's tokens is the image that it consists of, in a link or not."""
    if len(children) == 1 and children[0].type == "image":
        return 0
    if len(children) == 3 and children[0].type == "link_open" and children[1].type == "image":
        return 1
    return None


def _figure(writer: Writer, token: Token, inline: Token, picture: int) -> None:
    children = inline.children
    assert children is not None
    given = dict(children[picture].attrs)
    inside = "figure" in token.meta  # the figure is a container's, and so is its caption
    title = "" if inside else str(given.pop("title", ""))
    if not inside:
        writer.out.append(f"<figure{writer.attributes(token.attrs)}>")
    writer.holder, writer.links = inline, 0
    if picture:
        link_open(writer, children, 0)
    image(writer, children[picture], {**given, **{key: given.get(key, kept) for key, kept in _LOADED.items()}})
    if picture:
        link_close(writer, children, 2)
    if title:
        writer.out.append(f"<figcaption>{escape(title)}</figcaption>")
        writer.words += [title, "\n"]
    writer.out.append("\n" if inside else "</figure>\n")


def _heading(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token, inline = tokens[index], tokens[index + 1]
    out = writer.out
    after_hidden(writer, tokens, index)
    begin = len(out)
    writer.inline(inline)
    writer.words.append("\n")
    html = "".join(out[begin:])
    del out[begin:]
    name = token.tag
    if writer.manner.strict:
        out.append(f"<{name}>{html}</{name}>\n")
        return index + 3
    anchor, text = token.meta["id"], token.meta["text"]
    writer.anchors.append(anchor)
    given = writer.attributes(token.attrs) if token.attrs else ""
    link = ""
    if writer.manner.anchors:
        labels = writer.labels
        label = escape(labels.text("section_link_to", {"title": text}) if text else labels.text("section_link"))
        link = f' <a class="anchor" href="#{escape(anchor)}" aria-label="{label}">#</a>'
    out.append(f'<{name} id="{escape(anchor)}"{given}>{html}{link}</{name}>\n')
    writer.outline.append(Heading(int(name[1]), anchor, without_links(html) if "<" in html else html, text))
    return index + 3


def _fence(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    after_hidden(writer, tokens, index)
    writer.words += [token.content, "\n"]
    if writer.manner.strict:
        from markdown_it.common.utils import unescapeAll  # noqa: PLC0415 - for CommonMark's tests alone

        words = unescapeAll(token.info).split()
        name = f' class="language-{escape(words[0])}"' if words else ""
        writer.out.append(f"<pre><code{name}>{escape(token.content)}</code></pre>\n")
        return index + 1
    if "math" in token.meta:
        return _formula(writer, tokens, index)
    given = {name: str(value) for name, value in token.attrs.items()}
    if "id" in token.meta:
        given["id"] = token.meta["id"]
    if "id" in given:
        writer.anchors.append(given["id"])

    def place(offset: int, length: int) -> Place:
        return writer.text.lines.in_info(token, offset, length)

    given = {name: str(value) for name, value in _isolated(writer, given).items()}
    info = info_of(token)
    label = info.tab
    if "label" in token.meta:  # its title is that of a tab
        label, info = token.meta["label"], info._replace(title="")
    if info.language.lower() in DRAWN and writer.manner.diagrams:
        from proofpress.markdown.diagrams import figure  # noqa: PLC0415 - most texts have none

        drawn = figure(writer, token, info, given)
        if drawn is not None:
            writer.words[-2:] = []  # how it is written is nothing to be read
            writer.out.append(_as_tab(drawn, label, token.meta.get("tab", "alone")) if label else drawn)
            return index + 1
    notes = {number: str(item.attrs["id"]) for number, item in token.meta.get("notes", {}).items()}
    taken, new = token.meta.get("taken", frozenset()), token.meta.get("new", frozenset())
    company = Company(given, writer.labels.text, notes, taken, new, origin_of(token, writer.manner.repository))
    listing = writer.manner.listings.write(token.content, info, company, place, writer.findings.note)
    writer.anchors += listing.anchors
    html = listing.html
    if outputs := writer.text.outputs.get(id(token)):
        html += _apart(writer, outputs)
    writer.out.append(_as_tab(html, label, token.meta.get("tab", "alone")) if label else html)
    writer.certain = writer.certain and listing.certain
    return index + 1


def _apart(writer: Writer, tokens: Sequence[Token]) -> str:
    """Return blocks as HTML that stands with what is written next."""
    begin = len(writer.out)
    writer.blocks(tokens)
    html = "".join(writer.out[begin:])
    del writer.out[begin:]
    return html


def _assembled(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    """Write a file that steps built, folded."""
    token = tokens[index]
    last, findings = token.meta["last"], writer.findings

    def place(offset: int, length: int) -> Place:  # noqa: ARG001 - what is wrong with it stands nowhere else
        return writer.text.lines.in_info(last, 0, len(last.info))

    def note(rule: str, place: Place, message: str, hint: str = "") -> None:
        if rule != "unknown-language":  # the steps have told it
            findings.note(rule, place, message, hint)

    after_hidden(writer, tokens, index)
    title = writer.labels.text("whole_file", {"name": token.meta["name"]})
    info = Info(language=token.info, title=title, folded=True)
    company = Company({"dir": "ltr"} if writer.isolates else {}, writer.labels.text)
    listing = writer.manner.listings.write(token.content, info, company, place, note)
    writer.out.append(listing.html)
    writer.certain = writer.certain and listing.certain
    return index + 1


def _as_tab(html: str, label: str, where: str) -> str:
    """Return a listing as one of a group of tabs, in the words of `:::tabs`: what stands below a label."""
    begin = '<div class="tabs">\n' if where in {"first", "alone"} else ""
    end = "</div>\n" if where in {"last", "alone"} else ""
    return f'{begin}<div class="tab">\n<p class="title">{escape(label)}</p>\n{html}</div>\n{end}'


def _code(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    content = token.content
    writer.words += [content, "\n"]
    if writer.manner.strict:
        writer.out.append(f"<pre><code>{escape(content)}</code></pre>\n")
    else:
        given = writer.attributes(_isolated(writer, {**_with_class(token, "listing"), "data-language": "text"}))
        writer.out.append(
            f'<div{given}><pre tabindex="0"><code class="language-text">{escape(content)}</code></pre></div>\n'
        )
    return index + 1


def _html(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    if writer.more is None and token.level == 0 and MORE.fullmatch(token.content):
        writer.more = len(writer.out)
        if not writer.manner.strict:
            return index + 1
    writer.raw = True
    html, done = token.content, 0
    for begin, end in token.meta.get("unread", ()):
        writer.out += (raw(writer, html[done:begin], token, done), escape(html[begin:end]))
        done = end
    writer.out.append(raw(writer, html[done:] if done else html, token, done))
    return index + 1


def _formula(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    after_hidden(writer, tokens, index)
    given = writer.attributes(_isolated(writer, _with_class(tokens[index], "math")))
    writer.out.append(f'<div{given} tabindex="0">{writer.formulas[id(tokens[index])]}</div>\n')
    return index + 1


def _alert(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    after_hidden(writer, tokens, index)
    given = _with_class(token, f"alert alert-{token.info}")
    folds = token.tag == "details"
    if not folds:  # a <details> has a role of its own
        given["role"] = "note"
    writer.out.append(f"<{token.tag}{writer.attributes(given)}>")
    title = token.meta.get("title")
    if title:
        element = "summary" if folds else "p"
        title = writer.labels.get(title.lower(), title)
        writer.out.append(f'<{element} class="alert-title">{escape(title)}</{element}>\n')
    return index + 1


def _alert_title(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    folds = tokens[index - 1].tag == "details"
    return _title(writer, tokens, index, "summary" if folds else "p", ' class="alert-title"')


def _container(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    token = tokens[index]
    after_hidden(writer, tokens, index)
    writer.out.append(f"<{token.tag}{writer.attributes(token.attrs)}>\n")
    if token.type == "details_open" and tokens[index + 1].type != "details_title_open":
        writer.out.append(f"<summary>{escape(writer.labels.text('details'))}</summary>\n")
    return index + 1


def _container_title(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    return _title(writer, tokens, index, "p", ' class="title"')


def _details_title(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    return _title(writer, tokens, index, "summary", "")


def _figure_title(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    return _title(writer, tokens, index, "figcaption", "")


def _title(writer: Writer, tokens: Sequence[Token], index: int, element: str, attrs: str) -> int:
    """Write the title of an alert or a container, which is three tokens."""
    writer.out.append(f"<{element}{attrs}>")
    writer.inline(tokens[index + 1])
    writer.out.append(f"</{element}>\n")
    writer.words.append("\n")
    return index + 3


def _with_class(token: Token, name: str) -> dict[str, str | int | float]:
    """Return a token's attributes, with a class of ours before those that it is given."""
    given = dict(token.attrs)
    own = given.pop("class", "")
    return {"class": f"{name} {own}" if own else name, **given}


def _isolated(writer: Writer, given: Mapping[str, str | int | float]) -> Mapping[str, str | int | float]:
    """Return the attributes of code or of a formula, which runs from left to right in every language."""
    return {"dir": "ltr", **given} if writer.isolates else given


def _table(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    after_hidden(writer, tokens, index)
    given = writer.attributes(tokens[index].attrs)
    writer.out.append(f'<div class="table" tabindex="0"><table{given}>\n')
    return index + 1


def _table_end(writer: Writer, tokens: Sequence[Token], index: int) -> int:  # noqa: ARG001 - a form's signature
    writer.out.append("</table></div>\n")
    return index + 1


def _cell(writer: Writer, tokens: Sequence[Token], index: int) -> int:
    """Write the begin of a cell: how its column is aligned is a class, as it is for all that is aligned."""
    token = tokens[index]
    aligned = str(token.attrs.get("style", "")).removeprefix("text-align:")
    writer.out.append(f'<{token.tag} class="align-{aligned}">' if aligned else f"<{token.tag}>")
    return index + 1


def footnotes(writer: Writer) -> None:
    """Write the footnotes that are referred to, those of footnotes included."""
    shown = writer.text.shown_notes
    if not shown:
        return
    out = writer.out
    out.append(f'<section class="footnotes" aria-label="{escape(writer.labels.text("footnotes"))}"><ol>\n')
    for number, (label, marks) in enumerate(shown.items(), 1):
        writer.anchors.append(f"fn{number}")
        out.append(f'<li id="fn{number}">')
        writer.blocks(writer.text.notes[label])
        back = "".join(_back(writer, number, count) for count in range(1, marks + 1))
        if out[-1] == "</p>\n":
            out[-1:] = [back, "</p>\n"]
        else:
            out += ["<p>", back, "</p>\n"]
        out.append("</li>\n")
    out.append("</ol></section>\n")


def _back(writer: Writer, number: int, count: int) -> str:
    """Return the link from a footnote back to one of its marks."""
    name = f"{number}" if count == 1 else f"{number}-{count}"
    target = mark_name(number, count)
    label = escape(writer.labels.text("back_to_reference", {"name": name}))
    return f' <a class="footnote-backref" href="#{target}" aria-label="{label}">↩</a>'


FORMS: Final[Mapping[str, BlockForm]] = {
    "inline": _words,
    "paragraph_open": _paragraph,
    "heading_open": _heading,
    "fence": _fence,
    "assembled": _assembled,
    "code_block": _code,
    "html_block": _html,
    "math_block": _formula,
    "alert_open": _alert,
    "alert_title_open": _alert_title,
    "container_open": _container,
    "container_title_open": _container_title,
    "details_open": _container,
    "details_title_open": _details_title,
    "figure_open": _container,
    "figure_title_open": _figure_title,
    "table_open": _table,
    "table_close": _table_end,
    "th_open": _cell,
    "td_open": _cell,
    "list_item_open": tag,
}
"""The forms of block tokens, by their types; any other is written as its tag."""
