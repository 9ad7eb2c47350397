"""What a form carries for us from one page to the next: sealed, for one purpose, for a while. Nothing of it is stored."""

import base64
import binascii
from datetime import datetime, timedelta

import msgspec

from events_service import settings
from events_service.sealing import Unsealable, seal, unseal


class _Carried(msgspec.Struct, frozen=True, array_like=True):
    since: datetime
    account_id: str
    fact: str


def carry(account_id: str, fact: str, *, purpose: str, now: datetime) -> str:
    """An account and a fact about it as text for a hidden field; whoever holds it can neither read nor change it."""
    clear = msgspec.json.encode(_Carried(now, account_id, fact))
    sealed = seal(clear, secret_key=settings.current().secret_key, purpose=purpose)
    return base64.urlsafe_b64encode(sealed).decode()


def carried(text: str, *, purpose: str, lasts: timedelta, now: datetime) -> tuple[str, str] | None:
    """The account and the fact again; None when they are too old, or were not sealed by us for this purpose."""
    try:
        sealed = base64.urlsafe_b64decode(text)
        clear = unseal(sealed, secret_key=settings.current().secret_key, purpose=purpose)
    except (binascii.Error, ValueError, Unsealable):
        return None
    found = msgspec.json.decode(clear, type=_Carried)
    return (found.account_id, found.fact) if now - found.since < lasts else None
