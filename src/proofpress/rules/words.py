"""What can be wrong with the words of the theme in a site's language, and with a site's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import WHOLE_FILE, Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proofpress.model import Place


class _WordsError(Rule, frozen=True):
    @property
    def whole(self) -> Place:
        """Where a fault stands that is of the file's name."""
        return WHOLE_FILE

    def misnamed(self) -> Fault:
        return self.says("a file of words is named after its language", "rename it, such as words/de.yaml")

    def unfilled(self, key: str, name: str, known: Sequence[str], mend: str) -> Fault:
        """`known` are the values that are filled in."""
        others = f"it is given {', '.join(f'{{{one}}}' for one in known)}" if known else "write it without braces"
        return self.says(f"nothing fills in '{{{name}}}' in '{key}'", mend or others)

    def no_category(self, category: str, language: str, known: Sequence[str]) -> Fault:
        return self.says(
            f"'{category}' is no category of plural that '{language}' has", f"its categories are {', '.join(known)}"
        )

    def without_other(self, key: str) -> Fault:
        return self.says(f"'{key}' has no form 'other', which numbers have that no other form is for", "add it")


class _UnknownWord(Rule, frozen=True):
    def asked_by_none(self, key: str, mend: str) -> Fault:
        return self.says(
            f"no page has a word '{key}'", mend or f"a template of yours may write it: {{{{ words.{key} }}}}"
        )


class _SameLanguage(Rule, frozen=True):
    def of_both(self, path: str) -> Fault:
        return self.says(
            f"'{path}' is in the language of this page, so it is no translation of it",
            "write 'language:' into its front matter, such as 'language: de'",
        )


class _NoWords(Rule, frozen=True):
    def language(self, tag: str) -> Fault:
        return self.says(
            f"there are no words for '{tag}' yet, so that what its pages say by themselves is English",
            f"write words/{tag}.yaml: docs/templates.md tells how",
        )

    def partly(self, tag: str, missing: Sequence[str]) -> Fault:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        named = ", ".join(f"'{key}'" for key in missing[:3])
        return self.says(f"these words for '{tag}' are missing, and stay English: {named}{more}", "add them")


WORDS_ERROR: Final = _WordsError("words-error", "error", "source")
UNKNOWN_WORD: Final = _UnknownWord("unknown-word", "warning", "site")
SAME_LANGUAGE: Final = _SameLanguage("same-language", "warning", "site")
NO_WORDS: Final = _NoWords("no-words", "warning", "site")
