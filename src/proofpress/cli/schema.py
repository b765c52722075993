"""`proofpress schema`: what an editor needs to check and complete site.yaml and front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from proofpress.cli.report import as_json
from proofpress.cli.site import SETTINGS, nearest_site, require_site, site_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("schema")
@click.argument("what", type=click.Choice(["site", "front-matter"]), default="site")
@site_option
def command(what: str, root: Path | None) -> None:
    """Print the JSON Schema of site.yaml, or of front matter with the taxonomies of this site."""
    from proofpress.config import Config, read_config
    from proofpress.schema import front_matter_schema, site_schema

    if what == "site":
        schema = site_schema()
    else:
        site = nearest_site() if root is None else require_site(root)
        config = read_config((site / SETTINGS).read_bytes(), SETTINGS)[0] if site is not None else Config()
        schema = front_matter_schema(config.taxonomies)
    click.echo(as_json(schema, indent=2))
