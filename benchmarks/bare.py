"""What the service is measured against: one Litestar handler that answers a little JSON, served the same way."""

import argparse

from litestar import Litestar, get


@get("/")
async def hello() -> dict[str, str]:
    """The least that a JSON handler does."""
    return {"hello": "world"}


def application() -> Litestar:
    """Nothing but the handler."""
    return Litestar(route_handlers=[hello], openapi_config=None, logging_config=None)


def serve(port: int, workers: int) -> None:
    """Serve it as `events-service run` serves the service: the same server, loop and backlog."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    Granian(
        target="benchmarks.bare:application",
        factory=True,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        address="127.0.0.1",
        port=port,
        workers=workers,
        backlog=2048,
        log_enabled=False,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("workers", type=int)
    given = parser.parse_args()
    serve(given.port, given.workers)
