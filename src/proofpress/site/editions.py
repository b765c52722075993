"""The site in one of its languages: what it is called there, and where its lists stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from proofpress.paths import SitePath
from proofpress.site.cards import folder_path
from proofpress.site.index import taxonomy_path
from proofpress.site.lists import home_of

if TYPE_CHECKING:
    from proofpress.config import Config
    from proofpress.site.index import Edition

ListKind = Literal["home", "list", "archive", "taxonomy", "term"]
"""The kinds of lists, each of which a language can have for itself."""


def within(config: Config, language: str) -> Config:
    """Return the settings as pages of a language see them; of the site's own, which has no tag here, as they are."""
    said = next((one for one in config.languages if one.tag == language), None) if language else None
    if said is None:
        return config
    return msgspec.structs.replace(
        config,
        language=said.tag,
        title=said.title or config.title,
        description=said.description,
        menu=config.menu if said.menu is None else said.menu,
    )


def in_language(language: str) -> str:
    """Return what follows the name of a language's list in a message: nothing for the site's own."""
    return f" in '{language}'" if language else ""


def list_path(edition: Edition, folder: str) -> SitePath:
    """Return where a language's list of a folder below content/ begins."""
    text = edition.list_texts.get(folder)
    return text.site_path if text is not None else SitePath(home_of(edition.language) + folder_path(folder)[1:])


def archive_path(language: str) -> SitePath:
    """Return where a language's archive is."""
    return SitePath(f"{home_of(language)}archive/")


def missing_path(language: str) -> SitePath:
    """Return where the page stands that a host shows for what is not there, below the home page of a language."""
    return SitePath(f"{home_of(language)}404.html")


def list_of(edition: Edition, kind: ListKind, name: str, term: str) -> SitePath | None:
    """Return where a language has a list, by its kind and what it is of; None where it has none such."""
    match kind:
        case "home":
            return home_of(edition.language)
        case "archive":
            return archive_path(edition.language)
        case "list":
            return list_path(edition, name) if name in edition.folders or name in edition.list_texts else None
        case "taxonomy":
            return taxonomy_path(name, edition.language) if edition.taxonomies.get(name) else None
        case "term":
            found = edition.taxonomies.get(name, {}).get(term)
            return found.site_path if found is not None else None
