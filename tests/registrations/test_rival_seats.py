"""5,000 people, 500 seats, quotas for categories and cities, and everybody at once: checked against the rules afterwards."""

import asyncio
import random
from collections import Counter

import pytest

from events_service import database
from events_service.errors import Conflict
from events_service.events.admissions import Admission, set_admission
from events_service.registrations import actions
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.ledgers import stand_of, who_is_next
from events_service.registrations.rules import Attendance, Status
from tests.registrations.given import JOIN_URL, an_event, draft

CATEGORIES = ["practitioner"] * 5 + ["police", "ngo", "youth", "elected_official", "media"]
CITIES = ["Malmö", "MALMÖ", "Oslo", "Tromsø", "Reykjavík", "Helsinki", "København", "Århus"]
QUOTAS = Admission(
    categories={"police": 20, "media": 5, "practitioner": 220}, cities={"Malmö": 60, "Tromsø": 25, "Århus": 40}
)
PEOPLE, ROOM, ONLINE = 5_000, 400, 100


@pytest.mark.usefixtures("database")
async def test_5000_people_race_for_500_seats_and_no_quota_breaks_and_no_seat_stays_empty() -> None:
    event = await an_event(
        format="hybrid", join_url=JOIN_URL, terms={"capacity": ROOM, "online_capacity": ONLINE, "waitlist": True}
    )
    await set_admission(event, QUOTAS)
    chance = random.Random(7)
    seated: list[str] = []
    at_once = asyncio.Semaphore(8)

    async def come(number: int) -> Outcome:
        wish = draft(
            name=f"Rival {number}",
            email=f"rival{number}@x.example",
            category=chance.choice(CATEGORIES),
            city=chance.choice(CITIES),
            attendance=chance.choice(["in_person", "in_person", "online"]),
        )
        outcome = await actions.register(Application(event.slug, wish))
        if outcome.status is Status.CONFIRMED:
            seated.append(outcome.registration_id)
        return outcome

    async def go_or_switch(turn: int) -> None:
        """Some who have a seat leave, some change how they take part, while others still come."""
        one = seated.pop(chance.randrange(len(seated)))
        async with at_once:
            try:
                if turn % 3:
                    await actions.cancel_registration(one)
                else:
                    to = chance.choice(list(Attendance))
                    await actions.edit_registration(one, RegistrationChange(attendance=to))
            except Conflict:
                # No seat of the other kind: the one they have stays theirs.
                seated.append(one)

    first = [come(number) for number in range(PEOPLE // 2)]
    await asyncio.gather(*first)
    later = [come(number) for number in range(PEOPLE // 2, PEOPLE)]
    restless = [go_or_switch(turn) for turn in range(120)]
    together = [*later, *restless]
    chance.shuffle(together)
    await asyncio.gather(*together)

    rows = await database.fetch(
        "SELECT attendance, category, city FROM registration WHERE event = $1 AND status = 'confirmed'", event.id
    )
    by_city = Counter("Malmö" if row["city"] == "MALMÖ" else row["city"] for row in rows)
    by_category = Counter(row["category"] for row in rows)
    assert Counter(row["attendance"] for row in rows) == {"in_person": ROOM, "online": ONLINE}
    assert all(by_city[city] <= seats for city, seats in QUOTAS.cities.items())
    assert all(by_category[category] <= seats for category, seats in QUOTAS.categories.items())
    # The quotas that are asked for more than there is are full.
    assert (by_category["media"], by_city["Tromsø"], by_city["Malmö"]) == (5, 25, 60)
    assert await who_is_next(event, (await stand_of(event)).ledger) == ()
    letters = await database.fetch("SELECT kind, COUNT(*) AS posted FROM letter GROUP BY kind")
    posted = {row["kind"]: int(row["posted"]) for row in letters}
    assert posted["confirmed"] + posted["promoted"] - posted["cancelled"] == ROOM + ONLINE
