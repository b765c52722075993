"""What a person is told who stands in the wrong folder, asks for what is not there, renames a post, or has no rights."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from proofpress.cli.faults import in_words
from proofpress.cli.origin import Origin, of_checkout, public
from proofpress.cli.site import nearest_site, require_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Proofpress

SETTINGS = "title: Small\nurl: https://me.example/\n"
EARLY = {"SOURCE_DATE_EPOCH": "1767225600"}  # the first day of 2026


def post(title: str, more: str = "", text: str = "Some words.", date: str = "2025-03-02") -> str:
    return f"---\ntitle: {title}\ndate: {date}\n{more}---\n\n{text}\n"


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    files = {"site.yaml": SETTINGS, "content/posts/a.md": post("Alpha"), "content/posts/deep/b.md": post("Beta")}
    return write(tmp_path / "site", files)


# ---------------------------------------------------------------- where the site is


def test_every_command_finds_the_site_above_the_folder_where_it_is_given(site: Path, proofpress: Proofpress) -> None:
    below = site / "content/posts/deep"
    done = proofpress("build", cwd=below)
    assert done.returncode == 0, done.stderr
    assert (site / "public/posts/a/index.html").is_file()
    assert f"into {Path('../../../public')}/" in done.stderr
    assert not (below / "public").exists()
    made = proofpress("new", "Gamma", "--folder", "posts/deep", cwd=below)
    assert made.stdout.strip() == "gamma.md"
    write(site, {"site.yaml": SETTINGS + "taxonomies: [moods]\n"})
    assert "moods" in proofpress("schema", "front-matter", cwd=below).stdout
    assert proofpress("clean", cwd=below).returncode == 0
    assert not (site / "public").exists()


def test_a_problem_is_shown_at_its_file_as_it_is_reached_from_here_and_to_machines_from_the_site(
    site: Path, proofpress: Proofpress
) -> None:
    write(site, {"content/posts/deep/b.md": post("Beta", text="[x](nope.md)")})
    for cwd, named in (
        (site / "content/posts/deep", "b.md"),
        (site / "content/posts", "deep/b.md"),
        (site / "content", "posts/deep/b.md"),
        (site, "content/posts/deep/b.md"),
    ):
        done = proofpress("build", cwd=cwd)
        assert f"{named}:6:5: error broken-link" in done.stderr.splitlines()[0]
        (found,) = json.loads(proofpress("build", "--format", "json", cwd=cwd).stdout)
        assert found["path"] == "content/posts/deep/b.md"
    named = "site/content/posts/deep/b.md"
    assert proofpress("build", "--site", "site", cwd=site.parent).stderr.startswith(f"{named}:6:5: error")


def test_the_nearest_of_two_sites_is_the_one_and_a_folder_that_is_named_is_not_left(
    site: Path, proofpress: Proofpress
) -> None:
    inner = write(site / "content/other", {"site.yaml": SETTINGS, "content/index.md": "# Inner\n"})
    assert proofpress("build", cwd=inner / "content").returncode == 0
    assert (inner / "public/index.html").is_file()
    assert not (site / "public").exists()
    done = proofpress("build", "--site", "posts", cwd=site / "content")
    assert done.returncode == 2
    assert "'posts' is not a site" in done.stderr


@pytest.mark.posix
def test_what_another_user_put_above_is_built_only_when_it_is_named(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site / "content")
    assert nearest_site() == Path("..")
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    with pytest.raises(click.UsageError, match=r"another user.*--site \.\."):
        require_site(None)
    assert require_site(Path("..")) == Path("..")
    monkeypatch.chdir(site)
    assert require_site(None) == Path()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "."], "proofpress build --site ."),
        (["serve", "."], "proofpress serve --site ."),
        (["clean", "../site"], "proofpress clean --site ../site"),
        (["build", "content/posts/a.md"], "takes no file such as 'content/posts/a.md'"),
        (["build", "drafts"], "did you mean --drafts?"),
        (["serve", "8080"], "proofpress serve --port 8080"),
        (["build", "--site", "site.yaml"], "'site.yaml' is a file; --site names the folder: --site ."),
    ],
)
def test_a_word_that_a_command_does_not_take_is_answered_with_what_to_write(
    site: Path, proofpress: Proofpress, arguments: list[str], said: str
) -> None:
    done = proofpress(*arguments, cwd=site)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_settings_under_another_name_are_named(tmp_path: Path, proofpress: Proofpress) -> None:
    done = proofpress("build", cwd=write(tmp_path, {"site.yml": SETTINGS}))
    assert done.returncode == 2
    assert "it has 'site.yml'" in done.stderr


# ---------------------------------------------------------------- what is left out, and what is not there


def test_what_a_build_leaves_out_is_named_with_the_reason_also_where_nothing_changed(
    site: Path, proofpress: Proofpress
) -> None:
    drafts = {f"content/posts/draft-{number}.md": post("D", "draft: true\n") for number in range(6)}
    write(site, drafts | {"content/posts/later.md": post("Later", date="2031-04-05")})
    for _ in range(2):
        done = proofpress("build", cwd=site, env=EARLY)
        last = done.stderr.splitlines()[-1]
        assert last.startswith(
            "7 left out: content/posts/later.md is dated 2031-04-05, content/posts/draft-0.md is a draft"
        )
        assert last.endswith("and 2 more")
    assert "left out" not in proofpress("build", "--drafts", "--future", cwd=site, env=EARLY).stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/typo/", "nothing is at this address"),
        ("/posts/alpha/", "nothing is at this address"),
        ("/posts/ab/", "did you mean '/posts/a/'?"),
        ("content/posts/none.md", "nothing is at this address"),
        ("/posts/a/", "not made again"),
        ("posts/a", "not made again"),
        ("https://me.example/posts/a/", "not made again"),
        ("content/posts/a.md", "not rendered again"),
        ("/feed.xml", "not made again"),
        ("/posts/secret/", "not published: content/posts/secret.md is a draft; --drafts publishes it"),
        ("content/posts/later.md", "content/posts/later.md is dated 2031-04-05; --future publishes it"),
        ("/posts/日本語/", "not made again"),
    ],
)
def test_explain_tells_what_stands_from_what_is_left_out_and_what_is_not_there(
    site: Path, proofpress: Proofpress, asked: str, said: str
) -> None:
    files = {
        "content/posts/secret.md": post("Secret", "draft: true\n"),
        "content/posts/later.md": post("Later", date="2031-04-05"),
        "content/posts/日本語.md": post("Japanese"),
    }
    write(site, files)
    first = proofpress("build", "--explain", asked, cwd=site, env=EARLY)
    if "again" in said:
        assert "because it is new" in first.stdout
    else:
        assert said in first.stdout
    again = proofpress("build", "--explain", asked, cwd=site, env=EARLY)
    assert said in again.stdout
    assert again.stdout.startswith(f"{asked}: ")


def test_explain_says_what_a_page_shows_that_changed(site: Path, proofpress: Proofpress) -> None:
    assert proofpress("build", cwd=site).returncode == 0
    write(site, {"content/posts/deep/b.md": post("Another")})
    said = proofpress("build", "--explain", cwd=site).stdout
    assert "/posts/a/: filled because its neighbours changed: " in said
    assert "content/posts/deep/b.md: rendered because its text changed" in said
    assert "answer" not in said
    assert "(" not in said


# ---------------------------------------------------------------- addresses that are lost


def told(proofpress: Proofpress, site: Path, *more: str) -> list[dict[str, object]]:
    done = proofpress("build", "--format", "json", *more, cwd=site)
    assert done.returncode == 0, done.stdout
    return [found for found in json.loads(done.stdout) if found["rule"] == "lost-url"]


@pytest.mark.parametrize(
    ("remove", "files", "line"),
    [
        ("content/posts/a.md", {"content/posts/renamed.md": post("Alpha")}, 1),
        ("content/posts/a.md", {"content/posts/renamed.md": post("Alpha, again")}, 1),
        ("content/posts/a.md", {"content/notes/a/index.md": post("Alpha", text="Other words.")}, 1),
        ("", {"content/posts/a.md": post("Alpha", "slug: other\n")}, 4),
        ("", {"content/posts/a.md": post("Alpha", "aliases: [/old/]\nurl: /here/\n")}, 4),
        ("", {"site.yaml": SETTINGS + "permalink: /{year}/{slug}/\n"}, 1),
    ],
)
def test_the_address_that_a_build_loses_is_told_once_with_the_alias_to_write_where_it_is_to_be_written(
    site: Path, proofpress: Proofpress, remove: str, files: dict[str, str], line: int
) -> None:
    write(site, {"content/posts/deep/b.md": post("Beta", text="Wholly different.")})
    assert told(proofpress, site) == []
    if remove:
        (site / remove).unlink()
    write(site, files)
    found = [one for one in told(proofpress, site) if "/posts/a/" in str(one["message"])]
    (one,) = found
    where = next((name for name in files if name.endswith(".md")), "content/posts/a.md")
    assert (one["path"], one["line"], one["severity"]) == (where, line, "warning")
    assert "'/posts/a/'" in str(one["hint"]) or "aliases: [/posts/a/]" in str(one["hint"])
    assert told(proofpress, site) == []
    write(site, {"content/posts/deep/b.md": post("Beta", text="Edited.")})
    assert told(proofpress, site) == []


def test_a_lost_address_stays_found_with_the_alias_and_stops_a_build_where_the_settings_say_so(
    site: Path, proofpress: Proofpress
) -> None:
    write(site, {"site.yaml": SETTINGS + "rules: {lost-url: error}\n"})
    assert proofpress("build", cwd=site).returncode == 0
    (site / "content/posts/a.md").rename(site / "content/posts/z.md")
    for _ in range(2):
        assert "error lost-url" in proofpress("build", cwd=site).stderr
        assert (site / "public/posts/a/index.html").is_file()
    write(site, {"content/posts/z.md": post("Alpha", "aliases: [/posts/a/]\n")})
    done = proofpress("build", cwd=site)
    assert (done.returncode, "lost-url" in done.stderr) == (0, False)
    assert "posts/z/" in (site / "public/posts/a/index.html").read_text("utf-8")


def test_a_deleted_post_s_address_is_told_and_strict_does_not_refuse_what_a_build_from_nothing_gives(
    site: Path, proofpress: Proofpress
) -> None:
    assert proofpress("build", "--strict", cwd=site).returncode == 0
    (site / "content/posts/a.md").unlink()
    done = proofpress("build", "--strict", cwd=site)
    assert done.returncode == 0
    assert "content/posts/a.md: warning lost-url: this file is gone, and so is '/posts/a/'" in done.stderr
    assert not (site / "public/posts/a").exists()


def test_what_was_taken_back_as_a_draft_is_no_address_that_was_lost(site: Path, proofpress: Proofpress) -> None:
    assert told(proofpress, site) == []
    write(site, {"content/posts/a.md": post("Alpha", "draft: true\n")})
    (site / "content/posts/deep/b.md").unlink()
    write(site, {"content/_drafts/b.md": post("Beta")})
    assert told(proofpress, site) == []


def test_each_output_folder_has_its_own_addresses(site: Path, proofpress: Proofpress) -> None:
    write(site, {"content/posts/c.md": post("Gamma", "draft: true\n", text="Unseen.")})
    assert told(proofpress, site, "--drafts", "--output", "preview") == []
    (site / "content/posts/c.md").unlink()
    assert told(proofpress, site) == []
    assert [found["path"] for found in told(proofpress, site, "--drafts", "--output", "preview")] == [
        "content/posts/c.md"
    ]


# ---------------------------------------------------------------- the system's refusals


def test_clean_waits_for_a_build_that_is_at_work(site: Path, proofpress: Proofpress) -> None:
    assert proofpress("build", cwd=site).returncode == 0
    held = sqlite3.connect(site / ".proofpress/cache.db-lock", isolation_level=None, check_same_thread=False)
    held.execute("BEGIN IMMEDIATE")
    cleaning = subprocess.Popen([sys.executable, "-m", "proofpress", "clean"], cwd=site, stdout=subprocess.PIPE)
    with contextlib.suppress(subprocess.TimeoutExpired):
        cleaning.wait(2)
    assert cleaning.poll() is None
    assert (site / "public/posts/a/index.html").is_file()
    held.close()
    said, _ = cleaning.communicate(timeout=60)
    assert cleaning.returncode == 0, said
    assert sorted(path.name for path in site.iterdir()) == ["content", "site.yaml"]


def test_builds_and_cleans_at_the_same_time_end_well_and_leave_a_whole_site(site: Path, proofpress: Proofpress) -> None:
    ended: list[int] = []

    def run(command: str) -> None:
        ended.extend(proofpress(command, cwd=site).returncode for _ in range(3))

    threads = [threading.Thread(target=run, args=(command,)) for command in ("build", "clean", "build", "clean")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [0] * 12
    assert proofpress("build", "--verify", cwd=site).returncode == 0


@pytest.mark.parametrize("number", [1, 2, 5, 13, 17, 20, 21, 24, 28, 30])
def test_what_the_system_refuses_is_said_in_words_with_the_file(number: int) -> None:
    said = in_words(OSError(number, os.strerror(number), "public/a.html"))
    assert said.startswith("'public/a.html': ")
    assert os.strerror(number) not in said
    assert in_words(OSError(number, "words of ours", "x")) == "'x': words of ours"


# ---------------------------------------------------------------- a new site


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "/public/\n/.proofpress/\n"),
        ("node_modules", "node_modules\n/public/\n/.proofpress/\n"),
        ("public\n", "public\n/.proofpress/\n"),
        ("/public/\n.proofpress\n", "/public/\n.proofpress\n"),
        ("*.log\r\n", "*.log\r\n/public/\r\n/.proofpress/\r\n"),
    ],
)
def test_init_adds_the_lines_that_a_gitignore_lacks(
    tmp_path: Path, proofpress: Proofpress, before: str, after: str
) -> None:
    (tmp_path / ".gitignore").write_bytes(before.encode())
    assert proofpress("init", cwd=tmp_path).returncode == 0
    assert (tmp_path / ".gitignore").read_bytes() == after.encode()


@pytest.mark.git
def test_init_takes_the_author_from_git_s_settings(tmp_path: Path, proofpress: Proofpress) -> None:
    write(tmp_path, {"gitconfig": '[user]\n\tname = "Ada: the \\"Countess\\""\n'})
    own = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
    assert proofpress("init", "notes", cwd=tmp_path, env=own).returncode == 0
    assert '- name: "Ada: the \\"Countess\\""\n' in (tmp_path / "notes/site.yaml").read_text("utf-8")
    assert proofpress("build", "--base-url", "https://me.example/", cwd=tmp_path / "notes").returncode == 0


@pytest.mark.bash
def test_the_line_that_init_prints_can_be_pasted_whatever_the_folder_s_name(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    for name in ("my notes", "it's", "a$(touch oops)"):
        said = proofpress("init", name, cwd=tmp_path).stdout.splitlines()[0]
        line = said.partition("then: ")[2].replace("proofpress build", "pwd")
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
        assert done.stdout.rstrip("\n") == str(tmp_path / name)


@pytest.mark.parametrize("service", ["github", "gitlab", "forgejo"])
def test_the_job_installs_what_it_is_told_to(tmp_path: Path, proofpress: Proofpress, service: str) -> None:
    wanted = "proofpress @ git+https://code.example/proofpress@0123abc"
    assert proofpress("init", "--ci", service, "--install", wanted, "site", cwd=tmp_path).returncode == 0
    [job] = [path for path in (tmp_path / "site").rglob("*.yml") if path.name != "site.yaml"]
    assert f'PROOFPRESS: "{wanted}"  # what pip installs\n' in job.read_text("utf-8")


@pytest.mark.git
def test_before_there_is_a_package_the_job_installs_the_repository_that_this_one_came_from(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
        return done.stdout.strip()

    git("init", "--quiet")
    assert not of_checkout(tmp_path).sure
    git("-c", "user.name=A", "-c", "user.email=a@me.example", "commit", "--quiet", "--allow-empty", "-m", "First")
    git("remote", "add", "origin", "git@code.example:me/proofpress.git")
    found = of_checkout(tmp_path)
    commit = git("rev-parse", "HEAD")
    assert found == Origin("https://code.example/me/proofpress.git", commit)
    assert found.requirement("git") == f"proofpress[git] @ git+https://code.example/me/proofpress.git@{commit}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://me:secret@code.example/me/p", "https://code.example/me/p"),
        ("https://code.example:8443/me/p.git", "https://code.example:8443/me/p.git"),
        ("ssh://git@code.example:2222/me/p.git", "https://code.example/me/p.git"),
        ("git@code.example:me/p.git", "https://code.example/me/p.git"),
        ("/srv/git/p.git", ""),
        ("file:///srv/git/p.git", ""),
        ("../p", ""),
        ("C:\\code\\p", ""),
        ("", ""),
    ],
)
def test_a_repository_is_named_as_anybody_can_fetch_it_and_without_a_password(url: str, said: str) -> None:
    assert public(url) == said


# ---------------------------------------------------------------- the same problems, whoever asks


def heads(text: str) -> list[str]:
    """Return the first line of each problem in a report."""
    return sorted(line for line in text.splitlines() if ": warning " in line or ": error " in line)


def test_build_serve_and_json_give_the_same_problems(tmp_path: Path, proofpress: Proofpress) -> None:
    site = write(
        tmp_path,
        {
            "site.yaml": SETTINGS + "menu:\n  - {title: X, url: nowhere.md}\nfoo: 1\n",
            "content/posts/a.md": post("A", "tagz: [x]\n", "[x](nope.md) ![](no.png)\n\n```pyhton\nx\n```"),
            "content/posts/b.md": post("B", "url: /feed.xml/\n"),
            "content/posts/c.md": post("C", "template: none.html\n", date="nonsense"),
            "content/posts/d.rst": "Title\n=====\n",
            "templates/post.html": "{% extends 'theme:post.html' %}{% block main %}{{ page.titel }}{% endblock %}",
            "content/posts/e.md": post("E", text="[^1] and <details>"),
        },
    )
    told = json.loads(proofpress("build", "--format", "json", cwd=site).stdout)
    wanted = sorted(
        f"{one['path']}" + (f":{one['line']}:{one['column']}" if one["line"] else "")
        + f": {one['severity']} {one['rule']}: {one['message']}" + (f"; {one['hint']}" if one["hint"] else "")
        for one in told
    )  # fmt: skip
    assert len(wanted) > 6
    assert heads(proofpress("build", cwd=site).stderr) == wanted
    with (tmp_path / "said").open("wb") as said:
        serving = subprocess.Popen(
            [sys.executable, "-m", "proofpress", "serve", "--port", "0", "--no-drafts"],
            cwd=site,
            env=os.environ | {"NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert serving.stdout is not None
        try:
            assert b"http://" in serving.stdout.readline()
        finally:
            serving.send_signal(signal.SIGINT)
            serving.communicate(timeout=60)
    assert heads((tmp_path / "said").read_text("utf-8")) == wanted


def test_whoever_reads_json_gets_a_list_with_an_error_also_when_the_disk_refuses(
    site: Path, proofpress: Proofpress
) -> None:
    (site / ".proofpress").write_text("a file where a folder belongs")
    done = proofpress("build", "--format", "json", cwd=site)
    (found,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["severity"], ".proofpress" in found["message"]) == ("error", True)
