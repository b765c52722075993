"""`python -m proofpress` is the command `proofpress`."""

from proofpress.cli import run

run()
