"""The command `proofpress`: one module a command, and the only place that prints."""
