"""Listings are run in real kernels and a real bash, and each tells of what it did."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from proofpress.model import Place
from proofpress.recorded.listings import digest
from proofpress.recorded.values import MadeFile, Printed, Raised, Runnable, Table, Value
from proofpress.run.environment import QUIET, environment_folder, folder_for, isolated
from proofpress.run.posts import Gave, How, Post, run_post
from proofpress.run.processes import all_ours
from proofpress.run.values import Limits, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Running = Callable[..., Gave]


PROC = Path("/proc")


def listing(code: str, language: str = "python", **more: Any) -> Runnable:
    return Runnable(place=Place(1, 1, 9), first_line=2, language=language, code=code, **more)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    (root / "content/posts/data").mkdir(parents=True)
    (root / "content/posts/data/points.csv").write_text("x,y\n1,2\n")
    (root / "content/posts/leads-out.csv").symlink_to("/etc/hostname")
    return root


@pytest.fixture(scope="module")
def run(site: Path) -> Running:
    def running(*listings: Runnable, reads: tuple[str, ...] = (), limits: Limits | None = None, **more: Any) -> Gave:
        lines = ("```", *"\n".join(one.code for one in listings).split("\n"))
        post = Post("content/posts/hello.md", lines, listings, reads=reads, **more)
        how = How(root=site, kept=site / ".proofpress/run", python=sys.executable, limits=limits or Limits())
        with all_ours():
            return run_post(post, how, threading.Event(), os.environ | {"SECRET_TOKEN": "open sesame"})

    return running


def told(gave: Gave) -> list[str]:
    return [f"{one.line}:{one.column}: {one.rule}: {one.message}" for one in gave.problems]


def children() -> set[str]:
    own = str(os.getpid())
    found = set()
    for one in PROC.glob("[0-9]*"):
        try:
            state, parent = (one / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if parent == own and state != "Z":
            found.add(one.name)
    return found


# ---------------------------------------------------------------- Python


PYTHON = {
    "a value": listing("x = 20\nprint('first')\nx + 1"),
    "a name of before": listing("print(x, end='')\nimport sys\nprint('no', file=sys.stderr)"),
    "a loop of one's own": listing("import asyncio\nasync def five():\n    return 5\nasyncio.run(five())"),
    "the kernel's loop": listing("await five()"),
    "a session": listing("for n in range(2): n\nx\n1 / 0\nx", console=True, lines=(2, 4, 6, 8)),
    "an end": listing("from msgspec import json\nsys.exit(0)"),
    "a session that is not as the post shows it": listing("[][2]", console=True, lines=(2,)),
    "a meant error": listing("def fail():\n    raise KeyError('k')\nfail()", raises="KeyError"),
    "an error that the post shows": listing("[][1]"),
    "a table": listing(
        "class Frame:\n"
        "    def _repr_html_(self):\n"
        "        return '<style>td{}</style><table><thead><tr><th></th><th>n</th></tr></thead>'"
        " '<tbody><tr><th>a &lt; b</th><td>1<script>alert(1)</script></td></tr></tbody></table>'\n"
        "Frame()"
    ),
    "a picture": listing(
        "class Square:\n    def _repr_svg_(self):\n"
        '        return \'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\'\nSquare()'
    ),
    "a picture that acts": listing(
        "class Acts:\n    def _repr_svg_(self):\n        return '<svg onload=\"alert(1)\"/>'\n"
        "    def __repr__(self):\n        return 'acts'\nActs()"
    ),
    "a bar": listing("print('10 %\\r100 %\\nab\\bc')"),
    "a made file": listing("import shapes\nshapes.side", files=(MadeFile("shapes.py", "side = 4\n"),)),
    "its folder": listing("import os\nos.getcwd(), os.environ.get('SECRET_TOKEN'), sorted(os.listdir())"),
    "what it reads": listing("open('data/points.csv').read()"),
    "what it may not read": listing("open('/etc/passwd').readline()[:5]"),
    "a caught write": listing(
        "try:\n    open('/var/tmp/written-by-a-post', 'w')\nexcept PermissionError as error:\n    print(type(error).__name__)"
    ),
    "other ways to write": listing(
        "import shutil, sqlite3\n"
        "def refused(change, *given, **more):\n"
        "    try:\n        change(*given, **more)\n"
        "    except PermissionError:\n        return True\n"
        "outside = os.open('/', os.O_RDONLY)\n"
        "[refused(*one) for one in ((shutil.rmtree, '/gone'), (os.mkdir, '/gone/x'), (os.symlink, 'a', '/gone/x'),"
        " (sqlite3.connect, '/gone/x.db'), (os.rename, 'shapes.py', '/gone/x'))]"
        " + [refused(os.remove, 'gone/y', dir_fd=outside), refused(sqlite3.connect, ':memory:')]"
    ),
    "its own writes": listing("os.makedirs('out')\nopen('out/a.txt', 'w').write('abc')"),
    "an error": listing("a = 1\nif a:\n    print(a / 0)"),
    "no such module": listing("import no_such_module"),
    "an error of a module": listing("import json\njson.loads('{')", raises="JSONDecodeError"),
    "a package by another name": listing("\n \nraise ModuleNotFoundError(\"No module named 'cv2.dnn'\")"),
    "no such file": listing("open('../other.csv')"),
    "not meant": listing("'b' + a", raises="ValueError"),
    "no error": listing("a", raises="ValueError"),
    "not Python": listing("a = (1,\nb"),
}
"""What one kernel is asked, one after the other."""


SAID = {"an error that the post shows": "IndexError: …", "a session that is not as the post shows it": ">>> [][2]\n3\n"}
"""What the post itself says of them."""


@pytest.fixture(scope="module")
def python(run: Running) -> tuple[Gave, dict[str, tuple[Any, ...]]]:
    said = tuple(SAID.get(name, "") for name in PYTHON)
    gave = run(*PYTHON.values(), reads=("data/points.csv",), said=said)
    assert len(gave.listings) == len(PYTHON)
    return gave, {name: one.outputs for name, one in zip(PYTHON, gave.listings, strict=True)}


def test_a_kernel_gives_what_listings_print_and_their_last_value(python: tuple[Gave, dict[str, Any]]) -> None:
    _, outputs = python
    assert outputs["a value"] == (Printed("first\n"), Value("21"))
    assert outputs["a name of before"] == (Printed("20"), Printed("no\n", "stderr"))
    assert outputs["an end"] == ()
    assert outputs["a bar"] == (Printed("100 %\nac\n"),)


def test_a_listing_may_run_a_loop_of_its_own_and_await_in_the_kernels(python: tuple[Gave, dict[str, Any]]) -> None:
    _, outputs = python
    assert outputs["a loop of one's own"] == (Value("5"),)
    assert outputs["the kernel's loop"] == (Value("5"),)


def test_a_session_shows_every_value_and_goes_on_after_an_error(python: tuple[Gave, dict[str, Any]]) -> None:
    _, outputs = python
    error = Raised("ZeroDivisionError", "division by zero", 3)
    assert outputs["a session"] == (Value("0"), Value("1"), Value("20"), error, Value("20"))


def test_an_error_that_is_meant_is_an_output(python: tuple[Gave, dict[str, Any]]) -> None:
    _, outputs = python
    assert outputs["a meant error"] == (Raised("KeyError", "'k'", 2),)
    assert outputs["an error of a module"][0].name == "json.decoder.JSONDecodeError"
    assert outputs["an error that the post shows"] == (Raised("IndexError", "list index out of range", 1),)


def test_tables_are_cells_of_text_and_pictures_are_files_that_do_not_act(python: tuple[Gave, dict[str, Any]]) -> None:
    gave, outputs = python
    assert outputs["a table"] == (Table(("", "n"), (("a < b", "1"),)),)
    (drawn,) = outputs["a picture"]
    assert drawn.file == f"{digest(gave.pictures[drawn.file])}.svg"
    assert outputs["a picture that acts"] == (Value("acts"),)
    assert list(gave.pictures) == [drawn.file]


def test_it_runs_in_a_folder_that_holds_what_the_post_names_and_nothing_of_ours(
    python: tuple[Gave, dict[str, Any]],
) -> None:
    gave, outputs = python
    assert outputs["a made file"] == (Value("4"),)
    assert outputs["its folder"] == (Value("('/site/content/posts', None, ['data', 'shapes.py'])"),)
    reads = {name: one.read for name, one in zip(PYTHON, gave.listings, strict=True)}
    assert reads["what it reads"] == {"data/points.csv": digest(b"x,y\n1,2\n")}
    assert reads["a value"] == {}
    assert outputs["its own writes"] == (Value("3"),)


def test_what_is_wrong_is_told_at_its_line(python: tuple[Gave, dict[str, Any]]) -> None:
    gave, outputs = python
    assert told(gave) == [
        "6:1: failed-listing: the listing ended with ZeroDivisionError: division by zero",
        "2:1: failed-listing: the listing ended with IndexError: list index out of range",
        "1:1: reads-outside: the listing read what is no part of the post: '/etc/passwd'",
        "1:1: reads-outside: the listing was not let change '/var/tmp/written-by-a-post'",
        "1:1: reads-outside: the listing read what is no part of the post: '/'",
        "1:1: reads-outside: the listing was not let change '/gone', '/gone/x', '/gone/x.db', and 1 more",
        "4:1: failed-listing: the listing ended with ZeroDivisionError: division by zero",
        "2:1: failed-listing: the listing ended with ModuleNotFoundError: No module named 'no_such_module'",
        "4:1: failed-listing: the listing ended with ModuleNotFoundError: No module named 'cv2.dnn'",
        "2:1: failed-listing: the listing ended with FileNotFoundError: [Errno 2] No such file or directory: '../other.csv'",
        '2:1: failed-listing: the listing is to end with ValueError, and ended with TypeError: can only concatenate str (not "int") to str',
        "1:1: failed-listing: the listing is to end with ValueError, and ended without an error",
        "3:1: failed-listing: the listing ended with SyntaxError: incomplete input",
    ]
    assert outputs["other ways to write"] == (Value("[True, True, True, True, True, True, None]"),)
    assert outputs["a caught write"] == (Printed("PermissionError\n"),)
    assert not Path("/var/tmp/written-by-a-post").exists()
    assert "pip install no_such_module" in gave.problems[7].hint
    assert "pip install opencv-python" in gave.problems[8].hint
    assert "`reads:`" in gave.problems[9].hint


def test_the_versions_of_what_is_imported_by_name_are_told(python: tuple[Gave, dict[str, Any]]) -> None:
    gave, _ = python
    assert gave.versions == {"msgspec": msgspec.__version__, "python": ".".join(map(str, sys.version_info[:3]))}


def test_tensorflow_logs_nothing_of_the_machine_unless_it_is_asked_to(tmp_path: Path) -> None:
    def environment(**given: str) -> Mapping[str, str]:
        return folder_for(tmp_path, "content/hello.md", sys.executable, tmp_path, given).environment

    assert QUIET.items() <= environment().items()
    asked = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_ENABLE_ONEDNN_OPTS": "1", "KERAS_BACKEND": "torch"}
    assert asked.items() <= environment(**asked, API_KEY="open sesame").items()
    assert "API_KEY" not in environment(API_KEY="open sesame")


# ---------------------------------------------------------------- shells


def test_a_script_of_bash_gives_its_output_and_ends_with_its_status(run: Running) -> None:
    gave = run(
        listing("name=there\necho hi; echo err >&2", "bash"),
        listing("echo $name; cat points.csv 2>/dev/null; cat; false", "bash", raises="exit"),
        listing("false", "bash"),
        listing("cat data/points.csv; exit 3", "bash"),
        listing("echo later", "bash"),
        listing("echo $name", "bash", session="other"),
        reads=("data/points.csv",),
    )
    assert [one.outputs for one in gave.listings] == [
        (Printed("hi\n"), Printed("err\n", "stderr")),
        (Printed("there\n"), Raised("exit", "status 1")),
        (),
        (Printed("x,y\n1,2\n"),),
        (Printed("\n"),),
    ]
    assert told(gave) == [
        "1:1: failed-listing: the script ended with exit status 1",
        "1:1: failed-listing: the script ended with exit status 3",
        "1:1: failed-listing: the listing was not run: its session came to an end at line 1",
    ]
    assert gave.listings[0].read == {"data/points.csv": digest(b"x,y\n1,2\n")}
    assert list(gave.versions) == ["bash"]


def test_a_console_gives_what_each_command_prints_in_the_order_of_a_terminal(run: Running) -> None:
    commands = "echo a; ls no-such\nfor n in 1 2; do\n  echo $n\ndone\ncat <<END\nin $PWD\nEND\nls no-such | \\\n  cat\nno-such"
    gave = run(listing(commands, "bash", console=True, lines=tuple(range(2, 12))))
    (one,) = gave.listings
    missing = "ls: cannot access 'no-such': No such file or directory\n"
    assert one.outputs == (
        Printed(f"a\n{missing}"),
        Printed("1\n2\n"),
        Printed("in /site/content/posts\n"),
        Printed(missing),
        Printed("bash: line 3: no-such: command not found\n"),
    )
    assert told(gave) == ["11:1: failed-listing: the script ended with exit status 127"]


# ---------------------------------------------------------------- what is hostile


def test_what_takes_too_long_is_ended_and_told_with_the_line(run: Running) -> None:
    before = children()
    gave = run(
        listing("import time\nwhile True:\n    time.sleep(0.01)", timeout=0.5),
        listing("1"),
        listing("sleep 5", "bash", timeout=0.3),
    )
    assert told(gave)[0] == "4:5: failed-listing: the listing was not done after 0.5 s, and was ended"
    assert told(gave)[1:] == [
        "1:1: failed-listing: the listing was not run: its session came to an end at line 1",
        "1:1: failed-listing: the listing was not done after 0.3 s, and was ended",
    ]
    assert gave.failed
    assert children() == before


@pytest.mark.thorough
def test_what_hears_no_interrupt_is_ended_all_the_same(run: Running) -> None:
    before = children()
    stubborn = listing(
        "import os, signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)", timeout=0.3
    )
    assert told(run(stubborn)) == ["1:1: failed-listing: the listing was not done after 0.3 s, and was ended"]
    assert children() == before


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(listing("print('x' * 100_000_000)"), marks=pytest.mark.thorough),
        listing("yes", "bash"),
        pytest.param(listing("while True: print('x' * 1000)"), marks=pytest.mark.thorough),
    ],
    ids=["at once", "bash", "piece by piece"],
)
def test_what_prints_without_end_is_ended(run: Running, hostile: Runnable) -> None:
    before = children()
    assert told(run(hostile)) == [
        "1:1: failed-listing: the listing printed more than 1,000,000 characters, and was ended"
    ]
    assert children() == before


@pytest.mark.parametrize(
    ("hostile", "how"),
    [
        pytest.param(listing("import os\nos._exit(3)"), "ended with status 3", marks=pytest.mark.thorough),
        (listing("kill -9 $$", "bash"), "was killed by signal 9"),
    ],
    ids=["Python", "bash"],
)
def test_a_process_that_is_gone_is_told(run: Running, hostile: Runnable, how: str) -> None:
    before = children()
    assert told(run(hostile)) == [f"1:1: failed-listing: the process in which the listing ran {how}"]
    assert children() == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the process group is ended, and no more")
@pytest.mark.parametrize(
    "daemon",
    [
        pytest.param(
            listing(
                "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(61)\n"
                "    os._exit(0)\nprint('done')"
            ),
            marks=pytest.mark.thorough,
        ),
        listing("sleep 61 & setsid sleep 61 &\n(env -i setsid /bin/sleep 61 &)\necho done", "bash"),
    ],
    ids=["Python", "bash"],
)
def test_daemons_are_found_and_ended(run: Running, daemon: Runnable) -> None:
    before = children()
    gave = run(daemon)
    assert [one.outputs for one in gave.listings] == [(Printed("done\n"),)]
    assert [one.rule for one in gave.problems] == ["left-running"]
    assert children() == before
    for one in PROC.glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            assert one.read_bytes().split(b"\0")[1:2] != [b"61"]


def test_who_ends_the_run_waits_for_nothing_to_end(site: Path) -> None:
    before = children()
    stopped = threading.Event()
    post = Post("content/posts/hello.md", (), (listing("sleep 60", "bash"),))
    how = How(root=site, kept=site / ".proofpress/run", python=sys.executable)
    threading.Timer(0.3, stopped.set).start()
    with pytest.raises(StoppedError):
        run_post(post, how, stopped, os.environ)
    assert children() == before


# ---------------------------------------------------------------- what is told before anything runs


def test_what_is_not_there_is_told_before_anything_runs(run: Running) -> None:
    marker = listing("open('ran', 'w')")
    gave = run(
        marker,
        listing("1", needs=("msgspec", "no-such-package")),
        requirements=(
            "msgspec>=0.1",
            "another-missing>=2",
        ),
        reads=("../../../etc/passwd", "leads-out.csv", "gone.csv", "data"),
        places={"reads.1": Place(3, 5), "requirements": Place(7, 1)},
    )
    assert gave.listings == ()
    assert told(gave) == [
        "1:1: cannot-run: '../../../etc/passwd' can't be handed to the listings: it is not in the site's folder",
        "3:5: cannot-run: 'leads-out.csv' can't be handed to the listings: it is not in the site's folder",
        "1:1: cannot-run: 'gone.csv' can't be handed to the listings: there is no such file",
        "1:1: cannot-run: 'data' can't be handed to the listings: it is not a file",
        "1:1: cannot-run: what the listing needs is not installed: no-such-package",
        "7:1: cannot-run: what the listing needs is not installed: another-missing",
    ]


@pytest.mark.parametrize("written", ["--index-url=http://x", "-e .", "git+https://x/y", "pkg @ file:///x", "./here"])
def test_a_requirement_is_no_option_of_pip(run: Running, written: str) -> None:
    assert told(run(listing("1"), requirements=(written,))) == [f"1:1: cannot-run: '{written}' is no requirement"]


def test_a_language_without_a_kernel_is_told(run: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert told(run(listing("1", "javascript"))) == [
        "1:1: cannot-run: no kernel of Jupyter for javascript is installed, so that no listing in it is run"
    ]


def test_an_environment_is_made_once_and_found_from_wherever_a_run_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = environment_folder(["numpy>=2"], sys.executable, Path("kept"))
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(sys.executable)
    (folder / "whole").touch()
    assert isolated([" numpy>=2 "], sys.executable, Path("kept")) == str(tmp_path / "kept" / folder.name / "bin/python")
    assert environment_folder(["numpy>=3"], sys.executable, Path("kept")) != folder


@pytest.mark.thorough
def test_an_environment_that_cannot_be_made_is_told_and_nothing_of_it_stays(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PATH", os.defpath)
    post = Post("content/posts/hello.md", (), (listing("1"),), requirements=("no-such-package>=7",))
    how = How(root=site, kept=site / ".proofpress/none", python=sys.executable, isolated=True)
    gave = run_post(post, how, threading.Event(), os.environ)
    assert told(gave)[0].startswith(
        "1:1: cannot-run: an environment with these requirements could not be made: ERROR: "
    )
    assert list((how.kept / "environments").iterdir()) == []


KERNEL = """
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Echo(Kernel):
    implementation = implementation_version = banner = "echo"
    language_info = {"name": "javascript", "version": "1.0", "mimetype": "text/plain", "file_extension": ".js"}

    def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **more):
        reply = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
        if "throw" in code:
            reply = {"status": "error", "ename": "TypeError", "evalue": code, "traceback": []}
            self.send_response(self.iopub_socket, "error", reply)
        else:
            self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": code.upper()})
        return reply

IPKernelApp.launch_instance(kernel_class=Echo)
"""


def test_any_kernel_that_is_installed_runs_the_listings_of_its_language(
    run: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "kernels/echo"
    folder.mkdir(parents=True)
    (folder / "echo.py").write_text(KERNEL)
    command = [sys.executable, "{resource_dir}/echo.py", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Echo", "language": "JavaScript"}
    (folder / "kernel.json").write_bytes(msgspec.json.encode(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    gave = run(listing("let a = 1\n", "javascript"), listing("throw", "javascript"))
    assert [one.outputs for one in gave.listings] == [(Printed("LET A = 1\n"),), ()]
    assert told(gave) == ["1:1: failed-listing: the listing ended with TypeError: throw"]
    assert gave.versions == {"javascript": "1.0"}


def test_without_the_extra_it_is_told_what_installs_it(run: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupyter_client.blocking.client", None)
    (problem,) = run(listing("1")).problems
    assert problem.rule == "cannot-run"
    assert problem.hint == "install it: pip install 'proofpress[run]'"


def test_a_file_of_a_listing_is_written_through_no_link_of_an_earlier_one(run: Running, tmp_path: Path) -> None:
    gave = run(
        listing(f"ln -s {tmp_path} out; ln -s {tmp_path}/b b.txt", "bash"),
        listing("echo", "bash", files=(MadeFile("b.txt", "text"),)),
        listing("echo", "bash", files=(MadeFile("out/a.txt", "text"),)),
    )
    assert list(tmp_path.iterdir()) == []
    assert told(gave) == [
        "1:1: cannot-run: the kernel for bash could not be started: 'out/a.txt' leads out of the folder of the run"
    ]
