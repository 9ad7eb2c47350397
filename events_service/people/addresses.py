"""Addresses: of an account by mail, and of a visitor on the network."""

import ipaddress
from typing import Any

from litestar.connection import ASGIConnection

from events_service import settings
from events_service.errors import FieldError, Invalid
from events_service.web.bodies import Wrong
from events_service.web.fields import email_address


def account_address(text: str, *, field: str = "email") -> str:
    """The mail address in the one form accounts are kept under, in lower case. Raises `Invalid` for what is none."""
    try:
        return email_address(text).lower()
    except Wrong as wrong:
        raise Invalid([FieldError(field, wrong.code, wrong.message)]) from wrong


def visitor_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Where a request came from. `X-Forwarded-For` counts only as far as it was written by a proxy we trust."""
    address = connection.client.host if connection.client else ""
    trusted = settings.current().trusted_proxies
    if not trusted:
        return address
    hops = [hop.strip() for hop in connection.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while hops and _is_within(address, trusted):
        address = hops.pop()
    return address


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
        return any(parsed in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def network_of(address: str) -> str:
    """Whom tries from a network address are counted against: itself, or its /64, as one household has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
