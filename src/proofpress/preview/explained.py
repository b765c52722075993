"""The pages below /_proofpress/explain/: what a rule means, as `proofpress explain` prints it, for a browser.

Of Markdown they know what the pages of rules are written in, which is little: headings, paragraphs, lists, fences and code.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

from proofpress.preview.shown import PREFIX
from proofpress.rules.explanation import explanation
from proofpress.rules.registry import registry

_BLOCK: Final = re.compile(
    r"^(`{3,})([^`\n]*)\n(.*?)^\1$|^(#+) ([^\n]+)$|((?:^(?!`{3}|#)[^\n]+\n?)+)", re.MULTILINE | re.DOTALL
)
_CODE: Final = re.compile(r"`([^`]+)`")
_FILE: Final = re.compile(r'file="([^"]+)"')


def explained(rule: str) -> str | None:
    """Return the page of a rule; None where there is no such rule."""
    known = registry().get(rule)
    if known is None:
        return None
    text = explanation(known).text
    return (
        '<!doctype html>\n<html lang="en" class="report">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(rule)} · Proofpress</title>\n"
        '<link rel="icon" href="data:,">\n'
        f'<link rel="stylesheet" href="{PREFIX}preview.css">\n</head>\n<body>\n'
        f'<header class="top"><p class="brand"><a href="{PREFIX}">Proofpress</a></p></header>\n<main class="explained">\n'
        f"{''.join(_block(found) for found in _BLOCK.finditer(text))}</main>\n</body>\n</html>\n"
    )


def _block(found: re.Match[str]) -> str:
    _fence, info, code, marks, heading, words = found.groups()
    if code is not None:
        file = _FILE.search(info)
        label = f"<p><code>{escape(file[1])}</code></p>\n" if file else ""
        return f'{label}<pre tabindex="0" role="group" aria-label="{escape(file[1]) if file else "Report"}">{escape(code)}</pre>\n'
    if heading is not None:
        return f"<h{len(marks)}>{_inline(heading)}</h{len(marks)}>\n"
    if words.startswith("- "):
        items = (_inline(" ".join(item.split())) for item in re.split(r"^- ", words, flags=re.MULTILINE)[1:])
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>\n"
    return f"<p>{_inline(' '.join(words.split()))}</p>\n"


def _inline(words: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(words, quote=False))
