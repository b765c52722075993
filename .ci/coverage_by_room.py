"""Print which part of the code the tests ran, by room, from the data that coverage kept; the last line is the whole."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", report], check=True)
        files = json.loads(report.read_text("utf-8"))["files"]
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, about in files.items():
        within = Path(name).parts
        room = within[within.index("proofpress") + 1].removesuffix(".py")
        for each in (room, "in all"):
            told = about["summary"]
            rooms[each][0] += told["covered_lines"] + told["covered_branches"]
            rooms[each][1] += told["num_statements"] + told["num_branches"]
    for room in sorted(rooms, key=lambda room: (room == "in all", room)):
        ran, there = rooms[room]
        print(f"{room:14} {100 * ran / max(1, there):5.1f} % of {there} statements and branches")


if __name__ == "__main__":
    main()
