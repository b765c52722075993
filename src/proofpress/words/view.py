"""What templates see as `words`: each text by its key, and those with places for values to be called with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from proofpress.words.catalogue import Catalogue


class Phrase:
    """A text that has places for values, or a form for each number: called with them, it is whole."""

    def __init__(self, catalogue: Catalogue, key: str) -> None:
        self._catalogue = catalogue
        self._key = key

    def __call__(self, **values: Any) -> str:
        """Return the text; as HTML where one of the values is, and then the others are escaped."""
        if not any([hasattr(value, "__html__") for value in values.values()]):  # noqa: C419 - a page asks for many
            return self._catalogue.text(self._key, values)
        shown = {name: value if type(value) is int else escape(value) for name, value in values.items()}
        return Markup(self._catalogue.escaped(self._key).text(self._key, shown))  # noqa: S704 - all of it is escaped

    def __str__(self) -> str:
        """Raise WordsError: it was written as if it were whole."""
        return self._catalogue.text(self._key)

    def __html__(self) -> str:
        """Raise WordsError, as above."""
        return str(self)


class WordsView:
    """The words of a page as templates see them. `get` gives one whose key is worked out."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.__dict__ |= {  # a page asks for a dozen
            key: entry if isinstance(entry, str) and "{" not in entry else Phrase(catalogue, key)
            for key, entry in catalogue.entries.items()
            if not isinstance(entry, list) and not hasattr(WordsView, key)
        }

    def __dir__(self) -> list[str]:
        """Return the keys, of which the nearest is named where one is misspelt."""
        return [key for key, entry in self._catalogue.entries.items() if not isinstance(entry, list)]

    def get(self, key: object, otherwise: str = "") -> str:
        """Return a text by a key that is worked out, such as a taxonomy's name; `otherwise` where there is none."""
        return self._catalogue.get(str(key), otherwise)
