"""Figures for Prometheus: requests by route template and status, how long they took. No path, address or name is a label."""

import ipaddress
import os
import time
from functools import cache
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from events_service import settings
from events_service.errors import NotFound
from events_service.sealing import same

REQUESTS = Counter("events_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "events_request_seconds",
    "How long answers took, in seconds.",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.15, 0.5, 2.0),
)


# Litestar adds the charset to every text.
MEDIA_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")


METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


def count_answers(app: ASGIApp) -> ASGIApp:
    """Middleware that counts every answer under its route's template."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 500

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watched_send)
        finally:
            route = scope.get("path_template") or "unmatched"
            _requests(_known(str(scope.get("method", ""))), route, status).inc()
            _seconds(route).observe(time.perf_counter() - began)

    return counted


def _known(method: str) -> str:
    """The method, or one word for all that a client may invent: every label is kept for ever."""
    return method if method in METHODS else "other"


# Both are bounded: templates, methods and statuses are ours. Looking a counter up costs more than counting.
@cache
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@cache
def _seconds(route: str) -> Histogram:
    return SECONDS.labels(route)


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """For a scraper with EVENTS_METRICS_TOKEN, or on this very machine; others do not learn that it exists."""
    if not _may_see(request):
        raise NotFound()
    return Response(generate_latest(_registry()), media_type=MEDIA_TYPE)


def _may_see(request: Request[Any, Any, Any]) -> bool:
    token = settings.current().metrics_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return same(given, token)
    return not token and _is_from_this_machine(request)


def _is_from_this_machine(request: Request[Any, Any, Any]) -> bool:
    """A local connection that no proxy passed on: behind a proxy on this machine everyone would look local."""
    forwarded = Headers.from_scope(request.scope)
    if request.client is None or "x-forwarded-for" in forwarded or "forwarded" in forwarded:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _registry() -> CollectorRegistry:
    """The sum over all processes of this machine, where several serve."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
