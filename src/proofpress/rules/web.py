"""What `check --external` learns of links that lead out of a site."""

from __future__ import annotations

from typing import Final

from proofpress.rules.rule import Fault, Rule


class _DeadLink(Rule, frozen=True):
    def gone(self, url: str, why: str, archived: str) -> Fault:
        """`why` is the status or the error; `archived` where a copy may be."""
        return self.says(f"'{url}' is gone: {why}", f"an archived copy may be at {archived}")


class _MovedLink(Rule, frozen=True):
    def moved(self, url: str, to: str) -> Fault:
        return self.says(f"'{url}' has moved for good", f"it is now at {to}")


DEAD_LINK: Final = _DeadLink("dead-link", "error", "page", checked=True)
MOVED_LINK: Final = _MovedLink("moved-link", "warning", "page", checked=True)
