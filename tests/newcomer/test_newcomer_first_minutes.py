"""A newcomer's first five minutes: the wheel in an empty folder, a new site, a new post, a build, and every slip on the way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from published_pages import parse

if TYPE_CHECKING:
    from tests.conftest import Proofpress

REPOSITORY = Path(__file__).parents[2]
ADDRESS = "https://me.example/"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip makes of this repository, without asking the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", folder, REPOSITORY], check=True, timeout=120)
    [made] = folder.glob("proofpress-*.whl")
    return made


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The command as the wheel installs it in an environment of its own; the libraries are this environment's."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(next(programs.glob("python*"))), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", wheel], check=True, timeout=120)
    [packages] = {path.parent for path in folder.rglob("proofpress") if path.is_dir()}
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return (str(next(programs.glob("proofpress*"))),)


@pytest.fixture
def new_site(tmp_path: Path, proofpress: Proofpress) -> Path:
    """A site as `proofpress init` makes it."""
    assert proofpress("init", "my-notes", cwd=tmp_path).returncode == 0
    return tmp_path / "my-notes"


def test_the_wheel_alone_makes_and_builds_a_site(
    installed: tuple[str, ...], proofpress: Proofpress, tmp_path: Path
) -> None:
    alone = {"PYTHONPATH": "", "PYTHONHOME": ""}
    for arguments in (["init"], ["new", "A first post"], ["build"]):
        done = proofpress(*arguments, cwd=tmp_path, env=alone, program=installed)
        assert done.returncode == 0, done.stderr
    page = (tmp_path / "public/posts/a-first-post/index.html").read_text("utf-8")
    assert "<title>A first post" in page
    assert re.search(r'href="/assets/style-fonts\.\w+\.css"', page)
    assert re.findall(r" (?:warning|error) (\S+):", done.stderr) == ["no-url"]
    where = subprocess.run(
        [*installed, "--version"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert where.stdout.split()[-1] == version


def test_the_wheel_holds_the_whole_theme_and_nothing_of_this_blog(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    theme = REPOSITORY / "templates"
    expected = {f"proofpress/theme/{path.relative_to(theme).as_posix()}" for path in theme.rglob("*") if path.is_file()}
    assert expected <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"proofpress"}
    assert "proofpress/py.typed" in names
    assert not [name for name in names if name.startswith("proofpress/content/") and not name.endswith(".py")]


def test_a_new_site_builds_and_asks_for_nothing_but_its_address(new_site: Path, proofpress: Proofpress) -> None:
    done = proofpress("build", "--format", "json", cwd=new_site)
    (asked,) = json.loads(done.stdout)
    written = (new_site / "site.yaml").read_text("utf-8").split("\n")
    assert (asked["rule"], written[asked["line"] - 1]) == ("no-url", "url: https://example.org/")
    assert "'url:'" in asked["hint"]
    assert "--base-url" in asked["hint"]
    done = proofpress("build", "--strict", "--base-url", ADDRESS, "--format", "json", cwd=new_site)
    assert json.loads(done.stdout) == []
    assert (new_site / "public/posts/hello/index.html").is_file()
    assert ".proofpress" in (new_site / ".gitignore").read_text("utf-8")


@pytest.mark.parametrize("name", ['odd "name"', "it's: a #tag", "日本語", "yes", "a$b"])
def test_the_folders_name_becomes_the_title_whatever_it_is(tmp_path: Path, proofpress: Proofpress, name: str) -> None:
    if os.name == "nt" and not name.isidentifier():
        name = "Windows allows few names"
    assert proofpress("init", name, cwd=tmp_path).returncode == 0
    done = proofpress("build", "--strict", "--base-url", ADDRESS, cwd=tmp_path / name)
    assert done.returncode == 0, done.stderr


def test_init_overwrites_nothing(new_site: Path, proofpress: Proofpress) -> None:
    (new_site / "site.yaml").write_text("title: Mine\n", "utf-8")
    done = proofpress("init", cwd=new_site)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert (new_site / "site.yaml").read_text("utf-8") == "title: Mine\n"


def test_new_twice_keeps_the_first_post(new_site: Path, proofpress: Proofpress) -> None:
    first = proofpress("new", "Why the loss went up", cwd=new_site)
    assert first.stdout.strip().replace("\\", "/") == "content/posts/why-the-loss-went-up.md"
    path = new_site / first.stdout.strip()
    path.write_text(path.read_text("utf-8") + "My words.\n", "utf-8")
    second = proofpress("new", "Why the loss went up", cwd=new_site)
    assert second.returncode == 2
    assert "is there already" in second.stderr
    assert "--slug" in second.stderr
    assert path.read_text("utf-8").endswith("My words.\n")


@pytest.mark.parametrize(
    "title", ['Say "yes": a #tag', "no: yes - maybe", "{x}", "C++ & C#", "日本語", "a\\b", "'quoted'", "- no"]
)
def test_the_title_of_a_new_post_is_read_back_as_it_was_written(
    new_site: Path, proofpress: Proofpress, title: str
) -> None:
    made = proofpress("new", "--", title, cwd=new_site)
    assert made.returncode == 0, made.stderr
    done = proofpress("build", "--strict", "--base-url", ADDRESS, cwd=new_site)
    assert done.returncode == 0, done.stderr
    slug = Path(made.stdout.strip()).stem
    assert parse((new_site / "public/posts" / slug / "index.html").read_text("utf-8")).title.startswith(title)


def test_a_post_must_lie_below_content(new_site: Path, proofpress: Proofpress) -> None:
    for folder in ("..", "../../x", "/tmp/x"):
        done = proofpress("new", "Lost", "--folder", folder, cwd=new_site)
        assert done.returncode == 2, folder
        assert "not below content/" in done.stderr, folder
    assert not list(new_site.parent.rglob("lost.md"))


def test_help_names_every_command_and_each_has_help_of_its_own(tmp_path: Path, proofpress: Proofpress) -> None:
    done = proofpress("--help", cwd=tmp_path)
    assert done.returncode == 0
    commands = re.findall(r"^  (\w+) {2,}\w", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert {"init", "new", "build", "clean", "explain", "schema", "completion"} <= set(commands)
    for command in commands:
        own = proofpress(command, "--help", cwd=tmp_path)
        assert own.returncode == 0, command
        assert own.stdout.startswith(f"Usage: proofpress {command}"), command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["buidl"], "did you mean 'build'?"),
        (["frobnicate"], "the commands are init"),
        (["build", "--outptu", "x"], "--output"),
        (["build", "--site", "nowhere"], "there is no folder 'nowhere'"),
        (["build"], "proofpress init"),
        (["new", "A post"], "proofpress init"),
        (["clean"], "proofpress init"),
        (["explain", "broken-lnik"], "did you mean 'broken-link'?"),
        (["build", "--format", "xml"], "'text', 'github', 'json'"),
        (["completion", "tcsh"], "'bash', 'zsh', 'fish'"),
        (["new"], "TITLE"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_what_to_do(
    tmp_path: Path, proofpress: Proofpress, arguments: list[str], said: str
) -> None:
    done = proofpress(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["build", "--base-url", "ftp://x"], {}, "http:// or https://"),
        (["build", "--base-url", "example.org"], {}, "http:// or https://"),
        (["build", "--base-url", "https://a.example/\\b"], {}, "has a path that no site is at"),
        (["build", "--base-url", "https://me@evil.example/"], {}, "holds a user name"),
        (["build"], {"SOURCE_DATE_EPOCH": "yesterday"}, "SOURCE_DATE_EPOCH is 'yesterday'"),
        (["build"], {"SOURCE_DATE_EPOCH": "9" * 30}, "SOURCE_DATE_EPOCH is '999"),
        (["new", "🎉"], {}, "--slug"),
        (["new", "Why", "it", "went", "up"], {}, 'proofpress new "Why it went up"'),
        (["new", "- no"], {}, 'proofpress new -- "- no"'),
        (["new", "--drfat", "A title"], {}, "No such option"),
    ],
)
def test_wrong_usage_in_a_site_changes_nothing(
    new_site: Path, proofpress: Proofpress, arguments: list[str], env: dict[str, str], said: str
) -> None:
    before = sorted(new_site.rglob("*"))
    done = proofpress(*arguments, cwd=new_site, env=env)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert sorted(new_site.rglob("*")) == before


def test_a_folder_without_content_is_told_and_a_site_that_has_nothing_yet_is_built(
    tmp_path: Path, proofpress: Proofpress
) -> None:
    (tmp_path / "site.yaml").write_text("title: Empty\nurl: https://me.example/\n", "utf-8")
    done = proofpress("build", cwd=tmp_path)
    assert done.returncode == 1
    assert "site.yaml: error no-content: there is no folder 'content'" in done.stderr
    assert f"in '{tmp_path.name}/'" in done.stderr
    assert "`proofpress init`" in done.stderr
    assert not (tmp_path / "public").exists()
    (tmp_path / "content").mkdir()
    done = proofpress("build", "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "public/index.html").is_file()


def test_a_site_whose_texts_are_all_gone_stays_as_it_was_until_a_person_says_so(
    new_site: Path, proofpress: Proofpress
) -> None:
    (new_site / "site.yaml").write_text("title: Notes\nurl: https://me.example/\n", "utf-8")
    assert proofpress("build", cwd=new_site).returncode == 0
    before = (new_site / "public/index.html").read_bytes()
    for path in (new_site / "content").rglob("*.md"):
        path.unlink()
    for _ in range(2):
        done = proofpress("build", cwd=new_site)
        assert done.returncode == 1
        assert "error no-content: 'content/' holds no post any more" in done.stderr
        assert (new_site / "public/index.html").read_bytes() == before
    done = proofpress("build", "--clean", cwd=new_site)
    assert done.returncode == 0, done.stderr
    assert (new_site / "public/index.html").read_bytes() != before


def test_a_site_of_drafts_alone_follows_one_with_posts_and_one_of_pages_when_a_person_says_so(
    new_site: Path, proofpress: Proofpress
) -> None:
    (new_site / "site.yaml").write_text("title: Notes\nurl: https://me.example/\n", "utf-8")
    assert proofpress("build", cwd=new_site).returncode == 0
    for path in (new_site / "content").rglob("*.md"):
        path.unlink()
    draft = new_site / "content/posts/a.md"
    draft.write_text("---\ntitle: A\ndraft: true\n---\nText.\n", "utf-8")
    for _ in range(2):
        assert proofpress("build", cwd=new_site).returncode == 0
    draft.unlink()
    (new_site / "content/index.md").write_text("# Home\n", "utf-8")
    assert proofpress("build", cwd=new_site).returncode == 1
    assert proofpress("build", "--clean", cwd=new_site).returncode == 0
    assert proofpress("build", cwd=new_site).returncode == 0


@pytest.mark.parametrize("settings", ["", "title: [", "- a\n", "title: T\nurl: nonsense\n", "\x00", "a: &a [*a]\n"])
def test_settings_of_any_kind_give_a_build_or_problems(tmp_path: Path, proofpress: Proofpress, settings: str) -> None:
    (tmp_path / "site.yaml").write_text(settings, "utf-8")
    done = proofpress("build", "--format", "json", cwd=tmp_path)
    problems = json.loads(done.stdout)
    assert problems
    assert {problem["path"] for problem in problems} == {"site.yaml"}
    assert done.returncode == any(problem["severity"] == "error" for problem in problems)


def test_the_shell_reads_its_completion_script(tmp_path: Path, proofpress: Proofpress) -> None:
    for shell, word in (("bash", "complete "), ("zsh", "compdef "), ("fish", "complete ")):
        done = proofpress("completion", shell, cwd=tmp_path)
        assert done.returncode == 0
        assert word in done.stdout
        assert "_PROOFPRESS_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("shell", "options"),
    [
        pytest.param("bash", ["-n"], marks=pytest.mark.bash),
        pytest.param("zsh", ["-n"], marks=pytest.mark.zsh),
        pytest.param("fish", ["--no-execute"], marks=pytest.mark.fish),
    ],
)
def test_each_shell_accepts_its_completion_script(
    tmp_path: Path, proofpress: Proofpress, shell: str, options: list[str]
) -> None:
    script = tmp_path / "script"
    script.write_text(proofpress("completion", shell, cwd=tmp_path).stdout, "utf-8")
    done = subprocess.run([shell, *options, script], capture_output=True, encoding="utf-8", check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.bash
def test_bash_completes_commands_and_options(installed: tuple[str, ...], tmp_path: Path) -> None:
    """What a person gets who presses Tab after `proofpress b` and after `proofpress build --dr`."""
    asked = f"""
    export PATH="{Path(installed[0]).parent}:$PATH"
    eval "$(proofpress completion bash)"
    complete_line() {{ COMPREPLY=(); COMP_WORDS=($1); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _proofpress_completion proofpress; echo "${{COMPREPLY[@]}}"; }}
    complete_line "proofpress b"
    complete_line "proofpress build --dr"
    """
    done = subprocess.run(
        ["bash", "-c", asked],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["build", "--drafts"], done.stderr
