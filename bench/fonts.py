"""Make the theme's fonts, in templates/static/fonts/: subsets of three families under the SIL Open Font License 1.1.

They are made of what these packages bring, unpacked into one folder:

- from npm `@fontsource-variable/stix-two-text` 5 and `@fontsource-variable/source-code-pro` 5;
- from PyPI the wheel of `ziamath` 0.13, which has STIX Two Math whole. The fontsource form of it lacks `ssty`, the
  forms of letters for small sizes, without which an exponent is a shrunken letter and a prime stands too low.

    python bench/fonts.py FOLDER

needs fontTools and brotli. Source Code Pro has a Reserved Font Name, so what is made of it bears another name, within
and in fonts.css. The two others have none; their licences lie beside the fonts and are published with them.

The fonts of social cards, in src/proofpress/social/fonts/, are made of the same: all scripts of the text in one file, one
for each of two weights, and the signs of formulas; as TrueType, which is what draws them can read.
"""

from __future__ import annotations

import copy
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS: Final = Path(__file__).parents[1] / "templates" / "static" / "fonts"
CARDS: Final = Path(__file__).parents[1] / "src" / "proofpress" / "social" / "fonts"
WEIGHTS: Final = {"text": 400, "strong": 600}
"""Of the fonts of cards, by their names."""
TEXT: Final = "node_modules/@fontsource-variable/stix-two-text/files/stix-two-text-{}-wght-{}.woff2"
CODE: Final = "node_modules/@fontsource-variable/source-code-pro/files/source-code-pro-latin-wght-normal.woff2"
MATH: Final = "ziamath/fonts/STIXTwoMath-Regular.ttf"

LATIN_EXTENDED_A: Final = "U+0100-0131,U+0134-013E,U+0141-0148,U+014A-017E,U+0218-021B,U+1E9E"
FORMULAS: Final = (
    "U+0020-007E,U+00A0,U+00A7,U+00AC,U+00AF,U+00B1,U+00B4,U+00B7,U+00D7,U+00F7,"
    "U+0131,U+0237,U+02C6-02C7,U+02D8-02DA,U+02DC,U+0302,U+0338,U+20D7,"
    "U+0393-0394,U+0398,U+039B,U+039E,U+03A0,U+03A3,U+03A5-03A6,U+03A8-03A9,U+03D5,"
    "U+2009-200A,U+2016,U+2020-2021,U+2026,U+2032-2034,U+203E,U+2044,U+2061-2064,"
    "U+2102,U+210B-210E,U+2110-2113,U+2115,U+2118-211D,U+2124,U+212C,U+2130-2131,U+2133,"
    "U+2190-2195,U+21A6,U+21C0,U+21CC,U+21D0-21D4,"
    "U+2200,U+2202-2203,U+2205,U+2207-2209,U+220B,U+220F,U+2211-2213,U+2215,U+2217-2218,U+221A,U+221D-221E,"
    "U+2223,U+2225,U+2227-222B,U+222E,U+223C,U+2243,U+2245,U+2248,U+2254,U+2260-2261,U+2264-2265,U+226A-226B,U+227A-227B,"
    "U+2282-2283,U+2286-2287,U+2295,U+2297,U+2299,U+22A4-22A5,U+22C5,U+22EE-22EF,U+22F1,U+2308-230B,"
    "U+23DE-23DF,U+25A1,U+27E8-27E9,U+27F5-27F9,"
    "U+1D434-1D454,U+1D456-1D467,U+1D49C,U+1D49E-1D49F,U+1D4A2,U+1D4A5-1D4A6,U+1D4A9-1D4AC,U+1D4AE-1D4B5,"
    "U+1D538-1D539,U+1D53B-1D53E,U+1D540-1D544,U+1D546,U+1D54A-1D550,U+1D6FC-1D719"
)
"""What most formulas are made of: letters in italics, Greek, sets, calligraphic capitals, operators and brackets."""
SMALL: Final = (
    "U+002B,U+002D,U+0030-0039,U+003D,U+2032-2034,U+2057,U+2212,U+2217,U+D7,U+2020,U+22A4,"
    "U+1D434-1D454,U+1D456-1D467,U+210E,U+1D6FC-1D719"
)
"""What has a form of its own in exponents and indices: of the two that the font brings for each, the first."""
LETTERS: Final = (
    "U+1D400-1D433,U+1D468-1D49B,U+1D4D0-1D503,U+1D504-1D505,U+1D507-1D50A,U+1D50D-1D514,U+1D516-1D51C,U+1D51E-1D537,"
    "U+1D55C,U+1D5A0-1D5D3,U+1D6A8-1D6FA,U+1D7CE-1D7EB,U+212D,U+2128,U+210C,U+2111,U+211C"
)
"""Letters of more kinds: bold, Fraktur, sans serif."""


class Font(NamedTuple):
    """A font to be made: what of it is kept, and under which name."""

    name: str
    source: str
    features: tuple[str, ...]
    characters: str = "*"
    weights: tuple[int, int] | None = None
    called: str = ""
    """Its own name within, where the licence keeps the given one for the whole font."""


TEXT_FEATURES: Final = ("ccmp", "kern", "liga", "locl", "mark", "mkmk", "pnum", "lnum", "tnum")
SCRIPTS: Final = {
    "latin": "*",
    "latin-ext": LATIN_EXTENDED_A,
    "greek": "*",
    "cyrillic": "*",
    "vietnamese": "*",
}
EVERY: Final = (
    *(
        Font(f"text-{script}-{style}", TEXT.format(script, style), TEXT_FEATURES, characters)
        for style in ("normal", "italic")
        for script, characters in SCRIPTS.items()
    ),
    Font("code", CODE, ("ccmp", "mark"), weights=(400, 700), called="Proofpress Code"),
    Font("math", MATH, ("ssty", "dtls", "flac"), FORMULAS),
    Font("math-letters", MATH, ("dtls",), LETTERS),
)


def made(font: Font, folder: Path) -> TTFont:
    """Return a font's subset, read from what the packages brought."""
    whole = TTFont(folder / font.source, recalcTimestamp=False)
    _one_small_form(whole)
    _joined(whole)
    _narrow_roots(whole)
    options = subset.Options(
        layout_features=list(font.features),
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        name_languages=[0x409],
        drop_tables=["DSIG", "gasp", "STAT", "BASE"],
    )
    work = subset.Subsetter(options)
    work.populate(unicodes=_characters(font, whole))
    work.subset(whole)
    if font.weights is not None:
        whole = instancer.instantiateVariableFont(whole, {"wght": font.weights})
    if font.called:
        _rename(whole, font.called)
    return whole


def _one_small_form(whole: Any) -> None:
    """Leave of the forms for small sizes one for each character of SMALL, and give them to text of every script.

    The font has them for the script `math` alone, which no browser takes text for.
    """
    if "MATH" not in whole:
        return
    cmap = whole.getBestCmap()
    kept = {cmap[one] for one in subset.parse_unicodes(SMALL.replace("U+", "")) if one in cmap}
    table = whole["GSUB"].table
    places = {
        at
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "ssty"
        for at in record.Feature.LookupListIndex
    }
    for at in places:
        for part in table.LookupList.Lookup[at].SubTable:
            forms = getattr(part, "ExtSubTable", part)
            forms.alternates = {glyph: every[:1] for glyph, every in forms.alternates.items() if glyph in kept}
    scripts = table.ScriptList.ScriptRecord
    system = next(record.Script.DefaultLangSys for record in scripts if record.ScriptTag == "math")
    for record in scripts:
        record.Script.DefaultLangSys = copy.deepcopy(system)
        record.Script.LangSysRecord = []


def _joined(whole: Any) -> None:
    """Let the heads of arrows to the right join their shafts.

    The font has the lengths exchanged by which the two ends of such a head may overlap, so that nothing can join it on
    the left, and browsers leave the arrow as short as it is.
    """
    if "MATH" not in whole:
        return
    for construction in whole["MATH"].table.MathVariants.HorizGlyphConstruction:
        assembly = construction.GlyphAssembly
        head = assembly.PartRecords[-1] if assembly is not None else None
        if head is not None and not head.PartFlags and not head.StartConnectorLength:
            head.StartConnectorLength, head.EndConnectorLength = head.EndConnectorLength, 0


def _narrow_roots(whole: Any) -> None:
    """Make the taller forms of the root as wide as the smallest.

    A browser keeps as much room for a root of any height as for the widest form, before it knows which one is drawn
    (MathML Core, "preferred inline size of a glyph stretched along the block axis"); what is not filled stands as a
    gap behind each small root.
    """
    if "MATH" not in whole:
        return
    variants = whole["MATH"].table.MathVariants
    root = whole.getBestCmap().get(0x221A)
    if root is None or root not in variants.VertGlyphCoverage.glyphs:
        return
    construction = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    forms = {record.VariantGlyph for record in construction.MathGlyphVariantRecord}
    if construction.GlyphAssembly is not None:
        forms |= {part.glyph for part in construction.GlyphAssembly.PartRecords}
    width = whole["hmtx"][root][0]
    for name in forms:
        advance, bearing = whole["hmtx"][name]
        if advance > width:
            whole["glyf"][name].coordinates.scale((width / advance, 1))
            whole["glyf"][name].recalcBounds(whole["glyf"])
            whole["hmtx"][name] = width, round(bearing * width / advance)


def _characters(font: Font, whole: TTFont) -> list[int]:
    if font.characters == "*":
        return list(whole.getBestCmap())
    found: list[int] = subset.parse_unicodes(font.characters.replace("U+", ""))
    return found


def _rename(font: Any, name: str) -> None:
    """Give a font another name, in each place that a program shows to people."""
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = name
        elif record.nameID in (3, 6):
            record.string = name.replace(" ", "")


def of_cards(weight: int, folder: Path) -> TTFont:
    """Return the text's font of one weight with all its scripts, as cards are set in it."""
    with tempfile.TemporaryDirectory() as below:
        files = []
        for script, characters in SCRIPTS.items():
            part = made(Font(script, TEXT.format(script, "normal"), TEXT_FEATURES, characters), folder)
            part = instancer.instantiateVariableFont(part, {"wght": weight})
            part.flavor, part.recalcTimestamp = None, False
            files.append(str(Path(below) / f"{script}.ttf"))
            part.save(files[-1])
        whole = merge.Merger().merge(files)
        whole.recalcTimestamp = False
        whole["head"].modified = TTFont(files[0], recalcTimestamp=False)["head"].modified
        return whole


def signs(folder: Path) -> TTFont:
    """Return arrows and operators for titles, out of the font of formulas."""
    small = ",".join(
        one for one in FORMULAS.split(",") if "U+2009" <= one < "U+2FFF" and len(one.partition("-")[0]) == 6
    )
    whole = made(Font("signs", MATH, (), small), folder)
    del whole["MATH"]
    return whole


def main() -> None:
    """Make them all, and say how large each is."""
    folder = Path(sys.argv[1])
    CARDS.mkdir(parents=True, exist_ok=True)
    for name, weight in WEIGHTS.items():
        target = CARDS / f"{name}.ttf"
        of_cards(weight, folder).save(target)
        print(f"{target.stat().st_size:7,} {target.name}")
    target = CARDS / "signs.ttf"
    signs(folder).save(target)
    print(f"{target.stat().st_size:7,} {target.name}")
    FONTS.mkdir(parents=True, exist_ok=True)
    for font in EVERY:
        result = made(font, folder)
        result.flavor = "woff2"
        target = FONTS / f"{font.name}.woff2"
        result.save(target)
        print(f"{target.stat().st_size:7,} {target.name}")


if __name__ == "__main__":
    main()
