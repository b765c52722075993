"""Which files a post includes, by the names that it writes; and which language a file is in, by its own name."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_WRITTEN: Final = re.compile(rb"""include=(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([^\s,"'\[\]{}]+))""")
_ESCAPE: Final = re.compile(r"\\(.)")
_BY_PARTS: Final = re.compile(rb"(?:symbol|comments)=")


class Language(NamedTuple):
    """The language of a file: what a fence calls it, and the grammar that knows its definitions."""

    name: str
    grammar: str = ""
    """As reports name the language; empty for one whose definitions nobody tells, and for Python."""


_PYTHON: Final = Language("python")
_C: Final = Language("c", "C")
_CPP: Final = Language("cpp", "C++")
_JAVASCRIPT: Final = Language("javascript", "JavaScript")
_TYPESCRIPT: Final = Language("typescript", "TypeScript")
_BASH: Final = Language("bash", "Bash")
_ENDINGS: Final[Mapping[str, Language]] = {
    **dict.fromkeys(("py", "pyi", "pyw"), _PYTHON),
    **dict.fromkeys(("js", "mjs", "cjs"), _JAVASCRIPT),
    "jsx": Language("jsx", "JavaScript"),
    **dict.fromkeys(("ts", "mts", "cts"), _TYPESCRIPT),
    "tsx": Language("tsx", "TSX"),
    "rs": Language("rust", "Rust"),
    "go": Language("go", "Go"),
    **dict.fromkeys(("c", "h"), _C),
    **dict.fromkeys(("cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "ipp"), _CPP),
    **dict.fromkeys(("cu", "cuh"), Language("cuda", "C++")),
    "java": Language("java", "Java"),
    **dict.fromkeys(("rb", "rake", "gemspec"), Language("ruby", "Ruby")),
    "php": Language("php", "PHP"),
    **dict.fromkeys(("kt", "kts"), Language("kotlin", "Kotlin")),
    "swift": Language("swift", "Swift"),
    **dict.fromkeys(("scala", "sc"), Language("scala", "Scala")),
    **dict.fromkeys(("sh", "bash"), _BASH),
    "zsh": Language("zsh"),
    **dict.fromkeys(("yaml", "yml"), Language("yaml")),
    **dict.fromkeys(("md", "markdown"), Language("markdown")),
    **dict.fromkeys(("htm", "html"), Language("html")),
    **dict.fromkeys(("cfg", "ini", "conf", "service"), Language("ini")),
    **dict.fromkeys(("ex", "exs"), Language("elixir")),
    **dict.fromkeys(("erl", "hrl"), Language("erlang")),
    **dict.fromkeys(("ml", "mli"), Language("ocaml")),
    **dict.fromkeys(("fs", "fsx"), Language("fsharp")),
    **dict.fromkeys(("pl", "pm"), Language("perl")),
    **dict.fromkeys(("f90", "f95", "f03"), Language("fortran")),
    **dict.fromkeys(("clj", "cljs", "cljc", "edn"), Language("clojure")),
    **dict.fromkeys(("tf", "tfvars"), Language("terraform")),
    **dict.fromkeys(("v", "sv"), Language("verilog")),
    "pyx": Language("cython"),
    "hs": Language("haskell"),
    "jl": Language("julia"),
    "cs": Language("csharp"),
    "ps1": Language("powershell"),
    "tex": Language("latex"),
    "proto": Language("protobuf"),
    "mk": Language("make"),
    "s": Language("gas"),
    "asm": Language("nasm"),
    "patch": Language("diff"),
}
"""By the ending of a file's name; where it is not here, a language is called as its files end, or by nothing."""
_CALLED_AS_THEY_END: Final = frozenset(
    {
        "bat", "cmake", "css", "csv", "d", "dart", "diff", "dot", "fish", "glsl", "graphql", "groovy", "hcl", "html", "json",
        "json5", "less", "lua", "nim", "nix", "php", "r", "rst", "scss", "sql", "svg", "tcl", "toml", "vim", "vue", "wgsl", "xml", "zig",
    }
)  # fmt: skip
_NAMES: Final[Mapping[str, str]] = {
    "dockerfile": "docker",
    "containerfile": "docker",
    "makefile": "make",
    "gnumakefile": "make",
    "cmakelists.txt": "cmake",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "jenkinsfile": "groovy",
    "justfile": "make",
}
"""By the whole name, where it has no ending."""


def language_of(path: str) -> Language:
    """Return the language of a file by its name; one of no name for any other."""
    name = path.rpartition("/")[2].lower()
    if name in _NAMES:
        return Language(_NAMES[name])
    ending = name.rpartition(".")[2] if "." in name else ""
    return _ENDINGS.get(ending) or Language(ending if ending in _CALLED_AS_THEY_END else "")


def resolved(post: str, written: str) -> str:
    """Return where a file is that a post names: from the site's folder, with `..` at its beginning where it is outside.

    A name is as seen from the post's own folder; with a slash before it, from the site's.
    """
    folder = "" if written.startswith("/") else posixpath.dirname(post)
    return posixpath.normpath(posixpath.join(folder, written.lstrip("/")))


def included_in(post: str, data: bytes) -> list[str]:
    """Return the files that a post may include, each once, in its order: what its Markdown makes of it is not asked."""
    found: dict[str, None] = {}
    for double, single, bare in _WRITTEN.findall(data):
        written = (double or single or bare).decode("utf-8", "replace").replace("\0", "\ufffd")  # as it is parsed
        if written:
            found[resolved(post, _ESCAPE.sub(r"\1", written) if not bare else written)] = None
    return list(found)


def asks_a_grammar(path: str, data: bytes) -> bool:
    """Tell whether a post may ask of a file what only a grammar knows: where a definition or a comment is."""
    return bool(language_of(path).grammar) and _BY_PARTS.search(data) is not None
