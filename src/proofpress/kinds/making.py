"""What a target is made with: settings, templates, its own document, and whoever answers questions and takes note of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

import msgspec

from proofpress.kinds.question import Question as OwnQuestion
from proofpress.site import questions
from proofpress.site.editions import within
from proofpress.site.lists import home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from proofpress.config import Config
    from proofpress.engine.steps import Question, Recorder
    from proofpress.model import Body, Card, Place
    from proofpress.pages.templates import Templates
    from proofpress.paths import SourcePath
    from proofpress.site.questions import Known
    from proofpress.site.values import Alternate
    from proofpress.words.catalogue import Catalogue
    from proofpress.words.vocabulary import Catalogues

Answer = TypeVar("Answer")
Part = TypeVar("Part")


class Workshop:
    """What one process makes all its targets with."""

    def __init__(
        self,
        *,
        config: Config,
        templates: Templates,
        body: Callable[[bytes], Body],
        recorder: Callable[[], Recorder[Known]],
        alternates: Callable[[Card, Config], Iterable[Alternate]],
        catalogues: Catalogues,
        read: Callable[[SourcePath], bytes],
    ) -> None:
        """`body` returns a text by its digest; `recorder` makes who answers questions and takes note of them.

        `read` reads a file of the site whose digest the target has among its fields.
        """
        self._config = config
        self._within: dict[str, Config] = {}
        self.templates = templates
        self.body = body
        self.recorder = recorder
        self.alternates = alternates
        self.catalogues = catalogues
        self.read = read
        self.parts: dict[Hashable, tuple[Any, Recorder[Known]]] = {}
        """What several targets have in common, made once."""

    def config(self, language: str) -> Config:
        """Return the settings as pages of a language see them."""
        found = self._within.get(language)
        if found is None:
            found = self._within[language] = within(self._config, language)
        return found


class Making:
    """One target's making: what it is handed is in its digests, and all else it learns by asking."""

    def __init__(
        self,
        shop: Workshop,
        asked: Recorder[Known],
        *,
        card: Card | None = None,
        image_place: Place | None = None,
        template_place: Place | None = None,
        text: bytes | None = None,
        language: str = "",
    ) -> None:
        """Hand over the target's own document, `Target.source`, the digest of its text, `Target.text_of`, and `FilledTarget.language`."""
        self._shop = shop
        self._asked = asked
        self._text = text
        self.config = shop.config(language)
        self.language = language
        self.home = home_of(language)
        """Where the home page of its language is."""
        self.templates = shop.templates
        self.card = card
        self.image_place = image_place
        """Where the front matter's image stands."""
        self.template_place = template_place
        """Where it names its template."""

    @overload
    def ask(self, question: Question[Known, Answer], /) -> Answer: ...

    @overload
    def ask(self, question: OwnQuestion[Answer], /) -> Answer: ...

    def ask(self, question: Question[Known, Answer] | OwnQuestion[Answer], /) -> Answer:
        """Return the answer to a question. Raises LookupError where there is none."""
        if isinstance(question, OwnQuestion):
            fields = msgspec.json.encode(question).decode()
            return cast("Answer", self._asked.ask(questions.OfPlugin(type(question).__name__, fields)))
        return self._asked.ask(question)

    def text(self) -> Body | None:
        """Return the text of the target's own document, where the target shows it."""
        return self._shop.body(self._text) if self._text is not None else None

    def text_of(self, path: SourcePath) -> Body:
        """Return the text of any document, of which note is taken; `FilledTarget.carries` is true of who asks."""
        return self._shop.body(self.ask(questions.Body(path)))

    def file(self, path: SourcePath) -> bytes:
        """Return a file of the site, of whose bytes the target's own fields hold the digest."""
        return self._shop.read(path)

    def words(self, language: str = "") -> Catalogue:
        """Return the words of a language, of the site's own for none."""
        return self._shop.catalogues.of(language)

    def alternates(self, card: Card) -> list[Alternate]:
        """Return the other forms in which a document is published."""
        return list(self._shop.alternates(card, self.config))

    def shared(self, key: Hashable, make: Callable[[Making], Part]) -> Part:
        """Return what `make` gives, made once in this process for all targets that name it by this key.

        What it asked is recorded for each of them.
        """
        found = self._shop.parts.get(key)
        if found is None:
            asked = self._shop.recorder()
            found = self._shop.parts[key] = make(Making(self._shop, asked)), asked
        part, others = found
        self._asked.take(others)
        return part
