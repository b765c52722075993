"""Say in which versions an environment, as `pip list --format=freeze` tells of it, differs from constraints/proven.txt."""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROVEN = Path(__file__).parents[1] / "constraints" / "proven.txt"
LEFT_OUT = {"pip", "proofpress", "setuptools"}


def read(text: str) -> dict[str, str]:
    """Return versions by name, as constraints are written."""
    pairs = (line.split("==") for line in text.splitlines() if "==" in line and not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def main() -> None:
    here = {name: version for name, version in read(sys.stdin.read()).items() if name not in LEFT_OUT}
    proven = read(PROVEN.read_text("utf-8"))
    other = [
        f"{name}=={here[name]}" if name in here else f"{name} is not needed"
        for name in sorted(here.keys() | proven.keys())
        if here.get(name) != proven.get(name)
    ]
    print("\n".join(["other than constraints/proven.txt:", *other]) if other else "constraints/proven.txt holds")


if __name__ == "__main__":
    main()
