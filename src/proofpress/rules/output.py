"""What keeps a site from being published: nothing to publish, a folder that is not its own, a file that would run."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _NoContent(Rule, frozen=True):
    def no_folder(self, root: str) -> Fault:
        return self.says(
            f"there is no folder 'content' beside it, in '{root}/', so there is nothing to publish",
            "go to your site's folder, or make a new site with `proofpress init`",
        )

    def no_post(self, before: int) -> Fault:
        """`before` is how many posts the last build found."""
        return self.says(
            f"'content/' holds no post any more; the last build found {before:,}",
            "bring them back; if the site is to have none, run `proofpress build --clean`",
        )


class _UnsafeOutput(Rule, frozen=True):
    def folder(self, output: str, why: str) -> Fault:
        return self.says(f"'{output}' can't be the output folder: {why}", "name a folder of its own, such as 'public'")

    def read_only(self, output: str) -> Fault:
        return self.says(
            f"this user may not write into '{output}'",
            "give yourself the right to, or name another folder with 'output:' or --output",
        )

    def stopped(self, words: str) -> Fault:
        """Tell of what the system refused while files were written."""
        return self.says(words, "each file that is there is whole, and the next build does the rest")


class _ForeignFile(Rule, frozen=True):
    def strangers(self, output: str, first: str, more: int) -> Fault:
        """Tell of a folder of which nothing is known."""
        others = f" and {more} more" if more else ""
        return self.says(
            f"'{output}/' holds files that Proofpress has no record of having written: '{first}'{others}",
            "empty it yourself if it is an old build, or name another with 'output:' or --output",
        )

    def changed_by_hand(self, path: str, more: int) -> Fault:
        """Tell of a file that should go; `more` are those like it which are not told of one by one."""
        others = f" (and {more:,} more like it)" if more else ""
        return self.says(
            f"'{path}' is a page or file that the site has no more, and it is not as Proofpress wrote it{others}",
            "if nothing in it is yours, delete it; else move it",
        )

    def empty_folder(self, path: str) -> Fault:
        return self.says(f"'{path}' is an empty folder, where a file of the site belongs", "delete it")

    def in_the_way(self, path: str) -> Fault:
        return self.says(f"'{path}' is in the way, and Proofpress did not write it", "move or delete it")


class _ActiveFile(Rule, frozen=True):
    def could_run(self, ending: str) -> Fault:
        """Tell of a file of content/; `ending` is what gives it away by its name, empty where its first bytes do."""
        kind = f"a '.{ending}' file" if ending else "a file that begins as HTML or XML does"
        picture = ", or save the picture as PNG or WebP" if ending in ("svg", "svgz") else ""
        return self.says(
            f"a browser could run {kind} of a post, and the settings have 'html: sanitize'",
            f"move it to static/, which is trusted{picture}",
        )


NO_CONTENT: Final = _NoContent("no-content", "error", "site", fixed=True)
UNSAFE_OUTPUT: Final = _UnsafeOutput("unsafe-output", "error", "site", fixed=True)
FOREIGN_FILE: Final = _ForeignFile("foreign-file", "error", "site", fixed=True)
ACTIVE_FILE: Final = _ActiveFile("active-file", "error", "site", fixed=True)
