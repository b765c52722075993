"""`publish --to s3`, with a stand-in for the program `aws`, since there is no S3 to publish to.

`aws_stand_in.py` is a fake at the boundary: it takes the documented arguments and keeps buckets as folders. That the real
program takes the same arguments was tried by hand, against moto's server.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from publishing_site import FIRST, PublishingSite, bytes_of

from proofpress.remote import s3
from proofpress.remote.programs import RemoteError, WrongTargetError
from proofpress.remote.sending import SENT, ForeignFilesError

if TYPE_CHECKING:
    from tests.conftest import Proofpress

    from proofpress.remote.sending import Changes

pytestmark = pytest.mark.posix
STAND_IN = Path(__file__).with_name("aws_stand_in.py")
BUCKET = "notes.me.example"


@pytest.fixture(autouse=True)
def buckets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all buckets, with an empty one, and the stand-in on the path."""
    program = tmp_path / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{STAND_IN}" "$@"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("BUCKETS", str(tmp_path / "buckets"))
    (tmp_path / "buckets" / BUCKET).mkdir(parents=True)
    return tmp_path / "buckets"


@pytest.fixture
def site(tmp_path: Path) -> PublishingSite:
    return PublishingSite(tmp_path / "my nötes").write(FIRST | {"static/font.woff2": "", "static/#x %41+.bin": "x"})


def publish(site: PublishingSite, place: str = BUCKET, *, dry_run: bool = False, take_over: bool = False) -> Changes:
    return s3.publish(site.built(), s3.find_target(place), dry_run=dry_run, take_over=take_over)


def everything(buckets: Path) -> dict[str, bytes]:
    return {unquote(file.name): file.read_bytes() for file in (buckets / BUCKET).iterdir()}


def held(buckets: Path) -> dict[str, bytes]:
    """Return the objects, without the list of what was sent."""
    return {key: data for key, data in everything(buckets).items() if not key.endswith(SENT)}


def put(buckets: Path, key: str, data: bytes) -> None:
    (buckets / BUCKET / key.replace("/", "%2F")).write_bytes(data)


def test_the_bucket_holds_what_was_built(site: PublishingSite, buckets: Path) -> None:
    changes = publish(site)
    assert held(buckets) == bytes_of(site.built())
    assert set(changes.new) == set(held(buckets))
    assert not publish(site)


def test_objects_of_others_are_written_over_only_when_a_person_says_so(site: PublishingSite, buckets: Path) -> None:
    put(buckets, "index.html", b"another site")
    put(buckets, "old.html", b"another site")
    before = everything(buckets)
    for dry_run in (True, False):
        with pytest.raises(ForeignFilesError, match=r"one file that (.|\n)*\n  index.html\n"):
            publish(site, dry_run=dry_run)
        assert everything(buckets) == before
    publish(site, take_over=True)
    assert held(buckets) == bytes_of(site.built()) | {"old.html": b"another site"}
    site.write({"content/index.md": "# Home\n"})
    assert "index.html" in publish(site).changed


def test_a_prefix_is_a_folder_of_the_bucket_and_nothing_beside_it_is_touched(
    site: PublishingSite, buckets: Path
) -> None:
    put(buckets, "blog2/index.html", b"another site")
    put(buckets, "index.html", b"another site")
    publish(site, f"s3://{BUCKET}/blog/")
    others = {"blog2/index.html": b"another site", "index.html": b"another site"}
    assert held(buckets) == {f"blog/{path}": data for path, data in bytes_of(site.built()).items()} | others


def test_each_file_has_its_type_and_fingerprinted_ones_are_kept_for_ever(site: PublishingSite, buckets: Path) -> None:
    publish(site)
    headers = json.loads((buckets / f"{BUCKET}.json").read_text("utf-8"))
    kept = {key for key, each in headers.items() if each["cache"] == "public, max-age=31536000, immutable"}
    assert kept == {key for key in headers if key.startswith("assets/")}
    assert {each["cache"] for key, each in headers.items() if key not in kept} == {"no-cache"}
    types = {key: each["type"] for key, each in headers.items()}
    assert types["posts/one/index.html"] == "text/html; charset=utf-8"
    assert types["posts/two/plot é.svg"] == "image/svg+xml"
    assert types["font.woff2"] == "font/woff2"
    assert types["#x %41+.bin"] == "application/octet-stream"
    assert types["feed.json"] == "application/json"
    assert types["sitemap.xml"] == types["feed.xml"] == "application/xml"
    assert types["robots.txt"] == "text/plain; charset=utf-8"
    assert {types[key] for key in kept if key.endswith(".css")} == {"text/css; charset=utf-8"}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("assets/style.9ad20bad7e.css", True),
        ("assets/fonts/a b.0123456789.woff2", True),
        ("assets/LICENSE.0123456789", True),
        ("assets/style.css", False),
        ("posts/assets/style.9ad20bad7e.css", False),
        ("posts/a/plot.0123456789.png", False),
    ],
)
def test_only_the_themes_fingerprints_are_taken_for_such(path: str, kept: bool) -> None:
    assert (s3.cache_control(path) == s3.FOR_EVER) is kept


def test_only_what_changed_is_sent_also_from_a_fresh_checkout(site: PublishingSite, buckets: Path) -> None:
    publish(site)
    shutil.rmtree(site.root / "public")
    shutil.rmtree(site.root / ".proofpress")
    before = {file.name: file.stat().st_mtime_ns for file in (buckets / BUCKET).iterdir()}
    site.write({"content/posts/one.md": FIRST["content/posts/one.md"].replace("Text.", "Next.")})
    changes = publish(site)
    assert "posts/one/index.html" in changes.changed
    assert held(buckets) == bytes_of(site.built())
    touched = {
        unquote(file.name)
        for file in (buckets / BUCKET).iterdir()
        if file.stat().st_mtime_ns != before[file.name] and file.name != SENT
    }
    assert touched == set(changes.changed)


def test_an_object_that_somebody_changed_or_deleted_is_sent_again(site: PublishingSite, buckets: Path) -> None:
    publish(site)
    put(buckets, "index.html", b"by hand")
    (buckets / BUCKET / "feed.xml").unlink()
    changes = publish(site)
    assert (changes.new, changes.changed) == (["feed.xml"], ["index.html"])
    assert held(buckets) == bytes_of(site.built())


def test_where_tags_are_no_checksums_the_list_tells_what_is_there(
    site: PublishingSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENCRYPTED", "yes")
    publish(site)
    assert not publish(site)
    site.write({"content/posts/one.md": FIRST["content/posts/one.md"].replace("Text.", "Next.")})
    assert "posts/one/index.html" in publish(site).changed


def test_what_is_gone_is_deleted_and_what_others_put_there_stays(site: PublishingSite, buckets: Path) -> None:
    publish(site, f"{BUCKET}/blog")
    put(buckets, "blog/uploads/photo.jpg", b"1")
    shutil.rmtree(site.root / "content/posts")
    site.write({"content/about.md": "# About\n", "content/posts/three.md": "# Three\n"})
    changes = publish(site, f"{BUCKET}/blog")
    expected = {f"blog/{path}": data for path, data in bytes_of(site.built()).items()}
    assert held(buckets) == expected | {"blog/uploads/photo.jpg": b"1"}
    assert {"posts/one/index.html", "posts/two/plot é.svg"} <= set(changes.deleted)


def test_thousands_of_objects_are_deleted_in_requests_of_a_thousand(site: PublishingSite, buckets: Path) -> None:
    publish(site)
    gone = {f"old/{number}.html": "" for number in range(1001)}
    for path in gone:
        put(buckets, path, b"")
    sent = json.loads(everything(buckets)[SENT])
    put(buckets, SENT, json.dumps(sent | {"files": sent["files"] | gone}).encode())
    (buckets / "log").unlink()
    assert len(publish(site).deleted) == 1001
    assert held(buckets) == bytes_of(site.built())
    assert (buckets / "log").read_text("utf-8").count("delete-objects") == 2


def test_objects_that_may_not_be_deleted_are_an_error(site: PublishingSite, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(site)
    (site.root / "content/posts/one.md").unlink()
    monkeypatch.setenv("MAY_NOT_DELETE", "yes")
    with pytest.raises(RemoteError, match=r"not all that is gone was deleted(.|\n)*Access Denied"):
        publish(site)
    monkeypatch.delenv("MAY_NOT_DELETE")
    assert "posts/one/index.html" in publish(site).deleted


def test_a_dry_run_tells_what_would_change_and_changes_nothing(site: PublishingSite, buckets: Path) -> None:
    publish(site)
    (site.root / "content/posts/one.md").unlink()
    site.write({"content/about.md": "# About\n", "content/posts/three.md": "# Three\n"})
    before = everything(buckets)
    dry = publish(site, dry_run=True)
    assert everything(buckets) == before
    assert dry == publish(site)
    assert "posts/one/index.html" in dry.deleted


@pytest.mark.thorough
def test_cut_off_at_any_call_pages_have_what_they_link_to_and_a_second_run_mends(
    site: PublishingSite, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site)
    (buckets / "log").unlink()
    shutil.copytree(buckets, tmp_path / "start")
    site.write({"content/about.md": "# About\n", "templates/static/style.css": "body { color: #111 }\n"})
    (site.root / "content/posts/one.md").unlink()
    wanted = bytes_of(site.built())
    style = next(path for path in wanted if path.startswith("assets/style-fonts."))
    for at in range(1, 30):
        shutil.rmtree(buckets)
        shutil.copytree(tmp_path / "start", buckets)
        monkeypatch.setenv("AT", str(at))
        try:
            publish(site)
        except RemoteError as error:
            assert "goes on from there" in str(error)  # noqa: PT017 - that it ends well is the end of the loop
            assert "Connection was closed" in str(error)  # noqa: PT017
        else:
            break
        there = held(buckets)
        assert style in there or not [path for path, data in there.items() if f"/{style}".encode() in data]
        if "about/index.html" not in there:
            assert b"about/" not in there["sitemap.xml"]
        if there["sitemap.xml"] != wanted["sitemap.xml"]:
            assert "posts/one/index.html" in there
        monkeypatch.setenv("AT", "0")
        publish(site)
        assert held(buckets) == wanted
    calls = (buckets / "log").read_text("utf-8").splitlines()
    assert calls[-2:] == ["s3api delete-objects", "s3 cp"]
    assert at == len(calls) + 1


@pytest.mark.parametrize(
    "place", ["", "s3://", "/x", "A", "Upper", "b", "bucket/a//x", "bucket/../x", "bu_cket", "--x"]
)
def test_a_name_that_no_bucket_has_is_refused(place: str) -> None:
    with pytest.raises(WrongTargetError, match="write BUCKET or BUCKET/PREFIX"):
        s3.find_target(place)


# ---------------------------------------------------------------- the command


def test_the_command_builds_and_publishes(site: PublishingSite, buckets: Path, proofpress: Proofpress) -> None:
    dry = proofpress("publish", "--to", "s3", f"{BUCKET}/blog", "--dry-run", cwd=site.root)
    assert dry.returncode == 0, dry.stderr
    assert "new     posts/one/index.html\n" in dry.stdout
    assert not everything(buckets)
    done = proofpress("publish", "--to", "s3", f"{BUCKET}/blog", cwd=site.root)
    assert done.returncode == 0, done.stderr
    assert held(buckets)["blog/posts/one/index.html"]
    missing = proofpress("publish", "--to", "s3", "nobodys-bucket", cwd=site.root)
    assert missing.returncode == 1
    assert "NoSuchBucket" in missing.stderr


def test_with_an_error_in_the_site_nothing_is_sent(site: PublishingSite, buckets: Path, proofpress: Proofpress) -> None:
    site.write({"content/posts/one.md": "[x](nowhere.md)\n"})
    done = proofpress("publish", "--to", "s3", BUCKET, cwd=site.root)
    assert done.returncode == 1
    assert "error broken-link" in done.stderr
    assert not everything(buckets)


def test_without_aws_the_message_says_how_to_install_it(
    site: PublishingSite, tmp_path: Path, proofpress: Proofpress
) -> None:
    done = proofpress("publish", "--to", "s3", BUCKET, cwd=site.root, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "apt install awscli; macOS: brew install awscli; Windows: winget install Amazon.AWSCLI" in done.stderr
