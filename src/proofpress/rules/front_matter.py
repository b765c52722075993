"""What can be wrong with what a post says of itself: the keys above its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, Rule, replacing

if TYPE_CHECKING:
    from proofpress.model import Place
    from proofpress.problems import Problem


class _FrontMatterNotClosed(Rule, frozen=True):
    def never(self, fence: str) -> Fault:
        return self.says("front matter begins here and never ends", f"write a line '{fence}' after its last key")

    def by_more(self, path: str, place: Place, written: str, fence: str, unseen: str = "") -> Problem:
        """Tell of a closing line that is taken for a fence, and isn't as it is written; the mend makes it so.

        It has more than three marks, or a character that is not seen: `unseen` is its name.
        """
        marks = _marks(fence)
        message = (
            f"this line has the character {unseen}, which is not seen; front matter is closed by exactly three {marks}"
            if unseen
            else f"this line has {len(written)} {marks}; front matter is closed by exactly three"
        )
        edit = replacing(path, place, written, fence, safe=True)
        return self.says(message, f"write '{fence}'").at(path, place, edits=[edit])


class _MisplacedFrontMatter(Rule, frozen=True):
    def behind(self, before: str, fence: str) -> Fault:
        """`before` is what stands above the front matter, or before it on its line."""
        return self.says(
            f"front matter begins on the first line of a file, and here {before} stands before it",
            f"delete what stands before '{fence}'",
        )

    def with_more(self, written: str, fence: str) -> Fault:
        """Tell of an opening line with a word after its marks."""
        return self.says(f"'{written}' opens no front matter; a line '{fence}' alone does", f"write '{fence}' alone")

    def by_others(self, written: str, fence: str) -> Fault:
        """Tell of an opening line of more or other marks."""
        return self.says(
            f"front matter opens with exactly three {_marks(fence)}, not with '{written}'", f"write '{fence}'"
        )


class _ForeignFrontMatter(Rule, frozen=True):
    def of_another_tool(self, how: str, key: str, value: str) -> Fault:
        """`how` is the form that it has there; one key and its value show how it would be written here."""
        return self.says(
            f"this is front matter {how}, which is not read",
            f"write it between two lines '---', a key a line: '{key}: {value}'",
        )


class _FrontMatterSyntax(Rule, frozen=True):
    def too_long(self, characters: int, most: int) -> Fault:
        return self.says(f"front matter has {characters:,} characters, more than {most:,}", "move the text below it")

    def no_mapping(self, shown: str) -> Fault:
        return self.says(
            f"front matter is lines of 'key: value', not {shown}",
            "for a rule across the page write '***' on the first line",
        )


class _DuplicateKey(Rule, frozen=True):
    def again(self, key: str, first_line: int = 0) -> Fault:
        """`key` as it is called (`the key 'date'`); `first_line` is where it stands already, where that is known."""
        before = f"; it is already on line {first_line}" if first_line else ""
        return self.says(f"{key} stands here again{before}", "keep one of the two")


class _UnknownKey(Rule, frozen=True):
    def no_key(self, name: str, mend: str) -> Fault:
        return self.says(f"there is no key '{name}'", mend or "put what is your own under 'extra:'")

    def of_an_author(self, name: str, mend: str) -> Fault:
        return self.says(f"an author has no '{name}'", mend)

    def taken_for_draft(self, written: str) -> Fault:
        """Tell of another tool's word for a draft, with its key."""
        return self.says(f"'{written}' is taken for 'draft: true', and the page is left out", "write 'draft: true'")

    def taken_for_unlisted(self, written: str) -> Fault:
        return self.says(
            f"'{written}' is taken for 'listed: false': the page is at its URL and in no list",
            "write 'listed: false', or 'draft: true' for none at all",
        )

    def outline(self) -> Fault:
        return self.says(
            "'toc' takes true or false; the outline is made from the headings themselves", "write 'toc: true'"
        )


class _WrongType(Rule, frozen=True):
    def takes(self, key: str, takes: str, shown: str, hint: str = "") -> Fault:
        return self.says(f"'{key}' takes {takes}, not {shown}", hint)

    def too_large(self, number: str = "") -> Fault:
        named = f"the number {number}" if number else "a number"
        return self.says(f"{named} is too large", "put it in quotes to keep it as text")

    def nameless_author(self) -> Fault:
        return self.says("an author has no name", "write 'name: …'")


class _UnsafeUrl(Rule, frozen=True):
    def address(self, written: str, why: str, mend: str) -> Fault:
        return self.says(f"the address '{written}' {why}", mend)

    def path(self, key: str, written: str, why: str, mend: str) -> Fault:
        return self.says(f"'{key}': the path '{written}' {why}", mend)

    def slug(self, written: str) -> Fault:
        return self.says(
            f"the slug '{written}' is not one part of a URL",
            "write words with dashes between; for a whole path use 'url'",
        )


class _NoDate(Rule, frozen=True):
    def undated(self) -> Fault:
        return self.says(
            "the post has no date, so it is listed last and stays out of the feeds",
            "write 'date: YYYY-MM-DD' in its front matter or begin its file name with the date",
        )


class _NoTitle(Rule, frozen=True):
    def untitled(self, given: str) -> Fault:
        return self.says(
            "the page has neither 'title:' nor a first-level heading",
            f"its file name gives it the title '{given}'; write '# {given}' as its first line",
        )


class _UnknownAuthor(Rule, frozen=True):
    def nearly(self, name: str, meant: str) -> Fault:
        return self.says(f"site.yaml lists no author '{name}'", f"did you mean '{meant}'?")


class _MisspeltKey(Rule, frozen=True):
    def nearly(self, name: str, meant: str) -> Fault:
        return self.says(f"there is no key '{name}'", f"did you mean '{meant}'? If not, put it under 'extra:'")


class _LostToComment(Rule, frozen=True):
    def cut(self, key: str, left: str) -> Fault:
        """`left` is what the value is without what it lost; it may be empty."""
        was = f"is '{left}' alone" if left else "says nothing"
        return self.says(
            f"'{key}' {was}: what follows '#' after a blank is a comment in YAML",
            "put the value in quotes, or write the remark on a line of its own",
        )


def _marks(fence: str) -> str:
    return "plus signs" if fence[0] == "+" else "dashes"


FRONT_MATTER_SYNTAX: Final = _FrontMatterSyntax("front-matter-syntax", "error", "source")
FRONT_MATTER_NOT_CLOSED: Final = _FrontMatterNotClosed("front-matter-not-closed", "error", "source")
DUPLICATE_KEY: Final = _DuplicateKey("duplicate-key", "error", "source")
ALIAS_IN_FRONT_MATTER: Final = Rule("alias-in-front-matter", "error", "source")
UNKNOWN_KEY: Final = _UnknownKey("unknown-key", "warning", "source", precision=(25, 25))
WRONG_TYPE: Final = _WrongType("wrong-type", "error", "source")
IMPOSSIBLE_DATE: Final = Rule("impossible-date", "error", "source", precision=(2, 2))
UNSAFE_URL: Final = _UnsafeUrl("unsafe-url", "error", "source")
NO_DATE: Final = _NoDate("no-date", "warning", "source", precision=(25, 25))
NO_TITLE: Final = _NoTitle("no-title", "warning", "source", precision=(25, 25))
UNKNOWN_AUTHOR: Final = _UnknownAuthor("unknown-author", "warning", "source")
MISPLACED_FRONT_MATTER: Final = _MisplacedFrontMatter("misplaced-front-matter", "error", "source")
FOREIGN_FRONT_MATTER: Final = _ForeignFrontMatter("foreign-front-matter", "error", "source")
MISSPELT_KEY: Final = _MisspeltKey("misspelt-key", "error", "source")
LOST_TO_COMMENT: Final = _LostToComment("lost-to-comment", "warning", "source")
