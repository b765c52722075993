"""What front matter may hold, and what each fault in it says."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import assume, given
from hypothesis.strategies import DataObject, data, integers, sampled_from

from proofpress.content.documents import read
from proofpress.model import Author, Document, Place, Source
from proofpress.paths import SourcePath

if TYPE_CHECKING:
    from proofpress.problems import Problem

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
ADA = Author("Ada", "https://example.org/ada", "ada@example.org")


def load(
    text: str | bytes, path: str = "content/posts/post.md", taxonomies: tuple[str, ...] = ("tags", "series")
) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return read(Source(SourcePath(path), data), zone=BERLIN, taxonomies=taxonomies, authors=(ADA,))


def only(document: Document) -> Problem:
    (problem,) = document.problems
    return problem


def at(problem: Problem) -> tuple[str, int, int, int]:
    return problem.rule, problem.line, problem.column, problem.length


def test_every_key_is_read_with_its_type_and_its_place() -> None:
    document = load(
        "---\n"
        "title: How a linker works\n"
        "date: 2024-01-05 09:30\n"
        "updated: 2024-02-01\n"
        "description: >\n"
        "  Two\n"
        "  lines.\n"
        "tags: [gpu, ' python ', gpu, '']\n"
        "series: Compilers, from scratch\n"
        "authors: [Ada, {name: Bob, url: 'https://example.org/bob'}]\n"
        "draft: true\n"
        "slug: linkers\n"
        "url: /2024/linkers/\n"
        "aliases: [/old/, older.html]\n"
        "template: talks/talk.html\n"
        "image: cover.png\n"
        "toc: false\n"
        "extra: {a: 1, b: [1.5, yes, null]}\n"
        "---\n"
        "Text.\n"
    )
    front = document.front
    assert document.problems == ()
    assert front.title == "How a linker works"
    assert (str(front.date), front.date_has_time) == ("2024-01-05 09:30:00+01:00", True)
    assert (str(front.updated), front.updated_has_time) == ("2024-02-01 00:00:00+01:00", False)
    assert front.description == "Two lines."
    assert front.terms == {"tags": ("gpu", "python"), "series": ("Compilers, from scratch",)}
    assert front.authors == (ADA, Author("Bob", "https://example.org/bob"))
    assert (front.draft, front.slug, front.url, front.toc) == (True, "linkers", "/2024/linkers/", False)
    assert front.aliases == ("/old/", "/older.html")
    assert (front.template, front.image) == ("talks/talk.html", "cover.png")
    assert front.extra == {"a": 1, "b": [1.5, "yes", None]}
    assert (document.text, document.first_line) == ("Text.\n", 20)
    assert document.places["title"] == Place(2, 8, 18)
    assert document.places["aliases.1"] == Place(14, 18, 10)


def test_toml_says_the_same_as_yaml() -> None:
    toml = load('+++\ntitle = "A"\ndate = 2024-01-05\ntags = ["x"]\ndraft = true\n[extra]\nk = [1, 2.5]\n+++\nText.\n')
    yaml = load("---\ntitle: A\ndate: 2024-01-05\ntags: [x]\ndraft: true\nextra:\n  k: [1, 2.5]\n---\nText.\n")
    assert toml.problems == yaml.problems == ()
    assert toml.front == yaml.front
    assert (toml.text, toml.first_line, yaml.first_line) == ("Text.\n", 9, 9)


@pytest.mark.parametrize(
    "written",
    ["no", "010", "12:30", "1.10", "on", "null", "~", "0x1F", "2024-01-05", "1e3", "true", ".inf", "=", "1_000"],
)
def test_strings_stay_as_written(written: str) -> None:
    document = load(f"---\ntitle: {written}\nslug: {written if ':' not in written else 'x'}\ntags: [{written}]\n---\n")
    assert document.problems == () or written in ("null", "~")
    assert document.front.title == written
    assert document.front.terms.get("tags") == (None if written in ("null", "~") else (written,))


def test_an_empty_value_is_an_absent_key() -> None:
    document = load(
        "---\ntitle:\ndate:\ntags:\ndraft:\nauthors:\naliases:\nextra:\nurl:\nimage:\ntoc: ~\nslug: ''\n---\nText\n"
    )
    assert document.problems == ()
    assert document.front == load("Text\n").front


def test_one_string_with_commas_is_several_tags_and_one_series() -> None:
    front = load("---\ntags: gpu, C++ ,, gpu\nseries: A, B\n---\n").front
    assert front.terms == {"tags": ("gpu", "C++"), "series": ("A, B",)}


def test_a_taxonomy_of_the_settings_is_a_key() -> None:
    document = load("---\ntopics: [a]\n---\n", taxonomies=("topics",))
    assert document.front.terms == {"topics": ("a",)}
    assert document.problems == ()
    assert only(load("---\ntopics: [a]\n---\n")).rule == "unknown-key"


def test_zolas_table_of_taxonomies_is_read() -> None:
    document = load('+++\ntitle = "A"\n[taxonomies]\ntags = ["x", "y"]\ncolours = ["red"]\n+++\n')
    assert document.front.terms == {"tags": ("x", "y")}
    assert at(only(document)) == ("unknown-key", 5, 1, 7)


@pytest.mark.parametrize(
    ("key", "meant"), [("tgas", "tags"), ("Tags", "tags"), ("daet", "date"), ("tcoc", "toc"), ("note", "")]
)
def test_a_short_key_with_two_letters_exchanged_is_known_again(key: str, meant: str) -> None:
    hint = only(load(f"---\n{key}: x\n---\n")).hint
    own = "put what is your own under 'extra:'"
    assert hint == (f"did you mean '{meant}'? If not, put it under 'extra:'" if meant else own)


SLIPS: Final = [
    *("draf", "drafft", "darft", "drabt", "Draft", "DRAFT", "rdaft", "drafts", "tittle", "Title", "dtae", "updaetd"),
    *("slgu", "aliasses", "templat", "imge", "taggs", "serie", "exttra", "urll"),
]


@pytest.mark.parametrize("key", SLIPS)
def test_a_key_one_letter_away_from_a_known_one_is_an_error_and_its_value_is_kept(key: str) -> None:
    document = load(f"---\n{key}: true\n---\n")
    found = only(document)
    assert (found.severity, *at(found)) == ("error", "misspelt-key", 2, 1, len(key))
    assert found.hint.startswith("did you mean '")
    assert document.front.extra == {key: True}


@given(data())
def test_any_slip_in_the_word_draft_is_an_error_and_keeps_the_post_unseen(chosen: DataObject) -> None:
    at = chosen.draw(integers(0, 5))
    letter = chosen.draw(sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    word = chosen.draw(sampled_from(["draft"[:at] + "draft"[at + 1 :], "draft"[:at] + letter + "draft"[at:]]))
    assume(word != "draft")
    document = load(f"---\n{word}: true\n---\n")
    assert only(document).rule == "misspelt-key"
    assert document.front.draft


@pytest.mark.parametrize("written", ["false", "no", "Off", ""])
def test_a_slip_that_says_no_hides_nothing(written: str) -> None:
    document = load(f"---\ndraf: {written}\n---\n")
    assert only(document).rule == "misspelt-key"
    assert not document.front.draft


@pytest.mark.parametrize(
    "key", ["tag", "author", "Author", "alias", "images", "update", "top", "data", "doc", "lang", "x", "nr"]
)
def test_a_key_that_means_something_elsewhere_or_is_another_word_is_a_warning(key: str) -> None:
    found = only(load(f"---\n{key}: x\n---\n"))
    assert (found.severity, found.rule) == ("warning", "unknown-key")


@pytest.mark.parametrize(
    ("line", "column", "length"),
    [
        ("title: Intro to C #1", 19, 2),
        ("title: C # for all", 10, 9),
        ("tags: #go", 7, 3),
        ("tags: go #rust", 10, 5),
        ("series: C # for all", 11, 9),
        ("slug: a #b", 9, 2),
        ("title: a\t#b  ", 10, 2),
        ("authors: Ada #1", 14, 2),
        ("tags: [a,\n  b #c\n  ]", 5, 2),
        ("extra: {a: b #c\n  }", 14, 2),
        ("extra:\n  a: #c", 6, 2),
        ("tags:\n  - a\n  - #b", 5, 2),
        ("authors:\n  - #b\n  - Ada", 5, 2),
        ("title: über 🦀 #1", 15, 2),
    ],
)
def test_a_value_that_yamls_comment_cuts_is_told_at_the_hash(line: str, column: int, length: int) -> None:
    found = only(load(f"---\n{line}\n---\n"))
    assert (found.severity, found.rule, found.column, found.length) == ("warning", "lost-to-comment", column, length)


@pytest.mark.parametrize(
    "lines",
    [
        "date: 2024-01-05  # moved", "draft: false #true", "toc: true # long", "image: # none yet", "title: # to come",
        "title: 'a' # b", "tags: [a, b] # c", "tags: # those of old\n- a", "# a remark\ntitle: a", "title: C#1", "title: a\n# b",
        "slug: a # short", "title: |\n  a #1", "extra: {a: 3} #4", "extra:\n  a: 3 #4\n  b: c # d", "tags:\n  # all\n  - a",
    ],
)  # fmt: skip
def test_a_remark_that_was_meant_is_none_of_our_business(lines: str) -> None:
    assert load(f"---\n{lines}\n---\n").problems == ()


def test_an_unknown_key_is_a_warning_with_the_likely_one_and_its_value_is_kept() -> None:
    document = load("---\ntitlesl: Hello\nmine: {a: [1, x]}\n---\n")
    titel, mine = document.problems
    assert (titel.severity, *at(titel)) == ("warning", "unknown-key", 2, 1, 7)
    assert titel.hint == "did you mean 'title'?"
    assert "extra" in mine.hint
    assert document.front.extra == {"titlesl": "Hello", "mine": {"a": [1, "x"]}}


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("path", "'url'"),
        ("permalink", "'url'"),
        ("redirect_from", "'aliases'"),
        ("layout", "'template"),
        ("lastmod", "'updated'"),
        ("last_modified_at", "'updated'"),
        ("summary", "'description'"),
        ("excerpt", "'description'"),
        ("author", "'authors'"),
        ("category", "'tags'"),
        ("categories", "'tags'"),
        ("weight", "'date'"),
    ],
)
def test_a_key_of_another_generator_leads_to_ours(key: str, ours: str) -> None:
    assert ours in only(load(f"---\n{key}: x\n---\n")).hint


def test_a_post_that_another_generator_would_hide_stays_hidden() -> None:
    document = load("---\npublished: false\n---\n")
    assert document.front.draft
    assert "draft: true" in only(document).hint
    assert not load("---\npublished: true\n---\n").front.draft


def test_an_extra_value_wins_over_an_unknown_key_of_its_name() -> None:
    assert load("---\nextra: {mine: 1}\nmine: 2\n---\n").front.extra == {"mine": 1}


def test_all_faults_are_found_at_once() -> None:
    document = load("---\ndate: 2024-02-30\ndraft: maybe\nslug: ../x\ntitel: x\nurl: javascript:alert(1)\n---\n")
    assert [(problem.line, problem.rule) for problem in document.problems] == [
        (2, "impossible-date"),
        (3, "wrong-type"),
        (4, "unsafe-url"),
        (5, "misspelt-key"),
        (6, "unsafe-url"),
    ]


def test_a_wrong_type_says_what_the_key_takes() -> None:
    problem = only(load("---\ntitle: A\ndraft: maybe\n---\n"))
    assert problem.message == "'draft' takes true or false, not 'maybe'"
    assert at(problem) == ("wrong-type", 3, 8, 5)


def test_a_draft_that_cannot_be_read_is_not_published() -> None:
    assert load("---\ndraft: maybe\n---\n").front.draft


@pytest.mark.parametrize("written", ["true", "True", "yes", "on", "'true'"])
def test_truth_is_read_in_every_way_that_yaml_ever_had(written: str) -> None:
    document = load(f"---\ndraft: {written}\n---\n")
    assert document.front.draft
    assert document.problems == ()


def test_toml_that_is_no_text_is_no_title() -> None:
    problem = only(load("+++\ntitle = 1.10\n+++\n"))
    assert (problem.rule, problem.hint) == ("wrong-type", "put it in quotes")


@pytest.mark.parametrize("key", ["title", "date", "draft", "slug", "url", "template", "image", "description"])
def test_a_list_is_refused_where_one_value_is_meant(key: str) -> None:
    problem = only(load(f"---\n{key}: [a, b]\n---\n"))
    assert (problem.rule, problem.line) == ("wrong-type", 2)
    assert "a list" in problem.message


def test_an_outline_listed_by_hand_asks_for_one() -> None:
    document = load("---\ntoc:\n  - name: Intro\n---\n")
    assert document.front.toc is True
    assert only(document).severity == "warning"
    assert document.front.extra == {"toc": [{"name": "Intro"}]}


def test_authors_are_names_or_mappings_and_other_fields_say_nothing() -> None:
    document = load(
        "---\nauthors:\n  - name: Ada\n    affiliations:\n      name: Somewhere\n  - {name: Bob, emial: x}\n  - {url: /x}\n---\n"
    )
    assert document.front.authors == (ADA, Author("Bob"))
    unknown, nameless = document.problems
    assert (unknown.rule, unknown.hint) == ("unknown-key", "did you mean 'email'?")
    assert (nameless.rule, nameless.line) == ("wrong-type", 7)


def test_a_name_that_is_nearly_a_known_authors_is_a_warning_and_a_guest_is_not() -> None:
    team = (Author("The kernel team", "https://example.org/team"),)

    def written(name: str) -> Document:
        data = f"---\nauthors: [A guest, {name}]\n---\n".encode()
        return read(Source(SourcePath("content/a.md"), data), zone=BERLIN, taxonomies=(), authors=team)

    assert written("The kernel team").problems == ()
    problem = only(written("Kernel team"))
    assert (*at(problem), problem.severity) == ("unknown-author", 2, 20, 11, "warning")
    assert problem.hint == "did you mean 'The kernel team'?"
    assert written("Kernel team").front.authors == (Author("A guest"), Author("Kernel team"))


def test_an_authors_address_must_be_safe() -> None:
    document = load("---\nauthors: {name: Eve, url: 'JavaScript:x', email: 'a@b\" onload=x'}\n---\n")
    assert document.front.authors == (Author("Eve"),)
    assert sorted(problem.rule for problem in document.problems) == ["unsafe-url", "wrong-type"]


@pytest.mark.parametrize("name", ["../secret.html", "/etc/passwd", "a//b.html", "./a.html", "a/../../b.html"])
def test_a_template_outside_templates_is_refused(name: str) -> None:
    document = load(f"---\ntemplate: {name}\n---\n")
    assert document.front.template is None
    assert only(document).rule == "outside-site"


@pytest.mark.parametrize("slug", ["../x", "a/b", "..", ".", "a\\b", "a?b", "a#b", "a%2fb", '"a\\tb"'])
def test_a_slug_is_one_part_of_a_url(slug: str) -> None:
    document = load(f"---\nslug: {slug}\n---\n")
    assert document.front.slug is None
    assert only(document).rule == "unsafe-url"


def test_a_tree_of_blogs_writes_dates_in_many_ways() -> None:
    dates = [
        load(f"---\ndate: {written}\n---\n").front.date
        for written in ("2015-02-15 9:18:00", '"2020-02-26"', "2019-03-03T10:00:00Z", "2016-01-02 10:00:00 +0800")
    ]
    assert [str(date) for date in dates] == [
        "2015-02-15 09:18:00+01:00",
        "2020-02-26 00:00:00+01:00",
        "2019-03-03 10:00:00+00:00",
        "2016-01-02 10:00:00+08:00",
    ]


def test_a_date_comes_from_the_name_where_no_key_gives_one() -> None:
    named = "content/posts/2026-05-01-hello.md"
    assert load("Text\n", named).front.date == dt.datetime(2026, 5, 1, tzinfo=BERLIN)
    assert not load("Text\n", named).front.date_has_time
    assert load("---\ndate: 2024-01-05\n---\n", named).front.date == dt.datetime(2024, 1, 5, tzinfo=BERLIN)
    assert load("Text\n", "content/posts/2026-05-01-hello/index.md").front.date == dt.datetime(
        2026, 5, 1, tzinfo=BERLIN
    )
    assert load("Text\n", "content/posts/2026-02-30-hello.md").front.date is None


def test_a_date_that_cannot_be_read_is_not_replaced_by_the_names() -> None:
    document = load("---\ndate: 2026-02-30\n---\n", "content/posts/2026-05-01-hello.md")
    assert document.front.date is None
    assert only(document).rule == "impossible-date"


# ---------------------------------------------------------------- where front matter begins and ends


def test_front_matter_that_never_closes_is_told_and_its_keys_are_read() -> None:
    document = load("---\ntitle: A\ntags: [x]\n\nSome text: with a colon.\n")
    assert at(only(document)) == ("front-matter-not-closed", 1, 1, 3)
    assert document.front.title == "A"
    assert (document.text, document.first_line) == ("\nSome text: with a colon.\n", 4)


def test_front_matter_that_runs_into_the_text_gives_one_problem() -> None:
    document = load("---\ntitle: A\nSome text: with a colon.\n'more\n")
    assert at(only(document)) == ("front-matter-not-closed", 1, 1, 3)


def test_a_long_text_below_front_matter_that_never_closes_gives_one_problem() -> None:
    assert only(load("---\ntitle: A\n" + "words\n" * 20_000)).rule == "front-matter-not-closed"


def test_toml_that_never_closes_is_told() -> None:
    document = load('+++\ntitle = "A"\n\nText\n')
    assert at(only(document)) == ("front-matter-not-closed", 1, 1, 3)
    assert (document.front.title, document.text) == ("A", "\nText\n")


def test_a_rule_across_the_page_on_the_first_line_opens_no_front_matter() -> None:
    text = "---\n\nNote: some text.\n\nAnd more.\n"
    document = load(text)
    assert document.problems == ()
    assert (document.text, document.first_line) == (text, 1)


def test_text_between_two_rules_is_told_rather_than_lost_in_silence() -> None:
    document = load("---\n\nSome text.\n\n---\n\nAnd more.\n")
    assert only(document).rule == "front-matter-syntax"
    assert "***" in only(document).hint
    assert document.text == "\nAnd more.\n"


def test_sixty_four_dashes_close_front_matter_and_are_a_problem() -> None:
    document = load("---\ntitle: A\n" + "-" * 64 + "\nText\n")
    assert at(only(document)) == ("front-matter-not-closed", 3, 1, 64)
    assert (document.front.title, document.text, document.first_line) == ("A", "Text\n", 4)


@pytest.mark.parametrize("close", ["---", "...", "---  ", "---\t"])
def test_front_matter_closes_with_dashes_or_dots_and_spaces_after(close: str) -> None:
    document = load(f"---  \ntitle: A\n{close}\nText\n")
    assert document.problems == ()
    assert (document.front.title, document.text, document.first_line) == ("A", "Text\n", 4)


def test_indented_keys_are_read() -> None:
    document = load("---\n  title: A\n  draft: true\n---\nText\n")
    assert document.problems == ()
    assert (document.front.title, document.front.draft) == ("A", True)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", ""),
        ("---\n---\n", ""),
        ("---\n---", ""),
        ("---\n\n# note\n---\nText", "Text"),
        ("+++\n+++\nText", "Text"),
        ("---", "---"),
        ("----\nA\n", "----\nA\n"),
        ("--- x\n", "--- x\n"),
    ],
)
def test_little_or_no_front_matter_is_fine(data: str, text: str) -> None:
    document = load(data)
    assert document.problems == ()
    assert document.text == text


def test_front_matter_only_is_a_page_without_text() -> None:
    document = load("---\ntitle: A\n---\n")
    assert (document.front.title, document.text, document.problems) == ("A", "", ())


def test_a_list_or_a_sentence_is_no_front_matter() -> None:
    assert only(load("---\n- a\n- b\n---\n")).rule == "front-matter-syntax"
    assert only(load("---\njust words\n---\n")).rule == "front-matter-syntax"


def test_a_huge_front_matter_is_refused() -> None:
    problem = only(load("---\ntitle: A\nx: " + "y" * 70_000 + "\n---\n"))
    assert (problem.rule, problem.line) == ("front-matter-syntax", 1)


# ---------------------------------------------------------------- bytes


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_make_no_difference(ends: str, mark: str) -> None:
    plain = "---\ntitle: A\ndescription: |\n  one\n  two\ntitel: x\n---\n# Text\n\nmore\n"
    assert load((mark + plain.replace("\n", ends)).encode()) == load(plain)


def test_latin_1_is_told_at_its_byte_and_the_rest_is_read() -> None:
    document = load(b"---\ntitle: A\n---\n" + "é".encode() + "\r\nxé caf\xe9\n".encode("latin-1") + b"end\n")
    problem = only(document)
    assert at(problem) == ("not-utf-8", 5, 2, 1)
    assert document.front.title == "A"
    assert document.text.endswith("end\n")


def test_columns_count_characters() -> None:
    document = load(b"---\ntitle: A\n---\n" + "日本".encode() + b"\xe9\n")
    assert at(only(document)) == ("not-utf-8", 4, 3, 1)
    assert at(only(load("---\n日本: {draft: x}\ndraft: 日本\n---\n".replace("日本: {draft: x}\n", "")))) == (
        "wrong-type",
        2,
        8,
        2,
    )


def test_utf_16_is_told_and_read() -> None:
    document = load("---\ntitle: A\n---\nText\n".encode("utf-16"))
    assert at(only(document)) == ("not-utf-8", 1, 1, 1)
    assert (document.front.title, document.text) == ("A", "Text\n")


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x7f", "\x85", "\x92", "\ufdd0", "\ufffe", "\uffff"])
def test_a_character_that_no_feed_can_hold_is_told_and_replaced(character: str) -> None:
    document = load(f"---\ntitle: A\n---\nab{character}c\n")
    assert at(only(document)) == ("control-character", 4, 3, 1)
    assert document.text == "ab\N{REPLACEMENT CHARACTER}c\n"


def test_a_form_feed_is_white_space() -> None:
    document = load("one\n\x0c\ntwo\n")
    assert document.problems == ()
    assert document.text == "one\n \ntwo\n"


@pytest.mark.parametrize("title", ['"\\ud800"', '"a\\0b"', '"a\\uFFFEb"', '"a\\x1bb"'])
def test_an_escape_for_such_a_character_is_told(title: str) -> None:
    document = load(f"---\ntitle: {title}\ndraft: true\n---\nText\n")
    assert {problem.rule for problem in document.problems} <= {"control-character", "front-matter-syntax"}
    assert only(document).line == 2
    assert document.front.title is None
    assert document.text == "Text\n"


def test_a_control_character_in_front_matter_is_told_at_its_place() -> None:
    document = load("---\ntitle: a\x07b\n---\n")
    assert at(only(document)) == ("control-character", 2, 9, 1)
    assert document.front.title == "a\N{REPLACEMENT CHARACTER}b"


def test_a_line_separator_in_a_title_is_a_space_and_moves_no_line() -> None:
    document = load("---\ntitle: a\u2028b\ndraft: maybe\n---\n")
    assert document.front.title == "a b"
    assert at(only(document)) == ("wrong-type", 3, 8, 5)


@pytest.mark.parametrize("character", ["\ufeff", "\u200b", "\U0001f600", "\u00a0", "\ufffd", "\ue000"])
def test_every_other_character_is_kept_in_a_title(character: str) -> None:
    document = load(f"---\ntitle: a{character}b\ndraft: maybe\n---\n")
    assert document.front.title == f"a{character}b"
    assert at(only(document)) == ("wrong-type", 3, 8, 5)
