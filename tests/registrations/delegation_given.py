"""Delegations that tests begin with."""

from typing import Any

from events_service import clock, database, settings
from events_service.audit.rules import Doer
from events_service.delegations.drafts import DelegateDraft, DelegationDraft
from events_service.delegations.rules import Delegation, delegation_code
from events_service.registrations.delegates import name_delegate
from events_service.registrations.delegations import make_delegation
from events_service.registrations.queries import Registration
from events_service.web.bodies import read_values

ORGANISER = Doer("account", "organiser")
SLUG = "guide-launch"
SOLVEIG = "solveig@tromso.example"
DELEGATION = {"city": "Tromsø", "seats": 2, "coordinator_email": SOLVEIG, "coordinator_name": "Solveig"}


async def a_delegation(*, slug: str = SLUG, **more: Any) -> Delegation:
    """Tromsø's, of two seats, unless said otherwise."""
    draft = read_values(DelegationDraft, DELEGATION | more, from_text=False)
    return await make_delegation(slug, draft, by=ORGANISER)


def delegate(number: int = 1, **more: Any) -> DelegateDraft:
    values = {"name": f"Delegate {number}", "email": f"delegate{number}@tromso.example", "category": "elected_official"}
    return read_values(DelegateDraft, values | more, from_text=False)


def coordinator(delegation: Delegation) -> Doer:
    return Doer("coordinator", delegation.id)


async def named(delegation: Delegation, number: int = 1, **more: Any) -> Registration:
    return await name_delegate(delegation.id, delegate(number, **more), by=coordinator(delegation))


async def is_due(delegation: Delegation) -> None:
    """As if its deadline were now."""
    async with database.transaction() as tx:
        await tx.execute("UPDATE delegation SET closes_at = $2 WHERE id = $1", delegation.id, clock.now())


def code_of(delegation: Delegation) -> str:
    own = settings.current()
    return delegation_code(delegation.id, delegation.link_generation, secret_key=own.secret_key)
