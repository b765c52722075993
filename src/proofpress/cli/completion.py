"""`proofpress completion`: a shell's completion script, for its start-up file."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

INSTALL = {
    "bash": 'eval "$(proofpress completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(proofpress completion zsh)"   # in ~/.zshrc',
    "fish": "proofpress completion fish > ~/.config/fish/completions/proofpress.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(INSTALL.values()))
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    found = get_completion_class(shell)
    assert found is not None, "click knows these three"
    parent = context.find_root().command
    # `source` asks the installed bash for its version; the script itself is the template with its names filled in.
    completion = found(parent, {}, "proofpress", "_PROOFPRESS_COMPLETE")
    click.echo(completion.source_template % completion.source_vars())
