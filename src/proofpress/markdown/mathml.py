"""MathML that both its standards allow.

MathML Core puts `displaystyle` and `scriptlevel` on any element; MathML 3, which HTML checkers know, has them on
`mstyle` (and `displaystyle` on `math` and `mtable`). An `mstyle` around the element says the same in both.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"<(/?)(\w+)([^>]*)>")
_STYLES: Final = re.compile(r' (?:displaystyle|scriptlevel)="[^"]*"')
_ALLOWED: Final = {"mstyle": ("displaystyle", "scriptlevel"), "math": ("displaystyle",), "mtable": ("displaystyle",)}


def with_styles_apart(mathml: str) -> str:
    """Return MathML with each style attribute on an element that may bear it in MathML 3 as well as in Core.

    `mathml` is well-formed, without comments and self-closed elements, as the converter writes it.
    """
    if "scriptlevel=" not in mathml and "displaystyle=" not in mathml:
        return mathml
    out: list[str] = []
    closers: list[str] = []
    at = 0
    for tag in _TAG.finditer(mathml):
        out.append(mathml[at : tag.start()])
        at = tag.end()
        end, name, attributes = tag.groups()
        if end:
            out.append(closers.pop())
            continue
        moved = [a for a in _STYLES.findall(attributes) if a[1 : a.index("=")] not in _ALLOWED.get(name, ())]
        if attributes.endswith("/"):
            out.append(tag[0])
        elif not moved:
            out.append(tag[0])
            closers.append(f"</{name}>")
        elif name == "mrow":
            out.append(f"<mstyle{attributes}>")
            closers.append("</mstyle>")
        else:
            for attribute in moved:
                attributes = attributes.replace(attribute, "")
            out.append(f"<mstyle{''.join(moved)}><{name}{attributes}>")
            closers.append(f"</{name}></mstyle>")
    return "".join([*out, mathml[at:]])
