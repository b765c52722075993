"""What templates see of the site: `site`, whose methods are the only doors to the rest of it.

docs/templates.md documents every name here with its type. A method puts a question to whoever the view was handed
(`site.questions` has them all), so that questions and answers can be recorded. What a template hands over may be of
any type; a question is kept with its page, so its fields are made what they say they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.paths import Base
from proofpress.site import questions
from proofpress.site.lists import home_of
from proofpress.site.values import feeds_of

if TYPE_CHECKING:
    from proofpress.config import Config
    from proofpress.model import Card, TermLink
    from proofpress.site.questions import AskSite
    from proofpress.site.values import Around, MenuEntry, Page, Series, Term


class SiteView:
    """The site as templates see it."""

    def __init__(self, ask: AskSite, config: Config, language: str = "") -> None:
        """Put every question to `ask`; `config` gives what the settings say, in `language` where that has lists of its own."""
        base = Base.of(config.url)
        self._ask = ask
        self._language = language
        self.title = config.title
        self.description = config.description
        self.language = config.language
        self.url = base.href("/")
        self.permalink = base.absolute("/")
        self.home = base.href(home_of(language))
        self.authors = list(config.authors)
        self.theme = config.theme
        self.extra = config.extra
        self.taxonomies = config.taxonomies
        self.search = config.search
        self.feeds = feeds_of(config, home_of(language), config.title)

    @property
    def menu(self) -> list[MenuEntry]:
        """The settings' menu, its files resolved."""
        return self._ask(questions.Menu(self._language))

    def recent(self, n: int = 5) -> list[Card]:
        """Return the newest posts."""
        return self._ask(questions.Recent(int(n), self._language))

    def posts(self) -> list[Card]:
        """Return every post, newest first."""
        return self._ask(questions.Posts(self._language))

    def pages(self) -> list[Card]:
        """Return every page that is no post, by title."""
        return self._ask(questions.Pages(self._language))

    def page(self, path: str) -> Card:
        """Return the card of a source file; raises UnanswerableError where there is none."""
        return self._ask(questions.Page(str(path)))

    def tagged(self, term: str, taxonomy: str = "tags") -> list[Card]:
        """Return the posts of a term, newest first; none where nothing carries it."""
        return self._ask(questions.Tagged(str(term), str(taxonomy), self._language))

    def terms(self, taxonomy: str) -> list[Term]:
        """Return the terms of a taxonomy by name."""
        return self._ask(questions.Terms(str(taxonomy), self._language))

    def terms_of(self, page: Page | Card) -> dict[str, list[TermLink]]:
        """Return the terms of a page, each with its address, by taxonomy."""
        return self._ask(questions.TermsOf(page.path or ""))

    def around(self, page: Page | Card) -> Around:
        """Return the posts before (older) and after (newer) a page."""
        return self._ask(questions.Around(page.path or ""))

    def related(self, page: Page | Card, n: int = 3) -> list[Card]:
        """Return the posts that share most with a page."""
        return self._ask(questions.Related(page.path or "", int(n)))

    def series(self, page: Page | Card) -> Series | None:
        """Return the first series that a page belongs to."""
        return self._ask(questions.Series(page.path or ""))

    def asset(self, name: str) -> str:
        """Return the fingerprinted URL of a theme's static file; raises UnanswerableError where there is none."""
        return self._ask(questions.Asset(str(name)))

    def link(self, path: str) -> str:
        """Return the URL of a file below content/; raises UnanswerableError where a link would be a problem."""
        return self._ask(questions.Url(str(path)))

    def data(self, name: str) -> Any:
        """Return what a file below data/ holds; raises UnanswerableError where there is none."""
        return self._ask(questions.Data(str(name)))
