"""Definitions and comments of other languages than Python, as the grammars of tree-sitter read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proofpress.rules.languages.grammars import is_there, tree_of
from proofpress.sources.definitions import Definition, Span, UnreadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node

_VALUES: Final = frozenset(
    {
        "assignment", "const_element", "const_item", "const_spec", "declaration", "field_declaration", "field_definition", "preproc_def",
        "property_declaration", "public_field_definition", "static_item", "val_definition", "var_definition", "var_spec", "variable_declarator",
    }
)  # fmt: skip
"""Nodes that give a name a value; within a function they are its own affair."""
_FUNCTIONS: Final = frozenset(
    {
        "compact_constructor_declaration", "constructor_declaration", "function", "function_declaration", "function_definition",
        "function_item", "function_signature", "function_signature_item", "generator_function_declaration", "init_declaration",
        "method", "method_declaration", "method_definition", "method_signature", "abstract_method_signature", "preproc_function_def",
        "singleton_method",
    }
)  # fmt: skip
_UNNAMED: Final = frozenset(
    {"arrow_function", "closure_expression", "function_expression", "lambda", "lambda_expression"}
)
_HOLDERS: Final = frozenset(
    {
        "abstract_class_declaration", "annotation_type_declaration", "class", "class_declaration", "class_definition", "class_specifier",
        "concept_definition", "enum_declaration", "enum_definition", "enum_item", "enum_specifier", "impl_item", "interface_declaration",
        "internal_module", "macro_definition", "mod_item", "module", "module_definition", "namespace_definition", "object_declaration",
        "object_definition", "protocol_declaration", "record_declaration", "struct_definition", "struct_item", "struct_specifier",
        "trait_declaration", "trait_definition", "trait_item", "union_item", "union_specifier",
    }
)  # fmt: skip
_TYPES: Final = frozenset(
    {
        "alias_declaration", "type_alias", "type_alias_declaration", "type_definition", "type_item", "type_spec", "typealias_declaration",
        "data_type", "newtype",
    }
)  # fmt: skip
_DEFINING: Final = _VALUES | _FUNCTIONS | _HOLDERS | _TYPES
_AROUND: Final = frozenset(
    {
        "ambient_declaration", "const_declaration", "export_statement", "lexical_declaration", "template_declaration",
        "type_declaration", "var_declaration", "variable_declaration", "expression_statement",
    }
)  # fmt: skip
"""Nodes that hold a definition, and belong to it where they hold no other."""
_DECORATING: Final = frozenset(
    {"annotation", "attribute_declaration", "attribute_item", "attribute_list", "decorator", "marker_annotation"}
)
_NAMING: Final = ("name", "property", "left", "pattern", "declarator")
"""Fields that lead to a definition's name, in this order."""
_SEPARATORS: Final = re.compile(r"\s*(?:::|#|->)\s*")
_PARAMETERS: Final = re.compile(r"<[^<>]*>")
_DEEPEST_NAME: Final = 12


def definitions(language: str, text: str) -> dict[str, list[Definition]]:
    """Return what a file defines, each by its name with those that it stands in before it, dots between.

    Raises UnreadError where the language's grammar is not installed.
    """
    root = _root(language, text)
    above = _above(root, text.split("\n"))
    found: dict[str, list[Definition]] = {}
    promised: dict[str, list[Definition]] = {}
    ahead: list[tuple[Node, tuple[str, ...], bool]] = [(root, (), False)]
    while ahead:
        node, names, inside = ahead.pop()
        if (
            node.type in _DEFINING
            and not (node.type in _VALUES and (inside or _is_of_value(node)))
            and (name := _name(node))
        ):
            of = promised if node.type in {"declaration", "field_declaration"} and "(" in _text(node) else found
            own = _of_impl(node) if node.type == "impl_item" else ".".join((*names, name))
            of.setdefault(own, []).append(_definition(node, above))
            names = (*names, *name.split("."))
        inside = inside or node.type in _FUNCTIONS or node.type in _UNNAMED
        ahead += [(child, names, inside) for child in reversed(node.named_children)]
    return promised | found  # of C's functions the body, where it is in the same file


def comments(language: str, text: str) -> list[Span]:
    """Return the comments of a file. Raises UnreadError where the language's grammar is not installed."""
    lines = text.split("\n")
    found = []
    ahead = [_root(language, text)]
    while ahead:
        node = ahead.pop()
        if "comment" in node.type:
            begin, end = node.start_point, node.end_point
            found.append(Span(begin[0] + 1, _column(lines, *begin), end[0] + 1, _column(lines, *end)))
        else:
            ahead += reversed(node.named_children)
    return found


def _root(language: str, text: str) -> Node:
    if not is_there(language):
        raise UnreadError(f"the grammar of {language} is not installed; pip install 'proofpress[code]'")
    return tree_of(language, text).root_node


def _column(lines: Sequence[str], row: int, column: int) -> int:
    """Return a column in characters for one in bytes."""
    line = lines[row] if row < len(lines) else ""
    return column if line.isascii() else len(line.encode()[:column].decode(errors="ignore"))


def _text(node: Node) -> str:
    return node.text.decode(errors="replace") if node.text is not None else ""


def _name(node: Node) -> str:
    """Return a definition's name as its language writes it, with dots; empty where it has none."""
    if node.type == "impl_item":  # what stands in it is named by its type
        of = node.child_by_field_name("type")
        return plain_name(_PARAMETERS.sub("", _text(of))) if of is not None else ""
    receiver = node.child_by_field_name("receiver") if node.type == "method_declaration" else None
    name = _leaf(node)
    if not name or receiver is None:
        return name
    of_type = _receiver(receiver)
    return f"{of_type}.{name}" if of_type else name


def _of_impl(node: Node) -> str:
    """Return what Rust's `impl` is called: `impl Trainer`, `impl Display for Trainer`."""
    parts = [node.child_by_field_name(field) for field in ("trait", "type")]
    names = [plain_name(_PARAMETERS.sub("", _text(part))).rpartition(".")[2] for part in parts if part is not None]
    return f"impl {' for '.join(names)}"


def _is_of_value(node: Node) -> bool:
    """Tell whether a node is a part of what gives a name a value, and not that itself."""
    return node.parent is not None and node.parent.type in _VALUES


def _receiver(node: Node) -> str:
    """Return the type that a method of Go belongs to."""
    words = re.findall(r"\w+", re.sub(r"\[[^\]]*\]", "", _text(node)))
    return words[-1] if words else ""


def _leaf(node: Node) -> str:
    """Follow the fields of a definition to the identifier that it defines."""
    here = node
    for _ in range(_DEEPEST_NAME):
        if here is not node and not here.named_children:
            return plain_name(_text(here))
        if here.type in {"destructor_name", "operator_name"}:
            return _text(here)
        if "qualified" in here.type or here.type == "scope_resolution":
            return plain_name(_PARAMETERS.sub("", _text(here)))
        below = next((child for field in _NAMING if (child := here.child_by_field_name(field)) is not None), None)
        if below is None:
            below = next((child for child in here.named_children if _is_naming(child)), None)
        if below is None:
            return plain_name(_text(here)) if here is not node and len(_text(here)) < 80 else ""
        here = below
    return ""


def _is_naming(node: Node) -> bool:
    return node.type.endswith(("identifier", "name")) or node.type in {
        "constant", "const_element", "property_element", "variable_declaration", "word", "signature", "call_expression",
    }  # fmt: skip


def plain_name(written: str) -> str:
    """Return a name as it is compared: `Trainer::step`, `Trainer#step` and `Trainer.step` are one."""
    return _SEPARATORS.sub(".", written.strip()).strip(".$*& \t")


def _above(root: Node, lines: Sequence[str]) -> dict[int, tuple[int, bool]]:
    """Return comments and attributes that have lines of their own, by their last: the first, and whether it decorates."""
    found: dict[int, tuple[int, bool]] = {}
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if "comment" in node.type or node.type in _DECORATING:
            first = node.start_point[0] + 1
            if not lines[first - 1][: _column(lines, *node.start_point)].strip():
                found[_last_line(node)] = first, node.type in _DECORATING
        else:
            ahead += node.named_children
    return found


def _definition(node: Node, above: Mapping[int, tuple[int, bool]]) -> Definition:
    """Return the lines of a definition, with what is written around it and right above it."""
    whole = node
    while whole.parent is not None and whole.parent.type in _AROUND and _holds_one(whole.parent):
        whole = whole.parent
    first = whole.start_point[0] + 1
    decorated = list(_decorating(whole))
    while first - 1 in above:
        begin, decorates = above[first - 1]
        if decorates:
            decorated.append((begin, first - 1))
        first = begin
    home = whole.parent.id if whole.parent is not None else 0
    return Definition(first, _last_line(whole), home, tuple(sorted(decorated)), again=True)


def _holds_one(node: Node) -> bool:
    """Tell whether a node holds one definition; of a declaration in brackets each has a line of its own."""
    return len([child for child in node.named_children if child.type in _DEFINING | _AROUND]) == 1


def _last_line(node: Node) -> int:
    """Return the last line of a node; some end with the line end behind them."""
    row, column = node.end_point
    return row if column == 0 and row > node.start_point[0] else row + 1


def _decorating(node: Node) -> Iterator[tuple[int, int]]:
    """Give the lines that decorators, annotations and attributes at a definition's head have for themselves."""
    ahead = [child for child in node.named_children if child.type in _DECORATING | _AROUND | _DEFINING | {"modifiers"}]
    for child in ahead:
        inside = child.named_children if child.type not in _DECORATING else (child,)
        for part in inside:
            for each in part.named_children if part.type == "modifiers" else (part,):
                following = each.next_sibling or child.next_sibling
                alone = following is None or following.start_point[0] > each.end_point[0]
                if each.type in _DECORATING and alone:
                    yield each.start_point[0] + 1, _last_line(each)
