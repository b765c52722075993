"""What pages have in common that a template makes: what it sees as `page`, and how it is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from proofpress.kinds.target import RENAME, Blame, FilledTarget, Planning, refusal, shorter
from proofpress.model import Body, Card
from proofpress.paths import Base, SitePath, SourcePath
from proofpress.site import questions
from proofpress.site.lists import home_of, social_card_of, spoken
from proofpress.site.values import Counterpart, Page, Translation, edit_url, feeds_of
from proofpress.site.view import SiteView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proofpress.config import Config
    from proofpress.kinds.making import Making
    from proofpress.problems import Problem
    from proofpress.site.claims import Complaint

EMPTY = Body(html="")


class HtmlTarget(FilledTarget, frozen=True, kw_only=True):
    """An HTML page that a template makes; with the text of a document where it has a `source`."""

    is_page = True
    in_sitemap = True
    carries = False
    plain_title: ClassVar[str] = ""
    """What it is called where no document names it; empty for the site's title."""
    title_word: ClassVar[str] = ""
    """The key of what it is called instead, in the words of the site's language."""

    number: int = 1
    """Of a list that is split: which of its pages, from 1."""

    # ------------------------------------------------------------ what others ask of it

    @property
    def text_of(self) -> SourcePath | None:
        """Return the document, but for the later pages of a list."""
        return self.source if self.number == 1 else None

    @property
    def shows(self) -> SourcePath | None:
        """Return the document."""
        return self.source

    @property
    def claim(self) -> SitePath:
        """Return its own path; of a list's later pages the list's."""
        return SitePath(self.site_path.removesuffix(f"page/{self.number}/")) if self.number > 1 else self.site_path

    @property
    def follows(self) -> bool:
        """Tell whether it is a later page of a list."""
        return self.number > 1

    def movable(self, planning: Planning) -> Blame | None:
        """Return the key of front matter that gives it its URL."""
        if self.source is None or self.number > 1:
            return None
        return Blame(self.source, self.place(planning), RENAME)

    def refusals(self, complaint: Complaint, planning: Planning) -> Iterator[Problem]:
        """Give the one where its document asks for its URL."""
        if self.source is None:
            yield from super().refusals(complaint, planning)
        else:
            mend = f"give it {shorter(complaint)} 'slug:' or 'url:', or rename it"
            yield refusal(complaint, self.source, self.place(planning), "its URL", mend)

    # ------------------------------------------------------------ how it is made

    def make(self, making: Making) -> tuple[bytes | None, list[Problem]]:
        """Fill its template."""
        from markupsafe import Markup  # noqa: PLC0415 - a build with nothing to fill loads neither

        from proofpress.pages import filling  # noqa: PLC0415
        from proofpress.pages.templates import TemplateError  # noqa: PLC0415

        card, body = making.card, making.text()
        content, problems = (
            filling.settle(body, card, making.ask, characters=making.config.theme.get("width"))
            if body and card
            else ("", [])
        )
        image, image_problem = self.image(making, card)
        if image_problem is not None:
            problems.append(image_problem)
        page = self.page(making, body or EMPTY, card, image)
        about = self.structured_data(page, making.config)
        if about is not None:
            page = msgspec.structs.replace(page, structured_data=filling.json_ld(about))
        context = {
            "page": page,
            "content": Markup(content),  # noqa: S704 - the renderer's own HTML
            "site": SiteView(making.ask, making.config, making.language),
        }
        try:
            text = making.templates.render(
                self.template, self.source or self.origin, context, making.template_place, page.language
            )
        except TemplateError as error:
            return None, [*problems, error.problem]
        return text.encode("utf-8"), problems

    def image(self, making: Making, card: Card | None) -> tuple[str | None, Problem | None]:
        """Return the full URL of its document's image, and what is wrong with the one that the front matter names."""
        from proofpress.pages.filling import image_of  # noqa: PLC0415 - as above

        return image_of(card, making.ask, making.image_place) if card is not None else (None, None)

    def page(self, making: Making, body: Body, card: Card | None, image: str | None) -> Page:
        """Return what the template sees as `page`."""
        config = making.config
        base = Base.of(config.url)
        words = making.words((card.language if card else "") or config.language)
        plain = words.text(self.title_word) if self.title_word else self.plain_title
        page = Page(
            kind=self.kind,
            title=(card.title if card else "") or plain or config.title,
            language=words.language,
            dir=words.direction,
            url=base.href(self.site_path),
            permalink=base.absolute(self.site_path),
            description=card.description if card else "",
            image=image,
            social_card=self.social_card(making, card) if config.cards else None,
            feeds=feeds_of(config, making.home, config.title),
            path=self.source,
            edit=edit_url(config.repository, self.source) if self.source is not None else None,
        )
        own = self.of_document(making, body, card) if card is not None else {}
        page = msgspec.structs.replace(page, **own, **self.of_kind(making, page))
        return self.in_languages(making, page) if config.languages else page

    def social_card(self, making: Making, card: Card | None) -> str | None:
        """Return the full URL of the card by which it is shown elsewhere: its document's, or else the site's.

        None where the front matter names a picture that takes its place, and where no card is drawn.
        """
        named = card.image if card is not None and making.image_place is not None else None
        if named and not named.lower().endswith(".svg"):
            return None
        own = (social_card_of(card.site_path),) if card is not None and card.kind != "home" else ()
        return making.ask(questions.Published((*own, social_card_of(home_of(self.language))))) or None

    def counterparts(self) -> questions.Counterparts | None:
        """Return the question where each language has the same list; None for what is no list."""
        return None

    def in_languages(self, making: Making, page: Page) -> Page:
        """Return what it sees with the languages of the site: itself in each, or else that language's home page.

        The first page of a list can be had in those languages that have the list.
        """
        asked = self.counterparts()
        found = making.ask(asked or questions.Counterparts("home"))
        if len(found) < 2:
            return page
        tags = [one.edition for one in found if one.edition]
        known = {spoken(one.language, tags): one for one in page.translations}
        forms = {one.edition: known.get(one.edition) or _form(making, one) for one in found}
        same = [*page.translations, *(forms[one.edition] for one in found if one.same and one.edition not in known)]
        return msgspec.structs.replace(
            page,
            languages=[msgspec.structs.replace(form, current=tag == making.language) for tag, form in forms.items()],
            translations=same if asked is not None and self.number == 1 and len(same) > 1 else page.translations,
        )

    def of_document(self, making: Making, body: Body, card: Card) -> dict[str, Any]:
        """Return what the document brings to `page`."""
        from proofpress.pages.filling import image_size, nest  # noqa: PLC0415 - as above

        width, height = image_size(card, making.ask)
        own = {
            "image_width": width,
            "image_height": height,
            "date": card.date,
            "date_has_time": card.date_has_time,
            "updated": card.updated,
            "updated_has_time": card.updated_has_time,
            "terms": making.ask(questions.TermsOf(card.path)),
            "draft": card.draft,
            "listed": card.listed,
            "extra": card.extra,
            "translations": _translations(making, card) if self.number == 1 else [],
        }
        if self.text_of is None:
            return own
        return own | {
            "standfirst": card.description if card.description != body.summary_text else "",
            "has_math": "<math" in body.html,
            "outline": nest(body.outline),
            "toc": card.toc if card.toc is not None else len(body.outline) >= 3,
            "words": body.words,
            "minutes": card.minutes,
        }

    def of_kind(self, making: Making, page: Page) -> dict[str, Any]:
        """Return what its kind brings to `page`, which is as far as pages of all kinds have it."""
        return {}

    def structured_data(self, page: Page, config: Config) -> dict[str, Any] | None:
        """Return what a page says of itself to machines, in the words of schema.org; None for nothing."""
        return self.about(page, config, {"@type": "CollectionPage", "name": page.title})

    def about(self, page: Page, config: Config, what: dict[str, Any]) -> dict[str, Any]:
        """Put around what a page says of itself what every page says."""
        about = {"@context": "https://schema.org"} | what | {"url": page.permalink, "inLanguage": page.language}
        if page.description:
            about["description"] = page.description
        if page.social_card or page.image:
            about["image"] = page.social_card or page.image
        return about


def _form(making: Making, one: Counterpart) -> Translation:
    """Return a list, or a home page, in one of the languages of the site."""
    words = making.words(one.language)
    return Translation(
        language=words.language,
        dir=words.direction,
        name=words.get("name", words.language),
        title=one.title,
        url=one.url,
        permalink=one.permalink,
        current=one.edition == making.language,
    )


def _translations(making: Making, card: Card) -> list[Translation]:
    """Return the languages that a document can be had in, its own among them; none where there is but one."""
    found = []
    for form in making.ask(questions.Translations(card.path)):
        words = making.words(form.language)
        found.append(
            Translation(
                language=words.language,
                dir=words.direction,
                name=words.get("name", words.language),
                title=form.title or making.config.title,
                url=form.url,
                permalink=form.permalink,
                current=form.path == card.path,
            )
        )
    return found
