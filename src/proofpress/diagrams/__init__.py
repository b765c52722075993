"""Diagrams: a fence of Mermaid or of Graphviz's DOT becomes an SVG that stands in the page, without a script.

`drawing.py` is the one door: it knows the programs that draw, the extra `diagrams`. What they give is made ours by `svg.py`:
their style sheet becomes attributes (`styling.py`), each colour gets its dark form (`colours.py`), ids become the diagram's
own, and what could run or load anything is left out.
"""
