"""The accounts with which a newcomer looks around the back office."""

import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from events_service import database
from events_service.people.actions import add_account
from events_service.people.rules import Role
from events_service.settings import Settings

# Published with the source: fit only for a service that nobody else can reach.
WELL_KNOWN_PASSWORD = "lantern-harbour-midsummer"  # noqa: S105


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account that was made just now, with its password in clear: to be printed once."""

    email: str
    role: Role
    password: str


STAFF = (
    ("organiser@demo.example", "Organiser of the demonstration", Role.ORGANISER),
    ("registrar@demo.example", "Registrar of the demonstration", Role.REGISTRAR),
    ("door@demo.example", "Door supervisor of the demonstration", Role.DOOR_SUPERVISOR),
    ("owner@demo.example", "Owner of the demonstration", Role.OWNER),
)
EMAILS = frozenset(email for email, _, _ in STAFF)


async def add_staff(settings: Settings) -> tuple[SignIn, ...]:
    """Make the accounts that are missing. One that exists keeps its password, whatever it is by now."""
    missing = [member for member in STAFF if member[0] not in await account_emails()]
    made = []
    for email, name, role in missing:
        password = WELL_KNOWN_PASSWORD if is_out_of_reach(settings) else secrets.token_urlsafe(15)
        await add_account(email, role, password=password, name=name)
        made.append(SignIn(email, role, password))
    return tuple(made)


async def account_emails() -> frozenset[str]:
    """The mail addresses of all accounts."""
    return frozenset(row["email"] for row in await database.fetch("SELECT email FROM account"))


def is_out_of_reach(settings: Settings) -> bool:
    """Whether only this machine can reach the service: it listens on loopback, and says so in its public address."""
    return _is_loopback(settings.host) and _is_loopback(urlsplit(settings.base_url).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
