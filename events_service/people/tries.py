"""Guessing is limited: five tries in a quarter of an hour, counted for the account and for the network they come from."""

from events_service.people.addresses import network_of
from events_service.people.rules import TRIES, TRIES_WITHIN
from events_service.web import limits


async def count_try(of: str, *, address: str) -> None:
    """Count one try at the account with this mail address. Raises `TooMany` after five for it or from that network."""
    for bucket in (_account(of), _network(address)):
        await limits.allow(bucket, most=TRIES, within=TRIES_WITHIN)


async def give_back_try(of: str, *, address: str) -> None:
    """Uncount a try that was right. Earlier failures stay: a right password must not buy new guesses at the code."""
    for bucket in (_account(of), _network(address)):
        await limits.give_back(bucket)


async def forget_tries(of: str) -> None:
    """Count the account's tries anew, as after a whole sign-in. Others in the same network may still be guessing."""
    await limits.forget(_account(of))


def _account(of: str) -> str:
    return f"sign-in account {of}"


def _network(address: str) -> str:
    return f"sign-in network {network_of(address)}"
