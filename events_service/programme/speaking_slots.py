"""A speaker's parts as they see them themselves: with whom, and whether there is still something to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service.agenda.rules import SessionState
from events_service.agenda.slots import Slot, slots_of
from events_service.events.rules import Event, Status
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import Speaker, State, is_shown, may_answer


@dataclass(frozen=True, slots=True)
class OwnSlot:
    """A part as its holder sees it: with whom it is, and whether it can be answered now."""

    slot: Slot
    others: Sequence[Speaker]
    unnamed: int
    can_answer: bool
    join_url: str | None

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.slot.session.id

    @property
    def waits(self) -> bool:
        """Whether an answer is still missing."""
        return self.can_answer and self.slot.part.state not in (State.CONFIRMED, State.DECLINED)


async def own_slots(event: Event, speaker: Speaker, *, now: datetime) -> list[OwnSlot]:
    """Their sessions that have a time, in order. Co-speakers who stay unnamed are only counted; join links are for who confirmed."""
    everyone = await speakers_of(event.id)
    found = []
    for slot in await slots_of(event, speaker.id):
        if not slot.session.is_placed:
            continue
        others = [everyone[one.speaker_id] for one in slot.session.appearing if one.speaker_id != speaker.id]
        can_answer = _can_answer(event, speaker, slot, now=now)
        takes_part = can_answer and slot.part.state is State.CONFIRMED
        found.append(
            OwnSlot(
                slot=slot,
                others=[one for one in others if is_shown(one)],
                unnamed=sum(not one.public for one in others),
                can_answer=can_answer,
                join_url=slot.session.join_url if takes_part else None,
            )
        )
    return found


def _can_answer(event: Event, speaker: Speaker, slot: Slot, *, now: datetime) -> bool:
    session = slot.session
    if session.ends_at is None or session.ends_at <= now or session.state is SessionState.CANCELLED:
        return False
    return event.status is not Status.CANCELLED and may_answer(speaker.state) and may_answer(slot.part.state)
