"""Reading bodies: every wrong field at once, in JSON and from forms."""

from typing import Annotated, Any

import msgspec
import pytest
from litestar.exceptions import ClientException
from msgspec import Meta

from events_service.errors import Invalid
from events_service.web.bodies import Body, read_json, read_values
from events_service.web.fields import Email, Line, OptionalLine, Slug


class Venue(Body, frozen=True, kw_only=True):
    name: Line
    seats: Annotated[int, Meta(ge=1, le=500)] = 10


class Visit(Body, frozen=True, kw_only=True):
    name: Line
    email: Email
    slug: Slug | None = None
    venue: Venue | None = None
    stops: list[Venue] = msgspec.field(default_factory=list)
    topics: list[Slug] = msgspec.field(default_factory=list)
    note: OptionalLine = ""
    count: int = 0
    changed: Line | msgspec.UnsetType = msgspec.UNSET


GOOD: dict[str, Any] = {"name": "Åsa", "email": "asa@example.org"}


def errors_of(values: object, *, from_text: bool = False) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        if from_text:
            read_values(Visit, values, from_text=True)
        else:
            read_json(Visit, msgspec.json.encode(values))
    return [(error.field, error.code) for error in caught.value.errors]


def test_a_right_body_is_cleaned() -> None:
    raw = msgspec.json.encode({"name": "  A\u030asa ", "email": "Asa@EXAMPLE.org", "venue": {"name": " Hall "}})
    assert read_json(Visit, raw) == Visit(name="Åsa", email="Asa@example.org", venue=Venue(name="Hall"))


def test_every_wrong_field_is_told_at_once() -> None:
    wrong = {
        "name": "", "email": "nobody", "slug": "Not A Slug", "venue": {"name": 7, "seats": 501, "roof": True},
        "stops": [{"name": "A"}, {"name": "\n"}], "topics": ["ok", "No"], "count": "3", "extra": 1,
    }  # fmt: skip
    assert errors_of(wrong) == [
        ("name", "required"),
        ("email", "invalid_email"),
        ("slug", "invalid_slug"),
        ("venue.name", "wrong_type"),
        ("venue.seats", "out_of_range"),
        ("venue.roof", "unknown_field"),
        ("stops.1.name", "required"),
        ("topics.1", "invalid_slug"),
        ("count", "wrong_type"),
        ("extra", "unknown_field"),
    ]


def test_every_wrong_field_of_every_one_in_a_list_is_told_at_once() -> None:
    stops = [{"name": 7, "seats": 501}, {"name": "A"}, {}, "A", {"name": "A", "roof": True}, {"name": "\n"}]
    assert errors_of(GOOD | {"stops": stops}) == [
        ("stops.0.name", "wrong_type"),
        ("stops.0.seats", "out_of_range"),
        ("stops.2.name", "required"),
        ("stops.3", "wrong_type"),
        ("stops.4.roof", "unknown_field"),
        ("stops.5.name", "required"),
    ]
    assert errors_of(GOOD | {"stops": 7}) == [("stops", "wrong_type")]


def test_a_form_is_read_by_the_same_rules_with_numbers_as_text() -> None:
    assert read_values(Visit, GOOD | {"count": "3"}, from_text=True).count == 3
    assert errors_of({"email": "x", "count": "three"}, from_text=True) == [
        ("name", "required"),
        ("email", "invalid_email"),
        ("count", "wrong_type"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"nul", b"{'a': 1}", b"\xff\xfe{}", b'{"name": "\xff"}', b'{"name": "\\ud800", "email": "a@b.no"}', b"[" * 100_000,
        b'{"name": 7, "email": ', b'{"name": 7, "email": "\xff"}', b'{"name": 7} {}', b'{"name": 7, "x": ' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_unreadable_wherever_it_goes_wrong(raw: bytes) -> None:
    with pytest.raises(ClientException) as caught:
        read_json(Visit, raw)
    assert caught.value.status_code == 400


@pytest.mark.parametrize("raw", [b"null", b"[]", b"7", b'"text"', b"true"])
def test_json_that_is_no_object_is_told_so(raw: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_json(Visit, raw)
    assert [(error.field, error.code) for error in caught.value.errors] == [("", "wrong_type")]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"count": None}, ("count", "wrong_type")),
        ({"count": 1.5}, ("count", "wrong_type")),
        ({"count": True}, ("count", "wrong_type")),
        ({"venue": {"name": "A", "seats": 10**30}}, ("venue.seats", "out_of_range")),
        ({"venue": []}, ("venue", "wrong_type")),
        ({"stops": {"name": "A"}}, ("stops", "wrong_type")),
        ({"topics": [None]}, ("topics.0", "wrong_type")),
        ({"note": None}, ("note", "wrong_type")),
        ({"changed": None}, ("changed", "wrong_type")),
        ({"x" * 5000: 1}, ("x" * 200, "unknown_field")),
    ],
)
def test_one_wrong_value_is_told_by_field_and_code(more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert errors_of(GOOD | more) == [expected]


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    assert read_json(Visit, b'{"name": "A", "email": "a@b.no", "name": "B"}').name == "B"


def test_what_was_not_sent_stays_unset() -> None:
    assert read_json(Visit, msgspec.json.encode(GOOD)).changed is msgspec.UNSET
    assert read_json(Visit, msgspec.json.encode(GOOD | {"changed": "x"})).changed == "x"
