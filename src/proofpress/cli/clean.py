"""`proofpress clean`: what Proofpress wrote goes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from proofpress.cli.say import say
from proofpress.cli.site import SiteCommand, checked_output, from_here, require_site, site_option


@click.command("clean", cls=SiteCommand)
@site_option
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="The output folder (default: public).")
def command(root: Path | None, output: Path | None) -> None:
    """Delete the files that Proofpress wrote into the output folder, and its cache. Other files stay."""
    from proofpress.config import read_config
    from proofpress.engine.disk import files_below
    from proofpress.engine.store import BusyError
    from proofpress.output.publish import clean, refuse
    from proofpress.output.record import known_files

    root = require_site(root)
    output = checked_output(root, output)
    if output is None:
        config, _ = read_config((root / "site.yaml").read_bytes(), "site.yaml")
        output = root / config.output
    refusal = refuse(root, output)
    if refusal is not None:
        raise click.UsageError(f"{refusal.message}; {refusal.hint}")
    notice = known_files(root, output).notice
    if notice:
        say(f"proofpress: {notice}", err=True)
    try:
        deleted = clean(root, output)
    except BusyError as error:
        raise click.ClickException(str(error)) from None
    left = sum(1 for _ in files_below(output))
    others = f"; {left} other files in it stay" if left else ""
    say(f"{deleted} files deleted from {from_here(output)}/{others}")
