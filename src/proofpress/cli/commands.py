"""The commands by their names, and the last line of defence around them.

Each is imported when it is called, so that `proofpress schema` doesn't wait for a Markdown parser. Exit
status: 0 done, 1 problems in the site, 2 wrong usage, 70 a bug in Proofpress (sysexits.h, EX_SOFTWARE).
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import click

from proofpress import __version__
from proofpress.cli.faults import in_words
from proofpress.cli.say import errors_made_inert, say
from proofpress.cli.streams import end_unheard, let_any_text_through

COMMANDS = {
    "init": "Make a new site.",
    "new": "Write a new post's front matter.",
    "build": "Build the site.",
    "check": "Tell of every fault, and mend what can be mended.",
    "run": "Run the listings of posts, and keep what they give.",
    "include": "Renew copies of included code in posts.",
    "serve": "Show the site in the browser, redrawn on save.",
    "publish": "Build the site, and send it to where it is served.",
    "clean": "Delete what Proofpress wrote, and nothing else.",
    "explain": "Tell what a problem means.",
    "schema": "Print the JSON Schema of settings or front matter.",
    "completion": "Print the completion script of a shell.",
}
BUG = 70


class Commands(click.Group):
    """The commands, each imported from its own module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """Return the commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module; None for a name that is not one."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"proofpress.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the options before the command."""
        with errors_made_inert():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with errors_made_inert():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a name that is not one, name the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from proofpress.problems import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or f"the commands are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command '{args[0]}'; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="proofpress")
def proofpress() -> None:
    """Turn a folder of Markdown posts into a fast, accessible, provably correct static site."""


def main() -> None:
    """Run the command line, and let no traceback reach a person who can't do anything about it."""
    # Looked for after every 700 new objects, garbage costs a tenth of a start and of a build, and there is next to none.
    gc.set_threshold(10_000)
    let_any_text_through()
    try:
        proofpress(prog_name="proofpress")
    except BrokenPipeError:
        end_unheard()
    except OSError as error:
        say(f"proofpress: {in_words(error)}", err=True)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last line of defence: what arrives here is our own fault
        if isinstance(
            error.__cause__, KeyboardInterrupt
        ):  # before 3.12 Python wraps one that comes while it makes a class
            say("Aborted!", err=True)
            sys.exit(1)
        sys.exit(report_bug(error))


def report_bug(error: Exception, then: str = "Nothing was published.") -> int:
    """Say that Proofpress itself failed and what that means now, and keep what a report needs in a file."""
    import platform
    import tempfile
    import traceback

    about = f"proofpress {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    with tempfile.NamedTemporaryFile(
        "w", prefix="proofpress-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(about + "".join(traceback.format_exception(error)))
    say(f"proofpress: this is a bug in Proofpress itself, not in your site: {type(error).__name__}: {error}", err=True)
    say(
        f"{then} Please report it with the file {file.name} and, if you can, the post that led to it.",
        err=True,
    )
    return BUG
