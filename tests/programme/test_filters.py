"""What is shown for what was asked, and how an address remembers it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from events_service.agenda.rules import Agenda, SessionKind
from events_service.programme.filters import ROOMS_IN_SIGHT, Choice, Shown, known_zone, offer_of, settle
from events_service.programme.shown import LocalTime, by_day, card_of, cards_of
from tests.programme.given import (
    BEFORE,
    DIGITAL,
    EIGHT,
    HALL,
    HELSINKI,
    STUDY,
    part,
    person,
    plain_session,
    published,
)

A_DAY = 24 * 60
AGENDA = published(
    plain_session(1, 0, 30, [HALL], title="Opening", speakers=(part("Åsa Ðórsdóttir"),), language="en"),
    plain_session(
        2, 60, 30, [STUDY], track_id=DIGITAL.id, kind=SessionKind.WORKSHOP, topics=("diversity", "own"), language="sv"
    ),
    plain_session(3, 14 * 60, 120, [HALL], abstract="Evening at the harbour"),
    plain_session(4, A_DAY, 30, [HELSINKI], topics=("local-democracy",), speakers=(part("Hidden Person"),)),
    speakers=[person("Åsa Ðórsdóttir", organisation="City of Malmö")],
)


def shown(now: datetime = BEFORE, starred: Any = (), **asked: str) -> Shown:
    return settle(Choice(**asked), AGENDA, starred=starred, now=now)


def numbers(found: Shown) -> list[int]:
    return [one.number for one in found.sessions]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (BEFORE, "2037-03-10"),
        (EIGHT, "2037-03-10"),
        (EIGHT + timedelta(days=1), "2037-03-11"),
        (EIGHT + timedelta(days=9), "2037-03-10"),
    ],
)
def test_the_day_is_today_while_the_event_lasts_and_else_the_first(now: datetime, day: str) -> None:
    assert shown(now).choice.day == day
    assert shown(now).days == ["2037-03-10", "2037-03-11"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"view": "list"}, [1, 2, 3]),
        ({"view": "list", "day": "all"}, [1, 2, 3, 4]),
        ({"view": "grid", "day": "all"}, [1, 2, 3]),
        ({"day": "2037-03-11"}, [4]),
        ({"day": "2037-03-12"}, [1, 2, 3]),
        ({"track": "digital-cities"}, [2]),
        ({"room": "helsinki"}, [4]),
        ({"view": "list", "topic": "local-democracy"}, [4]),
        ({"topic": "own"}, [2]),
        ({"language": "sv"}, [2]),
        ({"kind": "workshop"}, [2]),
        ({"q": "asa DORSDOTTIR malmo"}, [1]),
        ({"q": "harbour"}, [3]),
        ({"q": "hidden"}, []),
        ({"view": "list", "only": "starred"}, [4]),
        ({"track": "nobody-knows", "kind": "x", "language": "xx", "view": "3d", "zone": "Mars/Base"}, [1, 2, 3]),
    ],
)
def test_sessions_are_narrowed_by_what_is_known_and_the_rest_counts_as_not_asked(
    asked: dict[str, str], found: list[int]
) -> None:
    assert numbers(shown(starred={"s4"}, **asked)) == found


def test_another_zone_has_other_days() -> None:
    # 23.00 in Copenhagen is the next day in Tokyo, and so is nine o'clock of the second day.
    asked = shown(zone="Asia/Tokyo", view="list", day="all")
    assert asked.counts == {"2037-03-10": 2, "2037-03-11": 2}
    days = by_day(cards_of(AGENDA, asked.sessions, "Asia/Tokyo"), "Asia/Tokyo")
    assert [[(starts, [card.number for card in cards]) for starts, cards in times] for _, times in days] == [
        [("17.00", [1]), ("18.00", [2])],
        [("07.00", [3]), ("17.00", [4])],
    ]


def test_a_card_tells_the_hours_by_every_clock_that_hangs_there() -> None:
    here, there = AGENDA.agenda.session["s1"], AGENDA.agenda.session["s4"]
    assert card_of(AGENDA, here, "Europe/Copenhagen").local == ()
    assert card_of(AGENDA, there, "Europe/Copenhagen").local == (LocalTime("Helsinki", "10.00", "10.30"),)
    assert card_of(AGENDA, here, "Asia/Tokyo").local == (LocalTime("Copenhagen", "09.00", "09.30"),)
    late = card_of(AGENDA, AGENDA.agenda.session["s3"], "Asia/Tokyo")
    assert (late.starts, late.local) == ("07.00", (LocalTime("Copenhagen", "23.00", "01.00", "Tue 10 March"),))
    assert [card_of(AGENDA, one, "Europe/Copenhagen").who for one in (here, there)] == ["Åsa Ðórsdóttir", ""]


def test_an_address_holds_what_was_chosen_and_nothing_else() -> None:
    asked = shown(view="list", q="  two   words ", zone="Europe/Helsinki", track="unknown").asked
    assert asked.address("/a") == "/a?view=list&zone=Europe%2FHelsinki&q=two+words"
    assert asked.address("/a", q="", view="grid") == "/a?view=grid&zone=Europe%2FHelsinki"
    assert Choice().address("/a") == "/a"


def test_what_is_offered_is_what_sessions_have() -> None:
    offer = offer_of(AGENDA, zone="Asia/Tokyo")
    assert offer.topics == ["local-democracy", "diversity", "own"]
    assert (offer.languages, offer.kinds) == (["en", "sv"], ["talk", "workshop"])
    assert [room.id for room in offer.rooms] == ["hall", "study", "helsinki"]
    assert offer.zones[0] == "Europe/Copenhagen"
    assert {"Europe/Helsinki", "Europe/Oslo", "Europe/Stockholm", "Atlantic/Reykjavik", "Asia/Tokyo"} < set(offer.zones)


def test_zones_are_known_by_their_names() -> None:
    assert known_zone("Europe/Helsinki") == "Europe/Helsinki"
    assert [known_zone(one) for one in ("", "Nowhere", "../etc/passwd", "europe/helsinki\x00")] == ["", "", "", ""]


def test_many_rooms_begin_as_a_list() -> None:
    rooms = tuple(msgspec.structs.replace(HALL, id=f"r{number}") for number in range(ROOMS_IN_SIGHT + 1))
    views = []
    for count in (ROOMS_IN_SIGHT, ROOMS_IN_SIGHT + 1):
        agenda = Agenda(rooms=rooms[:count], sessions=(plain_session(1, 0, 30, [HALL]),))
        views.append(settle(Choice(), replace(AGENDA, agenda=agenda), now=BEFORE).choice.view)
    assert views == ["grid", "list"]
