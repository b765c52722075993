"""The pages of the build before, known as a group: where nothing that they share changed, those of unchanged texts stand.

A page depends on what all pages share, on its target and its document's card, and on texts. The first three of all pages
have one digest here. Where it is that of the build before, and so is the world, every answer but a text's is settled; so
pages whose own text is the same, and that ask for no other's, are known to stand without a look at their traces. A site of
thousands looks at the page of the post that was edited, and at the feeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from proofpress.engine.digests import SIZE, digest_of, digest_of_all
from proofpress.paths import OutputPath
from proofpress.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from proofpress.builder.desk import Desk
    from proofpress.builder.targets import Filling, TargetStep
    from proofpress.builder.world import World
    from proofpress.output.publish import Made

_NONE = bytes(SIZE)


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """What a build left of all its pages and feeds, in the order of their targets."""

    group: bytes
    """The digest of all that they were made from, texts apart."""
    texts: bytes
    """The digests of their own texts in a row."""
    made: list[tuple[OutputPath, str]]
    """Each one's file and its digest."""
    problems: dict[str, tuple[Problem, ...]]
    """By site path, of those that have any."""


class Group(msgspec.Struct, frozen=True):
    """All pages and feeds of a build: the digest of what they are made from but texts, and the digests of these in a row."""

    digest: bytes
    texts: bytes
    checks: bool

    @classmethod
    def of(
        cls, world: World, filling: Filling, steps: Mapping[str, TargetStep], templates: Mapping[str, bytes]
    ) -> Group:
        """Gather them. `templates` are the digests of all that filling each may read."""
        places = [
            (key, step.own.places["image"])
            for key, step in steps.items()
            if step.own is not None and "image" in step.own.places
        ]
        targets = digest_of_all([step.target for step in steps.values()])
        texts = b"".join([step.body or _NONE for step in steps.values()])
        digest = digest_of([world.digest, filling.digest, targets, dict(templates), places])
        return cls(digest, texts, filling.checks)

    def recall(self, desk: Desk) -> Standing | None:
        """Return what the build before left of the same group; None where it was another."""
        known = desk.traces.fact(_named(desk))
        if known is None or self.digest not in known[: 2 * SIZE]:
            return None
        found = msgspec.msgpack.decode(known, type=Standing)
        same = found.group == self.digest and len(found.texts) == len(self.texts) == len(found.made) * SIZE
        return found if same else None

    def keep(self, desk: Desk, made: Collection[Made], problems: dict[str, tuple[Problem, ...]]) -> None:
        """Keep it for the next build where all of it was made; a check looks at each page by its own."""
        whole = not self.checks and len(made) * SIZE == len(self.texts)
        left = Standing(self.digest, self.texts, [(one.path, one.digest) for one in made], problems)
        desk.traces.put_fact(_named(desk), msgspec.msgpack.encode(left) if whole else b"")


def _named(desk: Desk) -> str:
    return f"standing {desk.filled}"


def standing_pages(
    before: Standing, steps: Mapping[str, TargetStep], kept: Callable[[OutputPath, str], bool]
) -> dict[str, tuple[OutputPath, str]]:
    """Return the pages that stand, by site path: those whose texts are the same and whose files are there."""
    found = {}
    for place, ((key, step), made) in enumerate(zip(steps.items(), before.made, strict=True)):
        text = before.texts[place * SIZE : (place + 1) * SIZE]
        if not step.target.carries and text == (step.body or _NONE) and kept(*made):
            found[key] = made
    return found
