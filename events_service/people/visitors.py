"""How often a visitor may try something: counted for where they come from, and for the network around it."""

import ipaddress
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection

from events_service.people.addresses import network_of, visitor_address
from events_service.web import limits

# Others share the network: it may do this many times what one address may.
NETWORK_MAY = 5


def wide_network_of(address: str) -> str:
    """The network around an address: its /24, or its /48, as one site has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


async def count_visit(what: str, visitor: ASGIConnection[Any, Any, Any, Any], *, most: int, within: timedelta) -> None:
    """Count one try. Raises `TooMany` after `most` from one address, and after five times as many from its network."""
    address, network = _buckets(what, visitor)
    await limits.allow(address, most=most, within=within)
    await limits.allow(network, most=most * NETWORK_MAY, within=within)


async def give_back_visit(what: str, visitor: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Uncount one try that was right."""
    for bucket in _buckets(what, visitor):
        await limits.give_back(bucket)


def _buckets(what: str, visitor: ASGIConnection[Any, Any, Any, Any]) -> tuple[str, str]:
    address = visitor_address(visitor)
    return f"{what}|{network_of(address)}", f"{what}|around {wide_network_of(address)}"
