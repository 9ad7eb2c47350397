"""Letters to participants: facts in, subject, text, HTML, QR and invite out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from events_service import settings
from events_service.calendar import InlineImage, Invite, Invitee, Method, Organiser, cancel_ics, request_ics
from events_service.database import fetch_one
from events_service.events.entries import confirmed_entry
from events_service.events.rules import Disclosure
from events_service.events.rules import Status as EventStatus
from events_service.events.signing import keys_of
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.registrations.badge_images import qr_png
from events_service.registrations.finished_letters import finished_letter, link_values
from events_service.registrations.letter_facts import Addressee, LetterFacts
from events_service.registrations.links import feed_url, join_page_url, page_url, reply_address, stop_mails_url
from events_service.registrations.placeholders import about_event
from events_service.registrations.rules import Attendance, Status
from events_service.registrations.secrets import badge_text, page_code
from events_service.registrations.short_codes import in_groups, short_code
from events_service.registrations.wording import Said, wording
from events_service.texts.queries import own_words
from events_service.texts.rules import TO_PARTICIPANTS, Words
from events_service.web.words import gettext as _
from events_service.web.words import language, number, spoken

BADGE_IMAGE = "badge"
SAMPLE = "text_test"


@dataclass(frozen=True, slots=True)
class LetterBadge:
    """A badge as it goes into a letter: the text of its QR code, and the short code below it, or nothing."""

    text: str
    code: str


async def write_letter(letter: PostedLetter) -> Rendered:
    """The finished letter, in an organiser's own words where there are any. Code and invite are made off the event loop."""
    facts = msgspec.convert(letter.facts, LetterFacts)
    badge = await _badge(facts)
    words = facts.words or await own_words(facts.event.id, letter.kind, letter.language)
    return await asyncio.to_thread(_write, letter, facts, badge, words)


# Sent to many, or without anything new: whoever stopped their mails gets none of these. All others are necessary: they answer
# what a person did, or tell them that their seat, their time or their place changed.
STOPPABLE = frozenset({"event_reminder", "bulk_message"})
# Most have no reason. Where somebody was approved with one, it stands below the rest, even where that is in an organiser's words.
REASON_AT_THE_END = frozenset({"confirmed", "waitlisted"})
KINDS = (*TO_PARTICIPANTS, "answered_no", "attendance_changed", "bulk_message", SAMPLE)
RENDERERS: dict[str, Callable[[PostedLetter], Awaitable[Rendered]]] = dict.fromkeys(KINDS, write_letter)


def _write(letter: PostedLetter, facts: LetterFacts, badge: LetterBadge | None, words: Words | None) -> Rendered:
    language.set(spoken(letter.language))
    own = settings.current()
    sender = reply_address(facts.person.id if facts.invite else None, own)
    says = what_it_says(facts.sample_of or letter.kind, facts, words)
    if letter.kind == SAMPLE:
        says = says.as_a_test()
    values = {**_values(facts, badge=badge), "says": says, "brief": letter.kind == "bulk_message"}
    headers: dict[str, str] = {}
    if letter.kind in STOPPABLE:
        values["stop_url"] = stop_mails_url(facts.person.id, own)
        headers["List-Unsubscribe"] = f"<{values['stop_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return finished_letter(
        letter,
        "letter",
        values,
        subject=says.subject,
        sender=sender,
        images={BADGE_IMAGE: InlineImage(qr_png(badge.text), "png")} if badge else {},
        invite=_invite(facts, sender=sender, organisation=own.organisation),
        headers=headers,
    )


def what_it_says(kind: str, facts: LetterFacts, words: Words | None) -> Said:
    """An organiser's words where there are any, else ours, in the language that is set."""
    says = _in_our_words(kind, facts) if words is None else Said.by_organiser(words, _filled_in(facts))
    return says.with_reason(facts.reason) if facts.reason and kind in REASON_AT_THE_END else says


def _in_our_words(kind: str, facts: LetterFacts) -> Said:
    ours = wording(
        kind,
        facts.event,
        reason=facts.reason,
        position=facts.person.waitlist_position,
        is_online=_is_online(facts),
    )
    return Said.by_us(ours)


def _filled_in(facts: LetterFacts) -> dict[str, str]:
    """What stands for each placeholder, in the language that is set."""
    position = facts.person.waitlist_position
    return {
        **about_event(facts.event, place=_place(facts)),
        "name": facts.person.name,
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


def _values(facts: LetterFacts, *, badge: LetterBadge | None) -> dict[str, object]:
    own, person = settings.current(), facts.person
    code = page_code(person.id, person.links_generation, secret_key=own.secret_key)
    return {
        "event": facts.event,
        "person": person,
        "badge": badge.text if badge else None,
        "badge_code": badge.code if badge else "",
        "stop_url": "",
        "badge_image": f"cid:{BADGE_IMAGE}",
        "is_confirmed": person.status is Status.CONFIRMED,
        "join_page": _join_page(facts),
        **link_values(page_url(code, own)),
        "feed_url": feed_url(person.id, person.links_generation, own),
    }


def _join_page(facts: LetterFacts) -> str:
    """Where they join the meeting; nothing for who sits in the room, and where there is none."""
    if not (_is_online(facts) and facts.event.join_url):
        return ""
    return join_page_url(facts.person.id, facts.person.links_generation, settings.current())


def _is_online(facts: LetterFacts) -> bool:
    return facts.person.attendance == Attendance.ONLINE


def _invite(facts: LetterFacts, *, sender: str, organisation: str) -> Invite | None:
    if facts.invite is None:
        return None
    entry = confirmed_entry(
        facts.event, sequence=facts.invite.sequence, online=_is_online(facts), join_page=_join_page(facts)
    )
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


async def _badge(facts: LetterFacts) -> LetterBadge | None:
    """The badge that goes into the letter; none for who has no seat, and none in messages and tests."""
    if facts.person.status is not Status.CONFIRMED or facts.person.badge_generation == 0 or facts.words is not None:
        return None
    if facts.event.status is EventStatus.CANCELLED:
        return None
    secret_key = settings.current().secret_key
    person = facts.person
    keys = await keys_of([facts.event.id], secret_key=secret_key)
    text = badge_text(
        person.id,
        person.badge_generation,
        category=person.category,
        event=facts.event,
        key=keys[facts.event.id],
        secret_key=secret_key,
    )
    return LetterBadge(text, await _code(person))


async def _code(person: Addressee) -> str:
    """The short code of the badge that the letter is about; none where there is a newer one by now."""
    row = await fetch_one(
        "SELECT badge_code_draw AS draw FROM registration WHERE id = $1 AND badge_generation = $2 AND status = 'confirmed'",
        *(person.id, person.badge_generation),
    )
    if row is None:
        return ""
    secret_key = settings.current().secret_key
    return in_groups(short_code(person.id, person.badge_generation, row["draw"], secret_key=secret_key))
