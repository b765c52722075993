"""The measures of listings: what their style sheet says beside its colours (`stylesheet`).

A theme draws the box, its edges and its lines. Here is what makes the parts work that are written for a listing, in any
theme: the button, the prompts of a session that nobody selects, the indent at which a line that wraps goes on.
"""

from __future__ import annotations

from typing import Final

MAX_INDENT: Final = 40
"""Columns up to which a line that wraps goes on at its own indent."""

_SESSIONS: Final = """\
.listing :is(.gp,.output){user-select:none;-webkit-user-select:none}
.listing :is(.copy,.note){-webkit-user-select:none;user-select:none}
"""

_COPY: Final = """\
.listing>.copy{position:absolute;right:calc(var(--edging,1rem) - .35rem);bottom:calc(100% - .15rem);width:1.5rem;height:1.5rem;\
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
.listing[data-language]:has(>.copy)::before{right:calc(var(--edging,1rem) + 1.5rem)}
figure.listing:has(>.copy)>figcaption{padding-right:8.5rem}
.listing details:has(+.copy)>pre{padding-bottom:.9rem}
.said{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (pointer:coarse){.listing>.copy{padding:.65rem;margin:-.65rem;box-sizing:content-box}\
.listing>.copy:before,.listing>.copy:after{margin:.65rem}}
@media print{.listing>.copy{display:none}}
"""

LAYOUT: Final = (
    _SESSIONS
    + _COPY
    + "".join(f".listing .indent-{columns}{{--indent:{columns}ch}}\n" for columns in range(1, MAX_INDENT + 1))
)
"""The measures as CSS, the same for every site."""
