"""Names of languages as blogs write them, and the lexer that each one means."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pygments.lexers import get_all_lexers

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN: Final = frozenset(
    [
        "text",
        "plain",
        "txt",
        "plaintext",
        "plain-text",
        "text-plain",
        "output",
        "none",
        "no-highlight",
        "nohighlight",
        "log",
        "logs",
        "ascii",
        "mermaid",
        "math",
        "asciiart",
        "ansi",
        "jq",
        "kql",
        "caddyfile",
        "vcard",
        "ical",
        "npm2yarn",
        "patchfile",
        "plantuml",
        "d2",
        "dbml",
        "stdout",
        "stderr",
        "error",
        "result",
        "results",
        "csv",
        "tsv",
        "raw",
        "undefined",
        "example",
        "tree",
        "dot-env",
        "gitignore",
    ]
)
"""Names that say: no colours."""

ALIASES: Final[Mapping[str, str]] = {
    "asm": "nasm",
    "bas": "vb.net",
    "cargo": "toml",
    "cjs": "javascript",
    "cmd": "batch",
    "conf": "ini",
    "dockercompose": "yaml",
    "dotenv": "ini",
    "env": "ini",
    "hack": "php",
    "htmlmixed": "html",
    "hujson": "json5",
    "ipython": "python",
    "ipython3": "python",
    "jsonc": "json5",
    "jsonl": "json",
    "ndjson": "json",
    "julia-repl": "jlcon",
    "m": "matlab",
    "mjs": "javascript",
    "mdx": "markdown",
    "node": "javascript",
    "python-console": "pycon",
    "python-repl": "pycon",
    "repl": "pycon",
    "shell-command": "console",
    "shell-session": "console",
    "sh-session": "console",
    "svg": "xml",
    "tex": "latex",
    "terminal": "console",
    "tsx": "tsx",
    "viml": "vim",
    "vue": "html",
    "wasm": "wast",
    "wat": "wast",
    "webmanifest": "json",
    "xhtml": "html",
    "zsh-session": "console",
}
"""Names that Pygments lacks, or has for something that blogs do not mean."""

IPYTHON: Final = frozenset({"ipython", "ipython3"})
"""Names of Python as notebooks have it."""

SHELLS: Final = frozenset(
    {
        "ansi", "bash", "bat", "batch", "cmd", "console", "dosbatch", "doscon", "fish", "fishshell", "ksh", "nu", "nushell",
        "powershell", "ps1", "ps1con", "pwsh", "pwsh-session", "sh", "shell", "shell-command", "shell-session",
        "sh-session", "tcsh", "tcshcon", "terminal", "winbatch", "zsh", "zsh-session",
    }
)  # fmt: skip
"""Languages that are spoken in a terminal."""

SESSIONS: Final = frozenset(
    {
        "bash-session", "console", "doscon", "dylan-console", "dylan-repl", "erl", "gap-console", "gap-repl",
        "iex", "irb", "jlcon", "matlabsession", "nodejsrepl", "postgresql-console", "postgres-console", "ps1con", "psql", "psysh",
        "pwsh-session", "pycon", "rbcon", "rconsole", "rout", "shell-session", "sqlite3", "tcshcon",
    }
)  # fmt: skip
"""Languages of commands behind prompts, with what they answer."""

OUTPUTS: Final = frozenset({"error", "output", "result", "results", "stderr", "stdout"})
"""Names that say: this is what the listing before it printed."""

PROMPTED: Final = frozenset({"bash", "ksh", "sh", "shell", "terminal", "zsh"})
"""Shells of which many a listing is a session, and says so by its first prompt alone."""

_TESTED: Final = "tells rustdoc how to test a listing"
_RUN: Final = "speaks to a program that runs code"
_CHECKED: Final = "speaks to a program that checks code"
_COPIED: Final = "asks for a button to copy code, which every listing has"
_TABS: Final = 'groups listings, as fences do here that follow each other, each with a label: tab="pip"'
_HIDDEN: Final = "hides a listing from readers, who see it here"

FOREIGN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ignore", "should_panic", "no_run", "compile_fail", "standalone", "test_harness"), _TESTED),
    **dict.fromkeys(("edition2015", "edition2018", "edition2021", "edition2024"), _TESTED),
    **dict.fromkeys(("noplayground", "editable", "live", "runnable", "playground", "interactive"), _RUN),
    **dict.fromkeys(("eval", "norun", "noeval", "exec", "results", "warning", "message", "error", "cache"), _RUN),
    **dict.fromkeys(("fig.width", "fig.height", "fig.cap", "fig-cap", "fig-width", "fig-height", "engine"), _RUN),
    **dict.fromkeys(("nolint", "skip", "notest", "test", "doctest", "twoslash", "ignorefile"), _CHECKED),
    **dict.fromkeys(("copy", "select", "copybutton"), _COPIED),
    **dict.fromkeys(("tab", "tabs", "group", "sync", "groupid"), _TABS),
    **dict.fromkeys(("hidden", "hide", "echo", "include", "hidelines"), _HIDDEN),
    **dict.fromkeys(
        ("annotate", "annotations"), "asks for notes on lines, which a listing has by its marks alone: # (1)!"
    ),
    **dict.fromkeys(
        ("anchor_linenums", "anchorlinenos", "lineanchors"),
        "makes links of line numbers, as a listing with numbers and an id has them: {#train}",
    ),
    **dict.fromkeys(("output", "ansi"), "shows what a program prints, as a listing of its own does here: ```output"),
    "npm2yarn": "translates code for other package managers",
    "wide": "gives a listing its width, which is the theme's",
    "inline": "sets code among words",
}
"""Options and words beside a language's name that other tools act on, and that change nothing here: what they do."""


def canonical(name: str) -> str:
    """Return the name to look a lexer up by; empty for plain text."""
    name = name.strip().lower().strip(".")
    return "" if name in PLAIN else ALIASES.get(name, name)


@cache
def known_names() -> frozenset[str]:
    """Return every name that a listing can have; those of plugins too, where they can be loaded."""
    try:
        lexers = list(get_all_lexers())
    except Exception:  # noqa: BLE001 - a plugin is anybody's code; that it fails is told where its name is met
        lexers = list(get_all_lexers(plugins=False))
    return frozenset(alias for _, aliases, _, _ in lexers for alias in aliases) | set(ALIASES) | PLAIN
