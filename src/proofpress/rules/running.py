"""What goes wrong when the listings of a post are run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from proofpress.rules.rule import Fault, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence


def _said(name: str, message: str) -> str:
    """Return an error as it stands in a sentence that goes on, so without a stop at its end."""
    message = message if message.endswith("..") else message.removesuffix(".")
    return f"{name}: {message}" if message else name


class _FailedListing(Rule, frozen=True):
    def raised(self, name: str, message: str, hint: str = "") -> Fault:
        return self.says(
            f"the listing ended with {_said(name, message)}", hint or f'where that is meant, write: raises="{name}"'
        )

    def status(self, message: str, hint: str = "") -> Fault:
        return self.says(f"the script ended with exit {message}", hint or 'where that is meant, write: raises="exit"')

    def other(self, wanted: str, name: str, message: str) -> Fault:
        said = _said(name, message)
        return self.says(f"the listing is to end with {wanted}, and ended with {said}", "mend one of the two")

    def nothing_raised(self, wanted: str) -> Fault:
        return self.says(f"the listing is to end with {wanted}, and ended without an error", "take 'raises' out")

    def slow(self, seconds: float) -> Fault:
        return self.says(
            f"the listing was not done after {seconds:g} s, and was ended",
            "give it more time: timeout= on its fence, or --timeout",
        )

    def flood(self, most: int) -> Fault:
        return self.says(f"the listing printed more than {most:,} characters, and was ended", "have it print less")

    def died(self, status: int) -> Fault:
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return self.says(f"the process in which the listing ran {how}", "the listings after it were not run")

    def after(self, line: int) -> Fault:
        return self.says(f"the listing was not run: its session came to an end at line {line}", "mend that one first")


class _CannotRun(Rule, frozen=True):
    def no_kernel(self, language: str) -> Fault:
        return self.says(
            f"no kernel of Jupyter for {language} is installed, so that no listing in it is run",
            "install one (`jupyter kernelspec list` shows what is there), or write run=false",
        )

    def no_extra(self, message: str) -> Fault:
        what, _, how = message.rpartition(": ")
        return self.says(f"{what}, which is not installed", f"install it: {how}")

    def no_program(self, name: str) -> Fault:
        return self.says(f"there is no {name} on this machine, so that no listing of a shell is run", f"install {name}")

    def no_start(self, language: str, why: str) -> Fault:
        return self.says(f"the kernel for {language} could not be started: {why}")

    def no_python_kernel(self, python: str) -> Fault:
        return self.says(
            f"'{python}' has no kernel of Jupyter, which runs the listings",
            f"install it: {python} -m pip install ipykernel",
        )

    def missing(self, packages: Sequence[str]) -> Fault:
        named = ", ".join(packages)
        return self.says(
            f"what the listing needs is not installed: {named}",
            f"install it: pip install {' '.join(packages)}; or run with --isolated",
        )

    def environment(self, why: str) -> Fault:
        return self.says(f"an environment with these requirements could not be made: {why}")

    def requirement(self, written: str) -> Fault:
        return self.says(f"'{written}' is no requirement", "write a package's name, and its versions: numpy>=2")

    def not_kept(self, why: str) -> Fault:
        return self.says(f"what the listings gave can't be kept: {why}")

    def unread(self, written: str, why: str) -> Fault:
        return self.says(f"'{written}' can't be handed to the listings: {why}", "name a file of the site")


class _ReadsOutside(Rule, frozen=True):
    def read(self, paths: Sequence[str]) -> Fault:
        return self.says(
            f"the listing read what is no part of the post: {_named(paths)}",
            "name what it needs in `reads:` of the front matter, so that the lock knows of it",
        )

    def wrote(self, paths: Sequence[str]) -> Fault:
        return self.says(f"the listing was not let change {_named(paths)}", "what a run writes stays in its own folder")


class _LeftRunning(Rule, frozen=True):
    def left(self, programs: Sequence[str]) -> Fault:
        return self.says(
            f"what the listings started still ran when they were done: {', '.join(programs)}; it was ended",
            "end it in the listing",
        )


class _ChangedOutput(Rule, frozen=True):
    def printed(self, before: str, now: str, versions: Sequence[str] = ()) -> Fault:
        """`versions` says what it ran with then, and with what now, where that is other."""
        other = f"{_listed(versions)}; " if versions else ""
        return self.says(
            f"the listing gives '{now}', and gave '{before}'", f"{other}`proofpress run` writes down what it gives now"
        )

    def not_kept(self) -> Fault:
        return self.says("what the listings give is not kept", "`proofpress run` writes it down")


NAMED: Final = 3
"""How many files, or packages, a message names."""


def _named(paths: Sequence[str]) -> str:
    return _listed([f"'{path}'" for path in paths])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f", and {more:,} more" if more > 0 else "")


FAILED_LISTING: Final = _FailedListing("failed-listing", "error", "text", fixed=True)
CANNOT_RUN: Final = _CannotRun("cannot-run", "error", "text", fixed=True)
CHANGED_OUTPUT: Final = _ChangedOutput("changed-output", "error", "text")
READS_OUTSIDE: Final = _ReadsOutside("reads-outside", "warning", "text")
LEFT_RUNNING: Final = _LeftRunning("left-running", "warning", "text")
