"""The door to what draws: what comes through it is ours, and what is wrong is told where it is written."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofpress.diagrams.colours import both
from proofpress.diagrams.drawing import Flaw, draw
from proofpress.diagrams.styling import styled
from proofpress.diagrams.svg import Drawing, ours
from proofpress.listings.stylesheet import contrast

pytest.importorskip("merman", reason="merman has no wheel for this machine")

MERMAID = {
    "flowchart": "flowchart LR\n  a[One] -->|then| b{Two}\n  click a 'https://a.example/'\n  classDef hot fill:#f96\n  class b hot\n",
    "sequence": "sequenceDiagram\n  A->>+B: hello\n  B-->>-A: hello\n  Note over A,B: both\n",
    "class": "classDiagram\n  class A {\n    +run() int\n  }\n  A <|-- B\n",
    "state": "stateDiagram-v2\n  [*] --> Idle\n  Idle --> [*] : done\n",
    "entities": "erDiagram\n  A ||--o{ B : has\n",
    "pie": 'pie title Parts\n  "a" : 2\n  "b" : 1\n',
    "git": "gitGraph\n  commit\n  branch b\n  commit\n",
    "mind map": "mindmap\n  root((Site))\n    Posts\n",
    "timeline": "timeline\n  2006 : CUDA\n",
    "quadrants": "quadrantChart\n  x-axis Low --> High\n  A: [0.3, 0.8]\n",
}


D2 = """direction: right
client: Browser
client -> cache: asks {style.stroke-dash: 3}
cache: Cache {shape: cylinder; style.fill: "#f4a261"}
cache -> worker.pool
worker: Worker {pool}
users: {
  shape: sql_table
  id: int {constraint: primary_key}
}
manual: Manual {link: https://a.example/}
"""


def drawn(kind: str, source: str) -> Drawing:
    found = draw(kind, source)
    assert isinstance(found, Drawing), found
    return found


@pytest.mark.parametrize("name", MERMAID)
def test_every_kind_is_drawn_with_plain_attributes_that_follow_light_and_dark(name: str) -> None:
    svg = drawn("mermaid", MERMAID[name]).svg
    root = ET.fromstring(svg)
    assert not re.search(r"<(?:style|script|foreignObject|image|filter)\b|\s(?:style|class|on\w+)=|font-family", svg)
    words = "".join(root.itertext())
    assert all(
        word in words
        for word in re.findall(r"One|then|Two|hello|both|run|Idle|done|has|Parts|Site|Posts|CUDA", MERMAID[name])
    )
    written = re.findall(r'(?:fill|stroke|stop-color)="([^"]*)"', svg)
    assert {one.partition("(")[0] for one in written} <= {"light-dark", "currentColor", "none", "url", "inherit"}
    assert drawn("mermaid", MERMAID[name]).svg == svg


def test_d2_is_drawn_in_the_same_way_and_on_no_ground_of_its_own() -> None:
    found = drawn("d2", D2)
    words = "".join(ET.fromstring(found.svg).itertext())
    assert all(word in words for word in ("Browser", "asks", "Cache", "Worker", "pool", "users", "int", "PK", "Manual"))
    assert not re.search(
        r"<(?:style|script|image|foreignObject)\b|\s(?:style|class|on\w+)=|font-family|@font-face", found.svg
    )
    assert 'href="https://a.example/"' in found.svg
    plain = re.sub(r"<mask.*?</mask>", "", found.svg)
    written = re.findall(r'(?:fill|stroke)="([^"]*)"', plain)
    assert {one.partition("(")[0] for one in written} <= {"light-dark", "currentColor", "none", "inherit"}
    assert set(re.findall(r'fill="([^"]*)"', "".join(re.findall(r"<mask.*?</mask>", found.svg)))) == {"white", "black"}
    assert f'width="{found.width}" height="{found.height}" fill="light-dark' not in plain
    assert drawn("d2", D2).svg == found.svg


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("a -> b\nb: {\n", 2, 4, "maps must be terminated with }"),
        ("a\nb -> \n", 2, 1, "connection missing destination"),
        ("a\n...@../other\n", 2, 1, "other files and pictures are not read here"),
        ('a: {\n  b: @"/etc/other"\n}\n', 2, 4, "other files and pictures are not read here"),
        ("a: {icon: /etc/hostname}\n", 1, 5, "other files and pictures are not read here"),
        ("a.icon: https://a.example/a.svg\n", 1, 3, "other files and pictures are not read here"),
        ("a: { i\\con: /etc/hostname }\n", 1, 6, "other files and pictures are not read here"),
        ("a\nb: |md\n  # Title\n|\n", 2, 4, "formatted text is not drawn here"),
    ],
)
def test_of_d2_an_error_is_told_where_it_is_and_so_is_what_would_read_another_file(
    source: str, line: int, column: int, said: str
) -> None:
    found = draw("d2", source)
    assert isinstance(found, Flaw)
    assert (found.line, found.column, found.message) == (line, column, said)


def test_ids_are_a_diagrams_own() -> None:
    one, other = (drawn("mermaid", MERMAID[name]).svg for name in ("flowchart", "sequence"))
    ids = [set(re.findall(r' id="([^"]*)"', svg)) for svg in (one, other)]
    assert all(ids)
    assert ids[0].isdisjoint(ids[1])
    for svg, own in zip((one, other), ids, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^)"]*)', svg)) <= own


def test_the_same_diagram_twice_on_a_page_has_two_sets_of_ids() -> None:
    one, other = (draw("mermaid", MERMAID["flowchart"], before) for before in (0, 1))
    assert isinstance(one, Drawing)
    assert isinstance(other, Drawing)
    ids = [set(re.findall(r' id="([^"]*)"', found.svg)) for found in (one, other)]
    assert len(ids[0]) == len(ids[1]) > 0
    assert ids[0].isdisjoint(ids[1])


@pytest.mark.parametrize(
    ("kind", "source", "line", "column", "said"),
    [
        ("mermaid", "flowchart LR\n  A --> B\n  B{{{ --> C\n", 3, 4, "unterminated node label"),
        ("mermaid", "sequenceDiagram\n  A->>B: hi\n  A->>\n", 3, 7, "unexpected"),
        ("mermaid", "nonsense\n", 1, 1, "no Mermaid diagram"),
        ("dot", "digraph {\n  a -> -> b\n}\n", 2, 1, "syntax error near '->'"),
        ("dot", "digraph {\n  a\n", 3, 1, "syntax error"),
        ("dot", " \n", 1, 1, "is empty"),
    ],
)
def test_an_error_is_told_where_it_is(kind: str, source: str, line: int, column: int, said: str) -> None:
    found = draw(kind, source)
    assert isinstance(found, Flaw)
    assert (found.line, found.column) == (line, column)
    assert said in found.message


CLASSES = "classDiagram\n  class A {\n    +aLongNameOfAMember(first int, second int) bool\n    +größe() int\n    +大きさ() int\n  }\n"
BOARD = "kanban\n  a[To do]\n    b[AnUnbreakableNameThatIsBroaderThanItsCard]\n"


def texts(svg: str) -> dict[str, dict[str, str]]:
    """Return the attributes of each text of a diagram, by its words; `room` is the width of the label around it."""
    found: dict[str, dict[str, str]] = {}

    def walk(element: ET.Element, room: str) -> None:
        for child in element:
            if child.tag == "text":
                found[" ".join("".join(child.itertext()).split())] = {**child.attrib, "room": room}
            walk(child, child.get("width", "") if child.tag == "svg" else room)

    walk(ET.fromstring(svg), "")
    return found


def test_words_keep_the_room_that_was_measured_for_them_in_whichever_font() -> None:
    said = texts(drawn("mermaid", CLASSES).svg)
    for words in ("+aLongNameOfAMember(first int, second int) : bool", "+größe() : int"):
        assert float(said[words]["textLength"]) <= float(said[words]["room"]) + 6
        assert said[words]["lengthAdjust"] == "spacingAndGlyphs"
        assert said[words]["font-size"] == "15"
    assert "textLength" not in said["+大きさ() : int"]


def test_a_word_that_is_broader_than_its_box_is_made_smaller() -> None:
    said = texts(drawn("mermaid", BOARD).svg)
    word = said["AnUnbreakableNameThatIsBroaderThanItsCard"]
    assert 9 <= float(word["font-size"]) < 12
    assert float(word["textLength"]) <= float(word["room"]) + 20
    assert said["To do"]["font-size"] == "15"


def test_words_that_are_measured_otherwise_than_in_pixels_are_let_be() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text font-size="4ex">A title</text><text>Seven words</text></svg>'
    said = texts(ours(svg, "d-").svg)
    assert "textLength" not in said["A title"]
    assert "textLength" in said["Seven words"]


def test_a_diagram_is_wide_enough_for_the_words_at_its_sides() -> None:
    svg = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 90">
    <g transform="translate(20, 9)" text-anchor="end" font-size="10"><text>Beyond the left</text></g>
    <text x="190" y="9" font-size="10">Beyond the right</text><g transform="rotate(45)"><text x="900">Turned away</text></g>
    <defs><text x="-900">Not drawn here</text></defs></svg>"""
    found = ours(svg, "d-")
    left, top, width, height = (float(one) for one in ET.fromstring(found.svg).attrib["viewBox"].split())
    assert (top, height) == (0, 90)
    assert -50 <= left < -30
    assert 240 < left + width <= 250
    assert found.width == -(-width // 1)


def test_a_milestone_is_turned_and_the_curves_of_a_radar_are_seen() -> None:
    plan = "gantt\n  dateFormat YYYY-MM-DD\n  A : a, 2026-01-01, 9d\n  Done :milestone, m, after a, 0d\n"
    assert (
        len(
            re.findall(
                r'<rect [^>]*transform="translate\([^"]*\) rotate\(45\) scale\(0.8\)', drawn("mermaid", plan).svg
            )
        )
        == 1
    )
    radar = 'radar-beta\n  axis a["A"], b["B"], c["C"]\n  curve d["D"]{1, 2, 3}\n  curve e["E"]{3, 2, 1}\n'
    lines = re.findall(r'<path d="M[^>]*stroke="light-dark\((#\w+), (#\w+)\)', drawn("mermaid", radar).svg)
    assert len(set(lines)) == 2
    assert all(contrast(light, "#ffffff") > 3 and contrast(dark, "#16181b") > 3 for light, dark in lines)


def test_the_title_of_a_radar_stands_below_the_edge_of_its_picture() -> None:
    radar = 'radar-beta\n  title Skills\n  axis a["A"], b["B"], c["C"]\n  curve d["D"]{1, 2, 3}\n'
    svg = drawn("mermaid", radar).svg
    assert re.search(r'<text [^>]*dominant-baseline="text-before-edge"[^>]*>Skills<', svg)


def test_the_white_words_of_c4_can_be_read_in_light_and_dark() -> None:
    kinds = ("Person", "System", "System_Ext", "Person_Ext", "Container", "Container_Ext", "Component", "Component_Ext")
    inside = "\n".join(f'  {kind}(n{number}, "Words")' for number, kind in enumerate(kinds))
    svg = drawn("mermaid", f"C4Component\n{inside}\n").svg
    grounds = re.findall(r'<rect [^>]*fill="light-dark\((#\w{6}), (#\w{6})\)"', svg)
    ((light, dark),) = set(re.findall(r'<text [^>]*fill="light-dark\((#f\w{5}), (#\w{6})\)"', svg))
    assert len(grounds) == len(kinds)
    assert all(contrast(light, own) >= 4.5 and contrast(dark, other) >= 4.5 for own, other in grounds)


def test_words_for_those_who_do_not_see_it_are_taken_from_the_diagram() -> None:
    found = drawn("mermaid", "flowchart LR\n  accTitle: The way\n  accDescr: From a to b\n  a --> b\n")
    assert (found.title, found.description) == ("The way", "From a to b")


def test_a_graph_has_no_ground_of_its_own_and_reads_no_file() -> None:
    svg = drawn(
        "dot", 'digraph { a [image="/etc/passwd", URL="javascript:alert(1)"]; a -> b [URL="https://b.example/"] }'
    ).svg
    assert "passwd" not in svg
    assert "javascript" not in svg
    assert 'href="https://b.example/"' in svg
    assert "<polygon" in svg
    assert "#ffffff" not in svg


def test_what_could_run_or_load_is_left_out() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="a()"><script>a()</script>'
        '<foreignObject><p>x</p></foreignObject><image href="https://x.example/a.png"/><g onclick="a()">'
        '<a href="java&#10;script:a()"><text>kept &lt;b&gt;</text></a><rect width="1" height="1" fill="url(https://x)"/></g></svg>'
    )
    found = ours(svg, "p-").svg
    assert found == (
        '<svg viewBox="0 0 11.25 9" width="12" height="9" fill="currentColor"><g><g>'
        '<text textLength="55.5" lengthAdjust="spacingAndGlyphs">kept &lt;b&gt;</text></g>'
        '<rect width="1" height="1"></rect></g></svg>'
    )


def test_the_heavier_rule_wins_and_of_equals_the_later_one() -> None:
    root = ET.fromstring(
        '<svg id="d"><g class="node hot"><rect/><rect style="fill: #006"/></g><text data-k="v"/></svg>'
    )
    sheet = (
        "#d .node rect{fill:#001} .node > rect{fill:#002;stroke:#003!important} #d rect{stroke:#004}"
        "rect:hover{fill:#005} @keyframes x{from{fill:#007}to{fill:#008}} [data-k='v']:not(.x){fill:#009}"
        ".node rect:nth-of-type(2){opacity:.5}"
    )
    found = [styled(root, sheet)[element] for element in root.iter()][2:]
    assert found == [
        {"fill": "#001", "stroke": "#003"},
        {"fill": "#006", "stroke": "#003", "opacity": ".5"},
        {"fill": "#009"},
    ]


@given(st.integers(0, 0xFFFFFF))
def test_a_colour_and_ink_that_could_be_told_apart_still_can_in_dark(number: int) -> None:
    light, dark = re.findall(r"#[0-9a-f]{6}", both(f"#{number:06x}")) or ("#000000", "#ffffff")
    assert light in (f"#{number:06x}", "#000000")
    if contrast(light, "#1b1e22") >= 7:
        assert contrast(dark, "#dde1e6") >= 4.5


def test_colours_are_read_as_css_writes_them() -> None:
    assert both("#1b1e22") == "currentColor"
    assert both("white").startswith("light-dark(#ffffff, ")
    assert both("rgba(232, 232, 232, 0.8)").startswith("light-dark(#e8e8e8cc, ")
    assert both("hsl(80, 100%, 96%)") == both("#f8ffeb")
    assert (both("transparent"), both("inherit"), both("none")) == ("none", "inherit", "none")
