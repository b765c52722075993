"""The measures of listings: what their style sheet says beside its colours (`stylesheet`).

A theme draws the box, its edges and its lines. Here is what makes the parts work that are written for a listing, in any
theme: the button, the prompts of a session that nobody selects, the indent at which a line that wraps goes on.
"""

from __future__ import annotations

from typing import Final

MAX_INDENT: Final = 40
"""Columns up to which a line that wraps goes on at its own indent."""

_SESSIONS: Final = """\
.session :is(.gp,.output){user-select:none;-webkit-user-select:none}
.listing :is(.copy,.note){-webkit-user-select:none;user-select:none}
"""

_COPY: Final = """\
.listing>.copy{position:absolute;inset-inline-end:calc(var(--edging,1rem) - .35rem);bottom:calc(100% - .15rem);width:1.5rem;height:1.5rem;\
margin:0;padding:0;border:0;background:none;color:var(--muted,inherit);cursor:pointer}
.listing>.copy:hover{color:var(--accent,inherit)}
.listing>.copy:before,.listing>.copy:after{content:"";position:absolute;width:.5rem;height:.6rem;border:1.5px solid;\
border-radius:2px}
.listing>.copy:before{top:.3rem;left:.35rem;border-width:1.5px 0 0 1.5px}
.listing>.copy:after{top:.5rem;left:.55rem}
.listing>.copy.done:before{content:none}
.listing>.copy.done:after{top:.3rem;left:.6rem;width:.35rem;height:.7rem;border-width:0 2px 2px 0;border-radius:0;\
rotate:45deg}
figure.listing>.copy{top:.45rem;bottom:auto;color:inherit}
.listing[data-language]:has(>.copy)::before{inset-inline-end:calc(var(--edging,1rem) + 1.5rem)}
figure.listing:has(>.copy)>figcaption{padding-inline-end:8.5rem}
.listing details:has(+.copy)>pre{padding-bottom:.9rem}
.said{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (pointer:coarse){.listing>.copy{padding:.65rem;margin:-.65rem;box-sizing:content-box}\
.listing>.copy:before,.listing>.copy:after{margin:.65rem}}
@media print{.listing>.copy{display:none}}
"""

_TERMINAL: Final = """\
.ansi-bold{font-weight:bold}
.ansi-italic{font-style:italic}
.ansi-underline{text-decoration:underline}
.ansi-strike{text-decoration:line-through}
"""

_NUMBERS: Final = """\
.listing .line:has(>.number)::before{content:none}
.listing .number{color:inherit;text-decoration:none}
.listing .number::before{content:attr(data-line);display:inline-block;min-width:2.5ch;margin-right:2ch;\
text-align:right;text-indent:0;user-select:none;-webkit-user-select:none}
.listing .number:is(:hover,:focus-visible)::before{text-decoration:underline}
.listing .line:target{scroll-margin-block:4rem}
"""

_NOTES: Final = """\
.listing .note{position:relative;min-width:1.25rem;height:1.25rem;margin:-.25rem 0 -.25rem 1ch;padding:0 .3rem;\
border:1px solid;border-radius:1rem;background:none;color:inherit;font:600 .75rem/1 var(--plain,sans-serif);\
vertical-align:middle;cursor:pointer}
.listing .note::after{content:"";position:absolute;inset:-.3rem}
.notes>[popover]{inset:auto;width:max-content;max-width:min(30rem,100vw - 2rem);box-sizing:border-box;\
margin:.35rem .5rem 0;padding:.6rem .9rem;border:1px solid var(--edge,currentcolor);border-radius:6px;\
background:var(--paper,Canvas);color:var(--ink,CanvasText);list-style:none;box-shadow:0 2px 12px #0003}
.notes>[popover]>:first-child{margin-top:0}
.notes>[popover]>:last-child{margin-bottom:0}
.notes:not(:has(>:not([popover]))){margin:0;padding:0}
@supports (position-area:bottom){.notes>[popover]{position-area:bottom span-right;\
position-try-fallbacks:bottom span-left,bottom span-all,top span-all}}
@media print{.notes,.notes:not(:has(>:not([popover]))){margin:1rem 0;padding-left:1.5rem}\
.notes>[popover]{display:list-item;position:static;padding:0;border:0;box-shadow:none;list-style:decimal}}
"""

_LABELS: Final = """\
.listing .label::before{content:attr(data-label);display:inline-block;margin-inline-start:2ch;padding:0 .5em;\
border:1px solid;border-radius:1rem;font:600 .75rem/1.4 var(--plain,sans-serif);text-indent:0;\
-webkit-user-select:none;user-select:none}
"""

_OUTPUT: Final = """\
.listing:has(+.output){margin-bottom:0;border-bottom-left-radius:0;border-bottom-right-radius:0}
.listing+.output{margin-top:0;border-top:0;border-top-left-radius:0;border-top-right-radius:0}
.listing+div.output:not([data-language="text"])::before,figure.listing+div.output::before{position:static;display:block;\
padding:.5rem var(--edging,1rem) 0}
.listing+.output>pre{padding-top:.3rem}
.listing+.output[data-language="error"]>pre{border-radius:0;border-inline-start-width:3px;border-inline-start-style:solid}
.listing+.output[data-language="error"] code{margin-inline-start:-3px}
.listing+.output>figcaption{padding-bottom:0;border-bottom:0;font-weight:400}
"""

_TABS: Final = """\
.tabs{margin-block:1.2rem}
.tabs>.tab>.title{margin:0;font:600 .875rem/1.6 var(--plain,sans-serif)}
.tabs>.tab>.listing{margin-top:0}
.tabs>.tab:last-child>:last-child{margin-bottom:0}
.tablist{display:flex;flex-wrap:wrap;padding-inline-end:7rem}
.tablist>[role=tab]{padding:.35rem .75rem;border:0;border-bottom:2px solid transparent;background:none;\
color:var(--muted,inherit);font:600 .875rem/1.6 var(--plain,sans-serif);cursor:pointer}
.tablist>[aria-selected=true]{border-color:currentcolor;color:var(--ink,inherit)}
@media (pointer:coarse){.tablist>[role=tab]{padding-block:.65rem}}
@media screen{.tablist~.tab>.title{display:none}}
@media print{.tablist{display:none}.tabs>.tab[hidden]{display:block}}
"""

PLAIN_LAYOUT: Final = _SESSIONS + _COPY + _OUTPUT
"""The measures that nearly every listing needs, as CSS, the same for every site."""

MORE_LAYOUT: Final = (
    _TERMINAL
    + _NUMBERS
    + _NOTES
    + _LABELS
    + _TABS
    + "".join(f".listing .indent-{columns}{{--indent:{columns}ch}}\n" for columns in range(1, MAX_INDENT + 1))
)
"""The measures of what few listings have: colours of a terminal, numbers with addresses, notes, labels, tabs, lines that wrap."""
