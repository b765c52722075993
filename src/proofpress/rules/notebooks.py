"""What can be wrong with a notebook: its file, and what its cells hold that no page can show."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _NotebookSyntax(Rule, frozen=True):
    def unreadable(self, reason: str, mend: str) -> Fault:
        """`reason` is what keeps it from being read."""
        return self.says(reason, mend or "save it anew in Jupyter")


class _UnshownOutput(Rule, frozen=True):
    def no_type(self, kinds: str) -> Fault:
        """Tell of an output that is in no type which a page shows; `kinds` are those that it has."""
        said = f"only as {kinds}" if kinds else "as nothing that is text or a picture"
        return self.says(
            f"this output is stored {said}, which no page shows",
            "show a picture or text in its place, or take it out with the tag 'remove-output'",
        )

    def damaged(self, kind: str) -> Fault:
        """Tell of a picture that is none, or that is a drawing in which something could run; `kind` is its type."""
        why = "something in it could run or be loaded" if kind.endswith("svg+xml") else "its bytes are no such picture"
        return self.says(f"this output is a picture ({kind}) that is left out: {why}, or it is damaged", "draw it anew")

    def object_only(self, what: str) -> Fault:
        """Tell of an output whose text names an object of Python and no more."""
        return self.says(
            f"this output is shown as '{what}': what it shows in Jupyter is HTML or script, which is left out",
            "show a picture or a table in its place, or take it out with the tag 'remove-output'",
        )

    def cut(self, characters: int, shown: int) -> Fault:
        """Tell of an output that is too long for a page."""
        return self.says(
            f"this output has {characters:,} characters, of which the first {shown:,} are shown",
            "print less, or take it out with the tag 'remove-output'",
        )

    def raw(self, kind: str) -> Fault:
        """Tell of a raw cell that is for another format."""
        return self.says(f"this raw cell is for {kind}, and is left out", "write it as a Markdown cell, or delete it")


NOTEBOOK_SYNTAX: Final = _NotebookSyntax("notebook-syntax", "error", "source", fixed=True)
UNSHOWN_OUTPUT: Final = _UnshownOutput("unshown-output", "warning", "text")
