"""The search of a site: what it finds, when its index is made, and that the same texts give the same bytes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from small_site import NOW, SmallSite, post

from proofpress.builder import searching
from proofpress.builder.build import build
from proofpress.builder.desk import Desk
from proofpress.builder.inputs import Looked, Options, read_inputs
from proofpress.builder.versions import code_version
from proofpress.paths import OutputPath
from proofpress.search import pagefind
from proofpress.search.records import PART, record
from proofpress.update import update

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "title: Small site\nurl: https://me.example/blog/\nsearch: true\n"
FILES = {
    "site.yaml": SETTINGS,
    "content/posts/a.md": post("Alpha & Omega", text="A zebra.\n\n## Stripes {#stripes}\n\nBlack `nn.Linear`, $x^2$."),
    "content/posts/b.md": post("Beta", text="A horse, [and a zebra](a.md)."),
    "content/posts/c.md": post("Gamma", text="Ein Esel.", more="language: de\n"),
    "content/posts/d.md": post("Delta", text="A mule.", more="draft: true\n"),
    "content/posts/e.md": post("Epsilon", text="A tapir.", more="listed: false\n"),
}


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path / "site").write(FILES)


def pages_in(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """Return what is known of each page, by its address."""
    found = [
        json.loads(gzip.decompress(data).removeprefix(b"pagefind_dcd"))
        for path, data in files.items()
        if path.endswith(".pf_fragment")
    ]
    return {one["url"]: one for one in found}


def published(site: SmallSite) -> dict[str, bytes]:
    folder = site.root / "public"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_index_knows_each_listed_page_by_its_address_and_sections_and_no_draft(site: SmallSite) -> None:
    outputs = {str(path): data for path, data in site.build().outputs.items()}
    pages = pages_in(outputs)
    assert sorted(pages) == [f"/blog/posts/{name}/" for name in "abc"]
    first = pages["/blog/posts/a/"]
    assert first["meta"]["title"] == "Alpha & Omega"
    assert [(one["id"], one["text"]) for one in first["anchors"]] == [("stripes", "Stripes")]
    assert first["content"] == f"Alpha & Omega. A zebra. Stripes Black nn.{PART}Linear, ."
    assert set(json.loads(outputs["pagefind/pagefind-entry.json"])["languages"]) == {"de", "en"}
    assert "pagefind/pagefind-ui.js" not in outputs
    assert "/blog/posts/d/" in pages_in({str(path): data for path, data in site.build(drafts=True).outputs.items()})


@pytest.mark.parametrize(
    ("code", "parted"),
    [
        ("nn.Linear(3)", "nn.|Linear(|3)"),
        ("Vec&lt;String&gt;", "Vec&lt;|String&gt;"),
        ('<span class="n">self</span><span class="o">.</span><span class="n">train_step</span>', "self.|train_step"),
        ("std::vector&lt;&amp;T&gt;", "std::|vector&lt;&amp;|T&gt;"),
        ("a + b\n", "a + b\n"),
        ("x = 1.31.0; y.0", "x = 1.31.0; y.|0"),
    ],
)
def test_each_name_in_code_begins_a_word(code: str, parted: str) -> None:
    html = record("/a/", "A", "en", f"<p>x.y</p><pre><code>{code}</code></pre>").html
    assert f"<p>x.y</p><pre><code>{parted.replace('|', PART)}</code></pre>" in html


def test_what_a_sharp_leads_begins_a_word_and_what_stands_before_one_keeps_it() -> None:
    text = '<p id="x">C# (#42) #include &#39;a <a href="#b" title="of #7">b</a></p>'
    html = record("/a/", "A", "en", text).html
    assert f"C# (#42) #{PART}include &#39;a" in html
    assert '<p id="x">' in html


def test_an_index_is_made_of_a_language_of_which_a_text_or_title_changed_and_else_never(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[set[str]] = []
    index_of = searching.index_of

    def counted(pages: list[searching.Searched], blobs: Any) -> Any:
        made.append({page.language for page in pages})
        return index_of(pages, blobs)

    monkeypatch.setattr(searching, "index_of", counted)

    def built() -> list[set[str]]:
        made.clear()
        assert update(Options(root=site.root, now=NOW)).published is not None
        return made

    assert built() == [{"de"}, {"en"}]
    assert built() == []
    site.write({"templates/partials/head.html": "<!-- another page, the same text -->\n"})
    assert built() == []
    next((site.root / "public/pagefind/fragment").glob("de_*")).unlink()
    assert built() == [{"de"}]
    site.write({"content/posts/b.md": post("Beta", text="A donkey.")})
    assert built() == [{"en"}]
    assert published(site).items() >= {str(path): data for path, data in site.build().outputs.items()}.items()
    assert "A donkey." in pages_in(published(site))["/blog/posts/b/"]["content"]
    site.write({"site.yaml": SETTINGS.replace("true", "false")})
    assert built() == []
    assert not [path for path in published(site) if "pagefind" in path or "search" in path]


def test_the_same_texts_give_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    code = (
        "import hashlib\nfrom proofpress.search.pagefind import index_files\n"
        "from proofpress.search.records import record\n"
        "made = index_files([record(f'/{n}/', f'T{n}', ('en', 'de', 'fr', 'es', 'ru', 'ja')[n % 6], f'<p>w{n} common</p>') for n in range(90)])\n"
        "print(hashlib.sha256(repr(made).encode()).hexdigest(), len(made))"
    )
    found = set()
    for seed in ("0", "1"):
        folder = tmp_path / seed
        folder.mkdir()
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env={"PYTHONHASHSEED": seed},
        )
        found.add(run.stdout)
    assert len(found) == 1
    assert int(found.pop().split()[1]) > 90


def test_languages_give_the_same_files_apart_as_together() -> None:
    tags = ("en", "de", "pt-BR", "tlh")
    records = [record(f"/{n}/", f"T{n}", tags[n % 4], f"<p>w{n} common</p>") for n in range(24)]
    apart = [pagefind.index_files(records[n::4]) for n in range(4)]
    entries = [files.pop("pagefind-entry.json") for files in apart]
    merged = {name: data for files in apart for name, data in files.items()}
    merged["pagefind-entry.json"] = pagefind.merged_entries(entries)
    assert merged == pagefind.index_files(records)
    assert pagefind.merged_entries(entries[::-1]) == merged["pagefind-entry.json"]


def test_a_site_without_a_page_that_lists_name_has_a_search_that_finds_nothing(site: SmallSite) -> None:
    site.write({f"content/posts/{name}.md": post("Alone", more="listed: false\n") for name in "abc"})
    outputs = site.build().outputs
    assert json.loads(outputs[OutputPath("pagefind/pagefind-entry.json")])["languages"] == {}
    assert OutputPath("pagefind/pagefind.js") in outputs


def test_without_pagefind_the_site_is_built_and_told_what_to_install(site: SmallSite) -> None:
    code = msgspec.structs.replace(code_version(), search=b"")
    inputs = read_inputs(site.root, "", Looked(), 0, code)
    assert [(p.rule, p.line, p.severity, p.hint) for p in inputs.problems] == [
        ("no-search", 3, "warning", "install it with: pip install 'proofpress[search]'")
    ]
    built = build(Options(root=site.root, now=NOW), inputs=inputs)
    assert not built.failed
    assert not [path for path in built.outputs if "pagefind" in path or "search" in path]
    assert b"search" not in built.outputs[OutputPath("index.html")]


def test_who_writes_without_blanks_is_told_what_parts_the_words(site: SmallSite) -> None:
    site.write({"content/posts/f.md": post("猫", text="机器学习。", more="language: zh-Hant\n")})

    def told(*, segments: bool) -> list[tuple[int, int, str]]:
        code = msgspec.structs.replace(code_version(), segments=segments)
        inputs = read_inputs(site.root, "", Looked(), 0, code)
        built = build(Options(root=site.root, now=NOW), Desk(searches=False), inputs)  # as a check builds
        return [(p.line, p.column, p.message + "; " + p.hint) for p in built.problems if p.rule == "no-search"]

    assert code_version().segments, "the extended Pagefind is installed for tests"
    assert told(segments=True) == []
    (found,) = told(segments=False)
    assert found[:2] == (3, 9)
    assert found[2].startswith("pages in 'zh-Hant' are written without blanks")
    assert found[2].endswith("pip install 'proofpress[search-extended]'")


FAULTS = {
    "it ended before its work was done, with code 3": "#!/bin/sh\nexit 3\n",
    "it can't be run": "no program",
}


@pytest.mark.posix
@pytest.mark.parametrize("fault", FAULTS)
def test_where_pagefind_fails_the_site_is_built_and_the_message_says_how(
    site: SmallSite, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text(FAULTS[fault])
    program.chmod(0o755)
    monkeypatch.setattr(pagefind, "_program", lambda: str(program))
    found = site.problems("no-search")
    assert [p.severity for p in found] == ["warning"]
    assert fault in found[0].message


def test_the_policy_names_wasm_where_a_site_has_a_search_and_only_there(site: SmallSite) -> None:
    site.write({"site.yaml": SETTINGS + "hosting: netlify\n"})
    assert b"script-src 'self' 'wasm-unsafe-eval'" in site.build().outputs[OutputPath("_headers")]
    site.write({"site.yaml": SETTINGS.replace("true", "false") + "hosting: netlify\n"})
    assert b"wasm" not in site.build().outputs[OutputPath("_headers")]
