"""Whether what posts say below `extra:` is what the settings' `fields` say that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from proofpress.config.fields import as_text
from proofpress.model import Place
from proofpress.problems import did_you_mean
from proofpress.rules.posts import UNFIT_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from proofpress.builder.documents import Prepared
    from proofpress.config import Field
    from proofpress.paths import SourcePath
    from proofpress.problems import Problem
    from proofpress.rules.rule import Fault


def unfit(prepared: Mapping[SourcePath, Prepared], fields: Mapping[str, Field]) -> Iterator[Problem]:
    """Give what documents say below `extra:` and no field takes, and what posts lack."""
    for path, own in prepared.items():
        for name, field in fields.items():
            value = own.card.extra.get(name)
            place = own.places.get(f"extra.{name}", own.places.get(name, Place(1, 1)))
            if value is None:
                if field.required and own.card.is_post:
                    yield UNFIT_FIELD.lacking(name).at(path, own.places.get("extra", Place(1, 1)))
            elif fault := _fault(name, value, field):
                yield fault.at(path, place)


def _fault(name: str, value: Any, field: Field) -> Fault | None:
    if field.takes and field.takes != _kind(value):
        return UNFIT_FIELD.of_another_kind(name, _TOLD[field.takes], _TOLD[_kind(value)])
    if field.one_of:
        for one in value if isinstance(value, list) else [value]:
            written = as_text(one) if isinstance(one, str | int | float) else ""
            if written not in field.one_of:
                return UNFIT_FIELD.none_of(name, written, field.one_of, did_you_mean(written, field.one_of))
    return None


_TOLD = {"text": "text", "number": "a number", "truth": "true or false", "list": "a list", "mapping": "a mapping"}


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "truth"
        case int() | float():
            return "number"
        case list():
            return "list"
        case dict():
            return "mapping"
        case _:
            return "text"
