"""What can be wrong with site.yaml."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _SettingsSyntax(Rule, frozen=True):
    def no_mapping(self, shown: str) -> Fault:
        return self.says(f"settings are lines of 'key: value', not {shown}")


class _UnknownSetting(Rule, frozen=True):
    def no_setting(self, name: str, mend: str) -> Fault:
        """`name` is the setting's with those above it: `markdown: tabels`."""
        return self.says(f"there is no setting '{name}'", mend)


class _NoUrl(Rule, frozen=True):
    def missing(self) -> Fault:
        return self.says("without the site's address there are no feeds, sitemap or canonical links that work", _SAY)

    def example(self, url: str) -> Fault:
        return self.says(f"'{url}' is the address of an example, and every feed and sitemap would lead there", _SAY)


class _UnmatchedSetting(Rule, frozen=True):
    def section(self, folder: str, mend: str) -> Fault:
        return self.says(f"there is no Markdown file in content/{folder}/, so it is no section", mend)

    def default(self, pattern: str) -> Fault:
        return self.says(
            f"no Markdown file below content/ is matched by '{pattern}', so nothing has this default",
            _ALL_IN,
        )

    def weights(self, pattern: str) -> Fault:
        """Tell of a pattern below `rules:`."""
        below = pattern.removeprefix("content/")
        mend = f"patterns are of files below content/: write '{below}'" if below != pattern else _ALL_IN
        return self.says(
            f"no Markdown file below content/ is matched by '{pattern}', so no rule is weighed by it", mend
        )

    def language(self, tag: str) -> Fault:
        return self.says(
            f"no page is in the language '{tag}', so it has no home page and no lists",
            f"write one, such as hello.{tag}.md beside hello.md, or with 'language: {tag}' in its front matter",
        )


class _CommitDates(Rule, frozen=True):
    def no_git(self) -> Fault:
        return self.says("git is not installed, so nobody knows when a post was changed", f"install it, or {_OFF}")

    def no_repository(self) -> Fault:
        return self.says("the site lies in no git repository, so nobody knows when a post was changed", _OFF)

    def no_commit(self) -> Fault:
        return self.says("nothing of the site is committed yet, so nobody knows when a post was changed", _OFF)

    def shallow(self) -> Fault:
        return self.says(
            "the repository has the end of its history alone, so nobody knows when a post was changed",
            "fetch all of it: 'fetch-depth: 0' for actions/checkout, else 'git fetch --unshallow'",
        )

    def unreadable(self, error: str) -> Fault:
        return self.says(f"git can't tell when a post was changed: {error}")

    def future(self, day: str) -> Fault:
        return self.says(
            f"its last commit is of the future, {day}, and does not count as a change yet",
            "write 'updated:' in its front matter, or set the clock right and commit it again",
        )


class _NoSearch(Rule, frozen=True):
    def missing(self) -> Fault:
        return self.says("Pagefind is not installed", "install it with: pip install 'proofpress[search]'")

    def unparted(self, languages: str) -> Fault:
        return self.says(
            f"pages in {languages} are written without blanks between words, and Pagefind alone can't part them: "
            "the search finds next to nothing there",
            "install what parts them with: pip install 'proofpress[search-extended]'",
        )

    def taken(self, path: str) -> Fault:
        return self.says(f"the search's files lie in /pagefind/, and so would '{path}'", "move it into another folder")

    def failed(self, error: str) -> Fault:
        return self.says(f"Pagefind made no index: {error}", "without one, the search finds nothing")


class _UnknownOption(Rule, frozen=True):
    def no_option(self, name: str, mend: str) -> Fault:
        return self.says(f"the theme has no option '{name}'", mend)


_ALL_IN: Final = "'**' stands for all that is in a folder: 'notes/**'"
_OFF: Final = "take 'updated: git' out"
_SAY: Final = "write 'url:' and the address that the site is published at, or build with --base-url"

SETTINGS_SYNTAX: Final = _SettingsSyntax("settings-syntax", "error", "source", fixed=True)
UNKNOWN_SETTING: Final = _UnknownSetting("unknown-setting", "error", "source", fixed=True)
NO_URL: Final = _NoUrl("no-url", "warning", "source")
UNMATCHED_SETTING: Final = _UnmatchedSetting("unmatched-setting", "warning", "site")
COMMIT_DATES: Final = _CommitDates("commit-dates", "warning", "site")
NO_SEARCH: Final = _NoSearch("no-search", "warning", "site")
UNKNOWN_OPTION: Final = _UnknownOption("unknown-option", "warning", "site")
