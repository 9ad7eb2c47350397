"""Someone's wish for a seat, and what became of it."""

from dataclasses import dataclass

from events_service.audit.rules import Doer
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.rules import Status

# How somebody came whom another brings along.
COMPANION = "companion"


@dataclass(frozen=True, slots=True)
class Application:
    """Someone's wish for a seat; `by_registrar` where staff fills it in for them, `invited` where they say yes to an invitation.

    `knows_event` is for those who may see events that are hidden from strangers; `counted_for` and `counted_around` name whom the
    try is counted against, an address and its network, so many within a while (None: nobody counts). Who does not `waits` is refused
    rather than put on the waiting list; `quietly` says that no letter goes out about it, `unhurried` that it may follow those that
    somebody waits for. Whoever `takes_over` gets a seat that was held for them, out of a `delegation` or not, with a badge of a later
    generation than `after_badge`. A higher `priority` stands further ahead in the line. Those of one batch with the same `party` came
    together, and where `together` they get seats for all or none; who `accompanies` another is asked nothing. The address of who is
    `proven` is known to be theirs. Where `by` is given, it is written down that they registered somebody.
    """

    event_slug: str
    draft: RegistrationDraft
    by_registrar: bool = False
    invited: bool = False
    knows_event: bool = False
    counted_for: str | None = None
    counted_around: str | None = None
    source: str = "public"
    waits: bool = True
    quietly: bool = False
    unhurried: bool = False
    takes_over: bool = False
    after_badge: int = 0
    delegation_id: str | None = None
    priority: int = 0
    party: str | None = None
    together: bool = False
    accompanies: bool = False
    proven: bool = False
    by: Doer | None = None

    @property
    def past_terms(self) -> bool:
        """Whether the event's window and mode are none of their concern."""
        return self.by_registrar or self.invited


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `is_new` is False for an address that was registered before: strangers are not told."""

    registration_id: str
    status: Status
    waitlist_position: int | None
    is_new: bool


def email_key(email: str) -> str:
    """What makes two addresses the same person's."""
    return email.casefold()
