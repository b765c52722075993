"""Lexing with fewer tries: of a state's rules those alone that can begin with the character that comes next.

A lexer of Pygments tries the rules of its state one after another at each place, and most fail at the first character.
Here a state that is come to often is asked once which of its rules may begin with which character of ASCII, and from then on
those are tried, in their order. The tokens are the same; `tests/listings/test_masks.py` holds every lexer to that. Which
characters a rule can begin with is read from the tree that `re` makes of its pattern. That tree is `re`'s own affair:
what is not known in it stands for any character, and a Python that has it elsewhere only lexes more slowly.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, Final

from pygments.lexer import RegexLexer
from pygments.token import Error, Whitespace, _TokenType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pygments.lexer import Lexer

    Rule = tuple[Callable[[str, int], re.Match[str] | None], Any, Any]
    """As Pygments has it: what matches, what is made of the match, and where that leads."""

OFTEN: Final = 100
"""Characters that a state is asked about before it is worth to read its patterns a second time."""

_ASCII: Final = frozenset(map(chr, range(128)))
_DIGITS: Final = frozenset("0123456789")
_WORD: Final = frozenset(character for character in _ASCII if character.isalnum() or character == "_")
_SEPARATORS: Final = frozenset("\x1c\x1d\x1e\x1f")
"""Blanks by Unicode's rules and not by ASCII's: which of them a pattern has is not asked."""
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": _ASCII - _DIGITS,
    "CATEGORY_SPACE": frozenset(character for character in _ASCII if character.isspace()),
    "CATEGORY_NOT_SPACE": _ASCII - frozenset(" \t\n\r\f\v"),
    "CATEGORY_WORD": _WORD,
    "CATEGORY_NOT_WORD": _ASCII - _WORD,
}
_ANY: Final = (_ASCII, True)
"""What is told of a part of a pattern that nothing is known of."""


def tokens_of(lexer: Lexer, states: dict[str, State], text: str, often: int = OFTEN) -> Iterable[tuple[int, Any, str]]:
    """Give what a lexer makes of a text: as it does itself, where it has a way of its own to go through it.

    `states` is what was learnt of this lexer before; what is learnt now is added.
    """
    if type(lexer).get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return lexer.get_tokens_unprocessed(text)
    return _tokens(lexer, states, text, often)


class State:
    """A state of a lexer: its rules, and what is known of them."""

    def __init__(self, rules: Sequence[Rule], often: int) -> None:
        self.rules = rules
        self.by_character: dict[str, Sequence[Rule]] = {}
        """The rules that may begin with a character of ASCII, in their order."""
        self._left = often
        self._begins: list[frozenset[str]] | None = None

    def chosen(self, character: str) -> Sequence[Rule]:
        """Return the rules to try at a character that is not known so far."""
        if self._left > 0 or character > "\x7f":
            self._left -= 1
            return self.rules
        if self._begins is None:
            self._begins = [_begins(matches) for matches, _, _ in self.rules]
        pairs = zip(self.rules, self._begins, strict=True)
        rules = self.by_character[character] = [rule for rule, begins in pairs if character in begins]
        return rules


def _tokens(lexer: Any, states: dict[str, State], text: str, often: int) -> Iterator[tuple[int, Any, str]]:
    """Go through a text as `RegexLexer` does."""
    stack = ["root"]
    state = _state(lexer, states, "root", often)
    known = state.by_character
    place, end = 0, len(text)
    rules: Sequence[Rule] | None
    while True:
        if place < end:
            character = text[place]
            rules = known.get(character)
            if rules is None:
                rules = state.chosen(character)
        else:
            rules = state.rules
        for matches, action, leads in rules:
            match = matches(text, place)
            if match is None:
                continue
            if type(action) is _TokenType:
                yield place, action, match[0]
            elif action is not None:
                yield from action(lexer, match)
            place = match.end()
            if leads is not None:
                _go(stack, leads)
                state = _state(lexer, states, stack[-1], often)
                known = state.by_character
            break
        else:
            if place >= end:
                return
            if text[place] == "\n":  # what no rule reads ends with its line, and all states with it
                stack = ["root"]
                state = _state(lexer, states, "root", often)
                known = state.by_character
                yield place, Whitespace, "\n"
            else:
                yield place, Error, text[place]
            place += 1


def _state(lexer: Any, states: dict[str, State], name: str, often: int) -> State:
    found = states.get(name)
    if found is None:
        found = states[name] = State(lexer._tokens[name], often)  # noqa: SLF001 - there is no other way to a lexer's rules
    return found


def _go(stack: list[str], leads: Any) -> None:
    """Change the stack of states as a rule says: by names, by `#push`, or back by some, but never from the last."""
    if isinstance(leads, int):
        del stack[max(1, len(stack) - abs(leads)) :]
        return
    for step in leads if isinstance(leads, tuple) else (leads,):
        if step == "#push":
            stack.append(stack[-1])
        elif step != "#pop":
            stack.append(step)
        elif len(stack) > 1:
            stack.pop()


# ---------------------------------------------------------------- what a pattern can begin with


def _begins(matches: Any) -> frozenset[str]:
    """Return the characters of ASCII at which a rule has to be tried."""
    pattern = getattr(matches, "__self__", None)
    if not isinstance(pattern, re.Pattern):
        return _ASCII
    try:
        tree = importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags)
        found, empty = _first(tree, folds=bool(pattern.flags & re.IGNORECASE))
    except Exception:  # noqa: BLE001 - of a tree in another form nothing is known
        return _ASCII
    return _ASCII if empty else found


def _first(parts: Any, *, folds: bool) -> tuple[frozenset[str], bool]:
    """Return what a sequence can begin with, and whether it may match nothing. `folds` where case is no matter."""
    found: frozenset[str] = frozenset()
    for kind, what in parts:
        more, empty = _first_of(str(kind), what, folds=folds)
        found |= more
        if not empty:
            return found, False
    return found, True


def _first_of(kind: str, what: Any, *, folds: bool) -> tuple[frozenset[str], bool]:
    """Return the same of one part, rather too much than too little."""
    match kind:
        case "LITERAL":
            return _one_of([(kind, what)], folds=folds), False
        case "IN":
            return _one_of(what, folds=folds), False
        case "ANY" | "NOT_LITERAL":
            return _ASCII, False
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset(), True
        case "BRANCH":
            ways = [_first(way, folds=folds) for way in what[1]]
            return frozenset().union(*(found for found, _ in ways)), any(empty for _, empty in ways)
        case "SUBPATTERN" if not what[1] and not what[2]:  # else it has flags of its own
            return _first(what[3], folds=folds)
        case "ATOMIC_GROUP":
            return _first(what, folds=folds)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            found, empty = _first(what[2], folds=folds)
            return found, empty or what[0] == 0
        case _:
            return _ANY


def _one_of(items: Any, *, folds: bool) -> frozenset[str]:
    """Return the characters of ASCII that a set has; where case is no matter, a letter beyond may be one of them too."""
    found: set[str] = set()
    negated = False
    for kind, what in items:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL" if what < 128 or not folds:
                found.add(chr(what))
            case "RANGE" if what[1] < 128 or not folds:
                found.update(map(chr, range(what[0], min(what[1], 127) + 1)))
            case "CATEGORY":
                found |= _CATEGORIES[str(what)]
            case _:
                return _ASCII
    if negated:
        return _ASCII if folds else _ASCII - (found - _SEPARATORS)
    return frozenset({*found, *(each.lower() for each in found), *(each.upper() for each in found)} if folds else found)
