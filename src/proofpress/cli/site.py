"""What the commands share: the site's folder, the clock."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

site_option = click.option(
    "--site",
    "root",
    default=".",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The site's folder, where site.yaml lies (default: this one).",
)


def require_site(root: Path) -> Path:
    """Return a site's folder; a usage error with a mend where there is none."""
    if not root.is_dir():
        raise click.UsageError(f"there is no folder '{root}'")
    if not (root / "site.yaml").is_file():
        where = "this folder" if str(root) == "." else f"'{root}'"
        raise click.UsageError(
            f"{where} is not a site: it has no site.yaml; go to a site's folder, name one with --site, "
            "or make a new one with `proofpress init`"
        )
    return root


def now() -> dt.datetime:
    """Return the moment of this build: SOURCE_DATE_EPOCH where it is set (reproducible-builds.org), else the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is '{epoch}', not a number of seconds since 1970") from None


def checked_output(root: Path, output: Path | None) -> Path | None:
    """Return the folder that `--output` gives; a usage error where the site can't be published into it."""
    from proofpress.output.publish import refuse

    refusal = None if output is None else refuse(root, output)
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
