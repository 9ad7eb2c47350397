"""Asking for badges, having them drawn, and printing again, on both databases."""

from datetime import timedelta

import pytest

from events_service import clock
from events_service.audit.rules import Doer
from events_service.badges import printing
from events_service.badges.printing import ask_for, draw_waiting, forget_files, opened
from events_service.badges.queries import find_print, sealed_part, whom
from events_service.badges.rules import Choice, Layout, NothingToPrint, Sort, Whom
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import code_of
from events_service.registrations.queries import registration_by_id
from tests.badges.given import pages_of
from tests.door.given import a_guest, a_phone, an_event, change, count, guests, row_of, scanned

pytestmark = pytest.mark.usefixtures("database")
ME = Doer("account", "me")


async def printed(event: Event, choice: Choice) -> bytes:
    """The first file of a print that the worker drew."""
    print_id = await ask_for(event, choice, by=ME)
    assert await draw_waiting() == 1
    return opened(await sealed_part(print_id, 1))


async def test_what_is_printed_is_the_badge_that_opens_the_door() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    (page,) = pages_of(await printed(event, Choice(layout=Layout.LABEL62)))
    assert page.codes == [guest.badge]
    code = code_of(await registration_by_id(guest.id))
    assert code is not None
    assert code in page.words
    assert "Practitioner" in page.words
    assert "Åsa Ðórsdóttir" in page.words
    assert (await scanned(phone, page.codes[0])).verdict == "admitted"


async def test_badges_come_out_in_the_order_that_was_asked_for() -> None:
    event = await an_event()
    people = await guests(event, 4)
    for person, name, city, category in zip(
        people,
        ("Örn", "Åsa", "Bo", "Ærø"),
        ("Oslo", "Århus", "Malmö", "Århus"),
        ("guest", "expert", "police", "expert"),
        strict=True,
    ):
        await change(
            "UPDATE registration SET name = $2, city = $3, category = $4 WHERE id = $1", person.id, name, city, category
        )
    order = {sort: [one.name for one in await whom(event, Choice(sort=sort))] for sort in Sort}
    assert order == {
        Sort.NAME: ["Ærø", "Åsa", "Bo", "Örn"],
        Sort.CITY: ["Ærø", "Åsa", "Bo", "Örn"],
        Sort.CATEGORY: ["Ærø", "Åsa", "Bo", "Örn"],
        Sort.REGISTERED: ["Örn", "Åsa", "Bo", "Ærø"],
    }


async def test_only_what_is_new_or_changed_is_printed_the_second_time() -> None:
    event = await an_event()
    one, other = await guests(event, 2)
    fresh = Choice(whom=Whom.NOT_PRINTED)
    await printed(event, fresh)
    with pytest.raises(NothingToPrint):
        await ask_for(event, fresh, by=ME)
    third = await a_guest(event)
    await change("UPDATE registration SET organisation = 'Oslo kommune' WHERE id = $1", other.id)
    # What is not on the badge does not matter.
    await change("UPDATE registration SET answers = '{}', version = version + 1 WHERE id = $1", one.id)
    assert {person.id for person in await whom(event, fresh)} == {other.id, third.id}
    found = await find_print(event, await ask_for(event, fresh, by=ME))
    assert (found.badges, found.again) == (2, 1)
    assert await whom(event, fresh) == []


async def test_printing_again_changes_no_badge_and_lets_nobody_in() -> None:
    event = await an_event()
    guest = await a_guest(event)
    before = await registration_by_id(guest.id)
    first, second = await printed(event, Choice()), await printed(event, Choice(ids=frozenset({guest.id})))
    assert pages_of(first)[0].codes == pages_of(second)[0].codes == [guest.badge]
    assert await registration_by_id(guest.id) == before
    assert (await count("scan"), await count("presence"), await count("printed_badge")) == (0, 0, 2)
    assert await count("audit_entry", "action = 'printed_badges'") == 2


async def test_who_takes_part_from_afar_gets_a_badge_only_by_name() -> None:
    event = await an_event()
    guest = await a_guest(event)
    await change("UPDATE registration SET attendance = 'online' WHERE id = $1", guest.id)
    assert await whom(event, Choice()) == []
    assert [one.id for one in await whom(event, Choice(ids=frozenset({guest.id})))] == [guest.id]


async def test_a_protected_person_is_printed_under_the_alias() -> None:
    event = await an_event()
    guest = await a_guest(event)
    await change(
        """UPDATE registration SET protected = TRUE, name = 'Guest 7', organisation = '', identity = $2 WHERE id = $1""",
        *(guest.id, '{"name": "Åsa", "email": "asa@malmo.example", "organisation": "City of Malmö"}'),
    )
    (page,) = pages_of(await printed(event, Choice()))
    assert "Guest 7" in page.words
    assert "Åsa" not in page.words


async def test_many_badges_come_in_parts_and_who_left_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PART", 2)
    event = await an_event()
    people = await guests(event, 5)
    print_id = await ask_for(event, Choice(sort=Sort.REGISTERED), by=ME)
    await cancel_registration(people[3].id)
    await draw_waiting()
    found = await find_print(event, print_id)
    assert [(part.number, part.badges) for part in found.parts] == [(1, 2), (2, 1), (3, 1)]
    assert (found.state, found.drawn) == ("ready", 5)
    codes = [
        code
        for part in found.parts
        for page in pages_of(opened(await sealed_part(print_id, part.number)))
        for code in page.codes
    ]
    assert codes == [person.badge for person in people if person is not people[3]]


async def test_a_print_that_broke_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PART", 1)
    event = await an_event()
    await guests(event, 3)
    print_id = await ask_for(event, Choice(), by=ME)
    drawing = printing.draw_pdf
    pdfs = 0

    def breaks_off(sheet: object) -> bytes:
        nonlocal pdfs
        pdfs += 1
        if pdfs == 2:
            raise RuntimeError("The power is gone.")
        return drawing(sheet)  # type: ignore[arg-type]

    monkeypatch.setattr(printing, "draw_pdf", breaks_off)
    with pytest.raises(RuntimeError):
        await draw_waiting()
    found = await find_print(event, print_id)
    assert (found.state, found.drawn, len(found.parts)) == ("running", 1, 1)
    # Whoever held it may be at it still, for a while.
    assert await draw_waiting() == 0
    await change("UPDATE badge_print SET leased_until = $1", clock.now() - timedelta(seconds=1))
    assert await draw_waiting() == 1
    found = await find_print(event, print_id)
    assert (found.state, found.drawn, len(found.parts)) == ("ready", 3, 3)
    assert pdfs == 4


async def test_files_are_sealed_and_forgotten_while_the_record_stays() -> None:
    event = await an_event()
    await a_guest(event)
    print_id = await ask_for(event, Choice(), by=ME)
    await draw_waiting()
    assert b"%PDF" not in (await row_of("badge_file", print_id, "print"))["sealed"]
    await forget_files(clock.now() + timedelta(seconds=1))
    with pytest.raises(NotFound):
        await sealed_part(print_id, 1)
    assert (await find_print(event, print_id)).badges == 1
