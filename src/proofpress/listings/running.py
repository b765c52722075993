"""What a fence says of being run: ```` ```python run timeout=60 raises="ValueError" ````.

Which listings of a post are run is told by `recorded/`, which knows its front matter as well.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from proofpress.patterns import lazy

RUNS: Final = {
    **dict.fromkeys(("python", "py", "python3", "py3", "ipython", "ipython3"), "python"),
    **dict.fromkeys(("pycon", "python-console", "python-repl"), "python"),
    **dict.fromkeys(("javascript", "js", "mjs", "cjs", "node"), "javascript"),
    **dict.fromkeys(("bash", "sh", "shell"), "bash"),
    **dict.fromkeys(
        ("console", "shell-session", "sh-session", "bash-session", "shell-command", "terminal"),
        "bash",
    ),
}
"""Languages that can be run, by their names on a fence, and what runs them."""

RUN_OPTIONS: Final = ("run", "timeout", "needs", "raises", "vary")
"""The options of a listing that is run; `alt` is one as well, and diagrams have it too."""

VARY: Final = ("seconds", "numbers", "addresses", "paths")
"""What may be other each time that a listing is run, by name."""

_YES: Final = frozenset({"", "true", "yes", "on"})
_NO: Final = frozenset({"false", "no", "off"})
_SESSION: Final = lazy(r"[A-Za-z][\w-]*")
_ERROR: Final = lazy(r"[A-Za-z_][\w.]*")
_SECONDS: Final = lazy(r"(\d{1,5}(?:\.\d{1,3})?)\s*s?")
_BETWEEN: Final = lazy(r"[\s,]+")
_PATTERN_OR_WORD: Final = lazy(r"\s*(/(?:[^/\\]|\\.)+/|[^\s,]+)[\s,]*")


_SAYS: Final = {fence: lazy(fence + r"[^\n]*\b(?:run|timeout|needs|raises|vary)\b") for fence in ("```", "~~~")}
"""Each begins as no other text does, so that a search is quick."""


def says_of_runs(source: str) -> bool:
    """Tell quickly whether a fence of a Markdown text may say something of being run."""
    if not any(option in source for option in RUN_OPTIONS):
        return False
    return any(fence in source and says.search(source) is not None for fence, says in _SAYS.items())


class Running(NamedTuple):
    """What an info string says of being run."""

    asked: bool | None = None
    """Whether it is to be; None where it says nothing."""
    session: str = ""
    timeout: float | None = None
    """Seconds."""
    needs: tuple[str, ...] = ()
    raises: str = ""
    vary: tuple[str, ...] = ()
    at: tuple[tuple[str, int], ...] = ()
    """Its options as they are written, and where."""


class Refusal(NamedTuple):
    """Why an option of a run is not read, and what to write."""

    message: str
    hint: str


def with_option(running: Running, key: str, value: str, at: int) -> Running | Refusal:
    """Return what is said of being run with one option more, which stands at an offset; or why there is none."""
    shown = value[:40]
    running = running._replace(at=(*running.at, (key, at)))
    match key:
        case "run" if value.lower() in _YES | _NO:
            return running._replace(asked=value.lower() in _YES)
        case "run" if _SESSION.fullmatch(value):
            return running._replace(asked=True, session=value)
        case "run":
            return Refusal(f"'{shown}' is no name of a session", 'write run, run=false, or run="name" in letters')
        case "timeout" if (seconds := _SECONDS.fullmatch(value)) and float(seconds[1]) > 0:
            return running._replace(timeout=float(seconds[1]))
        case "timeout":
            return Refusal(f"a listing's time is a number of seconds, not '{shown}'", "write: timeout=60")
        case "raises" if _ERROR.fullmatch(value):
            return running._replace(raises=value)
        case "raises":
            return Refusal(f"'{shown}' is no name of an error", 'write: raises="ValueError"')
        case "needs" if names := tuple(filter(None, _BETWEEN.split(value))):
            return running._replace(needs=names)
        case "needs":
            return Refusal("no package is named here", 'write: needs="numpy"')
        case _:
            rules = tuple(_PATTERN_OR_WORD.findall(value))
            for rule in rules:
                if why := why_not_vary(rule):
                    return Refusal(*why)
            if not rules:
                return Refusal("nothing is named here that may vary", 'write: vary="seconds"')
            return running._replace(vary=rules)


def why_not_vary(rule: str) -> Refusal | None:
    """Return why this does not name what may vary from run to run; None where it does."""
    hint = f"write one of {', '.join(VARY)}, or a regular expression between slashes: /id=\\d+/"
    if rule in VARY:
        return None
    if len(rule) > 2 and rule[0] == rule[-1] == "/":
        try:
            matches_nothing = re.compile(rule[1:-1]).match("") is not None
        except (re.error, RecursionError, OverflowError) as error:
            return Refusal(f"'{rule[:40]}' is no regular expression: {error}", hint)
        if matches_nothing:
            return Refusal(f"'{rule[:40]}' also matches where nothing stands", hint)
        return None
    return Refusal(f"'{rule[:40]}' is not known to vary", hint)
