"""`proofpress explain`: what a problem means, with a wrong and a right example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from proofpress.problems import did_you_mean

if TYPE_CHECKING:
    from proofpress.rules.rule import Rule


@click.command("explain")
@click.argument("rule", required=False)
def command(rule: str | None) -> None:
    """Tell what the problem RULE means and how to mend it; without RULE, list all rules."""
    from proofpress.rules.explanation import explanation
    from proofpress.rules.registry import registry

    rules = registry(more=_of_plugins())
    if rule is None:
        longest = max(map(len, rules))
        for name in sorted(rules):
            click.echo(
                f"{name:<{longest}}  {'off' if rules[name].optional else rules[name].severity:<7}  {explanation(rules[name]).summary}"
            )
        return
    if rule not in rules:
        hint = did_you_mean(rule, rules) or "`proofpress explain` lists all"
        raise click.UsageError(f"there is no rule '{rule}'; {hint}")
    click.echo(explanation(rules[rule]).text.rstrip())


def _of_plugins() -> tuple[Rule, ...]:
    """Return the rules that plugins bring: those that are installed, and in a site its own.

    Outside of a site nothing is opened that happens to be called `plugins.py`.
    """
    from proofpress.builder.plugins import Plugins, open_plugins, read_plugins
    from proofpress.builder.versions import code_version
    from proofpress.cli.site import nearest_site

    entries, root = code_version().entries, nearest_site()
    plugins = read_plugins(root, entries)[0] if root is not None else Plugins(entries)
    return open_plugins(plugins).rules
