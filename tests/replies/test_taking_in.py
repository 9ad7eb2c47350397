"""Answers that come back by mail, on both databases: what each changes, and what it leaves alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from events_service import clock
from events_service.database import fetch, fetch_one, transaction
from events_service.errors import Conflict, NotFound
from events_service.replies.actions import apply_reviewed, dismiss_reviewed, forget_raw_mail
from events_service.settings import Settings
from tests.registrations.given import an_event, letter_kinds, letters, mail_of, parts_of, register
from tests.replies.given import ADDRESS, answers, came, invite_to, known_of, later, mails, seconds
from tests.replies.samples import PROGRAMS, bare, gmail


async def test_each_programs_yes_maybe_and_no_count_once_and_the_seat_passes_on(database: Settings) -> None:
    await an_event(terms={"capacity": len(PROGRAMS)})
    for number in range(1, 2 * len(PROGRAMS) + 1):
        await register(number)
    for number, (name, program) in enumerate(PROGRAMS.items(), start=1):
        email, follower = f"guest{number}@malmo.example", f"guest{number + len(PROGRAMS)}@malmo.example"
        yes = await invite_to(email)
        assert await answers(yes, program) == ("applied", "accepted"), name
        assert await answers(yes, program) == ("ignored", "known_already"), name
        assert await known_of(email) == ("confirmed", "accepted", 0), name
        maybe = later(yes, partstat="TENTATIVE")
        assert await answers(maybe, program) == ("applied", "tentative"), name
        assert await answers(replace(yes, partstat="DECLINED"), program) == ("ignored", "older_answer"), name
        assert (await known_of(follower))[0] == "waitlisted", name

        no = later(maybe, partstat="DECLINED")
        assert await answers(no, program) == ("applied", "declined"), name
        assert await answers(no, bare) == ("ignored", "withdrawn"), name
        # SEQUENCE never rises on taking in a REPLY, and nobody is sent a CANCEL for what their own calendar did.
        assert await known_of(email) == ("cancelled", "declined", 0), name
        assert (await known_of(follower))[0] == "confirmed", name
        assert await letter_kinds(email) == ["confirmed", "answered_no"], name
        told = parts_of(await mail_of((await letters(email))[-1]))
        assert told.ics is None
        assert told.picture is None
        assert "/events/guide-launch" in told.text
        assert (await letter_kinds(follower))[-1] == "promoted", name


async def test_who_said_no_registers_again_under_a_higher_sequence(database: Settings) -> None:
    await an_event()
    await register()
    no = await invite_to(partstat="DECLINED")
    assert await answers(no) == ("applied", "declined")
    # Their calendar says yes, and their seat is gone: somebody has to know.
    assert await answers(later(no, partstat="ACCEPTED")) == ("review", "came_back")
    await register()
    assert await known_of() == ("confirmed", "declined", 1)
    again = await invite_to()
    assert again.sequence == 1
    assert await answers(replace(later(later(again)), partstat="ACCEPTED")) == ("applied", "accepted")
    assert await known_of() == ("confirmed", "accepted", 1)


async def test_what_does_not_match_changes_nothing_and_waits_for_a_registrar(database: Settings) -> None:
    await an_event(terms={"capacity": 5})
    await register()
    await register(1)
    no, other = await invite_to(partstat="DECLINED"), await invite_to("guest1@malmo.example")
    cases = {
        "sender_differs": gmail(replace(no, sender="evil@elsewhere.example")),
        "other_token": gmail(replace(no, to=other.to)),
        "no_token": gmail(replace(no, to="invites@localhost")),
        "unknown_invite": gmail(replace(no, email="asa.d@malmo.example")),
        "no_answer": gmail(replace(no, partstat="NEEDS-ACTION")),
        "other_method": bare(no).replace(b"METHOD:REPLY", b"METHOD:COUNTER"),
        "unreadable_calendar": gmail(no).replace(b"BEGIN:VEVENT", b"BEGIN:VTODO").replace(b"application/ics", b"x/y").replace(b".ics", b""),
        "no_calendar": f"From: {ADDRESS}\nTo: {no.to}\nSubject: Hello\n\nMay I bring my husband?\n".encode(),
    }  # fmt: skip
    for why, mail in cases.items():
        assert await came(mail) == ("review", why)
        assert await came(mail) == ("review", why), "once more is still one to look at"
    assert await answers(replace(no, uid=no.uid.replace("@", "x@"))) == ("review", "unknown_invite")
    assert await answers(replace(no, uid="event-1@elsewhere.example")) == ("review", "unknown_invite")
    assert await known_of() == ("confirmed", None, 0)
    assert await known_of("guest1@malmo.example") == ("confirmed", None, 0)
    assert len(await mails()) == len(cases) + 2

    found = await fetch("SELECT why, email_key, event FROM inbound_mail")
    holders = {row["why"]: row["email_key"] for row in found if row["event"]}
    # Whose address it was sent to says more than what it claims to be.
    assert holders["other_token"] == "guest1@malmo.example"
    assert holders["sender_differs"] == ADDRESS


async def test_a_registrar_lets_an_answer_count_or_puts_it_aside(database: Settings) -> None:
    await an_event(terms={"capacity": 1})
    await register()
    await register(1)
    alias = await invite_to(partstat="DECLINED", email=ADDRESS)
    assert await answers(replace(alias, email="asa.d@malmo.example")) == ("review", "unknown_invite")
    assert await answers(replace(alias, sender="evil@elsewhere.example")) == ("review", "sender_differs")
    first, second = [row["id"] for row in await fetch("SELECT id FROM inbound_mail ORDER BY id")]
    await dismiss_reviewed(second, by="me")
    assert (await known_of())[0] == "confirmed"
    await apply_reviewed(first, by="me")
    assert await known_of() == ("cancelled", "declined", 0)
    assert (await known_of("guest1@malmo.example"))[0] == "confirmed"
    assert await mails() == [("applied", "unknown_invite"), ("dismissed", "sender_differs")]
    left = await fetch("SELECT contents, decided_by FROM inbound_mail")
    assert [(row["contents"], row["decided_by"]) for row in left] == [(None, "me")] * 2
    row = await fetch_one(
        "SELECT actor_kind, actor_id, subject_kind, fields FROM audit_entry WHERE action = 'applied_reply'"
    )
    assert row is not None
    assert dict(row) == {
        "actor_kind": "account",
        "actor_id": "me",
        "subject_kind": "registration",
        "fields": '["answer"]',
    }
    with pytest.raises(Conflict):
        await apply_reviewed(first, by="me")
    with pytest.raises(NotFound):
        await dismiss_reviewed("nothing", by="me")


async def test_an_answer_to_an_earlier_time_does_not_count(database: Settings) -> None:
    event = await an_event()
    await register()
    before = await invite_to()
    async with transaction() as tx:
        await tx.execute("UPDATE registration SET invite_sequence = 3")
    assert await answers(before) == ("ignored", "earlier_invite")
    assert await answers(later(before, partstat="DECLINED")) == ("review", "earlier_invite")
    assert await answers(later(before), bare) == ("applied", "accepted"), (
        "without a SEQUENCE it is to what they were last sent"
    )
    row = await fetch_one("SELECT answer_sequence FROM registration")
    assert row is not None
    assert row["answer_sequence"] == 3
    now = seconds(clock.now())
    async with transaction() as tx:
        await tx.execute(
            "UPDATE event SET ends_at = $2, starts_at = $3 WHERE id = $1", event.id, now, now - timedelta(hours=1)
        )
    last = replace(before, sequence=3, partstat="DECLINED", stamp=now + timedelta(minutes=1))
    assert await answers(last) == ("ignored", "over")


async def test_a_stamp_of_tomorrow_keeps_no_later_answer_out(database: Settings) -> None:
    await an_event()
    await register()
    invite = await invite_to()
    wild = replace(invite, stamp=invite.stamp + timedelta(days=900), sequence=2**31 - 1)
    assert await answers(wild) == ("applied", "accepted")
    soon = replace(invite, partstat="TENTATIVE", stamp=seconds(clock.now()) + timedelta(minutes=1))
    assert await answers(soon) == ("applied", "tentative")


async def test_the_same_mail_by_two_ways_at_one_moment_counts_once(database: Settings) -> None:
    await an_event(terms={"capacity": 1})
    await register()
    await register(1)
    mail = gmail(await invite_to(partstat="DECLINED"))
    found = await asyncio.gather(*(came(b"Received: by relay%d; x\r\n" % one + mail) for one in range(4)))
    assert sorted(found) == [("applied", "declined")] + [("ignored", "known_already")] * 3
    assert await letter_kinds() == ["confirmed", "answered_no"]
    assert await letter_kinds("guest1@malmo.example") == ["waitlisted", "promoted"]


async def test_mail_is_gone_after_seven_days_and_the_answer_stays(database: Settings) -> None:
    await an_event()
    await register()
    await answers(await invite_to())
    await came(b"From: a@b.example\n\nHello")
    assert await forget_raw_mail(clock.now() + timedelta(days=6, hours=23)) == 0
    assert await forget_raw_mail(clock.now() + timedelta(days=7, minutes=1)) == 2
    assert await mails() == []
    assert await known_of() == ("confirmed", "accepted", 0)


async def test_automatic_mail_bothers_nobody_and_an_answering_letter_is_laid_at_its_event(database: Settings) -> None:
    event = await an_event()
    await register()
    (letter,) = await letters()
    bounce = b"From: MAILER-DAEMON@malmo.example\nAuto-Submitted: auto-replied\n\nOut of office"
    assert await came(bounce) == ("ignored", "automatic")
    assert await came(f"From: {ADDRESS}\nIn-Reply-To: {letter.message_id}\n\nI come late".encode()) == (
        "review",
        "no_calendar",
    )
    row = await fetch_one("SELECT event, email_key FROM inbound_mail WHERE state = 'review'")
    assert row is not None
    assert (row["event"], row["email_key"]) == (event.id, ADDRESS)
