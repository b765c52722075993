"""A small site on disk, built by the real builder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from proofpress.builder.build import Built, build
from proofpress.builder.inputs import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proofpress.problems import Problem

NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)


class SmallSite(msgspec.Struct):
    """A site's folder, and what building it gives."""

    root: Path

    def write(self, files: Mapping[str, str | bytes]) -> SmallSite:
        for path, text in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self

    def build(self, **options: Any) -> Built:
        return build(Options(root=self.root, now=options.pop("now", NOW), **options))

    def pages(self, **options: Any) -> dict[str, str]:
        """Build, expect no error, and return every text output by path."""
        built = self.build(**options)
        assert not built.failed, [f"{p.path}:{p.line}:{p.column} {p.rule} {p.message}" for p in built.problems]
        return {
            path: data.decode("utf-8")
            for path, data in built.outputs.items()
            if path.endswith((".html", ".xml", ".json", ".txt", ".css"))
        }

    def problems(self, rule: str = "", **options: Any) -> list[Problem]:
        return [p for p in self.build(**options).problems if rule in ("", p.rule)]


def post(title: str, date: str = "2026-01-01", text: str = "Text.", more: str = "") -> str:
    """Return a post's file."""
    return f"---\ntitle: {title}\ndate: {date}\n{more}---\n\n{text}\n"
