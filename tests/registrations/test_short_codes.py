"""Short codes under badges: their form, how they are read, and that no two of an event are alike."""

import runpy

import pytest

from events_service import settings
from events_service.database import fetch, transaction
from events_service.database.migrations import migrations_folder
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import code_of
from events_service.registrations.queries import registration_by_id
from events_service.registrations.short_codes import (
    FORM,
    SYLLABLES,
    SYLLABLES_A_CODE,
    UNWANTED,
    code_digest,
    draw_codes,
    in_groups,
    read_code,
    short_code,
)
from tests.door.given import a_guest, an_event, come_back, guests, row_of
from tests.services.product import SECRET_KEY


def code(one: str, *, generation: int = 1, draw: int = 0, key: str = SECRET_KEY) -> str:
    return short_code(one, generation, draw, secret_key=key)


def test_there_are_more_than_a_hundred_million_of_them() -> None:
    assert len(set(SYLLABLES)) ** SYLLABLES_A_CODE > 10**8


def test_a_code_is_four_syllables_that_anybody_may_wear() -> None:
    codes = [code(str(number)) for number in range(20_000)]
    assert all(FORM.fullmatch(one) and not UNWANTED.search(one) for one in codes)
    # Of 20,000 out of 10^8 about two meet by chance.
    assert len(set(codes)) > 19_980


def test_a_code_depends_on_the_person_the_badge_the_draw_and_the_installation() -> None:
    others = [code("b"), code("a", generation=2), code("a", draw=1), code("a", key="another key of this length")]
    assert len({code("a"), *others}) == 5
    assert code("a") == code("a")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("BAKOLIME", "BAKOLIME"),
        ("bako-lime", "BAKOLIME"),
        (" Ba Ko\u00a0Li\u2011Me\n", "BAKOLIME"),
        ("baco-l1me", "BAKOLIME"),
        ("BAK0LIME", "BAKOLIME"),
        ("WAKOLIME", "VAKOLIME"),
        ("BAKOLIM", None),
        ("BAKOLIMEN", None),
        ("ABOKILEM", None),
        ("BÅKOLIME", None),
        ("", None),
        ("S1" + "A" * 144, None),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(typed: str, read: str | None) -> None:
    assert read_code(typed) == read


def test_a_printed_code_is_read_as_itself() -> None:
    assert in_groups("BAKOLIME") == "BAKO-LIME"
    assert all(read_code(in_groups(code(str(number)))) == code(str(number)) for number in range(500))


def test_the_same_code_at_another_event_is_another_one() -> None:
    here, there = (code_digest(event, "BAKOLIME", secret_key=SECRET_KEY) for event in ("here", "there"))
    assert here != there


@pytest.mark.usefixtures("database")
async def test_every_seat_comes_with_a_code_and_a_new_badge_with_another() -> None:
    event = await an_event()
    guest = await a_guest(event)
    before = await registration_by_id(guest.id)
    await cancel_registration(guest.id)
    gone = await registration_by_id(guest.id)
    assert (code_of(gone), gone.badge_code_digest) == (None, None)
    retired = await row_of("retired_badge", guest.id, "registration")
    assert retired["code_digest"] == before.badge_code_digest
    await come_back(event, guest)
    after = await registration_by_id(guest.id)
    assert None not in (code_of(before), code_of(after))
    assert code_of(before) != code_of(after)
    for one in (before, after):
        assert one.badge_code_digest == code_digest(
            event.id, str(read_code(str(code_of(one)))), secret_key=settings.current().secret_key
        )


@pytest.mark.usefixtures("database")
async def test_a_code_that_is_taken_is_drawn_again() -> None:
    event = await an_event()
    first, second = await guests(event, 2)
    secret_key = settings.current().secret_key
    wanted = code_digest(event.id, short_code(second.id, 2, 0, secret_key=secret_key), secret_key=secret_key)
    async with transaction() as tx:
        await tx.execute("UPDATE registration SET badge_code_digest = $2 WHERE id = $1", first.id, wanted)
        drawn = await draw_codes(tx, {second.id: 2}, event_id=event.id, secret_key=secret_key)
    assert (drawn[second.id].draw, drawn[second.id].digest != wanted) == (1, True)


@pytest.mark.usefixtures("database")
async def test_the_codes_of_a_batch_are_all_different() -> None:
    event = await an_event()
    await guests(event, 60)
    rows = await fetch("SELECT badge_code_digest AS code FROM registration")
    assert len({row["code"] for row in rows if row["code"]}) == 60


@pytest.mark.usefixtures("database")
async def test_badges_that_are_out_already_get_the_code_of_their_generation() -> None:
    event = await an_event()
    everyone = [await registration_by_id(guest.id) for guest in await guests(event, 3)]
    async with transaction() as tx:
        await tx.execute("UPDATE registration SET badge_code_digest = NULL, badge_code_draw = 0")
    (path,) = migrations_folder().glob("m0013_*.py")
    async with transaction():
        await runpy.run_path(str(path))["draw_what_is_missing"]()
    assert [await registration_by_id(person.id) for person in everyone] == everyone
