"""Sanitising raw HTML with nh3 (`markdown: {html: sanitize}`)."""

from __future__ import annotations


class MissingExtra(RuntimeError):  # noqa: N818 - it is what is missing
    """An optional part of Proofpress is not installed; the message is the command that installs it."""


class Sanitizer:
    """Cleans finished HTML, keeping what the renderer itself writes."""

    def __init__(self) -> None:
        try:
            import nh3  # noqa: PLC0415
        except ImportError:
            raise MissingExtra(
                "markdown: {html: sanitize} needs nh3; install it with: pip install 'proofpress[sanitize]'"
            ) from None
        self._nh3 = nh3
