"""Dates, times, numbers and names as each language writes them, and what happens where a catalogue is missing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from babel.support import Translations

from events_service.web import words

LAUNCH = datetime(2027, 3, 7, 8, 5, tzinfo=UTC)
COPENHAGEN = "Europe/Copenhagen"


@pytest.fixture(params=words.LANGUAGES)
def code(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(words, "translations", lambda code: Translations())
    with words.in_language(request.param):
        yield request.param


def test_a_moment_is_written_as_the_language_does(code: str) -> None:
    assert (
        words.wall(LAUNCH, COPENHAGEN)
        == {
            "en": "Sunday 7 March 2027, 09.05",
            "da": "søndag den 7. marts 2027, 09.05",
            "sv": "söndag 7 mars 2027, 09:05",
            "nb": "søndag 7. mars 2027, 09:05",
            "fi": "sunnuntai 7. maaliskuuta 2027, 09.05",
            "is": "sunnudagur, 7. mars 2027, 09:05",
        }[code]
    )
    assert (
        words.day_short(LAUNCH, COPENHAGEN)
        == {
            "en": "Sun 7 March",
            "da": "søn. 7. marts",
            "sv": "sön 7 mars",
            "nb": "søn. 7. mars",
            "fi": "su 7. maaliskuuta",
            "is": "sun., 7. mars",
        }[code]
    )


def test_months_stand_alone_in_their_own_form(code: str) -> None:
    assert (
        words.month(LAUNCH, COPENHAGEN)
        == {
            "en": "March 2027",
            "da": "marts 2027",
            "sv": "mars 2027",
            "nb": "mars 2027",
            "fi": "maaliskuu 2027",
            "is": "mars 2027",
        }[code]
    )


def test_numbers_countries_and_cities_are_named_by_the_language(code: str) -> None:
    assert (
        words.number(12345).replace("\xa0", " ")
        == {
            "en": "12,345",
            "da": "12.345",
            "sv": "12 345",
            "nb": "12 345",
            "fi": "12 345",
            "is": "12.345",
        }[code]
    )
    assert (
        words.country("IS")
        == {
            "en": "Iceland",
            "da": "Island",
            "sv": "Island",
            "nb": "Island",
            "fi": "Islanti",
            "is": "Ísland",
        }[code]
    )
    assert (
        words.zone_city(COPENHAGEN)
        == {
            "en": "Copenhagen",
            "da": "København",
            "sv": "Köpenhamn",
            "nb": "København",
            "fi": "Kööpenhamina",
            "is": "Kaupmannahöfn",
        }[code]
    )
    assert words.zone_city("Atlantic/Reykjavik") == "Reykjavík"
    assert words.zone_city("America/Argentina/Buenos_Aires") in ("Buenos Aires", "Búenos Aíres")


def test_what_has_no_name_stays_as_it_is() -> None:
    assert words.country("XX") == "XX"
    assert words.gettext("") == ""


def test_a_language_without_a_catalogue_is_english_through_and_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "catalogues_folder", lambda: words.Path("/nowhere"))
    words.translations.cache_clear()
    try:
        with words.in_language("fi"):
            assert words.day(LAUNCH, COPENHAGEN) == "Sunday 7 March 2027"
        assert words.unspoken() == ["da", "sv", "nb", "fi", "is"]
    finally:
        words.translations.cache_clear()
