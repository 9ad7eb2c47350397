"""Whose address a request has: the connection's, or behind a proxy we trust the one that proxy names."""

import ipaddress
from functools import lru_cache

from litestar.datastructures import Headers
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddress(ASGIMiddleware):
    """Puts the visitor's address into `scope["client"]`. Without trusted proxies nothing a client sends is believed."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusted = tuple(ipaddress.ip_network(one, strict=False) for one in trusted)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        client = scope.get("client")
        if self._trusted and client is not None and self._is_trusted(client[0]):
            named = Headers.from_scope(scope).get("x-forwarded-for", "")
            scope["client"] = (self._nearest_stranger(named, otherwise=client[0]), 0)
        await next_app(scope, receive, send)

    def _nearest_stranger(self, named: str, *, otherwise: str) -> str:
        """From the right, the first address that is none of our proxies; what stands further left anyone may have written."""
        for part in reversed([part.strip() for part in named.split(",") if part.strip()]):
            if _address(part) is None:
                break
            if not self._is_trusted(part):
                return part
        return otherwise

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._trusted)


@lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
