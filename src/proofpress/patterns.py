"""Patterns that most texts don't need: each is compiled when it is first asked, not when Proofpress starts.

All of them together take as long to compile as a post takes to be rendered, and an edit asks half of them nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _Pattern:
    """A pattern to be compiled. Once it is, its methods are those of the compiled one."""

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        self.groups = compiled.groups
        return getattr(compiled, name)


if TYPE_CHECKING:

    def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return a pattern that is compiled when it is first asked for something. A fault in it shows then."""
else:
    lazy = _Pattern
