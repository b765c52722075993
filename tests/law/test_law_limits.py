"""What a limit decides is nobody's to remember: the next build is what a clean one is, whatever happened in this one.

The accidents are real: a plugin of Pygments whose lexer never ends while a file says so, and processes that are stopped.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from law_site import NOW, LawSite, tree

if TYPE_CHECKING:
    from pathlib import Path

FENCE = "```bark\nwoof 1\n```\n"
FILES = {
    "site.yaml": "title: Limits\nurl: https://me.example/\n",
    "content/posts/a.md": f"---\ntitle: Alpha\ndate: 2026-01-05\n---\n\nOpening.\n\n{FENCE}",
    # Here the listing is a part of the summary, which lists and feeds show.
    "content/posts/b.md": f"---\ntitle: Beta\ndate: 2026-01-04\n---\n\n{FENCE}\n<!-- more -->\n\nMore.\n",
    "content/posts/c.md": "---\ntitle: Gamma\ndate: 2026-01-03\n---\n\nWords.\n",
}
LEXER = """\
from pathlib import Path

from pygments.lexer import RegexLexer
from pygments.token import Keyword, Text

HERE = Path(__file__).parent


class BarkLexer(RegexLexer):
    name = "Bark"
    aliases = ["bark"]
    tokens = {"root": [("woof", Keyword), (".|\\n", Text)]}

    def get_tokens_unprocessed(self, text, stack=("root",)):
        once = HERE / "once"
        if once.exists():
            once.unlink()
            while True:
                pass
        while (HERE / "hang").exists():
            pass
        if (HERE / "wait").exists():
            (HERE / "waiting").touch()
            while (HERE / "wait").exists():
                pass
        yield from super().get_tokens_unprocessed(text, stack)
"""
COLOURED = '<span class="k">woof</span> 1'


class Site:
    """A site with two posts that show a listing, the plugin that colours it, and the commands that build it."""

    def __init__(self, folder: Path) -> None:
        self.law = LawSite(folder / "site").write(FILES)
        self.plugin = folder / "plugin"
        about = self.plugin / "bark-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "entry_points.txt").write_text("[pygments.lexers]\nbark = bark_lexer:BarkLexer\n")
        (self.plugin / "bark_lexer.py").write_text(LEXER)
        self.env = os.environ | {"PYTHONPATH": str(self.plugin)}

    def say(self, name: str) -> None:
        (self.plugin / name).touch()

    def unsay(self, name: str) -> None:
        (self.plugin / name).unlink()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "proofpress", "build", *arguments],
            cwd=self.law.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def build(self, *arguments: str, status: int = 0) -> str:
        with self.start(*arguments) as process:
            said, _ = process.communicate()
        assert process.returncode == status, said
        return said

    def preview(self, steps: str) -> str:
        """Do something with a preview's session, in a process and a thread of its own."""
        program = (
            "import datetime as dt, pathlib, sys, threading\n"
            "from proofpress.preview.session import Session\nfrom proofpress.builder.inputs import Options\n"
            f"now = dt.datetime.fromisoformat('{NOW.isoformat()}')\n"
            f"plugin = pathlib.Path({str(self.plugin)!r})\n"
            "session = Session(Options(root=pathlib.Path('.'), now=now), lambda: now)\n"
            "def page(shown):\n"
            f"    return {COLOURED!r} in shown.read('posts/a/index.html').decode()\n"
            f"{steps}\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=self.law.root,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    @property
    def public(self) -> dict[str, bytes]:
        return tree(self.law.root / "public")

    def remembered(self) -> set[str]:
        """Return the documents that the cache knows."""
        with sqlite3.connect(self.law.store) as store:
            found = {key for (key,) in store.execute("SELECT key FROM step WHERE kind = 'document'")}
        store.close()
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What is published where nothing happens."""
    other = Site(tmp_path_factory.mktemp("clean"))
    other.build()
    return other.public


def test_a_listing_that_met_an_accident_is_coloured_by_the_next_build(site: Site, clean: dict[str, bytes]) -> None:
    site.say("hang")
    said = site.build()
    assert said.count("slow-listing: the lexer for Bark takes too long over this listing") == 2
    assert site.remembered() == {"content/posts/c.md"}
    plain = site.public
    assert b"woof 1" in plain["posts/a/index.html"]
    assert COLOURED.encode() not in b"".join(plain.values())
    site.unsay("hang")
    said = site.build("--verify")
    assert "slow-listing" not in said
    assert site.public == clean
    assert site.remembered() == {"content/posts/a.md", "content/posts/b.md", "content/posts/c.md"}
    assert "nothing was made" in site.build("--explain")


@pytest.mark.thorough
def test_a_listing_that_always_takes_too_long_gives_the_same_bytes_the_same_word_and_can_be_verified(
    site: Site,
) -> None:
    site.say("hang")
    first = site.build("--format", "json")
    plain = site.public
    again = site.build("--format", "json", "--verify")
    assert again.startswith(first)
    assert "verified" in again.removeprefix(first)
    assert len(json.loads(first)) == 2
    assert site.public == plain


def test_verifying_does_not_call_an_accident_a_bug(site: Site) -> None:
    site.say("once")
    said = site.build("--verify", "--jobs", "1", status=1)
    assert "took a lexer too long in only one of the two builds" in said
    assert "content/posts/a.md" in said
    assert "bug" not in said


@pytest.mark.thorough
def test_verifying_does_not_call_an_accident_of_its_own_a_bug(site: Site) -> None:
    site.build()
    site.say("once")
    said = site.build("--verify", status=1)
    assert "took a lexer too long in only one of the two builds" in said
    assert "bug" not in said


@pytest.mark.thorough
def test_a_build_whose_processes_are_stopped_for_seconds_gives_the_same_bytes(
    site: Site, clean: dict[str, bytes]
) -> None:
    site.say("wait")
    process = site.start("--jobs", "1")
    waiting = site.plugin / "waiting"
    while not waiting.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=3)
    site.unsay("wait")
    process.send_signal(signal.SIGCONT)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert "slow-listing" not in said
    assert site.public == clean


def in_a_thread(steps: str) -> str:
    body = "".join(f"    {line}\n" for line in steps.splitlines())
    return f"def work():\n{body}thread = threading.Thread(target=work)\nthread.start()\nthread.join()\n"


@pytest.mark.parametrize("steps_in", ["main", "other"])
def test_a_preview_colours_a_listing_once_it_can_be_and_leaves_no_accident_behind(
    site: Site, clean: dict[str, bytes], steps_in: str
) -> None:
    steps = (
        "(plugin / 'hang').touch()\n"
        "first = session.start()\n"
        "print(page(first))\n"
        "(plugin / 'hang').unlink()\n"
        "print(page(first))\n"
        "print(page(session.rebuild(frozenset({'content/posts/a.md'}))))\n"
        "session.close()\n"
    )
    said = site.preview(steps if steps_in == "main" else in_a_thread(steps))
    assert said.split() == ["False", "False", "True"], "a page stays that of its build until it is saved"
    site.build()
    assert site.public == clean


@pytest.mark.thorough
def test_an_accident_in_a_text_that_was_saved_is_not_kept_for_the_text_before(
    site: Site, clean: dict[str, bytes]
) -> None:
    post = site.law.root / "content/posts/a.md"
    steps = (
        "session.start()\n"
        "post = pathlib.Path('content/posts/a.md')\n"
        "before = post.read_bytes()\n"
        "post.write_bytes(before.replace(b'Opening', b'Entrance'))\n"
        "session.rebuild(frozenset({str(post)}))\n"
        "(plugin / 'hang').touch()\n"
        "post.write_bytes(before.replace(b'Opening', b'Preface'))\n"
        "session.rebuild(frozenset({str(post)}))\n"
        "(plugin / 'hang').unlink()\n"
        "session.close()\n"
        "post.write_bytes(before.replace(b'Opening', b'Entrance'))\n"
    )
    site.preview(steps)
    site.build("--verify")
    assert COLOURED.encode() in site.public["posts/a/index.html"]
    assert b"Entrance" in site.public["posts/a/index.html"]
    post.write_text(FILES["content/posts/a.md"])
    site.build("--verify")
    assert site.public == clean


def test_a_plugin_that_cannot_be_loaded_is_a_problem_at_its_listing_and_not_remembered(
    site: Site, clean: dict[str, bytes]
) -> None:
    (site.plugin / "bark_lexer.py").write_text("import a_library_that_is_missing\n")
    said = site.build()
    assert "unknown-language: no language is called 'bark', and a plugin of Pygments can't be loaded" in said
    assert "a_library_that_is_missing" in said
    assert site.remembered() == {"content/posts/c.md"}
    (site.plugin / "bark_lexer.py").write_text(LEXER)
    site.build()
    assert site.public == clean
