"""Stars are the participant's own, one for each session of their event."""

import pytest

from events_service.errors import NotFound
from events_service.registrations.stars import set_star, starred_by
from events_service.settings import Settings
from tests.agenda.given import a_session, a_summit
from tests.registrations.given import register


async def test_a_star_is_put_and_taken_away_and_doing_it_twice_changes_nothing(database: Settings) -> None:
    await a_summit()
    opening, panel = await a_session("Opening"), await a_session("Panel")
    asa = (await register(slug="summit")).registration_id
    other = (await register(1, slug="summit")).registration_id
    for session in (opening, opening, panel):
        await set_star(asa, session.id, on=True)
    await set_star(other, panel.id, on=True)
    assert await starred_by(asa) == {opening.id, panel.id}
    for _ in range(2):
        await set_star(asa, panel.id, on=False)
    assert (await starred_by(asa), await starred_by(other)) == ({opening.id}, {panel.id})


async def test_a_session_of_another_event_gets_no_star(database: Settings) -> None:
    await a_summit()
    await a_summit(slug="another")
    session = await a_session(event="another")
    asa = (await register(slug="summit")).registration_id
    with pytest.raises(NotFound):
        await set_star(asa, session.id, on=True)
    with pytest.raises(NotFound):
        await set_star(asa, "nothing", on=True)
    assert await starred_by(asa) == frozenset()
