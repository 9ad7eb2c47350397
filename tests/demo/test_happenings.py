"""The eight events and who takes part."""

from collections import Counter
from typing import Any

import pytest

from events_service.demo.cities import CITIES
from events_service.demo.guests import FOUR_CAPITALS, SPARRING_CITIES, city_name, guests
from events_service.demo.happenings import (
    AUTUMN_MEETING,
    HAPPENINGS,
    KICK_OFF,
    LAUNCH,
    MAYORS_MEETING,
    STUDY_VISIT,
    SUMMIT,
    TASK_FORCE,
    WORKSHOP,
)
from events_service.demo.meetings_held import COURSES
from events_service.events.drafts import EventDraft
from events_service.events.rules import AREAS_OF_ACTION, Format, settle_moments
from events_service.web.bodies import read_values


def happening(slug: str) -> dict[str, Any]:
    return next(one for one in HAPPENINGS if one["slug"] == slug)


def categories(slug: str) -> Counter[str]:
    return Counter(guest.person.category for guest in guests()[slug])


@pytest.mark.parametrize("body", HAPPENINGS, ids=lambda body: body["slug"])
def test_each_event_is_one_that_the_contract_accepts(body: dict[str, Any]) -> None:
    draft = read_values(EventDraft, body, from_text=False)
    assert settle_moments(draft.timezone, starts=draft.starts_at, ends=draft.ends_at).errors == ()
    assert set(draft.topics) <= set(AREAS_OF_ACTION)
    assert (draft.venue is None) == (draft.format is Format.ONLINE)
    assert (draft.join_url is None) == (draft.format is Format.IN_PERSON)


def test_events_stand_in_the_order_of_their_dates() -> None:
    starts = [body["starts_at"] for body in HAPPENINGS]
    assert starts == sorted(starts)
    assert [body["slug"] for body in HAPPENINGS] == list(guests())


@pytest.mark.parametrize(
    ("slug", "zone", "starts", "ends"),
    [
        (LAUNCH, "Europe/Copenhagen", "2027-03-07T11:00", "2027-03-07T17:00"),
        (KICK_OFF, "Europe/Copenhagen", "2027-01-13T10:00", "2027-01-13T11:30"),
        (WORKSHOP, "Europe/Stockholm", "2027-04-15T09:00", "2027-04-15T17:00"),
    ],
)
def test_times_are_as_announced(slug: str, zone: str, starts: str, ends: str) -> None:
    body = happening(slug)
    assert (body["timezone"], body["starts_at"], body["ends_at"]) == (zone, starts, ends)


def test_the_launch_has_twelve_mayors_and_150_practitioners() -> None:
    assert categories(LAUNCH) == {"elected_official": 12, "practitioner": 150}


def test_the_kick_off_is_for_practitioners_online() -> None:
    assert categories(KICK_OFF) == {"practitioner": 64}
    assert {guest.attendance for guest in guests()[KICK_OFF]} == {"online"}


def test_ten_cities_fill_the_workshop_and_six_people_wait() -> None:
    seated, waiting = guests()[WORKSHOP][:40], guests()[WORKSHOP][40:]
    assert Counter(guest.person.city for guest in seated) == dict.fromkeys(SPARRING_CITIES, 4)
    assert len(waiting) == 6
    assert happening(WORKSHOP)["registration"]["online_capacity"] == 40


def test_the_mayors_of_four_capitals_meet_where_only_they_know() -> None:
    assert [guest.person.city for guest in guests()[MAYORS_MEETING]] == list(FOUR_CAPITALS)
    assert categories(MAYORS_MEETING) == {"elected_official": 4}
    assert happening(MAYORS_MEETING)["visibility"] == "invited"
    assert happening(MAYORS_MEETING)["venue"]["disclosure"] == "registered"


def test_the_summit_gathers_more_than_twenty_cities_by_invitation() -> None:
    assert {guest.person.city for guest in guests()[SUMMIT]} >= {city.slug for city in CITIES}
    assert happening(SUMMIT)["registration"]["mode"] == "invitation"


def test_the_task_force_has_fourteen_members_in_the_room_and_online() -> None:
    assert Counter(guest.attendance for guest in guests()[TASK_FORCE]) == {"in_person": 10, "online": 4}


def test_more_apply_for_the_study_visit_than_there_are_seats_left() -> None:
    applicants = [guest for guest in guests()[STUDY_VISIT] if guest.applies]
    assert len(applicants) == 8
    assert len({guest.person.city for guest in applicants}) >= 4
    assert len({guest.person.category for guest in applicants}) == 5
    assert len(guests()[STUDY_VISIT]) > happening(STUDY_VISIT)["registration"]["capacity"]
    assert all(guest.answers["take_home"] for guest in applicants)


def test_the_autumns_meeting_has_a_course_for_each_guest() -> None:
    assert len(COURSES) == len(guests()[AUTUMN_MEETING])


def test_nobody_registers_twice_and_no_hall_is_too_small() -> None:
    for slug, people in guests().items():
        assert len({guest.person.email for guest in people}) == len(people)
        in_the_room = sum(guest.attendance == "in_person" and not guest.applies for guest in people)
        assert in_the_room <= happening(slug)["registration"].get("capacity", 0)


def test_a_city_goes_by_its_name() -> None:
    assert (city_name("malmo"), city_name(None)) == ("Malmö", "")
