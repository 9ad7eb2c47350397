"""Lines as registrations: columns by their headers in six languages, words for codes, and every reason why a line is none."""

import pytest

from events_service.directory.rules import City
from events_service.errors import Invalid
from events_service.exchange.columns import REGISTRATION_FIELDS, check_choice, guess
from events_service.exchange.entries import Assumed, Reading, read_entries
from events_service.exchange.reading import read_sheet
from events_service.exchange.vocabulary import city_names, meant
from events_service.registrations.rules import Category, Status
from tests.exchange.given import ASA, HEADERS, csv_of

CITIES = city_names(
    [City("malmo", "Malmö", "SE", "Europe/Stockholm"), City("hoje-taastrup", "Høje-Taastrup", "DK", "x")]
)


def read(text: str) -> Reading:
    sheet = read_sheet(text.encode())
    choice = check_choice(sheet.headers, guess(sheet.headers, REGISTRATION_FIELDS), REGISTRATION_FIELDS)
    return read_entries(sheet, choice, assumed=Assumed(Category.GUEST, "da"), cities=CITIES)


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("Name,E-mail,Organization,Town,Type,Language", "name email organisation city category language"),
        ("Navn,E-mail,Virksomhed,By,Kategori,Sprog", "name email organisation city category language"),
        ("Namn,E-post,Företag,Ort,Kategori,Språk", "name email organisation city category language"),
        ("Navn,E-postadresse,Arbeidsplass,Sted,Kategori,Språk", "name email organisation city category language"),
        ("Nimi,Sähköposti,Työnantaja,Paikkakunta,Rooli,Kieli", "name email organisation city category language"),
        ("Nafn,Netfang,Vinnustaður,Staður,Flokkur,Tungumál", "name email organisation city category language"),
        ("Förnamn,EFTERNAMN,e_post, Stad ", "first_name last_name email city"),
        ("Etunimi,Sukunimi,sähköpostiosoite,Tila", "first_name last_name email status"),
        ("Name,First name,Last name,Email,Email", "name - - email -"),
        ("answers.diet,Answer: access needs,Shoe size", "answer answer -"),
    ],
)
def test_columns_are_guessed_by_their_headers(headers: str, fields: str) -> None:
    found = guess(headers.split(","), REGISTRATION_FIELDS)
    assert " ".join(field or "-" for field in found) == fields


@pytest.mark.parametrize(
    ("choice", "codes"),
    [
        (("name", "", ""), ["no_address"]),
        (("email", "city", "city"), ["chosen_twice", "no_name"]),
        (("", "", "answer"), ["nameless", "no_address", "no_name"]),
        (("name", "email"), ["unknown_field"]),
        (("name", "email", "password"), ["unknown_field"]),
    ],
)
def test_a_choice_of_columns_says_everything_that_is_wrong_with_it(choice: tuple[str, ...], codes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        check_choice(("a", "b", ""), choice, REGISTRATION_FIELDS)
    assert [error.code for error in refused.value.errors] == codes


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("category", "Ordfører", "elected_official"),
        ("category", "POLIISI", "police"),
        ("category", "ELECTED_OFFICIAL", "elected_official"),
        ("category", "sérfræðingur", "expert"),
        ("category", "plumber", "plumber"),
        ("language", "Norsk  bokmål", "nb"),
        ("language", "íslenska", "is"),
        ("attendance", "Etänä", "online"),
        ("status", "Väntelista", "waitlisted"),
        ("city", "MALMO", "Malmö"),
        ("city", "hoje-taastrup", "Høje-Taastrup"),
        ("city", "Aarhus", "Aarhus"),
        ("name", "police", "police"),
    ],
)
def test_words_are_taken_for_codes_where_there_are_any(field: str, word: str, code: str) -> None:
    assert meant(field, word, CITIES) == code


def test_a_line_becomes_a_draft_and_says_what_it_said_itself() -> None:
    (entry,) = read(
        "Fornavn,Etternavn,E-post,Kommune,answers.team size,status\n'=Åsa,Ðórsdóttir,asa@x.example,,4,bekreftet\n"
    ).entries
    draft = entry.draft
    assert (entry.line, entry.given, entry.status) == (2, {"name", "email", "answers"}, Status.CONFIRMED)
    assert (draft.name, draft.organisation, draft.category, draft.language) == ("=Åsa Ðórsdóttir", "", "guest", "da")
    assert draft.answers == {"team size": "4"}


def test_every_rejected_line_is_told_by_its_number_with_everything_wrong() -> None:
    text = csv_of(
        ASA,
        ("", "no address", "x", "y", "plumber", "klingon"),
        ("Kai\x00", "kai@x.example", "", "", "", ""),
        ("Åsa again", "ASA@malmo.example", "", "", "", ""),
        ("Bo", "bo@x.example", "=?utf-8?q?x?=", "", "", ""),
        ("Liv", "liv@x.example", "", "", "", "", "more"),
        ("Ok", "ok@x.example", "", "", "", ""),
    )
    reading = read(text)
    assert [entry.line for entry in reading.entries] == [2, 8]
    assert [(one.line, [(error.field, error.code) for error in one.errors]) for one in reading.rejected] == [
        (3, [("name", "required"), ("email", "invalid_email"), ("category", "unknown_value"), ("language", "invalid_language")]),
        (4, [("name", "forbidden_characters")]),
        (5, [("email", "twice_in_file")]),
        (6, [("organisation", "forbidden_characters")]),
        (7, [("", "too_many_cells")]),
    ]  # fmt: skip
    assert reading.rejected[2].errors[0].message == "The same address stands in line 2 already."


def test_a_wrong_status_is_told_beside_what_else_is_wrong() -> None:
    (one,) = read(csv_of((*ASA, "maybe"), headers=(*HEADERS, "status"))).rejected
    assert [(error.field, error.code) for error in one.errors] == [("status", "unknown_value")]
