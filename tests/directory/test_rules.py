"""How cities are put in order."""

import pytest

from events_service.directory.rules import City, Country, by_country
from events_service.folding import search_key

TURKU = City("turku", "Turku", "FI", "Europe/Helsinki")
AANEKOSKI = City("aanekoski", "Äänekoski", "FI", "Europe/Helsinki")
OREBRO = City("orebro", "Örebro", "SE", "Europe/Stockholm")
UMEA = City("umea", "Umeå", "SE", "Europe/Stockholm")


def test_cities_stand_under_their_countries_in_order() -> None:
    assert by_country([UMEA, TURKU, OREBRO, AANEKOSKI]) == (
        Country("FI", (AANEKOSKI, TURKU)),
        Country("SE", (OREBRO, UMEA)),
    )


def test_no_cities_make_no_countries() -> None:
    assert by_country([]) == ()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Tromsø", "tromso"),
        ("ÅÄÖ", "aao"),
        ("Ærøskøbing", "aeroskobing"),
        ("Þórður Æsuson", "thordur aesuson"),
        ("Jyväskylä", "jyvaskyla"),
        ("I\u0301sland", "island"),
    ],
)
def test_plain_letters_fold_every_nordic_alphabet(name: str, plain: str) -> None:
    assert search_key(name) == plain
