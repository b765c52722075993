"""What the commands share: where the site is, seen from where the person stands, and the clock."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from proofpress.cli.faults import in_words

SETTINGS = "site.yaml"

site_option = click.option(
    "--site",
    "root",
    default=None,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The site's folder, where site.yaml lies (default: this one, or the nearest one above).",
)


class SiteCommand(click.Command):
    """A command that works on one site and takes no names: who gives one is told with which option it belongs."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; for a word that is none, say what to write."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            raise surplus(ctx, ctx.args[0])
        return rest


def surplus(ctx: click.Context, word: str) -> click.UsageError:
    """Return the error of a word that a command on a whole site can't take, with what to write."""
    return click.UsageError(_surplus(ctx, word, [name for each in ctx.command.params for name in each.opts]), ctx)


def _surplus(ctx: click.Context, word: str, options: list[str]) -> str:
    from proofpress.problems import nearest

    said = ctx.command_path
    if (Path(word) / SETTINGS).is_file() or word in (".", "..") or word.endswith(("/", os.sep)):
        return f"a site's folder is named with --site; write: {said} --site {quoted(word)}"
    if Path(word).is_file():
        return f"`{said}` works on the whole site, and takes no file such as '{word}'; leave it out"
    option = nearest(word, [name.removeprefix("--") for name in options])
    if option is not None:
        return f"there is no '{word}' to {said.split()[-1]}; did you mean --{option}?"
    if word.isdigit() and "--port" in options:
        return f"the port is named with --port; write: {said} --port {word}"
    return f"`{said}` takes options alone, and '{word}' is none; a site's folder is named with --site"


def quoted(word: str) -> str:
    """Return a word as a shell takes it for one: as it is where nothing in it has a meaning there."""
    if os.name == "nt":  # neither of its shells knows single quotes
        return f'"{word}"' if any(mark in word for mark in " &()[]{}^=;!'+,`~") else word
    import shlex

    return shlex.quote(word)


def require_site(root: Path | None) -> Path:
    """Return a site's folder: the one that was named, else the nearest from here upwards.

    A usage error, with what to do, where there is none.
    """
    if root is None:
        found = nearest_site()
        if found is None:
            raise _not_a_site("this folder", Path(), ", and no folder above it is one")
        return found
    if root.is_file():
        raise click.UsageError(f"'{root}' is a file; --site names the folder: --site {quoted(str(root.parent))}")
    if not root.is_dir():
        raise click.UsageError(f"there is no folder '{root}'")
    if not (root / SETTINGS).is_file():
        raise _not_a_site(f"'{root}'", root)
    return root


def nearest_site() -> Path | None:
    """Return the folder of the nearest site.yaml, as seen from here: `.`, or `../..`; None where there is none.

    Looked for as git looks for its folder: upwards on the same file system, and what another user put above is not
    built, since templates are trusted (CVE-2022-24765, in which a folder above all users' own led git to run programs).
    """
    here = Path.cwd()
    device = here.stat().st_dev
    for above, folder in enumerate((here, *here.parents)):
        try:
            found = folder.stat()
        except OSError:
            return None
        if found.st_dev != device:
            return None
        if (folder / SETTINGS).is_file():
            seen = Path(*[os.pardir] * above)
            if above and hasattr(os, "geteuid") and (folder / SETTINGS).stat().st_uid != os.geteuid():
                raise click.UsageError(
                    f"the nearest {SETTINGS}, in '{folder}', belongs to another user; if you trust its templates, name it: "
                    f"--site {quoted(str(seen))}"
                )
            return seen
    return None


def _not_a_site(where: str, folder: Path, above: str = "") -> click.UsageError:
    like = next((name for name in ("site.yml", "Site.yaml", "site.toml") if (folder / name).is_file()), None)
    if like is not None:
        return click.UsageError(f"{where} is not a site: its settings are to be in {SETTINGS}, and it has '{like}'")
    return click.UsageError(
        f"{where} is not a site: it has no {SETTINGS}{above}; go to a site's folder, name one with --site, "
        "or make a new one with `proofpress init`"
    )


def from_here(path: Path) -> str:
    """Return a path as it is reached from where the person stands: `../public`."""
    try:
        return os.path.relpath(path)
    except ValueError:  # on Windows, another drive
        return str(path)


def prefix_of(root: Path) -> str:
    """Return what stands before a path below the site's folder, seen from here: nothing, `../../` or `blog/`."""
    return "" if (seen := from_here(root)) == os.curdir else seen.replace(os.sep, "/") + "/"


def place_from_here(path: str, prefix: str) -> str:
    """Return a path below the site's folder as it is reached from here, given the folder's `prefix_of`."""
    if not prefix or not path:
        return path
    return from_here(Path(prefix + path)).replace(os.sep, "/")


def now() -> dt.datetime:
    """Return the moment of this build: SOURCE_DATE_EPOCH where it is set (reproducible-builds.org), else the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is '{epoch}', not a number of seconds since 1970") from None


def cache_key() -> str:
    """Return the secret of a cache that machines share; it stands in the environment, since settings are everybody's."""
    return os.environ.get("PROOFPRESS_CACHE_KEY", "")


def checked_output(root: Path, output: Path | None) -> Path | None:
    """Return the folder that `--output` gives; a usage error where the site can't be published into it."""
    from proofpress.output.publish import refuse

    try:
        refusal = None if output is None else refuse(root, output)
    except OSError as error:
        raise click.BadParameter(in_words(error), param_hint="--output") from None
    if refusal is not None:
        raise click.BadParameter(f"{refusal.message}; {refusal.hint}", param_hint="--output")
    return output


def checked_base_url(text: str) -> str:
    """Return the address that `--base-url` gives, as the setting `url` would be kept; empty where it is not given."""
    from proofpress.content.settings import Refusal, base_url
    from proofpress.urls import WEB, read

    if not text:
        return ""
    if read(text).scheme not in WEB:
        raise click.BadParameter(f"'{text}' does not begin with http:// or https://", param_hint="--base-url")
    checked = base_url(text)
    if isinstance(checked, Refusal):
        mend = f"; {checked.hint}" if checked.hint else ""
        raise click.BadParameter(f"'{text}' {checked.message}{mend}", param_hint="--base-url")
    return checked
