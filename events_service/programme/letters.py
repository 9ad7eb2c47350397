"""Every kind of letter the service writes, and who writes it."""

from events_service.outbox.rules import Renderers
from events_service.registrations.delegation_letters import DELEGATION_RENDERERS
from events_service.registrations.guest_letters import GUEST_RENDERERS
from events_service.registrations.letters import RENDERERS as PARTICIPANT_RENDERERS
from events_service.registrations.magic_letters import MAGIC_RENDERERS
from events_service.registrations.seat_letters import SEAT_RENDERERS
from events_service.registrations.session_letters import SESSION_RENDERERS
from events_service.registrations.speaker_letters import SPEAKER_RENDERERS

RENDERERS: Renderers = {
    **PARTICIPANT_RENDERERS,
    **SESSION_RENDERERS,
    **SPEAKER_RENDERERS,
    **MAGIC_RENDERERS,
    **SEAT_RENDERERS,
    **GUEST_RENDERERS,
    **DELEGATION_RENDERERS,
}
