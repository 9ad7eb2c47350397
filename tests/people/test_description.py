from typing import Any

import msgspec
import pytest

from events_service.people import shapes
from events_service.people.shapes import Account, MadeToken, Me, NewAccount, NewRole, NewToken, Token
from events_service.web.bodies import read_values
from tests.people.given import people_app


def test_every_request_and_answer_is_described_with_an_example() -> None:
    paths = people_app().openapi_schema.to_schema()["paths"]
    operations = [
        (path, method, operation)
        for path, methods in paths.items()
        if path.startswith(("/api/v1/me", "/api/v1/tokens", "/api/v1/accounts"))
        for method, operation in methods.items()
    ]
    assert len(operations) == 11
    for path, method, operation in operations:
        assert operation["summary"] and operation["description"], (path, method)
        contents = [*operation.get("requestBody", {}).get("content", {}).values()]
        for answer in operation["responses"].values():
            contents += answer.get("content", {}).values()
        for content in contents:
            assert content.get("examples") or content["schema"].get("examples"), (path, method)


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (NewRole, shapes.EXAMPLE_ROLE),
        (NewToken, shapes.EXAMPLE_NEW_TOKEN),
        (NewAccount, shapes.EXAMPLE_NEW_ACCOUNT),
    ],
)
def test_an_example_of_a_request_would_be_taken(kind: type[msgspec.Struct], example: dict[str, Any]) -> None:
    assert msgspec.to_builtins(read_values(kind, example, from_text=False)).items() >= example.items()


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (Me, shapes.EXAMPLE_ME),
        (Token, shapes.EXAMPLE_TOKEN),
        (MadeToken, shapes.EXAMPLE_MADE_TOKEN),
        (Account, shapes.EXAMPLE_ACCOUNT),
    ],
)
def test_an_example_of_an_answer_has_its_very_shape(kind: type[msgspec.Struct], example: dict[str, Any]) -> None:
    assert msgspec.to_builtins(msgspec.convert(example, kind)) == example
