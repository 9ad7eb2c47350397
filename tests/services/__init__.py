"""What the tests ask of the machine: a PostgreSQL server, a Chromium, the product itself as a process.

A service that cannot be had raises `NotHad` with the reason. The tests that need it are then left out, and the run
says so in its last lines; with `EVENTS_TEST_REQUIRE=postgres,browser` it fails as well.
"""

from collections.abc import Callable
from typing import TypeVar

import pytest

Service = TypeVar("Service")

NAMES = {"postgres": "PostgreSQL", "browser": "Chromium"}


class NotHad(Exception):
    """This machine cannot give the service; the message says why, in words for the closing line."""


_left_out: dict[str, str] = {}


def had(name: str, find: Callable[[], Service]) -> Service:
    """What `find` gives. When it raises `NotHad`, the asking test is left out and the reason kept for the end."""
    try:
        return find()
    except NotHad as why:
        _left_out[name] = str(why)
        pytest.skip(f"{NAMES[name]}: {why}")


def left_out() -> dict[str, str]:
    """The services that tests had to do without, with the reasons: plain values that travel between processes."""
    return dict(_left_out)


def note_left_out(reasons: dict[str, str]) -> None:
    """Take over what another process of the same run had to do without."""
    _left_out.update(reasons)


def closing_lines(required: set[str]) -> list[str]:
    """One plain line for each service that tests had to do without; empty when nothing was left out."""
    return [
        f"Left out: the tests that need {NAMES[name]}, {why}" + (" It was required." if name in required else "")
        for name, why in _left_out.items()
    ]


def missing(required: set[str]) -> set[str]:
    """Those of the required services that tests had to do without."""
    return required & set(_left_out)
