"""How a cell is to be shown: what its tags, its metadata and its `#|` lines say, in the words of Jupyter, Quarto and nbdev.

What runs code, such as `#| eval: false`, has no effect on what was stored, and is known; what nobody knows is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OPTION: Final = re.compile(r"[ \t]*(?:#|//|--|%%)\|[ \t]?(?P<text>.*)")
_PAIR: Final = re.compile(r"(?P<key>[A-Za-z][\w.-]*)[ \t]*:(?:[ \t]+(?P<value>.*))?")
_WORD: Final = re.compile(r"(?P<key>[A-Za-z_][\w-]*)(?:[ \t]+(?P<value>.*))?")
_MARK: Final = re.compile(
    r"#[ ]?(hide|hide_input|hide-input|hide_output|hide-output|collapse(?:[_-](?:hide|input|output))?)[ \t]*"
)
"""fastpages' and nbdev's first line of a cell."""

_TAGS: Final = {
    **dict.fromkeys(("remove-cell", "remove_cell", "removecell"), "remove"),
    **dict.fromkeys(("remove-input", "remove_input", "hide_input_remove"), "remove_input"),
    **dict.fromkeys(("remove-output", "remove_output"), "remove_output"),
    **dict.fromkeys(("hide-input", "hide_input", "collapse_input"), "hide_input"),
    **dict.fromkeys(("hide-output", "hide_output", "collapse_output"), "hide_output"),
    **dict.fromkeys(("hide-cell", "hide_cell"), "hide_cell"),
    "remove-stderr": "remove_stderr",
    "remove-stdout": "remove_stdout",
}
"""Tags as nbconvert, Jupyter Book and MyST have them; any other is its writer's own affair."""
_MARKS: Final = {
    "hide": "remove", "hide_input": "remove_input", "hide_output": "remove_output", "collapse": "hide_input",
    "collapse_hide": "hide_input", "collapse_input": "hide_input", "collapse_output": "hide_output",
}  # fmt: skip
_NBDEV: Final = {"hide": "remove", "hide_input": "remove_input", "hide_output": "remove_output"}
"""Words of nbdev behind `#|`, without a colon."""
_SILENT: Final = frozenset(
    {
        "eval", "error", "cache", "cache-vars", "dependson", "freeze", "message", "renderings", "fig-width", "fig-height",
        "fig-format", "fig-dpi", "fig-env", "fig-pos", "fig-scap", "fig-asp", "fig-responsive", "out-width", "out-height",
        "fig-align", "fig-link", "layout", "layout-ncol", "layout-nrow", "column", "classes", "tags", "code-overflow",
        "code-summary", "results", "comment", "prompt", "collapse", "strip-white", "tidy", "lst-label", "tbl-colwidths",
        "fig-column", "cap-location", "fig-cap-location", "tbl-cap-location", "html-table-processing", "panel", "execute",
        "autorun", "slideshow", "export", "exports", "exporti", "exec_doc", "default_exp", "default_cls_lvl", "cell_style",
        "code_style", "filter_stream", "skip_flags", "skip_showdoc", "parameters", "code-annotations", "id",
    }
)  # fmt: skip
"""Options that speak to what runs a notebook or lays out its pages."""
_SHOWN: Final = (
    "echo", "include", "output", "warning", "code-fold", "code-line-numbers", "filename", "label", "lst-cap", "fig-cap",
    "fig-alt", "tbl-cap", "fig-subcap",
)  # fmt: skip
"""Options that have an effect."""


class Slip(NamedTuple):
    """An option without an effect: the line of the cell from 0, its column, its word, and what to do."""

    line: int
    column: int
    word: str
    hint: str


class Manner(msgspec.Struct, kw_only=True):
    """How a cell is shown."""

    shows_code: bool = True
    shows_output: bool = True
    shows_stderr: bool = True
    shows_stdout: bool = True
    removed: bool = False
    folds_code: bool = False
    folds_output: bool = False
    numbered: bool = False
    as_markdown: bool = False
    """Whether what it prints is Markdown."""
    title: str = ""
    label: str = ""
    captions: tuple[str, ...] = ()
    table_caption: str = ""
    alternatives: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()

    def heed(self, word: str) -> None:
        """Do as a tag says, by its plain name."""
        match word:
            case "remove":
                self.removed = True
            case "remove_input":
                self.shows_code = False
            case "remove_output":
                self.shows_output = False
            case "remove_stderr":
                self.shows_stderr = False
            case "remove_stdout":
                self.shows_stdout = False
            case "hide_input":
                self.folds_code = True
            case "hide_output":
                self.folds_output = True
            case _:
                self.folds_code = self.folds_output = True

    def set(self, key: str, value: str, items: tuple[str, ...]) -> bool:
        """Do as an option says; tell whether it is one that has an effect, or is known to have none."""
        no = value.lower() in ("false", "no", "off")
        yes = value.lower() in ("true", "yes", "on")
        match key:
            case "echo":
                self.shows_code = not no
            case "include":
                self.removed = self.removed or no
            case "output":
                self.shows_output = not no
                self.as_markdown = value == "asis"
            case "warning":
                self.shows_stderr = not no
            case "code-fold":
                self.folds_code = yes
            case "code-line-numbers":
                self.numbered = not no
            case "filename" | "lst-cap":
                self.title = self.title or value
            case "label":
                self.label = value
            case "fig-cap" | "fig-subcap":
                self.captions = self.captions or items
            case "tbl-cap":
                self.table_caption = value
            case "fig-alt":
                self.alternatives = items
            case _:
                return key in _SILENT
        return True


def manner_of(tags: Iterable[str], metadata: dict[str, Any], lines: Sequence[str]) -> tuple[Manner, int]:
    """Return how a cell is shown, and how many of its first lines say so and are no code."""
    manner = Manner()
    for tag in tags:
        if word := _TAGS.get(tag.strip().lower()):
            manner.heed(word)
    _of_metadata(manner, metadata)
    first = next((line for line in lines if line.strip()), "")
    if mark := _MARK.fullmatch(first):
        manner.heed(_MARKS[mark[1].replace("-", "_")])
        at = lines.index(first) + 1
        return manner, at
    return manner, _of_lines(manner, lines)


def _of_metadata(manner: Manner, metadata: dict[str, Any]) -> None:
    jupyter = metadata.get("jupyter")
    if isinstance(jupyter, dict):
        manner.folds_code = manner.folds_code or jupyter.get("source_hidden") is True
        manner.folds_output = manner.folds_output or jupyter.get("outputs_hidden") is True
    if metadata.get("nbsphinx") == "hidden":
        manner.removed = True
    if metadata.get("hide_input") is True:
        manner.shows_code = False
    for holder in (metadata, metadata.get("mystnb"), metadata.get("render")):
        if not isinstance(holder, dict):
            continue
        image, figure = holder.get("image"), holder.get("figure")
        for one in (holder, image):
            if isinstance(one, dict) and isinstance(words := one.get("alt"), str) and words.strip():
                manner.alternatives = (words,)
        if isinstance(figure, dict) and isinstance(words := figure.get("caption"), str) and words.strip():
            manner.captions = (words,)


def _of_lines(manner: Manner, lines: Sequence[str]) -> int:
    """Read the options that a cell begins with; return how many lines they take."""
    found: list[tuple[int, int, str, list[str]]] = []
    slips: list[Slip] = []
    count = 0
    for number, line in enumerate(lines):
        option = _OPTION.fullmatch(line)
        if option is None:
            if line.strip() or not count:
                break
            count = number + 1
            continue
        count = number + 1
        text, column = option["text"], option.start("text") + 1
        pair = _PAIR.fullmatch(text)
        if pair is not None:
            found.append((number, column, pair["key"], [pair["value"] or ""]))
        elif found and (text.startswith((" ", "\t", "- ")) or not text.strip()):
            found[-1][3].append(text.strip())
        elif (word := _WORD.fullmatch(text.strip())) is not None and (word["key"] in _NBDEV or word["key"] in _SILENT):
            if word["key"] in _NBDEV:
                manner.heed(_NBDEV[word["key"]])
        else:
            slips.append(Slip(number, column, text.strip() or line, "an option reads: #| echo: false"))
    for number, column, key, values in found:
        if (
            not manner.set(key.lower().replace("_", "-"), _plain(" ".join(values)), _items(values))
            and key not in _SILENT
        ):
            slips.append(
                Slip(number, column, key, did_you_mean(key, _SHOWN) or "take it out, or write one that is known")
            )
    manner.slips = tuple(slips)
    return count


def _plain(value: str) -> str:
    """Return a value of YAML that is one line of text."""
    value = value.strip().removeprefix("|").removeprefix(">").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace('\\"', '"') if value[0] == '"' else value[1:-1].replace("''", "'")
    return value


def _items(values: Sequence[str]) -> tuple[str, ...]:
    """Return the items of a list, or the one value that is none."""
    first = values[0].strip()
    if first.startswith("[") and first.endswith("]"):
        return tuple(
            _plain(one) for one in re.findall(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^,\[\]]+", first[1:-1]) if one.strip(" ,")
        )
    if not first and len(values) > 1 and values[1].startswith("- "):
        return tuple(_plain(one.removeprefix("- ")) for one in values[1:] if one)
    return (_plain(" ".join(values)),)
