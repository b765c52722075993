"""The shipped theme is compiled once for an installation; what else lies in a cache is never run."""

from __future__ import annotations

import marshal
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from small_site import NOW, SmallSite, post

from proofpress.builder import theme_code
from proofpress.builder.inputs import Options
from proofpress.engine.digests import digest_of_bytes
from proofpress.update import update

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="kept")
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this Python keeps the code of modules."""
    folder = tmp_path / "kept"
    monkeypatch.setattr(sys, "pycache_prefix", str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


def options(site: SmallSite) -> Options:
    site.write({"content/posts/one.md": post("One")})
    return Options(root=site.root, now=NOW)


def page(site: SmallSite) -> bytes:
    outcome = update(options(site), anew=True)
    assert outcome.published is not None
    return (site.root / "public/posts/one/index.html").read_bytes()


def files(kept: Path) -> list[Path]:
    return list(kept.rglob("*.opt-theme.pyc"))


def test_the_shipped_theme_s_code_is_kept_beside_our_own_and_found_there_by_the_next_build(
    site: SmallSite, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = page(site)
    (place,) = files(kept)
    assert place.name == f"theme_code.{sys.implementation.cache_tag}.opt-theme.pyc"
    monkeypatch.setattr("proofpress.pages.templates.read_all", lambda *_: pytest.fail("the theme was compiled again"))
    assert page(site) == before


@pytest.mark.parametrize("harm", ["a byte", "its end", "another program", "nothing"])
def test_code_that_is_not_what_was_kept_or_was_made_by_another_program_is_not_run(
    site: SmallSite, kept: Path, harm: str
) -> None:
    before = page(site)
    (place,) = files(kept)
    data = place.read_bytes()
    shipped = msgspec.msgpack.decode(data[16:], type=theme_code.Shipped)
    foreign = {name: marshal.dumps(compile("raise SystemExit", name, "exec")) for name in shipped.code}
    whole = msgspec.msgpack.encode(msgspec.structs.replace(shipped, made_from=bytes(16), code=foreign))
    put = {
        "a byte": data[:-1] + bytes([data[-1] ^ 1]),
        "its end": data[:-9],
        "another program": digest_of_bytes(whole) + whole,
        "nothing": b"",
    }[harm]
    place.write_bytes(put)
    assert page(site) == before
    assert place.read_bytes() == data, "it was made again"


def test_a_site_s_own_templates_leave_no_code_anywhere(site: SmallSite, kept: Path) -> None:
    site.write({"templates/partials/head.html": "<meta name=own>"})
    assert b"<meta name=own>" in page(site)
    assert files(kept) == []


def test_nothing_is_kept_where_python_keeps_nothing(
    site: SmallSite, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    page(site)
    assert files(kept) == []


def test_a_folder_that_may_not_be_written_costs_time_alone(site: SmallSite, kept: Path) -> None:
    kept.write_bytes(b"a file where a folder would be")
    page(site)
    assert kept.read_bytes() == b"a file where a folder would be"
