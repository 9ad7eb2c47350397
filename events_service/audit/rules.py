"""What is written down of a deed. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ActorKind = Literal["account", "token", "device", "participant", "coordinator", "worker"]


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it: an account, a token, a door device, a participant themselves, a delegation's coordinator, or the service on its own."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: `exported_registrations` of the event `summit`; to one (`registration`, its id), which fields, and why.

    Never holds a value: no name, no address, no answer.
    """

    action: str
    event: str | None = None
    subject_kind: str = ""
    subject_id: str = ""
    fields: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed as it stands in the log."""

    id: str
    at: datetime
    doer: Doer
    deed: Deed


def fields_changed(
    was: Mapping[str, object], is_now: Mapping[str, object], *, besides: Collection[str] = ()
) -> tuple[str, ...]:
    """The names of what differs, as a deed tells them; `besides` are left out."""
    return tuple(name for name in was if name not in besides and was[name] != is_now[name])


SERVICE = Doer("worker", "")
