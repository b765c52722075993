"""What can be wrong with a site as a whole: two things at one address, an address that can't be, names that fall together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.patterns import lazy
from proofpress.rules.rule import Fault, Rule, replacing

if TYPE_CHECKING:
    from proofpress.model import Place
    from proofpress.problems import Problem

_PLAIN_WORDS: Final = lazy(r"\w(?:[\w ./-]*\w)?")
"""What means itself in YAML, in a list as well, without quotes."""


class _UrlCollision(Rule, frozen=True):
    def accents(self) -> Fault:
        return self.says(
            "two files have this name and differ only in how its accents are encoded (Unicode NFC and NFD)",
            "rename one of them",
        )

    def both_make(self, blamed: str, other: str, path: str, path_too: str, written: str) -> Fault:
        """Tell of two of the site's files for one place; `written` says where a person asked for what is blamed."""
        same = (
            f"both make '{path}'"
            if path == path_too
            else f"make '{path}' and '{path_too}', which one disk can't hold side by side"
        )
        mends = {
            "setting": "write another path here, or move the other",
            "file": "give one of them another 'slug:' or 'url:', or rename it",
        }
        return self.says(f"{blamed} and {other} {same}", mends.get(written, "rename one of them"))


class _SameTerm(Rule, frozen=True):
    def spelt(self, path: str, place: Place, name: str, chosen: str, key: str, taxonomy: str) -> Problem:
        """Tell of a word that is another one in a URL (`key`); where it stands there as it is, the mend spells it so."""
        fault = self.says(
            f"'{name}' and '{chosen}' are the same in a URL ({key}), so they are taken for one of {taxonomy}",
            f"write '{chosen}'",
        )
        # What is as long as the word is nothing but the word: no quotes around it, no other word beside it.
        if place.length != len(name) or not _PLAIN_WORDS.fullmatch(chosen):
            return fault.at(path, place)
        return fault.at(path, place, edits=[replacing(path, place, name, chosen, safe=True)])


class _EmptySlug(Rule, frozen=True):
    def file(self, stem: str) -> Fault:
        return self.says(
            f"the file name '{stem}' has no letter or digit that a URL could be made of",
            "give the page a 'slug:' in its front matter",
        )

    def term(self, name: str, taxonomy: str) -> Fault:
        return self.says(
            f"'{name}' has no letter or digit that a URL could be made of, so it can't be one of {taxonomy}",
            "name it in letters",
        )


class _MissingRedirects(Rule, frozen=True):
    def not_in(self, aliases: int, first: str) -> Fault:
        """Tell that the owner's own file says nothing of some aliases."""
        several = f"{aliases:,} aliases of the site are" if aliases > 1 else "an alias of the site is"
        return self.says(
            f"this file is published in place of Proofpress's own, and {several} not in it: "
            f"'{first}'{' and others' if aliases > 1 else ''}",
            "add them, or delete the file; until then their pages lead on",
        )

    def beyond(self, most: int, more: int) -> Fault:
        several = f"{more:,} more aliases" if more > 1 else "one more alias"
        return self.says(
            f"Cloudflare reads {most:,} redirects, and the site has {several}",
            "their pages lead on; or write a static/_redirects with patterns, such as '/old/* /new/:splat 301'",
        )


class _MissingPolicy(Rule, frozen=True):
    def no_host(self) -> Fault:
        return self.says(
            "'policy' names what pages may load, but 'hosting' names no host that could be told",
            "write 'hosting: netlify', 'cloudflare', 'nginx' or 'caddy', or take 'policy:' out",
        )

    def beside(self, path: str, *, template: bool) -> Fault:
        """Tell whose code keeps the policy from being written."""
        return self.says(
            f"'policy' names what pages may load, but none is written, since {path} may hold other code",
            "name where its scripts and forms come from, too"
            if template
            else "move the code into a template, and name where it comes from",
        )

    def too_long(self) -> Fault:
        return self.says(
            "'policy' names more than hosts read in one line, so that no policy is written", "name hosts without paths"
        )


class _LostUrl(Rule, frozen=True):
    def moved(self, old: str, new: str, aliases: bool, old_id: str) -> Fault:
        """Tell of a page that has another URL than it was published under; `aliases` says whether it has any.

        `old_id` is what feeds knew it by, where they have it under another id now.
        """
        mend = f"add '{old}' to its 'aliases:'" if aliases else f"write in its front matter: aliases: [{old}]"
        if old_id:
            mend += f", and 'id: {old_id}', by which readers of feeds know it"
        return self.says(
            f"this page was published at '{old}' and is now at '{new}', so that links to the old address lead nowhere",
            f"{mend}; this is told once",
        )

    def gone(self, old: str) -> Fault:
        """Tell of a page that no document makes any more."""
        return self.says(
            f"this file is gone, and so is '{old}', where its page was published",
            f"if another page takes its place, write in that one's front matter: aliases: [{old}]; this is told once",
        )


class _LostId(Rule, frozen=True):
    def other(self, old: str, new: str) -> Fault:
        """Tell of a post that feeds have under another id than they had it."""
        return self.says(
            f"feeds had this post as '{old}' and have it as '{new}' now, so that readers of feeds get it once more",
            f"write in its front matter: id: {old}; this is told once",
        )


URL_COLLISION: Final = _UrlCollision("url-collision", "error", "site", fixed=True)
RESERVED_PATH: Final = Rule("reserved-path", "error", "site", fixed=True)
SAME_TERM: Final = _SameTerm("same-term", "warning", "site", precision=(2, 2))
EMPTY_SLUG: Final = _EmptySlug("empty-slug", "error", "site")
MISSING_REDIRECTS: Final = _MissingRedirects("missing-redirects", "warning", "site")
MISSING_POLICY: Final = _MissingPolicy("missing-policy", "warning", "site")
LOST_URL: Final = _LostUrl("lost-url", "warning", "site")
LOST_ID: Final = _LostId("lost-id", "warning", "site")
