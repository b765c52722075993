"""`proofpress new`: a new post with its front matter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from proofpress.cli.say import say
from proofpress.cli.site import from_here, now, require_site, site_option
from proofpress.engine.disk import naming

if TYPE_CHECKING:
    from pathlib import Path


class TitleFirst(click.Command):
    """A command whose argument is a person's own words, which may begin with a dash."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; where a title was taken for an option, say how it is written."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption:
            title = next((word for word in given if word.startswith("-") and " " in word), None)
            if title is None:
                raise
            raise click.UsageError(
                f"the title '{title}' begins like an option; write: proofpress new -- \"{title}\"", ctx
            ) from None


@click.command("new", cls=TitleFirst)
@click.argument("words", nargs=-1, required=True, metavar="TITLE")
@site_option
@click.option("--folder", default="posts", metavar="DIR", help="Below content/ (default: posts).")
@click.option("--bundle", is_flag=True, help="A folder with an index.md, so that images can lie beside the text.")
@click.option("--draft", is_flag=True, help="Mark it as a draft.")
@click.option(
    "--slug", "given_slug", default="", metavar="SLUG", help="The last part of its URL, in place of the title's."
)
def command(words: tuple[str, ...], root: Path | None, folder: str, bundle: bool, draft: bool, given_slug: str) -> None:
    """Write a new post with TITLE, dated today, and print its path. No file is overwritten."""
    from proofpress.config import read_config, zone
    from proofpress.paths import join, slug
    from proofpress.site.claims import too_long

    root = require_site(root)
    title = " ".join(" ".join(words).split())
    if len(words) > 1:
        raise click.UsageError(f'a title of several words stands in quotes: proofpress new "{title}"')
    stem = slug(given_slug or title)
    if not stem:
        raise click.UsageError(f"the title '{title}' has no letter or digit for a URL; add --slug")
    below = join("content", folder)
    if below is None or not (below + "/").startswith("content/"):
        raise click.BadParameter(f"'{folder}' is not below content/", param_hint="--folder")
    name = f"{stem}/index.md" if bundle else f"{stem}.md"
    complaint = too_long(f"{below}/{name}")
    if complaint is not None:
        raise click.UsageError(f"the new post {complaint.message}; choose a shorter --slug or --folder")
    config, _ = read_config((root / "site.yaml").read_bytes(), "site.yaml")
    path = root / below / name
    lines = [
        "---",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"date: {now().astimezone(zone(config)):%Y-%m-%d}",
    ]
    lines += ["draft: true"] if draft else []
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with naming(path), path.open("x", encoding="utf-8", newline="\n") as file:
            file.write("\n".join([*lines, "tags: []", "---", "", ""]))
    except FileExistsError:
        raise click.UsageError(f"'{from_here(path)}' is there already; choose another title or --slug") from None
    say(from_here(path))
