"""The catalogues that come with Proofpress: whole, of one form, and right in plurals, dates and numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from proofpress.words.catalogue import Catalogue, WordsError, placeholders
from proofpress.words.plurals import plurals_of
from proofpress.words.reading import shipped, shipped_languages
from proofpress.words.tags import bases, direction
from proofpress.words.vocabulary import Words

LANGUAGES = shipped_languages()
TEXTS = [language for language in LANGUAGES if language != "en"]
ENGLISH = shipped("en") or {}
DATES = {"long_date", "short_date"}
LOANS: dict[str, set[str]] = {
    "de": {"series", "details", "info"},
    "fr": {"important", "info", "attention", "danger", "pages", "title_of_page", "note_number"},
    "es": {"series", "error"},
    "it": {"info"},
    "nl": {"tip", "details", "info", "series"},
}
"""Words that are the same in English, key by key, or that are near enough to be looked at by a person."""


def of(language: str) -> Catalogue:
    return Words(language).catalogue()


def forms(language: str, key: str) -> list[str]:
    entry = (shipped(language) or {})[key]
    return [entry] if isinstance(entry, str) else [*(entry.values() if isinstance(entry, dict) else entry)]


def test_these_languages_are_spoken() -> None:
    assert set(LANGUAGES) == {
        "ar", "de", "en", "es", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_key_and_no_other_in_the_order_of_english(language: str) -> None:
    assert list(shipped(language) or {}) == list(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_a_form_for_each_category_of_its_language_and_no_other(language: str) -> None:
    for key, entry in (shipped(language) or {}).items():
        assert isinstance(entry, dict) == isinstance(ENGLISH[key], dict), key
        if isinstance(entry, dict):
            assert tuple(entry) == plurals_of(language).categories, key
            for form in entry.values():
                assert form.strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_values_stand_in_a_text_of_every_language(language: str) -> None:
    for key, entry in (shipped(language) or {}).items():
        if key in DATES:
            assert placeholders(entry) >= {"day", "year"}, key
            assert placeholders(entry) & {"month", "number"}, key
            assert placeholders(entry) <= {"day", "month", "number", "year"}, key
        else:
            assert placeholders(entry) == placeholders(ENGLISH[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_begins_or_ends_with_a_blank_or_has_a_straight_quotation_mark(language: str) -> None:
    for key in ENGLISH:
        for form in forms(language, key):
            assert form == form.strip(), key
            assert not set(form) & set("'\"<>&"), key


@pytest.mark.parametrize("language", TEXTS)
def test_a_word_is_as_in_english_only_where_the_languages_share_it(language: str) -> None:
    """Months and loan words apart, a text that is English is one that was forgotten."""
    shared = {
        key for key in ENGLISH if key not in {"months", "short_months", "first_day", "thousand", "million"} | DATES
    }
    same = {key for key in shared if forms(language, key) == forms("en", key)}
    assert same <= LOANS.get(language, set()), same


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("en", {"one": [1], "other": [0, 2, 11, 101]}),
        ("de", {"one": [1], "other": [0, 2, 100]}),
        ("hi", {"one": [0, 1], "other": [2, 100]}),
        ("fr", {"one": [0, 1], "many": [1_000_000, 3_000_000], "other": [2, 999, 1_000_001]}),
        ("pt", {"one": [0, 1], "many": [2_000_000], "other": [2, 21]}),
        ("es", {"one": [1], "many": [1_000_000], "other": [0, 2, 21]}),
        ("it", {"one": [1], "many": [1_000_000], "other": [0, 2, 21]}),
        ("pl", {"one": [1], "few": [2, 4, 22, 104], "many": [0, 5, 11, 12, 14, 21, 101, 112]}),
        ("ru", {"one": [1, 21, 101], "few": [2, 24, 103], "many": [0, 5, 11, 12, 14, 20, 111]}),
        ("uk", {"one": [1, 31], "few": [3, 42], "many": [0, 11, 13, 25]}),
        ("cs", {"one": [1], "few": [2, 4], "other": [0, 5, 22]}),
        ("hr", {"one": [1, 21], "few": [2, 23], "other": [0, 5, 11, 12]}),
        ("he", {"one": [1], "two": [2], "other": [0, 3, 10, 20, 102]}),
        (
            "ar",
            {
                "zero": [0],
                "one": [1],
                "two": [2],
                "few": [3, 10, 103, 110],
                "many": [11, 26, 99, 111],
                "other": [100, 101, 102, 200],
            },
        ),
        ("ja", {"other": [0, 1, 2, 100]}),
        ("de-AT", {"one": [1], "other": [2]}),
        ("xx", {"one": [1], "other": [0, 2]}),
    ],
)
def test_a_number_belongs_to_the_category_that_cldr_says(language: str, numbers: dict[str, list[int]]) -> None:
    plurals = plurals_of(language)
    assert {category: [n for n in those if plurals.of(n) == category] for category, those in numbers.items()} == numbers
    assert {plurals.of(n) for n in range(200)} | {plurals.of(1_000_000)} <= set(plurals.categories)


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "1 post"),
        ("en", 1234, "1,234 posts"),
        ("de", 2345, "2.345 Beiträge"),
        ("pl", 3, "3 wpisy"),
        ("pl", 5, "5 wpisów"),
        ("ru", 21, "21 запись"),
        ("ru", 12, "12 записей"),
        ("ar", 2, "مقالتان"),
        ("ar", 5, "5 مقالات"),
        ("he", 2, "שני פוסטים"),
        ("fr", 1_000_000, "1\u202f000\u202f000 d’articles"),
        ("ja", 7, "7件の記事"),
    ],
)
def test_posts_are_counted_as_the_language_counts(language: str, number: int, said: str) -> None:
    assert of(language).text("number_of_posts", {"n": number}) == said


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["0", "999", "1,234", "12,345", "1,234,567", "-1,234", "1,234.5"]),
        ("de", ["0", "999", "1.234", "12.345", "1.234.567", "-1.234", "1.234,5"]),
        ("es", ["0", "999", "1234", "12\u00a0345", "1\u00a0234\u00a0567", "-1234", "1234,5"]),
        ("hi", ["0", "999", "1,234", "12,345", "12,34,567", "-1,234", "1,234.5"]),
        ("fr", ["0", "999", "1\u202f234", "12\u202f345", "1\u202f234\u202f567", "-1\u202f234", "1\u202f234,5"]),
        ("ja", ["0", "999", "1,234", "12,345", "1,234,567", "-1,234", "1,234.5"]),
    ],
)
def test_digits_are_grouped_as_the_language_groups_them(language: str, written: list[str]) -> None:
    assert [of(language).number(n) for n in (0, 999, 1234, 12345, 1234567, -1234, 1234.5)] == written


YEAR = {
    "en": "5 January 2024|5 February 2024|5 March 2024|5 April 2024|5 May 2024|5 June 2024|5 July 2024|5 August 2024|"
    "5 September 2024|5 October 2024|5 November 2024|5 December 2024",
    "de": "5. Januar 2024|5. Februar 2024|5. März 2024|5. April 2024|5. Mai 2024|5. Juni 2024|5. Juli 2024|"
    "5. August 2024|5. September 2024|5. Oktober 2024|5. November 2024|5. Dezember 2024",
    "fr": "5 janvier 2024|5 février 2024|5 mars 2024|5 avril 2024|5 mai 2024|5 juin 2024|5 juillet 2024|5 août 2024|"
    "5 septembre 2024|5 octobre 2024|5 novembre 2024|5 décembre 2024",
    "es": "5 de enero de 2024|5 de febrero de 2024|5 de marzo de 2024|5 de abril de 2024|5 de mayo de 2024|"
    "5 de junio de 2024|5 de julio de 2024|5 de agosto de 2024|5 de septiembre de 2024|5 de octubre de 2024|"
    "5 de noviembre de 2024|5 de diciembre de 2024",
    "pt": "5 de janeiro de 2024|5 de fevereiro de 2024|5 de março de 2024|5 de abril de 2024|5 de maio de 2024|"
    "5 de junho de 2024|5 de julho de 2024|5 de agosto de 2024|5 de setembro de 2024|5 de outubro de 2024|"
    "5 de novembro de 2024|5 de dezembro de 2024",
    "it": "5 gennaio 2024|5 febbraio 2024|5 marzo 2024|5 aprile 2024|5 maggio 2024|5 giugno 2024|5 luglio 2024|"
    "5 agosto 2024|5 settembre 2024|5 ottobre 2024|5 novembre 2024|5 dicembre 2024",
    "nl": "5 januari 2024|5 februari 2024|5 maart 2024|5 april 2024|5 mei 2024|5 juni 2024|5 juli 2024|"
    "5 augustus 2024|5 september 2024|5 oktober 2024|5 november 2024|5 december 2024",
    "pl": "5 stycznia 2024|5 lutego 2024|5 marca 2024|5 kwietnia 2024|5 maja 2024|5 czerwca 2024|5 lipca 2024|"
    "5 sierpnia 2024|5 września 2024|5 października 2024|5 listopada 2024|5 grudnia 2024",
    "tr": "5 Ocak 2024|5 Şubat 2024|5 Mart 2024|5 Nisan 2024|5 Mayıs 2024|5 Haziran 2024|5 Temmuz 2024|"
    "5 Ağustos 2024|5 Eylül 2024|5 Ekim 2024|5 Kasım 2024|5 Aralık 2024",
    "ru": "5 января 2024\u202fг.|5 февраля 2024\u202fг.|5 марта 2024\u202fг.|5 апреля 2024\u202fг.|5 мая 2024\u202fг.|"
    "5 июня 2024\u202fг.|5 июля 2024\u202fг.|5 августа 2024\u202fг.|5 сентября 2024\u202fг.|5 октября 2024\u202fг.|"
    "5 ноября 2024\u202fг.|5 декабря 2024\u202fг.",
    "uk": "5 січня 2024\u202fр.|5 лютого 2024\u202fр.|5 березня 2024\u202fр.|5 квітня 2024\u202fр.|5 травня 2024\u202fр.|"
    "5 червня 2024\u202fр.|5 липня 2024\u202fр.|5 серпня 2024\u202fр.|5 вересня 2024\u202fр.|5 жовтня 2024\u202fр.|"
    "5 листопада 2024\u202fр.|5 грудня 2024\u202fр.",
    "ar": "5 يناير 2024|5 فبراير 2024|5 مارس 2024|5 أبريل 2024|5 مايو 2024|5 يونيو 2024|5 يوليو 2024|"
    "5 أغسطس 2024|5 سبتمبر 2024|5 أكتوبر 2024|5 نوفمبر 2024|5 ديسمبر 2024",
    "he": "5 בינואר 2024|5 בפברואר 2024|5 במרץ 2024|5 באפריל 2024|5 במאי 2024|5 ביוני 2024|5 ביולי 2024|"
    "5 באוגוסט 2024|5 בספטמבר 2024|5 באוקטובר 2024|5 בנובמבר 2024|5 בדצמבר 2024",
    "hi": "5 जनवरी 2024|5 फ़रवरी 2024|5 मार्च 2024|5 अप्रैल 2024|5 मई 2024|5 जून 2024|5 जुलाई 2024|5 अगस्त 2024|"
    "5 सितंबर 2024|5 अक्टूबर 2024|5 नवंबर 2024|5 दिसंबर 2024",
    "zh": "|".join(f"2024年{month}月5日" for month in range(1, 13)),
    "ja": "|".join(f"2024年{month}月5日" for month in range(1, 13)),
    "ko": "|".join(f"2024년 {month}월 5일" for month in range(1, 13)),
}
"""The long form of dates, as CLDR 48 has it."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_twelve_months_are_named_in_the_case_that_a_date_needs(language: str) -> None:
    days = [dt.datetime(2024, month, 5, tzinfo=dt.UTC) for month in range(1, 13)]
    assert "|".join(of(language).date(day) for day in days) == YEAR[language]
    short = [of(language).date(day, "short") for day in days]
    assert len(set(short)) == 12
    assert all(len(one) <= len(other) for one, other in zip(short, YEAR[language].split("|"), strict=True))


@pytest.mark.parametrize(
    ("language", "first"),
    [("fr", "1er mars 2024"), ("it", "1º marzo 2024"), ("pt", "1º de março de 2024"), ("en", "1 March 2024"), ("de", "1. März 2024")],
)  # fmt: skip
def test_the_first_of_a_month_is_written_as_the_language_says_it(language: str, first: str) -> None:
    assert of(language).date(dt.datetime(2024, 3, 1, tzinfo=dt.UTC)) == first


def test_a_form_of_a_date_that_there_is_not_is_told() -> None:
    with pytest.raises(WordsError, match="there is no form 'medium' of a date"):
        of("en").date(dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "medium")


def test_a_text_without_its_values_is_told_with_what_to_write() -> None:
    with pytest.raises(WordsError, match=r"write words.page_of\(count=…, n=…\)"):
        of("en").text("page_of", {"n": 1})
    with pytest.raises(WordsError, match=r"write words.lines\(n=…\)"):
        of("en").text("lines")
    with pytest.raises(WordsError, match="there is no text 'pagee'"):
        of("en").text("pagee")


@pytest.mark.parametrize(
    ("tag", "way"),
    [
        ("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("ur", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr"), ("en", "ltr"),
        ("zh-Hant", "ltr"), ("pa_Arab_PK", "rtl"), ("dv", "rtl"),
    ],
)  # fmt: skip
def test_a_language_runs_the_way_of_its_script(tag: str, way: str) -> None:
    assert direction(tag) == way


def test_a_tag_is_a_form_of_all_that_it_begins_with() -> None:
    assert bases("zh_Hant-TW") == ("zh-hant-tw", "zh-hant", "zh")


def test_a_language_takes_words_from_the_most_exact_catalogue_that_has_them() -> None:
    words = Words("de-AT", {"de": {"tags": "Stichworte", "draft": "Rohfassung"}, "de-at": {"draft": "Konzept"}})
    catalogue = words.catalogue()
    assert [catalogue.text(key) for key in ("draft", "tags", "archive")] == ["Konzept", "Stichworte", "Archiv"]
    assert catalogue.language == "de-AT"


def test_a_language_without_words_speaks_english_and_a_key_of_one_s_own_is_known_in_every_language() -> None:
    words = Words("fi", {"en": {"mood": "Mood"}})
    assert not words.knows("fi")
    assert words.knows("de-AT")
    assert words.catalogue().text("draft") == "Draft"
    assert words.catalogue("de").text("mood") == "Mood"
    assert words.catalogue("de").text("draft") == "Entwurf"
