"""Asking and reminding speakers: who gets which letter, when, and exactly once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events_service import clock, database
from events_service.agenda import asking
from events_service.agenda.asking import ask_speakers, remind_by_hand, remind_speakers, send_link
from events_service.errors import Conflict
from events_service.events.actions import cancel_event
from events_service.speakers.rules import Speaker, State
from tests.agenda.given import a_room, a_session, a_speaker, a_summit, change_speaker
from tests.speakers.given import as_it_is, code_of, kinds_to, letters_to, mail_of, parts_of

pytestmark = pytest.mark.usefixtures("database")


async def proposed(name: str = "Åsa Ðórsdóttir", **more: Any) -> Speaker:
    return await a_speaker(name, state="proposed", **more)


async def a_soon_summit(days: int = 30) -> None:
    starts = clock.now() + timedelta(days=days)
    await a_summit(
        starts_at=starts.strftime("%Y-%m-%dT09:00"), ends_at=(starts + timedelta(days=1)).strftime("%Y-%m-%dT17:00")
    )


async def set_back(speaker: Speaker, column: str, days: float) -> None:
    """As if that had happened so many days earlier."""
    async with database.transaction() as tx:
        await tx.execute(
            f"UPDATE speaker SET {column} = $2 WHERE id = $1", speaker.id, clock.now() - timedelta(days=days)
        )


async def test_everyone_not_yet_asked_is_asked_once_and_counts_as_invited_in_each_session() -> None:
    await a_summit()
    asa, bo, known = await proposed(), await proposed("Bo Berg"), await a_speaker("Cilla Dahl", state="confirmed")
    silent, out = await proposed("No Address", email=None), await a_speaker("Out Now", state="declined")
    session = await a_session(speakers=[{"speaker_id": one.id} for one in (asa, known, silent)])
    assert [await ask_speakers("summit") for _ in range(2)] == [2, 0]
    assert [await kinds_to(one) for one in (asa, bo, known, out)] == [["speaker_asked"], ["speaker_asked"], [], []]
    asked = await as_it_is(asa)
    assert (asked.state, asked.version, asked.asked_at is not None) == (State.INVITED, asa.version + 1, True)
    assert await parts_of(session.id) == {asa.id: "invited", known.id: "confirmed", silent.id: "proposed"}
    assert (await as_it_is(silent)).state is State.PROPOSED


async def test_many_are_asked_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LETTERS_AT_ONCE", 2)
    await a_summit()
    people = [await proposed(f"Guest {letter}") for letter in "abcde"]
    assert await ask_speakers("summit") == 5
    assert [await kinds_to(one) for one in people] == [["speaker_asked"]] * 5


async def test_two_organisers_who_press_at_once_ask_each_person_once() -> None:
    await a_summit()
    people = [await proposed(f"Guest {letter}") for letter in "abc"]
    assert sum(await asyncio.gather(*(ask_speakers("summit") for _ in range(3)))) == 3
    assert [await kinds_to(one) for one in people] == [["speaker_asked"]] * 3


async def test_the_letter_says_what_when_and_where_and_hides_the_code_behind_the_fragment() -> None:
    await a_summit()
    hall, speaker = await a_room("Blue hall"), await proposed()
    for title, starts_at in (("Trust in towns", "2037-03-10T10:00"), ("On the shelf", None)):
        await a_session(
            title, starts_at, room_ids=[hall.id], speakers=[{"speaker_id": speaker.id, "role": "moderator"}]
        )
    await a_session("Called off", "2037-03-11T10:00", state="cancelled", speakers=[{"speaker_id": speaker.id}])
    await ask_speakers("summit", speaker.id)
    (letter,) = await letters_to(speaker)
    mail = await mail_of(letter)
    assert mail["Subject"] == "Will you take part? Nordic Safe Cities Summit"
    assert mail["To"].addresses[0].addr_spec == speaker.email
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    for body in (parts["text/plain"], parts["text/html"]):
        for told in ("Trust in towns", "Moderator", "Tuesday 10 March 2037, 10.00–10.30 CET", "Blue hall"):
            assert told in body
        assert f"http://127.0.0.1:8000/speaking#{code_of(speaker)}" in body
        assert "On the shelf" not in body and "Called off" not in body
    assert code_of(speaker) not in str(letter.facts)


async def test_a_replaced_link_is_the_one_that_is_sent() -> None:
    await a_summit()
    speaker = await change_speaker(await proposed(), email="asa@new.example")
    await send_link("summit", speaker.id)
    (letter,) = await letters_to(speaker)
    assert letter.kind == "speaker_link"
    text = (await mail_of(letter)).get_body(("plain",))
    assert text is not None and code_of(speaker) in text.get_content() and speaker.link_generation == 1


async def test_a_person_is_asked_again_only_after_half_a_day() -> None:
    await a_summit()
    speaker = await proposed()
    assert [await ask_speakers("summit", speaker.id) for _ in range(2)] == [1, 0]
    await set_back(speaker, "asked_at", 0.6)
    assert await ask_speakers("summit", speaker.id) == 1
    assert await kinds_to(speaker) == ["speaker_asked"] * 2


async def test_reminding_by_hand_reaches_who_is_silent_and_nobody_twice_in_half_a_day() -> None:
    await a_summit()
    silent, fresh, answered = await proposed(), await proposed("Bo Berg"), await proposed("Cilla Dahl")
    await ask_speakers("summit")
    for speaker in (silent, answered):
        await set_back(speaker, "asked_at", 1)
    await change_speaker(answered, state="confirmed")
    assert [await remind_by_hand("summit") for _ in range(2)] == [1, 0]
    assert await remind_by_hand("summit", fresh.id) == 0
    assert [await kinds_to(one) for one in (silent, fresh, answered)] == [
        ["speaker_asked", "speaker_reminded"], ["speaker_asked"], ["speaker_asked"]
    ]  # fmt: skip


async def test_nobody_is_asked_or_reminded_of_what_is_off() -> None:
    await a_soon_summit()
    speaker = await proposed()
    await ask_speakers("summit")
    await set_back(speaker, "asked_at", 6)
    await cancel_event("summit")
    for verb in (ask_speakers, remind_by_hand):
        with pytest.raises(Conflict):
            await verb("summit")
    assert await remind_speakers(clock.now()) == 0


async def test_the_worker_reminds_every_five_days_and_a_second_run_writes_to_nobody() -> None:
    await a_soon_summit()
    speaker = await proposed()
    await ask_speakers("summit")
    asked_at = (await as_it_is(speaker)).asked_at
    assert asked_at is not None
    days = [4.9, 5.1, 5.2, 10.0, 10.2, 10.3, 15.3, 20.1, 28.0, 31.5]
    told = [await remind_speakers(asked_at + timedelta(days=day)) for day in days]
    assert told == [0, 1, 0, 0, 1, 0, 1, 0, 1, 0]
    before = await as_it_is(speaker)
    assert (before.version, before.reminded_at is not None) == (speaker.version + 1, True)


@pytest.mark.parametrize(
    ("days_ahead", "told"), [(61, 0), (59, 1), (2, 1), (-1, 0)], ids=["too early", "within sixty", "soon", "over"]
)
async def test_reminders_come_in_the_sixty_days_before_the_event(days_ahead: int, told: int) -> None:
    await a_soon_summit(days_ahead + 70)
    speaker = await proposed()
    await ask_speakers("summit")
    assert await remind_speakers(clock.now() + timedelta(days=70)) == told
    assert await kinds_to(speaker) == ["speaker_asked", *["speaker_reminded"] * told]


@pytest.mark.parametrize(
    "change", [{"state": "confirmed"}, {"state": "declined"}, {"email": None}, {"email": "other@example.org"}]
)
async def test_who_answered_or_has_another_address_is_not_reminded(change: dict[str, Any]) -> None:
    await a_soon_summit()
    speaker = await proposed()
    await ask_speakers("summit")
    await set_back(speaker, "asked_at", 6)
    await change_speaker(speaker, **change)
    assert await remind_speakers(clock.now()) == 0


async def test_several_workers_remind_each_person_once(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_soon_summit()
    people = [await proposed(f"Guest {number}") for number in "abcdef"]
    await ask_speakers("summit")
    for one in people:
        await set_back(one, "asked_at", 6)
    assert sum(await asyncio.gather(*(remind_speakers(clock.now()) for _ in range(3)))) == 6
    assert [await kinds_to(one) for one in people] == [["speaker_asked", "speaker_reminded"]] * 6
