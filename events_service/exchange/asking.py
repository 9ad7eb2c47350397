"""Who asks for a list, as the log of deeds names them."""

from events_service.audit.rules import Doer
from events_service.people.rules import Actor


def doer_of(actor: Actor) -> Doer:
    """The account or the token. Nobody unknown gets this far."""
    assert actor.kind != "anonymous"
    return Doer(actor.kind, actor.id)
