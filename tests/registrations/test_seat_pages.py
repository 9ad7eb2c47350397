"""What a participant answers about a seat in the browser: yes to one that is kept, and that an address is theirs."""

import pytest

from events_service import settings
from events_service.events.admissions import Admission, set_admission
from events_service.registrations import actions
from events_service.registrations.mail_checks import check_code
from events_service.registrations.rules import Status
from tests.registrations.given import a_browser, an_event, page_code_of, person, register

pytestmark = pytest.mark.usefixtures("database")
OWN = "/my/registration"


async def test_a_seat_that_is_kept_is_taken_once_with_a_button() -> None:
    event = await an_event(terms={"capacity": 1})
    await set_admission(event, Admission(offers=True, offer_hours=24))
    first, second = [await register(number) for number in (1, 2)]
    await actions.cancel_registration(first.registration_id)
    async with a_browser() as client:
        assert (await client.post("/my/accept")).headers["location"] == "/my"
        await client.post("/my", data={"code": page_code_of(await person(second))})
        assert 'action="/my/accept"' in (await client.get(OWN)).text
        taken = await client.post("/my/accept")
        assert (taken.status_code, taken.headers["location"]) == (303, f"{OWN}?done=offer_accepted")
        assert (await person(second)).status is Status.CONFIRMED
        assert (await client.post("/my/accept")).headers["location"] == f"{OWN}?done=offer_over"
        assert 'action="/my/accept"' not in (await client.get(OWN)).text


async def test_an_address_is_confirmed_once_by_the_code_of_its_letter() -> None:
    event = await an_event()
    await set_admission(event, Admission(mail_check=True))
    waiting = await register(1)
    who = await person(waiting)
    code = check_code(who.id, who.links_generation, secret_key=settings.current().secret_key)
    async with a_browser() as client:
        # Scanners follow links: looking changes nothing.
        assert (await client.get("/my/confirm")).status_code == 200
        wrong = await client.post("/my/confirm", data={"code": "of another"})
        assert (wrong.status_code, (await person(waiting)).status) == (422, Status.PENDING)
        right = await client.post("/my/confirm", data={"code": code})
        assert (right.status_code, right.headers["location"]) == (303, f"{OWN}?done=address_confirmed")
        assert (await person(waiting)).status is Status.CONFIRMED
        assert (await client.get(OWN)).status_code == 200
        assert (await client.post("/my/confirm", data={"code": code})).status_code == 422
