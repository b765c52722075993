"""Social cards: the picture by which a page is shown where it is linked to, drawn from its title by resvg.

`fonts.py` reads what a font says of its letters, `fitting.py` puts words into lines that fit, and `drawing.py` is the one
door to resvg, the extra `cards`. Who draws none imports none of it. A `Card` of `model.py` is another thing: what the
site may know of a page.
"""
