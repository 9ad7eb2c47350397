"""What speakers and organisers decide about taking part, and what calendars hear of it in the same transaction."""

from collections.abc import Mapping

from events_service.agenda import answers
from events_service.database import transaction
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.registrations.session_invites import settle_speaker_in
from events_service.speakers.drafts import SpeakerChange
from events_service.speakers.rules import Speaker, State


async def answer_parts(event: Event, speaker_id: str, given: Mapping[str, State]) -> Speaker:
    """Yes or no to each of these sessions, all or none. Who says no to a released one is sent a CANCEL at once, who says yes a REQUEST.

    Raises `NotFound` for a session in which they have no part, `Conflict` (withdrawn) where that is out of their hands.
    """
    async with transaction() as tx:
        speaker = await answers.set_answers(tx, event, speaker_id, given)
        await settle_speaker_in(tx, event, speaker_id)
    return speaker


async def withdraw_speaker(event: Event, speaker_id: str, *, by_themselves: bool) -> Speaker:
    """Take them out of every session, of their calendar, and out of sight. Raises `NotFound`."""
    async with transaction() as tx:
        speaker = await answers.withdraw_speaker(tx, event, speaker_id, by_themselves=by_themselves)
        await settle_speaker_in(tx, event, speaker_id)
    return speaker


async def edit_speaker(slug: str, speaker_id: str, change: SpeakerChange) -> Speaker:
    """Change what is given; calendars follow another address or state. Raises `NotFound`, `Conflict` for a stale version."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        speaker = await answers.edit_speaker(tx, event, speaker_id, change)
        await settle_speaker_in(tx, event, speaker_id)
    return speaker
