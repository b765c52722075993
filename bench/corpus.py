"""Posts by the thousand, made from the few in content/: real prose and real listings, no two posts alike.

A post keeps the order of headings, paragraphs and listings of one post of content/, and about half of its paragraphs
and listings are exchanged for some of other posts. Everything follows from the post's number, so every tool and every
run gets the same text. What only Proofpress understands is taken out: formulas stay as code, the marker of an alert and
what stands behind a listing's language go, images go, and a link to another file becomes one to another post's URL.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTENT = Path(__file__).parents[1] / "content"

TAGS = ("applications", "frameworks", "fundamentals", "generative", "history", "mathematics", "sequences", "vision")

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})(?P<language>[\w+#-]*)")
FORMULA_LINE = re.compile(r"\$\$(?P<rest>.*)")
FORMULA = re.compile(r"(?<!\\)\$([^$`\n]+(?:\n[^$`\n]+)*)\$")
HEADING_ATTRIBUTES = re.compile(r"\s*\{[#.][^}]*\}\s*$")
IMAGE = re.compile(r"!\[[^\]]*\]\(\S+(?:\s+\"[^\"]*\")?\)")
LINK_WITHIN = re.compile(r"\[([^\]]*)\]\(#[^)]*\)")
LINK_TO_FILE = re.compile(r"\]\((?!https?:|mailto:|\0)[^)]*\)")
NOTE = re.compile(r"\[\^([^\]]+)\](?!:)")
NOTE_TEXT = re.compile(r"^\[\^([^\]]+)\]:", re.MULTILINE)

LINK = "](\0)"
"""A link to another post, until it is known to which."""

Kind = Literal["heading", "listing", "text"]


class Block(NamedTuple):
    """A piece of a post that can stand in another one."""

    kind: Kind
    text: str


class Corpus(NamedTuple):
    """The posts that there are, in blocks, and the text of every footnote by its label."""

    posts: tuple[tuple[Block, ...], ...]
    notes: dict[str, str]

    def of(self, kind: Kind) -> list[Block]:
        """Return all blocks of a kind, in the order of the posts."""
        return [block for post in self.posts for block in post if block.kind == kind]


class Post(NamedTuple):
    """A made-up post's title, day and tags, and its text as any Markdown blog takes it."""

    name: str
    title: str
    date: str
    tags: tuple[str, ...]
    text: str


def read_corpus(content: Path = CONTENT) -> Corpus:
    """Read the posts below a content folder. Raises ValueError where there is none."""
    posts = []
    notes: dict[str, str] = {}
    for path in sorted(content.glob("posts/**/*.md")):
        blocks = []
        for block in blocks_of(FRONT_MATTER.sub("", path.read_text("utf-8"))):
            if block.kind == "text" and block.text.startswith("[^"):
                starts = [found.start() for found in NOTE_TEXT.finditer(block.text)]
                for start, end in zip(starts, [*starts[1:], len(block.text)], strict=True):
                    found = NOTE_TEXT.match(block.text[start:])
                    assert found is not None, "a footnote starts there"
                    notes.setdefault(found[1], block.text[start:end].rstrip())
            else:
                blocks.append(block)
        if any(block.kind == "heading" for block in blocks):  # a list's introduction is no post
            posts.append(tuple(blocks))
    if not posts:
        raise ValueError(f"there are no posts below '{content}'")
    return Corpus(tuple(posts), notes)


def blocks_of(text: str) -> Iterator[Block]:
    """Give a post's blocks, each as every tool understands it."""
    for lines in _paragraphs(text.splitlines()):
        fence = FENCE.match(lines[0])
        if fence:
            yield Block("listing", "\n".join([fence["marks"] + fence["language"], *lines[1:]]))
            continue
        block = "\n".join(line for line in lines if not line.startswith("> [!"))
        if not block or block.startswith(("![", "<!--")):
            continue
        if block.startswith("#"):
            yield Block("heading", HEADING_ATTRIBUTES.sub("", common(block)))
        else:
            yield Block("text", common(block))


def common(block: str) -> str:
    """Return prose as every tool understands it: formulas as code, no images, links to come."""
    block = FORMULA.sub(lambda found: f"`{found[1].replace('|', '/')}`", block)
    block = LINK_WITHIN.sub(r"\1", IMAGE.sub("", block))
    return LINK_TO_FILE.sub(lambda _found: LINK, block).replace("{{<", "{ {<").replace("{{%", "{ {%")


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Give a text's lines in groups: a listing whole, else what stands between blank lines; no set formulas."""
    group: list[str] = []
    closing = ""
    in_formula = False
    for line in lines:
        formula = None if closing else FORMULA_LINE.match(line)
        if formula:
            # '$$ x $$' on a line of its own opens and closes.
            in_formula = not in_formula and not formula["rest"].rstrip().endswith("$$")
            continue
        if in_formula:
            in_formula = not line.rstrip().endswith("$$")
            continue
        fence = FENCE.match(line)
        if closing:
            group.append(line)
            if line.rstrip() == closing:
                yield group
                group, closing = [], ""
        elif fence:
            if group:
                yield group
            group, closing = [line], fence["marks"]
        elif line.strip():
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def make_post(corpus: Corpus, number: int, count: int) -> Post:
    """Return post `number` of `count`: always the same one."""
    chance = random.Random(number)
    others = {kind: corpus.of(kind) for kind in ("listing", "text")}
    parts = []
    listings = 0
    for block in corpus.posts[number % len(corpus.posts)]:
        if block.kind == "heading":
            parts.append(block.text)
            continue
        chosen = chance.choice(others[block.kind]) if chance.random() < 0.5 else block
        if chosen.kind == "listing":
            # Its own first line, so that no tool can take one listing's colours for another's.
            listings += 1
            first, _, rest = chosen.text.partition("\n")
            parts.append(f"{first}\n# listing {listings} of post {number}\n{rest}")
        else:
            parts.append(chosen.text)
    text = "\n\n".join(parts)
    while LINK in text:
        text = text.replace(LINK, f"](/posts/{name_of(chance.randrange(count))}/)", 1)
    labels = dict.fromkeys(NOTE.findall(text))
    notes = [corpus.notes[label] for label in labels if label in corpus.notes]
    return Post(
        name=name_of(number),
        title=f"Post number {number}",
        date=f"{2010 + number % 15}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        tags=tuple(sorted(chance.sample(TAGS, 2))),
        text="\n\n".join([text, *(common(note).replace(LINK, "](/)") for note in notes)]) + "\n",
    )


def name_of(number: int) -> str:
    """Return a post's name, which is its slug too."""
    return f"post-{number:05d}"
