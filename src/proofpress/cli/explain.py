"""`proofpress explain`: what a problem means, with a wrong and a right example."""

from __future__ import annotations

import click

from proofpress.problems import RULES, did_you_mean


@click.command("explain")
@click.argument("rule", required=False)
def command(rule: str | None) -> None:
    """Tell what the problem RULE means and how to mend it; without RULE, list all rules."""
    from proofpress.explanations import explanation

    if rule is None:
        longest = max(map(len, RULES))
        for name, weight in sorted(RULES.items()):
            click.echo(f"{name:<{longest}}  {weight:<7}  {explanation(name).summary}")
        return
    if rule not in RULES:
        hint = did_you_mean(rule, RULES) or "`proofpress explain` lists all"
        raise click.UsageError(f"there is no rule '{rule}'; {hint}")
    click.echo(explanation(rule).text.rstrip())
