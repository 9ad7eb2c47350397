"""Letters to participants: facts in, subject, text, HTML, QR and invite out.

The facts are taken when the letter is posted, so that a letter says what was true then; secrets are not among them: links and
badges are drawn again from the registration's id when the letter is written.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

import msgspec

from events_service import settings
from events_service.calendar import (
    InlineImage,
    Invite,
    Invitee,
    Method,
    Organiser,
    cancel_ics,
    compose_letter,
    mailbox,
    next_sequence,
    request_ics,
    set_header,
)
from events_service.events.entries import confirmed_entry
from events_service.events.rules import Disclosure, Event
from events_service.events.rules import Status as EventStatus
from events_service.events.signing import keys_of
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.registrations.badge_images import qr_png
from events_service.registrations.links import feed_url, page_url, reply_address, stop_mails_url
from events_service.registrations.naming import identity_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.registrations.secrets import badge_text, page_code
from events_service.registrations.wording import Said, wording
from events_service.texts.queries import own_words
from events_service.texts.rules import KINDS as TEXT_KINDS
from events_service.texts.rules import Words
from events_service.web.pages import render
from events_service.web.words import clock_time, day, language, number, spoken, zone_label
from events_service.web.words import gettext as _

BADGE_IMAGE = "badge"
SAMPLE = "text_test"
# Invites and what people wait for at their screen go first; news of an event for hundreds follow.
URGENT, ORDINARY = 3, 5


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of the person it goes to."""

    id: str
    name: str
    email: str
    language: str
    category: str
    status: Status
    badge_generation: int
    links_generation: int
    waitlist_position: int | None = None

    @classmethod
    def of(
        cls,
        person: Registration,
        *,
        status: Status | None = None,
        badge_generation: int | None = None,
        waitlist_position: int | None = None,
    ) -> "Addressee":
        """From a registration, with what is about to change. Their own letters call even protected people by their name."""
        who = identity_of(person)
        return cls(
            id=person.id,
            name=who.name,
            email=who.email,
            language=person.language,
            category=person.category.value,
            status=status or person.status,
            badge_generation=person.badge_generation if badge_generation is None else badge_generation,
            links_generation=person.links_generation,
            waitlist_position=waitlist_position,
        )


class InviteFacts(msgspec.Struct, frozen=True):
    """The calendar message in a letter. `whole_event`: the CANCEL is for everyone (RFC 5546 §3.2.5)."""

    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    stamped_at: datetime
    whole_event: bool = False


class LetterFacts(msgspec.Struct, frozen=True):
    """All a letter is written from. `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows."""

    event: Event
    person: Addressee
    invite: InviteFacts | None = None
    reason: str = ""
    words: Words | None = None
    sample_of: str = ""


def next_invite(
    event: Event, last_sent: int | None, withdrawn: bool, *, now: datetime, cancelling: bool = False
) -> InviteFacts:
    """The next calendar message for someone who was last sent SEQUENCE `last_sent` (None: never), a CANCEL if `withdrawn`."""
    sequence = next_sequence(event.sequence, last_sent, cancelling=cancelling, after_cancel=withdrawn)
    return InviteFacts("CANCEL" if cancelling else "REQUEST", sequence, now)


def letter_about(
    kind: str,
    event: Event,
    person: Addressee,
    *,
    invite: InviteFacts | None = None,
    reason: str = "",
    words: Words | None = None,
    priority: int = URGENT,
) -> NewLetter:
    """A letter to lay in the outbox."""
    facts: dict[str, object] = {"event": event_json(event), "person": person, "invite": invite, "reason": reason}
    if words is not None:
        facts["words"] = words
    return NewLetter(
        kind=kind,
        recipient=person.email,
        recipient_name=person.name,
        language=person.language,
        facts=facts,
        event_slug=event.slug,
        registration_id=person.id,
        priority=priority,
    )


async def write_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any. Code and invite are made off the event loop."""
    facts = msgspec.convert(letter.facts, LetterFacts)
    badge = await _badge_text(facts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, badge, words)


# Sent to many, or without anything new: whoever stopped their mails gets none of these. All others are necessary: they answer
# what a person did, or tell them that their seat, their time or their place changed.
STOPPABLE = frozenset({"event_reminder", "bulk_message"})
KINDS = (*TEXT_KINDS, "answered_no", "bulk_message", SAMPLE)
RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_letter)


def _write(letter: PostedLetter, facts: LetterFacts, badge: str | None, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    sender = reply_address(facts.person.id if facts.invite else None, own)
    says = what_it_says(facts.sample_of or letter.kind, facts, words)
    if letter.kind == SAMPLE:
        says = replace(says, subject=_("Test: %s") % says.subject)
    values = {**_values(facts, badge=badge), "says": says, "brief": letter.kind == "bulk_message"}
    if letter.kind in STOPPABLE:
        values["stop_url"] = stop_mails_url(facts.person.id, own)
    text, html = render("letters/letter.txt", **values), render("letters/letter.html", **values)
    message = compose_letter(
        text=text,
        html=html,
        images={BADGE_IMAGE: InlineImage(qr_png(badge), "png")} if badge else {},
        invite=_invite(facts, sender=sender, organisation=own.organisation),
    )
    set_header(message, "From", mailbox(own.organisation, sender))
    set_header(message, "To", mailbox(letter.recipient_name, letter.recipient))
    set_header(message, "Subject", says.subject)
    set_header(message, "Date", mail_date(letter.created_at))
    set_header(message, "Message-ID", letter.message_id)
    set_header(message, "Auto-Submitted", "auto-generated")
    if letter.kind in STOPPABLE:
        set_header(message, "List-Unsubscribe", f"<{values['stop_url']}>")
        set_header(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    return Rendered(
        sender=sender,
        recipient=letter.recipient,
        message=message.as_bytes(),
        subject=says.subject,
        text=text,
        html=html,
    )


def what_it_says(kind: str, facts: LetterFacts, words: Words | None) -> Said:
    """An organiser's words where there are any, else ours, in the language that is set."""
    if words is not None:
        return Said.by_organiser(words, _filled_in(facts))
    ours = wording(kind, facts.event, reason=facts.reason, position=facts.person.waitlist_position)
    return Said.by_us(ours)


def _filled_in(facts: LetterFacts) -> dict[str, str]:
    """What stands for each placeholder, in the language that is set."""
    event, zone, position = facts.event, facts.event.timezone, facts.person.waitlist_position
    return {
        "name": facts.person.name,
        "event": event.title,
        "date": day(event.starts_at, zone),
        "time": f"{clock_time(event.starts_at, zone)}–{clock_time(event.ends_at, zone)} {zone_label(event.starts_at, zone)}",
        "place": _place(facts),
        "city": event.venue.city if event.venue else "",
        "organisation": settings.current().organisation,
        "reason": facts.reason,
        "position": number(position) if position else "–",
    }


def _place(facts: LetterFacts) -> str:
    """As much of it as the template shows to this person."""
    venue = facts.event.venue
    if venue is None:
        return _("Online")
    is_told = facts.person.status is Status.CONFIRMED or venue.disclosure is Disclosure.PUBLIC
    known = (venue.name, venue.address, venue.city) if is_told else (venue.city,)
    return ", ".join(part for part in known if part)


def _values(facts: LetterFacts, *, badge: str | None) -> dict[str, object]:
    own, person = settings.current(), facts.person
    code = page_code(person.id, person.links_generation, secret_key=own.secret_key)
    return {
        "event": facts.event,
        "person": person,
        "language": language.get(),
        "badge": badge,
        "stop_url": "",
        "badge_image": f"cid:{BADGE_IMAGE}",
        "is_confirmed": person.status is Status.CONFIRMED,
        "page_url": page_url(code, own),
        "page_address": f"{own.base_url}/my",
        "page_code": code,
        "feed_url": feed_url(person.id, person.links_generation, own),
        "organisation": own.organisation,
    }


def _invite(facts: LetterFacts, *, sender: str, organisation: str) -> Invite | None:
    if facts.invite is None:
        return None
    entry = confirmed_entry(facts.event, sequence=facts.invite.sequence)
    organiser = Organiser(organisation, sender)
    invitee = Invitee(facts.person.name, facts.person.email)
    if facts.invite.method == "REQUEST":
        ics = request_ics(entry, organiser=organiser, invitee=invitee, stamped_at=facts.invite.stamped_at)
        return Invite(Method.REQUEST, ics)
    ics = cancel_ics(
        entry,
        organiser=organiser,
        invitee=invitee,
        stamped_at=facts.invite.stamped_at,
        whole_event=facts.invite.whole_event,
    )
    return Invite(Method.CANCEL, ics)


async def _badge_text(facts: LetterFacts) -> str | None:
    """The badge that goes into the letter; none for who has no seat, and none in messages and tests."""
    if facts.person.status is not Status.CONFIRMED or facts.person.badge_generation == 0 or facts.words is not None:
        return None
    if facts.event.status is EventStatus.CANCELLED:
        return None
    secret_key = settings.current().secret_key
    keys = await keys_of([facts.event.id], secret_key=secret_key)
    return badge_text(
        facts.person.id,
        facts.person.badge_generation,
        category=facts.person.category,
        event=facts.event,
        key=keys[facts.event.id],
        secret_key=secret_key,
    )


def mail_date(moment: datetime) -> str:
    """The moment, which is in UTC, as the header Date wants it."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


@lru_cache(maxsize=64)
def event_json(event: Event) -> msgspec.Raw:
    """The event as JSON, encoded once for the hundreds of letters that carry it."""
    return msgspec.Raw(msgspec.json.encode(event))
