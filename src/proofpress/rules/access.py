"""What keeps readers out: images and links whose words tell nothing to who does not see the page, words whose language is not said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.rule import TextRule, once_each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from proofpress.model import Place
    from proofpress.rules.prose import Tag, Text
    from proofpress.rules.rule import Fault, Found

_FILE: Final = re.compile(r"[\w .()-]+\.(?:png|jpe?g|gif|svg|webp|avif|bmp)", re.IGNORECASE)
_SAYS_NOTHING: Final = frozenset(
    {"image", "img", "picture", "photo", "screenshot", "alt text", "alt", "figure", "untitled"}
)


class _NoAlternative(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first image without words for it, and the first with a file's name in their place."""
        yield from once_each(self._written(text)) if "![" in text.source else ()
        if "<img" in text.source or "<IMG" in text.source:
            fault = self.says(
                "this image has no words for who does not see it",
                'write what it shows into the tag: alt="…"; alt="" where it shows nothing that matters',
            )
            yield from once_each((fault, place) for place in _wordless(text.tags))

    def _written(self, text: Text) -> Found:
        missing = self.says(
            "this image has no words for who does not see it", "write between the brackets what it shows: '![…](…)'"
        )
        empty = self.says(
            "the words of this image say nothing of what it shows",
            "write between the brackets what it shows: '![…](…)'",
        )
        images = [link for link in text.links if link.image]
        for link in images:
            words = link.text.strip()
            if not words or _FILE.fullmatch(words) or words.casefold() in _SAYS_NOTHING:
                yield (missing if not words else empty), link.place

    def of_listing(self) -> Fault:
        """Tell of a picture that a listing draws when it is run."""
        return self.says(
            "the picture that this listing draws has no words for who does not see it",
            'write behind its language what it shows: alt="…"',
        )


_HAS_WORDS: Final = lazy(
    r"(?<![\w-])(?:alt|title|aria-label|aria-labelledby|hidden)(?![\w-])"
    r"|\baria-hidden\s*=\s*[\"']?true|\brole\s*=\s*[\"']?(?:presentation|none)\b|\b(?:width|height)\s*=\s*[\"']?[01]\b",
    re.IGNORECASE,
)
"""What says what an image in raw HTML shows, or that nobody is to see it."""


def _wordless(tags: Sequence[Tag]) -> Iterator[Place]:
    """Give the places of the images in raw HTML without words; within a figure, its caption may have them."""
    figures = 0
    for tag in tags:
        if tag.name == "figure":
            figures = max(0, figures + (-1 if tag.closing else 1))
        elif tag.name == "img" and tag.known and not figures and not _HAS_WORDS.search(tag.attributes):
            yield tag.place


_VAGUE: Final = frozenset({"here", "click here", "this link", "link", "read more", "more", "click", "this page"})


class _VagueLink(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give the first link whose words do not tell where it leads."""
        if "](" not in text.source and "][" not in text.source:
            return ()
        fault = self.says(
            "out of its sentence, as a list of links shows it, this link does not tell where it leads",
            "make the link of the words that name what is there",
        )
        return once_each(
            (fault, link.place)
            for link in text.links
            if not link.image
            and (words := link.text.strip(" .").casefold()) in _VAGUE
            and f"/{words}." not in link.href
        )


_SCRIPTS: Final[dict[str, tuple[re.Pattern[str], int, str]]] = {
    "Latin": (lazy(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]"), 0, ""),
    "Greek": (lazy(r"[\u0370-\u03ff\u1f00-\u1fff]"), 20, "el"),
    "Cyrillic": (lazy(r"[\u0400-\u052f]"), 20, "ru"),
    "Hebrew": (lazy(r"[\u0590-\u05ff]"), 20, "he"),
    "Arabic": (lazy(r"[\u0600-\u06ff\u0750-\u077f]"), 20, "ar"),
    "Devanagari": (lazy(r"[\u0900-\u097f]"), 20, "hi"),
    "Thai": (lazy(r"[\u0e00-\u0e7f]"), 20, "th"),
    "Korean": (lazy(r"[\uac00-\ud7a3]"), 12, "ko"),
    "Chinese or Japanese": (lazy(r"[\u3040-\u30ff\u3400-\u9fff]"), 12, "zh"),
}
"""By name, the letters of a script, how many of them are words for sure, and a language that is written in it.

In Latin letters names stand in any text, and so does code; they are never told.
"""
_NOT_LATIN: Final = lazy(r"[\u0370-\u1dff\u1f00-\u1fff\u3040-\u9fff\uac00-\ud7a3]{2}")
_MAIN: Final = 0.6
"""The part of a text's letters that makes it one of a script: what quotes others at length still is."""
_MOST: Final = 0.9
"""The part of a paragraph's letters that does."""
_SAYS_LANGUAGE: Final = lazy(r"\blang\s*=", re.IGNORECASE)


class _UnsaidLanguage(TextRule, frozen=True):
    def check(self, text: Text) -> Found:
        """Give each paragraph and heading in another script than the whole text is in, where nothing says its language."""
        if text.source.isascii() or not _has_others(text.source) or not _NOT_LATIN.search(text.source):
            return
        main = _script(text.plain, _MAIN)
        if not main or any(_SAYS_LANGUAGE.search(tag.attributes) for tag in text.tags):
            return
        for run in text.runs:
            if run.kind not in {"paragraph", "heading"} or run.plain.isascii():
                continue
            script = _script(run.plain, _MOST)
            if script in {"", "Latin", main} or run.language:
                continue
            letters, least, language = _SCRIPTS[script]
            if len(letters.findall(run.plain)) >= least:
                first = run.written.partition("\n")[0]
                yield self._fault(script, main, language), run.written_place(0, len(first))

    def _fault(self, script: str, main: str, language: str) -> Fault:
        return self.says(
            f"these words are {script} in a text that is {main}, and are read out as if they were of its language",
            f"say which language it is, on the line below or at the end of a heading: '{{lang={language}}}', for example",
        )


_OTHERS: Final = bytes({*range(0xCD, 0xE2), *range(0xE3, 0xEE)})
"""What a letter that `_NOT_LATIN` has begins with in UTF-8."""
_NO_OTHERS: Final = bytes(set(range(256)) - set(_OTHERS))


def _has_others(source: str) -> bool:
    """Tell whether there may be letters that are not Latin: quicker than to look for them."""
    return bool(source.encode("utf-8", "replace").translate(None, _NO_OTHERS))


def _script(words: str, part: float) -> str:
    """Return the script that at least a part of the letters of some words are of; empty where none is."""
    counts = {name: len(letters.findall(words)) for name, (letters, *_) in _SCRIPTS.items()}
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] and counts[most] >= part * sum(counts.values()) else ""


NO_ALTERNATIVE: Final = _NoAlternative("no-alternative", "warning", "text", checked=True, precision=(46, 46))
VAGUE_LINK: Final = _VagueLink("vague-link", "warning", "text", checked=True, precision=(25, 25))
UNSAID_LANGUAGE: Final = _UnsaidLanguage("unsaid-language", "warning", "text", checked=True)
