"""`proofpress build`: content/ becomes public/, or every problem is printed and nothing is published."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from proofpress.cli.progress import Bar
from proofpress.cli.report import Format, show, summary
from proofpress.cli.site import now, require_site, site_option

if TYPE_CHECKING:
    from proofpress.builder import Built
    from proofpress.output.publish import Published


@click.command("build")
@site_option
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Where to publish (default: public).")
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option("--future", is_flag=True, help="Publish posts whose date has not come.")
@click.option("--base-url", default="", metavar="URL", help="The site's address, in place of the settings' url.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--format", "form", type=click.Choice(["text", "github", "json"]), default="text", help="Of problems.")
def command(
    root: Path, output: Path | None, drafts: bool, future: bool, base_url: str, strict: bool, form: Format
) -> None:
    """Build the site: all of it is published, or nothing."""
    from proofpress.builder import Options, build
    from proofpress.output.publish import foreign_files, publish, read_record, refuse
    from proofpress.render.sanitize import MissingExtra

    start = time.perf_counter()
    root = require_site(root)
    if base_url and not base_url.startswith(("http://", "https://")):
        raise click.BadParameter(f"'{base_url}' does not begin with http:// or https://", param_hint="--base-url")
    options = Options(root=root, now=now(), drafts=drafts, future=future, base_url=base_url, strict=strict)
    try:
        with Bar() as bar:
            built = build(options, bar)
    except MissingExtra as error:
        raise click.ClickException(str(error)) from None
    target = output if output is not None else root / built.config.output
    problems = list(built.problems)
    refusal = refuse(root, target)
    record = read_record(root, target)
    if refusal is not None:
        problems.append(refusal)
    elif not built.failed:
        problems += foreign_files(target, built.outputs, record)
    show(problems, form)
    failed = any(found.severity == "error" for found in problems)
    done = None if failed else publish(root, target, built.outputs, record)
    if form != "json":
        click.echo(_closing(built, done, summary(problems), target, time.perf_counter() - start), err=True)
    if failed:
        raise SystemExit(1)


def _closing(built: Built, done: Published | None, counted: str, target: Path, seconds: float) -> str:
    if done is None:
        return f"{counted}. Nothing was published. `proofpress explain RULE` tells what a problem means."
    left_out = f", {built.hidden} left out as drafts or future posts" if built.hidden else ""
    deleted = f", {done.deleted} deleted" if done.deleted else ""
    return (
        f"{built.pages:,} pages from {built.documents:,} Markdown files in {seconds:.2f} s into {target}/ "
        f"({done.written:,} files written, {done.unchanged:,} unchanged{deleted}{left_out})"
        + (f"; {counted}" if counted else "")
    )
