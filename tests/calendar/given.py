"""Entries to write and a plain reading of what was written, by RFC 5545 alone and not by the code under test."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from events_service.calendar import Entry, EntryStatus, Invitee, Organiser

LAUNCH = Entry(
    uid="event-17@events.example.org",
    sequence=2,
    summary="Launch of the Safe Cities Guide",
    description="Mayors and practitioners.\nCoffee at 10.",
    location="City Hall, Copenhagen",
    starts_at=datetime(2027, 3, 7, 10, 0, tzinfo=UTC),
    ends_at=datetime(2027, 3, 7, 16, 0, tzinfo=UTC),
    zone="Europe/Copenhagen",
    created=datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
    last_modified=datetime(2026, 12, 5, 9, 30, 15, tzinfo=UTC),
    status=EntryStatus.CONFIRMED,
    url="https://events.example.org/events/guide-launch",
    categories=("launch",),
    geo=(55.675757, 12.56902),
)
KICK_OFF = replace(
    LAUNCH,
    uid="event-18@events.example.org",
    summary="Kick-off",
    location="",
    geo=None,
    join_url="https://meet.example.org/j/42?pw=a,b",
    join_label="Join; by video",
    starts_at=datetime(2027, 1, 13, 9, 0, tzinfo=UTC),
    ends_at=datetime(2027, 1, 13, 10, 30, tzinfo=UTC),
)
HOST = Organiser(name="Alliance of Cities", email="invites+5f2c@events.example.org")
GUEST = Invitee(name="Åsa Ðórsdóttir", email="asa@example.org")
SENT_AT = datetime(2026, 12, 6, 12, 0, tzinfo=UTC)


def launch(**changes: Any) -> Entry:
    return replace(LAUNCH, **changes)


def content_lines(data: bytes) -> list[str]:
    """The unfolded content lines (RFC 5545 §3.1)."""
    return data.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def value_of(name: str, data: bytes) -> str | None:
    """The unescaped TEXT of the last property of that name without parameters, None where there is none."""
    found = [line.removeprefix(f"{name}:") for line in content_lines(data) if line.startswith(f"{name}:")]
    return unescaped(found[-1]) if found else None


def unescaped(value: str) -> str:
    plain, characters = [], iter(value)
    for character in characters:
        plain.append(
            {"n": "\n", "N": "\n"}.get(following := next(characters), following) if character == "\\" else character
        )
    return "".join(plain)


def names(data: bytes) -> list[str]:
    """The property names in their order, without parameters."""
    return [line.split(":")[0].split(";")[0] for line in content_lines(data)]
